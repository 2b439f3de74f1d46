//! The command line, and the help that teaches it.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

#[cfg(feature = "live")]
use crate::live::options::{DevicesArgs, LiveArgs};
use crate::sample::OutputFormat;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  octant render mix.wav -o master.wav --preset mastering-glue
      Renders one file through a factory preset.
  octant render *.flac -o out/ --preset my.json --jobs 4
      Renders many files into a directory, four at a time.
  octant render voice.wav -o clean.flac --preset vocal-de-ess --set b3_above_thr=-36
      Changes one parameter of a preset, writes 24-bit FLAC.
  octant render bass.wav -o ducked.wav --preset kick-ducks-bass --sidechain kick.wav
      Lets another signal steer the bands that listen to the external sidechain.
  sox in.mp3 -t wav - | octant render - -o - --preset drum-bus | aplay
      Works in a pipe.
  octant learn album/*.flac --bands 5 -o album.json
      Makes a preset from audio, and a picture of what was found.
  octant live --preset podcast-clean-up
      Processes live, from the system's input to its output (octant devices shows others).
  octant presets list
      Shows the factory presets and what they are for.

Exit codes:
  0    done (warnings, if any, are on standard error)
  1    a fault while processing
  2    the command line is wrong, or asks for what this build cannot do
  3    an input is missing, unreadable, truncated, damaged or no audio that can be processed
  4    a preset, a parameter or the state file of octant live is invalid
  5    an output exists, is an input, or cannot be written (disk full, no permission, closed pipe)
  6    done and complete, but an input held NaN or infinities, processed as silence
  7    a sound card, MIDI input, control port or display is missing, busy, forbidden or cannot do what is asked
  130  interrupted (Ctrl-C, SIGTERM, SIGHUP) before it was done; no unfinished file is left
With several inputs one bad file does not stop the others;
the exit code is that of the first failure.";

const RENDER_NOTES: &str = "\
Inputs: WAV, RF64 and BW64 (8, 16, 24, 32 bit, 32 and 64 bit float, A-law, mu-law), FLAC, AIFF, MP3, OGG/Vorbis; \
one or two channels, 8000 … 768000 Hz.

Outputs: .wav (RF64 by itself beyond 4 GiB) and .flac, with the length and alignment of the input: the latency of \
the processor is removed. From WAV to WAV the chunks bext, iXML, cue, LIST, smpl and other descriptions are carried \
over. An output appears under its name only when it is complete.

NaN and infinities in the audio are processed as silence; the output is complete, their number is told, the exit code is 6.

A truncated input is an error, but a truncated MP3 is noticed only if its encoder noted its length.

In a directory each output has the name of its input: FLAC inputs become .flac, all others .wav. Beside STEM.wav \
stand STEM.gain.f32 (with STEM.gain.f32.json), STEM.report.json and STEM.report.svg; of the names given to \
--gain-trace and --report only the extension counts then.

The gain trace holds raw little-endian 32-bit floats, frame by frame, in each frame band by band, in each band \
channel by channel: the dynamic gain in dB that meets this frame. Its header FILE.json tells the numbers of each.

octant --help shows examples and the exit codes.";

const LEARN_NOTES: &str = "\
Reads what render reads, files only: each is read twice. Crossovers lie where the long-term spectrum has gaps, bands at least \
half an octave wide. A threshold is the median level of its band, pauses left out; the more the level varies, the \
higher the ratio; attack, release and averaging follow from the band's frequencies; the band's gain gives back what is \
taken away on average. A band that is silent is left alone. At least one second of sound is needed.

Example: octant learn album/*.flac --bands 5 -o album.json && octant render new.wav -o out.wav --preset album.json

octant --help shows the exit codes.";

#[cfg(feature = "live")]
const LIVE_NOTES: &str = "\
What is not given on the command line is as it was last time (--state). Ctrl-C, q and SIGTERM end with a fade and exit \
code 0, a second one at once with 130; SIGHUP reads the presets and the MIDI controllers of the state file once more.

Where there is a display, the plugin's editor opens in a window, with the sound card's panel below it; closing it ends \
the program with a fade. --no-window and --json stay in the terminal. Without the window a device that cannot be opened \
ends the program; with it another one can be chosen there.

When a device goes away, both directions stop, and the same devices are taken up again within two seconds of their \
return; no other device is ever taken instead.

Where input and output may be the machine's own microphone and speakers, the input begins muted: press m, or start \
with --unmute.";

/// Octant: multiband dynamics for audio files.
#[derive(Debug, Parser)]
#[command(name = "octant", bin_name = "octant", version, about = "Octant: multiband dynamics for audio files, up to eight bands", after_help = EXAMPLES, styles = STYLES, max_term_width = 120)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Render audio files through the processor
    #[command(after_help = RENDER_NOTES, after_long_help = RENDER_NOTES)]
    Render(RenderArgs),
    /// Make a preset from audio: crossovers in the gaps of its spectrum, thresholds from its levels
    #[command(after_help = LEARN_NOTES, after_long_help = LEARN_NOTES)]
    Learn(LearnArgs),
    /// Process live, from a sound card to a sound card
    #[cfg(feature = "live")]
    #[command(after_help = LIVE_NOTES, after_long_help = LIVE_NOTES)]
    Live(Box<LiveArgs>),
    /// List sound systems, devices and MIDI inputs
    #[cfg(feature = "live")]
    Devices(DevicesArgs),
    /// Process live on a sound card (this build cannot: it was made without --features live)
    #[cfg(not(feature = "live"))]
    #[command(disable_help_flag = true)]
    Live {
        /// Anything
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<std::ffi::OsString>,
    },
    /// List sound devices (this build cannot: it was made without --features live)
    #[cfg(not(feature = "live"))]
    #[command(disable_help_flag = true)]
    Devices {
        /// Anything
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<std::ffi::OsString>,
    },
    /// List, show, check and import presets
    #[command(subcommand)]
    Presets(PresetsCommand),
    /// Show every parameter that --set takes: id, range, default, name
    Params,
    /// Print the completion script for a shell, e.g. octant completions bash
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What `render` takes.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Audio files; - reads WAV from standard input
    #[arg(required = true, value_name = "IN")]
    pub inputs: Vec<PathBuf>,

    /// Output file (.wav or .flac) or directory; several inputs need a directory (made if missing; behind a name with an ending a / is needed); - writes WAV to standard output
    #[arg(short, long, value_name = "OUT|DIR")]
    pub output: PathBuf,

    /// Preset: a file, or the name of a factory preset (see octant presets list); default: every
    /// parameter at its default (see octant params)
    #[arg(short, long, value_name = "FILE|NAME")]
    pub preset: Option<String>,

    /// Set one parameter on top of the preset, e.g. b1_above_thr=-30 (see octant params); may be repeated
    #[arg(short, long = "set", value_name = "ID=VALUE", allow_hyphen_values = true)]
    pub sets: Vec<String>,

    /// External sidechain: same rate, one channel or as many as the input; cut or padded to its length
    #[arg(long, value_name = "FILE")]
    pub sidechain: Option<PathBuf>,

    /// Block size in frames, as a host would have; changes no bit of the result
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = parse_count, allow_negative_numbers = true)]
    pub block: usize,

    /// Sample format of the output; default: f32 for WAV, s24 for FLAC
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<OutputFormat>,

    /// Add triangular dither (±1 step) before rounding to s16, s24 or s32; same input, same file: its seed is fixed
    #[arg(long)]
    pub dither: bool,

    /// Files rendered at the same time; default: as many as there are cores
    #[arg(long, short, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub jobs: Option<usize>,

    /// Write the dynamic gain of every band, channel and frame as raw floats, and FILE.json beside it
    #[arg(long, value_name = "FILE")]
    pub gain_trace: Option<PathBuf>,

    /// Write what happened: levels and gain per band (.json, .txt), or a picture (.svg); - prints it; may be repeated
    #[arg(long = "report", value_name = "FILE")]
    pub reports: Vec<PathBuf>,

    /// Replace existing outputs
    #[arg(long)]
    pub overwrite: bool,
}

/// What `learn` takes.
#[derive(Debug, Args)]
pub struct LearnArgs {
    /// Audio files; several are taken as one programme
    #[arg(required = true, value_name = "FILE")]
    pub inputs: Vec<PathBuf>,

    /// Bands of the preset
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = parse_bands, allow_negative_numbers = true)]
    pub bands: usize,

    /// Preset file (.json), with a picture of the same name (.svg) beside it; default: the preset goes to standard output
    #[arg(short, long, value_name = "PRESET")]
    pub output: Option<PathBuf>,

    /// Write what was found: a picture (.svg), figures (.json, .txt); - prints a table; may be repeated; replaces the picture
    #[arg(long = "report", value_name = "FILE")]
    pub reports: Vec<PathBuf>,

    /// Threads that measure, at most one per band; 1 does everything on one thread; changes no bit of the result
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// Replace existing outputs
    #[arg(long)]
    pub overwrite: bool,
}

/// What can be done with presets.
#[derive(Debug, Subcommand)]
pub enum PresetsCommand {
    /// List the factory presets and what they are for
    List {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Print a preset as JSON, complete with all defaults
    Show {
        /// A file, or the name of a factory preset
        #[arg(value_name = "FILE|NAME")]
        preset: String,
    },
    /// Make presets from those of other programs: EasyEffects (.json) and LSP multiband compressors (.cfg, .preset)
    Import {
        /// Preset files of other programs
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Directory for the presets, made if it is missing; STEM.json, or STEM.octant.json where that is the file itself
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        output: PathBuf,
        /// Replace existing presets
        #[arg(long)]
        overwrite: bool,
    },
    /// Check preset files: errors (exit code 4) and things that will be changed
    Check {
        /// Preset files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

fn parse_bands(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(count) if (1..=octant_dsp::settings::MAX_BANDS).contains(&count) => Ok(count),
        _ => Err("a whole number from 1 to 8 is needed".to_owned()),
    }
}

fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(count) if count >= 1 => Ok(count),
        _ => Err("a whole number from 1 is needed".to_owned()),
    }
}
