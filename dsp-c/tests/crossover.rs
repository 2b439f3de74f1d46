//! The crossovers: flat together, the textbook's bands alone, and quiet while they move.

mod common;

use common::shape;
use common::*;
use octant_dsp::Engine;
use octant_dsp::params::sanitize_crossovers;
use octant_dsp::settings::{MAX_CROSSOVERS, Settings, Slope};
use octant_fft::num_complex::Complex;

/// Seven crossovers a sixth of an octave apart from 20 Hz on: the worst that a filter in single precision can meet.
fn sixths() -> Settings {
    let mut new = idle(8);
    new.crossovers_hz = std::array::from_fn(|index| 20.0 * 2f64.powf(index as f64 / 6.0));
    new
}

/// All crossovers as high as they go.
fn top() -> Settings {
    Settings { crossovers_hz: [20_000.0; MAX_CROSSOVERS], ..idle(8) }
}

/// Frames in which the slowest filters of these tests die away: 1.4 s.
fn long(rate_hz: f64) -> usize {
    ((rate_hz * 1.37) as usize).next_power_of_two()
}

/// Largest distance of an impulse response's spectrum from 0 dB.
fn ripple_db(response: &[f32]) -> f64 {
    let lines = spectrum(&wide(response));
    lines[1..lines.len() - 1].iter().map(|line| db(line.norm()).abs()).fold(0.0, f64::max)
}

/// Closed form of every band, at the lines of a spectrum of `frames` samples.
fn shapes(settings: &Settings, rate_hz: f64, frames: usize) -> Vec<Vec<Complex<f64>>> {
    let mut hz = settings.crossovers_hz[..settings.bands - 1].to_vec();
    sanitize_crossovers(&mut hz, rate_hz);
    // At 0 Hz the signals of these tests have nothing to compare.
    let mut shapes = vec![vec![Complex::default()]; settings.bands];
    for bin in 1..frames / 2 {
        let line = shape::bands(bin as f64 * rate_hz / frames as f64, &hz, settings.slope, rate_hz);
        shapes.iter_mut().zip(line).for_each(|(shape, response)| shape.push(response));
    }
    shapes
}

/// What is left, dB rms, when the closed form is taken away from the engine's answer to a periodic signal.
fn residual_db(engine: &mut Engine, period: &[f32], response: impl Fn(usize) -> Complex<f64>) -> f64 {
    let frames = period.len();
    play(engine, &vec![period.to_vec()]);
    let got = play(engine, &vec![period.to_vec()]).swap_remove(0);
    let mut lines = spectrum(&wide(period));
    for (bin, line) in lines.iter_mut().enumerate().skip(1).take(frames / 2 - 1) {
        *line *= response(bin);
    }
    let want = from_spectrum(&lines, frames);
    db(rms(got.iter().zip(want).map(|(got, want)| f64::from(*got) - want)))
}

/// One period of full-scale noise without 0 Hz and without half the rate.
fn noise_period(rate_hz: f64) -> Vec<f32> {
    let frames = long(rate_hz);
    let mut lines = spectrum(&wide(&noise(1, 0.98, frames)));
    lines[0] = Complex::default();
    lines[frames / 2] = Complex::default();
    from_spectrum(&lines, frames).iter().map(|&x| x as f32).collect()
}

/// One period of a full-scale tone near `hz`.
fn tone_period(hz: f64, rate_hz: f64) -> Vec<f32> {
    let frames = long(rate_hz);
    let whole = (hz * frames as f64 / rate_hz).round();
    tone(whole * rate_hz / frames as f64, 1.0, rate_hz, frames)
}

#[test]
fn the_idle_sum_is_flat_at_every_slope_rate_and_number_of_bands() {
    let mut worst = 0.0f64;
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for slope in SLOPES {
            let layouts = (1..=8).map(idle).chain([sixths(), top()]);
            for (index, layout) in layouts.enumerate() {
                let settings = Settings { slope, ..layout };
                // The default layouts ring shorter than seven crossovers around 30 Hz.
                let frames = if index == 8 { long(rate_hz) } else { long(rate_hz) / 2 };
                let response = render(rate_hz, &settings, &vec![impulse(frames)]).swap_remove(0);
                let ripple = ripple_db(&response);
                worst = worst.max(ripple);
                assert!(ripple < 0.001, "{rate_hz} Hz, {slope:?}, layout {index}: {ripple:.6} dB");
            }
        }
    }
    println!("flatness of the idle sum: {worst:.2e} dB");
}

