//! The editor without a window: what pointer and keys do to the parameters, and that everything can be read.

use egui::{Key, Modifiers, PointerButton, Pos2, Rect, pos2};
use octant_dsp::Settings;
use octant_dsp::settings::Law;
use octant_tests::stage::Stage;
use plugin::editor::axes::Axes;
use plugin::editor::look::Theme;
use plugin::editor::owner::Owner as _;
use plugin::editor::rows;
use plugin::editor::view::{Selection, Sheet};
use plugin::editor::words;

const SIZE: [f32; 2] = [1040.0, 620.0];

fn stage() -> Stage {
    Stage::new(SIZE, 1.0, Theme::Dark)
}

fn display(stage: &Stage) -> Axes {
    Axes { rect: stage.place_at(egui::Id::unique("octant display")).expect("the display is there") }
}

fn control(stage: &Stage, id: &str) -> Pos2 {
    stage.place_of(id).unwrap_or_else(|| panic!("there is no control of {id}")).center()
}

/// How many gestures began and ended, and that they did so in turn.
fn gestures(stage: &Stage) -> usize {
    let mut open = Vec::new();
    for gesture in &stage.owner.gestures {
        match gesture.split_once(' ') {
            Some(("begin", row)) => open.push(row.to_owned()),
            Some(("end", row)) => {
                let at = open.iter().position(|open| open == row).expect("it began before it ended");
                open.remove(at);
            }
            _ => (),
        }
    }
    assert!(open.is_empty(), "never ended: {open:?}");
    stage.owner.gestures.iter().filter(|gesture| gesture.starts_with("begin")).count()
}

fn steps(stage: &Stage) -> usize {
    stage.owner.kept().history.done().count()
}

#[test]
fn a_knob_is_dragged() {
    let mut stage = stage();
    let knob = control(&stage, "b1_above_thr");
    stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    let moved = stage.owner.settings.band[0].above.threshold_db;
    assert!((moved - -16.0).abs() < 1.5, "a tenth of the way up: {moved}");
    assert_eq!((gestures(&stage), steps(&stage)), (1, 1));
    stage.hold(Modifiers::SHIFT);
    stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    let fine = stage.owner.settings.band[0].above.threshold_db - moved;
    assert!(fine > 0.4 && fine < 1.0, "Shift is a tenth of that: {fine}");
    stage.hold(Modifiers::COMMAND);
    stage.click(knob);
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -24.0, "Ctrl-click is the default");
    stage.hold(Modifiers::NONE);
    stage.hold(Modifiers::COMMAND);
    for _ in 0..3 {
        stage.key(Key::Z);
    }
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -24.0, "undone");
    stage.key(Key::Y);
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, moved, "done again");
}

#[test]
fn the_wheel_is_one_gesture_until_it_rests() {
    let mut stage = stage();
    let knob = control(&stage, "b1_gain");
    for _ in 0..3 {
        stage.wheel(knob, 1.0);
    }
    assert!((stage.owner.settings.band[0].gain_db - 1.44).abs() < 1e-3, "{}", stage.owner.settings.band[0].gain_db);
    stage.frames(30);
    assert_eq!((gestures(&stage), steps(&stage)), (1, 1));
}

#[test]
fn values_are_typed_with_units() {
    let mut stage = stage();
    for (id, text, plain) in [
        ("b1_above_thr", "-18", -18.0),
        ("b1_above_ratio", "4:1", 4.0),
        ("b1_attack", "10 ms", 10.0),
        ("b1_release", "1.5 s", 1500.0),
        ("b1_above_range", "12dB", 12.0),
        ("mix", "50 %", 50.0),
    ] {
        let at = control(&stage, id);
        stage.double_click(at);
        assert!(stage.screen.view.typing.is_some(), "{id} takes text");
        stage.write(text);
        stage.key(Key::Enter);
        let row = octant_dsp::params::find(id).expect("an id");
        assert_eq!(row.get(&stage.owner.settings), plain, "{id}");
        assert_eq!(stage.screen.view.typing, None);
    }
    gestures(&stage);
}

