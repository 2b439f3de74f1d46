//! The bar above: name, preset, slots, undo, menu.

use super::control::show_popup;
use super::desk::Desk;
use super::knob::fit;
use super::line::{arrow, button, latch, paint_button};
use super::look::{self, SCALES, Theme, veil};
use super::presets;
use super::rows;
use super::view::{Ask, Sheet};
use super::words;
use crate::session::SLOTS;
use crate::undo::Step;
use egui::{Align2, CursorIcon, Id, Popup, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};
use octant_dsp::Settings;
use octant_dsp::settings::MAX_BANDS;
use std::f32::consts::TAU;

/// Narrowest place for the preset; hosts may open windows smaller than the smallest.
const LEAST_PRESET: f32 = 130.0;
/// Height of the list of steps, so that it fits into the smallest window.
const LIST: f32 = 250.0;

/// The bar in its part of the window. What is drawn first is what Tab reaches first.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let y = rect.center().y;
    let height = look::LINE + 2.0;
    let at = |x: f32, width: f32| Rect::from_min_size(pos2(x, y - 0.5 * height), vec2(width, height));
    emblem(ui, desk, pos2(rect.left() + 20.0, y), 9.5);
    let name = pos2(rect.left() + 36.0, y);
    ui.painter().text(name, Align2::LEFT_CENTER, "octant", look::strong(look::TITLE + 2.0), desk.look.text);
    let mut right = rect.right() - 8.0;
    let mut from_right = |width: f32, gap: f32| {
        right -= width;
        let cell = at(right, width);
        right -= gap;
        cell
    };
    let menu = from_right(30.0, look::GAP);
    let help = from_right(26.0, look::GAP);
    let bypass = from_right(26.0, look::SPACE);
    let list = from_right(18.0, 2.0);
    let redo = from_right(26.0, 2.0);
    let undo = from_right(26.0, look::SPACE);
    let copy = from_right(42.0, look::GAP);
    let slots = from_right(104.0, look::SPACE);
    let left = rect.left() + 104.0;

    if right - left > LEAST_PRESET {
        preset(ui, desk, at(left, (right - left).min(380.0)));
    }
    slots_of(ui, desk, slots);
    copy_slot(ui, desk, copy);
    history(ui, desk, [undo, redo, list]);
    power(ui, desk, bypass);
    if button(ui, desk, help, "help", "?", "Help: what pointer and keys do, and the manual (?)").clicked() {
        desk.view.sheet = if desk.view.sheet == Sheet::Help { Sheet::None } else { Sheet::Help };
    }
    main_menu(ui, desk, menu);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, desk.look.line));
}

/// The emblem; the parts of bands that are not in use are dim.
pub fn emblem(ui: &Ui, desk: &Desk<'_>, centre: Pos2, radius: f32) {
    for band in 0..MAX_BANDS {
        let [from, to] = look::emblem_part(band);
        let point = |step: usize| centre + Vec2::angled(from + (to - from) * step as f32 / 6.0) * radius;
        let lit = band < desk.settings.bands;
        let colour = if lit { desk.look.bands[band] } else { veil(desk.look.bands[band], 0.35) };
        ui.painter().add(Shape::line((0..=6).map(point).collect(), Stroke::new(look::EMBLEM * radius, colour)));
    }
}

fn preset(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let side = 22.0;
    let previous = Rect::from_min_size(rect.min, vec2(side, rect.height()));
    let save = Rect::from_min_size(pos2(rect.right() - 44.0, rect.top()), vec2(44.0, rect.height()));
    let next = Rect::from_min_size(pos2(save.left() - look::GAP - side, rect.top()), vec2(side, rect.height()));
    let name = Rect::from_min_max(pos2(previous.right() + 2.0, rect.top()), pos2(next.left() - 2.0, rect.bottom()));
    if button(ui, desk, previous, "previous", "‹", "Previous preset").clicked() {
        presets::step(desk, -1);
    }
    browse(ui, desk, name);
    if button(ui, desk, next, "next", "›", "Next preset").clicked() {
        presets::step(desk, 1);
    }
    if button(ui, desk, save, "save", "Save", "Save these settings as a preset").clicked() {
        let named = desk.view.loaded.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        desk.view.sheet = Sheet::Presets;
        desk.view.ask = Some(Ask::SaveAs(named));
    }
}

/// The name of the preset; a click opens the browser.
fn browse(ui: &mut Ui, desk: &mut Desk<'_>, name: Rect) {
    let response = ui.interact(name, Id::unique("octant preset"), Sense::click());
    paint_button(ui, desk, &response, name, "", None);
    let loaded = desk.view.loaded.as_ref().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty());
    let loaded = loaded.unwrap_or("Presets");
    let dirty = desk.view.is_dirty(&desk.settings);
    let text = if dirty { format!("{loaded} •") } else { loaded.to_owned() };
    let at = pos2(name.left() + 9.0, name.center().y);
    fit(ui, at, Align2::LEFT_CENTER, &text, look::TEXT, name.width() - 28.0, desk.look.text);
    arrow(ui, pos2(name.right() - 10.0, name.center().y), desk.look.dim);
    let told = format!("Preset browser. {loaded}{}", if dirty { ", changed since it was loaded" } else { "" });
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
    let response = desk.explain(response.on_hover_cursor(CursorIcon::PointingHand), &told);
    if response.clicked() {
        let open = desk.view.sheet == Sheet::Presets;
        desk.view.sheet = if open { Sheet::None } else { Sheet::Presets };
        desk.view.reveal = true;
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
        let told = format!("Slot {name}");
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, slot == active, &told));
        if response.clicked() && slot != active {
            desk.enter(slot);
        }
        let preset = desk.owner.kept().slots[slot].name.clone();
        let holds = if preset.is_empty() { String::new() } else { format!(": {preset}") };
        let hint = format!("Slot {name}{holds}. Four sets of settings to compare");
        desk.explain(response.on_hover_cursor(CursorIcon::PointingHand), &hint);
    }
}

