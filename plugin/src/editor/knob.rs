//! A knob with its label above and its value below.

use super::control::{Way, control, typing};
use super::desk::Desk;
use super::look::{self, mix, veil};
use super::rows::{self, Row};
use super::words;
use egui::{Align2, Color32, Pos2, Rect, Stroke, Ui, Vec2, pos2, vec2};
use std::f32::consts::PI;

/// Where the way begins and how far it goes, radians, clockwise from the right.
const BEGIN: f32 = 0.75 * PI;
const SWEEP: f32 = 1.5 * PI;

/// A knob of a parameter in a cell.
pub fn knob(ui: &mut Ui, desk: &mut Desk<'_>, cell: Rect, row: Row, colour: Color32) {
    let idle = words::idle(row, &desk.settings, desk.live.channels.max(1)).is_some();
    let response = control(ui, desk, cell, row, Way::Up);
    let (look, painter) = (desk.look, ui.painter());
    let live = if idle { look.faint } else { colour };
    let lit = response.hovered() || desk.is_keyed(&response) || desk.hand.holds(row);

    let label_y = cell.top() + 6.0;
    let value = Rect::from_center_size(pos2(cell.center().x, cell.bottom() - 8.0), vec2(cell.width(), 17.0));
    let label_colour = if idle { look.faint } else { look.dim };
    let font = look::regular(look::SMALL);
    painter.text(pos2(cell.center().x, label_y), Align2::CENTER_CENTER, words::label(row), font, label_colour);

    let dial = Rect::from_min_max(pos2(cell.left(), cell.top() + 13.0), pos2(cell.right(), value.top() - 1.0));
    let radius = (0.5 * dial.width().min(dial.height()) - 2.0).clamp(6.0, 27.0);
    let centre = pos2(dial.center().x, dial.center().y + 0.12 * radius);
    let param = rows::at(row).param;
    let place = param.to_normalised(desk.plain(row)) as f32;
    // Ranges on both sides of 0 are filled from 0, the others from their beginning.
    let zero = if param.min() < 0.0 && param.max() > 0.0 { param.to_normalised(0.0) as f32 } else { 0.0 };
    let width = (0.14 * radius).max(2.0);
    painter.add(arc(centre, radius, 0.0, 1.0, Stroke::new(width, if lit { look.hover } else { look.line })));
    if (place - zero).abs() > 1e-3 {
        painter.add(arc(centre, radius, zero.min(place), zero.max(place), Stroke::new(width, live)));
    }
    let body = radius - width - 1.5;
    painter.circle_filled(centre, body, mix(look.raised, look.hover, if lit { 1.0 } else { 0.0 }));
    painter.circle_stroke(centre, body, Stroke::new(1.0, veil(look.text, 0.06)));
    let direction = Vec2::angled(BEGIN + place * SWEEP);
    let hand = Stroke::new(1.8, if idle { look.faint } else { look.text });
    painter.line_segment([centre + direction * (0.42 * body), centre + direction * (body - 1.5)], hand);
    if desk.is_keyed(&response) {
        painter.circle_stroke(centre, radius + width, Stroke::new(1.0, look.accent));
    }

    if !typing(ui, desk, value, row, response.id) {
        let colour = if idle { look.faint } else { look.text };
        fit(ui, value.center(), Align2::CENTER_CENTER, &desk.text(row), look::TEXT, value.width(), colour);
    }
}

/// Text that becomes smaller rather than being cut off.
pub fn fit(ui: &Ui, at: Pos2, align: Align2, text: &str, size: f32, width: f32, colour: Color32) -> Rect {
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(text.into(), look::medium(size), colour);
    let galley = if galley.size().x > width {
        let smaller = (size * width / galley.size().x).max(6.0);
        painter.layout_no_wrap(text.into(), look::medium(smaller), colour)
    } else {
        galley
    };
    let rect = align.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, colour);
    rect
}

/// Part of a knob's way as a line.
fn arc(centre: Pos2, radius: f32, from: f32, to: f32, stroke: Stroke) -> egui::Shape {
    let steps = ((to - from) * 40.0).ceil().max(2.0) as usize;
    let point = |step: usize| {
        let place = from + (to - from) * step as f32 / steps as f32;
        centre + Vec2::angled(BEGIN + place * SWEEP) * radius
    };
    egui::Shape::line((0..=steps).map(point).collect(), stroke)
}
