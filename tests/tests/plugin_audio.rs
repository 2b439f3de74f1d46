//! The plugin's sound is the engine's, bit for bit, however the host cuts its blocks.

use octant_dsp::params::{self, ParamRef};
use octant_dsp::{Engine, Preset, Settings, preset};
use octant_tests::random::Random;
use octant_tests::system::clap::{Info, Instance, linked};
use std::collections::BTreeMap;

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 12_000;

type Rows = Vec<Vec<f32>>;

fn noise(name: &str, channels: usize) -> Rows {
    let mut random = Random::named(name);
    (0..channels)
        .map(|_| (0..FRAMES).map(|n| random.bipolar() * if (n / 2000) % 2 == 0 { 0.5 } else { 0.01 }).collect())
        .collect()
}

fn value(row: &ParamRef, info: &Info, settings: &Settings) -> (u32, f64) {
    let place = row.param.to_normalised(row.get(settings));
    (info.id, if info.stepped { place * (info.range[1] - info.range[0]) } else { place })
}

fn events(infos: &BTreeMap<String, Info>, settings: &Settings) -> Vec<(u32, f64)> {
    params::all().map(|row| value(&row, &infos[&row.name()], settings)).collect()
}

/// Cuts rows at the same places.
fn pieces(rows: &mut Rows, sizes: &[usize], mut each: impl FnMut(usize, &mut [&mut [f32]])) {
    let mut at = 0;
    for &size in sizes {
        let mut piece: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[at..at + size]).collect();
        each(at, &mut piece);
        at += size;
    }
    assert_eq!(at, rows[0].len());
}

fn by_engine(settings: &Settings, main: &Rows, sidechain: &Rows) -> Rows {
    let mut engine = Engine::new(RATE_HZ, main.len(), settings).expect("valid");
    let mut rows = main.clone();
    let mut piece: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[..]).collect();
    let sidechain: Vec<&[f32]> = sidechain.iter().map(|row| &row[..]).collect();
    engine.process(&mut piece, &sidechain);
    rows
}

fn by_plugin(instance: &mut Instance, main: &Rows, sidechain: &Rows, sizes: &[usize], first: &[(u32, f64)]) -> Rows {
    let (mut rows, mut events) = (main.clone(), first);
    pieces(&mut rows, sizes, |at, piece| {
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, events);
        events = &[];
    });
    rows
}

fn sizes(block: usize) -> Vec<usize> {
    let mut sizes = vec![block; FRAMES / block];
    sizes.push(FRAMES % block);
    sizes.retain(|size| *size > 0);
    sizes
}

fn ways() -> Vec<(String, Vec<usize>)> {
    let mut ways: Vec<_> = [1, 17, 64, 480, 512, 4096].map(|block| (block.to_string(), sizes(block))).into();
    let mut random = Random::named("blocks").pieces(FRAMES, 900);
    random.retain(|size| *size > 0);
    ways.push(("random".into(), random));
    ways
}

fn bits(rows: &Rows) -> Vec<Vec<u32>> {
    rows.iter().map(|row| row.iter().map(|sample| sample.to_bits()).collect()).collect()
}

fn factory(slug: &str) -> Preset {
    preset::find_factory(slug).expect("a factory preset").preset().expect("valid")
}

#[test]
fn blocks_of_any_size_give_the_engines_bits() {
    for (id, channels) in [("audio.octant.octant", 2), ("audio.octant.octant-mono", 1)] {
        for slug in ["up-down-eight", "kick-ducks-bass", "master-mid-side"] {
            let settings = factory(slug).settings;
            let (main, sidechain) = (noise("main", channels), noise("sidechain", channels));
            let expected = bits(&by_engine(&settings, &main, &sidechain));
            assert_ne!(expected, bits(&main));
            for (name, sizes) in ways() {
                let mut instance = Instance::new(&linked(), id);
                let events = events(&instance.infos(), &settings);
                instance.flush(&events);
                instance.start(RATE_HZ, 4096);
                let heard = by_plugin(&mut instance, &main, &sidechain, &sizes, &[]);
                assert!(bits(&heard) == expected, "{id}, {slug}, blocks of {name}");
            }
        }
    }
}

/// What a preset says is what the engine gets, to the last digit, though hosts hold places in single precision.
#[test]
fn every_factory_preset_arrives_exactly() {
    for factory in preset::factory() {
        let settings = factory.preset().expect("valid").settings;
        let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
        let expected = bits(&by_engine(&settings, &main, &sidechain));
        let mut instance = Instance::new(&linked(), "audio.octant.octant");
        let events = events(&instance.infos(), &settings);
        instance.flush(&events);
        instance.start(RATE_HZ, 512);
        let heard = by_plugin(&mut instance, &main, &sidechain, &sizes(500), &[]);
        assert!(bits(&heard) == expected, "{}", factory.slug);
    }
}

