//! MIDI controllers that move parameters.
//!
//! A controller is tied to a parameter by learning: choose the parameter, move the controller. Values of 7 bits; of a pair
//! of 14 bits (0 … 31 with 32 … 63) the upper half moves the parameter, the lower half is an own controller.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use midir::{Ignore, MidiInput, MidiInputPort};
use octant_dsp::params::{self, ParamRef};

use super::command::{Command, Order};
use super::devices::quiet;
use crate::error::Failure;

const CLIENT: &str = "octant";
/// Between two looks whether the input is there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Controllers (channel 0 … 15, number 0 … 127) and the ids that they move.
pub type Ties = BTreeMap<(u8, u8), String>;

/// What the connection's thread and the main thread share. A mutex: neither of them is an audio thread.
#[derive(Debug, Default)]
struct Shared {
    ties: Ties,
    /// The parameter that the next controller will be tied to.
    waiting: Option<String>,
}

/// What a message is given to.
type Hear = Box<dyn FnMut(&[u8]) + Send>;

/// The MIDI inputs of the system, or those of a test.
pub trait Ports {
    /// Their names, as they are now.
    fn names(&mut self) -> Result<Vec<String>, Failure>;
    /// Opens one by its whole name; it is closed when what is returned is dropped.
    fn open(&mut self, name: &str, hear: Hear) -> Result<Box<dyn Any + Send>, Failure>;
}

/// The system's. One client looks for inputs as long as it lives; each connection has its own.
#[derive(Default)]
pub struct SystemPorts(Option<MidiInput>);

impl Ports for SystemPorts {
    fn names(&mut self) -> Result<Vec<String>, Failure> {
        let input = match &mut self.0 {
            Some(input) => input,
            none => none.insert(open()?),
        };
        Ok(input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect())
    }

    fn open(&mut self, name: &str, mut hear: Hear) -> Result<Box<dyn Any + Send>, Failure> {
        let input = open()?;
        let named = |port: &MidiInputPort| input.port_name(port).is_ok_and(|there| there == name);
        let port = input.ports().into_iter().find(named);
        let port = port.ok_or_else(|| Failure::device(format!("{name}: the MIDI input has gone")))?;
        let connection = input
            .connect(&port, "controllers", move |_, message, ()| hear(message), ())
            .map_err(|e| Failure::device(format!("{name}: the MIDI input cannot be opened: {e}; is it in use?")))?;
        Ok(Box::new(connection))
    }
}

fn open() -> Result<MidiInput, Failure> {
    quiet();
    let mut input = MidiInput::new(CLIENT)
        .map_err(|e| Failure::device(format!("MIDI cannot be used here: {e}; on Linux it needs the module snd-seq")))?;
    input.ignore(Ignore::All);
    Ok(input)
}

/// Names of the MIDI inputs that there are.
pub fn inputs() -> Result<Vec<String>, Failure> {
    SystemPorts::default().names()
}

/// A MIDI input that is kept: gone, it is taken up again when it returns.
pub struct Midi {
    ports: Box<dyn Ports + Send>,
    shared: Arc<Mutex<Shared>>,
    orders: Sender<Order>,
    /// Its whole name, once it has been open.
    name: Option<String>,
    /// Part of its name as it was asked for; empty for any.
    part: String,
    connection: Option<Box<dyn Any + Send>>,
    looked_at: Duration,
}

impl Midi {
    /// The first input whose name contains `part`, or the first one, with the ties of last time. It may not be there
    /// yet: [`look`](Self::look) takes it when it comes.
    #[must_use]
    pub fn new(ports: Box<dyn Ports + Send>, part: Option<&str>, ties: Ties, orders: Sender<Order>) -> Self {
        let shared = Arc::new(Mutex::new(Shared { ties, waiting: None }));
        let part = part.unwrap_or_default().to_lowercase();
        Self { ports, shared, orders, name: None, part, connection: None, looked_at: Duration::ZERO }
    }

