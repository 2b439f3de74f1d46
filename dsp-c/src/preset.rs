//! Preset files: a complete check that names the JSON path, and a round trip that loses nothing, unknown keys included.

mod factory;
pub mod import;
mod layout;
mod scan;

use crate::linear::lowest_exact_crossover_hz;
use crate::params::{self, Kind, MAX_CROSSOVER_HZ, Param, default_crossovers_hz, sanitize_crossovers};
use crate::settings::{Channels, MAX_BANDS, Mode, Settings, Slope};
use serde_json::{Map, Value};
use std::fmt;

pub use factory::{Factory, factory, find_factory};

/// Longest preset that is read. A real one has some ten thousand bytes.
pub const MAX_PRESET_BYTES: usize = 1 << 20;

const FORMAT: &str = "octant-preset";
const TEXT_KEYS: [&str; 3] = ["name", "author", "comment"];

/// A preset: settings, what people say about them, and every key that this version does not know.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Preset {
    /// Title.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// What it is for and how it is adjusted.
    pub comment: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What the processor shall do. `bypass` and `hold_latency` belong to the host and are neither read nor written.
    pub settings: Settings,
    /// Keys that this version does not know; they are written again.
    pub unknown: Unknown,
}

/// Keys that this version does not know, at every level, in the order of the file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Unknown {
    /// Beside `name`, `mode` …
    pub top: Map<String, Value>,
    /// Of each band, lowest first.
    pub bands: Vec<UnknownOfBand>,
}

/// Keys of one band that this version does not know.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UnknownOfBand {
    /// Beside `knee_db`, `attack_ms` …
    pub band: Map<String, Value>,
    /// In `above`.
    pub above: Map<String, Value>,
    /// In `below`.
    pub below: Map<String, Value>,
}

/// Why a text is no preset: one sentence that begins with the JSON path (`$` is the whole text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    /// JSON path of the offending value, such as `bands[1].above.ratio`.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl PresetError {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl Unknown {
    /// A sentence for each key, which begins with its JSON path: it may be a slip of the pen.
    pub fn warnings(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut tell = |path: String, keys: &Map<String, Value>| {
            texts.extend(keys.keys().map(|key| {
                // A file may hold anything, and what is told goes to terminals.
                let key: String = key.escape_debug().take(40).collect();
                format!("{path}{key}: unknown key; it has no effect")
            }));
        };
        tell(String::new(), &self.top);
        for (index, band) in self.bands.iter().enumerate() {
            tell(format!("bands[{index}]."), &band.band);
            tell(format!("bands[{index}].above."), &band.above);
            tell(format!("bands[{index}].below."), &band.below);
        }
        texts
    }
}

impl fmt::Display for PresetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for PresetError {}

