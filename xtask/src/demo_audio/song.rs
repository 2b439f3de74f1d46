//! Who plays when: four bars in A minor at 126 beats a minute, each louder than the one before.

use super::{RATE_HZ, voices};
use libm::{exp2, sqrt};

const SIXTEENTHS: usize = 64;
const FRAMES_PER_SIXTEENTH: f64 = RATE_HZ * 60.0 / 126.0 / 4.0;

/// How loud each bar is played: something for a compressor to even out.
const BAR_GAIN: [f64; 4] = [0.34, 0.5, 0.82, 1.0];
/// Root and chord of each bar, as MIDI notes: A minor, F, C, G.
const ROOTS: [f64; 4] = [33.0, 29.0, 36.0, 31.0];
const CHORDS: [[f64; 3]; 4] = [[57.0, 60.0, 64.0], [53.0, 60.0, 65.0], [55.0, 60.0, 64.0], [55.0, 59.0, 62.0]];

// One character per sixteenth: '.' rests, '1' … '9' is how hard the note is struck.
const KICK: [&str; 4] = ["9...8...9...8...", "9...8...9...8.5.", "9...8...9..58...", "9...8..69...8.57"];
const SNARE: [&str; 4] = ["....7.......7...", "....7.......7..2", "....9..2....9...", "....9..2.3..9798"];
const HAT: [&str; 4] = ["3.6.3.6.3.6.3.6.", "3363336333633363", "4365436543654365", "5476547654765476"];
const OPEN_HAT: [&str; 4] = ["................", "..............6.", "..7...7...7...7.", "..8...8...8...8."];
const BASS: [&str; 4] = ["7..6..7...6.7...", "7..6..7...6.7.5.", "8..7.68..57.8.6.", "9..8.79..68.9.79"];
/// 'o' jumps up an octave, '-' stays.
const BASS_LEAP: [&str; 4] = ["---o--------o---", "---o------o-----", "---o-o----o-o---", "---o-oo---o-o-oo"];
/// Steps of the lead over A, in semitones as base-36 digits, '.' rests.
const LEAD: [&str; 4] = ["................", "....c..a..7.....", "0.3.7..c.a..7.3.", "7.a.c..f.c.a7.5."];

/// A mix that wraps around: what rings beyond the end comes in at the beginning.
struct Loop(Vec<[f64; 2]>);

impl Loop {
    /// Adds a note; `pan` −1 left … 1 right.
    fn add(&mut self, note: &[f64], sixteenth: f64, gain: f64, pan: f64) {
        let (left, right) = (gain * sqrt(0.5 * (1.0 - pan)), gain * sqrt(0.5 * (1.0 + pan)));
        let begin = (sixteenth * FRAMES_PER_SIXTEENTH) as usize;
        let length = self.0.len();
        for (n, sample) in note.iter().enumerate() {
            let frame = &mut self.0[(begin + n) % length];
            frame[0] += left * sample;
            frame[1] += right * sample;
        }
    }
}

/// Plays all of it.
pub fn play() -> Vec<[f64; 2]> {
    let mut mix = Loop(vec![[0.0; 2]; (FRAMES_PER_SIXTEENTH * SIXTEENTHS as f64) as usize]);
    drums(&mut mix);
    bass(&mut mix);
    pad(&mut mix);
    lead(&mut mix);
    mix.0
}

fn drums(mix: &mut Loop) {
    let (kick, snare) = (voices::kick(), voices::snare());
    let closed = [voices::hat(60.0, 31), voices::hat(72.0, 37), voices::hat(52.0, 41)];
    let open = voices::hat(13.0, 43);
    each(KICK, |at, strength| mix.add(&kick, at, 1.35 * strength, 0.0));
    each(SNARE, |at, strength| mix.add(&snare, at, 0.9 * strength * strength, 0.06));
    each(HAT, |at, strength| mix.add(&closed[at as usize % 3], swung(at), 0.85 * strength, -0.3));
    each(OPEN_HAT, |at, strength| mix.add(&open, at, 0.3 * strength, 0.34));
}

fn bass(mix: &mut Loop) {
    each(BASS, |at, strength| {
        let (bar, step) = (at as usize / 16, at as usize % 16);
        let leap = if BASS_LEAP[bar].as_bytes()[step] == b'o' { 12.0 } else { 0.0 };
        let note = voices::bass(hertz(ROOTS[bar] + leap), 0.2, strength);
        mix.add(&note, at, 0.85 * strength, 0.0);
    });
}

fn pad(mix: &mut Loop) {
    for (bar, chord) in CHORDS.iter().enumerate() {
        let seconds = 16.0 * FRAMES_PER_SIXTEENTH / RATE_HZ + 0.3;
        // Less far down than the drums: the pad carries the soft bars.
        let gain = 0.05 * sqrt(BAR_GAIN[bar]);
        for (voice, &key) in chord.iter().enumerate() {
            for (pan, drift) in [(-0.8, -1.0), (0.8, 1.0)] {
                let note = voices::pad(hertz(key), seconds, drift * (1.0 + 0.2 * voice as f64));
                mix.add(&note, bar as f64 * 16.0, gain, pan);
            }
        }
    }
}

fn lead(mix: &mut Loop) {
    for (bar, steps) in LEAD.iter().enumerate() {
        for (step, digit) in steps.chars().enumerate() {
            let Some(semitones) = digit.to_digit(36) else {
                continue;
            };
            let at = (bar * 16 + step) as f64;
            let note = voices::bell(hertz(69.0 + f64::from(semitones)), BAR_GAIN[bar]);
            // Three echoes, a dotted eighth apart, from side to side.
            for (echo, (gain, pan)) in [(0.3, 0.1), (0.11, -0.7), (0.06, 0.7), (0.03, -0.6)].into_iter().enumerate() {
                mix.add(&note, at + 3.0 * echo as f64, gain * BAR_GAIN[bar], pan);
            }
        }
    }
}

/// Calls `strike` with the place in sixteenths and the strength, 0 … 1, the bar's own loudness included.
fn each(pattern: [&str; 4], mut strike: impl FnMut(f64, f64)) {
    for (bar, steps) in pattern.iter().enumerate() {
        for (step, digit) in steps.chars().enumerate() {
            if let Some(strength) = digit.to_digit(10) {
                strike((bar * 16 + step) as f64, f64::from(strength) / 9.0 * BAR_GAIN[bar]);
            }
        }
    }
}

/// Every second sixteenth comes a little late.
fn swung(at: f64) -> f64 {
    if at as usize % 2 == 1 { at + 0.12 } else { at }
}

/// The frequency of a MIDI note.
fn hertz(key: f64) -> f64 {
    440.0 * exp2((key - 69.0) / 12.0)
}
