//! The convolver against the definition of a convolution.

use super::*;
use crate::ffi::DenormalsOff;
use crate::layout::{SLOTS, WIDE_LANE};
use crate::settings::{Settings, Slope};

const FADE: usize = 960;

fn settings(bands: usize, linear_taps: u32) -> Settings {
    let crossovers_hz = [60.0, 150.0, 400.0, 1000.0, 2500.0, 6000.0, 12000.0];
    Settings { bands, linear_taps, slope: Slope::Db48, crossovers_hz, ..Settings::default() }
}

fn design(bands: usize, linear_taps: u32) -> Design {
    Design::new(&settings(bands, linear_taps), 48_000.0)
}

fn noise(frames: usize) -> Vec<[f32; 2]> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as i32 as f32 / i32::MAX as f32
    };
    (0..frames).map(|_| [next(), next()]).collect()
}

/// Runs from frame `clock` on in pieces.
fn run(linear: &mut Linear, clock: u64, pairs: &[[f32; 2]], mut piece: impl FnMut() -> usize) -> Vec<Line> {
    let kernels = Kernels::best();
    let _denormals_off = DenormalsOff::new();
    let mut lines = vec![Line::ZERO; pairs.len()];
    let mut at = 0;
    while at < pairs.len() {
        let now = clock + at as u64;
        let frames = linear.stretch(now, piece().min(pairs.len() - at));
        linear.split(&kernels, now, &pairs[at..at + frames], &mut lines[at..at + frames]);
        at += frames;
    }
    lines
}

/// Bands by the sum that a convolution is, in double.
fn bands_at(design: &Design, input: &[[f32; 2]], frame: usize) -> Vec<[f64; 2]> {
    let late = design.latency() - design.length() / 2;
    let x = |n: usize| {
        let pair = frame.checked_sub(late + n).and_then(|n| input.get(n)).copied().unwrap_or_default();
        pair.map(f64::from)
    };
    let mut bands: Vec<[f64; 2]> = design
        .filters()
        .iter()
        .map(|filter| filter.iter().enumerate().fold([0.0; 2], |sum, (n, tap)| [0, 1].map(|c| sum[c] + tap * x(n)[c])))
        .collect();
    let whole = x(design.length() / 2);
    let rest = [0, 1].map(|c| whole[c] - bands.iter().map(|band| band[c]).sum::<f64>());
    bands.push(rest);
    bands
}

fn check(design: &Design, input: &[[f32; 2]], lines: &[Line], frames: impl Iterator<Item = usize>) {
    for frame in frames {
        for (band, wanted) in bands_at(design, input, frame).into_iter().enumerate() {
            let lane = WIDE_LANE[SLOTS - design.bands() + band];
            for (channel, wanted) in wanted.into_iter().enumerate() {
                let error = f64::from(lines[frame].lane[lane + channel]) - wanted;
                assert!(error.abs() < 2e-6, "frame {frame}, band {band}, channel {channel}: off by {error}");
            }
        }
    }
}

#[test]
fn bands_are_convolutions() {
    for (bands, taps) in [(8, 1024), (8, 4096), (3, 8192), (2, 2048), (1, 1024)] {
        let design = design(bands, taps);
        let input = noise(2 * design.latency() + 500);
        // Starts in the middle of a partition.
        let mut linear = Linear::new(&design, FADE);
        let lines = run(&mut linear, 4 * 4096 + 48, &input, || 64);
        check(&design, &input, &lines, (0..input.len()).step_by(487));
    }
}

#[test]
fn all_bands_add_up_to_a_delay_however_blocks_are_cut() {
    let design = design(8, 2048);
    let input = noise(6000);
    let whole = run(&mut Linear::new(&design, FADE), 0, &input, || 64);
    for (frame, line) in whole.iter().enumerate() {
        let late = frame.checked_sub(design.latency()).map_or([0.0; 2], |n| input[n]);
        for (channel, wanted) in late.into_iter().enumerate() {
            let sum: f32 = (0..SLOTS).map(|slot| line.lane[2 * slot + channel]).sum();
            assert!((sum - wanted).abs() < 1e-6, "frame {frame}: {sum} instead of {wanted}");
        }
    }
    let mut length = 0;
    let pieces = run(&mut Linear::new(&design, FADE), 0, &input, || {
        length = length % 61 + 1;
        length
    });
    assert!(whole == pieces);
    let mut again = Linear::new(&design, FADE);
    run(&mut again, 0, &noise(1500), || 64);
    again.restart();
    assert!(whole == run(&mut again, 0, &input, || 64), "a restart leaves something behind");
}

