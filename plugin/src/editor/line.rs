//! Controls of one line: a number, a choice, a switch, a button.

use super::control::{Way, common, control, show_popup, typing};
use super::desk::Desk;
use super::knob::fit;
use super::look::{self, mix, veil};
use super::rows::{self, Row};
use super::words;
use egui::{Align2, Color32, CornerRadius, CursorIcon, Id, Popup, Rect, Response, Sense, Stroke, Ui, pos2, vec2};
use octant_dsp::params::Kind;

/// A number: its label, its value, and under both how far it is on its way.
pub fn number(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, colour: Color32) {
    let idle = words::idle(row, &desk.settings, desk.live.channels.max(1)).is_some();
    let response = control(ui, desk, rect, row, Way::Both);
    let look = desk.look;
    let lit = response.hovered() || desk.is_keyed(&response) || desk.hand.holds(row);
    let value = label_and_value(ui, desk, rect, row, idle);
    let param = rows::at(row).param;
    let place = param.to_normalised(desk.plain(row)) as f32;
    let zero = if param.min() < 0.0 && param.max() > 0.0 { param.to_normalised(0.0) as f32 } else { 0.0 };
    let track = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.5), pos2(rect.right(), rect.bottom() - 1.0));
    let painter = ui.painter();
    painter.rect_filled(track, 1.0, if lit { look.hover } else { look.line });
    let (from, to) = (zero.min(place), zero.max(place));
    let x = |place: f32| track.left() + place * track.width();
    let filled = Rect::from_min_max(pos2(x(from), track.top()), pos2(x(to), track.bottom()));
    painter.rect_filled(filled, 1.0, if idle { look.faint } else { colour });
    focus_ring(ui, desk, &response, rect);
    typing(ui, desk, value, row, response.id);
}

/// Draws label and value; gives the place of the value.
fn label_and_value(ui: &Ui, desk: &Desk<'_>, rect: Rect, row: Row, idle: bool) -> Rect {
    let look = desk.look;
    let y = rect.center().y - 1.5;
    let (dim, text) = if idle { (look.faint, look.faint) } else { (look.dim, look.text) };
    let label = ui.painter().layout_no_wrap(words::label(row).into(), look::regular(look::SMALL), dim);
    let left = rect.left() + label.size().x + 5.0;
    let height = label.size().y;
    ui.painter().galley(pos2(rect.left(), y - 0.5 * height), label, dim);
    let typed = desk.view.typing.as_ref().is_some_and(|typing| typing.at == Id::unique(("octant", row)));
    if !typed {
        let room = rect.right() - left;
        fit(ui, pos2(rect.right(), y), Align2::RIGHT_CENTER, &desk.text(row), look::SMALL + 0.5, room, text);
    }
    Rect::from_min_max(pos2(left.max(rect.right() - 70.0), rect.top()), pos2(rect.right(), rect.bottom() - 3.0))
}

/// A switch with its label.
pub fn switch(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, colour: Color32) {
    let idle = words::idle(row, &desk.settings, desk.live.channels.max(1)).is_some();
    let response = ui.interact(rect, Id::unique(("octant", row)), Sense::click());
    let on = desk.plain(row) >= 0.5;
    toggled(ui, desk, &response, row, on);
    let (look, painter) = (desk.look, ui.painter());
    let dim = if idle { look.faint } else { look.dim };
    let y = rect.center().y - 1.5;
    painter.text(pos2(rect.left(), y), Align2::LEFT_CENTER, words::label(row), look::regular(look::SMALL), dim);
    let track = Rect::from_center_size(pos2(rect.right() - 11.0, y), vec2(20.0, 11.0));
    let fill = match (on, idle) {
        (true, false) => colour,
        (true, true) => look.faint,
        (false, _) => look.raised,
    };
    painter.rect(track, 5.5, fill, Stroke::new(1.0, if on { fill } else { look.line }), egui::StrokeKind::Inside);
    let x = if on { track.right() - 5.5 } else { track.left() + 5.5 };
    painter.circle_filled(pos2(x, y), 3.5, if on { look.on(fill) } else { look.dim });
    focus_ring(ui, desk, &response, rect);
}

/// A switch as a button with a text.
pub fn latch(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, text: &str, colour: Color32) {
    let response = ui.interact(rect, Id::unique(("octant", row)), Sense::click());
    let on = desk.plain(row) >= 0.5;
    toggled(ui, desk, &response, row, on);
    paint_button(ui, desk, &response, rect, text, on.then_some(colour));
}

fn toggled(ui: &mut Ui, desk: &mut Desk<'_>, response: &Response, row: Row, on: bool) {
    if response.hovered() {
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
    if response.clicked() {
        desk.set(row, if on { 0.0 } else { 1.0 });
    }
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, rows::at(row).name()));
    common(ui, desk, response, row, false);
}

