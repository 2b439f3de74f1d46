//! Mode transparent: nothing where nothing is done, shelves where something is, the tree where shelves cannot help.

mod common;

use common::*;
use octant_dsp::Engine;
use octant_dsp::ffi::Kernels;
use octant_dsp::settings::{BandSettings, Channels, Law, Mode, Settings, Sidechain, Slope, Target};

const RATE_HZ: f64 = 48_000.0;

fn transparent(settings: Settings) -> Settings {
    Settings { mode: Mode::Transparent, ..settings }
}

/// Settings with a static gain in every band.
fn static_gains(slope: Slope, gains_db: &[f64]) -> Settings {
    let mut new = transparent(Settings { slope, ..idle(gains_db.len()) });
    for (band, gain_db) in new.band.iter_mut().zip(gains_db) {
        band.gain_db = *gain_db;
    }
    new
}

/// Bands that compress whatever they hear.
fn busy(slope: Slope) -> Settings {
    let band = BandSettings {
        above: section(Law::Compress, -40.0, 4.0),
        attack_ms: 1.0,
        release_ms: 40.0,
        link_percent: 30.0,
        ..BandSettings::default()
    };
    let mut new = transparent(Settings { slope, ..settings(8, band) });
    for (index, band) in new.band.iter_mut().enumerate() {
        band.gain_db = [3.0, -4.0, 0.0, 6.0][index % 4];
    }
    new
}

/// What comes out in blocks of uneven length.
fn play_cut(engine: &mut Engine, input: &Audio) -> Audio {
    let mut output = input.clone();
    let (mut at, mut block) = (0, 1);
    while at < output[0].len() {
        let end = output[0].len().min(at + block);
        let mut rows: Vec<&mut [f32]> = output.iter_mut().map(|row| &mut row[at..end]).collect();
        engine.process(&mut rows, &[]);
        (at, block) = (end, block * 7 % 130 + 1);
    }
    output
}

/// The input, late.
fn delayed(input: &Audio, frames: usize) -> Audio {
    input.iter().map(|row| [&vec![0.0; frames], &row[..row.len() - frames]].concat()).collect()
}

#[test]
fn idle_is_bit_exact_with_every_table_of_kernels() {
    let mut input = stereo_noise(200, 0.9, 9000);
    // Full scale, very soft, very loud, and pauses.
    input[0][100..400].iter_mut().for_each(|x| *x = 1.0f32.copysign(*x));
    input[1][500..1500].iter_mut().for_each(|x| *x *= 1.0e-30);
    input[0][2000..2500].iter_mut().for_each(|x| *x *= 9.0e5);
    input.iter_mut().for_each(|row| row[3000..3500].fill(0.0));
    for kernels in Kernels::all() {
        for slope in SLOPES {
            for bands in 1..=8 {
                for (lookahead_ms, link_percent, channels) in [(0.0, 100.0, 2), (3.3, 20.0, 2), (0.0, 100.0, 1)] {
                    let band = BandSettings { link_percent, ..BandSettings::default() };
                    // Compressors that have nothing to do: the input never comes near 60 dB beyond full scale.
                    let mut settings = transparent(Settings { slope, lookahead_ms, ..settings(bands, band) });
                    settings.band.iter_mut().for_each(|band| band.above.ratio = 1.0);
                    let input = input[..channels].to_vec();
                    let mut playing = Engine::with_kernels(kernels, RATE_HZ, channels, &settings).expect("settings");
                    let want = delayed(&input, playing.latency_samples());
                    let what = format!("{kernels:?}, {slope:?}, {bands} bands, {lookahead_ms} ms");
                    assert_same_bits(&play_cut(&mut playing, &input), &want, &what);
                }
            }
        }
    }
}

#[test]
fn after_the_gains_have_come_back_the_output_is_the_input_again() {
    let mut settings = busy(Slope::Db24);
    settings.band.iter_mut().for_each(|band| band.gain_db = 0.0);
    let loud = stereo_noise(201, 0.9, 48_000);
    let soft = stereo_noise(202, 1.0e-3, 48_000);
    let mut playing = engine(RATE_HZ, 2, &settings);
    assert!(largest_difference(&play(&mut playing, &loud)[0], &loud[0]) > 0.1, "nothing was compressed");
    let out = play(&mut playing, &soft);
    let apart = difference_db(&out[0][40_000..], &soft[0][40_000..]);
    assert!(apart < -200.0, "{apart:.1} dB");
}

