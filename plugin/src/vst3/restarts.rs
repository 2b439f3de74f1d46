//! The host's handler, with a word added: a new latency takes another activation.

use super::sdk::Steinberg::Vst::RestartFlags_::{kIoChanged, kLatencyChanged};
use super::sdk::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue};
use super::sdk::Steinberg::{int32, tresult};
use super::sdk::{Class, ComPtr};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// The host's call that is under way: the thread that is inside of it, 0 between two calls. A call may come from inside
/// another one, on the same thread; two threads do not activate and process at a time.
///
/// Relaxed: a thread looks for its own number, which no other thread writes.
#[derive(Default)]
pub struct Inside(AtomicUsize);

impl Inside {
    /// Makes a call. Real-time safe if the call is.
    pub fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        let outer = self.0.swap(thread_id::get(), Relaxed);
        let result = call();
        self.0.store(outer, Relaxed);
        result
    }

    fn here(&self) -> bool {
        self.0.load(Relaxed) == thread_id::get()
    }
}

/// Hands on what the framework asks the host for.
///
/// It says "latency changed" and nothing else. Hosts built with JUCE, and not only they, take that for "read it again";
/// "buses changed", which comes with it from here, makes them activate the plugin anew. But not from inside a call in
/// which they activate or process: there such a host would wait for itself.
pub struct Restarts {
    pub host: ComPtr<IComponentHandler>,
    pub inside: Arc<Inside>,
}

impl Class for Restarts {
    type Interfaces = (IComponentHandler,);
}

/// SAFETY of the calls: the host's handler is held by a reference of its own, so it lives; what it gets are numbers.
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
        let buses = if latency && !self.inside.here() { kIoChanged } else { 0 };
        unsafe { self.host.restartComponent(flags | buses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_from_inside_another_one_leaves_it_inside() {
        let inside = Inside::default();
        assert!(!inside.here());
        inside.during(|| {
            inside.during(|| assert!(inside.here()));
            assert!(inside.here(), "still");
            std::thread::scope(|threads| {
                threads.spawn(|| assert!(!inside.here(), "another thread")).join().expect("ends")
            });
        });
        assert!(!inside.here());
    }
}
