//! The linear mode in the engine: delays, alignment, filters that come and go.

mod common;

use common::*;
use octant_dsp::linear::{filter_length, linear_latency};
use octant_dsp::settings::{BandSettings, Law, Mode, Settings, Sidechain, Slope};
use octant_dsp::{Engine, linear};

const RATE_HZ: f64 = 48_000.0;

fn linear(settings: Settings) -> Settings {
    Settings { mode: Mode::Linear, linear_taps: 1024, ..settings }
}

/// Bands that are at work all the time.
fn busy() -> BandSettings {
    BandSettings { above: section(Law::Compress, -40.0, 4.0), attack_ms: 1.0, ..idle_band() }
}

/// Plays in blocks of these lengths, one after another and again.
fn play_in(engine: &mut Engine, input: &Audio, blocks: &[usize]) -> Audio {
    let mut output = input.clone();
    let (mut at, mut turn) = (0, 0);
    while at < input[0].len() {
        let end = (at + blocks[turn % blocks.len()]).min(input[0].len());
        let mut rows: Vec<&mut [f32]> = output.iter_mut().map(|row| &mut row[at..end]).collect();
        engine.process(&mut rows, &[]);
        (at, turn) = (end, turn + 1);
    }
    output
}

fn late(input: &Audio, latency: usize) -> Audio {
    let delay = |row: &Vec<f32>| vec![0.0; latency].into_iter().chain(row.iter().copied()).take(row.len()).collect();
    input.iter().map(delay).collect()
}

fn largest_difference_db(one: &Audio, other: &Audio) -> f64 {
    let differences = one.iter().flatten().zip(other.iter().flatten()).map(|(a, b)| f64::from((a - b).abs()));
    db(differences.fold(0.0, f64::max))
}

#[test]
fn idle_it_is_a_pure_delay() {
    for (rate_hz, bands, slope, linear_taps, lookahead_ms) in [
        (48_000.0, 8, Slope::Db24, 4096, 0.0),
        (48_000.0, 8, Slope::Db48, 1024, 3.0),
        (44_100.0, 4, Slope::Db12, 8192, 20.0),
        (8_000.0, 3, Slope::Db24, 1024, 0.0),
        (96_000.0, 5, Slope::Db48, 2048, 1.0),
        (48_000.0, 1, Slope::Db24, 2048, 0.0),
    ] {
        let settings = Settings { slope, linear_taps, lookahead_ms, ..linear(idle(bands)) };
        let mut playing = engine(rate_hz, 2, &settings);
        let latency = playing.latency_samples();
        assert_eq!(latency, linear_latency(linear_taps, rate_hz) + (lookahead_ms * 1e-3 * rate_hz + 0.5) as usize);
        let input = stereo_noise(1, 1.0, latency + 12_000);
        let error = largest_difference_db(&play(&mut playing, &input), &late(&input, latency));
        assert!(error < -120.0, "{bands} bands, {linear_taps} taps, {rate_hz} Hz: {error} dB");
    }
}

#[test]
fn the_latency_is_half_a_filter_and_little_more() {
    assert_eq!((filter_length(4096, 48_000.0), filter_length(4096, 44_100.0)), (4096, 4096));
    assert_eq!((filter_length(4096, 96_000.0), filter_length(1024, 768_000.0)), (8192, 16_384));
    assert_eq!(filter_length(2048, 8_000.0), 2048);
    assert!(linear_latency(4096, 48_000.0) <= 2560, "{}", linear_latency(4096, 48_000.0));
    assert!((linear::lowest_exact_crossover_hz(4096, Slope::Db24, 48_000.0) - 82.0).abs() < 0.1);
}

