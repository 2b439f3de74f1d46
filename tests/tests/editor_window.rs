//! The editor in a host's window, on an X server without a screen: mouse and keyboard are those of xdotool, values are read
//! by the host. `cargo xtask validate` runs it with the bundle as it ships.
#![cfg(target_os = "linux")]

use egui::{Pos2, pos2};
use octant_tests::screen::{Host, Server};
use octant_tests::stage::Stage;
use octant_tests::tools;
use plugin::editor::axes::Axes;
use plugin::editor::look::{FRESH, Theme};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A server, unless a tool is missing.
fn server(test: &str) -> Option<Server> {
    if Command::new("xdotool").arg("version").output().is_err() {
        tools::skip(test, "xdotool (Debian: xdotool) is missing");
        return None;
    }
    Server::start().map_err(|why| tools::skip(test, &why)).ok()
}

fn host(server: &Server, taste: &str) -> Host {
    Host::start(Path::new(env!("CARGO_BIN_EXE_window_host")), server, taste, &[])
}

/// The same screen without a window: tells where things are.
fn plan() -> Stage {
    Stage::new(FRESH, 1.0, Theme::Dark)
}

fn display(plan: &Stage) -> Axes {
    Axes { rect: plan.place_at(egui::Id::unique("octant display")).expect("the display is there") }
}

fn at(place: Pos2) -> String {
    format!("{} {}", place.x.round(), place.y.round())
}

/// The words that drag from one place to another, in steps as a hand does; without letting go unless `drop`.
fn drag(server: &Server, from: Pos2, to: Pos2, drop: bool) {
    server.do_it(&format!("mousemove {} sleep 0.2 mousedown 1 sleep 0.1", at(from)));
    for step in 1..=6 {
        server.do_it(&format!("mousemove {} sleep 0.05", at(from + (to - from) * (step as f32 / 6.0))));
    }
    server.do_it(if drop { "sleep 0.1 mouseup 1 sleep 0.1" } else { "sleep 0.2" });
}

