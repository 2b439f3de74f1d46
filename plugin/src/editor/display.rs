//! The display: spectra, bands, the moving response, thresholds and crossovers to be dragged.

mod handles;
mod history;
mod picture;
mod scale;

use super::axes::Axes;
use super::curves::Curves;
use super::desk::Desk;
use super::layout;
use super::live::BandLive;
use super::look;
use super::rows;
use super::{control, menus};
use egui::{Id, Key, Rect, Sense, Ui, pos2};

/// What the display keeps from frame to frame.
#[derive(Debug, Default)]
pub struct Display {
    curves: Curves,
    /// Highest spectrum since it was held.
    held: Vec<f32>,
    /// Spectra that were frozen: before, after, and the width of a bin in Hz.
    frozen: Option<(Vec<f32>, Vec<f32>, f64)>,
}

/// From this height on there is room for the history.
const TALL: f32 = 250.0;
const HISTORY: f32 = 52.0;

/// The display in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, display: &mut Display, rect: Rect) {
    let history = if rect.height() >= TALL { HISTORY } else { 0.0 };
    let left = rect.left() + scale::SIDE;
    let right = (rect.right() - scale::SIDE).max(left);
    let bottom = rect.bottom() - history - scale::BELOW;
    let plot = Rect::from_min_max(pos2(left, rect.top()), pos2(right, bottom.max(rect.top())));
    let axes = Axes { rect: plot };
    ui.painter().rect_filled(rect, look::ROUND, desk.look.well);

    let ground = ui.interact(plot, Id::unique("octant display"), Sense::click_and_drag());
    let hovered = ground.hover_pos().map(|at| layout::band_at(&desk.settings, axes.hz(at.x)));
    ground.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, told(desk)));
    on_ground(ui, desk, &axes, &ground);

    let inside = ui.painter().with_clip_rect(plot.intersect(ui.clip_rect()));
    picture::paint(&inside, desk, display, &axes, hovered);
    let dots = handles::dots(desk, display, &axes);
    handles::thresholds(ui, desk, &axes, &dots);
    handles::gains(ui, desk, &axes, &dots);
    handles::crossovers(ui, desk, &axes);
    picture::tags(ui, desk, &axes);
    picture::state(ui, desk, &axes);
    scale::paint(ui, desk, &axes, ground.hover_pos());

    if history > 0.0 {
        let strip =
            Rect::from_min_max(pos2(plot.left(), plot.bottom() + scale::BELOW), pos2(plot.right(), rect.bottom()));
        history::paint(ui, desk, strip);
    }
    focus(ui, desk, &ground, rect);
}

/// The edge, and where the keyboard is.
fn focus(ui: &Ui, desk: &Desk<'_>, ground: &egui::Response, rect: Rect) {
    let colour = if desk.is_keyed(ground) { look::veil(desk.look.accent, 0.7) } else { desk.look.line };
    ui.painter().rect_stroke(rect, look::ROUND, egui::Stroke::new(1.0, colour), egui::StrokeKind::Inside);
}

/// Clicks select, double clicks add a band, the wheel turns the ratio, keys walk from band to band.
fn on_ground(ui: &mut Ui, desk: &mut Desk<'_>, axes: &Axes, ground: &egui::Response) {
    let at = ground.interact_pointer_pos().or(ground.hover_pos());
    let band = at.map(|at| layout::band_at(&desk.settings, axes.hz(at.x)));
    if let (Some(band), true) = (band, ground.clicked() || ground.secondary_clicked()) {
        let modifiers = ui.input(|input| input.modifiers);
        match () {
            () if ground.secondary_clicked() && desk.view.selection.has(band) => (),
            () if modifiers.shift => desk.view.selection.extend_to(band),
            () if modifiers.command => desk.view.selection.toggle(band),
            () => desk.view.selection = super::view::Selection::only(band),
        }
        ground.request_focus();
    }
    if let (Some(at), true) = (at, ground.double_clicked()) {
        add_band(desk, axes.hz(at.x));
    }
    if let (Some(band), true) = (band, ground.hovered()) {
        let notches = control::wheel(ui);
        if notches != 0.0 {
            let fine = if ui.input(|input| input.modifiers.shift) { 0.1 } else { 1.0 };
            let settings = &desk.settings.band[band];
            // The ratio of the section that is on; of both, the one whose threshold is nearer.
            let level = f64::from(at.map_or(0.0, |at| axes.level(at.y)));
            let far = |threshold_db: f64, on: bool| if on { (level - threshold_db).abs() } else { f64::INFINITY };
            let off = octant_dsp::settings::Law::Off;
            let above = far(settings.above.threshold_db, settings.above.law != off);
            let below = far(settings.below.threshold_db, settings.below.law != off);
            let id = if below < above { "below_ratio" } else { "above_ratio" };
            control::nudge(desk, rows::of_band(band, id), f64::from(notches) * 0.02 * fine);
        }
    }
    if ground.has_focus() {
        walk(ui, desk, ground.id);
    }
    control::context_menu(ground, |ui| menus::band(ui, desk, at.map(|at| axes.hz(at.x))));
}

