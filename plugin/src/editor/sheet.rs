//! Sheets over the display: their ground, help, about.

use super::bar::emblem;
use super::desk::Desk;
use super::knob::fit;
use super::look;
use super::view::Sheet;
use egui::{
    Align2, Color32, Frame, Id, Key, Rect, RichText, ScrollArea, Sense, Stroke, Ui, UiBuilder, UiKind, UiStackInfo,
    pos2, vec2,
};

/// Covers what lies below, for the eye and for the pointer.
pub fn ground(ui: &mut Ui, desk: &Desk<'_>, rect: Rect) {
    ui.interact(rect, Id::unique("octant sheet"), Sense::click_and_drag());
    ui.painter().rect(rect, look::ROUND, desk.look.panel, Stroke::new(1.0, desk.look.line), egui::StrokeKind::Inside);
}

/// The inside of a part that scrolls; where it goes on beyond its edge, it fades into what it lies on.
pub fn scrolling(ui: &mut Ui, rect: Rect, id: &str, ground: Color32) -> Ui {
    let plate = UiStackInfo::new(UiKind::Frame).with_frame(Frame::new().fill(ground));
    ui.new_child(UiBuilder::new().max_rect(rect).id_salt(id).ui_stack_info(plate))
}

const DOES: [(&str, &[(&str, &str)]); 4] = [
    (
        "Bands",
        &[
            ("Double-click", "Add a band there"),
            ("Click", "Select it; Shift adds a range, Ctrl one band"),
            ("Drag a crossover", "Move it; out of the display removes it"),
            ("Delete", "Remove the selected bands"),
            ("Right-click", "Solo, mute, bypass, listen, copy, paste, reset"),
        ],
    ),
    (
        "The display",
        &[
            ("White curve", "What Octant does to the sound right now"),
            ("Coloured area", "The gain change, band by band"),
            ("Line with a flag", "Threshold: the flag points to where it works"),
            ("Bar at the left", "The band's level, as its detector reads it"),
            ("Dot", "The band's gain"),
        ],
    ),
    (
        "Values",
        &[
            ("Drag, wheel, arrows", "Change it; Shift makes it fine"),
            ("Wheel on the display", "Ratio of the band"),
            ("Double-click, Enter", "Type it: 2k, -18, 4:1, 10 ms"),
            ("Enter, Tab", "Keep what was typed; Escape restores"),
            ("Ctrl- or Alt-click, Home", "The default"),
        ],
    ),
    (
        "The keyboard",
        &[
            ("Tab", "The next control"),
            ("Arrows on display", "From band to band; Insert splits one"),
            ("Ctrl C, Ctrl V, Ctrl A", "Copy and paste a band, select all"),
            ("Ctrl Z, Ctrl Y", "Undo, redo"),
            ("Space", "Goes to the host"),
        ],
    ),
];

/// What can be done, and where.
pub fn help(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("help"));
    head(&mut child, desk, "Help");
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + HEAD), pos2(inner.right(), inner.bottom() - 18.0));
    let gap = look::SPACE;
    let size = 0.5 * (body.size() - vec2(gap, gap)).max(vec2(10.0, 10.0));
    for (index, (title, does)) in DOES.iter().enumerate() {
        let place = vec2((index % 2) as f32, (index / 2) as f32) * (size + vec2(gap, gap));
        card(ui, desk, Rect::from_min_size(body.min + place, size), title, does);
    }
    let hint = "Rest the pointer on any control to read what it does. The key ? opens and closes this page.";
    let at = pos2(inner.left(), inner.bottom() - 3.0);
    fit(ui, at, Align2::LEFT_CENTER, hint, look::SMALL, inner.width(), desk.look.dim);
}

