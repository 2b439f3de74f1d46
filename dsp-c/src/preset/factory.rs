//! The factory presets, compiled into the program: they are always there and always valid.

use super::{Preset, PresetError};

/// One factory preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factory {
    /// Name of its file without the ending, such as `mastering-glue`.
    pub slug: &'static str,
    /// The file.
    pub json: &'static str,
}

impl Factory {
    /// Reads the preset. Every one of them is read in the tests, so an error does not occur.
    pub fn preset(&self) -> Result<Preset, PresetError> {
        Preset::from_json(self.json)
    }
}

macro_rules! files {
    ($($slug:literal)+) => {
        &[$(Factory {
            slug: $slug,
            json: include_str!(concat!("../../../assets/presets/", $slug, ".json")),
        }),+]
    };
}

static FACTORY: &[Factory] = files! {
    "init"
    "mastering-glue"
    "master-mid-side"
    "loudness-ceiling"
    "drum-bus"
    "drum-transients"
    "parallel-new-york"
    "band-gate"
    "bass-tighten"
    "kick-ducks-bass"
    "guitar-boom"
    "vocal-de-ess"
    "harshness-tamer"
    "broadcast-leveller"
    "podcast-clean-up"
    "up-down-three"
    "up-down-eight"
};

/// All factory presets, `init` first, then by purpose.
pub fn factory() -> &'static [Factory] {
    FACTORY
}

/// The factory preset of this slug or name; capitals do not matter, blanks count as hyphens.
pub fn find_factory(name: &str) -> Option<&'static Factory> {
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '_'], "-");
    let wanted = plain(name);
    FACTORY
        .iter()
        .find(|factory| factory.slug == wanted || factory.preset().is_ok_and(|preset| plain(&preset.name) == wanted))
}
