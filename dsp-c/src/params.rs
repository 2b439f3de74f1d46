//! The one table of parameters: ids, ranges, units, texts and the way to each field of [`Settings`].
//!
//! Plugin parameters, preset files, the command line and the editor's texts are derived from it.
//! A *plain* value is what a row works with: a number in the row's unit, the index of a choice, 0 or 1
//! for a switch. A *normalised* value is 0 … 1, bent by the row's skew. Ids never change.

mod table;
mod text;

use crate::settings::{MAX_BANDS, MAX_CROSSOVERS, Settings};
use std::fmt;
use table::{BAND, GLOBALS};

pub use text::closest;

/// Lowest crossover frequency.
pub const MIN_CROSSOVER_HZ: f64 = 20.0;
/// Highest crossover frequency, if the sample rate allows it.
pub const MAX_CROSSOVER_HZ: f64 = 20_000.0;
/// Highest crossover frequency as a part of the sample rate.
pub const MAX_CROSSOVER_PER_RATE: f64 = 0.45;
/// Smallest ratio of neighbouring crossovers: 2^(1/6), a sixth of an octave.
pub const MIN_CROSSOVER_RATIO: f64 = 1.122_462_048_309_373;
/// This ratio means infinity to one.
pub const INFINITE_RATIO: f64 = 100.0;

/// What a plain value is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number or a word.
    None,
    /// Decibels.
    Db,
    /// Percent.
    Percent,
    /// Milliseconds.
    Ms,
    /// Hertz.
    Hz,
    /// To one; [`INFINITE_RATIO`] means infinity.
    Ratio,
    /// Decibels per octave.
    DbPerOct,
    /// Filter coefficients at 48 kHz.
    Taps,
}

/// How a knob's way is spread over the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skew {
    /// Equal differences per step.
    Linear,
    /// Equal ratios per step.
    Log,
    /// Equal steps of log(1 + x), for ranges that begin at 0.
    Log1p,
}

/// Which plain values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any number of a range.
    Float {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Fresh value.
        default: f64,
        /// Spread over the knob's way.
        skew: Skew,
    },
    /// Whole numbers of a range.
    Integer {
        /// Smallest value.
        min: u32,
        /// Largest value.
        max: u32,
        /// Fresh value.
        default: u32,
    },
    /// One of several; the plain value is the index of the text.
    Choice {
        /// The words (or numbers) as presets write them.
        texts: &'static [&'static str],
        /// Index of the fresh value.
        default: usize,
    },
    /// Off (0) or on (1).
    Switch {
        /// Fresh value.
        default: bool,
    },
}

impl Kind {
    #[inline(always)]
    fn min(&self) -> f64 {
        match *self {
            Self::Float { min, .. } => min,
            Self::Integer { min, .. } => f64::from(min),
            Self::Choice { .. } | Self::Switch { .. } => 0.0,
        }
    }

    #[inline(always)]
    fn max(&self) -> f64 {
        match *self {
            Self::Float { max, .. } => max,
            Self::Integer { max, .. } => f64::from(max),
            Self::Choice { texts, .. } => (texts.len() - 1) as f64,
            Self::Switch { .. } => 1.0,
        }
    }

    /// Whether there is such a plain value. For a row that is known while it is compiled, two comparisons.
    #[inline(always)]
    fn takes(&self, plain: f64) -> bool {
        let whole = matches!(self, Self::Float { .. }) || f64::from(plain as u32) == plain;
        whole && (self.min()..=self.max()).contains(&plain)
    }
}

/// What a change means to the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Smooth at any time: the parameter may be automated.
    Live,
    /// A second structure is faded in.
    Structure,
    /// The delay changes.
    Latency,
    /// For listening only, nothing that belongs into a mix.
    Audition,
}

/// One row of the table. Rows of [`band_params`] stand for every band.
pub struct Param {
    /// The id, for bands without its `b1_` … `b8_`.
    pub id: &'static str,
    /// JSON path in a preset (`bands[]` is every band); empty for host state, which presets leave alone.
    pub path: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// The name in at most twelve letters.
    pub short_name: &'static str,
    /// Unit of the plain value.
    pub unit: Unit,
    /// Which values there are.
    pub kind: Kind,
    /// What a change means.
    pub change: Change,
    read: fn(&Settings, usize) -> f64,
    write: fn(&mut Settings, usize, f64),
}

