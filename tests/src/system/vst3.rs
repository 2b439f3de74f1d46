//! Unsafe inside: a VST3 host of few lines for the plugin that is linked into the test.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsBypass};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// A stream in memory.
struct Stream {
    bytes: RefCell<Vec<u8>>,
    at: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, into: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.at.get().min(bytes.len())..];
        let count = rest.len().min(count.max(0) as usize);
        // SAFETY: the caller has room for as many as it asks for; `read` may be null.
        unsafe {
            into.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count);
            if let Some(read) = read.as_mut() {
                *read = count as int32;
            }
        }
        self.at.set(self.at.get() + count);
        kResultOk
    }
    unsafe fn write(&self, from: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller passes so many readable bytes; `written` may be null.
        unsafe {
            let more = std::slice::from_raw_parts(from.cast::<u8>(), count.max(0) as usize);
            self.bytes.borrow_mut().extend_from_slice(more);
            if let Some(written) = written.as_mut() {
                *written = count;
            }
        }
        kResultOk
    }
    unsafe fn seek(&self, to: int64, mode: int32, result: *mut int64) -> tresult {
        let from = match mode {
            0 => 0,
            1 => self.at.get() as i64,
            _ => self.bytes.borrow().len() as i64,
        };
        self.at.set((from + to).max(0) as usize);
        // SAFETY: null or writable.
        if let Some(result) = unsafe { result.as_mut() } {
            *result = self.at.get() as i64;
        }
        kResultOk
    }
    unsafe fn tell(&self, at: *mut int64) -> tresult {
        // SAFETY: writable by the interface's contract.
        unsafe { *at = self.at.get() as i64 };
        kResultOk
    }
}

/// One change of one parameter.
struct Queue(u32, f64);

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.0
    }
    unsafe fn getPointCount(&self) -> int32 {
        1
    }
    unsafe fn getPoint(&self, _: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        // SAFETY: writable by the interface's contract.
        unsafe { (*offset, *value) = (0, self.1) };
        kResultOk
    }
    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kResultFalse
    }
}

/// The changes of one block.
struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).map_or(null_mut(), ComPtr::as_ptr)
    }
    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        null_mut()
    }
}

/// A parameter as a VST3 host sees it.
#[derive(Clone, Debug)]
pub struct Param {
    /// Number.
    pub id: u32,
    /// Steps, 0 for a smooth one.
    pub steps: i32,
    /// Fresh value, 0 … 1.
    pub fresh: f64,
    /// Whether it may be automated.
    pub automatable: bool,
    /// Whether it is the bypass.
    pub bypass: bool,
    /// The group it belongs to.
    pub unit: i32,
}

/// What the plugin asked its host for.
struct Handler(Arc<AtomicI32>);

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
        kResultOk
    }
    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.0.fetch_or(flags, Relaxed);
        kResultOk
    }
}

/// Buses as careless hosts give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Careless {
    /// The sidechain is off: its channels have no memory. So do hosts built with JUCE.
    SidechainOff,
    /// The sidechain has one channel fewer.
    NarrowSidechain,
    /// There is no second input.
    OneInput,
    /// The main input is off.
    InputOff,
    /// There is no input at all.
    NoInput,
    /// The output is off.
    OutputOff,
    /// There is no output at all.
    NoOutput,
    /// The samples are said to be of 64 bits.
    Double,
    /// Fewer frames than none.
    Backwards,
}

/// One instance.
pub struct Instance {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
    /// Flags of the restarts that were asked for.
    asked: Arc<AtomicI32>,
}

/// All methods: SAFETY of the calls: every pointer is null where the interface allows it or valid for the call.
#[allow(clippy::undocumented_unsafe_blocks, reason = "said once, above")]
impl Instance {
    /// The class at an index of the factory: 0 is stereo, 1 mono.
    pub fn new(index: i32) -> Self {
        unsafe {
            let factory = ComPtr::<IPluginFactory>::from_raw(plugin::GetPluginFactory().cast()).expect("a factory");
            let mut class: PClassInfo = zeroed();
            assert_eq!(factory.getClassInfo(index, &mut class), kResultOk);
            let mut component = null_mut();
            let made = factory.createInstance(class.cid.as_ptr(), IComponent::IID.as_ptr().cast(), &mut component);
            assert_eq!(made, kResultOk);
            let component = ComPtr::<IComponent>::from_raw(component.cast()).expect("a component");
            assert_eq!(component.initialize(null_mut()), kResultOk);
            let processor = component.cast().expect("a processor");
            let controller: ComPtr<IEditController> = component.cast().expect("a controller");
            let asked = Arc::new(AtomicI32::new(0));
            let handler = ComWrapper::new(Handler(Arc::clone(&asked))).to_com_ptr::<IComponentHandler>();
            let handler = handler.expect("a handler");
            assert_eq!(controller.setComponentHandler(handler.as_ptr()), kResultOk);
            Self { processor, controller, component, asked }
        }
    }

