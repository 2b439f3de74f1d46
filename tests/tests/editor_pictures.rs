//! Whole screens as they were approved: tests/pictures. A screen that was changed on purpose is approved by running this
//! with `OCTANT_ACCEPT_PICTURES=1`, and by looking at what comes out.

use egui::Color32;
use octant_tests::canvas::Picture;
use octant_tests::scene::scene;
use octant_tests::stage::Stage;
use plugin::editor::look::Theme;
use plugin::editor::view::{Ask, Sheet};
use std::path::{Path, PathBuf};

/// Steps of a colour, of 255, that nobody sees: processors round differently.
const UNSEEN: u8 = 12;
/// Pixels that may differ by more. A control of the smallest size that moves by a point changes more than this.
const MOST: usize = 24;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures")
}

/// Pixels that look different.
fn different(a: &Picture, b: &Picture) -> usize {
    let seen = |a: &Color32, b: &Color32| a.to_array().iter().zip(b.to_array()).any(|(a, b)| a.abs_diff(b) > UNSEEN);
    a.pixels.iter().zip(&b.pixels).filter(|(a, b)| seen(a, b)).count()
}

fn is_approved(name: &str, stage: &mut Stage) {
    let path = folder().join(name).with_extension("png");
    let picture = stage.picture();
    if std::env::var_os("OCTANT_ACCEPT_PICTURES").is_some() {
        std::fs::create_dir_all(folder()).expect("the folder");
        let file = std::fs::File::create(&path).expect("a file");
        picture.write_png(std::io::BufWriter::new(file)).expect("written");
    }
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let approved = Picture::read_png(&bytes).expect("a picture");
    assert_eq!(picture.size, approved.size, "{name}");
    let count = different(&picture, &approved);
    if count > MOST {
        let found = std::env::temp_dir().join(format!("octant-{name}.png"));
        let file = std::fs::File::create(&found).expect("a file");
        picture.write_png(std::io::BufWriter::new(file)).expect("written");
        panic!("{name}: {count} pixels differ from {}; what is drawn now: {}", path.display(), found.display());
    }
}

#[test]
fn the_smallest_window() {
    is_approved("small", &mut scene("up-down-three", [760.0, 420.0], 1.0, Theme::Dark, 1));
}

#[test]
fn the_smallest_window_at_200_percent() {
    is_approved("small-200", &mut scene("up-down-three", [760.0, 420.0], 2.0, Theme::Dark, 1));
}

#[test]
fn the_fresh_window_in_light_colours() {
    is_approved("light", &mut scene("mastering-glue", [1040.0, 620.0], 1.0, Theme::Light, 1));
}

#[test]
fn eight_bands_on_a_small_laptop_in_strong_colours() {
    is_approved("eight", &mut scene("up-down-eight", [1366.0, 768.0], 1.0, Theme::Contrast, 4));
}

#[test]
fn the_browser_with_a_question() {
    let mut stage = octant_tests::scene::browser([760.0, 420.0], 1.0);
    stage.screen.view.ask = Some(Ask::Delete("Evening".into()));
    is_approved("browser", &mut stage);
}

#[test]
fn an_import_with_what_it_lost() {
    is_approved("import", &mut octant_tests::scene::import([760.0, 420.0]));
}

#[test]
fn the_help_page_at_200_percent() {
    let mut stage = scene("drum-bus", [760.0, 420.0], 2.0, Theme::Dark, 0);
    stage.screen.view.sheet = Sheet::Help;
    is_approved("help-200", &mut stage);
}

/// The comparison notices what it is there for.
#[test]
fn a_moved_control_or_value_is_noticed() {
    let mut stage = scene("up-down-three", [760.0, 420.0], 1.0, Theme::Dark, 1);
    let picture = stage.picture();
    assert_eq!(different(&picture, &stage.picture()), 0, "the same screen is the same");
    for id in ["b2_auto_release", "b2_knee", "b2_detector", "b2_gain", "b2_solo", "mode"] {
        let rect = stage.place_of(id).unwrap_or_else(|| panic!("no control of {id}"));
        let mut moved = picture.clone();
        let [left, top, right, bottom] = [rect.left(), rect.top(), rect.right(), rect.bottom()].map(|x| x as usize);
        for y in top..bottom {
            for x in left + 1..right {
                moved.pixels[y * picture.size[0] + x] = picture.pixels[y * picture.size[0] + x - 1];
            }
        }
        let count = different(&picture, &moved);
        assert!(count > 2 * MOST, "{id} one point to the right: {count} pixels");
    }
    stage.owner.settings.band[1].above.threshold_db -= 1.0;
    assert!(different(&picture, &stage.picture()) > 2 * MOST, "a threshold 1 dB lower");
}