#[test]
fn what_is_typed_stays_on_tab_and_goes_on_escape_and_nonsense() {
    let mut stage = stage();
    let at = control(&stage, "b1_above_thr");
    stage.double_click(at);
    stage.write("-30");
    stage.key(Key::Tab);
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -30.0, "a loss of focus keeps it");
    stage.double_click(at);
    stage.write("-40");
    stage.key(Key::Escape);
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -30.0, "Escape does not");
    stage.double_click(at);
    stage.write("loud");
    stage.key(Key::Enter);
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -30.0);
    let note = stage.screen.view.note.clone().expect("a hint");
    assert!(note.warns && note.text.contains("expected a number") && note.text.contains("30.0"), "{}", note.text);
    stage.double_click(at);
    stage.write("-50");
    stage.click(pos2(500.0, 100.0));
    assert_eq!(stage.owner.settings.band[0].above.threshold_db, -50.0, "a click elsewhere keeps it");
}

#[test]
fn keys_move_a_focused_control_and_space_is_the_hosts() {
    let mut stage = stage();
    let at = control(&stage, "b1_mix");
    stage.click(at);
    stage.key(Key::ArrowDown);
    stage.key(Key::ArrowLeft);
    assert!((stage.owner.settings.band[0].mix_percent - 98.0).abs() < 1e-6);
    stage.key(Key::Home);
    assert_eq!(stage.owner.settings.band[0].mix_percent, 100.0);
    stage.write("7");
    stage.write("5");
    stage.key(Key::Enter);
    assert_eq!(stage.owner.settings.band[0].mix_percent, 75.0, "a figure begins a number");
    let solo = control(&stage, "b1_solo");
    stage.click(solo);
    assert!(stage.owner.settings.band[0].solo);
    stage.key(Key::Space);
    assert!(stage.owner.settings.band[0].solo, "Space presses nothing");
}

#[test]
fn tab_reaches_every_control_of_the_band() {
    let mut stage = stage();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..120 {
        stage.key(Key::Tab);
        if let Some(id) = stage.ctx.memory(|memory| memory.focused()) {
            reached.insert(format!("{id:?}"));
        }
    }
    for param in octant_dsp::params::band_params() {
        let row = rows::of_band(0, param.id);
        let id = format!("{:?}", egui::Id::unique(("octant", row)));
        assert!(reached.contains(&id), "{} is not reached", param.id);
    }
}

#[test]
fn thresholds_and_crossovers_are_dragged() {
    let mut stage = stage();
    let axes = display(&stage);
    let line = pos2(axes.x(400.0), axes.y_of_level(-24.0));
    stage.drag(line, pos2(line.x, axes.y_of_level(-36.0)));
    let moved = stage.owner.settings.band[1].above.threshold_db;
    assert!((moved - -36.0).abs() < 0.7, "it stays under the pointer: {moved}");
    assert_eq!(stage.screen.view.selection.bands(), [1], "and its band is selected");
    let edge = pos2(axes.x(1000.0), axes.rect.bottom() - 60.0);
    stage.drag(edge, pos2(axes.x(2000.0), edge.y));
    let hz = stage.owner.settings.crossovers_hz[1];
    assert!((hz / 2000.0 - 1.0).abs() < 0.02, "{hz}");
    stage.drag(pos2(axes.x(hz), edge.y), pos2(axes.x(15_000.0), edge.y));
    let hz = stage.owner.settings.crossovers_hz[1];
    assert!((hz / 5345.4 - 1.0).abs() < 0.001, "a sixth of an octave below its neighbour: {hz}");
    assert_eq!((gestures(&stage), steps(&stage)), (3, 3));
}