/// Magnitude of a row of shelves, closed form: half of every step at its corner, N-th order Butterworth around it.
fn shelves_db(hz: f64, settings: &Settings) -> f64 {
    let order = match settings.slope {
        Slope::Db12 => 2.0,
        Slope::Db24 => 4.0,
        Slope::Db48 => 8.0,
    };
    let warped = |hz: f64| (std::f64::consts::PI * hz / RATE_HZ).tan();
    let gains: Vec<f64> = settings.band[..settings.bands].iter().map(|band| band.gain_db).collect();
    let step = |(pair, corner_hz): (&[f64], &f64)| {
        let r = 10f64.powf((pair[1] - pair[0]) / (40.0 * order));
        let w = warped(hz) / warped(*corner_hz);
        10.0 * ((1.0 + (w * r).powf(2.0 * order)) / (1.0 + (w / r).powf(2.0 * order))).log10()
    };
    gains[0] + gains.windows(2).zip(&settings.crossovers_hz).map(step).sum::<f64>()
}

#[test]
fn standing_gains_are_butterworth_shelves_with_half_of_the_step_at_the_corner() {
    for slope in SLOPES {
        for gains_db in [&[0.0, -12.0, 0.0][..], &[6.0, -3.0], &[-20.0, 4.0, 12.0, -24.0, 0.0, 3.0, 9.0, -6.0], &[-7.5]]
        {
            let settings = static_gains(slope, gains_db);
            let out = render(RATE_HZ, &settings, &vec![impulse(1 << 16)]);
            let lines = spectrum(&wide(&out[0]));
            for line in (20..32_000).step_by(97) {
                let hz = line as f64 * RATE_HZ / f64::from(1 << 16);
                let (found, wanted) = (db(lines[line].norm()), shelves_db(hz, &settings));
                assert!(
                    (found - wanted).abs() < 0.001,
                    "{slope:?} {gains_db:?} {hz:.0} Hz: {found} instead of {wanted}"
                );
            }
        }
    }
}

#[test]
fn mix_delta_and_bypass_are_in_line_with_the_input() {
    let input = stereo_noise(203, 0.5, 20_000);
    for slope in SLOPES {
        for lookahead_ms in [0.0, 4.0] {
            for channels in [Channels::Stereo, Channels::MidSide] {
                let mut settings = Settings { lookahead_ms, ..busy(slope) };
                settings.band.iter_mut().for_each(|band| band.channels = channels);
                let wet = render(RATE_HZ, &settings, &input);
                let dry = delayed(&input, (lookahead_ms * 48.0) as usize);
                let what = format!("{slope:?}, {lookahead_ms} ms, {channels:?}");
                let delta = render(RATE_HZ, &Settings { delta: true, ..settings }, &input);
                let unmixed = render(RATE_HZ, &Settings { mix_percent: 0.0, ..settings }, &input);
                let nothing = render(RATE_HZ, &Settings { mix_percent: 0.0, delta: true, ..settings }, &input);
                let bypass = render(RATE_HZ, &Settings { bypass: true, ..settings }, &input);
                for c in 0..2 {
                    let sum: Vec<f32> = delta[c].iter().zip(&dry[c]).map(|(d, x)| d + x).collect();
                    assert!(difference_db(&sum, &wet[c]) < -130.0, "{what}: delta and dry");
                    assert!(difference_db(&unmixed[c], &dry[c]) < -130.0, "{what}: mix 0");
                    assert!(db(rms(wide(&nothing[c]))) < -130.0, "{what}: delta of nothing");
                    assert!(difference_db(&wet[c], &dry[c]) > -40.0, "{what}: nothing was done");
                }
                assert_same_bits(&bypass, &dry, &what);
            }
        }
    }
}

#[test]
fn a_band_that_leaves_a_channel_alone_leaves_its_bits_alone() {
    let input = stereo_noise(204, 0.5, 8000);
    let mut settings = busy(Slope::Db24);
    settings.band.iter_mut().for_each(|band| band.target = Target::Second);
    let out = render(RATE_HZ, &settings, &input);
    assert_same_bits(&vec![out[0].clone()], &vec![input[0].clone()], "left");
    assert!(difference_db(&out[1], &input[1]) > -40.0);
}

#[test]
fn the_first_band_decides_about_the_channel_basis() {
    let input = stereo_noise(205, 0.5, 8000);
    let mut all = busy(Slope::Db24);
    all.band.iter_mut().for_each(|band| band.channels = Channels::MidSide);
    let mut first = busy(Slope::Db24);
    first.band[0].channels = Channels::MidSide;
    let mut others = all;
    others.band[0].channels = Channels::Stereo;
    assert_same_bits(&render(RATE_HZ, &first, &input), &render(RATE_HZ, &all, &input), "mid/side");
    assert_same_bits(&render(RATE_HZ, &others, &input), &render(RATE_HZ, &busy(Slope::Db24), &input), "stereo");
    // What is ignored is no change of structure either.
    let mut playing = engine(RATE_HZ, 2, &busy(Slope::Db24));
    set(&mut playing, &others);
    assert_same_bits(&play(&mut playing, &input), &render(RATE_HZ, &busy(Slope::Db24), &input), "no fade");
}

