//! The audio that is learnt from, read block by block and cleaned.

use indicatif::ProgressBar;

use crate::console::Console;
use crate::error::Failure;
use crate::sample::count_non_finite;
use crate::source::{self, Input, Source, StreamShape};

/// Frames that are read at once: enough to make starting threads cheap, few enough for the second-level cache.
pub const BLOCK_FRAMES: usize = 1 << 14;

/// One file on its way.
pub struct Programme {
    name: String,
    source: Box<dyn Source>,
    shape: StreamShape,
    bar: ProgressBar,
    /// Frames read so far.
    pub frames: u64,
    /// Samples that were NaN or infinite.
    pub non_finite: u64,
    /// Whether any sample was not zero.
    pub sounds: bool,
}

impl Programme {
    /// Opens a file that will be read from its beginning to its end.
    pub fn open(input: &Input, console: &Console) -> Result<Self, Failure> {
        let source = source::open(input)?;
        let shape = source.shape();
        let name = input.name();
        let bar = console.bar(&name, shape.frames);
        Ok(Self { name, source, shape, bar, frames: 0, non_finite: 0, sounds: false })
    }

    /// Rate, width and length.
    pub fn shape(&self) -> StreamShape {
        self.shape
    }

    /// Fills two rows with the next frames, NaN and infinities as silence; one channel stands in both. False at the end.
    pub fn read(&mut self, rows: &mut [Vec<f32>; 2]) -> Result<bool, Failure> {
        for row in rows.iter_mut() {
            row.resize(BLOCK_FRAMES, 0.0);
        }
        let [left, right] = rows;
        let mut wanted: [&mut [f32]; 2] = [left, right];
        let frames = self.source.read(&mut wanted[..self.shape.channels])?;
        for row in &mut wanted[..self.shape.channels] {
            let row = &mut row[..frames];
            let non_finite = count_non_finite(row);
            if non_finite > 0 {
                self.non_finite += non_finite;
                for sample in row.iter_mut().filter(|sample| !sample.is_finite()) {
                    *sample = 0.0;
                }
            }
            self.sounds = self.sounds || row.iter().any(|&sample| sample != 0.0);
        }
        if self.shape.channels == 1 {
            right.clear();
            right.extend_from_slice(left);
        }
        for row in rows {
            row.truncate(frames);
        }
        self.frames += frames as u64;
        self.bar.inc(frames as u64);
        Ok(frames > 0)
    }

    /// To be called at the end: what the file's reader has to say.
    pub fn finish(&mut self) -> Result<Vec<String>, Failure> {
        if self.frames == 0 {
            return Err(Failure::input(format!(
                "{}: holds no audio (0 frames); at least one second of sound is needed to learn from",
                self.name
            )));
        }
        Ok(self.source.finish()?.warnings)
    }
}

impl Drop for Programme {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
