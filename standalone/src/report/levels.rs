//! Peak and rms over everything that passed.

/// Sums up one stream; all channels together.
#[derive(Default)]
pub struct LevelMeter {
    peak: f32,
    energy: f64,
    samples: u64,
}

/// Levels in dB re full scale; negative infinity for silence.
#[derive(Clone, Copy)]
pub struct Levels {
    /// The largest sample.
    pub peak_db: f64,
    /// Root of the mean square, on the scale where a full-scale sine reads −3 dB.
    pub rms_db: f64,
}

impl Levels {
    /// Peak above rms; `None` for silence.
    pub fn crest_db(self) -> Option<f64> {
        self.rms_db.is_finite().then_some(self.peak_db - self.rms_db)
    }
}

impl LevelMeter {
    /// Takes one block.
    pub fn add(&mut self, rows: &[&[f32]]) {
        for row in rows {
            // Single precision loses nothing within a short run, and vectorises.
            for run in row.chunks(512) {
                let (mut peak, mut energy) = ([0.0_f32; 8], [0.0_f32; 8]);
                for eight in run.chunks(8) {
                    for (lane, &sample) in eight.iter().enumerate() {
                        let level = if sample.is_finite() { sample.abs() } else { 0.0 };
                        peak[lane] = peak[lane].max(level);
                        energy[lane] += level * level;
                    }
                }
                self.peak = peak.into_iter().fold(self.peak, f32::max);
                self.energy += energy.into_iter().map(f64::from).sum::<f64>();
            }
            self.samples += row.len() as u64;
        }
    }

    /// The levels so far.
    pub fn levels(&self) -> Levels {
        let mean_square = if self.samples == 0 { 0.0 } else { self.energy / self.samples as f64 };
        Levels { peak_db: 20.0 * f64::from(self.peak).log10(), rms_db: 10.0 * mean_square.log10() }
    }
}
