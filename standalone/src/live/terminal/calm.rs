//! What eyes can follow of the pictures: bars that fall slowly, figures that rest for a moment.

use std::time::Duration;

use crate::live::status::Snapshot;

/// How fast bars fall, dB per second.
const FALL_DB_S: f32 = 24.0;
/// Figures change so often: faster ones cannot be read.
const FIGURES_EVERY: Duration = Duration::from_millis(500);

/// A bar and the figure beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    /// Where the bar ends, dB.
    pub bar_db: f32,
    /// What the figure says, dB.
    pub figure_db: f32,
    /// The most extreme since the figure changed.
    next_db: f32,
}

/// All bars and figures of the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calm {
    at: Duration,
    figures_at: Option<Duration>,
    /// Peaks of the input, one per channel. Their figures are the held peaks.
    pub input: Vec<Meter>,
    /// The same of the output.
    pub output: Vec<Meter>,
    /// Level of each band.
    pub levels: Vec<Meter>,
    /// Gain of each band.
    pub gains: Vec<Meter>,
}

impl Calm {
    /// Follows a picture.
    pub fn follow(&mut self, picture: &Snapshot) {
        let fall = FALL_DB_S * picture.at.saturating_sub(self.at).as_secs_f32();
        let due = self.figures_at.is_none_or(|at| picture.at.saturating_sub(at) >= FIGURES_EVERY);
        self.at = picture.at;
        if due {
            self.figures_at = Some(picture.at);
        }
        for (meters, peaks) in [(&mut self.input, &picture.input), (&mut self.output, &picture.output)] {
            meters.resize(peaks.len(), Meter { bar_db: f32::MIN, ..Meter::default() });
            for (meter, peak) in meters.iter_mut().zip(peaks) {
                meter.bar_db = peak.now_db.max(meter.bar_db - fall);
                meter.figure_db = peak.hold_db;
            }
        }
        let unseen = Meter { bar_db: f32::MIN, figure_db: f32::MIN, next_db: f32::MIN };
        self.levels.resize(picture.bands.len(), unseen);
        self.gains.resize(picture.bands.len(), Meter::default());
        for ((level, gain), band) in self.levels.iter_mut().zip(&mut self.gains).zip(&picture.bands) {
            level.bar_db = band.level_db.max(level.bar_db - fall);
            level.next_db = level.next_db.max(band.level_db);
            // The processor's own release makes this one calm.
            gain.bar_db = band.gain_db;
            gain.next_db = if band.gain_db.abs() > gain.next_db.abs() { band.gain_db } else { gain.next_db };
            if due {
                (level.figure_db, level.next_db) = (level.next_db, f32::MIN);
                (gain.figure_db, gain.next_db) = (gain.next_db, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::desk::Desk;
    use crate::live::status::Link;
    use crate::live::status::{BandView, PeakView, Photographer, Status, Wiring};

    fn picture(ms: u64, level_db: f32, gain_db: f32) -> Snapshot {
        let wiring = Wiring {
            link: Link::Running,
            host: String::new(),
            input: String::new(),
            output: String::new(),
            sidechain: None,
            rate_hz: 48_000,
            channels: 1,
            corrected: false,
            resampler_frames: 0,
            reconnects: 0,
        };
        let controls = Desk::default().controls();
        let empty =
            Photographer::default().shoot(Duration::from_millis(ms), &Status::default(), wiring, controls, Vec::new());
        let peak = PeakView { now_db: level_db, hold_db: level_db };
        Snapshot { bands: vec![BandView { level_db, gain_db }], input: vec![peak], output: vec![peak], ..empty }
    }

    #[test]
    fn bars_rise_at_once_and_fall_slowly() {
        let mut calm = Calm::default();
        calm.follow(&picture(0, -10.0, 0.0));
        assert_eq!((calm.levels[0].bar_db, calm.input[0].bar_db), (-10.0, -10.0));
        calm.follow(&picture(500, -60.0, 0.0));
        assert_eq!((calm.levels[0].bar_db, calm.input[0].bar_db), (-22.0, -22.0));
        calm.follow(&picture(550, -5.0, 0.0));
        assert_eq!(calm.levels[0].bar_db, -5.0);
    }

    #[test]
    fn figures_rest_and_miss_nothing() {
        let mut calm = Calm::default();
        calm.follow(&picture(0, -10.0, -1.0));
        for (ms, level_db, gain_db) in [(100, -20.0, -2.0), (200, -3.0, -6.0), (300, -30.0, 1.0)] {
            calm.follow(&picture(ms, level_db, gain_db));
            assert_eq!((calm.levels[0].figure_db, calm.gains[0].figure_db), (-10.0, -1.0));
            assert_eq!(calm.gains[0].bar_db, gain_db, "the bar does not wait");
        }
        calm.follow(&picture(500, -40.0, 0.0));
        assert_eq!((calm.levels[0].figure_db, calm.gains[0].figure_db), (-3.0, -6.0));
    }
}
