//! Unsafe inside: sound cards that exist only in a test, which owns their clocks. Each is a device of a custom host of
//! cpal; the test calls the callbacks when it likes, with as many frames and at whatever time it likes.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    Data, DeviceDescription, DeviceDescriptionBuilder, DeviceId, Error, ErrorKind, FrameCount, HostId,
    InputCallbackInfo, InputStreamTimestamp, InterfaceType, OutputCallbackInfo, OutputStreamTimestamp, SampleFormat,
    SizedSample, StreamConfig, StreamInstant, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};

type OnInput = Box<dyn FnMut(&Data, &InputCallbackInfo) + Send>;
type OnOutput = Box<dyn FnMut(&mut Data, &OutputCallbackInfo) + Send>;
type OnError = Box<dyn FnMut(Error) + Send>;

/// What a card can do. Changes hold for streams that are built afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its id, and its name.
    pub id: String,
    /// Input channels; 0 for an output only.
    pub inputs: u16,
    /// Output channels; 0 for an input only.
    pub outputs: u16,
    /// Hz, every one that it can.
    pub rates: Vec<u32>,
    /// Frames per period.
    pub period: u32,
    /// Its only sample format.
    pub format: SampleFormat,
    /// Belongs to the machine itself.
    pub built_in: bool,
    /// Opening fails with this.
    pub refuses: Option<ErrorKind>,
}

impl Card {
    /// A stereo card in both directions, 48 kHz, 256 frames.
    #[must_use]
    pub fn stereo(id: &str) -> Self {
        Self {
            id: id.into(),
            inputs: 2,
            outputs: 2,
            rates: vec![48_000],
            period: 256,
            format: SampleFormat::F32,
            built_in: false,
            refuses: None,
        }
    }
}

/// A stream that the program has built.
pub struct BuiltStream {
    /// Id of the card.
    pub card: String,
    /// Direction.
    pub is_input: bool,
    /// As asked for.
    pub config: StreamConfig,
    playing: AtomicBool,
    closed: AtomicBool,
    on_input: Mutex<Option<OnInput>>,
    on_output: Mutex<Option<OnOutput>>,
    on_error: Mutex<Option<OnError>>,
}

/// The cards that are plugged in, and the streams that run on them.
#[derive(Clone, Default)]
pub struct Rack(Arc<Inside>);

#[derive(Default)]
struct Inside {
    cards: Mutex<Vec<Card>>,
    streams: Mutex<Vec<Arc<BuiltStream>>>,
    built: AtomicUsize,
    asked: AtomicUsize,
    hang: Mutex<Option<Arc<Mutex<()>>>>,
    hang_asked: Mutex<Option<Arc<Mutex<()>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rack {
    /// With these cards plugged in.
    #[must_use]
    pub fn with(cards: &[Card]) -> Self {
        let rack = Self::default();
        *lock(&rack.0.cards) = cards.to_vec();
        rack
    }

    /// The sound system.
    #[must_use]
    pub fn host(&self) -> cpal::Host {
        self.0.asked.fetch_add(1, Relaxed);
        let gate = lock(&self.0.hang_asked).clone();
        if let Some(gate) = gate {
            drop(lock(&gate));
        }
        cpal::platform::CustomHost::from_host(SimulatedHost(self.clone())).into()
    }

    /// Plugs in, or changes what an id can do.
    pub fn plug(&self, card: Card) {
        let mut cards = lock(&self.0.cards);
        cards.retain(|other| other.id != card.id);
        cards.push(card);
    }

    /// Unplugs; the streams on it are told, as most systems do.
    pub fn unplug(&self, id: &str) {
        self.unplug_quietly(id);
        for stream in self.streams().iter().filter(|stream| stream.card == id) {
            stream.tell(ErrorKind::DeviceNotAvailable);
        }
    }

    /// Unplugs; the streams on it are told nothing, as if they had been moved to another card.
    pub fn unplug_quietly(&self, id: &str) {
        lock(&self.0.cards).retain(|card| card.id != id);
    }

    /// The streams that are open.
    #[must_use]
    pub fn streams(&self) -> Vec<Arc<BuiltStream>> {
        let mut streams = lock(&self.0.streams);
        streams.retain(|stream| !stream.closed.load(Relaxed));
        streams.clone()
    }

    /// The open and playing stream of one direction on a card.
    #[must_use]
    pub fn stream(&self, card: &str, is_input: bool) -> Option<Arc<BuiltStream>> {
        let streams = self.streams();
        streams.into_iter().find(|s| s.card == card && s.is_input == is_input && s.playing.load(Relaxed))
    }

    /// Streams built so far.
    #[must_use]
    pub fn built(&self) -> usize {
        self.0.built.load(Relaxed)
    }

    /// From now on closing a stream hangs until this is dropped.
    #[must_use]
    pub fn hang_on_close(&self) -> Hang {
        let gate = Arc::new(Mutex::new(()));
        *lock(&self.0.hang) = Some(Arc::clone(&gate));
        Hang { rack: self.clone(), gate }
    }

    /// How often the sound system was asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.0.asked.load(Relaxed)
    }

