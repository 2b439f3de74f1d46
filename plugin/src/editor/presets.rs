//! The preset browser: a sheet over the display.

use super::desk::Desk;
use super::look;
use super::shelf::Entry;
use super::view::{Ask, Sheet};
use egui::{Align2, Id, Key, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder, pos2, vec2};
use octant_dsp::{Preset, Settings};

const ROW: f32 = 26.0;

/// The browser in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    super::sheet::ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(14.0, 10.0));
    let mut top = ui.new_child(UiBuilder::new().max_rect(Rect::from_min_size(inner.min, vec2(inner.width(), 26.0))));
    top.horizontal(|ui| {
        ui.label(RichText::new("Presets").font(look::strong(look::TITLE)));
        ui.add_space(8.0);
        let field = TextEdit::singleline(&mut desk.view.search).hint_text("Search name, tag, purpose");
        ui.add(field.id(Id::unique("octant search")).desired_width(190.0));
        ui.checkbox(&mut desk.view.only_favourites, "Favourites");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Close").clicked()
                || ui.input(|input| input.key_pressed(Key::Escape)) && desk.view.ask.is_none()
            {
                desk.view.sheet = Sheet::None;
            }
            if ui.button("Save as…").clicked() {
                let named = desk.view.loaded.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
                desk.view.ask = Some(Ask::SaveAs(named));
            }
            if ui.button("Import…").on_hover_text("Presets of EasyEffects and of LSP plugins").clicked() {
                super::import::open(desk);
            }
        });
    });
    let tags_width = 118.0;
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + 34.0), pos2(inner.right(), inner.bottom() - 26.0));
    let tags = Rect::from_min_size(body.min, vec2(tags_width, body.height()));
    let list = Rect::from_min_max(pos2(tags.right() + 12.0, body.top()), body.max);
    tag_list(ui, desk, tags);
    entries(ui, desk, list);
    let foot = pos2(inner.left(), inner.bottom() - 6.0);
    let text = desk.shelf.folder().map_or("This system has no folder for presets.".into(), |folder| {
        format!("Your presets lie in {}", folder.display())
    });
    super::knob::fit(ui, foot, Align2::LEFT_CENTER, &text, look::SMALL, inner.width(), desk.look.dim);
    if desk.view.ask.is_some() {
        ask(ui, desk, rect);
    }
}

fn tag_list(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("tags"));
    ScrollArea::vertical().id_salt("tag list").auto_shrink(false).show(&mut child, |ui| {
        let mut chosen = desk.view.tag.clone();
        ui.selectable_value(&mut chosen, None, "All");
        for tag in desk.shelf.tags() {
            ui.selectable_value(&mut chosen, Some(tag.clone()), tag);
        }
        desk.view.tag = chosen;
    });
}

fn entries(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let found = desk.shelf.found(&desk.view.search, desk.view.tag.as_deref(), desk.view.only_favourites);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("entries"));
    ScrollArea::vertical().id_salt("entry list").auto_shrink(false).show(&mut child, |ui| {
        if found.is_empty() {
            ui.label(RichText::new("Nothing fits. Search for less, or choose All.").color(desk.look.dim));
        }
        let mut own = None;
        for index in found {
            let entry = desk.shelf.entries[index].clone();
            if own != Some(entry.path.is_some()) {
                own = Some(entry.path.is_some());
                let title = if entry.path.is_some() { "Yours" } else { "Factory" };
                ui.label(RichText::new(title).font(look::strong(look::SMALL)).color(desk.look.dim));
            }
            row(ui, desk, &entry);
        }
    });
}

