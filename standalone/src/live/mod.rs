//! `octant live`: from a sound card through the engine to a sound card, for weeks.
//!
//! ```text
//! input callback -> Inlet =ring=> Outlet -> engine, in place -> output callback        feed, player
//!                                 | clock, drift: only where two clocks meet
//! main thread: orders -> desk -> wishes =ring=> player;   status -> picture -> views   session, desk, status
//!              supervisor looks after the streams; a helper thread opens and closes    supervisor, hands, open
//! ```
//!
//! Everything that anyone wants arrives as a [`command::Order`] at the main thread, which owns the [`desk`] (what the
//! user wants) and makes the [`status::Snapshot`] that all views show.

pub mod clock;
pub mod command;
pub mod company;
pub mod desk;
pub mod devices;
pub mod drift;
pub mod fade;
pub mod feed;
pub mod format;
pub mod hands;
pub mod lines;
pub mod listing;
pub mod memory;
pub mod midi;
pub mod open;
pub mod options;
pub mod player;
pub mod presence;
pub mod priority;
pub mod session;
mod signals;
pub mod socket;
pub mod spares;
pub mod status;
pub mod stream;
pub mod supervisor;
pub mod terminal;
pub mod tone;
pub mod watch;
#[cfg(feature = "window")]
pub mod window;
#[cfg(feature = "jack")]
mod wires;

use std::sync::Arc;
use std::time::Instant;

use crate::console::Console;
use crate::error::{Failure, Kind};
use crate::presets;
use company::{Company, Notebook};
use desk::{Desk, Slot};
use open::{Choice, HostMaker};
use options::{DevicesArgs, LiveArgs};
use session::Session;
use supervisor::Supervisor;

/// Lists what there is.
pub fn devices(arguments: &DevicesArgs) -> Result<String, Failure> {
    // Without a sequencer there are no MIDI inputs to list, and nobody asked for one.
    let midi = midi::inputs().unwrap_or_default();
    listing::list(arguments.host.as_deref(), arguments.json, &midi)
}

/// Runs until it is told to end.
pub fn run(given: &LiveArgs, console: &Console) -> Result<u8, Failure> {
    let notebook = Notebook::open(given)?;
    let arguments = notebook.complete(given);
    let desk = desk(given, notebook.memory().desk.clone())?;
    let ids: Vec<&str> =
        [&arguments.input, &arguments.output, &arguments.sidechain].into_iter().flatten().map(String::as_str).collect();
    let origin = notebook.origin(given, &arguments);
    let host_id =
        devices::host_id(arguments.host.as_deref(), &ids).map_err(|failure| blame(failure, origin.as_deref()))?;
    let host: HostMaker = Arc::new(move || devices::open_host(host_id));
    let choice = Choice {
        input: arguments.input.clone(),
        output: arguments.output.clone(),
        sidechain: arguments.sidechain.clone(),
        rate: arguments.rate,
        buffer: arguments.buffer,
        latency: arguments.latency,
        drift: arguments.drift.unwrap_or_default(),
        no_connect: arguments.no_connect,
        unmuted: arguments.unmute,
    };
    let settings = *desk.settings();
    let supervisor = Supervisor::new(host, host_id.to_string(), choice, !arguments.no_reconnect, &settings);
    let mut session = Session::new(desk, supervisor);
    signals::listen(session.orders())?;
    #[cfg(feature = "window")]
    let (window, arguments) = {
        let window = open_window(given, &mut session, console)?;
        let arguments = LiveArgs { window: window.is_some(), ..arguments };
        (window, arguments)
    };
    #[cfg(not(feature = "window"))]
    if given.window {
        return Err(Failure::usage(
            "--window: this octant was built without its window; build one with: cargo build --release --package octant \
             --features window",
        ));
    }
    let company = Company::gather(notebook, arguments, given, &mut session)?;
    #[cfg(feature = "window")]
    if let Some(window) = window {
        return window.run(session, company, console);
    }
    play(session, company, console)
}

/// Says where devices that cannot be had come from, if nobody has named them just now.
fn blame(failure: Failure, origin: Option<&str>) -> Failure {
    match (failure.kind, origin) {
        (Kind::Device | Kind::Usage, Some(file)) => Failure {
            sentence: format!("{} (as {file} remembers it: name others, or remove that file)", failure.sentence),
            ..failure
        },
        _ => failure,
    }
}

/// Opens the window, if one is wanted; where it only would be nice, goes on without.
#[cfg(feature = "window")]
fn open_window(given: &LiveArgs, session: &mut Session, console: &Console) -> Result<Option<window::Opened>, Failure> {
    let wanted = window::wanted(given, window::has_display());
    if wanted == window::Wanted::No {
        return Ok(None);
    }
    match window::open(session) {
        Ok(window) => Ok(Some(window)),
        Err(failure) if wanted == window::Wanted::Surely => Err(failure),
        Err(failure) => {
            console.say(&format!("octant: no window: {}", failure.sentence.trim_start_matches("--window: ")));
            Ok(None)
        }
    }
}

/// Plays until it is told to end.
fn play(mut session: Session, mut company: Company, console: &Console) -> Result<u8, Failure> {
    let ended = turn_until_the_end(&mut session, &mut company, console);
    let never_played = session.supervisor.devices().is_none();
    let ended = ended.map_err(|failure| blame(failure, company.origin().filter(|_| never_played)));
    company.save(&mut session);
    drop(company);
    for sentence in session.last_words() {
        console.say(&format!("octant: {sentence}"));
    }
    if session.supervisor.hangs() {
        // A thread hangs in the sound system: returning would wait for it.
        let code = match ended {
            Ok(()) => 0,
            Err(failure) => {
                console.error(&failure.sentence);
                failure.kind.exit_code()
            }
        };
        end_at_once(code.into());
    }
    ended.map(|()| 0)
}

/// Ends the process without waiting for anyone.
fn end_at_once(code: i32) -> ! {
    terminal::give_back();
    std::process::exit(code)
}

fn turn_until_the_end(session: &mut Session, company: &mut Company, console: &Console) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        let (picture, errands) = session.turn(begun)?;
        company.show(picture, console)?;
        company.turn(session, errands, begun.elapsed());
        if session.supervisor.ended() {
            return Ok(());
        }
    }
}

/// The sounds of last time, with what the command line says on top.
fn desk(given: &LiveArgs, mut desk: Desk) -> Result<Desk, Failure> {
    desk.muted &= !given.unmute;
    if let Some(preset) = &given.preset {
        let current = desk.current;
        desk.slots[current] = Slot::load(preset)?;
    }
    let pairs: Vec<(String, String)> = given
        .sets
        .iter()
        .map(|set| presets::split_set(set).map(|(id, text)| (id.to_owned(), text.to_owned())))
        .collect::<Result<_, _>>()?;
    if !pairs.is_empty() {
        desk.set(&pairs)?;
    }
    Ok(desk)
}
