//! The user's side of a session: four sounds, which one plays, and what commands make of them. Knows no device.

use octant_dsp::params::{self, ParamRef};
use octant_dsp::settings::MAX_BANDS;
use octant_dsp::{Engine, Preset, Settings, preset};
use serde_json::{Map, Value, json};

use super::command::{Answer, Switch};
use super::status::Controls;
use crate::error::Failure;
use crate::presets::{self, CHECK_RATE_HZ};

/// Letters of the sounds.
pub const LETTERS: [char; 4] = ['A', 'B', 'C', 'D'];

/// One of the sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// What it is, what a person calls it, and what else its file says.
    pub preset: Preset,
    /// What loaded it: the whole path of a file, or a factory name; None if it came from elsewhere.
    pub origin: Option<String>,
}

/// The sounds, and the switches beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// A, B, C, D.
    pub slots: [Slot; LETTERS.len()],
    /// Which one plays.
    pub current: usize,
    /// The input is not let through.
    pub muted: bool,
}

impl Default for Slot {
    fn default() -> Self {
        Self { preset: Preset { name: "Default".into(), ..Preset::default() }, origin: None }
    }
}

impl Slot {
    /// Loads a preset: a file, or a factory name. An error if it cannot be processed live.
    pub fn load(argument: &str) -> Result<Self, Failure> {
        let mut preset = presets::load(argument)?;
        check(argument, &preset.settings)?;
        if preset.name.is_empty() {
            argument.clone_into(&mut preset.name);
        }
        // Read again, it may be by a service, which runs in another directory.
        let path = presets::is_file_argument(argument).then(|| std::path::absolute(argument).ok()).flatten();
        let origin = path.map_or_else(|| argument.to_owned(), |path| path.display().to_string());
        Ok(Self { preset, origin: Some(origin) })
    }
}

/// Whether the engine takes these settings.
fn check(origin: &str, settings: &Settings) -> Result<(), Failure> {
    Engine::new(CHECK_RATE_HZ, 2, settings).map(|_| ()).map_err(|e| Failure::settings(format!("{origin}: {e}")))
}

/// A pipe may never bring anything, and while it is waited for nobody looks after the devices.
pub(super) fn must_not_wait(argument: &str) -> Result<(), Failure> {
    match std::fs::metadata(argument) {
        Ok(found) if !found.is_file() && presets::is_file_argument(argument) => {
            Err(Failure::settings(format!("{argument}: is no file; name a preset file or a factory preset")))
        }
        _ => Ok(()),
    }
}

