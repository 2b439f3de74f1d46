//! Every safe method over a kernel in C, with slices that fit it and with slices that do not.

use octant_dsp::ffi::{Ballistics, Basis, Kernels, Mixes, Output, Steps, Width};
use octant_dsp::layout::*;
use octant_dsp::settings::Slope;
use octant_fft::num_complex::Complex;

/// Frames of a call that fits.
const N: usize = 4;
const PAD: usize = 2 * SHELF_PAD;

/// A method, the numbers that it is called with, lengths of slices most of them, and what does not go instead.
pub struct Method {
    pub name: &'static str,
    pub fitting: Vec<usize>,
    pub misfits: Vec<Vec<usize>>,
    pub call: fn(Kernels, &[usize]),
}

/// One whose lengths must be just these: each is one too few, and one too many. The last `inputs` of them are inputs that
/// move with every frame: those may be longer.
fn exact(name: &'static str, fitting: &[usize], inputs: usize, call: fn(Kernels, &[usize])) -> Method {
    let changed = |at: usize, to: usize| {
        let mut misfit = fitting.to_vec();
        misfit[at] = to;
        misfit
    };
    let few = (0..fitting.len()).map(|at| changed(at, fitting[at] - 1));
    let many = (0..fitting.len() - inputs).map(|at| changed(at, fitting[at] + 1));
    Method { name, fitting: fitting.to_vec(), misfits: few.chain(many).collect(), call }
}

fn of<const M: usize>(
    name: &'static str,
    fitting: [usize; M],
    misfits: &[[usize; M]],
    call: fn(Kernels, &[usize]),
) -> Method {
    Method { name, fitting: fitting.to_vec(), misfits: misfits.iter().map(|misfit| misfit.to_vec()).collect(), call }
}

fn some<T: Clone + Default>(length: usize) -> Vec<T> {
    vec![T::default(); length]
}

const NUMBER: Complex<f32> = Complex { re: 0.0, im: 0.0 };

