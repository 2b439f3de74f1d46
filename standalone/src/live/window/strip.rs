//! The strip below the editor: whether sound passes, from where to where, how late, how much is left.

use egui::{Align2, Color32, CornerRadius, Rect, Stroke, Ui, pos2, vec2};
use plugin::editor::look::{self, Look};
use plugin::editor::screen::Screen;
use plugin::editor::view::Sheet;

use super::facts::Lamp;
use super::panel::{Panel, button};
use crate::live::command::{Command, Switch};
use crate::live::status::Link;

/// From this load on a gap is near.
const HIGH_PERCENT: u32 = 70;
/// Less room than this for names and numbers is little, points.
const NARROW: f32 = 600.0;

/// The strip in its part of the window.
pub fn show(ui: &mut Ui, screen: &mut Screen, panel: &mut Panel, rect: Rect) {
    let look = screen.look().clone();
    ui.painter().rect_filled(rect, 0.0, look.well);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, look.line));
    let y = rect.center().y;
    let cell = |right: f32, width: f32| Rect::from_min_size(pos2(right - width, y - 10.0), vec2(width, 20.0));

    let mut right = rect.right() - 8.0;
    let open = screen.view.sheet == Sheet::Program;
    let hint = "Devices, sample rate, buffer, latency, and how they do";
    if button(ui, &look, cell(right, 92.0), "audio", "Sound card …", hint, open.then_some(look.accent)).clicked() {
        panel.toggle(screen);
    }
    right -= 98.0;
    let (text, hint) = if panel.facts.muted {
        ("Input muted", "Nothing is let in. Click to let it through; beware of a microphone beside its loudspeakers.")
    } else {
        ("Mute input", "Let nothing in")
    };
    let lit = panel.facts.muted.then_some(look.warn);
    if button(ui, &look, cell(right, 84.0), "mute", text, hint, lit).clicked() {
        panel.asked.push(Command::Mute(if panel.facts.muted { Switch::Off } else { Switch::On }));
    }
    right -= 90.0;
    let hint = "1 kHz at −20 dB on the output, to hear whether anything comes out";
    let lit = panel.facts.tone.then_some(look.accent);
    if button(ui, &look, cell(right, 68.0), "tone", "Test tone", hint, lit).clicked() {
        panel.asked.push(Command::Tone(if panel.facts.tone { Switch::Off } else { Switch::On }));
    }
    right -= 80.0;

    lamp(ui, &look, pos2(rect.left() + 16.0, y), panel.facts.lamp());
    let left = rect.left() + 28.0;
    if panel.facts.link == Link::Running {
        right = numbers(ui, &look, panel, right, y);
    }
    let colour = if panel.facts.lamp() == Lamp::Bad { look.warn } else { look.text };
    if right - left > 40.0 {
        let clip = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        line(ui, clip, &panel.facts.headline(), colour);
    }
}

/// One line, shortened rather than made small: names of devices may be long.
fn line(ui: &mut Ui, rect: Rect, text: &str, colour: Color32) {
    let format =
        egui::text::TextFormat { font_id: look::medium(look::SMALL + 0.5), color: colour, ..Default::default() };
    let mut job = egui::text::LayoutJob::single_section(text.into(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let cut = galley.elided;
    ui.painter().galley(pos2(rect.left(), rect.center().y - 0.5 * galley.size().y), galley, colour);
    let response = ui.interact(rect, egui::Id::unique("octant window headline"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    if cut {
        response.on_hover_text(text);
    }
}

/// The numbers, from the right; gives where they begin.
fn numbers(ui: &mut Ui, look: &Look, panel: &Panel, right: f32, y: f32) -> f32 {
    let facts = &panel.facts;
    let painter = ui.painter().clone();
    // Columns keep their places while digits come and go, and give way to what is longer.
    let write = |right: f32, text: &str, width: f32, colour: Color32| {
        let font = look::regular(look::SMALL + 0.5);
        let written = painter.text(pos2(right, y), Align2::RIGHT_CENTER, text, font, colour);
        right - width.max(written.width() + 14.0)
    };
    let gaps = match facts.gaps {
        0 => "no gaps".to_owned(),
        1 => "1 gap".to_owned(),
        many => format!("{many} gaps"),
    };
    let right = write(right, &gaps, 58.0, if facts.gaps > 0 { look.warn } else { look.dim });
    let busy = facts.load_percent >= HIGH_PERCENT;
    let load = format!("{} %", facts.load_percent);
    let right = write(right, &load, 36.0, if busy { look.warn } else { look.dim });
    let track = Rect::from_min_size(pos2(right - 40.0, y - 2.0), vec2(40.0, 4.0));
    let filled = vec2(track.width() * (facts.load_percent.min(100) as f32 / 100.0), track.height());
    painter.rect_filled(track, CornerRadius::same(2), look.raised);
    let colour = if busy { look.warn } else { look.accent };
    painter.rect_filled(Rect::from_min_size(track.min, filled), CornerRadius::same(2), colour);
    let columns = [(facts.latency(), 62.0), (facts.buffer(), 88.0), (facts.rate(), 66.0)];
    // The sheet has all of them; where it is narrow the names of the devices come first.
    let shown = if right < NARROW { 1 } else { columns.len() };
    columns[..shown].iter().fold(track.left() - 16.0, |right, (text, width)| write(right, text, *width, look.dim))
}

/// A lamp with a soft ring.
pub fn lamp(ui: &Ui, look: &Look, at: egui::Pos2, lamp: Lamp) {
    let colour = match lamp {
        Lamp::Good => look.accent,
        Lamp::Held | Lamp::Bad => look.warn,
        Lamp::Busy => look.faint,
    };
    ui.painter().circle_filled(at, 7.0, look::veil(colour, 0.22));
    // Not only the colour tells: where no sound passes, the lamp is a ring.
    if lamp == Lamp::Bad {
        ui.painter().circle_stroke(at, 3.5, Stroke::new(1.6, colour));
    } else {
        ui.painter().circle_filled(at, 4.0, colour);
    }
}
