//! Sound systems and devices: finding them, telling of them, and saying what would work.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, DeviceId, DeviceType, Host, HostId, InterfaceType};
use octant_dsp::params::closest;

use super::format::Offer;
use crate::error::Failure;

/// Takes and gives sound as fast as a program can, which is no use to anybody who listens.
const CLOCKLESS: &str = "alsa:null";
/// Choices named in a sentence at most.
const NAMED: usize = 8;

/// Input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Into the program.
    Input,
    /// Out of it.
    Output,
}

impl Side {
    /// The word for messages and options.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// Whether a device has this side, as far as is known without opening it.
    #[must_use]
    pub fn supported(self, device: &Device) -> bool {
        match self {
            Self::Input => device.supports_input(),
            Self::Output => device.supports_output(),
        }
    }

    /// What the system prefers.
    fn preferred(self, host: &Host) -> Option<Device> {
        match self {
            Self::Input => host.default_input_device(),
            Self::Output => host.default_output_device(),
        }
    }
}

/// Sound systems that this build knows.
#[must_use]
pub fn hosts() -> Vec<HostId> {
    cpal::available_hosts().into_iter().filter(|host| host.name() != "Custom").collect()
}

/// The sound system of that name; without one the one that an id begins with, or that of the system. All ids must belong
/// to it.
pub fn host_id(name: Option<&str>, ids: &[&str]) -> Result<HostId, Failure> {
    let known = hosts();
    let find = |name: &str| known.iter().copied().find(|host| host.name().eq_ignore_ascii_case(name));
    let host = match name {
        Some(name) => find(name).ok_or_else(|| unknown_host(name, &known))?,
        None => {
            let by_id = ids.iter().find_map(|id| find(&host_in(id)?));
            by_id.unwrap_or_else(|| cpal::default_host().id())
        }
    };
    let elsewhere = |id: &&&str| host_in(id).is_some_and(|other| other != host.to_string());
    match ids.iter().find(elsewhere) {
        Some(id) => Err(Failure::usage(format!(
            "{id}: is no device of {host}; all devices must belong to one sound system: leave out --host and name those of \
             another one, or choose others of {host}"
        ))),
        None => Ok(host),
    }
}

/// The sound system that an id names: `alsa` of `alsa:hw:CARD=PCH`; None if it begins with none that this build knows.
#[must_use]
pub fn host_in(id: &str) -> Option<String> {
    let beginning = id.split_once(':')?.0;
    let host = hosts().into_iter().find(|host| host.name().eq_ignore_ascii_case(beginning))?;
    Some(host.to_string())
}

fn unknown_host(name: &str, known: &[HostId]) -> Failure {
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    let lower = name.to_lowercase();
    if cpal::ALL_HOSTS.iter().any(|host| host.name().eq_ignore_ascii_case(name) && host.name() != "Custom") {
        let others = names.join(", ");
        return Failure::device(format!("--host {name}: it does not run; start it, or choose one of {others}"));
    }
    let hint = match lower.as_str() {
        "jack" | "pipewire" | "pulseaudio" => format!("build octant with --features {lower} to have it"),
        "asio" => "its licence keeps it out of this program; use wasapi".to_owned(),
        _ => match closest(&lower, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "choose one of these".to_owned(),
        },
    };
    Failure::usage(format!("--host {name}: this octant knows {}; {hint}", names.join(", ")))
}

/// Opens a sound system.
pub fn open_host(id: HostId) -> Result<Host, Failure> {
    quiet();
    // JACK's library would say in its own words, on standard error, what is told in a sentence here.
    #[cfg(feature = "jack")]
    jack::set_logger(jack::LoggerType::None);
    cpal::host_from_id(id).map_err(|e| Failure::device(format!("{id}: {}", sentence(&e))))
}

/// ALSA's library would say on standard error, in many words of its own and across the meters, what is told in a sentence
/// here. From now on it does not on this thread.
pub fn quiet() {
    // It writes into memory instead, which is given back when this is called again.
    #[cfg(target_os = "linux")]
    drop(alsa::Output::local_error_handler());
}

/// The device that the argument of `--role` names, with or without the name of the sound system in front; without an
/// argument the one that the system prefers.
pub fn find(host: &Host, side: Side, role: &str, wanted: Option<&str>) -> Result<Device, Failure> {
    let Some(wanted) = wanted else {
        let words = format!("{} offers no {role} device", host.id());
        return side.preferred(host).ok_or_else(|| with_choices(host, side, None, &words));
    };
    let prefix = format!("{}:", host.id());
    let id = DeviceId::new(host.id(), wanted.strip_prefix(&prefix).unwrap_or(wanted));
    if let Some(device) = find_again(host, side, &id) {
        return Ok(device);
    }
    let refuse = |e: &cpal::Error| Failure::device(format!("{}: {}", host.id(), sentence(e)));
    let mut devices = host.devices().map_err(|e| refuse(&e))?;
    if devices.any(|device| is(&device, &id)) {
        let words = format!("--{role} {wanted}: this device has no {}", side.word());
        return Err(with_choices(host, side, Some(&id), &words));
    }
    Err(with_choices(host, side, None, &format!("--{role} {wanted}: {} has no such device", host.id())))
}

