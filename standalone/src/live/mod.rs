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
pub mod desk;
pub mod devices;
pub mod drift;
pub mod fade;
pub mod feed;
pub mod format;
pub mod hands;
pub mod memory;
pub mod midi;
pub mod open;
pub mod options;
pub mod player;
pub mod session;
mod signals;
pub mod socket;
pub mod status;
pub mod supervisor;
pub mod terminal;
pub mod watch;
#[cfg(feature = "jack")]
mod wires;

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use crate::console::Console;
use crate::error::Failure;
use crate::presets;
use desk::{Desk, Slot};
use open::{Choice, HostMaker};
use options::{DevicesArgs, LiveArgs};
use session::Session;
use supervisor::Supervisor;

/// Lists what there is.
pub fn devices(arguments: &DevicesArgs) -> Result<String, Failure> {
    devices::list(arguments.host.as_deref(), arguments.json, &[])
}

/// Runs until it is told to end.
pub fn run(arguments: &LiveArgs, console: &Console) -> Result<u8, Failure> {
    let desk = desk(arguments)?;
    let ids = [arguments.input.as_deref(), arguments.output.as_deref()];
    let host_id = devices::host_id(arguments.host.as_deref(), &ids)?;
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
    let ended = turn_until_the_end(&mut session, arguments, console);
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
    std::process::exit(code)
}

fn turn_until_the_end(session: &mut Session, arguments: &LiveArgs, console: &Console) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut pictures = 0u64;
    let mut running = false;
    loop {
        let (picture, _errands) = session.turn(begun)?;
        for message in &picture.messages {
            console.say(&format!("octant: {message}"));
        }
        // Twenty pictures a second are for eyes; programs get ten.
        if arguments.json && pictures.is_multiple_of(2) {
            let mut out = std::io::stdout();
            writeln!(out, "{}", picture.to_json())
                .and_then(|()| out.flush())
                .map_err(|e| Failure::writing("standard output", &e))?;
        }
        pictures += 1;
        if !running && picture.wiring.link == status::Link::Running {
            running = true;
            let wiring = picture.wiring.clone();
            let (rate, latency) = (wiring.rate_hz, picture.latency_ms);
            if !arguments.json {
                console.say(&format!("octant: {} -> {}, {rate} Hz, {latency:.1} ms", wiring.input, wiring.output));
            }
        }
        if session.supervisor.ended() {
            return Ok(());
        }
    }
}

fn desk(arguments: &LiveArgs) -> Result<Desk, Failure> {
    let mut desk = Desk::default();
    if let Some(preset) = &arguments.preset {
        desk.slots[0] = Slot::load(preset)?;
    }
    let pairs: Vec<(String, String)> = arguments
        .sets
        .iter()
        .map(|set| presets::split_set(set).map(|(id, text)| (id.to_owned(), text.to_owned())))
        .collect::<Result<_, _>>()?;
    if !pairs.is_empty() {
        desk.set(&pairs)?;
    }
    Ok(desk)
}
