//! Menus of the display.

use super::desk::Desk;
use super::display::{add_band, remove_selected};
use super::layout;
use super::line::button;
use super::rows;
use egui::{Popup, PopupCloseBehavior, Rect, Ui, pos2, vec2};
use octant_dsp::settings::BandSettings;

/// What can be done with the selected bands; `hz` is where the menu was opened.
pub fn band(ui: &mut Ui, desk: &mut Desk<'_>, hz: Option<f64>) {
    ui.set_min_width(150.0);
    let lead = desk.view.selection.lead();
    let many = desk.view.selection.bands().len() > 1;
    for (id, text) in [("solo", "Solo"), ("mute", "Mute"), ("bypass", "Bypass"), ("listen", "Listen to the detector")] {
        let row = rows::of_band(lead, id);
        let mut on = desk.plain(row) >= 0.5;
        if ui.checkbox(&mut on, text).clicked() {
            desk.set(row, if on { 1.0 } else { 0.0 });
            ui.close();
        }
    }
    ui.separator();
    if ui.button("Copy band").clicked() {
        desk.view.copied = Some(desk.settings.band[lead]);
        desk.view.tell(format!("Band {} is copied.", lead + 1));
        ui.close();
    }
    let copied = desk.view.copied;
    if ui.add_enabled(copied.is_some(), egui::Button::new("Paste into band")).clicked() {
        if let Some(copied) = copied {
            replace(desk, "Paste band", &copied);
        }
        ui.close();
    }
    if ui.button(if many { "Reset bands" } else { "Reset band" }).clicked() {
        replace(desk, "Reset band", &BandSettings::default());
        ui.close();
    }
    if ui.button("Select all bands").clicked() {
        let bands = desk.settings.bands;
        desk.view.selection.all(bands);
        ui.close();
    }
    ui.separator();
    let can_split = hz.is_some_and(|hz| layout::split_at(&desk.settings, hz).is_some());
    if ui.add_enabled(can_split, egui::Button::new("Split here")).clicked() {
        if let Some(hz) = hz {
            add_band(desk, hz);
        }
        ui.close();
    }
    let can_remove = desk.settings.bands > 1;
    let text = if many { "Remove bands" } else { "Remove band" };
    if ui.add_enabled(can_remove, egui::Button::new(text)).clicked() {
        remove_selected(desk);
        ui.close();
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

/// What the analyser shows: a small button in the display's corner.
pub fn analyser(ui: &mut Ui, desk: &mut Desk<'_>, plot: Rect) {
    let rect = Rect::from_min_size(pos2(plot.right() - 84.0, plot.bottom() - 24.0), vec2(62.0, 17.0));
    let text = if desk.view.analyser.freeze { "Frozen" } else { "Analyser" };
    let response = button(ui, desk, rect, "analyser", text, "What the analyser shows");
    Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(150.0);
        let analyser = &mut desk.view.analyser;
        ui.checkbox(&mut analyser.before, "Input");
        ui.checkbox(&mut analyser.after, "Output");
        ui.checkbox(&mut analyser.hold, "Hold peaks");
        ui.checkbox(&mut analyser.freeze, "Freeze");
        ui.separator();
        ui.label("Tilt, dB per octave");
        ui.horizontal(|ui| {
            for tilt in [0.0, 3.0, 4.5, 6.0] {
                ui.selectable_value(&mut analyser.tilt_db, tilt, format!("{tilt}"));
            }
        });
    });
}