#[test]
fn blocks_change_no_bit_while_crossovers_move() {
    let settings = Settings { linear_taps: 2048, ..linear(settings(5, busy())) };
    let input = stereo_noise(2, 0.5, 30_000);
    let run = |blocks: &[usize]| {
        let mut playing = engine(RATE_HZ, 2, &settings);
        playing.set_offline(true);
        let mut out: Audio = vec![Vec::new(); 2];
        for (part, hz) in [300.0, 500.0, 900.0].into_iter().enumerate() {
            let part: Audio = input.iter().map(|row| row[part * 10_000..(part + 1) * 10_000].to_vec()).collect();
            out.iter_mut().zip(play_in(&mut playing, &part, blocks)).for_each(|(out, new)| out.extend(new));
            let mut moved = settings;
            moved.crossovers_hz[1] = hz;
            set(&mut playing, &moved);
        }
        out
    };
    let whole = run(&[10_000]);
    for blocks in [&[1][..], &[17], &[64], &[480], &[63, 2, 129]] {
        assert_same_bits(&run(blocks), &whole, &format!("blocks of {blocks:?}"));
    }
    assert!(largest_difference_db(&whole, &render(RATE_HZ, &settings, &input)) > -60.0, "nothing moved");
}

#[test]
fn moved_crossovers_are_heard_within_50_ms_and_the_sum_stays_a_delay() {
    let settings = Settings { linear_taps: 8192, ..linear(idle(4)) };
    let mut solo = settings;
    solo.band[1].solo = true;
    let mut moved = solo;
    moved.crossovers_hz[1] = 3000.0;
    let input = vec![tone(2000.0, 0.5, RATE_HZ, 48_000)];
    let mut playing = engine(RATE_HZ, 1, &solo);
    playing.set_offline(true);
    let before = play(&mut playing, &input);
    set(&mut playing, &moved);
    let after = play(&mut playing, &input);
    let peak = |row: &[f32]| row.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(peak(&before[0][40_000..]) < 0.1 && peak(&after[0][2352..2400]) > 0.3, "before 50 ms have passed");

    let mut all = engine(RATE_HZ, 1, &settings);
    all.set_offline(true);
    let latency = all.latency_samples();
    let whole = vec![noise(3, 0.9, 40_000)];
    let head = play(&mut all, &vec![whole[0][..20_000].to_vec()]);
    set(&mut all, &Settings { crossovers_hz: moved.crossovers_hz, ..settings });
    let tail = play(&mut all, &vec![whole[0][20_000..].to_vec()]);
    let heard = vec![head.into_iter().chain(tail).flatten().collect()];
    assert!(largest_difference_db(&heard, &late(&whole, latency)) < -120.0);
}

#[test]
fn without_a_workshop_the_old_filters_play_on() {
    let settings = linear(settings(4, busy()));
    let mut moved = settings;
    moved.crossovers_hz[1] = 2000.0;
    let input = stereo_noise(4, 0.5, 20_000);
    let mut playing = engine(RATE_HZ, 2, &settings);
    set(&mut playing, &moved);
    assert_same_bits(&play(&mut playing, &input), &render(RATE_HZ, &settings, &input), "old filters");
    let workshop = playing.workshop();
    assert!(workshop.serve() && !workshop.serve(), "one order");
    play(&mut playing, &input);
    assert!(workshop.serve(), "the old filters come back");
    assert!(!workshop.serve());
    // In the end it is as if it had always been so.
    let wanted = render(RATE_HZ, &moved, &input);
    let heard = play(&mut playing, &input);
    let last = |audio: &Audio| -> Audio { audio.iter().map(|row| row[15_000..].to_vec()).collect() };
    assert!(largest_difference_db(&last(&heard), &last(&wanted)) < -100.0);
}

