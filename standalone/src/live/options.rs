//! What `octant live` and `octant devices` take.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::format::{PERIODS, RATES_HZ};

/// When the clocks of two devices are matched by resampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, ValueEnum)]
pub enum DriftChoice {
    /// Unless both devices surely share one clock
    #[default]
    Auto,
    /// Always
    On,
    /// Never: the signal passes bit for bit, and two clocks end in a gap or a jump now and then
    Off,
}

impl DriftChoice {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// What `live` takes. What is not given is as it was last time, see [`state`](Self::state).
#[derive(Clone, Debug, Default, Args)]
pub struct LiveArgs {
    /// Sound system: alsa, jack, coreaudio, wasapi … (see octant devices); default: the system's own
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// Input device (see octant devices); default: the one of last time, else the system's
    #[arg(long, value_name = "ID")]
    pub input: Option<String>,

    /// Output device
    #[arg(long, value_name = "ID")]
    pub output: Option<String>,

    /// Input device for the external sidechain; none: without the one of last time
    #[arg(long, value_name = "ID")]
    pub sidechain: Option<String>,

    /// Sample rate in Hz; default: the output's own, 48000 where it can choose
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(range(RATES_HZ)), allow_negative_numbers = true)]
    pub rate: Option<u32>,

    /// Frames per period to ask the devices for; default: 256, or what a server dictates
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(range(PERIODS)), allow_negative_numbers = true)]
    pub buffer: Option<u32>,

    /// Latency from input to output in ms, the devices' own not counted, at least what the periods need; default: 2
    /// periods and 1 ms, with drift correction 3 periods and the resampler's delay
    #[arg(long, value_name = "MS", value_parser = parse_latency, allow_negative_numbers = true)]
    pub latency: Option<f64>,

    /// Match the clocks of two devices by resampling
    #[arg(long, value_name = "WHEN", value_enum)]
    pub drift: Option<DriftChoice>,

    /// Preset: a file, or the name of a factory preset; default: the sound of last time
    #[arg(short, long, value_name = "FILE|NAME")]
    pub preset: Option<String>,

    /// Set one parameter on top of the preset, e.g. b1_above_thr=-30 (see octant params); may be repeated
    #[arg(short, long = "set", value_name = "ID=VALUE", allow_hyphen_values = true)]
    pub sets: Vec<String>,

    /// JACK: leave the ports unconnected
    #[arg(long)]
    pub no_connect: bool,

    /// End when a device goes away instead of waiting for it to return
    #[arg(long)]
    pub no_reconnect: bool,

    /// Let the input through although it is the machine's own microphone beside its own speakers
    #[arg(long)]
    pub unmute: bool,

    /// MIDI input whose controllers move parameters: a part of its name (see octant devices); none: without the one of last time
    #[arg(long, value_name = "NAME")]
    pub midi: Option<String>,

    /// Listen for programs that control this one, on the loopback only, e.g. 127.0.0.1:7878 (JSON lines)
    #[arg(long, value_name = "127.0.0.1:PORT", value_parser = parse_loopback)]
    pub control: Option<SocketAddr>,

    /// File that remembers devices, rate, buffer and sound; default: live.json in the user's settings (Linux: ~/.config/octant)
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// Print what happens as JSON, one line ten times a second
    #[arg(long)]
    pub json: bool,

    /// Open the editor and the sound card's panel in a window; default: where there is a display, unless --json is given
    #[arg(long)]
    pub window: bool,

    /// Stay in the terminal
    #[arg(long, conflicts_with = "window")]
    pub no_window: bool,
}

/// What `devices` takes.
#[derive(Clone, Debug, Default, Args)]
pub struct DevicesArgs {
    /// Only this sound system
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

fn range((least, most): (u32, u32)) -> RangeInclusive<i64> {
    i64::from(least)..=i64::from(most)
}

fn parse_latency(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(ms) if (0.0..=2000.0).contains(&ms) => Ok(ms),
        _ => Err("a number of milliseconds from 0 to 2000 is needed".to_owned()),
    }
}

fn parse_loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "an address and a port are needed, for example 127.0.0.1:7878".to_owned())?;
    if !address.ip().is_loopback() {
        return Err(format!(
            "{}: only this machine itself may control it, for example 127.0.0.1:{}",
            address.ip(),
            address.port()
        ));
    }
    Ok(address)
}
