//! What the window shows: plain data, without the parameters.

use super::foreign::Importing;
use super::rows::{Row, same_sound};
use octant_dsp::settings::{BandSettings, MAX_BANDS, Settings};

/// Which bands are selected: never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The band whose values are shown.
    lead: usize,
    others: [bool; MAX_BANDS],
}

impl Default for Selection {
    fn default() -> Self {
        Self::only(0)
    }
}

impl Selection {
    /// One band.
    pub fn only(band: usize) -> Self {
        Self { lead: band, others: [false; MAX_BANDS] }
    }

    /// The band whose values are shown.
    pub fn lead(&self) -> usize {
        self.lead
    }

    /// Whether a band is selected.
    pub fn has(&self, band: usize) -> bool {
        band == self.lead || self.others.get(band).copied().unwrap_or_default()
    }

    /// The selected bands, the leading one first.
    pub fn bands(&self) -> Vec<usize> {
        let others = (0..MAX_BANDS).filter(|band| self.others[*band] && *band != self.lead);
        std::iter::once(self.lead).chain(others).collect()
    }

    /// Adds a band, or takes it out unless it is the last one.
    pub fn toggle(&mut self, band: usize) {
        if !self.has(band) {
            self.others[self.lead] = true;
            self.others[band] = true;
            self.lead = band;
            return;
        }
        self.others[band] = false;
        if band == self.lead {
            self.lead = (0..MAX_BANDS).find(|band| self.others[*band]).unwrap_or(band);
        }
    }

    /// Everything between the leading band and another one.
    pub fn extend_to(&mut self, band: usize) {
        for between in self.lead.min(band)..=self.lead.max(band) {
            self.others[between] = true;
        }
    }

    /// Every band in use.
    pub fn all(&mut self, bands: usize) {
        self.others = std::array::from_fn(|band| band < bands);
    }

    /// Leaves out bands that are not in use.
    pub fn fit(&mut self, bands: usize) {
        for band in bands..MAX_BANDS {
            self.others[band] = false;
        }
        self.lead = self.lead.min(bands.max(1) - 1);
    }
}

/// A value that is being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Typing {
    /// The parameter.
    pub row: Row,
    /// The control where it began: a parameter may have several.
    pub at: egui::Id,
    /// What stands there.
    pub text: String,
    /// The field has asked for the keyboard.
    pub asked: bool,
    /// Its field was there in this frame.
    pub seen: bool,
    /// What is typed next takes the place of everything.
    pub whole: bool,
}

/// What the analyser shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analyser {
    /// Spectrum of the input.
    pub before: bool,
    /// Spectrum of the output.
    pub after: bool,
    /// Tilt in dB per octave around 1 kHz.
    pub tilt_db: f32,
    /// Keep the highest values.
    pub hold: bool,
    /// Keep the picture.
    pub freeze: bool,
}

impl Default for Analyser {
    fn default() -> Self {
        Self { before: true, after: true, tilt_db: 4.5, hold: false, freeze: false }
    }
}

/// A sheet that lies over the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sheet {
    /// None.
    #[default]
    None,
    /// The preset browser.
    Presets,
    /// Presets of other programs.
    Import,
    /// What one can do, and where.
    Help,
    /// The manual.
    Manual,
    /// Version and licences.
    About,
    /// The ground only: the program around the editor draws on it.
    Program,
}

/// Something to be confirmed or named before it is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A preset gets a name.
    SaveAs(String),
    /// A preset of the user gets another name.
    Rename {
        /// The old one.
        from: String,
        /// The new one so far.
        to: String,
    },
    /// A preset of the user goes away.
    Delete(String),
    /// A preset of the user is written over.
    Overwrite(String),
}

/// A line that tells what happened, for some seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What.
    pub text: String,
    /// Until this time in seconds.
    pub until_s: f64,
    /// It is about something that did not work.
    pub warns: bool,
}

/// Everything that the window shows beside the parameters and the sound.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Which bands are selected.
    pub selection: Selection,
    /// The value that is being typed.
    pub typing: Option<Typing>,
    /// What the analyser shows.
    pub analyser: Analyser,
    /// The sheet over the window.
    pub sheet: Sheet,
    /// The page of the manual, by its place in the list.
    pub page: usize,
    /// What is asked.
    pub ask: Option<Ask>,
    /// What is told.
    pub note: Option<Note>,
    /// The band that was copied.
    pub copied: Option<BandSettings>,
    /// A crossover that is dragged outside goes when it is dropped.
    pub dropping: Option<usize>,
    /// What the browser looks for.
    pub search: String,
    /// Only favourites in the browser.
    pub only_favourites: bool,
    /// The tag that presets must have.
    pub tag: Option<String>,
    /// The browser shall scroll to the preset that is loaded.
    pub reveal: bool,
    /// Where presets of other programs are looked for.
    pub importing: Importing,
    /// The preset that was loaded last, and its settings then.
    pub loaded: Option<(String, Settings)>,
    /// Tab brought the keyboard to where it is, and not the pointer.
    pub keyed: bool,
    /// Keys of the window are ours even where nothing has the keyboard: there is no host that they could be for.
    pub alone: bool,
    /// The analysis shall count afresh.
    pub restart_analysis: bool,
    /// The time of this frame in seconds.
    pub now_s: f64,
}

impl View {
    /// Tells something for some seconds.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.note = Some(Note { text: text.into(), until_s: self.now_s + 4.0, warns: false });
    }

    /// Tells what did not work.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.note = Some(Note { text: text.into(), until_s: self.now_s + 7.0, warns: true });
    }

    /// Whether the settings are not those of the preset any more.
    pub fn is_dirty(&self, settings: &Settings) -> bool {
        self.loaded.as_ref().is_some_and(|(_, loaded)| !same_sound(loaded, settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_never_empty() {
        let mut selection = Selection::only(2);
        selection.toggle(2);
        assert_eq!(selection.bands(), [2]);
        selection.toggle(4);
        assert_eq!(selection.bands(), [4, 2]);
        selection.toggle(4);
        assert_eq!(selection.bands(), [2]);
        selection.extend_to(5);
        assert_eq!(selection.bands(), [2, 3, 4, 5]);
        selection.fit(4);
        assert_eq!(selection.bands(), [2, 3]);
        selection.fit(1);
        assert_eq!(selection.bands(), [0]);
    }

    #[test]
    fn only_what_counts_makes_a_preset_dirty() {
        let settings = Settings::default();
        let view = View { loaded: Some(("Init".into(), settings)), ..View::default() };
        let mut changed = settings;
        changed.bypass = true;
        changed.band[7].gain_db = 3.0;
        assert!(!view.is_dirty(&changed), "bypass is the host's, band 8 is not in use");
        changed.band[0].gain_db = 3.0;
        assert!(view.is_dirty(&changed));
    }
}
