//! The report as a picture: heading, spectrum, gain over time.

use super::axes::Area;
use super::levels::Levels;
use super::pen::{Anchor, curve, line, rectangle, title, words};
use super::table::signed;
use super::{Summary, colours, gain_panel, spectrum_panel};
use svg::Document;
use svg::node::Blob;
use svg::node::element::{Group, SVG, TSpan, Text};

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 760.0;
/// Where the spectrum lies.
pub const SPECTRUM: Area = Area { left: 62.0, top: 122.0, width: 1102.0, height: 224.0 };
const GAINS: Area = Area { left: 62.0, top: 410.0, width: 918.0, height: 308.0 };

/// The whole picture.
pub fn draw(summary: &Summary) -> String {
    let document = sheet(&format!("Octant report: {}", summary.title))
        .add(heading(summary))
        .add(spectrum_panel::draw(summary, SPECTRUM))
        .add(legend())
        .add(panel_heading("Gain over time", "dB, one strip per band: mean, with the extremes around it", GAINS))
        .add(columns())
        .add(gain_panel::draw(summary, GAINS));
    format!("{document}\n")
}

/// The empty sheet; `name` is for people who hear it read aloud.
pub fn sheet(name: &str) -> Document {
    Document::new()
        .set("viewBox", (0, 0, WIDTH as u32, HEIGHT as u32))
        .set("width", WIDTH)
        .set("height", HEIGHT)
        .set("font-family", "Inter, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif")
        .set("role", "img")
        .add(title(name))
        .add(rectangle(Area { left: 0.0, top: 0.0, width: WIDTH, height: HEIGHT }, colours::GROUND))
}

fn heading(summary: &Summary) -> Group {
    let name = if summary.title.is_empty() { "Render report" } else { &summary.title };
    name_plate(name, &facts(summary)).add(level_table(summary))
}

/// Our mark, what is shown, and facts about it.
pub fn name_plate(name: &str, facts: &str) -> Group {
    Group::new()
        .add(mark(SPECTRUM.left, 29.0, 30.0))
        .add(
            words("octant", (SPECTRUM.left + 38.0, 52.0), 24, colours::CLEAR, Anchor::Start).set("font-weight", "bold"),
        )
        .add(words(&shortened(name, 58), (SPECTRUM.left + 140.0, 43.0), 15, colours::CLEAR, Anchor::Start))
        .add(words(facts, (SPECTRUM.left + 140.0, 62.0), 12, colours::QUIET, Anchor::Start))
}

/// The icon: a ring of eight parts, one per band.
fn mark(left: f64, top: f64, side: f64) -> SVG {
    let icon = Blob::new(include_str!("../../../assets/icon/octant.svg").trim_end());
    SVG::new().set("x", left).set("y", top).set("width", side).set("height", side).add(icon)
}

fn facts(summary: &Summary) -> String {
    let width = match summary.channels {
        1 => "mono".into(),
        2 => "stereo".into(),
        more => format!("{more} channels"),
    };
    let count = summary.bands.len();
    let bands = if count == 1 { "1 band".into() } else { format!("{count} bands") };
    let rate = summary.sample_rate_hz / 1000.0;
    format!("{} · {rate} kHz · {width} · {bands}", length(summary.seconds(), summary.frames))
}

/// "9.6 s", "4:07", "1:02:45"; samples where it is shorter than a tenth of a second.
pub fn length(seconds: f64, frames: u64) -> String {
    let whole = seconds.round() as u64;
    match seconds {
        s if s < 0.1 => format!("{frames} samples"),
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3600.0 => format!("{}:{:02}", whole / 60, whole % 60),
        _ => format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60),
    }
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.into();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

/// Peak, rms and crest before and after, at the right end of the heading.
fn level_table(summary: &Summary) -> Group {
    const COLUMNS: [(&str, f64); 3] = [("peak dBFS", 1000.0), ("rms dBFS", 1084.0), ("crest dB", 1164.0)];
    let mut table = Group::new();
    for (label, right) in COLUMNS {
        table = table.add(words(label, (right, 34.0), 11, colours::QUIET, Anchor::End));
    }
    for (label, levels, y) in [("before", summary.input, 52.0), ("after", summary.output, 70.0)] {
        table = table.add(words(label, (890.0, y), 12, colours::QUIET, Anchor::Start));
        for ((_, right), figure) in COLUMNS.into_iter().zip(figures(levels)) {
            table = table.add(words(&figure, (right, y), 14, colours::CLEAR, Anchor::End));
        }
    }
    table
}

fn figures(levels: Levels) -> [String; 3] {
    let crest = levels.crest_db().map_or("–".into(), |db| format!("{db:.1}"));
    [signed(levels.peak_db), signed(levels.rms_db), crest]
}

/// A panel's name and what it shows, above it.
pub fn panel_heading(name: &str, explanation: &str, area: Area) -> Text {
    let explanation = TSpan::new(explanation).set("dx", 12).set("font-size", 11).set("fill", colours::QUIET);
    words(name, (area.left, area.top - 14.0), 14, colours::CLEAR, Anchor::Start).add(explanation)
}

/// Which curve is which.
fn legend() -> Group {
    let y = SPECTRUM.top - 18.0;
    let entry = |left: f64, label: &str, colour: &str, width: f64| {
        Group::new().add(curve(&[(left, y), (left + 26.0, y)], colour, width)).add(words(
            label,
            (left + 34.0, y + 4.0),
            12,
            colours::CLEAR,
            Anchor::Start,
        ))
    };
    let right = SPECTRUM.right();
    // Eight short strokes, for the curve "after" wears the colours of the bands.
    let hues = (0..8).fold(Group::new(), |hues, index| {
        let left = right - 70.0 + 3.25 * f64::from(index);
        hues.add(line((left, y), (left + 3.25, y), &colours::hex(index as usize, 8)).set("stroke-width", 2.4))
    });
    Group::new()
        .add(panel_heading("Spectrum", "dBFS per 1/6 octave, averaged over the whole length", SPECTRUM))
        .add(entry(right - 160.0, "before", colours::BEFORE, 1.6))
        .add(hues)
        .add(words("after", (right - 36.0, y + 4.0), 12, colours::CLEAR, Anchor::Start))
}

/// Headings of the figures beside the strips.
fn columns() -> Group {
    let (left, y) = (GAINS.right() + 14.0, GAINS.top - 14.0);
    Group::new()
        .add(words("band", (left, y), 11, colours::QUIET, Anchor::Start))
        .add(words("mean", (left + 70.0, y), 11, colours::QUIET, Anchor::End))
        .add(words("min … max dB", (left + 82.0, y), 11, colours::QUIET, Anchor::Start))
}
