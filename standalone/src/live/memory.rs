//! What a session remembers until the next one.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::options::DriftChoice;

/// Everything that is remembered. Fields that are None were never chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Sound system.
    pub host: Option<String>,
    /// Device ids.
    pub input: Option<String>,
    /// The same.
    pub output: Option<String>,
    /// The same.
    pub sidechain: Option<String>,
    /// Hz.
    pub rate: Option<u32>,
    /// Frames per period.
    pub buffer: Option<u32>,
    /// Milliseconds.
    pub latency: Option<f64>,
    /// When drift is corrected.
    pub drift: Option<DriftChoice>,
    /// The user let a built-in microphone through, or muted the input.
    pub muted: Option<bool>,
    /// Sounds A and B.
    pub desk: Desk,
    /// MIDI input, a part of its name.
    pub midi_input: Option<String>,
    /// Controllers (channel 0 … 15, number 0 … 127) and the ids that they move.
    pub midi: BTreeMap<(u8, u8), String>,
}
