//! `octant live` on simulated cards: one clock bit for bit, devices that go and come, formats, and what users are told.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use cpal::{ErrorKind, SampleFormat};
use octant::error::{Failure, Kind};
use octant::live::command::{Command, Switch};
use octant::live::desk::{Desk, Slot};
use octant::live::open::Choice;
use octant::live::options::DriftChoice;
use octant::live::session::Session;
use octant::live::status::Link;
use octant::live::supervisor::Supervisor;
use octant_dsp::Engine;
use octant_tests::random::Random;
use octant_tests::rig::{Blocks, Clock, Rig, World};
use octant_tests::system::card::{Card, Rack};

const RATE_HZ: f64 = 48_000.0;
/// Silence first: the fades at the beginning are over by then.
const QUIET_FRAMES: u64 = 24_000;

fn choice(input: &str, output: &str) -> Choice {
    Choice { input: Some(input.into()), output: Some(output.into()), ..Choice::default() }
}

fn preset(name: &str) -> Desk {
    let slot = Slot::load(name).expect("a factory preset");
    Desk { slots: std::array::from_fn(|_| slot.clone()), ..Desk::default() }
}

/// Noise after silence, and everything that came out.
struct Noise {
    input: [Vec<f32>; 2],
    output: [Vec<f32>; 2],
}

impl Noise {
    fn new(seconds: f64) -> Self {
        let mut random = Random::named("live noise");
        let frames = (seconds * RATE_HZ) as u64;
        let mut row =
            || (0..frames).map(|n| if n < QUIET_FRAMES { 0.0 } else { 0.5 * random.bipolar() }).collect::<Vec<f32>>();
        Self { input: [row(), row()], output: [Vec::new(), Vec::new()] }
    }
}

impl World for Noise {
    fn source(&mut self, frame: u64) -> [f32; 2] {
        [0, 1].map(|channel| self.input[channel].get(frame as usize).copied().unwrap_or(0.0))
    }

    fn sink(&mut self, frame: u64, sound: [f32; 2]) {
        assert_eq!(frame as usize, self.output[0].len());
        self.output.iter_mut().zip(sound).for_each(|(row, x)| row.push(x));
    }
}

struct Silence;

impl World for Silence {
    fn source(&mut self, _: u64) -> [f32; 2] {
        [0.0; 2]
    }

    fn sink(&mut self, _: u64, _: [f32; 2]) {}
}

fn streams(rig: &Rig, input: &str, output: &str) -> [Arc<octant_tests::system::card::BuiltStream>; 2] {
    [rig.stream(input, true), rig.stream(output, false)]
}

/// Runs noise through one card and compares every sample with the engine's own; gives the age of the input.
fn bit_for_bit(blocks: [Blocks; 2], jitter_s: f64, seconds: f64) -> f64 {
    let rack = Rack::with(&[Card::stereo("card")]);
    let desk = preset("mastering-glue");
    let settings = *desk.settings();
    let mut rig = Rig::start(&rack, choice("card", "card"), desk, true).expect("starts");
    let [input, output] = streams(&rig, "card", "card");
    let [of_input, of_output] = blocks;
    let mut clocks =
        [Clock::new(RATE_HZ, of_input, jitter_s, 0.0, 1), Clock::new(RATE_HZ, of_output, jitter_s, 0.0, 2)];
    let mut noise = Noise::new(seconds - 0.5);
    rig.run(seconds, [&input, &output], &mut clocks, &mut noise).expect("runs");
    let status = rig.session.supervisor.status();
    let lost = (status.underruns.load(Relaxed), status.overruns.load(Relaxed));
    assert_eq!(lost, (0, 0), "underruns, overruns");
    let age = status.age_frames.load(Relaxed);

    let mut engine = Engine::new(RATE_HZ, 2, &settings).expect("a factory preset");
    let [left, right] = &mut noise.input;
    engine.process(&mut [&mut left[..], &mut right[..]], &[]);
    let delay = (0..20_000)
        .find(|delay| {
            let at = QUIET_FRAMES as usize;
            (at..at + 64).all(|n| noise.output[0].get(n + delay) == Some(&noise.input[0][n]))
        })
        .expect("the noise comes out");
    for channel in 0..2 {
        let (expected, heard) = (&noise.input[channel], &noise.output[channel]);
        for n in 0..expected.len() {
            assert_eq!(heard[n + delay].to_bits(), expected[n].to_bits(), "channel {channel}, frame {n}");
        }
    }
    // The callbacks with which it began may have been late themselves.
    assert!((age - delay as f64).abs() < 1.0 + jitter_s * RATE_HZ, "stated {age}, heard {delay}");
    age
}

