//! Which threads are loading a state right now, so that the values they write are held back until the last one.
//!
//! The framework filters a state, writes its values and hands out its fields, in this order and on one thread; the
//! first step does not know the instance and the second does not know that it belongs to a state.
//!
//! Threads are known by the system's numbers, not by thread-local variables: values also come from audio threads, and
//! the first look at such a variable of a loaded library allocates.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Loads in progress in this process. Relaxed: a thread that loads sees its own count.
static LOADS: AtomicUsize = AtomicUsize::new(0);

/// Numbers of the threads that load; 0 where there is room. Relaxed: a thread looks for its own number, which no other
/// thread writes or takes away.
static THREADS: [AtomicUsize; 64] = [const { AtomicUsize::new(0) }; 64];

/// Swaps one number for another where it stands first; whether it stood anywhere.
fn exchange(old: usize, new: usize) -> bool {
    THREADS.iter().any(|thread| thread.compare_exchange(old, new, Relaxed, Relaxed).is_ok())
}

/// This thread begins to load a state. If more threads load than there is room for, the values of this one arrive one
/// by one.
pub fn begin() {
    if !here() && exchange(0, thread_id::get()) {
        LOADS.fetch_add(1, Relaxed);
    }
}

/// This thread has loaded its state.
pub fn end() {
    if exchange(thread_id::get(), 0) {
        LOADS.fetch_sub(1, Relaxed);
    }
}

/// Whether this thread is loading a state. Real-time safe.
pub fn here() -> bool {
    LOADS.load(Relaxed) != 0 && {
        let this = thread_id::get();
        THREADS.iter().any(|thread| thread.load(Relaxed) == this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn every_thread_knows_of_itself_only() {
        let all = Barrier::new(8);
        std::thread::scope(|threads| {
            for number in 0..8 {
                let all = &all;
                threads.spawn(move || {
                    let loads = number % 2 == 0;
                    for _ in 0..100 {
                        assert!(!here());
                        if loads {
                            begin();
                            begin();
                        }
                        all.wait();
                        assert_eq!(here(), loads);
                        all.wait();
                        end();
                    }
                });
            }
        });
    }
}
