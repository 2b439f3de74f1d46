use super::*;
use crate::running::Running;
use octant_dsp::Settings;
use std::time::{Duration, Instant};

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 64;

/// An activated instance that plays a sine.
struct Player {
    running: Running,
    channels: usize,
    step: f64,
    phase: f64,
}

impl Player {
    fn new(analysis: &Analysis, channels: usize, settings: &Settings, hz: f64) -> Self {
        let mut running = Running::new(RATE_HZ, channels, settings).expect("valid");
        running.connect(analysis);
        if analysis.is_running() {
            until(|| lock(&analysis.shared.stream).as_ref().is_some_and(|stream| stream.tap.is_provided()));
        }
        Self { running, channels, step: std::f64::consts::TAU * hz / RATE_HZ, phase: 0.0 }
    }

    fn play(&mut self, blocks: usize, amplitude: f64) {
        for _ in 0..blocks {
            let row: Vec<f32> =
                (0..FRAMES).map(|n| (amplitude * (self.phase + self.step * n as f64).sin()) as f32).collect();
            self.phase += self.step * FRAMES as f64;
            let mut rows = vec![row; self.channels];
            let mut rows: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[..]).collect();
            self.running.process(&mut rows, &[]);
        }
    }

    /// Plays so many blocks and lets the analysis follow: no slot is lost.
    fn play_slowly(&mut self, analysis: &Analysis, blocks: usize, amplitude: f64) {
        for _ in 0..blocks.div_ceil(40) {
            self.play(40, amplitude);
            until(|| lock(&analysis.shared.stream).as_mut().is_some_and(|stream| stream.tap.waiting() == 0));
        }
    }
}