#[test]
fn every_band_alone_is_the_closed_form() {
    for (rate_hz, limit_db) in [(48_000.0, -112.0), (96_000.0, -106.0), (192_000.0, -105.0)] {
        let period = noise_period(rate_hz);
        let counts: &[usize] = if rate_hz == 48_000.0 { &[2, 3, 4, 5, 6, 7, 8] } else { &[8] };
        let mut worst = f64::NEG_INFINITY;
        for (&bands, slope) in counts.iter().flat_map(|bands| SLOPES.map(|slope| (bands, slope))) {
            let whole = Settings { slope, ..idle(bands) };
            let shapes = shapes(&whole, rate_hz, period.len());
            for (band, shape) in shapes.iter().enumerate() {
                let mut settings = whole;
                settings.band[band].solo = true;
                let left = residual_db(&mut engine(rate_hz, 1, &settings), &period, |bin| shape[bin]);
                worst = worst.max(left);
                assert!(left < limit_db, "{rate_hz} Hz, {slope:?}, band {band} of {bands}: {left:.1} dB");
            }
        }
        println!("one band alone at {rate_hz} Hz: {worst:.1} dB rms");
    }
}

#[test]
fn full_scale_tones_and_noise_leave_the_sum_clean() {
    // Rounding in the bass is what single precision filters die of: 20 Hz at 192 kHz.
    for (layout, rate_hz, limit_db) in [(idle(8), 48_000.0, -112.0), (sixths(), 192_000.0, -105.0)] {
        for slope in SLOPES {
            let settings = Settings { slope, ..layout };
            let shapes = shapes(&settings, rate_hz, long(rate_hz));
            for (what, period) in [
                ("30 Hz", tone_period(30.0, rate_hz)),
                ("997 Hz", tone_period(997.0, rate_hz)),
                ("noise", noise_period(rate_hz)),
            ] {
                let mut playing = engine(rate_hz, 1, &settings);
                let left = residual_db(&mut playing, &period, |bin| shapes.iter().map(|shape| shape[bin]).sum());
                println!("sum at {rate_hz} Hz, {slope:?}, {what}: {left:.1} dB rms");
                assert!(left < limit_db, "{rate_hz} Hz, {slope:?}, {what}: {left:.1} dB");
            }
        }
    }
}

#[test]
fn band_gains_add_up_as_the_closed_form_says() {
    let (rate_hz, gains_db) = (48_000.0, [-14.0, -10.5, -7.0, -3.5, 0.0, 3.5, 7.0, 10.0]);
    let period: Vec<f32> = noise_period(rate_hz).iter().map(|x| 0.1 * x).collect();
    for slope in SLOPES {
        let mut settings = Settings { slope, ..idle(8) };
        for (band, gain_db) in settings.band.iter_mut().zip(gains_db) {
            band.gain_db = gain_db;
        }
        let shapes = shapes(&settings, rate_hz, period.len());
        let left = residual_db(&mut engine(rate_hz, 1, &settings), &period, |bin| {
            shapes.iter().zip(gains_db).map(|(shape, gain_db)| shape[bin] * amplitude(gain_db)).sum()
        });
        println!("weighted sum, {slope:?}: {left:.1} dB rms");
        assert!(left < -112.0, "{slope:?}: {left:.1} dB");
    }
}

#[test]
fn bass_keeps_its_polarity_whatever_the_number_of_bands() {
    for slope in SLOPES {
        for bands in 1..=8 {
            let out = render(48_000.0, &Settings { slope, ..idle(bands) }, &vec![vec![1.0; 48_000]]);
            let last = f64::from(out[0][47_999]);
            assert!(db(last).abs() < 0.001 && last > 0.0, "{slope:?}, {bands} bands: {last}");
        }
    }
}

#[test]
fn one_band_passes_every_bit() {
    for slope in SLOPES {
        for channels in [1, 2] {
            let input: Audio = stereo_noise(3, 1.0, 5000)[..channels].to_vec();
            assert_same_bits(&render(48_000.0, &Settings { slope, ..idle(1) }, &input), &input, "one band");
        }
    }
}

#[test]
fn solos_add_up_to_the_whole() {
    for (rate_hz, layout) in [(48_000.0, idle(8)), (48_000.0, idle(3)), (192_000.0, idle(8)), (48_000.0, sixths())] {
        for slope in SLOPES {
            let whole_settings = Settings { slope, ..layout };
            let input = vec![noise(5, 0.99, 60_000)];
            let whole = render(rate_hz, &whole_settings, &input).swap_remove(0);
            let mut sum = vec![0.0f64; whole.len()];
            for band in 0..layout.bands {
                let mut settings = whole_settings;
                settings.band[band].solo = true;
                for (sum, x) in sum.iter_mut().zip(&render(rate_hz, &settings, &input)[0]) {
                    *sum += f64::from(*x);
                }
            }
            let left = db(rms(sum.iter().zip(&whole).map(|(sum, whole)| sum - f64::from(*whole))));
            println!("solos against the whole, {rate_hz} Hz, {slope:?}, {} bands: {left:.1} dBFS rms", layout.bands);
            assert!(left < -110.0, "{rate_hz} Hz, {slope:?}: {left:.1} dBFS");
        }
    }
}

/// Eight bands with the fourth crossover at `hz`.
fn fourth_at(hz: [f64; 2], slope: Slope) -> Settings {
    Settings { slope, crossovers_hz: [60.0, 150.0, hz[0], hz[1], 2500.0, 6000.0, 12_000.0], ..idle(8) }
}

