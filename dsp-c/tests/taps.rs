//! What taps show, and that nobody hears them.

use std::sync::Arc;

use octant_dsp::Engine;
use octant_dsp::ffi::Kernels;
use octant_dsp::settings::{Channels, Law, Settings, Slope};
use octant_dsp::tap::{Slot, Switch};

const RATE_HZ: f64 = 48_000.0;

fn tone(hz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| 0.5 * (std::f64::consts::TAU * hz * n as f64 / RATE_HZ).sin() as f32).collect()
}

fn noise(frames: usize, mut seed: u32) -> Vec<f32> {
    (0..frames)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// Everything in motion: structure changes, look-ahead, bypass, mid/side.
fn settings_at(block: usize) -> Settings {
    let mut settings = Settings { lookahead_ms: 3.0, bands: 4 + block / 300 % 3, ..Settings::default() };
    settings.bypass = block / 200 % 4 == 3;
    settings.output_gain_db = (block / 50 % 7) as f64 - 3.0;
    settings.slope = if (block / 500).is_multiple_of(2) { Slope::Db24 } else { Slope::Db48 };
    settings.band[1].link_percent = if (block / 150).is_multiple_of(2) { 100.0 } else { 20.0 };
    settings.band[2].channels = if (block / 700).is_multiple_of(2) { Channels::Stereo } else { Channels::MidSide };
    settings.band[0].above.threshold_db = -40.0;
    settings
}

/// Plays with a listener coming and going every so many blocks (0: never), or not there at all.
fn play(channels: usize, listened: Option<usize>) -> (Vec<u32>, usize) {
    let mut engine = Engine::new(RATE_HZ, channels, &settings_at(0)).expect("valid");
    let switch = Arc::new(Switch::default());
    let mut tap = listened.map(|_| engine.tap(6, &switch));
    let (mut bits, mut slots, mut opening) = (Vec::new(), 0, 0);
    for block in 0..2000 {
        if let (Some(tap), Some(every)) = (&mut tap, listened) {
            if every > 0 && block % every == 0 {
                tap.provide(Slot::new);
                if block / every % 2 == 0 { opening = switch.open() } else { switch.close() }
            }
            // Reads in time for a while, then not: some slots are dropped.
            while block / 100 % 3 != 0 && tap.read(opening, |_| slots += 1) {}
        }
        engine.set(&settings_at(block)).expect("valid");
        let frames = [64, 1, 17, 300, 33][block % 5];
        let mut rows = [noise(frames, block as u32), noise(frames, !block as u32)];
        let [left, right] = &mut rows;
        let mut both: Vec<&mut [f32]> = vec![left, right];
        both.truncate(channels);
        engine.process(&mut both, &[]);
        bits.extend(rows[..channels].iter().flatten().map(|x| x.to_bits()));
    }
    if listened.is_some_and(|every| every > 0) {
        assert!(engine.health().read().dropped_slots > 0);
    }
    (bits, slots)
}

#[test]
fn listening_changes_no_bit() {
    for channels in [1, 2] {
        let (expected, _) = play(channels, None);
        for every in [0, 1, 7, 250] {
            let (found, slots) = play(channels, Some(every));
            assert!(found == expected, "{channels} channels, opened and closed every {every} blocks");
            assert_eq!(slots > 0, every > 0, "{slots} slots");
        }
    }
}

#[test]
fn slots_show_what_goes_in_and_comes_out() {
    for channels in [1, 2] {
        let mut engine = Engine::new(RATE_HZ, channels, &Settings::default()).expect("valid");
        let switch = Arc::new(Switch::default());
        let mut tap = engine.tap(40, &switch);
        tap.provide(Slot::new);
        let opening = switch.open();
        let input = [noise(8000, 1), noise(8000, 2)];
        let mut output = input.clone();
        for at in (0..8000).step_by(100) {
            let [left, right] = &mut output;
            let mut rows: Vec<&mut [f32]> = vec![&mut left[at..at + 100], &mut right[at..at + 100]];
            rows.truncate(channels);
            engine.process(&mut rows, &[]);
        }
        let mut at = 0;
        while tap.read(opening, |slot| {
            let span = at..at + slot.frames();
            for channel in 0..channels {
                assert!(slot.input(channel) == &input[channel][span.clone()], "input {channel} at {at}");
                assert!(slot.output(channel) == &output[channel][span.clone()], "output {channel} at {at}");
            }
            assert!(channels == 2 || slot.input(1).iter().chain(slot.output(1)).all(|&x| x == 0.0));
            at = span.end;
        }) {}
        assert!(at > 7500, "{at} frames in slots");
    }
}

fn power_db(rows: [&[f32]; 2]) -> f64 {
    let power: f64 = rows.iter().flat_map(|row| row.iter()).map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / rows[0].len() as f64).log10()
}