impl Desk {
    /// What plays.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.slots[self.current].preset.settings
    }

    fn slot(&mut self) -> &mut Slot {
        &mut self.slots[self.current]
    }

    /// For the picture.
    #[must_use]
    pub fn controls(&self) -> Controls {
        let Preset { name, settings, .. } = &self.slots[self.current].preset;
        Controls {
            preset: name.clone(),
            slot: LETTERS[self.current],
            bypass: settings.bypass,
            bands: settings.bands,
            crossovers_hz: settings.crossovers_hz[..settings.bands.clamp(1, MAX_BANDS) - 1].to_vec(),
            solo: settings.band.map(|band| band.solo),
            mute: settings.band.map(|band| band.mute),
            muted: self.muted,
            learning: None,
        }
    }

    /// One parameter, or all of them, as text.
    pub fn get(&self, id: Option<&str>) -> Answer {
        let settings = self.settings();
        let wanted: Vec<ParamRef> = match id {
            Some(id) => vec![params::lookup(id).map_err(|e| Failure::settings(e.to_string()))?],
            None => params::all().collect(),
        };
        Ok(Value::Object(wanted.iter().map(|row| (row.id(), row.text(settings).into())).collect()))
    }

    /// Sets parameters, all or none.
    pub fn set(&mut self, pairs: &[(String, String)]) -> Answer {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        let mut settings = *self.settings();
        params::apply(&mut settings, &pairs).map_err(|e| Failure::settings(e.to_string()))?;
        check("set", &settings)?;
        self.slot().preset.settings = settings;
        let told = pairs.iter().filter_map(|(id, _)| params::find(id));
        Ok(Value::Object(told.map(|row| (row.id(), row.text(&settings).into())).collect::<Map<_, _>>()))
    }

    /// Moves one parameter to a place of its knob.
    pub fn place(&mut self, row: ParamRef, place: f64) -> Answer {
        let mut settings = *self.settings();
        let text = row.param.text(row.param.from_normalised(place));
        row.set_from_text(&mut settings, &text).map_err(|e| Failure::settings(e.to_string()))?;
        // Text is rounded; a knob is not.
        row.set_clamped(&mut settings, row.param.from_normalised(place));
        // Looking costs allocations, and a controller may move a thousand times a second.
        if settings.mode != self.settings().mode {
            check("set", &settings)?;
        }
        self.slot().preset.settings = settings;
        Ok(Value::Null)
    }

    /// Moves one parameter to a plain value, clamped to its range.
    pub fn plain(&mut self, row: ParamRef, plain: f64) -> Answer {
        let mut settings = *self.settings();
        row.set_clamped(&mut settings, plain);
        self.whole(&settings)
    }

    /// Another sound in the slot that plays.
    pub fn whole(&mut self, settings: &Settings) -> Answer {
        // Looking costs allocations, and a hand on a knob moves a hundred times a second.
        if settings.mode != self.settings().mode {
            check("set", settings)?;
        }
        self.slot().preset.settings = *settings;
        for slot in &mut self.slots {
            // It belongs to no sound.
            slot.preset.settings.bypass = settings.bypass;
        }
        Ok(Value::Null)
    }

    /// Another sound in any slot, counted from 0.
    pub fn store(&mut self, slot: usize, settings: &Settings) -> Answer {
        check("set", settings)?;
        let bypass = self.settings().bypass;
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.preset.settings = Settings { bypass, ..*settings };
        }
        Ok(Value::Null)
    }

    /// What a person calls the sound that plays; it comes from no preset that could be read again.
    pub fn name(&mut self, name: String) -> Answer {
        *self.slot() = Slot { preset: Preset { name, settings: *self.settings(), ..Preset::default() }, origin: None };
        Ok(Value::Null)
    }

    /// The slot, counted from 0, that plays from now on.
    pub fn enter(&mut self, slot: usize) -> Answer {
        self.current = slot.min(LETTERS.len() - 1);
        Ok(json!({"slot": self.controls().slot.to_string()}))
    }

    /// Loads a preset into the slot that plays. Bypass stays as it is: it belongs to no preset.
    pub fn preset(&mut self, argument: &str) -> Answer {
        must_not_wait(argument)?;
        let mut slot = Slot::load(argument)?;
        slot.preset.settings.bypass = self.settings().bypass;
        *self.slot() = slot;
        Ok(json!({"preset": self.slots[self.current].preset.name}))
    }

    /// The factory preset so many places further on.
    pub fn step(&mut self, by: i32) -> Answer {
        let slugs: Vec<&str> = preset::factory().iter().map(|factory| factory.slug).collect();
        let now = self.slot().origin.as_deref().and_then(|origin| slugs.iter().position(|slug| *slug == origin));
        let count = slugs.len() as i64;
        // Before the first one and behind the last one there is no preset: forwards begins at the first.
        let untouched = *self.slot() == Slot::default();
        let now = now.or_else(|| slugs.iter().position(|slug| untouched && *slug == "init"));
        let now = now.map_or(if by > 0 { -1 } else { 0 }, |at| at as i64);
        let next = (now + i64::from(by)).rem_euclid(count);
        self.preset(slugs[next as usize])
    }

    /// Bypasses everything, or not.
    pub fn bypass(&mut self, switch: Switch) -> Answer {
        let on = switch.after(self.settings().bypass);
        for slot in &mut self.slots {
            slot.preset.settings.bypass = on;
        }
        Ok(json!({"bypass": on}))
    }

    /// Solos one band, or not.
    pub fn solo(&mut self, band: usize, switch: Switch) -> Answer {
        let bands = self.settings().bands.min(MAX_BANDS);
        if band >= bands {
            return Err(Failure::settings(format!("band {}: this sound has bands 1 … {bands}", band + 1)));
        }
        let solo = &mut self.slot().preset.settings.band[band].solo;
        *solo = switch.after(*solo);
        Ok(json!({"solo": *solo}))
    }

    /// Changes between A and B; from C and D to A.
    pub fn swap(&mut self) -> Answer {
        self.enter(usize::from(self.current == 0))
    }

    /// Lets the input through, or not.
    pub fn mute(&mut self, switch: Switch) -> Answer {
        self.muted = switch.after(self.muted);
        Ok(json!({"muted": self.muted}))
    }

    /// Reads the presets of all slots once more, where they came from a file or the factory.
    pub fn reload(&mut self) -> Answer {
        let mut fresh = self.clone();
        for slot in &mut fresh.slots {
            if let Some(origin) = slot.origin.clone() {
                let bypass = slot.preset.settings.bypass;
                must_not_wait(&origin)?;
                *slot = Slot::load(&origin)?;
                slot.preset.settings.bypass = bypass;
            }
        }
        *self = fresh;
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_all_or_nothing() {
        let mut desk = Desk::default();
        let before = desk.clone();
        let pair = |id: &str, text: &str| (id.to_owned(), text.to_owned());
        assert!(desk.set(&[pair("b1_above_thr", "-30"), pair("b1_above_thx", "-30")]).is_err());
        assert_eq!(desk, before);
        assert!(desk.set(&[pair("b1_above_thr", "-30")]).is_ok());
        assert_eq!(desk.settings().band[0].above.threshold_db, -30.0);
        assert_eq!(desk.slots[1], before.slots[1], "B is another sound");
    }

    #[test]
    fn a_hand_moves_parameters_slots_and_names() {
        let mut desk = Desk::default();
        let row = params::find("b1_above_thr").expect("there");
        assert!(desk.plain(row, -30.5).is_ok() && desk.name("Mine".into()).is_ok());
        assert!(desk.enter(2).is_ok() && desk.plain(row, -300.0).is_ok());
        let thresholds = [0, 2].map(|slot| desk.slots[slot].preset.settings.band[0].above.threshold_db);
        assert_eq!(thresholds, [-30.5, -80.0], "clamped");
        assert_eq!((desk.slots[0].preset.name.as_str(), desk.controls().slot), ("Mine", 'C'));
        assert!(desk.bypass(Switch::On).is_ok());
        let copied = Settings { bypass: false, ..desk.slots[0].preset.settings };
        assert!(desk.store(3, &copied).is_ok());
        assert_eq!(desk.slots[3].preset.settings, Settings { bypass: true, ..copied }, "bypass belongs to no sound");
        let off = Settings { bypass: false, ..*desk.settings() };
        assert!(desk.whole(&off).is_ok());
        assert!(desk.slots.iter().all(|slot| !slot.preset.settings.bypass));
        assert!(desk.swap().is_ok());
        assert_eq!(desk.current, 0);
    }

    #[test]
    fn stepping_goes_round_the_factory() {
        let mut desk = Desk::default();
        let count = preset::factory().len();
        let mut names = Vec::new();
        for step in 0..count {
            assert!(desk.step(1).is_ok());
            assert!(step > 0 || desk.slots[0] != Slot::default(), "the first step leads away from what it began with");
            names.push(desk.slots[0].preset.name.clone());
        }
        let first = names[0].clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(desk.step(1).is_ok());
        assert_eq!(desk.slots[0].preset.name, first);
        assert!(desk.step(-1).is_ok());
        assert!(desk.step(1).is_ok());
        assert_eq!(desk.slots[0].preset.name, first);
    }

    #[test]
    fn a_preset_is_found_again_from_another_directory() {
        let origin = |argument: &str| Slot::load(argument).expect("a preset").origin.unwrap_or_default();
        assert_eq!(origin("drum-bus"), "drum-bus");
        let file = origin("../assets/presets/drum-bus.json");
        assert!(std::path::Path::new(&file).is_absolute() && file.ends_with("drum-bus.json"), "{file}");
    }

    #[test]
    fn what_may_never_end_is_not_read() {
        let mut desk = Desk::default();
        let refused = desk.preset(std::env::temp_dir().to_str().unwrap_or("/")).expect_err("a directory, or a pipe");
        assert!(refused.sentence.contains("is no file"), "{refused}");
    }

    #[test]
    fn bypass_belongs_to_no_preset() {
        let mut desk = Desk::default();
        assert!(desk.bypass(Switch::Toggle).is_ok());
        assert!(desk.step(1).is_ok());
        assert!(desk.settings().bypass);
        assert!(desk.swap().is_ok());
        assert!(desk.settings().bypass);
        assert!(desk.solo(7, Switch::On).is_err(), "the sound has four bands");
    }
}
