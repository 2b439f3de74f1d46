//! What hosts, files and people may throw at an engine.

mod common;

use common::*;
use octant_dsp::engine::EngineError;
use octant_dsp::params::{self, Kind, Param, Unit};
use octant_dsp::settings::{BandSettings, Detector, Law, Mode, Settings, Sidechain};
use octant_dsp::{Engine, settings::Slope};

const RATE_HZ: f64 = 48_000.0;
/// Modes that share the latency and the bounds of what comes out.
const MODES: [Mode; 2] = [Mode::Lr, Mode::Transparent];

/// Compression above and below in eight bands, look-ahead, unlinked, all detectors.
fn busy() -> Settings {
    let band = BandSettings {
        above: section(Law::Compress, -30.0, 4.0),
        below: section(Law::Compress, -50.0, 2.0),
        attack_ms: 1.0,
        release_ms: 30.0,
        link_percent: 40.0,
        ..BandSettings::default()
    };
    let mut new = Settings { lookahead_ms: 1.0, ..settings(8, band) };
    for (index, band) in new.band.iter_mut().enumerate() {
        band.detector = [Detector::Peak, Detector::Rms, Detector::Smooth][index % 3];
        band.sidechain = [Sidechain::Internal, Sidechain::External][index % 2];
    }
    new
}

fn all_finite(audio: &Audio) -> bool {
    audio.iter().flatten().all(|x| x.is_finite())
}

#[test]
fn what_is_not_a_number_is_silence_and_what_is_too_large_is_cut() {
    let (input, side) = (stereo_noise(120, 0.5, 8000), stereo_noise(121, 0.5, 8000));
    for (bad, good) in [
        (f32::NAN, 0.0),
        (-f32::NAN, 0.0),
        (f32::INFINITY, 0.0),
        (f32::NEG_INFINITY, 0.0),
        (1e30, 1e6),
        (-1e30, -1e6),
        (f32::MAX, 1e6),
        (1e-39, 0.0),
        (-1e-45, 0.0),
    ] {
        for into_side in [false, true] {
            let with = |x: f32| {
                let (mut input, mut side) = (input.clone(), side.clone());
                let rows = if into_side { &mut side } else { &mut input };
                (rows[0][1000], rows[1][2001], rows[0][7000]) = (x, x, x);
                rows[1][3000..3100].fill(x);
                let mut playing = engine(RATE_HZ, 2, &busy());
                let out = play_with(&mut playing, &input, &side);
                assert_eq!(playing.health().read().non_finite_blocks, 0);
                out
            };
            let out = with(bad);
            assert!(all_finite(&out), "{bad}");
            assert_same_bits(&out, &with(good), &format!("{bad} taken as {good}"));
        }
    }
}

#[test]
fn an_engine_recovers_from_the_worst_input() {
    let bad = [f32::NAN, f32::INFINITY, 1e30, -1e30, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-40];
    for (slope, mode) in SLOPES.into_iter().flat_map(|slope| MODES.map(|mode| (slope, mode))) {
        let settings = Settings { slope, mode, ..busy() };
        let mut hurt = engine(RATE_HZ, 2, &settings);
        let (mut input, mut side) = (stereo_noise(122, 0.5, 9600), stereo_noise(123, 0.5, 9600));
        for n in 0..2000 {
            (input[n % 2][3000 + n], side[(n + 1) % 2][4000 + n]) = (bad[n % 8], bad[(n / 3) % 8]);
        }
        assert!(all_finite(&play_with(&mut hurt, &input, &side)));
        // Six seconds later nothing is left of it: 1e6 has to fall by 240 dB in the filters and the envelopes.
        let mut fine = engine(RATE_HZ, 2, &settings);
        play_with(&mut fine, &stereo_noise(122, 0.5, 9600), &side.iter().map(|row| vec![0.0; row.len()]).collect());
        let (music, other) = (stereo_noise(124, 0.5, 288_000), stereo_noise(125, 0.5, 288_000));
        let (got, want) = (play_with(&mut hurt, &music, &other), play_with(&mut fine, &music, &other));
        for (got, want) in got.iter().zip(&want) {
            let apart = largest_difference(&got[240_000..], &want[240_000..]);
            assert!(apart < 1e-5, "{slope:?}, {mode:?}: {apart:e}");
        }
        hurt.restart();
        let mut fresh = engine(RATE_HZ, 2, &settings);
        assert_same_bits(
            &play_with(&mut hurt, &music, &other),
            &play_with(&mut fresh, &music, &other),
            "after a restart",
        );
    }
}

