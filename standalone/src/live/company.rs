//! Everyone around a session: who looks on (terminal, JSON lines), who gives orders (keys, control socket, MIDI), and what is
//! remembered until the next one.

use std::path::PathBuf;
use std::time::Duration;

use octant_dsp::params;
use serde_json::Value;

use super::desk::LETTERS;
use super::devices;
use super::lines::Lines;
use super::memory::Memory;
use super::midi::{Midi, SystemPorts};
use super::open::Choice;
use super::options::LiveArgs;
use super::session::{Errand, Session, Task};
use super::socket::Socket;
use super::status::{Link, Snapshot};
use super::terminal::Terminal;
use crate::console::Console;
use crate::error::Failure;
use crate::presets;

/// What `--sidechain` and `--midi` take to forget the one of last time.
const NONE: &str = "none";
/// What has changed is written after so long.
const SAVE_EVERY: Duration = Duration::from_secs(2);

/// Where this session's state is remembered, and what the file held.
pub struct Notebook {
    path: Option<PathBuf>,
    /// What the file holds.
    written: Memory,
}

impl Notebook {
    /// Reads the file of `--state`, or the one in the platform's directory for settings.
    pub fn open(arguments: &LiveArgs) -> Result<Self, Failure> {
        let path = arguments.state.clone().or_else(Memory::default_path);
        let written = path.as_deref().map_or_else(|| Ok(Memory::default()), Memory::load)?;
        Ok(Self { path, written })
    }

    /// What the file held.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.written
    }

    /// The command line with what was not given taken from the last time.
    #[must_use]
    pub fn complete(&self, given: &LiveArgs) -> LiveArgs {
        let memory = &self.written;
        let mut all = given.clone();
        // Devices of one sound system mean nothing to another.
        let ids = [&given.input, &given.output, &given.sidechain];
        let named = || ids.into_iter().flatten().find_map(|id| devices::host_in(id));
        all.host = given.host.clone().or_else(named);
        if all.host.is_none() || all.host == memory.host {
            all.host = all.host.or_else(|| memory.host.clone());
            all.input = all.input.or_else(|| memory.input.clone());
            all.output = all.output.or_else(|| memory.output.clone());
            all.sidechain = all.sidechain.or_else(|| memory.sidechain.clone());
            // The leave to let a microphone through was given for these two devices.
            let same = all.input == memory.input && all.output == memory.output;
            all.unmute |= same && memory.muted == Some(false);
        }
        all.rate = all.rate.or(memory.rate);
        all.buffer = all.buffer.or(memory.buffer);
        all.latency = all.latency.or(memory.latency);
        all.drift = all.drift.or(memory.drift);
        all.midi = all.midi.or_else(|| memory.midi_input.clone());
        for optional in [&mut all.sidechain, &mut all.midi] {
            optional.take_if(|name| name == NONE);
        }
        all
    }

    /// The file, if what to play on comes from there and not from the command line.
    #[must_use]
    pub fn origin(&self, given: &LiveArgs, completed: &LiveArgs) -> Option<String> {
        let what = |arguments: &LiveArgs| {
            let LiveArgs { host, input, output, sidechain, rate, buffer, .. } = arguments.clone();
            (host, input, output, sidechain, rate, buffer)
        };
        let path = self
            .path
            .as_ref()
            .filter(|_| what(given) != what(completed) && what(given) == what(&LiveArgs::default()))?;
        Some(path.display().to_string())
    }

    /// Writes what is different from the file.
    fn keep(&mut self, now: Memory) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        if now != self.written {
            now.save(path)?;
            self.written = now;
        }
        Ok(())
    }
}

/// Everyone around a session. Dropped, all of them go, and the terminal is as it was.
pub struct Company {
    notebook: Notebook,
    arguments: LiveArgs,
    origin: Option<String>,
    terminal: Option<Terminal>,
    /// Listens until it is dropped.
    _socket: Option<Socket>,
    midi: Option<Midi>,
    muted: Option<bool>,
    was_muted: bool,
    lines: Option<Lines>,
    saved_at: Duration,
    cannot_save: bool,
    /// The file was changed by hand and has a fault: it is left as it is.
    faulty: bool,
    told_devices: bool,
    guest: Option<Box<dyn Guest>>,
}

/// Somebody who is shown the whole session after every turn, beside those who are content with a picture.
pub trait Guest: Send {
    /// Looks. On the session's thread: it must not wait.
    fn look(&mut self, session: &Session);
}

