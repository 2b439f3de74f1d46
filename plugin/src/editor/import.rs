//! Presets of other programs: a sheet to find the file, and what became of it.

use super::desk::Desk;
use super::foreign::{Arrived, Line, places};
use super::look;
use super::presets;
use super::view::Sheet;
use egui::{Id, Key, Rect, RichText, ScrollArea, Stroke, TextEdit, Ui, UiBuilder, pos2, vec2};

/// Shows the sheet, with the first place worth a look.
pub fn open(desk: &mut Desk<'_>) {
    desk.view.sheet = Sheet::Import;
    let importing = &mut desk.view.importing;
    importing.outcome = None;
    importing.places = places();
    if importing.folder.as_os_str().is_empty() {
        let first = importing.places.first().cloned().unwrap_or_else(|| "/".into());
        importing.open(&first);
    } else {
        importing.look_again();
    }
}

/// The sheet in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    super::sheet::ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(14.0, 10.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("import"));
    child.horizontal(|ui| {
        ui.label(RichText::new("Import presets").font(look::strong(look::TITLE)));
        ui.add_space(8.0);
        ui.label(
            RichText::new("of EasyEffects (JSON) and of LSP multiband compressors (.cfg, .preset)")
                .color(desk.look.dim),
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if desk.explain(ui.button("Back"), "Back to your presets (Escape)").clicked()
                || ui.input(|input| input.key_pressed(Key::Escape))
            {
                desk.view.sheet = Sheet::Presets;
            }
        });
    });
    child.add_space(4.0);
    child.horizontal(|ui| {
        for place in desk.view.importing.places.clone() {
            let name = place_name(&place);
            if ui.button(name).on_hover_text(place.display().to_string()).clicked() {
                desk.view.importing.open(&place);
            }
        }
        let field = TextEdit::singleline(&mut desk.view.importing.text).hint_text("A file or a folder");
        let field = ui.add(field.id(Id::unique("octant path")).desired_width(f32::INFINITY));
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            desk.view.importing.go(desk.shelf);
        }
    });
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + 66.0), inner.max);
    let middle = body.left() + 0.4 * body.width();
    let left = Rect::from_min_max(body.min, pos2(middle - 0.5 * look::SPACE, body.bottom()));
    let right = Rect::from_min_max(pos2(middle + 0.5 * look::SPACE, body.top()), body.max);
    for card in [left, right] {
        let line = Stroke::new(1.0, desk.look.line);
        ui.painter().rect(card, 8.0, desk.look.ground, line, egui::StrokeKind::Inside);
    }
    let margin = vec2(10.0, 8.0);
    files(ui, desk, left.shrink2(margin));
    outcome(ui, desk, right.shrink2(margin));
}

/// What a place is called on its button.
fn place_name(place: &std::path::Path) -> String {
    let text = place.to_string_lossy();
    let last = place.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy());
    match () {
        () if text.contains("easyeffects") => format!("EasyEffects {last}"),
        () if text.contains("lsp-plugins") => "LSP".into(),
        () if last == "Downloads" => "Downloads".into(),
        () => "Home".into(),
    }
}

fn files(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let mut child = super::sheet::scrolling(ui, rect, "files", desk.look.panel);
    ScrollArea::vertical().id_salt("file list").auto_shrink(false).show(&mut child, |ui| {
        let importing = &mut desk.view.importing;
        let folder = importing.folder.clone();
        if let Some(above) = folder.parent()
            && ui.selectable_label(false, "‹ up").clicked()
        {
            importing.open(above);
        }
        let chosen = importing.outcome.as_ref().map(|(name, _)| name.clone());
        for line in importing.lines.clone() {
            match line {
                Line::Folder(name) => {
                    if ui.selectable_label(false, format!("{name} /")).clicked() {
                        importing.open(&folder.join(name));
                    }
                }
                Line::File(name) => {
                    if ui.selectable_label(chosen.as_ref() == Some(&name), &name).clicked() {
                        importing.take(desk.shelf, &folder.join(name));
                    }
                }
            }
        }
        let lack = importing.lack.clone();
        let none = importing.lines.is_empty().then(|| "No preset files and no folders here.".to_owned());
        if let Some(text) = lack.or(none) {
            ui.label(RichText::new(text).color(desk.look.dim));
        }
    });
}

/// What came in, and what could not be carried over.
fn outcome(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let mut child = super::sheet::scrolling(ui, rect, "outcome", desk.look.panel);
    let outcome = desk.view.importing.outcome.clone();
    ScrollArea::vertical().id_salt("outcome page").auto_shrink(false).show(&mut child, |ui| match outcome {
        None => {
            let text = "Choose a file. It stays as it is; its presets are added to yours. What has no counterpart here \
                        is listed, nothing is left out in silence.";
            ui.label(RichText::new(text).color(desk.look.dim));
        }
        Some((name, Err(reason))) => {
            ui.label(RichText::new(format!("{name} was not imported:")).font(look::strong(look::TEXT)));
            ui.label(RichText::new(format!("{}.", reason.trim_end_matches('.'))).color(desk.look.warn));
        }
        Some((_, Ok(arrived))) => arrived.iter().for_each(|one| arrival(ui, desk, one)),
    });
}

fn arrival(ui: &mut Ui, desk: &mut Desk<'_>, one: &Arrived) {
    ui.horizontal_wrapped(|ui| {
        let bands = if one.bands == 1 { "1 band".to_owned() } else { format!("{} bands", one.bands) };
        ui.label(RichText::new(&one.name).font(look::strong(look::TEXT)));
        ui.label(RichText::new(bands).color(desk.look.dim));
        if desk.explain(ui.button("Load"), "It becomes the present settings").clicked()
            && let Some(entry) = desk.shelf.entries.iter().find(|entry| entry.path.is_some() && entry.name == one.name)
        {
            let entry = entry.clone();
            presets::load(desk, &entry);
        }
    });
    if one.notes.is_empty() {
        ui.label(RichText::new("Everything was carried over.").color(desk.look.dim));
        return;
    }
    let count = one.notes.len();
    let title =
        if count == 1 { "One thing is different:".to_owned() } else { format!("{count} things are different:") };
    ui.label(RichText::new(title).color(desk.look.warn));
    for note in &one.notes {
        ui.label(RichText::new(note).font(look::regular(look::SMALL + 0.5)).color(desk.look.text));
    }
    ui.add_space(8.0);
}
