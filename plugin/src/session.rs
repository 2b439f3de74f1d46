//! What a state holds beside the parameters: four slots, undo history, the editor's size, keys of later versions.
//!
//! Shared by threads that may wait; the audio thread never comes here.

use crate::bridge::Bridge;
use crate::loading;
use crate::params::OctantParams;
use crate::state;
use crate::undo::History;
use nice_plug::params::persist::PersistentField;
use octant_dsp::{Preset, Settings};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Names of the slots, in order.
pub const SLOTS: [&str; 4] = ["A", "B", "C", "D"];

const KNOWN: [&str; 8] = ["format", "version", "checksum", "params", "active", "slots", "undo", "editor"];

/// The contents of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Which slot is heard, an index of [`SLOTS`]. Its settings are the parameters; those in `slots` are of the moment
    /// when it was last saved or left.
    pub active: usize,
    /// The slots: presets with names and unknown keys.
    pub slots: [Preset; SLOTS.len()],
    /// Undo history.
    pub history: History,
    /// Width and height of the editor in logical pixels, once it was open.
    pub editor: Option<(u32, u32)>,
    /// Keys that this version does not know; they are written again.
    pub unknown: Map<String, Value>,
}

/// The session of one instance.
pub struct Session {
    params: Weak<OctantParams>,
    bridge: Arc<Bridge>,
    kept: Mutex<Kept>,
}

impl Session {
    /// A fresh session beside its parameters.
    pub fn new(params: Weak<OctantParams>, bridge: Arc<Bridge>) -> Self {
        Self { params, bridge, kept: Mutex::default() }
    }

    /// The contents; not for the audio thread.
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the active slot for another: keeps `settings`, the present ones, in the old slot and gives those of the
    /// new one, to be [applied](OctantParams::apply).
    pub fn switch_to(&self, slot: usize, settings: &Settings) -> Settings {
        let mut kept = self.kept();
        let left = kept.active;
        kept.slots[left].settings = *settings;
        kept.active = slot.min(SLOTS.len() - 1);
        let entered = kept.slots[kept.active].settings;
        // Bypass and held latency belong to the host, not to a slot.
        Settings { bypass: settings.bypass, hold_latency: settings.hold_latency, ..entered }
    }

    fn document(&self) -> Value {
        let mut kept = self.kept().clone();
        let mut contents = Map::new();
        if let Some(params) = self.params.upgrade() {
            kept.slots[kept.active].settings = params.settings();
            let values = params.carried().into_iter().map(|(row, carried)| (row.id(), carried.kept()));
            contents.insert("params".into(), Value::Object(values.collect()));
        }
        kept.write(&mut contents);
        state::seal(contents)
    }
}

impl<'a> PersistentField<'a, Value> for Session {
    fn set(&self, document: Value) {
        // The document was checked before the parameters were set; what is read here again was whole then.
        if let Ok(kept) = state::open(document).and_then(|contents| Kept::read(&contents)) {
            *self.kept() = kept;
        }
        self.bridge.release();
        loading::end();
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Value) -> R,
    {
        f(&self.document())
    }
}

impl Kept {
    /// Reads the contents of a document; missing keys take their defaults.
    pub fn read(contents: &Map<String, Value>) -> Result<Self, String> {
        let mut kept = Self::default();
        if let Some(active) = contents.get("active") {
            let name = active.as_str().unwrap_or_default();
            let slot = SLOTS.iter().position(|slot| *slot == name);
            kept.active = slot.ok_or_else(|| format!("active: expected one of A, B, C, D, found {active}"))?;
        }
        for (slot, name) in kept.slots.iter_mut().zip(SLOTS) {
            if let Some(preset) = contents.get("slots").and_then(|slots| slots.get(name)) {
                *slot = Preset::from_json(&preset.to_string()).map_err(|error| format!("slots.{name}.{error}"))?;
            }
        }
        kept.history = contents.get("undo").map(History::from_json).unwrap_or_default();
        let pixels = |key: &str| {
            let pixels = contents.get("editor")?.get(key)?.as_u64()?;
            u32::try_from(pixels).ok().filter(|pixels| (1..=16_384).contains(pixels))
        };
        kept.editor = pixels("width").zip(pixels("height"));
        let unknown = contents.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
        kept.unknown = unknown.map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(kept)
    }

    fn write(&self, contents: &mut Map<String, Value>) {
        contents.insert("active".into(), SLOTS[self.active].into());
        let slots = self.slots.iter().zip(SLOTS).map(|(preset, name)| {
            let preset = serde_json::from_str(&preset.to_json());
            (name.to_owned(), preset.unwrap_or_default())
        });
        contents.insert("slots".into(), Value::Object(slots.collect()));
        contents.insert("undo".into(), self.history.to_json());
        if let Some((width, height)) = self.editor {
            let mut size = Map::new();
            size.insert("width".into(), width.into());
            size.insert("height".into(), height.into());
            contents.insert("editor".into(), Value::Object(size));
        }
        for (key, value) in &self.unknown {
            contents.entry(key.as_str()).or_insert_with(|| value.clone());
        }
    }
}