fn copy_slot(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let response = button(ui, desk, rect, "copy slot", "Copy", "Copy these settings to another slot");
    show_popup(Popup::menu(&response).gap(2.0), &response, |ui| {
        let active = desk.owner.kept().active;
        for (slot, name) in SLOTS.iter().enumerate().filter(|(slot, _)| *slot != active) {
            if ui.button(format!("Copy to {name}")).clicked() {
                desk.copy_to(slot);
                desk.view.tell(format!("Copied to slot {name}."));
                ui.close();
            }
        }
    });
}

/// Bypass, as the sign of a power switch.
fn power(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let row = rows::global("bypass");
    let on = desk.plain(row) >= 0.5;
    latch(ui, desk, rect, row, "", desk.look.warn);
    let colour = if on { desk.look.on(desk.look.warn) } else { desk.look.text };
    let (centre, stroke) = (rect.center() + vec2(0.0, 0.5), Stroke::new(1.5, colour));
    let gap = 0.6;
    let arc = (0..=20).map(|step| {
        let angle = -0.25 * TAU + gap + (TAU - 2.0 * gap) * step as f32 / 20.0;
        centre + Vec2::angled(angle) * 5.5
    });
    ui.painter().add(Shape::line(arc.collect(), stroke));
    ui.painter().line_segment([centre - vec2(0.0, 6.5), centre - vec2(0.0, 1.0)], stroke);
}

/// Undo, redo, and the list of both.
fn history(ui: &mut Ui, desk: &mut Desk<'_>, [undo, redo, list]: [Rect; 3]) {
    let (done, undone): (Vec<String>, Vec<String>) = {
        let kept = desk.owner.kept();
        let label = |step: &Step| label_of(step, &desk.settings);
        (kept.history.done().map(label).collect(), kept.history.undone().map(label).collect())
    };
    for (rect, id, word, steps, sign) in [(undo, "undo", "Undo", &done, 1), (redo, "redo", "Redo", &undone, -1)] {
        let hint = match steps.first() {
            Some(first) => format!("{word}: {first}"),
            None => format!("Nothing to {}", word.to_lowercase()),
        };
        let response = button(ui, desk, rect, id, "", &hint);
        let colour = if steps.is_empty() { desk.look.faint } else { desk.look.text };
        bent_arrow(ui, rect.center(), sign as f32, colour);
        if response.clicked() {
            desk.undo(sign);
        }
    }
    let response = button(ui, desk, list, "history", "", "What was done: go back to any step");
    let empty = done.is_empty() && undone.is_empty();
    arrow(ui, list.center(), if empty { desk.look.faint } else { desk.look.dim });
    show_popup(Popup::menu(&response).gap(2.0), &response, |ui| {
        ui.set_min_width(180.0);
        ui.set_max_width(300.0);
        if empty {
            ui.label("Nothing has been changed yet.");
        }
        egui::ScrollArea::vertical().max_height(LIST).show(ui, |ui| {
            // The newest above, as in a pile; what was taken back lies on top of it.
            let ahead = undone.iter().enumerate().rev().map(|(at, step)| (-(at as i32 + 1), step));
            let behind = done.iter().enumerate().map(|(at, step)| (at as i32 + 1, step));
            let mut word = "";
            for (steps, step) in ahead.chain(behind) {
                let next = if steps < 0 { "Redo" } else { "Undo" };
                if std::mem::replace(&mut word, next) != next {
                    let title = RichText::new(next).font(look::strong(look::SMALL)).color(desk.look.accent);
                    ui.label(title);
                }
                if desk.explain(ui.button(step), &format!("{word} everything up to this")).clicked() {
                    desk.undo(steps);
                    ui.close();
                }
            }
        });
    });
}

/// What a step is called, with the value that it led to if it is one value.
fn label_of(step: &Step, settings: &Settings) -> String {
    let value = match step.changes.as_slice() {
        [change] if step.slots.is_none() => rows::all().iter().position(|row| row.id() == change.id).map(|row| {
            let mut then = *settings;
            rows::at(row).set_clamped(&mut then, change.to);
            format!(": {}", words::value(row, &then))
        }),
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
    let response = button(ui, desk, rect, "menu", "", "Latency, scale, colours, manual, about");
    for offset in [-4.0, 0.0, 4.0] {
        let y = rect.center().y + offset;
        ui.painter().hline(rect.center().x - 6.0..=rect.center().x + 6.0, y, Stroke::new(1.4, desk.look.text));
    }
    show_popup(Popup::menu(&response).gap(2.0), &response, |ui| {
        ui.set_min_width(170.0);
        let row = rows::global("hold_latency");
        let mut on = desk.plain(row) >= 0.5;
        if ui.checkbox(&mut on, "Hold the latency").on_hover_text(words::help(row)).clicked() {
            desk.set(row, if on { 1.0 } else { 0.0 });
            ui.close();
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
        for (text, sheet) in [("Help", Sheet::Help), ("Manual", Sheet::Manual)] {
            if ui.button(text).clicked() {
                desk.view.sheet = sheet;
                ui.close();
            }
        }
        if ui.button("About Octant").clicked() {
            desk.view.sheet = Sheet::About;
            ui.close();
        }
    });
}