/// Waits for something that another thread does. A minute is far more than it needs; only a fault lasts longer.
fn until(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the analysis has stopped");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Bands that leave the sound as it is, with 6.5 dB less at the output.
fn gentle() -> Settings {
    let mut settings = Settings { bands: 3, output_gain_db: -6.5, ..Settings::default() };
    (settings.crossovers_hz[0], settings.crossovers_hz[1]) = (150.0, 6000.0);
    for band in &mut settings.band {
        band.above.threshold_db = 0.0;
        band.above.ratio = 1.0;
    }
    settings
}

#[test]
fn a_sine_is_seen_before_and_after_in_its_band_and_as_loud_as_it_is() {
    for channels in [1, 2] {
        let analysis = Arc::new(Analysis::default());
        let _listening = analysis.listen();
        // A whole number of bins, in the second of three bands.
        let hz = 170.0 * RATE_HZ / 8192.0;
        let mut player = Player::new(&analysis, channels, &gentle(), hz);
        player.play_slowly(&analysis, 4 * 750, 0.5);
        until(|| analysis.latest().serial > 0);
        let picture = analysis.latest();
        assert_eq!(picture.sample_rate_hz, RATE_HZ);
        let full = 20.0 * 0.5f32.log10();
        assert!((picture.before.db[170] - full).abs() < 0.1, "{}", picture.before.db[170]);
        assert!((picture.after.db[170] - (full - 6.5)).abs() < 0.1, "{}", picture.after.db[170]);
        // K-weighting is 0 dB around 1 kHz; two channels are 3 dB louder than one.
        let expected = f64::from(full) - if channels == 1 { 3.0 } else { 0.0 };
        for (side, offset) in [(picture.loudness.before, 0.0), (picture.loudness.after, -6.5)] {
            for found in [side.momentary, side.short_term, side.integrated] {
                assert!((found - expected - offset).abs() < 0.2, "{found} instead of {}", expected + offset);
            }
        }
        assert_eq!((picture.peaks.before.len(), picture.peaks.after.len()), (channels, channels));
        assert!((picture.peaks.before[0].highest_db - full).abs() < 0.1);
        assert_eq!(picture.bands.len(), 3);
        let totals: Vec<u64> =
            picture.bands.iter().flat_map(|band| [band.before.total(), band.after.total()]).collect();
        assert!(totals.iter().all(|&total| total == totals[0]), "{totals:?}");
        let highest = |band: &BandPicture| band.after.counts.iter().rposition(|&count| count > 0);
        let levels: Vec<_> = picture.bands.iter().map(|band| highest(band).unwrap_or(0)).collect();
        // −6 dB of full scale, 3 for RMS, 6.5 of gain: in the bin from −16 to −15 dB.
        assert_eq!(Histogram::LOWEST_DB + levels[1] as i32, -16, "{levels:?}");
        assert!(levels[0] + 10 < levels[1] && levels[2] + 10 < levels[1], "{levels:?}");
        assert_eq!(picture.health.dropped_slots, 0);
    }
}

#[test]
fn every_slot_is_in_the_histograms() {
    let analysis = Arc::new(Analysis::default());
    let _listening = analysis.listen();
    let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
    player.play_slowly(&analysis, 4000, 0.1);
    // A slot is handed over with the first stretch that does not fit: the last one is not.
    let slots = (4000 * FRAMES / Slot::FRAMES - 1) as u64;
    until(|| {
        // Pictures come every 20 ms of the stream, so the last slots may be in none yet.
        let picture = analysis.latest();
        picture.bands.first().is_some_and(|band| slots - band.before.total() < 4)
    });
}

#[test]
fn a_stalled_analysis_costs_slots_and_the_stream_goes_on() {
    let analysis = Arc::new(Analysis::default());
    let _listening = analysis.listen();
    let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
    player.play_slowly(&analysis, 400, 0.1);
    {
        // The analysis waits for this lock as it would for a processor that is busy.
        let _stalled = lock(&analysis.shared.stream);
        player.play(2000, 0.1);
    }
    player.play_slowly(&analysis, 1000, 0.1);
    until(|| analysis.latest().health.dropped_slots > 0);
    let dropped = analysis.latest().health.dropped_slots;
    let lasting = (2000 * FRAMES / Slot::FRAMES) as u64;
    assert!((lasting - 45..lasting).contains(&dropped), "{dropped} of {lasting}");
    analysis.restart();
    until(|| analysis.latest().health.dropped_slots == 0);
}

#[test]
fn nobody_listening_costs_no_thread_and_no_slot() {
    let analysis = Arc::new(Analysis::default());
    let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
    player.play(1000, 0.1);
    assert!(!analysis.is_running());
    assert!(!lock(&analysis.shared.stream).as_ref().expect("attached").tap.is_provided());
    let (first, second) = (analysis.listen(), analysis.listen());
    drop(first);
    assert!(analysis.is_running());
    drop(second);
    assert!(!analysis.is_running());
}

#[test]
fn opened_and_closed_ten_thousand_times_while_it_plays() {
    let analysis = Arc::new(Analysis::default());
    let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !done.load(Relaxed) {
                player.play(1, 0.1);
            }
        });
        for _ in 0..10_000 {
            drop(analysis.listen());
        }
        done.store(true, Relaxed);
    });
    assert!(!analysis.is_running());
    assert_eq!(lock(&analysis.audience).listeners, 0);
    // It works afterwards as it did before.
    let _listening = analysis.listen();
    let serial = analysis.latest().serial;
    player.play_slowly(&analysis, 400, 0.1);
    until(|| analysis.latest().serial > serial);
}

#[test]
fn an_instance_may_go_while_somebody_listens() {
    for detached_first in [true, false] {
        let analysis = Arc::new(Analysis::default());
        let listening = analysis.listen();
        let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
        player.play(100, 0.1);
        if detached_first {
            analysis.detach();
        }
        drop(player);
        analysis.close();
        assert!(!analysis.is_running(), "its thread is gone, whoever listens");
        let late = analysis.listen();
        assert!(!analysis.is_running());
        drop((listening, late));
    }
}

#[test]
fn a_new_activation_is_followed() {
    let analysis = Arc::new(Analysis::default());
    let _listening = analysis.listen();
    let mut player = Player::new(&analysis, 2, &gentle(), 1000.0);
    player.play_slowly(&analysis, 400, 0.1);
    until(|| analysis.latest().bands.len() == 3);
    let settings = Settings { bands: 5, ..gentle() };
    let mut player = Player::new(&analysis, 1, &settings, 1000.0);
    player.play_slowly(&analysis, 400, 0.1);
    until(|| analysis.latest().bands.len() == 5);
    assert_eq!(analysis.latest().peaks.after.len(), 1);
}
