//! The fence: every call into C, each behind a method that safe code cannot misuse.
//!
//! Owning a [`Kernels`] is the proof that this processor can run them. All methods are real-time safe: they allocate
//! nothing, wait for nothing, and C keeps no pointer. A length that does not fit is a bug of the caller and panics
//! before C is entered.
#![allow(unsafe_code)]

use crate::layout::{
    Decode, DownState, Envelope, Extremes, Glide, Line, Modifier, RampLanes, Ramps, Rms, Section, Smooth, Source, Tree,
    UpState,
};
use crate::oracle;
use crate::settings::Slope;

type DownFn = unsafe extern "C" fn(*const Tree, usize, *mut DownState, *const f32, *mut Line, usize);
type UpFn = unsafe extern "C" fn(
    *const Tree,
    usize,
    *mut UpState,
    *const Line,
    *const Line,
    *const Decode,
    *const f32,
    usize,
    *mut f32,
    *mut f32,
    usize,
);
type GlideFn = unsafe extern "C" fn(*const Glide, usize, *mut Tree, usize);
type SectionFn =
    unsafe extern "C" fn(*const Section, *mut Envelope, *const Modifier, usize, *const Line, *mut Line, usize);
type DelayFn = unsafe extern "C" fn(*const u32, *mut Line, usize, usize, *mut Line, usize);
type WeighFn = unsafe extern "C" fn(*const Modifier, usize, *mut Extremes, *mut Line, usize);

/// Mirror of `oct_kernels`.
#[repr(C)]
struct Table {
    interleave: unsafe extern "C" fn(*const f32, *const f32, *const f32, usize, *mut f32, usize) -> i32,
    down: [DownFn; 3],
    up: [[UpFn; 3]; 3],
    glide: [GlideFn; 3],
    source: unsafe extern "C" fn(*const Source, *const Line, *const Line, *mut Line, usize),
    level_peak: [unsafe extern "C" fn(*const Line, *mut Extremes, *mut Line, usize); 2],
    power_peak: unsafe extern "C" fn(*const Line, *mut Line, usize),
    power_rms: unsafe extern "C" fn(*mut Rms, *const Line, *mut Line, usize),
    power_smooth: unsafe extern "C" fn(*mut Smooth, *const Line, *mut Line, usize),
    level_power: [unsafe extern "C" fn(*mut Extremes, *mut Line, usize); 2],
    above: [[SectionFn; 2]; 2],
    below: [[SectionFn; 2]; 2],
    delay_gains: [DelayFn; 2],
    weigh: [WeighFn; 2],
    modify: unsafe extern "C" fn(*mut Ramps, *mut Modifier, usize),
    crossfade: unsafe extern "C" fn(*const RampLanes, *const Line, *mut Line, usize),
    rows: unsafe extern "C" fn(*const Line, *mut f32, usize, usize),
    scale: unsafe extern "C" fn(*const f32, *mut f32, usize),
}

unsafe extern "C" {
    #[cfg(target_arch = "x86_64")]
    static oct_baseline_kernels: Table;
    #[cfg(target_arch = "x86_64")]
    static oct_v3_kernels: Table;
    #[cfg(target_arch = "aarch64")]
    static oct_neon_kernels: Table;
    fn oct_fp_enter() -> u64;
    fn oct_fp_leave(mode: u64);
}

/// A family of kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// SSE2: every x86-64 processor.
    Baseline,
    /// AVX2 and FMA: x86-64-v3.
    V3,
    /// AArch64.
    Neon,
    /// Plain Rust, one number at a time: what the others are tested against, and what other processors run.
    Scalar,
}

impl Isa {
    /// Name as the command line spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::V3 => "v3",
            Self::Neon => "neon",
            Self::Scalar => "scalar",
        }
    }
}

/// Number of lanes that hold data: one per band, or one per band and channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One number per band.
    Narrow,
    /// One number per band and channel.
    Wide,
}

/// Which ballistics a section needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ballistics {
    /// Attack and release.
    Plain,
    /// And hold, automatic release, hysteresis.
    Full,
}