impl Preset {
    /// Reads the bytes of a preset file. Like [`Preset::from_json`], with an error for bytes that are not UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PresetError> {
        check_length(bytes.len())?;
        let text = std::str::from_utf8(bytes).map_err(|error| {
            PresetError::new("$", format!("not UTF-8 text (byte {}); a preset is JSON text", error.valid_up_to() + 1))
        })?;
        Self::from_json(text)
    }

    /// Reads a preset. Missing keys take their defaults; unknown keys are kept.
    ///
    /// Errors: not JSON, `format` or `version` missing or other, a key that occurs twice, a wrong type,
    /// a value out of range or not in its list, other than 1 … 8 bands, `bands` and `crossovers_hz` that do not fit.
    /// Crossovers out of order are no error, see [`Preset::warnings`].
    pub fn from_json(text: &str) -> Result<Self, PresetError> {
        check_length(text.len())?;
        // Editors of one large vendor begin UTF-8 files with this mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = serde_json::from_str(text);
        scan::check(text)?;
        match parsed {
            Ok(Value::Object(raw)) => Self::from_object(&raw),
            Ok(other) => Err(expected("$", "an object", &other)),
            Err(error) => {
                let place = format!("line {}, column {}", error.line(), error.column());
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                Err(PresetError::new("$", format!("not JSON ({place}: {message})")))
            }
        }
    }

    fn from_object(raw: &Map<String, Value>) -> Result<Self, PresetError> {
        let required = |key: &'static str, what: &str| {
            raw.get(key).ok_or_else(|| PresetError::new(key, format!("is missing, expected {what}")))
        };
        let quoted = format!("\"{FORMAT}\"");
        let format = required("format", &quoted)?;
        if format != FORMAT {
            return Err(expected("format", &quoted, format));
        }
        let version = required("version", "1")?;
        if version.as_f64() != Some(1.0) {
            return Err(expected("version", "1", version));
        }
        let mut preset = Self {
            name: string(raw, "name")?,
            author: string(raw, "author")?,
            comment: string(raw, "comment")?,
            tags: strings(raw, "tags")?,
            ..Self::default()
        };
        for param in params::globals().iter().filter(|param| is_plain_key(param.path)) {
            if let Some(value) = raw.get(param.path) {
                let row = params::ParamRef { param, band: None };
                row.set_clamped(&mut preset.settings, plain_value(param, value, param.path)?);
            }
        }
        preset.read_crossovers(raw)?;
        preset.unknown.top = unknown_keys(raw, is_known_top_key);
        preset.unknown.bands = vec![UnknownOfBand::default(); preset.settings.bands];
        for (band, value) in list(raw, "bands")?.unwrap_or_default().iter().enumerate() {
            preset.read_band(band, value)?;
        }
        // What is read equals what was written.
        if preset.unknown.bands.iter().all(|band| *band == UnknownOfBand::default()) {
            preset.unknown.bands.clear();
        }
        Ok(preset)
    }

    /// Sets the number of bands and the crossovers, which have to fit each other.
    fn read_crossovers(&mut self, raw: &Map<String, Value>) -> Result<(), PresetError> {
        let bands = list(raw, "bands")?;
        let crossovers = list(raw, "crossovers_hz")?;
        let (count, path) = match (bands, crossovers) {
            (Some(bands), _) => (bands.len(), "bands"),
            (None, Some(crossovers)) => (crossovers.len() + 1, "crossovers_hz"),
            (None, None) => (self.settings.bands, "bands"),
        };
        if !(1..=MAX_BANDS).contains(&count) {
            return Err(PresetError::new(path, format!("1 … {MAX_BANDS} bands, found {count}")));
        }
        self.settings.bands = count;
        let Some(crossovers) = crossovers else {
            self.settings.crossovers_hz[..count - 1].copy_from_slice(default_crossovers_hz(count));
            return Ok(());
        };
        if crossovers.len() + 1 != count {
            let (need, found) = (count - 1, crossovers.len());
            let verb = if count == 1 { "band needs" } else { "bands need" };
            let message = format!("{count} {verb} {need} crossovers, found {found}");
            return Err(PresetError::new("crossovers_hz", message));
        }
        let rows = params::globals().iter().filter(|param| is_crossover(param.path));
        for (value, param) in crossovers.iter().zip(rows) {
            let row = params::ParamRef { param, band: None };
            row.set_clamped(&mut self.settings, plain_value(param, value, param.path)?);
        }
        Ok(())
    }

    fn read_band(&mut self, band: usize, value: &Value) -> Result<(), PresetError> {
        let path = format!("bands[{band}]");
        let raw = value.as_object().ok_or_else(|| expected(&path, "an object", value))?;
        for param in params::band_params() {
            let (section, key) = band_place(param);
            let object = match section.map(|name| (name, raw.get(name))) {
                None => raw,
                Some((_, None)) => continue,
                Some((_, Some(Value::Object(section)))) => section,
                Some((name, Some(other))) => {
                    return Err(expected(&format!("{path}.{name}"), "an object", other));
                }
            };
            if let Some(value) = object.get(key) {
                let row = params::ParamRef { param, band: Some(band) };
                let path = row.json_path().unwrap_or_default();
                row.set_clamped(&mut self.settings, plain_value(param, value, &path)?);
            }
        }
        let unknown = &mut self.unknown.bands[band];
        let is_known = |section: Option<&str>, key: &str| {
            params::band_params().iter().any(|param| band_place(param) == (section, key))
        };
        unknown.band = unknown_keys(raw, |key| key == "above" || key == "below" || is_known(None, key));
        for (name, kept) in [("above", &mut unknown.above), ("below", &mut unknown.below)] {
            if let Some(Value::Object(section)) = raw.get(name) {
                *kept = unknown_keys(section, |key| is_known(Some(name), key));
            }
        }
        Ok(())
    }

    /// Writes the preset, every known key, in an order that never changes; ends with a line feed.
    ///
    /// Always a valid preset: values outside their ranges are written as the nearest valid one.
    /// `from_json` of the text gives the same preset again, but for values of bands not in use, which are not written.
    pub fn to_json(&self) -> String {
        let bands = self.settings.bands.clamp(1, MAX_BANDS);
        let mut top = Map::new();
        top.insert("format".into(), FORMAT.into());
        top.insert("version".into(), 1.into());
        for (key, text) in TEXT_KEYS.iter().zip([&self.name, &self.author, &self.comment]) {
            top.insert((*key).into(), text.as_str().into());
        }
        top.insert("tags".into(), self.tags.as_slice().into());
        for param in params::globals().iter().filter(|param| is_plain_key(param.path)) {
            let row = params::ParamRef { param, band: None };
            top.insert(param.path.into(), json_value(param, row.get(&self.settings)));
            if param.id == "taps" {
                top.insert("crossovers_hz".into(), self.crossovers(bands));
            }
        }
        let list = (0..bands).map(|band| Value::Object(self.band(band)));
        top.insert("bands".into(), list.collect());
        keep(&mut top, &self.unknown.top);
        layout::pretty(&Value::Object(top))
    }

    fn crossovers(&self, bands: usize) -> Value {
        let rows = params::globals().iter().filter(|param| is_crossover(param.path));
        let hz = self.settings.crossovers_hz.iter().zip(rows).take(bands - 1);
        hz.map(|(hz, param)| json_value(param, *hz)).collect()
    }

    fn band(&self, band: usize) -> Map<String, Value> {
        let mut object = Map::new();
        let (mut above, mut below) = (Map::new(), Map::new());
        for name in ["above", "below"] {
            // Reserves the place of the sections: first in the band.
            object.insert(name.into(), Value::Null);
        }
        for param in params::band_params() {
            let row = params::ParamRef { param, band: Some(band) };
            let value = json_value(param, row.get(&self.settings));
            let (section, key) = band_place(param);
            match section {
                Some("above") => above.insert(key.into(), value),
                Some(_) => below.insert(key.into(), value),
                None => object.insert(key.into(), value),
            };
        }
        if let Some(unknown) = self.unknown.bands.get(band) {
            keep(&mut above, &unknown.above);
            keep(&mut below, &unknown.below);
            keep(&mut object, &unknown.band);
        }
        object.insert("above".into(), Value::Object(above));
        object.insert("below".into(), Value::Object(below));
        object
    }

    /// What has no effect, and what the processor will change at this sample rate, see [`warnings`].
    pub fn warnings(&self, sample_rate_hz: f64) -> Vec<String> {
        let mut texts = self.unknown.warnings();
        texts.extend(warnings(&self.settings, sample_rate_hz));
        texts
    }
}

