//! The chores of the project, one word each: `cargo xtask setup | demo | test | bench | bundle | …`.

mod bench;
mod bundle;
mod demo;
mod demo_audio;
mod features;
mod program;
mod project;
mod setup;
mod shell;
mod tally;
mod test;
mod validate;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask VERB

  demo                Builds octant, renders the bundled groove through a factory preset and shows what happened; then
                      makes the plugin, loads it in a host and compares its output.
  test [FILTER…]      Runs every check and every test; with filters only the tests whose names contain one.
                      The last line counts: N passed, M failed.
  bundle [--debug]    Makes Octant.clap and Octant.vst3 under target/bundled, optimised unless --debug is given.
  install [--debug]   The same, and puts them where DAWs look, for this user only; and the program octant, with the
                      sound systems that this machine has, where cargo keeps programs.
  uninstall           Takes them away from there.
  validate            Makes the bundles and loads them in hosts: clack (sound, states, a thousand loads, a million blocks under
                      watch, a hundred instances, what CLAP's validator asks), vst3-host, pedalboard, DawDreamer,
                      qtractor, Ardour, and the formats' validators where they are. Installs what is missing where it
                      can (apt). The last line counts: N passed, M failed, K skipped.
  setup               Looks for the tools that the tests need and installs what is missing where it can (apt).
                      demo and test do this by themselves.
  bench engine [--record]
                      Counts the engine's instructions per stereo frame and compares them with the limits.
                      --record keeps the result in assets/bench.
  bench plugin [--record]
                      The same for the CLAP as it ships: instructions of the whole plugin per stereo frame, and the
                      times and the memory that an instance takes.
  bench editor [--record]
                      The window of the CLAP as it ships, under Xvfb: shares of a core while everything moves and while
                      nothing does, how long it takes to open, what windows leave behind. About a minute.
  bench learn [--record]
                      Compares octant learn on one thread with one thread per band.
  bench rival [--record]
                      Plays Octant and LSP's multiband compressor (CLAP, 1.2.21 or later, where it is installed) turn and
                      turn about and compares their times.
  bench live [--record]
                      What matching the clocks of two devices costs octant live, in percent of a core.
  screenshots         Draws pictures of README and manual into assets/screenshots, and the icon, without a window.
  demo-audio          Makes assets/demo/groove.wav again; the same bytes on every machine.
  help                This page.

New here? Begin with: cargo xtask demo
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(reason) => {
            eprintln!("xtask: {reason:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut words = Parser::from_env();
    let verb = match words.next()? {
        Some(Arg::Value(verb)) => verb.string()?,
        Some(Arg::Short('h') | Arg::Long("help")) | None => "help".to_owned(),
        Some(other) => {
            return Err(other.unexpected()).context("a verb comes first; try: cargo xtask help");
        }
    };
    match verb.as_str() {
        "help" => print!("{HELP}"),
        "setup" => {
            nothing_more(&mut words)?;
            if !setup::for_tests()? {
                return Ok(ExitCode::FAILURE);
            }
            println!("every tool is there; next: cargo xtask demo, cargo xtask test");
        }
        "demo" => {
            nothing_more(&mut words)?;
            demo::run()?;
        }
        "screenshots" => {
            nothing_more(&mut words)?;
            if features::of_octant().is_empty() {
                println!("without the pictures of octant live: it needs pkg-config and libasound2-dev");
            }
            let draw = features::example("screenshots", &[])?;
            shell::run(&draw.display().to_string(), &["assets/screenshots"])?;
        }
        "demo-audio" => {
            nothing_more(&mut words)?;
            demo_audio::write()?;
        }
        "test" => {
            let filters = rest(&mut words)?;
            return test::run(&filters);
        }
        "bench" => return bench_verb(&mut words),
        "bundle" => {
            let debug = debug_flag(&mut words, "bundle")?;
            setup::for_building()?;
            bundle::make(debug)?;
        }
        "install" => {
            let debug = debug_flag(&mut words, "install")?;
            setup::for_building()?;
            bundle::install(debug)?;
            program::install(debug)?;
        }
        "validate" => {
            nothing_more(&mut words)?;
            return validate::run();
        }
        "uninstall" => {
            nothing_more(&mut words)?;
            bundle::uninstall()?;
            program::uninstall()?;
        }
        unknown => {
            print!("{HELP}");
            bail!("there is no verb {unknown:?}; the page above shows those that there are");
        }
    }
    Ok(ExitCode::SUCCESS)
}

const BENCH: &str = "it goes: cargo xtask bench engine|plugin|editor|learn|live|rival [--record]";

fn bench_verb(words: &mut Parser) -> Result<ExitCode> {
    let (mut subject, mut record) = (None, false);
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("record") => record = true,
            Arg::Value(name) if subject.is_none() => subject = Some(name.string()?),
            other => {
                return Err(other.unexpected()).context(BENCH);
            }
        }
    }
    match subject.as_deref() {
        Some("engine") => bench::engine(record),
        Some("plugin") => bench::plugin(record),
        Some("editor") => bench::editor(record),
        Some("learn") => bench::learn::run(record),
        Some("rival") => bench::rival::run(record),
        Some("live") => bench::live::run(record),
        Some(other) => bail!("nothing named {other:?} is measured; {BENCH}"),
        None => bail!("what shall be measured? {BENCH}"),
    }
}

fn debug_flag(words: &mut Parser, verb: &str) -> Result<bool> {
    let mut debug = false;
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("debug") => debug = true,
            // What it does anyway.
            Arg::Long("release") => {}
            other => return Err(other.unexpected()).with_context(|| format!("it goes: cargo xtask {verb} [--debug]")),
        }
    }
    Ok(debug)
}

fn nothing_more(words: &mut Parser) -> Result<()> {
    match words.next()? {
        Some(word) => Err(word.unexpected()).context("this verb stands alone; try: cargo xtask help"),
        None => Ok(()),
    }
}

fn rest(words: &mut Parser) -> Result<Vec<String>> {
    let mut filters = Vec::new();
    while let Some(word) = words.next()? {
        match word {
            Arg::Value(filter) => filters.push(filter.string()?),
            other => return Err(other.unexpected()).context("it goes: cargo xtask test [FILTER…]"),
        }
    }
    Ok(filters)
}
