//! What anyone may ask of a running session: keys, the control socket, MIDI and signals all say it in these words.

use std::sync::mpsc::Sender;

use octant_dsp::Settings;
use octant_dsp::params::ParamRef;
use serde_json::Value;

use super::open::Choice;
use crate::error::Failure;

/// On, off, or the other of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
    /// What it is not now.
    Toggle,
}

impl Switch {
    /// What `now` becomes.
    #[must_use]
    pub fn after(self, now: bool) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
            Self::Toggle => !now,
        }
    }
}

/// One wish. The main thread carries them out in the order in which they arrive.
#[derive(Clone, Debug)]
pub enum Command {
    /// Tell one parameter, or all of them. Answer: an object from ids to texts.
    Get(Option<String>),
    /// Set parameters, all or none: ids and texts as on the command line. Answer: an object from ids to new texts.
    Set(Vec<(String, String)>),
    /// Move one parameter to a place of its knob, 0 … 1.
    Place(ParamRef, f64),
    /// Move one parameter to a plain value.
    Plain(ParamRef, f64),
    /// Another sound in the slot that plays.
    Whole(Box<Settings>),
    /// Another sound in a slot, counted from 0.
    Store(usize, Box<Settings>),
    /// What the sound that plays is called.
    Name(String),
    /// Play a slot, counted from 0. Answer: its letter.
    Enter(usize),
    /// Load a preset: a file or a factory name. Answer: its name.
    Preset(String),
    /// The factory preset so many places further in the list; negative goes back. Answer: its name.
    Step(i32),
    /// Bypass everything.
    Bypass(Switch),
    /// Solo one band, counted from 0.
    Solo(usize, Switch),
    /// Change between the sounds A and B.
    Swap,
    /// Let the input through or not.
    Mute(Switch),
    /// A test tone on the output, or none.
    Tone(Switch),
    /// Other devices, of the sound system of that name.
    Choose(String, Box<Choice>),
    /// Tell everything that is known. Answer: [`Snapshot::to_json`](super::status::Snapshot::to_json).
    Meters,
    /// Forget peaks and counts.
    Clear,
    /// Tie the next controller that moves to a parameter; None stops waiting.
    Learn(Option<ParamRef>),
    /// Read the preset file and the state file once more.
    Reload,
    /// End, with a fade.
    Quit,
}

/// A wish, and where the answer goes, if anyone waits for it.
#[derive(Debug)]
pub struct Order {
    /// The wish.
    pub command: Command,
    /// Gets exactly one answer. Nobody has to listen any more when it comes.
    pub answer: Option<Sender<Answer>>,
}

/// What came of a wish: JSON, null where there is nothing to tell.
pub type Answer = Result<Value, Failure>;

impl From<Command> for Order {
    fn from(command: Command) -> Self {
        Self { command, answer: None }
    }
}
