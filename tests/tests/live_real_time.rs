//! The callbacks of `octant live` under watch: not one allocation, release, lock, wait or system call of ours, whatever
//! the blocks, while sounds change, with one clock and with two. x86-64 Linux.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use cpal::ErrorKind;
use octant::live::command::{Command, Switch};
use octant::live::desk::Desk;
use octant::live::open::Choice;
use octant::live::supervisor::Supervisor;
use octant_tests::random::Random;
use octant_tests::rig::{Blocks, Clock, Rig};
use octant_tests::system::card::{Card, Rack, deliver, fetch};
use octant_tests::system::watch::{Counts, Misdeed, Watch, misbehave};
use plugin::analysis::Analysis;

fn run(input: &str, output: &str, sidechain: Option<&str>, calls: usize) {
    let watch = Watch::new();
    let rack = Rack::with(&[Card::stereo("a"), Card::stereo("b"), Card::stereo("c")]);
    let choice = Choice {
        input: Some(input.into()),
        output: Some(output.into()),
        sidechain: sidechain.map(Into::into),
        ..Choice::default()
    };
    let analysis = Arc::new(Analysis::default());
    let fitted = Arc::clone(&analysis);
    let fit = |supervisor: &mut Supervisor| {
        supervisor.fit(Arc::new(move |engine, rate_hz| fitted.attach(engine, rate_hz)));
    };
    let mut rig = Rig::start_with(&rack, choice, Desk::default(), true, fit).expect("starts");
    // As an open window does it; the thread of the analysis is another one and may do what it likes.
    let mut listening = None;
    let mut on_input = rig.stream(input, true).take_input().expect("ours");
    let mut on_side = sidechain.map(|card| rig.stream(card, true).take_input().expect("ours"));
    let mut on_output = rig.stream(output, false).take_output().expect("ours");
    let mut on_error = rig.stream(output, false).take_error().expect("ours");
    let mut clocks = [
        Clock::new(48_000.0, Blocks::Any(2000), 0.5e-3, 0.0, 1),
        Clock::new(48_009.0, Blocks::Any(2000), 0.5e-3, 0.0, 2),
    ];
    let mut random = Random::named(input);
    let mut samples = vec![0.0f32; 4000];
    let mut late = [0.0; 2];
    let mut latencies = BTreeSet::new();
    for call in 0..calls {
        let at = [clocks[0].due_s(true) + late[0], clocks[1].due_s(false) + late[1]];
        let turn = usize::from(at[1] < at[0]);
        let samples = &mut samples[..2 * clocks[turn].block()];
        samples.iter_mut().for_each(|x| *x = 0.3 * random.bipolar());
        let ((), counts) = watch.during(|| match turn {
            0 => {
                deliver(&mut on_input, samples, at[0]);
                if let Some(on_side) = &mut on_side {
                    deliver(on_side, samples, at[0]);
                }
            }
            _ => fetch(&mut on_output, samples, at[1]),
        });
        assert_eq!(counts, Counts::NONE, "call {call}, direction {turn}, {} frames", samples.len() / 2);
        assert!(samples.iter().all(|x| x.is_finite()));
        latencies.insert(rig.session.supervisor.status().engine_frames.load(Relaxed));
        clocks[turn].advance();
        late[turn] = clocks[turn].late_s();
        if call % 97 == 0 {
            // Frames go missing.
            clocks[0].advance();
            let ((), counts) = watch.during(|| {
                on_error(ErrorKind::Xrun.into());
                on_error(ErrorKind::BackendError.into());
            });
            // The error itself is no memory of ours.
            assert_eq!(counts, Counts::NONE, "an error callback");
        }
        if call % 13 == 0 {
            listening = if call % 26 == 0 { Some(analysis.listen()) } else { listening.filter(|_| call % 39 != 0) };
            let command = match random.whole(0..9) {
                8 => Command::Tone(Switch::Toggle),
                0 => Command::Step(1),
                1 => Command::Bypass(Switch::Toggle),
                2 => Command::Solo(0, Switch::Toggle),
                3 => Command::Mute(Switch::Toggle),
                4 => Command::Set(vec![
                    ("mode".into(), random.one_of(&["lr", "transparent", "linear"]).into()),
                    ("taps".into(), random.one_of(&["1024", "2048"]).into()),
                ]),
                5 => Command::Set(vec![("xover1".into(), format!("{}", 50 + random.whole(0..300)))]),
                6 => Command::Set(vec![("lookahead".into(), format!("{}", random.whole(0..20)))]),
                _ => Command::Set(vec![("b1_above_thr".into(), format!("-{}", random.whole(0..60)))]),
            };
            rig.session.carry_out(command.into(), rig.now(), &mut Vec::new());
            rig.session.step(rig.now()).expect("goes on");
            // The threads that make filters and engines live in real time.
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    println!("latencies: {latencies:?}");
    assert!(latencies.len() > 10, "engines changed places: {latencies:?}");
    assert!(latencies.iter().any(|frames| *frames > 500), "mode linear played: {latencies:?}");
}

#[test]
fn one_clock() {
    run("a", "a", None, 20_000);
}

#[test]
fn two_clocks_and_a_sidechain() {
    run("a", "b", Some("c"), 20_000);
}

/// The same rig with a misdeed in one callback of many.
#[test]
fn a_misdeed_in_a_callback_is_caught() {
    let watch = Watch::new();
    let rack = Rack::with(&[Card::stereo("a")]);
    let choice = Choice { input: Some("a".into()), output: Some("a".into()), ..Choice::default() };
    let rig = Rig::start(&rack, choice, Desk::default(), true).expect("starts");
    let mut on_output = rig.stream("a", false).take_output().expect("ours");
    let mut on_input = rig.stream("a", true).take_input().expect("ours");
    let mut samples = vec![0.0f32; 512];
    let ((), counts) = watch.during(|| {
        fetch(&mut on_output, &mut samples, 1.0);
        drop(black_box(vec![0u8; 100]));
    });
    assert_eq!((counts.allocations, counts.releases), (1, 1));
    let ((), counts) = watch.during(|| {
        misbehave(Misdeed::Lock);
        deliver(&mut on_input, &samples, 1.0);
    });
    assert_eq!(counts.locks, 1);
    let ((), counts) = watch.during(|| {
        deliver(&mut on_input, &samples, 1.0);
        misbehave(Misdeed::GetParent);
    });
    assert!(counts.system_calls == 1 || watch.blind().is_some(), "{counts:?}");
}
