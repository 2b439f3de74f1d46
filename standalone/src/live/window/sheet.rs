//! The sheet with the devices: what is chosen, what there is to choose from, and how it does.

use egui::{Align2, ComboBox, Id, Key, Rect, RichText, ScrollArea, Stroke, Ui, UiBuilder, pos2, vec2};
use plugin::editor::look::{self, Look};
use plugin::editor::screen::Screen;
use plugin::editor::view::Sheet;

use super::facts::rate_text;
use super::panel::{Panel, button};
use super::strip::lamp;
use crate::live::command::{Command, Switch};
use crate::live::open::Choice;
use crate::live::options::DriftChoice;

const RATES_HZ: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
const BUFFERS: [u32; 8] = [16, 32, 64, 128, 256, 512, 1024, 2048];
const LATENCIES_MS: [f64; 6] = [3.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Height of a label with its field.
const FIELD: f32 = 46.0;
/// Cards do not grow beyond this, points.
const TALLEST: f32 = 290.0;
/// What the hints below them need.
const HINTS: f32 = 84.0;

/// The sheet on the ground that the editor drew for it.
pub fn show(ui: &mut Ui, screen: &mut Screen, panel: &mut Panel, rect: Rect) {
    let look = screen.look().clone();
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let title = pos2(inner.left(), inner.top() + 10.0);
    ui.painter().text(title, Align2::LEFT_CENTER, "Sound card", look::strong(look::TITLE), look.text);
    let close = Rect::from_min_size(pos2(inner.right() - 54.0, inner.top()), vec2(54.0, 22.0));
    let again = Rect::from_min_size(pos2(close.left() - 92.0, inner.top()), vec2(86.0, 22.0));
    let looking = panel.catalogue.looking;
    let text = if looking { "Scanning …" } else { "Rescan" };
    if button(ui, &look, again, "again", text, "Look for devices that were plugged in meanwhile", None).clicked() {
        panel.look_for = Some(panel.facts.host.clone());
    }
    let escaped = ui.input(|input| input.key_pressed(Key::Escape)) && !egui::Popup::is_any_open(ui.ctx());
    if button(ui, &look, close, "close", "Close", "Back to the bands (Escape)", None).clicked() || escaped {
        screen.view.sheet = Sheet::None;
    }
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + 34.0), inner.max);
    let gap = look::SPACE;
    let width = (body.width() - 2.0 * gap) / 3.0;
    let height = body.height().min(TALLEST);
    let card = |index: f32| {
        let left = body.left() + index * (width + gap);
        Rect::from_min_size(pos2(left, body.top()), vec2(width, height))
    };
    devices(&mut inside(ui, &look, card(0.0), "Devices"), &look, panel);
    stream(&mut inside(ui, &look, card(1.0), "Stream"), &look, panel);
    health(&mut inside(ui, &look, card(2.0), "Status"), &look, panel);
    let below = Rect::from_min_max(pos2(body.left(), body.top() + height + gap), body.max);
    if below.height() > HINTS {
        hints(&mut ui.new_child(UiBuilder::new().max_rect(below).id_salt("hints")), &look);
    }
}

/// What people ask about sound cards, where there is room for it.
fn hints(ui: &mut Ui, look: &Look) {
    let all = [
        ("Clicks or gaps?", "Choose a larger buffer. Gaps counts every one since Reset counts."),
        ("Too much delay?", "Choose a smaller buffer, and a sound card whose input and output share one clock."),
        ("Feedback?", "A microphone hears its loudspeakers: mute the input, or use headphones."),
        ("Unplugged?", "Octant waits, and takes up the same devices when they return. It never takes others instead."),
    ];
    egui::Grid::new("octant sound card hints").num_columns(2).spacing([14.0, 6.0]).show(ui, |ui| {
        for (question, answer) in all {
            ui.label(RichText::new(question).font(look::medium(look::SMALL + 0.5)));
            ui.label(RichText::new(answer).font(look::regular(look::SMALL + 0.5)).color(look.dim));
            ui.end_row();
        }
    });
}

