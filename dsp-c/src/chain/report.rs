//! What a chain tells of itself: extremes to meters, bands to a tap, gains to a trace. Real-time safe.

use super::Chain;
use crate::ffi::{Steps, Width};
use crate::layout::{Extremes, Line, SLOTS, WIDE_LANE};
use crate::meter::{Meters, Reading, SILENCE_DB};
use crate::settings::Mode;
use crate::tap::Slot;

impl Chain {
    /// Writes what was just processed into a slot, band by band as heard, with the output gain of these frames.
    pub fn tap(&self, output_gain: Steps<'_, f32>, frames: usize, slot: &mut Slot) {
        let (bands, width) = (self.settings.bands, self.dynamics.width());
        // Beside the shelves the tree runs with the polarity of its input.
        let sign = if self.settings.mode == Mode::Transparent { self.crossovers.polarity() } else { 1.0 };
        for band in 0..bands {
            let tree_slot = SLOTS - bands + band;
            let (a, first_lane) = (WIDE_LANE[tree_slot], width.lane(tree_slot, 0));
            let mut rows = slot.band_mut(band, frames);
            let mut from = 0;
            for leaves in self.leaves.heard(frames) {
                let to = from + leaves.len();
                let weights = &self.scratch.gains[from..to];
                let [left, right] = rows.each_mut().map(|row| &mut row[from..to]);
                let out = left.iter_mut().zip(right).zip(leaves.iter().zip(weights));
                match width {
                    Width::Narrow => {
                        for ((l, r), (x, w)) in out {
                            (*l, *r) = (w.lane[first_lane] * x.lane[a], w.lane[first_lane] * x.lane[a + 1]);
                        }
                    }
                    Width::Wide => {
                        let of = |lanes: &[f32; 16]| [lanes[a], lanes[a + 1]];
                        let [os, oc] = [of(&self.decode.own_same), of(&self.decode.own_cross)];
                        let [ts, tc] = [of(&self.decode.other_same), of(&self.decode.other_cross)];
                        for ((l, r), (x, w)) in out {
                            let ([xl, xr], [wl, wr]) = (of(&x.lane), of(&w.lane));
                            *l = (os[0] * wl + oc[0] * wr) * xl + (ts[0] * wl + tc[0] * wr) * xr;
                            *r = (os[1] * wr + oc[1] * wl) * xr + (ts[1] * wr + tc[1] * wl) * xl;
                        }
                    }
                }
                from = to;
            }
            for row in rows {
                for (n, x) in row.iter_mut().enumerate() {
                    *x *= sign * output_gain.at(n);
                }
            }
            let mut level_db = SILENCE_DB;
            for line in &self.scratch.levels[..frames] {
                level_db = level_db.max(line.lane[first_lane]).max(line.lane[first_lane + width.lanes_per_slot() - 1]);
            }
            slot.raise_level_db(band, level_db);
        }
    }

    /// Adds what the bands did since the last call to their meters.
    pub fn publish(&mut self, meters: &Meters) {
        let (bands, width) = (self.settings.bands, self.dynamics.width());
        let Extremes { level_db, lowest_db, highest_db } = &self.extremes;
        for (index, meter) in meters[..bands].iter().enumerate() {
            let first = width.lane(SLOTS - bands + index, 0);
            for lane in first..first + width.lanes_per_slot() {
                meter.add(Reading {
                    level_db: level_db[lane],
                    lowest_db: lowest_db[lane],
                    highest_db: highest_db[lane],
                });
            }
        }
        self.clear_extremes();
    }

    /// Forgets what has not been published.
    pub(super) fn clear_extremes(&mut self) {
        self.extremes = Extremes {
            level_db: [SILENCE_DB; 16],
            lowest_db: [f32::INFINITY; 16],
            highest_db: [f32::NEG_INFINITY; 16],
        };
    }
}

/// Extremes in lanes of another width.
pub(super) fn relaid(old: &Extremes, width: Width) -> Extremes {
    let mut new = Extremes::ZERO;
    for slot in 0..SLOTS {
        let (narrow, wide) = (Width::Narrow.lane(slot, 0), Width::Wide.lane(slot, 0));
        let pairs = [
            (&old.level_db, &mut new.level_db, f32::max as fn(f32, f32) -> f32),
            (&old.lowest_db, &mut new.lowest_db, f32::min),
            (&old.highest_db, &mut new.highest_db, f32::max),
        ];
        for (old, new, choose) in pairs {
            match width {
                Width::Wide => (new[wide], new[wide + 1]) = (old[narrow], old[narrow]),
                Width::Narrow => new[narrow] = choose(old[wide], old[wide + 1]),
            }
        }
    }
    new
}

/// Dynamic gains, frame × band × channel.
pub(super) fn write_trace(width: Width, bands: usize, channels: usize, gains: &[Line], trace: &mut [f32]) {
    for (line, row) in gains.iter().zip(trace.chunks_exact_mut(bands * channels)) {
        for (band, row) in row.chunks_exact_mut(channels).enumerate() {
            for (channel, gain) in row.iter_mut().enumerate() {
                let channel = if width == Width::Wide { channel } else { 0 };
                *gain = line.lane[width.lane(SLOTS - bands + band, channel)];
            }
        }
    }
}
