//! The bar above: name, preset, slots, undo, menu.

use super::desk::Desk;
use super::knob::fit;
use super::line::{arrow, button, focus_ring, paint_button};
use super::look::{self, SCALES, Theme, veil};
use super::presets;
use super::rows;
use super::view::{Ask, Sheet};
use crate::session::SLOTS;
use egui::{Align2, Id, Popup, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};
use octant_dsp::settings::MAX_BANDS;
use std::f32::consts::TAU;

/// The bar in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let y = rect.center().y;
    let at =
        |x: f32, width: f32| Rect::from_min_size(pos2(x, y - 0.5 * (look::LINE + 2.0)), vec2(width, look::LINE + 2.0));
    emblem(ui, desk, pos2(rect.left() + 20.0, y), 9.5);
    ui.painter().text(
        pos2(rect.left() + 36.0, y),
        Align2::LEFT_CENTER,
        "octant",
        look::strong(look::TITLE + 2.0),
        desk.look.text,
    );
    let mut right = rect.right() - 8.0;
    let mut from_right = |width: f32| {
        right -= width;
        let cell = at(right, width);
        right -= look::GAP;
        cell
    };
    let menu = from_right(30.0);
    let help = from_right(26.0);
    main_menu(ui, desk, menu);
    if button(ui, desk, help, "help", "?", "What can be done, and where (F1)").clicked() {
        desk.view.sheet = if desk.view.sheet == Sheet::Help { Sheet::None } else { Sheet::Help };
    }
    let redo = from_right(26.0);
    let undo = from_right(26.0);
    history(ui, desk, undo, redo);
    let copy = from_right(42.0);
    copy_slot(ui, desk, copy);
    let slots = from_right(104.0);
    slots_of(ui, desk, slots);
    let left = rect.left() + 104.0;
    preset(ui, desk, at(left, (right - left - 4.0).clamp(120.0, 360.0)));
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, desk.look.line));
}

/// The emblem: eight parts of a ring in the colours of the bands.
pub fn emblem(ui: &Ui, desk: &Desk<'_>, centre: Pos2, radius: f32) {
    for band in 0..MAX_BANDS {
        let from = TAU * (band as f32 + 0.1) / MAX_BANDS as f32 - 0.25 * TAU;
        let to = TAU * (band as f32 + 0.9) / MAX_BANDS as f32 - 0.25 * TAU;
        let point = |step: usize| {
            let angle = from + (to - from) * step as f32 / 6.0;
            centre + Vec2::angled(angle) * radius
        };
        let lit = band < desk.settings.bands;
        let colour = if lit { desk.look.bands[band] } else { veil(desk.look.bands[band], 0.35) };
        ui.painter().add(Shape::line((0..=6).map(point).collect(), Stroke::new(0.36 * radius, colour)));
    }
}

fn preset(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let side = 22.0;
    let previous = Rect::from_min_size(rect.min, vec2(side, rect.height()));
    let next = Rect::from_min_size(pos2(rect.right() - side, rect.top()), vec2(side, rect.height()));
    let save = Rect::from_min_size(pos2(next.left() - 48.0, rect.top()), vec2(44.0, rect.height()));
    let name = Rect::from_min_max(pos2(previous.right() + 3.0, rect.top()), pos2(save.left() - 3.0, rect.bottom()));
    if button(ui, desk, previous, "previous", "‹", "Previous preset").clicked() {
        presets::step(desk, -1);
    }
    if button(ui, desk, next, "next", "›", "Next preset").clicked() {
        presets::step(desk, 1);
    }
    if button(ui, desk, save, "save", "Save", "Save the settings as a preset").clicked() {
        let named = desk.view.loaded.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        desk.view.sheet = Sheet::Presets;
        desk.view.ask = Some(Ask::SaveAs(named));
    }
    let response = ui.interact(name, Id::unique("octant preset"), Sense::click());
    paint_button(ui, desk, &response, name, "", None);
    let loaded = desk.view.loaded.as_ref().map_or("Presets", |(name, _)| name.as_str());
    let dirty = desk.view.is_dirty(&desk.settings);
    let text = if dirty { format!("{loaded} •") } else { loaded.to_owned() };
    let at = pos2(name.left() + 9.0, name.center().y);
    fit(ui, at, Align2::LEFT_CENTER, &text, look::TEXT, name.width() - 28.0, desk.look.text);
    arrow(ui, pos2(name.right() - 10.0, name.center().y), desk.look.dim);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Preset browser"));
    if response.clicked() {
        let open = desk.view.sheet == Sheet::Presets;
        desk.view.sheet = if open { Sheet::None } else { Sheet::Presets };
        desk.shelf.look_again();
    }
}

fn slots_of(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let active = desk.owner.kept().active;
    let width = rect.width() / SLOTS.len() as f32;
    for (slot, name) in SLOTS.iter().enumerate() {
        let cell =
            Rect::from_min_size(pos2(rect.left() + width * slot as f32, rect.top()), vec2(width - 2.0, rect.height()));
        let response = ui.interact(cell, Id::unique(("octant slot", slot)), Sense::click());
        paint_button(ui, desk, &response, cell, name, (slot == active).then_some(desk.look.accent));
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, slot == active, *name));
        if response.clicked() && slot != active {
            desk.hand.release(desk.owner);
            let settings = desk.owner.settings();
            let entered = desk.owner.kept().switch_to(slot, &settings);
            desk.whole(&format!("Slot {name}"), &entered);
        }
        if desk.shelf.taste.hints {
            response.on_hover_text(format!("Compare: slot {name}"));
        }
    }
}

