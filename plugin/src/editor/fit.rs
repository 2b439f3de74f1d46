//! How large everything is drawn: as the user chose, unless the window is too small for that.

use super::look::{SCALES, SMALLEST};
use egui::{Context, Vec2, ViewportCommand, vec2};

/// Seconds that a host gets to give the window another size.
const PATIENCE_S: f64 = 0.4;
/// A scale that differs by less is the same: sizes are whole pixels.
const SAME: f32 = 0.01;

/// Follows what the user chose and what the host gave.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    /// Width and height of the smallest layout, points.
    least: Vec2,
    chosen: f32,
    /// Since when another scale would fit better.
    since_s: Option<f64>,
    /// A scale that was taken because the window is as it is.
    adapted: Option<f32>,
}

/// What to do about the scale now.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
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
    /// A window that opens at a scale, with so many points below the editor that are not its own.
    pub fn new(scale_percent: u32, strip: f32) -> Self {
        let least = vec2(SMALLEST[0], SMALLEST[1] + strip);
        Self { least, chosen: part(scale_percent), since_s: None, adapted: None }
    }

    /// After a frame at a time in seconds; gives width and height of a window that has come to rest, points.
    pub fn follow(&mut self, ctx: &Context, scale_percent: u32, pixels: [u32; 2], time_s: f64) -> Option<Vec2> {
        let window = Vec2::from(pixels.map(|pixels| pixels as f32)) / ctx.native_pixels_per_point().unwrap_or(1.0);
        let now = ctx.zoom_factor();
        match self.step(part(scale_percent), now, window, time_s) {
            Step::Keep => {
                let size = (window / now).round();
                // Windows of a few points occur while hosts open and close them.
                let usual = (size - self.least).min_elem() >= -1.0 && size.max_elem() <= 8192.0;
                return usual.then_some(size);
            }
            Step::Wait(seconds) => ctx.request_repaint_after_secs(seconds as f32),
            // From the next frame on; the window takes the size that belongs to it by itself.
            Step::Grow(scale) | Step::Adapt(scale) => ctx.set_zoom_factor(scale),
            Step::Hold => ctx.send_viewport_cmd(ViewportCommand::InnerSize(window / now)),
        }
        None
    }

    /// `window` is its size in points of the system, drawn at the scale `now`.
    fn step(&mut self, chosen: f32, now: f32, window: Vec2, time_s: f64) -> Step {
        if chosen != self.chosen {
            *self = Self { chosen, since_s: None, adapted: None, ..*self };
            return Step::Grow(chosen);
        }
        if self.adapted.take_if(|scale| (*scale - now).abs() < SAME).is_some() {
            return Step::Hold;
        }
        let best = self.fitting(window).filter(|best| (*best - now).abs() > SAME);
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

    /// The scale that was chosen, or the largest at which the smallest layout fits into a window of this size. None for a
    /// window too small for every scale: hosts make such ones while they open and close, and that is not ours to mend.
    fn fitting(&self, window: Vec2) -> Option<f32> {
        let best = (window / self.least).min_elem().min(self.chosen);
        (best > part(SCALES[0]) - SAME).then_some(best)
    }
}

fn part(percent: u32) -> f32 {
    percent as f32 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Vec2 = vec2(SMALLEST[0], SMALLEST[1]);

    fn large() -> Vec2 {
        2.0 * SMALL
    }

    #[test]
    fn a_host_that_obeys_gives_a_window_for_every_scale() {
        let mut fit = Fit::new(100, 0.0);
        assert_eq!(fit.step(1.0, 1.0, SMALL, 0.0), Step::Keep);
        assert_eq!(fit.step(2.0, 1.0, SMALL, 1.0), Step::Grow(2.0));
        assert!(matches!(fit.step(2.0, 2.0, SMALL, 1.01), Step::Wait(_)), "the window is on its way");
        assert_eq!(fit.step(2.0, 2.0, large(), 1.2), Step::Keep);
        assert_eq!(fit.step(2.0, 2.0, large(), 9.0), Step::Keep);
    }

    #[test]
    fn where_the_window_stays_small_everything_becomes_small_enough() {
        let mut fit = Fit::new(100, 0.0);
        fit.step(1.5, 1.0, SMALL, 0.0);
        assert!(matches!(fit.step(1.5, 1.5, SMALL, 0.1), Step::Wait(_)));
        assert_eq!(fit.step(1.5, 1.5, SMALL, 0.6), Step::Adapt(1.0));
        assert_eq!(fit.step(1.5, 1.0, SMALL, 0.65), Step::Hold);
        assert_eq!(fit.step(1.5, 1.0, SMALL, 0.7), Step::Keep);
        assert!(matches!(fit.step(1.5, 1.0, large(), 5.0), Step::Wait(_)));
        assert_eq!(fit.step(1.5, 1.0, large(), 5.5), Step::Adapt(1.5), "and large again with the window");
    }

    #[test]
    fn what_lies_below_the_editor_needs_room_too() {
        let mut fit = Fit::new(100, 30.0);
        fit.step(1.0, 1.0, SMALL, 0.0);
        let step = fit.step(1.0, 1.0, SMALL, 1.0);
        assert!(matches!(step, Step::Adapt(scale) if (scale * 450.0 - 420.0).abs() < 0.1), "{step:?}");
    }

    #[test]
    fn a_window_of_nothing_is_left_alone() {
        let mut fit = Fit::new(100, 0.0);
        for time_s in [0.0, 1.0, 2.0] {
            assert_eq!(fit.step(1.0, 1.0, vec2(1.0, 1.0), time_s), Step::Keep);
        }
        fit.step(1.0, 1.0, 0.75 * SMALL, 3.0);
        assert_eq!(fit.step(1.0, 1.0, 0.75 * SMALL, 4.0), Step::Adapt(0.75), "the least size has the least scale");
    }
}