/// A choice with its label: a click opens the list.
pub fn choice(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row) {
    let idle = words::idle(row, &desk.settings, desk.live.channels.max(1)).is_some();
    let response = ui.interact(rect, Id::unique(("octant", row)), Sense::click());
    let room = Rect::from_min_max(rect.min, pos2(rect.right() - 11.0, rect.bottom()));
    label_and_value(ui, desk, room, row, idle);
    arrow(ui, pos2(rect.right() - 4.0, rect.center().y - 1.5), if idle { desk.look.faint } else { desk.look.dim });
    if response.hovered() {
        let line = Stroke::new(1.0, desk.look.hover);
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.5, line);
    }
    focus_ring(ui, desk, &response, rect);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    list(ui, desk, &response, row);
}

/// A choice as a button that shows its value only.
pub fn pick(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, colour: Color32) {
    let shown = desk.text(row);
    let response = pick_face(ui, desk, rect, row, &shown, colour);
    list(ui, desk, &response, row);
}

/// The button of a choice, with any words on it.
pub fn pick_face(ui: &mut Ui, desk: &Desk<'_>, rect: Rect, row: Row, shown: &str, colour: Color32) -> Response {
    let idle = words::idle(row, &desk.settings, desk.live.channels.max(1)).is_some();
    let response = ui.interact(rect, Id::unique(("octant", row)), Sense::click());
    let look = desk.look;
    let fill = if response.hovered() { look.hover } else { look.raised };
    ui.painter().rect_filled(rect, CornerRadius::same(look::ROUND), fill);
    let colour = if idle { look.faint } else { colour };
    // Where there is little room, the word needs it more than the arrow does.
    let roomy = rect.width() > 70.0;
    let (inset, taken) = if roomy { (7.0, 22.0) } else { (3.0, 6.0) };
    let at = pos2(rect.left() + inset, rect.center().y);
    fit(ui, at, Align2::LEFT_CENTER, shown, look::SMALL + 0.5, rect.width() - taken, colour);
    if roomy {
        arrow(ui, pos2(rect.right() - 9.0, rect.center().y), look.dim);
    }
    focus_ring(ui, desk, &response, rect);
    response.on_hover_cursor(CursorIcon::PointingHand)
}

fn list(ui: &mut Ui, desk: &mut Desk<'_>, response: &Response, row: Row) {
    let Kind::Choice { texts, .. } = rows::at(row).param.kind else { return };
    let text = |index: usize| match rows::at(row) {
        target if target.param.id == "target" => {
            words::target(&desk.settings, target.band.unwrap_or(0), index).to_owned()
        }
        _ => words::choice(row, index),
    };
    let texts: Vec<String> = (0..texts.len()).map(text).collect();
    list_of(ui, desk, response, row, &texts);
}

/// The list of a choice, in any words; a click on the button opens it.
pub fn list_of(ui: &mut Ui, desk: &mut Desk<'_>, response: &Response, row: Row, texts: &[String]) {
    common(ui, desk, response, row, false);
    let chosen = desk.plain(row) as usize;
    show_popup(Popup::menu(response).gap(2.0), response, |ui| {
        ui.set_min_width(96.0);
        for (index, text) in texts.iter().enumerate() {
            if ui.selectable_label(index == chosen, text).clicked() {
                desk.set(row, index as f64);
                ui.close();
            }
        }
    });
}

/// A button; whether it was clicked.
pub fn button(ui: &mut Ui, desk: &Desk<'_>, rect: Rect, id: &str, text: &str, hint: &str) -> Response {
    let response = ui.interact(rect, Id::unique(("octant button", id)), Sense::click());
    paint_button(ui, desk, &response, rect, text, None);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, hint));
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    desk.explain(response, hint)
}

/// A button's face; `lit` is the colour of one that is switched on.
pub fn paint_button(ui: &Ui, desk: &Desk<'_>, response: &Response, rect: Rect, text: &str, lit: Option<Color32>) {
    let (look, painter) = (desk.look, ui.painter());
    let fill = match lit {
        Some(colour) => colour,
        None if response.hovered() => look.hover,
        None => look.raised,
    };
    painter.rect_filled(rect, CornerRadius::same(look::ROUND), fill);
    let colour = lit.map_or(mix(look.text, look.dim, 0.35), |colour| look.on(colour));
    fit(ui, rect.center(), Align2::CENTER_CENTER, text, look::SMALL + 0.5, rect.width() - 6.0, colour);
    focus_ring(ui, desk, response, rect);
}

/// Shows where the keyboard is.
pub fn focus_ring(ui: &Ui, desk: &Desk<'_>, response: &Response, rect: Rect) {
    if desk.is_keyed(response) {
        let ring = Stroke::new(1.0, veil(desk.look.accent, 0.9));
        ui.painter().rect_stroke(rect.expand(1.5), look::ROUND, ring, egui::StrokeKind::Outside);
    }
}

/// A small arrow that points down.
pub fn arrow(ui: &Ui, at: egui::Pos2, colour: Color32) {
    let points = vec![at + vec2(-3.2, -1.6), at + vec2(0.0, 1.6), at + vec2(3.2, -1.6)];
    ui.painter().add(egui::Shape::line(points, Stroke::new(1.3, colour)));
}
