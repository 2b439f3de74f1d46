//! Changes of structure while playing: no click, no burst, the last wish wins.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Channels, Detector, Law, Mode, Settings, Slope, Target};
use octant_dsp::{Engine, params};

const RATE_HZ: f64 = 48_000.0;
/// Frames after which a change without look-ahead is done: 64 frames and 40 ms of preparation, 20 ms of fade.
const DONE: usize = 64 + 3 * 960;

/// Other numbers of bands, slopes, bases, targets and look-aheads of bands, all with static gains.
fn structures() -> Vec<(&'static str, Settings)> {
    let mut base = Settings { bands: 2, lookahead_ms: 2.0, ..idle(2) };
    base.crossovers_hz[..2].copy_from_slice(&[1000.0, 6000.0]);
    base.band[1].gain_db = -6.0;
    let each = |edit: &dyn Fn(&mut BandSettings)| {
        let mut new = base;
        new.band.iter_mut().for_each(edit);
        new
    };
    let mut three = Settings { bands: 3, ..base };
    three.crossovers_hz[..3].copy_from_slice(&[120.0, 1000.0, 6000.0]);
    vec![
        ("base", base),
        ("three bands", three),
        ("eight bands", idle(8)),
        ("one band", Settings { bands: 1, ..base }),
        ("12 dB", Settings { slope: Slope::Db12, ..base }),
        ("48 dB", Settings { slope: Slope::Db48, ..base }),
        ("mid/side", each(&|band| band.channels = Channels::MidSide)),
        ("left only", each(&|band| band.target = Target::First)),
        ("side only", each(&|band| (band.channels, band.target) = (Channels::MidSide, Target::Second))),
        ("look-ahead of the bands", each(&|band| band.lookahead_ms = 1.5)),
        ("transparent", Settings { mode: Mode::Transparent, ..three }),
    ]
}

fn piece(rows: &Audio, from: usize, to: usize) -> Audio {
    rows.iter().map(|row| row[from..to].to_vec()).collect()
}

/// Plays on with new settings and appends what comes out.
fn go_on(engine: &mut Engine, settings: &Settings, input: &Audio, out: &mut Audio, to: usize) {
    set(engine, settings);
    let heard = play(engine, &piece(input, out[0].len(), to));
    out.iter_mut().zip(heard).for_each(|(out, heard)| out.extend(heard));
}

/// The first settings until `at`, then the second; all of the input.
fn changed(from: &Settings, to: &Settings, input: &Audio, at: usize) -> Audio {
    let (mut playing, mut out) = (engine(RATE_HZ, input.len(), from), vec![Vec::new(); input.len()]);
    go_on(&mut playing, from, input, &mut out, at);
    go_on(&mut playing, to, input, &mut out, input[0].len());
    out
}

#[test]
fn a_change_of_structure_does_not_click() {
    let structures = structures();
    let mut worst = f64::NEG_INFINITY;
    for hz in [50.0, 120.0, 997.0] {
        // The change lies in the middle of a window of 8192 frames, long after the beginning.
        let input = vec![tone(hz, 0.9, RATE_HZ, 40_000), tone(hz, 0.5, RATE_HZ, 40_000)];
        for (name, from) in &structures {
            for (other, to) in &structures {
                let out = changed(from, &Settings { lookahead_ms: from.lookahead_ms, ..*to }, &input, 31_000);
                for row in &out {
                    let click_db = highest_above_hz(&row[28_000..28_000 + 8192], f64::max(5.0 * hz, 1000.0), RATE_HZ);
                    worst = worst.max(click_db);
                    // A fade to filters that have not come to rest leaves −86 dB.
                    assert!(click_db < -100.0, "{hz} Hz, from {name} to {other}: {click_db:.1} dB");
                }
            }
        }
    }
    println!("changes of structure: {worst:.1} dB above five times the tone and 1 kHz");
}

