//! The words that both foreign formats share: the ports of LSP's multiband compressor and gate, which EasyEffects drives.
//! Source of names, units and ranges: the port metadata of lsp-plugins and the presets of EasyEffects.

use crate::params::{self, ParamRef};
use crate::preset::Preset;
use crate::settings::{Detector, Law, MAX_BANDS, Section, Settings, Sidechain, Slope};

use super::Imported;

/// Bands that a file has at most.
pub const FOREIGN_BANDS: usize = 8;
/// Gains at or below this are silence there.
pub const SILENT_DB: f64 = -80.0;

/// A whole multiband effect.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Name for the preset.
    pub name: String,
    /// Where it comes from, for the comment.
    pub origin: String,
    /// Gain before the effect.
    pub input_gain_db: f64,
    /// Gain behind it.
    pub output_gain_db: f64,
    /// Level of the unprocessed signal beside the processed one.
    pub dry_db: f64,
    /// Level of the processed signal.
    pub wet_db: f64,
    /// One detector for both channels.
    pub linked: bool,
    /// The bands that are switched on, lowest first.
    pub bands: Vec<Band>,
    /// Sentences.
    pub notes: Vec<String>,
}

/// What a band does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reduces what is above the threshold.
    Downward,
    /// Lifts what is below it, and above `boost_db`.
    Upward,
    /// Reduces what is below the threshold.
    Gate,
}

/// A band that is switched on.
#[derive(Clone, Debug)]
pub struct Band {
    /// How its keys begin or end in the file, for notes.
    pub key: String,
    /// Its lower edge; 0 for the lowest.
    pub split_hz: f64,
    /// Works at all.
    pub enabled: bool,
    /// What it does.
    pub action: Action,
    /// Threshold.
    pub threshold_db: f64,
    /// Ratio.
    pub ratio: f64,
    /// Half of the knee's width, as a negative number there.
    pub knee_db: f64,
    /// Most that it changes the gain, if it is limited.
    pub range_db: Option<f64>,
    /// Attack.
    pub attack_ms: f64,
    /// Release.
    pub release_ms: f64,
    /// Hold.
    pub hold_ms: f64,
    /// Output gain.
    pub makeup_db: f64,
    /// rms rather than peak.
    pub rms: bool,
    /// Averaging time of the detector.
    pub reactivity_ms: f64,
    /// Gain before the detector.
    pub preamp_db: f64,
    /// Look-ahead.
    pub lookahead_ms: f64,
    /// Listens to the external sidechain.
    pub external: bool,
    /// Muted.
    pub mute: bool,
    /// Soloed.
    pub solo: bool,
}

impl Effect {
    /// The preset; what does not fit is put into the notes.
    pub fn translate(mut self) -> Result<Imported, String> {
        if self.bands.is_empty() {
            return Err("no band is switched on; there is nothing to import".to_owned());
        }
        self.bands.sort_by(|a, b| a.split_hz.total_cmp(&b.split_hz));
        debug_assert!(self.bands.len() <= MAX_BANDS);
        // What they call classic and modern sums like 24 dB/oct; their slopes are not told in the file.
        let mut settings = Settings { bands: self.bands.len(), slope: Slope::Db24, ..Settings::default() };
        let mut notes = std::mem::take(&mut self.notes);
        let mut fit = Fit { settings: &mut settings, notes: &mut notes };
        for (index, band) in self.bands.iter().enumerate().skip(1) {
            fit.set(&format!("xover{index}"), band.split_hz, &format!("{} split frequency", band.key));
        }
        fit.set("in_gain", self.input_gain_db, "input gain");
        let (mix, gain_db) = mix(self.dry_db, self.wet_db);
        fit.set("mix", mix, "dry and wet");
        fit.set("out_gain", self.output_gain_db + gain_db, "output gain");
        let longest = self.bands.iter().map(|band| band.lookahead_ms).fold(0.0, f64::max);
        fit.set("lookahead", longest, "look-ahead");
        for (index, band) in self.bands.iter().enumerate() {
            fit.band(index, band);
            if !self.linked {
                fit.set(&format!("b{}_link", index + 1), 0.0, "channel link");
            }
        }
        let preset = Preset {
            name: self.name,
            comment: format!("Imported from {}.", self.origin),
            tags: vec!["imported".into()],
            settings,
            ..Preset::default()
        };
        Ok(Imported { preset, notes })
    }
}

/// Dry and wet levels as a mix and a gain behind it: the dry part is mix-weighted in the same sum there and here.
fn mix(dry_db: f64, wet_db: f64) -> (f64, f64) {
    let linear = |db: f64| if db <= SILENT_DB { 0.0 } else { 10.0_f64.powf(db / 20.0) };
    let (dry, wet) = (linear(dry_db), linear(wet_db));
    let sum = dry + wet;
    if sum <= 0.0 {
        return (100.0, 0.0);
    }
    ((1000.0 * wet / sum).round() / 10.0, (200.0 * sum.log10()).round() / 10.0)
}

/// Sets values, holding them in their ranges and noting where that changed one.
struct Fit<'a> {
    settings: &'a mut Settings,
    notes: &'a mut Vec<String>,
}

impl Fit<'_> {
    fn set(&mut self, id: &str, value: f64, what: &str) {
        let Some(row) = params::find(id) else { return };
        let value = if value.is_finite() { value } else { row.param.default() };
        row.set_clamped(self.settings, value);
        self.note_change(&row, value, what);
    }

    fn note_change(&mut self, row: &ParamRef, wanted: f64, what: &str) {
        let found = row.get(self.settings);
        if (found - wanted).abs() > 1e-6 * wanted.abs().max(1.0) {
            let text = row.text(self.settings);
            self.notes.push(format!("{what}: {wanted} is out of range here, {text} is used"));
        }
    }

    fn band(&mut self, index: usize, band: &Band) {
        let id = |name: &str| format!("b{}_{name}", index + 1);
        let key = &band.key;
        let off = |section: Section| Section { law: Law::Off, ..section };
        let settings = &mut self.settings.band[index];
        (settings.above, settings.below) = (off(settings.above), off(settings.below));
        settings.detector = if band.rms { Detector::Rms } else { Detector::Peak };
        settings.sidechain = if band.external { Sidechain::External } else { Sidechain::Internal };
        (settings.mute, settings.solo) = (band.mute, band.solo);
        settings.bypass = !band.enabled;
        let law = match band.action {
            Action::Downward => {
                settings.above.law = Law::Compress;
                "above"
            }
            Action::Upward => {
                settings.below.law = Law::Compress;
                "below"
            }
            Action::Gate => {
                settings.below.law = Law::Expand;
                "below"
            }
        };
        self.set(&id(&format!("{law}_thr")), band.threshold_db - band.preamp_db, &format!("{key} threshold"));
        self.set(&id(&format!("{law}_ratio")), band.ratio, &format!("{key} ratio"));
        if let Some(range_db) = band.range_db {
            self.set(&id(&format!("{law}_range")), range_db, &format!("{key} range"));
        }
        self.set(&id("knee"), 2.0 * band.knee_db.abs(), &format!("{key} knee"));
        self.set(&id("attack"), band.attack_ms, &format!("{key} attack"));
        self.set(&id("release"), band.release_ms, &format!("{key} release"));
        self.set(&id("hold"), band.hold_ms, &format!("{key} hold"));
        self.set(&id("gain"), band.makeup_db, &format!("{key} makeup"));
        self.set(&id("rms"), band.reactivity_ms, &format!("{key} reactivity"));
        self.set(&id("lookahead"), band.lookahead_ms, &format!("{key} look-ahead"));
    }
}