#[test]
fn one_clock_passes_bit_for_bit_with_the_stated_delay() {
    let age = bit_for_bit([Blocks::Fixed(256), Blocks::Fixed(256)], 0.0, 6.0);
    assert_eq!(age, 2.0 * 256.0 + 48.0, "two periods and a millisecond");
}

#[test]
fn late_callbacks_change_no_bit() {
    let age = bit_for_bit([Blocks::Fixed(256), Blocks::Fixed(256)], 0.9e-3, 6.0);
    assert!(age <= 2.0 * 256.0 + 2.0 * 48.0, "{age}");
}

#[test]
fn odd_and_unequal_blocks_change_no_bit() {
    bit_for_bit([Blocks::Fixed(170), Blocks::Fixed(441)], 0.0, 6.0);
    bit_for_bit([Blocks::Fixed(1), Blocks::Fixed(8184)], 0.0, 6.0);
    bit_for_bit([Blocks::Fixed(4096), Blocks::Fixed(37)], 0.0, 6.0);
}

/// Sizes that nobody announces: the program learns them, and after that nothing is lost any more.
#[test]
fn any_blocks_are_learned() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let [input, output] = streams(&rig, "card", "card");
    let mut clocks =
        [Clock::new(RATE_HZ, Blocks::Any(8184), 0.0, 0.0, 3), Clock::new(RATE_HZ, Blocks::Any(8184), 0.0, 0.0, 4)];
    rig.run(60.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    let status = Arc::clone(rig.session.supervisor.status());
    let learning = status.underruns.load(Relaxed);
    assert!(learning < 20, "{learning} underruns while learning");
    rig.run(300.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    assert_eq!((status.underruns.load(Relaxed), status.overruns.load(Relaxed)), (learning, 0));
}

#[test]
fn ten_thousand_unplugs() {
    let (mut random, decoy) = (Random::named("unplugs"), Card::stereo("decoy"));
    let rack = Rack::with(&[Card::stereo("in"), Card::stereo("out"), decoy]);
    let choice = Choice { drift: DriftChoice::Off, ..choice("in", "out") };
    let mut rig = Rig::start(&rack, choice, Desk::default(), true).expect("starts");
    let mut longest_s = 0.0f64;
    for round in 0..10_000 {
        let [input, output] = streams(&rig, "in", "out");
        assert_eq!(rack.streams().len(), 2, "round {round}: nothing else is open");
        let mut clocks = [
            Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, rig.now_s, 1),
            Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, rig.now_s, 2),
        ];
        rig.run(random.between(0.0, 0.03), [&input, &output], &mut clocks, &mut Silence).expect("runs");
        let gone = random.one_of(&[&["in"][..], &["out"], &["in", "out"], &["out", "in"]]);
        gone.iter().for_each(|card| rack.unplug(card));
        rig.settle().expect("waits");
        rig.settle().expect("waits");
        assert!(rack.streams().is_empty(), "round {round}: both directions stop");
        assert!(matches!(rig.session.supervisor.wiring().link, Link::Waiting(_)));
        rig.wait(random.one_of(&[0.0, 0.3, 3.0])).expect("waits");
        assert!(!rig.running(), "round {round}: no other card is taken");
        gone.iter().for_each(|card| rack.plug(Card::stereo(card)));
        let back = rig.now_s;
        while !rig.running() {
            rig.wait(0.05).expect("waits");
            assert!(rig.now_s - back <= 2.0, "round {round}: not back within 2 s");
        }
        longest_s = longest_s.max(rig.now_s - back);
        let _ = rig.session.shoot(rig.now());
    }
    println!("back after {longest_s:.2} s at most; {} streams in all", rack.built());
    assert_eq!(rig.session.supervisor.wiring().reconnects, 10_000);
}