fn copy_slot(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let response = button(ui, desk, rect, "copy slot", "Copy", "Copy these settings to another slot");
    Popup::menu(&response).gap(2.0).show(|ui| {
        let active = desk.owner.kept().active;
        for (slot, name) in SLOTS.iter().enumerate().filter(|(slot, _)| *slot != active) {
            if ui.button(format!("to {name}")).clicked() {
                desk.owner.kept().slots[slot].settings = desk.settings;
                desk.view.tell(format!("Copied to slot {name}."));
                ui.close();
            }
        }
    });
}

fn history(ui: &mut Ui, desk: &mut Desk<'_>, undo: Rect, redo: Rect) {
    let (done, undone): (Vec<String>, Vec<String>) = {
        let kept = desk.owner.kept();
        let texts = |steps: &mut dyn Iterator<Item = &crate::undo::Step>| steps.take(20).map(label_of).collect();
        (texts(&mut kept.history.done()), texts(&mut kept.history.undone()))
    };
    for (rect, id, word, steps, sign) in [(undo, "undo", "Undo", done, 1), (redo, "redo", "Redo", undone, -1)] {
        let response = ui.interact(rect, Id::unique(("octant", id)), Sense::click());
        paint_button(ui, desk, &response, rect, "", None);
        let colour = if steps.is_empty() { desk.look.faint } else { desk.look.text };
        bent_arrow(ui, rect.center(), sign as f32, colour);
        focus_ring(ui, desk, &response, rect);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, !steps.is_empty(), word));
        if response.clicked() {
            desk.undo(sign);
        }
        let hint = steps.first().map_or(format!("Nothing to {}", word.to_lowercase()), |first| {
            format!("{word}: {first}. A right click shows the list.")
        });
        response.context_menu(|ui| {
            for (index, step) in steps.iter().enumerate() {
                if ui.button(step).clicked() {
                    desk.undo(sign * (index as i32 + 1));
                    ui.close();
                }
            }
        });
        if desk.shelf.taste.hints {
            response.on_hover_text(hint);
        }
    }
}

fn label_of(step: &crate::undo::Step) -> String {
    let value = match step.changes.as_slice() {
        [change] => octant_dsp::params::find(&change.id).map(|row| format!(" {}", row.param.text(change.to))),
        _ => None,
    };
    step.label.clone() + &value.unwrap_or_default()
}

/// An arrow bent back to the left, or mirrored.
fn bent_arrow(ui: &Ui, centre: Pos2, sign: f32, colour: egui::Color32) {
    let point = |x: f32, y: f32| centre + vec2(sign * x, y);
    let arc = (0..=10).map(|step| {
        let angle = -0.5 * TAU * step as f32 / 10.0 + 0.25 * TAU;
        point(1.5 + 4.0 * angle.cos(), 0.5 + 4.0 * angle.sin())
    });
    let mut line: Vec<Pos2> = vec![point(-1.0, 4.5)];
    line.extend(arc);
    line.push(point(-4.5, -3.5));
    let stroke = Stroke::new(1.4, colour);
    ui.painter().add(Shape::line(line, stroke));
    ui.painter().add(Shape::line(vec![point(-2.0, -6.5), point(-5.0, -3.5), point(-2.0, -0.5)], stroke));
}

fn main_menu(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let response = button(ui, desk, rect, "menu", "", "Bypass, latency, scale, colours, help");
    for offset in [-4.0, 0.0, 4.0] {
        let y = rect.center().y + offset;
        ui.painter().hline(rect.center().x - 6.0..=rect.center().x + 6.0, y, Stroke::new(1.4, desk.look.text));
    }
    Popup::menu(&response).gap(2.0).show(|ui| {
        ui.set_min_width(170.0);
        for (id, text) in [("bypass", "Bypass everything"), ("hold_latency", "Hold the latency")] {
            let row = rows::global(id);
            let mut on = desk.plain(row) >= 0.5;
            if ui.checkbox(&mut on, text).on_hover_text(super::words::help(row)).clicked() {
                desk.set(row, if on { 1.0 } else { 0.0 });
                ui.close();
            }
        }
        ui.separator();
        ui.menu_button("Scale", |ui| {
            for scale in SCALES {
                if ui.selectable_label(desk.shelf.taste.scale_percent == scale, format!("{scale} %")).clicked() {
                    desk.shelf.taste.scale_percent = scale;
                    desk.keep_taste();
                    ui.close();
                }
            }
        });
        ui.menu_button("Colours", |ui| {
            for theme in Theme::ALL {
                if ui.selectable_label(desk.shelf.taste.theme == theme, theme.name()).clicked() {
                    desk.set_theme(theme);
                    ui.close();
                }
            }
        });
        let mut hints = desk.shelf.taste.hints;
        if ui.checkbox(&mut hints, "Hover texts").clicked() {
            desk.shelf.taste.hints = hints;
            desk.keep_taste();
        }
        ui.separator();
        if ui.button("Help").clicked() {
            desk.view.sheet = Sheet::Help;
            ui.close();
        }
        if ui.button("About Octant").clicked() {
            desk.view.sheet = Sheet::About;
            ui.close();
        }
    });
}
