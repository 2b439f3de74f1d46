//! EasyEffects: one JSON file holds a chain of effects; the multiband compressors and gates of it are read.

use serde_json::{Map, Value};

use super::Imported;
use super::foreign::{Action, Band, Effect, FOREIGN_BANDS, SILENT_DB};

/// Reads every multiband effect of a chain.
pub fn read(text: &str, name: &str) -> Result<Vec<Imported>, String> {
    let chain: Value = serde_json::from_str(text).map_err(|e| {
        let words = e.to_string();
        let words = words.split(" at line ").next().unwrap_or_default().to_owned();
        format!("line {}, column {}: not JSON ({words})", e.line(), e.column())
    })?;
    if chain.get("format").is_some_and(|format| format == "octant-preset") {
        return Err("is a preset of Octant already; it needs no import".to_owned());
    }
    let mut found = Vec::new();
    let mut others = Vec::new();
    for section in ["output", "input"] {
        let Some(Value::Object(effects)) = chain.get(section) else { continue };
        for (key, effect) in effects {
            let kind = key.split('#').next().unwrap_or_default();
            match (kind, effect) {
                ("multiband_compressor", Value::Object(effect)) => found.push((key.clone(), effect, false)),
                ("multiband_gate", Value::Object(effect)) => found.push((key.clone(), effect, true)),
                ("blocklist" | "plugins_order", _) => {}
                _ => others.push(key.clone()),
            }
        }
    }
    if found.is_empty() {
        return Err("holds no multiband_compressor and no multiband_gate of EasyEffects".to_owned());
    }
    let several = found.len() > 1;
    let mut imported = Vec::new();
    for (key, effect, gate) in found {
        let name = if several { format!("{name} {}", key.replace(['_', '#'], " ")) } else { name.to_owned() };
        let mut reader = Reader { object: effect, path: key.clone(), used: Vec::new(), notes: Vec::new() };
        let mut one = reader.effect(name, gate).map_err(|e| format!("{key}: {e}"))?;
        if !others.is_empty() {
            one.notes.push(format!("{}: other effects of the chain are left out", others.join(", ")));
        }
        imported.push(one.translate().map_err(|e| format!("{key}: {e}"))?);
    }
    Ok(imported)
}

/// Signals that go to and come from other plugins of the same maker, as levels; 0 is silence there.
const LINKS: [&str; 6] = [
    "input-to-sidechain",
    "input-to-link",
    "sidechain-to-input",
    "sidechain-to-link",
    "link-to-sidechain",
    "link-to-input",
];

/// Takes keys of an object; whatever has not been taken at the end is noted.
struct Reader<'a> {
    object: &'a Map<String, Value>,
    path: String,
    used: Vec<&'static str>,
    notes: Vec<String>,
}