/// Some hosts send everything with the first block only.
#[test]
fn settings_that_come_with_the_first_block_act_at_once() {
    let settings = factory("up-down-eight").settings;
    let settings = Settings { lookahead_ms: 0.0, ..settings };
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let expected = bits(&by_engine(&settings, &main, &sidechain));
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let events = events(&instance.infos(), &settings);
    instance.start(RATE_HZ, 512);
    let heard = by_plugin(&mut instance, &main, &sidechain, &sizes(512), &events);
    assert!(bits(&heard) == expected);
    instance.reset();
    let again = by_plugin(&mut instance, &main, &sidechain, &sizes(512), &[]);
    assert!(bits(&again) == expected, "after a reset");
}

/// Automation at block starts: the same changes in the engine, at the same frames.
#[test]
fn automation_is_the_engines() {
    let mut settings = factory("mastering-glue").settings;
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let mut random = Random::named("automation");
    let sizes = sizes(240);
    let steps: Vec<Settings> = sizes
        .iter()
        .map(|_| {
            for row in params::all().filter(|row| row.param.automatable() && row.id() != "bypass") {
                if random.chance(0.02) {
                    // Figures as people and presets have them.
                    let plain = row.param.from_normalised(random.unit());
                    let text = row.param.text(plain);
                    row.set_clamped(&mut settings, row.param.parse(&text).expect("its own text"));
                }
            }
            settings
        })
        .collect();
    let mut engine = Engine::new(RATE_HZ, 2, &steps[0]).expect("valid");
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    instance.flush(&events(&infos, &steps[0]));
    instance.start(RATE_HZ, 240);
    let (mut expected, mut heard) = (main.clone(), main);
    let mut wanted = steps.iter();
    pieces(&mut expected, &sizes, |at, piece| {
        engine.set(wanted.next().expect("one per block")).expect("valid");
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        engine.process(piece, &side);
    });
    let mut wanted = steps.iter();
    pieces(&mut heard, &sizes, |at, piece| {
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, &events(&infos, wanted.next().expect("one per block")));
    });
    assert!(bits(&heard) == bits(&expected));
}

/// A state loaded between two blocks is a change of settings like any other: whole, and faded by the engine.
#[test]
fn a_state_loaded_while_playing_is_the_engines_change() {
    let (first, second) = (factory("mastering-glue").settings, factory("up-down-eight").settings);
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let mut other = Instance::new(&linked(), "audio.octant.octant");
    let infos = other.infos();
    other.flush(&events(&infos, &second));
    let state = other.save();
    let changed = Settings { lookahead_ms: first.lookahead_ms, ..second };
    let mut engine = Engine::new(RATE_HZ, 2, &first).expect("valid");
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    instance.flush(&events(&infos, &first));
    instance.start(RATE_HZ, 500);
    let (mut expected, mut heard) = (main.clone(), main);
    pieces(&mut expected, &sizes(500), |at, piece| {
        if at == 5000 {
            engine.set(&changed).expect("valid");
        }
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        engine.process(piece, &side);
    });
    pieces(&mut heard, &sizes(500), |at, piece| {
        if at == 5000 {
            assert!(instance.load(&state));
        }
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, &[]);
    });
    assert!(bits(&heard) == bits(&expected));
}

#[test]
fn the_latency_changes_with_a_restart_only() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    let lookahead = |ms: f64| vec![(infos["Look-ahead"].id, ms / 20.0)];
    instance.flush(&lookahead(5.0));
    let restarts = |instance: &Instance| instance.requests.restarts.load(std::sync::atomic::Ordering::Relaxed);
    instance.start(RATE_HZ, 512);
    assert_eq!(instance.latency(), 240);
    // The framework itself asks for one when the first activation brings a latency.
    let before = restarts(&instance);
    let mut impulse = vec![vec![0.0; 512]; 2];
    impulse[0][0] = 1.0;
    let silence = vec![vec![0.0; 512]; 2];
    let mut run = |instance: &mut Instance, events: &[(u32, f64)]| {
        let side: Vec<&[f32]> = silence.iter().map(|row| &row[..]).collect();
        let mut rows: Vec<&mut [f32]> = impulse.iter_mut().map(|row| &mut row[..]).collect();
        instance.process(&mut rows, &side, events);
    };
    run(&mut instance, &lookahead(10.0));
    assert_eq!((restarts(&instance) - before, instance.latency()), (1, 240));
    run(&mut instance, &lookahead(10.0));
    assert_eq!(restarts(&instance) - before, 1, "asked once");
    assert!(instance.tail().is_some_and(|tail| tail > 240));
    instance.stop();
    instance.start(RATE_HZ, 512);
    assert_eq!(instance.latency(), 480);
    let before = restarts(&instance);
    run(&mut instance, &[(infos["Hold latency"].id, 1.0)]);
    run(&mut instance, &lookahead(1.0));
    assert_eq!((restarts(&instance) - before, instance.latency()), (0, 480), "held");
}
