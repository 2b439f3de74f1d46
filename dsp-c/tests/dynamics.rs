//! The dynamics of a band: levels against the static curve, times against their definitions, detectors against tones.

mod common;

use common::model::{Follower, static_gain_db};
use common::*;
use octant_dsp::settings::{BandSettings, Detector, Law, Section, Settings, Slope};

const RATE_HZ: f64 = 48_000.0;

/// 4:1 above −24 dB, hard knee, 1/50 ms.
fn compressor() -> BandSettings {
    BandSettings {
        above: section(Law::Compress, -24.0, 4.0),
        knee_db: 0.0,
        attack_ms: 1.0,
        release_ms: 50.0,
        ..idle_band()
    }
}

/// Constant pieces: (level in dB, frames).
fn steps(pieces: &[(f64, usize)]) -> Vec<f32> {
    pieces.iter().flat_map(|&(level_db, frames)| vec![amplitude(level_db) as f32; frames]).collect()
}

/// Largest difference of a gain trace from the model in double precision, dB.
fn distance_from_model(gain: &[f32], band: BandSettings, rate_hz: f64, input: &[f32]) -> f64 {
    let mut model = Follower::new(band, rate_hz);
    gain.iter().zip(input).map(|(gain, x)| (f64::from(*gain) - model.gain_db(f64::from(*x))).abs()).fold(0.0, f64::max)
}

#[test]
fn a_steady_level_ends_on_the_static_curve() {
    let mut worst = 0.0f64;
    for law in [Law::Compress, Law::Expand] {
        for (ratio, knee_db, range_db) in [1.0, 1.5, 4.0, 20.0, 100.0]
            .into_iter()
            .flat_map(|r| [0.0, 6.0, 24.0].map(|k| [(r, k, 60.0), (r, k, 7.5)]))
            .flatten()
        {
            let active = Section { law, threshold_db: -24.0, ratio, range_db };
            for (above, below) in [(active, OFF), (OFF, active), (active, Section { threshold_db: -40.0, ..active })] {
                let band = BandSettings { above, below, knee_db, attack_ms: 0.5, release_ms: 2.0, ..idle_band() };
                for level_db in [-150.0, -90.0, -60.0, -47.0, -30.0, -24.0, -20.0, -12.5, -3.0, 0.0, 6.0] {
                    let gain = gain_of(RATE_HZ, band, steps(&[(level_db, 2880)]));
                    let want = static_gain_db(&band, db(f64::from(amplitude(level_db) as f32)).max(-144.0));
                    let error = (f64::from(gain[2879]) - want).abs();
                    worst = worst.max(error);
                    assert!(
                        error < 0.001,
                        "{law:?} {ratio}:1, knee {knee_db}, range {range_db}, {level_db} dB: {} instead of {want}",
                        gain[2879]
                    );
                }
            }
        }
    }
    println!("steady levels against the static curve: {worst:.2e} dB");
}

#[test]
fn the_curve_has_the_textbook_values() {
    let at = |band: BandSettings, level_db: f64| {
        f64::from(*gain_of(RATE_HZ, band, steps(&[(level_db, 4800)])).last().unwrap())
    };
    let hard =
        |above, below| BandSettings { above, below, knee_db: 0.0, attack_ms: 0.5, release_ms: 2.0, ..idle_band() };
    let near = |got: f64, want: f64| assert!((got - want).abs() < 0.001, "{got} instead of {want}");
    let compress = hard(section(Law::Compress, -20.0, 4.0), OFF);
    near(at(compress, -8.0), -9.0);
    near(at(compress, -20.0), 0.0);
    let soft = BandSettings { knee_db: 10.0, ..compress };
    near(at(soft, -20.0), -0.75 * 1.25);
    near(at(soft, -15.0), -3.75);
    near(at(soft, -25.0), 0.0);
    near(at(hard(section(Law::Compress, -20.0, 100.0), OFF), 0.0), -20.0);
    near(at(hard(OFF, section(Law::Compress, -40.0, 100.0)), -70.0), 30.0);
    let gate = hard(OFF, Section { range_db: 24.0, ..section(Law::Expand, -40.0, 3.0) });
    near(at(gate, -45.0), -10.0);
    near(at(gate, -80.0), -24.0);
    let upward = hard(OFF, Section { range_db: 12.0, ..section(Law::Compress, -40.0, 2.0) });
    near(at(upward, -50.0), 5.0);
    near(at(upward, -200.0), 12.0);
    let lift = hard(Section { range_db: 6.0, ..section(Law::Expand, -20.0, 2.0) }, OFF);
    near(at(lift, -17.0), 3.0);
    near(at(lift, 0.0), 6.0);
}

