//! What is seen of the sound: plain data, filled thirty times a second while a window is open.

use crate::analysis::Picture;
use octant_dsp::meter::Reading;
use octant_dsp::settings::MAX_BANDS;
use std::collections::VecDeque;
use std::sync::Arc;

/// Readings per second.
pub const PER_S: f32 = 30.0;
/// Length of the history in seconds.
pub const HISTORY_S: f32 = 6.0;
/// Levels fall by so much per second, so that peaks can be seen.
const FALL_DB_PER_S: f32 = 40.0;
/// Lowest level that is told from silence.
pub const SILENT_DB: f32 = -120.0;
/// Changes below this cannot be seen, dB.
const SEEN_DB: f32 = 0.05;

/// One band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandLive {
    /// Detector level, falling slowly, dB.
    pub level_db: f32,
    /// Dynamic gain, dB: the one of the last reading that was farther from 0.
    pub gain_db: f32,
}

impl Default for BandLive {
    fn default() -> Self {
        Self { level_db: SILENT_DB, gain_db: 0.0 }
    }
}

/// Everything that moves.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The bands, lowest first.
    pub bands: [BandLive; MAX_BANDS],
    /// Dynamic gains, oldest first, at most [`HISTORY_S`] of them.
    pub history: VecDeque<[f32; MAX_BANDS]>,
    /// Spectra, peaks, loudness, health.
    pub picture: Arc<Picture>,
    /// Rate of the stream, Hz; 0 while the plugin is not active.
    pub sample_rate_hz: f64,
    /// Delay that the host knows, in frames.
    pub latency_frames: u32,
    /// Channels of the main bus.
    pub channels: usize,
}

impl Live {
    /// Takes in one round of readings, a thirtieth of a second after the last; whether anything can be seen to move.
    ///
    /// A band without a reading played no block: its level falls, its gain goes back to 0.
    pub fn take(&mut self, readings: [Option<Reading>; MAX_BANDS], picture: &Arc<Picture>) -> bool {
        let mut moved = false;
        for (band, reading) in self.bands.iter_mut().zip(readings) {
            let fallen = (band.level_db - FALL_DB_PER_S / PER_S).max(SILENT_DB);
            let next = match reading {
                Some(reading) => {
                    let cut = reading.lowest_db.abs() >= reading.highest_db.abs();
                    let gain_db = if cut { reading.lowest_db } else { reading.highest_db };
                    BandLive { level_db: reading.level_db.max(fallen), gain_db }
                }
                None => BandLive { level_db: fallen, gain_db: 0.75 * band.gain_db },
            };
            let settled = (next.gain_db - band.gain_db).abs() < SEEN_DB && next.gain_db.abs() < SEEN_DB;
            let next = BandLive { gain_db: if settled { 0.0 } else { next.gain_db }, ..next };
            moved |= (next.level_db - band.level_db).abs() > SEEN_DB || (next.gain_db - band.gain_db).abs() > SEEN_DB;
            *band = next;
        }
        moved |= self.remember();
        if picture.serial != self.picture.serial {
            moved |= differs(&self.picture, picture);
            self.picture = Arc::clone(picture);
        }
        moved
    }

    /// Writes the history on; whether it can be seen to move.
    fn remember(&mut self) -> bool {
        let gains = self.bands.map(|band| band.gain_db);
        let full = (HISTORY_S * PER_S) as usize;
        self.history.push_back(gains);
        while self.history.len() > full {
            self.history.pop_front();
        }
        let flat = |gains: &[f32; MAX_BANDS]| gains.iter().all(|gain| gain.abs() < SEEN_DB);
        !self.history.iter().all(flat)
    }
}

/// Whether two pictures look different. Below −100 dB is the floor of every display.
fn differs(old: &Picture, new: &Picture) -> bool {
    let spectrum = |old: &[f32], new: &[f32]| {
        old.len() != new.len() || old.iter().zip(new).any(|(old, new)| (old.max(-100.0) - new.max(-100.0)).abs() > 0.2)
    };
    let peaks = |picture: &Picture| -> Vec<(i32, u64)> {
        let all = picture.peaks.before.iter().chain(&picture.peaks.after);
        all.map(|peak| ((10.0 * peak.sample_db.max(-100.0)) as i32, peak.clips)).collect()
    };
    spectrum(&old.before.db, &new.before.db)
        || spectrum(&old.after.db, &new.after.db)
        || peaks(old) != peaks(new)
        || old.health.dropped_slots != new.health.dropped_slots
        || old.health.non_finite_blocks != new.health.non_finite_blocks
        || old.sample_rate_hz != new.sample_rate_hz
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(level_db: f32, gain_db: f32) -> [Option<Reading>; MAX_BANDS] {
        [Some(Reading { level_db, lowest_db: gain_db, highest_db: 0.0 }); MAX_BANDS]
    }

    #[test]
    fn it_comes_to_rest() {
        let mut live = Live::default();
        let picture = Arc::default();
        assert!(!live.take([None; MAX_BANDS], &picture), "nothing yet");
        assert!(live.take(reading(-10.0, -6.0), &picture));
        assert_eq!(live.bands[3], BandLive { level_db: -10.0, gain_db: -6.0 });
        let mut rounds = 0;
        while live.take([None; MAX_BANDS], &picture) {
            rounds += 1;
            assert!(rounds < 600, "it never rests");
        }
        assert!(rounds as f32 > HISTORY_S * PER_S, "the history moves until it is empty");
        assert_eq!(live.bands[0], BandLive::default());
    }

    #[test]
    fn silence_is_rest() {
        let mut live = Live::default();
        let picture = Arc::default();
        for _ in 0..5 {
            assert!(!live.take(reading(-144.0, 0.0), &picture));
        }
    }

    #[test]
    fn levels_fall_slowly_and_rise_at_once() {
        let mut live = Live::default();
        let picture = Arc::default();
        live.take(reading(-10.0, 0.0), &picture);
        live.take(reading(-80.0, 0.0), &picture);
        assert!((live.bands[0].level_db + 11.33).abs() < 0.01);
        live.take(reading(-3.0, 0.0), &picture);
        assert_eq!(live.bands[0].level_db, -3.0);
    }

    #[test]
    fn a_picture_that_looks_the_same_moves_nothing() {
        let mut live = Live::default();
        live.take([None; MAX_BANDS], &Arc::default());
        let again = Arc::new(Picture { serial: 7, ..Picture::default() });
        assert!(!live.take([None; MAX_BANDS], &again));
        let mut louder = Picture { serial: 8, ..Picture::default() };
        louder.after.db = vec![-20.0; 8];
        assert!(live.take([None; MAX_BANDS], &Arc::new(louder)));
    }
}
