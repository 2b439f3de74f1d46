//! What `octant devices` prints.

use std::fmt::Write as _;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, DeviceId, HostId};
use serde_json::{Value, json};

use super::devices::{Side, host_id, hosts, name, open_host, sentence};
use super::format::Offer;
use crate::error::Failure;

/// What one device takes, or why nobody can tell.
struct Listed {
    id: String,
    name: String,
    sides: [bool; 2],
    preferred: bool,
    offers: [Option<Result<Offer, String>>; 2],
}

/// One sound system.
struct System {
    host: String,
    devices: Vec<Listed>,
    error: Option<String>,
}

/// Every device of the sound systems, as a table or as JSON.
pub fn list(only: Option<&str>, as_json: bool, midi: &[String]) -> Result<String, Failure> {
    let ids = match only {
        Some(name) => vec![host_id(Some(name), &[])?],
        None => hosts(),
    };
    let systems: Vec<System> = ids.into_iter().map(System::ask).collect();
    if as_json {
        let hosts: Vec<Value> = systems.iter().map(System::to_json).collect();
        return Ok(format!("{:#}\n", json!({"hosts": hosts, "midi_inputs": midi})));
    }
    let mut text = String::new();
    for system in &systems {
        system.write(&mut text);
    }
    if !midi.is_empty() {
        text.push_str("MIDI inputs\n");
        for name in midi {
            let _ = writeln!(text, "  {name}");
        }
        text.push('\n');
    }
    let own = cpal::default_host().id();
    let _ = writeln!(
        text,
        "* is used without --input and --output: those of {own}, unless --host chooses another sound system. Example: octant \
         live --input ID --output ID"
    );
    Ok(text)
}

impl System {
    fn ask(id: HostId) -> Self {
        let nothing = |error: String| Self { host: id.to_string(), devices: Vec::new(), error: Some(error) };
        let host = match open_host(id) {
            Ok(host) => host,
            Err(failure) => return nothing(failure.sentence),
        };
        let preferred: Vec<Device> =
            [host.default_input_device(), host.default_output_device()].into_iter().flatten().collect();
        let preferred_ids: Vec<DeviceId> = preferred.iter().filter_map(|device| device.id().ok()).collect();
        let mut devices: Vec<Listed> = match host.devices() {
            Ok(devices) => devices.filter_map(|device| Listed::of(&device, &preferred_ids)).collect(),
            Err(e) => return nothing(sentence(&e)),
        };
        // ALSA's default stands in no list.
        for device in preferred {
            let listed = Listed::of(&device, &preferred_ids);
            devices.extend(listed.filter(|new| new.works() && devices.iter().all(|other| other.id != new.id)));
        }
        devices.sort_by_key(|device| !device.preferred);
        if devices.is_empty() {
            return nothing(match id.to_string().as_str() {
                "jack" => "no JACK server answers".into(),
                _ => "no devices".into(),
            });
        }
        Self { host: id.to_string(), devices, error: None }
    }

    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "{}", self.host);
        if let Some(error) = &self.error {
            let _ = writeln!(text, "  {error}");
        }
        let (working, others): (Vec<&Listed>, Vec<&Listed>) = self.devices.iter().partition(|device| device.works());
        let width = |column: fn(&Listed) -> &str, devices: &[&Listed]| {
            devices.iter().map(|device| column(device).chars().count()).max().unwrap_or(0)
        };
        let (ids, names) = (width(|device| &device.id, &self.all()), width(|device| &device.name, &working));
        for device in working {
            let mark = if device.preferred { '*' } else { ' ' };
            let (id, direction, name) = (&device.id, device.direction(), &device.name);
            let _ = writeln!(text, "{mark} {id:ids$}  {direction:6}  {name:names$}  {}", device.takes());
        }
        if !others.is_empty() {
            text.push_str("  cannot be used now:\n");
        }
        for device in others {
            let _ = writeln!(text, "  {:ids$}  {}", device.id, device.why());
        }
        text.push('\n');
    }

    fn all(&self) -> Vec<&Listed> {
        self.devices.iter().collect()
    }

    fn to_json(&self) -> Value {
        let devices: Vec<Value> = self.devices.iter().map(Listed::to_json).collect();
        let mut told = json!({"host": self.host, "devices": devices});
        if let Some(error) = &self.error {
            told["error"] = error.as_str().into();
        }
        told
    }
}

impl Listed {
    fn of(device: &Device, preferred: &[DeviceId]) -> Option<Self> {
        let id = device.id().ok()?;
        let preferred = preferred.contains(&id);
        let ask = |side: Side| {
            // What the system prefers may have sides that only show when it is asked.
            let offer = Offer::of(device, side);
            (side.supported(device) || (preferred && offer.is_ok())).then_some(offer)
        };
        let offers = [ask(Side::Input), ask(Side::Output)];
        let sides = [0, 1].map(|side| offers[side].is_some());
        sides.contains(&true).then(|| Self { id: id.to_string(), name: name(device), sides, preferred, offers })
    }

    /// Both sides that it has, in the order input, output.
    fn answers(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().flatten().filter_map(|offer| offer.as_ref().ok())
    }

    fn works(&self) -> bool {
        self.answers().next().is_some()
    }

    fn direction(&self) -> &'static str {
        match self.sides {
            [true, true] => "both",
            [true, false] => "input",
            [false, _] => "output",
        }
    }

    fn why(&self) -> &str {
        let mut refusals = self.offers.iter().flatten().filter_map(|offer| offer.as_ref().err());
        refusals.next().map_or("", String::as_str)
    }

    /// `44100, 48000 Hz, 2 channels, 64 … 4096 frames`.
    fn takes(&self) -> String {
        let Some(offer) = self.answers().last() else { return String::new() };
        let [input, output] = [0, 1].map(|side| self.channels(side));
        let channels = match (input, output) {
            (0, 1) | (1, 0) | (1, 1) => "1 channel".to_owned(),
            (0, one) | (one, 0) => format!("{one} channels"),
            (input, output) if input == output => format!("{input} channels"),
            (input, output) => format!("{input} in, {output} out"),
        };
        let frames = offer.periods().map_or(String::new(), |(min, max)| {
            if min == max { format!(", {min} frames") } else { format!(", {min} … {max} frames") }
        });
        format!("{}, {channels}{frames}", offer.rates())
    }

    /// The most that one side has; 0 without it.
    fn channels(&self, side: usize) -> u16 {
        match &self.offers[side] {
            Some(Ok(offer)) => offer.most_channels(),
            _ => 0,
        }
    }

    fn to_json(&self) -> Value {
        let first = self.answers().last();
        let rates = first.map(|offer| offer.rate_ranges().map(|(low, high)| json!([low, high])).collect::<Vec<_>>());
        json!({
            "id": self.id,
            "name": self.name,
            "direction": self.direction(),
            "default": self.preferred,
            "input_channels": self.channels(0),
            "output_channels": self.channels(1),
            "rate_hz": first.and_then(Offer::preferred_hz),
            "rates_hz": rates,
            "buffer_frames": first.and_then(Offer::periods).map(|(min, max)| json!([min, max])),
            "error": if self.works() { Value::Null } else { self.why().into() },
        })
    }
}
