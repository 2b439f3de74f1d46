//! Keeps the devices open: looks after the streams, closes both when one is lost, and takes the same ones up again.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use octant_dsp::Settings;
use ringbuf::traits::Producer;

use super::feed::Clocks;
use super::hands::{Hands, Outcome};
use super::open::{Choice, Devices, HostMaker, Request, Streams};
use super::player::{Fitting, Wish};
use super::presence;
use super::status::{Link, Status, Wiring};
use super::watch::{Lost, RateLimit, Watchdog};
use crate::error::Failure;

/// First and longest pause between two tries. A device that has returned shall sound within two seconds.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(1250)];
/// A fade-out may take so long before the streams are closed anyway.
const FADE_DEADLINE: Duration = Duration::from_millis(400);
/// A stream that a clock paces is not so many times faster than time, whatever its buffers took in the beginning.
const STEADY: f64 = 2.0;
/// A stream that is so many times faster than time has no clock.
const CLOCKLESS: f64 = 4.0;

enum State {
    /// The helper is opening; why, if it is not the first time.
    Opening(Option<String>),
    /// Sound passes.
    Running(Box<Streams>, Vec<Watchdog>),
    /// The helper is closing; why.
    Closing(String),
    /// Until the next try.
    Waiting { until: Duration, why: String },
    /// All is closed.
    Ended,
}

/// The device side of a session. Everything happens in [`step`](Self::step).
pub struct Supervisor {
    host: HostMaker,
    choice: Choice,
    reconnect: bool,
    status: Arc<Status>,
    epoch: Instant,
    hands: Hands,
    state: State,
    devices: Option<Devices>,
    wish: Wish,
    /// The output callback has not got the latest wish yet.
    wish_waits: bool,
    wiring: Wiring,
    pause: Duration,
    /// End as soon as it is silent, or at this time.
    ending: Option<Duration>,
    /// Open other devices as soon as it is silent, or at this time.
    changing: Option<Duration>,
    /// Devices that cannot be opened the first time do not end it: others can be chosen.
    patient: bool,
    fitting: Option<Fitting>,
    xruns: RateLimit,
    losses: RateLimit,
    /// The last loss, and whether it has been told.
    loss: (String, bool),
    told_priority: bool,
    held: bool,
    messages: Vec<String>,
}

impl Supervisor {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(host: HostMaker, host_name: String, choice: Choice, reconnect: bool, settings: &Settings) -> Self {
        let wiring = Wiring {
            link: Link::Opening,
            host: host_name,
            input: choice.input.clone().unwrap_or_else(|| "default".into()),
            output: choice.output.clone().unwrap_or_else(|| "default".into()),
            sidechain: choice.sidechain.clone(),
            rate_hz: 0,
            channels: 2,
            corrected: false,
            resampler_frames: 0,
            reconnects: 0,
        };
        Self {
            host,
            choice,
            reconnect,
            status: Arc::default(),
            epoch: Instant::now(),
            hands: Hands::default(),
            state: State::Waiting { until: Duration::ZERO, why: String::new() },
            devices: None,
            wish: Wish { settings: *settings, muted: false, silence: false },
            wish_waits: false,
            wiring,
            pause: PAUSES[0],
            ending: None,
            changing: None,
            patient: false,
            fitting: None,
            xruns: RateLimit::default(),
            losses: RateLimit::default(),
            loss: Default::default(),
            told_priority: false,
            held: false,
            messages: Vec::new(),
        }
    }

    /// Somebody listens to every engine from the next opening on.
    pub fn fit(&mut self, fitting: Fitting) {
        self.fitting = Some(fitting);
    }

    /// Goes on trying where the devices cannot be opened the first time: somebody is there who can choose others.
    pub fn be_patient(&mut self) {
        self.patient = true;
    }

    /// What the user chose.
    #[must_use]
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// What the callbacks tell.
    #[must_use]
    pub fn status(&self) -> &Arc<Status> {
        &self.status
    }

