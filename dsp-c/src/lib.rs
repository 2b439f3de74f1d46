//! Multiband dynamics: up to eight bands, processed in the caller's own memory.
//!
//! This crate touches every sample of Octant and knows no host, no sound card and no window.
//! [`Engine`] is the processor, [`Settings`] what the user wants of it, [`Preset`] the file format,
//! [`params`] the one table from which ids, ranges, units and texts are derived.

mod chain;
mod crossover;
pub mod curve;
mod delay;
mod dynamics;
pub mod engine;
mod fade;
pub mod ffi;
pub mod health;
pub mod layout;
pub mod linear;
mod lr;
pub mod meter;
mod modifiers;
mod oracle;
pub mod params;
mod past;
mod peak;
pub mod preset;
mod ramp;
pub mod response;
pub mod settings;
pub mod split;
mod steps;
mod sync;
pub mod tap;
mod transparent;
mod variants;
pub mod worker;

pub use engine::Engine;
pub use preset::Preset;
pub use settings::Settings;
