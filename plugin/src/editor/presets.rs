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
        let field = ui.add(field.id(Id::unique("octant search")).desired_width(190.0));
        desk.explain(field, "Presets that have all of these words");
        let only = ui.checkbox(&mut desk.view.only_favourites, "Favourites");
        desk.explain(only, "Only presets with a star");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let escaped = ui.input(|input| input.key_pressed(Key::Escape)) && desk.view.ask.is_none();
            if desk.explain(ui.button("Close"), "Back to the bands (Escape)").clicked() || escaped {
                desk.view.sheet = Sheet::None;
            }
            if desk.explain(ui.button("Save as…"), "Save these settings under a name").clicked() {
                let named = desk.view.loaded.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
                desk.view.ask = Some(Ask::SaveAs(named));
            }
            let hint = "Presets of EasyEffects and of LSP's multiband compressors";
            if desk.explain(ui.button("Import…"), hint).clicked() {
                super::import::open(desk);
            }
        });
    });
    keys(ui, desk);
    let tags_width = 118.0;
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + 34.0), pos2(inner.right(), inner.bottom() - 26.0));
    let tags = Rect::from_min_size(body.min, vec2(tags_width, body.height()));
    let list = Rect::from_min_max(pos2(tags.right() + 12.0, body.top()), body.max);
    tag_list(ui, desk, tags);
    entries(ui, desk, list);
    let foot = pos2(inner.left(), inner.bottom() - 6.0);
    let text = desk.shelf.folder().map_or("This system has no place for your presets.".into(), |folder| {
        format!("Your presets are in {}", folder.display())
    });
    super::knob::fit(ui, foot, Align2::LEFT_CENTER, &text, look::SMALL, inner.width(), desk.look.dim);
    if desk.view.ask.is_some() {
        ask(ui, desk, rect);
    }
}

/// The arrows go through the list and load what they come to.
fn keys(ui: &Ui, desk: &mut Desk<'_>) {
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
    if desk.view.ask.is_some() || ui.ctx().text_edit_focused() {
        return;
    }
    if pressed(Key::ArrowDown) {
        step(desk, 1);
        desk.view.reveal = true;
    } else if pressed(Key::ArrowUp) {
        step(desk, -1);
        desk.view.reveal = true;
    }
}

fn tag_list(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let mut child = super::sheet::scrolling(ui, rect, "tags", desk.look.panel);
    ScrollArea::vertical().id_salt("tag list").auto_shrink(false).show(&mut child, |ui| {
        let mut chosen = desk.view.tag.clone();
        desk.explain(ui.selectable_value(&mut chosen, None, "All"), "Every preset");
        for tag in desk.shelf.tags() {
            let hint = format!("Only presets for {tag}");
            desk.explain(ui.selectable_value(&mut chosen, Some(tag.clone()), tag), &hint);
        }
        desk.view.tag = chosen;
    });
}

