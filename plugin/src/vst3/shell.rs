//! What hosts hold: the framework's object, and before it what hosts do that it does not expect.

use super::arrivals::Arrivals;
use super::block;
use super::restarts::{Inside, Restarts};
use super::sdk::Steinberg::Vst::ChannelContext::{IInfoListener, IInfoListenerTrait};
use super::sdk::Steinberg::Vst::{CString, *};
use super::sdk::Steinberg::*;
use super::sdk::{Class, ComRef, ComWrapper};
use crate::Multiband;
use nice_plug::wrapper::vst3::Wrapper;
use octant_dsp::params;
use std::collections::BTreeMap;
use std::ptr::null_mut;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One instance. What is not written out here goes to the framework as it comes.
pub struct Shell<const CHANNELS: usize> {
    framework: Wrapper<Multiband<CHANNELS>>,
    /// Whether an activation has succeeded: before the first, the framework has no place for channels and panics. Relaxed:
    /// the host does not process meanwhile.
    activated: AtomicBool,
    /// For [`Restarts`].
    inside: Arc<Inside>,
    /// Whether sound is being processed. Relaxed: who asks can do with the answer of a moment ago.
    processing: AtomicBool,
    /// What the host told of parameters meanwhile: the framework takes values from the audio thread only, but the host
    /// shall read what it wrote. Not for the audio thread.
    told: Mutex<BTreeMap<ParamID, Told>>,
    /// What the sound has brought: it may lead away from a value and back to it.
    arrivals: Arrivals,
}

/// A value that was told, and by which it is seen that nothing has come since: what the framework had then, and how often
/// the sound had brought a value.
struct Told {
    value: ParamValue,
    before: ParamValue,
    arrived: u32,
}

impl<const CHANNELS: usize> Shell<CHANNELS> {
    /// A fresh instance.
    pub fn new() -> Self {
        let framework = Wrapper::new();
        Self {
            arrivals: Arrivals::new(ids(&framework)),
            framework,
            activated: AtomicBool::new(false),
            inside: Arc::default(),
            processing: AtomicBool::new(false),
            told: Mutex::default(),
        }
    }

    fn told(&self) -> MutexGuard<'_, BTreeMap<ParamID, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the framework what was told while sound was processed and has not come with it: between two times of
    /// processing it takes values from anyone. Not from the audio thread.
    fn deliver(&self) {
        if self.processing.load(Relaxed) {
            return;
        }
        let told = std::mem::take(&mut *self.told());
        for (id, told) in told.into_iter().filter(|(id, told)| self.awaits(*id, told)) {
            // SAFETY: takes numbers only.
            unsafe { IEditControllerTrait::setParamNormalized(&self.framework, id, told.value) };
        }
    }

    /// Whether what was told has not come yet, nor anything else.
    fn awaits(&self, id: ParamID, told: &Told) -> bool {
        told.before == self.value(id) && told.arrived == self.arrivals.of(id)
    }

    /// The value that the framework has.
    fn value(&self, id: ParamID) -> ParamValue {
        // SAFETY: takes numbers only.
        unsafe { IEditControllerTrait::getParamNormalized(&self.framework, id) }
    }
}

/// Numbers of all parameters.
fn ids<const CHANNELS: usize>(framework: &Wrapper<Multiband<CHANNELS>>) -> impl Iterator<Item = ParamID> {
    // SAFETY: takes nothing.
    let count = unsafe { IEditControllerTrait::getParameterCount(framework) };
    (0..count).map(|index| {
        // SAFETY: numbers and texts, for which 0 is a value; they live while they are written to.
        unsafe {
            let mut info: ParameterInfo = std::mem::zeroed();
            IEditControllerTrait::getParameterInfo(framework, index, &mut info);
            info.id
        }
    })
}

/// No interface for notes: there are none.
impl<const CHANNELS: usize> Class for Shell<CHANNELS> {
    type Interfaces =
        (IComponent, IEditController, IAudioProcessor, IProcessContextRequirements, IUnitInfo, IInfoListener);
}

/// Methods that hand on what they get.
macro_rules! handed_on {
    ($interface:ident: $($method:ident($($argument:ident: $type:ty),*) -> $result:ty;)+) => {
        $(unsafe fn $method(&self, $($argument: $type),*) -> $result {
            // SAFETY: as the host gave it.
            unsafe { $interface::$method(&self.framework, $($argument),*) }
        })+
    };
}