/// Asks until the answer is right, or for ten seconds.
fn becomes(host: &mut Host, name: &str, right: impl Fn(&str) -> bool) -> String {
    let begun = Instant::now();
    loop {
        let text = host.value(name);
        if right(&text) || begun.elapsed() > Duration::from_secs(10) {
            return text;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Gestures that began and ended, once what was sent last has come with a block.
fn finished(host: &mut Host) -> [u32; 2] {
    std::thread::sleep(Duration::from_millis(300));
    host.gestures()
}

fn db(text: &str) -> f64 {
    text.trim_end_matches("dB").trim().parse().unwrap_or(f64::NAN)
}

#[test]
fn a_threshold_is_dragged_and_a_value_is_typed() {
    let Some(server) = server("a_threshold_is_dragged_and_a_value_is_typed") else { return };
    let mut host = host(&server, "{}");
    let [width, height, _] = host.open("");
    assert_eq!([width, height], FRESH.map(f64::from));
    let plan = plan();
    let axes = display(&plan);
    assert_eq!(db(&host.value("B2 Above threshold")), -24.0);
    let line = pos2(axes.x(400.0), axes.y_of_level(-24.0));
    drag(&server, line, pos2(line.x, axes.y_of_level(-36.0)), true);
    let dragged = becomes(&mut host, "B2 Above threshold", |text| (db(text) + 36.0).abs() < 1.0);
    assert!((db(&dragged) + 36.0).abs() < 1.0, "{dragged}");
    assert_eq!(finished(&mut host), [1, 1], "one gesture");

    // The panel shows band 2 now: its knobs lie where those of band 1 lie in the plan.
    let knob = plan.place_of("b1_above_ratio").expect("a knob").center();
    let double = "click 1 sleep 0.05 click 1 sleep 0.4";
    server.do_it(&format!("mousemove {} sleep 0.5 {double} type --delay 40 4:1", at(knob)));
    server.do_it("sleep 0.1 key Return");
    let typed = becomes(&mut host, "B2 Above ratio", |text| text == "4:1");
    assert_eq!(typed, "4:1", "typed and confirmed with Enter");
    let knob = plan.place_of("b1_attack").expect("a knob").center();
    server.do_it(&format!("mousemove {} sleep 0.5 {double} type --delay 40 12.5ms", at(knob)));
    let ground = pos2(axes.x(400.0), axes.rect.bottom() - 70.0);
    server.do_it(&format!("sleep 0.1 mousemove {} sleep 0.1 click 1", at(ground)));
    let typed = becomes(&mut host, "B2 Attack", |text| text.starts_with("12.5"));
    assert!(typed.starts_with("12.5"), "typed and left by a click: {typed}");
    assert_eq!(finished(&mut host), [3, 3], "one gesture for each");
    host.quit();
}

#[test]
fn closed_in_the_middle_of_a_drag_the_gesture_ends() {
    let Some(server) = server("closed_in_the_middle_of_a_drag_the_gesture_ends") else { return };
    let mut host = host(&server, "{}");
    host.open("");
    let axes = display(&plan());
    let line = pos2(axes.x(400.0), axes.y_of_level(-24.0));
    drag(&server, line, pos2(line.x, axes.y_of_level(-30.0)), false);
    let dragged = becomes(&mut host, "B2 Above threshold", |text| (db(text) + 30.0).abs() < 1.0);
    host.ask("close");
    server.do_it("mouseup 1 sleep 0.2");
    assert_eq!(finished(&mut host), [1, 1]);
    assert_eq!(host.value("B2 Above threshold"), dragged, "what was dragged stays");
    host.open("");
    assert_eq!(host.ask("open"), "refused true", "an instance has one window");
    host.ask("close");
    host.quit();
}

#[test]
fn the_host_may_destroy_its_window_first() {
    let Some(server) = server("the_host_may_destroy_its_window_first") else { return };
    let mut host = host(&server, "{}");
    host.ask("play noise");
    for _ in 0..2 {
        host.open("");
        server.do_it("mousemove 500 200 sleep 0.1 mousedown 1 sleep 0.1 mousemove 540 240 sleep 0.2");
        host.ask("destroy parent");
        std::thread::sleep(Duration::from_millis(300));
        host.ask("close");
        server.do_it("mouseup 1");
    }
    let [begun, ended] = finished(&mut host);
    assert_eq!(begun, ended);
    assert_eq!(host.value("B1 Above threshold"), "-24.0 dB", "and it still answers");
    host.quit();
}

#[test]
fn size_and_scale_are_remembered() {
    let Some(server) = server("size_and_scale_are_remembered") else { return };
    for scale in [75, 100, 200] {
        let mut host = host(&server, &format!("{{\"scale_percent\": {scale}, \"size\": [900, 500]}}"));
        let pixels = [900.0, 500.0].map(|points| points * f64::from(scale) / 100.0);
        for _ in 0..3 {
            let [width, height, _] = host.open("");
            assert_eq!([width, height], pixels, "at {scale} %");
            std::thread::sleep(Duration::from_millis(200));
            host.ask("close");
        }
        host.open("");
        let wanted = [1000.0, 560.0].map(|points| points * f64::from(scale) / 100.0);
        assert_eq!(host.ask(&format!("size {} {}", wanted[0], wanted[1])), "sized true");
        std::thread::sleep(Duration::from_millis(300));
        host.ask("close");
        let [width, height, _] = host.open("");
        assert_eq!([width, height], wanted, "after it was resized at {scale} %");
        host.ask("close");
        let taste = host.taste();
        assert!(taste.contains("1000") && taste.contains("560"), "{taste}");
        host.quit();
    }
}

/// Chooses 150 % in the menu, as the plan shows where it is.
fn choose_150_percent(server: &Server) {
    let mut plan = plan();
    let menu = plan.place_at(egui::Id::unique(("octant button", "menu"))).expect("a menu").center();
    plan.click(menu);
    let line = |plan: &mut Stage, text: &str| {
        plan.frames(3);
        let texts = plan.texts();
        texts.iter().find(|(shown, ..)| shown == text).unwrap_or_else(|| panic!("no line {text}")).1.center()
    };
    let scale = line(&mut plan, "Scale");
    plan.click(scale);
    let percent = line(&mut plan, "150 %");
    server.do_it(&format!("mousemove {} sleep 0.2 click 1 sleep 0.5", at(menu)));
    server.do_it(&format!("mousemove {} sleep 0.2 click 1 sleep 0.5", at(scale)));
    // Into the list beside it without leaving the line.
    server.do_it(&format!(
        "mousemove {} sleep 0.2 mousemove {} sleep 0.2 click 1",
        at(pos2(percent.x, scale.y)),
        at(percent)
    ));
}

#[test]
fn another_scale_takes_another_window_or_fits_into_this_one() {
    let Some(server) = server("another_scale_takes_another_window_or_fits_into_this_one") else { return };
    let pixels = |scale: f32| FRESH.map(|points| (points * scale).round()).map(f64::from);
    for stubborn in [false, true] {
        let mut host = host(&server, "{}");
        if stubborn {
            host.ask("stubborn");
        }
        host.open("");
        choose_150_percent(&server);
        let [width, height] = pixels(if stubborn { 1.0 } else { 1.5 });
        let wanted = format!("size {width} {height}");
        let begun = Instant::now();
        // A window that stays small draws itself smaller a moment later, and keeps its size.
        std::thread::sleep(Duration::from_millis(1200));
        while host.ask("size") != wanted && begun.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(host.ask("size"), wanted, "stubborn: {stubborn}");
        host.ask("close");
        assert!(host.taste().contains("\"scale_percent\": 150"), "{}", host.taste());
        host.quit();
    }
}

#[test]
fn windows_leave_nothing_behind() {
    let Some(server) = server("windows_leave_nothing_behind") else { return };
    // One pool of memory: the system's allocator has one per thread, and keeps what went through each.
    let program = Path::new(env!("CARGO_BIN_EXE_window_host"));
    let mut host = Host::start(program, &server, "{}", &[("MALLOC_ARENA_MAX", "1")]);
    host.ask("play noise");
    let mut cycles = |count: usize| {
        for _ in 0..count {
            host.open("");
            std::thread::sleep(Duration::from_millis(60));
            host.ask("close");
        }
        // What a window's threads leave to the system comes a moment after them.
        std::thread::sleep(Duration::from_millis(700));
        host.usage()
    };
    // Libraries keep what they make for the first windows: fonts, shaders. The C library keeps stacks of threads that have
    // ended, more of them if the machine was busy and two windows met: what is lost is lost in every ten windows.
    let mut before = cycles(5);
    let mut grown = Vec::new();
    while grown.len() < 5 && grown.iter().all(|kib| *kib >= 1024) {
        let after = cycles(10);
        assert_eq!((after.files, after.threads), (before.files, before.threads), "{before:?} {after:?}");
        grown.push(after.kib as i64 - before.kib as i64);
        before = after;
    }
    println!("10 windows: {grown:?} KiB, {} files, {} threads", before.files, before.threads);
    assert!(grown.iter().any(|kib| *kib < 1024), "every ten windows {grown:?} KiB");
    // A host that ends while the window is open.
    host.open("");
    host.quit();
}