#[test]
fn what_is_ordered_may_come_too_late_or_for_nobody() {
    let input = stereo_noise(5, 0.5, 6000);
    let settings = Settings { hold_latency: true, ..linear(settings(4, busy())) };
    let mut moved = settings;
    moved.crossovers_hz[1] = 2000.0;

    // The mode is left while filters are being made.
    let mut playing = engine(RATE_HZ, 2, &settings);
    let workshop = playing.workshop();
    set(&mut playing, &moved);
    play(&mut playing, &input);
    set(&mut playing, &Settings { mode: Mode::Lr, ..moved });
    play(&mut playing, &input);
    assert!(workshop.serve(), "the filters nobody needs");
    play(&mut playing, &input);
    assert!(workshop.serve(), "they come back, with everything else that is not needed");
    play(&mut playing, &input);
    assert!(!workshop.serve());
    assert_eq!(playing.health().read().non_finite_blocks, 0);

    // Crossovers move on while filters are being made: the last ones win.
    let mut playing = engine(RATE_HZ, 2, &settings);
    let workshop = playing.workshop();
    set(&mut playing, &moved);
    play(&mut playing, &input);
    let mut last = moved;
    last.crossovers_hz[1] = 700.0;
    set(&mut playing, &last);
    play(&mut playing, &input);
    for _ in 0..3 {
        assert!(workshop.serve());
        play(&mut playing, &input);
    }
    let heard = play(&mut playing, &input);
    let wanted = render(RATE_HZ, &last, &input);
    let end = |audio: &Audio| -> Audio { audio.iter().map(|row| row[4000..].to_vec()).collect() };
    assert!(largest_difference_db(&end(&heard), &end(&wanted)) < -60.0);

    // Another sample rate, that is another engine, while filters are being made: nothing is left behind.
    let mut playing = engine(RATE_HZ, 2, &settings);
    let workshop = playing.workshop();
    set(&mut playing, &moved);
    play(&mut playing, &input);
    drop(playing);
    let playing = engine(96_000.0, 2, &settings);
    assert!(workshop.serve(), "for an engine that is gone");
    assert!(!playing.workshop().serve());

    // A restart while filters are being made.
    let mut playing = engine(RATE_HZ, 2, &settings);
    let workshop = playing.workshop();
    set(&mut playing, &moved);
    play(&mut playing, &input);
    playing.restart();
    while workshop.serve() {
        play(&mut playing, &input);
    }
    playing.restart();
    let heard = play(&mut playing, &input);
    assert_same_bits(&heard, &render(RATE_HZ, &moved, &input), "after a start in between");
}

#[test]
fn filters_on_their_way_come_soon_after_a_restart_too() {
    let settings = linear(idle(4));
    let mut moved = settings;
    moved.crossovers_hz[1] = 2000.0;
    moved.band[1].solo = true;
    let mut playing = engine(RATE_HZ, 2, &settings);
    let workshop = playing.workshop();
    // A stream of two seconds: what was ordered is wanted at a frame that the new stream is far from.
    play(&mut playing, &stereo_noise(15, 0.5, 96_000));
    set(&mut playing, &moved);
    play(&mut playing, &stereo_noise(16, 0.5, 100));
    playing.restart();
    let input = stereo_noise(17, 0.5, 9600);
    let mut heard = input.clone();
    for at in (0..9600).step_by(480) {
        assert!(at > 0 || workshop.serve(), "an order was under way");
        let mut rows: Vec<&mut [f32]> = heard.iter_mut().map(|row| &mut row[at..at + 480]).collect();
        playing.process(&mut rows, &[]);
    }
    let wanted = render(RATE_HZ, &moved, &input);
    for (heard, wanted) in heard.iter().zip(&wanted) {
        let apart = difference_db(&heard[4800..], &wanted[4800..]);
        assert!(apart < -120.0, "100 ms later: {apart:.1} dB");
    }
}

#[test]
fn when_filters_come_within_their_lead_changes_no_bit() {
    let input = stereo_noise(14, 0.5, 12_800);
    let linear = Settings { hold_latency: true, ..linear(settings(4, busy())) };
    let mut moved = linear;
    moved.crossovers_hz[1] = 2000.0;
    for (name, from, to) in [
        ("other crossovers", linear, moved),
        ("another slope", linear, Settings { slope: Slope::Db48, ..linear }),
        ("the mode", Settings { mode: Mode::Lr, ..linear }, linear),
    ] {
        let serving_after = |blocks: usize| {
            let mut playing = engine(RATE_HZ, 2, &from);
            let workshop = playing.workshop();
            set(&mut playing, &to);
            let mut out = input.clone();
            for at in (0..12_800).step_by(64) {
                let mut rows: Vec<&mut [f32]> = out.iter_mut().map(|row| &mut row[at..at + 64]).collect();
                playing.process(&mut rows, &[]);
                if at / 64 >= blocks {
                    workshop.serve();
                }
            }
            out
        };
        let at_once = serving_after(0);
        // 20 ms are 15 blocks.
        assert_same_bits(&serving_after(13), &at_once, name);
        assert!(largest_difference_db(&serving_after(40), &at_once) > -60.0, "{name}: nothing was waited for");
    }
}