#[test]
fn nothing_before_a_restart_is_heard_after_it() {
    let (input, side) = (stereo_noise(126, 0.4, 3000), stereo_noise(127, 0.4, 3000));
    let mut random = Random(7);
    // Held, so that look-ahead changes as well.
    let first = Settings { hold_latency: true, linear_taps: 1024, lookahead_ms: 20.0, ..busy() };
    let mut playing = engine(RATE_HZ, 2, &first);
    for round in 0..40 {
        // History with any settings, cut off at any moment, perhaps in a fade.
        let mut settings = first;
        for row in params::all().filter(|row| row.param.id != "mode") {
            if random.unit() < 0.3 {
                row.set_clamped(&mut settings, row.param.from_normalised(random.unit()));
            }
        }
        set(&mut playing, &settings);
        let frames = 1 + random.below(3000);
        play_with(&mut playing, &stereo_noise(round, 0.9, frames), &stereo_noise(round + 50, 0.9, frames));
        settings.lookahead_ms = random.between(0.0, 20.0);
        (settings.bypass, settings.slope) = (random.unit() < 0.3, SLOPES[random.below(3)]);
        settings.hold_latency = true;
        set(&mut playing, &settings);
        playing.restart();
        let mut fresh = engine(RATE_HZ, 2, &first);
        set(&mut fresh, &settings);
        fresh.restart();
        let what = format!("round {round}");
        assert_same_bits(&play_with(&mut playing, &input, &side), &play_with(&mut fresh, &input, &side), &what);
    }
}

#[test]
fn silence_is_exactly_zero_whatever_the_gains() {
    for channels in [1, 2] {
        let band = BandSettings {
            above: section(Law::Compress, -30.0, 4.0),
            below: section(Law::Compress, -20.0, 100.0),
            auto_makeup: true,
            gain_db: 24.0,
            detector: Detector::Smooth,
            ..BandSettings::default()
        };
        let settings = Settings { input_gain_db: 24.0, output_gain_db: 24.0, ..settings(8, band) };
        let (out, gain) =
            play_traced(&mut engine(RATE_HZ, channels, &settings), &vec![vec![0.0; 9600]; channels], &Vec::new());
        assert!(out.iter().flatten().all(|x| *x == 0.0));
        assert!(gain.iter().flatten().flatten().all(|gain| gain.is_finite()));
    }
    // After music the filters ring out to exactly nothing: no denormals, no limit cycles that anybody could see.
    for (slope, mode) in SLOPES.into_iter().flat_map(|slope| MODES.map(|mode| (slope, mode))) {
        let mut playing = engine(RATE_HZ, 2, &Settings { slope, mode, ..busy() });
        play(&mut playing, &stereo_noise(128, 0.9, 9600));
        play(&mut playing, &vec![vec![0.0; 480_000]; 2]);
        let rest = play(&mut playing, &vec![vec![0.0; 480]; 2]);
        let loudest = rest.iter().flatten().map(|x| x.abs()).fold(0.0, f32::max);
        assert!(loudest < 1e-30, "{slope:?}, {mode:?}: {loudest:e}");
    }
}

#[test]
fn every_rate_from_8_to_768_khz_is_flat_and_finite() {
    for rate_hz in
        [8000.0, 11_025.0, 16_000.0, 22_050.0, 32_000.0, 44_100.0, 88_200.0, 176_400.0, 352_800.0, 384_000.0, 768_000.0]
    {
        for slope in SLOPES {
            let settings = Settings { slope, ..idle(8) };
            let frames = ((rate_hz * 0.5) as usize).next_power_of_two();
            let lines = spectrum(&wide(&render(rate_hz, &settings, &vec![impulse(frames)])[0]));
            let ripple = lines[1..lines.len() - 1].iter().map(|line| db(line.norm()).abs()).fold(0.0, f64::max);
            assert!(ripple < 0.001, "{rate_hz} Hz, {slope:?}: {ripple:.5} dB");
        }
        let loud: Audio = (0..2).map(|channel| programme(130 + channel, rate_hz, 20_000)).collect();
        assert!(all_finite(&render(rate_hz, &busy(), &loud)), "{rate_hz} Hz");
    }
}

#[test]
fn crossovers_beyond_half_the_rate_are_moved_to_where_they_can_be() {
    for rate_hz in [8000.0, 11_025.0] {
        let mut settings = idle(8);
        for hz in [
            [20_000.0; 7],
            [f64::NAN; 7],
            [f64::INFINITY; 7],
            [-1.0; 7],
            [0.0; 7],
            [15_000.0, 20.0, 9e9, f64::NAN, 1.0, 4000.0, 4000.0],
        ] {
            settings.crossovers_hz = hz;
            let mut playing = engine(rate_hz, 1, &idle(8));
            set(&mut playing, &settings);
            play(&mut playing, &vec![noise(131, 0.5, 4000)]);
            play(&mut playing, &vec![vec![0.0; 32_768]]);
            let lines = spectrum(&wide(&play(&mut playing, &vec![impulse(1 << 15)])[0]));
            let ripple = lines[1..lines.len() - 1].iter().map(|line| db(line.norm()).abs()).fold(0.0, f64::max);
            assert!(ripple < 0.001, "{hz:?} at {rate_hz} Hz: {ripple:.5} dB");
        }
    }
}