fn row(ui: &mut Ui, desk: &mut Desk<'_>, entry: &Entry) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 6.0, ROW), Sense::click());
    let look = desk.look;
    let current = desk.view.loaded.as_ref().is_some_and(|(name, _)| *name == entry.name);
    if current || response.hovered() {
        ui.painter().rect_filled(rect, look::ROUND, if current { look.raised } else { look::veil(look.raised, 0.6) });
    }
    let star = Rect::from_min_size(rect.min, vec2(24.0, ROW));
    let favourite = desk.shelf.is_favourite(&entry.name);
    let starred = ui.interact(star, Id::unique(("octant star", &entry.name, entry.path.is_some())), Sense::click());
    let colour = if favourite { look.accent } else { look.faint };
    ui.painter().text(
        star.center(),
        Align2::CENTER_CENTER,
        if favourite { "★" } else { "☆" },
        look::regular(13.0),
        colour,
    );
    if starred.clicked()
        && let Err(reason) = desk.shelf.toggle_favourite(&entry.name)
    {
        desk.view.warn(reason);
    }
    let y = rect.center().y;
    let broken = entry.preset.is_err();
    let name_width = (0.34 * rect.width()).max(110.0);
    let colour = if broken { look.faint } else { look.text };
    super::knob::fit(ui, pos2(star.right(), y), Align2::LEFT_CENTER, &entry.name, look::TEXT, name_width, colour);
    let mut right = rect.right() - 4.0;
    if entry.path.is_some() {
        for (word, width) in [("Delete", 48.0), ("Rename", 54.0)] {
            let cell = Rect::from_min_size(pos2(right - width, y - 9.0), vec2(width, 18.0));
            let id = format!("{word} {}", entry.name);
            if super::line::button(ui, desk, cell, &id, word, word).clicked() {
                let name = entry.name.clone();
                desk.view.ask = Some(match word {
                    "Delete" => Ask::Delete(name),
                    _ => Ask::Rename { from: name.clone(), to: name },
                });
            }
            right -= width + 4.0;
        }
    }
    let left = star.right() + name_width + 10.0;
    let about = match &entry.preset {
        Err(reason) => format!("Cannot be used: {reason}"),
        Ok(_) => first_sentence(&entry.comment),
    };
    if right - left > 60.0 {
        let clipped =
            ui.painter().with_clip_rect(Rect::from_min_max(pos2(left, rect.top()), pos2(right - 4.0, rect.bottom())));
        let font = look::regular(look::SMALL);
        let colour = if broken { look.warn } else { look.dim };
        let galley = elided(&clipped, &about, font, right - left - 8.0, colour);
        clipped.galley(pos2(left, y - 0.5 * galley.size().y), galley, colour);
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, !broken, &entry.name));
    if response.clicked() && desk.view.ask.is_none() {
        load(desk, entry);
    }
    if !entry.comment.is_empty() {
        let comment = entry.comment.clone();
        response.on_hover_ui(|ui| {
            ui.set_max_width(320.0);
            ui.label(comment);
        });
    }
}

