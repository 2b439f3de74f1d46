//! What is painted behind the handles.

use super::{Display, readout};
use crate::editor::axes::{Axes, LEVEL_DB, LINES_HZ};
use crate::editor::curves::weights;
use crate::editor::desk::Desk;
use crate::editor::layout;
use crate::editor::look::{self, mix, veil};
use crate::editor::spectrum;
use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

/// Everything behind the handles.
pub fn paint(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes, hovered: Option<usize>) {
    regions(painter, desk, axes, hovered);
    grid(painter, desk, axes);
    spectra(painter, desk, display, axes);
    response(painter, desk, display, axes);
}

/// The bands as coloured regions.
fn regions(painter: &Painter, desk: &Desk<'_>, axes: &Axes, hovered: Option<usize>) {
    for band in 0..desk.settings.bands {
        let rect = region(desk, axes, band);
        let colour = desk.look.band(band, desk.heard(band));
        let strength = match (desk.view.selection.has(band), hovered == Some(band)) {
            (true, _) => 0.15,
            (false, true) => 0.085,
            (false, false) => 0.05,
        };
        let mut mesh = Mesh::default();
        let (top, bottom) = (veil(colour, strength), veil(colour, 0.25 * strength));
        for (y, colour) in [(rect.top(), top), (rect.bottom(), bottom)] {
            mesh.colored_vertex(pos2(rect.left(), y), colour);
            mesh.colored_vertex(pos2(rect.right(), y), colour);
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(1, 2, 3);
        painter.add(Shape::mesh(mesh));
        if desk.view.selection.has(band) {
            let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.5));
            painter.rect_filled(bar, 0.0, colour);
        }
    }
}

/// Where a band lies in the display.
pub fn region(desk: &Desk<'_>, axes: &Axes, band: usize) -> Rect {
    let [lower, upper] = layout::edges(&desk.settings, band);
    let left = if band == 0 { axes.rect.left() } else { axes.x(lower) };
    let right = if band + 1 == desk.settings.bands { axes.rect.right() } else { axes.x(upper) };
    Rect::from_min_max(pos2(left, axes.rect.top()), pos2(right.max(left), axes.rect.bottom()))
}

fn grid(painter: &Painter, desk: &Desk<'_>, axes: &Axes) {
    let (look, rect) = (desk.look, axes.rect);
    let line = Stroke::new(1.0, look.grid);
    let font = look::regular(9.5);
    for (hz, _) in LINES_HZ {
        painter.vline(axes.x(hz), rect.y_range(), line);
    }
    let step = if rect.height() < 220.0 { 24 } else { 12 };
    let mut level = 0;
    while level > LEVEL_DB[1] as i32 {
        let y = axes.y_of_level(level as f32);
        painter.hline(rect.x_range(), y, line);
        let text = format!("{level}").replace('-', "−");
        let near_bottom = y > rect.bottom() - 7.0;
        if !near_bottom {
            painter.text(pos2(rect.right() - 4.0, y), Align2::RIGHT_CENTER, text, font.clone(), look.faint);
        }
        level -= step;
    }
    let gains: &[i32] = if rect.height() < 220.0 { &[12, -12, -24] } else { &[12, 6, -6, -12, -18, -24] };
    for gain in gains {
        let (x, y) = (rect.left() + 9.0, axes.y_of_gain(*gain as f32));
        if y < rect.top() + 34.0 || y > rect.bottom() - 7.0 {
            continue;
        }
        let text = format!("{gain:+}").replace('-', "−");
        painter.text(pos2(x, y), Align2::LEFT_CENTER, text, font.clone(), look.faint);
    }
}

/// The numbers below the plot.
pub fn frequencies(ui: &Ui, desk: &Desk<'_>, axes: &Axes, height: f32) {
    let y = axes.rect.bottom() + 0.5 * height;
    for (hz, text) in LINES_HZ {
        let font = look::regular(9.5);
        let x = axes.x(hz).clamp(axes.rect.left() + 10.0, axes.rect.right() - 12.0);
        ui.painter().text(pos2(x, y), Align2::CENTER_CENTER, text, font, desk.look.dim);
    }
}

fn spectra(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes) {
    let analyser = desk.view.analyser;
    let picture = &desk.live.picture;
    if analyser.freeze && display.frozen.is_none() {
        let bin_hz = picture.after.bin_hz(picture.sample_rate_hz);
        display.frozen = Some((picture.before.db.clone(), picture.after.db.clone(), bin_hz));
    } else if !analyser.freeze {
        display.frozen = None;
    }
    let live = (&picture.before.db, &picture.after.db, picture.after.bin_hz(picture.sample_rate_hz));
    let (before, after, bin_hz) = display.frozen.as_ref().map_or(live, |(before, after, bin)| (before, after, *bin));
    if analyser.hold {
        if display.held.len() != after.len() {
            display.held.clone_from(after);
        }
        for (held, now) in display.held.iter_mut().zip(after) {
            *held = held.max(*now);
        }
    } else {
        display.held.clear();
    }
    let (look, bottom) = (desk.look, axes.rect.bottom());
    let line = |db: &[f32]| spectrum::line(axes, db, bin_hz, analyser.tilt_db);
    if analyser.after {
        let points = line(after);
        painter.add(spectrum::area(&points, bottom, veil(look.text, 0.13)));
        painter.add(Shape::line(points, Stroke::new(1.0, veil(look.text, 0.38))));
    }
    if analyser.before {
        painter.add(Shape::line(line(before), Stroke::new(1.0, veil(look.dim, 0.45))));
    }
    if analyser.hold {
        painter.add(Shape::line(line(&display.held), Stroke::new(1.0, veil(look.accent, 0.6))));
    }
}