#[test]
fn new_filters_fade_in_and_the_old_ones_come_out() {
    let old = design(8, 2048);
    let mut moved = settings(8, 2048);
    moved.crossovers_hz[3] = 1500.0;
    let new = Design::new(&moved, 48_000.0);
    let input = noise(9000);
    let mut linear = Linear::new(&old, FADE);
    let mut lines = run(&mut linear, 0, &input[..3000], || 64);
    assert!(linear.offer(Box::new(Bank::new(&design(7, 2048)))).is_some(), "filters for another number of bands");
    assert!(linear.offer(Box::new(Bank::new(&old))).is_some() && linear.has_room(), "those that play");
    assert!(linear.offer(Box::new(Bank::new(&new))).is_none());
    assert!(linear.offer(Box::new(Bank::new(&old))).is_some(), "the place is taken");
    assert!(linear.worn().is_none());
    lines.extend(run(&mut linear, 3000, &input[3000..], || 64));
    assert_eq!(linear.worn().map(|bank| *bank.design()), Some(old));
    // The partition that ends at 3008 is put out from there on.
    check(&old, &input, &lines, (2500..3008).step_by(53));
    check(&new, &input, &lines, (3008 + FADE..9000).step_by(487));
    for (frame, line) in lines.iter().enumerate().skip(2048) {
        let sum: f32 = (0..SLOTS).map(|slot| line.lane[2 * slot]).sum();
        assert!((sum - input[frame - old.latency()][0]).abs() < 2e-6, "frame {frame}");
    }
}

#[test]
fn a_restart_begins_with_the_newest_filters() {
    let mut moved = settings(4, 8192);
    moved.crossovers_hz[1] = 250.0;
    let (old, new) = (design(4, 8192), Design::new(&moved, 48_000.0));
    let input = noise(9000);
    let mut linear = Linear::new(&old, FADE);
    run(&mut linear, 0, &input[..1000], || 64);
    assert!(linear.offer(Box::new(Bank::new(&new))).is_none());
    linear.restart();
    assert!(run(&mut linear, 0, &input, || 64) == run(&mut Linear::new(&new, FADE), 0, &input, || 64));
    assert_eq!(linear.worn().map(|bank| *bank.design()), Some(old));
}

#[test]
fn a_sidechain_comes_and_goes() {
    let design = design(4, 1024);
    let input = noise(8000);
    let mut linear = Linear::new(&design, FADE);
    let kernels = Kernels::best();
    let (mut main, mut side) = ([Line::ZERO; 16], vec![Line::ZERO; 8000]);
    for at in (0..8000).step_by(16) {
        let silence = [[0.0; 2]; 16];
        linear.split(&kernels, at as u64, &silence, &mut main);
        assert!(main.iter().all(|line| *line == Line::ZERO), "the sidechain is heard");
        if !(3000..4008).contains(&at) {
            linear.split_side(&kernels, at as u64, &input[at..at + 16], &mut side[at..at + 16]);
        }
    }
    check(&design, &input[..3008], &side, (0..3008).step_by(101));
    let later: Vec<[f32; 2]> = std::iter::repeat_n([0.0; 2], 4016).chain(input[4016..].iter().copied()).collect();
    check(&design, &later, &side, (4016..8000).step_by(101));
}

#[test]
fn the_work_is_spread_evenly() {
    let lengths = [(4096, 48_000.0), (8192, 44_100.0), (32_768, 48_000.0), (32_768, 192_000.0), (32_768, 768_000.0)];
    for ((taps, rate_hz), bands) in lengths.into_iter().flat_map(|length| [2, 4, 8].map(|bands| (length, bands))) {
        for (side, both) in [(false, false), (true, false), (false, true), (true, true)] {
            let design = Design::new(&settings(bands, taps), rate_hz);
            let (costs, shares) = (Costs::of(&design), design.partition() / SHARE);
            let mut job = Job { clock: 0, done: 0, cost: 0, side, front: 0, both };
            let (total, units) = (costs.total(&job), costs.units(&job));
            let largest = (0..units).map(|unit| costs.cost(costs.unit(&job, unit), both)).fold(0, usize::max);
            let what = format!("{taps} taps at {rate_hz} Hz, {bands} bands, {job:?}");
            for share in 1..=shares {
                let before = job.cost;
                while costs.next(&mut job, share, shares).is_some() {}
                // Both ends of a share lie within half a unit of where they should.
                let off = (job.cost - before).abs_diff(total / shares);
                assert!(off <= largest + 1, "{what}, share {share}: off by {off} of {total}");
            }
            assert_eq!((job.done, job.cost), (units, total), "{what}: all of it");
            assert!(bands < 8 || largest * shares < 4 * total, "{what}: a unit of {largest} is too large for a share");
        }
    }
}
