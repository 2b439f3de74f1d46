//! Linear ramps on the sample clock: what they come to does not depend on how blocks are cut.

/// A number that moves linearly to its target in a fixed number of frames. Real-time safe.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    from: f32,
    target: f32,
    step: f32,
    /// Frames since the start; `length` when at rest.
    frame: u32,
    length: u32,
}

impl Ramp {
    /// At rest on `value`.
    pub fn resting(value: f32) -> Self {
        Self { from: value, target: value, step: 0.0, frame: 0, length: 0 }
    }

    /// Where it ends.
    pub fn target(&self) -> f32 {
        self.target
    }

    /// Starts towards `target`, `length` > 0 frames away, if that is new.
    pub fn set(&mut self, target: f32, length: u32) {
        if target != self.target {
            let from = self.value(self.frame);
            *self = Self { from, target, step: (target - from) / length as f32, frame: 0, length };
        }
    }

    /// Frames until it rests; 0 when it does.
    pub fn left(&self) -> u32 {
        self.length - self.frame
    }

    /// (start, change per frame, frames done) so that the value of the i-th frame from here is
    /// start + change·(done + i).
    pub fn line(&self) -> (f32, f32, f32) {
        if self.left() == 0 { (self.target, 0.0, 0.0) } else { (self.from, self.step, (self.frame + 1) as f32) }
    }

    /// Goes on by `frames`, at most [`left`](Self::left) unless at rest.
    pub fn advance(&mut self, frames: u32) {
        self.frame = (self.frame + frames).min(self.length);
    }

    /// Writes the next values; all equal to the target when at rest.
    pub fn fill(&self, values: &mut [f32]) {
        let (from, step, frame) = self.line();
        for (n, value) in values.iter_mut().enumerate() {
            *value = from + step * (frame + n as f32);
        }
    }

    fn value(&self, frame: u32) -> f32 {
        if frame == self.length { self.target } else { self.from + self.step * frame as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_reaches_its_target_after_its_length() {
        let mut ramp = Ramp::resting(1.0);
        ramp.set(3.0, 4);
        let mut row = [0.0; 4];
        ramp.fill(&mut row);
        assert_eq!(row, [1.5, 2.0, 2.5, 3.0]);
        ramp.advance(4);
        assert_eq!((ramp.left(), ramp.line()), (0, (3.0, 0.0, 0.0)));
    }

    #[test]
    fn a_new_target_starts_from_the_present_value_with_full_length() {
        let mut ramp = Ramp::resting(0.0);
        ramp.set(1.0, 10);
        ramp.advance(5);
        ramp.set(0.0, 10);
        assert_eq!(ramp.left(), 10);
        let mut row = [0.0; 1];
        ramp.fill(&mut row);
        assert!((row[0] - 0.45).abs() < 1e-6);
    }

    #[test]
    fn cutting_a_ramp_changes_no_bit() {
        let mut whole = Ramp::resting(0.25);
        whole.set(-7.3, 960);
        let mut row = [0.0; 900];
        whole.fill(&mut row);
        let mut pieces = whole;
        let mut at = 0;
        while at < 900 {
            let n = (at % 61 + 1).min(900 - at);
            let mut piece = vec![0.0; n];
            pieces.fill(&mut piece);
            pieces.advance(n as u32);
            assert_eq!(piece, row[at..at + n]);
            at += n;
        }
    }
}
