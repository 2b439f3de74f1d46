//! Channels, sidechain and what is heard: mid/side, target, listen, delta, mix, bypass, mute, meters.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Channels, Detector, Law, Settings, Sidechain, Target};

const RATE_HZ: f64 = 48_000.0;

/// 8:1 above −50 dB: always at work.
fn hot() -> BandSettings {
    BandSettings { above: section(Law::Compress, -50.0, 8.0), attack_ms: 1.0, release_ms: 50.0, ..idle_band() }
}

fn sum(audio: &Audio) -> Vec<f32> {
    audio[0].iter().zip(&audio[1]).map(|(l, r)| l + r).collect()
}

fn difference(audio: &Audio) -> Vec<f32> {
    audio[0].iter().zip(&audio[1]).map(|(l, r)| l - r).collect()
}

#[test]
fn idle_mid_side_is_stereo_bit_for_bit() {
    for bands in [1, 3, 8] {
        for gain_db in [0.0, -7.3] {
            let band = BandSettings { gain_db, ..idle_band() };
            let input = stereo_noise(40, 0.5, 6000);
            let stereo = render(RATE_HZ, &settings(bands, band), &input);
            let mid_side = BandSettings { channels: Channels::MidSide, ..band };
            assert_same_bits(&render(RATE_HZ, &settings(bands, mid_side), &input), &stereo, "mid/side");
        }
    }
    // Linked dynamics give both channels one gain: still the same bits, as long as the detectors read alike.
    let mono = vec![noise(41, 0.5, 6000); 2];
    let (a, b) = (settings(3, hot()), settings(3, BandSettings { channels: Channels::MidSide, ..hot() }));
    assert_same_bits(&render(RATE_HZ, &b, &mono), &render(RATE_HZ, &a, &mono), "mid only");
}

#[test]
fn working_on_the_side_leaves_the_mid_alone_and_the_other_way_round() {
    let input = stereo_noise(42, 0.3, 6000);
    let dry = render(RATE_HZ, &settings(3, idle_band()), &input);
    let with = |target| {
        let band = BandSettings { channels: Channels::MidSide, target, gain_db: 3.0, ..hot() };
        render(RATE_HZ, &settings(3, band), &input)
    };
    let (side, mid) = (with(Target::Second), with(Target::First));
    assert!(difference_db(&sum(&side), &sum(&dry)) < -120.0, "mid moved");
    assert!(difference_db(&difference(&mid), &difference(&dry)) < -120.0, "side moved");
    assert!(rms(wide(&difference(&side))) < 0.5 * rms(wide(&difference(&dry))), "side untouched");
    assert!(rms(wide(&sum(&mid))) < 0.5 * rms(wide(&sum(&dry))), "mid untouched");
}

#[test]
fn the_untouched_channel_is_dry_and_its_trace_is_zero() {
    let input = stereo_noise(43, 0.3, 6000);
    let dry = render(RATE_HZ, &settings(3, idle_band()), &input);
    for (target, dry_channel) in [(Target::First, 1), (Target::Second, 0)] {
        let band = BandSettings { target, gain_db: 5.0, ..hot() };
        let (out, gain) = play_traced(&mut engine(RATE_HZ, 2, &settings(3, band)), &input, &Vec::new());
        assert!(largest_difference(&out[dry_channel], &dry[dry_channel]) < 1e-6);
        assert!(gain.iter().all(|band| band[dry_channel].iter().all(|gain| *gain == 0.0)));
        assert!(gain.iter().all(|band| band[1 - dry_channel].iter().copied().fold(0.0, f32::min) < -3.0));
        // Mask and delta apply to it all the same.
        let delta = render(RATE_HZ, &Settings { delta: true, ..settings(3, band) }, &input);
        assert!(delta[dry_channel].iter().all(|x| x.abs() < 1e-6));
        let muted = render(RATE_HZ, &settings(3, BandSettings { mute: true, ..band }), &input);
        assert!(muted.iter().flatten().all(|x| *x == 0.0));
    }
}

#[test]
fn an_untouched_channel_does_not_drive_the_link() {
    for detector in [Detector::Peak, Detector::Rms, Detector::Smooth] {
        let input = vec![noise(44, 0.5, 4000), vec![0.0; 4000]];
        let band = BandSettings { target: Target::Second, detector, ..hot() };
        let (_, gain) = play_traced(&mut engine(RATE_HZ, 2, &settings(3, band)), &input, &Vec::new());
        assert!(gain.iter().flatten().flatten().all(|gain| *gain == 0.0));
    }
}

