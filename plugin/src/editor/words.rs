//! Words for people: labels, choices and what a control does, by the id of its parameter.

use super::rows::{self, Row};
use octant_dsp::params::{Kind, ParamRef};
use octant_dsp::settings::Settings;

/// A short label for a control inside its group.
pub fn label(row: Row) -> &'static str {
    let param = rows::at(row).param;
    match param.id {
        "above_thr" | "below_thr" => "Threshold",
        "above_ratio" | "below_ratio" => "Ratio",
        "above_range" | "below_range" => "Range",
        "in_gain" => "Input",
        "out_gain" => "Output",
        "link" => "Link",
        "auto_release" => "Auto release",
        "auto_makeup" => "Auto gain",
        "detector" => "Type",
        "sidechain" => "Source",
        "rms" => "RMS time",
        _ => param.name,
    }
}

/// A value as people read it.
pub fn value(row: Row, settings: &Settings) -> String {
    let ParamRef { param, band } = rows::at(row);
    let plain = rows::at(row).get(settings);
    match (param.id, param.kind) {
        ("target", _) => target(settings, band.unwrap_or(0), plain as usize).into(),
        (_, Kind::Choice { .. }) => choice(row, plain as usize),
        _ => param.text(plain).replace('-', "−"),
    }
}

/// The words of a choice as people read them.
pub fn choice(row: Row, index: usize) -> String {
    let param = rows::at(row).param;
    let Kind::Choice { texts, .. } = param.kind else {
        return param.text(index as f64);
    };
    match texts.get(index).copied().unwrap_or_default() {
        "lr" => "Classic".into(),
        "transparent" => "Transparent".into(),
        "linear" => "Linear phase".into(),
        "mid_side" => "M / S".into(),
        "stereo" => "L / R".into(),
        "rms" => "RMS".into(),
        "off" => "Off".into(),
        text if param.id == "slope" => format!("{text} dB/oct"),
        text if param.id == "taps" => format!("{text} taps"),
        text => {
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// The words of a choice that say something else in another basis: which channel is worked on.
pub fn target(settings: &Settings, band: usize, index: usize) -> &'static str {
    let mid_side = settings.band[band].channels == octant_dsp::settings::Channels::MidSide;
    match (index, mid_side) {
        (1, false) => "Left only",
        (2, false) => "Right only",
        (1, true) => "Mid only",
        (2, true) => "Side only",
        _ => "Both",
    }
}

/// What a control does.
pub fn help(row: Row) -> &'static str {
    let row = rows::at(row);
    match (row.param.id, row.band.is_some()) {
        ("bypass", false) => "The input passes unchanged, delayed by the latency.",
        ("hold_latency", _) => "The reported latency stays as it is, whatever else changes.",
        ("bands", _) => "How many bands there are. Double-click the display to add one where you point.",
        ("mode", _) => {
            "How the signal is split. Classic: steep bands, no latency, phase rotates. Transparent: no phase shift \
             where nothing is done. Linear phase: no phase shift at all, at the price of latency and pre-ringing."
        }
        ("slope", _) => "How steeply the bands part.",
        ("taps", _) => "Filter length of the linear phase mode: longer is exact further down and later.",
        ("in_gain", _) => "Gain of the input, before everything. The sidechain has none.",
        ("out_gain", _) => "Gain of the output, after everything.",
        ("mix", false) => "Dry and wet of everything. It never combs: dry passes the same filters.",
        ("lookahead", false) => "The detectors see this much of what comes. It delays the output by as much.",
        ("delta", _) => "Only what Octant changes is heard.",
        ("above_law", _) => "What happens above the threshold: compress holds levels down, expand lifts them.",
        ("above_thr", _) => "Levels above it are worked on. Drag it in the display, too.",
        ("below_law", _) => "What happens below the threshold: compress lifts quiet levels, expand (gate) lowers them.",
        ("below_thr", _) => "Levels below it are worked on. Drag it in the display, too.",
        ("above_ratio" | "below_ratio", _) => {
            "How strongly. At 4:1, compress leaves 1 dB of 4 dB beyond the threshold, and expand makes 4 dB of 1 dB."
        }
        ("above_range" | "below_range", _) => "The gain never changes by more than this.",
        ("knee", _) => "How gradually the curve bends, around both thresholds.",
        ("attack", _) => "How fast the gain follows a rising level: 63 % of the way in this time.",
        ("release", _) => "How fast the gain follows a falling level.",
        ("hold", _) => "The gain stays for this long before it is released.",
        ("hyst", _) => "Once open, a gate closes only this much further down.",
        ("detector", _) => "Peak for attacks below a millisecond, RMS for loudness, Smooth for low distortion.",
        ("rms", _) => "Averaging time of the RMS detector.",
        ("link", _) => "100 %: the louder channel steers both. 0 %: each steers itself.",
        ("auto_release", _) => "Releases slower after long reduction, fast after short peaks.",
        ("auto_makeup", _) => "Gives back half of the reduction that full scale would get.",
        ("gain", _) => "Gain of the band.",
        ("mix", true) => "Dry and wet of the band.",
        ("lookahead", true) => "How much of the global look-ahead this band uses.",
        ("sidechain", _) => "The detector reads the band itself, or the same band of the sidechain input.",
        ("channels", _) => "Works on left and right, or on mid and side.",
        ("target", _) => "Which channel is worked on.",
        ("bypass", true) => "The band passes as it is.",
        ("mute", _) => "The band is silent.",
        ("solo", _) => "Only bands with solo are heard.",
        ("listen", _) => "What the band's detector reads is heard instead of the output.",
        (id, _) if id.starts_with("xover") => "Where two bands meet. Drag it out of the display to remove it.",
        _ => "",
    }
}

/// Why a parameter does nothing now; `None` if it does something.
pub fn idle(row: Row, settings: &Settings, channels: usize) -> Option<&'static str> {
    use octant_dsp::settings::{Detector, Law, Mode, Target};
    let row = rows::at(row);
    let listens = settings.band[..settings.bands].iter().any(|band| band.listen);
    let Some(index) = row.band else {
        return match row.param.id {
            "mix" | "delta" if listens => Some("A detector is listened to."),
            "taps" if settings.mode != Mode::Linear => Some("Only the linear phase mode has filters of a length."),
            "slope" if settings.bands < 2 => Some("One band has no crossover."),
            _ => None,
        };
    };
    let band = &settings.band[index];
    let works = band.above.law != Law::Off || band.below.law != Law::Off;
    match row.param.id {
        "bypass" | "mute" | "solo" | "listen" | "above_law" | "below_law" => None,
        _ if band.mute => Some("The band is muted."),
        "channels" | "target" if channels == 1 => Some("There is one channel only."),
        "channels" if settings.mode == Mode::Transparent && index > 0 => {
            Some("In the mode Transparent band 1 decides for all.")
        }
        "channels" => None,
        _ if band.bypass => Some("The band is bypassed."),
        "above_thr" | "above_ratio" | "above_range" if band.above.law == Law::Off => Some("The section above is off."),
        "below_thr" | "below_ratio" | "below_range" | "hyst" if band.below.law == Law::Off => {
            Some("The section below is off.")
        }
        "above_thr" | "above_range" if band.above.ratio == 1.0 => Some("A ratio of 1:1 changes nothing."),
        "below_thr" | "below_range" | "hyst" if band.below.ratio == 1.0 => Some("A ratio of 1:1 changes nothing."),
        "above_thr" | "above_ratio" if band.above.range_db == 0.0 => Some("The range is 0."),
        "below_thr" | "below_ratio" | "hyst" if band.below.range_db == 0.0 => Some("The range is 0."),
        "link" if channels == 1 => Some("There is one channel only."),
        "link" if band.target != Target::Both => Some("One channel only is worked on."),
        "auto_makeup" if band.above.law != Law::Compress => Some("Nothing above the threshold is compressed."),
        "auto_release" if band.above.law == Law::Off => Some("The section above is off."),
        "rms" if band.detector != Detector::Rms => Some("Only the RMS detector averages."),
        "lookahead" if settings.lookahead_ms == 0.0 => Some("There is no global look-ahead to use."),
        "knee" | "attack" | "release" | "hold" | "detector" | "rms" | "link" | "lookahead" | "sidechain" if !works => {
            Some("Both sections are off.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::settings::{Detector, Law};

    #[test]
    fn every_parameter_has_words() {
        for row in 0..rows::all().len() {
            let id = rows::at(row).id();
            assert!(!help(row).is_empty(), "{id} has no help");
            assert!(!label(row).is_empty(), "{id} has no label");
        }
    }

    #[test]
    fn what_does_nothing_says_why() {
        let mut settings = Settings::default();
        let why = |settings: &Settings, id: &str| idle(rows::of_band(0, id), settings, 2);
        assert!(why(&settings, "rms").is_some() && why(&settings, "below_thr").is_some());
        assert!(why(&settings, "above_thr").is_none() && why(&settings, "gain").is_none());
        settings.band[0].detector = Detector::Rms;
        settings.band[0].below.law = Law::Expand;
        assert!(why(&settings, "rms").is_none() && why(&settings, "below_thr").is_none());
        settings.band[0].above.law = Law::Off;
        settings.band[0].below.law = Law::Off;
        assert!(why(&settings, "attack").is_some() && why(&settings, "gain").is_none());
        settings.band[0].bypass = true;
        assert!(why(&settings, "gain").is_some() && why(&settings, "bypass").is_none());
        let mut settings = Settings::default();
        settings.band[0].above.range_db = 0.0;
        assert!(why(&settings, "above_thr").is_some() && why(&settings, "above_range").is_none());
        settings.band[0].above.range_db = 6.0;
        settings.band[0].above.ratio = 1.0;
        assert!(why(&settings, "above_range").is_some() && why(&settings, "above_ratio").is_none());
        settings.mode = octant_dsp::settings::Mode::Transparent;
        let channels = |band: usize| idle(rows::of_band(band, "channels"), &settings, 2);
        assert!(channels(0).is_none() && channels(1).is_some());
        settings.band[2].listen = true;
        assert!(
            idle(rows::global("mix"), &settings, 2).is_some() && idle(rows::global("out_gain"), &settings, 2).is_none()
        );
    }
}