impl Reader<'_> {
    fn number(&mut self, key: &'static str, default: f64) -> Result<f64, String> {
        self.used.push(key);
        match self.object.get(key) {
            None => Ok(default),
            Some(value) => {
                value.as_f64().ok_or_else(|| format!("{}.{key}: expected a number, found {value}", self.path))
            }
        }
    }

    fn switch(&mut self, key: &'static str, default: bool) -> Result<bool, String> {
        self.used.push(key);
        match self.object.get(key) {
            None => Ok(default),
            Some(Value::Bool(on)) => Ok(*on),
            Some(other) => Err(format!("{}.{key}: expected true or false, found {other}", self.path)),
        }
    }

    fn word(&mut self, key: &'static str) -> Result<Option<String>, String> {
        self.used.push(key);
        match self.object.get(key) {
            None => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.clone())),
            Some(other) => Err(format!("{}.{key}: expected a text, found {other}", self.path)),
        }
    }

    /// A key that has no counterpart: noted unless it stands at what does nothing.
    fn without(&mut self, key: &'static str, idle: &[&str], why: &str) {
        self.used.push(key);
        let Some(value) = self.object.get(key) else { return };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !idle.contains(&text.as_str()) {
            self.notes.push(format!("{}.{key}: {text} is left out; {why}", self.path));
        }
    }

    /// Notes what nobody has asked for.
    fn rest(&mut self, known: impl Fn(&str) -> bool) {
        for key in self.object.keys().filter(|key| !self.used.contains(&key.as_str()) && !known(key)) {
            self.notes.push(format!("{}.{key}: unknown here, left out", self.path));
        }
    }

    fn effect(&mut self, name: String, gate: bool) -> Result<Effect, String> {
        if self.object.contains_key("subband") {
            let what = "is of PulseEffects, whose multiband effects were others; those of EasyEffects can be imported";
            return Err(what.to_owned());
        }
        let what = if gate { "multiband gate" } else { "multiband compressor" };
        let mut effect = Effect {
            name,
            origin: format!("EasyEffects, {what}"),
            input_gain_db: self.number("input-gain", 0.0)?,
            output_gain_db: self.number("output-gain", 0.0)?,
            dry_db: self.number("dry", -100.0)?,
            wet_db: self.number("wet", 0.0)?,
            linked: !self.switch("stereo-split", false)?,
            bands: Vec::new(),
            notes: Vec::new(),
        };
        self.without("bypass", &["false"], "bypass belongs to no preset");
        self.without("envelope-boost", &["None"], "the detectors here have no tilt");
        self.without("compressor-mode", &["Modern", "Linear Phase"], "mode lr is used");
        for key in LINKS {
            self.without(key, &["0.0", "0"], "there is no link to other plugins here");
        }
        self.without("gate-mode", &["Modern", "Linear Phase"], "mode lr is used");
        for index in 0..FOREIGN_BANDS {
            let key = format!("band{index}");
            let Some(value) = self.object.get(&key) else { continue };
            let path = format!("{}.{key}", self.path);
            let Value::Object(object) = value else { return Err(format!("{path}: expected an object, found {value}")) };
            let mut band = Reader { object, path, used: Vec::new(), notes: Vec::new() };
            let on = index == 0 || band.switch("enable-band", false)?;
            // A band that is switched off does not split; its settings do nothing and are no loss.
            if on {
                let read = if gate { band.gate(index)? } else { band.compressor(index)? };
                effect.bands.push(read);
                band.rest(|_| false);
                self.notes.append(&mut band.notes);
            }
        }
        let is_band = |key: &str| key.strip_prefix("band").is_some_and(|number| number.parse::<usize>().is_ok());
        self.rest(is_band);
        effect.notes = std::mem::take(&mut self.notes);
        Ok(effect)
    }

    /// What both kinds of band have.
    fn common(&mut self, index: usize, enable: &'static str) -> Result<Band, String> {
        let type_is_external = self.word("sidechain-type")?.is_some_and(|kind| kind == "External");
        let mode = self.word("sidechain-mode")?.unwrap_or_else(|| "RMS".into());
        if !["RMS", "Peak"].contains(&mode.as_str()) {
            self.notes.push(format!("{}.sidechain-mode: {mode} does not exist here, rms is used", self.path));
        }
        self.without("sidechain-source", &["Middle", "Min", "Max"], "channels are linked, the louder one counts");
        self.without("stereo-split-source", &["Left/Right"], "channels are linked, the louder one counts");
        let why = "a detector hears its own band";
        if self.switch("sidechain-custom-lowcut-filter", false)? {
            self.notes.push(format!("{}.sidechain-custom-lowcut-filter: left out; {why}", self.path));
        }
        if self.switch("sidechain-custom-highcut-filter", false)? {
            self.notes.push(format!("{}.sidechain-custom-highcut-filter: left out; {why}", self.path));
        }
        self.used.extend(["sidechain-lowcut-frequency", "sidechain-highcut-frequency", "release-threshold"]);
        Ok(Band {
            key: self.path.clone(),
            split_hz: if index == 0 { 0.0 } else { self.number("split-frequency", 0.0)? },
            enabled: self.switch(enable, true)?,
            action: Action::Downward,
            threshold_db: -12.0,
            ratio: self.number("ratio", 1.0)?,
            knee_db: 0.0,
            range_db: None,
            attack_ms: self.number("attack-time", 20.0)?,
            release_ms: self.number("release-time", 100.0)?,
            hold_ms: 0.0,
            makeup_db: self.number("makeup", 0.0)?,
            rms: mode != "Peak",
            reactivity_ms: self.number("sidechain-reactivity", 10.0)?,
            preamp_db: self.number("sidechain-preamp", 0.0)?,
            lookahead_ms: self.number("sidechain-lookahead", 0.0)?,
            external: self.switch("external-sidechain", false)? || type_is_external,
            mute: self.switch("mute", false)?,
            solo: self.switch("solo", false)?,
        })
    }

    fn compressor(&mut self, index: usize) -> Result<Band, String> {
        let mut band = self.common(index, "compressor-enable")?;
        band.threshold_db = self.number("attack-threshold", -12.0)?;
        band.knee_db = self.number("knee", -6.0)?;
        let boost_db = self.number("boost-amount", 6.0)?;
        let floor_db = self.number("boost-threshold", -72.0)?;
        let mode = self.word("compression-mode")?;
        match mode.as_deref() {
            None | Some("Downward") => {}
            Some("Upward") => {
                band.action = Action::Upward;
                // Lifting ends at the boost threshold there; here the range says how far it may go.
                let most = (1.0 - 1.0 / band.ratio.max(1.0)) * (band.threshold_db - floor_db).max(0.0);
                band.range_db = Some((most * 10.0).round() / 10.0);
            }
            Some("Boosting") => {
                band.action = Action::Upward;
                band.range_db = Some(boost_db.max(0.0));
            }
            Some(other) => {
                self.notes.push(format!("{}.compression-mode: {other} is unknown here, downward is used", self.path));
            }
        }
        // Anything that says when the release begins, which here is whenever the level falls.
        if self.object.get("release-threshold").and_then(Value::as_f64).is_some_and(|db| db > SILENT_DB) {
            self.notes
                .push(format!("{}.release-threshold: left out; release begins as soon as the level falls", self.path));
        }
        Ok(band)
    }

    fn gate(&mut self, index: usize) -> Result<Band, String> {
        let mut band = self.common(index, "gate-enable")?;
        band.action = Action::Gate;
        band.threshold_db = self.number("curve-threshold", -24.0)?;
        band.knee_db = self.number("curve-zone", -6.0)?;
        band.range_db = Some(-self.number("reduction", -24.0)?);
        // A gate has no ratio: it falls as steeply as can be.
        band.ratio = if self.object.contains_key("ratio") { band.ratio } else { 100.0 };
        self.without("hysteresis", &["false"], "set b#_hyst");
        self.used.extend(["hysteresis-threshold", "hysteresis-zone"]);
        Ok(band)
    }
}
