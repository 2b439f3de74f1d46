//! Spectra of the analysis as lines over the display's frequencies.

use super::axes::Axes;
use egui::{Pos2, pos2};

/// The frequency around which the tilt turns.
const TILT_HZ: f64 = 1000.0;

/// Points of width for each point of the line.
const COLUMN: f32 = 1.5;

/// For every column the loudest bin there, or the curve between bins that are farther apart.
pub fn line(axes: &Axes, db: &[f32], bin_hz: f64, tilt_db: f32) -> Vec<Pos2> {
    let columns = (axes.rect.width() / COLUMN).floor().max(2.0) as usize;
    if db.len() < 2 || bin_hz <= 0.0 {
        return Vec::new();
    }
    let column_x = |column: usize| axes.rect.left() + axes.rect.width() * column as f32 / (columns - 1) as f32;
    let last = (db.len() - 1) as f64;
    let mut points = Vec::with_capacity(columns);
    for column in 0..columns {
        let x = column_x(column);
        let half = 0.5 * axes.rect.width() / (columns - 1) as f32;
        let (from, to) = (axes.hz(x - half) / bin_hz, axes.hz(x + half) / bin_hz);
        let middle = axes.hz(x) / bin_hz;
        if middle > last {
            break;
        }
        // Bins in the column, so that no peak falls between two points; between bins, the curve through them.
        let bins = from.max(0.0).ceil() as usize..=to.min(last).floor() as usize;
        let loudest = db.get(bins).into_iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max);
        let level = if to - from >= 1.0 { loudest } else { loudest.max(smooth(db, middle.max(0.0))) };
        let octaves = (axes.hz(x) / TILT_HZ).log2() as f32;
        points.push(pos2(x, axes.y_of_level(level.max(-200.0) + tilt_db * octaves)));
    }
    points
}

/// Between bins, after Catmull and Rom: bass bins are far apart on a logarithmic axis and would look like teeth.
fn smooth(db: &[f32], at: f64) -> f32 {
    let last = db.len() - 1;
    let index = (at.floor() as usize).min(last);
    let part = (at - index as f64) as f32;
    let bin = |offset: isize| db[index.saturating_add_signed(offset).min(last)].max(-140.0);
    let [a, b, c, d] = [bin(-1), bin(0), bin(1), bin(2)];
    let t = part;
    b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::Rect;

    #[test]
    fn a_tone_stands_where_it_is() {
        let axes = Axes { rect: Rect::from_min_max(Pos2::ZERO, pos2(800.0, 400.0)) };
        let mut db = vec![-120.0; 4097];
        let bin_hz = 48_000.0 / 8192.0;
        for hz in [50.0, 1000.0, 9000.0] {
            db[(hz / bin_hz) as usize] = -10.0;
        }
        let points = line(&axes, &db, bin_hz, 0.0);
        for hz in [50.0, 1000.0, 9000.0] {
            let near = points.iter().filter(|point| (point.x - axes.x(hz)).abs() < 12.0);
            let top = near.map(|point| point.y).fold(f32::INFINITY, f32::min);
            assert!((top - axes.y_of_level(-10.0)).abs() < 2.0, "{hz} Hz at {top}");
        }
        assert!(line(&axes, &[], 1.0, 0.0).is_empty());
        assert!(points.iter().all(|point| point.x.is_finite() && point.y.is_finite()));
    }
}
