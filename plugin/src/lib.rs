//! Octant as a plugin: CLAP and VST3 from one library, for stereo and for mono.
//!
//! The engine works in the host's own memory; this crate brings parameters to it, keeps state, and reports latency and
//! tail. Parameters are those of `octant_dsp::params`; a state is described in [`state`].

pub mod analysis;
pub mod bridge;
pub mod carrier;
mod clock;
pub mod editor;
mod epoch;
mod follower;
mod loading;
mod log;
mod multiband;
pub mod params;
mod remote;
mod running;
pub mod session;
pub mod shown;
pub mod state;
mod sync;
pub mod undo;
mod vst3;

pub use multiband::{Multiband, Octant, OctantMono};
pub use vst3::GetPluginFactory;

use nice_plug::nice_export_clap;

nice_export_clap!(Octant, OctantMono);

/// A CLAP is one file on most systems, so what it needs to be passed on stands in it.
#[used]
static LICENCES: &str = concat!(
    "Octant ",
    env!("CARGO_PKG_VERSION"),
    ", copyright Octant Audio, MIT OR Apache-2.0\n\n",
    include_str!("../../LICENSE-MIT"),
    "\n",
    include_str!("../../LICENSE-APACHE")
);
