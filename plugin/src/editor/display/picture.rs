//! What is painted behind the handles.

use super::scale::label;
use super::{Display, readout};
use crate::editor::axes::{Axes, LINES_HZ};
use crate::editor::curves::weights;
use crate::editor::desk::Desk;
use crate::editor::layout;
use crate::editor::look::{self, mix, veil};
use crate::editor::spectrum;
use crate::editor::strip::Strip;
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use octant_dsp::settings::MAX_BANDS;

/// Everything behind the handles.
pub fn paint(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes, hovered: Option<usize>) {
    ground(painter, desk, display, axes, hovered);
    grid(painter, desk, axes);
    spectra(painter, desk, display, axes);
    response(painter, desk, display, axes);
}

/// Points of the curves over a display.
pub fn curve_points(axes: &Axes) -> usize {
    (axes.rect.width() / 2.5).clamp(40.0, 1200.0) as usize
}

/// The bands as coloured regions that go over into each other as steeply as the crossovers part them.
fn ground(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes, hovered: Option<usize>) {
    let lit = |band: usize| {
        let strength = match (desk.view.selection.has(band), hovered == Some(band)) {
            (true, _) => 0.17,
            (false, true) => 0.095,
            (false, false) => 0.055,
        };
        veil(desk.look.band(band, desk.heard(band)), if desk.settings.bypass { 0.5 * strength } else { strength })
    };
    let colours: [Color32; MAX_BANDS] = std::array::from_fn(lit);
    let shapes = display.curves.shapes(&desk.settings, desk.live.sample_rate_hz, curve_points(axes));
    let mut strip = Strip::default();
    for (hz, shares) in shapes.hz.iter().zip(&shapes.shares) {
        let (x, colour) = (axes.x(*hz), mixed(shares, &colours));
        strip.add(pos2(x, axes.rect.top()), colour, axes.rect.bottom(), colour.gamma_multiply(0.25));
    }
    painter.add(strip.shape());
}