    /// From now on whoever asks for the sound system hangs until this is dropped.
    #[must_use]
    pub fn hang_when_asked(&self) -> Hang {
        let gate = Arc::new(Mutex::new(()));
        *lock(&self.0.hang_asked) = Some(Arc::clone(&gate));
        Hang { rack: self.clone(), gate }
    }
}

/// While it lives, `during` may hold the gate shut.
pub struct Hang {
    rack: Rack,
    gate: Arc<Mutex<()>>,
}

impl Hang {
    /// Holds the gate shut while `work` runs.
    pub fn during<T>(self, work: impl FnOnce() -> T) -> T {
        let shut = lock(&self.gate);
        let result = work();
        *lock(&self.rack.0.hang) = None;
        *lock(&self.rack.0.hang_asked) = None;
        drop(shut);
        result
    }
}

/// Seconds as the callbacks get them.
fn instant(seconds: f64) -> StreamInstant {
    StreamInstant::from_nanos((seconds * 1.0e9).round() as u64)
}

impl BuiltStream {
    /// Tells of an error.
    pub fn tell(&self, kind: ErrorKind) {
        if let Some(on_error) = &mut *lock(&self.on_error) {
            on_error(kind.into());
        }
    }

    /// Delivers interleaved samples, of the format that the stream was built with.
    pub fn deliver<T: SizedSample>(&self, samples: &[T], seconds: f64) {
        if let Some(on_input) = &mut *lock(&self.on_input) {
            deliver(on_input, samples, seconds);
        }
    }

    /// Fetches interleaved samples into `samples`.
    pub fn fetch<T: SizedSample>(&self, samples: &mut [T], seconds: f64) {
        if let Some(on_output) = &mut *lock(&self.on_output) {
            fetch(on_output, samples, seconds);
        }
    }

    /// Takes the input callback away, to call it without the locks around it.
    #[must_use]
    pub fn take_input(&self) -> Option<OnInput> {
        lock(&self.on_input).take()
    }

    /// Takes the output callback away.
    #[must_use]
    pub fn take_output(&self) -> Option<OnOutput> {
        lock(&self.on_output).take()
    }

    /// Takes the error callback away.
    #[must_use]
    pub fn take_error(&self) -> Option<OnError> {
        lock(&self.on_error).take()
    }
}

/// Calls an input callback.
pub fn deliver<T: SizedSample>(on_input: &mut OnInput, samples: &[T], seconds: f64) {
    // SAFETY: pointer, length and format describe `samples`, which outlive the call; callbacks get `&Data` and can only
    // read.
    let data = unsafe { Data::from_parts(samples.as_ptr().cast_mut().cast(), samples.len(), T::FORMAT) };
    let at = instant(seconds);
    on_input(&data, &InputCallbackInfo::new(InputStreamTimestamp { callback: at, capture: at }));
}

/// Calls an output callback.
pub fn fetch<T: SizedSample>(on_output: &mut OnOutput, samples: &mut [T], seconds: f64) {
    // SAFETY: pointer, length and format describe `samples`, exclusively borrowed for the whole call.
    let mut data = unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), T::FORMAT) };
    let at = instant(seconds);
    on_output(&mut data, &OutputCallbackInfo::new(OutputStreamTimestamp { callback: at, playback: at }));
}

struct SimulatedHost(Rack);

#[derive(Clone)]
struct SimulatedDevice {
    rack: Rack,
    card: Card,
}

struct SimulatedStream {
    rack: Rack,
    built: Arc<BuiltStream>,
}

impl SimulatedDevice {
    fn range(&self, channels: u16) -> Vec<SupportedStreamConfigRange> {
        let Card { period, format, .. } = self.card;
        let buffer = SupportedBufferSize::Range { min: period, max: period };
        let rates = if channels == 0 { &[][..] } else { &self.card.rates };
        rates.iter().map(|hz| SupportedStreamConfigRange::new(channels, *hz, *hz, buffer, format)).collect()
    }

    fn preferred(&self, channels: u16) -> Result<SupportedStreamConfig, Error> {
        let range = self.range(channels);
        range.first().map(|range| range.with_max_sample_rate()).ok_or_else(|| ErrorKind::UnsupportedConfig.into())
    }

    fn build(
        &self,
        is_input: bool,
        config: StreamConfig,
        format: SampleFormat,
        on_input: Option<OnInput>,
        on_output: Option<OnOutput>,
        on_error: OnError,
    ) -> Result<SimulatedStream, Error> {
        // What it is now, not what it was when it was listed.
        let now = lock(&self.rack.0.cards).iter().find(|card| card.id == self.card.id).cloned();
        let now = now.ok_or(ErrorKind::DeviceNotAvailable)?;
        if let Some(kind) = now.refuses {
            return Err(kind.into());
        }
        let channels = if is_input { now.inputs } else { now.outputs };
        if format != now.format || config.channels != channels || !now.rates.contains(&config.sample_rate) {
            return Err(ErrorKind::UnsupportedConfig.into());
        }
        let built = Arc::new(BuiltStream {
            card: now.id,
            is_input,
            config,
            playing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            on_input: Mutex::new(on_input),
            on_output: Mutex::new(on_output),
            on_error: Mutex::new(Some(on_error)),
        });
        self.rack.0.built.fetch_add(1, Relaxed);
        lock(&self.rack.0.streams).push(Arc::clone(&built));
        Ok(SimulatedStream { rack: self.rack.clone(), built })
    }
}

