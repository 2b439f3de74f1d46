//! What a session remembers until the next one: a JSON file in the platform's directory for settings.
//!
//! ```json
//! {"format": "octant-live", "version": 1, "host": "alsa", "input": "alsa:default", "rate": 48000, "slot": "A",
//!  "a": {"preset": "drum-bus", "sound": { … a preset … }}, "midi": [{"channel": 1, "controller": 74, "id": "mix"}]}
//! ```
//!
//! Keys that this version does not know are kept, beside these and in the sounds. A file with a fault is told and left as
//! it is.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use octant_dsp::params::{self, closest};
use octant_dsp::{Engine, Preset};
use serde_json::{Map, Value, json};

use super::desk::{Desk, LETTERS, Slot, must_not_wait};
use super::format::{PERIODS, RATES_HZ};
use super::options::DriftChoice;
use crate::error::{Failure, reason};
use crate::presets::CHECK_RATE_HZ;
use crate::staging::{self, OutputFile};

const FORMAT: &str = "octant-live";
/// A real one has some twenty thousand bytes.
const MAX_BYTES: u64 = 4 << 20;

/// Everything that is remembered. Fields that are None were never chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Sound system.
    pub host: Option<String>,
    /// Device ids.
    pub input: Option<String>,
    /// The same.
    pub output: Option<String>,
    /// The same.
    pub sidechain: Option<String>,
    /// Hz.
    pub rate: Option<u32>,
    /// Frames per period.
    pub buffer: Option<u32>,
    /// Milliseconds.
    pub latency: Option<f64>,
    /// When drift is corrected.
    pub drift: Option<DriftChoice>,
    /// The user let a built-in microphone through, or muted the input.
    pub muted: Option<bool>,
    /// The sounds A to D.
    pub desk: Desk,
    /// MIDI input, a part of its name.
    pub midi_input: Option<String>,
    /// Controllers (channel 0 … 15, number 0 … 127) and the ids that they move.
    pub midi: BTreeMap<(u8, u8), String>,
    /// Keys of other versions.
    pub unknown: Map<String, Value>,
}

const KEYS: [&str; 18] = [
    "format",
    "version",
    "host",
    "input",
    "output",
    "sidechain",
    "rate",
    "buffer",
    "latency",
    "drift",
    "muted",
    "slot",
    "a",
    "b",
    "c",
    "d",
    "midi_input",
    "midi",
];

/// Where a fault is and what would be right.
struct Fault {
    key: String,
    words: String,
}

type Read<T> = Result<T, Fault>;

fn fault<T>(key: &str, words: impl Into<String>) -> Read<T> {
    Err(Fault { key: key.to_owned(), words: words.into() })
}

fn expected<T>(key: &str, what: &str, found: &Value) -> Read<T> {
    let text: String = found.to_string().chars().take(40).collect();
    fault(key, format!("expected {what}, found {text}"))
}

impl Memory {
    /// The file in the platform's directory for settings; None where there is no home.
    #[must_use]
    pub fn default_path() -> Option<PathBuf> {
        directories::ProjectDirs::from("audio", "octant", "octant").map(|dirs| dirs.config_dir().join("live.json"))
    }

