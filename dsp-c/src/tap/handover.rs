//! Who owns a slot, and when it counts. The rings are a library's; what is checked by models is what stands here.

use super::slot::{Slot, Stretch};
use super::sync::{Arc, AtomicU32, Reader, Relaxed, Writer, ring};

/// Whether somebody listens, and since which opening.
///
/// Relaxed: the number stands alone. Slots carry the number of the opening that they were filled for, and the rings
/// publish their contents; so it does not matter how late the audio thread sees a change.
#[derive(Debug, Default)]
pub struct Switch {
    /// 0: nobody listens. Else the number of the opening.
    listening: AtomicU32,
    /// Openings so far; only who opens looks at it.
    openings: AtomicU32,
}

impl Switch {
    /// Somebody listens; gives the number of this opening, never 0. Not from two threads at once.
    pub fn open(&self) -> u32 {
        let opening = self.openings.load(Relaxed).wrapping_add(1).max(1);
        self.openings.store(opening, Relaxed);
        self.listening.store(opening, Relaxed);
        opening
    }

    /// Nobody listens any more.
    pub fn close(&self) {
        self.listening.store(0, Relaxed);
    }

    fn opening(&self) -> u32 {
        self.listening.load(Relaxed)
    }
}

/// Both ends of empty rings for so many slots.
pub fn pair(slots: usize, switch: Arc<Switch>, lost: impl Fn() + Send + 'static) -> (Source, Tap) {
    let ((filled_in, filled_out), (free_in, free_out)) = (ring(slots), ring(slots));
    let source = Source {
        switch,
        opening: 0,
        serial: 0,
        filling: None,
        missed: 0,
        filled: filled_in,
        free: free_out,
        lost: Box::new(lost),
    };
    (source, Tap { filled: filled_out, free: free_in, missing: slots })
}

/// The audio thread's end. Real-time safe; whoever drops it frees the slots in it.
pub struct Source {
    switch: Arc<Switch>,
    /// What `filling`, `serial` and `missed` belong to.
    opening: u32,
    /// Of the next slot.
    serial: u64,
    filling: Option<Box<Slot>>,
    /// Frames of the lost slot that are still to come.
    missed: usize,
    filled: Writer<Box<Slot>>,
    free: Reader<Box<Slot>>,
    /// Counts a lost slot.
    lost: Box<dyn Fn() + Send>,
}

impl Source {
    /// The opening to fill slots for; None while nobody listens. One relaxed load.
    pub fn opening(&self) -> Option<u32> {
        Some(self.switch.opening()).filter(|&opening| opening != 0)
    }

    /// The slot that takes the next stretch, if there is one. Hands over the one before when it is full.
    pub fn slot(&mut self, opening: u32, stretch: Stretch) -> Option<&mut Slot> {
        if self.opening != opening {
            // What was begun before has missed something since.
            (self.opening, self.serial, self.missed) = (opening, 0, 0);
            if let Some(slot) = &mut self.filling {
                slot.begin(opening, 0);
            }
        }
        if self.filling.as_ref().is_some_and(|slot| !slot.takes(stretch)) {
            self.serial += 1;
            // The ring has room for all slots that exist. If it had none, the slot would be filled once more.
            self.filling = self.filling.take().and_then(|slot| self.filled.try_push(slot).err());
            if let Some(slot) = &mut self.filling {
                slot.begin(opening, self.serial);
            }
        }
        if self.filling.is_none() {
            let frames = Slot::frames_of(stretch);
            if self.missed > 0 {
                self.missed = self.missed.saturating_sub(frames);
                return None;
            }
            let Some(mut slot) = self.free.try_pop() else {
                (self.lost)();
                self.serial += 1;
                self.missed = Slot::FRAMES - frames;
                return None;
            };
            slot.begin(opening, self.serial);
            self.filling = Some(slot);
        }
        self.filling.as_deref_mut()
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("opening", &self.opening).field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// The other end.
pub struct Tap {
    filled: Reader<Box<Slot>>,
    free: Writer<Box<Slot>>,
    /// Slots that have not been provided yet.
    missing: usize,
}

impl Tap {
    /// Allocates all slots and hands them over, once.
    pub fn provide(&mut self, slot: impl Fn() -> Slot) {
        while self.missing > 0 && self.free.try_push(Box::new(slot())).is_ok() {
            self.missing -= 1;
        }
    }

    /// Whether all slots have been handed over.
    pub fn is_provided(&self) -> bool {
        self.missing == 0
    }

    /// Filled slots that wait to be read.
    pub fn waiting(&self) -> usize {
        self.filled.len()
    }

    /// Lends the oldest slot that was filled for this opening, and gives it back; whether there was one.
    pub fn read(&mut self, opening: u32, mut look: impl FnMut(&Slot)) -> bool {
        while let Some(slot) = self.filled.try_pop() {
            let wanted = slot.opening() == opening;
            if wanted {
                look(&slot);
            }
            // The ring has room for all slots that exist.
            if self.free.try_push(slot).is_err() {
                self.missing += 1;
            }
            if wanted {
                return true;
            }
        }
        false
    }
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tap").field("missing", &self.missing).finish_non_exhaustive()
    }
}
