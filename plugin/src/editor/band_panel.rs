//! The selected band: at most thirty controls, grouped.

use super::curve_plot;
use super::desk::Desk;
use super::display::readout;
use super::knob::{fit, knob};
use super::layout;
use super::line::{choice, latch, number, pick, switch};
use super::look::{self, veil};
use super::rows;
use egui::{Align2, Color32, Rect, Stroke, Ui, pos2, vec2};

/// Height of the panel at the smallest size of the window.
pub const HEIGHT: f32 = 186.0;
/// Height beyond which the panel does not grow.
pub const TALLEST: f32 = 214.0;

const HEAD: f32 = 30.0;
const LINES: f32 = 21.0;
const TITLE: f32 = 22.0;

/// One column of controls.
struct Group {
    title: &'static str,
    law: Option<&'static str>,
    knobs: &'static [&'static str],
    lines: &'static [&'static str],
}

const GROUPS: [Group; 5] = [
    Group {
        title: "Above",
        law: Some("above_law"),
        knobs: &["above_thr", "above_ratio"],
        lines: &["above_range", "knee"],
    },
    Group {
        title: "Below",
        law: Some("below_law"),
        knobs: &["below_thr", "below_ratio"],
        lines: &["below_range", "hyst"],
    },
    Group { title: "Time", law: None, knobs: &["attack", "release"], lines: &["hold", "auto_release"] },
    Group { title: "Detector", law: None, knobs: &[], lines: &["detector", "rms", "sidechain", "lookahead"] },
    Group { title: "Output", law: None, knobs: &["gain", "mix"], lines: &["auto_makeup"] },
];
/// Controls that stand below the detector's under a title of their own.
const STEREO: [&str; 3] = ["channels", "target", "link"];

/// The panel.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let look = desk.look;
    ui.painter().rect_filled(rect, look::ROUND, look.panel);
    ui.painter().rect_stroke(rect, look::ROUND, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let band = desk.view.selection.lead();
    let colour = look.bands[band];
    let inner = rect.shrink2(vec2(10.0, 6.0));
    head(ui, desk, Rect::from_min_size(inner.min, vec2(inner.width(), HEAD - 6.0)), band, colour);

    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + HEAD), inner.max);
    let plot = (body.height() - 2.0).min(0.155 * body.width());
    curve_plot::show(ui, desk, Rect::from_min_size(body.min, vec2(plot, body.height())), band, colour);
    let left = body.left() + plot + look::SPACE;
    let columns = GROUPS.len() as f32 + 1.0;
    let gap = if body.width() > 900.0 { 22.0 } else { 9.0 };
    let width = (body.right() - left - gap * (columns - 1.0)) / columns;
    let mut column = 0.0;
    let mut next = || {
        let at = left + column * (width + gap);
        column += 1.0;
        Rect::from_min_max(pos2(at, body.top()), pos2(at + width, body.bottom()))
    };
    for group in &GROUPS {
        let cell = next();
        show_group(ui, desk, cell, band, group, colour);
        if group.title == "Detector" {
            let cell = next();
            title(ui, desk, cell, "Stereo");
            show_lines(ui, desk, first_line(cell, TITLE), pitch(cell), band, &STEREO, colour);
        }
    }
}

