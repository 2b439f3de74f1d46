//! The window of `octant live` without a window: what a click at the sound card's panel asks for, and that everything can
//! be read.

use std::sync::{Arc, Mutex, MutexGuard};

use egui::{Key, Pos2, Rect, pos2};
use octant::live::command::{Command, Switch};
use octant::live::open::Choice;
use octant::live::status::Link;
use octant::live::window::facts::Facts;
use octant::live::window::panel::{self, Panel, STRIP};
use octant_tests::scene::{scene, sound_card};
use octant_tests::stage::Stage;
use plugin::editor::look::Theme;
use plugin::editor::view::Sheet;

struct Set {
    stage: Stage,
    panel: Arc<Mutex<Panel>>,
}

impl Set {
    fn new(size: [f32; 2], scale: f32, theme: Theme) -> Self {
        let mut stage = Stage::new(size, scale, theme);
        let panel = Arc::new(Mutex::new(sound_card()));
        let drawn = Arc::clone(&panel);
        stage.content = Some(Box::new(move |ui, screen, owner, live| {
            panel::show(ui, screen, owner, live, &mut drawn.lock().expect("nobody panics"));
        }));
        stage.frames(3);
        Self { stage, panel }
    }

    fn usual() -> Self {
        Self::new([1040.0, 620.0 + STRIP], 1.0, Theme::Dark)
    }

    fn panel(&self) -> MutexGuard<'_, Panel> {
        self.panel.lock().expect("nobody panics")
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.panel().asked).iter().map(|command| format!("{command:?}")).collect()
    }

    fn click(&mut self, id: &str) {
        let rect = self.stage.place_at(egui::Id::unique(("octant window", id)));
        self.stage.click(rect.unwrap_or_else(|| panic!("no button {id}")).center());
        self.stage.frames(3);
    }

    /// Clicks the first text of these words below a height.
    fn click_text(&mut self, words: &str, below: f32) {
        let texts = self.stage.texts();
        let found = texts.iter().find(|(text, rect, _)| text == words && rect.top() > below);
        let at: Pos2 = found.unwrap_or_else(|| panic!("no {words:?} below {below}")).1.center();
        self.stage.click(at);
        self.stage.frames(3);
    }

    fn top_of(&mut self, words: &str) -> f32 {
        let texts = self.stage.texts();
        texts.iter().find(|(text, ..)| text == words).unwrap_or_else(|| panic!("no {words:?}")).1.top()
    }
}

fn said(command: Command) -> Vec<String> {
    vec![format!("{command:?}")]
}

#[test]
fn switches_ask_for_the_other_state() {
    let mut set = Set::usual();
    set.click("mute");
    assert_eq!(set.asked(), said(Command::Mute(Switch::On)));
    set.panel().facts.muted = true;
    set.click("mute");
    assert_eq!(set.asked(), said(Command::Mute(Switch::Off)));
    set.click("tone");
    assert_eq!(set.asked(), said(Command::Tone(Switch::On)));
    set.panel().facts.tone = true;
    set.click("tone");
    assert_eq!(set.asked(), said(Command::Tone(Switch::Off)));
    set.click("audio");
    assert_eq!(set.stage.screen.view.sheet, Sheet::Program);
    set.click("clear");
    assert_eq!(set.asked(), said(Command::Clear));
    set.stage.key(Key::Escape);
    assert_eq!(set.stage.screen.view.sheet, Sheet::None);
    set.click("audio");
    set.stage.write("?");
    assert_eq!(set.stage.screen.view.sheet, Sheet::Help, "one sheet at a time");
    assert_eq!(set.asked(), Vec::<String>::new());
}

#[test]
fn the_editor_is_the_plugin_s() {
    let mut set = Set::usual();
    let knob = set.stage.place_of("b1_above_thr").expect("the editor is there").center();
    set.stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    assert!(set.stage.owner.settings.band[0].above.threshold_db > -20.0);
    assert!(set.stage.place_of("mix").expect("the line below").bottom() < 620.5, "the strip lies below it");
}

