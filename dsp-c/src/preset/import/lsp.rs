//! LSP multiband compressors: a `.cfg` file has a comment at its head and one `port = value` per line; a `.preset` file has
//! the lines alone, and words in the place of some numbers.

use std::collections::BTreeMap;

use super::Imported;
use super::foreign::{Action, Band, Effect, FOREIGN_BANDS};

/// Ports that change nothing that is heard: looks, meters, analysis.
const LOOKS: [&str; 14] =
    ["react", "shift", "zoom", "bsel", "hue", "flt", "ife", "ofe", "last_version", "ui", "show", "fft", "spe", "sel"];

/// One value: a number, perhaps in dB.
#[derive(Clone, Copy, Debug)]
struct Port {
    number: f64,
    decibels: bool,
}

/// Reads the file.
pub fn read(text: &str, name: &str) -> Result<Vec<Imported>, String> {
    let not_this = || "neither a preset of EasyEffects (JSON) nor an LSP .cfg file".to_owned();
    let uid = text.lines().find_map(|line| line.trim_start_matches('#').trim().strip_prefix("UID:").map(str::trim));
    if let Some(uid) = uid
        && !uid.contains("mb_compressor")
    {
        return Err(format!("is an LSP preset of {uid}; those of mb_compressor can be imported"));
    }
    let mut ports: BTreeMap<String, Port> = BTreeMap::new();
    let mut notes = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(match uid {
                Some(_) => format!("line {}: expected port = value, found {}", number + 1, shown(line)),
                None => not_this(),
            });
        };
        let key = key.trim().to_owned();
        match port(&key, value.trim()) {
            Some(port) => drop(ports.insert(key, port)),
            None if key.starts_with('/') || value.trim().starts_with('"') => {}
            None => {
                return Err(format!("line {}: {}: expected a number, found {}", number + 1, shown(&key), shown(value)));
            }
        }
    }
    if ports.contains_key("al_0m") || ports.contains_key("cr_0m") {
        let what =
            "has settings of their own for middle and side; the Stereo, LeftRight and Mono kinds can be imported";
        return Err(what.to_owned());
    }
    let linked = join_channels(&mut ports)?;
    if !ports.contains_key("al_0") && !ports.contains_key("cr_0") {
        return Err(not_this());
    }
    let mut file = File { ports, linked, notes: Vec::new() };
    let effect = file.effect(name.to_owned());
    let mut effect = Effect { notes: std::mem::take(&mut file.notes), ..effect };
    notes.append(&mut effect.notes);
    effect.notes = notes;
    Ok(vec![effect.translate()?])
}

fn shown(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

/// Makes one of `al_0l` and `al_0r`, which must agree; whether both channels hear the same detector.
fn join_channels(ports: &mut BTreeMap<String, Port>) -> Result<bool, String> {
    let of_left = |key: &str| key.strip_suffix('l').filter(|key| key.ends_with(|c: char| c.is_ascii_digit())).is_some();
    let left: Vec<String> = ports.keys().filter(|key| of_left(key)).cloned().collect();
    let mut linked = true;
    for key in left {
        let base = key[..key.len() - 1].to_owned();
        let (Some(left), Some(right)) = (ports.remove(&key), ports.remove(&format!("{base}r"))) else { continue };
        if (left.number - right.number).abs() <= 1e-6 * left.number.abs() {
            ports.insert(base, left);
        } else if base.starts_with("scs_") && left.number == 2.0 && right.number == 3.0 {
            // Left hears left, and right hears right.
            linked = false;
        } else {
            let [left, right] = [left, right].map(|port| port.number);
            return Err(format!(
                "{key} is {left}, {base}r is {right}; a file can be imported where both channels are set alike"
            ));
        }
    }
    Ok(linked)
}

/// Words of a port that is a choice, in the order of their numbers; those of older versions behind a bar.
fn words(key: &str) -> &'static [&'static str] {
    match key.split('_').next().unwrap_or_default() {
        "mode" => &["classic", "modern", "linear phase"],
        "envb" => &["none", "pink bt", "pink mt", "brown bt", "brown mt"],
        "cm" => &["down", "up", "boost"],
        "scm" => &["peak", "rms", "lpf|low-pass", "sma|uniform"],
        "scs" => &["middle", "side", "left", "right", "min", "max"],
        "sscs" => &["left/right", "right/left", "mid/side", "side/mid", "min", "max"],
        "sce" => &["internal", "external", "link"],
        _ => &[],
    }
}

