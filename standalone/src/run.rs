//! From a parsed command line to an exit code.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread::available_parallelism;

use clap::CommandFactory;
use octant_dsp::{Engine, Settings, params};

use crate::batch::render_all;
use crate::cli::{Cli, Command, LearnArgs, PresetsCommand, RenderArgs};
use crate::console::Console;
use crate::error::{EXIT_INTERRUPTED, EXIT_REPAIRED, Failure};
use crate::latency::Latency;
use crate::learn;
use crate::plan::{self, Plan, Request};
use crate::presets::{self, CHECK_RATE_HZ};
use crate::render::Options;
use crate::source::Input;
use crate::staging;

/// Runs a command and returns the exit code; every failure has been told by then.
#[must_use]
pub fn run(cli: &Cli) -> u8 {
    #[cfg(unix)]
    outlive_the_file_limit();
    let console = Console::default();
    conclude(dispatch(cli, &console), &console)
}

/// Prints help, the version, or what is wrong with the command line, and returns the exit code.
#[must_use]
pub fn tell(told: &clap::Error) -> u8 {
    let printed = told.print().and_then(|()| std::io::stdout().flush());
    match printed {
        Err(e) if !told.use_stderr() => conclude(Err(Failure::writing("standard output", &e)), &Console::default()),
        // 0 or 2.
        _ => told.exit_code() as u8,
    }
}

fn conclude(outcome: Result<u8, Failure>, console: &Console) -> u8 {
    outcome.unwrap_or_else(|failure| {
        console.error(&failure.sentence);
        failure.kind.exit_code()
    })
}

/// A file that grows beyond `ulimit -f` shall fail like any other that cannot be written, and leave nothing behind: with
/// a handler for its signal, whatever that does, the process goes on and the write is an error.
#[cfg(unix)]
fn outlive_the_file_limit() {
    use std::sync::{Arc, atomic::AtomicBool};

    // Where there is no handler to be had, the limit ends the process as before.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::<AtomicBool>::default());
}

fn dispatch(cli: &Cli, console: &Console) -> Result<u8, Failure> {
    match &cli.command {
        Command::Render(arguments) => return render(arguments, console),
        Command::Learn(arguments) => return learn(arguments, console),
        #[cfg(feature = "live")]
        Command::Live(arguments) => return crate::live::run(arguments, console),
        #[cfg(feature = "live")]
        Command::Devices(arguments) => print(&crate::live::devices(arguments)?)?,
        #[cfg(not(feature = "live"))]
        Command::Live { .. } | Command::Devices { .. } => return Err(without_sound_cards()),
        Command::Presets(PresetsCommand::List { json }) => print(&presets::list(*json))?,
        Command::Presets(PresetsCommand::Show { preset }) => {
            let preset = presets::load(preset)?;
            print(&preset.to_json())?;
            console.say(&format!("at 48 kHz: {}", Latency::of(&preset.settings, CHECK_RATE_HZ)));
        }
        Command::Presets(PresetsCommand::Check { files }) => return each(files, |file| presets::check(file), console),
        Command::Presets(PresetsCommand::Import { files, output, overwrite }) => {
            let mut made = Vec::new();
            let import = |file: &PathBuf| presets::import(file, output, *overwrite, &mut made);
            return each(files, import, console);
        }
        Command::Params => print(&presets::parameter_table())?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "octant", &mut script);
            print(&String::from_utf8_lossy(&script))?;
        }
    }
    Ok(0)
}

/// What a build without the feature says.
#[cfg(not(feature = "live"))]
fn without_sound_cards() -> Failure {
    Failure::usage(
        "this octant was built without sound cards; build one with: cargo build --release --package octant --features \
         live (on Linux it needs pkg-config and libasound2-dev)",
    )
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| Failure::writing("standard output", &e))
}

/// Does something with every file and prints what comes of it; one bad file does not stop the others.
fn each(
    files: &[PathBuf],
    mut what: impl FnMut(&PathBuf) -> Result<String, Failure>,
    console: &Console,
) -> Result<u8, Failure> {
    let mut code = 0;
    for file in files {
        match what(file) {
            Ok(text) => print(&text)?,
            Err(failure) => {
                console.error(&failure.sentence);
                code = if code == 0 { failure.kind.exit_code() } else { code };
            }
        }
    }
    Ok(code)
}

fn learn(arguments: &LearnArgs, console: &Console) -> Result<u8, Failure> {
    clean_up_when_interrupted(None, console)?;
    let request = learn::Request {
        inputs: &arguments.inputs,
        bands: arguments.bands,
        output: arguments.output.as_deref(),
        reports: &arguments.reports,
        threads: arguments.threads,
        overwrite: arguments.overwrite,
    };
    learn::learn(&request, console)
}

