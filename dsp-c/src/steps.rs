//! Inputs of kernels that stand still or move with every frame.

/// An input that stands still or moves with every frame.
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a, T> {
    first: &'a [T],
    step: usize,
}

impl<'a, T> Steps<'a, T> {
    /// One value for all frames.
    pub fn held(value: &'a T) -> Self {
        Self { first: std::slice::from_ref(value), step: 0 }
    }

    /// One value per frame.
    pub fn moving(values: &'a [T]) -> Self {
        Self { first: values, step: 1 }
    }

    /// The value of a frame.
    #[inline]
    pub fn at(&self, frame: usize) -> &'a T {
        &self.first[frame * self.step]
    }

    /// The value of all frames, if it is one.
    #[inline]
    pub fn held_at(&self) -> Option<&'a T> {
        if self.step == 0 { self.first.first() } else { None }
    }

    /// Leaves out the first `frames` frames.
    pub fn skip(&self, frames: usize) -> Self {
        Self { first: &self.first[frames * self.step..], step: self.step }
    }

    /// For C: where the values begin.
    #[inline]
    pub fn as_ptr(&self) -> *const T {
        self.first.as_ptr()
    }

    /// For C: values from frame to frame, 0 or 1.
    #[inline]
    pub fn step(&self) -> usize {
        self.step
    }

    /// Panics unless there is a value for each of so many frames.
    pub fn check(&self, frames: usize) {
        assert!(self.step == 0 || self.first.len() >= frames, "{} values for {frames} frames", self.first.len());
    }
}
