//! What the window tells of the sound card: plain data, rounded to what people read, so that equal facts need no new
//! picture.

use std::sync::atomic::Ordering::Relaxed;

use crate::live::session::Session;
use crate::live::status::{Link, Snapshot};

/// Everything that the strip and the panel tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// What stands between the devices.
    pub link: Link,
    /// Name of the sound system.
    pub host: String,
    /// Names of the devices.
    pub input: String,
    /// The same.
    pub output: String,
    /// The same, if there is one.
    pub sidechain: Option<String>,
    /// Hz, 0 before it is known.
    pub rate_hz: u32,
    /// Channels that are processed.
    pub channels: usize,
    /// Frames of the last callbacks, input and output.
    pub buffers: [u32; 2],
    /// From input callback to output callback, tenths of a ms.
    pub latency_tenths: u32,
    /// Part of the time that the output callback takes, percent.
    pub load_percent: u32,
    /// The most of the last moments.
    pub load_peak_percent: u32,
    /// Gaps of any kind.
    pub gaps: u64,
    /// How much faster the input's clock runs, tenths of a ppm; None without correction.
    pub drift_tenths: Option<i32>,
    /// The loop that follows the drift has settled.
    pub settled: bool,
    /// How often the devices had to be opened again.
    pub reconnects: u64,
    /// The input is not let through.
    pub muted: bool,
    /// The test tone sounds.
    pub tone: bool,
}

/// What the lamp says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    /// Sound passes.
    Good,
    /// It could, but the user has to do something.
    Held,
    /// Devices are being opened.
    Busy,
    /// No sound passes.
    Bad,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            link: Link::Opening,
            host: String::new(),
            input: String::new(),
            output: String::new(),
            sidechain: None,
            rate_hz: 0,
            channels: 2,
            buffers: [0; 2],
            latency_tenths: 0,
            load_percent: 0,
            load_peak_percent: 0,
            gaps: 0,
            drift_tenths: None,
            settled: true,
            reconnects: 0,
            muted: false,
            tone: false,
        }
    }
}

impl Facts {
    /// What is known now.
    #[must_use]
    pub fn of(session: &Session, picture: &Snapshot) -> Self {
        let status = session.supervisor.status();
        let buffers = [&status.input_block, &status.output_block].map(|frames| frames.load(Relaxed));
        Self { buffers, tone: status.tone.load(Relaxed), ..Self::seen(picture) }
    }

    /// What a picture tells.
    #[must_use]
    pub fn seen(picture: &Snapshot) -> Self {
        let wiring = &picture.wiring;
        let percent = |part: f32| (100.0 * part).round().clamp(0.0, 999.0) as u32;
        Self {
            link: wiring.link.clone(),
            host: wiring.host.clone(),
            input: wiring.input.clone(),
            output: wiring.output.clone(),
            sidechain: wiring.sidechain.clone(),
            rate_hz: wiring.rate_hz,
            channels: wiring.channels,
            buffers: [0; 2],
            latency_tenths: (10.0 * picture.latency_ms).round() as u32,
            load_percent: percent(picture.load),
            load_peak_percent: percent(picture.load_peak),
            gaps: picture.xruns,
            drift_tenths: picture.drift_ppm.map(|ppm| (10.0 * ppm).round() as i32),
            settled: picture.settled,
            reconnects: wiring.reconnects,
            muted: picture.controls.muted,
            tone: false,
        }
    }

    /// Takes over what may not wait, and numbers only if they are `due`: digits that flicker cannot be read. Whether
    /// anything can be seen to change.
    pub fn follow(&mut self, now: &Self, due: bool) -> bool {
        let next = if due {
            now.clone()
        } else {
            Self {
                buffers: self.buffers,
                latency_tenths: self.latency_tenths,
                load_percent: self.load_percent,
                load_peak_percent: self.load_peak_percent,
                drift_tenths: self.drift_tenths,
                ..now.clone()
            }
        };
        let changed = next != *self;
        *self = next;
        changed
    }

    /// What the lamp says.
    #[must_use]
    pub fn lamp(&self) -> Lamp {
        match &self.link {
            Link::Waiting(_) => Lamp::Bad,
            Link::Opening => Lamp::Busy,
            Link::Running if self.muted => Lamp::Held,
            Link::Running => Lamp::Good,
        }
    }

    /// The devices, or why there is no sound.
    #[must_use]
    pub fn headline(&self) -> String {
        match &self.link {
            Link::Waiting(why) => format!("No sound: {why}"),
            Link::Opening => "Opening the sound card …".into(),
            Link::Running => {
                let into = match &self.sidechain {
                    Some(sidechain) => format!("{} + {sidechain}", self.input),
                    None => self.input.clone(),
                };
                if into == self.output { into } else { format!("{into} → {}", self.output) }
            }
        }
    }