/// What says that it needs no workshop never orders anything, whatever is asked for.
#[test]
fn orders_come_only_from_engines_that_have_room_for_filters() {
    let input = stereo_noise(20, 0.5, 2000);
    let lr = Settings { linear_taps: 1024, ..idle(3) };
    let (mut random, mut ordered) = (Random(20), [0; 2]);
    for first in [
        lr,
        Settings { mode: Mode::Transparent, lookahead_ms: 5.0, ..lr },
        Settings { hold_latency: true, ..lr },
        Settings { lookahead_ms: 12.0, ..lr },
        linear(lr),
    ] {
        let mut playing = engine(RATE_HZ, 2, &first);
        let (workshop, needed) = (playing.workshop(), playing.needs_workshop());
        assert_eq!(needed, playing.latency_samples() >= linear_latency(1024, RATE_HZ));
        for _ in 0..40 {
            let mut wanted = linear(lr);
            (wanted.bands, wanted.hold_latency) = (1 + random.below(8), random.unit() < 0.5);
            wanted.lookahead_ms = [0.0, 5.0, 12.0][random.below(3)];
            wanted.crossovers_hz[0] = random.between(50.0, 500.0);
            set(&mut playing, &wanted);
            play(&mut playing, &input);
            ordered[usize::from(needed)] += usize::from(workshop.serve());
        }
    }
    assert!(ordered[0] == 0 && ordered[1] > 20, "{ordered:?}");
}

/// While filters for one structure are being made another is wanted: the first is never heard.
#[test]
fn the_last_structure_that_was_wanted_comes_and_none_before_it() {
    let first = Settings { bands: 4, ..linear(settings(8, busy())) };
    let input = stereo_noise(18, 0.5, 9600);
    let tail = |audio: &Audio| -> Audio { audio.iter().map(|row| row[4800..].to_vec()).collect() };
    for (wishes, offline) in
        [(&[5, 6][..], false), (&[5, 6], true), (&[5, 4], false), (&[5, 6, 5], false), (&[5, 6, 4], true)]
    {
        let last = wishes[wishes.len() - 1];
        let mut playing = engine(RATE_HZ, 2, &first);
        playing.set_offline(offline);
        let workshop = playing.workshop();
        play(&mut playing, &input);
        for bands in wishes {
            set(&mut playing, &Settings { bands: *bands, ..first });
            play(&mut playing, &stereo_noise(19, 0.5, 64));
        }
        let mut heard = Vec::new();
        for part in 0..200 {
            if part % 20 == 19 {
                workshop.serve();
            }
            play(&mut playing, &stereo_noise(part, 0.5, 64));
            heard.push(playing.bands());
        }
        heard.dedup();
        let expected = if last == 4 { vec![4] } else { vec![4, last] };
        assert_eq!(heard, expected, "{wishes:?}, off line: {offline}");
        play(&mut playing, &input);
        let mut other = engine(RATE_HZ, 2, &Settings { bands: last, ..first });
        play(&mut other, &input);
        let apart = largest_difference_db(&tail(&play(&mut playing, &input)), &tail(&play(&mut other, &input)));
        assert!(apart < -100.0, "{wishes:?}, off line: {offline}: {apart:.1} dB");
        while workshop.serve() {
            play(&mut playing, &input);
        }
    }
}

