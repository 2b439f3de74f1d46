//! The editor by keyboard alone, what every control says of itself, and presets from the first save to the last.

use egui::accesskit::{Node, Role};
use egui::{Id, Key, Modifiers, Order, Pos2, Rect, pos2};
use octant_tests::stage::Stage;
use plugin::editor::look::Theme;
use plugin::editor::owner::Owner as _;
use plugin::editor::rows;
use plugin::editor::screen::Screen;
use plugin::editor::shelf::Shelf;
use plugin::editor::view::{Ask, Sheet};
use std::path::PathBuf;

fn stage() -> Stage {
    Stage::new([1040.0, 620.0], 1.0, Theme::Dark)
}

fn focused(stage: &Stage) -> Option<Id> {
    stage.ctx.memory(|memory| memory.focused())
}

/// Presses Tab until a thing has the keyboard.
fn tab_to(stage: &mut Stage, id: Id) {
    for _ in 0..150 {
        if focused(stage) == Some(id) {
            return;
        }
        stage.key(Key::Tab);
    }
    panic!("Tab does not reach {id:?}");
}

fn tab_to_display(stage: &mut Stage) {
    tab_to(stage, Id::unique("octant display"));
}

fn with(stage: &mut Stage, modifiers: Modifiers, key: Key) {
    stage.hold(modifiers);
    stage.key(key);
    stage.hold(Modifiers::NONE);
}