/// A card with its title.
fn inside(ui: &mut Ui, look: &Look, rect: Rect, title: &str) -> Ui {
    ui.painter().rect(rect, 8.0, look.ground, Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let inner = rect.shrink2(vec2(14.0, 12.0));
    let at = pos2(inner.left(), inner.top() + 6.0);
    ui.painter().text(at, Align2::LEFT_CENTER, title, look::strong(look::TEXT), look.accent);
    let below = Rect::from_min_max(pos2(inner.left(), inner.top() + 22.0), inner.max);
    ui.new_child(UiBuilder::new().max_rect(below).id_salt(title))
}

/// A label and a list to choose from; gives what was chosen now.
fn field<T: Clone + PartialEq>(ui: &mut Ui, look: &Look, name: &str, value: &T, all: &[(T, String)]) -> Option<T> {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FIELD), egui::Sense::hover());
    let at = pos2(rect.left(), rect.top() + 7.0);
    ui.painter().text(at, Align2::LEFT_CENTER, name, look::regular(look::SMALL), look.dim);
    let below = Rect::from_min_max(pos2(rect.left(), rect.top() + 15.0), pos2(rect.right(), rect.bottom() - 6.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(below).id_salt(name));
    let mut chosen = None;
    let shown = all.iter().find(|(one, _)| one == value).map_or("—", |(_, text)| text.as_str());
    ComboBox::from_id_salt(Id::unique(("octant device", name)))
        .width(below.width())
        .truncate()
        .icon(|ui, rect, visuals, _| {
            let at = rect.center();
            let points = [vec2(-3.2, -1.6), vec2(0.0, 1.6), vec2(3.2, -1.6)].map(|offset| at + offset);
            ui.painter().line(points.to_vec(), Stroke::new(1.3, visuals.fg_stroke.color));
        })
        .selected_text(RichText::new(shown).font(look::medium(look::TEXT)))
        .show_ui(&mut child, |ui| {
            for (one, text) in all {
                if ui.selectable_label(one == value, text).clicked() && one != value {
                    chosen = Some(one.clone());
                }
            }
        });
    chosen
}

fn devices(ui: &mut Ui, look: &Look, panel: &mut Panel) {
    ScrollArea::vertical().id_salt("devices").show(ui, |ui| {
        let host = panel.facts.host.clone();
        let mut hosts = panel.catalogue.hosts.clone();
        if !hosts.contains(&host) {
            hosts.insert(0, host.clone());
        }
        let hosts: Vec<_> = hosts.into_iter().map(|name| (name.clone(), system(&name))).collect();
        if let Some(other) = field(ui, look, "Sound system", &host, &hosts) {
            // Devices of one system mean nothing to another.
            let choice = Choice { input: None, output: None, sidechain: None, unmuted: false, ..panel.choice.clone() };
            panel.choose(&other, choice);
            panel.look_for = Some(other);
        }
        let before = panel.choice.clone();
        let list = |wanted: &Option<String>, input: bool, none: &str| {
            let catalogue = &panel.catalogue;
            let fitting = catalogue.devices.iter().filter(|device| if input { device.input } else { device.output });
            let mut all = vec![(None, none.to_owned())];
            all.extend(fitting.map(|device| (Some(device.id.clone()), device.name.clone())));
            // Names that occur more than once are told apart by their ids.
            let names: Vec<String> = all.iter().map(|(_, name)| name.clone()).collect();
            for (id, name) in &mut all {
                if let Some(id) = id.as_ref().filter(|_| names.iter().filter(|other| *other == name).count() > 1) {
                    *name = format!("{name} ({})", id.split_once(':').map_or(id.as_str(), |(_, id)| id));
                }
            }
            if wanted.is_some() && !all.iter().any(|(id, _)| id == wanted) {
                all.push((wanted.clone(), catalogue.name(wanted.as_deref().unwrap_or_default())));
            }
            all
        };
        let lists = [
            ("Input", list(&before.input, true, "The system's choice")),
            ("Output", list(&before.output, false, "The system's choice")),
            ("Sidechain", list(&before.sidechain, true, "None")),
        ];
        for (name, all) in lists {
            let now = match name {
                "Input" => &before.input,
                "Output" => &before.output,
                _ => &before.sidechain,
            };
            if let Some(id) = field(ui, look, name, now, &all) {
                let mut choice = before.clone();
                match name {
                    "Input" => choice.input = id,
                    "Output" => choice.output = id,
                    _ => choice.sidechain = id,
                }
                // The leave to let a microphone through was given for the devices before.
                choice.unmuted &= name == "Sidechain";
                panel.choose(&host, choice);
            }
        }
        if let Some(error) = &panel.catalogue.error {
            ui.label(RichText::new(error).font(look::regular(look::SMALL)).color(look.warn));
        }
    });
}

/// The names of sound systems as their makers write them.
fn system(host: &str) -> String {
    let known = [
        ("alsa", "ALSA"),
        ("jack", "JACK"),
        ("pipewire", "PipeWire"),
        ("pulseaudio", "PulseAudio"),
        ("coreaudio", "Core Audio"),
        ("wasapi", "WASAPI"),
    ];
    let lower = host.to_lowercase();
    known.into_iter().find(|(name, _)| *name == lower).map_or_else(|| host.to_owned(), |(_, name)| name.to_owned())
}

