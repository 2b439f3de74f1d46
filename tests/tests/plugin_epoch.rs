//! All interleavings of the plugin's epoch counter, by loom; and each of its orderings is needed.

// The same source, once per set of orderings.
#![allow(clippy::duplicate_mod)]

use octant_tests::panics;

/// The source of the plugin, with atomics of loom and with orderings of our choice.
macro_rules! variant {
    ($name:ident: $close:ident $look:ident, $after_opening:ident $before_looking_again:ident) => {
        #[path = "."]
        mod $name {
            mod sync {
                pub use loom::sync::atomic::AtomicU64;
                use loom::sync::atomic::{Ordering, fence};
                pub const OPEN: Ordering = Ordering::Relaxed;
                pub const CLOSE: Ordering = Ordering::$close;
                pub const LOOK: Ordering = Ordering::$look;
                pub const LOOK_AGAIN: Ordering = Ordering::Relaxed;
                pub fn after_opening() {
                    super::super::fence_or_nothing!($after_opening fence);
                }
                pub fn before_looking_again() {
                    super::super::fence_or_nothing!($before_looking_again fence);
                }
            }
            #[path = "../../plugin/src/epoch.rs"]
            mod epoch;

            pub fn check() {
                one_writer();
                two_writers();
            }

            /// Two values, written together twice by one thread; another copies them.
            fn one_writer() {
                use loom::sync::Arc;
                use loom::sync::atomic::{AtomicU64, Ordering::Relaxed};
                // Four changes of thread at unasked places: more find nothing more, and take twenty times as long.
                let mut model = loom::model::Builder::new();
                model.preemption_bound = Some(4);
                model.check(|| {
                    let shared = Arc::new((epoch::Epoch::new(), AtomicU64::new(0), AtomicU64::new(0)));
                    let writer = {
                        let shared = Arc::clone(&shared);
                        loom::thread::spawn(move || {
                            let (epoch, first, second) = &*shared;
                            for value in 1..=2 {
                                epoch.open();
                                first.store(value, Relaxed);
                                second.store(value, Relaxed);
                                epoch.close();
                            }
                        })
                    };
                    let (epoch, first, second) = &*shared;
                    let mut seen = 0;
                    for _ in 0..2 {
                        if let Some(now) = epoch.changed_since(seen) {
                            let copies = (first.load(Relaxed), second.load(Relaxed));
                            if epoch.still(now) {
                                assert_eq!(copies.0, copies.1, "torn");
                                assert_eq!(copies.0, (now >> 16) - 1, "an epoch with the values of another");
                                seen = now;
                            }
                        }
                    }
                    writer.join().expect("no panic");
                });
            }

            /// Brackets of two threads overlap; each has two values of its own.
            pub fn two_writers() {
                use loom::sync::Arc;
                use loom::sync::atomic::{AtomicU64, Ordering::Relaxed};
                let mut model = loom::model::Builder::new();
                model.preemption_bound = Some(2);
                model.check(|| {
                    let values = || [AtomicU64::new(0), AtomicU64::new(0)];
                    let shared = Arc::new((epoch::Epoch::new(), [values(), values()]));
                    let writers = [0, 1].map(|which| {
                        let shared = Arc::clone(&shared);
                        loom::thread::spawn(move || {
                            shared.0.open();
                            shared.1[which].iter().for_each(|value| value.store(1, Relaxed));
                            shared.0.close();
                        })
                    });
                    let mut seen = 0;
                    for _ in 0..2 {
                        if let Some(now) = shared.0.changed_since(seen) {
                            let copies = shared.1.each_ref().map(|own| own.each_ref().map(|value| value.load(Relaxed)));
                            if shared.0.still(now) {
                                assert!(copies.iter().all(|own| own[0] == own[1]), "torn");
                                let written: u64 = copies.iter().map(|own| own[0]).sum();
                                assert_eq!(written, (now >> 16) - 1, "an epoch with the values of another");
                                seen = now;
                            }
                        }
                    }
                    writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
                });
            }
        }
    };
}

macro_rules! fence_or_nothing {
    (Nothing $fence:ident) => {
        let _ = $fence;
    };
    ($ordering:ident $fence:ident) => {
        $fence(Ordering::$ordering)
    };
}
use fence_or_nothing;

variant!(shipped: Release Acquire, Release Acquire);
variant!(weak_close: Relaxed Acquire, Release Acquire);
variant!(weak_look: Release Relaxed, Release Acquire);
variant!(no_fence_in_open: Release Acquire, Nothing Acquire);
variant!(no_fence_in_still: Release Acquire, Release Nothing);

#[test]
fn the_shipped_orderings_suffice() {
    shipped::check();
}

#[test]
fn every_ordering_is_needed() {
    let weakened: [(&str, fn()); 4] = [
        ("close", weak_close::check),
        ("first look", weak_look::check),
        ("fence of open", no_fence_in_open::check),
        ("fence of still", no_fence_in_still::check),
    ];
    // What the first close has published must be seen through the second writer's bracket as well.
    let two_writers: (&str, fn()) = ("close, with two writers", weak_close::two_writers);
    for (what, check) in weakened.into_iter().chain([two_writers]) {
        let words = panics::words_of(check).unwrap_or_default();
        let torn = ["torn", "an epoch with the values of another"].iter().any(|fault| words.contains(fault));
        assert!(torn, "without {what}: {words:?}");
    }
}