impl<const CHANNELS: usize> IPluginBaseTrait for Shell<CHANNELS> {
    handed_on! { IPluginBaseTrait:
        initialize(context: *mut FUnknown) -> tresult;
        terminate() -> tresult;
    }
}

impl<const CHANNELS: usize> IComponentTrait for Shell<CHANNELS> {
    /// The framework takes a bus with a negative index for the first one and writes before it refuses.
    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        info: *mut BusInfo,
    ) -> tresult {
        // SAFETY: as the host gave it.
        unsafe {
            if !(0..self.getBusCount(media, direction)).contains(&index) {
                return kInvalidArgument;
            }
            IComponentTrait::getBusInfo(&self.framework, media, direction, index, info)
        }
    }

    /// What is not active processes nothing, whether the host has said so or not: else the framework would wait for values
    /// to come with the sound.
    unsafe fn setActive(&self, state: TBool) -> tresult {
        if state == 0 && self.processing.load(Relaxed) {
            // SAFETY: takes a number only.
            unsafe { self.setProcessing(0) };
        }
        self.deliver();
        // SAFETY: takes a number only.
        let result = self.inside.during(|| unsafe { IComponentTrait::setActive(&self.framework, state) });
        self.activated.fetch_or(state != 0 && result == kResultOk, Relaxed);
        result
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host gave it.
        let result = unsafe { IComponentTrait::setState(&self.framework, state) };
        if result == kResultOk {
            self.told().clear();
        }
        result
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        self.deliver();
        // SAFETY: as the host gave it.
        unsafe { IComponentTrait::getState(&self.framework, state) }
    }

    handed_on! { IComponentTrait:
        getControllerClassId(class: *mut TUID) -> tresult;
        setIoMode(mode: IoMode) -> tresult;
        getBusCount(media: MediaType, direction: BusDirection) -> int32;
        getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
        activateBus(media: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult;
    }
}

impl<const CHANNELS: usize> IAudioProcessorTrait for Shell<CHANNELS> {
    /// Twice: the framework activates with the mode of processing that was set up before the last one. Once would let a
    /// bounce pass for playing, and what is played after it for a bounce, whose audio thread waits.
    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: as the host gave it; nothing keeps the pointer.
        unsafe {
            // The framework would take fewer frames than none for four thousand million.
            if setup.as_ref().is_some_and(|setup| setup.maxSamplesPerBlock < 0) {
                return kInvalidArgument;
            }
            IAudioProcessorTrait::setupProcessing(&self.framework, setup);
            IAudioProcessorTrait::setupProcessing(&self.framework, setup)
        }
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        self.processing.store(state != 0, Relaxed);
        // SAFETY: takes a number only.
        unsafe { IAudioProcessorTrait::setProcessing(&self.framework, state) }
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        if !self.activated.load(Relaxed) {
            return kNotInitialized;
        }
        // SAFETY: as the host gave it.
        unsafe {
            self.arrivals.note(data);
            self.inside.during(|| block::process(&self.framework, CHANNELS, data))
        }
    }

    /// The framework takes a sidechain of any width: it looks at the main input's once more. No speakers at all are a
    /// sidechain that is off.
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        // SAFETY: as the host gave it: so many inputs are there, or none.
        unsafe {
            let sidechain = if inputs.is_null() || input_count < 2 { SpeakerArr::kEmpty } else { *inputs.add(1) };
            if sidechain != SpeakerArr::kEmpty && sidechain.count_ones() as usize != CHANNELS {
                return kResultFalse;
            }
            IAudioProcessorTrait::setBusArrangements(&self.framework, inputs, input_count, outputs, output_count)
        }
    }

    handed_on! { IAudioProcessorTrait:
        getBusArrangement(direction: BusDirection, index: int32, arrangement: *mut SpeakerArrangement) -> tresult;
        canProcessSampleSize(size: int32) -> tresult;
        getLatencySamples() -> uint32;
        getTailSamples() -> uint32;
    }
}

