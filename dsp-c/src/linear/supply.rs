//! How an engine gets filters: it writes an order, a workshop on another thread makes what is asked for.
//!
//! There is one order, a box that was allocated with the engine. While it is away nothing else can be asked for; what is
//! not needed any more travels back with it and is freed by the workshop.

use std::sync::Arc;
use std::time::Duration;

use super::handover::Handover;
use super::{Bank, Design, Linear};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// Other filters for what is playing.
    Bank(Design),
    /// Everything, for another structure.
    Whole(Design),
}

/// What has been made. Large; freed by workshops only.
#[derive(Debug)]
pub enum Made {
    /// Filters.
    Bank(Box<Bank>),
    /// Everything.
    Whole(Box<Linear>),
}

#[derive(Debug, Default)]
struct Order {
    wish: Option<Wish>,
    made: Option<Made>,
    worn: [Option<Made>; 2],
}

struct Counter {
    handover: Handover<Order>,
    fade_frames: usize,
}

impl Counter {
    fn serve(&self) -> bool {
        self.handover.serve(|order| {
            order.worn = [None, None];
            order.made = order.wish.take().map(|wish| match wish {
                Wish::Bank(design) => Made::Bank(Box::new(Bank::new(&design))),
                Wish::Whole(design) => Made::Whole(Box::new(Linear::new(&design, self.fade_frames))),
            });
        })
    }
}

/// Makes filters for an engine, on any thread that may allocate and take its time. Many may serve one engine.
#[derive(Clone)]
pub struct Workshop(Arc<Counter>);

impl std::fmt::Debug for Workshop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workshop")
    }
}

impl PartialEq for Workshop {
    /// Whether both serve the same engine.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Workshop {
    /// Between two looks at what has been ordered: an order waits this long at most, as the audio thread wakes no one.
    pub const PERIOD: Duration = Duration::from_millis(5);

    /// Does what has been asked for, if anything has: allocates, frees, and may take tens of milliseconds. Whether
    /// there was something to do. Ask every few milliseconds: the audio thread wakes no one.
    pub fn serve(&self) -> bool {
        self.0.serve()
    }
}

/// The engine's end. Real-time safe but for `new`, and unless it is patient.
pub struct Supply {
    counter: Arc<Counter>,
    /// The order, while it is here.
    home: Option<Box<Order>>,
    /// What was asked for last.
    wish: Option<Wish>,
    /// Frame from which on an answer is taken.
    due: u64,
    /// Answers are waited for.
    patient: bool,
}

impl std::fmt::Debug for Supply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supply").field("home", &self.home.is_some()).field("due", &self.due).finish()
    }
}

impl Supply {
    /// Allocates the order.
    pub fn new(fade_frames: usize) -> Self {
        let counter = Counter { handover: Handover::default(), fade_frames };
        Self { counter: Arc::new(counter), home: Some(Box::default()), wish: None, due: 0, patient: false }
    }

    /// The other end.
    pub fn workshop(&self) -> Workshop {
        Workshop(Arc::clone(&self.counter))
    }

    /// From now on answers are waited for, and made here if no one else does: not real-time safe any more.
    pub fn be_patient(&mut self, patient: bool) {
        self.patient = patient;
    }

    /// Whether something can be ordered. What has nothing to bring comes home here.
    pub fn is_home(&mut self) -> bool {
        if self.home.is_none() && self.due == 0 {
            self.home = self.collect();
        }
        self.home.is_some()
    }

    /// Whether an answer is being waited for.
    pub fn is_away(&self) -> bool {
        self.home.is_none()
    }

    /// Whether it brings everything for a structure that these filters fit.
    pub fn awaits(&self, design: &Design) -> bool {
        self.is_away() && matches!(self.wish, Some(Wish::Whole(wish)) if wish.fits(design))
    }

    /// Sends an order whose answer is wanted from frame `due` > 0 on, and two things back. Only from
    /// [home](Self::is_home).
    pub fn order(&mut self, wish: Wish, due: u64, worn: [Option<Made>; 2]) {
        self.send(Some(wish), due, worn);
    }

    /// Sends things back.
    pub fn give_back(&mut self, worn: [Option<Made>; 2]) {
        self.send(None, 0, worn);
    }

    fn send(&mut self, wish: Option<Wish>, due: u64, worn: [Option<Made>; 2]) {
        debug_assert!(self.home.is_some(), "there is one order only");
        if let Some(mut order) = self.home.take() {
            order.wish = wish;
            order.worn = worn;
            (self.wish, self.due) = (wish, due);
            self.counter.handover.send(order);
        }
    }

    /// The answer to the order, from its frame on, once it is there.
    pub fn answer(&mut self, clock: u64) -> Option<Made> {
        if self.home.is_none() && self.due > 0 && clock >= self.due {
            self.home = self.collect();
        }
        self.home.as_mut()?.made.take()
    }

    /// The clock starts anew: answers are taken at once.
    pub fn restart(&mut self) {
        self.due = self.due.min(1);
    }

    fn collect(&self) -> Option<Box<Order>> {
        loop {
            let order = self.counter.handover.collect();
            if order.is_some() || !self.patient {
                return order;
            }
            if !self.counter.serve() {
                // Another thread is at work on it.
                std::thread::yield_now();
            }
        }
    }
}
