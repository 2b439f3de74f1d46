//! Tests of the whole product; nothing here ships.
//!
//! [`cases`] drives every kernel with deterministic signals, in memory that [`place`] chooses: the heap, or pages with
//! forbidden neighbours. Modules that need `unsafe` are named so in their first line.

pub mod cases;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod faults;
#[cfg(target_os = "linux")]
pub mod guarded;
pub mod layout;
pub mod outcome;
pub mod place;
pub mod random;
pub mod signals;
pub mod tools;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod watch;