/// The rows that exist once, in the order of the manual.
pub fn globals() -> &'static [Param] {
    &GLOBALS
}

/// The rows that exist once per band; their ids go with a prefix `b1_` … `b8_`.
pub fn band_params() -> &'static [Param] {
    &BAND
}

/// The id of the first setting beyond the range of its row, and its band; crossovers and bands that are not in use aside.
/// Real-time safe.
pub(crate) fn first_beyond(settings: &Settings) -> Option<(&'static str, Option<usize>)> {
    let global = table::first_global_beyond(settings, 0).map(|id| (id, None));
    // Should the number of bands be impossible, that is found before any band is looked at.
    let band = |band| table::first_beyond_in_band(settings, band).map(|id| (id, Some(band)));
    global.or_else(|| (0..settings.bands).find_map(band))
}

/// Every parameter: the global ones, then all of band 1, band 2 … band 8.
pub fn all() -> impl Iterator<Item = ParamRef> {
    let globals = GLOBALS.iter().map(|param| ParamRef { param, band: None });
    let bands = (0..MAX_BANDS).flat_map(|band| BAND.iter().map(move |param| ParamRef { param, band: Some(band) }));
    globals.chain(bands)
}

/// The parameter with exactly this id, such as `mix` or `b1_above_thr`.
pub fn find(id: &str) -> Option<ParamRef> {
    if let Some(param) = GLOBALS.iter().find(|param| param.id == id) {
        return Some(ParamRef { param, band: None });
    }
    let (digit, rest) = id.strip_prefix('b')?.split_once('_')?;
    let band = match digit.as_bytes() {
        [digit @ b'1'..=b'8'] => usize::from(digit - b'1'),
        _ => return None,
    };
    let param = BAND.iter().find(|param| param.id == rest)?;
    Some(ParamRef { param, band: Some(band) })
}

/// Like [`find`]; the error proposes the id that was probably meant, also for a JSON path.
pub fn lookup(id: &str) -> Result<ParamRef, ParamError> {
    find(id).ok_or_else(|| {
        let ids: Vec<String> = all().map(|param| param.id()).collect();
        let of_no_band = id.strip_prefix('b').and_then(|rest| rest.split_once('_')).is_some_and(|(band, rest)| {
            band.parse::<u32>().is_ok() && band_params().iter().any(|param| param.id == rest)
        });
        let by_path = all().find(|param| param.json_path().as_deref() == Some(id));
        let meant = by_path.map(|param| param.id());
        let meant = meant.or_else(|| closest(id, ids.iter().map(String::as_str)).map(String::from));
        ParamError {
            id: id.chars().take(40).collect(),
            message: match meant {
                _ if of_no_band => format!("no such parameter; bands are b1 to b{MAX_BANDS}"),
                Some(meant) => format!("no such parameter; did you mean {meant}?"),
                None => "no such parameter; ids look like mix, xover1 or b1_above_thr".into(),
            },
        }
    })
}

/// Takes over `id`, `text` pairs, all or none: after an error `settings` are as before.
///
/// `bands` acts first wherever it stands, so that crossovers given beside it are kept: if the number of bands changes,
/// the crossovers become [`default_crossovers_hz`] of the new number. Otherwise the last of several equal ids wins.
/// Returns one sentence for every parameter that has no effect because its band or crossover is not in use.
pub fn apply(settings: &mut Settings, pairs: &[(&str, &str)]) -> Result<Vec<String>, ParamError> {
    let mut changed = *settings;
    for bands_first in [true, false] {
        for (id, text) in pairs {
            if (*id == "bands") == bands_first {
                lookup(id)?.set_from_text(&mut changed, text)?;
            }
        }
    }
    *settings = changed;
    let unused = pairs.iter().filter_map(|(id, _)| find(id)?.unused(settings));
    Ok(unused.collect())
}

/// Why a parameter cannot be set: one sentence that begins with the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamError {
    /// The id as given.
    pub id: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.message)
    }
}

