//! Look-ahead: what is early, what is late, and that both meet.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Law, Settings};

const RATE_HZ: f64 = 48_000.0;

/// A limiter: ∞:1 above −20 dB, 1/100 ms.
fn wall(lookahead_ms: f64) -> BandSettings {
    BandSettings {
        above: section(Law::Compress, -20.0, 100.0),
        knee_db: 0.0,
        attack_ms: 1.0,
        release_ms: 100.0,
        lookahead_ms,
        ..idle_band()
    }
}

fn one_band(band: BandSettings, lookahead_ms: f64) -> Settings {
    Settings { bands: 1, band: [band; 8], lookahead_ms, ..Settings::default() }
}

#[test]
fn an_idle_engine_with_lookahead_is_a_delay_of_its_latency() {
    for rate_hz in [8000.0, 44_100.0, 48_000.0, 192_000.0] {
        for lookahead_ms in [0.0, 0.02, 1.0, 1.34, 5.0, 19.99, 20.0] {
            let settings = one_band(idle_band(), lookahead_ms);
            let mut playing = engine(rate_hz, 2, &settings);
            let latency = playing.latency_samples();
            assert_eq!(latency, (lookahead_ms * 1e-3 * rate_hz + 0.5).floor() as usize);
            let input = stereo_noise(30, 0.7, 9000);
            let out = play(&mut playing, &input);
            for (out, input) in out.iter().zip(&input) {
                assert!(out[..latency].iter().all(|x| *x == 0.0));
                assert_eq!(out[latency..], input[..9000 - latency]);
            }
        }
    }
}

#[test]
fn the_bands_are_delayed_alike() {
    let settings = |lookahead_ms| {
        let mut new = Settings { lookahead_ms, ..idle(8) };
        for (index, band) in new.band.iter_mut().enumerate() {
            band.lookahead_ms = 0.7 * index as f64;
        }
        new
    };
    let input = stereo_noise(31, 0.7, 9000);
    let (early, late) = (render(RATE_HZ, &settings(0.0), &input), render(RATE_HZ, &settings(3.0), &input));
    for (early, late) in early.iter().zip(&late) {
        assert!(late[..144].iter().all(|x| *x == 0.0));
        assert_eq!(late[144..], early[..9000 - 144]);
    }
}

#[test]
fn a_step_meets_a_gain_that_has_already_fallen_only_with_lookahead_of_the_band() {
    let mut input = vec![0.0; 4800];
    input[1000..].fill(0.9);
    let heard = |band_ms| render(RATE_HZ, &one_band(wall(band_ms), 5.0), &vec![input.clone()]).swap_remove(0);
    let (ahead, behind) = (heard(5.0), heard(0.0));
    assert!(ahead[..1240].iter().all(|x| *x == 0.0) && ahead[1240] > 0.0, "the audio is late by the latency");
    assert!(ahead[1240].abs() < 0.2 && behind[1240] > 0.8, "{} {}", ahead[1240], behind[1240]);
    // More than the global look-ahead is not possible.
    assert_same_bits(&vec![heard(20.0)], &vec![ahead], "look-ahead of the band beyond the global one");
}

#[test]
fn the_gain_begins_to_move_exactly_as_early_as_the_band_looks_ahead() {
    for band_ms in [0.0, 1.0, 2.5, 5.0] {
        let mut input = vec![0.0; 4800];
        input[1000] = 1.0;
        let settings = one_band(wall(band_ms), 5.0);
        let (out, gain) = play_traced(&mut engine(RATE_HZ, 1, &settings), &vec![input], &Vec::new());
        let moved = gain[0][0].iter().position(|gain| *gain != 0.0).unwrap();
        let heard = out[0].iter().position(|x| *x != 0.0).unwrap();
        assert_eq!((heard, heard - moved), (1240, (band_ms * 48.0) as usize), "band look-ahead {band_ms} ms");
    }
}

#[test]
fn the_trace_is_the_gain_that_the_same_frame_meets() {
    let settings = one_band(wall(1.3), 4.0);
    let input = programme(32, RATE_HZ, 20_000);
    let mut playing = engine(RATE_HZ, 1, &settings);
    let latency = playing.latency_samples();
    let (out, gain) = play_traced(&mut playing, &vec![input.clone()], &Vec::new());
    for n in latency..20_000 {
        let want = f64::from(input[n - latency]) * amplitude(f64::from(gain[0][0][n]));
        assert!(
            (f64::from(out[0][n]) - want).abs() < 1e-5 * want.abs() + 1e-9,
            "frame {n}: {} instead of {want}",
            out[0][n]
        );
    }
}

#[test]
fn changed_lookahead_takes_another_engine_and_this_one_says_so() {
    let before = one_band(idle_band(), 2.0);
    let after = Settings { lookahead_ms: 7.0, ..before };
    let mut playing = engine(RATE_HZ, 1, &before);
    let input = vec![noise(33, 0.5, 4000)];
    set(&mut playing, &after);
    let out = play(&mut playing, &input);
    assert_eq!((playing.latency_samples(), playing.wanted_latency_samples()), (96, 336));
    assert_eq!(out[0][96..], input[0][..4000 - 96], "the old delay goes on");
    playing.restart();
    assert_eq!((playing.latency_samples(), playing.wanted_latency_samples()), (96, 336), "the promise holds");
    let mut another = engine(RATE_HZ, 1, &after);
    assert_eq!((another.latency_samples(), another.wanted_latency_samples()), (336, 336));
    let out = play(&mut another, &input);
    assert!(out[0][..336].iter().all(|x| *x == 0.0));
    assert_eq!(out[0][336..], input[0][..4000 - 336]);
}

/// Linked, one gain serves both channels; but the gains of before are still on their way to the bands that they belong to.
#[test]
fn gains_on_their_way_are_each_channels_own_when_channels_become_linked() {
    let input = vec![tone(5000.0, 0.9, RATE_HZ, 4800), tone(5000.0, 0.02, RATE_HZ, 4800)];
    for (attack_ms, release_ms, lookahead_ms) in [(0.1, 5.0, 20.0), (1.0, 1.0, 20.0), (0.1, 5.0, 1.0)] {
        let above = section(Law::Compress, -40.0, 4.0);
        let band = BandSettings { above, attack_ms, release_ms, link_percent: 0.0, ..idle_band() };
        // A band that is never linked keeps the gains of all bands apart.
        let gains = |apart: bool| {
            let mut wanted = Settings { lookahead_ms, ..settings(2, band) };
            wanted.band[0] = BandSettings { link_percent: if apart { 0.0 } else { 100.0 }, ..idle_band() };
            let mut playing = engine(RATE_HZ, 2, &wanted);
            play(&mut playing, &input);
            wanted.band[1].link_percent = 100.0;
            set(&mut playing, &wanted);
            play_traced(&mut playing, &input, &Vec::new()).1.swap_remove(1)
        };
        for (channel, (got, want)) in gains(false).iter().zip(&gains(true)).enumerate() {
            let apart = largest_difference(got, want);
            assert!(apart < 1e-4, "attack {attack_ms} ms, channel {channel}: {apart} dB apart");
        }
    }
}