/// Modes, lengths of filters, slopes, numbers of bands, bases and look-aheads that follow one another while the latency is
/// held, all with static gains.
fn held_structures() -> Vec<(&'static str, Settings)> {
    let mut lr = Settings { bands: 3, lookahead_ms: 4.0, hold_latency: true, linear_taps: 2048, ..idle(3) };
    lr.crossovers_hz[..3].copy_from_slice(&[120.0, 1000.0, 6000.0]);
    lr.band[1].gain_db = -6.0;
    let linear = Settings { mode: Mode::Linear, ..lr };
    let mut side = linear;
    side.band.iter_mut().for_each(|band| (band.channels, band.target) = (Channels::MidSide, Target::Second));
    vec![
        ("lr", lr),
        ("transparent", Settings { mode: Mode::Transparent, ..lr }),
        ("linear", linear),
        ("linear, 1024 taps", Settings { linear_taps: 1024, ..linear }),
        ("linear, 48 dB", Settings { slope: Slope::Db48, ..linear }),
        ("linear, five bands", Settings { bands: 5, ..linear }),
        ("linear, one band", Settings { bands: 1, ..linear }),
        ("linear, side only", side),
        ("linear, less look-ahead", Settings { lookahead_ms: 1.0, ..linear }),
        ("lr, no look-ahead", Settings { lookahead_ms: 0.0, ..lr }),
        ("transparent, 12 dB", Settings { mode: Mode::Transparent, slope: Slope::Db12, ..lr }),
    ]
}