#[test]
fn the_attack_reaches_63_percent_after_its_time() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for attack_ms in [0.05, 1.0, 10.0, 137.0] {
            let band = BandSettings { attack_ms, ..compressor() };
            let gain = gain_of(rate_hz, band, steps(&[(-4.0, (rate_hz * attack_ms * 2e-3) as usize + 16)]));
            let goal = -15.0 * (1.0 - (-1.0f64).exp());
            let reached = gain.iter().position(|gain| f64::from(*gain) <= goal).unwrap() + 1;
            let want = attack_ms * 1e-3 * rate_hz;
            let off = (reached as f64 - want).abs();
            assert!(off <= 0.01 * want + 1.0, "{rate_hz} Hz, {attack_ms} ms: {reached} frames instead of {want:.1}");
        }
    }
}

#[test]
fn the_release_follows_the_two_pole_formula() {
    for rate_hz in [44_100.0, 48_000.0, 192_000.0] {
        for (attack_ms, release_ms) in [(1.0, 50.0), (10.0, 100.0), (5.0, 400.0)] {
            let band = BandSettings { attack_ms, release_ms, ..compressor() };
            let (rise, fall) = ((rate_hz * attack_ms * 40e-3) as usize, (rate_hz * release_ms * 4e-3) as usize);
            let gain = gain_of(rate_hz, band, steps(&[(-4.0, rise), (-90.0, fall)]));
            for n in 0..fall {
                let t = (n + 1) as f64 / rate_hz * 1e3;
                let want = (release_ms * (-t / release_ms).exp() - attack_ms * (-t / attack_ms).exp())
                    / (release_ms - attack_ms);
                let error = (f64::from(gain[rise + n]) / -15.0 - want).abs();
                // The formula is of continuous time: half a sample of the faster stage.
                let limit = 0.55e3 / (rate_hz * attack_ms) + 1e-4;
                assert!(error < limit, "{rate_hz} Hz, {attack_ms}/{release_ms} ms, {t:.2} ms: off by {error:.2e}");
            }
        }
    }
}

#[test]
fn hold_keeps_the_gain_for_its_time_and_a_plateau_keeps_it_alive() {
    let band = BandSettings { attack_ms: 0.05, hold_ms: 20.0, ..compressor() };
    let gain = gain_of(RATE_HZ, band, steps(&[(-6.0, 4800), (-80.0, 9600)]));
    assert!(gain[4800..5760].iter().all(|g| (g - gain[4799]).abs() < 1e-5), "the gain moved while held");
    assert!(gain[5764] > gain[4799] + 1e-3, "still held after 20 ms: {} {}", gain[5764], gain[4799]);
    // One rounding below the peak must restart the hold like the peak itself.
    let mut input = steps(&[(-6.0, 9000), (-80.0, 2000)]);
    for x in &mut input[100..9000] {
        *x *= 1.0 - 1e-6;
    }
    let gain = gain_of(RATE_HZ, band, input);
    assert!(gain[9000..9959].iter().all(|g| (g - gain[8999]).abs() < 1e-5), "the plateau did not hold");
    assert!(gain[9964] > gain[8999] + 1e-3);
}

#[test]
fn hysteresis_keeps_an_open_gate_open() {
    let band = BandSettings {
        below: section(Law::Expand, -40.0, 100.0),
        hysteresis_db: 6.0,
        knee_db: 0.0,
        attack_ms: 0.1,
        release_ms: 10.0,
        ..idle_band()
    };
    // Closed; opens at −39; −44 lies within the hysteresis; −47 closes; −44 is not enough to open again.
    let input = steps(&[(-60.0, 4800), (-39.0, 4800), (-44.0, 4800), (-47.0, 9600), (-44.0, 9600)]);
    let gain = gain_of(RATE_HZ, band, input.clone());
    assert!(
        gain[4700] < -55.0 && gain[9500].abs() < 1e-3 && gain[14_300].abs() < 1e-3,
        "{} {} {}",
        gain[4700],
        gain[9500],
        gain[14_300]
    );
    assert!(gain[23_900] < -55.0 && gain[33_500] < -55.0, "{} {}", gain[23_900], gain[33_500]);
    // The same in stereo, the second channel silent: each channel has a gate of its own before the link.
    let settings = Settings { bands: 1, band: [band; 8], ..Settings::default() };
    let silent = vec![0.0; input.len()];
    let (_, both) = play_traced(&mut engine(RATE_HZ, 2, &settings), &vec![input, silent], &Vec::new());
    assert!(both[0][0].iter().zip(&gain).all(|(a, b)| (a - b).abs() < 1e-4) && both[0][0] == both[0][1]);
}