#[test]
fn a_crossover_that_moves_three_octaves_is_quiet_above_5_khz_and_keeps_the_level() {
    let rate_hz = 48_000.0;
    for (slope, level_limit) in SLOPES.into_iter().zip([0.006, 0.018, 0.053]) {
        // Crossover 4 from 300 to 2000 Hz, crossover 3 from 200 to 400 Hz; both are inside the tone's neighbourhood.
        let (before, after) = (fourth_at([200.0, 300.0], slope), fourth_at([400.0, 2000.0], slope));
        let mut playing = engine(rate_hz, 1, &before);
        let input = tone(997.0, 1.0, rate_hz, 12_288);
        let mut out = play(&mut playing, &vec![input[..6000].to_vec()]).swap_remove(0);
        set(&mut playing, &after);
        out.extend(play(&mut playing, &vec![input[6000..].to_vec()]).swap_remove(0));
        let highest = highest_above_hz(&out[5000..5000 + 4096], 5000.0, rate_hz);
        println!("two moving crossovers, {slope:?}: {highest:.1} dB above 5 kHz");
        assert!(highest < -120.0, "{slope:?}: {highest:.1} dB");

        // One crossover, 3.3 octaves.
        let mut before = idle(8);
        before.crossovers_hz = [30.0, 60.0, 120.0, 200.0, 2500.0, 6000.0, 12_000.0];
        before.slope = slope;
        let mut after = before;
        after.crossovers_hz[3] = 2000.0;
        let mut playing = engine(rate_hz, 1, &before);
        let mut out = play(&mut playing, &vec![input[..6000].to_vec()]).swap_remove(0);
        set(&mut playing, &after);
        out.extend(play(&mut playing, &vec![input[6000..].to_vec()]).swap_remove(0));
        let highest = highest_above_hz(&out[5000..5000 + 4096], 5000.0, rate_hz);
        let change = envelope(&out)[5500..9500].iter().map(|level| (level - 1.0).abs()).fold(0.0, f64::max);
        println!(
            "crossover 4 over 3.3 octaves, {slope:?}: {highest:.1} dB above 5 kHz, level within {:.2} %",
            100.0 * change
        );
        assert!(highest < -120.0, "{slope:?}: {highest:.1} dB");
        // The last digit of the limits is rounded.
        assert!(change < level_limit + 0.0005, "{slope:?}: level within {:.2} %", 100.0 * change);
    }
}

/// Instantaneous amplitude: magnitude of the analytic signal.
fn envelope(row: &[f32]) -> Vec<f64> {
    let lines: Vec<Complex<f64>> = spectrum(&wide(row)).iter().map(|line| line * -Complex::i()).collect();
    let quadrature = from_spectrum(&lines, row.len());
    row.iter().zip(quadrature).map(|(&x, q)| f64::from(x).hypot(q)).collect()
}

#[test]
fn moved_crossovers_come_to_rest_where_an_engine_made_there_rests() {
    let rate_hz = 48_000.0;
    for slope in SLOPES {
        for (before, after) in [(idle(8), sixths()), (sixths(), top()), (top(), idle(8))] {
            let (before, after) = (Settings { slope, ..before }, Settings { slope, ..after });
            let mut moved = engine(rate_hz, 1, &before);
            play(&mut moved, &vec![noise(8, 0.5, 4000)]);
            set(&mut moved, &after);
            play(&mut moved, &vec![noise(9, 0.5, 4000)]);
            play(&mut moved, &vec![vec![0.0; 96_000]]);
            let response = play(&mut moved, &vec![impulse(long(rate_hz))]).swap_remove(0);
            let ripple = ripple_db(&response);
            assert!(ripple < 0.001, "{slope:?}: {ripple:.6} dB");
            let fresh = render(rate_hz, &after, &vec![impulse(long(rate_hz))]).swap_remove(0);
            let apart = largest_difference(&response, &fresh);
            assert!(apart < 1e-6, "{slope:?}: {apart:e} from a fresh engine");
        }
    }
}

#[test]
fn crossovers_that_never_rest_stay_flat_on_average_and_bounded() {
    let (rate_hz, mut random) = (48_000.0, Random(4));
    for slope in SLOPES {
        let mut settings = Settings { slope, ..idle(8) };
        let mut playing = engine(rate_hz, 1, &settings);
        let input = noise(10, 0.5, 96_000);
        let mut out = Vec::new();
        for piece in input.chunks(700) {
            for hz in &mut settings.crossovers_hz {
                *hz = 20.0 * 1000f64.powf(random.unit());
            }
            set(&mut playing, &settings);
            out.extend(play(&mut playing, &vec![piece.to_vec()]).swap_remove(0));
        }
        // An all-pass that moves still passes the energy of noise, give or take what its movement adds.
        let change_db = db(rms(wide(&out))) - db(rms(wide(&input)));
        assert!(change_db.abs() < 1.0, "{slope:?}: {change_db:.2} dB");
    }
}
