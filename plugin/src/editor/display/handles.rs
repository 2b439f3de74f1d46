//! What can be dragged in the display.

use super::picture::{curve_points, region};
use super::scale::label;
use super::{Display, layout};
use crate::editor::axes::Axes;
use crate::editor::control::{common, defaulting, dragged_by, typing};
use crate::editor::curves::weights;
use crate::editor::desk::Desk;
use crate::editor::look::{self, veil};
use crate::editor::rows::{self, Row};
use crate::editor::strip::Strip;
use egui::{Align2, CursorIcon, Id, Pos2, Rect, Response, Sense, Stroke, Ui, UiBuilder, pos2, vec2};
use octant_dsp::settings::{Law, MAX_BANDS, Section};

/// Points beyond the display at which a crossover falls out.
const OUTSIDE: f32 = 36.0;
/// Shift slows dragging down by this.
const FINE: f32 = 0.1;
/// Places of the bands' dots.
type Dots = [Option<Pos2>; MAX_BANDS];
/// Height at the top of the display that belongs to the numbers of the bands, and that of a value.
const HEADROOM: f32 = 27.0 + 16.0;

/// Where the points of the bands' gains lie: on the response in the middle of each band that is wide enough.
pub fn dots(desk: &Desk<'_>, display: &mut Display, axes: &Axes) -> Dots {
    let weights = weights(&desk.settings, desk.live);
    let shapes = display.curves.shapes(&desk.settings, desk.live.sample_rate_hz, curve_points(axes));
    std::array::from_fn(|band| {
        let rect = region(desk, axes, band);
        if band >= desk.settings.bands || rect.width() < 26.0 {
            return None;
        }
        let middle = axes.hz(rect.center().x);
        let at = shapes.hz.partition_point(|hz| *hz < middle).min(shapes.hz.len() - 1);
        let gain_db = 20.0 * shapes.response.sum(at, &weights).max(1e-6).log10();
        let y = axes.y_of_gain(gain_db as f32).clamp(axes.rect.top() + 6.0, axes.rect.bottom() - 6.0);
        Some(pos2(rect.center().x, y))
    })
}

