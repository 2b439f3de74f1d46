//! `octant live`: from a sound card through the engine to a sound card, for weeks.
//!
//! Everything that anyone wants arrives as a [`command::Order`] at the main thread, which owns the [`desk`] (what the
//! user wants) and makes the [`status::Snapshot`] that all views show.

pub mod command;
pub mod desk;
pub mod memory;
pub mod options;
pub mod status;