fn render(arguments: &RenderArgs, console: &Console) -> Result<u8, Failure> {
    let settings = settings(arguments, console)?;
    check_terminals(arguments)?;
    let sidechain = arguments.sidechain.as_deref().map(Input::from_argument);
    if sidechain == Some(Input::Stdin) {
        return Err(Failure::usage("--sidechain -: the sidechain cannot come from standard input; name a file"));
    }
    warn_about_sidechain(&settings, sidechain.is_some(), console);
    let preset_file = arguments.preset.as_deref().filter(|preset| presets::is_file_argument(preset));
    let plan = plan::plan(&Request {
        inputs: &arguments.inputs,
        output: &arguments.output,
        format: arguments.format,
        dither: arguments.dither,
        trace: arguments.gain_trace.as_deref(),
        reports: &arguments.reports,
        overwrite: arguments.overwrite,
        also_read: arguments.sidechain.iter().cloned().chain(preset_file.map(Into::into)).collect(),
    })?;
    clean_up_when_interrupted(plan.new_directory.clone(), console)?;
    let made_directory = make_directory(&plan)?;
    let options = Options {
        settings: &settings,
        preset: arguments.preset.as_deref(),
        origin: arguments.preset.as_deref().or((!arguments.sets.is_empty()).then_some("--set")),
        told: Mutex::default(),
        sidechain: sidechain.as_ref(),
        block_frames: arguments.block,
        overwrite: arguments.overwrite,
        console,
    };
    let threads = arguments.jobs.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let outcomes = render_all(&plan.jobs, threads, &options);

    let failures: Vec<&Failure> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    if let (true, Some(directory)) = (failures.len() == outcomes.len(), made_directory) {
        // Only if nothing stands in it.
        let _ = fs::remove_dir(directory);
    }
    if outcomes.len() > 1 && !failures.is_empty() {
        console.say(&format!("octant: {} of {} files failed", failures.len(), outcomes.len()));
    }
    let repaired = outcomes.iter().flatten().any(|rendered| rendered.repaired);
    let without_failure = if repaired { EXIT_REPAIRED } else { 0 };
    Ok(failures.first().map_or(without_failure, |failure| failure.kind.exit_code()))
}

/// Preset, then `--set`, then a look whether the processor takes it.
fn settings(arguments: &RenderArgs, console: &Console) -> Result<Settings, Failure> {
    let origin = arguments.preset.as_deref().unwrap_or("--set");
    let preset = arguments.preset.as_deref().map(presets::load).transpose()?.unwrap_or_default();
    for sentence in preset.unknown.warnings() {
        console.warning(&format!("{origin}: {sentence}"));
    }
    let mut settings = preset.settings;
    let pairs: Vec<(&str, &str)> =
        arguments.sets.iter().map(|set| presets::split_set(set)).collect::<Result<_, _>>()?;
    let unused = params::apply(&mut settings, &pairs).map_err(|e| Failure::settings(format!("--set {e}")))?;
    for sentence in unused {
        console.warning(&format!("--set {sentence}"));
    }
    // Settings that no file could be rendered with are told once, under the preset's name, before any work.
    Engine::new(CHECK_RATE_HZ, 2, &settings).map_err(|e| Failure::settings(format!("{origin}: {e}")))?;
    Ok(settings)
}

/// Nobody reads or types WAV on a terminal.
fn check_terminals(arguments: &RenderArgs) -> Result<(), Failure> {
    let is_dash = |path: &Path| path.as_os_str() == "-";
    if is_dash(&arguments.output) && std::io::stdout().is_terminal() {
        return Err(Failure::usage("-o -: standard output is a terminal; redirect it to a file or a program"));
    }
    if arguments.inputs.iter().filter(|input| is_dash(input)).count() > 1 {
        return Err(Failure::usage("-: standard input can be read only once; name it once"));
    }
    if arguments.inputs.iter().any(|input| is_dash(input)) && std::io::stdin().is_terminal() {
        return Err(Failure::usage("-: standard input is a terminal; send a WAV file into it or name one"));
    }
    Ok(())
}

fn warn_about_sidechain(settings: &Settings, given: bool, console: &Console) {
    match presets::without_sidechain(settings) {
        Some(words) if !given => console.warning(&format!("{words}; add --sidechain FILE")),
        None if given => {
            console.warning("--sidechain: no band listens to it; add for example --set b1_sidechain=external");
        }
        _ => {}
    }
}

fn make_directory(plan: &Plan) -> Result<Option<&Path>, Failure> {
    let Some(directory) = plan.new_directory.as_deref() else { return Ok(None) };
    fs::create_dir(directory).map_err(|e| Failure::writing(&directory.display().to_string(), &e))?;
    Ok(Some(directory))
}

fn clean_up_when_interrupted(directory: Option<PathBuf>, console: &Console) -> Result<(), Failure> {
    let console = console.clone();
    ctrlc::set_handler(move || {
        staging::abandon_all_and_exit(EXIT_INTERRUPTED, || {
            if let Some(directory) = &directory {
                // Stays if a finished output stands in it.
                let _ = fs::remove_dir(directory);
            }
            console.error("interrupted; unfinished outputs were removed");
        });
    })
    .map_err(|e| Failure::processing(format!("Ctrl-C cannot be watched for: {e}")))
}