    /// Reads a file; one that does not exist remembers nothing. The file is not touched, whatever is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let text = match fs::metadata(path).and_then(|found| {
            // Of a pipe nobody knows whether it will ever bring anything.
            let may_be = found.len() <= MAX_BYTES && (found.is_file() || found.is_dir());
            if may_be { fs::read_to_string(path).map(Some) } else { Ok(None) }
        }) {
            Ok(Some(text)) => text,
            Ok(None) => {
                return Err(Failure::settings(format!(
                    "{name}: is no state file of octant live (a file of at most {MAX_BYTES} bytes); name another one with \
                     --state"
                )));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => {
                return Err(Failure::settings(format!("{name}: is not UTF-8 text; a state file is JSON")));
            }
            Err(e) => return Err(Failure::settings(format!("{name}: cannot be read: {}", reason(&e)))),
        };
        let raw: Value = serde_json::from_str(&text).map_err(|e| {
            let words = e.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            Failure::settings(format!(
                "{name}: line {}, column {}: not JSON ({words}); mend it or remove the file to begin afresh",
                e.line(),
                e.column()
            ))
        })?;
        Self::from_json(&raw).map_err(|Fault { key, words }| {
            let line = line_of(&text, &key).map_or(String::new(), |line| format!("line {line}: "));
            Failure::settings(format!("{name}: {line}{key}: {words}"))
        })
    }

    /// Writes the file: whole or not at all. Makes its directory.
    pub fn save(&self, path: &Path) -> Result<(), Failure> {
        let directory = staging::directory_of(path);
        fs::create_dir_all(&directory).map_err(|e| Failure::writing(&directory.display().to_string(), &e))?;
        let mut file = OutputFile::create(path, true)?;
        file.write(format!("{:#}\n", self.to_json()).as_bytes())?;
        staging::commit(vec![file])
    }

    fn from_json(raw: &Value) -> Read<Self> {
        let Value::Object(raw) = raw else { return expected("$", "an object", raw) };
        match raw.get("format") {
            Some(format) if format == FORMAT => {}
            Some(other) => return expected("format", &format!("\"{FORMAT}\""), other),
            None => return fault("format", format!("is missing, expected \"{FORMAT}\"")),
        }
        match raw.get("version") {
            Some(version) if version.as_f64() == Some(1.0) => {}
            Some(other) => return expected("version", "1; a later version of octant wrote this file", other),
            None => return fault("version", "is missing, expected 1"),
        }
        // A later version adds keys that nobody here would take for a slip of the pen.
        for key in raw.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            if let Some(meant) = closest(key, KEYS.into_iter()) {
                return fault(key, format!("there is no such key, did you mean {meant}?"));
            }
        }
        let text = |key: &str| match raw.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => expected(key, "a text", other),
        };
        let number = |key: &str, least: f64, most: f64| match raw.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
                _ => expected(key, &format!("a number from {least} to {most}"), value),
            },
        };
        let whole = |key: &str, (least, most): (u32, u32)| match number(key, least.into(), most.into())? {
            Some(number) if number.fract() != 0.0 => expected(key, "a whole number", &json!(number)),
            number => Ok(number.map(|number| number as u32)),
        };
        let muted = match raw.get("muted") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(muted)) => Some(*muted),
            Some(other) => return expected("muted", "true or false", other),
        };
        let drift = match text("drift")? {
            None => None,
            Some(word) => match DriftChoice::from_str(&word, false) {
                Ok(choice) => Some(choice),
                Err(_) => return fault("drift", format!("expected auto, on or off, found {word}")),
            },
        };
        let current = match text("slot")? {
            None => 0,
            Some(word) => match LETTERS.iter().position(|letter| word == letter.to_string()) {
                Some(slot) => slot,
                None => return fault("slot", format!("expected A, B, C or D, found {word}")),
            },
        };
        Ok(Self {
            host: text("host")?,
            input: text("input")?,
            output: text("output")?,
            sidechain: text("sidechain")?,
            rate: whole("rate", RATES_HZ)?,
            buffer: whole("buffer", PERIODS)?,
            latency: number("latency", 0.0, 2000.0)?,
            drift,
            muted,
            desk: Desk {
                slots: [
                    slot(raw.get("a"), "a")?,
                    slot(raw.get("b"), "b")?,
                    slot(raw.get("c"), "c")?,
                    slot(raw.get("d"), "d")?,
                ],
                current,
                muted: muted.unwrap_or(false),
            },
            midi_input: text("midi_input")?,
            midi: controllers(raw.get("midi"))?,
            unknown: raw
                .iter()
                .filter(|(key, _)| !KEYS.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        })
    }

    fn to_json(&self) -> Value {
        let slot = |slot: &Slot| {
            let sound: Value = serde_json::from_str(&slot.preset.to_json()).unwrap_or_default();
            json!({"preset": slot.origin, "sound": sound})
        };
        // Most people never use C and D.
        let used = |index: usize| (self.desk.slots[index] != Slot::default()).then(|| slot(&self.desk.slots[index]));
        let midi: Vec<Value> = self
            .midi
            .iter()
            .map(|((channel, controller), id)| json!({"channel": channel + 1, "controller": controller, "id": id}))
            .collect();
        let mut document = json!({
            "format": FORMAT, "version": 1,
            "host": self.host, "input": self.input, "output": self.output, "sidechain": self.sidechain,
            "rate": self.rate, "buffer": self.buffer, "latency": self.latency,
            "drift": self.drift.map(DriftChoice::word), "muted": self.muted,
            "slot": LETTERS[self.desk.current].to_string(),
            "a": slot(&self.desk.slots[0]), "b": slot(&self.desk.slots[1]), "c": used(2), "d": used(3),
            "midi_input": self.midi_input, "midi": midi,
        });
        if let Value::Object(document) = &mut document {
            // What was never chosen is not written: the file stays one that people can read.
            document.retain(|_, value| !value.is_null());
            for (key, value) in &self.unknown {
                document.entry(key.as_str()).or_insert_with(|| value.clone());
            }
        }
        document
    }
}