/// Adds a band at a frequency in Hz and selects it.
pub fn add_band(desk: &mut Desk<'_>, hz: f64) {
    match layout::split_at(&desk.settings, hz) {
        Some((split, band)) => {
            desk.whole("Add band", &split);
            desk.view.selection = super::view::Selection::only(band);
        }
        None if desk.settings.bands >= octant_dsp::settings::MAX_BANDS => desk.view.warn("Eight bands are the most."),
        None => desk.view.warn("The band is too narrow to be split here."),
    }
}

/// Removes the selected bands but one.
pub fn remove_selected(desk: &mut Desk<'_>) {
    let mut bands = desk.view.selection.bands();
    bands.sort_unstable();
    let mut settings = desk.settings;
    for band in bands.into_iter().rev() {
        settings = layout::without(&settings, band).unwrap_or(settings);
    }
    if settings.bands == desk.settings.bands {
        desk.view.warn("One band stays.");
        return;
    }
    let lead = desk.view.selection.lead().min(settings.bands - 1);
    desk.whole("Remove band", &settings);
    desk.view.selection = super::view::Selection::only(lead);
}

/// Keys of the display: from band to band, and what else pointers do.
fn walk(ui: &mut Ui, desk: &mut Desk<'_>, id: Id) {
    let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
    let pressed = |key: Key| control::pressed_with(ui, key);
    let lead = desk.view.selection.lead();
    let bands = desk.settings.bands;
    let next = match (pressed(Key::ArrowLeft), pressed(Key::ArrowRight)) {
        (Some(with), _) => Some((lead.saturating_sub(1), with)),
        (_, Some(with)) => Some(((lead + 1).min(bands - 1), with)),
        _ => None,
    };
    match next {
        Some((next, with)) if with.shift => desk.view.selection.extend_to(next),
        Some((next, _)) => desk.view.selection = super::view::Selection::only(next),
        None => (),
    }
    if pressed(Key::Delete).or(pressed(Key::Backspace)).is_some() {
        remove_selected(desk);
    }
    if pressed(Key::Insert).is_some() {
        let [lower, upper] = layout::edges(&desk.settings, lead);
        add_band(desk, (lower * upper).sqrt());
    }
    let command = |key: Key| pressed(key).is_some_and(|with| with.command);
    match () {
        () if command(Key::A) => desk.view.selection.all(bands),
        () if command(Key::C) => menus::copy(desk),
        () if command(Key::V) => menus::paste(desk),
        () => (),
    }
}

/// The display for those who cannot see it: every band with its range, level and gain.
fn told(desk: &Desk<'_>) -> String {
    let hz = |hz: f64| rows::at(rows::crossover(0)).param.text(hz);
    let band = |band: usize| {
        let [lower, upper] = layout::edges(&desk.settings, band);
        let (level, gain) = readout(&desk.live.bands[band]);
        let heard = if desk.acts(band) { "" } else { ", which is not heard" };
        format!("Band {}, {} to {}: level {level}, gain change {gain}{heard}", band + 1, hz(lower), hz(upper))
    };
    (0..desk.settings.bands).map(band).collect::<Vec<_>>().join(". ")
}

/// What a band's level and gain are, as text.
pub fn readout(live: &BandLive) -> (String, String) {
    let level = if live.level_db <= -100.0 { "−∞".to_owned() } else { format!("{:.0} dB", live.level_db) };
    let gain = format!("{:+.1} dB", live.gain_db + 0.0);
    (level.replace('-', "−"), if live.gain_db.abs() < 0.05 { "0.0 dB".into() } else { gain.replace('-', "−") })
}