#[test]
fn mono_ignores_channels_and_target_from_the_start_and_when_they_change() {
    let input = vec![noise(45, 0.3, 9000)];
    let plain = settings(5, hot());
    let want = render(RATE_HZ, &plain, &input);
    let other = settings(5, BandSettings { channels: Channels::MidSide, target: Target::Second, ..hot() });
    assert_same_bits(&render(RATE_HZ, &other, &input), &want, "from the start");
    let mut playing = engine(RATE_HZ, 1, &plain);
    let mut out = play(&mut playing, &vec![input[0][..4000].to_vec()]);
    set(&mut playing, &other);
    out[0].extend(&play(&mut playing, &vec![input[0][4000..].to_vec()])[0]);
    assert_same_bits(&out, &want, "changed while playing");
}

#[test]
fn no_sidechain_is_silence_and_one_channel_serves_both() {
    let band = BandSettings { sidechain: Sidechain::External, ..hot() };
    for external in [settings(4, band), settings(1, band)] {
        let (input, side) = (stereo_noise(46, 0.3, 4800), noise(47, 0.9, 4800));
        let mut idle = external;
        idle.band = [idle_band(); 8];
        let dry = render(RATE_HZ, &idle, &input);
        let heard = |side: &Audio| play_with(&mut engine(RATE_HZ, 2, &external), &input, side);
        let silent = heard(&Vec::new());
        assert!(largest_difference(&silent[0], &dry[0]) < 1e-6, "no sidechain");
        assert_same_bits(&heard(&vec![vec![0.0; 4800]; 2]), &silent, "silent sidechain");
        assert_same_bits(&heard(&vec![side.clone()]), &heard(&vec![side.clone(); 2]), "one channel for both");
        assert!(rms(wide(&heard(&vec![side])[0])) < 0.5 * rms(wide(&dry[0])), "the sidechain does nothing");
    }
}

#[test]
fn a_sidechain_row_that_ends_early_goes_on_with_silence() {
    let band = BandSettings { sidechain: Sidechain::External, link_percent: 0.0, listen: true, ..hot() };
    let (input, side) = (stereo_noise(48, 0.3, 1000), stereo_noise(49, 0.9, 1000));
    for (first, second) in [(0, 0), (1, 999), (100, 1000), (1000, 517), (640, 64), (333, 333)] {
        let padded: Audio =
            [first, second].iter().zip(&side).map(|(&n, row)| [&row[..n], &vec![0.0; 1000 - n]].concat()).collect();
        let cut: Audio = [first, second].iter().zip(&side).map(|(&n, row)| row[..n].to_vec()).collect();
        for settings in [settings(4, band), settings(4, BandSettings { listen: false, ..band })] {
            let want = play_with(&mut engine(RATE_HZ, 2, &settings), &input, &padded);
            let got = play_with(&mut engine(RATE_HZ, 2, &settings), &input, &cut);
            assert_same_bits(&got, &want, &format!("rows of {first} and {second} frames"));
        }
    }
}

#[test]
fn input_gain_does_not_touch_the_sidechain() {
    let band = BandSettings { sidechain: Sidechain::External, ..hot() };
    let (input, side) = (stereo_noise(50, 0.1, 3000), stereo_noise(51, 0.3, 3000));
    let trace = |input_gain_db| {
        let settings = Settings { input_gain_db, ..settings(3, band) };
        play_traced(&mut engine(RATE_HZ, 2, &settings), &input, &side).1
    };
    assert_eq!(trace(0.0), trace(12.0));
}

#[test]
fn listen_plays_what_the_detector_reads() {
    let (input, side) = (stereo_noise(52, 0.3, 4000), stereo_noise(53, 0.3, 4000));
    for bands in [2, 4, 8] {
        for (sidechain, source) in [(Sidechain::Internal, &input), (Sidechain::External, &side)] {
            let mut listening = Settings { lookahead_ms: 1.0, ..settings(bands, BandSettings { sidechain, ..hot() }) };
            // Neither mute nor another band's solo, neither mix nor delta play a part.
            (listening.band[1].listen, listening.band[1].mute, listening.band[0].solo) = (true, true, true);
            (listening.delta, listening.mix_percent) = (true, 30.0);
            let mut alone = Settings { lookahead_ms: 1.0, ..settings(bands, idle_band()) };
            alone.band[1].solo = true;
            let heard = play_with(&mut engine(RATE_HZ, 2, &listening), &input, &side);
            let want = render(RATE_HZ, &alone, source);
            assert!(largest_difference(&heard[0], &want[0]) < 1e-6 && largest_difference(&heard[1], &want[1]) < 1e-6);
        }
    }
}