impl Company {
    /// Invites them. `arguments` are [complete](Notebook::complete); `given` is what the command line says itself.
    pub fn gather(
        notebook: Notebook,
        arguments: LiveArgs,
        given: &LiveArgs,
        session: &mut Session,
    ) -> Result<Self, Failure> {
        let socket = arguments.control.map(|address| Socket::listen(address, session.orders())).transpose()?;
        if let Some(socket) = &socket {
            session.say(format!("control socket: {}", socket.address()));
        }
        for (letter, slot) in LETTERS.into_iter().zip(&session.desk.slots.clone()) {
            for sentence in slot.preset.unknown.warnings() {
                session.say(format!("sound {letter}, {}: {sentence}", slot.preset.name));
            }
        }
        if let (Some(words), None) = (presets::without_sidechain(session.desk.settings()), &arguments.sidechain) {
            session.say(format!("{words}; add --sidechain ID"));
        }
        if session.desk.muted {
            session.say("the input is muted, as it was left; to let it through press m or start with --unmute");
        }
        let ties = notebook.memory().midi.clone();
        let wanted = arguments.midi.is_some() || (given.midi.is_none() && !ties.is_empty());
        let mut midi =
            wanted.then(|| Midi::new(Box::<SystemPorts>::default(), arguments.midi.as_deref(), ties, session.orders()));
        match midi.as_mut().map_or(Ok(()), Midi::connect) {
            Err(failure) if given.midi.is_some() => return Err(failure),
            // What is only remembered may be missing today, and come later.
            Err(failure) if arguments.midi.is_some() => session.say(failure.sentence),
            _ => {}
        }
        let lines = if arguments.json { Some(Lines::to(std::io::stdout())?) } else { None };
        // Last, so that whatever fails before is told on the usual screen.
        let elsewhere = arguments.json || arguments.window;
        let terminal = if elsewhere { None } else { Terminal::open(session.orders()) };
        Ok(Self {
            muted: notebook.memory().muted,
            was_muted: session.desk.muted,
            origin: notebook.origin(given, &arguments),
            notebook,
            arguments,
            terminal,
            _socket: socket,
            midi,
            lines,
            saved_at: Duration::ZERO,
            cannot_save: false,
            faulty: false,
            told_devices: false,
            guest: None,
        })
    }

    /// The file that what to play on comes from, if it does not come from the command line.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Lets one more in.
    pub fn invite(&mut self, guest: Box<dyn Guest>) {
        self.guest = Some(guest);
    }

    /// Shows a picture to whoever looks on.
    pub fn show(&mut self, picture: &Snapshot, console: &Console) -> Result<(), Failure> {
        if let Some(terminal) = &mut self.terminal {
            terminal.draw(picture);
        } else {
            for message in &picture.messages {
                console.say(&format!("octant: {message}"));
            }
        }
        if let Some(lines) = &mut self.lines {
            lines.show(picture)?;
        }
        let wiring = &picture.wiring;
        // The first callback tells the latency.
        if !self.told_devices && wiring.link == Link::Running && picture.latency_ms > 0.0 {
            self.told_devices = true;
            if self.terminal.is_none() && !self.arguments.json {
                let (rate, latency) = (wiring.rate_hz, picture.latency_ms);
                console.say(&format!("octant: {} -> {}, {rate} Hz, {latency:.1} ms", wiring.input, wiring.output));
            }
        }
        Ok(())
    }

    /// Does what orders left to others, and remembers what has changed.
    pub fn turn(&mut self, session: &mut Session, errands: Vec<Errand>, now: Duration) {
        for (task, to) in errands {
            let done = match task {
                Task::Learn(id) => self.learn(id.as_deref(), session),
                Task::Reload => self.reload(),
                Task::Chosen(host, choice) => {
                    self.remember(host, &choice);
                    Ok(())
                }
            };
            match (done, to) {
                (done, Some(to)) => drop(to.send(done.map(|()| Value::Null))),
                (Err(failure), None) => session.say(failure.sentence),
                (Ok(()), None) => {}
            }
        }
        if let Some(sentence) = self.midi.as_mut().and_then(|midi| midi.look(now)) {
            session.say(sentence);
        }
        session.learning = self.midi.as_ref().and_then(Midi::waiting);
        let ours = std::mem::take(&mut session.held);
        if session.desk.muted != self.was_muted && !ours {
            self.muted = Some(session.desk.muted);
        }
        self.was_muted = session.desk.muted;
        if let Some(guest) = &mut self.guest {
            guest.look(session);
        }
        if now.saturating_sub(self.saved_at) >= SAVE_EVERY {
            self.saved_at = now;
            self.save(session);
        }
    }