    /// Sets up for playing and activates; whether the plugin agreed to everything.
    pub fn start(&self, sample_rate_hz: f64, max_frames: i32) -> bool {
        self.start_as(ProcessModes_::kRealtime as int32, sample_rate_hz, max_frames)
    }

    /// The same for a bounce.
    pub fn start_bounce(&self, sample_rate_hz: f64, max_frames: i32) -> bool {
        self.start_as(ProcessModes_::kOffline as int32, sample_rate_hz, max_frames)
    }

    fn start_as(&self, mode: i32, sample_rate_hz: f64, max_frames: i32) -> bool {
        unsafe {
            self.set_up_as(mode, sample_rate_hz, max_frames)
                && self.component.setActive(1) == kResultOk
                && self.processor.setProcessing(1) == kResultOk
        }
    }

    /// Sets up for playing and goes no further; whether the plugin agreed.
    pub fn set_up(&self, sample_rate_hz: f64, max_frames: i32) -> bool {
        self.set_up_as(ProcessModes_::kRealtime as int32, sample_rate_hz, max_frames)
    }

    fn set_up_as(&self, mode: i32, sample_rate_hz: f64, max_frames: i32) -> bool {
        let mut setup = ProcessSetup {
            processMode: mode,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: max_frames,
            sampleRate: sample_rate_hz,
        };
        unsafe { self.processor.setupProcessing(&mut setup) == kResultOk }
    }

    /// Stops and deactivates.
    pub fn stop(&self) {
        unsafe {
            self.processor.setProcessing(0);
            assert_eq!(self.component.setActive(0), kResultOk);
        }
    }

    /// Deactivates without a word that the sound has ended.
    pub fn break_off(&self) {
        assert_eq!(unsafe { self.component.setActive(0) }, kResultOk);
    }

    /// Processes rows in place with parameter changes; `side` may be shorter than the main rows' number, or nothing.
    /// Without changes the host's part does not allocate.
    pub fn process(&self, rows: &mut [Vec<f32>], side: &mut [Vec<f32>], changes: &[(u32, f64)]) -> bool {
        self.hand_over(rows, side, changes, None)
    }

    /// Processes rows in place as a careless host does.
    pub fn process_as(&self, how: Careless, rows: &mut [Vec<f32>], side: &mut [Vec<f32>]) -> bool {
        self.hand_over(rows, side, &[], Some(how))
    }