/// Crossovers that move all the time do not keep a structure from coming, and neither does it keep theirs.
#[test]
fn a_structure_comes_while_crossovers_move() {
    let first = Settings { hold_latency: true, ..linear(settings(8, busy())) };
    for mode in [Mode::Lr, Mode::Linear] {
        let mut playing = engine(RATE_HZ, 2, &Settings { mode, bands: 4, ..first });
        let workshop = playing.workshop();
        let mut wanted = Settings { bands: 5, ..first };
        // Every 640 frames, while filters are taken 960 frames after they were ordered.
        for block in 0..100u32 {
            if block % 10 == 0 {
                wanted.crossovers_hz[1] = 300.0 + f64::from(block);
                set(&mut playing, &wanted);
            }
            play(&mut playing, &stereo_noise(block.into(), 0.5, 64));
            workshop.serve();
        }
        assert_eq!(playing.bands(), 5, "from {mode:?}");
        let input = stereo_noise(21, 0.5, 9600);
        for _ in 0..4 {
            play(&mut playing, &input);
            workshop.serve();
        }
        let mut other = engine(RATE_HZ, 2, &wanted);
        play(&mut other, &input);
        let tail = |audio: Audio| -> Audio { audio.iter().map(|row| row[4800..].to_vec()).collect() };
        let apart = largest_difference_db(&tail(play(&mut playing, &input)), &tail(play(&mut other, &input)));
        assert!(apart < -100.0, "from {mode:?}: {apart:.1} dB");
    }
}

/// Otherwise a gate would be further closed when the first frame comes, the longer the partitions are.
#[test]
fn detectors_begin_when_the_convolution_puts_something_out() {
    let gate = BandSettings { below: section(Law::Expand, -40.0, 4.0), release_ms: 300.0, ..idle_band() };
    let silence = vec![vec![0.0; 9000]];
    let lr = settings(3, gate);
    let (_, now) = play_traced(&mut engine(RATE_HZ, 1, &lr), &silence, &Vec::new());
    for linear_taps in [1024, 8192] {
        let settings = Settings { mode: Mode::Linear, linear_taps, ..lr };
        let by = linear_latency(linear_taps, RATE_HZ) - linear_taps as usize / 2;
        let (_, later) = play_traced(&mut engine(RATE_HZ, 1, &settings), &silence, &Vec::new());
        for (now, later) in now.iter().zip(&later) {
            assert!(later[0][..by].iter().all(|gain_db| *gain_db == 0.0), "{linear_taps} taps: too early");
            assert_eq!(later[0][by..], now[0][..9000 - by], "{linear_taps} taps");
        }
    }
    assert!(now[0][0][8999] < -20.0, "the gate closes");
}

#[test]
fn a_restart_never_plays_filters_of_another_structure() {
    let input = stereo_noise(13, 0.5, 6000);
    let base = Settings { hold_latency: true, linear_taps: 2048, ..linear(settings(4, busy())) };
    let base = Settings { linear_taps: 2048, ..base };
    let lr = Settings { mode: Mode::Lr, ..base };
    for (name, from, to) in [
        ("slope", base, Settings { slope: Slope::Db48, ..base }),
        ("bands", base, Settings { bands: 3, ..base }),
        ("length", base, Settings { linear_taps: 1024, ..base }),
        ("mode", lr, base),
    ] {
        let mut playing = engine(RATE_HZ, 2, &from);
        let workshop = playing.workshop();
        play(&mut playing, &input);
        set(&mut playing, &to);
        playing.restart();
        assert_same_bits(&play(&mut playing, &input), &render(RATE_HZ, &from, &input), &format!("{name}: as before"));
        while workshop.serve() {
            play(&mut playing, &input);
        }
        (0..3).for_each(|_| drop(play(&mut playing, &input)));
        playing.restart();
        let mut wanted = engine(RATE_HZ, 2, &Settings { linear_taps: 2048, ..to });
        set(&mut wanted, &to);
        wanted.set_offline(true);
        let silence = vec![vec![0.0; 24_000]; 2];
        play(&mut wanted, &silence);
        wanted.restart();
        assert_same_bits(&play(&mut playing, &input), &play(&mut wanted, &input), &format!("{name}: and then"));
    }
}