/// One line that ends in an ellipsis if it is too long.
fn elided(
    painter: &egui::Painter,
    text: &str,
    font: egui::FontId,
    width: f32,
    colour: egui::Color32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::single_section(
        text.into(),
        egui::text::TextFormat { font_id: font, color: colour, ..Default::default() },
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    painter.layout_job(job)
}

fn first_sentence(comment: &str) -> String {
    comment.split_inclusive(". ").next().unwrap_or_default().trim().trim_end_matches('.').into()
}

/// Loads an entry as one step; an entry that cannot be used says why.
pub fn load(desk: &mut Desk<'_>, entry: &Entry) {
    match &entry.preset {
        Ok(preset) => {
            let host = &desk.settings;
            let settings = Settings { bypass: host.bypass, hold_latency: host.hold_latency, ..preset.settings };
            desk.whole(&format!("Preset {}", entry.name), &settings);
            desk.view.loaded = Some((entry.name.clone(), desk.settings));
        }
        Err(reason) => desk.view.warn(format!("{}: {reason}", entry.name)),
    }
}

/// Loads the preset before or after the present one, in the order of the browser.
pub fn step(desk: &mut Desk<'_>, by: isize) {
    let found = desk.shelf.found(&desk.view.search, desk.view.tag.as_deref(), desk.view.only_favourites);
    let usable: Vec<usize> = found.into_iter().filter(|index| desk.shelf.entries[*index].preset.is_ok()).collect();
    if usable.is_empty() {
        desk.view.warn("No preset fits the search of the browser.");
        return;
    }
    let loaded = desk.view.loaded.as_ref().map(|(name, _)| name.as_str());
    let now = usable.iter().position(|index| Some(desk.shelf.entries[*index].name.as_str()) == loaded);
    let count = usable.len() as isize;
    let next = match now {
        Some(now) => (now as isize + by).rem_euclid(count),
        None if by > 0 => 0,
        None => count - 1,
    };
    let entry = desk.shelf.entries[usable[next as usize]].clone();
    load(desk, &entry);
}

/// The question that stands open, in the middle of the sheet.
fn ask(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let Some(mut open) = desk.view.ask.take() else { return };
    let plate = Rect::from_center_size(rect.center(), vec2(330.0, 112.0));
    let veil = ui.interact(rect, Id::unique("octant veil"), Sense::click());
    ui.painter().rect_filled(rect, look::ROUND, look::veil(desk.look.ground, 0.72));
    ui.painter().rect(plate, 8.0, desk.look.panel, Stroke::new(1.0, desk.look.line), egui::StrokeKind::Inside);
    let mut child = ui.new_child(UiBuilder::new().max_rect(plate.shrink(14.0)).id_salt("question"));
    let (title, verb) = match &open {
        Ask::SaveAs(_) => ("Save the settings as".to_owned(), "Save"),
        Ask::Rename { from, .. } => (format!("A new name for {from}"), "Rename"),
        Ask::Delete(name) => (format!("Delete {name}? It cannot be undone."), "Delete"),
        Ask::Overwrite(name) => (format!("{name} is there already. Replace it?"), "Replace"),
    };
    let (mut done, mut close) =
        (false, veil.clicked() && !plate.contains(veil.interact_pointer_pos().unwrap_or_default()));
    child.vertical(|ui| {
        ui.label(RichText::new(title).font(look::strong(look::TEXT)));
        ui.add_space(4.0);
        if let Ask::SaveAs(name) | Ask::Rename { to: name, .. } = &mut open {
            let id = Id::unique("octant name");
            let field = ui.add(TextEdit::singleline(name).id(id).desired_width(f32::INFINITY).char_limit(120));
            if !field.has_focus() && !field.lost_focus() && ui.memory(|memory| memory.focused().is_none()) {
                field.request_focus();
            }
            done |= field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        }
        ui.add_space(6.0);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            done |= ui.button(verb).clicked();
            close |= ui.button("Cancel").clicked();
        });
    });
    close |= ui.input(|input| input.key_pressed(Key::Escape));
    if done {
        desk.view.ask = answer(desk, open);
    } else if !close {
        desk.view.ask = Some(open);
    }
}

/// Does what was confirmed; a further question, if there is one.
fn answer(desk: &mut Desk<'_>, open: Ask) -> Option<Ask> {
    let (outcome, told, again) = match open {
        Ask::SaveAs(name) => {
            let name = name.trim().to_owned();
            if desk.shelf.has(&name) {
                return Some(Ask::Overwrite(name));
            }
            (save(desk, &name, false), format!("{name} is saved."), Some(Ask::SaveAs(name)))
        }
        Ask::Overwrite(name) => (save(desk, &name, true), format!("{name} is saved."), None),
        Ask::Rename { from, to } => {
            let outcome = desk.shelf.rename(&from, to.trim());
            if let (Ok(()), Some((name, _))) = (&outcome, &mut desk.view.loaded)
                && *name == from
            {
                to.trim().clone_into(name);
            }
            (outcome, format!("It is named {} now.", to.trim()), Some(Ask::Rename { from, to }))
        }
        Ask::Delete(name) => (desk.shelf.delete(&name), format!("{name} is deleted."), None),
    };
    match outcome {
        Ok(()) => {
            desk.view.tell(told);
            None
        }
        Err(reason) => {
            desk.view.warn(reason);
            again
        }
    }
}

fn save(desk: &mut Desk<'_>, name: &str, replace: bool) -> Result<(), String> {
    // What a preset that is written over says of itself stays, and so do keys of later versions.
    let old = desk.shelf.entries.iter().find(|entry| entry.name == name && entry.path.is_some());
    let old = old.and_then(|entry| entry.preset.clone().ok()).unwrap_or_default();
    let preset = Preset { name: name.into(), settings: desk.settings, ..old };
    desk.shelf.save(&preset, replace)?;
    desk.view.loaded = Some((name.into(), desk.settings));
    Ok(())
}
