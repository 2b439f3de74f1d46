//! The scales around the plot: gain at the left, level at the right, frequency below; what the pointer points at stands
//! out of them.

use crate::editor::axes::{Axes, LEVEL_DB, LINES_HZ};
use crate::editor::desk::Desk;
use crate::editor::look::{self, mix};
use crate::editor::rows;
use egui::{Align2, Color32, FontId, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

/// Width of the scales at the sides.
pub const SIDE: f32 = 30.0;
/// Height of the one below.
pub const BELOW: f32 = 16.0;
/// A display lower than this gets half of the lines.
const LOW: f32 = 220.0;

fn font() -> FontId {
    look::regular(9.5)
}

/// A number with its sign, as people read it.
pub fn sign(db: f32, plus: bool) -> String {
    let whole = db.round() as i32;
    let text = if plus && whole > 0 { format!("+{whole}") } else { whole.to_string() };
    text.replace('-', "−")
}

/// Levels that get a line, highest first, dB.
pub fn levels(axes: &Axes) -> impl Iterator<Item = f32> {
    let step = if axes.rect.height() < LOW { 24.0 } else { 12.0 };
    (0..).map(move |line| -step * line as f32).take_while(|level| *level > LEVEL_DB[1])
}

/// The numbers beside the plot.
pub fn paint(ui: &Ui, desk: &Desk<'_>, axes: &Axes, pointer: Option<Pos2>) {
    let (rect, look, painter) = (axes.rect, desk.look, ui.painter());
    let ink = mix(look.faint, look.dim, 0.6);
    for level in levels(axes) {
        let y = axes.y_of_level(level);
        let gain = axes.gain(y);
        painter.text(pos2(rect.left() - 5.0, y), Align2::RIGHT_CENTER, sign(gain, true), font(), ink);
        painter.text(pos2(rect.right() + 5.0, y), Align2::LEFT_CENTER, sign(level, false), font(), ink);
    }
    let y = rect.bottom() + 0.5 * BELOW;
    let caption = look::medium(9.0);
    painter.text(pos2(rect.left() - 5.0, y), Align2::RIGHT_CENTER, "Gain", caption.clone(), look.dim);
    painter.text(pos2(rect.right() + 5.0, y), Align2::LEFT_CENTER, "Level", caption, look.dim);
    for (hz, text) in LINES_HZ {
        let x = axes.x(hz);
        if x + 10.0 < rect.right() {
            painter.text(pos2(x, y), Align2::CENTER_CENTER, text, font(), look.dim);
        }
    }
    if let Some(at) = pointer {
        let hz = rows::at(rows::crossover(0)).param.text(axes.hz(at.x));
        let x = at.x.clamp(rect.left() + 28.0, (rect.right() - 28.0).max(rect.left() + 28.0));
        plate(ui, desk, pos2(x, y), Align2::CENTER_CENTER, &hz);
        plate(ui, desk, pos2(rect.left() - 2.0, at.y), Align2::RIGHT_CENTER, &sign(axes.gain(at.y), true));
        plate(ui, desk, pos2(rect.right() + 2.0, at.y), Align2::LEFT_CENTER, &sign(axes.level(at.y), false));
    }
}

/// A number of the pointer, over those of the scale.
fn plate(ui: &Ui, desk: &Desk<'_>, at: Pos2, align: Align2, text: &str) {
    let galley = ui.painter().layout_no_wrap(text.into(), look::medium(9.5), desk.look.text);
    let rect = align.anchor_size(at, galley.size() + vec2(7.0, 3.0));
    let stroke = Stroke::new(1.0, desk.look.line);
    ui.painter().rect(rect, 3.0, desk.look.raised, stroke, StrokeKind::Inside);
    ui.painter().galley(rect.center() - 0.5 * galley.size(), galley, desk.look.text);
}

/// A text inside the plot, on a ground that keeps it readable over spectra and lines.
pub fn label(ui: &Ui, desk: &Desk<'_>, at: Pos2, align: Align2, text: &str, ink: Color32) -> Rect {
    let galley = ui.painter().layout_no_wrap(text.into(), look::medium(look::SMALL), ink);
    let rect = align.anchor_size(at, galley.size() + vec2(8.0, 2.0));
    ui.painter().rect_filled(rect, 3.0, look::veil(desk.look.well, 0.78));
    ui.painter().galley(rect.center() - 0.5 * galley.size(), galley, ink);
    rect
}
