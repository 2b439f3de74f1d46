//! The kernels once more in plain Rust, one number at a time: what the tests hold the vector code against.
//!
//! Same operations, same order, same roundings as the C files of the same names; with a fused multiply-add the bits
//! agree. Also what processors run that have no table of their own.

// Constants have the digits of the C files; lanes are indices here as they are there.
#![allow(clippy::excessive_precision, clippy::approx_constant, clippy::needless_range_loop)]

mod convolve;
mod decibel;
mod detect;
mod dynamics;
mod rows;
mod shelves;
mod tree;
mod weigh;

pub(crate) use convolve::{convolve, fold, gather, unfold};
pub(crate) use detect::{level_peak, level_power, power_peak, power_rms, power_smooth, source};
pub(crate) use dynamics::{above, below};
pub(crate) use rows::{interleave, rows};
pub(crate) use shelves::{finish, mid_side, shelf_coeffs, shelves};
pub(crate) use tree::{down, glide, sum, up};
pub(crate) use weigh::{crossfade, delay_gains, modify, weigh};

#[inline]
fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

#[inline]
fn fnma(a: f32, b: f32, c: f32) -> f32 {
    (-a).mul_add(b, c)
}

#[inline]
fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline]
fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