impl PartialEq for SimulatedDevice {
    fn eq(&self, other: &Self) -> bool {
        self.card.id == other.card.id
    }
}

impl Eq for SimulatedDevice {}

impl std::hash::Hash for SimulatedDevice {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.card.id.hash(state);
    }
}

impl fmt::Debug for SimulatedDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.card.id)
    }
}

impl fmt::Display for SimulatedDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.card.id)
    }
}

impl HostTrait for SimulatedHost {
    type Devices = std::vec::IntoIter<SimulatedDevice>;
    type Device = SimulatedDevice;

    fn is_available() -> bool {
        true
    }

    fn devices(&self) -> Result<Self::Devices, Error> {
        let cards = lock(&self.0.0.cards);
        let devices: Vec<_> =
            cards.iter().map(|card| SimulatedDevice { rack: self.0.clone(), card: card.clone() }).collect();
        Ok(devices.into_iter())
    }

    fn default_input_device(&self) -> Option<Self::Device> {
        self.devices().ok()?.find(DeviceTrait::supports_input)
    }

    fn default_output_device(&self) -> Option<Self::Device> {
        self.devices().ok()?.find(DeviceTrait::supports_output)
    }
}

impl DeviceTrait for SimulatedDevice {
    type SupportedInputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type SupportedOutputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type Stream = SimulatedStream;

    fn description(&self) -> Result<DeviceDescription, Error> {
        let interface = if self.card.built_in { InterfaceType::BuiltIn } else { InterfaceType::Usb };
        Ok(DeviceDescriptionBuilder::new(&self.card.id).interface_type(interface).build())
    }

    fn id(&self) -> Result<DeviceId, Error> {
        Ok(DeviceId::new(HostId::Custom, &self.card.id))
    }

    fn supported_input_configs(&self) -> Result<Self::SupportedInputConfigs, Error> {
        Ok(self.range(self.card.inputs).into_iter())
    }

    fn supported_output_configs(&self) -> Result<Self::SupportedOutputConfigs, Error> {
        Ok(self.range(self.card.outputs).into_iter())
    }

    fn default_input_config(&self) -> Result<SupportedStreamConfig, Error> {
        self.preferred(self.card.inputs)
    }

    fn default_output_config(&self) -> Result<SupportedStreamConfig, Error> {
        self.preferred(self.card.outputs)
    }

    fn build_input_stream_raw<D, E>(
        &self,
        config: StreamConfig,
        sample_format: SampleFormat,
        data_callback: D,
        error_callback: E,
        _timeout: Option<Duration>,
    ) -> Result<Self::Stream, Error>
    where
        D: FnMut(&Data, &InputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        let (on_input, on_error): (OnInput, OnError) = (Box::new(data_callback), Box::new(error_callback));
        self.build(true, config, sample_format, Some(on_input), None, on_error)
    }

    fn build_output_stream_raw<D, E>(
        &self,
        config: StreamConfig,
        sample_format: SampleFormat,
        data_callback: D,
        error_callback: E,
        _timeout: Option<Duration>,
    ) -> Result<Self::Stream, Error>
    where
        D: FnMut(&mut Data, &OutputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        let (on_output, on_error): (OnOutput, OnError) = (Box::new(data_callback), Box::new(error_callback));
        self.build(false, config, sample_format, None, Some(on_output), on_error)
    }
}

impl StreamTrait for SimulatedStream {
    fn play(&self) -> Result<(), Error> {
        self.built.playing.store(true, Relaxed);
        Ok(())
    }

    fn pause(&self) -> Result<(), Error> {
        self.built.playing.store(false, Relaxed);
        Ok(())
    }

    fn buffer_size(&self) -> Result<FrameCount, Error> {
        let cards = lock(&self.rack.0.cards);
        cards.iter().find(|card| card.id == self.built.card).map(|card| card.period).ok_or(ErrorKind::Other.into())
    }

    fn now(&self) -> StreamInstant {
        StreamInstant::ZERO
    }
}

impl Drop for SimulatedStream {
    fn drop(&mut self) {
        let gate = lock(&self.rack.0.hang).clone();
        if let Some(gate) = gate {
            drop(lock(&gate));
        }
        self.built.closed.store(true, Relaxed);
        // As systems do: what happens now is told, although nobody wants to know.
        self.built.tell(ErrorKind::DeviceNotAvailable);
        *lock(&self.built.on_input) = None;
        *lock(&self.built.on_output) = None;
        *lock(&self.built.on_error) = None;
    }
}