/// PulseAudio moves streams from a device that goes away to another one, perhaps beside the microphone, and says nothing.
#[test]
fn a_stream_that_was_moved_without_a_word_is_stopped() {
    let rack = Rack::with(&[Card::stereo("in"), Card::stereo("out"), Card::stereo("other")]);
    let desk = Desk::default();
    let host = Rig::host(&rack);
    let supervisor = Supervisor::new(host, "pulseaudio".into(), choice("in", "out"), true, desk.settings());
    let mut rig = Rig { rack: rack.clone(), session: Session::new(desk, supervisor), now_s: 0.0 };
    rig.settle().expect("starts");
    assert!(rig.running());
    rack.unplug_quietly("out");
    // Who looks lives in real time; for the session hardly any passes.
    for look in 0.. {
        rig.settle().expect("goes on");
        if !rig.running() {
            break;
        }
        assert!(look < 2000, "not missed");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let Link::Waiting(why) = rig.session.supervisor.wiring().link.clone() else { panic!("it waits") };
    assert!(why.contains("output out went away"), "{why}");
    assert!(rack.streams().is_empty(), "both directions stop");
    rig.wait(3.0).expect("goes on");
    assert!(!rig.running(), "no other card is taken");
    rack.plug(Card::stereo("out"));
    rig.wait(2.0).expect("goes on");
    assert!(rig.running());
}

#[test]
fn a_card_may_return_with_another_format() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    for (rates, format, channels, period) in [
        (vec![44_100], SampleFormat::I16, 2, 512),
        (vec![96_000, 192_000], SampleFormat::I32, 8, 64),
        (vec![8_000], SampleFormat::F64, 1, 1),
        (vec![48_000], SampleFormat::F32, 2, 256),
    ] {
        let now =
            Card { rates: rates.clone(), format, inputs: channels, outputs: channels, period, ..Card::stereo("card") };
        rack.unplug("card");
        rack.plug(now);
        rig.wait(2.0).expect("returns");
        assert!(rig.running(), "{rates:?} {format}");
        let wiring = rig.session.supervisor.wiring();
        assert_eq!((wiring.rate_hz, wiring.channels), (rates[0], usize::from(channels.min(2))));
    }
}

#[test]
fn a_stream_that_must_be_built_again_is() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    for (kind, words) in [
        (ErrorKind::StreamInvalidated, "changed and must be opened again"),
        (ErrorKind::DeviceChanged, "was replaced by another device"),
        (ErrorKind::HostUnavailable, "went away"),
    ] {
        rig.stream("card", false).tell(kind);
        rig.settle().expect("waits");
        let Link::Waiting(why) = rig.session.supervisor.wiring().link.clone() else { panic!("{kind:?} is a loss") };
        assert!(why.contains(words), "{why}");
        rig.wait(2.0).expect("returns");
        assert!(rig.running(), "{kind:?}");
    }
}

#[test]
fn callbacks_that_stop_are_missed() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let [input, output] = streams(&rig, "card", "card");
    let mut clocks =
        [Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, 1), Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, 2)];
    rig.run(1.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    rig.wait(0.9).expect("waits");
    assert!(rig.running(), "a hiccup is no loss");
    rig.wait(0.3).expect("waits");
    let Link::Waiting(why) = rig.session.supervisor.wiring().link.clone() else { panic!("missed") };
    assert!(why.contains("stopped without a word"), "{why}");
}

#[test]
fn a_flood_of_errors_ends_in_a_new_beginning_and_a_few_sentences() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let (mut sentences, mut reopened) = (0, rack.built());
    for _ in 0..200 {
        if let Some(stream) = rack.stream("card", false) {
            (0..500).for_each(|_| stream.tell(ErrorKind::BackendError));
        }
        rig.wait(0.05).expect("goes on");
        sentences += rig.session.shoot(rig.now()).messages.len();
    }
    reopened = rack.built() - reopened;
    assert!(reopened >= 4, "{reopened} streams");
    assert!(sentences <= 20, "{sentences} sentences in ten seconds");
}

#[test]
fn a_close_that_hangs_is_left_behind() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let hang = rack.hang_on_close();
    hang.during(|| {
        rack.unplug("card");
        for _ in 0..100 {
            rig.now_s += 0.05;
            rig.session.step(rig.now()).expect("goes on");
        }
        assert!(rig.session.supervisor.hangs());
        rack.plug(Card::stereo("card"));
        let back = rig.now_s;
        while !rig.running() {
            rig.now_s += 0.05;
            rig.session.step(rig.now()).expect("goes on");
            // The helper needs some real time.
            std::thread::sleep(std::time::Duration::from_millis(1));
            assert!(rig.now_s - back < 20.0, "another helper takes over");
        }
    });
}

/// Helpers that never come back are counted: a sound system that hangs for an hour takes four of them, and when it lets
/// go, everything goes on.
#[test]
fn a_sound_system_that_hangs_for_an_hour_takes_four_threads() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let before = rack.asked();
    let hang = rack.hang_when_asked();
    hang.during(|| {
        rack.unplug("card");
        rig.settle().expect("closes");
        rack.plug(Card::stereo("card"));
        for _ in 0..72_000 {
            rig.now_s += 0.05;
            rig.session.step(rig.now()).expect("goes on");
        }
        assert!(!rig.running() && rig.session.supervisor.hangs());
    });
    let back = rig.now_s;
    while !rig.running() {
        rig.now_s += 0.05;
        rig.session.step(rig.now()).expect("goes on");
        // The helpers live in real time.
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert!(rig.now_s - back < 60.0, "it goes on when it is let go");
    }
    let asked = rack.asked() - before;
    assert!((2..8).contains(&asked), "asked {asked} times");
}

