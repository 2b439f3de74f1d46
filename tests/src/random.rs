//! Numbers that look random and are the same everywhere, for ever (xorshift64*).

use std::ops::Range;

/// A stream of numbers, given by its seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        // The state must not be 0, and close seeds must not give close streams.
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.bits();
        }
        random
    }

    /// The stream of a name.
    pub fn named(name: &str) -> Self {
        Self::new(
            name.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// 0 … 1, without 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// −1 … 1.
    pub fn bipolar(&mut self) -> f32 {
        ((self.bits() >> 40) as f32) / (1u32 << 23) as f32 - 1.0
    }

    /// Between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// A whole number of a range.
    pub fn whole(&mut self, range: Range<usize>) -> usize {
        range.start + (self.bits() % (range.end - range.start) as u64) as usize
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.whole(0..choices.len())]
    }

    /// Cuts `frames` into pieces of at most `longest`; some are empty.
    pub fn pieces(&mut self, mut frames: usize, longest: usize) -> Vec<usize> {
        let mut pieces = vec![0];
        while frames > 0 {
            let piece = self.whole(0..longest + 1).min(frames);
            frames -= piece;
            pieces.push(piece);
        }
        pieces
    }
}
