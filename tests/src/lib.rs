//! Tests of the whole product; nothing here ships.
//!
//! [`cases`] drives every kernel with deterministic signals, in memory that [`place`] chooses: the heap, or pages with
//! forbidden neighbours. [`system`] is what needs the operating system, and the only place with `unsafe`.

pub mod canvas;
pub mod cases;
pub mod outcome;
pub mod panics;
pub mod place;
pub mod random;
#[cfg(feature = "live")]
pub mod rig;
pub mod scene;
pub mod screen;
pub mod side_by_side;
pub mod signals;
pub mod stage;
pub mod system;
pub mod tools;
#[cfg(target_os = "linux")]
pub mod window_host;
