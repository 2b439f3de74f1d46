//! Draws the pictures of README and manual into a folder, without a window. `cargo xtask screenshots` runs it.

use egui::{Id, Pos2, Rect, pos2};
use octant_dsp::linear::linear_latency;
use octant_dsp::settings::Mode;
use octant_tests::canvas::Picture;
use octant_tests::scene::{browser, import, scene};
use octant_tests::stage::Stage;
use plugin::editor::axes::Axes;
use plugin::editor::look::{self, Look, Theme};
use plugin::editor::view::Sheet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures of the manual fit its column in the editor.
const COLUMN: [f32; 2] = [760.0, 420.0];
const FRESH: [f32; 2] = look::FRESH;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    fs::create_dir_all(&folder).expect("the folder");
    let dark = |size, scale| scene("drum-bus", size, scale, Theme::Dark, 1);
    // Both are in the VST3 as well: hosts show them beside the plugin's name.
    write(&folder, "editor", &mut dark(FRESH, 2.0));
    write(&folder, "editor-1x", &mut dark(FRESH, 1.0));
    write(&folder, "editor-light", &mut scene("mastering-glue", FRESH, 1.0, Theme::Light, 1));
    write(&folder, "editor-contrast", &mut scene("drum-bus", FRESH, 1.0, Theme::Contrast, 2));
    write(&folder, "editor-small", &mut scene("up-down-three", COLUMN, 1.0, Theme::Dark, 1));
    write(&folder, "first-compression", &mut threshold());
    write(&folder, "de-essing", &mut scene("vocal-de-ess", COLUMN, 1.0, Theme::Dark, 1));
    write(&folder, "sidechain", &mut scene("kick-ducks-bass", COLUMN, 1.0, Theme::Dark, 0));
    write(&folder, "linear-phase", &mut linear());
    keep(&folder, "modes", &modes());
    write(&folder, "presets", &mut browser(COLUMN, 1.0));
    write(&folder, "import", &mut import(COLUMN));
    write(&folder, "parts", &mut parts());
    write(&folder, "grey", &mut grey());
    icon(&folder.join("../icon"));
    #[cfg(feature = "window")]
    window(&folder);
}

/// The emblem on the ground of the editor, as desktops and web pages want it.
fn icon(folder: &Path) {
    const SIDE: f32 = 512.0;
    fs::create_dir_all(folder).expect("the folder");
    let look = Look::of(Theme::Dark);
    let (middle, radius) = (0.5 * SIDE, 0.33 * SIDE);
    let hex = |colour: egui::Color32| format!("#{:02x}{:02x}{:02x}", colour.r(), colour.g(), colour.b());
    let part = |(band, colour): (usize, &egui::Color32)| {
        let [from, to] =
            look::emblem_part(band).map(|angle| egui::Vec2::angled(angle) * radius + egui::Vec2::splat(middle));
        format!(
            "<path d=\"M{:.2} {:.2}A{radius} {radius} 0 0 1 {:.2} {:.2}\" stroke=\"{}\"/>\n",
            from.x,
            from.y,
            to.x,
            to.y,
            hex(*colour)
        )
    };
    let parts: String = look.bands.iter().enumerate().map(part).collect();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\" fill=\"none\" stroke-width=\"{:.2}\">\n\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" rx=\"104\" fill=\"{}\"/>\n{parts}</svg>\n",
        look::EMBLEM * radius,
        hex(look.panel)
    );
    let path = folder.join("octant.svg");
    fs::write(&path, svg).expect("written");
    println!("{}", path.display());
}