impl std::error::Error for ParamError {}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Param({}, {:?})", self.id, self.kind)
    }
}

impl Param {
    /// Smallest plain value.
    pub fn min(&self) -> f64 {
        self.kind.min()
    }

    /// Largest plain value.
    pub fn max(&self) -> f64 {
        self.kind.max()
    }

    /// Fresh plain value.
    pub fn default(&self) -> f64 {
        match self.kind {
            Kind::Float { default, .. } => default,
            Kind::Integer { default, .. } => f64::from(default),
            Kind::Choice { default, .. } => default as f64,
            Kind::Switch { default } => f64::from(u8::from(default)),
        }
    }

    /// Whether a host may move it while it plays.
    pub fn automatable(&self) -> bool {
        self.change == Change::Live
    }

    /// The nearest valid plain value; the default for NaN. Real-time safe.
    pub fn clamp(&self, plain: f64) -> f64 {
        if plain.is_nan() {
            return self.default();
        }
        let inside = plain.clamp(self.min(), self.max());
        match self.kind {
            Kind::Float { .. } => inside,
            // Halves go up, for a switch as for the rest.
            _ => (inside + 0.5).floor(),
        }
    }

    /// Place of a plain value on the knob's way, 0 … 1. Real-time safe.
    pub fn to_normalised(&self, plain: f64) -> f64 {
        let (min, max) = (self.min(), self.max());
        let plain = self.clamp(plain);
        match self.kind {
            Kind::Float { skew: Skew::Log, .. } => libm::log(plain / min) / libm::log(max / min),
            Kind::Float { skew: Skew::Log1p, .. } => libm::log1p(plain) / libm::log1p(max),
            _ => (plain - min) / (max - min),
        }
    }

    /// Plain value at a place of the knob's way, clamped to 0 … 1. Real-time safe.
    pub fn from_normalised(&self, normalised: f64) -> f64 {
        let (min, max) = (self.min(), self.max());
        if normalised >= 1.0 {
            return max;
        }
        let part = normalised.max(0.0);
        self.clamp(match self.kind {
            Kind::Float { skew: Skew::Log, .. } => min * libm::exp(part * libm::log(max / min)),
            Kind::Float { skew: Skew::Log1p, .. } => libm::expm1(part * libm::log1p(max)),
            _ => min + part * (max - min),
        })
    }

    /// `Ok` if the plain value is one that this parameter takes, else what is wrong, without the id.
    pub fn check(&self, plain: f64) -> Result<f64, String> {
        if self.kind.takes(plain) {
            Ok(plain)
        } else if !plain.is_finite() {
            Err(format!("expected a number, found {plain}"))
        } else if plain < self.min() || plain > self.max() {
            Err(format!("{plain} is outside {} … {}", self.min(), self.max()))
        } else {
            Err(format!("{plain} is not a whole number"))
        }
    }
}

/// One parameter: a row of the table and, for band rows, the band.
#[derive(Clone, Copy, Debug)]
pub struct ParamRef {
    /// The row.
    pub param: &'static Param,
    /// The band counted from 0, `None` for global rows.
    pub band: Option<usize>,
}

impl ParamRef {
    /// The full id, such as `b1_above_thr`.
    pub fn id(&self) -> String {
        match self.band {
            Some(band) => format!("b{}_{}", band + 1, self.param.id),
            None => self.param.id.into(),
        }
    }

    /// Name for people, with the band, such as `B1 Above threshold`.
    pub fn name(&self) -> String {
        match self.band {
            Some(band) => format!("B{} {}", band + 1, self.param.name),
            None => self.param.name.into(),
        }
    }

    /// Where a preset has the value, such as `bands[0].above.threshold_db`; `None` for host state.
    pub fn json_path(&self) -> Option<String> {
        let path = self.param.path;
        let band = self.band.unwrap_or(0);
        (!path.is_empty()).then(|| path.replace("[]", &format!("[{band}]")))
    }

    /// The plain value. Real-time safe.
    pub fn get(&self, settings: &Settings) -> f64 {
        (self.param.read)(settings, self.band.unwrap_or(0))
    }

