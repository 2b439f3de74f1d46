//! Octant on the command line: audio files in, processed audio files out.
//!
//! [`cli`] is what can be asked for, [`run`] how it is carried out: [`plan`] names and checks the outputs, [`batch`]
//! shares the files among threads, [`render`] takes one file from its [`source`] through the engine to its [`sink`],
//! and [`staging`] lets outputs appear only when they are complete. [`learn`] makes presets from programme.

pub mod batch;
pub mod cli;
pub mod coded_source;
pub mod completeness;
pub mod console;
pub mod error;
pub mod flac_sink;
pub mod latency;
pub mod learn;
#[cfg(feature = "live")]
pub mod live;
pub mod outputs;
pub mod pipes;
pub mod plan;
pub mod presets;
pub mod render;
pub mod report;
pub mod riff;
pub mod run;
pub mod sample;
pub mod sink;
pub mod source;
pub mod staging;
pub mod trace;
pub mod wav_sink;
pub mod wav_source;