/// `true`, `12`, `-6.0 db`, `f32:0.5`, `RMS`.
fn port(key: &str, text: &str) -> Option<Port> {
    let text = text.split('#').next().unwrap_or_default().trim().trim_matches('"');
    let text = ["f32:", "i32:", "u32:", "bool:"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    let plain = |number| Some(Port { number, decibels: false });
    match lower.as_str() {
        "true" | "on" => return plain(1.0),
        "false" | "off" => return plain(0.0),
        _ => {}
    }
    if let Some(choice) = words(key).iter().position(|word| word.split('|').any(|word| word == lower)) {
        return plain(choice as f64);
    }
    if LOOKS.contains(&key) {
        return plain(0.0);
    }
    let decibels = lower.strip_suffix("db").map(str::trim);
    let number = match decibels.unwrap_or(&lower) {
        "-inf" if decibels.is_some() => -144.0,
        number => number.parse::<f64>().ok().filter(|number| number.is_finite())?,
    };
    Some(Port { number, decibels: decibels.is_some() })
}

struct File {
    ports: BTreeMap<String, Port>,
    /// One detector for both channels.
    linked: bool,
    notes: Vec<String>,
}

impl File {
    fn take(&mut self, key: &str) -> Option<Port> {
        self.ports.remove(key)
    }

    fn number(&mut self, key: &str, default: f64) -> f64 {
        self.take(key).map_or(default, |port| port.number)
    }

    /// Levels are written in dB, or as linear factors by older versions.
    fn level_db(&mut self, key: &str, default: f64) -> f64 {
        self.take(key).map_or(
            default,
            |port| {
                if port.decibels { port.number } else { 20.0 * port.number.max(1e-7).log10() }
            },
        )
    }

    fn switch(&mut self, key: &str, default: bool) -> bool {
        self.take(key).map_or(default, |port| port.number >= 0.5)
    }

    fn without(&mut self, key: &str, idle: f64, why: &str) {
        if let Some(port) = self.take(key)
            && (port.number - idle).abs() > 1e-6
        {
            self.notes.push(format!("{key}: {} is left out; {why}", port.number));
        }
    }

    fn effect(&mut self, name: String) -> Effect {
        // Part of the processed signal in what comes out, beside the two levels.
        let wet = (0.01 * self.number("drywet", 100.0)).clamp(0.0, 1.0);
        let factor = |db: f64| 10.0_f64.powf(db / 20.0);
        let level = |factor: f64| 20.0 * factor.max(1e-7).log10();
        let dry_db = level(factor(self.level_db("g_dry", -144.0)) * wet + 1.0 - wet);
        let wet_db = level(factor(self.level_db("g_wet", 0.0)) * wet);
        let linked = self.linked && !self.switch("ssplit", false);
        let mut effect = Effect {
            name,
            origin: "LSP, multiband compressor".into(),
            input_gain_db: self.level_db("g_in", 0.0),
            output_gain_db: self.level_db("g_out", 0.0),
            dry_db,
            wet_db,
            linked,
            bands: Vec::new(),
            notes: Vec::new(),
        };
        self.without("enabled", 1.0, "bypass belongs to no preset");
        self.without("bypass", 0.0, "bypass belongs to no preset");
        self.without("envb", 0.0, "the detectors here have no tilt");
        for link in ["in2lk", "in2sc", "lk2in", "lk2sc", "sc2in", "sc2lk"] {
            if self.level_db(link, -144.0) > super::foreign::SILENT_DB {
                self.notes.push(format!("{link}: left out; there is no link to other plugins here"));
            }
        }
        // Classic, modern and linear phase are ways to split; each is lr here.
        self.take("mode");
        for index in 0..FOREIGN_BANDS {
            let band = self.band(index);
            // Every other band is on unless the file says otherwise.
            let on = index == 0 || self.switch(&format!("cbe_{index}"), index % 2 == 0);
            if on {
                effect.bands.push(band);
            } else {
                // A band that is switched off does not split: what was to be said of it is no loss.
                let suffix = format!("_{index}:");
                self.notes.retain(|note| !note.contains(&suffix));
            }
        }
        let looks = |key: &str| LOOKS.contains(&key.split('_').next().unwrap_or_default()) || LOOKS.contains(&key);
        let rest: Vec<String> = self.ports.keys().filter(|key| !looks(key)).cloned().collect();
        self.notes.extend(rest.into_iter().map(|key| format!("{key}: unknown here, left out")));
        effect
    }

    fn band(&mut self, index: usize) -> Band {
        let key = |port: &str| format!("{port}_{index}");
        let mode = self.number(&key("cm"), 0.0);
        let threshold_db = self.level_db(&key("al"), -12.0);
        let ratio = self.number(&key("cr"), 1.0);
        let (floor_db, boost_db) = (self.level_db(&key("bth"), -72.0), self.level_db(&key("bsa"), 6.0));
        let (action, range_db) = match mode as i64 {
            1 => {
                let most = (1.0 - 1.0 / ratio.max(1.0)) * (threshold_db - floor_db).max(0.0);
                (Action::Upward, Some((most * 10.0).round() / 10.0))
            }
            2 => (Action::Upward, Some(boost_db.max(0.0))),
            _ => (Action::Downward, None),
        };
        let detector = self.number(&key("scm"), 1.0) as i64;
        if detector > 1 {
            self.notes.push(format!("{}: low-pass and uniform do not exist here, rms is used", key("scm")));
        }
        if ![0, 4, 5].contains(&(self.number(&key("scs"), 0.0) as i64)) {
            self.notes.push(format!("{}: left out; channels are linked, the louder one counts", key("scs")));
        }
        self.without(&key("sscs"), 0.0, "channels that are not linked hear themselves");
        for port in ["sclc", "schc"] {
            self.without(&key(port), 0.0, "a detector hears its own band");
        }
        for port in ["sclf", "schf", "hue"] {
            self.take(&key(port));
        }
        if self.level_db(&key("rrl"), -144.0) > super::foreign::SILENT_DB {
            self.notes.push(format!("{}: left out; release begins as soon as the level falls", key("rrl")));
        }
        Band {
            key: format!("band {index}"),
            split_hz: if index == 0 { 0.0 } else { self.number(&key("sf"), SPLITS_HZ[index - 1]) },
            enabled: self.switch(&key("ce"), true),
            action,
            threshold_db,
            ratio,
            knee_db: self.level_db(&key("kn"), -6.0),
            range_db,
            attack_ms: self.number(&key("at"), 20.0),
            release_ms: self.number(&key("rt"), 100.0),
            hold_ms: self.number(&key("ht"), 0.0),
            makeup_db: self.level_db(&key("mk"), 0.0),
            rms: detector != 0,
            reactivity_ms: self.number(&key("scr"), 10.0),
            preamp_db: self.level_db(&key("scp"), 0.0),
            lookahead_ms: self.number(&key("sla"), 0.0),
            external: self.switch(&key("sce"), false),
            mute: self.switch(&key("bm"), false),
            solo: self.switch(&key("bs"), false),
        }
    }
}

/// Where bands begin if the file does not say.
const SPLITS_HZ: [f64; 7] = [40.0, 100.0, 252.0, 632.0, 1587.0, 3984.0, 10_000.0];