#[test]
fn auto_release_lets_short_bursts_go_and_long_ones_slowly() {
    let band = BandSettings {
        attack_ms: 1.0,
        release_ms: 100.0,
        above: section(Law::Compress, -24.0, 4.0),
        auto_release: true,
        ..compressor()
    };
    let times = |burst_ms: f64| {
        let burst = (burst_ms * 48.0) as usize;
        let gain = gain_of(RATE_HZ, band, steps(&[(-4.0, burst), (-90.0, 192_000)]));
        let peak = f64::from(gain[burst - 1]);
        let after = |limit: f64| gain[burst..].iter().position(|g| f64::from(*g) > limit).unwrap() as f64 / 48.0;
        (after(0.5 * peak), after(-1.0))
    };
    let ((short_half, short), (long_half, long)) = (times(20.0), times(2000.0));
    println!("auto release: half after {short_half:.1} and {long_half:.1} ms, 1 dB after {short:.0} and {long:.0} ms");
    assert!((short_half - 70.0).abs() < 2.0 && (long_half - 70.0).abs() < 2.0, "{short_half} {long_half}");
    assert!((short - 272.0).abs() < 6.0 && (long - 1660.0).abs() < 35.0, "{short} {long}");
    // While the level stands, the gain is that of the plain release.
    let plain = gain_of(RATE_HZ, BandSettings { auto_release: false, ..band }, steps(&[(-4.0, 96_000)]));
    let auto = gain_of(RATE_HZ, band, steps(&[(-4.0, 96_000)]));
    assert!((plain[95_999] - auto[95_999]).abs() < 1e-5);
}

#[test]
fn auto_makeup_gives_half_of_the_reduction_at_full_scale_back() {
    let level = |band: BandSettings| {
        let settings = Settings { bands: 1, band: [band; 8], ..Settings::default() };
        db(f64::from(render(RATE_HZ, &settings, &vec![vec![0.001; 4800]])[0][4799]))
    };
    for (threshold_db, ratio, knee_db, range_db, want) in [
        (-24.0, 4.0, 0.0, 60.0, 9.0),
        (-24.0, 4.0, 0.0, 10.0, 5.0),
        (-80.0, 100.0, 0.0, 60.0, 24.0),
        (0.0, 2.0, 8.0, 60.0, 0.25),
    ] {
        let above = Section { law: Law::Compress, threshold_db, ratio, range_db };
        let band = BandSettings { above, knee_db, ..compressor() };
        let gained = level(BandSettings { auto_makeup: true, ..band }) - level(band);
        assert!((gained - want).abs() < 0.001, "{threshold_db} dB, {ratio}:1: {gained} dB instead of {want}");
    }
    let expand = BandSettings { above: section(Law::Expand, -24.0, 4.0), auto_makeup: true, ..compressor() };
    assert!((level(expand) + 60.0).abs() < 0.001, "make-up belongs to compression only");
}

#[test]
fn link_shares_the_louder_channels_gain() {
    let input = vec![vec![0.5; 4800], vec![1e-3; 4800]];
    let last = |band: BandSettings| {
        let settings = Settings { bands: 1, band: [band; 8], ..Settings::default() };
        let (_, gain) = play_traced(&mut engine(RATE_HZ, 2, &settings), &input, &Vec::new());
        [gain[0][0][4799], gain[0][1][4799]]
    };
    let linked = |link_percent| last(BandSettings { link_percent, ..compressor() });
    let ([a, b], [c, d], [e, f]) = (linked(100.0), linked(0.0), linked(50.0));
    assert!(a == b && a < -13.0, "{a} {b}");
    assert!(c == a && d == 0.0, "{c} {d}");
    assert!((e - a).abs() < 1e-5 && (f - 0.5 * a).abs() < 1e-5, "{e} {f}");
    // Below: the louder channel wins too, so it keeps the quiet one from being expanded.
    let gate = BandSettings {
        below: section(Law::Expand, -40.0, 4.0),
        attack_ms: 0.5,
        release_ms: 5.0,
        above: OFF,
        ..compressor()
    };
    assert_eq!(last(gate), [0.0, 0.0]);
    let [loud, quiet] = last(BandSettings { link_percent: 0.0, ..gate });
    assert!(loud == 0.0 && (quiet + 60.0).abs() < 1e-3, "{loud} {quiet}");
    let [loud, quiet] = last(BandSettings { link_percent: 50.0, ..gate });
    assert!(loud == 0.0 && (quiet + 30.0).abs() < 1e-3, "{loud} {quiet}");
}

