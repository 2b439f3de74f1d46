//! What the user wants, with units: plain values, copied whole from thread to thread.

/// Largest number of bands.
pub const MAX_BANDS: usize = 8;
/// Largest number of crossovers.
pub const MAX_CROSSOVERS: usize = MAX_BANDS - 1;

/// How the signal is split and put together again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Linkwitz-Riley tree: no latency, flat, phase rotation.
    #[default]
    Lr,
    /// Dynamic shelves: bit-exact while nothing changes gain.
    Transparent,
    /// Linear-phase filters: latency, no phase rotation.
    Linear,
}

/// Steepness of the crossovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Slope {
    /// 12 dB per octave.
    Db12,
    /// 24 dB per octave.
    #[default]
    Db24,
    /// 48 dB per octave.
    Db48,
}

/// What a section does with levels beyond its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Law {
    /// Nothing.
    #[default]
    Off,
    /// Reduces level differences.
    Compress,
    /// Enlarges level differences.
    Expand,
}

/// How a level is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Detector {
    /// Absolute value.
    #[default]
    Peak,
    /// Root of the mean square.
    Rms,
    /// Envelope from two signals 90° apart.
    Smooth,
}

/// Where a band's detector listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sidechain {
    /// The band itself.
    #[default]
    Internal,
    /// The same band of the sidechain input.
    External,
}

/// Channel basis of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Channels {
    /// Left and right.
    #[default]
    Stereo,
    /// Mid and side.
    MidSide,
}

/// Which channel of its basis a band works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Target {
    /// Both.
    #[default]
    Both,
    /// Left or mid only.
    First,
    /// Right or side only.
    Second,
}

/// One half of a band's static curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// What happens beyond the threshold.
    pub law: Law,
    /// Threshold, −80 … 0 dB.
    pub threshold_db: f64,
    /// Ratio, 1 … 100; 100 means infinity.
    pub ratio: f64,
    /// Largest change of gain, ≥ 0 dB.
    pub range_db: f64,
}

/// One band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandSettings {
    /// Acts on levels above its threshold.
    pub above: Section,
    /// Acts on levels below its threshold.
    pub below: Section,
    /// Width of the knees, 0 … 24 dB.
    pub knee_db: f64,
    /// Attack, 0.05 … 500 ms.
    pub attack_ms: f64,
    /// Release, 1 … 5000 ms.
    pub release_ms: f64,
    /// Hold, 0 … 500 ms.
    pub hold_ms: f64,
    /// Hysteresis of the below section, 0 … 12 dB.
    pub hysteresis_db: f64,
    /// How the level is measured.
    pub detector: Detector,
    /// Averaging time of the rms detector, 0.5 … 300 ms.
    pub rms_ms: f64,
    /// Channel link, 0 … 100 %.
    pub link_percent: f64,
    /// Slower release after long reduction.
    pub auto_release: bool,
    /// Half of the reduction at 0 dBFS is given back.
    pub auto_makeup: bool,
    /// Output gain of the band, −24 … 24 dB.
    pub gain_db: f64,
    /// Dry/wet of the band, 0 … 100 %.
    pub mix_percent: f64,
    /// Look-ahead of the band, 0 … 20 ms, at most the global one.
    pub lookahead_ms: f64,
    /// Where the detector listens.
    pub sidechain: Sidechain,
    /// Channel basis.
    pub channels: Channels,
    /// Which channel is worked on.
    pub target: Target,
    /// The band passes unprocessed.
    pub bypass: bool,
    /// The band is silent.
    pub mute: bool,
    /// Only soloed bands are heard.
    pub solo: bool,
    /// The detector's signal is heard instead of the output.
    pub listen: bool,
}

/// All settings of the processor. `band` and `crossovers_hz` keep values of bands not in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How the signal is split.
    pub mode: Mode,
    /// Steepness of the crossovers.
    pub slope: Slope,
    /// Filter length of the linear mode at 48 kHz: 1024, 2048, … 32768.
    pub linear_taps: u32,
    /// Bands in use, 1 … 8.
    pub bands: usize,
    /// Crossover frequencies, 20 … 20000 Hz; the first `bands − 1` count.
    pub crossovers_hz: [f64; MAX_CROSSOVERS],
    /// Gain of the main input, −24 … 24 dB.
    pub input_gain_db: f64,
    /// Gain of the output, −24 … 24 dB.
    pub output_gain_db: f64,
    /// Dry/wet of everything, 0 … 100 %.
    pub mix_percent: f64,
    /// Look-ahead, 0 … 20 ms: latency of the processor.
    pub lookahead_ms: f64,
    /// Only the difference to the unprocessed signal is heard.
    pub delta: bool,
    /// Host bypass: input, delayed by the latency. Never part of a preset.
    pub bypass: bool,
    /// Keep the reported latency constant. Never part of a preset.
    pub hold_latency: bool,
    /// The bands, lowest first; the first `bands` count.
    pub band: [BandSettings; MAX_BANDS],
}

impl Default for BandSettings {
    fn default() -> Self {
        Self {
            above: Section { law: Law::Compress, threshold_db: -24.0, ratio: 2.0, range_db: 60.0 },
            below: Section { law: Law::Off, threshold_db: -60.0, ratio: 2.0, range_db: 24.0 },
            knee_db: 6.0,
            attack_ms: 10.0,
            release_ms: 100.0,
            hold_ms: 0.0,
            hysteresis_db: 0.0,
            detector: Detector::Peak,
            rms_ms: 10.0,
            link_percent: 100.0,
            auto_release: false,
            auto_makeup: false,
            gain_db: 0.0,
            mix_percent: 100.0,
            lookahead_ms: 0.0,
            sidechain: Sidechain::Internal,
            channels: Channels::Stereo,
            target: Target::Both,
            bypass: false,
            mute: false,
            solo: false,
            listen: false,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Lr,
            slope: Slope::Db24,
            linear_taps: 8192,
            bands: 4,
            crossovers_hz: [120.0, 1000.0, 6000.0, 9000.0, 12000.0, 15000.0, 18000.0],
            input_gain_db: 0.0,
            output_gain_db: 0.0,
            mix_percent: 100.0,
            lookahead_ms: 0.0,
            delta: false,
            bypass: false,
            hold_latency: false,
            band: [BandSettings::default(); MAX_BANDS],
        }
    }
}