/// Colours of the bands by their shares.
fn mixed(shares: &[f32; MAX_BANDS], colours: &[Color32; MAX_BANDS]) -> Color32 {
    let mut sum = [0.0_f32; 4];
    for (share, colour) in shares.iter().zip(colours) {
        for (sum, part) in sum.iter_mut().zip(colour.to_array()) {
            *sum += share * f32::from(part);
        }
    }
    let [r, g, b, a] = sum.map(|part| part.round() as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}

/// Where a band lies in the display.
pub fn region(desk: &Desk<'_>, axes: &Axes, band: usize) -> Rect {
    let [lower, upper] = layout::edges(&desk.settings, band);
    let left = if band == 0 { axes.rect.left() } else { axes.x(lower) };
    let right = if band + 1 == desk.settings.bands { axes.rect.right() } else { axes.x(upper) };
    Rect::from_min_max(pos2(left, axes.rect.top()), pos2(right.max(left), axes.rect.bottom()))
}

fn grid(painter: &Painter, desk: &Desk<'_>, axes: &Axes) {
    let line = Stroke::new(1.0, desk.look.grid);
    for (hz, _) in LINES_HZ {
        painter.vline(axes.x(hz), axes.rect.y_range(), line);
    }
    for level in super::scale::levels(axes) {
        painter.hline(axes.rect.x_range(), axes.y_of_level(level), line);
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
    let look = desk.look;
    let line = |db: &[f32]| spectrum::line(axes, db, bin_hz, analyser.tilt_db);
    if analyser.after {
        let points = line(after);
        let mut area = Strip::default();
        for point in &points {
            // As bright as it is loud: shades by height and not by column, or every peak would leave a streak.
            let height = (axes.rect.bottom() - point.y) / axes.rect.height().max(1.0);
            let colour = veil(look.text, 0.04 + 0.16 * height.clamp(0.0, 1.0));
            area.add(pos2(point.x, point.y.min(axes.rect.bottom())), colour, axes.rect.bottom(), veil(look.text, 0.03));
        }
        painter.add(area.shape());
        painter.add(Shape::line(points, Stroke::new(1.2, veil(look.text, 0.42))));
    }
    if analyser.before {
        painter.add(Shape::line(line(before), Stroke::new(1.0, veil(look.dim, 0.5))));
    }
    if analyser.hold {
        painter.add(Shape::line(line(&display.held), Stroke::new(1.0, veil(look.accent, 0.6))));
    }
}

/// The combined response: one curve, and what it changes as coloured area up to the line of no change.
fn response(painter: &Painter, desk: &Desk<'_>, display: &mut Display, axes: &Axes) {
    let weights = weights(&desk.settings, desk.live);
    let shapes = display.curves.shapes(&desk.settings, desk.live.sample_rate_hz, curve_points(axes));
    let zero = axes.y_of_gain(0.0);
    painter.hline(axes.rect.x_range(), zero, Stroke::new(1.0, veil(desk.look.text, 0.22)));
    // What is not heard falls out of the display, and would fill it.
    let shade = |band: usize| veil(desk.look.band(band, desk.heard(band)), if desk.heard(band) { 1.0 } else { 0.3 });
    let colours: [Color32; MAX_BANDS] = std::array::from_fn(shade);
    let mut curve: Vec<Pos2> = Vec::with_capacity(shapes.hz.len());
    let mut area = Strip::default();
    for (at, (hz, shares)) in shapes.hz.iter().zip(&shapes.shares).enumerate() {
        let gain_db = 20.0 * shapes.response.sum(at, &weights).max(1e-6).log10();
        let point = axes.at(*hz, axes.y_of_gain(gain_db as f32));
        let colour = mixed(shares, &colours);
        area.add(point, veil(colour, 0.5), zero, veil(colour, 0.12));
        curve.push(point);
    }
    painter.add(area.shape());
    for band in (0..desk.settings.bands).filter(|band| desk.view.selection.has(*band)) {
        glow(painter, &curve, region(desk, axes, band), colours[band]);
    }
    painter.add(Shape::line(curve.clone(), Stroke::new(5.0, veil(desk.look.curve, 0.08))));
    painter.add(Shape::line(curve, Stroke::new(1.8, desk.look.curve)));
}

/// Light around the curve within a band.
fn glow(painter: &Painter, curve: &[Pos2], region: Rect, colour: Color32) {
    let within: Vec<Pos2> = curve.iter().copied().filter(|point| region.x_range().contains(point.x)).collect();
    for (width, strength) in [(14.0, 0.06), (9.0, 0.10), (5.0, 0.20)] {
        painter.add(Shape::line(within.clone(), Stroke::new(width, veil(colour, strength))));
    }
}

/// What is heard instead of the usual, in words at the bottom of the display.
pub fn state(ui: &Ui, desk: &Desk<'_>, axes: &Axes) {
    let settings = &desk.settings;
    let listened = (0..settings.bands).find(|band| settings.band[*band].listen);
    let text = match listened {
        _ if settings.bypass => "Bypassed".to_owned(),
        Some(band) => format!("Listening to the detector of band {}", band + 1),
        None if settings.delta => "Delta: only what is changed is heard".to_owned(),
        None if desk.view.analyser.freeze => "Analyser frozen".to_owned(),
        None => return,
    };
    let at = pos2(axes.rect.center().x, axes.rect.bottom() - 5.0);
    label(ui, desk, at, Align2::CENTER_BOTTOM, &text, if settings.bypass { desk.look.warn } else { desk.look.accent });
}

/// Each band's number and what happens in it, at the top of its region.
pub fn tags(ui: &Ui, desk: &Desk<'_>, axes: &Axes) {
    for band in 0..desk.settings.bands {
        let rect = region(desk, axes, band);
        let (look, painter) = (desk.look, ui.painter());
        let settings = &desk.settings.band[band];
        let colour = look.band(band, desk.heard(band));
        let selected = desk.view.selection.has(band);
        if selected {
            painter.rect_filled(Rect::from_min_size(rect.min, vec2(rect.width(), 2.5)), 0.0, colour);
        }
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
        let gain = painter.layout_no_wrap(gain, font, if desk.acts(band) { look.text } else { look.dim });
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