#[test]
fn it_ends_with_a_fade() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), true).expect("starts");
    let [input, output] = streams(&rig, "card", "card");
    let mut clocks =
        [Clock::new(RATE_HZ, Blocks::Fixed(64), 0.0, 0.0, 1), Clock::new(RATE_HZ, Blocks::Fixed(64), 0.0, 0.0, 2)];
    struct Tone(Vec<f32>);
    impl World for Tone {
        fn source(&mut self, _: u64) -> [f32; 2] {
            [0.01; 2]
        }
        fn sink(&mut self, _: u64, [left, _]: [f32; 2]) {
            self.0.push(left);
        }
    }
    let mut tone = Tone(Vec::new());
    rig.run(1.0, [&input, &output], &mut clocks, &mut tone).expect("runs");
    rig.session.carry_out(Command::Quit.into(), rig.now(), &mut Vec::new());
    rig.run(0.3, [&input, &output], &mut clocks, &mut tone).expect("runs");
    rig.settle().expect("closes");
    assert!(rig.session.supervisor.ended() && rack.streams().is_empty());
    let steepest = tone.0[RATE_HZ as usize / 2..].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    // 20 ms are 960 frames; the steepest frame of the fade is 1.5/960 of the level.
    assert!(steepest < 0.01 * 2.0 / 960.0, "a click of {steepest}");
    assert!(tone.0.iter().rev().take(64).all(|x| *x == 0.0));
}

#[test]
fn without_reconnection_a_loss_is_the_end() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let mut rig = Rig::start(&rack, choice("card", "card"), Desk::default(), false).expect("starts");
    rack.unplug("card");
    let failure = rig.settle().expect_err("ends");
    assert_eq!(failure.kind, Kind::Device);
    assert!(failure.sentence.contains("went away"), "{failure}");
}

fn refusal(rack: &Rack, choice: Choice) -> Failure {
    match Rig::start(rack, choice, Desk::default(), true) {
        Ok(_) => panic!("{rack:?} should be refused", rack = rack.built()),
        Err(failure) => failure,
    }
}

#[test]
fn what_cannot_be_opened_is_told_with_what_can() {
    let rack = |cards: &[Card]| Rack::with(cards);
    let card = Card::stereo;
    let none = refusal(&rack(&[]), Choice::default());
    assert!(none.sentence.contains("custom offers no output device"), "{none}");
    let gone = refusal(&rack(&[card("a"), card("b")]), choice("a", "c"));
    assert_eq!(
        gone.sentence,
        "--output c: custom has no such device; choose one of custom:a, custom:b (octant devices shows all)"
    );
    let wrong = refusal(&rack(&[Card { inputs: 0, ..card("a") }, card("b")]), choice("a", "b"));
    assert_eq!(
        wrong.sentence,
        "--input a: this device has no input; choose one of custom:b (octant devices shows all)"
    );
    let busy = refusal(&rack(&[Card { refuses: Some(ErrorKind::DeviceBusy), ..card("a") }]), choice("a", "a"));
    assert!(busy.sentence.contains("another program holds it"), "{busy}");
    let denied = refusal(&rack(&[Card { refuses: Some(ErrorKind::PermissionDenied), ..card("a") }]), choice("a", "a"));
    assert!(denied.sentence.contains("permission denied"), "{denied}");
    let rate = refusal(&rack(&[card("a")]), Choice { rate: Some(44_100), ..choice("a", "a") });
    assert!(rate.sentence.contains("--rate 44100: input a offers 48000 Hz; choose one of these"), "{rate}");
    let buffer = refusal(&rack(&[card("a")]), Choice { buffer: Some(100), ..choice("a", "a") });
    assert!(buffer.sentence.contains("takes only 256 frames"), "{buffer}");
    let others =
        [card("a"), Card { refuses: Some(ErrorKind::DeviceBusy), ..card("b") }, Card { inputs: 0, ..card("c") }];
    let others = refusal(&rack(&others), choice("b", "c"));
    assert!(
        others.sentence.ends_with("; choose one of custom:a (octant devices shows all)"),
        "not itself, and not an output: {others}"
    );
    let channels = rack(&[card("a"), Card { outputs: 1, ..card("b") }]);
    let channels = refusal(&channels, choice("a", "b"));
    assert!(channels.sentence.contains("choose a stereo output or a mono input"), "{channels}");
    for failure in [none, gone, wrong, busy, others, denied, rate, buffer, channels] {
        assert_eq!(failure.kind.exit_code(), 7, "{failure}");
    }
}