/// One sentence for every value that is valid but that the processor cannot take as it stands:
/// crossovers out of order or too high for the sample rate, or too low for the filters of the linear mode, a band's
/// look-ahead beyond the global one, channels that differ from band to band where the first band decides.
pub fn warnings(settings: &Settings, sample_rate_hz: f64) -> Vec<String> {
    let bands = settings.bands.clamp(1, MAX_BANDS);
    let wanted = &settings.crossovers_hz[..bands - 1];
    let mut used = settings.crossovers_hz;
    let used = &mut used[..bands - 1];
    sanitize_crossovers(used, sample_rate_hz);
    let highest_hz = MAX_CROSSOVER_HZ.min(params::MAX_CROSSOVER_PER_RATE * sample_rate_hz);
    let mut texts = Vec::new();
    let exact_hz = lowest_exact_crossover_hz(settings.linear_taps, settings.slope, sample_rate_hz);
    for (i, (wanted, used)) in wanted.iter().zip(used).enumerate() {
        if settings.mode == Mode::Linear && *used < exact_hz {
            texts.push(format!(
                "crossovers_hz[{i}]: at {used:.1} Hz the slopes are softer than {} dB/oct; with linear_taps {} they are \
                 exact from {exact_hz:.0} Hz up",
                Slope::TEXTS[settings.slope as usize], settings.linear_taps,
            ));
        }
        if *wanted != *used {
            texts.push(format!(
                "crossovers_hz[{i}]: {used:.1} Hz is used instead of {wanted} Hz; crossovers ascend by a sixth of an \
                 octave or more, from 20 to {highest_hz} Hz at this sample rate"
            ));
        }
    }
    for (i, band) in settings.band[..bands].iter().enumerate() {
        let (band_ms, global_ms) = (band.lookahead_ms, settings.lookahead_ms);
        if band_ms > global_ms {
            texts.push(format!(
                "bands[{i}].lookahead_ms: {global_ms} ms is used instead of {band_ms} ms; \
                 lookahead_ms is the limit of every band"
            ));
        }
        if settings.mode == Mode::Transparent && band.channels != settings.band[0].channels {
            texts.push(format!(
                "bands[{i}].channels: {} is used instead of {}; in mode transparent the first band decides for all",
                Channels::TEXTS[settings.band[0].channels as usize],
                Channels::TEXTS[band.channels as usize],
            ));
        }
    }
    texts
}

