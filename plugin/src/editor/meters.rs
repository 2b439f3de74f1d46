//! Input and output meters at the right of the display: true peaks, held peaks, clips.

use super::desk::Desk;
use super::knob::fit;
use super::look::{self, mix};
use crate::analysis::Peak;
use egui::{Align2, Id, Rect, Sense, Stroke, Ui, pos2, vec2};

/// Width of the meters.
pub const WIDTH: f32 = 58.0;
/// Top and bottom of the meters, dB.
const RANGE_DB: [f32; 2] = [3.0, -60.0];

/// The meters in their part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let look = desk.look;
    ui.painter().rect_filled(rect, look::ROUND, look.panel);
    ui.painter().rect_stroke(rect, look::ROUND, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let peaks = &desk.live.picture.peaks;
    let half = 0.5 * rect.width();
    side(ui, desk, Rect::from_min_size(rect.min, vec2(half, rect.height())), "In", &peaks.before);
    side(
        ui,
        desk,
        Rect::from_min_size(pos2(rect.left() + half, rect.top()), vec2(half, rect.height())),
        "Out",
        &peaks.after,
    );
    let response = ui.interact(rect, Id::unique("octant meters"), Sense::click());
    let clips: u64 = peaks.after.iter().map(|peak| peak.clips).sum();
    let loudness = desk.live.picture.loudness.after;
    let lufs =
        |value: f64| if value.is_finite() { format!("{value:.1} LUFS").replace('-', "−") } else { "−∞".into() };
    let text = format!(
        "{}\nShort term {}\nIntegrated {}\n{clips} samples at full scale\nClick to count afresh",
        peaks
            .after
            .iter()
            .enumerate()
            .map(|(channel, peak)| format!("Channel {}: true peak {}", channel + 1, db(peak.true_db)))
            .collect::<Vec<_>>()
            .join("\n"),
        lufs(loudness.short_term),
        lufs(loudness.integrated),
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, format!("Meters. {text}")));
    if response.clicked() {
        desk.view.restart_analysis = true;
    }
    if desk.shelf.taste.hints {
        response.on_hover_text(text);
    }
}

/// A level as people read it.
fn db(level: f32) -> String {
    if level <= -100.0 { "−∞".into() } else { format!("{level:.1} dB").replace('-', "−") }
}

fn side(ui: &Ui, desk: &Desk<'_>, rect: Rect, title: &str, peaks: &[Peak]) {
    let (look, painter) = (desk.look, ui.painter());
    let font = look::regular(9.5);
    painter.text(pos2(rect.center().x, rect.top() + 9.0), Align2::CENTER_CENTER, title, font.clone(), look.dim);
    let highest = peaks.iter().map(|peak| peak.true_db.max(peak.highest_db)).fold(-200.0, f32::max);
    let clips: u64 = peaks.iter().map(|peak| peak.clips).sum();
    let text = if highest <= -100.0 { "−∞".to_owned() } else { format!("{highest:.1}").replace('-', "−") };
    let colour = if clips > 0 || highest > 0.0 { look.warn } else { look.text };
    painter.text(pos2(rect.center().x, rect.top() + 22.0), Align2::CENTER_CENTER, text, look::medium(9.5), colour);
    let well =
        Rect::from_min_max(pos2(rect.left() + 6.0, rect.top() + 32.0), pos2(rect.right() - 6.0, rect.bottom() - 7.0));
    let y = |db: f32| {
        let part = (RANGE_DB[0] - db) / (RANGE_DB[0] - RANGE_DB[1]);
        well.top() + part.clamp(0.0, 1.0) * well.height()
    };
    let count = peaks.len().max(1);
    let width = (well.width() - 2.0 * (count - 1) as f32) / count as f32;
    for channel in 0..count {
        let left = well.left() + (width + 2.0) * channel as f32;
        let bar = Rect::from_min_max(pos2(left, well.top()), pos2(left + width, well.bottom()));
        painter.rect_filled(bar, 1.5, look.well);
        let Some(peak) = peaks.get(channel) else { continue };
        let colour = if peak.sample_db > -0.1 { look.warn } else { mix(look.accent, look.text, 0.1) };
        let lit = Rect::from_min_max(pos2(bar.left(), y(peak.sample_db)), bar.max);
        painter.rect_filled(lit, 1.5, colour);
        if peak.highest_db > RANGE_DB[1] {
            let held = y(peak.highest_db);
            painter.hline(bar.x_range(), held, Stroke::new(1.0, if peak.clips > 0 { look.warn } else { look.text }));
        }
    }
    painter.hline(well.x_range(), y(0.0), Stroke::new(1.0, look.line));
    if clips > 0 {
        let plate = Rect::from_min_size(pos2(rect.left() + 3.0, well.top() + 2.0), vec2(rect.width() - 6.0, 13.0));
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
