//! The only place of the tests with `unsafe`: pages with guards, page faults, trapped system calls, C layouts,
//! plugins loaded as hosts load them, simulated sound cards.
#![allow(unsafe_code)]

#[cfg(feature = "live")]
pub mod card;
pub mod clap;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod faults;
#[cfg(target_os = "linux")]
pub mod guarded;
pub mod layout;
pub mod raw;
pub mod raw_block;
pub mod raw_window;
pub mod vst3;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod watch;