    fn hand_over(
        &self,
        rows: &mut [Vec<f32>],
        side: &mut [Vec<f32>],
        changes: &[(u32, f64)],
        how: Option<Careless>,
    ) -> bool {
        let queue = |&(id, value): &(u32, f64)| ComWrapper::new(Queue(id, value)).to_com_ptr().expect("a queue");
        let changes = (!changes.is_empty()).then(|| {
            let changes = ComWrapper::new(Changes(changes.iter().map(queue).collect()));
            changes.to_com_ptr::<IParameterChanges>().expect("changes")
        });
        let frames = rows.first().map_or(0, Vec::len);
        let pointers = |rows: &mut [Vec<f32>]| {
            let mut pointers = [null_mut::<f32>(); 2];
            pointers.iter_mut().zip(rows).for_each(|(pointer, row)| *pointer = row.as_mut_ptr());
            pointers
        };
        let (mut main, mut beside) = (pointers(rows), pointers(side));
        let bus = |pointers: &mut [*mut f32; 2], channels: usize| AudioBusBuffers {
            numChannels: channels as int32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: if channels == 0 { null_mut() } else { pointers.as_mut_ptr() },
            },
        };
        let mut nothing = [null_mut::<f32>(); 2];
        let off = bus(&mut nothing, rows.len());
        let mut inputs = [bus(&mut main, rows.len()), bus(&mut beside, side.len())];
        let mut outputs = [bus(&mut main, rows.len())];
        match how {
            Some(Careless::SidechainOff) => inputs[1] = off,
            Some(Careless::NarrowSidechain) => inputs[1].numChannels -= 1,
            Some(Careless::InputOff) => inputs[0] = off,
            Some(Careless::OutputOff) => outputs[0] = off,
            _ => {}
        }
        let flush = rows.is_empty();
        let mut data = ProcessData {
            processMode: 0,
            symbolicSampleSize: 0,
            numSamples: frames as int32,
            numInputs: if flush { 0 } else { 2 },
            numOutputs: if flush { 0 } else { 1 },
            inputs: if flush { null_mut() } else { inputs.as_mut_ptr() },
            outputs: if flush { null_mut() } else { outputs.as_mut_ptr() },
            inputParameterChanges: changes.as_ref().map_or(null_mut(), ComPtr::as_ptr),
            outputParameterChanges: null_mut(),
            inputEvents: null_mut(),
            outputEvents: null_mut(),
            processContext: null_mut(),
        };
        match how {
            Some(Careless::OneInput) => data.numInputs = 1,
            Some(Careless::NoInput) => (data.inputs, data.numInputs) = (null_mut(), 0),
            Some(Careless::NoOutput) => (data.outputs, data.numOutputs) = (null_mut(), 0),
            Some(Careless::Double) => data.symbolicSampleSize = SymbolicSampleSizes_::kSample64 as int32,
            Some(Careless::Backwards) => data.numSamples = -1,
            _ => {}
        }
        unsafe { self.processor.process(&mut data) == kResultOk }
    }

    /// Every parameter.
    pub fn params(&self) -> Vec<Param> {
        let describe = |index| unsafe {
            let mut info: ParameterInfo = zeroed();
            assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
            assert_ne!(info.title[0], 0, "a title");
            Param {
                id: info.id,
                steps: info.stepCount,
                fresh: info.defaultNormalizedValue,
                automatable: info.flags & kCanAutomate as int32 != 0,
                bypass: info.flags & kIsBypass as int32 != 0,
                unit: info.unitId,
            }
        };
        (0..unsafe { self.controller.getParameterCount() }).map(describe).collect()
    }

    /// Numbers of the groups.
    pub fn units(&self) -> Vec<i32> {
        let info: ComPtr<IUnitInfo> = self.component.cast().expect("units");
        let unit = |index| unsafe {
            let mut unit: UnitInfo = zeroed();
            assert_eq!(info.getUnitInfo(index, &mut unit), kResultOk);
            unit.id
        };
        (0..unsafe { info.getUnitCount() }).map(unit).collect()
    }

    /// Turns a knob of an instance that is not processing; whether the plugin agreed.
    pub fn set(&self, id: u32, value: f64) -> bool {
        unsafe { self.controller.setParamNormalized(id, value) == kResultOk }
    }

    /// A value, 0 … 1.
    pub fn value(&self, id: u32) -> f64 {
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// value → text → value.
    pub fn through_text(&self, id: u32, value: f64) -> Option<f64> {
        let (mut text, mut back): (String128, f64) = ([0; 128], 0.0);
        unsafe {
            assert_eq!(self.controller.getParamStringByValue(id, value, &mut text), kResultOk);
            (self.controller.getParamValueByString(id, text.as_mut_ptr(), &mut back) == kResultOk).then_some(back)
        }
    }

    /// value → plain value → value.
    pub fn through_plain(&self, id: u32, value: f64) -> f64 {
        unsafe { self.controller.plainParamToNormalized(id, self.controller.normalizedParamToPlain(id, value)) }
    }

    /// The state.
    pub fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream { bytes: RefCell::default(), at: Cell::new(0) });
        let pointer = stream.to_com_ptr::<IBStream>().expect("a stream");
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.bytes.borrow().clone()
    }

    /// Loads a state; whether the plugin took it.
    pub fn load(&self, bytes: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream { bytes: RefCell::new(bytes.to_vec()), at: Cell::new(0) });
        let pointer = stream.to_com_ptr::<IBStream>().expect("a stream");
        unsafe { self.component.setState(pointer.as_ptr()) == kResultOk }
    }

    /// Whether the plugin takes these widths of main input, sidechain and output (channels).
    pub fn arrange(&self, widths: [u32; 3]) -> bool {
        let arrangement = |channels: u32| (1u64 << channels) - 1;
        let (mut inputs, mut output) = ([arrangement(widths[0]), arrangement(widths[1])], arrangement(widths[2]));
        unsafe { self.processor.setBusArrangements(inputs.as_mut_ptr(), 2, &mut output, 1) == kResultOk }
    }

    /// Whether the plugin has said since the last time that its latency has changed, and that its buses have.
    pub fn asked(&self) -> [bool; 2] {
        let flags = self.asked.swap(0, Relaxed);
        [RestartFlags_::kLatencyChanged, RestartFlags_::kIoChanged].map(|flag| flags & flag != 0)
    }

    /// Frames by which the sound is late.
    pub fn latency(&self) -> u32 {
        unsafe { self.processor.getLatencySamples() }
    }

    /// Channels of a bus; `None` if there is none.
    pub fn bus(&self, output: bool, index: i32) -> Option<i32> {
        unsafe {
            let mut info: BusInfo = zeroed();
            let found = self.component.getBusInfo(0, i32::from(output), index, &mut info) == kResultOk;
            found.then_some(info.channelCount)
        }
    }

    /// Takes down and sets up again, as a host does with an instance that it keeps.
    pub fn restart(&self) {
        unsafe {
            assert_eq!(self.component.terminate(), kResultOk);
            assert_eq!(self.component.initialize(null_mut()), kResultOk);
        }
    }
}
