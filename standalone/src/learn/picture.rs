//! What was learnt as a picture: the long-term spectrum with its crossovers, and each band's levels with its threshold.

use svg::node::element::Group;

use super::spectrum::{FLOOR_DB, hz};
use super::{Advice, Learnt};
use crate::report::axes::{Area, DecibelAxis, FrequencyAxis};
use crate::report::bands::Band;
use crate::report::colours;
use crate::report::pen::{Anchor, curve, line, rectangle, surface, title, words};
use crate::report::picture::{SPECTRUM, length, name_plate, panel_heading, sheet};
use crate::report::spectrum_panel::{crossovers, grid, hues, level_axis, regions, whole};
use crate::report::table::signed;

/// Where the histograms lie.
const LEVELS: Area = Area { left: 62.0, top: 410.0, width: 1102.0, height: 222.0 };
/// Pixels between two histograms.
const GAP: f64 = 8.0;
/// Bins that are drawn as one: a decibel.
const BINS: usize = 4;

/// The whole picture.
pub fn draw(learnt: &Learnt) -> String {
    let places = learnt.places();
    let places: Vec<&Band> = places.iter().collect();
    let count = places.len();
    let facts = format!(
        "{} · {} · {count} {}",
        length(learnt.seconds, 0),
        match learnt.files.len() {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        },
        if count == 1 { "band" } else { "bands" }
    );
    let document = sheet(&format!("Octant learnt from {}", learnt.title()))
        .add(name_plate(&format!("Learnt from {}", learnt.title()), &facts))
        .add(panel_heading("Long-term spectrum", "dBFS per 1/6 octave; crossovers lie in its gaps", SPECTRUM))
        .add(spectrum(learnt, &places))
        .add(panel_heading("Levels", "dB, how often each band has them; the line is its threshold. Below: ratio, attack / release, and what that takes away on average and of loud parts", LEVELS))
        .add(histograms(learnt, &places));
    format!("{document}\n")
}

fn spectrum(learnt: &Learnt, places: &[&Band]) -> Group {
    let area = SPECTRUM;
    let across = FrequencyAxis { area, lowest_hz: 20.0, highest_hz: 20_000.0_f64.min(learnt.long_term.highest_hz()) };
    let levels = learnt.long_term.levels_db();
    let up = level_axis(area, levels.iter().copied().filter(|db| *db > FLOOR_DB));
    let mut panel = Group::new().add(rectangle(area, colours::PANEL));
    panel = regions(panel, places, &across);
    panel = grid(panel, &across, &up);
    panel = crossovers(panel, places, &across);
    let points: Vec<(f64, f64)> = levels
        .iter()
        .enumerate()
        .filter(|(point, _)| hz(*point) <= across.highest_hz)
        .map(|(point, db)| (across.x(hz(point)), up.y(*db)))
        .collect();
    panel.add(hues(places, &across)).add(surface(&points, area.bottom(), "url(#hues)", 0.2)).add(curve(
        &points,
        "url(#hues)",
        2.2,
    ))
}

fn histograms(learnt: &Learnt, places: &[&Band]) -> Group {
    let count = learnt.bands.len() as f64;
    let width = (LEVELS.width - GAP * (count - 1.0)) / count;
    let up = axis(learnt);
    let mut panel = Group::new();
    for (index, (place, advice)) in places.iter().zip(&learnt.bands).enumerate() {
        let area = Area { left: LEVELS.left + index as f64 * (width + GAP), width, ..LEVELS };
        let colour = colours::hex(index, learnt.bands.len());
        let name = format!("Band {}, {}", place.number, place.range(2.0 * learnt.long_term.highest_hz()));
        let mut group = Group::new().add(title(&name)).add(rectangle(area, colours::PANEL));
        for db in up.ticks(24.0) {
            let y = up.y(db);
            group = group.add(line((area.left, y), (area.right(), y), colours::GRID));
            if index == 0 {
                group = group.add(words(&whole(db), (area.left - 9.0, y + 4.0), 11, colours::QUIET, Anchor::End));
            }
        }
        group = group.add(rectangle(Area { top: area.top - 3.0, height: 3.0, ..area }, &colour));
        panel = panel.add(bars(group, advice, area, &up, &colour)).add(figures(place, advice, area, &colour));
    }
    panel
}

/// One level axis for all bands, so that they can be compared.
fn axis(learnt: &Learnt) -> DecibelAxis {
    let active: Vec<_> = learnt.bands.iter().map(|band| band.histogram.active()).collect();
    let end = |share: f64| active.iter().filter_map(move |levels| levels.percentile(share));
    let lowest = end(0.005).fold(f64::INFINITY, f64::min);
    let highest = end(1.0).fold(f64::NEG_INFINITY, f64::max);
    let highest_db = ((highest + 2.0) / 6.0).ceil() * 6.0;
    DecibelAxis {
        area: LEVELS,
        lowest_db: ((lowest - 2.0) / 6.0).floor().min(highest_db / 6.0 - 4.0) * 6.0,
        highest_db,
    }
}

/// Bars to the right, a decibel high each, and the threshold.
fn bars(mut group: Group, advice: &Advice, area: Area, up: &DecibelAxis, colour: &str) -> Group {
    let bins: Vec<(f64, u64)> = advice.histogram.iter().collect();
    let bars: Vec<(f64, u64)> = bins
        .chunks(BINS)
        .map(|bins| (bins[0].0, bins.iter().map(|bin| bin.1).sum()))
        .filter(|(db, _)| (up.lowest_db..up.highest_db).contains(db))
        .collect();
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(0).max(1) as f64;
    for (db, count) in bars.into_iter().filter(|bar| bar.1 > 0) {
        let (top, bottom) = (up.y(db + 1.0), up.y(db));
        let width = (area.width - 12.0) * count as f64 / most;
        let bar = Area { left: area.left, top: top + 0.5, width, height: bottom - top - 1.0 };
        group = group.add(rectangle(bar, colour).set("fill-opacity", 0.55));
    }
    if advice.levels_db.is_none() {
        let middle = (area.left + area.width / 2.0, area.top + area.height / 2.0);
        return group.add(words("silent", middle, 13, colours::QUIET, Anchor::Middle));
    }
    let y = up.y(advice.settings.above.threshold_db);
    group.add(line((area.left, y), (area.right(), y), colours::CLEAR).set("stroke-width", 1.6))
}

/// Below a histogram: what the band will do.
fn figures(place: &Band, advice: &Advice, area: Area, colour: &str) -> Group {
    let settings = &advice.settings;
    let lines = match advice.levels_db {
        None => vec!["left alone".to_owned()],
        Some(_) => vec![
            format!("{} dB, {:.1}:1", signed(settings.above.threshold_db), settings.above.ratio),
            format!("{} / {} ms", settings.attack_ms, settings.release_ms),
            format!("mean {} dB", signed(-advice.reduction_db)),
            format!("loud {} dB", signed(-advice.loud_reduction_db)),
        ],
    };
    let mut group = Group::new().add(
        words(&place.number.to_string(), (area.left + 2.0, area.bottom() + 22.0), 15, colour, Anchor::Start)
            .set("font-weight", "bold"),
    );
    for (row, text) in lines.iter().enumerate() {
        let (size, colour) = if row == 0 { (13, colours::CLEAR) } else { (11, colours::QUIET) };
        let place = (area.left + 18.0, area.bottom() + 21.0 + 18.0 * row as f64);
        group = group.add(words(text, place, size, colour, Anchor::Start));
    }
    group
}
