//! Gain over the last seconds: every band a line, the selected one filled.

use crate::editor::desk::Desk;
use crate::editor::live::{HISTORY_S, PER_S};
use crate::editor::look::{self, mix, veil};
use crate::editor::strip::Strip;
use egui::{Align2, Pos2, Rect, Shape, Stroke, Ui, pos2};

/// Highest and lowest gain that is shown, dB.
const RANGE_DB: [f32; 2] = [4.0, -20.0];

/// The strip below the display.
pub fn paint(ui: &Ui, desk: &Desk<'_>, strip: Rect) {
    let (look, painter) = (desk.look, ui.painter().with_clip_rect(strip));
    painter.hline(strip.x_range(), strip.top(), Stroke::new(1.0, look.line));
    let inner = strip.shrink2(egui::vec2(0.0, 4.0));
    let y = |db: f32| {
        let part = (RANGE_DB[0] - db) / (RANGE_DB[0] - RANGE_DB[1]);
        inner.top() + part.clamp(0.0, 1.0) * inner.height()
    };
    let full = (HISTORY_S * PER_S) as usize;
    let x = |ago: usize| strip.right() - strip.width() * ago as f32 / (full - 1) as f32;
    painter.hline(strip.x_range(), y(0.0), Stroke::new(1.0, look.grid));
    painter.hline(strip.x_range(), y(-12.0), Stroke::new(1.0, look.grid));
    let lead = desk.view.selection.lead();
    let mut order: Vec<usize> = (0..desk.settings.bands).filter(|band| *band != lead).collect();
    order.push(lead.min(desk.settings.bands - 1));
    for band in order {
        let count = desk.live.history.len();
        let point = |(at, gains): (usize, &[f32; 8])| pos2(x(count - 1 - at), y(gains[band]));
        let points: Vec<Pos2> = desk.live.history.iter().enumerate().map(point).collect();
        let selected = desk.view.selection.has(band);
        let colour = look.band(band, desk.acts(band));
        if selected {
            painter.add(between(&points, y(0.0), veil(colour, 0.45)));
        }
        let stroke = if selected { Stroke::new(1.4, colour) } else { Stroke::new(1.0, veil(colour, 0.5)) };
        painter.add(Shape::line(points, stroke));
    }
    let font = look::regular(9.5);
    let ink = mix(look.faint, look.dim, 0.6);
    let margin = ui.painter();
    for db in [0.0, -12.0_f32] {
        let at = pos2(strip.left() - 5.0, y(db));
        margin.text(at, Align2::RIGHT_CENTER, super::scale::sign(db, true), font.clone(), ink);
    }
    let corners = [(Align2::LEFT_BOTTOM, format!("{HISTORY_S:.0} s ago")), (Align2::RIGHT_BOTTOM, "now".to_owned())];
    for (corner, words) in corners {
        let words = painter.layout_no_wrap(words, font.clone(), ink);
        let place = corner.align_size_within_rect(words.size(), strip.shrink2(egui::vec2(5.0, 2.0)));
        // Deep gains pass behind it.
        painter.rect_filled(place.expand2(egui::vec2(3.0, 0.0)), 2.0, veil(look.well, 0.8));
        painter.galley(place.min, words, ink);
    }
}

fn between(points: &[Pos2], zero: f32, colour: egui::Color32) -> Shape {
    let mut area = Strip::default();
    for point in points {
        area.add(*point, colour, zero, veil(colour, 0.3));
    }
    area.shape()
}