    /// What stands between the devices.
    #[must_use]
    pub fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    /// The devices, once they have been opened.
    #[must_use]
    pub fn devices(&self) -> Option<&Devices> {
        self.devices.as_ref()
    }

    /// Whether the input was muted because it may be the machine's own microphone beside its own speakers; tells it
    /// once.
    pub fn take_held(&mut self) -> bool {
        std::mem::take(&mut self.held)
    }

    /// Whether all is closed.
    #[must_use]
    pub fn ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Whether the helper is at work.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.hands.busy()
    }

    /// Whether something hangs in the sound system for good.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.hands.hang()
    }

    /// Sentences for the user since the last call.
    pub fn take_messages(&mut self) -> Vec<String> {
        std::mem::take(&mut self.messages)
    }

    /// The sound from now on.
    pub fn sound(&mut self, settings: &Settings, muted: bool) {
        let wish = Wish { settings: *settings, muted, silence: self.wish.silence };
        if wish != self.wish {
            self.wish = wish;
            self.wish_waits = true;
        }
    }

    /// Fades out, closes, ends.
    pub fn finish(&mut self, now: Duration) {
        if self.ending.is_none() {
            self.ending = Some(now + FADE_DEADLINE);
            self.wish.silence = true;
            self.wish_waits = true;
        }
    }

    /// Other devices: fades out, closes what is open, opens these.
    pub fn choose(&mut self, now: Duration, host: HostMaker, host_name: String, choice: Choice) {
        self.host = host;
        self.choice = choice;
        self.wiring.host = host_name;
        self.changing = Some(now + FADE_DEADLINE);
        self.wish.silence = true;
        self.wish_waits = true;
    }

    /// Goes on; `now` counts from any instant. An error only if there is no point in trying again.
    pub fn step(&mut self, now: Duration) -> Result<(), Failure> {
        if let Some(outcome) = self.hands.poll(now) {
            self.take_outcome(outcome, now)?;
        }
        self.pass_wish();
        self.look(now)?;
        if !matches!(self.state, State::Running(..)) {
            self.tell_losses(now, 0);
        }
        let ending = self.ending.is_some();
        match &self.state {
            State::Waiting { .. } if ending => self.state = State::Ended,
            // What is being opened was not heard yet, and may take as long as a server that has died.
            State::Opening(_) if self.ending.is_some_and(|at| now >= at) => {
                self.hands.leave();
                self.state = State::Ended;
            }
            State::Waiting { .. } if self.changing.is_some() => self.change(now),
            State::Waiting { until, why } if now >= *until && self.hands.may_ask() => {
                let why = (!why.is_empty()).then(|| why.clone());
                self.begin_opening(now, why);
            }
            State::Running(..)
                if self.ending.or(self.changing).is_some_and(|at| self.status.silent.load(Relaxed) || now >= at) =>
            {
                self.close(now, String::new());
            }
            _ => {}
        }
        Ok(())
    }

    /// All is closed: the devices of the new choice are next.
    fn change(&mut self, now: Duration) {
        self.changing = None;
        self.devices = None;
        self.wish.silence = false;
        self.wiring.input = self.choice.input.clone().unwrap_or_else(|| "default".into());
        self.wiring.output = self.choice.output.clone().unwrap_or_else(|| "default".into());
        self.wiring.sidechain = self.choice.sidechain.clone();
        self.pause = PAUSES[0];
        self.state = State::Waiting { until: now, why: String::new() };
        self.wiring.link = Link::Opening;
    }

    fn begin_opening(&mut self, now: Duration, why: Option<String>) {
        if why.is_none() {
            self.wiring.link = Link::Opening;
        }
        let request = Request {
            host: Arc::clone(&self.host),
            moves: presence::needed(&self.wiring.host),
            choice: self.choice.clone(),
            devices: self.devices.clone(),
            fitting: self.fitting.clone(),
            wish: self.wish,
            status: Arc::clone(&self.status),
            epoch: self.epoch,
        };
        self.wish_waits = false;
        self.hands.open(now, request);
        self.state = State::Opening(why);
    }

    fn take_outcome(&mut self, outcome: Outcome, now: Duration) -> Result<(), Failure> {
        match outcome {
            Outcome::Opened(result) => match *result {
                Ok(streams) => self.opened(streams, now),
                Err(failure) => self.refused(failure, now)?,
            },
            Outcome::Closed => self.closed(now),
            Outcome::Hung => match &self.state {
                State::Opening(_) => {
                    let what = "the sound system does not answer; restart it or choose another --host";
                    self.refused(Failure::device(what), now)?;
                }
                _ => {
                    self.messages.push("the sound system does not let go of a device; it is left behind".into());
                    self.closed(now);
                }
            },
        }
        Ok(())
    }

    fn opened(&mut self, streams: Streams, now: Duration) {
        if self.devices.is_some() {
            self.wiring.reconnects += 1;
        }
        let first = self.devices.is_none();
        self.devices = Some(streams.devices.clone());
        self.held = streams.held;
        self.wish.muted |= streams.held;
        let name = |what: &str| streams.open.iter().find(|open| open.what == what).map(|open| open.name.clone());
        self.wiring = Wiring {
            link: Link::Running,
            host: self.wiring.host.clone(),
            input: name("input").unwrap_or_default(),
            output: name("output").unwrap_or_default(),
            sidechain: name("sidechain"),
            rate_hz: streams.rate_hz,
            channels: streams.channels,
            corrected: streams.clocks == Clocks::Different,
            resampler_frames: streams.resampler_frames,
            reconnects: self.wiring.reconnects,
        };
        if first {
            self.messages.extend(streams.notes.iter().cloned());
        } else if self.loss.1 {
            self.messages.push(format!("{} and {} are back", self.wiring.input, self.wiring.output));
        }
        self.pause = PAUSES[0];
        // What changed while the devices were being opened.
        self.wish_waits = true;
        for calls in [&self.status.input_calls, &self.status.output_calls, &self.status.sidechain_calls] {
            calls.store(0, Relaxed);
        }
        // What the last streams left behind is not true of these.
        self.status.output_block.store(0, Relaxed);
        self.status.age_frames.store(0.0, Relaxed);
        let dogs = streams.open.iter().map(|open| Watchdog::new(now, open.period)).collect();
        self.state = State::Running(Box::new(streams), dogs);
    }

    /// Opening failed.
    fn refused(&mut self, failure: Failure, now: Duration) -> Result<(), Failure> {
        if self.changing.is_some() && self.ending.is_none() {
            self.change(now);
            return Ok(());
        }
        // The first time it is for the user to choose better.
        if self.devices.is_none() && self.patient && self.ending.is_none() {
            if !matches!(self.state, State::Opening(Some(_))) {
                self.messages.push(failure.sentence.clone());
            }
        } else if self.devices.is_none() || !self.reconnect {
            self.state = State::Ended;
            return Err(failure);
        }
        // Told once, when it has gone on for a while: what keeps it away may be another thing than what took it away.
        let longest = self.pause == PAUSES[1];
        self.pause = (self.pause * 2).min(PAUSES[1]);
        if !longest && self.pause == PAUSES[1] && self.loss.1 {
            self.messages.push(format!("still waiting: {}", failure.sentence));
        }
        self.wait(now, failure.sentence);
        Ok(())
    }

    fn wait(&mut self, now: Duration, why: String) {
        self.wiring.link = Link::Waiting(why.clone());
        self.state = State::Waiting { until: now + self.pause, why };
    }

    fn closed(&mut self, now: Duration) {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Closing(_) if self.ending.is_none() && self.changing.is_some() => self.change(now),
            State::Closing(why) if self.ending.is_none() => self.wait(now, why),
            _ => self.state = State::Ended,
        }
    }

    fn close(&mut self, now: Duration, why: String) {
        if let State::Running(streams, _) = std::mem::replace(&mut self.state, State::Closing(why)) {
            self.hands.close(now, *streams);
        }
    }

    fn pass_wish(&mut self) {
        if let (true, State::Running(streams, _)) = (self.wish_waits, &mut self.state) {
            self.wish_waits = streams.wishes.try_push(self.wish).is_err();
        }
    }

    /// Tells of losses now and then; `more` have happened just now.
    fn tell_losses(&mut self, now: Duration, more: u64) {
        if let Some(many) = self.losses.pass(now, more) {
            let again = if many > 1 { format!(" ({many} times)") } else { String::new() };
            self.messages.push(format!("{}{again}; waiting for it to return", self.loss.0));
            self.loss.1 = true;
        }
    }

    /// Looks after the streams.
    fn look(&mut self, now: Duration) -> Result<(), Failure> {
        let State::Running(streams, dogs) = &mut self.state else { return Ok(()) };
        let mut lost = None;
        let (mut xruns, mut no_priority, mut hopeless) = (0, false, false);
        for (open, dog) in streams.open.iter_mut().zip(dogs) {
            let calls = match open.what {
                "input" => &self.status.input_calls,
                "output" => &self.status.output_calls,
                _ => &self.status.sidechain_calls,
            };
            let more = open.alarm.take_xruns();
            xruns += if dog.settling(now) { 0 } else { more };
            no_priority |= open.alarm.take_no_priority();
            // A thread that nothing paces must not be raised: it would take a processor from everybody else.
            match dog.pace(now, calls.load(Relaxed)) {
                Some(pace) if open.ordinary && pace > CLOCKLESS => {
                    lost = lost.or_else(|| Some(format!("{} {} {}", open.what, open.name, Lost::Clockless.words())));
                    hopeless = true;
                }
                Some(pace) if open.ordinary && pace < STEADY => {
                    if let Some(granted) = open.alarm.caller.raise() {
                        open.ordinary = false;
                        no_priority |= !granted;
                    }
                }
                _ => {}
            }
            if let Some(why) = dog.look(now, &open.alarm, calls.load(Relaxed), more) {
                lost = lost.or_else(|| Some(format!("{} {} {}", open.what, open.name, why.words())));
            }
        }
        // A server that calls both in one cycle tells nobody that its period is another one now: the latency would stay
        // that of the longest.
        let block = f64::from(self.status.output_block.load(Relaxed));
        if let (Clocks::Lockstep, Some(output)) =
            (streams.clocks, streams.open.iter().find(|open| open.what == "output"))
        {
            let period = (output.period.as_secs_f64() * f64::from(streams.rate_hz)).round();
            if block > 0.0 && block != period {
                lost = lost.or_else(|| Some(format!("{} {} {}", output.what, output.name, Lost::Broken.words())));
            }
        }
        Status::count(&self.status.xruns, xruns);
        if let Some(many) = self.xruns.pass(now, xruns) {
            let times = if many == 1 { "once".to_owned() } else { format!("{many} times") };
            self.messages
                .push(format!("the devices were not served in time {times}; a larger buffer (--buffer) helps"));
        }
        if no_priority && !self.told_priority {
            self.told_priority = true;
            self.messages.push(
                "the system grants no real-time priority: gaps are possible under load; on Linux add the user to the \
                 group audio and allow rtprio in /etc/security/limits.d"
                    .into(),
            );
        }
        let Some(why) = lost else { return Ok(()) };
        // What is still in the ring shall not be cut off.
        let _ = streams.wishes.try_push(Wish { silence: true, ..self.wish });
        if self.ending.is_none() {
            if !self.reconnect || (hopeless && !self.patient) {
                if hopeless {
                    // These devices have not played.
                    self.devices = None;
                }
                self.close(now, why.clone());
                self.ending = Some(now);
                return Err(Failure::device(why));
            }
            self.loss = (why.clone(), false);
            self.tell_losses(now, 1);
        }
        self.wiring.link = Link::Waiting(why.clone());
        self.pause = PAUSES[0];
        self.close(now, why);
        Ok(())
    }
}