fn entries(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let found = desk.shelf.found(&desk.view.search, desk.view.tag.as_deref(), desk.view.only_favourites);
    let mut child = super::sheet::scrolling(ui, rect, "entries", desk.look.panel);
    ScrollArea::vertical().id_salt("entry list").auto_shrink(false).show(&mut child, |ui| {
        if found.is_empty() {
            ui.label(RichText::new("Nothing found. Search for less, or choose All.").color(desk.look.dim));
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
    if current && std::mem::take(&mut desk.view.reveal) {
        ui.scroll_to_rect(rect, None);
    }
    if current || response.hovered() {
        ui.painter().rect_filled(rect, look::ROUND, if current { look.raised } else { look::veil(look.raised, 0.6) });
    }
    if current {
        let mark = Rect::from_min_size(rect.min, vec2(2.5, rect.height()));
        ui.painter().rect_filled(mark, 1.0, look.accent);
    }
    super::line::focus_ring(ui, desk, &response, rect.shrink(2.0));
    let star = Rect::from_min_size(rect.min, vec2(24.0, ROW));
    let favourite = desk.shelf.is_favourite(&entry.name);
    let starred = ui.interact(star, Id::unique(("octant star", &entry.name, entry.path.is_some())), Sense::click());
    let colour = match (favourite, starred.hovered()) {
        (true, _) => look.accent,
        (false, true) => look.text,
        (false, false) => look.faint,
    };
    let sign = if favourite { "★" } else { "☆" };
    ui.painter().text(star.center() + vec2(2.0, 0.0), Align2::CENTER_CENTER, sign, look::regular(13.0), colour);
    super::line::focus_ring(ui, desk, &starred, star.shrink(4.0));
    let told = if favourite { "No favourite any more" } else { "Make it a favourite" };
    starred.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, favourite, told));
    let starred = desk.explain(starred.on_hover_cursor(egui::CursorIcon::PointingHand), told);
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
            let hint = format!("{word} {}", entry.name);
            if super::line::button(ui, desk, cell, &id, word, &hint).clicked() {
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
    if response.double_clicked() && !broken {
        desk.view.sheet = Sheet::None;
    }
    let tags = entry.tags.join(", ");
    let told = match &entry.preset {
        Err(reason) => reason.clone(),
        Ok(_) if entry.comment.is_empty() => "A click loads it, a double click closes the list".into(),
        Ok(_) => entry.comment.clone(),
    };
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.set_max_width(320.0);
        ui.label(RichText::new(&entry.name).font(look::strong(look::TEXT)));
        ui.label(RichText::new(told).color(desk.look.dim));
        if !tags.is_empty() {
            ui.label(RichText::new(tags).font(look::regular(look::SMALL)).color(desk.look.accent));
        }
    });
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
            desk.name_sound(&entry.name);
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
    let (title, verb) = match &open {
        Ask::SaveAs(_) => ("Save these settings as".to_owned(), "Save"),
        Ask::Rename { from, .. } => (format!("A new name for {from}"), "Rename"),
        Ask::Delete(name) => (format!("Delete {name}? This cannot be undone."), "Delete"),
        Ask::Overwrite(name) => (format!("{name} is there already. Replace it?"), "Replace"),
    };
    let proposes = matches!(open, Ask::SaveAs(_));
    let asks_name = proposes || matches!(open, Ask::Rename { .. });
    let look = desk.look;
    let width = 330.0_f32.min(rect.width() - 20.0);
    let title = ui.painter().layout(title, look::strong(look::TEXT + 1.0), look.text, width - 32.0);
    let height = 32.0 + title.size().y + if asks_name { 36.0 } else { 6.0 } + look::LINE + 8.0;
    let plate = Rect::from_center_size(rect.center(), vec2(width, height));
    let veil = ui.interact(rect, Id::unique("octant veil"), Sense::click_and_drag());
    ui.painter().rect_filled(rect, look::ROUND, look::veil(look.ground, 0.72));
    let shadow =
        egui::epaint::Shadow { offset: [0, 8], blur: 28, spread: 0, color: egui::Color32::from_black_alpha(120) };
    ui.painter().add(shadow.as_shape(plate, 8));
    ui.painter().rect(plate, 8.0, look.panel, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let inner = plate.shrink(16.0);
    ui.painter().galley(inner.min, title.clone(), look.text);
    let outside = |response: &egui::Response| response.interact_pointer_pos().is_some_and(|at| !plate.contains(at));
    let (mut done, mut close) = (false, veil.clicked() && outside(&veil));
    if let Ask::SaveAs(name) | Ask::Rename { to: name, .. } = &mut open {
        let at = pos2(inner.left(), inner.top() + title.size().y + 10.0);
        let id = Id::unique("octant name");
        let field = TextEdit::singleline(name).id(id).char_limit(120).desired_width(inner.width());
        let field = ui.put(Rect::from_min_size(at, vec2(inner.width(), look::LINE + 2.0)), field);
        if !field.has_focus() && !field.lost_focus() && ui.memory(|memory| memory.focused().is_none()) {
            field.request_focus();
            // What is typed takes the place of a name that is proposed.
            let end = name.chars().count();
            super::control::select(ui, id, if proposes { 0 } else { end }..end);
        }
        done |= field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    }
    let cell = |index: f32| {
        let left = inner.right() - 76.0 * (2.0 - index) + if index > 0.0 { 6.0 } else { 0.0 };
        Rect::from_min_size(pos2(left, inner.bottom() - look::LINE), vec2(70.0, look::LINE))
    };
    let cancel = super::line::button(ui, desk, cell(0.0), "ask cancel", "Cancel", "Change nothing (Escape)");
    // Without a name to be typed the keyboard stands where nothing is lost.
    if !asks_name && ui.memory(|memory| memory.focused().is_none()) {
        cancel.request_focus();
    }
    let id = Id::unique(("octant button", "ask verb"));
    let confirm = ui.interact(cell(1.0), id, Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    let colour = if matches!(open, Ask::Delete(_) | Ask::Overwrite(_)) { look.warn } else { look.accent };
    super::line::paint_button(ui, desk, &confirm, cell(1.0), verb, Some(colour));
    confirm.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, verb));
    done |= confirm.clicked();
    close |= cancel.clicked() || ui.input(|input| input.key_pressed(Key::Escape));
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
            if outcome.is_ok() {
                desk.rename_sound(&from, to.trim());
            }
            (outcome, format!("{from} is {} now.", to.trim()), Some(Ask::Rename { from, to }))
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
    desk.name_sound(name);
    desk.view.reveal = true;
    Ok(())
}