#[test]
fn a_crossover_dragged_outside_is_removed_in_one_step() {
    let mut stage = stage();
    let axes = display(&stage);
    let from = pos2(axes.x(1000.0), axes.rect.center().y);
    stage.drag(from, pos2(from.x + 60.0, axes.rect.bottom() + 120.0));
    assert_eq!(stage.owner.settings.bands, 3);
    assert_eq!(stage.owner.settings.crossovers_hz[..2], [120.0, 6000.0]);
    assert_eq!(steps(&stage), 1);
    stage.hold(Modifiers::COMMAND);
    stage.key(Key::Z);
    let fresh = Settings::default();
    assert_eq!((stage.owner.settings.bands, stage.owner.settings.crossovers_hz), (4, fresh.crossovers_hz));
}

#[test]
fn a_double_click_adds_a_band_and_delete_removes_it() {
    let mut stage = stage();
    let axes = display(&stage);
    let at = pos2(axes.x(400.0), axes.rect.bottom() - 70.0);
    stage.double_click(at);
    assert_eq!(stage.owner.settings.bands, 5);
    let hz = stage.owner.settings.crossovers_hz[1];
    assert!((hz / 400.0 - 1.0).abs() < 0.02, "{hz}");
    assert_eq!(stage.screen.view.selection.bands(), [2]);
    stage.key(Key::Delete);
    assert_eq!(stage.owner.settings.bands, 4);
    assert_eq!(stage.owner.settings.crossovers_hz[..3], [120.0, 1000.0, 6000.0]);
}

#[test]
fn several_bands_move_together() {
    let mut stage = stage();
    let axes = display(&stage);
    let ground = |hz: f64| pos2(axes.x(hz), axes.rect.bottom() - 70.0);
    stage.click(ground(60.0));
    stage.hold(Modifiers::SHIFT);
    stage.click(ground(2000.0));
    stage.hold(Modifiers::NONE);
    assert_eq!(stage.screen.view.selection.bands(), [0, 1, 2]);
    let knob = control(&stage, "b1_above_ratio");
    stage.drag(knob, knob - egui::vec2(0.0, 30.0));
    let ratio = |band: usize| stage.owner.settings.band[band].above.ratio;
    assert!(ratio(0) > 2.5 && ratio(0) == ratio(1) && ratio(1) == ratio(2) && ratio(3) == 2.0);
    assert_eq!((gestures(&stage), steps(&stage)), (3, 1), "a gesture for each, one step");
}

#[test]
fn the_wheel_in_the_display_turns_the_ratio_of_what_is_on() {
    let mut stage = stage();
    let axes = display(&stage);
    stage.wheel(pos2(axes.x(60.0), axes.rect.bottom() - 70.0), 2.0);
    assert!(stage.owner.settings.band[0].above.ratio > 2.1);
    stage.owner.settings.band[0].above.law = Law::Off;
    stage.owner.settings.band[0].below.law = Law::Expand;
    stage.frames(30);
    stage.wheel(pos2(axes.x(60.0), axes.rect.bottom() - 70.0), 2.0);
    assert!(stage.owner.settings.band[0].below.ratio > 2.1);
}

#[test]
fn the_context_menu_copies_and_pastes() {
    let mut stage = stage();
    stage.owner.settings.band[0].gain_db = 7.0;
    let axes = display(&stage);
    let ground = |hz: f64| pos2(axes.x(hz), axes.rect.bottom() - 70.0);
    pick(&mut stage, ground(60.0), "Copy band");
    pick(&mut stage, ground(400.0), "Paste into band");
    assert_eq!(stage.owner.settings.band[1].gain_db, 7.0);
    pick(&mut stage, ground(400.0), "Reset band");
    assert_eq!(stage.owner.settings.band[1].gain_db, 0.0);
    pick(&mut stage, ground(400.0), "Mute");
    assert!(stage.owner.settings.band[1].mute);
}

/// Opens the menu at a place and chooses a line of it.
fn pick(stage: &mut Stage, at: Pos2, line: &str) {
    stage.click_with(at, PointerButton::Secondary);
    stage.frames(3);
    let texts = stage.texts();
    let (_, rect, _) = texts.iter().find(|(text, ..)| text == line).unwrap_or_else(|| panic!("no line {line:?}"));
    stage.click(rect.center());
    stage.frames(3);
}

