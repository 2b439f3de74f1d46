//! `octant live` end to end on a real server: JACK with its dummy driver, running free of time. A minute of noise goes
//! through the program and is compared, sample by sample, with `octant render`; then the server is killed and started
//! again. Linux; needs jackd.
#![cfg(target_os = "linux")]

mod common;

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{OCTANT, Scratch, Wav};
use jack::{AudioIn, AudioOut, Client, ClientOptions, Control, Port, ProcessScope};
use serde_json::Value;

const RATE_HZ: usize = 48_000;
const PERIOD: usize = 256;
/// Silence before the noise: the fade at the beginning is over, and every envelope rests, to the last bit, as after the
/// longer silence that the program has heard.
const QUIET: usize = 20 * RATE_HZ;
const NOISE: usize = 60 * RATE_HZ;
const PRESET: &str = "up-down-eight";
/// The server that this process and its children talk to.
const SERVER: &str = "JACK_DEFAULT_SERVER";

/// A process that does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn server(name: &str) -> Running {
    let rate = RATE_HZ.to_string();
    let period = PERIOD.to_string();
    let child = Command::new("jackd")
        // On a machine that hardly gets on, nobody shall be thrown out for being slow.
        .args(["-n", name, "-S", "-t", "20000", "-d", "dummy", "-r", &rate, "-p", &period, "-C", "2", "-P", "2"])
        .env("JACK_NO_AUDIO_RESERVATION", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("jackd starts");
    let running = Running(child);
    let waited = Command::new("jack_wait").args(["-w", "-t", "20", "-s", name]).stdout(Stdio::null()).status();
    assert!(waited.expect("jack_wait starts").success(), "the server does not answer");
    running
}

/// The program, and the last line that it printed.
struct Octant {
    child: Running,
    last: Arc<Mutex<Value>>,
}

