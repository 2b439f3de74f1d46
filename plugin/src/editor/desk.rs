//! What every part of the window works with during one frame.

use super::hand::Hand;
use super::live::Live;
use super::look::{Look, Theme};
use super::owner::Owner;
use super::rows::{self, Row};
use super::shelf::Shelf;
use super::view::View;
use octant_dsp::Settings;

/// Parameters, view and sound at hand for one frame.
pub struct Desk<'a> {
    /// Owner of the parameters.
    pub owner: &'a mut dyn Owner,
    /// What the user holds.
    pub hand: &'a mut Hand,
    /// What is shown.
    pub view: &'a mut View,
    /// Presets, favourites, preferences.
    pub shelf: &'a mut Shelf,
    /// Colours.
    pub look: &'a Look,
    /// The sound.
    pub live: &'a Live,
    /// The parameters at the beginning of this frame.
    pub settings: Settings,
}

impl Desk<'_> {
    /// The rows that move with one: the same of every selected band, if its own band is one of them.
    pub fn together(&self, row: Row) -> Vec<Row> {
        match rows::at(row).band {
            Some(band) if self.view.selection.has(band) => {
                let mut bands = self.view.selection.bands();
                bands.retain(|other| *other < self.settings.bands);
                // The own row first: it names the step and leads where values are set alike.
                bands.sort_by_key(|other| *other != band);
                bands.into_iter().map(|other| rows::same_of(row, other)).collect()
            }
            _ => vec![row],
        }
    }

    /// The plain value of a parameter.
    pub fn plain(&self, row: Row) -> f64 {
        rows::at(row).get(&self.settings)
    }

    /// A parameter's value as people read it.
    pub fn text(&self, row: Row) -> String {
        super::words::value(row, &self.settings)
    }

    /// Sets a parameter, in every selected band, as one step.
    pub fn set(&mut self, row: Row, plain: f64) {
        let changes: Vec<_> = self.together(row).into_iter().map(|row| (row, plain)).collect();
        self.hand.once(self.owner, &changes);
        self.settings = self.owner.settings();
    }

    /// Sets everything as one step.
    pub fn whole(&mut self, label: &str, settings: &Settings) {
        self.hand.whole(self.owner, label, settings);
        self.settings = self.owner.settings();
        self.view.selection.fit(self.settings.bands);
    }

    /// The present settings are those of the preset of this name.
    pub fn name_sound(&mut self, name: &str) {
        self.view.loaded = Some((name.to_owned(), self.settings));
        let mut kept = self.owner.kept();
        let active = kept.active;
        name.clone_into(&mut kept.slots[active].name);
    }

    /// A preset has another name now, in every slot.
    pub fn rename_sound(&mut self, from: &str, to: &str) {
        if let Some((name, _)) = self.view.loaded.as_mut().filter(|(name, _)| name == from) {
            to.clone_into(name);
        }
        for slot in self.owner.kept().slots.iter_mut().filter(|slot| slot.name == from) {
            to.clone_into(&mut slot.name);
        }
    }

    /// Leaves the slot for another one.
    pub fn enter(&mut self, slot: usize) {
        self.hand.enter(self.owner, slot);
        self.settings = self.owner.settings();
        self.view.selection.fit(self.settings.bands);
    }

    /// Copies settings and their name to another slot.
    pub fn copy_to(&mut self, slot: usize) {
        let mut kept = self.owner.kept();
        kept.slots[slot].settings = self.settings;
        kept.slots[slot].name = kept.slots[kept.active].name.clone();
        kept.entered[slot] = true;
    }

    /// Takes steps back, or does them again if negative.
    pub fn undo(&mut self, steps: i32) {
        self.hand.undo(self.owner, steps);
        self.settings = self.owner.settings();
        self.view.selection.fit(self.settings.bands);
    }

    /// Whether a band is heard as far as mute and solo say.
    pub fn heard(&self, band: usize) -> bool {
        let bands = &self.settings.band[..self.settings.bands];
        let soloed = bands.iter().any(|band| band.solo);
        bands.get(band).is_some_and(|band| !band.mute && (band.solo || !soloed))
    }

    /// Whether what a band does is heard, too: neither the band nor everything is bypassed.
    pub fn acts(&self, band: usize) -> bool {
        self.heard(band) && !self.settings.band[band].bypass && !self.settings.bypass
    }

    /// Chooses a theme and keeps it.
    pub fn set_theme(&mut self, theme: Theme) {
        self.shelf.taste.theme = theme;
        self.keep_taste();
    }

    /// Whether the keyboard is here, and the user is at the keyboard: who clicks sees where they clicked.
    pub fn is_keyed(&self, response: &egui::Response) -> bool {
        self.view.keyed && response.has_focus()
    }

    /// A hover text, unless the user wants none.
    pub fn explain(&self, response: egui::Response, text: &str) -> egui::Response {
        if self.shelf.taste.hints { response.on_hover_text(text) } else { response }
    }

    /// Writes the preferences; tells if that did not work.
    pub fn keep_taste(&mut self) {
        if let Err(reason) = self.shelf.keep_taste() {
            self.view.warn(reason);
        }
    }
}
