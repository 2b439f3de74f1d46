//! Opening everything that belongs to one run: devices by id, formats, feeds, the player, the streams.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Data, Device, DeviceId, FromSample, Host, SampleFormat, SizedSample, Stream};
use octant_dsp::linear::Workshop;
use octant_dsp::worker::Worker;
use ringbuf::HeapProd;

use super::clock::TimeSource;
use super::devices::{self, Side, sentence};
use super::drift::Corrector;
use super::feed::{self, Clocks, Inlet, Kind};
use super::format::{self, Format, Offer};
use super::options::DriftChoice;
use super::player::{Fitting, Player, Wish};
use super::presence::Presence;
use super::status::Status;
use super::watch::Alarm;
use crate::error::Failure;

/// How long a device may take to open.
const OPEN_TIMEOUT: Duration = Duration::from_secs(3);
/// Hz; 48000 is tried first.
const OTHER_RATE_HZ: u32 = 44_100;

/// Opens the sound system. Asked again for every opening: some list their devices only once.
pub type HostMaker = Arc<dyn Fn() -> Result<Host, Failure> + Send + Sync>;

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// As on the command line.
    pub input: Option<String>,
    /// The same.
    pub output: Option<String>,
    /// The same; None without one.
    pub sidechain: Option<String>,
    /// Hz.
    pub rate: Option<u32>,
    /// Frames.
    pub buffer: Option<u32>,
    /// Ms.
    pub latency: Option<f64>,
    /// When drift is corrected.
    pub drift: DriftChoice,
    /// JACK: leave the ports unconnected.
    pub no_connect: bool,
    /// The input may come from the machine's own microphone beside its own speakers.
    pub unmuted: bool,
}

/// The devices that a session stays with.
#[derive(Clone, Debug, PartialEq)]
pub struct Devices {
    /// Into the program.
    pub input: DeviceId,
    /// Out of it.
    pub output: DeviceId,
    /// External sidechain.
    pub sidechain: Option<DeviceId>,
}

/// One stream and what is needed to look after it.
pub struct Open {
    /// Its place in the program, for messages.
    pub what: &'static str,
    /// Name of the device.
    pub name: String,
    /// What its error callback leaves.
    pub alarm: Arc<Alarm>,
    /// Time between two callbacks.
    pub period: Duration,
    /// Its thread has the priority of any other until it is raised.
    pub ordinary: bool,
    stream: Stream,
}

/// Everything that runs between two openings. Dropping it closes the streams, which may hang: see
/// [`Hands`](super::hands::Hands).
pub struct Streams {
    /// Input, output, sidechain.
    pub open: Vec<Open>,
    /// Wishes to the output callback.
    pub wishes: HeapProd<Wish>,
    /// The devices, for the next opening.
    pub devices: Devices,
    /// Hz.
    pub rate_hz: u32,
    /// One or two.
    pub channels: usize,
    /// How the clocks are related.
    pub clocks: Clocks,
    /// Frames that the resampler delays.
    pub resampler_frames: usize,
    /// The input is muted because it may be the machine's own microphone beside its own speakers.
    pub held: bool,
    /// Sentences for the user.
    pub notes: Vec<String>,
    /// Makes what the output callback orders.
    _filters: Option<Worker>,
    _presence: Option<Presence>,
}

impl Streams {
    /// Stops the callbacks where the system can do that; they stop for good when dropped.
    pub fn pause(&self) {
        for open in self.open.iter().rev() {
            let _ = open.stream.pause();
        }
    }
}

/// What an opening needs.
#[derive(Clone)]
pub struct Request {
    /// Where devices come from.
    pub host: HostMaker,
    /// The sound system moves streams from devices that go away to others.
    pub moves: bool,
    /// What the user chose.
    pub choice: Choice,
    /// The devices of the last opening: these, and no others.
    pub devices: Option<Devices>,
    /// What to begin with.
    pub wish: Wish,
    /// Who else listens.
    pub fitting: Option<Fitting>,
    /// Where the callbacks tell.
    pub status: Arc<Status>,
    /// Zero of the monotonic clock.
    pub epoch: Instant,
}