#[test]
fn bands_are_walked_split_copied_and_removed_by_keys() {
    let mut stage = stage();
    tab_to_display(&mut stage);
    stage.key(Key::ArrowRight);
    assert_eq!(stage.screen.view.selection.bands(), [1]);
    stage.owner.settings.band[1].gain_db = 5.0;
    stage.frame();
    with(&mut stage, Modifiers::COMMAND, Key::C);
    stage.key(Key::ArrowRight);
    with(&mut stage, Modifiers::COMMAND, Key::V);
    assert_eq!(stage.owner.settings.band[2].gain_db, 5.0);
    with(&mut stage, Modifiers::COMMAND, Key::Z);
    assert_eq!(stage.owner.settings.band[2].gain_db, 0.0);
    stage.key(Key::Insert);
    assert_eq!(stage.owner.settings.bands, 5);
    let hz = stage.owner.settings.crossovers_hz[2];
    assert!((hz / (1000.0f64 * 6000.0).sqrt() - 1.0).abs() < 1e-6, "in its middle: {hz}");
    stage.key(Key::Delete);
    assert_eq!(stage.owner.settings.bands, 4);
    with(&mut stage, Modifiers::COMMAND, Key::A);
    assert_eq!(stage.screen.view.selection.bands().len(), 4);
    stage.key(Key::ArrowLeft);
    with(&mut stage, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(stage.screen.view.selection.bands().len(), 2);
}

#[test]
fn menus_open_and_work_by_keys() {
    let mut stage = stage();
    tab_to_display(&mut stage);
    with(&mut stage, Modifiers::CTRL, Key::M);
    stage.frames(2);
    let texts = stage.texts();
    // The panel has a button of the same name, below the menu.
    let line = texts.iter().rposition(|(text, ..)| text == "Mute").expect("the menu is open");
    assert!(display(&stage).contains(texts[line].1.center()), "and lies on the display");
    // Its lines are the next things that Tab comes to.
    for _ in 0..150 {
        stage.key(Key::Tab);
        let at = focused(&stage).and_then(|id| stage.place_at(id));
        if at.is_some_and(|at| at.contains(texts[line].1.center())) {
            break;
        }
    }
    stage.key(Key::Enter);
    assert!(stage.owner.settings.band[0].mute);
    assert!(!stage.texts().iter().any(|(text, ..)| text == "Paste into band"), "and it is closed");

    tab_to(&mut stage, Id::unique(("octant", rows::of_band(0, "detector"))));
    stage.key(Key::Enter);
    stage.frames(2);
    assert!(stage.texts().iter().any(|(text, ..)| text == "Smooth"), "Enter opens a list");
    stage.key(Key::Escape);
    stage.frames(2);
    stage.key(Key::ArrowUp);
    assert_eq!(stage.owner.settings.band[0].detector, octant_dsp::settings::Detector::Rms, "arrows choose without it");
}

#[test]
fn the_keyboard_stays_where_a_value_was_typed() {
    let mut stage = stage();
    let knob = Id::unique(("octant", rows::of_band(0, "attack")));
    for end in [Key::Enter, Key::Escape] {
        tab_to(&mut stage, knob);
        stage.write("2");
        stage.write("5");
        stage.key(end);
        stage.frames(2);
        assert_eq!(focused(&stage), Some(knob), "{end:?}");
    }
    assert_eq!(stage.owner.settings.band[0].attack_ms, 25.0);
    stage.key(Key::Tab);
    assert_eq!(focused(&stage), Some(Id::unique(("octant", rows::of_band(0, "release")))));
}

#[test]
fn a_key_that_the_host_gets_does_nothing_here() {
    let mut stage = stage();
    let knob = stage.place_of("b1_gain").expect("a knob").center();
    stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    let gain = stage.owner.settings.band[0].gain_db;
    assert!(gain > 1.0);
    // The ground of the panel has nothing for the keyboard.
    stage.click(pos2(300.0, 408.0));
    assert_eq!(focused(&stage), None);
    with(&mut stage, Modifiers::COMMAND, Key::Z);
    stage.write("?");
    assert_eq!((stage.owner.settings.band[0].gain_db, &stage.screen.view.sheet), (gain, &Sheet::None));
    stage.screen.view.alone = true;
    with(&mut stage, Modifiers::COMMAND, Key::Z);
    assert_eq!(stage.owner.settings.band[0].gain_db, 0.0, "where there is no host it is ours");
    stage.write("?");
    assert_eq!(stage.screen.view.sheet, Sheet::Help);
}

#[test]
fn keys_that_come_faster_than_frames_are_all_heard() {
    let mut stage = stage();
    let at = Id::unique(("octant", rows::of_band(0, "above_thr")));
    for pieces in [&["-41"][..], &["-", "41"], &["-4", "1"], &["-", "4", "1"]] {
        stage.owner.settings.band[0].above.threshold_db = -18.0;
        tab_to(&mut stage, at);
        for piece in pieces {
            piece.chars().for_each(|letter| stage.happen(egui::Event::Text(letter.into())));
            stage.frame();
        }
        stage.frames(3);
        stage.key(Key::Enter);
        assert_eq!(stage.owner.settings.band[0].above.threshold_db, -41.0, "{pieces:?}");
    }
    // Pressed with Shift, which was let go before the frame was drawn.
    let press = |stage: &mut Stage, key, modifiers| {
        stage.happen(egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
        stage.hold(Modifiers::NONE);
        stage.frames(2);
    };
    press(&mut stage, Key::ArrowUp, Modifiers::SHIFT);
    let moved = stage.owner.settings.band[0].above.threshold_db + 41.0;
    assert!(moved > 0.0 && moved < 0.3, "{moved}");
    tab_to_display(&mut stage);
    press(&mut stage, Key::A, Modifiers::COMMAND);
    assert_eq!(stage.screen.view.selection.bands().len(), 4);
}

#[test]
fn tab_goes_from_left_to_right() {
    let mut stage = stage();
    let mut rows: Vec<Vec<f32>> = vec![Vec::new(), Vec::new(), Vec::new()];
    let mut seen = std::collections::HashSet::new();
    for _ in 0..150 {
        stage.key(Key::Tab);
        let Some(id) = focused(&stage).filter(|id| seen.insert(*id)) else { continue };
        let Some(at) = stage.place_at(id) else { continue };
        // The bar, the head of the panel, the line below.
        let row = match at.center().y {
            y if y < 40.0 => 0,
            y if (396.0..420.0).contains(&y) => 1,
            y if y > 590.0 => 2,
            _ => continue,
        };
        rows[row].push(at.left());
    }
    for row in &rows {
        assert!(row.len() >= 4 && row.is_sorted(), "{row:?}");
    }
}

fn display(stage: &Stage) -> Rect {
    stage.place_at(Id::unique("octant display")).expect("the display is there")
}

/// Places and names of everything that can be used, as screen readers would get them.
fn controls(stage: &mut Stage) -> Vec<(String, Rect)> {
    let tree = stage.frame().platform_output.accesskit_update.expect("a tree of what is there");
    let used = |node: &Node| {
        matches!(node.role(), Role::Button | Role::CheckBox | Role::RadioButton | Role::Slider | Role::TextInput)
    };
    let named = |node: &Node| {
        let bounds = node.bounds()?;
        let rect =
            Rect::from_min_max(pos2(bounds.x0 as f32, bounds.y0 as f32), pos2(bounds.x1 as f32, bounds.y1 as f32));
        Some((node.label().or(node.value()).unwrap_or_default().to_owned(), rect))
    };
    tree.nodes.iter().filter(|(_, node)| used(node)).filter_map(|(_, node)| named(node)).collect()
}

/// Whether a hover text is shown.
fn hint_is_shown(stage: &Stage) -> bool {
    stage.ctx.memory(|memory| memory.areas().visible_layer_ids().iter().any(|layer| layer.order == Order::Tooltip))
}

#[test]
fn every_control_has_a_name_and_a_hover_text() {
    for sheet in [Sheet::None, Sheet::Presets, Sheet::Help, Sheet::About] {
        let mut stage = stage();
        stage.ctx.enable_accesskit();
        stage.screen.view.sheet = sheet.clone();
        stage.owner.settings.mode = octant_dsp::settings::Mode::Linear;
        stage.frames(3);
        // Lists of sheets end above their last line.
        let bottom = if sheet == Sheet::None { 620.0 } else { 540.0 };
        let window = Rect::from_min_max(Pos2::ZERO, pos2(1040.0, bottom));
        let controls = controls(&mut stage);
        let least = if sheet == Sheet::None { 60 } else { 24 };
        assert!(controls.len() >= least, "{sheet:?}: {} controls", controls.len());
        let mut silent = Vec::new();
        for (name, rect) in controls {
            assert!(!name.is_empty(), "{sheet:?}: a control without a name at {rect:?}");
            // The middle of a threshold is the dot's, that of a crossover may be a threshold's.
            let at = if rect.height() < 12.0 { rect.left_center() + egui::vec2(20.0, 0.0) } else { rect.center() };
            let at = if rect.height() > 250.0 && rect.width() < 12.0 {
                rect.center_top() + egui::vec2(0.0, 60.0)
            } else {
                at
            };
            if !window.contains(at) {
                continue;
            }
            stage.point(pos2(5.0, 43.0));
            stage.frames(2);
            stage.point(at);
            stage.frames(30);
            if !hint_is_shown(&stage) {
                silent.push(format!("{name} at {rect:?}"));
            }
        }
        assert!(silent.is_empty(), "{sheet:?}: {silent:#?}");
    }
}

/// A shelf in a folder that goes with the value.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("octant-controls-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn shelf(&self) -> Shelf {
        Shelf::at(self.0.join("presets"), self.0.join("editor.json"))
    }

    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.0.join("presets")).into_iter().flatten();
        let mut names: Vec<String> = files.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Clicks the button of these words.