    /// Writes the nearest valid plain value. Real-time safe.
    pub fn set_clamped(&self, settings: &mut Settings, plain: f64) {
        (self.param.write)(settings, self.band.unwrap_or(0), self.param.clamp(plain));
    }

    /// Writes a plain value, or says why it cannot be. Touches no other field: `bands` leaves the crossovers alone.
    pub fn set(&self, settings: &mut Settings, plain: f64) -> Result<(), ParamError> {
        let plain = self.param.check(plain).map_err(|message| ParamError { id: self.id(), message })?;
        self.set_clamped(settings, plain);
        Ok(())
    }

    /// Writes what a person typed, see [`Param::parse`].
    /// If the number of `bands` changes, the crossovers become [`default_crossovers_hz`] of the new number.
    pub fn set_from_text(&self, settings: &mut Settings, text: &str) -> Result<(), ParamError> {
        let plain = self.param.parse(text).map_err(|message| ParamError { id: self.id(), message })?;
        let bands = settings.bands;
        self.set(settings, plain)?;
        if settings.bands != bands {
            let fresh = default_crossovers_hz(settings.bands);
            settings.crossovers_hz = Settings::default().crossovers_hz;
            settings.crossovers_hz[..fresh.len()].copy_from_slice(fresh);
        }
        Ok(())
    }

    /// The value as people read it, with its unit.
    pub fn text(&self, settings: &Settings) -> String {
        self.param.text(self.get(settings))
    }

    /// One sentence if the parameter belongs to a band or crossover that is not in use. Its value is kept.
    pub fn unused(&self, settings: &Settings) -> Option<String> {
        let bands = settings.bands;
        let crossover =
            GLOBALS.iter().filter(|param| param.unit == Unit::Hz).position(|param| param.id == self.param.id);
        let unused = match (self.band, crossover) {
            (Some(band), _) => band >= bands,
            (None, Some(crossover)) => crossover + 1 >= bands,
            (None, None) => false,
        };
        let plural = if bands == 1 { "band" } else { "bands" };
        unused.then(|| format!("{}: has no effect with {bands} {plural}", self.id()))
    }
}

/// The default layout: `bands − 1` crossovers in Hz. Bands beyond 1 … 8 count as the nearest of these.
pub fn default_crossovers_hz(bands: usize) -> &'static [f64] {
    const LAYOUTS: [&[f64]; MAX_BANDS] = [
        &[],
        &[1000.0],
        &[200.0, 3000.0],
        &[120.0, 1000.0, 6000.0],
        &[100.0, 400.0, 1600.0, 6400.0],
        &[80.0, 250.0, 800.0, 2500.0, 8000.0],
        &[70.0, 180.0, 450.0, 1200.0, 3200.0, 8000.0],
        &[60.0, 150.0, 400.0, 1000.0, 2500.0, 6000.0, 12_000.0],
    ];
    LAYOUTS[bands.clamp(1, MAX_BANDS) - 1]
}

/// Makes any list of crossovers valid without sorting; a valid list stays as it is. Real-time safe.
///
/// Valid: 20 Hz … the smaller of 20 kHz and 0.45 × sample rate, neighbours at least a sixth of an octave apart.
/// Frequencies that are not finite count as 20 Hz. At most [`MAX_CROSSOVERS`] are meant to be given.
pub fn sanitize_crossovers(crossovers_hz: &mut [f64], sample_rate_hz: f64) {
    debug_assert!(crossovers_hz.len() <= MAX_CROSSOVERS);
    let highest_hz = MAX_CROSSOVER_HZ.min(MAX_CROSSOVER_PER_RATE * sample_rate_hz);
    let mut least_hz = MIN_CROSSOVER_HZ;
    for hz in crossovers_hz.iter_mut() {
        let wanted_hz = if hz.is_finite() { *hz } else { MIN_CROSSOVER_HZ };
        *hz = wanted_hz.min(highest_hz).max(least_hz);
        least_hz = *hz * MIN_CROSSOVER_RATIO;
    }
    let mut most_hz = highest_hz;
    for hz in crossovers_hz.iter_mut().rev() {
        *hz = hz.min(most_hz);
        most_hz = *hz / MIN_CROSSOVER_RATIO;
    }
}
