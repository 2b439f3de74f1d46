//! Menus of the display.

use super::control::show_popup;
use super::desk::Desk;
use super::display::{add_band, remove_selected};
use super::layout;
use super::line::paint_button;
use super::rows;
use super::words;
use egui::{CursorIcon, Id, Popup, PopupCloseBehavior, Rect, Sense, Ui};
use octant_dsp::settings::BandSettings;

/// Tilts of the spectra that can be chosen, dB per octave.
const TILTS_DB: [f32; 4] = [0.0, 3.0, 4.5, 6.0];

/// What can be done with the selected bands; `hz` is where the menu was opened.
pub fn band(ui: &mut Ui, desk: &mut Desk<'_>, hz: Option<f64>) {
    ui.set_min_width(160.0);
    let lead = desk.view.selection.lead();
    let many = desk.view.selection.bands().len() > 1;
    for (id, text) in [("solo", "Solo"), ("mute", "Mute"), ("bypass", "Bypass"), ("listen", "Listen to the detector")] {
        let row = rows::of_band(lead, id);
        let mut on = desk.plain(row) >= 0.5;
        let line = ui.checkbox(&mut on, text);
        if desk.explain(line, words::help(row)).clicked() {
            desk.set(row, if on { 1.0 } else { 0.0 });
            ui.close();
        }
    }
    ui.separator();
    let can_paste = desk.view.copied.is_some();
    let can_split = hz.is_some_and(|hz| layout::split_at(&desk.settings, hz).is_some());
    let can_remove = desk.settings.bands > 1;
    let plural = if many { "s" } else { "" };
    let lines: [(String, &str, &str, bool); 6] = [
        ("Copy band".into(), "Ctrl C", "Keeps the settings of the band, to be pasted into others", true),
        (
            format!("Paste into band{plural}"),
            "Ctrl V",
            "Every setting but the crossovers becomes that of the copy",
            can_paste,
        ),
        (format!("Reset band{plural}"), "", "Every setting but the crossovers takes its default", true),
        ("Select all bands".into(), "Ctrl A", "What moves in one moves in all", true),
        ("Split here".into(), "Insert", "A new crossover; both sides go on as the band did", can_split),
        (format!("Remove band{plural}"), "Delete", "Its range goes to the band below it", can_remove),
    ];
    for (index, (text, key, hint, can)) in lines.into_iter().enumerate() {
        if index == 4 {
            ui.separator();
        }
        let line = ui.add_enabled(can, egui::Button::new(text).shortcut_text(key));
        if !desk.explain(line, hint).clicked() {
            continue;
        }
        match index {
            0 => copy(desk),
            1 => paste(desk),
            2 => replace(desk, "Reset band", &BandSettings::default()),
            3 => desk.view.selection.all(desk.settings.bands),
            4 => hz.into_iter().for_each(|hz| add_band(desk, hz)),
            _ => remove_selected(desk),
        }
        ui.close();
    }
}

/// Keeps the settings of the leading band.
pub fn copy(desk: &mut Desk<'_>) {
    let lead = desk.view.selection.lead();
    desk.view.copied = Some(desk.settings.band[lead]);
    desk.view.tell(format!("Band {} copied.", lead + 1));
}

/// Puts what was copied into every selected band.
pub fn paste(desk: &mut Desk<'_>) {
    match desk.view.copied {
        Some(copied) => replace(desk, "Paste band", &copied),
        None => desk.view.warn("No band has been copied yet."),
    }
}

/// Puts a band's settings into every selected band.
fn replace(desk: &mut Desk<'_>, label: &str, with: &BandSettings) {
    let mut settings = desk.settings;
    for band in desk.view.selection.bands() {
        settings.band[band] = *with;
    }
    desk.whole(label, &settings);
}

/// What the analyser shows: a button below the meters.
pub fn analyser(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let lit = desk.view.analyser.freeze.then_some(desk.look.accent);
    let text = if desk.view.analyser.freeze { "Frozen" } else { "Analyser" };
    let hint = "Spectra: input, output, held peaks, freeze, tilt";
    let response = ui.interact(rect, Id::unique(("octant button", "analyser")), Sense::click());
    paint_button(ui, desk, &response, rect, text, lit);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("{text}. {hint}")));
    let hints = desk.shelf.taste.hints;
    let explain = |response: egui::Response, text: &str| if hints { response.on_hover_text(text) } else { response };
    let popup = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(4.0);
    show_popup(popup, &response, |ui| {
        ui.set_min_width(150.0);
        let analyser = &mut desk.view.analyser;
        explain(ui.checkbox(&mut analyser.before, "Input"), "The spectrum before Octant, as a thin line");
        explain(ui.checkbox(&mut analyser.after, "Output"), "The spectrum after Octant, as an area");
        explain(ui.checkbox(&mut analyser.hold, "Hold peaks"), "A line keeps the highest output");
        explain(ui.checkbox(&mut analyser.freeze, "Freeze"), "The spectra stand still");
        ui.separator();
        ui.label("Tilt, dB per octave");
        ui.horizontal(|ui| {
            for tilt in TILTS_DB {
                let hint = "Turns the spectra around 1 kHz: with 4.5, music lies about level";
                explain(ui.selectable_value(&mut analyser.tilt_db, tilt, format!("{tilt}")), hint);
            }
        });
    });
    explain(response.on_hover_cursor(CursorIcon::PointingHand), hint);
}