fn press(stage: &mut Stage, text: &str) {
    let texts = stage.texts();
    let (_, rect, _) = texts.iter().rfind(|(shown, ..)| shown == text).unwrap_or_else(|| panic!("no {text:?}"));
    stage.click(rect.center());
    stage.frames(3);
}

#[test]
fn a_preset_is_saved_replaced_renamed_and_deleted() {
    let home = Home::new("life");
    let mut stage = stage();
    stage.screen.shelf = home.shelf();
    press(&mut stage, "Save");
    stage.write("Snare");
    stage.key(Key::Enter);
    assert_eq!(home.files(), ["Snare.json"]);
    assert_eq!(stage.owner.kept().slots[0].name, "Snare", "the session keeps its name");
    stage.screen = Screen::new(home.shelf());
    assert!(stage.texts().iter().any(|(text, ..)| text == "Snare"), "another window knows it");
    let knob = stage.place_of("b1_gain").expect("a knob").center();
    stage.drag(knob, knob - egui::vec2(0.0, 22.0));
    assert!(stage.texts().iter().any(|(text, ..)| text == "Snare •"), "changed since");

    press(&mut stage, "Save");
    stage.key(Key::Enter);
    assert_eq!(stage.screen.view.ask, Some(Ask::Overwrite("Snare".into())), "it asks first");
    stage.key(Key::Escape);
    assert_eq!(home.shelf().settings_of("Snare", &stage.owner.settings).map(|kept| kept.band[0].gain_db), Some(0.0));
    press(&mut stage, "Save as…");
    stage.key(Key::Enter);
    press(&mut stage, "Replace");
    let kept = home.shelf().settings_of("Snare", &stage.owner.settings).expect("it is there");
    assert_eq!(kept.band[0].gain_db, stage.owner.settings.band[0].gain_db);

    // The last line of the list is the user's.
    scroll_down(&mut stage);
    press(&mut stage, "Rename");
    stage.write(" 2");
    stage.key(Key::Enter);
    assert_eq!(home.files(), ["Snare 2.json"]);
    assert_eq!(stage.owner.kept().slots[0].name, "Snare 2");
    scroll_down(&mut stage);
    press(&mut stage, "Delete");
    stage.key(Key::Enter);
    assert_eq!(home.files(), ["Snare 2.json"], "the keyboard stands on Cancel");
    scroll_down(&mut stage);
    press(&mut stage, "Delete");
    press(&mut stage, "Delete");
    assert_eq!(home.files(), [""; 0]);
}

