//! How one signal gives way to another. Real-time safe but for `new`.

/// A raised cosine from 0 to 1, one step per frame.
#[derive(Debug)]
pub struct Fade(Box<[f32]>);

impl Fade {
    /// Over so many frames; the last step is 1. Allocates.
    pub fn new(frames: usize) -> Self {
        let step = |n: usize| (0.5 - 0.5 * libm::cos(std::f64::consts::PI * n as f64 / frames as f64)) as f32;
        Self((1..=frames).map(step).collect())
    }

    /// Frames until it is done.
    pub fn frames(&self) -> usize {
        self.0.len()
    }

    /// What is left of it after so many frames.
    pub fn after(&self, frames: usize) -> &[f32] {
        &self.0[frames..]
    }

    /// At a position 0 … 1 of its way, between two steps too.
    fn at(&self, position: f32) -> f32 {
        let at = position * self.0.len() as f32 - 1.0;
        if at >= (self.0.len() - 1) as f32 {
            return 1.0;
        }
        let (whole, part) = (at.floor(), at - at.floor());
        let step = |index: f32| if index < 0.0 { 0.0 } else { self.0[index as usize] };
        step(whole) + part * (step(whole + 1.0) - step(whole))
    }

    /// Bypass: `row` towards the dry signal, by positions 0 … 1 on the way; exactly the dry signal at 1. What is not finite
    /// or denormal in it is 0.
    pub fn to_dry(&self, positions: &[f32], dry: &[f32], row: &mut [f32]) {
        for ((y, &dry), &position) in row.iter_mut().zip(dry).zip(positions) {
            let dry = if dry.is_normal() { dry.clamp(-1.0e6, 1.0e6) } else { 0.0 };
            let amount = self.at(position);
            *y = if amount == 1.0 { dry } else { *y + amount * (dry - *y) };
        }
    }
}

/// row += step·(incoming − row).
pub fn blend(steps: &[f32], incoming: &[f32], row: &mut [f32]) {
    for ((y, x), step) in row.iter_mut().zip(incoming).zip(steps) {
        *y += step * (x - *y);
    }
}