/// Thresholds as lines of their bands, with the band's level beside them.
pub fn thresholds(ui: &mut Ui, desk: &mut Desk<'_>, axes: &Axes, dots: &Dots) {
    for (band, dot) in dots.iter().enumerate().take(desk.settings.bands) {
        let rect = region(desk, axes, band);
        let colour = desk.look.band(band, desk.heard(band));
        level(ui, desk, axes, band, rect);
        let settings = desk.settings.band[band];
        for (id, section, word) in [("below_thr", settings.below, "below"), ("above_thr", settings.above, "above")] {
            if section.law != Law::Off {
                threshold(ui, desk, axes, rect, rows::of_band(band, id), &section, word, colour, *dot);
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn threshold(
    ui: &mut Ui,
    desk: &mut Desk<'_>,
    axes: &Axes,
    rect: Rect,
    row: Row,
    section: &Section,
    word: &str,
    colour: egui::Color32,
    dot: Option<Pos2>,
) {
    let y = axes.y_of_level(section.threshold_db as f32);
    let strip = Rect::from_min_max(pos2(rect.left() + 3.0, y - 5.0), pos2(rect.right() - 3.0, y + 5.0));
    if strip.width() < 4.0 {
        return;
    }
    let response = ui.interact(strip, Id::unique(("octant threshold", row)), Sense::click_and_drag());
    let points = drag(ui, desk, &response, row);
    if points.y != 0.0 {
        // Everything selected moves by the same number of dB.
        let param = rows::at(row).param;
        let places = f64::from(axes.level(points.y) - axes.level(0.0)) / (param.max() - param.min());
        desk.hand.shift(desk.owner, places);
    }
    if response.clicked() && !defaulting(ui) {
        select(desk, row);
    }
    common(ui, desk, &response, row, true);
    let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
    let lit = response.hovered() || desk.is_keyed(&response) || desk.hand.holds(row);
    let selected = rows::at(row).band.is_some_and(|band| desk.view.selection.has(band));
    let painter = ui.painter();
    let strength = if lit || selected { 1.0 } else { 0.6 };
    if lit {
        painter.hline(strip.x_range(), y, Stroke::new(6.0, veil(colour, 0.22)));
    }
    painter.hline(strip.x_range(), y, Stroke::new(if lit { 2.0 } else { 1.4 }, veil(colour, strength)));
    // A small flag points to where the section works.
    let tip = if word == "above" { -5.0 } else { 5.0 };
    let x = strip.right() - 9.0;
    let flag = vec![pos2(x - 5.0, y), pos2(x + 5.0, y), pos2(x, y + tip)];
    painter.add(egui::Shape::convex_polygon(flag, veil(colour, strength), Stroke::NONE));
    // The value stands where the section works, unless that is where the band's number stands.
    let over = if word == "above" { y - HEADROOM > axes.rect.top() } else { y + 18.0 > axes.rect.bottom() };
    let field =
        Rect::from_min_size(pos2(strip.right() - 88.0, if over { y - 19.0 } else { y + 3.0 }), vec2(70.0, 17.0));
    if typing(ui, desk, field, row, response.id) {
        return;
    }
    if (lit || selected) && strip.width() > 74.0 {
        // What nobody points at fades where the band's dot passes it.
        let near = dot.filter(|_| !lit).map_or(1.0, |dot| (field.distance_to_pos(dot) - 5.0) / 5.0);
        let mut ui = ui.new_child(UiBuilder::new());
        ui.multiply_opacity(near.clamp(0.0, 1.0));
        let at = pos2(strip.right() - 17.0, if over { y - 2.5 } else { y + 2.5 });
        let align = if over { Align2::RIGHT_BOTTOM } else { Align2::RIGHT_TOP };
        label(&ui, desk, at, align, &desk.text(row), desk.look.text);
    }
}

/// The band's level beside its thresholds, at the left edge: brighter where a section works on it.
fn level(ui: &Ui, desk: &Desk<'_>, axes: &Axes, band: usize, rect: Rect) {
    let level_db = desk.live.bands[band].level_db;
    if rect.width() < 12.0 {
        return;
    }
    let top = axes.y_of_level(level_db).clamp(rect.top(), rect.bottom());
    if rect.bottom() - top < 1.0 {
        return;
    }
    let (left, right) = (rect.left() + 4.5, rect.left() + 8.0);
    let colour = desk.look.band(band, desk.heard(band));
    let mut bar = Strip::default();
    for (x, strength) in [(left, 0.95), (right, 0.95)] {
        bar.add(pos2(x, top), veil(colour, strength), rect.bottom(), veil(colour, 0.18));
    }
    ui.painter().add(bar.shape());
    let settings = &desk.settings.band[band];
    let at_work = settings.above.law != Law::Off && f64::from(level_db) > settings.above.threshold_db
        || settings.below.law != Law::Off && f64::from(level_db) < settings.below.threshold_db;
    let cap = if at_work { desk.look.curve } else { colour };
    ui.painter().hline(left - 1.0..=right + 1.0, top, Stroke::new(2.0, cap));
}

/// Dragging a band's dot moves its gain.
pub fn gains(ui: &mut Ui, desk: &mut Desk<'_>, axes: &Axes, dots: &Dots) {
    for (band, dot) in dots.iter().enumerate() {
        let Some(centre) = *dot else { continue };
        let row = rows::of_band(band, "gain");
        let grip = Rect::from_center_size(centre, vec2(18.0, 18.0));
        let response = ui.interact(grip, Id::unique(("octant gain", row)), Sense::click_and_drag());
        let points = drag(ui, desk, &response, row);
        if points.y != 0.0 {
            let param = rows::at(row).param;
            let places = f64::from(axes.gain(points.y) - axes.gain(0.0)) / (param.max() - param.min());
            desk.hand.shift(desk.owner, places);
        }
        if response.clicked() && !defaulting(ui) {
            select(desk, row);
        }
        common(ui, desk, &response, row, true);
        let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
        let lit = response.hovered() || desk.is_keyed(&response) || desk.hand.holds(row);
        let colour = desk.look.band(band, desk.heard(band));
        let selected = desk.view.selection.has(band);
        let radius = if lit || selected { 6.0 } else { 5.0 };
        if lit {
            ui.painter().circle_filled(centre, 11.0, veil(colour, 0.28));
        }
        ui.painter().circle(centre, radius, colour, Stroke::new(1.5, desk.look.well));
        if selected {
            ui.painter().circle_filled(centre, 2.0, desk.look.well);
        }
        if lit {
            let over = centre.y - 26.0 > axes.rect.top() + 27.0;
            let at = centre + vec2(0.0, if over { -10.0 } else { 10.0 });
            let align = if over { Align2::CENTER_BOTTOM } else { Align2::CENTER_TOP };
            label(ui, desk, at, align, &format!("Gain {}", desk.text(row)), desk.look.text);
        }
    }
}

/// Crossovers as lines with a handle.
pub fn crossovers(ui: &mut Ui, desk: &mut Desk<'_>, axes: &Axes) {
    for index in 0..desk.settings.bands.saturating_sub(1) {
        let row = rows::crossover(index);
        let x = axes.x(desk.settings.crossovers_hz[index]);
        let strip = Rect::from_min_max(pos2(x - 5.0, axes.rect.top()), pos2(x + 5.0, axes.rect.bottom()));
        let response = ui.interact(strip, Id::unique(("octant crossover", row)), Sense::click_and_drag());
        let pointer = response.interact_pointer_pos();
        let dropped = response.drag_stopped() && desk.view.dropping == Some(index);
        if let (true, Some(hz)) = (dropped, desk.hand.began_at(row)) {
            // It goes as if it had not been moved: one step, not two.
            desk.hand.put(desk.owner, row, hz);
        }
        let moved = drag(ui, desk, &response, row);
        if moved.x != 0.0 && desk.hand.holds(row) {
            let hz = desk.plain(row) * axes.hz(axes.rect.left() + moved.x) / axes.hz(axes.rect.left());
            let fine = ui.input(|input| input.modifiers.shift);
            // Without Shift it stays under the pointer, wherever its neighbours stopped it.
            let hz = pointer.filter(|_| !fine).map_or(hz, |pointer| axes.hz(pointer.x));
            let [least, most] = layout::reach(&desk.settings, index);
            desk.hand.put(desk.owner, row, hz.clamp(least, most));
        }
        let outside = |y: f32| y < axes.rect.top() - OUTSIDE || y > axes.rect.bottom() + OUTSIDE;
        if response.dragged() {
            desk.view.dropping = pointer.is_some_and(|pointer| outside(pointer.y)).then_some(index);
        }
        if dropped {
            desk.view.dropping = None;
            desk.settings = desk.owner.settings();
            remove(ui, desk, index);
            return;
        }
        if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Delete)) {
            remove(ui, desk, index);
            return;
        }
        common(ui, desk, &response, row, true);
        let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        let lit = response.hovered() || desk.is_keyed(&response) || desk.hand.holds(row);
        paint_crossover(ui, desk, axes, index, x, lit);
        let label = Rect::from_center_size(pos2(x, axes.rect.bottom() - 26.0), vec2(74.0, 18.0));
        typing(ui, desk, label, row, response.id);
    }
}

fn remove(ui: &Ui, desk: &mut Desk<'_>, index: usize) {
    if let Some(left) = layout::without_crossover(&desk.settings, index) {
        desk.whole("Remove crossover", &left);
        // The keyboard was at what is gone now.
        ui.memory_mut(|memory| memory.request_focus(Id::unique("octant display")));
    }
}

fn paint_crossover(ui: &Ui, desk: &Desk<'_>, axes: &Axes, index: usize, x: f32, lit: bool) {
    let (look, painter) = (desk.look, ui.painter());
    let going = desk.view.dropping == Some(index);
    let colour = if going { look.warn } else { veil(look.text, if lit { 0.85 } else { 0.22 }) };
    painter.vline(x, axes.rect.y_range(), Stroke::new(if lit { 1.5 } else { 1.0 }, colour));
    let y = axes.rect.bottom() - 26.0;
    let grip = Rect::from_center_size(pos2(x, y), vec2(7.0, 16.0));
    painter.rect(grip, 3.5, look.raised, Stroke::new(1.0, colour), egui::StrokeKind::Inside);
    if lit {
        let text = if going { "release to remove".into() } else { desk.text(rows::crossover(index)) };
        let font = look::medium(look::SMALL + 0.5);
        let galley = painter.layout_no_wrap(text, font, look.text);
        let width = galley.size().x + 12.0;
        let left = (x - 0.5 * width).clamp(axes.rect.left() + 2.0, (axes.rect.right() - width - 2.0).max(0.0));
        let plate = Rect::from_min_size(pos2(left, y - 30.0), vec2(width, 18.0));
        painter.rect(plate, 4.0, look.panel, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
        painter.galley(plate.center() - 0.5 * galley.size(), galley, look.text);
    }
}

/// Begins and ends the gesture; gives the movement of this frame in points.
fn drag(ui: &Ui, desk: &mut Desk<'_>, response: &Response, row: Row) -> egui::Vec2 {
    if response.drag_started() && !defaulting(ui) {
        select(desk, row);
        let together = desk.together(row);
        desk.hand.grab(desk.owner, &together);
        response.request_focus();
    }
    let moved = if response.dragged() && desk.hand.holds(row) { dragged_by(response) } else { egui::Vec2::ZERO };
    if response.drag_stopped() {
        desk.hand.release(desk.owner);
    }
    if ui.input(|input| input.modifiers.shift) { moved * FINE } else { moved }
}

/// The band of a row becomes the selected one, unless it is one of several.
fn select(desk: &mut Desk<'_>, row: Row) {
    if let Some(band) = rows::at(row).band.filter(|band| !desk.view.selection.has(*band)) {
        desk.view.selection = crate::editor::view::Selection::only(band);
    }
}
