//! Taps: what goes in and out, and every band as it is heard, for analysis on another thread.
//!
//! ```text
//! audio thread   Source --- filled slots ---> Tap   analysis thread
//!                       <--- free slots ----
//! ```
//!
//! Slots are owned by one side at a time and go around through two rings of one writer and one reader each. They are
//! allocated by the analysis, never by the audio thread. While nobody listens, the audio thread pays one relaxed load
//! per block; if no slot is free, it counts a drop and goes on. What it sounds like does not depend on any of this.

pub(crate) mod handover;
mod slot;

use crate::sync;
pub use handover::{Source, Switch, Tap};
pub use slot::{Slot, Stretch};

/// Rings for so many slots, both empty: the audio thread's end and the other one. Allocates.
pub fn tap(slots: usize, switch: std::sync::Arc<Switch>, health: crate::health::Shared) -> (Source, Tap) {
    handover::pair(slots, switch, move || health.add_dropped_slot())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health;
    use std::sync::Arc;

    const STRETCH: Stretch = Stretch { frames: 64, bands: 3 };

    fn open(slots: usize) -> (Source, Tap, Arc<Switch>, health::Shared) {
        let (switch, health) = (Arc::new(Switch::default()), health::Shared::default());
        let (source, mut tap) = tap(slots, Arc::clone(&switch), Arc::clone(&health));
        tap.provide(Slot::new);
        (source, tap, switch, health)
    }

    /// Fills so many frames; whether there was a slot for all of them.
    fn fill(source: &mut Source, frames: usize, value: f32) -> bool {
        let Some(opening) = source.opening() else { return false };
        let mut all = true;
        for _ in 0..frames / STRETCH.frames {
            let Some(slot) = source.slot(opening, STRETCH) else {
                all = false;
                continue;
            };
            slot.write_input([&[value; 64], &[-value; 64]]);
            slot.finish(STRETCH, [&[value; 64], &[-value; 64]]);
        }
        all
    }

    #[test]
    fn nothing_is_filled_while_nobody_listens() {
        let (mut source, mut tap, switch, health) = open(4);
        assert!(!fill(&mut source, 4096, 1.0));
        let opening = switch.open();
        assert!(!tap.read(opening, |_| ()));
        assert!(fill(&mut source, 2 * Slot::FRAMES, 1.0));
        switch.close();
        assert!(!fill(&mut source, 4096, 1.0));
        assert!(tap.read(opening, |slot| assert_eq!(slot.frames(), Slot::FRAMES)));
        assert_eq!(health.read().dropped_slots, 0);
    }

    #[test]
    fn a_stalled_analysis_costs_slots_and_each_is_counted() {
        let (mut source, mut tap, switch, health) = open(4);
        let opening = switch.open();
        // The fifth slot is the first that is missed; it takes its whole length.
        assert!(!fill(&mut source, 5 * Slot::FRAMES, 1.0));
        assert_eq!(health.read().dropped_slots, 1);
        for _ in 0..10 {
            fill(&mut source, Slot::FRAMES, 1.0);
        }
        let dropped = health.read().dropped_slots;
        assert!(dropped > 5, "{dropped}");
        let mut serials = Vec::new();
        while tap.read(opening, |slot| serials.push(slot.serial())) {}
        assert_eq!(serials, [0, 1, 2, 3]);
        // Once slots are free again, the count of what was missed is in the serial.
        fill(&mut source, 3 * Slot::FRAMES, 1.0);
        assert!(tap.read(opening, |slot| serials.push(slot.serial())));
        assert_eq!(serials[4], 4 + dropped);
    }

    #[test]
    fn what_is_older_than_the_opening_is_not_read() {
        let (mut source, mut tap, switch, _) = open(4);
        switch.open();
        assert!(fill(&mut source, 2 * Slot::FRAMES + 64, 1.0));
        switch.close();
        let opening = switch.open();
        assert!(!tap.read(opening, |_| unreachable!("a slot of before")));
        assert!(fill(&mut source, 2 * Slot::FRAMES, 0.5));
        let mut seen = 0;
        while tap.read(opening, |slot| {
            assert!(slot.input(0).iter().all(|&x| x == 0.5));
            assert_eq!(slot.serial(), seen);
            seen += 1;
        }) {}
        assert_eq!(seen, 1, "one is full, one is being filled");
    }

    #[test]
    fn opened_and_closed_ten_thousand_times_no_slot_is_lost() {
        let (mut source, mut tap, switch, health) = open(4);
        for turn in 0..10_000 {
            let opening = switch.open();
            assert!(fill(&mut source, turn % 4 * Slot::FRAMES, 1.0), "turn {turn}");
            while tap.read(opening, |_| ()) {}
            switch.close();
        }
        assert_eq!(health.read().dropped_slots, 0);
        drop(source);
        assert!(!tap.read(0, |_| ()));
    }

    #[test]
    fn either_end_may_go_first() {
        for source_first in [true, false] {
            let (mut source, mut tap, switch, health) = open(2);
            let opening = switch.open();
            assert!(fill(&mut source, 2 * Slot::FRAMES, 1.0));
            if source_first {
                drop(source);
                assert!(tap.read(opening, |slot| assert_eq!(slot.output(1)[9], -1.0)));
            } else {
                drop(tap);
                assert!(!fill(&mut source, 4 * Slot::FRAMES, 1.0));
                assert!(health.read().dropped_slots > 0);
            }
        }
    }
}
