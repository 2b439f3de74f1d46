//! The line below: mode, slope, latency; input, mix, output; how the engine does, or what happened last.

use super::desk::Desk;
use super::knob::fit;
use super::line::{latch, number, pick};
use super::look;
use super::rows;
use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};
use octant_dsp::linear::lowest_exact_crossover_hz;
use octant_dsp::settings::{Mode, Settings};

/// The line in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect) {
    let y = rect.center().y;
    let at = |x: f32, width: f32| Rect::from_min_size(pos2(x, y - 10.0), vec2(width, 20.0));
    let look = desk.look;
    let wide = rect.width() > 900.0;
    pick(ui, desk, at(rect.left() + 8.0, 98.0), rows::global("mode"), look.text);
    pick(ui, desk, at(rect.left() + 112.0, 84.0), rows::global("slope"), look.text);
    let mut left = rect.left() + 202.0;
    if desk.settings.mode == Mode::Linear {
        pick(ui, desk, at(left, 88.0), rows::global("taps"), look.text);
        left += 94.0;
    }

    let mut right = rect.right() - 8.0;
    let accent = look.accent;
    let wide_number = if wide { 118.0 } else { 88.0 };
    for (id, width) in [("out_gain", wide_number), ("mix", wide_number - 10.0), ("in_gain", wide_number - 2.0)] {
        right -= width;
        number(ui, desk, at(right, width), rows::global(id), accent);
        right -= 14.0;
    }
    if wide {
        right -= 118.0;
        number(ui, desk, at(right, 118.0), rows::global("lookahead"), accent);
        right -= 14.0;
    }
    right -= 46.0;
    latch(ui, desk, at(right, 46.0), rows::global("delta"), "Delta", look.accent);
    right -= 8.0;

    let (text, colour) = match &desk.view.note {
        Some(note) if note.until_s > desk.view.now_s => {
            (note.text.clone(), if note.warns { look.warn } else { look.text })
        }
        _ => (status(desk), look.dim),
    };
    if right - left > 40.0 {
        fit(ui, pos2(left, y), Align2::LEFT_CENTER, &text, look::SMALL + 0.5, right - left, colour);
    }
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, look.line));
}

/// Latency, and how the engine does.
fn status(desk: &Desk<'_>) -> String {
    if desk.live.sample_rate_hz <= 0.0 {
        return "Not running".into();
    }
    let latency = latency_text(&desk.settings, desk.live.latency_frames, desk.live.sample_rate_hz);
    let health = &desk.live.picture.health;
    if health.non_finite_blocks > 0 {
        return format!("{latency}. Restarted after {} faults", health.non_finite_blocks);
    }
    if health.non_finite_inputs > 0 {
        return format!("{latency}. {} blocks came broken", health.non_finite_inputs);
    }
    let load = 100.0 * health.share;
    if load >= 0.05 { format!("{latency} · load {load:.1} %") } else { latency }
}

/// The latency as people read it; for the linear mode also down to where its crossovers are exact.
pub fn latency_text(settings: &Settings, latency_frames: u32, sample_rate_hz: f64) -> String {
    let ms = 1000.0 * f64::from(latency_frames) / sample_rate_hz;
    if settings.mode == Mode::Linear {
        let exact_hz = lowest_exact_crossover_hz(settings.linear_taps, settings.slope, sample_rate_hz);
        return format!("{ms:.0} ms, exact down to {exact_hz:.0} Hz");
    }
    if latency_frames == 0 { "No latency".into() } else { format!("{ms:.1} ms latency") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::settings::Slope;

    #[test]
    fn the_dial_says_what_the_definition_says() {
        let mut settings = Settings { mode: Mode::Linear, ..Settings::default() };
        assert_eq!(latency_text(&settings, 4096, 48_000.0), "85 ms, exact down to 41 Hz");
        settings.linear_taps = 1024;
        settings.slope = Slope::Db48;
        assert_eq!(latency_text(&settings, 512, 48_000.0), "11 ms, exact down to 675 Hz");
        settings.mode = Mode::Lr;
        assert_eq!(latency_text(&settings, 0, 48_000.0), "No latency");
        assert_eq!(latency_text(&settings, 240, 48_000.0), "5.0 ms latency");
    }
}