/// The combined response: one curve, and what it changes as coloured area up to the line of no change.
fn response(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes) {
    let points = (axes.rect.width() / 2.5).clamp(40.0, 1200.0) as usize;
    let weights = weights(&desk.settings, desk.live);
    let (hz, response) = display.curves.response(&desk.settings, desk.live.sample_rate_hz, points);
    let zero = axes.y_of_gain(0.0);
    painter.hline(axes.rect.x_range(), zero, Stroke::new(1.0, veil(desk.look.text, 0.16)));
    let heard: Vec<Color32> = (0..desk.settings.bands).map(|band| desk.look.band(band, desk.heard(band))).collect();
    let mut curve: Vec<Pos2> = Vec::with_capacity(hz.len());
    let mut area = Mesh::default();
    for (at, hz) in hz.iter().enumerate() {
        let gain_db = 20.0 * response.sum(at, &weights).max(1e-6).log10();
        let point = axes.at(*hz, axes.y_of_gain(gain_db as f32));
        // The colours of the bands, as much of each as it lets through.
        let shares = heard.iter().enumerate().map(|(band, colour)| (response.band(at, band).powi(2) as f32, *colour));
        let (mut red, mut green, mut blue, mut total) = (0.0, 0.0, 0.0, 1e-9);
        for (share, colour) in shares {
            red += share * f32::from(colour.r());
            green += share * f32::from(colour.g());
            blue += share * f32::from(colour.b());
            total += share;
        }
        let part = |sum: f32| (sum / total) as u8;
        let colour = Color32::from_rgb(part(red), part(green), part(blue));
        area.colored_vertex(point, veil(colour, 0.45));
        area.colored_vertex(pos2(point.x, zero), veil(colour, 0.12));
        if at > 0 {
            let vertex = 2 * at as u32;
            area.add_triangle(vertex - 2, vertex - 1, vertex);
            area.add_triangle(vertex - 1, vertex, vertex + 1);
        }
        curve.push(point);
    }
    painter.add(Shape::mesh(area));
    painter.add(Shape::line(curve.clone(), Stroke::new(5.0, veil(desk.look.curve, 0.08))));
    painter.add(Shape::line(curve, Stroke::new(1.8, desk.look.curve)));
}

/// Each band's number and what happens in it, at the top of its region.
pub fn tags(ui: &Ui, desk: &Desk<'_>, axes: &Axes) {
    for band in 0..desk.settings.bands {
        let rect = region(desk, axes, band);
        let (look, painter) = (desk.look, ui.painter());
        let settings = &desk.settings.band[band];
        let colour = look.band(band, desk.heard(band));
        let selected = desk.view.selection.has(band);
        let room = rect.width() - 8.0;
        if room < 14.0 {
            continue;
        }
        let chip = Rect::from_min_size(rect.min + vec2(5.0, 8.0), vec2(17.0, 17.0));
        let fill = if selected { colour } else { mix(look.well, colour, 0.28) };
        painter.rect_filled(chip, 4.0, fill);
        let ink = if selected { look.on(colour) } else { mix(colour, look.text, 0.45) };
        let number = format!("{}", band + 1);
        painter.text(chip.center(), Align2::CENTER_CENTER, number, look::strong(look::SMALL + 0.5), ink);
        let state = match settings {
            settings if settings.listen => "LISTEN",
            settings if settings.mute => "MUTE",
            settings if settings.bypass => "BYPASS",
            settings if settings.solo => "SOLO",
            _ => "",
        };
        let (_, gain) = readout(&desk.live.bands[band]);
        let at = pos2(chip.right() + 6.0, chip.center().y);
        let font = look::medium(look::SMALL + 0.5);
        let gain = painter.layout_no_wrap(gain, font, if settings.bypass { look.faint } else { look.text });
        if gain.size().x + 28.0 <= room {
            let width = gain.size().x;
            painter.galley(at - vec2(0.0, 0.5 * gain.size().y), gain, look.text);
            let font = look::strong(8.5);
            let state = painter.layout_no_wrap(state.into(), font, colour);
            if width + state.size().x + 38.0 <= room {
                painter.galley(pos2(at.x + width + 8.0, at.y - 0.5 * state.size().y), state, colour);
            } else if state.size().x <= room {
                painter.galley(pos2(chip.left(), chip.bottom() + 3.0), state, colour);
            }
        }
    }
}
