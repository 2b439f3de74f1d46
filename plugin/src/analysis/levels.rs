//! Peaks and loudness of one side: input or output.

use super::picture::{FLOOR_DB, Lufs, Peak};
use ebur128::{EbuR128, Mode};

/// How long the highest sample stays.
const HOLD_S: f64 = 1.0;
/// Time between two looks at the loudness, each of which sums up three seconds. Meters may look ten times a second.
const LOOK_S: f64 = 0.1;

/// Peaks and loudness of a stream.
pub struct Levels {
    /// None at rates that the library does not know.
    loudness: Option<EbuR128>,
    hold_frames: usize,
    look_frames: usize,
    /// Frames since the last look.
    unseen: usize,
    lufs: Lufs,
    peaks: Vec<Held>,
}

#[derive(Clone, Default)]
struct Held {
    /// Highest sample, and for how many frames it is still shown.
    sample: f32,
    left: usize,
    highest: f32,
    clips: u64,
}

impl Levels {
    /// Allocates.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        // The histogram keeps the integrated loudness within bounded memory; it is exact to 0.05 LU.
        let modes = Mode::I | Mode::S | Mode::M | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        Self {
            loudness: EbuR128::new(channels as u32, sample_rate_hz.round() as u32, modes).ok(),
            hold_frames: (HOLD_S * sample_rate_hz) as usize,
            look_frames: (LOOK_S * sample_rate_hz) as usize,
            unseen: 0,
            lufs: Lufs::default(),
            peaks: vec![Held::default(); channels],
        }
    }

    /// Adds finite rows of equal length, one per channel.
    pub fn add(&mut self, rows: &[&[f32]]) {
        if let Some(loudness) = &mut self.loudness {
            // Fails only for another number of channels.
            let added = loudness.add_frames_planar_f32(rows);
            debug_assert!(added.is_ok());
        }
        self.unseen += rows.first().map_or(0, |row| row.len());
        if self.unseen >= self.look_frames {
            self.unseen = 0;
            self.lufs = self.look();
        }
        for (held, row) in self.peaks.iter_mut().zip(rows) {
            let highest = row.iter().fold(0.0f32, |highest, x| highest.max(x.abs()));
            held.clips += row.iter().filter(|x| x.abs() >= 1.0).count() as u64;
            held.highest = held.highest.max(highest);
            held.left = held.left.saturating_sub(row.len());
            if highest >= held.sample || held.left == 0 {
                (held.sample, held.left) = (highest, self.hold_frames);
            }
        }
    }

    /// Loudness at most a tenth of a second ago.
    pub fn lufs(&self) -> Lufs {
        self.lufs
    }

    fn look(&self) -> Lufs {
        let Some(loudness) = &self.loudness else { return Lufs::default() };
        let read = |value: Result<f64, ebur128::Error>| value.unwrap_or(f64::NEG_INFINITY);
        Lufs {
            momentary: read(loudness.loudness_momentary()),
            short_term: read(loudness.loudness_shortterm()),
            integrated: read(loudness.loudness_global()),
        }
    }

    /// Peaks now, one per channel.
    pub fn peaks(&self) -> Vec<Peak> {
        let one = |(channel, held): (usize, &Held)| {
            let true_peak = self.loudness.as_ref().and_then(|loudness| loudness.true_peak(channel as u32).ok());
            Peak {
                sample_db: db(held.sample),
                true_db: db(true_peak.unwrap_or_default() as f32).max(db(held.highest)),
                highest_db: db(held.highest),
                clips: held.clips,
            }
        };
        self.peaks.iter().enumerate().map(one).collect()
    }
}

fn db(amplitude: f32) -> f32 {
    (20.0 * amplitude.log10()).max(FLOOR_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_tone(levels: &mut Levels, hz: f64, amplitude_db: f64, seconds: f64) {
        let (rate_hz, amplitude) = (48_000.0, 10f64.powf(amplitude_db / 20.0));
        let turn = std::f64::consts::TAU * hz / rate_hz;
        let row: Vec<f32> =
            (0..(seconds * rate_hz) as usize).map(|n| (amplitude * (turn * n as f64).sin()) as f32).collect();
        for piece in row.chunks(256) {
            levels.add(&[piece, piece]);
        }
    }

    /// EBU Tech 3341, cases 1 and 2: a stereo sine of 1000 Hz at −23 dBFS reads −23 LUFS, and −33 at −33.
    #[test]
    fn a_sine_has_the_loudness_that_the_broadcasters_say() {
        for level in [-23.0, -33.0] {
            let mut levels = Levels::new(48_000.0, 2);
            add_tone(&mut levels, 1000.0, level, 20.0);
            let lufs = levels.lufs();
            for (what, found) in [("M", lufs.momentary), ("S", lufs.short_term), ("I", lufs.integrated)] {
                assert!((found - level).abs() <= 0.1, "{what}: {found} instead of {level}");
            }
        }
    }

    /// EBU Tech 3341, case 3: 10 s at −36, 60 s at −23, 10 s at −36 dBFS; the quiet ends are gated out.
    #[test]
    fn quiet_passages_are_gated() {
        let mut levels = Levels::new(48_000.0, 2);
        for (level, seconds) in [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)] {
            add_tone(&mut levels, 1000.0, level, seconds);
        }
        let lufs = levels.lufs();
        assert!((lufs.integrated + 23.0).abs() <= 0.1, "{}", lufs.integrated);
        assert!((lufs.short_term + 36.0).abs() <= 0.1, "{}", lufs.short_term);
    }

    /// EBU Tech 3341, case 15: a sine of a quarter of the rate at 45 degrees reads 3 dB less in its samples.
    #[test]
    fn the_true_peak_is_between_the_samples() {
        let mut levels = Levels::new(48_000.0, 1);
        let row: Vec<f32> = (0..48_000)
            .map(|n| 0.5 * (std::f32::consts::FRAC_PI_2 * (n % 4) as f32 + std::f32::consts::FRAC_PI_4).sin())
            .collect();
        row.chunks(256).for_each(|piece| levels.add(&[piece]));
        let peak = levels.peaks()[0];
        assert!((peak.highest_db + 9.03).abs() < 0.01, "{}", peak.highest_db);
        // The standard allows +0.2 and -0.4 dB.
        assert!((-6.42..=-5.82).contains(&peak.true_db), "{}", peak.true_db);
    }

    #[test]
    fn a_peak_is_held_for_a_second_and_clips_are_counted() {
        let mut levels = Levels::new(48_000.0, 1);
        levels.add(&[&[0.0, -1.0, 0.5, 1.5]]);
        levels.add(&[&[0.1; 256]]);
        let peak = levels.peaks()[0];
        assert_eq!((peak.sample_db, peak.clips), (db(1.5), 2));
        for _ in 0..200 {
            levels.add(&[&[0.1; 256]]);
        }
        let peak = levels.peaks()[0];
        assert_eq!((peak.sample_db, peak.highest_db, peak.clips), (db(0.1), db(1.5), 2));
        assert!(peak.true_db >= peak.highest_db);
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut levels = Levels::new(48_000.0, 2);
        levels.add(&[&[0.0; 48_000], &[0.0; 48_000]]);
        assert_eq!(levels.lufs(), Lufs::default());
        assert_eq!(levels.peaks()[0], Peak::default());
    }
}