/// How the weights of a line are read on the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// One weight per band.
    Narrow,
    /// One weight per band and channel.
    Wide,
    /// The same, and some bands work on mid and side.
    MidSide,
}

/// An input that stands still or moves with every frame.
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a, T> {
    first: &'a [T],
    step: usize,
}

impl<'a, T> Steps<'a, T> {
    /// One value for all frames.
    pub fn held(value: &'a T) -> Self {
        Self { first: std::slice::from_ref(value), step: 0 }
    }

    /// One value per frame.
    pub fn moving(values: &'a [T]) -> Self {
        Self { first: values, step: 1 }
    }

    /// The value of a frame.
    pub fn at(&self, frame: usize) -> &'a T {
        &self.first[frame * self.step]
    }

    /// Leaves out the first `frames` frames.
    pub fn skip(&self, frames: usize) -> Self {
        Self { first: &self.first[frames * self.step..], step: self.step }
    }

    fn check(&self, frames: usize) {
        assert!(self.step == 0 || self.first.len() >= frames, "{} values for {frames} frames", self.first.len());
    }
}

/// Kernels that this processor can run.
#[derive(Clone, Copy)]
pub struct Kernels {
    isa: Isa,
    /// None: the oracle in Rust.
    table: Option<&'static Table>,
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kernels").field(&self.isa).finish()
    }
}

impl Kernels {
    /// The fastest kernels that this processor can run.
    pub fn best() -> Self {
        [Isa::V3, Isa::Neon, Isa::Baseline].into_iter().find_map(Self::of).unwrap_or(Self::SCALAR)
    }

    const SCALAR: Self = Self { isa: Isa::Scalar, table: None };