/// Refuses keys other than these: nothing that is written again may get lost.
fn only(object: &Map<String, Value>, keys: [&str; 2], path: &str) -> Read<()> {
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => fault(&format!("{path}.{key}"), format!("there is no such key, there are {}", keys.join(" and "))),
        None => Ok(()),
    }
}

fn slot(raw: Option<&Value>, key: &str) -> Read<Slot> {
    let object = match raw {
        None | Some(Value::Null) => return Ok(Slot::default()),
        Some(Value::Object(object)) => object,
        Some(other) => return expected(key, "an object", other),
    };
    only(object, ["preset", "sound"], key)?;
    let origin = match object.get("preset") {
        None | Some(Value::Null) => None,
        Some(Value::String(origin)) => Some(origin.clone()),
        Some(other) => return expected(&format!("{key}.preset"), "a text", other),
    };
    let Some(sound) = object.get("sound") else {
        // Written by hand: the preset is what shall be heard.
        let Some(origin) = origin else { return Ok(Slot::default()) };
        let loaded = must_not_wait(&origin).and_then(|()| Slot::load(&origin));
        return loaded.or_else(|e| fault(&format!("{key}.preset"), e.sentence));
    };
    let preset = match Preset::from_json(&sound.to_string()) {
        Ok(preset) => preset,
        Err(e) => return fault(&format!("{key}.sound.{}", e.path), e.message),
    };
    if let Err(e) = Engine::new(CHECK_RATE_HZ, 2, &preset.settings) {
        return fault(&format!("{key}.sound"), e.to_string());
    }
    Ok(Slot { preset, origin })
}

fn controllers(raw: Option<&Value>) -> Read<BTreeMap<(u8, u8), String>> {
    let list = match raw {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return expected("midi", "a list", other),
    };
    let mut found = BTreeMap::new();
    for (index, entry) in list.iter().enumerate() {
        let whole = |key: &str, least: u64, most: u64| {
            let path = format!("midi[{index}].{key}");
            match entry.get(key).and_then(Value::as_u64) {
                Some(number) if (least..=most).contains(&number) => Ok(number as u8),
                _ => expected(
                    &path,
                    &format!("a whole number from {least} to {most}"),
                    entry.get(key).unwrap_or(&Value::Null),
                ),
            }
        };
        let (channel, controller) = (whole("channel", 1, 16)? - 1, whole("controller", 0, 127)?);
        let path = format!("midi[{index}].id");
        let Some(id) = entry.get("id").and_then(Value::as_str) else {
            return expected(&path, "the id of a parameter", entry.get("id").unwrap_or(&Value::Null));
        };
        match params::lookup(id) {
            Ok(row) => found.insert((channel, controller), row.id()),
            Err(e) => return fault(&path, e.to_string()),
        };
    }
    Ok(found)
}