fn scroll_down(stage: &mut Stage) {
    for _ in 0..10 {
        stage.wheel(pos2(700.0, 400.0), -20.0);
    }
    stage.frames(30);
}

#[test]
fn a_name_that_is_typed_takes_the_place_of_the_proposed_one() {
    let home = Home::new("name");
    let mut stage = stage();
    stage.screen.shelf = home.shelf();
    stage.screen.view.sheet = Sheet::Presets;
    stage.screen.view.ask = Some(Ask::SaveAs("Mastering Glue".into()));
    stage.frames(3);
    stage.write("Kick");
    stage.key(Key::Enter);
    assert_eq!(home.files(), ["Kick.json"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_nothing_is_lost() {
    let home = Home::new("blocked");
    std::fs::create_dir_all(&home.0).expect("a folder");
    std::fs::write(home.0.join("presets"), "a file where the folder should be").expect("written");
    let mut stage = stage();
    stage.screen.shelf = home.shelf();
    press(&mut stage, "Save");
    stage.write("Snare");
    stage.key(Key::Enter);
    let note = stage.screen.view.note.clone().expect("a message");
    assert!(note.warns && note.text.contains("cannot be written"), "{}", note.text);
    assert_eq!(stage.screen.view.ask, Some(Ask::SaveAs("Snare".into())), "the name is still there");
    assert!(stage.texts().iter().any(|(text, ..)| *text == note.text), "and can be read");
}

#[test]
fn presets_that_vanish_or_are_broken_say_so() {
    let home = Home::new("broken");
    let mut stage = stage();
    stage.screen.shelf = home.shelf();
    press(&mut stage, "Save");
    stage.write("Snare");
    stage.key(Key::Enter);
    std::fs::write(home.0.join("presets/Broken.json"), "{").expect("written");
    std::fs::remove_file(home.0.join("presets/Snare.json")).expect("it was there");
    // What is in the list is loaded from memory; what is asked of the file is told.
    scroll_down(&mut stage);
    press(&mut stage, "Delete");
    press(&mut stage, "Delete");
    let note = stage.screen.view.note.clone().expect("a message");
    assert!(note.warns && note.text.contains("Snare"), "{}", note.text);
    press(&mut stage, "Close");
    let name = stage.place_at(Id::unique("octant preset")).expect("a button").center();
    stage.click(name);
    scroll_down(&mut stage);
    assert!(!stage.texts().iter().any(|(text, ..)| text == "Rename" && text == "Snare"));
    assert!(stage.texts().iter().any(|(text, ..)| text.starts_with("Cannot be used:")), "its line says why");
    let before = stage.owner.settings;
    press(&mut stage, "Broken");
    let note = stage.screen.view.note.clone().expect("a message");
    assert!(note.warns && note.text.contains("Broken"), "{}", note.text);
    assert_eq!(stage.owner.settings, before);
}