fn check_length(bytes: usize) -> Result<(), PresetError> {
    if bytes <= MAX_PRESET_BYTES {
        return Ok(());
    }
    // Whoever reads a file stops behind the limit and does not know its length.
    let message = format!("is too long for a preset, which has {MAX_PRESET_BYTES} bytes at most");
    Err(PresetError::new("$", message))
}

fn is_crossover(path: &str) -> bool {
    path.starts_with("crossovers_hz[")
}

/// Global rows that are one key with one value.
fn is_plain_key(path: &str) -> bool {
    !path.is_empty() && path != "bands" && !is_crossover(path)
}

fn is_known_top_key(key: &str) -> bool {
    ["format", "version", "tags", "crossovers_hz"].contains(&key)
        || TEXT_KEYS.contains(&key)
        || params::globals().iter().any(|param| param.path == key)
}

/// Section and key of a band's row.
fn band_place(param: &Param) -> (Option<&'static str>, &'static str) {
    let path = param.path.strip_prefix("bands[].").unwrap_or(param.path);
    match path.split_once('.') {
        Some((section, key)) => (Some(section), key),
        None => (None, path),
    }
}

fn expected(path: &str, what: &str, found: &Value) -> PresetError {
    let text = found.to_string();
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    PresetError::new(path, format!("expected {what}, found {shown}"))
}

fn string(raw: &Map<String, Value>, key: &str) -> Result<String, PresetError> {
    match raw.get(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(expected(key, "a string", other)),
    }
}

fn list<'a>(raw: &'a Map<String, Value>, key: &str) -> Result<Option<&'a [Value]>, PresetError> {
    match raw.get(key) {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list)),
        Some(other) => Err(expected(key, "a list", other)),
    }
}

fn strings(raw: &Map<String, Value>, key: &str) -> Result<Vec<String>, PresetError> {
    let texts = list(raw, key)?.unwrap_or_default().iter().enumerate();
    texts
        .map(|(i, value)| {
            let text = value.as_str().map(String::from);
            text.ok_or_else(|| expected(&format!("{key}[{i}]"), "a string", value))
        })
        .collect()
}

/// The plain value of a JSON value: numbers for ranges and numeric choices, words for other choices, booleans
/// for switches.
fn plain_value(param: &Param, value: &Value, path: &str) -> Result<f64, PresetError> {
    match param.kind {
        Kind::Float { .. } | Kind::Integer { .. } => {
            let number = value.as_f64().ok_or_else(|| expected(path, "a number", value))?;
            param.check(number).map_err(|message| PresetError::new(path, message))
        }
        Kind::Switch { .. } => match value {
            Value::Bool(on) => Ok(f64::from(u8::from(*on))),
            other => Err(expected(path, "true or false", other)),
        },
        Kind::Choice { texts, .. } => {
            let index = texts.iter().position(|text| match (number_in(text), value) {
                (Some(number), value) => value.as_f64() == Some(number),
                (None, Value::String(word)) => word == text,
                (None, _) => false,
            });
            let what = || format!("one of {}", texts.join(", "));
            index.map(|i| i as f64).ok_or_else(|| expected(path, &what(), value))
        }
    }
}

fn json_value(param: &Param, plain: f64) -> Value {
    let plain = param.clamp(plain);
    match param.kind {
        Kind::Switch { .. } => Value::Bool(plain >= 0.5),
        Kind::Choice { texts, .. } => {
            let text = texts[plain as usize];
            number_in(text).map_or_else(|| text.into(), number)
        }
        _ => number(plain),
    }
}

/// Texts such as `24` stand in a preset as numbers.
fn number_in(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Whole numbers without a point, as people write them.
fn number(plain: f64) -> Value {
    if plain.fract() == 0.0 { (plain as i64).into() } else { plain.into() }
}

fn unknown_keys(raw: &Map<String, Value>, known: impl Fn(&str) -> bool) -> Map<String, Value> {
    let unknown = raw.iter().filter(|(key, _)| !known(key));
    unknown.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Adds kept keys; never over a known one.
fn keep(object: &mut Map<String, Value>, unknown: &Map<String, Value>) {
    for (key, value) in unknown {
        object.entry(key.as_str()).or_insert_with(|| value.clone());
    }
}
