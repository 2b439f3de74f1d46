//! The fence: every call into C, each behind a method that safe code cannot misuse.
//!
//! One file, so that all that has to be trusted is read in one go: types of C, then one method per kernel in the order of
//! `oct_kernels`.
//!
//! Owning a [`Kernels`] is the proof that this processor can run them. All methods are real-time safe: they allocate
//! nothing, wait for nothing, and C keeps no pointer. A length that does not fit is a bug of the caller and panics
//! before C is entered.
#![allow(unsafe_code)]

use octant_fft::num_complex::Complex;

use crate::layout::{
    Bins, Corners, Decode, DownState, Envelope, Extremes, Glide, Line, Modifier, RampLanes, Ramps, Rms, SHELF_PAD,
    SLOTS, Section, Shelf, ShelfState, Smooth, Source, Sums, Taps, Tree, UpState,
};
use crate::oracle;
use crate::settings::Slope;
pub use crate::steps::Steps;
pub use crate::variants::{Ballistics, Basis, Mixes, Output, Width};

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
type SumFn =
    unsafe extern "C" fn(*const Line, *const Line, *const Decode, *const f32, usize, *mut f32, *mut f32, usize);
type GlideFn = unsafe extern "C" fn(*const Glide, usize, *mut Tree, usize);
type SectionFn =
    unsafe extern "C" fn(*const Section, *mut Envelope, *const Modifier, usize, *const Line, *mut Line, usize);
type DelayFn = unsafe extern "C" fn(*const u32, *mut Line, usize, usize, *mut Line, usize);
type WeighFn = unsafe extern "C" fn(*const Modifier, usize, *mut Extremes, *mut Line, usize);
type CoeffsFn =
    unsafe extern "C" fn(*const Corners, usize, *const Modifier, usize, *mut Extremes, *const Line, *mut Shelf, usize);
type ShelvesFn = unsafe extern "C" fn(*const Shelf, *mut ShelfState, *const f32, *mut f32, *mut f32, usize);
type FinishFn = unsafe extern "C" fn(*const f32, *const f32, usize, *const f32, usize, *mut f32, *mut f32, usize);