#[test]
fn slots_keep_what_they_had() {
    let mut stage = stage();
    let knob = control(&stage, "b1_gain");
    stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    let gain = stage.owner.settings.band[0].gain_db;
    let slot =
        |stage: &Stage, slot: usize| stage.place_at(egui::Id::unique(("octant slot", slot))).expect("a slot").center();
    let (a, b) = (slot(&stage, 0), slot(&stage, 1));
    stage.click(b);
    assert_eq!((stage.owner.settings.band[0].gain_db, stage.owner.kept().active), (gain, 1), "it begins as a copy");
    stage.hold(Modifiers::COMMAND);
    stage.click(knob);
    stage.hold(Modifiers::NONE);
    assert_eq!(stage.owner.settings.band[0].gain_db, 0.0);
    stage.click(a);
    assert_eq!((stage.owner.settings.band[0].gain_db, stage.owner.kept().active), (gain, 0));
}

#[test]
fn presets_are_stepped_and_become_dirty() {
    let mut stage = stage();
    let next = stage.place_at(egui::Id::unique(("octant button", "next"))).expect("a button").center();
    stage.click(next);
    stage.click(next);
    let (name, settings) = stage.screen.view.loaded.clone().expect("loaded");
    assert_eq!(stage.owner.settings, settings);
    assert!(!stage.screen.view.is_dirty(&stage.owner.settings), "{name}");
    let mix = control(&stage, "mix");
    stage.wheel(mix, -3.0);
    assert!(stage.screen.view.is_dirty(&stage.owner.settings));
    assert!(stage.texts().iter().any(|(text, ..)| *text == format!("{name} •")), "the mark is shown");
}

#[test]
fn the_browser_opens_where_the_preset_is() {
    let mut stage = Stage::new([760.0, 420.0], 1.0, Theme::Dark);
    stage.frames(3);
    let button = |stage: &Stage, id: egui::Id| stage.place_at(id).expect("a button").center();
    let previous = button(&stage, egui::Id::unique(("octant button", "previous")));
    stage.click(previous);
    let (name, _) = stage.screen.view.loaded.clone().expect("the last of the list");
    let browse = button(&stage, egui::Id::unique("octant preset"));
    stage.click(browse);
    stage.frames(40);
    let texts = stage.texts();
    let row = texts.iter().find(|(text, rect, _)| *text == name && rect.top() > 60.0);
    let (_, rect, clip) = row.expect("its line is drawn");
    assert!(clip.contains_rect(*rect), "{name} at {rect:?} is out of {clip:?}");
}

#[test]
fn a_drag_that_nobody_ends_is_ended() {
    let mut stage = stage();
    let knob = control(&stage, "b1_gain");
    stage.point(knob);
    stage.press(knob, PointerButton::Primary, true);
    stage.point(knob - egui::vec2(0.0, 30.0));
    assert!(stage.screen.hand.is_busy());
    let Stage { screen, owner, .. } = &mut stage;
    screen.hand.release(owner);
    assert_eq!((gestures(&stage), steps(&stage)), (1, 1));
}

#[test]
fn at_rest_it_asks_for_no_frame() {
    let mut stage = stage();
    stage.frames(60);
    let output = stage.frame();
    let viewport = &output.viewport_output[&egui::ViewportId::ROOT];
    assert!(viewport.repaint_delay > std::time::Duration::from_secs(1), "{:?}", viewport.repaint_delay);
}

#[test]
fn windows_of_any_size_are_drawn() {
    for size in [[1.0, 1.0], [40.0, 900.0], [900.0, 40.0], [7680.0, 4320.0]] {
        let mut stage = Stage::new(size, 1.0, Theme::Dark);
        stage.frames(3);
    }
}