/// Plays loud and soft programme with settings at hand from the start, and with settings that arrive while playing.
fn survive(settings: &Settings, rate_hz: f64, channels: usize, what: &str) {
    let input: Audio = (0..channels).map(|channel| programme(140 + channel as u64, rate_hz, 3000)).collect();
    let out = play_with(&mut engine(rate_hz, channels, settings), &input, &input);
    assert!(all_finite(&out), "{what}, {rate_hz} Hz, from the start");
    let mut playing = engine(rate_hz, channels, &busy());
    play_with(&mut playing, &input, &input);
    set(&mut playing, settings);
    assert!(all_finite(&play_with(&mut playing, &input, &input)), "{what}, {rate_hz} Hz, while playing");
    assert_eq!(playing.health().read().non_finite_blocks, 0, "{what}");
}

#[test]
fn every_parameter_may_stand_at_either_end() {
    for normalised in [0.0, 1.0] {
        let mut together = busy();
        for row in params::all().filter(|row| row.param.id != "mode") {
            let mut alone = busy();
            row.set_clamped(&mut alone, row.param.from_normalised(normalised));
            row.set_clamped(&mut together, row.param.from_normalised(normalised));
            assert!((row.param.to_normalised(row.get(&alone)) - normalised).abs() < 1e-9, "{}", row.id());
            // Bands are alike; the first, one in the middle and the last will do.
            if row.band.is_none_or(|band| [0, 4, 7].contains(&band)) {
                survive(&alone, RATE_HZ, 2, &format!("{} at {normalised}", row.id()));
            }
        }
        for rate_hz in [8000.0, 48_000.0, 768_000.0] {
            survive(&together, rate_hz, 2, &format!("everything at {normalised}"));
            survive(&Settings { bypass: false, ..together }, rate_hz, 1, &format!("everything at {normalised}, mono"));
        }
    }
}

#[test]
fn two_hundred_random_settings_stay_finite() {
    let mut random = Random(99);
    for round in 0..200 {
        let mut settings = Settings::default();
        for row in params::all().filter(|row| row.param.id != "mode") {
            row.set_clamped(&mut settings, row.param.from_normalised(random.unit()));
        }
        settings.bypass = false;
        settings.mode = MODES[round % 2];
        let rate_hz = [8000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0][random.below(5)];
        survive(&settings, rate_hz, 1 + random.below(2), &format!("round {round}"));
    }
}

#[test]
fn empty_blocks_change_nothing() {
    let input = stereo_noise(150, 0.5, 2000);
    let want = render(RATE_HZ, &busy(), &input);
    let mut playing = engine(RATE_HZ, 2, &busy());
    let mut out: Audio = vec![Vec::new(); 2];
    for at in (0..2000).step_by(50) {
        assert!(play(&mut playing, &vec![Vec::new(); 2])[0].is_empty());
        play_with(&mut playing, &vec![Vec::new(); 2], &vec![Vec::new(); 2]);
        let heard = play(&mut playing, &input.iter().map(|row| row[at..at + 50].to_vec()).collect());
        out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
    }
    assert_same_bits(&out, &want, "with empty blocks between");
}

#[test]
fn a_block_of_a_million_frames_is_the_same_as_many_small_ones() {
    let (input, settings) = (stereo_noise(151, 0.5, 1_000_000), busy());
    let whole = render(RATE_HZ, &settings, &input);
    assert!(all_finite(&whole));
    let mut playing = engine(RATE_HZ, 2, &settings);
    let mut out: Audio = vec![Vec::new(); 2];
    for at in (0..1_000_000).step_by(1000) {
        let heard = play(&mut playing, &input.iter().map(|row| row[at..at + 1000].to_vec()).collect());
        out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
    }
    assert_same_bits(&out, &whole, "blocks of 1000");
}

#[test]
fn impossible_engines_are_refused_with_a_reason() {
    let error = |rate_hz, channels, settings: &Settings| Engine::new(rate_hz, channels, settings).err();
    let settings = Settings::default();
    for channels in [0, 3, 8] {
        assert_eq!(error(RATE_HZ, channels, &settings), Some(EngineError::Channels(channels)));
    }
    for rate_hz in [0.0, -48_000.0, 7999.0, 768_001.0, f64::INFINITY] {
        assert_eq!(error(rate_hz, 2, &settings), Some(EngineError::SampleRate(rate_hz)));
    }
    assert!(matches!(error(f64::NAN, 2, &settings), Some(EngineError::SampleRate(_))));
    for linear_taps in [0, 512, 1000, 65_536] {
        let error = error(RATE_HZ, 2, &Settings { linear_taps, ..settings }).expect("no such filters");
        assert_eq!(error, EngineError::Range { id: "taps", band: None });
    }
}