impl<const CHANNELS: usize> IEditControllerTrait for Shell<CHANNELS> {
    /// The framework would read beyond its list at the number after the last one, and gives long names for short ones.
    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        let Some(row) = usize::try_from(index).ok().and_then(|index| params::all().nth(index)) else {
            return kInvalidArgument;
        };
        // SAFETY: as the host gave it.
        let result = unsafe { IEditControllerTrait::getParameterInfo(&self.framework, index, info) };
        // SAFETY: null or writable by the interface's contract.
        if let Some(info) = unsafe { info.as_mut() }.filter(|_| result == kResultOk) {
            let name = row.band.map_or(String::new(), |band| format!("B{} ", band + 1)) + row.param.short_name;
            let ended = name.encode_utf16().chain(std::iter::repeat(0));
            info.shortTitle.iter_mut().zip(ended).for_each(|(place, letter)| *place = letter as TChar);
        }
        result
    }

    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        let (arrived, before, mut text) = (self.arrivals.of(id), self.value(id), [0; 128]);
        // SAFETY: takes numbers, and writes to a text that lives.
        let (known, result) = unsafe {
            (
                IEditControllerTrait::getParamStringByValue(&self.framework, id, value, &mut text) == kResultOk,
                IEditControllerTrait::setParamNormalized(&self.framework, id, value),
            )
        };
        if known && self.processing.load(Relaxed) && (0.0..=1.0).contains(&value) {
            self.told().insert(id, Told { value, before, arrived });
        } else {
            self.told().remove(&id);
        }
        result
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        let mut told = self.told();
        match told.get(&id) {
            Some(told) if self.awaits(id, told) => return told.value,
            // It has arrived, or something else has.
            _ => told.remove(&id),
        };
        self.value(id)
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: null or an object that lives.
        let host = unsafe { ComRef::from_raw(handler) };
        let restarts = host.and_then(|host| {
            let restarts = Restarts { host: host.to_com_ptr(), inside: Arc::clone(&self.inside) };
            ComWrapper::new(restarts).to_com_ptr::<IComponentHandler>()
        });
        let handler = restarts.as_ref().map_or(null_mut(), |restarts| restarts.as_ptr());
        // SAFETY: null or an object that lives until here; the framework keeps a reference of its own.
        unsafe { IEditControllerTrait::setComponentHandler(&self.framework, handler) }
    }

    handed_on! { IEditControllerTrait:
        setComponentState(state: *mut IBStream) -> tresult;
        setState(state: *mut IBStream) -> tresult;
        getState(state: *mut IBStream) -> tresult;
        getParameterCount() -> int32;
        getParamStringByValue(id: ParamID, value: ParamValue, text: *mut String128) -> tresult;
        getParamValueByString(id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult;
        normalizedParamToPlain(id: ParamID, value: ParamValue) -> ParamValue;
        plainParamToNormalized(id: ParamID, value: ParamValue) -> ParamValue;
        createView(name: FIDString) -> *mut IPlugView;
    }
}

impl<const CHANNELS: usize> IProcessContextRequirementsTrait for Shell<CHANNELS> {
    /// Nothing: neither tempo nor place in the song is looked at.
    unsafe fn getProcessContextRequirements(&self) -> uint32 {
        0
    }
}

impl<const CHANNELS: usize> IUnitInfoTrait for Shell<CHANNELS> {
    handed_on! { IUnitInfoTrait:
        getUnitCount() -> int32;
        getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
        getProgramListCount() -> int32;
        getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
        getProgramName(list: ProgramListID, program: int32, name: *mut String128) -> tresult;
        getProgramInfo(list: ProgramListID, program: int32, attribute: CString, value: *mut String128) -> tresult;
        hasProgramPitchNames(list: ProgramListID, program: int32) -> tresult;
        getProgramPitchName(list: ProgramListID, program: int32, pitch: int16, name: *mut String128) -> tresult;
        getSelectedUnit() -> UnitID;
        selectUnit(unit: UnitID) -> tresult;
        getUnitByBus(
            media: MediaType, direction: BusDirection, bus: int32, channel: int32, unit: *mut UnitID
        ) -> tresult;
        setUnitProgramData(list_or_unit: int32, program: int32, contents: *mut IBStream) -> tresult;
    }
}

impl<const CHANNELS: usize> IInfoListenerTrait for Shell<CHANNELS> {
    handed_on! { IInfoListenerTrait:
        setChannelContextInfos(list: *mut IAttributeList) -> tresult;
    }
}
