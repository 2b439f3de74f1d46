//! Places on the display and what they mean: frequency, level, gain. Plain numbers.

use egui::{Pos2, Rect};

/// Ends of the frequency axis, Hz.
pub const HZ: [f64; 2] = [16.0, 22_000.0];
/// Top and bottom of the level axis, dBFS.
pub const LEVEL_DB: [f32; 2] = [6.0, -90.0];
/// Top and bottom of the gain axis, dB. A dB of gain is as high as two of level, so both are read off the same lines.
pub const GAIN_DB: [f32; 2] = [21.0, -27.0];

/// The axes of a display in a rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axes {
    /// Where the display is.
    pub rect: Rect,
}

impl Axes {
    /// Where a frequency stands.
    pub fn x(&self, hz: f64) -> f32 {
        let part = (hz.max(1e-3) / HZ[0]).ln() / (HZ[1] / HZ[0]).ln();
        self.rect.left() + part as f32 * self.rect.width()
    }

    /// The frequency at a place.
    pub fn hz(&self, x: f32) -> f64 {
        let part = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        HZ[0] * (HZ[1] / HZ[0]).powf(part)
    }

    /// Where a level in dBFS stands.
    pub fn y_of_level(&self, db: f32) -> f32 {
        self.y(db, LEVEL_DB)
    }

    /// Where a gain in dB stands.
    pub fn y_of_gain(&self, db: f32) -> f32 {
        self.y(db, GAIN_DB)
    }

    /// The level at a place.
    pub fn level(&self, y: f32) -> f32 {
        self.value(y, LEVEL_DB)
    }

    /// The gain at a place.
    pub fn gain(&self, y: f32) -> f32 {
        self.value(y, GAIN_DB)
    }

    fn y(&self, db: f32, [top, bottom]: [f32; 2]) -> f32 {
        // What is far outside is drawn just outside: pixels far away cost the tessellator.
        let part = ((top - db) / (top - bottom)).clamp(-0.1, 1.1);
        self.rect.top() + part * self.rect.height()
    }

    fn value(&self, y: f32, [top, bottom]: [f32; 2]) -> f32 {
        top - (y - self.rect.top()) / self.rect.height().max(1.0) * (top - bottom)
    }

    /// A place by frequency and a height.
    pub fn at(&self, hz: f64, y: f32) -> Pos2 {
        Pos2::new(self.x(hz), y)
    }
}

/// Frequencies that get a line, Hz, and their number.
pub const LINES_HZ: [(f64, &str); 10] = [
    (20.0, "20"),
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, "20k"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values_are_inverse() {
        let axes = Axes { rect: Rect::from_min_max(Pos2::new(10.0, 20.0), Pos2::new(710.0, 320.0)) };
        for hz in [20.0, 440.0, 12_000.0] {
            assert!((axes.hz(axes.x(hz)) / hz - 1.0).abs() < 1e-4);
        }
        for db in [0.0, -24.0, -60.0] {
            assert!((axes.level(axes.y_of_level(db)) - db).abs() < 1e-3);
        }
        assert!((axes.gain(axes.y_of_gain(-6.0)) + 6.0).abs() < 1e-4);
        assert_eq!(axes.y_of_gain(GAIN_DB[0]), 20.0);
        for (level, gain) in [(0.0, 18.0), (-36.0, 0.0), (-84.0, -24.0)] {
            assert!((axes.y_of_level(level) - axes.y_of_gain(gain)).abs() < 1e-3, "one line for both");
        }
    }

    #[test]
    fn a_window_of_nothing_divides_nothing() {
        let axes = Axes { rect: Rect::from_min_size(Pos2::ZERO, egui::Vec2::ZERO) };
        assert!(axes.hz(5.0).is_finite() && axes.level(5.0).is_finite() && axes.x(0.0).is_finite());
    }
}
