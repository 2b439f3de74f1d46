//! What the analysis shows: plain values, made by its thread, kept by whoever reads them.

use octant_dsp::health::Health;

/// Everything that is known at one moment. A new one comes some fifty times a second while somebody listens.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Grows with every picture; 0 if nothing has been analysed yet.
    pub serial: u64,
    /// Rate of the stream; 0 before the first activation.
    pub sample_rate_hz: f64,
    /// Spectrum of the input.
    pub before: Spectrum,
    /// Spectrum of the output.
    pub after: Spectrum,
    /// The bands that play, lowest first.
    pub bands: Vec<BandPicture>,
    /// Loudness of input and output.
    pub loudness: Loudness,
    /// Peaks of input and output.
    pub peaks: Peaks,
    /// How the audio thread does.
    pub health: Health,
}

/// Power spectrum, Hann windows, averaged over channels and over some 200 ms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// Bins 0 … n/2 in dB of full scale: a sine of amplitude 1 in every channel reads 0 at its bin. Silence is
    /// [`FLOOR_DB`]. Empty before the first window is full.
    pub db: Vec<f32>,
}

/// Lowest level in a spectrum or of a peak.
pub const FLOOR_DB: f32 = -200.0;

impl Spectrum {
    /// Frequency between two bins; 0 if there are none.
    pub fn bin_hz(&self, sample_rate_hz: f64) -> f64 {
        match self.db.len() {
            0 | 1 => 0.0,
            bins => sample_rate_hz / (2 * (bins - 1)) as f64,
        }
    }
}

/// One band.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BandPicture {
    /// Highest levels that the detector saw in each 5 ms (at 48 kHz): those that meet the thresholds.
    pub before: Histogram,
    /// Levels of the band as it is heard, RMS of the same 5 ms over all channels; a full-scale sine reads −3 dB.
    pub after: Histogram,
}

/// How often a level occurred since the analysis (re)started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// One count per dB: bin n holds levels from [`Histogram::LOWEST_DB`] + n up to 1 dB more. Levels outside count in
    /// the first and the last bin.
    pub counts: Box<[u64; Histogram::BINS]>,
}

impl Histogram {
    /// Lower end of the first bin, dB.
    pub const LOWEST_DB: i32 = -96;
    /// Bins of 1 dB, up to +12 dB.
    pub const BINS: usize = 108;

    /// Counts a level; NaN counts as the lowest.
    pub fn add(&mut self, level_db: f32) {
        let bin = (level_db.floor() - Self::LOWEST_DB as f32).clamp(0.0, (Self::BINS - 1) as f32);
        // A cast of NaN gives 0.
        self.counts[bin as usize] += 1;
    }

    /// How many levels were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; Self::BINS]) }
    }
}

/// Loudness after EBU R 128 / ITU-R BS.1770.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loudness {
    /// Of the input.
    pub before: Lufs,
    /// Of the output.
    pub after: Lufs,
}

/// Loudness in LUFS; minus infinity for silence, and before there is enough to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lufs {
    /// Of the last 400 ms.
    pub momentary: f64,
    /// Of the last 3 s.
    pub short_term: f64,
    /// Gated, since the analysis (re)started.
    pub integrated: f64,
}

impl Default for Lufs {
    fn default() -> Self {
        Self { momentary: f64::NEG_INFINITY, short_term: f64::NEG_INFINITY, integrated: f64::NEG_INFINITY }
    }
}

/// Peaks of input and output, one per channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peaks {
    /// Of the input.
    pub before: Vec<Peak>,
    /// Of the output.
    pub after: Vec<Peak>,
}

/// Peak of one channel, dB of full scale; [`FLOOR_DB`] for silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Highest sample, held for a second after it was reached.
    pub sample_db: f32,
    /// Highest point between samples (BS.1770), since the analysis (re)started.
    pub true_db: f32,
    /// Highest sample since the analysis (re)started.
    pub highest_db: f32,
    /// Samples at full scale or above since the analysis (re)started.
    pub clips: u64,
}

impl Default for Peak {
    fn default() -> Self {
        Self { sample_db: FLOOR_DB, true_db: FLOOR_DB, highest_db: FLOOR_DB, clips: 0 }
    }
}
