//! From one structure to another while it plays, and filters on their way: what happens between two stretches.

use super::{Engine, amplitude};
use crate::chain::{self, Chain};
use crate::layout::TILE;
use crate::linear::{self, Design, Made, Wish};
use crate::settings::{Mode, Settings};

/// How long the filters of a new chain run unheard, in lengths of a fade. Measured with tones of 50, 120 and 997 Hz, worst
/// of all pairs of structures: 0 gives clicks of -86 dB and 2.3 dB of wrong level for half a second, because detectors
/// catch the onset of the filters; 1 gives -101 dB and 0.4 dB, 2 gives -110 dB.
const SETTLING_FADES: usize = 2;

/// Frames between looks at what has been ordered.
pub(super) const COUNTER_GRID: usize = linear::SHARE;

/// Where a change of structure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// What the linear mode needs for these settings has been ordered.
    Ordered,
    /// The new chain has been set up and starts in so many frames: its first block shall not pay for both.
    Waiting(usize),
    /// The filters of the new chain come to rest, unheard, for so many more frames; its envelopes do not count yet.
    Settling(usize),
    /// The new chain, with the envelopes of the old one, is fed its latency ahead for so many more frames.
    Feeding(usize),
    /// So many frames of the fade are done.
    Fading(usize),
}

impl Engine {
    /// Takes over what was asked for.
    pub(super) fn on_grid(&mut self) {
        if self.clock.is_multiple_of(COUNTER_GRID as u64) && self.supplies() {
            self.at_the_counter();
        }
        if self.changed {
            self.heed();
        }
        let (clock, changing) = (self.clock, self.change != Change::None);
        let [playing, other] = self.chains_in_order();
        playing.settle(clock);
        if changing {
            other.settle(clock);
        }
    }

    /// Takes over what can be taken over now.
    fn heed(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        if fresh {
            // The user's way out waits for nothing.
            self.bypass.set(f32::from(u8::from(self.wanted.bypass)), Chain::ramp_frames(self.sample_rate_hz));
        }
        let open = match self.change {
            Change::None => true,
            // An order can be left alone.
            Change::Ordered => fresh,
            _ => false,
        };
        if open {
            self.changed = false;
            self.take_over();
        }
    }

    /// Whether filters come or go.
    pub(super) fn supplies(&self) -> bool {
        self.supply.is_away() || self.chains.iter().any(Chain::is_equipped)
    }

    /// Takes filters that have come, asks for those that are missing, sends back what is worn.
    fn at_the_counter(&mut self) {
        let clock = self.clock;
        let mut worn = [const { None }; 2];
        match self.supply.answer(clock) {
            Some(Made::Whole(linear)) if self.change == Change::Ordered => {
                let coming = self.coming;
                let [_, other] = self.chains_in_order();
                worn[0] = other.equip(Some(linear)).map(Made::Whole);
                other.restart(&coming);
                self.change = Change::Waiting(TILE);
            }
            Some(Made::Bank(bank)) if self.change == Change::None => {
                let missing = self.chains[self.playing].missing_filters();
                let linear = self.chains[self.playing].linear().filter(|_| missing.is_some());
                worn[0] = match linear {
                    Some(linear) => linear.offer(bank).map(Made::Bank),
                    None => Some(Made::Bank(bank)),
                };
            }
            // What was asked for is not needed any more.
            unneeded => worn[0] = unneeded,
        }
        if !self.supply.is_home() {
            debug_assert!(worn[0].is_none(), "what has come can go back");
            return;
        }
        let resting = self.change == Change::None;
        let [playing, other] = self.chains_in_order();
        if resting {
            worn[1] = if worn[0].is_none() { playing.worn() } else { None };
            if worn[1].is_none() {
                worn[1] = other.equip(None).map(Made::Whole);
            }
        }
        match playing.missing_filters().filter(|_| resting) {
            Some(design) => self.supply.order(Wish::Bank(design), clock + design.lead(), worn),
            None if worn.iter().any(Option::is_some) => self.supply.give_back(worn),
            None => (),
        }
    }

    fn take_over(&mut self) {
        let ramp_frames = Chain::ramp_frames(self.sample_rate_hz);
        self.input_gain.set(amplitude(self.wanted.input_gain_db), ramp_frames);
        self.output_gain.set(amplitude(self.wanted.output_gain_db), ramp_frames);
        let settings = self.attainable();
        let (clock, sample_rate_hz) = (self.clock, self.sample_rate_hz);
        let [playing, other] = self.chains_in_order();
        if !playing.needs_fade(&settings) {
            playing.set(&settings);
            // What has been ordered, if anything, comes for nobody.
            self.change = Change::None;
        } else if settings.mode != Mode::Linear {
            other.restart(&settings);
            self.change = Change::Waiting(TILE);
        } else {
            let design = Design::new(&settings, sample_rate_hz);
            if self.supply.is_home() {
                self.supply.order(Wish::Whole(design), clock + design.lead(), [None, None]);
            }
            if self.supply.awaits(&design) {
                // Perhaps with other crossovers: that chain gets its own as a playing one does.
                self.coming = settings;
                self.change = Change::Ordered;
            } else {
                // What is under way comes for nobody; this is ordered when it has come.
                (self.change, self.changed) = (Change::None, true);
            }
        }
    }

    /// What is wanted, as far as the promised latency allows it.
    pub(super) fn attainable(&self) -> Settings {
        let playing = &self.chains[self.playing];
        let (present, now) = (playing.settings(), playing.latency());
        let fits = |settings: &Settings| {
            let latency = chain::latency(settings, self.sample_rate_hz);
            latency == self.promised || latency == now || (self.wanted.hold_latency && latency <= self.promised)
        };
        let mut settings = self.wanted;
        if !fits(&settings) {
            settings.lookahead_ms = present.lookahead_ms;
        }
        if !fits(&settings) {
            (settings.mode, settings.linear_taps) = (present.mode, present.linear_taps);
        }
        settings
    }

    /// Goes on by a stretch.
    pub(super) fn go_on_changing(&mut self, frames: usize) {
        self.change = match self.change {
            Change::None | Change::Ordered => self.change,
            Change::Waiting(left) if left > frames => Change::Waiting(left - frames),
            Change::Waiting(_) => {
                Change::Settling(SETTLING_FADES * self.fade.frames() + self.chains[1 - self.playing].filling())
            }
            Change::Settling(left) if left > frames => Change::Settling(left - frames),
            Change::Settling(_) => {
                let [playing, other] = self.chains_in_order();
                other.carry_over(playing);
                if other.latency() > 0 { Change::Feeding(other.latency()) } else { Change::Fading(0) }
            }
            Change::Feeding(left) if left > frames => Change::Feeding(left - frames),
            Change::Feeding(_) => Change::Fading(0),
            Change::Fading(done) if done + frames < self.fade.frames() => Change::Fading(done + frames),
            Change::Fading(_) => {
                // What the old chain did in this block.
                self.chains[self.playing].publish(&self.meters);
                self.playing = 1 - self.playing;
                Change::None
            }
        };
    }
}
