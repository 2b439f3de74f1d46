//! The lower panel: one strip per band with its gain over time.

use super::axes::{Area, DecibelAxis, TimeAxis};
use super::gains::{BandGain, Point};
use super::pen::{Anchor, curve, line, rectangle, ribbon, surface, title, words};
use super::spectrum_panel::whole;
use super::table::signed;
use super::{Summary, colours};
use svg::node::element::Group;

/// Pixels between two strips.
const GAP: f64 = 4.0;
/// Pixels between a label's middle and the strip's edge.
const LABEL_MARGIN: f64 = 4.5;
/// Columns across the panel: fewer than pixels, so that the file stays small.
const COLUMNS: usize = 460;

/// The strips and the time axis below them.
pub fn draw(summary: &Summary, area: Area) -> Group {
    let count = summary.bands.len();
    let height = (area.height - GAP * (count as f64 - 1.0)) / count as f64;
    let (lowest_db, highest_db) = range_db(summary);
    let time = TimeAxis { area, seconds: summary.seconds() };
    let mut panel = Group::new();
    for (index, (band, gain)) in summary.bands.iter().enumerate() {
        let strip = Area { top: area.top + index as f64 * (height + GAP), height, ..area };
        // A curve keeps clear of the strip's edges.
        let inner = Area { top: strip.top + 2.0, height: strip.height - 4.0, ..strip };
        let up = DecibelAxis { area: inner, lowest_db, highest_db };
        let name = format!("Band {}, {}", band.number, band.range(summary.sample_rate_hz));
        let mut group = Group::new().add(title(&name)).add(rectangle(strip, colours::PANEL));
        group = grid(group, &up, &time, strip);
        group = course(group, summary, gain, &up, &colours::hex(index, count));
        group = figures(group, band.number, gain, strip, &colours::hex(index, count));
        panel = panel.add(group);
    }
    if summary.frames > 0 {
        for (x, label) in time.ticks() {
            panel = panel.add(words(&label, (x, area.bottom() + 17.0), 11, colours::QUIET, Anchor::Middle));
        }
    }
    panel
}

/// One range for all strips, so that they can be compared.
fn range_db(summary: &Summary) -> (f64, f64) {
    let lowest = summary.bands.iter().map(|(_, gain)| gain.min_db).fold(0.0, f64::min);
    let highest = summary.bands.iter().map(|(_, gain)| gain.max_db).fold(0.0, f64::max);
    let (low, high) = (((lowest - 1.0) / 3.0).floor() * 3.0, ((highest + 1.0) / 3.0).ceil() * 3.0);
    // Something that hardly moves is not blown up to full height.
    (low.min(-6.0), high)
}

fn grid(mut group: Group, up: &DecibelAxis, time: &TimeAxis, strip: Area) -> Group {
    if time.seconds > 0.0 {
        for (x, _) in time.ticks() {
            group = group.add(line((x, strip.top), (x, strip.bottom()), colours::GRID));
        }
    }
    for db in up.ticks(13.0) {
        let y = up.y(db);
        let colour = if db.abs() < 0.5 { colours::AXIS } else { colours::GRID };
        group = group.add(line((strip.left, y), (strip.right(), y), colour));
        // Labels of neighbouring strips must not touch.
        if y - strip.top >= LABEL_MARGIN && strip.bottom() - y >= LABEL_MARGIN {
            group = group.add(words(&whole(db), (strip.left - 9.0, y + 3.5), 10, colours::QUIET, Anchor::End));
        }
    }
    group
}

fn course(group: Group, summary: &Summary, gain: &BandGain, up: &DecibelAxis, colour: &str) -> Group {
    let columns = thinned(&gain.course);
    if columns.is_empty() {
        return group;
    }
    // A point covers a stretch of time and is drawn at its middle; the ends are held.
    let stretch = summary.frames_per_point as f64 * gain.course.len() as f64 / columns.len() as f64;
    let width = up.area.width;
    let per_frame = width / summary.frames as f64;
    let trail = |value: fn(&Point) -> f32| -> Vec<(f64, f64)> {
        let x = |i: usize| up.area.left + ((i as f64 + 0.5) * stretch * per_frame).min(width);
        let mut points: Vec<_> = columns.iter().enumerate().map(|(i, p)| (x(i), up.y(f64::from(value(p))))).collect();
        points.insert(0, (up.area.left, points[0].1));
        points.push((up.area.right(), points[points.len() - 1].1));
        points
    };
    let mean = trail(|point| point.mean_db);
    group
        .add(ribbon(&trail(|point| point.max_db), &trail(|point| point.min_db), colour, 0.3))
        .add(surface(&mean, up.y(0.0), colour, 0.28))
        .add(curve(&mean, colour, 1.3))
}

/// At most [`COLUMNS`] points; each keeps the extremes of those that it stands for.
fn thinned(course: &[Point]) -> Vec<Point> {
    let each = course.len().div_ceil(COLUMNS).max(1);
    course
        .chunks(each)
        .map(|points| Point {
            min_db: points.iter().map(|point| point.min_db).fold(f32::INFINITY, f32::min),
            max_db: points.iter().map(|point| point.max_db).fold(f32::NEG_INFINITY, f32::max),
            mean_db: points.iter().map(|point| point.mean_db).sum::<f32>() / points.len() as f32,
        })
        .collect()
}

/// The band's number and its figures, right of the strip.
fn figures(group: Group, number: usize, gain: &BandGain, strip: Area, colour: &str) -> Group {
    let middle = strip.top + strip.height / 2.0;
    let left = strip.right() + 14.0;
    group
        .add(rectangle(Area { left: strip.right() + 3.0, width: 3.0, ..strip }, colour))
        .add(words(&number.to_string(), (left, middle + 5.0), 15, colour, Anchor::Start).set("font-weight", "bold"))
        .add(words(&signed(gain.mean_db), (left + 70.0, middle + 4.5), 13, colours::CLEAR, Anchor::End))
        .add(words(
            &format!("{} … {}", signed(gain.min_db), signed(gain.max_db)),
            (left + 82.0, middle + 4.0),
            11,
            colours::QUIET,
            Anchor::Start,
        ))
}
