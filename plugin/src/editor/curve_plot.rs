//! The static curve of a band, and where it works now.

use super::desk::Desk;
use super::look::{self, mix, veil};
use super::strip::Strip;
use egui::{Align2, Color32, Pos2, Rect, Shape, Stroke, Ui, pos2};
use octant_dsp::curve::{dynamic_gain_db, standing_gain_db};
use octant_dsp::settings::Law;

/// Lowest and highest level on both axes, dB.
const RANGE_DB: [f32; 2] = [-80.0, 6.0];

/// The plot, as large as fits.
pub fn show(ui: &Ui, desk: &Desk<'_>, rect: Rect, band: usize, colour: Color32) {
    let side = rect.width().min(rect.height());
    let square = Rect::from_center_size(rect.center(), egui::vec2(side, side));
    let (look, painter) = (desk.look, ui.painter().with_clip_rect(square));
    painter.rect_filled(square, 4.0, look.well);
    let part = |db: f32| (db - RANGE_DB[0]) / (RANGE_DB[1] - RANGE_DB[0]);
    let at = |input: f32, output: f32| {
        pos2(square.left() + part(input) * side, square.bottom() - part(output).clamp(-0.1, 1.1) * side)
    };
    for db in [-60.0, -40.0, -20.0, 0.0] {
        painter.hline(square.x_range(), at(0.0, db).y, Stroke::new(1.0, look.grid));
        painter.vline(at(db, 0.0).x, square.y_range(), Stroke::new(1.0, look.grid));
    }
    painter.line_segment([at(-80.0, -80.0), at(6.0, 6.0)], Stroke::new(1.0, look.line));
    let settings = &desk.settings.band[band];
    for section in [settings.above, settings.below] {
        if section.law != Law::Off {
            let x = at(section.threshold_db as f32, 0.0).x;
            painter.vline(x, square.y_range(), Stroke::new(1.0, veil(colour, 0.35)));
        }
    }
    let wet = if settings.bypass { 0.0 } else { 1.0 };
    let output = |level: f32| {
        let gain = dynamic_gain_db(settings, f64::from(level)) + standing_gain_db(settings);
        level + wet * gain as f32
    };
    let steps = (0.6 * side) as usize;
    let level = |step: usize| RANGE_DB[0] + (RANGE_DB[1] - RANGE_DB[0]) * step as f32 / steps.max(1) as f32;
    let points: Vec<Pos2> = (0..=steps).map(|step| at(level(step), output(level(step)))).collect();
    // What the band does to each level: the way from the line of no change.
    let mut change = Strip::default();
    for (step, point) in points.iter().enumerate() {
        let tint = veil(colour, if settings.bypass { 0.0 } else { 0.16 });
        change.add(*point, tint, at(0.0, level(step)).y, tint);
    }
    painter.add(change.shape());
    painter.add(Shape::line(points, Stroke::new(1.8, if settings.bypass { look.faint } else { colour })));
    let live = desk.live.bands[band];
    if live.level_db > RANGE_DB[0] {
        let now = live.level_db + wet * (live.gain_db + standing_gain_db(settings) as f32);
        let point = at(live.level_db, now);
        painter.vline(point.x, point.y..=square.bottom(), Stroke::new(1.0, veil(look.text, 0.25)));
        painter.circle_filled(point, 8.0, veil(colour, 0.3));
        painter.circle(point, 4.0, look.curve, Stroke::new(1.5, look.well));
    }
    let font = look::regular(9.0);
    let ink = mix(look.faint, look.dim, 0.6);
    painter.text(square.right_bottom() + egui::vec2(-5.0, -3.0), Align2::RIGHT_BOTTOM, "In", font.clone(), ink);
    painter.text(square.left_top() + egui::vec2(5.0, 3.0), Align2::LEFT_TOP, "Out", font, ink);
    painter.rect_stroke(square, 4.0, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
}
