//! What a person does at the sound card's panel, on simulated cards: other devices while it runs, a first device that
//! cannot be had, and the test tone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::channel;

use cpal::ErrorKind;
use octant::live::command::{Command, Order, Switch};
use octant::live::company::{Company, Notebook};
use octant::live::desk::Desk;
use octant::live::open::Choice;
use octant::live::options::LiveArgs;
use octant::live::session::Session;
use octant::live::status::Link;
use octant::live::supervisor::Supervisor;
use octant_tests::rig::{Blocks, Clock, Rig, World};
use octant_tests::system::card::{Card, Rack};

fn choice(card: &str) -> Choice {
    Choice { input: Some(card.into()), output: Some(card.into()), unmuted: true, ..Choice::default() }
}

/// A constant goes in; what comes out is kept.
#[derive(Default)]
struct Constant(Vec<f32>);

impl World for Constant {
    fn source(&mut self, _: u64) -> [f32; 2] {
        [0.25; 2]
    }

    fn sink(&mut self, _: u64, sound: [f32; 2]) {
        self.0.push(sound[0]);
    }
}

fn clocks() -> [Clock; 2] {
    [1, 2].map(|seed| Clock::new(48_000.0, Blocks::Fixed(256), 0.0, 0.0, seed))
}

fn bypassed() -> Desk {
    let mut desk = Desk::default();
    desk.bypass(Switch::On).expect("it can always be bypassed");
    desk
}

fn order(rig: &mut Rig, command: Command) {
    rig.session.carry_out(command.into(), rig.now(), &mut Vec::new());
    rig.settle().expect("goes on");
}

#[test]
fn other_devices_are_taken_up_while_it_runs() {
    let rack = Rack::with(&[Card::stereo("a"), Card { rates: vec![96_000], ..Card::stereo("b") }]);
    let engines = Arc::<AtomicUsize>::default();
    let seen = Arc::clone(&engines);
    let fit = move |supervisor: &mut Supervisor| {
        supervisor.fit(Arc::new(move |engine, _| {
            seen.fetch_add(engine.channels(), Relaxed);
        }));
    };
    let mut rig = Rig::start_with(&rack, choice("a"), bypassed(), true, fit).expect("starts");
    let (now, host) = (rig.now(), Rig::host(&rack));
    rig.session.supervisor.choose(now, host, "other".into(), choice("b"));
    rig.settle().expect("goes on");
    assert!(rig.running(), "what plays is faded out first");
    rig.wait(1.0).expect("goes on");
    let wiring = rig.session.supervisor.wiring().clone();
    assert_eq!((wiring.link, wiring.host.as_str(), wiring.rate_hz), (Link::Running, "other", 96_000));
    assert_eq!((wiring.input.as_str(), wiring.output.as_str(), wiring.reconnects), ("b", "b", 0));
    assert_eq!(engines.load(Relaxed), 4, "who listens got both stereo engines");
    assert_eq!(rack.streams().len(), 2, "the streams of the first card are gone");
    let streams = [rig.stream("b", true), rig.stream("b", false)];
    let mut clocks = [1, 2].map(|seed| Clock::new(96_000.0, Blocks::Fixed(256), 0.0, 0.0, seed));
    let mut world = Constant::default();
    rig.run(0.5, [&streams[0], &streams[1]], &mut clocks, &mut world).expect("runs");
    assert_eq!(world.0.last(), Some(&0.25), "sound passes");
    // A card that goes away now is waited for as ever.
    rack.unplug("b");
    streams[1].tell(ErrorKind::DeviceNotAvailable);
    rig.wait(1.0).expect("goes on");
    assert!(matches!(&rig.session.supervisor.wiring().link, Link::Waiting(why) if why.contains("is not there")));
    let (now, host) = (rig.now(), Rig::host(&rack));
    rig.session.supervisor.choose(now, host, "custom".into(), choice("a"));
    rig.wait(1.0).expect("goes on");
    assert!(rig.running(), "or given up for another one");
    assert_eq!(rig.session.supervisor.wiring().input, "a");
}

#[test]
fn devices_that_cannot_be_had_wait_for_a_better_choice() {
    let rack = Rack::with(&[Card::stereo("a"), Card { refuses: Some(ErrorKind::DeviceBusy), ..Card::stereo("b") }]);
    assert!(Rig::start(&rack, choice("b"), Desk::default(), true).is_err(), "nobody there who could choose");
    let patient = |supervisor: &mut Supervisor| supervisor.be_patient();
    let mut rig = Rig::start_with(&rack, choice("b"), bypassed(), true, patient).expect("waits");
    rig.wait(4.0).expect("goes on");
    assert!(matches!(&rig.session.supervisor.wiring().link, Link::Waiting(why) if why.contains("busy")));
    let told = rig.session.supervisor.take_messages();
    assert_eq!(told.len(), 0, "{told:?}");
    let now = rig.now();
    let told = rig.session.shoot(now).messages.clone();
    assert_eq!(told.iter().filter(|sentence| sentence.contains("busy")).count(), 1, "once: {told:?}");
    let host = Rig::host(&rack);
    rig.session.supervisor.choose(now, host, "custom".into(), choice("a"));
    rig.wait(0.5).expect("goes on");
    assert!(rig.running());
    // And the other way round: what is chosen badly can be chosen better.
    let (now, host) = (rig.now(), Rig::host(&rack));
    rig.session.supervisor.choose(now, host, "custom".into(), choice("b"));
    rig.wait(1.0).expect("goes on");
    assert!(!rig.running());
    let (now, host) = (rig.now(), Rig::host(&rack));
    rig.session.supervisor.choose(now, host, "custom".into(), choice("a"));
    rig.wait(1.0).expect("goes on");
    assert!(rig.running());
}

