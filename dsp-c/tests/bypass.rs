//! The host's bypass: the input itself, as late as the processor, faded in and out.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Law, Mode, Settings};

const RATE_HZ: f64 = 48_000.0;

fn busy(lookahead_ms: f64) -> Settings {
    let band = BandSettings { above: section(Law::Compress, -50.0, 8.0), gain_db: 4.0, ..idle_band() };
    Settings { lookahead_ms, input_gain_db: 9.0, output_gain_db: -3.0, ..settings(4, band) }
}

#[test]
fn after_the_fade_the_input_passes_bit_for_bit_as_late_as_before() {
    for rate_hz in [8000.0, 44_100.0, 48_000.0, 192_000.0] {
        for (lookahead_ms, channels) in [(0.0, 2), (2.0, 2), (20.0, 2), (2.0, 1)] {
            let input: Audio = stereo_noise(60, 0.9, 12_000)[..channels].to_vec();
            let settings = busy(lookahead_ms);
            let mut playing = engine(rate_hz, channels, &settings);
            let piece = |from: usize, to: usize| input.iter().map(|row| row[from..to].to_vec()).collect::<Audio>();
            play(&mut playing, &piece(0, 1000));
            set(&mut playing, &Settings { bypass: true, ..settings });
            let out = play(&mut playing, &piece(1000, 12_000));
            // In force from frame 1008 on, a multiple of 16.
            let (late, faded) = (playing.latency_samples(), 1008 + (0.020 * rate_hz) as usize);
            for (out, input) in out.iter().zip(&input) {
                assert_eq!(out[faded - 1000..], input[faded - late..12_000 - late], "{rate_hz} Hz, {lookahead_ms} ms");
            }
            // From the start there is no fade.
            let out = play(&mut engine(rate_hz, channels, &Settings { bypass: true, ..settings }), &input);
            for (out, input) in out.iter().zip(&input) {
                assert!(out[..late].iter().all(|x| *x == 0.0));
                assert_eq!(out[late..], input[..12_000 - late]);
            }
        }
    }
}

#[test]
fn the_fade_is_a_raised_cosine_in_both_directions() {
    let gain = Settings { output_gain_db: -20.0, ..settings(1, idle_band()) };
    let mut playing = engine(RATE_HZ, 1, &gain);
    let row = vec![vec![1.0; 4800]];
    for (bypass, from, to) in [(true, amplitude(-20.0), 1.0), (false, 1.0, amplitude(-20.0))] {
        set(&mut playing, &Settings { bypass, ..gain });
        let out = play(&mut playing, &row).swap_remove(0);
        for (n, x) in out.iter().enumerate() {
            let done = ((n + 1) as f64 / 960.0).min(1.0);
            let want = from + (to - from) * (0.5 - 0.5 * (std::f64::consts::PI * done).cos());
            assert!((f64::from(*x) - want).abs() < 1e-5, "frame {n}: {x} instead of {want}");
        }
    }
}

#[test]
fn a_bypass_that_turns_round_in_its_fade_does_not_jump() {
    let gain = Settings { output_gain_db: -20.0, ..settings(1, idle_band()) };
    let mut playing = engine(RATE_HZ, 1, &gain);
    let mut out = Vec::new();
    for (bypass, frames) in [(true, 480), (false, 320), (true, 640), (false, 2000)] {
        set(&mut playing, &Settings { bypass, ..gain });
        out.extend(play(&mut playing, &vec![vec![1.0; frames]]).swap_remove(0));
    }
    let steepest = out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.9 * 1.1 * std::f32::consts::PI / 2.0 / 960.0, "{steepest}");
    assert!((f64::from(*out.last().unwrap()) - amplitude(-20.0)).abs() < 1e-6);
}

#[test]
fn bypass_cleans_what_is_not_a_number() {
    let mut playing = engine(RATE_HZ, 2, &Settings { bypass: true, ..busy(1.0) });
    let mut input = stereo_noise(61, 0.5, 1000);
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-39, -1e-42, f32::MIN_POSITIVE / 2.0];
    for (n, x) in odd.into_iter().enumerate() {
        (input[0][100 + n], input[1][300 + n]) = (x, x);
    }
    let out = play(&mut playing, &input);
    assert!(out[0][148..148 + odd.len()].iter().chain(&out[1][348..348 + odd.len()]).all(|x| *x == 0.0));
    assert!(out.iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn the_engine_goes_on_behind_the_bypass() {
    // Back from bypass, envelopes and filters are where they would have been without it.
    let (settings, input) = (busy(2.0), stereo_noise(62, 0.5, 20_000));
    let want = render(RATE_HZ, &settings, &input);
    let mut playing = engine(RATE_HZ, 2, &settings);
    let mut out: Audio = vec![Vec::new(); 2];
    for (at, bypass) in [(0, false), (4000, true), (12_000, false)] {
        set(&mut playing, &Settings { bypass, ..settings });
        let to = if at == 12_000 { 20_000 } else { at + if at == 0 { 4000 } else { 8000 } };
        let heard = play(&mut playing, &input.iter().map(|row| row[at..to].to_vec()).collect());
        out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
    }
    assert_eq!(out[0][..4000], want[0][..4000]);
    assert_eq!(out[0][12_960..], want[0][12_960..]);
}

#[test]
fn bypass_waits_for_no_change_of_structure() {
    let settings = busy(2.0);
    let other = Settings { bands: 7, slope: octant_dsp::settings::Slope::Db48, ..settings };
    let input = stereo_noise(63, 0.5, 4000);
    let mut playing = engine(RATE_HZ, 2, &settings);
    let piece = |from: usize, to: usize| input.iter().map(|row| row[from..to].to_vec()).collect::<Audio>();
    set(&mut playing, &other);
    play(&mut playing, &piece(0, 1000));
    // The other structure comes to rest unheard and is faded in later.
    set(&mut playing, &Settings { bypass: true, ..other });
    let out = play(&mut playing, &piece(1000, 4000));
    assert_eq!(playing.bands(), 7);
    for (out, input) in out.iter().zip(&input) {
        assert_eq!(out[8 + 960..], input[1968 - 96..4000 - 96]);
    }
}

#[test]
fn a_restart_that_has_to_wait_for_filters_takes_the_bypass_over() {
    let linear = Settings { mode: Mode::Linear, linear_taps: 1024, ..busy(0.0) };
    let input = stereo_noise(64, 0.9, 4000);
    for bypass in [true, false] {
        let mut playing = engine(RATE_HZ, 2, &Settings { bypass: !bypass, ..linear });
        // Filters for another number of bands are not at hand, and nobody makes them.
        set(&mut playing, &Settings { bypass, bands: 5, ..linear });
        playing.restart();
        let (late, out) = (playing.latency_samples(), play(&mut playing, &input));
        assert_eq!(playing.bands(), 4, "as before");
        for (out, input) in out.iter().zip(&input) {
            assert_eq!(out[late..] == input[..4000 - late], bypass);
        }
    }
}
