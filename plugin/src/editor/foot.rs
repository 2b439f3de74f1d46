//! The line below: how the signal is split and how late it comes; how the engine does; input, mix, output.

use super::desk::Desk;
use super::knob::fit;
use super::line::{latch, list_of, number, pick, pick_face};
use super::look;
use super::rows;
use egui::{Align2, Id, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};
use octant_dsp::health::Health;
use octant_dsp::linear::{linear_latency, lowest_exact_crossover_hz};
use octant_dsp::params::Kind;
use octant_dsp::settings::{Mode, Settings};

/// Rate that is assumed while none is known.
const USUAL_RATE_HZ: f64 = 48_000.0;
/// From this part of a block's time on the deadline is near.
const NEAR: f32 = 0.8;

/// The line in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let y = rect.center().y;
    let at = |x: f32, width: f32| Rect::from_min_size(pos2(x, y - 10.0), vec2(width, 20.0));
    let look = desk.look;
    let wide = rect.width() > 900.0;
    let numbers: &[(&str, f32)] = match rect.width() {
        901.0.. => &[("lookahead", 118.0), ("in_gain", 116.0), ("mix", 108.0), ("out_gain", 118.0)],
        700.0.. => &[("lookahead", 101.0), ("in_gain", 80.0), ("mix", 64.0), ("out_gain", 84.0)],
        // Hosts may open windows smaller than the smallest.
        _ => &[("mix", 64.0), ("out_gain", 84.0)],
    };
    let gap = if wide { 14.0 } else { 10.0 };
    let right = rect.right() - 8.0 - numbers.iter().map(|(_, width)| width + gap).sum::<f32>() + gap;
    let delta = at(right - gap - 46.0, 46.0);

    pick(ui, desk, at(rect.left() + 8.0, 96.0), rows::global("mode"), look.text);
    pick(ui, desk, at(rect.left() + 108.0, 80.0), rows::global("slope"), look.text);
    let mut left = rect.left() + 194.0;
    let room = delta.left() - gap - left;
    if desk.settings.mode == Mode::Linear && room > 40.0 {
        let dial = at(left, room.min(178.0));
        latency_dial(ui, desk, dial);
        left = dial.right() + gap;
    }
    let room = at(left, delta.left() - gap - left);
    if room.width() > 36.0 {
        status(ui, desk, room);
    }
    latch(ui, desk, delta, rows::global("delta"), "Delta", look.accent);
    let mut x = right;
    for (id, width) in numbers {
        number(ui, desk, at(x, *width), rows::global(id), look.accent);
        x += width + gap;
    }
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, look.line));
}

/// The length of the linear mode's filters, as what it costs and what it gives.
fn latency_dial(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let row = rows::global("taps");
    let rate_hz = if desk.live.sample_rate_hz > 0.0 { desk.live.sample_rate_hz } else { USUAL_RATE_HZ };
    let Kind::Choice { texts, .. } = rows::at(row).param.kind else { return };
    let with = |taps: usize| {
        let mut settings = desk.settings;
        rows::at(row).set_clamped(&mut settings, taps as f64);
        settings
    };
    let words: Vec<String> =
        (0..texts.len()).map(|taps| format!("{} ({} taps)", dial_text(&with(taps), rate_hz), texts[taps])).collect();
    let shown = if rect.width() > 160.0 {
        dial_text(&desk.settings, rate_hz)
    } else {
        let (ms, hz) = linear_cost(&desk.settings, rate_hz);
        format!("{ms:.0} ms, {hz:.0} Hz up")
    };
    let response = pick_face(ui, desk, rect, row, &shown, desk.look.text);
    list_of(ui, desk, &response, row, &words);
}

/// Latency in ms and lowest exact crossover in Hz of the linear mode.
fn linear_cost(settings: &Settings, rate_hz: f64) -> (f64, f64) {
    let filter_ms = 1000.0 * linear_latency(settings.linear_taps, rate_hz) as f64 / rate_hz;
    (filter_ms + settings.lookahead_ms, lowest_exact_crossover_hz(settings.linear_taps, settings.slope, rate_hz))
}

/// What the dial says.
pub fn dial_text(settings: &Settings, rate_hz: f64) -> String {
    let (ms, hz) = linear_cost(settings, rate_hz);
    format!("{ms:.0} ms, exact down to {hz:.0} Hz")
}

