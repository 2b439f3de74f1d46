//! All modes in one stream: whatever changes, whenever filters come, however blocks are cut.

mod common;

use common::*;
use octant_dsp::params;
use octant_dsp::settings::{BandSettings, Law, Settings};

/// Turns a few of all knobs. Filters stay short enough for the time that a test has.
fn turn(settings: &mut Settings, random: &mut Random) {
    let rows: Vec<_> = params::all().filter(|row| row.param.id != "hold_latency").collect();
    for _ in 0..1 + random.below(3) {
        // Half of the changes concern what modes are made of.
        let structural = random.below(2) == 0;
        let row = loop {
            let row = &rows[random.below(rows.len())];
            if !structural || ["mode", "taps", "slope", "bands", "xover", "solo"].contains(&row.param.id) {
                break row;
            }
        };
        row.set_clamped(settings, row.param.from_normalised(random.unit()));
    }
    settings.linear_taps = settings.linear_taps.min(2048);
    // Loud enough to be heard, not so loud that bands run away.
    settings.input_gain_db = settings.input_gain_db.min(0.0);
    settings.band.iter_mut().for_each(|band| band.above.law = Law::Compress);
}

fn start(random: &mut Random) -> Settings {
    let band = BandSettings { above: section(Law::Compress, -30.0, 4.0), ..idle_band() };
    let hold_latency = random.below(4) > 0;
    Settings { hold_latency, lookahead_ms: random.between(0.0, 10.0), linear_taps: 2048, ..settings(5, band) }
}

/// Frames at which something changes, and what to.
fn script(seed: u64, frames: usize) -> Vec<(usize, Settings)> {
    let mut random = Random(seed);
    let mut wanted = start(&mut random);
    let mut script = vec![(0, wanted)];
    loop {
        let at = script[script.len() - 1].0 + random.either(0.3, 6000, 900);
        if at >= frames {
            return script;
        }
        turn(&mut wanted, &mut random);
        script.push((at, wanted));
    }
}

/// Plays a script off line; `cut` says how long the next block may be.
fn play_script(rate_hz: f64, script: &[(usize, Settings)], input: &Audio, mut cut: impl FnMut() -> usize) -> Audio {
    let mut playing = engine(rate_hz, input.len(), &script[0].1);
    playing.set_offline(true);
    let mut out = input.clone();
    for (index, (from, wanted)) in script.iter().enumerate() {
        set(&mut playing, wanted);
        let end = script.get(index + 1).map_or(input[0].len(), |next| next.0);
        let mut at = *from;
        while at < end {
            let to = (at + cut()).min(end);
            let mut rows: Vec<&mut [f32]> = out.iter_mut().map(|row| &mut row[at..to]).collect();
            playing.process(&mut rows, &[]);
            at = to;
        }
    }
    assert_eq!(playing.health().read().non_finite_blocks, 0);
    out
}

#[test]
fn blocks_change_no_bit_whatever_changes_meanwhile() {
    const FRAMES: usize = 40_000;
    for (seed, (rate_hz, channels)) in
        [(48_000.0, 2), (44_100.0, 2), (48_000.0, 1), (8000.0, 2), (192_000.0, 2), (48_000.0, 2)]
            .into_iter()
            .enumerate()
    {
        let script = script(500 + seed as u64, FRAMES);
        assert!(script.len() > 10);
        let input: Audio = stereo_noise(510 + seed as u64, 0.5, FRAMES)[..channels].to_vec();
        // Each part in one block, the longest of them far beyond what hosts have.
        let whole = play_script(rate_hz, &script, &input, || usize::MAX / 2);
        assert!(whole.iter().flatten().all(|x| x.is_finite()));
        let mut random = Random(seed as u64);
        for longest in [2, 70, 3000] {
            // Blocks without a frame are among them.
            let cut = play_script(rate_hz, &script, &input, || random.below(longest));
            assert_same_bits(&cut, &whole, &format!("seed {seed}, {rate_hz} Hz, blocks below {longest}"));
        }
    }
}

/// In real time filters come at any moment, or not for a long while.
#[test]
fn filters_that_come_late_are_never_wrong() {
    for seed in 0..12 {
        let (rate_hz, channels) = [(48_000.0, 2), (44_100.0, 1), (96_000.0, 2)][seed % 3];
        let mut random = Random(600 + seed as u64);
        let mut wanted = Settings { hold_latency: true, ..start(&mut random) };
        wanted.lookahead_ms = 10.0;
        let mut playing = engine(rate_hz, channels, &wanted);
        let workshop = playing.workshop();
        let latency = playing.latency_samples();
        for step in 0..120 {
            if random.below(3) == 0 {
                turn(&mut wanted, &mut random);
                set(&mut playing, &wanted);
            }
            if random.below(40) == 0 {
                playing.restart();
            }
            let frames = random.either(0.1, 9000, 700);
            let input = stereo_noise(step, 0.5, frames)[..channels].to_vec();
            let out = play(&mut playing, &input);
            assert!(out.iter().flatten().all(|x| x.is_finite()), "seed {seed}, step {step}");
            if random.below(4) == 0 {
                workshop.serve();
            }
        }
        // At last everybody has time: it is as if nothing else had ever been.
        wanted.band = [idle_band(); 8];
        wanted.band[0].gain_db = -4.0;
        (wanted.bypass, wanted.delta, wanted.lookahead_ms) = (false, false, 10.0);
        (wanted.input_gain_db, wanted.output_gain_db, wanted.mix_percent) = (0.0, 0.0, 100.0);
        set(&mut playing, &wanted);
        let input: Audio = stereo_noise(99, 0.5, 120_000)[..channels].to_vec();
        let mut heard: Audio = vec![Vec::new(); channels];
        for at in (0..120_000).step_by(480) {
            let part = input.iter().map(|row| row[at..at + 480].to_vec()).collect();
            heard.iter_mut().zip(play(&mut playing, &part)).for_each(|(row, new)| row.extend(new));
            workshop.serve();
        }
        assert_eq!((playing.latency_samples(), playing.bands()), (latency, wanted.bands), "seed {seed}");
        assert_eq!(playing.health().read().non_finite_blocks, 0);
        let mut fresh = engine(rate_hz, channels, &Settings { linear_taps: 2048, ..wanted });
        assert_eq!(fresh.latency_samples(), latency);
        set(&mut fresh, &wanted);
        fresh.set_offline(true);
        let expected = play(&mut fresh, &input);
        for (heard, expected) in heard.iter().zip(&expected) {
            let apart = difference_db(&heard[100_000..], &expected[100_000..]);
            assert!(apart < -100.0, "seed {seed}, {:?}: {apart:.1} dB", wanted.mode);
        }
    }
}