/// The device with exactly this id, if it is there: another one is never taken instead.
#[must_use]
pub fn find_again(host: &Host, side: Side, id: &DeviceId) -> Option<Device> {
    let listed = host.devices().ok().and_then(|mut all| all.find(|device| is(device, id) && side.supported(device)));
    // An id may be spelt in several ways (hw:0,0), and ALSA's list has no default, whose sides nobody knows before it opens.
    let spelt = || host.device_by_id(id).filter(|device| side.supported(device));
    let preferred = || side.preferred(host).filter(|device| is(device, id));
    listed.or_else(spelt).or_else(preferred)
}

fn is(device: &Device, id: &DeviceId) -> bool {
    device.id().is_ok_and(|own| own == *id)
}

/// What is wrong with a device, and the others that would work.
#[must_use]
pub fn refused(host: &Host, side: Side, role: &str, device: &Device, why: &str) -> Failure {
    with_choices(host, side, device.id().ok().as_ref(), &format!("{role} {}: {why}", name(device)))
}

fn with_choices(host: &Host, side: Side, refused: Option<&DeviceId>, beginning: &str) -> Failure {
    let ids: Vec<String> = host
        .devices()
        .into_iter()
        .flatten()
        .filter(|device| side.supported(device) && !refused.is_some_and(|id| is(device, id)) && useful(device, side))
        .filter_map(|device| device.id().ok())
        .map(|id| id.to_string())
        .collect();
    let hint = if ids.is_empty() {
        match host.id().to_string().as_str() {
            "jack" => "no JACK server answers; start one, for example: jackd -d alsa".to_owned(),
            "alsa" => {
                "no sound card is there: plug one in, or choose another sound system with --host (octant devices \
                       shows them)"
                    .to_owned()
            }
            _ => "plug one in and look with: octant devices".to_owned(),
        }
    } else {
        let more = if ids.len() > NAMED { ", …" } else { "" };
        let named = ids[..ids.len().min(NAMED)].join(", ");
        format!("choose one of {named}{more} (octant devices shows all)")
    };
    Failure::device(format!("{beginning}; {hint}"))
}

/// Whether a device can be had at the moment. ALSA lists every plugin that it knows, also those that lead nowhere.
fn useful(device: &Device, side: Side) -> bool {
    device.id().is_ok_and(|id| id.to_string() != CLOCKLESS) && Offer::of(device, side).is_ok()
}

/// An error of the sound system in words for people.
#[must_use]
pub fn sentence(error: &cpal::Error) -> String {
    use cpal::ErrorKind as E;
    let words = match error.kind() {
        E::DeviceBusy => "it is busy: another program holds it; end that program",
        E::DeviceNotAvailable => "it is not there, or was unplugged",
        E::HostUnavailable => "this sound system is not installed or does not run; start it or choose another --host",
        E::PermissionDenied => {
            "permission denied; allow this program the microphone, or add the user to the group audio"
        }
        E::ResourceExhausted => "the system has no resources left for it; close other programs",
        E::UnsupportedConfig => "it does not take this rate, format or buffer; octant devices shows what it takes",
        E::UnsupportedOperation => "it cannot do that",
        // ALSA's words for a plugin whose sound server does not run.
        _ if ["Connection refused", "Host is down"].iter().any(|words| error.to_string().contains(words)) => {
            return "the sound server that it leads to does not answer; start it".to_owned();
        }
        _ => return error.to_string(),
    };
    match error.message() {
        Some(message) => format!("{words} ({message})"),
        None => words.to_owned(),
    }
}

/// Name for people.
#[must_use]
pub fn name(device: &Device) -> String {
    device.description().map_or_else(|_| "unnamed device".to_owned(), |description| description.name().to_owned())
}

/// Whether a sound that comes out there is heard here, as far as can be told: the machine's own microphone and speakers,
/// or the system's choice, which mostly are these, or an output and its monitor.
#[must_use]
pub fn may_howl(input: &Device, output: &Device) -> bool {
    let monitored = match (input.id(), output.id()) {
        (Ok(input), Ok(output)) => is_monitor(&input, &output),
        _ => false,
    };
    monitored || (built_in(input, Side::Input) && built_in(output, Side::Output))
}

/// Whether an input is what an output plays.
fn is_monitor(input: &DeviceId, output: &DeviceId) -> bool {
    let host = input.host().to_string();
    host == output.host().to_string()
        && match host.as_str() {
            "pulseaudio" => input.id().strip_suffix(".monitor") == Some(output.id()),
            // A sink that is read from gives what it plays.
            "pipewire" => input.id() == output.id(),
            _ => false,
        }
}

fn built_in(device: &Device, side: Side) -> bool {
    let Ok(id) = device.id() else { return false };
    let (host, id) = (id.host().to_string(), id.id().to_lowercase());
    let Ok(description) = device.description() else { return false };
    let kind = description.device_type();
    if matches!(kind, DeviceType::Headphones | DeviceType::Headset | DeviceType::Virtual) {
        return false;
    }
    match description.interface_type() {
        InterfaceType::BuiltIn => return true,
        InterfaceType::Unknown | InterfaceType::Pci => {}
        _ => return false,
    }
    let name = description.name().to_lowercase();
    let words: &[&str] = match side {
        Side::Input => &["built-in", "internal mic", "microphone array", "macbook", "imac"],
        Side::Output => &["built-in", "internal speaker", "speakers (", "macbook", "imac"],
    };
    let alsa = ["default", "sysdefault", "front", "hw:card=pch", "plughw:card=pch", "pipewire", "pulse"];
    words.iter().any(|word| name.contains(word)) || (host == "alsa" && alsa.iter().any(|start| id.starts_with(start)))
}
