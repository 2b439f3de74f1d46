//! The dynamics of one channel of one band in double precision, straight from their definition.

use octant_dsp::settings::{BandSettings, Detector, Law, Section};

/// 0 below the knee, the distance above it, a parabola between.
fn hinge(distance: f64, knee: f64) -> f64 {
    if distance <= -0.5 * knee {
        0.0
    } else if distance >= 0.5 * knee {
        distance
    } else {
        (distance + 0.5 * knee).powi(2) / (2.0 * knee)
    }
}

/// Slopes with their signs: +1 dB/dB lifts.
fn slopes(band: &BandSettings) -> [f64; 2] {
    let inverse = |ratio: f64| if ratio == 100.0 { 0.0 } else { 1.0 / ratio };
    let of = |section: &Section, compress: f64, expand: f64| match section.law {
        Law::Off => 0.0,
        Law::Compress => compress,
        Law::Expand => expand,
    };
    let (above, below) = (&band.above, &band.below);
    [of(above, inverse(above.ratio) - 1.0, above.ratio - 1.0), of(below, 1.0 - inverse(below.ratio), 1.0 - below.ratio)]
}

/// What both sections want at a level: never negative above, never positive below.
fn wanted(band: &BandSettings, level_db: f64, open: bool) -> [f64; 2] {
    let [above, below] = slopes(band);
    let threshold = band.below.threshold_db - if open { band.hysteresis_db } else { 0.0 };
    [
        (above.abs() * hinge(level_db - band.above.threshold_db, band.knee_db)).min(band.above.range_db),
        -(below.abs() * hinge(threshold - level_db, band.knee_db)).min(band.below.range_db),
    ]
}

fn sign(slope: f64) -> f64 {
    if slope == 0.0 { 0.0 } else { slope.signum() }
}

/// Gain of a steady level, without hysteresis, dB.
pub fn static_gain_db(band: &BandSettings, level_db: f64) -> f64 {
    let [above, below] = slopes(band);
    let [up, down] = wanted(band, level_db.max(-144.0), false);
    sign(above) * up - sign(below) * down
}

#[derive(Default)]
struct Envelope {
    y1: f64,
    y: f64,
    slow: f64,
    hold: f64,
}

/// Detector (peak and rms), curve and ballistics of a mono band.
pub struct Follower {
    band: BandSettings,
    rate_hz: f64,
    square: f64,
    open: bool,
    envelopes: [Envelope; 2],
}

impl Follower {
    /// Without history.
    pub fn new(band: BandSettings, rate_hz: f64) -> Self {
        Self { band, rate_hz, square: 0.0, open: false, envelopes: Default::default() }
    }

    fn kappa(&self, ms: f64) -> f64 {
        -(-1.0 / (ms * 1e-3 * self.rate_hz)).exp_m1()
    }

    /// Dynamic gain of the next sample, dB.
    pub fn gain_db(&mut self, sample: f64) -> f64 {
        let band = self.band;
        let power = match band.detector {
            Detector::Peak => sample * sample,
            Detector::Rms => {
                self.square += self.kappa(band.rms_ms) * (sample * sample - self.square);
                2.0 * self.square
            }
            Detector::Smooth => panic!("not modelled"),
        };
        let level_db = 10.0 * power.max(10f64.powf(-14.4)).log10();
        if level_db >= band.below.threshold_db {
            self.open = true;
        } else if level_db < band.below.threshold_db - band.hysteresis_db {
            self.open = false;
        }
        let (attack, release) = (self.kappa(band.attack_ms), self.kappa(band.release_ms));
        let slow = self.kappa(8.0 * band.release_ms);
        let hold = (band.hold_ms * 1e-3 * self.rate_hz + 0.5).floor();
        let mut gain_db = 0.0;
        for (index, v) in wanted(&band, level_db, self.open).into_iter().enumerate() {
            let e = &mut self.envelopes[index];
            e.y1 = e.y1.max(v);
            if v >= e.y1 - 0.01 && hold > 0.0 {
                e.hold = hold;
            } else if e.hold > 0.0 {
                e.hold -= 1.0;
            } else {
                e.y1 += release * (v - e.y1);
            }
            let mut target = e.y1;
            if band.auto_release && index == 0 {
                e.slow += slow * (e.y1 - e.slow);
                target = target.max(0.5 * e.slow);
            }
            e.y += attack * (target - e.y);
            gain_db += [1.0, -1.0][index] * sign(slopes(&band)[index]) * e.y;
        }
        gain_db
    }
}
