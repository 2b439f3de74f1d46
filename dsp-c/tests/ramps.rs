//! Ramps: no zipper noise, the right length, and an end exactly on the target.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Law, Settings};

const RATE_HZ: f64 = 48_000.0;

/// One band that is at work by its make-up and gain only, so that every ramp can be heard on its own.
fn base() -> Settings {
    settings(1, BandSettings { gain_db: -3.0, ..idle_band() })
}

/// Every parameter that ramps, moved.
fn moves() -> Vec<(&'static str, Settings)> {
    let band = |edit: fn(&mut BandSettings)| {
        let mut new = base();
        edit(&mut new.band[0]);
        new
    };
    vec![
        ("input gain", Settings { input_gain_db: -24.0, ..base() }),
        ("output gain", Settings { output_gain_db: -24.0, ..base() }),
        ("output gain up", Settings { output_gain_db: 24.0, ..base() }),
        ("mix", Settings { mix_percent: 0.0, ..base() }),
        ("delta", Settings { delta: true, ..base() }),
        ("bypass", Settings { bypass: true, ..base() }),
        ("band gain", band(|b| b.gain_db = -24.0)),
        ("band gain up", band(|b| b.gain_db = 24.0)),
        ("band mix", band(|b| b.mix_percent = 20.0)),
        ("band bypass", band(|b| b.bypass = true)),
        ("mute", band(|b| b.mute = true)),
        ("listen", band(|b| b.listen = true)),
        ("make-up", band(|b| (b.auto_makeup, b.above) = (true, section(Law::Compress, -1e-9, 2.0)))),
    ]
}

#[test]
fn steps_of_any_ramped_parameter_leave_nothing_above_minus_80_db() {
    for (name, moved) in moves() {
        for (from, to) in [(base(), moved), (moved, base())] {
            let mut playing = engine(RATE_HZ, 1, &from);
            let input = tone(997.0, 0.9, RATE_HZ, 4096);
            let mut out = play(&mut playing, &vec![input[..1600].to_vec()]).swap_remove(0);
            set(&mut playing, &to);
            out.extend(play(&mut playing, &vec![input[1600..].to_vec()]).swap_remove(0));
            let highest = highest_above_hz(&out, 5000.0, RATE_HZ);
            println!("step of {name}: {highest:.1} dB above 5 kHz");
            assert!(highest < -80.0, "{name}: {highest:.1} dB");
        }
    }
}

#[test]
fn solo_and_mute_among_bands_do_not_click() {
    for edit in [
        (|s: &mut Settings| s.band[1].solo = true) as fn(&mut Settings),
        |s| s.band[2].mute = true,
        |s| s.band[1].bypass = true,
    ] {
        let from = settings(4, BandSettings { gain_db: -9.0, ..idle_band() });
        let mut to = from;
        edit(&mut to);
        let mut playing = engine(RATE_HZ, 1, &from);
        let input = tone(700.0, 0.9, RATE_HZ, 12_288);
        let mut out = play(&mut playing, &vec![input[..6000].to_vec()]).swap_remove(0);
        set(&mut playing, &to);
        out.extend(play(&mut playing, &vec![input[6000..].to_vec()]).swap_remove(0));
        let highest = highest_above_hz(&out[5000..5000 + 4096], 5000.0, RATE_HZ);
        println!("solo, mute, bypass of a band: {highest:.1} dB above 5 kHz");
        assert!(highest < -80.0, "{highest:.1} dB");
    }
}

#[test]
fn a_ramp_lasts_20_ms_and_ends_exactly_on_its_target() {
    for rate_hz in [8000.0, 11_025.0, 44_100.0, 48_000.0, 192_000.0, 768_000.0] {
        let ramp = (0.020 * rate_hz) as usize;
        for (name, moved) in moves() {
            for (from, to) in [(base(), moved), (moved, base())] {
                let input = vec![noise(90, 0.9, ramp + 500)];
                let mut playing = engine(rate_hz, 1, &from);
                play(&mut playing, &vec![noise(91, 0.9, 64)]);
                set(&mut playing, &to);
                let out = play(&mut playing, &input);
                // One band has no filters, so an engine made with the new settings says what is right.
                let want = render(rate_hz, &to, &input);
                assert_eq!(out[0][ramp..], want[0][ramp..], "{name} at {rate_hz} Hz");
                assert_ne!(
                    out[0][ramp * 3 / 4..ramp * 4 / 5],
                    want[0][ramp * 3 / 4..ramp * 4 / 5],
                    "{name} is too quick"
                );
            }
        }
    }
}

#[test]
fn ramps_are_linear_and_start_anew_from_where_they_are() {
    let at = |output_gain_db| Settings { output_gain_db, ..idle(1) };
    let mut playing = engine(RATE_HZ, 1, &at(0.0));
    let mut gains = Vec::new();
    for (target_db, frames) in [(-20.0, 480), (6.0, 2000)] {
        set(&mut playing, &at(target_db));
        gains.extend(play(&mut playing, &vec![vec![1.0; frames]]).swap_remove(0));
    }
    let half = 1.0 + 0.5 * (amplitude(-20.0) - 1.0);
    for (n, gain) in gains.iter().enumerate() {
        let want = match n {
            0..480 => 1.0 + (amplitude(-20.0) - 1.0) * (n + 1) as f64 / 960.0,
            480..1440 => half + (amplitude(6.0) - half) * (n - 479) as f64 / 960.0,
            _ => amplitude(6.0),
        };
        assert!((f64::from(*gain) - want).abs() < 1e-6, "frame {n}: {gain} instead of {want}");
    }
}

#[test]
fn setting_the_same_again_restarts_nothing() {
    let (from, to) = (
        idle(3),
        Settings {
            output_gain_db: -9.0,
            mix_percent: 50.0,
            ..settings(3, BandSettings { gain_db: 5.0, ..idle_band() })
        },
    );
    let input = stereo_noise(92, 0.5, 4096);
    let run = |again: bool| {
        let mut playing = engine(RATE_HZ, 2, &from);
        let mut out: Audio = vec![Vec::new(); 2];
        for at in (0..4096).step_by(64) {
            if at == 0 || again {
                set(&mut playing, &to);
            }
            let heard = play(&mut playing, &input.iter().map(|row| row[at..at + 64].to_vec()).collect());
            out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
        }
        out
    };
    assert_same_bits(&run(true), &run(false), "set every block");
}

#[test]
fn switching_a_law_does_not_click() {
    let with = |law| settings(1, BandSettings { above: section(law, -30.0, 4.0), attack_ms: 1.0, ..idle_band() });
    let mut playing = engine(RATE_HZ, 1, &with(Law::Compress));
    let row = vec![vec![0.5; 4800]];
    let mut gain = Vec::new();
    for law in [Law::Compress, Law::Expand, Law::Off, Law::Compress] {
        set(&mut playing, &with(law));
        gain.extend(play_traced(&mut playing, &row, &Vec::new()).1.swap_remove(0).swap_remove(0));
    }
    assert!(gain[4700] < -15.0 && gain[9500] > 40.0 && gain[14_300] == 0.0 && gain[19_100] < -15.0);
    let steepest = gain[4700..].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 1.0, "{steepest} dB from one frame to the next");
}
