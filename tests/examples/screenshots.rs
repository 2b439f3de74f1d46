//! Draws the pictures of README and manual into a folder, without a window. `cargo xtask screenshots` runs it.

use octant_dsp::linear::linear_latency;
use octant_dsp::settings::Mode;
use octant_tests::scene::scene;
use octant_tests::stage::Stage;
use plugin::editor::look::Theme;
use plugin::editor::view::Sheet;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    fs::create_dir_all(&folder).expect("the folder");
    // Both are in the VST3 as well: hosts show them beside the plugin's name.
    for (name, scale) in [("editor", 2.0), ("editor-1x", 1.0)] {
        write(&folder, name, &mut scene("drum-bus", [1040.0, 620.0], scale, Theme::Dark, 1));
    }
    write(&folder, "editor-light", &mut scene("mastering-glue", [1040.0, 620.0], 1.0, Theme::Light, 1));
    write(&folder, "editor-contrast", &mut scene("drum-bus", [1040.0, 620.0], 1.0, Theme::Contrast, 2));
    write(&folder, "editor-small", &mut scene("up-down-three", [760.0, 420.0], 1.0, Theme::Dark, 1));
    write(&folder, "editor-large", &mut scene("up-down-eight", [1366.0, 768.0], 1.0, Theme::Dark, 4));
    write(&folder, "de-essing", &mut scene("vocal-de-ess", [760.0, 420.0], 1.0, Theme::Dark, 1));
    write(&folder, "sidechain", &mut scene("kick-ducks-bass", [760.0, 420.0], 1.0, Theme::Dark, 0));
    write(&folder, "linear-phase", &mut linear());
    let mut browser = scene("drum-bus", [1040.0, 620.0], 1.0, Theme::Dark, 1);
    browser.screen.view.sheet = Sheet::Presets;
    write(&folder, "presets", &mut browser);
    write(&folder, "import", &mut octant_tests::scene::import());
    let mut help = scene("drum-bus", [1040.0, 620.0], 1.0, Theme::Dark, 1);
    help.screen.view.sheet = Sheet::Help;
    write(&folder, "help", &mut help);
    #[cfg(feature = "window")]
    window(&folder);
}

/// The window of `octant live`.
#[cfg(feature = "window")]
fn window(folder: &Path) {
    use octant::live::window::panel::{self, STRIP};

    for (name, sheet) in [("live", Sheet::None), ("live-devices", Sheet::Program)] {
        let mut stage = scene("podcast-clean-up", [1040.0, 620.0 + STRIP], 1.0, Theme::Dark, 1);
        // What the processor needs is a part of what the strip tells.
        stage.live.picture = std::sync::Arc::new({
            let mut picture = (*stage.live.picture).clone();
            picture.health.share = 0.0;
            picture
        });
        let mut panel = octant_tests::scene::sound_card();
        stage.content = Some(Box::new(move |ui, screen, owner, live| panel::show(ui, screen, owner, live, &mut panel)));
        stage.screen.view.sheet = sheet;
        write(folder, name, &mut stage);
    }
}

/// A preset for masters in the linear mode.
fn linear() -> Stage {
    let mut stage = scene("mastering-glue", [1040.0, 620.0], 1.0, Theme::Dark, 2);
    stage.owner.settings.mode = Mode::Linear;
    stage.live.latency_frames = linear_latency(stage.owner.settings.linear_taps, stage.live.sample_rate_hz) as u32;
    stage
}

fn write(folder: &Path, name: &str, stage: &mut Stage) {
    let path = folder.join(name).with_extension("png");
    let file = fs::File::create(&path).expect("a file");
    stage.picture().write_png(std::io::BufWriter::new(file)).expect("written");
    println!("{}", path.display());
}