#[test]
fn any_programme_gives_the_gain_of_the_model_in_double_precision() {
    let above = section(Law::Compress, -30.0, 3.0);
    let below = Section { range_db: 20.0, ..section(Law::Expand, -45.0, 2.0) };
    let plain = BandSettings { above, below, knee_db: 6.0, attack_ms: 2.0, release_ms: 60.0, ..idle_band() };
    let mut worst = 0.0f64;
    for (what, band) in [
        ("plain", plain),
        ("upward", BandSettings { above: OFF, below: section(Law::Compress, -30.0, 5.0), ..plain }),
        ("hold", BandSettings { hold_ms: 7.0, ..plain }),
        ("hysteresis", BandSettings { hysteresis_db: 5.0, ..plain }),
        ("auto release", BandSettings { auto_release: true, ..plain }),
        ("rms", BandSettings { detector: Detector::Rms, rms_ms: 5.0, ..plain }),
        (
            "everything",
            BandSettings { hold_ms: 3.0, hysteresis_db: 4.0, auto_release: true, detector: Detector::Rms, ..plain },
        ),
    ] {
        let input = programme(21, RATE_HZ, 96_000);
        let error = distance_from_model(&gain_of(RATE_HZ, band, input.clone()), band, RATE_HZ, &input);
        println!("trace against the model, {what}: {error:.2e} dB");
        worst = worst.max(error);
        assert!(error < 0.0005, "{what}: {error:.6} dB");
    }
}

#[test]
fn a_release_of_five_seconds_at_192_khz_does_not_stall() {
    for hold_ms in [0.0, 10.0] {
        let band = BandSettings { attack_ms: 500.0, release_ms: 5000.0, hold_ms, ..compressor() };
        let input = steps(&[(-2.0, 400_000), (-70.0, 1_600_000)]);
        let error = distance_from_model(&gain_of(192_000.0, band, input.clone()), band, 192_000.0, &input);
        println!("5 s release at 192 kHz, hold {hold_ms} ms: {error:.2e} dB");
        assert!(error < 0.0005, "{error:.6} dB");
    }
}

#[test]
fn the_smooth_detector_reads_tones_without_ripple() {
    for (rate_hz, from_hz) in [(44_100.0, 30.0), (48_000.0, 30.0), (96_000.0, 60.0), (192_000.0, 120.0)] {
        let mut worst = 0.0f64;
        for step in 0..12 {
            let hz = from_hz * (20_000.0f64 / from_hz).powf(f64::from(step) / 11.0);
            // 1:1 per dB below 0 dB, so the gain is the level; the quickest ballistics.
            let band = BandSettings {
                above: section(Law::Expand, -40.0, 2.0),
                detector: Detector::Smooth,
                knee_db: 0.0,
                attack_ms: 0.05,
                release_ms: 1.0,
                ..idle_band()
            };
            let gain = gain_of(rate_hz, band, tone(hz, 0.5, rate_hz, rate_hz as usize / 2));
            for gain in &gain[rate_hz as usize / 4..] {
                worst = worst.max((f64::from(*gain) - 40.0 - db(0.5)).abs());
            }
        }
        println!("smooth detector at {rate_hz} Hz from {from_hz} Hz: within {worst:.3} dB");
        // 0.11 dB from crest to trough is what the pair's constants are made for.
        assert!(worst < 0.055, "{rate_hz} Hz: {worst:.3} dB");
    }
}

#[test]
fn the_rms_detector_reads_the_peak_of_a_sine_and_has_its_time() {
    let band = BandSettings {
        above: section(Law::Expand, -60.0, 2.0),
        detector: Detector::Rms,
        rms_ms: 50.0,
        knee_db: 0.0,
        attack_ms: 0.05,
        release_ms: 1.0,
        ..idle_band()
    };
    let gain = gain_of(RATE_HZ, band, tone(1009.0, 0.5, RATE_HZ, 48_000));
    let settled: Vec<f64> = gain[40_000..].iter().map(|g| f64::from(*g) - 60.0).collect();
    let mean = settled.iter().sum::<f64>() / settled.len() as f64;
    assert!((mean - db(0.5)).abs() < 0.05, "{mean} dB");
    // The square has reached 63 % after 50 ms of a constant; a constant reads 3 dB more than a sine of its height.
    let gain = gain_of(RATE_HZ, band, vec![0.5; 4800]);
    let want = 60.0 + db(0.5) + 10.0 * (2.0 * (1.0 - (-1.0f64).exp())).log10();
    assert!((f64::from(gain[2400]) - want).abs() < 0.01, "{} instead of {want}", gain[2400]);
}