/// Latency, and how the engine does; the pointer resting on it gets the whole.
fn status(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let (text, warns) = summary(desk);
    let look = desk.look;
    let colour = if warns { look.warn } else { look.dim };
    fit(ui, pos2(rect.left(), rect.center().y), Align2::LEFT_CENTER, &text, look::SMALL + 0.5, rect.width(), colour);
    let response = ui.interact(rect, Id::unique("octant status"), Sense::hover());
    let lines = details(desk);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, lines.join(". ")));
    if desk.shelf.taste.hints {
        response.on_hover_ui(|ui| {
            ui.label(RichText::new("Engine").font(look::strong(look::TEXT)));
            for line in &lines {
                ui.label(RichText::new(line).font(look::regular(look::TEXT)).color(look.dim));
            }
        });
    }
}

/// One line, and whether it is about something that needs attention.
fn summary(desk: &Desk<'_>) -> (String, bool) {
    if desk.live.sample_rate_hz <= 0.0 {
        return ("Not running".into(), false);
    }
    let health = &desk.live.picture.health;
    if health.non_finite_blocks > 0 {
        return (count(health.non_finite_blocks, "restart after a fault", "restarts after faults"), true);
    }
    if health.non_finite_inputs > 0 {
        return (count(health.non_finite_inputs, "faulty input block", "faulty input blocks"), true);
    }
    if health.worst_share >= 1.0 {
        return (format!("Too late: {:.0} % of a block", 100.0 * health.worst_share), true);
    }
    let load = 100.0 * health.share;
    let latency = latency_text(desk.live.latency_frames, desk.live.sample_rate_hz);
    let parts = [
        // The dial tells the latency already, unless the host has not followed yet.
        (desk.settings.mode != Mode::Linear).then_some(latency),
        (load >= 0.05).then(|| format!("load {load:.1} %")),
    ];
    let text: Vec<String> = parts.into_iter().flatten().collect();
    (text.join(" · "), health.worst_share >= NEAR)
}

/// Everything that is known of the engine.
fn details(desk: &Desk<'_>) -> Vec<String> {
    let live = desk.live;
    if live.sample_rate_hz <= 0.0 {
        return vec!["The host does not play through Octant now.".into()];
    }
    let Health { worst_block_us, share, worst_share, dropped_slots, non_finite_inputs, non_finite_blocks } =
        live.picture.health;
    let ms = 1000.0 * f64::from(live.latency_frames) / live.sample_rate_hz;
    let mut lines = vec![
        format!("Latency: {ms:.1} ms, {} frames", live.latency_frames),
        format!("Sample rate: {} kHz", live.sample_rate_hz / 1000.0),
    ];
    if share > 0.0 {
        lines.push(format!("Load: {:.1} % of a block's time", 100.0 * share));
        lines.push(format!("Longest block: {:.2} ms, {:.1} %", worst_block_us / 1000.0, 100.0 * worst_share));
    }
    lines.push(format!("Input blocks that were no numbers: {non_finite_inputs}"));
    lines.push(format!("Restarts after faults: {non_finite_blocks}"));
    lines.push(format!("Pieces the analyser missed: {dropped_slots}"));
    lines.push("A click on the meters starts the counts over.".into());
    lines
}

fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// The latency as people read it.
pub fn latency_text(latency_frames: u32, sample_rate_hz: f64) -> String {
    let ms = 1000.0 * f64::from(latency_frames) / sample_rate_hz;
    if latency_frames == 0 { "No latency".into() } else { format!("{ms:.1} ms latency") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::settings::Slope;

    #[test]
    fn the_dial_says_what_it_costs_and_what_it_gives() {
        let mut settings = Settings { mode: Mode::Linear, ..Settings::default() };
        let latency_ms = |settings: &Settings| {
            let engine = octant_dsp::Engine::new(48_000.0, 2, settings).expect("an engine");
            engine.latency_samples() as f64 / 48.0
        };
        assert_eq!(dial_text(&settings, 48_000.0), "95 ms, exact down to 41 Hz");
        assert!((latency_ms(&settings) - 95.0).abs() < 0.5, "{}", latency_ms(&settings));
        settings.linear_taps = 1024;
        settings.slope = Slope::Db48;
        settings.lookahead_ms = 5.0;
        assert_eq!(dial_text(&settings, 48_000.0), "17 ms, exact down to 675 Hz");
        assert!((latency_ms(&settings) - 17.0).abs() < 0.5, "{}", latency_ms(&settings));
    }

    #[test]
    fn the_latency_is_said_in_ms() {
        assert_eq!(latency_text(0, 48_000.0), "No latency");
        assert_eq!(latency_text(240, 48_000.0), "5.0 ms latency");
    }
}