/// Every number of the table, just below and above its range, and none at all; bands that are not in use are left alone.
#[test]
fn settings_beyond_the_table_are_refused_by_their_row() {
    type Number = fn(&mut Settings, usize) -> &mut f64;
    let numbers: [(&str, Number); 20] = [
        ("in_gain", |s, _| &mut s.input_gain_db),
        ("out_gain", |s, _| &mut s.output_gain_db),
        ("mix", |s, _| &mut s.mix_percent),
        ("lookahead", |s, _| &mut s.lookahead_ms),
        ("above_thr", |s, band| &mut s.band[band].above.threshold_db),
        ("above_ratio", |s, band| &mut s.band[band].above.ratio),
        ("above_range", |s, band| &mut s.band[band].above.range_db),
        ("below_thr", |s, band| &mut s.band[band].below.threshold_db),
        ("below_ratio", |s, band| &mut s.band[band].below.ratio),
        ("below_range", |s, band| &mut s.band[band].below.range_db),
        ("knee", |s, band| &mut s.band[band].knee_db),
        ("attack", |s, band| &mut s.band[band].attack_ms),
        ("release", |s, band| &mut s.band[band].release_ms),
        ("hold", |s, band| &mut s.band[band].hold_ms),
        ("hyst", |s, band| &mut s.band[band].hysteresis_db),
        ("rms", |s, band| &mut s.band[band].rms_ms),
        ("link", |s, band| &mut s.band[band].link_percent),
        ("gain", |s, band| &mut s.band[band].gain_db),
        ("mix", |s, band| &mut s.band[band].mix_percent),
        ("lookahead", |s, band| &mut s.band[band].lookahead_ms),
    ];
    let fine = Settings { bands: 3, ..Settings::default() };
    let mut playing = engine(RATE_HZ, 2, &fine);
    // Crossovers are moved to where they can be.
    let is_number = |p: &&Param| matches!(p.kind, Kind::Float { .. }) && p.unit != Unit::Hz;
    let (globals, bands) = (params::globals().iter().filter(is_number), params::band_params().iter().filter(is_number));
    assert!(globals.clone().chain(bands.clone()).map(|p| p.id).eq(numbers.iter().map(|(id, _)| *id)), "all of them");
    let rows = globals.map(|p| (p, false)).chain(bands.map(|p| (p, true)));
    for ((param, each), (id, number)) in rows.zip(numbers) {
        for wrong in [param.min() - 1e-9, param.max() + 1e-9, f64::NAN, f64::INFINITY] {
            for band in if each { 0..4 } else { 0..1 } {
                let mut settings = fine;
                *number(&mut settings, band) = wrong;
                let refusal = Err(EngineError::Range { id, band: each.then_some(band) });
                assert_eq!(playing.set(&settings), if band < 3 { refusal } else { Ok(()) }, "{id} {wrong}");
            }
        }
    }
    for bands in [0, 9] {
        assert_eq!(playing.set(&Settings { bands, ..fine }), Err(EngineError::Range { id: "bands", band: None }));
    }
    let told = EngineError::Range { id: "above_ratio", band: Some(2) }.to_string();
    assert_eq!(told, "b3_above_ratio: outside the range of the parameter table");
}

#[test]
fn settings_that_are_refused_leave_everything_as_it_was() {
    let input = stereo_noise(152, 0.5, 4000);
    let mut playing = engine(RATE_HZ, 2, &busy());
    let mut out = play(&mut playing, &input.iter().map(|row| row[..1000].to_vec()).collect());
    let refused = Settings { linear_taps: 4095, slope: Slope::Db48, output_gain_db: 24.0, ..busy() };
    assert_eq!(playing.set(&refused), Err(EngineError::Range { id: "taps", band: None }));
    let heard = play(&mut playing, &input.iter().map(|row| row[1000..].to_vec()).collect());
    out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
    assert_same_bits(&out, &render(RATE_HZ, &busy(), &input), "after refused settings");
}

#[test]
#[should_panic(expected = "1 rows for 2 channels")]
fn rows_must_be_as_many_as_channels() {
    play(&mut engine(RATE_HZ, 2, &busy()), &vec![vec![0.0; 64]]);
}

#[test]
#[should_panic(expected = "rows of unequal length")]
fn rows_must_be_of_one_length() {
    play(&mut engine(RATE_HZ, 2, &busy()), &vec![vec![0.0; 64], vec![0.0; 63]]);
}
