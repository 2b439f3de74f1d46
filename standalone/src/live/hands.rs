//! A helper thread that opens and closes devices, so that nothing of theirs can hold up the rest.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::open::{Request, Streams, open};
use crate::error::Failure;

/// Opening and closing may take so long; then the helper is left to its fate and another one takes over.
const DEADLINE: Duration = Duration::from_secs(6);

/// The same for closing.
const CLOSING_DEADLINE: Duration = Duration::from_secs(2);

/// So many helpers may hang at a time. A sound system that takes this many and answers none is not asked again before it
/// lets one go: in weeks, threads that wait would fill the machine.
const MOST_LOST: usize = 4;

enum Job {
    Open(Box<Request>),
    Close(Box<Streams>),
}

enum Done {
    Opened(Box<Result<Streams, Failure>>),
    Closed,
}

/// What came of a job.
pub enum Outcome {
    /// Streams, or why there are none.
    Opened(Box<Result<Streams, Failure>>),
    /// The streams are gone.
    Closed,
    /// The helper hangs in the sound system; it has been left behind.
    Hung,
}

/// The helper. One job at a time.
pub struct Hands {
    jobs: Sender<Job>,
    done: Receiver<Done>,
    /// The helper's thread; None where none could be had.
    helper: Option<JoinHandle<()>>,
    /// Until when the job under way may take.
    deadline: Option<Duration>,
    /// Helpers that have not come back.
    lost: Vec<JoinHandle<()>>,
}

impl Default for Hands {
    fn default() -> Self {
        let (jobs, done, helper) = start();
        Self { jobs, done, helper, deadline: None, lost: Vec::new() }
    }
}

fn start() -> (Sender<Job>, Receiver<Done>, Option<JoinHandle<()>>) {
    let (jobs, inbox) = channel::<Job>();
    let (outbox, done) = channel();
    // Where no thread can be had, the closed channel shows as a helper that hangs, and the next try makes another one.
    let helper = std::thread::Builder::new().name("octant devices".into()).spawn(move || {
        for job in inbox {
            let result = match job {
                Job::Open(request) => Done::Opened(Box::new(open(&request))),
                Job::Close(streams) => {
                    // Both stop together; which of the two is dropped first no longer matters.
                    streams.pause();
                    drop(streams);
                    Done::Closed
                }
            };
            // If nobody waits any more, streams that came too late are closed by this.
            if outbox.send(result).is_err() {
                break;
            }
        }
    });
    (jobs, done, helper.ok())
}

impl Hands {
    /// Begins to open; ask [`poll`](Self::poll) for the outcome.
    pub fn open(&mut self, now: Duration, request: Request) {
        self.deadline = Some(now + DEADLINE);
        let _ = self.jobs.send(Job::Open(Box::new(request)));
    }

    /// Begins to close.
    pub fn close(&mut self, now: Duration, streams: Streams) {
        self.deadline = Some(now + CLOSING_DEADLINE);
        let _ = self.jobs.send(Job::Close(Box::new(streams)));
    }

    /// Whether a job is under way.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.deadline.is_some()
    }

    /// The outcome, if there is one by now.
    pub fn poll(&mut self, now: Duration) -> Option<Outcome> {
        let deadline = self.deadline?;
        match self.done.try_recv() {
            Ok(done) => {
                self.deadline = None;
                Some(match done {
                    Done::Opened(streams) => Outcome::Opened(streams),
                    Done::Closed => Outcome::Closed,
                })
            }
            Err(TryRecvError::Empty) if now < deadline => None,
            Err(_) => {
                self.leave();
                Some(Outcome::Hung)
            }
        }
    }

    /// Leaves the helper to its fate, with its job: another one takes over.
    pub fn leave(&mut self) {
        self.deadline = None;
        let (jobs, done, helper) = start();
        (self.jobs, self.done) = (jobs, done);
        self.lost.extend(std::mem::replace(&mut self.helper, helper));
    }

    /// Whether helpers hang in the sound system. Such a process must end by `exit`, not by returning.
    #[must_use]
    pub fn hang(&self) -> bool {
        self.lost.iter().any(|helper| !helper.is_finished())
    }

    /// Whether the sound system may be asked once more.
    pub fn may_ask(&mut self) -> bool {
        self.lost.retain(|helper| !helper.is_finished());
        self.lost.len() < MOST_LOST
    }
}