/// What lies above the tone and its harmonics around a change, dBFS, for a tone of −12 dBFS. The latency is that of `first`.
fn click_dbfs(hz: f64, first: &Settings, from: &Settings, to: &Settings) -> f64 {
    const AT: usize = 34_000;
    let input = vec![tone(hz, 0.25, RATE_HZ, 44_000), tone(hz, 0.2, RATE_HZ, 44_000)];
    let (mut playing, mut out) = (engine(RATE_HZ, 2, first), vec![Vec::new(); 2]);
    playing.set_offline(true);
    go_on(&mut playing, from, &input, &mut out, AT);
    assert_eq!(playing.bands(), from.bands);
    go_on(&mut playing, to, &input, &mut out, 44_000);
    assert_eq!(playing.bands(), to.bands);
    // Without filters to be made the fade begins after 40 ms, else after 90 to 120.
    let click = |row: &Vec<f32>, at: usize| {
        let window = &row[at..at + 8192];
        let peak = window.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        db(f64::from(peak)) + highest_above_hz(window, f64::max(5.0 * hz, 1000.0), RATE_HZ)
    };
    out.iter().flat_map(|row| [AT - 1500, AT + 1700].map(|at| click(row, at))).fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn changes_of_mode_and_all_else_do_not_click_while_the_latency_is_held() {
    let structures = held_structures();
    let mut worst = f64::NEG_INFINITY;
    for hz in [50.0, 120.0, 997.0] {
        for (name, from) in &structures {
            for (other, to) in &structures {
                let click_db = click_dbfs(hz, &structures[0].1, from, to);
                worst = worst.max(click_db);
                assert!(click_db < -100.0, "{hz} Hz, from {name} to {other}: {click_db:.1} dBFS");
            }
        }
    }
    println!("held latency: {worst:.1} dBFS above five times the tone and 1 kHz");
}

/// Without held latency: what the linear mode changes without becoming later.
#[test]
fn linear_changes_that_keep_the_latency_do_not_click() {
    let mut worst = f64::NEG_INFINITY;
    let structures: Vec<_> = held_structures()
        .into_iter()
        .filter(|(_, settings)| settings.mode == Mode::Linear && settings.linear_taps == 2048)
        .filter(|(_, settings)| settings.lookahead_ms == 4.0)
        .map(|(name, settings)| (name, Settings { hold_latency: false, ..settings }))
        .collect();
    assert_eq!(structures.len(), 5);
    for hz in [50.0, 120.0, 997.0] {
        for (name, from) in &structures {
            let mut moved = *from;
            moved.crossovers_hz = [150.0, 2000.0, 5000.0, 9000.0, 0.0, 0.0, 0.0];
            for (other, to) in structures.iter().chain(&[("other crossovers", moved)]) {
                let click_db = click_dbfs(hz, from, from, to);
                worst = worst.max(click_db);
                assert!(click_db < -100.0, "{hz} Hz, from {name} to {other}: {click_db:.1} dBFS");
            }
        }
    }
    println!("linear: {worst:.1} dBFS above five times the tone and 1 kHz");
}

/// Levels, dB, of pieces of 10 ms, loudest channel.
fn levels_db(audio: &Audio) -> Vec<f64> {
    (0..audio[0].len() / 480)
        .map(|n| audio.iter().map(|row| db(rms(wide(&row[480 * n..480 * (n + 1)])))).fold(f64::NEG_INFINITY, f64::max))
        .collect()
}

#[test]
fn steady_programme_keeps_its_level_because_the_envelopes_are_carried_over() {
    // 10:1 with an attack of 100 ms, 24 dB of reduction: an engine that began with gain 1 would burst by 20 dB.
    // The tones are heard in one band; leaks into others stay below the threshold, for they have no old gain that
    // could be carried over.
    let band = BandSettings {
        above: section(Law::Compress, -30.0, 10.0),
        knee_db: 0.0,
        attack_ms: 100.0,
        release_ms: 300.0,
        ..idle_band()
    };
    let four = settings(4, band);
    let edited = |edit: &dyn Fn(&mut BandSettings)| {
        let mut new = four;
        new.band.iter_mut().for_each(edit);
        new
    };
    let five = Settings { bands: 5, crossovers_hz: [120.0, 400.0, 1000.0, 6000.0, 0.0, 0.0, 0.0], ..four };
    let shifted = Settings { bands: 3, crossovers_hz: [120.0, 1000.0, 0.0, 0.0, 0.0, 0.0, 0.0], ..four };
    for (name, to) in [
        ("five bands", five),
        ("three bands", shifted),
        ("12 dB", Settings { slope: Slope::Db12, ..four }),
        ("48 dB", Settings { slope: Slope::Db48, ..four }),
        ("transparent", Settings { mode: Mode::Transparent, ..four }),
        ("mid/side", edited(&|band| band.channels = Channels::MidSide)),
        ("look-ahead of the bands", edited(&|band| band.lookahead_ms = 1.0)),
        // Structure and link at once: other machinery on both sides of the fade.
        ("48 dB, unlinked", Settings { slope: Slope::Db48, ..edited(&|band| band.link_percent = 0.0) }),
    ] {
        for lookahead_ms in [0.0, 3.0] {
            for hz in [50.0, 2400.0] {
                for (from, to) in [(four, to), (to, four)] {
                    let (mut from, mut to) = (Settings { lookahead_ms, ..from }, Settings { lookahead_ms, ..to });
                    if name == "12 dB" {
                        for band in from.band.iter_mut().chain(&mut to.band) {
                            band.above.threshold_db = -14.0;
                        }
                    }
                    let row = tone(hz, 0.7, RATE_HZ, 144_000);
                    let levels = levels_db(&changed(&from, &to, &vec![row.clone(), row], 96_000));
                    let (before, after) = (levels[195], levels[299]);
                    let (low, high) = (f64::min(before, after), f64::max(before, after));
                    for (n, level) in levels.iter().enumerate().skip(200) {
                        assert!(
                            *level < high + 1.0,
                            "{name}, {hz} Hz, {lookahead_ms} ms: {level:.2} dB after {} ms, {before:.2} before",
                            10 * (n - 200)
                        );
                        // While the fade lasts, opposed phases may cancel.
                        assert!(
                            n < 200 + (DONE + 144) / 480 + 1 || *level > low - 1.0,
                            "{name}, {hz} Hz: {level:.2} dB after {} ms",
                            10 * (n - 200)
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_held_gain_is_carried_over_with_the_time_that_is_left() {
    let band = BandSettings {
        above: section(Law::Compress, -40.0, 10.0),
        attack_ms: 0.05,
        release_ms: 1.0,
        hold_ms: 300.0,
        ..idle_band()
    };
    let from = settings(1, band);
    let to = settings(1, BandSettings { channels: Channels::MidSide, ..band });
    let mut playing = engine(RATE_HZ, 2, &from);
    play(&mut playing, &vec![vec![0.5; 4800]; 2]);
    set(&mut playing, &to);
    let (_, gain) = play_traced(&mut playing, &vec![vec![1e-4; 24_000]; 2], &Vec::new());
    let held = gain[0][0][DONE];
    assert!(held < -25.0, "{held}");
    assert!(gain[0][0][DONE..14_390].iter().all(|gain| (gain - held).abs() < 0.01), "the hold was cut short");
    assert!(gain[0][0][14_900] > -1.0, "the hold began anew: {}", gain[0][0][14_900]);
}

/// Its average is that of the filters that came to rest, not one that the old structure has never kept.
#[test]
fn a_detector_that_comes_with_a_structure_knows_the_level() {
    let band = BandSettings {
        above: section(Law::Compress, -40.0, 10.0),
        attack_ms: 0.05,
        release_ms: 1.0,
        rms_ms: 20.0,
        ..idle_band()
    };
    let to = Settings { slope: Slope::Db48, ..settings(1, BandSettings { detector: Detector::Rms, ..band }) };
    let mut playing = engine(RATE_HZ, 1, &settings(1, band));
    play(&mut playing, &vec![vec![0.5; 4800]]);
    set(&mut playing, &to);
    let (_, gain) = play_traced(&mut playing, &vec![vec![0.5; 9600]], &Vec::new());
    let (row, rest) = (&gain[0][0], gain[0][0][9599]);
    assert!(rest < -25.0, "{rest}");
    let highest = row[DONE..].iter().fold(f32::NEG_INFINITY, |highest, gain| highest.max(*gain));
    assert!(highest < rest + 0.5, "{highest} on the way to {rest}");
}

#[test]
fn after_the_fade_the_engine_is_the_new_one() {
    let input = stereo_noise(110, 0.3, 200_000);
    for (name, to) in structures() {
        let from = structures()[0].1;
        let to = Settings { lookahead_ms: from.lookahead_ms, ..to };
        let out = changed(&from, &to, &input, 5000);
        let want = render(RATE_HZ, &to, &input);
        for (out, want) in out.iter().zip(&want) {
            let apart = difference_db(&out[150_000..], &want[150_000..]);
            assert!(apart < -110.0, "{name}: {apart:.1} dB");
        }
    }
}

#[test]
fn changes_during_a_fade_wait_and_the_last_one_wins() {
    let input = stereo_noise(111, 0.3, 12_000);
    let (two, three, twelve, eight) =
        (structures()[0].1, structures()[1].1, structures()[4].1, Settings { lookahead_ms: 2.0, ..idle(8) });
    let run = |script: &[(usize, Settings)]| {
        let (mut playing, mut out) = (engine(RATE_HZ, 2, &two), vec![Vec::new(); 2]);
        for (index, (at, settings)) in script.iter().enumerate() {
            assert_eq!(out[0].len(), *at);
            go_on(&mut playing, settings, &input, &mut out, script.get(index + 1).map_or(12_000, |next| next.0));
        }
        (out, playing.bands())
    };
    // All changes but the first fall into its fade.
    let (waited, bands) = run(&[(0, two), (4000, three), (4300, twelve), (4500, idle(5)), (4700, eight)]);
    assert_eq!(bands, 8);
    let (last_only, _) = run(&[(0, two), (4000, three), (5000, eight)]);
    assert_same_bits(&waited, &last_only, "the last one");
    let (first_only, _) = run(&[(0, two), (4000, three)]);
    assert_eq!(waited[0][..5100], first_only[0][..5100], "the first fade was disturbed");
    assert_ne!(waited[0][11_000..], first_only[0][11_000..], "the second fade did not come");
}

#[test]
fn turning_back_during_a_fade_leads_back_without_a_click() {
    let (two, three) = (structures()[0].1, structures()[1].1);
    let input = vec![tone(120.0, 0.9, RATE_HZ, 60_000); 2];
    let (mut playing, mut out) = (engine(RATE_HZ, 2, &two), vec![Vec::new(); 2]);
    go_on(&mut playing, &two, &input, &mut out, 30_000);
    go_on(&mut playing, &three, &input, &mut out, 30_500);
    go_on(&mut playing, &two, &input, &mut out, 60_000);
    assert_eq!(playing.bands(), 2);
    let click_db = highest_above_hz(&out[0][27_000..27_000 + 8192], 1000.0, RATE_HZ);
    println!("there and back again: {click_db:.1} dB above 1 kHz");
    assert!(click_db < -100.0, "{click_db:.1} dB");
    let want = render(RATE_HZ, &two, &input);
    assert!(difference_db(&out[0][50_000..], &want[0][50_000..]) < -110.0);
    // Turned back before the grid took any notice, nothing happens at all.
    let (mut playing, mut out) = (engine(RATE_HZ, 2, &two), vec![Vec::new(); 2]);
    go_on(&mut playing, &two, &input, &mut out, 30_001);
    set(&mut playing, &three);
    go_on(&mut playing, &two, &input, &mut out, 60_000);
    assert_same_bits(&out, &want, "nothing happened");
}

#[test]
fn gains_that_move_during_a_fade_arrive() {
    let input = stereo_noise(112, 0.3, 200_000);
    let (two, three) = (structures()[0].1, structures()[1].1);
    let mut last = Settings { output_gain_db: -9.0, input_gain_db: 3.0, mix_percent: 60.0, ..three };
    (last.band[0].gain_db, last.crossovers_hz[0]) = (4.0, 200.0);
    let (mut playing, mut out) = (engine(RATE_HZ, 2, &two), vec![Vec::new(); 2]);
    for (settings, to) in
        [(two, 3000), (three, 3400), (Settings { output_gain_db: 7.0, ..three }, 3600), (last, 200_000)]
    {
        go_on(&mut playing, &settings, &input, &mut out, to);
    }
    let want = render(RATE_HZ, &last, &input);
    assert!(difference_db(&out[0][150_000..], &want[0][150_000..]) < -110.0);
}

#[test]
fn a_change_that_makes_no_difference_is_no_change() {
    // Settings of bands that are not in use, and look-ahead of a band where there is none to have.
    let input = stereo_noise(113, 0.3, 6000);
    let from = settings(3, BandSettings { above: section(Law::Compress, -40.0, 4.0), ..idle_band() });
    let mut unused = from;
    unused.band[3..]
        .iter_mut()
        .for_each(|band| (band.target, band.channels, band.solo) = (Target::First, Channels::MidSide, true));
    unused.crossovers_hz[2..].fill(777.0);
    let mut ineffective = from;
    ineffective.band.iter_mut().for_each(|band| band.lookahead_ms = 5.0);
    for (what, to) in [("unused bands", unused), ("look-ahead without look-ahead", ineffective)] {
        assert_same_bits(&changed(&from, &to, &input, 3000), &render(RATE_HZ, &from, &input), what);
    }
}

#[test]
fn any_structure_follows_any_other_and_stays_finite() {
    let mut random = Random(12);
    let rows: Vec<_> =
        params::all().filter(|row| !row.param.automatable() && !["mode", "taps"].contains(&row.param.id)).collect();
    assert!(rows.len() > 20);
    let mut settings = settings(5, BandSettings { above: section(Law::Compress, -30.0, 4.0), ..idle_band() });
    let mut playing = engine(RATE_HZ, 2, &settings);
    for seed in 0..150 {
        for _ in 0..4 {
            let row = &rows[random.below(rows.len())];
            row.set_clamped(&mut settings, row.param.from_normalised(random.unit()));
        }
        set(&mut playing, &settings);
        let out = play(&mut playing, &stereo_noise(seed, 0.5, 1 + random.below(2500)));
        let loudest = out.iter().flatten().map(|x| x.abs()).fold(0.0, f32::max);
        assert!(loudest < 8.0 && out.iter().flatten().all(|x| x.is_finite()), "{loudest}");
    }
}