/// Lines of a table on a ground of their own.
fn card(ui: &mut Ui, desk: &Desk<'_>, rect: Rect, title: &str, lines: &[(&str, &str)]) {
    let look = desk.look;
    ui.painter().rect(rect, 8.0, look.ground, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let inner = rect.shrink2(vec2(14.0, 10.0));
    let top = inner.top() + 7.0;
    ui.painter().text(pos2(inner.left(), top), Align2::LEFT_CENTER, title, look::strong(look::TEXT), look.accent);
    let pitch = ((inner.bottom() - top) / (lines.len() as f32 + 0.4)).min(32.0);
    let size = (0.46 * pitch).clamp(look::SMALL + 0.5, look::TEXT + 0.5);
    let font = look::medium(size);
    let layout = |text: &str| ui.painter().layout_no_wrap(text.into(), font.clone(), look.text);
    let names = lines.iter().map(|(how, _)| layout(how).size().x).fold(0.0, f32::max).min(0.4 * inner.width());
    let left = inner.left() + names + 14.0;
    for (index, (how, what)) in lines.iter().enumerate() {
        let y = top + (index as f32 + 1.0) * pitch;
        fit(ui, pos2(inner.left(), y), Align2::LEFT_CENTER, how, size, names, look.text);
        fit(ui, pos2(left, y), Align2::LEFT_CENTER, what, size, inner.right() - left, look.dim);
        let told = format!("{how}: {what}");
        let line = Rect::from_min_max(pos2(inner.left(), y - 0.5 * pitch), pos2(inner.right(), y + 0.5 * pitch));
        let response = ui.interact(line, Id::unique(("octant help", *how, index)), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &told));
    }
}

/// Version and licences.
pub fn about(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("about"));
    head(&mut child, desk, "About");
    let top = inner.top() + HEAD + 6.0;
    emblem(ui, desk, pos2(inner.left() + 32.0, top + 30.0), 26.0);
    let left = inner.left() + 78.0;
    let look = desk.look;
    let lines = [
        (concat!("Octant ", env!("CARGO_PKG_VERSION")), look::strong(look::TITLE + 4.0), look.text, 12.0),
        ("A multiband dynamics processor of up to eight bands", look::regular(look::TEXT), look.text, 33.0),
        ("Copyright Octant Audio, licensed under MIT or Apache 2.0", look::regular(look::TEXT), look.dim, 50.0),
    ];
    for (text, font, colour, below) in lines {
        ui.painter().text(pos2(left, top + below), Align2::LEFT_CENTER, text, font, colour);
    }
    let page = Rect::from_min_max(pos2(inner.left(), top + 72.0), inner.max);
    ui.painter().rect(page, 8.0, look.ground, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let mut child = scrolling(ui, page.shrink2(vec2(14.0, 10.0)), "licences", look.ground);
    ScrollArea::vertical().id_salt("about page").auto_shrink(false).show(&mut child, |ui| {
        for (title, text) in LICENCES {
            ui.label(RichText::new(title).font(look::strong(look::TEXT)).color(look.accent));
            ui.add_space(2.0);
            // Lines that were broken for a terminal flow here.
            for paragraph in text.replace('\r', "").split("\n\n") {
                let flowing = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
                ui.label(RichText::new(flowing).font(look::regular(look::SMALL)).color(look.dim));
            }
            ui.add_space(10.0);
        }
    });
}

/// What Octant is made of, and under which terms.
const LICENCES: [(&str, &str); 4] = [
    (
        "What is built in",
        "The typeface is Inter, copyright The Inter Project Authors, under the SIL Open Font License 1.1 below. The window is \
         drawn by egui, egui-baseview and baseview (MIT or Apache 2.0), the plugin is held by the framework nice-plug (ISC), \
         loudness comes from ebur128 (MIT), spectra from realfft and rustfft (MIT or Apache 2.0). All of them and every other \
         library are named with their licences in Octant-licences.txt beside the plugin.",
    ),
    ("Octant, MIT", include_str!("../../../LICENSE-MIT")),
    ("Octant, Apache 2.0", include_str!("../../../LICENSE-APACHE")),
    ("Inter, SIL Open Font License", include_str!("../../../assets/fonts/OFL.txt")),
];

/// Height of a sheet's title.
pub const HEAD: f32 = 34.0;

/// The title of a sheet, with ways out of it.
pub fn head(ui: &mut Ui, desk: &mut Desk<'_>, title: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(look::strong(look::TITLE)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let escaped = ui.input(|input| input.key_pressed(Key::Escape));
            if desk.explain(ui.button("Close"), "Back to the bands (Escape)").clicked() || escaped {
                desk.view.sheet = Sheet::None;
            }
            let others = [("About", Sheet::About), ("Manual", Sheet::Manual), ("Help", Sheet::Help)];
            for (word, sheet) in others.into_iter().filter(|(word, _)| *word != title) {
                if desk.explain(ui.button(word), words_of(&sheet)).clicked() {
                    desk.view.sheet = sheet;
                }
            }
        });
    });
    ui.add_space(6.0);
}

fn words_of(sheet: &Sheet) -> &'static str {
    match sheet {
        Sheet::Help => "What pointer and keys do",
        Sheet::Manual => "A page for every task",
        _ => "Version and licences",
    }
}