    /// The kernels of a family, if this processor can run them.
    pub fn of(isa: Isa) -> Option<Self> {
        let table = match isa {
            Isa::Scalar => return Some(Self::SCALAR),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a constant table that C defines and never writes; SSE2 is part of x86-64.
            Isa::Baseline => unsafe { &oct_baseline_kernels },
            #[cfg(target_arch = "x86_64")]
            Isa::V3 if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") => {
                // SAFETY: a constant table that C defines and never writes; the processor has AVX2 and FMA.
                unsafe { &oct_v3_kernels }
            }
            #[cfg(target_arch = "aarch64")]
            // SAFETY: a constant table that C defines and never writes; NEON is part of AArch64.
            Isa::Neon => unsafe { &oct_neon_kernels },
            _ => return None,
        };
        Some(Self { isa, table: Some(table) })
    }

    /// All families that this processor can run.
    pub fn all() -> Vec<Self> {
        [Isa::Baseline, Isa::V3, Isa::Neon, Isa::Scalar].into_iter().filter_map(Self::of).collect()
    }

    /// Which family this is.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Non-finite samples to 0, then to within ±1e6, times gain: rows `l` and `r` to (left, right) pairs.
    /// All of equal length. Whether all samples were finite.
    pub fn interleave(&self, l: &[f32], r: &[f32], gain: Steps<'_, f32>, pairs: &mut [[f32; 2]]) -> bool {
        let frames = pairs.len();
        assert!(l.len() == frames && r.len() == frames);
        gain.check(frames);
        let Some(table) = self.table else { return oracle::interleave(l, r, gain, pairs) };
        // SAFETY: l, r and pairs hold `frames` frames, gain one or `frames`; pairs is exclusive; C keeps no pointer.
        unsafe {
            (table.interleave)(
                l.as_ptr(),
                r.as_ptr(),
                gain.first.as_ptr(),
                gain.step,
                pairs.as_mut_ptr().cast(),
                frames,
            ) != 0
        }
    }

    /// The crossover tree down: pairs to lines. Both of equal length.
    pub fn down(
        &self,
        slope: Slope,
        tree: Steps<'_, Tree>,
        state: &mut DownState,
        pairs: &[[f32; 2]],
        lines: &mut [Line],
    ) {
        let frames = lines.len();
        assert!(pairs.len() == frames);
        tree.check(frames);
        let Some(table) = self.table else { return oracle::down(slope, tree, state, pairs, lines) };
        // SAFETY: pairs and lines hold `frames` frames, tree one or `frames`; state and lines are exclusive; C keeps
        // no pointer.
        unsafe {
            (table.down[slope as usize])(
                tree.first.as_ptr(),
                tree.step,
                state,
                pairs.as_ptr().cast(),
                lines.as_mut_ptr(),
                frames,
            )
        }
    }

    /// The crossover tree up: lines, weighted, to rows `l` and `r`. All of equal length; `gain` scales the output.
    #[allow(clippy::too_many_arguments)]
    pub fn up(
        &self,
        slope: Slope,
        output: Output,
        tree: Steps<'_, Tree>,
        state: &mut UpState,
        lines: &[Line],
        weights: &[Line],
        decode: &Decode,
        gain: Steps<'_, f32>,
        l: &mut [f32],
        r: &mut [f32],
    ) {
        let frames = lines.len();
        assert!(weights.len() == frames && l.len() == frames && r.len() == frames);
        tree.check(frames);
        gain.check(frames);
        let Some(table) = self.table else {
            return oracle::up(slope, output, tree, state, lines, weights, decode, gain, l, r);
        };
        // SAFETY: lines, weights, l and r hold `frames` frames, tree and gain one or `frames`; state, l and r are
        // exclusive; C keeps no pointer.
        unsafe {
            (table.up[slope as usize][output as usize])(
                tree.first.as_ptr(),
                tree.step,
                state,
                lines.as_ptr(),
                weights.as_ptr(),
                decode,
                gain.first.as_ptr(),
                gain.step,
                l.as_mut_ptr(),
                r.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Coefficients of moving crossovers for frames `phase` … of a 16-frame stretch; at most to its end.
    pub fn glide(&self, slope: Slope, ends: &Glide, phase: usize, trees: &mut [Tree]) {
        assert!(phase + trees.len() <= 16);
        let Some(table) = self.table else { return oracle::glide(slope, ends, phase, trees) };
        // SAFETY: trees is exclusive and holds its length; C keeps no pointer.
        unsafe { (table.glide[slope as usize])(ends, phase, trees.as_mut_ptr(), trees.len()) }
    }

    /// What the detectors read, from main and sidechain lines. All of equal length; without sidechain lines (an empty
    /// slice) no lane is external.
    pub fn source(&self, source: &Source, lines: &[Line], side: &[Line], read: &mut [Line]) {
        let frames = read.len();
        assert!(lines.len() == frames && (side.is_empty() || side.len() == frames));
        let Some(table) = self.table else { return oracle::source(source, lines, side, read) };
        let side = if side.is_empty() { std::ptr::null() } else { side.as_ptr() };
        // SAFETY: lines, read and, unless null, side hold `frames` lines; read is exclusive; C keeps no pointer.
        unsafe { (table.source)(source, lines.as_ptr(), side, read.as_mut_ptr(), frames) }
    }

    /// Peak detectors: lines to levels in dB. Both of equal length.
    pub fn level_peak(&self, width: Width, lines: &[Line], extremes: &mut Extremes, levels: &mut [Line]) {
        let frames = levels.len();
        assert!(lines.len() == frames);
        let Some(table) = self.table else { return oracle::level_peak(width, lines, extremes, levels) };
        // SAFETY: lines and levels hold `frames` lines; extremes and levels are exclusive; C keeps no pointer.
        unsafe { (table.level_peak[width as usize])(lines.as_ptr(), extremes, levels.as_mut_ptr(), frames) }
    }

    /// Power for the peak detectors, all lanes. Both of equal length.
    pub fn power_peak(&self, lines: &[Line], power: &mut [Line]) {
        let frames = power.len();
        assert!(lines.len() == frames);
        let Some(table) = self.table else { return oracle::power_peak(lines, power) };
        // SAFETY: lines and power hold `frames` lines; power is exclusive; C keeps no pointer.
        unsafe { (table.power_peak)(lines.as_ptr(), power.as_mut_ptr(), frames) }
    }

    /// Power for the rms detectors, chosen lanes. Both of equal length.
    pub fn power_rms(&self, state: &mut Rms, lines: &[Line], power: &mut [Line]) {
        let frames = power.len();
        assert!(lines.len() == frames);
        let Some(table) = self.table else { return oracle::power_rms(state, lines, power) };
        // SAFETY: lines and power hold `frames` lines; state and power are exclusive; C keeps no pointer.
        unsafe { (table.power_rms)(state, lines.as_ptr(), power.as_mut_ptr(), frames) }
    }

    /// Power for the smooth detectors, chosen lanes. Both of equal length.
    pub fn power_smooth(&self, state: &mut Smooth, lines: &[Line], power: &mut [Line]) {
        let frames = power.len();
        assert!(lines.len() == frames && state.odd <= 1);
        let Some(table) = self.table else { return oracle::power_smooth(state, lines, power) };
        // SAFETY: lines and power hold `frames` lines; state (whose `odd` is 0 or 1) and power are exclusive; C keeps
        // no pointer.
        unsafe { (table.power_smooth)(state, lines.as_ptr(), power.as_mut_ptr(), frames) }
    }

    /// Wide power to levels in dB, in place.
    pub fn level_power(&self, width: Width, extremes: &mut Extremes, levels: &mut [Line]) {
        let Some(table) = self.table else { return oracle::level_power(width, extremes, levels) };
        // SAFETY: extremes and levels are exclusive; C keeps no pointer.
        unsafe { (table.level_power[width as usize])(extremes, levels.as_mut_ptr(), levels.len()) }
    }

    /// The above section: levels to gains in dB. Both of equal length.
    #[allow(clippy::too_many_arguments)]
    pub fn above(
        &self,
        width: Width,
        ballistics: Ballistics,
        section: &Section,
        envelope: &mut Envelope,
        modifiers: Steps<'_, Modifier>,
        levels: &[Line],
        gains: &mut [Line],
    ) {
        let frames = gains.len();
        assert!(levels.len() == frames);
        modifiers.check(frames);
        let Some(table) = self.table else {
            return oracle::above(width, ballistics, section, envelope, modifiers, levels, gains);
        };
        let kernel = table.above[width as usize][ballistics as usize];
        // SAFETY: levels and gains hold `frames` lines, modifiers one or `frames`; envelope and gains are exclusive;
        // C keeps no pointer.
        unsafe {
            kernel(
                section,
                envelope,
                modifiers.first.as_ptr(),
                modifiers.step,
                levels.as_ptr(),
                gains.as_mut_ptr(),
                frames,
            )
        }
    }

    /// The below section: subtracts from gains in dB. Both of equal length.
    #[allow(clippy::too_many_arguments)]
    pub fn below(
        &self,
        width: Width,
        ballistics: Ballistics,
        section: &Section,
        envelope: &mut Envelope,
        modifiers: Steps<'_, Modifier>,
        levels: &[Line],
        gains: &mut [Line],
    ) {
        let frames = gains.len();
        assert!(levels.len() == frames);
        modifiers.check(frames);
        let Some(table) = self.table else {
            return oracle::below(width, ballistics, section, envelope, modifiers, levels, gains);
        };
        let kernel = table.below[width as usize][ballistics as usize];
        // SAFETY: levels and gains hold `frames` lines, modifiers one or `frames`; envelope and gains are exclusive;
        // C keeps no pointer.
        unsafe {
            kernel(
                section,
                envelope,
                modifiers.first.as_ptr(),
                modifiers.step,
                levels.as_ptr(),
                gains.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Delays every lane's gain by `delay` frames through `ring`, whose length is a power of two greater than any
    /// delay. `at` is the ring index of the first frame.
    pub fn delay_gains(&self, width: Width, delay: &[u32; 16], ring: &mut [Line], at: usize, gains: &mut [Line]) {
        let frames = gains.len();
        assert!(ring.len().is_power_of_two() && delay.iter().all(|&d| (d as usize) < ring.len()));
        let Some(table) = self.table else { return oracle::delay_gains(width, delay, ring, at, gains) };
        // SAFETY: every ring index is masked to the ring's length; ring and gains are exclusive; C keeps no pointer.
        unsafe {
            (table.delay_gains[width as usize])(
                delay.as_ptr(),
                ring.as_mut_ptr(),
                ring.len() - 1,
                at,
                gains.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Gains in dB to weights, in place.
    pub fn weigh(&self, width: Width, modifiers: Steps<'_, Modifier>, extremes: &mut Extremes, gains: &mut [Line]) {
        let frames = gains.len();
        modifiers.check(frames);
        let Some(table) = self.table else { return oracle::weigh(width, modifiers, extremes, gains) };
        // SAFETY: gains holds `frames` lines, modifiers one or `frames`; extremes and gains are exclusive; C keeps no
        // pointer.
        unsafe {
            (table.weigh[width as usize])(
                modifiers.first.as_ptr(),
                modifiers.step,
                extremes,
                gains.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Ramps to modifiers, frame by frame; moves the ramps on.
    pub fn modify(&self, ramps: &mut Ramps, modifiers: &mut [Modifier]) {
        let Some(table) = self.table else { return oracle::modify(ramps, modifiers) };
        // SAFETY: ramps and modifiers are exclusive, modifiers holds its length; C keeps no pointer.
        unsafe { (table.modify)(ramps, modifiers.as_mut_ptr(), modifiers.len()) }
    }

    /// lines += amount·(side − lines). Both of equal length.
    pub fn crossfade(&self, amount: &RampLanes, side: &[Line], lines: &mut [Line]) {
        let frames = lines.len();
        assert!(side.len() == frames);
        let Some(table) = self.table else { return oracle::crossfade(amount, side, lines) };
        // SAFETY: side and lines hold `frames` lines; lines is exclusive; C keeps no pointer.
        unsafe { (table.crossfade)(amount, side.as_ptr(), lines.as_mut_ptr(), frames) }
    }

    /// Lines to 16 rows, lane by lane, `stride` floats apart.
    pub fn rows(&self, lines: &[Line], rows: &mut [f32], stride: usize) {
        let needed = stride.checked_mul(15).and_then(|others| others.checked_add(lines.len()));
        assert!(stride >= lines.len() && (lines.is_empty() || needed.is_some_and(|needed| rows.len() >= needed)));
        let Some(table) = self.table else { return oracle::rows(lines, rows, stride) };
        // SAFETY: 16 rows as long as lines, `stride` floats apart, lie within `rows`; rows is exclusive; C keeps no
        // pointer.
        unsafe { (table.rows)(lines.as_ptr(), rows.as_mut_ptr(), stride, lines.len()) }
    }

    /// row *= gain. Both of equal length.
    pub fn scale(&self, gain: &[f32], row: &mut [f32]) {
        assert!(gain.len() == row.len());
        let Some(table) = self.table else { return oracle::scale(gain, row) };
        // SAFETY: gain and row hold as many samples; row is exclusive; C keeps no pointer.
        unsafe { (table.scale)(gain.as_ptr(), row.as_mut_ptr(), row.len()) }
    }
}

/// Denormals are zero and rounding is to nearest, until dropped; then the mode is as it was. Real-time safe.
#[derive(Debug)]
pub struct DenormalsOff {
    old: u64,
    /// The mode belongs to a thread: the guard must not leave it.
    _thread: std::marker::PhantomData<*const ()>,
}

impl DenormalsOff {
    /// Switches the mode of this thread.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        // SAFETY: changes only denormals and, should the host have set another, rounding; put back on drop.
        Self { old: unsafe { oct_fp_enter() }, _thread: std::marker::PhantomData }
    }
}

impl Drop for DenormalsOff {
    fn drop(&mut self) {
        // SAFETY: `old` is what oct_fp_enter found on this thread.
        unsafe { oct_fp_leave(self.old) }
    }
}