/// Settings that shelves cannot play.
fn auditions(base: &Settings) -> Vec<(&'static str, Settings)> {
    let edited = |edit: &dyn Fn(&mut Settings)| {
        let mut new = *base;
        edit(&mut new);
        new
    };
    vec![
        ("solo", edited(&|s| s.band[2].solo = true)),
        ("mute", edited(&|s| s.band[1].mute = true)),
        ("listen", edited(&|s| s.band[3].listen = true)),
        ("listen to the sidechain", edited(&|s| (s.band[3].listen, s.band[3].sidechain) = (true, Sidechain::External))),
    ]
}

#[test]
fn solo_mute_and_listening_are_those_of_the_tree() {
    let (input, side) = (stereo_noise(206, 0.5, 6000), stereo_noise(207, 0.5, 6000));
    for slope in SLOPES {
        // An odd and an even number of inverting crossovers.
        for bands in [7, 8] {
            for (name, settings) in auditions(&Settings { bands, lookahead_ms: 1.0, ..busy(slope) }) {
                let tree = Settings { mode: Mode::Lr, ..settings };
                let found = play_with(&mut engine(RATE_HZ, 2, &settings), &input, &side);
                let wanted = play_with(&mut engine(RATE_HZ, 2, &tree), &input, &side);
                for (found, wanted) in found.iter().zip(&wanted) {
                    // Nothing where lr has minus nothing: so numbers, not bits.
                    assert!(found == wanted, "{name}, {slope:?}, {bands} bands");
                }
            }
        }
    }
}

#[test]
fn solo_mute_and_listening_come_and_go_without_a_click() {
    let mut worst = f64::NEG_INFINITY;
    for slope in SLOPES {
        for hz in [50.0, 120.0, 997.0] {
            // −12 dBFS.
            let input = vec![tone(hz, 0.25, RATE_HZ, 80_000), tone(hz, 0.2, RATE_HZ, 80_000)];
            let base = static_gains(slope, &[1.0, -2.0, 0.0, 3.0, -1.0]);
            for (name, audition) in auditions(&base) {
                let mut playing = engine(RATE_HZ, 2, &base);
                let mut out = vec![Vec::new(); 2];
                for (settings, to) in [(&base, 31_000), (&audition, 61_000), (&base, 80_000)] {
                    set(&mut playing, settings);
                    let part = input.iter().map(|row| row[out[0].len()..to].to_vec()).collect();
                    out.iter_mut().zip(play(&mut playing, &part)).for_each(|(out, heard)| out.extend(heard));
                }
                for from in [28_000, 58_000] {
                    let window = &out[0][from..from + 8192];
                    let peak_db = db(f64::from(window.iter().fold(0.0f32, |peak, x| peak.max(x.abs()))));
                    let click_db = peak_db + highest_above_hz(window, f64::max(5.0 * hz, 1000.0), RATE_HZ);
                    worst = worst.max(click_db);
                    assert!(click_db < -90.0, "{name}, {slope:?}, {hz} Hz: {click_db:.1} dBFS");
                }
                // Long after the first fade the tree plays alone, as if it had always done so.
                let want = render(RATE_HZ, &audition, &input);
                let apart = difference_db(&out[0][50_000..60_000], &want[0][50_000..60_000]);
                assert!(apart < -110.0, "{name}, {slope:?}, {hz} Hz: {apart:.1} dB");
                // Long after the last fade the shelves do.
                let want = render(RATE_HZ, &base, &input);
                assert!(out[0][70_000..] == want[0][70_000..], "{name}, {slope:?}, {hz} Hz");
            }
        }
    }
    println!("solo, mute, listen: {worst:.1} dBFS above five times the tone and 1 kHz");
}

#[test]
fn crossovers_glide_without_a_click_and_arrive() {
    let base = static_gains(Slope::Db24, &[0.0, -6.0, 3.0]);
    let mut moved = base;
    moved.crossovers_hz[..2].copy_from_slice(&[400.0, 5000.0]);
    let input = vec![tone(997.0, 0.25, RATE_HZ, 60_000); 2];
    let mut playing = engine(RATE_HZ, 2, &base);
    let mut out = play(&mut playing, &input.iter().map(|row| row[..30_000].to_vec()).collect());
    set(&mut playing, &moved);
    let rest = play(&mut playing, &input.iter().map(|row| row[30_000..].to_vec()).collect());
    out.iter_mut().zip(rest).for_each(|(out, rest)| out.extend(rest));
    let click_db = highest_above_hz(&out[0][28_000..28_000 + 8192], 5000.0, RATE_HZ);
    assert!(click_db < -100.0, "{click_db:.1} dB");
    let want = render(RATE_HZ, &moved, &input);
    assert!(difference_db(&out[0][50_000..], &want[0][50_000..]) < -110.0);
}
