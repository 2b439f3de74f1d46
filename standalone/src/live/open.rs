//! Opening everything that belongs to one run: devices by id, formats, feeds, the player, the streams.

use std::sync::Arc;
use std::time::Instant;

use cpal::traits::DeviceTrait;
use cpal::{Device, DeviceId, Host};
use octant_dsp::linear::Workshop;
use octant_dsp::worker::Worker;
use ringbuf::HeapProd;

use super::clock::TimeSource;
use super::devices::{self, Side, sentence};
use super::drift::Corrector;
use super::feed::{self, Clocks, Kind};
use super::format::{self, Format, Offer};
use super::options::DriftChoice;
use super::player::{Fitting, Player, Wish};
use super::presence::Presence;
use super::status::Status;
use super::stream::Open;
use crate::error::Failure;

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
        self.open.iter().rev().for_each(Open::pause);
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

/// The side of a device that plays this role: input, output or sidechain.
fn side(role: &str) -> Side {
    if role == "output" { Side::Output } else { Side::Input }
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

/// The devices of one opening, and what each offers.
struct Picked {
    input: (Device, Offer),
    output: (Device, Offer),
    sidechain: Option<(Device, Offer)>,
}

impl Picked {
    /// Finds them: those of the last opening, or what the user chose.
    fn find(request: &Request, host: &Host) -> Result<Self, Failure> {
        let Request { choice, devices: known, .. } = request;
        let known = known.as_ref();
        let pick = |role: &str, id: Option<&DeviceId>, wanted: Option<&str>| -> Result<(Device, Offer), Failure> {
            let side = side(role);
            let device = match id {
                Some(id) => devices::find_again(host, side, id)
                    .ok_or_else(|| Failure::device(format!("{role} {id} is not there")))?,
                None => devices::find(host, side, role, wanted)?,
            };
            let offer = Offer::of(&device, side).map_err(|why| request.refuse(host, role, &device, &why))?;
            Ok((device, offer))
        };
        // The output first: where there is nothing at all, it is what people miss.
        let output = pick("output", known.map(|known| &known.output), choice.output.as_deref())?;
        let input = pick("input", known.map(|known| &known.input), choice.input.as_deref())?;
        let known = known.and_then(|known| known.sidechain.as_ref());
        let sidechain = choice.sidechain.as_deref().map(|wanted| pick("sidechain", known, Some(wanted))).transpose()?;
        Ok(Self { input, output, sidechain })
    }

    fn ids(&self) -> Result<Devices, Failure> {
        let id = |(device, _): &(Device, Offer)| device.id().map_err(|e| Failure::device(sentence(&e)));
        let sidechain = self.sidechain.as_ref().map(id).transpose()?;
        Ok(Devices { input: id(&self.input)?, output: id(&self.output)?, sidechain })
    }
}

impl Request {
    /// What is wrong with a device; and which others there are, unless it is waited for this one.
    fn refuse(&self, host: &Host, role: &str, device: &Device, why: &str) -> Failure {
        match self.devices {
            Some(_) => Failure::device(format!("{role} {}: {why}", devices::name(device))),
            None => devices::refused(host, side(role), role, device, why),
        }
    }

    /// What a feed is for.
    fn kind(&self, rate_hz: u32, channels: u16, clocks: Clocks, main: bool) -> Kind {
        let rate_hz = f64::from(rate_hz);
        let delay = if clocks == Clocks::Different { Corrector::delay_frames() as f64 } else { 0.0 };
        let fixed = self.choice.latency.map(|ms| (ms * 0.001 * rate_hz - delay).max(0.0));
        Kind { rate_hz, channels: channels.into(), clocks, fixed, main }
    }
}

fn open_with(request: &Request, rate: Option<u32>, own_periods: bool) -> Result<Streams, Refusal> {
    let Request { choice, wish, status, .. } = request;
    let host = (request.host)()?;
    let picked = Picked::find(request, &host)?;
    let devices = picked.ids()?;
    let Picked { input: (input, input_offer), output: (output, output_offer), sidechain } = picked;

    let offers: Vec<&Offer> =
        [&input_offer, &output_offer].into_iter().chain(sidechain.as_ref().map(|(_, offer)| offer)).collect();
    let rate_hz = format::choose_rate(&offers, rate)?;
    let channels = format::choose_channels(&input_offer, &output_offer, rate_hz)?;
    let (input_format, output_format) = format::choose(&input_offer, &output_offer, rate_hz, channels, choice.buffer)?;
    let fit = |format: Format| if own_periods { format.of_the_device() } else { format };
    let clocks = clocks(choice.drift, &devices.input, &devices.output);
    let resampler_frames = if clocks == Clocks::Different { Corrector::delay_frames() } else { 0 };
    let mut notes = Vec::new();
    if channels == 1 && output_format.config.channels > 1 {
        notes.push(format!("{} has one channel: it goes to both of {}", devices::name(&input), devices::name(&output)));
    }

    let unbuilt = |role: &str, device: &Device, e: &cpal::Error| {
        let failure = request.refuse(&host, role, device, &sentence(e));
        match e.kind() {
            cpal::ErrorKind::UnsupportedConfig => Refusal::Period(failure),
            _ => Refusal::Other(failure),
        }
    };
    let time = TimeSource::of(host.id(), request.epoch);
    let (inlet, outlet) = feed::new(request.kind(rate_hz, channels, clocks, true), status);
    let open_input =
        Open::input(&input, fit(input_format), "input", inlet, time).map_err(|e| unbuilt("input", &input, &e))?;
    let (mut side_outlet, mut open_side) = (None, None);
    if let (Some((device, offer)), Some(id)) = (&sidechain, &devices.sidechain) {
        let (format, width) = format::choose_sidechain(offer, rate_hz, channels, choice.buffer)?;
        let clocks = self::clocks(choice.drift, id, &devices.output);
        let (inlet, outlet) = feed::new(request.kind(rate_hz, width, clocks, false), status);
        side_outlet = Some(outlet);
        let open = Open::input(device, fit(format), "sidechain", inlet, time);
        open_side = Some(open.map_err(|e| unbuilt("sidechain", device, &e))?);
    }
    // A microphone beside its loudspeakers howls: nothing passes before the user has said so.
    let held = request.devices.is_none() && !choice.unmuted && devices::may_howl(&input, &output);
    let wish = Wish { muted: wish.muted || held, ..*wish };
    let (mut player, wishes, mut maker) =
        Player::new(f64::from(rate_hz), channels.into(), wish, outlet, side_outlet, status)
            .map_err(|e| Failure::settings(e.to_string()))?;
    if let Some(fitting) = &request.fitting {
        player.show_to(fitting);
    }
    let open_output = Open::output(&output, fit(output_format), "output", player, time)
        .map_err(|e| unbuilt("output", &output, &e))?;
    let filters = Worker::start("octant filters", Workshop::PERIOD, move || maker.serve());
    if let Err(reason) = &filters {
        notes.push(format!("no thread for filters: mode linear and other latencies cannot be switched to: {reason}"));
    }
    notes.extend(too_late(choice.latency, clocks, resampler_frames, rate_hz, [&open_input, &open_output]));

    let open: Vec<Open> = [open_input, open_output].into_iter().chain(open_side).collect();
    #[cfg(feature = "jack")]
    if choice.no_connect && host.id() == cpal::HostId::Jack {
        super::wires::disconnect()?;
    }
    let presence = request.moves.then(|| Presence::watch(&request.host, &devices, &open)).transpose()?;
    open.iter().try_for_each(Open::play)?;
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
