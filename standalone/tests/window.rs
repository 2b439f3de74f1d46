//! The window of `octant live` end to end: a display without a screen, a JACK server without a card, a pointer that drags a
//! threshold. What the editor does arrives at the control socket, what the socket does is seen in the editor, and closing
//! the window ends the program. Linux; needs Xvfb, xdotool, openbox and jackd.
#![cfg(target_os = "linux")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::{Finished, OCTANT, Scratch};
use serde_json::{Value, json};

/// A fresh window, and where its things lie: the editor of 1040 × 620 points with the strip of 32 below it.
const KNOB: [i32; 2] = [209, 494];
const MUTE: [i32; 2] = [892, 636];
const TONE: [i32; 2] = [806, 636];
/// Where the knob lies in a window of four fifths of the smallest size.
const SMALL_WINDOW: [&str; 2] = ["608", "362"];
const SMALL_KNOB: [i32; 2] = [128, 236];

/// A process that does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A JACK server. It is asked to end: one that is killed keeps one of the eight places that a machine has for servers.
struct Server(Running);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.0.id().to_string()).status();
        let begun = Instant::now();
        while self.0.0.try_wait().is_ok_and(|ended| ended.is_none()) && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn start(command: &mut Command) -> Running {
    Running(command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts"))
}

/// The display and who moves things on it.
struct Desktop {
    display: String,
    _server: Running,
    _manager: Running,
}

impl Desktop {
    fn new() -> Self {
        let arguments = ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"];
        let mut server = start(Command::new("Xvfb").args(arguments).stdout(Stdio::piped()));
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().expect("piped")).read_line(&mut number).expect("Xvfb tells its number");
        let display = format!(":{}", number.trim());
        let manager = start(Command::new("openbox").env("DISPLAY", &display).stdout(Stdio::null()));
        let desktop = Self { display, _server: server, _manager: manager };
        // What windows ask for while it starts would wait until something else happens: it has to obey first.
        for number in ["1", "0"] {
            within("openbox", || {
                desktop.xdotool(&["set_desktop", number]);
                (desktop.xdotool(&["get_desktop"]) == number).then_some(())
            });
        }
        desktop
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output();
        String::from_utf8_lossy(&output.expect("xdotool starts").stdout).trim().to_owned()
    }

    fn window(&self, octant: &mut Octant) -> String {
        within("a window named Octant", || {
            octant.runs();
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Octant$"]);
            found.lines().last().map(str::to_owned)
        })
    }

    fn point(&self, window: &str, [x, y]: [i32; 2]) {
        self.xdotool(&["mousemove", "--window", window, &x.to_string(), &y.to_string()]);
        std::thread::sleep(Duration::from_millis(60));
    }

    fn click(&self, window: &str, at: [i32; 2]) {
        self.point(window, at);
        self.xdotool(&["click", "1"]);
    }

    fn drag(&self, window: &str, from: [i32; 2], up: i32) {
        self.point(window, from);
        self.xdotool(&["mousedown", "1"]);
        for step in 1..=4 {
            self.point(window, [from[0], from[1] - up * step / 4]);
        }
        self.xdotool(&["mouseup", "1"]);
    }
}

/// Waits for something; a machine under load may take its time.
fn within<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "{what} never came");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The program with its window, and its control socket.
struct Octant {
    child: Running,
    said: Receiver<String>,
    socket: BufReader<TcpStream>,
}