#[test]
fn a_mode_that_waits_for_its_filters_holds_nothing_up() {
    let input = stereo_noise(12, 0.5, 6000);
    let lr = Settings { hold_latency: true, ..linear(Settings { mode: Mode::Lr, ..idle(4) }) };
    let lr = Settings { mode: Mode::Lr, ..lr };
    let wanted = Settings { mode: Mode::Linear, ..lr };
    let mut quieter = lr;
    quieter.band[1].gain_db = -12.0;
    // Nobody makes filters, yet the old mode hears what is wanted of it.
    let mut playing = engine(RATE_HZ, 2, &lr);
    let workshop = playing.workshop();
    set(&mut playing, &wanted);
    play(&mut playing, &input);
    set(&mut playing, &quieter);
    play(&mut playing, &input);
    let mut other = engine(RATE_HZ, 2, &quieter);
    play(&mut other, &input);
    play(&mut other, &input);
    let apart = largest_difference_db(&play(&mut playing, &input), &play(&mut other, &input));
    assert!(apart < -100.0, "back to lr: {apart} dB");
    // Bypass as well, and what has been ordered is what is wanted again.
    set(&mut playing, &Settings { bypass: true, ..wanted });
    play(&mut playing, &input);
    let bypassed = play(&mut playing, &input);
    let latency = playing.latency_samples();
    assert_eq!(bypassed[0][latency..], input[0][..6000 - latency], "bypass");
    assert!(workshop.serve(), "one order");
    set(&mut playing, &wanted);
    (0..3).for_each(|_| drop(play(&mut playing, &input)));
    let heard = play(&mut playing, &input);
    let mut other = engine(RATE_HZ, 2, &wanted);
    (0..3).for_each(|_| drop(play(&mut other, &input)));
    let apart = largest_difference_db(&heard, &play(&mut other, &input));
    assert!(apart < -120.0, "linear after all: {apart} dB");
    assert!(!workshop.serve(), "no second order");
}

#[test]
fn bands_listen_to_the_same_bands_of_the_sidechain() {
    let above = section(Law::Compress, -20.0, 4.0);
    let external = BandSettings { sidechain: Sidechain::External, above, ..busy() };
    let settings = linear(settings(4, external));
    let input = stereo_noise(6, 0.5, 12_000);
    let mut playing = engine(RATE_HZ, 2, &settings);
    let (_, gains) = play_traced(&mut playing, &input, &vec![tone(2450.0, 0.9, RATE_HZ, 12_000)]);
    assert!(gains[2][0][10_000] < -8.0, "the tone's band: {}", gains[2][0][10_000]);
    for band in [0, 1, 3] {
        // What is left of the click when the tone begins.
        assert!(gains[band][0][10_000] > -1.0, "band {band}: {}", gains[band][0][10_000]);
    }
    let (_, gains) = play_traced(&mut engine(RATE_HZ, 2, &settings), &input, &Vec::new());
    assert!(gains.iter().all(|band| band[0].iter().all(|gain| *gain == 0.0)), "no sidechain is silence");
}

#[test]
fn a_held_latency_holds_in_every_mode() {
    let input = stereo_noise(7, 0.7, 30_000);
    let side = vec![noise(8, 0.7, 30_000)];
    for mode in [Mode::Lr, Mode::Transparent, Mode::Linear] {
        let settings = Settings { mode, hold_latency: true, linear_taps: 2048, lookahead_ms: 2.0, ..idle(1) };
        let mut playing = engine(RATE_HZ, 2, &settings);
        let latency = playing.latency_samples();
        assert_eq!(latency, linear_latency(2048, RATE_HZ) + 96);
        let error = largest_difference_db(&play_with(&mut playing, &input, &side), &late(&input, latency));
        assert!(error < -120.0, "{mode:?}: {error}");
    }
    // Audio and sidechain wait alike.
    let external = BandSettings { sidechain: Sidechain::External, ..busy() };
    let plain = Settings { lookahead_ms: 1.0, ..settings(1, external) };
    let held = Settings { hold_latency: true, ..plain };
    let now = play_with(&mut engine(RATE_HZ, 2, &plain), &input, &side);
    let later = play_with(&mut engine(RATE_HZ, 2, &held), &input, &side);
    let by = linear_latency(8192, RATE_HZ);
    for (now, later) in now.iter().zip(&later) {
        assert!(later[..by].iter().all(|x| *x == 0.0));
        assert_eq!(later[by..], now[..now.len() - by]);
    }
}

