//! The editor's parameters while it stands before a session's desk.
//!
//! What the user does is sent to the session as orders and shown at once; what the desk says counts again as soon as it
//! has answered every one of them. So the hand never feels the way to the desk, and whatever anybody else does there
//! (MIDI, the control socket, a preset file read again) is seen a moment later.

use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use octant_dsp::Settings;
use plugin::editor::owner::Owner;
use plugin::editor::rows::{self, Row};
use plugin::editor::view::View;
use plugin::session::Kept;

use crate::live::command::{Answer, Command, Order};
use crate::live::desk::{Desk, LETTERS};

/// Parameters, slots and history for the editor.
pub struct AtDesk {
    settings: Settings,
    kept: Mutex<Kept>,
    /// What the desk said last, with what was sent since.
    known: Desk,
    orders: Sender<Order>,
    answers: Sender<Answer>,
    sent: u64,
}

impl AtDesk {
    /// Before a desk; orders go to `orders`, and all answers to `answers`, where they are counted.
    #[must_use]
    pub fn new(desk: &Desk, orders: Sender<Order>, answers: Sender<Answer>) -> Self {
        let mut new =
            Self { settings: *desk.settings(), kept: Mutex::default(), known: desk.clone(), orders, answers, sent: 0 };
        new.adopt();
        new
    }

    /// Sends an order of the editor.
    pub fn order(&mut self, command: Command) {
        let order = Order { command, answer: Some(self.answers.clone()) };
        if self.orders.send(order).is_ok() {
            self.sent += 1;
        }
    }

    /// Whether so many answers are all.
    #[must_use]
    pub fn has_all(&self, answered: u64) -> bool {
        answered >= self.sent
    }

    /// Before a frame: takes over what the desk says, if it has `answered` everything that was sent. The preset that was
    /// loaded there becomes the one that the view names.
    pub fn follow(&mut self, desk: &Desk, answered: u64, view: &mut View) {
        if !self.has_all(answered) {
            return;
        }
        let sound = |desk: &Desk| (desk.current, desk.slots[desk.current].preset.name.clone());
        let (before, now) = (sound(&self.known), sound(desk));
        if before != now || view.loaded.is_none() {
            view.loaded = Some((now.1, *desk.settings()));
        }
        if *desk != self.known {
            self.known = desk.clone();
            self.adopt();
        }
    }

    fn adopt(&mut self) {
        self.settings = *self.known.settings();
        let mut kept = self.kept();
        kept.active = self.known.current;
        for (slot, known) in kept.slots.iter_mut().zip(&self.known.slots) {
            slot.settings = known.preset.settings;
            slot.name.clone_from(&known.preset.name);
        }
    }

    /// After a frame: tells of slots and names, which the editor changes without a word.
    pub fn tell(&mut self, view: &View) {
        self.tell_slots();
        if let Some((name, _)) = &view.loaded
            && *name != self.known.slots[self.known.current].preset.name
        {
            self.known.slots[self.known.current].preset.name.clone_from(name);
            self.order(Command::Name(name.clone()));
        }
    }

    fn tell_slots(&mut self) {
        let (active, slots) = {
            let kept = self.kept();
            let slots: [Settings; LETTERS.len()] = std::array::from_fn(|slot| kept.slots[slot].settings);
            (kept.active, slots)
        };
        if active != self.known.current {
            self.known.current = active;
            self.settings = *self.known.settings();
            self.order(Command::Enter(active));
        }
        for (slot, settings) in slots.into_iter().enumerate() {
            // The settings of the one that plays are the parameters.
            if slot != active && settings != self.known.slots[slot].preset.settings {
                self.known.slots[slot].preset.settings = settings;
                self.order(Command::Store(slot, Box::new(settings)));
            }
        }
    }
}

impl Owner for AtDesk {
    fn settings(&self) -> Settings {
        self.settings
    }

    fn begin(&mut self, _: Row) {}

    fn set(&mut self, row: Row, plain: f64) {
        rows::at(row).set_clamped(&mut self.settings, plain);
        let current = self.known.current;
        self.known.slots[current].preset.settings = self.settings;
        self.kept().slots[current].settings = self.settings;
        self.order(Command::Plain(rows::at(row), plain));
    }

    fn end(&mut self, _: Row) {}

