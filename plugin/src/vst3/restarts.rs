//! The host's handler, with a word added: a new latency takes another activation.

use super::sdk::Steinberg::Vst::RestartFlags_::{kIoChanged, kLatencyChanged};
use super::sdk::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue};
use super::sdk::Steinberg::{int32, tresult};
use super::sdk::{Class, ComPtr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Hands on what the framework asks the host for.
///
/// It says "latency changed" and nothing else. Hosts built with JUCE, and not only they, take that for "read it again";
/// "buses changed", which comes with it from here, makes them activate the plugin anew.
pub struct Restarts {
    pub host: ComPtr<IComponentHandler>,
    /// The plugin is being activated: then the latency only has to be read. A host that activated again from within
    /// would wait for itself. Relaxed: such a request comes on the thread that activates.
    pub activating: Arc<AtomicBool>,
}

impl Class for Restarts {
    type Interfaces = (IComponentHandler,);
}

/// SAFETY of the calls: the handler lives as long as this holds it; arguments are handed on.
#[allow(clippy::undocumented_unsafe_blocks, reason = "said once, above")]
impl IComponentHandlerTrait for Restarts {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        unsafe { self.host.beginEdit(id) }
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        unsafe { self.host.performEdit(id, value) }
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        unsafe { self.host.endEdit(id) }
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        let latency = flags & kLatencyChanged != 0;
        let buses = if latency && !self.activating.load(Relaxed) { kIoChanged } else { 0 };
        unsafe { self.host.restartComponent(flags | buses) }
    }
}