/// The line in which the last part of a path stands as a key, if only one does.
fn line_of(text: &str, path: &str) -> Option<usize> {
    let key = path.rsplit('.').next()?.split('[').next()?;
    let quoted = format!("\"{key}\"");
    let mut lines = text.lines().enumerate().filter(|(_, line)| line.contains(&quoted));
    let (first, only) = (lines.next()?, lines.next().is_none());
    only.then_some(first.0 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("octant-memory-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    fn full() -> Memory {
        let mut desk = Desk { current: 1, muted: true, ..Desk::default() };
        assert!(desk.preset("drum-bus").is_ok());
        assert!(desk.set(&[("b1_above_thr".into(), "-31".into())]).is_ok());
        desk.slots[3].preset.settings.mix_percent = 40.0;
        desk.slots[3].preset.unknown.top.insert("later".into(), json!("kept"));
        Memory {
            host: Some("alsa".into()),
            input: Some("alsa:default".into()),
            rate: Some(44_100),
            latency: Some(12.5),
            drift: Some(DriftChoice::On),
            muted: Some(true),
            desk,
            midi: [((0, 74), "mix".to_owned()), ((15, 1), "b1_above_thr".to_owned())].into(),
            unknown: [("window".to_owned(), json!([800, 600]))].into_iter().collect(),
            ..Memory::default()
        }
    }

    #[test]
    fn what_is_saved_comes_back() {
        let directory = directory("round");
        let path = directory.join("deeper/live.json");
        assert_eq!(Memory::load(&path).ok(), Some(Memory::default()));
        assert!(full().save(&path).is_ok());
        assert_eq!(Memory::load(&path).ok(), Some(full()));
        assert!(full().save(&path).is_ok(), "again, over the old one");
        let names: Vec<_> = fs::read_dir(path.parent().unwrap_or(&path)).into_iter().flatten().flatten().collect();
        assert_eq!(names.len(), 1, "nothing else is left");
        let _ = fs::remove_dir_all(directory);
    }

    #[test]
    fn a_preset_without_its_sound_is_loaded() {
        let read = |preset: &str| {
            Memory::from_json(&json!({"format": FORMAT, "version": 1, "a": {"preset": preset}})).map_err(|e| e.key)
        };
        assert_eq!(read("drum-bus").map(|memory| memory.desk.slots[0].clone()).ok(), Slot::load("drum-bus").ok());
        assert_eq!(read("drum-buss").err().as_deref(), Some("a.preset"));
    }

    #[test]
    fn a_typo_is_told_with_its_place_and_the_file_stays() {
        let directory = directory("typo");
        let path = directory.join("live.json");
        assert!(full().save(&path).is_ok());
        let good = fs::read_to_string(&path).unwrap_or_default();
        for (from, to, words) in [
            ("\"rate\": 44100", "\"rate\": \"fast\"", &["line 6: rate", "8000", "\"fast\""][..]),
            ("\"rate\": 44100", "\"rate\": 44100,,", &["line 6, column", "not JSON"]),
            ("\"rate\": 44100", "\"rate\": 44100.5", &["line 6: rate", "a whole number"]),
            ("\"drift\": \"on\"", "\"drift\": \"onn\"", &["drift", "auto, on or off", "onn"]),
            ("\"input\":", "\"inptu\":", &["inptu", "did you mean input"]),
            ("\"sound\":", "\"sond\":", &["a.sond", "preset and sound"]),
            ("\"octant-live\"", "\"octant-preset\"", &["format", "octant-live"]),
            ("\"id\": \"mix\"", "\"id\": \"mxi\"", &["midi[0].id", "mix"]),
            ("\"slot\": \"B\"", "\"slot\": \"E\"", &["slot", "A, B, C or D", "E"]),
            ("\"threshold_db\": -31", "\"threshold_db\": 31", &["b.sound.bands[0].above.threshold_db", "-80 … 0"]),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            assert!(fs::write(&path, &bad).is_ok());
            let failure = Memory::load(&path).err().map(|failure| failure.sentence).unwrap_or_default();
            for word in words.iter().chain(&["live.json"]) {
                assert!(failure.contains(word), "{word} in: {failure}");
            }
            assert_eq!(fs::read_to_string(&path).unwrap_or_default(), bad, "untouched");
        }
        let _ = fs::remove_dir_all(directory);
    }
}
