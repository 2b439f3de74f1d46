//! The last frames of two rows, for whoever wants them later.

use crate::layout::TILE;

/// Two rows of one tile.
pub type TileRows = [[f32; TILE]; 2];

/// A ring of the last frames of two channels. Real-time safe but for `new`.
#[derive(Debug)]
pub struct Past {
    /// As long as the longest delay and one tile.
    rings: [Box<[f32]>; 2],
    at: usize,
}

impl Past {
    /// Allocates for delays up to `longest` frames.
    pub fn new(longest: usize) -> Self {
        let ring = || vec![0.0; longest + TILE].into();
        Self { rings: [ring(), ring()], at: 0 }
    }

    fn length(&self) -> usize {
        self.rings[0].len()
    }

    /// Nothing but silence has been.
    pub fn forget(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
    }

    /// Takes in the frames of a stretch.
    pub fn write(&mut self, rows: [&[f32]; 2]) {
        let at = self.at;
        for (ring, row) in self.rings.iter_mut().zip(rows) {
            let before_wrap = row.len().min(ring.len() - at);
            ring[at..at + before_wrap].copy_from_slice(&row[..before_wrap]);
            ring[..row.len() - before_wrap].copy_from_slice(&row[before_wrap..]);
        }
    }

    /// The frames of the same stretch, `delay` frames late.
    pub fn read(&self, delay: usize, rows: [&mut [f32]; 2]) {
        let from = (self.at + self.length() - delay) % self.length();
        for (ring, row) in self.rings.iter().zip(rows) {
            let before_wrap = row.len().min(ring.len() - from);
            let (before, after) = row.split_at_mut(before_wrap);
            before.copy_from_slice(&ring[from..from + before_wrap]);
            after.copy_from_slice(&ring[..after.len()]);
        }
    }

    /// On to the next stretch.
    pub fn advance(&mut self, frames: usize) {
        self.at = (self.at + frames) % self.length();
    }
}