#[test]
fn a_latency_that_cannot_be_kept_is_told() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let told = |latency| {
        let choice = Choice { latency: Some(latency), ..choice("card", "card") };
        let mut rig = Rig::start(&rack, choice, Desk::default(), true).expect("starts");
        let now = rig.now();
        rig.session.shoot(now).messages.iter().any(|message| message.contains("10.7 ms"))
    };
    assert!(told(1.0) && told(10.0) && !told(11.0));
}

/// A latency that is too short becomes what the blocks need, and what experience adds is never more than usual.
#[test]
fn the_least_latency_is_what_the_blocks_need() {
    let rack = Rack::with(&[Card::stereo("card")]);
    let choice = Choice { latency: Some(0.0), ..choice("card", "card") };
    let mut rig = Rig::start(&rack, choice, Desk::default(), true).expect("starts");
    let [input, output] = streams(&rig, "card", "card");
    let clock = |jitter_s, seed| Clock::new(RATE_HZ, Blocks::Fixed(256), jitter_s, 0.0, seed);
    let mut clocks = [clock(0.0, 1), clock(0.0, 2)];
    rig.run(5.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    let status = Arc::clone(rig.session.supervisor.status());
    let (age, learning) = (status.age_frames.load(Relaxed), status.underruns.load(Relaxed));
    assert_eq!((age, learning), (512.0, 0), "two periods");
    clocks.iter_mut().for_each(|clock| clock.jitter_s = 0.5e-3);
    rig.run(60.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    let learning = status.underruns.load(Relaxed);
    assert!(learning < 4, "{learning} underruns");
    rig.run(60.0, [&input, &output], &mut clocks, &mut Silence).expect("runs");
    assert_eq!(status.underruns.load(Relaxed), learning, "learned");
    let age = status.age_frames.load(Relaxed);
    assert!(age < 512.0 + 64.0 + 24.0, "{age}");
}

#[test]
fn one_microphone_channel_goes_to_both_speakers() {
    let rack = Rack::with(&[Card { inputs: 1, ..Card::stereo("mic") }, Card::stereo("out")]);
    let mut rig = Rig::start(&rack, choice("mic", "out"), Desk::default(), true).expect("starts");
    assert_eq!(rig.session.supervisor.wiring().channels, 1);
    let [input, output] = streams(&rig, "mic", "out");
    let mut clocks =
        [Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, 1), Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, 2)];
    let mut noise = Noise::new(2.0);
    rig.run(2.0, [&input, &output], &mut clocks, &mut noise).expect("runs");
    assert_eq!(noise.output[0], noise.output[1]);
    assert!(noise.output[0].iter().any(|x| x.abs() > 0.1));
    let messages = rig.session.shoot(rig.now()).messages.clone();
    assert!(messages.iter().any(|message| message.contains("has one channel")), "{messages:?}");
}

/// The machine's own microphone and speakers: not one sample passes before somebody says so.
#[test]
fn a_microphone_beside_its_speakers_begins_muted() {
    let card = |id: &str| Card { built_in: true, ..Card::stereo(id) };
    let rack = Rack::with(&[card("mic"), card("speakers")]);
    let mut rig = Rig::start(&rack, choice("mic", "speakers"), Desk::default(), true).expect("starts");
    let picture = rig.session.shoot(rig.now());
    assert!(picture.controls.muted);
    assert!(picture.messages.iter().any(|message| message.contains("press m")), "{:?}", picture.messages);
    let [input, output] = streams(&rig, "mic", "speakers");
    let clock = |seed| Clock::new(RATE_HZ, Blocks::Fixed(256), 0.0, 0.0, seed);
    let mut clocks = [clock(1), clock(2)];
    let mut noise = Noise::new(4.0);
    rig.run(2.0, [&input, &output], &mut clocks, &mut noise).expect("runs");
    assert!(noise.output[0].iter().all(|x| x.abs() < 1.0e-9), "muted");
    rig.session.carry_out(Command::Mute(Switch::Toggle).into(), rig.now(), &mut Vec::new());
    rig.run(1.0, [&input, &output], &mut clocks, &mut noise).expect("runs");
    assert!(noise.output[0].iter().rev().take(4800).any(|x| x.abs() > 0.1), "let through");

    let choice = Choice { unmuted: true, ..choice("mic", "speakers") };
    let mut rig = Rig::start(&rack, choice, Desk::default(), true).expect("starts");
    assert!(!rig.session.shoot(rig.now()).controls.muted, "as was said");
}
