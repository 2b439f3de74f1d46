//! Kernels and the whole engine in memory whose neighbours are forbidden pages: nothing is read or written beyond an
//! end, rows may begin at any float, and the results are those of ordinary memory.
#![cfg(target_os = "linux")]

use octant_dsp::Engine;
use octant_dsp::ffi::{DenormalsOff, Isa, Kernels};
use octant_dsp::settings::{Channels, Detector, Law, Mode, Settings, Slope};
use octant_tests::cases::{self, Bench, Case};
use octant_tests::place::Place;
use octant_tests::random::Random;
use octant_tests::signals::{self, LENGTHS, LONG};
use octant_tests::system::guarded::Guarded;

fn fence(case: &Case, kernels: Kernels, frames: usize, places: &[Place]) -> Vec<String> {
    let wanted = case.run_whole(kernels, frames);
    let failures = places.iter().filter_map(|&place| {
        let found = case.run(&Bench { kernels, place, frames, pieces: &[frames] });
        let error = found.same_bits(&wanted).err()?;
        Some(format!("{} of {}, {frames} frames, {place:?}: {error}", case.name, kernels.isa().name()))
    });
    failures.collect()
}

fn judge(failures: Vec<String>) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn kernels_stay_between_the_guards() {
    let _denormals_off = DenormalsOff::new();
    let places = [Place::AfterGuard { gap: 0 }, Place::BeforeGuard { gap: 0 }];
    let mut failures = Vec::new();
    for case in cases::all() {
        for kernels in Kernels::all() {
            for frames in LENGTHS.into_iter().filter(|&frames| frames <= case.longest) {
                failures.extend(fence(&case, kernels, frames, &places));
            }
        }
    }
    judge(failures);
}

#[test]
fn rows_may_begin_at_any_float() {
    let _denormals_off = DenormalsOff::new();
    let places: Vec<Place> = (0..16).flat_map(|gap| [Place::AfterGuard { gap }, Place::BeforeGuard { gap }]).collect();
    let mut failures = Vec::new();
    for case in cases::all().into_iter().filter(|case| case.has_rows) {
        for kernels in Kernels::all() {
            for frames in [0, 1, 7, 8, 9, 63, 64, 65] {
                failures.extend(fence(&case, kernels, frames, &places));
            }
        }
    }
    judge(failures);
}

#[test]
fn a_million_frames_between_the_guards() {
    let _denormals_off = DenormalsOff::new();
    let mut failures = Vec::new();
    // The scalar table is safe Rust: shorter signals say as much about it.
    for kernels in Kernels::all().into_iter().filter(|kernels| kernels.isa() != Isa::Scalar) {
        for case in cases::all().into_iter().filter(|case| case.longest >= LONG) {
            failures.extend(fence(&case, kernels, LONG, &[Place::BeforeGuard { gap: 0 }]));
        }
    }
    judge(failures);
}

/// Settings that run most of the machinery: both sections, all detectors, mid/side, look-ahead, sidechain.
fn busy(slope: Slope) -> Settings {
    let mut settings = Settings { slope, bands: 8, lookahead_ms: 1.3, ..Settings::default() };
    settings.crossovers_hz = [60.0, 150.0, 400.0, 1000.0, 2500.0, 6000.0, 12000.0];
    for (index, band) in settings.band.iter_mut().enumerate() {
        band.above.threshold_db = -36.0;
        band.below.law = [Law::Off, Law::Compress, Law::Expand][index % 3];
        band.detector = [Detector::Peak, Detector::Rms, Detector::Smooth][index % 3];
        band.link_percent = 12.5 * index as f64;
        band.lookahead_ms = 0.2 * index as f64;
        band.hold_ms = if index % 2 == 0 { 3.0 } else { 0.0 };
        band.channels = if index < 4 { Channels::Stereo } else { Channels::MidSide };
        if index % 4 == 1 {
            band.sidechain = octant_dsp::settings::Sidechain::External;
        }
    }
    settings
}

/// Simple settings of one chain, so that the narrow kernels run.
fn plain(slope: Slope) -> Settings {
    Settings { slope, bands: 3, ..Settings::default() }
}

