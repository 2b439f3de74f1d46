//! All interleavings of an order on its way to a workshop and back, by loom; and each of its orderings is needed.

// The same source, once per set of orderings.
#![allow(clippy::duplicate_mod)]

use octant_tests::panics;

/// The source of the handover, with a slot made of loom's atomics and orderings of our choice.
macro_rules! variant {
    ($name:ident: $put:ident $take:ident) => {
        #[path = "."]
        mod $name {
            mod slot {
                use loom::sync::atomic::{AtomicBool, Ordering};

                /// What the product makes of one exchange of a pointer: the flag is its ordering, the mutex (of which
                /// loom knows nothing) its content.
                pub struct Slot<T> {
                    full: AtomicBool,
                    content: std::sync::Mutex<Option<Box<T>>>,
                }

                impl<T> Slot<T> {
                    pub fn new() -> Self {
                        Self { full: AtomicBool::new(false), content: std::sync::Mutex::new(None) }
                    }

                    pub fn put(&self, thing: Box<T>) -> Option<Box<T>> {
                        let before = self.content.lock().expect("no panic").replace(thing);
                        self.full.store(true, Ordering::$put);
                        before
                    }

                    pub fn take(&self) -> Option<Box<T>> {
                        if !self.full.swap(false, Ordering::$take) {
                            return None;
                        }
                        self.content.lock().expect("no panic").take()
                    }
                }
            }
            #[path = "../../dsp-c/src/linear/handover.rs"]
            mod handover;

            /// An order goes to a workshop and comes back. What both wrote about it is seen by the other.
            pub fn check() {
                use loom::sync::Arc;
                use loom::sync::atomic::{AtomicU64, Ordering::Relaxed};
                let mut model = loom::model::Builder::new();
                model.preemption_bound = Some(4);
                model.check(|| {
                    // The memory that the order leads to: written and read without any ordering of its own.
                    let wish = Arc::new(AtomicU64::new(0));
                    let made = Arc::new(AtomicU64::new(0));
                    let shared = Arc::new(handover::Handover::default());
                    let workshop = {
                        let shared = Arc::clone(&shared);
                        loom::thread::spawn(move || {
                            for _ in 0..2 {
                                shared.serve(|(wish, made): &mut (Arc<AtomicU64>, Arc<AtomicU64>)| {
                                    let wish = wish.load(Relaxed);
                                    assert_eq!(wish, 7, "an order without its content");
                                    made.store(wish + 1, Relaxed);
                                });
                            }
                        })
                    };
                    wish.store(7, Relaxed);
                    shared.send(Box::new((Arc::clone(&wish), Arc::clone(&made))));
                    for _ in 0..2 {
                        if shared.collect().is_some() {
                            assert_eq!(made.load(Relaxed), 8, "an answer without its content");
                        }
                    }
                    workshop.join().expect("no panic");
                });
            }
        }
    };
}

variant!(shipped: Release Acquire);
variant!(weak_put: Relaxed Acquire);
variant!(weak_take: Release Relaxed);

#[test]
fn the_shipped_orderings_suffice() {
    shipped::check();
}

#[test]
fn every_ordering_is_needed() {
    let weakened: [(&str, fn()); 2] = [("release of put", weak_put::check), ("acquire of take", weak_take::check)];
    for (what, check) in weakened {
        let words = panics::words_of(check).unwrap_or_default();
        assert!(words.contains("without its content"), "without the {what}: {words:?}");
    }
}
