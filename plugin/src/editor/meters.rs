//! Input and output meters at the right of the display: true peaks, held peaks, clips.

use super::desk::Desk;
use super::knob::fit;
use super::line::focus_ring;
use super::look::{self, mix};
use super::strip::Strip;
use crate::analysis::Peak;
use egui::{Align2, Id, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

/// Width of the meters.
pub const WIDTH: f32 = 70.0;
/// Top and bottom of the meters, dB.
const RANGE_DB: [f32; 2] = [3.0, -60.0];
/// Levels that get a number, dB.
const NUMBERS_DB: [f32; 7] = [0.0, -6.0, -12.0, -18.0, -24.0, -36.0, -48.0];
/// Width of the numbers between the sides.
const SCALE: f32 = 18.0;
/// Height of the titles with the highest peaks.
const HEAD: f32 = 34.0;

/// The meters in their part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let look = desk.look;
    ui.painter().rect_filled(rect, look::ROUND, look.panel);
    ui.painter().rect_stroke(rect, look::ROUND, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let peaks = &desk.live.picture.peaks;
    let inner = rect.shrink2(vec2(5.0, 7.0));
    let width = 0.5 * (inner.width() - SCALE);
    let side_at = |left: f32| Rect::from_min_max(pos2(left, inner.top()), pos2(left + width, inner.bottom()));
    side(ui, desk, side_at(inner.left()), "In", &peaks.before);
    side(ui, desk, side_at(inner.right() - width), "Out", &peaks.after);
    let well = well(inner);
    for db in NUMBERS_DB {
        let at = pos2(inner.center().x, y_of(well, db));
        let text = format!("{:.0}", db.abs());
        let crowded = well.height() < 90.0 && db % 12.0 != 0.0;
        if !crowded {
            ui.painter().text(at, Align2::CENTER_CENTER, text, look::regular(8.5), mix(look.faint, look.dim, 0.6));
        }
    }
    let response = ui.interact(rect, Id::unique("octant meters"), Sense::click());
    focus_ring(ui, desk, &response, rect.shrink(2.0));
    let text = told(desk);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Meters. {text}")));
    if response.clicked() {
        desk.view.restart_analysis = true;
    }
    if desk.shelf.taste.hints {
        response.on_hover_ui(|ui| {
            ui.label(RichText::new("Output").font(look::strong(look::TEXT)));
            ui.label(RichText::new(text).font(look::regular(look::TEXT)).color(look.dim));
        });
    }
}

/// What the meters say, in words.
fn told(desk: &Desk<'_>) -> String {
    let peaks = &desk.live.picture.peaks.after;
    let clips: u64 = peaks.iter().map(|peak| peak.clips).sum();
    let loudness = desk.live.picture.loudness.after;
    let lufs =
        |value: f64| if value.is_finite() { format!("{value:.1} LUFS").replace('-', "−") } else { "−∞".into() };
    let channel = |channel: usize| match (peaks.len(), channel) {
        (2, 0) => "True peak left",
        (2, 1) => "True peak right",
        _ => "True peak",
    };
    let mut lines: Vec<String> =
        peaks.iter().enumerate().map(|(at, peak)| format!("{}: {}", channel(at), db(peak.true_db))).collect();
    lines.push(format!("Momentary: {}", lufs(loudness.momentary)));
    lines.push(format!("Short term: {}", lufs(loudness.short_term)));
    lines.push(format!("Integrated: {}", lufs(loudness.integrated)));
    lines.push(match clips {
        0 => "No sample at full scale".into(),
        1 => "1 sample at full scale".into(),
        _ => format!("{clips} samples at full scale"),
    });
    lines.push("Click to start over".into());
    lines.join("\n")
}

/// A level as people read it.
fn db(level: f32) -> String {
    if level <= -100.0 { "−∞".into() } else { format!("{level:.1} dB").replace('-', "−") }
}

/// Where the bars are within the meters.
fn well(inner: Rect) -> Rect {
    Rect::from_min_max(pos2(inner.left(), inner.top() + HEAD - 7.0), inner.max)
}

fn y_of(well: Rect, db: f32) -> f32 {
    let part = (RANGE_DB[0] - db) / (RANGE_DB[0] - RANGE_DB[1]);
    well.top() + part.clamp(0.0, 1.0) * well.height()
}

fn side(ui: &Ui, desk: &Desk<'_>, rect: Rect, title: &str, peaks: &[Peak]) {
    let (look, painter) = (desk.look, ui.painter());
    let highest = peaks.iter().map(|peak| peak.true_db.max(peak.highest_db)).fold(-200.0, f32::max);
    let clips: u64 = peaks.iter().map(|peak| peak.clips).sum();
    let text = if highest <= -100.0 { "−∞".to_owned() } else { format!("{highest:.1}").replace('-', "−") };
    let colour = if clips > 0 || highest > 0.0 { look.warn } else { look.text };
    let x = rect.center().x;
    painter.text(pos2(x, rect.top() + 4.0), Align2::CENTER_CENTER, title, look::regular(9.5), look.dim);
    fit(ui, pos2(x, rect.top() + 16.0), Align2::CENTER_CENTER, &text, 9.5, rect.width() + 6.0, colour);
    let well = well(rect);
    let count = peaks.len().max(1);
    let width = (well.width() - 2.0 * (count - 1) as f32) / count as f32;
    for channel in 0..count {
        let left = well.left() + (width + 2.0) * channel as f32;
        let bar = Rect::from_min_max(pos2(left, well.top()), pos2(left + width, well.bottom()));
        painter.rect_filled(bar, 1.5, look.well);
        let Some(peak) = peaks.get(channel) else { continue };
        let top = y_of(well, peak.sample_db);
        if top < bar.bottom() {
            lit(ui, desk, Rect::from_min_max(pos2(bar.left(), top), bar.max), peak.sample_db);
        }
        if peak.highest_db > RANGE_DB[1] {
            let held = y_of(well, peak.highest_db);
            let colour = if peak.clips > 0 { look.warn } else { look.text };
            painter.hline(bar.x_range(), held, Stroke::new(1.2, colour));
        }
    }
    if clips > 0 {
        let plate = Rect::from_min_size(pos2(rect.left(), well.top() + 1.0), vec2(rect.width(), 13.0));
        painter.rect_filled(plate, 3.0, look.warn);
        fit(
            ui,
            plate.center(),
            Align2::CENTER_CENTER,
            &count_text(clips),
            9.5,
            plate.width() - 2.0,
            look.on(look.warn),
        );
    }
}

/// A lit bar, brighter towards its end.
fn lit(ui: &Ui, desk: &Desk<'_>, bar: Rect, level_db: f32) {
    let colour = if level_db > -0.1 { desk.look.warn } else { desk.look.accent };
    let mut strip = Strip::default();
    for x in [bar.left(), bar.right()] {
        strip.add(pos2(x, bar.top()), colour, bar.bottom(), mix(colour, desk.look.well, 0.55));
    }
    ui.painter().add(strip.shape());
}

/// A count in at most four letters.
fn count_text(count: u64) -> String {
    match count {
        0..=9_999 => count.to_string(),
        10_000..=999_999 => format!("{}k", count / 1000),
        _ => "1M+".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        for (count, text) in [(7, "7"), (9_999, "9999"), (10_000, "10k"), (999_999, "999k"), (u64::MAX, "1M+")] {
            assert_eq!(count_text(count), text);
        }
    }
}