fn head(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, band: usize, colour: Color32) {
    let look = desk.look;
    let chip = Rect::from_min_size(rect.min + vec2(0.0, 1.0), vec2(22.0, 20.0));
    ui.painter().rect_filled(chip, 4.0, colour);
    let number = format!("{}", band + 1);
    ui.painter().text(chip.center(), Align2::CENTER_CENTER, number, look::strong(look::TEXT), look.on(colour));
    let [lower, upper] = layout::edges(&desk.settings, band);
    let text = |hz: f64| rows::at(rows::crossover(0)).param.text(hz);
    let from = if band == 0 { "Lows".to_owned() } else { text(lower) };
    let to = if band + 1 == desk.settings.bands { "highs".to_owned() } else { text(upper) };
    let count = desk.view.selection.bands().len();
    let range = match (count, desk.settings.bands) {
        (2.., _) => format!("{count} bands move together"),
        (_, 1) => "The whole range".to_owned(),
        _ => format!("{from} to {to}"),
    };
    let at = pos2(chip.right() + 8.0, rect.center().y - 1.0);
    fit(ui, at, Align2::LEFT_CENTER, &range, look::TEXT, 150.0, look.text);

    let latches = [("solo", "Solo"), ("mute", "Mute"), ("bypass", "Bypass"), ("listen", "Listen")];
    let right = rect.right() - 60.0 * latches.len() as f32;
    for (index, (id, word)) in latches.into_iter().enumerate() {
        let at = pos2(right + 4.0 + 60.0 * index as f32, rect.top() + 1.0);
        let lit = match id {
            "solo" | "listen" => look.accent,
            _ => look.warn,
        };
        latch(ui, desk, Rect::from_min_size(at, vec2(56.0, 20.0)), rows::of_band(band, id), word, lit);
    }
    let (level, gain) = readout(&desk.live.bands[band]);
    let painter = ui.painter();
    let mut x = right - 14.0;
    // A band that is bypassed or silent tells what it would do.
    let ink = if desk.acts(band) { look.text } else { look.dim };
    for (value, ink, caption, least) in [(gain, ink, "Gain change", 58.0), (level, look.text, "Level", 44.0)] {
        let y = rect.center().y - 1.0;
        let font = look::strong(look::TEXT + 1.0);
        let value = painter.text(pos2(x, y), Align2::RIGHT_CENTER, value, font, ink);
        let font = look::regular(look::SMALL);
        // Room for the widest value, so that captions stand still.
        let left = value.left().min(x - least) - 7.0;
        let caption = painter.text(pos2(left, y), Align2::RIGHT_CENTER, caption, font, look.dim);
        x = caption.left() - 16.0;
    }
    let line = Stroke::new(1.0, veil(look.line, 0.8));
    painter.hline(rect.x_range(), rect.bottom() + 2.0, line);
}

fn title(ui: &Ui, desk: &Desk<'_>, cell: Rect, text: &str) {
    let at = pos2(cell.left(), cell.top() + 8.0);
    let font = look::strong(look::SMALL + 0.5);
    ui.painter().text(at, Align2::LEFT_CENTER, text, font, desk.look.text);
}

fn show_group(ui: &mut Ui, desk: &mut Desk<'_>, cell: Rect, band: usize, group: &Group, colour: Color32) {
    title(ui, desk, cell, group.title);
    if let Some(law) = group.law {
        let width = (cell.width() - 38.0).min(84.0);
        let rect = Rect::from_min_size(pos2(cell.right() - width, cell.top() - 1.0), vec2(width, 18.0));
        pick(ui, desk, rect, rows::of_band(band, law), desk.look.text);
    }
    let top = cell.top() + TITLE;
    if group.knobs.is_empty() {
        show_lines(ui, desk, first_line(cell, TITLE), pitch(cell), band, group.lines, colour);
        return;
    }
    let height = knob_height(cell);
    let width = cell.width() / group.knobs.len() as f32;
    for (index, id) in group.knobs.iter().enumerate() {
        let at = pos2(cell.left() + width * index as f32, top);
        let rect = Rect::from_min_size(at, vec2(width, height)).shrink2(vec2(1.0, 0.0));
        knob(ui, desk, rect, rows::of_band(band, id), colour);
    }
    show_lines(ui, desk, first_line(cell, TITLE + height + 4.0), LINES, band, group.lines, colour);
}

/// The uppermost line of a column, so far below its top.
fn first_line(cell: Rect, below: f32) -> Rect {
    Rect::from_min_size(pos2(cell.left(), cell.top() + below), vec2(cell.width(), LINES - 3.0))
}

/// Height of a knob with its label and its value above two lines.
fn knob_height(cell: Rect) -> f32 {
    (cell.height() - TITLE - 2.0 * LINES - 4.0).clamp(60.0, 104.0)
}

/// From line to line where there are no knobs: the last of four is level with the last one of the other columns.
fn pitch(cell: Rect) -> f32 {
    (knob_height(cell) + 4.0 + LINES) / 3.0
}

fn show_lines(ui: &mut Ui, desk: &mut Desk<'_>, first: Rect, pitch: f32, band: usize, ids: &[&str], colour: Color32) {
    for (index, id) in ids.iter().enumerate() {
        let rect = first.translate(vec2(0.0, pitch * index as f32));
        show_line(ui, desk, rect, rows::of_band(band, id), colour);
    }
}

fn show_line(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: rows::Row, colour: Color32) {
    use octant_dsp::params::Kind;
    match rows::at(row).param.kind {
        Kind::Switch { .. } => switch(ui, desk, rect, row, colour),
        Kind::Choice { .. } => choice(ui, desk, rect, row),
        _ => number(ui, desk, rect, row, colour),
    }
}