    /// The state in one line.
    #[must_use]
    pub fn state(&self) -> String {
        let word = match (&self.link, self.muted) {
            (Link::Waiting(_), _) => "Waiting for the device",
            (Link::Opening, _) => "Opening",
            (Link::Running, true) => "Running, input muted",
            (Link::Running, false) => "Running",
        };
        word.into()
    }

    /// How often the devices came back.
    #[must_use]
    pub fn returns(&self) -> String {
        match self.reconnects {
            0 => "Never lost".into(),
            1 => "Back after 1 loss".into(),
            many => format!("Back after {many} losses"),
        }
    }

    /// `48 kHz`, `44.1 kHz`.
    #[must_use]
    pub fn rate(&self) -> String {
        rate_text(if self.link == Link::Running { self.rate_hz } else { 0 })
    }

    /// Frames per period.
    #[must_use]
    pub fn buffer(&self) -> String {
        match self.buffers {
            _ if self.link != Link::Running => "—".into(),
            [_, 0] => "—".into(),
            [input, output] if input == output || input == 0 => format!("{output} frames"),
            [input, output] => format!("{input} in, {output} out"),
        }
    }

    /// Milliseconds.
    #[must_use]
    pub fn latency(&self) -> String {
        if self.link == Link::Running {
            format!("{:.1} ms", f64::from(self.latency_tenths) / 10.0)
        } else {
            "—".into()
        }
    }

    /// The clocks of the devices.
    #[must_use]
    pub fn drift(&self) -> String {
        match self.drift_tenths {
            _ if self.link != Link::Running => "—".into(),
            None => "One clock".into(),
            Some(_) if !self.settled => "Measuring …".into(),
            Some(tenths) => {
                let sign = if tenths < 0 { '−' } else { '+' };
                format!("{sign}{:.1} ppm, matched", f64::from(tenths.abs()) / 10.0)
            }
        }
    }
}

/// A rate as people read it.
#[must_use]
pub fn rate_text(hz: u32) -> String {
    match hz {
        0 => "—".into(),
        hz if hz.is_multiple_of(1000) => format!("{} kHz", hz / 1000),
        hz => format!("{:.1} kHz", f64::from(hz) / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> Facts {
        Facts {
            link: Link::Running,
            input: "Scarlett".into(),
            output: "Speakers".into(),
            rate_hz: 44_100,
            buffers: [256, 256],
            latency_tenths: 117,
            ..Facts::default()
        }
    }

    #[test]
    fn it_says_what_people_ask() {
        let mut facts = running();
        assert_eq!(facts.headline(), "Scarlett → Speakers");
        assert_eq!([facts.rate(), facts.buffer(), facts.latency()], ["44.1 kHz", "256 frames", "11.7 ms"]);
        assert_eq!((facts.drift().as_str(), facts.lamp()), ("One clock", Lamp::Good));
        facts.drift_tenths = Some(-34);
        assert_eq!(facts.drift(), "−3.4 ppm, matched");
        facts.settled = false;
        assert_eq!(facts.drift(), "Measuring …");
        facts.muted = true;
        assert_eq!((facts.lamp(), facts.state().as_str()), (Lamp::Held, "Running, input muted"));
        facts.sidechain = Some("Kick".into());
        facts.buffers = [441, 256];
        assert_eq!((facts.headline(), facts.buffer()), ("Scarlett + Kick → Speakers".into(), "441 in, 256 out".into()));
        facts.link = Link::Waiting("output Speakers went away".into());
        assert_eq!((facts.lamp(), facts.headline()), (Lamp::Bad, "No sound: output Speakers went away".into()));
        let numbers = [facts.rate(), facts.buffer(), facts.latency(), facts.drift()];
        assert!(numbers.iter().all(|text| text == "—"), "numbers of what is not there: {numbers:?}");
        facts.reconnects = 2;
        assert_eq!(facts.returns(), "Back after 2 losses");
    }

    #[test]
    fn numbers_wait_and_states_do_not() {
        let mut shown = running();
        let busier = Facts { load_percent: 30, latency_tenths: 121, ..running() };
        assert!(!shown.follow(&busier, false), "digits rest");
        assert_eq!(shown.load_percent, 0);
        let muted = Facts { muted: true, ..busier.clone() };
        assert!(shown.follow(&muted, false));
        assert_eq!((shown.muted, shown.load_percent), (true, 0));
        assert!(shown.follow(&muted, true));
        assert_eq!(shown.load_percent, 30);
        assert!(!shown.follow(&muted, true), "the same again needs no picture");
    }
}
