//! A session: the desk, the devices, and everybody who gives orders or looks on. Everything happens in
//! [`Session::turn`], on the main thread.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::command::{Answer, Command, Order};
use super::desk::Desk;
use super::devices;
use super::open::{Choice, HostMaker};
use super::status::{Controls, Photographer, Snapshot};
use super::supervisor::Supervisor;
use crate::error::Failure;

/// Between two pictures.
pub const TICK: Duration = Duration::from_millis(50);

/// The state of a running `octant live`.
pub struct Session {
    /// What the user wants.
    pub desk: Desk,
    /// The devices.
    pub supervisor: Supervisor,
    orders: Sender<Order>,
    inbox: Receiver<Order>,
    photographer: Photographer,
    latest: Option<Snapshot>,
    messages: Vec<String>,
    /// The parameter that waits for a MIDI controller.
    pub learning: Option<String>,
    /// The input has just been muted for the user's sake, not at the user's wish.
    pub held: bool,
}

/// What others have to do because of an order, and whom they answer, if anyone waits.
pub type Errand = (Task, Option<Sender<Answer>>);

/// What others have to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Tie the next controller to a parameter, or stop waiting for one.
    Learn(Option<String>),
    /// Read files once more.
    Reload,
    /// These devices, of the sound system of that name, are the ones to be remembered.
    Chosen(String, Box<Choice>),
}

impl Session {
    /// Nothing runs yet.
    #[must_use]
    pub fn new(desk: Desk, supervisor: Supervisor) -> Self {
        let (orders, inbox) = channel();
        let photographer = Photographer::default();
        Self {
            desk,
            supervisor,
            orders,
            inbox,
            photographer,
            latest: None,
            messages: Vec::new(),
            learning: None,
            held: false,
        }
    }

    /// Where orders go.
    #[must_use]
    pub fn orders(&self) -> Sender<Order> {
        self.orders.clone()
    }

    /// A sentence for the user.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.messages.push(sentence.into());
    }

    /// What was said after the last picture.
    pub fn last_words(&mut self) -> Vec<String> {
        std::mem::take(&mut self.messages)
    }

    /// Carries out the orders that come until the tick is over, looks after the devices, and takes a picture.
    pub fn turn(&mut self, begun: Instant) -> Result<(&Snapshot, Vec<Errand>), Failure> {
        let mut errands = Vec::new();
        let until = Instant::now() + TICK;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(order) => {
                    self.carry_out(order, begun.elapsed(), &mut errands);
                    self.step(begun.elapsed())?;
                }
                // We hold a sender ourselves: the channel cannot be closed.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        self.step(begun.elapsed())?;
        Ok((self.shoot(begun.elapsed()), errands))
    }

    /// Hands the sound over and looks after the devices.
    pub fn step(&mut self, now: Duration) -> Result<(), Failure> {
        self.supervisor.sound(self.desk.settings(), self.desk.muted);
        self.supervisor.step(now)?;
        if self.supervisor.take_held() {
            self.desk.muted = true;
            self.held = true;
            self.say(
                "the input is muted, because it may hear what the output plays and howl (this machine's microphone \
                 beside its own speakers, or the output's monitor); to let it through press m or start with --unmute",
            );
        }
        let more = self.supervisor.take_messages();
        self.messages.extend(more);
        Ok(())
    }

    fn controls(&self) -> Controls {
        Controls { learning: self.learning.clone(), ..self.desk.controls() }
    }

    /// Takes the picture of now.
    pub fn shoot(&mut self, now: Duration) -> &Snapshot {
        let (status, wiring) = (self.supervisor.status(), self.supervisor.wiring().clone());
        let messages = std::mem::take(&mut self.messages);
        let controls = self.controls();
        let picture = self.photographer.shoot(now, status, wiring, controls, messages);
        self.latest.insert(picture)
    }

    /// The last picture.
    #[must_use]
    pub fn latest(&self) -> Option<&Snapshot> {
        self.latest.as_ref()
    }

    /// Carries out one order and answers it.
    pub fn carry_out(&mut self, order: Order, now: Duration, errands: &mut Vec<Errand>) {
        let mut tasks = Vec::new();
        let answer = self.obey(order.command, now, &mut tasks);
        let mut to = order.answer;
        for task in tasks {
            errands.push((task, to.take_if(|_| answer.is_ok())));
        }
        match (answer, to) {
            // Who has gone meanwhile needs no answer.
            (answer, Some(to)) => drop(to.send(answer)),
            (Err(failure), None) => self.messages.push(failure.sentence),
            (Ok(_), None) => {}
        }
    }

    fn obey(&mut self, command: Command, now: Duration, tasks: &mut Vec<Task>) -> Answer {
        let desk = &mut self.desk;
        match command {
            Command::Get(id) => desk.get(id.as_deref()),
            Command::Set(pairs) => desk.set(&pairs),
            Command::Place(row, place) => desk.place(row, place),
            Command::Plain(row, plain) => desk.plain(row, plain),
            Command::Whole(settings) => desk.whole(&settings),
            Command::Store(slot, settings) => desk.store(slot, &settings),
            Command::Name(name) => desk.name(name),
            Command::Enter(slot) => desk.enter(slot),
            Command::Preset(argument) => desk.preset(&argument),
            Command::Step(by) => desk.step(by),
            Command::Bypass(switch) => desk.bypass(switch),
            Command::Solo(band, switch) => desk.solo(band, switch),
            Command::Swap => desk.swap(),
            Command::Mute(switch) => desk.mute(switch),
            Command::Tone(switch) => {
                let tone = &self.supervisor.status().tone;
                let on = switch.after(tone.load(Relaxed));
                tone.store(on, Relaxed);
                Ok(json!({"tone": on}))
            }
            Command::Choose(host, choice) => {
                let id = devices::host_id(Some(&host), &[])?;
                let open: HostMaker = Arc::new(move || devices::open_host(id));
                self.supervisor.choose(now, open, id.to_string(), (*choice).clone());
                tasks.push(Task::Chosen(host, choice));
                Ok(Value::Null)
            }
            // The controls of now: whoever asks may have moved them in the line before.
            Command::Meters => {
                let now = |latest: &Snapshot| Snapshot { controls: self.controls(), ..latest.clone() };
                Ok(self.latest.as_ref().map_or(Value::Null, |latest| now(latest).to_json()))
            }
            Command::Clear => {
                self.supervisor.status().clear();
                self.photographer = Photographer::default();
                Ok(Value::Null)
            }
            Command::Learn(row) => {
                tasks.push(Task::Learn(row.map(|row| row.id())));
                Ok(Value::Null)
            }
            Command::Reload => {
                tasks.push(Task::Reload);
                desk.reload()
            }
            Command::Quit => {
                self.supervisor.finish(now);
                Ok(Value::Null)
            }
        }
    }
}
