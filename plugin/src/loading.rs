//! Which thread is loading a state right now, so that the values it writes are held back until the last one.
//!
//! The framework filters a state, writes its values and hands out its fields, in this order and on one thread; the
//! first step does not know the instance and the second does not know that it belongs to a state.

use std::cell::Cell;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Loads in progress in this process. Relaxed: a thread that loads sees its own count. It keeps audio threads away from
/// the thread-local variable, whose first use in a thread may allocate.
static LOADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// This thread begins to load a state.
pub fn begin() {
    if !HERE.replace(true) {
        LOADS.fetch_add(1, Relaxed);
    }
}

/// This thread has loaded its state.
pub fn end() {
    if HERE.replace(false) {
        LOADS.fetch_sub(1, Relaxed);
    }
}

/// Whether this thread is loading a state. Real-time safe while nobody loads.
pub fn here() -> bool {
    LOADS.load(Relaxed) != 0 && HERE.get()
}
