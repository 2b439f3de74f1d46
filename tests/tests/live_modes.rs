//! Modes, filters and latencies that change while `octant live` runs on a simulated card: every change arrives with a
//! fade, at the latency that is told, and sounds as the engine does.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use octant::live::command::Command;
use octant::live::desk::{Desk, Slot};
use octant::live::open::Choice;
use octant_dsp::Engine;
use octant_dsp::linear::linear_latency;
use octant_tests::random::Random;
use octant_tests::rig::{Blocks, Clock, Rig, World};
use octant_tests::system::card::{BuiltStream, Card, Rack};

const RATE_HZ: f64 = 48_000.0;
/// Silence in which the slowest release of the preset comes to rest: after 5 s its envelopes are 60 dB off.
const REST_S: f64 = 25.0;
/// Real time that the program's other threads may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn linear(taps: u32) -> usize {
    linear_latency(taps, RATE_HZ)
}

/// What went in and what came out.
#[derive(Default)]
struct Tape {
    sound: Sound,
    random: Option<Random>,
    input: [Vec<f32>; 2],
    output: [Vec<f32>; 2],
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Sound {
    #[default]
    Silence,
    Noise,
    /// A constant: every gap and every step of a gain shows.
    Level,
}

impl World for Tape {
    fn source(&mut self, _: u64) -> [f32; 2] {
        let random = self.random.get_or_insert_with(|| Random::named("live modes"));
        let frame = match self.sound {
            Sound::Silence => [0.0; 2],
            Sound::Noise => [0, 1].map(|_| 0.5 * random.bipolar()),
            Sound::Level => [0.01; 2],
        };
        self.input.iter_mut().zip(frame).for_each(|(row, x)| row.push(x));
        frame
    }

    fn sink(&mut self, frame: u64, sound: [f32; 2]) {
        assert_eq!(frame as usize, self.output[0].len());
        self.output.iter_mut().zip(sound).for_each(|(row, x)| row.push(x));
    }
}

/// A session on one card, and the tape beside it.
struct Studio {
    rig: Rig,
    streams: [Arc<BuiltStream>; 2],
    clocks: [Clock; 2],
    tape: Tape,
}

impl Studio {
    fn new(preset: &str) -> Self {
        let slot = Slot::load(preset).expect("a factory preset");
        let desk = Desk { slots: std::array::from_fn(|_| slot.clone()), ..Desk::default() };
        let choice = Choice { input: Some("card".into()), output: Some("card".into()), ..Choice::default() };
        let rig = Rig::start(&Rack::with(&[Card::stereo("card")]), choice, desk, true).expect("starts");
        let streams = [rig.stream("card", true), rig.stream("card", false)];
        let clock = |seed| Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, seed);
        Self { rig, streams, clocks: [clock(1), clock(2)], tape: Tape::default() }
    }

    fn run(&mut self, seconds: f64) {
        let [input, output] = &self.streams;
        self.rig.run(seconds, [input, output], &mut self.clocks, &mut self.tape).expect("runs");
    }

    fn set(&mut self, pairs: &[(&str, &str)]) {
        let pairs = pairs.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
        self.rig.session.carry_out(Command::Set(pairs).into(), self.rig.now(), &mut Vec::new());
    }

    fn engine_frames(&self) -> usize {
        self.rig.session.supervisor.status().engine_frames.load(Relaxed) as usize
    }

    /// An engine that begins with what is set now.
    fn reference(&self) -> Engine {
        Engine::new(RATE_HZ, 2, self.rig.session.desk.settings()).expect("valid settings")
    }

