//! All interleavings of what threads hand over to each other, by loom: slots of taps, the highest number of meters, the
//! end of the analysis thread. Each ordering and each step that matters has a mutant that must fail.

// The same source, once per mutant.
#![allow(clippy::duplicate_mod)]

use octant_tests::panics;

/// Rings and atomics of loom. The rings stand for the library's: one index released by the writer, one by the reader.
macro_rules! sync_with {
    ($push:ident $seen_by_pop:ident $pop:ident $seen_by_push:ident) => {
        #[allow(dead_code)]
        pub mod sync {
            pub use loom::sync::Arc;
            pub use loom::sync::atomic::AtomicU32;
            pub use loom::sync::atomic::Ordering::Relaxed;
            use loom::sync::atomic::{AtomicUsize, Ordering};

            /// Items lie in mutexes that are never waited for: what orders them is the indices.
            struct Ring<T> {
                items: Vec<std::sync::Mutex<Option<T>>>,
                pushed: AtomicUsize,
                popped: AtomicUsize,
            }
            pub struct Writer<T>(Arc<Ring<T>>);
            pub struct Reader<T>(Arc<Ring<T>>);

            pub fn ring<T>(capacity: usize) -> (Writer<T>, Reader<T>) {
                let ring = Arc::new(Ring {
                    items: (0..capacity).map(|_| std::sync::Mutex::new(None)).collect(),
                    pushed: AtomicUsize::new(0),
                    popped: AtomicUsize::new(0),
                });
                (Writer(Arc::clone(&ring)), Reader(ring))
            }

            impl<T> Writer<T> {
                pub fn try_push(&mut self, item: T) -> Result<(), T> {
                    let (ring, pushed) = (&self.0, self.0.pushed.load(Ordering::Relaxed));
                    if pushed - ring.popped.load(Ordering::$seen_by_push) == ring.items.len() {
                        return Err(item);
                    }
                    let old = ring.items[pushed % ring.items.len()].lock().expect("whole").replace(item);
                    assert!(old.is_none(), "a slot was lost in the ring");
                    ring.pushed.store(pushed + 1, Ordering::$push);
                    Ok(())
                }
            }

            impl<T> Reader<T> {
                pub fn len(&self) -> usize {
                    self.0.pushed.load(Ordering::Relaxed) - self.0.popped.load(Ordering::Relaxed)
                }

                pub fn try_pop(&mut self) -> Option<T> {
                    let (ring, popped) = (&self.0, self.0.popped.load(Ordering::Relaxed));
                    if ring.pushed.load(Ordering::$seen_by_pop) == popped {
                        return None;
                    }
                    let item = ring.items[popped % ring.items.len()].lock().expect("whole").take();
                    ring.popped.store(popped + 1, Ordering::$pop);
                    Some(item.expect("an index without its item"))
                }
            }
        }
    };
}