pub fn methods() -> Vec<Method> {
    let frames = |name, count: usize, inputs, call| exact(name, &vec![N; count], inputs, call);
    vec![
        frames("interleave", 4, 1, |k, n| {
            let (l, r, gain) = (some::<f32>(n[0]), some(n[1]), some(n[3]));
            k.interleave(&l, &r, Steps::moving(&gain), &mut some(n[2]));
        }),
        frames("down", 3, 1, |k, n| {
            let (pairs, tree) = (some(n[0]), some(n[2]));
            k.down(Slope::Db24, Steps::moving(&tree), &mut DownState::default(), &pairs, &mut some(n[1]));
        }),
        frames("up", 6, 2, |k, n| {
            let (lines, weights, tree, gain) = (some(n[0]), some(n[1]), some(n[4]), some(n[5]));
            let (mut l, mut r) = (some(n[2]), some(n[3]));
            let (tree, gain) = (Steps::moving(&tree), Steps::moving(&gain));
            let (state, decode) = (&mut UpState::default(), &Decode::ZERO);
            k.up(Slope::Db24, Output::Wide, tree, state, &lines, &weights, decode, gain, &mut l, &mut r);
        }),
        frames("sum", 5, 1, |k, n| {
            let (lines, weights, gain) = (some(n[0]), some(n[1]), some(n[4]));
            let (mut l, mut r) = (some(n[2]), some(n[3]));
            k.sum(Output::Wide, &lines, &weights, &Decode::ZERO, Steps::moving(&gain), &mut l, &mut r);
        }),
        of("glide", [12, N], &[[12, 5], [16, 1], [17, 0]], |k, n| {
            k.glide(Slope::Db24, &Glide::ZERO, n[0], &mut some(n[1]));
        }),
        frames("source", 3, 0, |k, n| k.source(&Source::ZERO, &some(n[0]), &some(n[1]), &mut some(n[2]))),
        frames("level_peak", 2, 0, |k, n| {
            k.level_peak(Width::Wide, &some(n[0]), &mut Extremes::default(), &mut some(n[1]));
        }),
        frames("power_peak", 2, 0, |k, n| k.power_peak(&some(n[0]), &mut some(n[1]))),
        frames("power_rms", 2, 0, |k, n| k.power_rms(&mut Rms::default(), &some(n[0]), &mut some(n[1]))),
        of("power_smooth", [N, N, 1], &[[3, N, 1], [5, N, 1], [N, N, 2]], |k, n| {
            let mut state = Smooth { odd: n[2] as u32, ..Smooth::ZERO };
            k.power_smooth(&mut state, &some(n[0]), &mut some(n[1]));
        }),
        of("level_power", [N], &[], |k, n| k.level_power(Width::Wide, &mut Extremes::default(), &mut some(n[0]))),
        frames("above", 3, 1, |k, n| {
            let (levels, modifiers) = (some(n[0]), some(n[2]));
            let (modifiers, envelope) = (Steps::moving(&modifiers), &mut Envelope::default());
            k.above(Width::Wide, Ballistics::Full, &Section::ZERO, envelope, modifiers, &levels, &mut some(n[1]));
        }),
        frames("below", 3, 1, |k, n| {
            let (levels, modifiers) = (some(n[0]), some(n[2]));
            let (modifiers, envelope) = (Steps::moving(&modifiers), &mut Envelope::default());
            k.below(Width::Wide, Ballistics::Full, &Section::ZERO, envelope, modifiers, &levels, &mut some(n[1]));
        }),
        of("delay_gains", [8, 7, N], &[[7, 6, N], [0, 0, N], [8, 8, N]], |k, n| {
            let mut delay = [0; 16];
            delay[15] = n[1] as u32;
            k.delay_gains(Width::Wide, &delay, &mut some(n[0]), 5, &mut some(n[2]));
        }),
        of("weigh", [N, N], &[[N, 3]], |k, n| {
            let modifiers = some(n[1]);
            k.weigh(Width::Wide, Steps::moving(&modifiers), &mut Extremes::default(), &mut some(n[0]));
        }),
        of("modify", [N], &[], |k, n| k.modify(&mut Ramps::default(), &mut some(n[0]))),
        frames("crossfade", 2, 0, |k, n| k.crossfade(&RampLanes::ZERO, &some(n[0]), &mut some(n[1]))),
        of("rows", [N, 16 * 5 - 1, 5], &[[N, 16 * 5 - 2, 5], [N, 99, 3], [N, 99, usize::MAX]], |k, n| {
            k.rows(&some(n[0]), &mut some(n[1]), n[2]);
        }),
        of("fold", [32, 4, 3], &[[31, 4, 3], [33, 4, 3], [32, 3, 3], [32, 4, 0], [32, 4, usize::MAX]], |k, n| {
            k.fold(&vec![NUMBER; n[0]], &mut some(n[1]), n[2]);
        }),
        of("unfold", [32, 4, 3], &[[31, 4, 3], [33, 4, 3], [32, 3, 3], [32, 4, 0], [32, 4, usize::MAX]], |k, n| {
            k.unfold(&some(n[1]), n[2], &mut vec![NUMBER; n[0]]);
        }),
        of(
            "convolve",
            [8, 4, 12, 3],
            &[[7, 4, 12, 3], [9, 4, 12, 3], [6, 3, 9, 3], [8, 5, 12, 3], [8, 4, 11, 3], [8, 4, 13, 3], [8, 4, 12, 4]],
            |k, n| k.convolve(false, &some(n[0]), 7, &mut some(n[1]), &some(n[2]), &mut some(n[3])),
        ),
        of(
            "gather",
            [14, 5, 3, N, N],
            &[[13, 5, 3, N, N], [14, usize::MAX, 3, N, N], [99, 5, 8, N, N], [14, 5, 3, 3, N], [14, 5, 3, 5, N]],
            |k, n| k.gather(&vec![NUMBER; n[0]], n[1], n[2], &mut vec![NUMBER; n[3]], &mut some(n[4])),
        ),
        exact("shelf_coeffs", &[N, N + PAD, N, N], 2, |k, n| {
            let (gains, corners, modifiers) = (some(n[0]), some(n[2]), some(n[3]));
            let (corners, modifiers) = (Steps::moving(&corners), Steps::moving(&modifiers));
            let (extremes, mut shelves) = (&mut Extremes::default(), some(n[1]));
            k.shelf_coeffs(Width::Wide, Mixes::Any, corners, modifiers, extremes, &gains, &mut shelves);
        }),
        exact("shelves", &[N + PAD, N, N, N], 0, |k, n| {
            let (rows, pairs, mut l, mut r) = (some(n[0]), some(n[1]), some(n[2]), some(n[3]));
            k.shelves(Slope::Db24, Width::Wide, &rows, &mut ShelfState::default(), &pairs, &mut l, &mut r);
        }),
        frames("mid_side", 2, 0, |k, n| k.mid_side(&some(n[0]), &mut some(n[1]))),
        frames("finish", 5, 2, |k, n| {
            let (pairs, delta, gain) = (some(n[0]), some(n[3]), some(n[4]));
            let (delta, gain) = (Steps::moving(&delta), Steps::moving(&gain));
            k.finish(Basis::Stereo, &pairs, delta, gain, &mut some(n[1]), &mut some(n[2]));
        }),
    ]
}
