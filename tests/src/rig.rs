//! A session of `octant live` on simulated cards: the test turns the clocks, the program does the rest.

use std::sync::Arc;
use std::time::Duration;

use octant::error::Failure;
use octant::live::desk::Desk;
use octant::live::open::{Choice, HostMaker};
use octant::live::session::Session;
use octant::live::status::Link;
use octant::live::supervisor::Supervisor;

use crate::random::Random;
use crate::system::card::{BuiltStream, Rack};

/// A session and its time.
pub struct Rig {
    /// The cards.
    pub rack: Rack,
    /// The program.
    pub session: Session,
    /// Seconds since the start.
    pub now_s: f64,
}

impl Rig {
    /// Starts a session and waits until it runs, or has failed.
    pub fn start(rack: &Rack, choice: Choice, desk: Desk, reconnect: bool) -> Result<Self, Failure> {
        Self::start_with(rack, choice, desk, reconnect, |_| ())
    }

    /// The same with something done to the supervisor before.
    pub fn start_with(
        rack: &Rack,
        choice: Choice,
        desk: Desk,
        reconnect: bool,
        before: impl FnOnce(&mut Supervisor),
    ) -> Result<Self, Failure> {
        let settings = *desk.settings();
        let mut supervisor = Supervisor::new(Self::host(rack), "custom".into(), choice, reconnect, &settings);
        before(&mut supervisor);
        let mut rig = Self { rack: rack.clone(), session: Session::new(desk, supervisor), now_s: 0.0 };
        rig.settle()?;
        Ok(rig)
    }

    /// What opens the cards of a rack.
    #[must_use]
    pub fn host(rack: &Rack) -> HostMaker {
        let rack = rack.clone();
        Arc::new(move || Ok(rack.host()))
    }

    /// Time for the program.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_secs_f64(self.now_s)
    }

    /// Lets the program do what there is to do at this instant.
    pub fn settle(&mut self) -> Result<(), Failure> {
        self.session.step(self.now())?;
        while self.session.supervisor.busy() {
            std::thread::sleep(Duration::from_micros(20));
            self.session.step(self.now())?;
        }
        Ok(())
    }

    /// Lets time pass without callbacks, in steps of 50 ms.
    pub fn wait(&mut self, seconds: f64) -> Result<(), Failure> {
        let until = self.now_s + seconds;
        while self.now_s < until {
            self.now_s = (self.now_s + 0.05).min(until);
            self.settle()?;
        }
        Ok(())
    }

    /// Whether sound passes.
    #[must_use]
    pub fn running(&self) -> bool {
        self.session.supervisor.wiring().link == Link::Running
    }

    /// The stream of a card that plays.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn stream(&self, card: &str, is_input: bool) -> Arc<BuiltStream> {
        self.rack.stream(card, is_input).unwrap_or_else(|| panic!("no stream plays on {card}"))
    }
}

/// Sizes of callbacks.
#[derive(Clone, Debug)]
pub enum Blocks {
    /// Always the same.
    Fixed(usize),
    /// Any from 1 to this.
    Any(usize),
}

/// One direction of a card: its clock, the sizes of its callbacks, and how late they come.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Frames per second of true time.
    pub rate_hz: f64,
    /// How many frames a callback brings.
    pub blocks: Blocks,
    /// Callbacks come up to so late, s.
    pub jitter_s: f64,
    /// True time of its frame 0.
    pub start_s: f64,
    frames: u64,
    next: usize,
    random: Random,
}

impl Clock {
    /// Its frame 0 is at `start_s`.
    #[must_use]
    pub fn new(rate_hz: f64, blocks: Blocks, jitter_s: f64, start_s: f64, seed: u64) -> Self {
        let mut new = Self { rate_hz, blocks, jitter_s, start_s, frames: 0, next: 0, random: Random::new(seed) };
        new.next = new.draw();
        new
    }

    fn draw(&mut self) -> usize {
        match self.blocks {
            Blocks::Fixed(frames) => frames,
            Blocks::Any(most) => self.random.whole(1..most + 1),
        }
    }

    /// Frames so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Frames of the next callback.
    #[must_use]
    pub fn block(&self) -> usize {
        self.next
    }

    /// True time at which the next callback is due: an input has its block by then, an output needs one.
    #[must_use]
    pub fn due_s(&self, is_input: bool) -> f64 {
        let frames = self.frames + if is_input { self.next as u64 } else { 0 };
        self.start_s + frames as f64 / self.rate_hz
    }

    /// When the callback that is due comes.
    pub fn late_s(&mut self) -> f64 {
        if self.jitter_s == 0.0 { 0.0 } else { self.random.between(0.0, self.jitter_s) }
    }

    /// The callback has been.
    pub fn advance(&mut self) {
        self.frames += self.next as u64;
        self.next = self.draw();
    }
}

/// What passes between true time and the program: makes the sound of an input frame, takes the sound of an output frame.
pub trait World {
    /// Sound of a frame of the input, per channel.
    fn source(&mut self, frame: u64) -> [f32; 2];
    /// Sound that came out in a frame of the output.
    fn sink(&mut self, frame: u64, sound: [f32; 2]);
}

impl Rig {
    /// Runs both directions for so many seconds of true time; looks after the program every 50 ms of it.
    pub fn run(
        &mut self,
        seconds: f64,
        [input, output]: [&BuiltStream; 2],
        clocks: &mut [Clock; 2],
        world: &mut dyn World,
    ) -> Result<(), Failure> {
        let until = self.now_s + seconds;
        let mut step_at = self.now_s + 0.05;
        let widths = [input, output].map(|stream| usize::from(stream.config.channels));
        let mut samples = Vec::new();
        let mut late = [clocks[0].late_s(), clocks[1].late_s()];
        loop {
            let at = [clocks[0].due_s(true) + late[0], clocks[1].due_s(false) + late[1]];
            // At the same instant the input comes first.
            let turn = usize::from(at[1] < at[0]);
            if at[turn] >= until {
                break;
            }
            while step_at <= at[turn] {
                self.now_s = step_at;
                self.settle()?;
                step_at += 0.05;
            }
            let (frames, first, width) = (clocks[turn].block(), clocks[turn].frames(), widths[turn]);
            samples.clear();
            samples.resize(frames * width, 0.0f32);
            if turn == 0 {
                for (frame, to) in samples.chunks_exact_mut(width).enumerate() {
                    let sound = world.source(first + frame as u64);
                    to.iter_mut().zip(sound).for_each(|(to, sound)| *to = sound);
                }
                input.deliver(&samples, at[turn]);
            } else {
                output.fetch(&mut samples, at[turn]);
                for (frame, from) in samples.chunks_exact(width).enumerate() {
                    world.sink(first + frame as u64, [from[0], from[width.min(2) - 1]]);
                }
            }
            clocks[turn].advance();
            late[turn] = clocks[turn].late_s();
        }
        self.now_s = until;
        self.settle()
    }
}