#[test]
fn listen_decodes_mid_and_side_and_leaves_the_untouched_channel_silent() {
    let input = stereo_noise(54, 0.5, 3000);
    let heard = |channels, target| {
        render(RATE_HZ, &settings(1, BandSettings { channels, target, listen: true, ..hot() }), &input)
    };
    let near =
        |got: &[f32], want: &dyn Fn(usize) -> f32| got.iter().enumerate().all(|(n, x)| (x - want(n)).abs() < 1e-6);
    let side = heard(Channels::MidSide, Target::Second);
    let half_difference = |n: usize| 0.5 * (input[0][n] - input[1][n]);
    assert!(near(&side[0], &half_difference) && near(&side[1], &|n| -half_difference(n)), "side");
    let mid = heard(Channels::MidSide, Target::First);
    let half_sum = |n: usize| 0.5 * (input[0][n] + input[1][n]);
    assert!(near(&mid[0], &half_sum) && near(&mid[1], &half_sum), "mid");
    let left = heard(Channels::Stereo, Target::First);
    assert!(left[0] == input[0] && left[1].iter().all(|x| *x == 0.0), "left");
    let right = heard(Channels::Stereo, Target::Second);
    assert!(right[1] == input[1] && right[0].iter().all(|x| *x == 0.0), "right");
}

#[test]
fn listening_fades_in_and_out_without_a_click() {
    for sidechain in [Sidechain::Internal, Sidechain::External] {
        let off = settings(3, BandSettings { sidechain, ..idle_band() });
        let mut on = off;
        on.band[1].listen = true;
        let tones = [tone(200.0, 0.5, RATE_HZ, 16_384)];
        let mut playing = engine(RATE_HZ, 1, &off);
        let mut out = Vec::new();
        for (index, at) in (0..16_384).step_by(4096).enumerate() {
            set(&mut playing, if index % 2 == 1 { &on } else { &off });
            out.extend(
                play_with(
                    &mut playing,
                    &vec![tones[0][at..at + 4096].to_vec()],
                    &vec![tones[0][at..at + 4096].to_vec()],
                )
                .swap_remove(0),
            );
        }
        for start in [3000, 7000, 11_000] {
            let click_db = highest_above_hz(&out[start..start + 4096], 5000.0, RATE_HZ);
            println!("listen {sidechain:?}: {click_db:.1} dB");
            assert!(click_db < -80.0, "{sidechain:?}: {click_db:.1} dB above 5 kHz");
        }
    }
}

#[test]
fn delta_and_dry_add_up_to_wet() {
    let input = stereo_noise(55, 0.99, 30_000);
    for (slope, mix_percent) in SLOPES.into_iter().flat_map(|slope| [(slope, 100.0), (slope, 40.0)]) {
        let wet = Settings { slope, mix_percent, ..settings(8, BandSettings { gain_db: 2.0, ..hot() }) };
        let heard = |settings: &Settings| render(RATE_HZ, settings, &input);
        let (wet, delta, dry) =
            (heard(&wet), heard(&Settings { delta: true, ..wet }), heard(&Settings { slope, ..idle(8) }));
        let sum: Vec<f32> = delta[0].iter().zip(&dry[0]).map(|(a, b)| a + b).collect();
        let left = difference_db(&sum, &wet[0]);
        println!("delta + dry against wet, {slope:?}, mix {mix_percent}: {left:.1} dBFS rms");
        assert!(left < -110.0 && rms(wide(&delta[0])) > 0.1, "{slope:?}: {left:.1} dBFS");
    }
}

#[test]
fn mixing_does_not_comb() {
    // At no mix may a gain below 0 dB lift or a common gain tilt the spectrum.
    for slope in SLOPES {
        for mix_percent in [0.0, 25.0, 50.0, 100.0] {
            let lowered =
                Settings { slope, mix_percent, ..settings(8, BandSettings { gain_db: -12.0, ..idle_band() }) };
            let lines = spectrum(&wide(&render(RATE_HZ, &lowered, &vec![impulse(1 << 16)])[0]));
            let want = db(1.0 + 0.01 * mix_percent * (amplitude(-12.0) - 1.0));
            let off = lines[1..lines.len() - 1].iter().map(|line| (db(line.norm()) - want).abs()).fold(0.0, f64::max);
            assert!(off < 0.001, "{slope:?}, mix {mix_percent} %: {off} dB");
        }
    }
    let input = stereo_noise(56, 0.3, 4000);
    let heard = |gain_db, mix_percent, band_mix| {
        let band = BandSettings { gain_db, mix_percent: band_mix, ..idle_band() };
        render(RATE_HZ, &Settings { mix_percent, ..settings(3, band) }, &input)
    };
    let (full, dry) = (heard(-12.0, 100.0, 100.0), heard(0.0, 100.0, 100.0));
    let between: Vec<f32> = full[0].iter().zip(&dry[0]).map(|(a, b)| 0.5 * (a + b)).collect();
    for half in [heard(-12.0, 50.0, 100.0), heard(-12.0, 100.0, 50.0)] {
        assert!(largest_difference(&half[0], &between) < 1e-6);
    }
}