macro_rules! taps {
    ($name:ident: $push:ident $seen_by_pop:ident, $forgets:literal $marked:literal) => {
        #[path = "."]
        mod $name {
            sync_with!($push $seen_by_pop Release Acquire);

            /// In the place of rows: two frames, each written with the opening it is for. The cell finds out who reads
            /// or writes without having been handed it.
            #[allow(dead_code)]
            mod slot {
                use loom::cell::Cell;
                use std::sync::atomic::{AtomicUsize, Ordering};

                #[derive(Clone, Copy)]
                pub struct Stretch {
                    pub dropped: &'static AtomicUsize,
                }

                pub struct Slot {
                    contents: Cell<(u32, usize, [u32; 2])>,
                    dropped: &'static AtomicUsize,
                }

                impl Slot {
                    pub const FRAMES: usize = 2;

                    pub fn new(dropped: &'static AtomicUsize) -> Self {
                        Self { contents: Cell::new((0, 0, [0; 2])), dropped }
                    }

                    pub fn begin(&mut self, opening: u32, _serial: u64) {
                        let (_, frames, values) = self.contents.get();
                        // Mutant: what was begun for another opening is kept.
                        self.contents.set((opening, if $forgets { 0 } else { frames % 2 }, values));
                    }

                    pub fn takes(&self, _: Stretch) -> bool {
                        self.contents.get().1 < Self::FRAMES
                    }

                    pub fn frames_of(_: Stretch) -> usize {
                        1
                    }

                    pub fn opening(&self) -> u32 {
                        // Mutant: every slot passes for one of the present opening, the second.
                        if $marked { self.contents.get().0 } else { 2 }
                    }

                    pub fn add(&mut self, value: u32) {
                        let (opening, frames, mut values) = self.contents.get();
                        values[frames] = value;
                        self.contents.set((opening, frames + 1, values));
                    }

                    pub fn values(&self) -> [u32; 2] {
                        let (_, frames, values) = self.contents.get();
                        assert_eq!(frames, 2, "half a slot");
                        values
                    }
                }

                impl Drop for Slot {
                    fn drop(&mut self) {
                        self.dropped.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }

            #[path = "../../dsp-c/src/tap/handover.rs"]
            #[allow(dead_code)]
            mod handover;

            /// Somebody listens, leaves, and listens again, while the audio thread fills what it finds.
            pub fn check() {
                use std::sync::atomic::{AtomicUsize, Ordering};
                static DROPPED: AtomicUsize = AtomicUsize::new(0);
                let mut model = loom::model::Builder::new();
                model.preemption_bound = Some(3);
                model.check(|| {
                    DROPPED.store(0, Ordering::Relaxed);
                    let switch = sync::Arc::new(handover::Switch::default());
                    let (mut source, mut tap) = handover::pair(2, sync::Arc::clone(&switch), || ());
                    tap.provide(|| slot::Slot::new(&DROPPED));
                    let first = switch.open();
                    let audio = loom::thread::spawn(move || {
                        for _ in 0..6 {
                            if let Some(opening) = source.opening()
                                && let Some(slot) = source.slot(opening, slot::Stretch { dropped: &DROPPED })
                            {
                                slot.add(opening);
                            }
                        }
                        source
                    });
                    let see = |tap: &mut handover::Tap, opening: u32| {
                        tap.read(opening, |slot| assert_eq!(slot.values(), [opening; 2], "of another opening"))
                    };
                    see(&mut tap, first);
                    switch.close();
                    let second = switch.open();
                    see(&mut tap, second);
                    let source = audio.join().expect("no panic");
                    while see(&mut tap, second) {}
                    assert_eq!(DROPPED.load(Ordering::Relaxed), 0, "a slot was lost");
                    drop((source, tap));
                    assert_eq!(DROPPED.load(Ordering::Relaxed), 2, "a slot twice, or somewhere else");
                });
            }
        }
    };
}

taps!(taps_shipped: Release Acquire, true true);
taps!(taps_weak_push: Relaxed Acquire, true true);
taps!(taps_weak_pop: Release Relaxed, true true);
taps!(taps_not_begun_afresh: Release Acquire, false true);
taps!(taps_not_marked: Release Acquire, true false);

macro_rules! highest {
    ($name:ident: $take_in_one_step:literal) => {
        #[path = "."]
        mod $name {
            mod sync {
                use loom::sync::Mutex;
                use loom::sync::atomic::Ordering;
                pub use loom::sync::atomic::Ordering::Relaxed;

                /// One location: all threads see its values in one order, whatever the orderings, so each access is a
                /// step of its own and their interleavings are all there is. (Loom's own atomics let an exchange
                /// overlook a relaxed store, which no machine does.)
                #[derive(Debug)]
                pub struct AtomicF32(Mutex<f32>);

                impl AtomicF32 {
                    pub fn new(number: f32) -> Self {
                        Self(Mutex::new(number))
                    }

                    pub fn load(&self, _: Ordering) -> f32 {
                        *self.0.lock().expect("whole")
                    }

                    pub fn store(&self, number: f32, _: Ordering) {
                        *self.0.lock().expect("whole") = number;
                    }

                    pub fn swap(&self, number: f32, ordering: Ordering) -> f32 {
                        if $take_in_one_step {
                            return std::mem::replace(&mut *self.0.lock().expect("whole"), number);
                        }
                        // Mutant: something may come in between.
                        let old = self.load(ordering);
                        self.store(number, ordering);
                        old
                    }
                }
            }
            #[path = "../../dsp-c/src/peak.rs"]
            #[allow(dead_code)]
            mod peak;

            /// Three numbers, taken twice: the highest is in a reading.
            pub fn check() {
                loom::model(|| {
                    let highest = loom::sync::Arc::new(peak::Highest::default());
                    let writer = {
                        let highest = loom::sync::Arc::clone(&highest);
                        loom::thread::spawn(move || [1.0, 3.0, 2.0].map(|number| highest.add(number)))
                    };
                    let first = highest.take();
                    writer.join().expect("no panic");
                    assert_eq!(first.max(highest.take()), 3.0);
                });
            }
        }
    };
}

highest!(highest_shipped: true);
highest!(highest_in_two_steps: false);

macro_rules! worker {
    ($name:ident: $wakes:literal) => {
        #[path = "."]
        mod $name {
            mod sync {
                pub use loom::sync::Arc;
                pub use loom::sync::atomic::AtomicBool;
                pub use loom::sync::atomic::Ordering::Relaxed;

                #[derive(Debug)]
                pub struct JoinHandle(loom::thread::JoinHandle<()>);

                impl JoinHandle {
                    pub fn thread(&self) -> &Self {
                        self
                    }

                    pub fn unpark(&self) {
                        // Mutant: the thread sleeps on.
                        if $wakes {
                            self.0.thread().unpark();
                        }
                    }

                    pub fn join(self) -> std::thread::Result<()> {
                        self.0.join()
                    }
                }

                /// For as long as it takes: the thread must be woken.
                pub fn park(_: std::time::Duration) {
                    loom::thread::park();
                }

                pub fn spawn(_: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle> {
                    Ok(JoinHandle(loom::thread::spawn(run)))
                }
            }
            #[path = "../../dsp-c/src/worker.rs"]
            mod worker;

            /// The thread ends, whenever it is told to, and what it did is seen then.
            pub fn check() {
                use loom::sync::Arc;
                use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
                loom::model(|| {
                    let steps = Arc::new(AtomicUsize::new(0));
                    let counted = Arc::clone(&steps);
                    let worker = worker::Worker::start("worker", std::time::Duration::MAX, move || {
                        counted.fetch_add(1, Relaxed);
                    });
                    assert!(worker.expect("a thread").end());
                    assert!(steps.load(Relaxed) <= 2);
                    assert_eq!(Arc::strong_count(&steps), 1, "its step has gone with it");
                });
            }
        }
    };
}

worker!(worker_shipped: true);
worker!(worker_not_woken: false);

#[test]
fn what_is_shipped_holds() {
    taps_shipped::check();
    highest_shipped::check();
    worker_shipped::check();
}

#[test]
fn every_mutant_fails() {
    let mutants: [(&str, fn(), &str); 5] = [
        ("release of a slot", taps_weak_push::check, "Causality violation"),
        ("acquire of a slot", taps_weak_pop::check, "Causality violation"),
        ("a fresh slot per opening", taps_not_begun_afresh::check, "of another opening"),
        ("the mark of an opening", taps_not_marked::check, "of another opening"),
        ("taking in one step", highest_in_two_steps::check, "3.0"),
    ];
    for (what, check, fault) in mutants {
        let words = panics::words_of(check).unwrap_or_default();
        assert!(words.contains(fault), "without {what}: {words:?}");
    }
}

/// Must fail, and cannot be caught: loom's panic about the deadlock meets destructors.
#[test]
#[ignore = "a mutant, for the test below"]
fn a_thread_that_is_not_woken_ends() {
    worker_not_woken::check();
}

#[test]
fn the_thread_that_shall_end_must_be_woken() {
    let itself = std::env::current_exe().expect("this program");
    let mut mutant = std::process::Command::new(itself);
    mutant.args(["--exact", "a_thread_that_is_not_woken_ends", "--ignored"]);
    let told = mutant.output().expect("started");
    let words = [told.stdout, told.stderr].concat();
    assert!(!told.status.success() && String::from_utf8_lossy(&words).contains("deadlock"), "for no other reason");
}