/// Why an opening failed.
enum Refusal {
    /// A device may not take the period; another one may do.
    Period(Failure),
    /// Anything else.
    Other(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

/// Opens everything and starts it.
///
/// What a plugin of ALSA tells of itself holds for some rates and periods only. Where nobody asked for certain ones, those
/// of the other family of rates are tried next, and periods as the devices like them last: they may be long.
pub fn open(request: &Request) -> Result<Streams, Failure> {
    let asked = request.choice.rate;
    let first = match open_with(request, asked, false) {
        Err(Refusal::Period(failure)) => failure,
        Err(Refusal::Other(failure)) => return Err(failure),
        Ok(streams) => return Ok(streams),
    };
    let other_rate = asked.is_none().then_some((Some(OTHER_RATE_HZ), false));
    let own_periods = request.choice.buffer.is_none().then_some((asked, true));
    for (rate, own_periods) in other_rate.into_iter().chain(own_periods) {
        if let Ok(streams) = open_with(request, rate, own_periods) {
            return Ok(streams);
        }
    }
    Err(first)
}

fn open_with(request: &Request, rate: Option<u32>, own_periods: bool) -> Result<Streams, Refusal> {
    let Request { choice, wish, status, .. } = request;
    let host = (request.host)()?;
    let known = request.devices.as_ref();
    let pick = |side: Side, id: Option<&DeviceId>, wanted: Option<&str>| match id {
        Some(id) => devices::find_again(&host, side, id)
            .ok_or_else(|| Failure::device(format!("{} {id} is not there", side.word()))),
        None => devices::find(&host, side, wanted),
    };
    let output = pick(Side::Output, known.map(|known| &known.output), choice.output.as_deref())?;
    let input = pick(Side::Input, known.map(|known| &known.input), choice.input.as_deref())?;
    let sidechain = match &choice.sidechain {
        Some(wanted) => Some(pick(Side::Input, known.and_then(|known| known.sidechain.as_ref()), Some(wanted))?),
        None => None,
    };

    // Whoever waits for certain devices to return is not helped by others.
    let refused = |side: Side, device: &Device, why: &str| match known {
        Some(_) => Failure::device(format!("{} {}: {why}", side.word(), devices::name(device))),
        None => devices::refused(&host, side, device, why),
    };
    let offer = |device: &Device, side: Side| Offer::of(device, side).map_err(|why| refused(side, device, &why));
    let unbuilt = |side: Side, device: &Device, e: &cpal::Error| match (refused(side, device, &sentence(e)), e.kind()) {
        (failure, cpal::ErrorKind::UnsupportedConfig) => Refusal::Period(failure),
        (failure, _) => Refusal::Other(failure),
    };
    let (input_offer, output_offer) = (offer(&input, Side::Input)?, offer(&output, Side::Output)?);
    let sidechain_offer = sidechain.as_ref().map(|device| offer(device, Side::Input)).transpose()?;
    let offers: Vec<&Offer> = [&input_offer, &output_offer].into_iter().chain(sidechain_offer.as_ref()).collect();
    let rate_hz = format::choose_rate(&offers, rate)?;
    let channels = format::choose_channels(&input_offer, &output_offer, rate_hz)?;
    let (input_format, output_format) = format::choose(&input_offer, &output_offer, rate_hz, channels, choice.buffer)?;
    let fit = |format: Format| if own_periods { format.of_the_device() } else { format };

    let id_of = |device: &Device| device.id().map_err(|e| Failure::device(sentence(&e)));
    let devices = Devices {
        input: id_of(&input)?,
        output: id_of(&output)?,
        sidechain: sidechain.as_ref().map(id_of).transpose()?,
    };
    let clocks = clocks(choice.drift, &devices.input, &devices.output);
    let resampler_frames = if clocks == Clocks::Different { Corrector::delay_frames() } else { 0 };
    let time = TimeSource::of(host.id(), request.epoch);
    let fixed = |clocks: Clocks| {
        let delay = if clocks == Clocks::Different { Corrector::delay_frames() as f64 } else { 0.0 };
        choice.latency.map(|ms| (ms * 0.001 * f64::from(rate_hz) - delay).max(0.0))
    };
    let kind = |channels: usize, clocks: Clocks, main: bool| Kind {
        rate_hz: f64::from(rate_hz),
        channels,
        clocks,
        fixed: fixed(clocks),
        main,
    };

    let mut notes = Vec::new();
    if channels == 1 && output_format.config.channels > 1 {
        notes.push(format!("{} has one channel: it goes to both of {}", devices::name(&input), devices::name(&output)));
    }
    let (inlet, outlet) = feed::new(kind(channels.into(), clocks, true), status);
    let input_stream_open =
        wrap(&input, fit(input_format), "input", |format, alarm| input_stream(&input, format, inlet, time, alarm))
            .map_err(|e| unbuilt(Side::Input, &input, &e))?;
    let mut side_outlet = None;
    let mut side = None;
    if let (Some(device), Some(offer), Some(id)) = (&sidechain, &sidechain_offer, &devices.sidechain) {
        let (format, width) = format::choose_sidechain(offer, rate_hz, channels, choice.buffer)?;
        let clocks = self::clocks(choice.drift, id, &devices.output);
        let (inlet, outlet) = feed::new(kind(width.into(), clocks, false), status);
        side_outlet = Some(outlet);
        side = Some(
            wrap(device, fit(format), "sidechain", |format, alarm| input_stream(device, format, inlet, time, alarm))
                .map_err(|e| unbuilt(Side::Input, device, &e))?,
        );
    }
    // A microphone beside its loudspeakers howls: nothing passes before the user has said so.
    let held = known.is_none() && !choice.unmuted && devices::may_howl(&input, &output);
    let wish = Wish { muted: wish.muted || held, ..*wish };
    let (mut player, wishes, mut maker) =
        Player::new(f64::from(rate_hz), channels.into(), wish, outlet, side_outlet, status)
            .map_err(|e| Failure::settings(e.to_string()))?;
    if let Some(fitting) = &request.fitting {
        player.show_to(fitting);
    }
    let output_stream_open = wrap(&output, fit(output_format), "output", |format, alarm| {
        output_stream(&output, format, player, time, alarm)
    })
    .map_err(|e| unbuilt(Side::Output, &output, &e))?;
    let filters = Worker::start("octant filters", Workshop::PERIOD, move || maker.serve());
    if let Err(reason) = &filters {
        notes.push(format!("no thread for filters: mode linear and other latencies cannot be switched to: {reason}"));
    }
    notes.extend(too_late(
        choice.latency,
        clocks,
        resampler_frames,
        rate_hz,
        [&input_stream_open, &output_stream_open],
    ));
    let open: Vec<Open> = [input_stream_open, output_stream_open].into_iter().chain(side).collect();
    #[cfg(feature = "jack")]
    if choice.no_connect && host.id() == cpal::HostId::Jack {
        super::wires::disconnect()?;
    }
    let presence = if request.moves {
        let ids = [&devices.input, &devices.output].into_iter().chain(&devices.sidechain);
        let watched = ids.zip(&open).map(|(id, open)| (id.clone(), Arc::clone(&open.alarm))).collect();
        let unwatched = |e| Failure::device(format!("the devices cannot be looked after: {e}; close other programs"));
        Some(Presence::watch(&request.host, watched).map_err(unwatched)?)
    } else {
        None
    };
    for open in &open {
        open.stream.play().map_err(|e| Failure::device(format!("{} {}: {}", open.what, open.name, sentence(&e))))?;
    }
    Ok(Streams {
        open,
        wishes,
        devices,
        rate_hz,
        channels: channels.into(),
        clocks,
        resampler_frames,
        held,
        notes,
        _filters: filters.ok(),
        _presence: presence,
    })
}

/// What to say about a latency in ms that the periods do not allow.
fn too_late(
    latency: Option<f64>,
    clocks: Clocks,
    resampler_frames: usize,
    rate_hz: u32,
    streams: [&Open; 2],
) -> Option<String> {
    let periods_s: f64 = streams.iter().map(|open| open.period.as_secs_f64()).sum();
    // A server that calls both in one cycle needs no more than that cycle.
    let needed_s = if clocks == Clocks::Lockstep { 0.5 * periods_s } else { periods_s };
    let needed_ms = 1000.0 * (needed_s + resampler_frames as f64 / f64::from(rate_hz));
    let latency = latency.filter(|ms| *ms < needed_ms)?;
    Some(format!(
        "--latency {latency}: with these periods sound needs at least {needed_ms:.1} ms from input to output; a smaller \
         --buffer makes it less"
    ))
}

/// Builds one stream with `build` and wraps it.
fn wrap(
    device: &Device,
    format: Format,
    what: &'static str,
    build: impl FnOnce(Format, &Arc<Alarm>) -> Result<Stream, cpal::Error>,
) -> Result<Open, cpal::Error> {
    let (alarm, name) = (Arc::<Alarm>::default(), devices::name(device));
    let stream = build(format, &alarm)?;
    let frames = stream.buffer_size().unwrap_or(format.period).max(1);
    let period = Duration::from_secs_f64(f64::from(frames) / f64::from(format.config.sample_rate));
    let ordinary = device.id().is_ok_and(|id| id.host().to_string() == "alsa");
    Ok(Open { what, name, alarm, period, ordinary, stream })
}

/// How the clocks of two devices are related, as far as can be told.
fn clocks(drift: DriftChoice, input: &DeviceId, output: &DeviceId) -> Clocks {
    let lockstep = input.host() == output.host() && input.host().to_string() == "jack";
    match drift {
        DriftChoice::On => Clocks::Different,
        _ if lockstep => Clocks::Lockstep,
        DriftChoice::Off => Clocks::Shared,
        DriftChoice::Auto if one_card(input, output) => Clocks::Shared,
        DriftChoice::Auto => Clocks::Different,
    }
}

/// Whether both sit on the same card: the same id, or the same hardware card of ALSA.
fn one_card(input: &DeviceId, output: &DeviceId) -> bool {
    if input.host() != output.host() {
        return false;
    }
    match input.host().to_string().as_str() {
        "alsa" => match (alsa_card(input.id()), alsa_card(output.id())) {
            (Some(input), Some(output)) => input == output,
            _ => false,
        },
        // A microphone and speakers of one id are one device there.
        "coreaudio" | "custom" => input == output,
        _ => false,
    }
}

/// `PCH` of `hw:CARD=PCH,DEV=0`. Plugins such as `default` may stand for anything.
fn alsa_card(id: &str) -> Option<&str> {
    let (plugin, rest) = id.split_once(':')?;
    let direct = ["hw", "plughw", "front", "sysdefault", "surround40", "surround51", "surround71"];
    let card = rest.split(',').next()?;
    direct.contains(&plugin).then(|| card.strip_prefix("CARD=").unwrap_or(card))
}

fn input_stream(
    device: &Device,
    format: Format,
    inlet: Inlet,
    time: TimeSource,
    alarm: &Arc<Alarm>,
) -> Result<Stream, cpal::Error> {
    fn build<T: SizedSample + Send + 'static>(
        device: &Device,
        format: Format,
        mut inlet: Inlet,
        time: TimeSource,
        alarm: &Arc<Alarm>,
    ) -> Result<Stream, cpal::Error>
    where
        f32: FromSample<T>,
    {
        let width = usize::from(format.config.channels);
        let (guard, errors) = (Arc::clone(alarm), Arc::clone(alarm));
        device.build_input_stream_raw(
            format.config,
            format.sample,
            move |data: &Data, info| {
                guard.caller.here();
                let seconds = time.seconds(info.timestamp().callback);
                // A panic that leaves a callback ends the whole process.
                let work = || data.as_slice::<T>().map(|data| inlet.take(data, width, seconds));
                if !guard.faulty() && catch_unwind(AssertUnwindSafe(work)).is_err() {
                    guard.fault();
                }
            },
            move |error| errors.take(error.kind()),
            Some(OPEN_TIMEOUT),
        )
    }
    match format.sample {
        SampleFormat::F32 => build::<f32>(device, format, inlet, time, alarm),
        SampleFormat::F64 => build::<f64>(device, format, inlet, time, alarm),
        SampleFormat::I8 => build::<i8>(device, format, inlet, time, alarm),
        SampleFormat::I16 => build::<i16>(device, format, inlet, time, alarm),
        SampleFormat::I24 => build::<cpal::I24>(device, format, inlet, time, alarm),
        SampleFormat::I32 => build::<i32>(device, format, inlet, time, alarm),
        SampleFormat::U8 => build::<u8>(device, format, inlet, time, alarm),
        SampleFormat::U16 => build::<u16>(device, format, inlet, time, alarm),
        SampleFormat::U24 => build::<cpal::U24>(device, format, inlet, time, alarm),
        SampleFormat::U32 => build::<u32>(device, format, inlet, time, alarm),
        _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
    }
}

fn output_stream(
    device: &Device,
    format: Format,
    player: Player,
    time: TimeSource,
    alarm: &Arc<Alarm>,
) -> Result<Stream, cpal::Error> {
    fn build<T: SizedSample + FromSample<f32> + Send + 'static>(
        device: &Device,
        format: Format,
        mut player: Player,
        time: TimeSource,
        alarm: &Arc<Alarm>,
    ) -> Result<Stream, cpal::Error> {
        let width = usize::from(format.config.channels);
        let (guard, errors) = (Arc::clone(alarm), Arc::clone(alarm));
        device.build_output_stream_raw(
            format.config,
            format.sample,
            move |data: &mut Data, info| {
                guard.caller.here();
                let seconds = time.seconds(info.timestamp().callback);
                let Some(data) = data.as_slice_mut::<T>() else { return };
                let work = || player.fill(data, width, seconds);
                if guard.faulty() || catch_unwind(AssertUnwindSafe(work)).is_err() {
                    guard.fault();
                    data.fill(T::EQUILIBRIUM);
                }
            },
            move |error| errors.take(error.kind()),
            Some(OPEN_TIMEOUT),
        )
    }
    match format.sample {
        SampleFormat::F32 => build::<f32>(device, format, player, time, alarm),
        SampleFormat::F64 => build::<f64>(device, format, player, time, alarm),
        SampleFormat::I8 => build::<i8>(device, format, player, time, alarm),
        SampleFormat::I16 => build::<i16>(device, format, player, time, alarm),
        SampleFormat::I24 => build::<cpal::I24>(device, format, player, time, alarm),
        SampleFormat::I32 => build::<i32>(device, format, player, time, alarm),
        SampleFormat::U8 => build::<u8>(device, format, player, time, alarm),
        SampleFormat::U16 => build::<u16>(device, format, player, time, alarm),
        SampleFormat::U24 => build::<cpal::U24>(device, format, player, time, alarm),
        SampleFormat::U32 => build::<u32>(device, format, player, time, alarm),
        _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpal::HostId;

    #[test]
    fn one_card_has_one_clock() {
        let id = |id: &str| DeviceId::new(HostId::Custom, id);
        assert_eq!(clocks(DriftChoice::Auto, &id("a"), &id("a")), Clocks::Shared);
        assert_eq!(clocks(DriftChoice::Auto, &id("a"), &id("b")), Clocks::Different);
        assert_eq!(clocks(DriftChoice::On, &id("a"), &id("a")), Clocks::Different);
        assert_eq!(clocks(DriftChoice::Off, &id("a"), &id("b")), Clocks::Shared);
        assert_eq!(alsa_card("hw:CARD=PCH,DEV=0"), Some("PCH"));
        assert_eq!(alsa_card("plughw:CARD=USB"), Some("USB"));
        assert_eq!(alsa_card("default"), None);
        assert_eq!(alsa_card("dmix:CARD=PCH,DEV=0"), None);
    }
}