    fn apply(&mut self, settings: &Settings) {
        // A slot that is entered comes before what it holds.
        self.tell_slots();
        self.settings = *settings;
        let current = self.known.current;
        self.known.slots[current].preset.settings = *settings;
        self.kept().slots[current].settings = *settings;
        self.order(Command::Whole(Box::new(*settings)));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::command::Switch;
    use std::sync::mpsc::{Receiver, channel};

    /// A desk that carries out what the owner orders, when it is asked to.
    struct There {
        desk: Desk,
        inbox: Receiver<Order>,
        answers: Receiver<Answer>,
        answered: u64,
    }

    impl There {
        fn catch_up(&mut self) {
            for order in self.inbox.try_iter() {
                let answer = match order.command {
                    Command::Plain(row, plain) => self.desk.plain(row, plain),
                    Command::Whole(settings) => self.desk.whole(&settings),
                    Command::Store(slot, settings) => self.desk.store(slot, &settings),
                    Command::Name(name) => self.desk.name(name),
                    Command::Enter(slot) => self.desk.enter(slot),
                    other => panic!("nobody ordered {other:?}"),
                };
                order.answer.expect("the editor counts answers").send(answer).expect("it is listened to");
            }
            self.answered += self.answers.try_iter().count() as u64;
        }
    }

    fn both() -> (AtDesk, There, View) {
        let (orders, inbox) = channel();
        let (answers, heard) = channel();
        let desk = Desk::default();
        let owner = AtDesk::new(&desk, orders, answers);
        let mut view = View::default();
        let there = There { desk, inbox, answers: heard, answered: 0 };
        let mut owner = owner;
        owner.follow(&there.desk, 0, &mut view);
        (owner, there, view)
    }

    #[test]
    fn what_the_hand_does_stays_until_the_desk_has_it() {
        let (mut owner, mut there, mut view) = both();
        let row = rows::of_band(1, "above_thr");
        owner.set(row, -33.0);
        owner.follow(&there.desk, there.answered, &mut view);
        assert_eq!(owner.settings().band[1].above.threshold_db, -33.0, "the desk has not heard of it");
        there.catch_up();
        assert_eq!(there.desk.settings().band[1].above.threshold_db, -33.0);
        // Somebody else goes on from there.
        assert!(there.desk.plain(rows::at(row), -12.0).is_ok());
        owner.follow(&there.desk, there.answered, &mut view);
        assert_eq!(owner.settings().band[1].above.threshold_db, -12.0);
    }

    #[test]
    fn slots_are_those_of_the_desk() {
        let (mut owner, mut there, mut view) = both();
        owner.set(rows::global("mix"), 40.0);
        // As the bar does it.
        let left = owner.settings();
        let entered = owner.kept().switch_to(1, &left);
        owner.apply(&entered);
        owner.set(rows::global("mix"), 70.0);
        owner.tell(&view);
        there.catch_up();
        assert_eq!((there.desk.current, there.desk.settings().mix_percent), (1, 70.0));
        owner.follow(&there.desk, there.answered, &mut view);
        let copied = owner.settings();
        owner.kept().slots[3].settings = copied;
        owner.tell(&view);
        there.catch_up();
        assert_eq!(there.desk.slots[3].preset.settings.mix_percent, 70.0);
        assert!(there.desk.swap().is_ok() && there.desk.bypass(Switch::On).is_ok());
        owner.follow(&there.desk, there.answered, &mut view);
        assert_eq!(owner.kept().active, 0);
        assert!(owner.settings().bypass);
    }

    #[test]
    fn names_go_both_ways() {
        let (mut owner, mut there, mut view) = both();
        assert_eq!(view.loaded.as_ref().map(|(name, _)| name.as_str()), Some("Default"));
        assert!(there.desk.preset("drum-bus").is_ok());
        owner.follow(&there.desk, there.answered, &mut view);
        let name = there.desk.slots[0].preset.name.clone();
        assert_eq!(view.loaded.as_ref().map(|(name, _)| name.clone()), Some(name));
        assert!(!view.is_dirty(&owner.settings()));
        view.loaded = Some(("Mine".into(), owner.settings()));
        owner.tell(&view);
        owner.tell(&view);
        there.catch_up();
        assert_eq!((there.desk.slots[0].preset.name.as_str(), there.answered), ("Mine", 1));
    }
}
