//! The upper panel: what the sound consists of, before and after.

use super::axes::{Area, DecibelAxis, FrequencyAxis};
use super::bands::{Band, frequency};
use super::pen::{Anchor, curve, line, rectangle, surface, words};
use super::spectrum::Spectrum;
use super::{Summary, colours};
use svg::node::element::{Group, LinearGradient, Stop};

/// Curve points across the panel.
pub const POINTS: usize = 360;
/// Nothing below this level is drawn.
pub const FLOOR_DB: f64 = -150.0;
/// Least and greatest height of the panel in dB.
const SPAN_DB: (f64, f64) = (36.0, 72.0);

/// The panel.
pub fn draw(summary: &Summary, area: Area) -> Group {
    let highest_hz = 22_000.0_f64.min(summary.sample_rate_hz / 2.0);
    let across = FrequencyAxis { area, lowest_hz: 20.0, highest_hz };
    let before = levels(&summary.before, &across);
    let after = levels(&summary.after, &across);
    let up = level_axis(area, before.iter().chain(&after).copied());
    let places: Vec<&Band> = summary.bands.iter().map(|(band, _)| band).collect();
    let sound_inside = before.iter().chain(&after).any(|&db| db > FLOOR_DB);

    let mut panel = Group::new().add(rectangle(area, colours::PANEL));
    panel = regions(panel, &places, &across);
    panel = grid(panel, &across, &up);
    panel = crossovers(panel, &places, &across);
    let place = |levels: &[f64]| -> Vec<(f64, f64)> {
        levels
            .iter()
            .enumerate()
            .map(|(i, &db)| (area.left + area.width * i as f64 / (POINTS - 1) as f64, up.y(db)))
            .collect()
    };
    if sound_inside {
        let (before, after) = (place(&before), place(&after));
        panel = panel
            .add(hues(&places, &across))
            .add(surface(&after, area.bottom(), "url(#hues)", 0.2))
            .add(curve(&before, colours::BEFORE, 1.4))
            .add(curve(&after, "url(#hues)", 2.2));
    } else {
        let middle = (area.left + area.width / 2.0, area.top + area.height / 2.0);
        let reason = if summary.frames == 0 { "no audio" } else { "silence" };
        panel = panel.add(words(reason, middle, 15, colours::QUIET, Anchor::Middle));
    }
    panel
}

fn levels(spectrum: &Spectrum, across: &FrequencyAxis) -> Vec<f64> {
    (0..POINTS)
        .map(|i| across.hz(i as f64 / (POINTS - 1) as f64))
        .map(|hz| spectrum.sixth_octave_db(hz).max(FLOOR_DB))
        .collect()
}

/// From a little above the loudest point down to the softest, as far as that makes sense.
pub fn level_axis(area: Area, levels: impl Iterator<Item = f64> + Clone) -> DecibelAxis {
    let loudest = levels.clone().fold(FLOOR_DB, f64::max);
    let highest_db = if loudest > FLOOR_DB { ((loudest + 5.0) / 6.0).ceil() * 6.0 } else { 0.0 };
    let softest = levels.fold(highest_db, f64::min);
    let span_db = (((highest_db - softest) / 6.0).ceil() * 6.0 + 6.0).clamp(SPAN_DB.0, SPAN_DB.1);
    DecibelAxis { area, lowest_db: highest_db - span_db, highest_db }
}

/// Tints and numbers each band's part of the axis.
pub fn regions(mut panel: Group, bands: &[&Band], across: &FrequencyAxis) -> Group {
    let area = across.area;
    let count = bands.len();
    for (index, band) in bands.iter().enumerate() {
        let (left, right) = (across.x(band.low_hz), across.x(band.high_hz));
        let colour = colours::hex(index, count);
        let region = Area { left, width: right - left, ..area };
        panel = panel
            .add(rectangle(region, &colour).set("fill-opacity", 0.055))
            .add(rectangle(Area { top: area.top - 3.0, height: 3.0, ..region }, &colour));
        if region.width > 14.0 {
            let middle = (left + right) / 2.0;
            panel = panel.add(words(&band.number.to_string(), (middle, area.top + 18.0), 13, &colour, Anchor::Middle));
        }
    }
    panel
}

/// A dotted line at each crossover.
pub fn crossovers(mut panel: Group, bands: &[&Band], across: &FrequencyAxis) -> Group {
    let area = across.area;
    for band in bands.iter().skip(1) {
        let x = across.x(band.low_hz);
        panel = panel.add(line((x, area.top), (x, area.bottom()), colours::QUIET).set("stroke-dasharray", "2 4"));
    }
    panel
}

/// Grid lines and labels of both axes.
pub fn grid(mut panel: Group, across: &FrequencyAxis, up: &DecibelAxis) -> Group {
    let area = across.area;
    for (hz, labelled) in across.ticks() {
        let x = across.x(hz);
        panel = panel.add(line((x, area.top), (x, area.bottom()), colours::GRID));
        if labelled {
            panel = panel.add(words(&frequency(hz), (x, area.bottom() + 17.0), 11, colours::QUIET, Anchor::Middle));
        }
    }
    for db in up.ticks(36.0) {
        let y = up.y(db);
        panel = panel.add(line((area.left, y), (area.right(), y), colours::GRID)).add(words(
            &whole(db),
            (area.left - 9.0, y + 4.0),
            11,
            colours::QUIET,
            Anchor::End,
        ));
    }
    panel
}

/// The bands' colours, melting into each other at the crossovers.
pub fn hues(bands: &[&Band], across: &FrequencyAxis) -> LinearGradient {
    let area = across.area;
    let count = bands.len();
    let gradient = LinearGradient::new()
        .set("id", "hues")
        .set("gradientUnits", "userSpaceOnUse")
        .set("x1", area.left)
        .set("x2", area.right())
        .set("y1", 0)
        .set("y2", 0);
    bands.iter().enumerate().fold(gradient, |gradient, (index, band)| {
        let middle = (across.x(band.low_hz) + across.x(band.high_hz)) / 2.0;
        let offset = ((middle - area.left) / area.width * 1000.0).round() / 1000.0;
        gradient.add(Stop::new().set("offset", offset).set("stop-color", colours::hex(index, count)))
    })
}

/// A whole number of decibels with a true minus.
pub fn whole(db: f64) -> String {
    if db < -0.5 { format!("−{:.0}", -db) } else { format!("{:.0}", db.abs()) }
}
