//! MIDI controllers that move parameters.
//!
//! A controller is tied to a parameter by learning: choose the parameter, move the controller. Values of 7 bits; of a pair
//! of 14 bits (0 … 31 with 32 … 63) the upper half moves the parameter, the lower half is an own controller.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use midir::{Ignore, MidiInput, MidiInputConnection};
use octant_dsp::params::{self, ParamRef};

use super::command::{Command, Order};
use crate::error::Failure;

const CLIENT: &str = "octant";

/// Controllers (channel 0 … 15, number 0 … 127) and the ids that they move.
pub type Ties = BTreeMap<(u8, u8), String>;

/// What the connection's thread and the main thread share. A mutex: neither of them is an audio thread.
#[derive(Debug, Default)]
struct Shared {
    ties: Ties,
    /// The parameter that the next controller will be tied to.
    waiting: Option<String>,
}

/// An open MIDI input.
pub struct Midi {
    shared: Arc<Mutex<Shared>>,
    name: String,
    /// Closed when dropped.
    _connection: MidiInputConnection<()>,
}

fn open() -> Result<MidiInput, Failure> {
    let mut input = MidiInput::new(CLIENT)
        .map_err(|e| Failure::device(format!("MIDI cannot be used here: {e}; on Linux it needs the module snd-seq")))?;
    input.ignore(Ignore::All);
    Ok(input)
}

/// Names of the MIDI inputs that there are.
pub fn inputs() -> Result<Vec<String>, Failure> {
    let input = open()?;
    Ok(input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect())
}

impl Midi {
    /// Opens the first input whose name contains `part`, or the first one, with the ties of last time.
    pub fn connect(part: Option<&str>, ties: Ties, orders: Sender<Order>) -> Result<Self, Failure> {
        let input = open()?;
        let ports: Vec<_> =
            input.ports().into_iter().filter_map(|port| Some((input.port_name(&port).ok()?, port))).collect();
        let wanted = part.unwrap_or_default().to_lowercase();
        let Some((name, port)) = ports.iter().find(|(name, _)| name.to_lowercase().contains(&wanted)) else {
            let names: Vec<&str> = ports.iter().map(|(name, _)| name.as_str()).collect();
            let there = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
            return Err(Failure::device(match part {
                Some(part) => format!("--midi {part}: no MIDI input has this in its name; there are: {there}"),
                None => "no MIDI input is there; connect one or start without --midi".to_owned(),
            }));
        };
        let name = name.clone();
        let shared = Arc::new(Mutex::new(Shared { ties, waiting: None }));
        let theirs = Arc::clone(&shared);
        let connection = input
            .connect(port, "controllers", move |_, message, ()| hear(&theirs, message, &orders), ())
            .map_err(|e| Failure::device(format!("{name}: the MIDI input cannot be opened: {e}; is it in use?")))?;
        Ok(Self { shared, name, _connection: connection })
    }

    /// The input's whole name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
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