#[test]
fn gains_are_what_they_say() {
    let input = stereo_noise(57, 0.1, 4000);
    let scaled =
        |db: f64| input.iter().map(|row| row.iter().map(|x| x * amplitude(db) as f32).collect()).collect::<Audio>();
    let plain = settings(4, hot());
    let louder_in = render(RATE_HZ, &Settings { input_gain_db: 6.0, ..plain }, &input);
    assert!(largest_difference(&louder_in[0], &render(RATE_HZ, &plain, &scaled(6.0))[0]) < 1e-6);
    let softer_out = render(RATE_HZ, &Settings { output_gain_db: -6.0, ..plain }, &input);
    let want: Vec<f32> = render(RATE_HZ, &plain, &input)[0].iter().map(|x| x * amplitude(-6.0) as f32).collect();
    assert!(largest_difference(&softer_out[0], &want) < 1e-6);
}

#[test]
fn mute_is_silence_and_a_bypassed_band_is_dry() {
    let input = stereo_noise(58, 0.9, 6000);
    let muted = render(RATE_HZ, &settings(4, BandSettings { mute: true, ..hot() }), &input);
    assert!(muted.iter().flatten().all(|x| *x == 0.0));
    let bypassed = render(RATE_HZ, &settings(4, BandSettings { bypass: true, gain_db: 9.0, ..hot() }), &input);
    let dry = render(RATE_HZ, &idle(4), &input);
    assert!(largest_difference(&bypassed[0], &dry[0]) < 1e-6);
    // Muted while playing: silent after the ramp and what the all-passes still hold.
    let mut playing = engine(RATE_HZ, 2, &settings(1, hot()));
    play(&mut playing, &input);
    set(&mut playing, &settings(1, BandSettings { mute: true, ..hot() }));
    assert!(play(&mut playing, &input)[0][960..].iter().all(|x| *x == 0.0));
}

#[test]
fn meters_tell_level_and_gain_and_are_cleared_by_reading() {
    let above = section(Law::Compress, -20.0, 2.0);
    let band = BandSettings { above, knee_db: 0.0, attack_ms: 1.0, release_ms: 20.0, ..idle_band() };
    for (link_percent, detector) in [(100.0, Detector::Peak), (0.0, Detector::Peak), (50.0, Detector::Smooth)] {
        let settings = settings(1, BandSettings { link_percent, detector, ..band });
        let mut playing = engine(RATE_HZ, 2, &settings);
        let meters = playing.meters();
        assert_eq!(meters[0].take(), None);
        let input = [tone(997.0, 0.01, RATE_HZ, 9600), tone(997.0, 0.5, RATE_HZ, 9600)];
        for at in (0..9600).step_by(480) {
            play(&mut playing, &input.iter().map(|row| row[at..at + 480].to_vec()).collect());
            if at == 4800 {
                // What the beginning of the tone did to the detector is past.
                assert!(meters[0].take().is_some_and(|reading| reading.highest_db > -1.0));
            }
        }
        let reading = meters[0].take().expect("blocks have passed");
        assert!((f64::from(reading.level_db) - db(0.5)).abs() < 0.3, "{reading:?}");
        let want = -0.5 * (20.0 + db(0.5));
        assert!(f64::from(reading.lowest_db) > want - 0.1 && f64::from(reading.lowest_db) < want + 0.5, "{reading:?}");
        assert!(f64::from(reading.highest_db) < if link_percent == 100.0 { want + 0.5 } else { 0.01 }, "{reading:?}");
        assert_eq!(meters[0].take(), None);
        play(&mut playing, &vec![vec![0.0; 96_000]; 2]);
        meters[0].take();
        play(&mut playing, &vec![vec![0.0; 64]; 2]);
        let reading = meters[0].take().expect("a block has passed");
        assert!(reading.level_db < -100.0 && reading.lowest_db > -0.01, "{reading:?}");
    }
    // Bands that are not in use stay silent.
    let mut playing = engine(RATE_HZ, 2, &idle(3));
    play(&mut playing, &stereo_noise(59, 0.5, 480));
    assert!((0..8).all(|band| playing.meters()[band].take().is_some() == (band < 3)));
}