#[test]
fn held_latency_lets_everything_change_while_it_plays() {
    let base = Settings { hold_latency: true, linear_taps: 2048, lookahead_ms: 5.0, ..idle(4) };
    let input = stereo_noise(9, 0.5, 24_000);
    for (from, to) in [
        (base, Settings { mode: Mode::Linear, ..base }),
        (Settings { mode: Mode::Linear, ..base }, base),
        (Settings { mode: Mode::Transparent, ..base }, Settings { mode: Mode::Linear, ..base }),
        (Settings { mode: Mode::Linear, ..base }, Settings { mode: Mode::Linear, linear_taps: 1024, ..base }),
        (Settings { mode: Mode::Linear, ..base }, Settings { mode: Mode::Linear, slope: Slope::Db48, ..base }),
        (Settings { mode: Mode::Linear, ..base }, Settings { mode: Mode::Linear, lookahead_ms: 1.0, ..base }),
        (Settings { mode: Mode::Linear, ..base }, Settings { mode: Mode::Linear, bands: 2, ..base }),
        (base, Settings { lookahead_ms: 0.0, ..base }),
    ] {
        let mut playing = engine(RATE_HZ, 2, &from);
        playing.set_offline(true);
        let latency = playing.latency_samples();
        play(&mut playing, &input);
        set(&mut playing, &to);
        play(&mut playing, &input);
        assert_eq!(playing.latency_samples(), latency);
        let heard = play(&mut playing, &input);
        assert_eq!(playing.bands(), to.bands);
        // Now all bands add up as in an engine that never did anything else.
        let mut wanted = engine(RATE_HZ, 2, &Settings { linear_taps: 2048, lookahead_ms: 5.0, ..to });
        if to.mode == Mode::Linear {
            let error = largest_difference_db(
                &heard.iter().map(|row| row[latency..].to_vec()).collect(),
                &input.iter().map(|row| row[..row.len() - latency].to_vec()).collect(),
            );
            assert!(error < -120.0, "{from:?} to {to:?}: {error}");
        } else {
            play(&mut wanted, &input);
            play(&mut wanted, &input);
            let error = largest_difference_db(&heard, &play(&mut wanted, &input));
            assert!(error < -100.0, "{:?} to {:?}: {error}", from.mode, to.mode);
        }
    }
}

#[test]
fn without_held_latency_the_old_structure_plays_on() {
    let lr = idle(4);
    let wanted = Settings { mode: Mode::Linear, linear_taps: 1024, ..lr };
    let mut playing = engine(RATE_HZ, 2, &lr);
    let input = stereo_noise(10, 0.5, 9000);
    set(&mut playing, &wanted);
    assert_same_bits(&play(&mut playing, &input), &render(RATE_HZ, &lr, &input), "lr plays on");
    assert_eq!(playing.latency_samples(), 0);
    assert_eq!(playing.wanted_latency_samples(), linear_latency(1024, RATE_HZ));
    playing.restart();
    assert_same_bits(&play(&mut playing, &input), &render(RATE_HZ, &lr, &input), "after a restart too");
    // And the other way round.
    let (mut playing, mut linear) = (engine(RATE_HZ, 2, &wanted), engine(RATE_HZ, 2, &wanted));
    set(&mut playing, &lr);
    assert_same_bits(&play(&mut playing, &input), &play(&mut linear, &input), "linear plays on");
    assert_eq!((playing.latency_samples(), playing.wanted_latency_samples()), (linear_latency(1024, RATE_HZ), 0));
}

#[test]
fn bypass_is_the_input_late_by_the_latency() {
    let settings = Settings { bypass: true, ..linear(settings(6, busy())) };
    let mut playing = engine(RATE_HZ, 2, &settings);
    let latency = playing.latency_samples();
    let input = stereo_noise(11, 0.9, 8000);
    assert_same_bits(&play(&mut playing, &input), &late(&input, latency), "bypass");
}