    /// Opens it; an error tells what there is.
    pub fn connect(&mut self) -> Result<(), Failure> {
        let names = self.ports.names()?;
        let found = match &self.name {
            // This one, and no other that may have a similar name.
            Some(name) => names.iter().find(|there| lasting(there) == lasting(name)),
            None => names.iter().find(|there| there.to_lowercase().contains(&self.part)),
        };
        let Some(name) = found.cloned() else {
            let there = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
            return Err(Failure::device(if self.part.is_empty() {
                "no MIDI input is there; connect one or start without --midi".to_owned()
            } else {
                format!("--midi {}: no MIDI input has this in its name; there are: {there}", self.part)
            }));
        };
        let (shared, orders) = (Arc::clone(&self.shared), self.orders.clone());
        self.connection = Some(self.ports.open(&name, Box::new(move |message| hear(&shared, message, &orders)))?);
        self.name = Some(name);
        Ok(())
    }

    /// Looks, now and then, whether it is still there, and takes it up again when it returns; a sentence if something
    /// has happened.
    pub fn look(&mut self, now: Duration) -> Option<String> {
        if now.saturating_sub(self.looked_at) < LOOK_EVERY {
            return None;
        }
        self.looked_at = now;
        if self.connection.is_none() {
            self.connect().ok()?;
            return Some(format!("MIDI input: {}", self.name()));
        }
        let names = self.ports.names().ok()?;
        if names.iter().any(|there| there == self.name()) {
            return None;
        }
        self.connection = None;
        Some(format!("the MIDI input {} went away; waiting for it to return", self.name()))
    }

    /// The input's whole name; empty before it has been there.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Ties the next controller that moves to a parameter; None stops waiting.
    pub fn learn(&mut self, row: Option<ParamRef>) {
        lock(&self.shared).waiting = row.map(|row| row.id());
    }

    /// The parameter that waits for a controller.
    #[must_use]
    pub fn waiting(&self) -> Option<String> {
        lock(&self.shared).waiting.clone()
    }

    /// Replaces all ties.
    pub fn tie(&mut self, ties: Ties) {
        lock(&self.shared).ties = ties;
    }

    /// All ties.
    #[must_use]
    pub fn learned(&self) -> Ties {
        lock(&self.shared).ties.clone()
    }
}