impl Octant {
    fn start(desktop: &Desktop, server: &str, home: &Path) -> Self {
        let mut child = Command::new(OCTANT)
            .args(["live", "--window", "--host", "jack", "--no-connect", "--preset", "drum-bus", "--unmute"])
            .args(["--control", "127.0.0.1:0", "--state"])
            .arg(home.join("live.json"))
            .env("DISPLAY", &desktop.display)
            .env("JACK_DEFAULT_SERVER", server)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("octant starts");
        let (tell, said) = channel();
        let lines = BufReader::new(child.stderr.take().expect("piped"));
        std::thread::spawn(move || lines.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let child = Running(child);
        let address = loop {
            let line = said.recv_timeout(Duration::from_secs(40)).expect("it tells its control socket");
            if let Some((_, address)) = line.split_once("control socket: ") {
                break address.trim().to_owned();
            }
        };
        let socket = BufReader::new(TcpStream::connect(address).expect("it listens"));
        Self { child, said, socket }
    }

    /// Panics with its last words if it has ended.
    fn runs(&mut self) {
        let ended = self.child.0.try_wait().expect("can be asked");
        assert!(ended.is_none(), "octant ended with {ended:?}: {:?}", self.said.try_iter().collect::<Vec<_>>());
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.runs();
        self.socket.get_mut().write_all(format!("{request}\n").as_bytes()).expect("it reads");
        let mut line = String::new();
        self.socket.read_line(&mut line).expect("it answers");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        answer.get("ok").unwrap_or_else(|| panic!("{request} was answered with {answer}")).clone()
    }

    /// Decibels of the threshold.
    fn threshold(&mut self) -> f64 {
        let texts = self.ask(&json!({"do": "get", "param": "b1_above_thr"}));
        let text = texts["b1_above_thr"].as_str().expect("a text").replace('−', "-");
        text.trim_end_matches(" dB").parse().expect("a number of decibels")
    }

    fn meters(&mut self) -> Value {
        self.ask(&json!({"do": "meters"}))
    }
}

fn missing() -> bool {
    let found = |program: &str| Command::new(program).arg("-version").output().is_ok();
    let missing: Vec<_> =
        ["Xvfb", "xdotool", "openbox", "jackd", "jack_wait"].into_iter().filter(|p| !found(p)).collect();
    if missing.is_empty() {
        return false;
    }
    let required = ["OCTANT_REQUIRE_TOOLS", "CI"]
        .iter()
        .any(|name| std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")));
    let words = format!("{} missing; type: cargo xtask setup", missing.join(", "));
    assert!(!required, "{words}");
    println!("SKIPPED: {words}");
    true
}

#[test]
fn a_threshold_is_dragged_and_read_back() {
    if missing() {
        return;
    }
    let scratch = Scratch::new("window");
    let server = common::jack_server("window");
    let arguments = ["-n", &server, "-S", "-d", "dummy", "-r", "48000", "-p", "1024", "-C", "2", "-P", "2"];
    let mut jack = Command::new("jackd");
    let _jack = Server(start(jack.args(arguments).env("JACK_NO_AUDIO_RESERVATION", "1").stdout(Stdio::null())));
    let waited = Command::new("jack_wait").args(["-w", "-t", "20", "-s", &server]).stdout(Stdio::null()).status();
    assert!(waited.expect("jack_wait starts").success(), "the server does not answer");
    let desktop = Desktop::new();
    let mut octant = Octant::start(&desktop, &server, &scratch.path(""));
    let window = desktop.window(&mut octant);
    desktop.xdotool(&["windowactivate", "--sync", &window]);

    // The first picture may still be on its way when the pointer comes: then it catches nothing, or a part of the way.
    assert_eq!(octant.threshold(), -20.0, "as the preset has it");
    within("a threshold dragged by a tenth of the way of 80 dB", || {
        octant.ask(&json!({"do": "set", "values": {"b1_above_thr": -20}}));
        desktop.drag(&window, KNOB, 22);
        std::thread::sleep(Duration::from_millis(300));
        ((octant.threshold() + 12.0).abs() < 2.5).then_some(())
    });

    // What others do is seen in the editor: the next drag begins there.
    octant.ask(&json!({"do": "set", "values": {"b1_above_thr": -60}}));
    std::thread::sleep(Duration::from_millis(500));
    desktop.drag(&window, KNOB, 22);
    let dragged = within("the second drag", || Some(octant.threshold()).filter(|now| *now != -60.0));
    std::thread::sleep(Duration::from_millis(300));
    assert!((octant.threshold() + 52.0).abs() < 2.5, "from -60: {dragged}");

    desktop.click(&window, MUTE);
    within("the muted input", || (octant.meters()["muted"] == true).then_some(()));
    desktop.click(&window, TONE);
    within("the tone at the output", || {
        let peak = octant.meters()["output"][0]["hold_db"].as_f64().expect("a number");
        ((peak + 20.0).abs() < 0.2).then_some(())
    });

    // Smaller than its smallest layout, which is therefore drawn at 80 %.
    let [width, height] = SMALL_WINDOW;
    desktop.xdotool(&["windowsize", &window, width, height]);
    within("a threshold dragged in a window that is too small for the scale", || {
        octant.ask(&json!({"do": "set", "values": {"b1_above_thr": -60}}));
        desktop.drag(&window, SMALL_KNOB, 18);
        std::thread::sleep(Duration::from_millis(300));
        ((octant.threshold() + 52.0).abs() < 2.5).then_some(())
    });

    desktop.xdotool(&["windowactivate", "--sync", &window]);
    let ended = within("the end", || {
        // One that comes just as openbox looks at its keys is lost.
        desktop.xdotool(&["key", "alt+F4"]);
        std::thread::sleep(Duration::from_secs(1));
        octant.child.0.try_wait().expect("can be asked")
    });
    assert_eq!(ended.code(), Some(0), "closing the window ends it in order");
    let state = std::fs::read_to_string(scratch.path("live.json")).expect("it remembers");
    let state: Value = serde_json::from_str(&state).expect("JSON");
    assert_eq!(state["muted"], true);
    let kept = state["a"]["sound"].to_string();
    assert!(kept.contains("-5"), "the dragged threshold is remembered: {kept}");
}

#[test]
fn without_a_display_there_is_one_sentence() {
    let scratch = Scratch::new("no display");
    let run = |display: Option<&str>| {
        let mut command = Command::new(OCTANT);
        command.args(["live", "--window", "--state"]).arg(scratch.path("live.json"));
        command.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        display.map(|display| command.env("DISPLAY", display));
        Finished::of(&command.stdin(Stdio::null()).output().expect("octant starts"))
    };
    run(None).is_one_sentence(7, &["--window", "no display", "DISPLAY", "--no-window"]);
    run(Some(":65000")).is_one_sentence(7, &["--window", "does not open", "--no-window"]);
}
