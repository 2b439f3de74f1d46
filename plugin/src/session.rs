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

const KNOWN: [&str; 9] = ["format", "version", "checksum", "params", "active", "slots", "entered", "undo", "editor"];

/// The contents of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Which slot is heard, an index of [`SLOTS`]. Its settings are the parameters; those in `slots` are of the moment
    /// when it was last saved or left.
    pub active: usize,
    /// The slots: presets with names and unknown keys.
    pub slots: [Preset; SLOTS.len()],
    /// Slots that were entered or copied to; what is in the others is nobody's.
    pub entered: [bool; SLOTS.len()],
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

    /// The contents; not for the audio thread. Waits for other guards, also for one of the same statement.
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
        if let Ok(kept) = state::contents(document).and_then(|contents| Kept::read(&contents)) {
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

/// Whether a preset is what a slot begins with.
fn is_blank(preset: &Preset) -> bool {
    preset.name.is_empty() && preset.settings == Settings::default() && preset.unknown.top.is_empty()
}

impl Kept {
    /// Leaves the active slot for another: keeps `settings`, the present ones, in the old slot and gives those of the
    /// new one, to be [applied](OctantParams::apply). A slot that was never entered begins as what is left.
    pub fn switch_to(&mut self, slot: usize, settings: &Settings) -> Settings {
        let slot = slot.min(SLOTS.len() - 1);
        self.slots[self.active].settings = *settings;
        self.entered[self.active] = true;
        if !self.entered[slot] && is_blank(&self.slots[slot]) {
            self.slots[slot] = self.slots[self.active].clone();
        }
        self.entered[slot] = true;
        self.active = slot;
        // Bypass and held latency belong to the host, not to a slot.
        let entered = self.slots[self.active].settings;
        Settings { bypass: settings.bypass, hold_latency: settings.hold_latency, ..entered }
    }

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
        kept.entered = match contents.get("entered").and_then(Value::as_array) {
            Some(names) => SLOTS.map(|slot| names.iter().any(|name| name.as_str() == Some(slot))),
            None => kept.slots.each_ref().map(|slot| !is_blank(slot)),
        };
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
        let entered = SLOTS.into_iter().zip(self.entered).filter(|(_, entered)| *entered).map(|(name, _)| name);
        contents.insert("entered".into(), entered.collect::<Value>());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::undo::{Change, Step};
    use nice_plug::prelude::PluginState;

    fn document(params: &OctantParams) -> Value {
        params.session.map(Value::clone)
    }

    fn filled() -> Arc<OctantParams> {
        let params = OctantParams::new();
        let mut kept = params.session.kept();
        kept.active = 2;
        for (index, slot) in kept.slots.iter_mut().enumerate() {
            slot.name = format!("Slot {index}");
            slot.settings.bands = index + 2;
            slot.settings.crossovers_hz[0] = 100.0 + index as f64;
            slot.unknown.top.insert("later".into(), index.into());
        }
        let change = Change { id: "b1_gain".into(), from: 0.0, to: -3.5 };
        kept.history.record(Step { label: "Gain".into(), slots: None, changes: vec![change] });
        kept.editor = Some((1200, 700));
        kept.unknown.insert("key_of_a_later_version".into(), vec![1, 2].into());
        drop(kept);
        params
    }

    #[test]
    fn everything_comes_back() {
        let (saved, loaded) = (filled(), OctantParams::new());
        loaded.session.set(document(&saved));
        let mut expected = saved.session.kept().clone();
        // The active slot is what the parameters say, and these are at their defaults.
        expected.slots[2].settings = saved.settings();
        let kept = loaded.session.kept().clone();
        for (slot, expected) in kept.slots.iter().zip(&expected.slots) {
            assert_eq!(slot.to_json(), expected.to_json());
        }
        assert_eq!(kept.history, expected.history);
        assert_eq!((kept.active, kept.editor), (2, Some((1200, 700))));
        assert_eq!(document(&loaded), document(&saved), "unknown keys included");
    }

    #[test]
    fn slots_are_left_and_entered() {
        let params = filled();
        let mut present = params.settings();
        (present.mix_percent, present.bypass) = (12.0, true);
        let entered = params.session.kept().switch_to(0, &present);
        assert_eq!((entered.bands, entered.mix_percent, entered.bypass), (2, 100.0, true));
        assert_eq!(params.session.kept().switch_to(2, &entered).mix_percent, 12.0);
        let mut fresh = Kept::default();
        assert_eq!(fresh.switch_to(3, &present).mix_percent, 12.0, "a slot that holds nothing begins as what is heard");
    }

    #[test]
    fn a_slot_that_was_left_at_its_defaults_holds_them() {
        let fresh = Settings::default();
        let mut kept = Kept::default();
        let turned = Settings { mix_percent: 12.0, ..kept.switch_to(1, &fresh) };
        assert_eq!(kept.switch_to(0, &turned), fresh);
        assert_eq!(kept.switch_to(1, &fresh), turned);
        // In a state, too, it is not one that holds nothing.
        let mut contents = Map::new();
        kept.write(&mut contents);
        let mut again = Kept::read(&contents).expect("whole");
        assert_eq!(again.switch_to(0, &turned), fresh);
        assert_eq!(again.switch_to(2, &turned), turned, "this one does");
    }

    /// A document with one key changed, as a host would hand it over.
    fn state(change: impl FnOnce(&mut Map<String, Value>), sealed: bool) -> PluginState {
        let mut contents = state::contents(document(&filled())).expect("whole");
        change(&mut contents);
        let document = if sealed { state::seal(contents) } else { Value::Object(contents) };
        let fields = [(state::FIELD.to_owned(), document.to_string())].into();
        PluginState { version: "0.1.0".into(), params: Default::default(), fields }
    }

    #[test]
    fn the_map_is_made_from_the_document_or_emptied() {
        let rows = octant_dsp::params::all().count();
        let filtered = |mut state: PluginState| {
            state::filter(&mut state);
            loading::end();
            state
        };
        assert_eq!(filtered(state(|_| (), true)).params.len(), rows);
        assert!(filtered(state(|_| (), false)).params.is_empty(), "no checksum");
        let missing = filtered(state(|contents| drop(contents.shift_remove("params")), true));
        assert_eq!(missing.params.len(), rows, "defaults");
        for (key, value) in [("active", "E".into()), ("version", 2.into()), ("format", "other".into())] {
            let refused = filtered(state(|contents| drop(contents.insert(key.into(), value)), true));
            // seal() writes format and version anew only if they are missing from what it gets.
            assert!(refused.params.is_empty() && refused.fields.is_empty(), "{key}");
        }
        let wild = |contents: &mut Map<String, Value>| {
            contents["params"]["mix"] = 1e300.into();
            contents["params"]["bands"] = (-7).into();
            contents["params"]["delta"] = "maybe".into();
        };
        let clamped = filtered(state(wild, true)).params;
        let shown = |id: &str| format!("{:?}", clamped[id]);
        assert_eq!([shown("mix"), shown("bands"), shown("delta")], ["F32(1.0)", "I32(1)", "Bool(false)"]);
    }
}