/// The window of `octant live`.
#[cfg(feature = "window")]
fn window(folder: &Path) {
    use octant::live::window::panel::{self, STRIP};

    for (name, sheet) in [("live", Sheet::None), ("live-devices", Sheet::Program)] {
        let mut stage = scene("podcast-clean-up", [FRESH[0], FRESH[1] + STRIP], 1.0, Theme::Dark, 1);
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

fn display(stage: &Stage) -> Axes {
    Axes { rect: stage.place_at(Id::unique("octant display")).expect("the display is there") }
}

/// A threshold in somebody's hand.
fn threshold() -> Stage {
    let mut stage = scene("drum-bus", COLUMN, 1.0, Theme::Dark, 1);
    stage.frames(2);
    let axes = display(&stage);
    let at = pos2(axes.x(300.0), axes.y_of_level(stage.owner.settings.band[1].above.threshold_db as f32));
    stage.point(at);
    stage.press(at, egui::PointerButton::Primary, true);
    stage
}

/// A preset for masters in the linear mode.
fn linear() -> Stage {
    let mut stage = scene("mastering-glue", COLUMN, 1.0, Theme::Dark, 2);
    stage.owner.settings.mode = Mode::Linear;
    stage.live.latency_frames = linear_latency(stage.owner.settings.linear_taps, stage.live.sample_rate_hz) as u32;
    stage
}

/// The displays of two modes, one above the other.
fn modes() -> Picture {
    let one = |mode: Mode| {
        let mut stage = scene("podcast-clean-up", COLUMN, 1.0, Theme::Dark, 1);
        stage.owner.settings.mode = mode;
        stage.picture()
    };
    let [upper, lower] = [Mode::Lr, Mode::Transparent].map(one);
    let [width, _] = upper.size;
    let rows = look::BAR as usize..(look::BAR + 158.0) as usize;
    let part = |picture: &Picture| picture.pixels[rows.start * width..rows.end * width].to_vec();
    Picture { size: [width, 2 * rows.len()], pixels: [part(&upper), part(&lower)].concat() }
}

/// A control that has no effect, and its reason.
fn grey() -> Stage {
    let mut stage = scene("drum-bus", COLUMN, 1.0, Theme::Dark, 1);
    stage.frames(2);
    let at = stage.place_of("b2_rms").expect("a control").center();
    stage.point(at);
    stage.frames(40);
    stage
}

/// The editor with numbers at its parts, as the manual counts them.
fn parts() -> Stage {
    let mut stage = scene("podcast-clean-up", FRESH, 1.0, Theme::Dark, 1);
    stage.frames(2);
    let axes = display(&stage);
    let of = |id: Id| stage.place_at(id).expect("it is there");
    let below = |rect: Rect| pos2(rect.center().x, rect.bottom() + 6.0);
    let band = &stage.owner.settings.band[1];
    let edges = [stage.owner.settings.crossovers_hz[0], stage.owner.settings.crossovers_hz[2]];
    let left = axes.x(edges[0]);
    let places = [
        below(of(Id::unique("octant preset"))),
        below(of(Id::unique(("octant slot", 1)))),
        below(of(Id::unique(("octant button", "history")))),
        pos2(left + 84.0, axes.rect.top() + 16.0),
        pos2(left + 60.0, axes.y_of_level(band.above.threshold_db as f32) - 14.0),
        pos2(left + 20.0, axes.y_of_level(-66.0)),
        pos2(axes.x(1_500.0), axes.y_of_gain(0.0) + 18.0),
        pos2(axes.x(edges[1]) + 14.0, axes.rect.bottom() - 26.0),
        pos2(axes.x(1_500.0), axes.y_of_level(-72.0)),
        of(Id::unique("octant meters")).center_bottom() - egui::vec2(0.0, 18.0),
        pos2(axes.x(60.0), axes.rect.bottom() + 50.0),
        pos2(170.0, axes.rect.bottom() + 190.0),
        pos2(336.0, FRESH[1] - 15.0),
    ];
    stage.content = Some(Box::new(move |ui, screen, owner, live| {
        screen.show(ui, owner, live);
        for (index, place) in places.iter().enumerate() {
            number(ui, screen.look(), *place, index + 1);
        }
    }));
    stage
}

fn number(ui: &egui::Ui, look: &Look, at: Pos2, number: usize) {
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, Id::unique("numbers")));
    painter.circle(at, 9.5, look.accent, egui::Stroke::new(1.5, look.ground));
    let font = look::strong(look::SMALL + 0.5);
    painter.text(at, egui::Align2::CENTER_CENTER, number, font, look.on(look.accent));
}

fn write(folder: &Path, name: &str, stage: &mut Stage) {
    keep(folder, name, &stage.picture());
}

fn keep(folder: &Path, name: &str, picture: &Picture) {
    let path = folder.join(name).with_extension("png");
    let file = fs::File::create(&path).expect("a file");
    picture.write_png(std::io::BufWriter::new(file)).expect("written");
    println!("{}", path.display());
}