impl Octant {
    fn start(state: &Path) -> Self {
        let mut child = Command::new(OCTANT)
            .args(["live", "--host", "jack", "--preset", PRESET, "--no-connect", "--json", "--state"])
            .arg(state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("octant starts");
        let last = Arc::new(Mutex::new(Value::Null));
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn({
            let last = Arc::clone(&last);
            move || {
                for line in lines.lines().map_while(Result::ok) {
                    let line = serde_json::from_str(&line).expect("every line is JSON");
                    *last.lock().expect("nobody panics here") = line;
                }
            }
        });
        Self { child: Running(child), last }
    }

    fn last(&self) -> Value {
        self.last.lock().expect("nobody panics here").clone()
    }

    /// Waits until the state is this one; gives the time that it took.
    fn wait_for(&mut self, state: &str, at_most: Duration) -> Duration {
        self.wait_until(|line| line["state"] == state, at_most)
    }

    /// The same for anything that a line tells.
    fn wait_until(&mut self, seen: impl Fn(&Value) -> bool, at_most: Duration) -> Duration {
        let begun = Instant::now();
        while !seen(&self.last()) {
            assert!(begun.elapsed() < at_most, "not seen: {}", self.last());
            let ended = self.child.0.try_wait().expect("can be asked");
            assert!(ended.is_none(), "octant ended with {ended:?}: {}", self.last());
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    fn port(&self, direction: &str, channel: usize) -> String {
        format!("cpal_client_{}_{direction}:{direction}_{channel}", self.child.0.id())
    }
}

/// Plays rows and records what comes back.
struct Tape {
    out: [Port<AudioOut>; 2],
    back: [Port<AudioIn>; 2],
    rows: Arc<[Vec<f32>; 2]>,
    heard: [Vec<f32>; 2],
    /// Where the finished recording goes.
    done: Option<std::sync::mpsc::Sender<[Vec<f32>; 2]>>,
    at: usize,
    /// Set when all wires are in place. Relaxed: nothing is published by it.
    go: Arc<AtomicBool>,
}

impl jack::ProcessHandler for Tape {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        if !self.go.load(Ordering::Relaxed) {
            for out in &mut self.out {
                out.as_mut_slice(scope).fill(0.0);
            }
            return Control::Continue;
        }
        let at = self.at;
        let frames = scope.n_frames() as usize;
        for channel in 0..2 {
            let row = &self.rows[channel];
            for (n, y) in self.out[channel].as_mut_slice(scope).iter_mut().enumerate() {
                *y = row.get(at + n).copied().unwrap_or(0.0);
            }
            if self.done.is_some() {
                self.heard[channel].extend_from_slice(self.back[channel].as_slice(scope));
            }
        }
        self.at += frames;
        let over = self.at >= self.rows[0].len();
        if let Some(done) = self.done.take_if(|_| over) {
            let _ = done.send(std::mem::take(&mut self.heard));
        }
        // To quit here would leave a server that runs free waiting for this client.
        Control::Continue
    }
}

/// Sends rows through the program, as fast as the machine can; gives what came back.
fn through(octant: &Octant, rows: &Arc<[Vec<f32>; 2]>) -> [Vec<f32>; 2] {
    let (client, _) = Client::new("tape", ClientOptions::NO_START_SERVER).expect("the server answers");
    let out = [0, 1].map(|n| client.register_port(&format!("out_{n}"), AudioOut::default()).expect("a port"));
    let back = [0, 1].map(|n| client.register_port(&format!("back_{n}"), AudioIn::default()).expect("a port"));
    let ends: Vec<(String, String)> = (0..2)
        .flat_map(|n| {
            let (ours, theirs) = (out[n].name().expect("named"), octant.port("in", n));
            let (theirs_back, ours_back) = (octant.port("out", n), back[n].name().expect("named"));
            [(ours, theirs), (theirs_back, ours_back)]
        })
        .collect();
    let go = Arc::<AtomicBool>::default();
    let (done, recorded) = std::sync::mpsc::channel();
    let heard = [0, 1].map(|_| Vec::with_capacity(rows[0].len() + PERIOD));
    let tape = Tape { out, back, rows: Arc::clone(rows), heard, done: Some(done), at: 0, go: Arc::clone(&go) };
    let client = client.activate_async((), tape).expect("runs");
    for (from, to) in &ends {
        client.as_client().connect_ports_by_name(from, to).unwrap_or_else(|e| panic!("{from} to {to}: {e}"));
    }
    let freewheel = |word: &str| {
        let status = Command::new("jack_freewheel").arg(word).stdout(Stdio::null()).status();
        assert!(status.expect("jack_freewheel starts").success());
    };
    freewheel("y");
    go.store(true, Ordering::Relaxed);
    let rows = recorded.recv_timeout(Duration::from_secs(120)).expect("the tape runs to its end");
    freewheel("n");
    rows
}

/// `octant render` of the same rows.
fn rendered(scratch: &Scratch, rows: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let from = scratch.file("noise.wav", &common::wav_f32(RATE_HZ as u32, rows));
    let to = scratch.path("rendered.wav");
    octant!("render", from, "-o", to, "--preset", PRESET, "--overwrite").is_silent_success();
    let samples = Wav::read(&to).floats();
    [0, 1].map(|channel| samples.iter().skip(channel).step_by(2).copied().collect())
}

/// Noise after silence, the same every time.
fn noise(frames: usize) -> Arc<[Vec<f32>; 2]> {
    let mut seed = 0x0123_4567_89ab_cdefu64;
    let mut row = || {
        let mut row = vec![0.0f32; QUIET];
        row.extend((0..frames).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        }));
        // What is still under way at the end.
        row.extend([0.0; 8 * PERIOD]);
        row
    };
    Arc::new([row(), row()])
}

/// Compares every sample; gives the delay.
fn compare(expected: &[Vec<f32>; 2], heard: &[Vec<f32>; 2]) -> usize {
    let delay = (0..RATE_HZ)
        .find(|delay| (QUIET..QUIET + 64).all(|n| heard[0].get(n + delay) == Some(&expected[0][n])))
        .unwrap_or_else(|| panic!("no noise: {:?} …", heard[0].iter().position(|x| *x != 0.0)));
    let last = QUIET + (expected[0].len() - QUIET - 8 * PERIOD);
    for channel in 0..2 {
        for n in QUIET..last {
            let (expected, heard) = (expected[channel][n], heard[channel][n + delay]);
            assert_eq!(heard.to_bits(), expected.to_bits(), "channel {channel}, frame {n}: {heard} is not {expected}");
        }
    }
    delay
}