    /// Runs on until the latency is this one. Time in here is simulated; the threads that make things live in real time.
    fn wait_for(&mut self, engine_frames: usize) {
        let begun = Instant::now();
        while self.engine_frames() != engine_frames {
            assert!(begun.elapsed() < PATIENCE, "{} frames, not {engine_frames}", self.engine_frames());
            self.run(0.01);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Runs on, slowly enough for filters to be made meanwhile.
    fn linger(&mut self, seconds: f64) {
        for _ in 0..(seconds / 0.01) as usize {
            self.run(0.01);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// After a silence in which all rests, noise: largest difference from the engine's own, which is as late as is told.
    fn difference(&mut self) -> f32 {
        self.tape.sound = Sound::Silence;
        self.run(REST_S);
        let from = self.tape.input[0].len();
        self.tape.sound = Sound::Noise;
        self.run(1.5);
        let age = self.rig.session.supervisor.status().age_frames.load(Relaxed) as usize;
        let mut engine = self.reference();
        assert_eq!(engine.latency_samples(), self.engine_frames(), "what is told");
        let told_ms = self.rig.session.shoot(self.rig.now()).latency_ms;
        assert!((told_ms - (age + self.engine_frames()) as f64 / 48.0).abs() < 1e-6, "{told_ms} ms");

        let [mut left, mut right] = [0, 1].map(|channel| self.tape.input[channel][from..].to_vec());
        engine.process(&mut [&mut left, &mut right], &[]);
        let mut largest = 0.0f32;
        for (expected, heard) in [left, right].iter().zip(&self.tape.output) {
            let heard = &heard[from + age..];
            assert!(heard.len() > 60_000 && expected.iter().any(|x| x.abs() > 0.1), "there is something to compare");
            largest = heard.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(largest, f32::max);
        }
        largest
    }
}

/// Room for the rounding of transforms that do not begin at the same frame: -100 dB of full scale.
const TOLERANCE: f32 = 1.0e-5;

/// Parameters that are set, and the engine's latency from then on, frames, if it is another one.
type Step<'a> = (&'a [(&'a str, &'a str)], Option<usize>);

#[test]
fn every_mode_sounds_as_the_engine_does_at_the_latency_that_is_told() {
    let mut studio = Studio::new("mastering-glue");
    let steps: [Step<'_>; 7] = [
        (&[("mode", "linear"), ("taps", "4096")], Some(linear(4096))),
        // The same latency: filters only, and one band more.
        (&[("xover1", "300"), ("xover2", "2000")], None),
        (&[("bands", "6")], None),
        (&[("taps", "1024"), ("lookahead", "3")], Some(linear(1024) + 144)),
        (&[("mode", "transparent")], Some(144)),
        (&[("mode", "lr"), ("lookahead", "0")], Some(0)),
        (&[("mode", "linear"), ("taps", "16384"), ("lookahead", "1")], Some(linear(16_384) + 48)),
    ];
    assert!(studio.difference() < TOLERANCE);
    for (pairs, frames) in steps {
        studio.tape.sound = Sound::Noise;
        studio.set(pairs);
        let frames = frames.unwrap_or(studio.engine_frames());
        studio.wait_for(frames);
        studio.linger(3.0);
        let difference = studio.difference();
        println!("{pairs:?}: {frames} frames late, {:.1} dB", 20.0 * difference.log10());
        assert!(difference < TOLERANCE, "{pairs:?}: {difference}");
    }
}

#[test]
fn another_latency_comes_with_a_fade_and_without_a_click() {
    let mut studio = Studio::new("init");
    studio.tape.sound = Sound::Level;
    studio.run(1.0);
    for (pairs, frames) in [
        (&[("mode", "linear"), ("taps", "4096")][..], linear(4096)),
        (&[("taps", "8192")], linear(8192)),
        (&[("lookahead", "10")], linear(8192) + 480),
        (&[("mode", "lr")], 480),
        (&[("lookahead", "0")], 0),
    ] {
        let from = studio.tape.output[0].len();
        studio.set(pairs);
        studio.wait_for(frames);
        studio.run(0.5);
        let row = &studio.tape.output[0][from..];
        let steepest = row.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        // 20 ms are 960 frames; the steepest frame of the fade is 1.5/960 of the level.
        assert!(steepest < 0.01 * 2.0 / 960.0, "{pairs:?}: a click of {steepest}");
        let silent = row.iter().filter(|x| x.abs() < 1.0e-9).count();
        assert!((frames..frames + 1500).contains(&silent), "{pairs:?}: silent for {silent} frames");
        assert!((row[row.len() - 1] - 0.01).abs() < 1.0e-6, "{pairs:?}: back to {}", row[row.len() - 1]);
    }
}

#[test]
fn whoever_changes_their_mind_gets_the_last_wish() {
    let (mut studio, mut random) = (Studio::new("init"), Random::named("minds"));
    studio.tape.sound = Sound::Noise;
    for _ in 0..60 {
        let mode = random.one_of(&["lr", "transparent", "linear"]);
        let taps = random.one_of(&["1024", "2048"]);
        let lookahead = random.one_of(&["0", "1", "5"]);
        studio.set(&[("mode", mode), ("taps", taps), ("lookahead", lookahead)]);
        studio.run(random.between(0.0, 0.05));
        std::thread::sleep(Duration::from_millis(random.whole(0..8) as u64));
    }
    let wanted = studio.reference().latency_samples();
    studio.linger(0.5);
    studio.wait_for(wanted);
    studio.linger(3.0);
    let difference = studio.difference();
    assert!(difference < TOLERANCE, "{difference}");
}

/// The stated latency of a session that begins in mode linear, and again after its card was away.
#[test]
fn a_session_begins_and_returns_linear() {
    let mut studio = Studio::new("init");
    studio.set(&[("mode", "linear"), ("taps", "2048")]);
    studio.wait_for(linear(2048));
    let rack = studio.rig.rack.clone();
    rack.unplug("card");
    studio.rig.settle().expect("waits");
    studio.set(&[("taps", "4096")]);
    rack.plug(Card::stereo("card"));
    studio.rig.wait(2.0).expect("returns");
    assert!(studio.rig.running());
    assert_eq!(studio.engine_frames(), linear(4096), "what was wished meanwhile");
}