#[test]
fn nothing_is_cut_off_or_covered() {
    let mut found = Vec::new();
    for (size, scale) in [([760.0, 420.0], 1.0), ([760.0, 420.0], 2.0), ([760.0, 420.0], 0.75), ([1366.0, 768.0], 1.25)]
    {
        for (bands, mode, mid_side) in [(1, 0, false), (4, 1, true), (8, 2, false)] {
            let mut stage = Stage::new(size, scale, Theme::Dark);
            widest(&mut stage.owner.settings, bands, mode, mid_side);
            stage.screen.view.selection = Selection::only(bands - 1);
            let display = display(&stage).rect;
            let window = Rect::from_min_size(Pos2::ZERO, egui::vec2(size[0], size[1]));
            let texts = stage.texts();
            assert!(texts.len() > 60, "{} texts", texts.len());
            for (index, (text, rect, clip)) in texts.iter().enumerate().filter(|(_, (text, ..))| !text.is_empty()) {
                let inside = window.expand(0.5).contains_rect(*rect) && clip.expand(1.5).contains_rect(*rect);
                if !inside {
                    found.push(format!("{size:?} at {scale}, {bands} bands: {text:?} is cut off at {rect:?}"));
                }
                // In the display texts may lie over each other's grounds; elsewhere never.
                for (other, covers, _) in texts[index + 1..].iter().filter(|(text, ..)| !text.is_empty()) {
                    let both = rect.shrink(0.75).intersect(covers.shrink(0.75));
                    let apart = !both.is_positive() || display.contains(rect.center());
                    if !apart {
                        found.push(format!("{size:?} at {scale}, {bands} bands: {text:?} and {other:?} at {rect:?}"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_dot_hides_no_number_of_a_threshold() {
    let mut stage = Stage::new([760.0, 420.0], 1.0, Theme::Dark);
    stage.frames(3);
    let dot = stage.place_at(egui::Id::unique(("octant gain", rows::of_band(0, "gain")))).expect("a dot").center();
    let row = rows::of_band(0, "above_thr");
    let mut shown = 0;
    for step in 0..24 {
        stage.owner.settings.band[0].above.threshold_db = -48.0 + f64::from(step);
        let number = words::value(row, &stage.owner.settings);
        let display = display(&stage).rect;
        for (_, rect, _) in stage.texts().iter().filter(|(text, ..)| *text == number) {
            assert!(!rect.expand(4.0).contains(dot), "{number} at {rect:?} lies under the dot at {dot:?}");
            shown += usize::from(display.contains(rect.center()));
        }
    }
    assert!((8..24).contains(&shown), "{shown} of 24 numbers are shown: not all, but those beside the dot");
}

/// Every value with the longest text.
fn widest(settings: &mut Settings, bands: usize, mode: usize, mid_side: bool) {
    for row in rows::all() {
        let param = row.param;
        if matches!(param.kind, octant_dsp::params::Kind::Float { .. }) {
            let candidates = [param.min(), param.from_normalised(0.377), param.from_normalised(0.81), param.max()];
            let longest = candidates.into_iter().max_by_key(|plain| param.text(*plain).chars().count());
            row.set_clamped(settings, longest.unwrap_or_default());
        }
    }
    let fresh = octant_dsp::params::default_crossovers_hz(bands);
    settings.crossovers_hz[..fresh.len()].copy_from_slice(fresh);
    settings.bands = bands;
    let set = |settings: &mut Settings, id: &str, plain: f64| {
        octant_dsp::params::find(id).expect("an id").set_clamped(settings, plain);
    };
    set(settings, "mode", mode as f64);
    for band in 1..=bands {
        set(settings, &format!("b{band}_below_law"), 2.0);
        set(settings, &format!("b{band}_target"), 2.0);
        set(settings, &format!("b{band}_channels"), f64::from(u8::from(mid_side)));
        set(settings, &format!("b{band}_sidechain"), 1.0);
        set(settings, &format!("b{band}_detector"), 2.0);
    }
}

#[test]
fn sheets_open_and_close() {
    for sheet in [Sheet::Presets, Sheet::Help, Sheet::About] {
        let mut stage = stage();
        stage.screen.view.sheet = sheet.clone();
        stage.frames(3);
        assert!(stage.texts().iter().any(|(text, ..)| text == "Close"), "{sheet:?}");
        stage.key(Key::Escape);
        assert_eq!(stage.screen.view.sheet, Sheet::None, "{sheet:?}");
    }
}

#[test]
fn escape_leads_from_the_import_back_to_the_browser() {
    let mut stage = octant_tests::scene::import(SIZE);
    let texts = stage.texts();
    for shown in ["Evening.json", "Evening", "2 bands", "Load"] {
        assert!(texts.iter().any(|(text, ..)| text == shown), "{shown}");
    }
    assert!(texts.iter().any(|(text, ..)| text.contains("limiter#0")), "what could not be carried over");
    stage.key(Key::Escape);
    assert_eq!(stage.screen.view.sheet, Sheet::Presets);
}

#[test]
fn the_analyser_holds_and_freezes() {
    let spectrum = |db: f32| {
        let mut picture = plugin::analysis::Picture { serial: 1, sample_rate_hz: 48_000.0, ..Default::default() };
        picture.after.db = vec![db; 4097];
        std::sync::Arc::new(picture)
    };
    let mut stage = stage();
    stage.live.picture = spectrum(-20.0);
    let loud = stage.picture();
    stage.screen.view.analyser.freeze = true;
    stage.frame();
    stage.live.picture = spectrum(-70.0);
    let button = "Frozen";
    assert!(stage.texts().iter().any(|(text, ..)| text == button));
    let axes = display(&stage);
    let at = |picture: &octant_tests::canvas::Picture, db: f32| {
        // Where the line of a spectrum of this level lies at 1 kHz, between the lines of the grid.
        let (x, y) = (axes.x(1100.0) as usize, axes.y_of_level(db) as usize);
        (y - 3..y + 3).map(|y| u32::from(picture.pixels[y * picture.size[0] + x].g())).max()
    };
    let line = at(&loud, -20.0);
    assert_eq!(at(&stage.picture(), -20.0), line, "frozen");
    stage.screen.view.analyser.freeze = false;
    assert!(at(&stage.picture(), -20.0) < line, "it moves again");
    stage.live.picture = spectrum(-20.0);
    stage.screen.view.analyser.hold = true;
    stage.frame();
    stage.live.picture = spectrum(-70.0);
    assert!(at(&stage.picture(), -20.0) > at(&loud, -50.0), "the peak is held");
}

#[test]
fn what_is_seen_is_there_as_text_too() {
    let mut stage = stage();
    stage.ctx.enable_accesskit();
    stage.live.bands[1].level_db = -12.0;
    stage.live.bands[1].gain_db = -4.6;
    stage.frames(2);
    let tree = stage.frame().platform_output.accesskit_update.expect("a tree of what is there");
    let labels: Vec<&str> = tree.nodes.iter().filter_map(|(_, node)| node.label()).collect();
    let wanted = ["Band 2, 120 Hz to 1 kHz: level −12 dB, gain change −4.6 dB", "B1 Above threshold, −24.0 dB"];
    for wanted in wanted {
        assert!(labels.iter().any(|label| label.contains(wanted)), "{wanted}: {labels:#?}");
    }
    stage.owner.settings.band[1].bypass = true;
    stage.frames(2);
    let tree = stage.frame().platform_output.accesskit_update.expect("a tree of what is there");
    let told = |words: &str| tree.nodes.iter().any(|(_, node)| node.label().is_some_and(|label| label.contains(words)));
    assert!(told("gain change −4.6 dB, which is not heard"), "what a bypassed band would do is told as such");
}

#[test]
fn every_letter_that_is_shown_is_in_the_typeface() {
    let mut shown = String::new();
    for sheet in [Sheet::None, Sheet::Presets, Sheet::Import, Sheet::Help, Sheet::About] {
        let mut stage = stage();
        stage.screen.view.sheet = sheet;
        shown.extend(stage.texts().into_iter().map(|(text, ..)| text));
        let missing: std::collections::BTreeSet<char> = shown
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}')
            .filter(|letter| {
                let font = plugin::editor::look::regular(12.0);
                !stage.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, &letter.to_string()))
            })
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