/// Renders `total` frames in blocks of `block`, every block in memory of its own.
fn render(
    kernels: Kernels,
    settings: &Settings,
    channels: usize,
    total: usize,
    block: usize,
    place: Place,
) -> Vec<u32> {
    let mut engine = Engine::with_kernels(kernels, 48_000.0, channels, settings).expect("valid settings");
    let mut random = Random::new(5);
    let input: Vec<Vec<f32>> = (0..channels).map(|_| signals::hostile_row(total, &mut random)).collect();
    let side: Vec<Vec<f32>> = (0..channels).map(|_| signals::row(total, &mut random)).collect();
    let mut bits = Vec::with_capacity(total * channels);
    let mut at = 0;
    loop {
        let end = total.min(at + block);
        let mut rows: Vec<_> = input.iter().map(|row| place.row(row[at..end].to_vec())).collect();
        let side: Vec<_> = side.iter().map(|row| place.row(row[at..end].to_vec())).collect();
        let mut main: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut **row).collect();
        let side: Vec<&[f32]> = side.iter().map(|row| &**row).collect();
        engine.process(&mut main, &side);
        bits.extend(rows.iter().flat_map(|row| row.iter().map(|x| x.to_bits())));
        at = end;
        if at >= total {
            return bits;
        }
    }
}

#[test]
fn the_engine_stays_between_the_guards() {
    let places = [
        Place::AfterGuard { gap: 0 },
        Place::BeforeGuard { gap: 0 },
        Place::AfterGuard { gap: 1 },
        Place::BeforeGuard { gap: 3 },
    ];
    for kernels in Kernels::all() {
        for slope in [Slope::Db12, Slope::Db24, Slope::Db48] {
            let trees = [busy(slope), plain(slope)];
            let shelves = trees.map(|settings| Settings { mode: Mode::Transparent, ..settings });
            for settings in trees.into_iter().chain(shelves) {
                for channels in [1, 2] {
                    // The last block is shorter than the others.
                    for (block, total) in [(1, 40), (63, 300), (64, 300), (65, 300), (8192, 8200)] {
                        let wanted = render(kernels, &settings, channels, total, block, Place::Heap);
                        for place in places {
                            let found = render(kernels, &settings, channels, total, block, place);
                            assert!(found == wanted, "{kernels:?} {slope:?} {channels} channels, {block}, {place:?}");
                        }
                    }
                    render(kernels, &settings, channels, 0, 64, Place::BeforeGuard { gap: 0 });
                }
            }
        }
    }
}

#[test]
fn the_engine_takes_a_million_frames_at_once() {
    for kernels in Kernels::all().into_iter().filter(|kernels| kernels.isa() != Isa::Scalar) {
        let settings = busy(Slope::Db24);
        let whole = render(kernels, &settings, 2, LONG, LONG, Place::BeforeGuard { gap: 0 });
        let blocks = render(kernels, &settings, 2, LONG, 4096, Place::Heap);
        // Blocks come one after the other, both rows of each; the whole has all of the left row first.
        let (left, right) = whole.split_at(LONG);
        let mut at = 0;
        for block in blocks.chunks(2 * 4096) {
            let frames = block.len() / 2;
            assert!(block[..frames] == left[at..at + frames], "left, block at frame {at}");
            assert!(block[frames..] == right[at..at + frames], "right, block at frame {at}");
            at += frames;
        }
    }
}

/// Canary: a single byte beside a slice is noticed, on either side of the pages.
#[test]
fn damage_beside_a_slice_is_noticed() {
    for mut row in [Guarded::after_guard(&[0.5f32; 9], 4), Guarded::before_guard(&[0.5f32; 9], 8)] {
        assert!(row.is_intact());
        assert!(row.damage_surroundings());
        assert!(!row.is_intact());
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(row)));
        assert!(dropped.is_err(), "dropping a damaged slice must not go unnoticed");
    }
}

/// Canary: reading one float beyond either end of a row kills the process that does it.
#[test]
fn one_float_beyond_the_end_is_fatal() {
    const ROLE: &str = "OCTANT_TEST_READ_BEYOND";
    if let Ok(end) = std::env::var(ROLE) {
        octant_tests::system::guarded::read_beyond(end == "upper");
        return;
    }
    for end in ["lower", "upper"] {
        let program = std::env::current_exe().expect("this test program");
        let mut child = std::process::Command::new(program);
        child.args(["--exact", "one_float_beyond_the_end_is_fatal"]).env(ROLE, end);
        let status = child.output().expect("the test program runs").status;
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(signal, Some(libc::SIGSEGV), "{end} end: {status}");
    }
}