/// What stays of a name when a device returns: ALSA appends numbers, `nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0`.
fn lasting(name: &str) -> &str {
    match name.rsplit_once(' ') {
        Some((lasting, end)) if end.contains(':') && end.chars().all(|c| c == ':' || c.is_ascii_digit()) => lasting,
        _ => name,
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    // Valid after every statement.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One message as the device sends it; everything but control changes is passed over.
fn hear(shared: &Mutex<Shared>, message: &[u8], orders: &Sender<Order>) {
    let [status, controller @ 0..=127, value @ 0..=127] = *message else { return };
    // 120 … 127 are not controllers but channel modes.
    if status & 0xF0 != 0xB0 || controller >= 120 {
        return;
    }
    let place = (status & 0x0F, controller);
    let id = {
        let mut shared = lock(shared);
        if let Some(id) = shared.waiting.take() {
            // One controller per parameter: the new one replaces the old one.
            shared.ties.retain(|_, tied| *tied != id);
            shared.ties.insert(place, id);
        }
        shared.ties.get(&place).cloned()
    };
    if let Some(row) = id.and_then(|id| params::find(&id)) {
        // Nobody listens any more while the session ends.
        let _ = orders.send(Command::Place(row, f64::from(value) / 127.0).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_moved_controller_is_tied_and_then_moves_the_parameter() {
        let (orders, inbox) = channel();
        let shared = Mutex::new(Shared::default());
        let moved = || inbox.try_recv().ok().map(|order: Order| order.command);
        hear(&shared, &[0xB2, 74, 127], &orders);
        assert!(moved().is_none(), "nothing is tied yet");
        lock(&shared).waiting = Some("mix".into());
        hear(&shared, &[0x92, 74, 127], &orders);
        assert!(moved().is_none() && lock(&shared).waiting.is_some(), "a note is no controller");
        hear(&shared, &[0xB2, 74, 127], &orders);
        assert!(matches!(moved(), Some(Command::Place(row, 1.0)) if row.id() == "mix"));
        assert_eq!(lock(&shared).waiting, None);
        hear(&shared, &[0xB2, 74, 0], &orders);
        assert!(matches!(moved(), Some(Command::Place(row, 0.0)) if row.id() == "mix"));
        hear(&shared, &[0xB3, 74, 0], &orders);
        assert!(moved().is_none(), "another channel");
        // Tied anew, the old controller is free.
        lock(&shared).waiting = Some("mix".into());
        hear(&shared, &[0xB0, 1, 64], &orders);
        assert!(moved().is_some());
        assert_eq!(lock(&shared).ties.keys().copied().collect::<Vec<_>>(), [(0, 1)]);
    }

    /// Inputs of a test, and who listens to the one that is open.
    #[derive(Clone, Default)]
    struct Plugs(Arc<Mutex<(Vec<String>, Option<Hear>)>>);

    struct Open(Plugs);

    impl Drop for Open {
        fn drop(&mut self) {
            self.0.0.lock().expect("no panic").1 = None;
        }
    }

    impl Plugs {
        fn are(&self, names: &[&str]) {
            self.0.lock().expect("no panic").0 = names.iter().map(|name| (*name).to_owned()).collect();
        }

        fn send(&self, message: &[u8]) -> bool {
            self.0.lock().expect("no panic").1.as_mut().map(|hear| hear(message)).is_some()
        }
    }

    impl Ports for Plugs {
        fn names(&mut self) -> Result<Vec<String>, Failure> {
            Ok(self.0.lock().expect("no panic").0.clone())
        }

        fn open(&mut self, name: &str, hear: Hear) -> Result<Box<dyn Any + Send>, Failure> {
            let mut inside = self.0.lock().expect("no panic");
            assert!(inside.0.iter().any(|there| there == name), "{name} is not there");
            inside.1 = Some(hear);
            Ok(Box::new(Open(self.clone())))
        }
    }

    #[test]
    fn an_unplugged_input_is_taken_up_again() {
        let (orders, inbox) = channel();
        let (plugs, ties) = (Plugs::default(), Ties::from([((0, 7), "mix".into())]));
        let mut midi = Midi::new(Box::new(plugs.clone()), Some("Knobs"), ties, orders);
        let at = |seconds: u64| Duration::from_secs(seconds);
        let refused = midi.connect().expect_err("nothing is there");
        assert!(refused.sentence.contains("there is none"), "{refused}");
        plugs.are(&["Keys:Keys MIDI 1 20:0"]);
        let refused = midi.connect().expect_err("not this one");
        assert!(refused.sentence.contains("--midi knobs") && refused.sentence.contains("Keys MIDI 1"), "{refused}");
        assert_eq!(midi.look(at(1)), None);

        plugs.are(&["Keys:Keys MIDI 1 20:0", "Knobs:Knobs MIDI 1 24:0"]);
        assert_eq!(midi.look(at(1)), None, "not every time");
        assert_eq!(midi.look(at(2)).as_deref(), Some("MIDI input: Knobs:Knobs MIDI 1 24:0"));
        assert!(plugs.send(&[0xB0, 7, 127]) && inbox.try_recv().is_ok());
        assert_eq!(midi.look(at(3)), None);

        // Another one that was asked for as well must not take its place.
        plugs.are(&["Keys:Keys MIDI 1 20:0", "Knobs:Knobs MIDI 2 28:0"]);
        let gone = midi.look(at(4)).expect("it went away");
        assert!(gone.contains("Knobs MIDI 1") && gone.contains("waiting"), "{gone}");
        assert!(!plugs.send(&[0xB0, 7, 0]), "closed");
        assert_eq!((midi.look(at(5)), midi.look(at(6))), (None, None));

        plugs.are(&["Knobs:Knobs MIDI 2 28:0", "Knobs:Knobs MIDI 1 32:0"]);
        assert_eq!(midi.look(at(7)).as_deref(), Some("MIDI input: Knobs:Knobs MIDI 1 32:0"));
        assert!(plugs.send(&[0xB0, 7, 0]), "the same ties");
        assert!(
            matches!(inbox.try_recv().map(|order| order.command), Ok(Command::Place(row, 0.0)) if row.id() == "mix")
        );
    }

    #[test]
    fn garbage_is_passed_over() {
        let (orders, inbox) = channel();
        let shared = Mutex::new(Shared { ties: Ties::from([((0, 7), "mix".into())]), waiting: None });
        for message in [&[][..], &[0xB0], &[0xB0, 7], &[0xB0, 7, 200], &[0xB0, 200, 1], &[0xB0, 123, 0], &[0xF0; 500]] {
            hear(&shared, message, &orders);
        }
        assert!(inbox.try_recv().is_err());
    }
}