/// A band as heard has the level of the output when it plays alone, in every form that the weights have; and the
/// detector's level is that of the band before its gain.
#[test]
fn bands_are_shown_as_they_are_heard() {
    let mut unlinked = Settings { bands: 3, lookahead_ms: 2.0, output_gain_db: -4.0, ..Settings::default() };
    for band in &mut unlinked.band {
        band.above.law = Law::Compress;
        band.above.threshold_db = -30.0;
        band.above.ratio = 3.0;
        band.gain_db = 2.0;
        band.link_percent = 0.0;
    }
    let mut linked = unlinked;
    linked.band.iter_mut().for_each(|band| band.link_percent = 100.0);
    let mut mid_side = unlinked;
    mid_side.band.iter_mut().for_each(|band| band.channels = Channels::MidSide);
    let frames = 48_000;
    let tones = [60.0, 900.0, 9000.0].map(|hz| tone(hz, frames));
    let sum = |weights: [f32; 3]| -> Vec<f32> {
        (0..frames).map(|n| tones.iter().zip(weights).map(|(tone, weight)| weight * tone[n]).sum()).collect()
    };
    let (left, right) = (sum([0.5, 0.4, 0.1]), sum([0.1, 0.4, -0.3]));
    for (name, settings) in [("linked", linked), ("unlinked", unlinked), ("mid/side", mid_side)] {
        for kernels in Kernels::all() {
            let slots = |settings: &Settings| {
                let mut engine = Engine::with_kernels(kernels, RATE_HZ, 2, settings).expect("valid");
                let switch = Arc::new(Switch::default());
                let mut tap = engine.tap(40, &switch);
                tap.provide(Slot::new);
                let (mut l, mut r) = (left.clone(), right.clone());
                let rest = frames - 8100;
                engine.process(&mut [&mut l[..rest], &mut r[..rest]], &[]);
                let opening = switch.open();
                engine.process(&mut [&mut l[rest..], &mut r[rest..]], &[]);
                let (mut bands, mut outputs) = (vec![[Vec::new(), Vec::new()]; 3], [Vec::new(), Vec::new()]);
                while tap.read(opening, |slot| {
                    for channel in 0..2 {
                        outputs[channel].extend_from_slice(slot.output(channel));
                        for (band, rows) in bands.iter_mut().enumerate() {
                            rows[channel].extend_from_slice(slot.band(band, channel));
                        }
                    }
                }) {}
                (bands, outputs)
            };
            let (bands, _) = slots(&settings);
            for (index, [l, r]) in bands.iter().enumerate() {
                let mut alone = settings;
                alone.band[index].solo = true;
                let [out_l, out_r] = slots(&alone).1;
                let (shown, heard) = (power_db([l, r]), power_db([&out_l, &out_r]));
                assert!((shown - heard).abs() < 0.1, "{name}, {kernels:?}, band {index}: {shown} dB, heard {heard}");
                for (shown, heard) in [(l, &out_l), (r, &out_r)] {
                    let (shown, heard) = (power_db([shown, shown]), power_db([heard, heard]));
                    assert!((shown - heard).abs() < 0.1, "{name}, band {index}, one channel: {shown} and {heard}");
                }
            }
        }
    }
}

#[test]
fn the_level_shown_is_the_one_that_meets_the_threshold() {
    let mut engine = Engine::new(RATE_HZ, 2, &Settings { bands: 1, ..Settings::default() }).expect("valid");
    let switch = Arc::new(Switch::default());
    let mut tap = engine.tap(200, &switch);
    tap.provide(Slot::new);
    let opening = switch.open();
    let (mut left, mut right) = (tone(1000.0, 48_000), vec![0.0; 48_000]);
    engine.process(&mut [&mut left, &mut right], &[]);
    let mut highest = f32::MIN;
    while tap.read(opening, |slot| highest = highest.max(slot.level_db(0))) {}
    let meter = engine.meters()[0].take().expect("it has played");
    assert!((highest - meter.level_db).abs() < 0.01 && (highest + 6.02).abs() < 0.01, "{highest}, {meter:?}");
}

#[test]
fn input_that_is_not_a_number_is_counted_once_per_block() {
    for channels in [1, 2] {
        let mut engine = Engine::new(RATE_HZ, channels, &Settings::default()).expect("valid");
        let health = engine.health();
        for (block, bad) in [f32::NAN, 0.5, f32::INFINITY, -0.5, f32::NEG_INFINITY, 1.0e30].into_iter().enumerate() {
            for at in [0, 8, 63, 64, 199] {
                let mut rows = [[0.25f32; 200], [0.25; 200]];
                rows[block % channels][at] = bad;
                rows[block % channels][at / 2] = bad;
                let [left, right] = &mut rows;
                let mut both: Vec<&mut [f32]> = vec![left, right];
                both.truncate(channels);
                let before = health.read().non_finite_inputs;
                engine.process(&mut both, &[]);
                let counted = health.read().non_finite_inputs - before;
                assert_eq!(counted, u64::from(!bad.is_finite()), "{bad} at {at}, {channels} channels");
            }
        }
        assert_eq!(health.read().non_finite_blocks, 0);
    }
}

/// A sidechain that nobody reads is not looked at; one that is read counts like the input.
#[test]
fn a_sidechain_is_looked_at_where_it_is_read() {
    let mut settings = Settings::default();
    for reads in [false, true] {
        if reads {
            settings.band[0].sidechain = octant_dsp::settings::Sidechain::External;
        }
        let mut engine = Engine::new(RATE_HZ, 2, &settings).expect("valid");
        let mut rows = [[0.25f32; 64], [0.25; 64]];
        let [left, right] = &mut rows;
        engine.process(&mut [left, right], &[&[f32::NAN; 64], &[0.0; 64]]);
        assert_eq!(engine.health().read().non_finite_inputs, u64::from(reads));
    }
}
