//! Look-ahead: bands wait here until they are heard, and gains until they meet them.

use crate::ffi::{Kernels, Width};
use crate::layout::{Line, TILE};

/// A ring of leaves, and of the input of the same frames for the mode that works on it. It is never cleared: nothing may be
/// heard before so many frames as it delays have been written. Real-time safe but for `new`.
#[derive(Debug)]
pub struct LeafDelay {
    leaves: Box<[Line]>,
    input: Box<[[f32; 2]]>,
    /// Frames by which the bands are late.
    frames: usize,
    /// Part of the ring in use: the delay and one tile.
    length: usize,
    at: usize,
}

impl LeafDelay {
    /// Allocates for delays up to `longest` frames.
    pub fn new(longest: usize) -> Self {
        let length = (longest + TILE).next_multiple_of(TILE);
        Self {
            leaves: vec![Line::ZERO; length].into(),
            input: vec![[0.0; 2]; length].into(),
            frames: 0,
            length: TILE,
            at: 0,
        }
    }

    /// Delays by so many frames from now on.
    pub fn restart(&mut self, frames: usize) {
        self.frames = frames;
        self.length = (frames + TILE).next_multiple_of(TILE);
        self.at = 0;
    }

    /// Frames by which the bands are late.
    #[inline]
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Frames, at most `limit`, that lie in one piece; with `input`, what is heard of it lies in one piece too.
    #[inline]
    pub fn stretch(&self, limit: usize, input: bool) -> usize {
        let frames = limit.min(self.length - self.at);
        if input { frames.min(self.length - self.heard_at(0)) } else { frames }
    }

    /// Where the next frames go: leaves and input.
    #[inline]
    pub fn next(&mut self, frames: usize) -> (&mut [Line], &mut [[f32; 2]]) {
        let place = self.at..self.at + frames;
        (&mut self.leaves[place.clone()], &mut self.input[place])
    }

    /// They have been written; from now on they are among those that are heard.
    #[inline]
    pub fn advance(&mut self, frames: usize) {
        self.at += frames;
        if self.at == self.length {
            self.at = 0;
        }
    }

    /// Where the frames lie that are heard with the last `written` ones.
    #[inline]
    fn heard_at(&self, written: usize) -> usize {
        let behind = written + self.frames;
        if self.at >= behind { self.at - behind } else { self.at + self.length - behind }
    }

    /// The leaves that are heard with the last `frames` written: before the end of the ring, and after.
    #[inline]
    pub fn heard(&self, frames: usize) -> [&[Line]; 2] {
        let from = self.heard_at(frames);
        let before_wrap = frames.min(self.length - from);
        [&self.leaves[from..from + before_wrap], &self.leaves[..frames - before_wrap]]
    }

    /// The input of the same frames, as long as [`stretch`](Self::stretch) said.
    #[inline]
    pub fn heard_input(&self, frames: usize) -> &[[f32; 2]] {
        let from = self.heard_at(frames);
        &self.input[from..from + frames]
    }
}

/// A ring of gains in dB, each lane with a delay of its own: that of the bands less what the band looks ahead. Real-time
/// safe but for `new`.
#[derive(Debug)]
pub struct GainDelay {
    ring: Box<[Line]>,
    /// Part of the ring in use, a power of two.
    length: usize,
    at: usize,
    /// Frames, by wide lane.
    frames: [u32; 16],
}

impl GainDelay {
    /// Allocates for delays up to `longest` frames.
    pub fn new(longest: usize) -> Self {
        let ring = vec![Line::ZERO; (longest + TILE).next_power_of_two()].into();
        Self { ring, length: TILE, at: 0, frames: [0; 16] }
    }

    /// Delays every wide lane by so many frames, at most `longest` of them, from now on. As in [`LeafDelay`], what comes out
    /// before as many have been put in is of no use.
    pub fn restart(&mut self, longest: usize, frames: [u32; 16]) {
        self.length = (longest + TILE).next_power_of_two();
        self.at = 0;
        self.frames = frames;
    }

    /// Gains of these frames in, gains that meet the bands heard with them out.
    pub fn pass(&mut self, kernels: &Kernels, width: Width, gains: &mut [Line]) {
        kernels.delay_gains(width, &self.frames, &mut self.ring[..self.length], self.at, gains);
        self.at = (self.at + gains.len()) & (self.length - 1);
    }
}