#[test]
fn a_device_is_chosen_from_the_list() {
    let mut set = Set::usual();
    set.panel().choice.unmuted = true;
    set.click("audio");
    assert_eq!(set.panel().look_for, None, "the devices of this system are known");
    let below = set.top_of("Sound system");
    let before = set.panel().choice.clone();
    set.click_text("Scarlett 2i2", below);
    set.click_text("Built-in Audio", below);
    let chosen = Choice { input: Some("alsa:hw:CARD=PCH".into()), unmuted: false, ..before.clone() };
    assert_eq!(
        set.asked(),
        said(Command::Choose("alsa".into(), Box::new(chosen.clone()))),
        "a leave is for one device"
    );
    assert_eq!(set.panel().choice, chosen);
    let below = set.top_of("Buffer");
    set.click_text("128 frames", below);
    set.click_text("512 frames", below);
    let chosen = Choice { buffer: Some(512), ..chosen };
    assert_eq!(set.asked(), said(Command::Choose("alsa".into(), Box::new(chosen.clone()))));
    let below = set.top_of("Sound system");
    set.click_text("ALSA", below);
    set.click_text("JACK", below);
    let chosen = Choice { input: None, output: None, sidechain: None, ..chosen };
    assert_eq!(set.asked(), said(Command::Choose("jack".into(), Box::new(chosen))), "ids of one system mean nothing");
    assert_eq!(set.panel().look_for.as_deref(), Some("jack"));
}

#[test]
fn what_stops_the_sound_is_said_where_everybody_looks() {
    let mut set = Set::usual();
    // Something was heard before.
    set.stage.live.picture = scene("drum-bus", [1040.0, 620.0], 1.0, Theme::Dark, 0).live.picture;
    let why = "output Speakers went away";
    set.panel().facts.link = Link::Waiting(why.into());
    let texts = set.stage.texts();
    assert!(texts.iter().any(|(text, ..)| text == &format!("No sound: {why}")));
    assert!(!texts.iter().any(|(text, ..)| text == "48 kHz"), "no numbers of what is not there");
    let meters = set.stage.place_at(egui::Id::unique("octant meters")).expect("meters");
    let peaks = texts.iter().filter(|(text, rect, _)| text == "−∞" && meters.contains(rect.center())).count();
    assert_eq!(peaks, 2, "the meters do not keep what was heard last");
}

#[test]
fn at_rest_it_asks_for_no_frame() {
    let mut set = Set::usual();
    set.click("audio");
    set.stage.point(pos2(5.0, 5.0));
    set.stage.frames(90);
    let output = set.stage.frame();
    let delay = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay > std::time::Duration::from_secs(1), "{delay:?}");
}

#[test]
fn nothing_is_cut_off_at_any_size() {
    let mut found = Vec::new();
    let longest = Facts {
        input: "Focusrite Scarlett 18i20 3rd Generation, Analogue 1 and 2".into(),
        rate_hz: 176_400,
        buffers: [2048, 1024],
        latency_tenths: 12_345,
        load_percent: 99,
        load_peak_percent: 100,
        gaps: 99_999,
        drift_tenths: Some(-1234),
        reconnects: 12,
        muted: true,
        ..sound_card().facts
    };
    for (size, scale) in [([760.0, 452.0], 1.0), ([760.0, 452.0], 2.0), ([1040.0, 652.0], 1.0), ([1366.0, 768.0], 2.0)]
    {
        for (facts, sheet) in
            [(sound_card().facts, Sheet::Program), (longest.clone(), Sheet::Program), (longest.clone(), Sheet::None)]
        {
            let mut set = Set::new(size, scale, Theme::Light);
            set.panel().facts = facts;
            set.stage.screen.view.sheet = sheet.clone();
            let window = Rect::from_min_size(Pos2::ZERO, egui::vec2(size[0], size[1]));
            let texts = set.stage.texts();
            assert!(texts.len() > 30, "{} texts", texts.len());
            // The editor's own part has tests of its own.
            let ours = |rect: &Rect| sheet == Sheet::Program || rect.top() > size[1] - STRIP;
            let texts: Vec<_> = texts.into_iter().filter(|(text, rect, _)| !text.is_empty() && ours(rect)).collect();
            for (index, (text, rect, clip)) in texts.iter().enumerate() {
                if !window.expand(0.5).contains_rect(*rect) || !clip.expand(1.5).contains_rect(*rect) {
                    found.push(format!("{size:?} at {scale}, {sheet:?}: {text:?} is cut off at {rect:?}"));
                }
                for (other, covers, _) in &texts[index + 1..] {
                    let both = rect.shrink(0.75).intersect(covers.shrink(0.75));
                    if both.is_positive() {
                        found.push(format!("{size:?} at {scale}, {sheet:?}: {text:?} and {other:?} at {rect:?}"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