    /// Remembers; told once where it cannot be.
    pub fn save(&mut self, session: &mut Session) {
        // What has never played is no choice to begin with the next time.
        if session.supervisor.devices().is_none() || self.faulty {
            return;
        }
        let memory = self.memory(session);
        match self.notebook.keep(memory) {
            Ok(()) => self.cannot_save = false,
            Err(failure) if !self.cannot_save => {
                self.cannot_save = true;
                session.say(format!("what you change is not remembered: {}", failure.sentence));
            }
            Err(_) => {}
        }
    }

    fn memory(&self, session: &Session) -> Memory {
        let (arguments, written) = (&self.arguments, self.notebook.memory());
        let mut desk = session.desk.clone();
        for slot in &mut desk.slots {
            // Bypass belongs to no sound.
            slot.preset.settings.bypass = false;
        }
        desk.muted = self.muted.unwrap_or(false);
        Memory {
            host: arguments.host.clone(),
            input: arguments.input.clone(),
            output: arguments.output.clone(),
            sidechain: arguments.sidechain.clone(),
            rate: arguments.rate,
            buffer: arguments.buffer,
            latency: arguments.latency,
            drift: arguments.drift,
            muted: self.muted,
            desk,
            midi_input: arguments.midi.clone(),
            midi: self.midi.as_ref().map_or_else(|| written.midi.clone(), Midi::learned),
            unknown: written.unknown.clone(),
        }
    }

    fn remember(&mut self, host: String, choice: &Choice) {
        let arguments = &mut self.arguments;
        arguments.host = Some(host);
        (arguments.input, arguments.output) = (choice.input.clone(), choice.output.clone());
        arguments.sidechain.clone_from(&choice.sidechain);
        (arguments.rate, arguments.buffer, arguments.latency) = (choice.rate, choice.buffer, choice.latency);
        arguments.drift = Some(choice.drift);
    }

    fn learn(&mut self, id: Option<&str>, session: &mut Session) -> Result<(), Failure> {
        if self.midi.is_none() && id.is_some() {
            let ties = self.notebook.memory().midi.clone();
            let part = self.arguments.midi.as_deref();
            let mut midi = Midi::new(Box::<SystemPorts>::default(), part, ties, session.orders());
            midi.connect()?;
            session.say(format!("MIDI input: {}", midi.name()));
            self.midi = Some(midi);
        }
        if let Some(midi) = &mut self.midi {
            midi.learn(id.and_then(params::find));
        }
        Ok(())
    }

    fn reload(&mut self) -> Result<(), Failure> {
        let Some(path) = &self.notebook.path else { return Ok(()) };
        let memory = Memory::load(path);
        self.faulty = memory.is_err();
        let memory = memory.map_err(|Failure { kind, sentence }| Failure {
            kind,
            sentence: format!("{sentence}; nothing is written into it before it has been read again"),
        })?;
        if let Some(midi) = &mut self.midi {
            midi.tie(memory.midi.clone());
        }
        self.notebook.written.midi = memory.midi;
        self.notebook.written.unknown = memory.unknown;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_one_sound_system_mean_nothing_to_another() {
        let host = devices::hosts()[0].to_string();
        let memory = Memory { host: Some("elsewhere".into()), input: Some("old".into()), ..Memory::default() };
        let notebook = Notebook { path: None, written: memory };
        let devices = |given: LiveArgs| {
            let all = notebook.complete(&given);
            (all.host, all.input, all.output)
        };
        let given = LiveArgs { output: Some(format!("{host}:speakers")), ..LiveArgs::default() };
        assert_eq!(devices(given.clone()), (Some(host), None, given.output), "the id says where it is");
        let given = LiveArgs { output: Some("speakers".into()), ..LiveArgs::default() };
        assert_eq!(devices(given.clone()), (Some("elsewhere".into()), Some("old".into()), given.output));
        assert_eq!(devices(LiveArgs::default()), (Some("elsewhere".into()), Some("old".into()), None));
    }

    #[test]
    fn what_is_optional_can_be_forgotten() {
        let memory = Memory { sidechain: Some("kick".into()), midi_input: Some("knobs".into()), ..Memory::default() };
        let notebook = Notebook { path: None, written: memory };
        let optional = |given: &LiveArgs| {
            let all = notebook.complete(given);
            (all.sidechain, all.midi)
        };
        assert_eq!(optional(&LiveArgs::default()), (Some("kick".into()), Some("knobs".into())));
        let none = LiveArgs { sidechain: Some(NONE.into()), midi: Some(NONE.into()), ..LiveArgs::default() };
        assert_eq!(optional(&none), (None, None));
    }
}