#[test]
fn a_smooth_detector_distorts_bass_far_less_than_a_peak_detector() {
    let third_harmonic = |detector| {
        let band = BandSettings {
            above: section(Law::Compress, -24.0, 4.0),
            knee_db: 0.0,
            attack_ms: 0.1,
            release_ms: 5.0,
            detector,
            ..idle_band()
        };
        let hz = 53.0 / 48_000.0 * 48_000.0;
        let out = render(
            RATE_HZ,
            &Settings { bands: 1, band: [band; 8], ..Settings::default() },
            &vec![tone(hz, 0.5, RATE_HZ, 96_000)],
        );
        let lines = spectrum(&wide(&out[0][48_000..]));
        db(lines[159].norm() / lines[53].norm())
    };
    let (peak, smooth) = (third_harmonic(Detector::Peak), third_harmonic(Detector::Smooth));
    println!("third harmonic of 53 Hz: peak {peak:.1} dB, smooth {smooth:.1} dB");
    assert!((peak + 19.0).abs() < 1.5 && smooth < -57.0, "{peak} {smooth}");
}

#[test]
fn detectors_do_not_hear_what_was_before_they_came_into_use() {
    for detector in [Detector::Rms, Detector::Smooth] {
        let band = BandSettings { attack_ms: 0.05, release_ms: 1.0, rms_ms: 100.0, detector, ..compressor() };
        let other = settings(1, BandSettings { detector: Detector::Peak, ..band });
        let mut playing = engine(RATE_HZ, 1, &settings(1, band));
        let (_, gain) = play_traced(&mut playing, &vec![noise(70, 0.9, 4800)], &Vec::new());
        assert!(gain[0][0].iter().any(|gain| *gain < -6.0));
        set(&mut playing, &other);
        play(&mut playing, &vec![vec![0.0; 48_000]]);
        set(&mut playing, &settings(1, band));
        let (_, gain) = play_traced(&mut playing, &vec![vec![0.0; 4800]], &Vec::new());
        let lowest = gain[0][0].iter().fold(0.0, |lowest, gain| f32::min(lowest, *gain));
        assert!(lowest > -0.01, "{detector:?}: {lowest} dB in silence");
    }
}

/// Beside a band that has it, the average of every band is kept: who comes to it finds the level.
#[test]
fn a_band_finds_its_average_where_another_one_has_kept_it() {
    let band = BandSettings { attack_ms: 0.05, release_ms: 1.0, rms_ms: 100.0, ..compressor() };
    let mut wanted = settings(2, band);
    wanted.band[0].detector = Detector::Rms;
    let mut playing = engine(RATE_HZ, 1, &wanted);
    play(&mut playing, &vec![tone(5000.0, 0.5, RATE_HZ, 48_000)]);
    wanted.band[1].detector = Detector::Rms;
    set(&mut playing, &wanted);
    let (_, gain) = play_traced(&mut playing, &vec![tone(5000.0, 0.5, RATE_HZ, 4800)], &Vec::new());
    let (row, rest) = (&gain[1][0], gain[1][0][4799]);
    assert!(rest < -10.0 && row.iter().all(|gain| (gain - rest).abs() < 1.0), "{:?} … {rest}", &row[..8]);
}

/// Switched off, the slow path of the automatic release forgets: it would come back as it was, however long ago.
#[test]
fn an_automatic_release_that_is_switched_on_again_knows_nothing_of_before() {
    let band = BandSettings { attack_ms: 0.05, release_ms: 1000.0, auto_release: true, ..compressor() };
    let manual = BandSettings { auto_release: false, release_ms: 10.0, ..band };
    let slope = |settings: Settings| Settings { slope: Slope::Db48, ..settings };
    // Alone, beside another one, with a new structure.
    for (between, again) in [
        (settings(1, manual), settings(1, band)),
        (slope(settings(1, manual)), settings(1, band)),
        (settings(1, manual), slope(settings(1, band))),
        (settings(1, BandSettings { hold_ms: 10.0, ..manual }), settings(1, band)),
    ] {
        let mut playing = engine(RATE_HZ, 1, &settings(1, band));
        play(&mut playing, &vec![noise(71, 0.9, 48_000)]);
        set(&mut playing, &between);
        play(&mut playing, &vec![vec![0.0; 48_000]]);
        set(&mut playing, &again);
        let (_, gain) = play_traced(&mut playing, &vec![vec![0.0; 9600]], &Vec::new());
        let lowest = gain[0][0].iter().fold(0.0, |lowest, gain| f32::min(lowest, *gain));
        assert!(lowest > -0.01, "{lowest} dB in silence");
    }
}
