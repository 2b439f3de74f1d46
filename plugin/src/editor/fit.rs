//! How large everything is drawn: as the user chose, unless the window is too small for that.

use super::look::{SCALES, SMALLEST};

/// Seconds that a host gets to give the window another size.
const PATIENCE_S: f64 = 0.4;
/// A scale that differs by less is the same: sizes are whole pixels.
const SAME: f32 = 0.01;

/// Follows what the user chose and what the host gave.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    chosen: f32,
    /// Since when another scale would fit better.
    since_s: Option<f64>,
    /// A scale that was taken because the window is as it is.
    adapted: Option<f32>,
}

/// What to do about the scale now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Nothing.
    Keep,
    /// Look again after so many seconds.
    Wait(f64),
    /// Take this scale, and a window of another size for it.
    Grow(f32),
    /// Take this scale in the window as it is.
    Adapt(f32),
    /// The window shall have the size that it has: it would follow the new scale.
    Hold,
}

impl Fit {
    /// A window that opens at a scale.
    pub fn new(chosen: f32) -> Self {
        Self { chosen, since_s: None, adapted: None }
    }

    /// One frame at a time in seconds. `window` is its size in points of the system, drawn at the scale `now`.
    pub fn step(&mut self, chosen: f32, now: f32, window: [f32; 2], time_s: f64) -> Step {
        if chosen != self.chosen {
            *self = Self::new(chosen);
            return Step::Grow(chosen);
        }
        if self.adapted.take_if(|scale| (*scale - now).abs() < SAME).is_some() {
            return Step::Hold;
        }
        let best = fitting(chosen, window).filter(|best| (*best - now).abs() > SAME);
        let Some(best) = best else {
            self.since_s = None;
            return Step::Keep;
        };
        // The host may be about to give the window its size.
        let since_s = *self.since_s.get_or_insert(time_s);
        let left_s = PATIENCE_S - (time_s - since_s);
        if left_s > 0.0 {
            return Step::Wait(left_s);
        }
        self.since_s = None;
        self.adapted = Some(best);
        Step::Adapt(best)
    }
}

/// The scale that was chosen, or the largest at which the smallest layout fits into a window of this size. None for a
/// window too small for every scale: hosts make such ones while they open and close, and that is not ours to mend.
fn fitting(chosen: f32, [width, height]: [f32; 2]) -> Option<f32> {
    let best = chosen.min(width / SMALLEST[0]).min(height / SMALLEST[1]);
    (best > SCALES[0] as f32 / 100.0 - SAME).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: [f32; 2] = SMALLEST;
    const LARGE: [f32; 2] = [2.0 * SMALLEST[0], 2.0 * SMALLEST[1]];

    #[test]
    fn a_host_that_obeys_gives_a_window_for_every_scale() {
        let mut fit = Fit::new(1.0);
        assert_eq!(fit.step(1.0, 1.0, SMALL, 0.0), Step::Keep);
        assert_eq!(fit.step(2.0, 1.0, SMALL, 1.0), Step::Grow(2.0));
        assert!(matches!(fit.step(2.0, 2.0, SMALL, 1.01), Step::Wait(_)), "the window is on its way");
        assert_eq!(fit.step(2.0, 2.0, LARGE, 1.2), Step::Keep);
        assert_eq!(fit.step(2.0, 2.0, LARGE, 9.0), Step::Keep);
    }

    #[test]
    fn where_the_window_stays_small_everything_becomes_small_enough() {
        let mut fit = Fit::new(1.0);
        fit.step(1.5, 1.0, SMALL, 0.0);
        assert!(matches!(fit.step(1.5, 1.5, SMALL, 0.1), Step::Wait(_)));
        assert_eq!(fit.step(1.5, 1.5, SMALL, 0.6), Step::Adapt(1.0));
        assert_eq!(fit.step(1.5, 1.0, SMALL, 0.65), Step::Hold);
        assert_eq!(fit.step(1.5, 1.0, SMALL, 0.7), Step::Keep);
        assert!(matches!(fit.step(1.5, 1.0, LARGE, 5.0), Step::Wait(_)));
        assert_eq!(fit.step(1.5, 1.0, LARGE, 5.5), Step::Adapt(1.5), "and large again with the window");
    }

    #[test]
    fn a_window_of_nothing_is_left_alone() {
        let mut fit = Fit::new(1.0);
        for time_s in [0.0, 1.0, 2.0] {
            assert_eq!(fit.step(1.0, 1.0, [1.0, 1.0], time_s), Step::Keep);
        }
        let least = SMALLEST.map(|points| 0.75 * points);
        fit.step(1.0, 1.0, least, 3.0);
        assert_eq!(
            fit.step(1.0, 1.0, least, 4.0),
            Step::Adapt(0.75),
            "the least size of the hints has the least scale"
        );
    }
}
