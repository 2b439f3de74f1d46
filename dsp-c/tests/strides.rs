//! Strides that would fit if their multiples could wrap around: refused before C is entered.

use octant_dsp::ffi::Kernels;
use octant_dsp::layout::{Bins, Line};
use octant_fft::num_complex::Complex;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Three of them are 2, 15 of them 10 if nobody looks.
const WRAPPING: usize = usize::MAX / 3 + 1;

/// Whether the fence itself refuses, not the arithmetic of a build that watches for overflow.
fn is_refused(call: impl FnOnce()) -> bool {
    let refusal = catch_unwind(AssertUnwindSafe(call)).err();
    refusal.is_some_and(|words| words.downcast_ref::<&str>().is_some_and(|words| words.starts_with("assertion failed")))
}

#[test]
fn multiples_of_a_stride_do_not_wrap() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let mut refused = Vec::new();
    for kernels in Kernels::all() {
        let (mut lines, mut rows) = ([Line::ZERO; 1], [0.0f32; 64]);
        let (mut spectrum, mut rest) = ([Complex::<f32>::default(); 64], [Complex::<f32>::default(); 1]);
        let mut bins = [Bins::ZERO; 8];
        refused.push(("fold", kernels, is_refused(|| kernels.fold(&spectrum, &mut bins, WRAPPING))));
        refused.push(("unfold", kernels, is_refused(|| kernels.unfold(&bins, WRAPPING, &mut spectrum))));
        refused.push(("rows", kernels, is_refused(|| kernels.rows(&lines, &mut rows, WRAPPING))));
        let gathered = is_refused(|| kernels.gather(&spectrum, WRAPPING, 4, &mut rest, &mut lines));
        refused.push(("gather", kernels, gathered));
    }
    std::panic::set_hook(quiet);
    for (name, kernels, refused) in refused {
        assert!(refused, "{name} of {kernels:?}");
    }
}