#[test]
fn the_test_tone_is_heard_beside_the_sound() {
    let rack = Rack::with(&[Card::stereo("a")]);
    let mut rig = Rig::start(&rack, choice("a"), bypassed(), true).expect("starts");
    let streams = [rig.stream("a", true), rig.stream("a", false)];
    let (mut clocks, mut world) = (clocks(), Constant::default());
    let mut last = |rig: &mut Rig| {
        rig.run(0.3, [&streams[0], &streams[1]], &mut clocks, &mut world).expect("runs");
        let end = world.0.len();
        let (low, high) = world.0[end - 960..]
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), sample| (low.min(*sample), high.max(*sample)));
        (low - 0.25, high - 0.25)
    };
    assert_eq!(last(&mut rig), (0.0, 0.0));
    order(&mut rig, Command::Tone(Switch::On));
    let (low, high) = last(&mut rig);
    assert!((low + 0.1).abs() < 1e-3 && (high - 0.1).abs() < 1e-3, "{low} … {high}");
    order(&mut rig, Command::Mute(Switch::On));
    let (low, high) = last(&mut rig);
    assert!((low + 0.35).abs() < 1e-3 && (high + 0.15).abs() < 1e-3, "the muted input is gone: {low} … {high}");
    order(&mut rig, Command::Mute(Switch::Off));
    order(&mut rig, Command::Tone(Switch::Toggle));
    assert_eq!(last(&mut rig), (0.0, 0.0));
}

/// A program that asks gets the answer of whoever does it, and sees what it has just done.
#[test]
fn who_asks_is_answered_when_it_is_done() {
    let rack = Rack::with(&[Card::stereo("a")]);
    let mut rig = Rig::start(&rack, choice("a"), bypassed(), true).expect("starts");
    let scratch = std::env::temp_dir().join(format!("octant-answers-{}.json", std::process::id()));
    let arguments = LiveArgs { state: Some(scratch.clone()), json: true, ..LiveArgs::default() };
    let notebook = Notebook::open(&arguments).expect("nothing is there yet");
    rig.session.desk.preset("kick-ducks-bass").expect("a factory preset");
    let mut company = Company::gather(notebook, arguments.clone(), &arguments, &mut rig.session).expect("nobody else");
    let now = rig.now();
    let told = rig.session.shoot(now).messages.concat();
    assert!(told.contains("b1, b2: listen to the external sidechain, but none is given"), "{told}");
    let mut ask = |command: Command| {
        let (outbox, inbox) = channel();
        let mut errands = Vec::new();
        rig.session.carry_out(Order { command, answer: Some(outbox) }, now, &mut errands);
        company.turn(&mut rig.session, errands, now);
        inbox.try_recv().expect("answered once")
    };
    assert!(ask(Command::Reload).is_ok());
    std::fs::write(&scratch, "{").expect("can be written");
    let refused = ask(Command::Reload).expect_err("the state file is no JSON");
    assert!(refused.sentence.contains("line 1") && refused.sentence.contains("not JSON"), "{refused}");
    assert!(ask(Command::Preset("drum-bus".into())).is_ok());
    assert_eq!(ask(Command::Meters).expect("a picture")["preset"], "Drum Bus", "no older than the line before");
    company.save(&mut rig.session);
    assert_eq!(std::fs::read_to_string(&scratch).expect("still there"), "{", "nobody's work is written over");
    std::fs::remove_file(&scratch).expect("it was there");
}

/// What was done for the user's sake is no wish of the user: another pair of devices shall not begin muted.
#[test]
fn only_what_the_user_did_is_remembered_of_muting() {
    let card = |id: &str| Card { built_in: true, ..Card::stereo(id) };
    let rack = Rack::with(&[card("mic"), card("speakers")]);
    let choice = Choice { input: Some("mic".into()), output: Some("speakers".into()), ..Choice::default() };
    let desk = Desk::default();
    let supervisor = Supervisor::new(Rig::host(&rack), "custom".into(), choice, true, desk.settings());
    let mut rig = Rig { rack, session: Session::new(desk, supervisor), now_s: 0.0 };
    let scratch = std::env::temp_dir().join(format!("octant-muting-{}.json", std::process::id()));
    let arguments = LiveArgs { state: Some(scratch.clone()), json: true, ..LiveArgs::default() };
    let notebook = Notebook::open(&arguments).expect("nothing is there yet");
    let mut company = Company::gather(notebook, arguments.clone(), &arguments, &mut rig.session).expect("nobody else");
    rig.settle().expect("starts");
    assert!(rig.running() && rig.session.desk.muted);
    let mut remembered = |rig: &mut Rig| {
        let now = rig.now();
        company.turn(&mut rig.session, Vec::new(), now);
        company.save(&mut rig.session);
        // Without anything to remember there is no file.
        std::fs::read_to_string(&scratch).unwrap_or_default().contains("\"muted\"")
    };
    assert!(!remembered(&mut rig), "the program did this");
    order(&mut rig, Command::Mute(Switch::Off));
    assert!(remembered(&mut rig), "and the user this");
    std::fs::remove_file(&scratch).expect("it was there");
}