/// Mirror of `oct_kernels`.
#[repr(C)]
struct Table {
    interleave: unsafe extern "C" fn(*const f32, *const f32, *const f32, usize, *mut f32, usize) -> i32,
    down: [DownFn; 3],
    up: [[UpFn; 3]; 3],
    sum: [SumFn; 3],
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
    fold: unsafe extern "C" fn(*const f32, *mut Bins, usize, usize),
    unfold: unsafe extern "C" fn(*const Bins, usize, *mut f32, usize),
    convolve: unsafe extern "C" fn(usize, *const Bins, usize, *mut Sums, usize, *const Taps, *mut Bins, usize),
    gather: unsafe extern "C" fn(*const f32, usize, usize, *mut f32, *mut Line, usize),
    shelf_coeffs: [[CoeffsFn; 2]; 2],
    shelves: [[ShelvesFn; 2]; 3],
    mid_side: unsafe extern "C" fn(*const f32, *mut f32, usize),
    finish: [FinishFn; 2],
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

/// Longest ring of [`Kernels::delay_gains`], lines: C counts its floats in 31 bits.
const LONGEST_RING: usize = 1 << 27;

/// Whether so many stretches of one length, `stride` apart, lie within `room`. A stride may be any number: it does not wrap.
fn lie_within(stretches: usize, length: usize, stride: usize, room: usize) -> bool {
    let last = stretches.saturating_sub(1).checked_mul(stride);
    stretches == 0 || last.and_then(|last| last.checked_add(length)).is_some_and(|end| end <= room)
}

/// Chunks of a spectrum of so many points, for which `bins` structs, `stride` apart, must suffice.
fn chunks_of(points: usize, bins: usize, stride: usize) -> usize {
    let chunks = points / 16;
    assert!(points == 16 * chunks && stride > 0 && lie_within(chunks, 1, stride, bins));
    chunks
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
            (table.interleave)(l.as_ptr(), r.as_ptr(), gain.as_ptr(), gain.step(), pairs.as_mut_ptr().cast(), frames)
                != 0
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
                tree.as_ptr(),
                tree.step(),
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
                tree.as_ptr(),
                tree.step(),
                state,
                lines.as_ptr(),
                weights.as_ptr(),
                decode,
                gain.as_ptr(),
                gain.step(),
                l.as_mut_ptr(),
                r.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Lines, weighted, added up into rows `l` and `r`. All of equal length; `gain` scales the output.
    #[allow(clippy::too_many_arguments)]
    pub fn sum(
        &self,
        output: Output,
        lines: &[Line],
        weights: &[Line],
        decode: &Decode,
        gain: Steps<'_, f32>,
        l: &mut [f32],
        r: &mut [f32],
    ) {
        let frames = lines.len();
        assert!(weights.len() == frames && l.len() == frames && r.len() == frames);
        gain.check(frames);
        let Some(table) = self.table else { return oracle::sum(output, lines, weights, decode, gain, l, r) };
        // SAFETY: lines, weights, l and r hold `frames` frames, gain one or `frames`; l and r are exclusive; C keeps no
        // pointer.
        unsafe {
            (table.sum[output as usize])(
                lines.as_ptr(),
                weights.as_ptr(),
                decode,
                gain.as_ptr(),
                gain.step(),
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
            kernel(section, envelope, modifiers.as_ptr(), modifiers.step(), levels.as_ptr(), gains.as_mut_ptr(), frames)
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
            kernel(section, envelope, modifiers.as_ptr(), modifiers.step(), levels.as_ptr(), gains.as_mut_ptr(), frames)
        }
    }

    /// Delays every lane's gain by `delay` frames through `ring`, whose length is a power of two greater than any
    /// delay and at most 2^27. `at` is the ring index of the first frame.
    pub fn delay_gains(&self, width: Width, delay: &[u32; 16], ring: &mut [Line], at: usize, gains: &mut [Line]) {
        let frames = gains.len();
        assert!(ring.len().is_power_of_two() && ring.len() <= LONGEST_RING);
        assert!(delay.iter().all(|&d| (d as usize) < ring.len()));
        let Some(table) = self.table else { return oracle::delay_gains(width, delay, ring, at, gains) };
        // SAFETY: every ring index is masked to the ring's length, whose floats 31 bits can count; ring and gains are
        // exclusive; C keeps no pointer.
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
            (table.weigh[width as usize])(modifiers.as_ptr(), modifiers.step(), extremes, gains.as_mut_ptr(), frames)
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
        assert!(stride >= lines.len() && (lines.is_empty() || lie_within(16, lines.len(), stride, rows.len())));
        let Some(table) = self.table else { return oracle::rows(lines, rows, stride) };
        // SAFETY: 16 rows as long as lines, `stride` floats apart, lie within `rows`; rows is exclusive; C keeps no
        // pointer.
        unsafe { (table.rows)(lines.as_ptr(), rows.as_mut_ptr(), stride, lines.len()) }
    }

    /// A spectrum to chunks of bins, the i-th at `bins[i · stride]`; 16 numbers a chunk.
    pub fn fold(&self, spectrum: &[Complex<f32>], bins: &mut [Bins], stride: usize) {
        let chunks = chunks_of(spectrum.len(), bins.len(), stride);
        let Some(table) = self.table else { return oracle::fold(spectrum, bins, stride) };
        // SAFETY: spectrum holds 16 · chunks numbers, bins reaches to the last chunk and is exclusive; C keeps no pointer.
        unsafe { (table.fold)(spectrum.as_ptr().cast(), bins.as_mut_ptr(), stride, chunks) }
    }

    /// And back.
    pub fn unfold(&self, bins: &[Bins], stride: usize, spectrum: &mut [Complex<f32>]) {
        let chunks = chunks_of(spectrum.len(), bins.len(), stride);
        let Some(table) = self.table else { return oracle::unfold(bins, stride, spectrum) };
        // SAFETY: spectrum holds 16 · chunks numbers and is exclusive, bins reaches to the last chunk; C keeps no pointer.
        unsafe { (table.unfold)(bins.as_ptr(), stride, spectrum.as_mut_ptr().cast(), chunks) }
    }

    /// One chunk of the convolution of symmetric filters; `first` for chunk 0. `history`: the chunk of the last blocks
    /// of input, a power of two of them, the newest at `newest`, older ones below it, cyclically. `sums`: working
    /// memory, half as many. `taps`: per filter, the first half of its partitions. `results`: one per filter.
    pub fn convolve(
        &self,
        first: bool,
        history: &[Bins],
        newest: usize,
        sums: &mut [Sums],
        taps: &[Taps],
        results: &mut [Bins],
    ) {
        let (pairs, filters) = (sums.len(), results.len());
        assert!(pairs.is_power_of_two() && history.len() == 2 * pairs && taps.len() == pairs * filters);
        let Some(table) = self.table else { return oracle::convolve(first, history, newest, sums, taps, results) };
        let first = usize::from(first);
        // SAFETY: every index into history is masked to its length, taps holds pairs · filters structs; sums and results
        // are exclusive and hold their lengths; C keeps no pointer.
        unsafe {
            (table.convolve)(
                first,
                history.as_ptr(),
                newest,
                sums.as_mut_ptr(),
                pairs,
                taps.as_ptr(),
                results.as_mut_ptr(),
                filters,
            )
        }
    }

    /// Bands in rows of left + i·right, all but the highest, `stride` numbers from row to row, to lines; slots below them are 0.
    /// `rest` holds the sum of all bands and is left with the highest.
    pub fn gather(
        &self,
        pairs: &[Complex<f32>],
        stride: usize,
        rows: usize,
        rest: &mut [Complex<f32>],
        lines: &mut [Line],
    ) {
        let frames = lines.len();
        assert!(rest.len() == frames && rows < SLOTS && lie_within(rows, frames, stride, pairs.len()));
        let Some(table) = self.table else { return oracle::gather(pairs, stride, rows, rest, lines) };
        // SAFETY: pairs reaches to the end of the last row, rest and lines hold `frames` frames and are exclusive; C
        // keeps no pointer.
        unsafe {
            (table.gather)(
                pairs.as_ptr().cast(),
                2 * stride,
                rows,
                rest.as_mut_ptr().cast(),
                lines.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Gains in dB to rows of shelves, [`SHELF_PAD`] rows of zeros before and after those of the frames.
    #[allow(clippy::too_many_arguments)]
    pub fn shelf_coeffs(
        &self,
        width: Width,
        mixes: Mixes,
        corners: Steps<'_, Corners>,
        modifiers: Steps<'_, Modifier>,
        extremes: &mut Extremes,
        gains: &[Line],
        shelves: &mut [Shelf],
    ) {
        let frames = gains.len();
        assert!(shelves.len() == frames + 2 * SHELF_PAD);
        corners.check(frames);
        modifiers.check(frames);
        let Some(table) = self.table else {
            return oracle::shelf_coeffs(width, mixes, corners, modifiers, extremes, gains, shelves);
        };
        // SAFETY: gains holds `frames` lines, shelves as many and the padding, corners and modifiers one or `frames`;
        // extremes and shelves are exclusive; C keeps no pointer.
        unsafe {
            (table.shelf_coeffs[width as usize][mixes as usize])(
                corners.as_ptr(),
                corners.step(),
                modifiers.as_ptr(),
                modifiers.step(),
                extremes,
                gains.as_ptr(),
                shelves.as_mut_ptr(),
                frames,
            )
        }
    }

    /// Pairs through shelves, whose rows [`shelf_coeffs`](Self::shelf_coeffs) made, to rows `l` and `r` of equal length.
    #[allow(clippy::too_many_arguments)]
    pub fn shelves(
        &self,
        slope: Slope,
        width: Width,
        rows: &[Shelf],
        state: &mut ShelfState,
        pairs: &[[f32; 2]],
        l: &mut [f32],
        r: &mut [f32],
    ) {
        let frames = pairs.len();
        assert!(rows.len() == frames + 2 * SHELF_PAD && l.len() == frames && r.len() == frames);
        let Some(table) = self.table else { return oracle::shelves(slope, width, rows, state, pairs, l, r) };
        // SAFETY: pairs, l and r hold `frames` frames, rows as many and the padding; state, l and r are exclusive; C
        // keeps no pointer.
        unsafe {
            (table.shelves[slope as usize][width as usize])(
                rows.as_ptr(),
                state,
                pairs.as_ptr().cast(),
                l.as_mut_ptr(),
                r.as_mut_ptr(),
                frames,
            )
        }
    }

    /// (left, right) pairs to (mid, side) pairs: half the sum, half the difference. Both of equal length.
    pub fn mid_side(&self, pairs: &[[f32; 2]], coded: &mut [[f32; 2]]) {
        let frames = coded.len();
        assert!(pairs.len() == frames);
        let Some(table) = self.table else { return oracle::mid_side(pairs, coded) };
        // SAFETY: pairs and coded hold `frames` frames; coded is exclusive; C keeps no pointer.
        unsafe { (table.mid_side)(pairs.as_ptr().cast(), coded.as_mut_ptr().cast(), frames) }
    }

    /// What the shelves left in rows `l` and `r`, in place: back to left and right, less delta · pairs, times gain. All of
    /// equal length.
    #[allow(clippy::too_many_arguments)]
    pub fn finish(
        &self,
        basis: Basis,
        pairs: &[[f32; 2]],
        delta: Steps<'_, f32>,
        gain: Steps<'_, f32>,
        l: &mut [f32],
        r: &mut [f32],
    ) {
        let frames = pairs.len();
        assert!(l.len() == frames && r.len() == frames);
        delta.check(frames);
        gain.check(frames);
        let Some(table) = self.table else { return oracle::finish(basis, pairs, delta, gain, l, r) };
        // SAFETY: pairs, l and r hold `frames` frames, delta and gain one or `frames`; l and r are exclusive; C keeps no
        // pointer.
        unsafe {
            (table.finish[basis as usize])(
                pairs.as_ptr().cast(),
                delta.as_ptr(),
                delta.step(),
                gain.as_ptr(),
                gain.step(),
                l.as_mut_ptr(),
                r.as_mut_ptr(),
                frames,
            )
        }
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