fn stream(ui: &mut Ui, look: &Look, panel: &mut Panel) {
    ScrollArea::vertical().id_salt("stream").show(ui, |ui| {
        let host = panel.facts.host.clone();
        let before = panel.choice.clone();
        let with = |usual: &str, all: Vec<(u32, String)>, now: Option<u32>, text: &dyn Fn(u32) -> String| {
            let mut list = vec![(None, usual.to_owned())];
            list.extend(all.into_iter().map(|(value, text)| (Some(value), text)));
            if let Some(other) = now.filter(|now| !list.iter().any(|(value, _)| *value == Some(*now))) {
                list.push((Some(other), text(other)));
            }
            list
        };
        let frames = |frames: u32| format!("{frames} frames");
        let rates = RATES_HZ.map(|hz| (hz, rate_text(hz))).to_vec();
        let rates = with("The device's own", rates, before.rate, &rate_text);
        if let Some(rate) = field(ui, look, "Sample rate", &before.rate, &rates) {
            panel.choose(&host, Choice { rate, ..before.clone() });
        }
        let buffers = with("Usual (256)", BUFFERS.map(|size| (size, frames(size))).to_vec(), before.buffer, &frames);
        if let Some(buffer) = field(ui, look, "Buffer", &before.buffer, &buffers) {
            panel.choose(&host, Choice { buffer, ..before.clone() });
        }
        let mut latencies = vec![(None, "As small as is safe".to_owned())];
        latencies.extend(LATENCIES_MS.map(|ms| (Some(ms), format!("{ms:.0} ms"))));
        if before.latency.is_some() && !latencies.iter().any(|(ms, _)| *ms == before.latency) {
            latencies.push((before.latency, format!("{:.1} ms", before.latency.unwrap_or_default())));
        }
        if let Some(latency) = field(ui, look, "Latency, the devices' own not counted", &before.latency, &latencies) {
            panel.choose(&host, Choice { latency, ..before.clone() });
        }
        let drifts = [
            (DriftChoice::Auto, "Where two devices need it".to_owned()),
            (DriftChoice::On, "Always".to_owned()),
            (DriftChoice::Off, "Never".to_owned()),
        ];
        if let Some(drift) = field(ui, look, "Match the clocks", &before.drift, &drifts) {
            panel.choose(&host, Choice { drift, ..before.clone() });
        }
        if host.eq_ignore_ascii_case("jack") {
            let words = "JACK's server decides on rate and buffer.";
            ui.label(RichText::new(words).font(look::regular(look::SMALL)).color(look.dim));
        }
    });
}

fn health(ui: &mut Ui, look: &Look, panel: &mut Panel) {
    let facts = panel.facts.clone();
    let all = ui.max_rect();
    let rows = [
        ("State", facts.state(), facts.lamp() == super::facts::Lamp::Good),
        ("Sample rate", facts.rate(), true),
        ("Buffer", facts.buffer(), true),
        ("Latency", facts.latency(), true),
        ("Load, highest", format!("{} %, {} %", facts.load_percent, facts.load_peak_percent), true),
        ("Gaps", facts.gaps.to_string(), facts.gaps == 0),
        ("Clocks", facts.drift(), facts.settled),
        ("Connection", facts.returns(), true),
    ];
    let foot = 30.0;
    let step = ((all.height() - foot) / rows.len() as f32).clamp(15.0, 25.0);
    for (index, (name, value, good)) in rows.iter().enumerate() {
        let y = all.top() + (index as f32 + 0.5) * step;
        let label = look::regular(look::SMALL + 0.5);
        let mut left = all.left();
        if index == 0 {
            lamp(ui, look, pos2(left + 6.0, y), facts.lamp());
            left += 18.0;
        }
        let drawn = ui.painter().text(pos2(left, y), Align2::LEFT_CENTER, *name, label, look.dim);
        let colour = if *good { look.text } else { look.warn };
        let room = all.right() - drawn.right() - 10.0;
        let size = look::SMALL + 0.5;
        plugin::editor::knob::fit(ui, pos2(all.right(), y), Align2::RIGHT_CENTER, value, size, room, colour);
        if index + 1 < rows.len() {
            let line = Stroke::new(1.0, look::veil(look.line, 0.7));
            ui.painter().hline(all.x_range(), y + 0.5 * step, line);
        }
    }
    let third = (all.width() - 12.0) / 3.0;
    let cell = |index: f32| {
        let left = all.left() + index * (third + 6.0);
        Rect::from_min_size(pos2(left, all.bottom() - 22.0), vec2(third, 22.0))
    };
    let lit = facts.tone.then_some(look.accent);
    if button(ui, look, cell(0.0), "tone below", "Test tone", "1 kHz at −20 dB on the output", lit).clicked() {
        panel.asked.push(Command::Tone(if facts.tone { Switch::Off } else { Switch::On }));
    }
    let lit = facts.muted.then_some(look.warn);
    let word = if facts.muted { "Input muted" } else { "Mute input" };
    if button(ui, look, cell(1.0), "mute below", word, "Let nothing in", lit).clicked() {
        panel.asked.push(Command::Mute(if facts.muted { Switch::Off } else { Switch::On }));
    }
    if button(ui, look, cell(2.0), "clear", "Reset counts", "Start gaps, clips and peaks over", None).clicked() {
        panel.asked.push(Command::Clear);
    }
}