/// Whether a process ends well in time. A server that hangs holds up whoever talks to it, for ever: then it is ended with
/// all that it has started.
fn within(child: Child, at_most: Duration) -> bool {
    let (mut child, begun) = (Running(child), Instant::now());
    while begun.elapsed() < at_most {
        if let Some(status) = child.0.try_wait().expect("can be asked") {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.0.id())]).status();
    println!("not at its end after {} s: the server hangs, or the program", at_most.as_secs());
    false
}

#[test]
fn a_minute_of_noise_and_the_death_of_the_server() {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !found("jackd") || !found("jack_freewheel") {
        let required = ["OCTANT_REQUIRE_TOOLS", "CI"]
            .iter()
            .any(|name| std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")));
        assert!(!required, "jackd is missing; type: sudo apt-get install jackd2");
        println!("SKIPPED: jackd is missing; type: sudo apt-get install jackd2");
        return;
    }
    // The library reads the name of its server from the environment: this process must be born with it.
    if std::env::var(SERVER).is_err() {
        let own = std::env::current_exe().expect("a test has a file");
        let child = Command::new(own)
            .args(["a_minute_of_noise_and_the_death_of_the_server", "--exact", "--nocapture"])
            .env(SERVER, common::jack_server("tape"))
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .process_group(0)
            .spawn()
            .expect("a test can be started");
        assert!(within(child, Duration::from_secs(400)), "see above");
        return;
    }
    let name = std::env::var(SERVER).expect("set above");
    let scratch = Scratch::new("jack");
    jack::set_logger(jack::LoggerType::None);

    let running = server(&name);
    let mut octant = Octant::start(&scratch.path("live.json"));
    octant.wait_for("running", Duration::from_secs(20));
    let wires = Command::new("jack_lsp").arg("-c").output().expect("jack_lsp starts");
    let wires = String::from_utf8_lossy(&wires.stdout).into_owned();
    assert!(wires.contains("cpal_client") && !wires.contains("   "), "no wires were asked for: {wires}");

    let rows = noise(NOISE);
    let begun = Instant::now();
    let heard = through(&octant, &rows);
    let expected = rendered(&scratch, &rows);
    let delay = compare(&expected, &heard);
    println!("{} samples, none differs; {delay} frames late; {:.1} s", 2 * NOISE, begun.elapsed().as_secs_f64());
    let stated_ms = octant.last()["latency_ms"].as_f64().expect("a number");
    let stated = (stated_ms * RATE_HZ as f64 / 1000.0).round() as usize;
    assert_eq!(stated, 2 * PERIOD);
    // The tape hears it a period earlier: its own cycle is the input's. A machine under load may cost a period.
    assert!(delay == PERIOD || delay == 2 * PERIOD, "{delay}");

    drop(running);
    let missed = octant.wait_for("waiting", Duration::from_secs(10));
    let mut running = server(&name);
    let back = octant.wait_for("running", Duration::from_secs(10));
    println!("missed after {:.1} s, back {:.1} s after the server", missed.as_secs_f64(), back.as_secs_f64());
    assert_eq!(octant.last()["reconnects"], 1);
    let rows = noise(RATE_HZ);
    let heard = through(&octant, &rows);
    compare(&rendered(&scratch, &rows), &heard);

    // Another period is told by nobody, and a longer one must not leave its latency behind.
    let (client, _) = Client::new("period", ClientOptions::NO_START_SERVER).expect("the server answers");
    for (period, reconnects) in [(4 * PERIOD, 2), (PERIOD, 3)] {
        client.set_buffer_size(period as u32).expect("the driver takes any");
        octant.wait_until(|line| line["reconnects"] == reconnects, Duration::from_secs(20));
    }
    let ms = |line: &Value| line["latency_ms"].as_f64().unwrap_or_default();
    octant.wait_until(|line| line["state"] == "running" && ms(line) > 0.0, Duration::from_secs(20));
    assert!(ms(&octant.last()) < (4 * PERIOD) as f64 / RATE_HZ as f64 * 1000.0, "{}", octant.last());
    drop(client);

    let pid = octant.child.0.id().to_string();
    assert!(Command::new("kill").arg(&pid).status().expect("kill starts").success());
    let ended = octant.child.0.wait().expect("ends");
    assert_eq!(ended.code(), Some(0), "SIGTERM ends it in order");
    // A server that is killed keeps one of the eight places that a machine has for servers.
    assert!(Command::new("kill").arg(running.0.id().to_string()).status().expect("kill starts").success());
    running.0.wait().expect("ends");
}
