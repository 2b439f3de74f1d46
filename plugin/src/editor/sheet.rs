//! Sheets over the display: their ground, help, about.

use super::bar::emblem;
use super::desk::Desk;
use super::look;
use super::view::Sheet;
use egui::{Id, Key, Rect, RichText, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

/// Covers what lies below, for the eye and for the pointer.
pub fn ground(ui: &mut Ui, desk: &Desk<'_>, rect: Rect) {
    ui.interact(rect, Id::unique("octant sheet"), Sense::click_and_drag());
    ui.painter().rect(rect, look::ROUND, desk.look.panel, Stroke::new(1.0, desk.look.line), egui::StrokeKind::Inside);
}

const DOES: [(&str, &[(&str, &str)]); 4] = [
    (
        "Bands",
        &[
            ("Double-click", "add a band where you point"),
            ("Click", "select a band; Shift: up to it; Ctrl: one more"),
            ("Drag a crossover", "move it; out of the display: remove it"),
            ("Delete", "remove the selected bands"),
            ("Right click", "copy, paste, reset, solo, mute, bypass, listen"),
        ],
    ),
    (
        "Levels",
        &[
            ("Drag a line", "threshold; its flag points to where it works"),
            ("Drag a dot", "gain of the band"),
            ("Wheel", "ratio in the display, value on a control"),
            ("Coloured area", "what is changed now, band by band"),
            ("Bar at the left", "level of the band, as its detector reads it"),
        ],
    ),
    (
        "Values",
        &[
            ("Double-click", "type a value: 2k, -18, 4:1, 10 ms"),
            ("Enter, Tab", "keep it; Escape: keep the old one"),
            ("Shift", "fine"),
            ("Alt- or Ctrl-click", "default"),
            ("Arrows, Page keys", "step; Home: default; Enter or a digit: type"),
        ],
    ),
    (
        "Everything",
        &[
            ("Ctrl Z, Ctrl Y", "undo, redo; right click on the arrows: the list"),
            ("A B C D", "four settings to compare"),
            ("Delta", "hear only what is changed"),
            ("Space", "goes to the host"),
            ("F1", "this page"),
        ],
    ),
];

/// What can be done, and where.
pub fn help(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("help"));
    head(&mut child, desk, "What can be done");
    ScrollArea::vertical().id_salt("help page").auto_shrink(false).show(&mut child, |ui| {
        let columns = if inner.width() > 700.0 { 2 } else { 1 };
        ui.columns(columns, |columns| {
            for (index, (title, does)) in DOES.iter().enumerate() {
                let ui = &mut columns[index % columns.len()];
                ui.label(RichText::new(*title).font(look::strong(look::TEXT)).color(desk.look.accent));
                egui::Grid::new(("octant help", *title)).num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
                    for (how, what) in *does {
                        ui.label(RichText::new(*how).font(look::medium(look::SMALL + 0.5)));
                        ui.label(RichText::new(*what).font(look::regular(look::SMALL + 0.5)).color(desk.look.dim));
                        ui.end_row();
                    }
                });
                ui.add_space(8.0);
            }
        });
    });
}

/// Version and licences.
pub fn about(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("about"));
    head(&mut child, desk, "About");
    emblem(ui, desk, pos2(inner.right() - 46.0, inner.top() + 84.0), 34.0);
    ScrollArea::vertical().id_salt("about page").auto_shrink(false).show(&mut child, |ui| {
        ui.set_max_width(inner.width() - 110.0);
        ui.label(RichText::new(concat!("Octant ", env!("CARGO_PKG_VERSION"))).font(look::strong(look::TITLE)));
        ui.label("Multiband dynamics. Copyright Octant Audio, MIT or Apache 2.0.");
        ui.add_space(6.0);
        ui.label(RichText::new("Typeface: Inter, copyright The Inter Project Authors, SIL Open Font License 1.1. Window: egui and baseview, MIT or Apache 2.0. Plugin framework: nice-plug, ISC.").color(desk.look.dim));
        ui.add_space(8.0);
        for text in [
            include_str!("../../../LICENSE-MIT"),
            include_str!("../../../assets/fonts/OFL.txt"),
            include_str!("../../../LICENSE-APACHE"),
        ] {
            ui.label(RichText::new(text).font(look::regular(look::SMALL)).color(desk.look.dim));
            ui.separator();
        }
    });
}

fn head(ui: &mut Ui, desk: &mut Desk<'_>, title: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(look::strong(look::TITLE)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Close").clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
                desk.view.sheet = Sheet::None;
            }
        });
    });
    ui.add_space(6.0);
}
