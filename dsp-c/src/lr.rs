//! The Linkwitz-Riley tree: pairs to leaves, and weighted leaves back to rows.

use crate::ffi::{Kernels, Output, Steps};
use crate::layout::{Decode, DownState, Line, Tree, UpState};
use crate::settings::Slope;

/// What the filters of the tree remember: of the main input on its way down and up, of the sidechain on its way down.
/// All methods are real-time safe.
#[derive(Debug)]
pub struct Lr {
    down: DownState,
    side: DownState,
    up: UpState,
}

/// Leaves of one stretch, later by the look-ahead, and what they are weighted with; all of one length.
pub struct Weighted<'a> {
    /// The leaves may wrap around the end of their ring: what lies before the end, and what lies after.
    pub leaves: [&'a [Line]; 2],
    /// One line of weights per frame.
    pub weights: &'a [Line],
    /// How weights are read.
    pub output: Output,
    /// What mid and side come to.
    pub decode: &'a Decode,
    /// Output gain, linear.
    pub gain: Steps<'a, f32>,
}

impl Lr {
    /// No history.
    pub const ZERO: Self = Self { down: DownState::ZERO, side: DownState::ZERO, up: UpState::ZERO };

    /// Pairs of the main input to leaves.
    pub fn split(
        &mut self,
        kernels: &Kernels,
        slope: Slope,
        trees: Steps<'_, Tree>,
        pairs: &[[f32; 2]],
        leaves: &mut [Line],
    ) {
        kernels.down(slope, trees, &mut self.down, pairs, leaves);
    }

    /// Pairs of the sidechain to leaves.
    pub fn split_side(
        &mut self,
        kernels: &Kernels,
        slope: Slope,
        trees: Steps<'_, Tree>,
        pairs: &[[f32; 2]],
        leaves: &mut [Line],
    ) {
        kernels.down(slope, trees, &mut self.side, pairs, leaves);
    }

    /// Forgets the sidechain.
    pub fn restart_side(&mut self) {
        self.side = DownState::ZERO;
    }

    /// Weighted leaves to rows.
    pub fn join(
        &mut self,
        kernels: &Kernels,
        slope: Slope,
        trees: Steps<'_, Tree>,
        weighted: &Weighted<'_>,
        rows: [&mut [f32]; 2],
    ) {
        let Weighted { leaves: [before, after], weights, output, decode, gain } = *weighted;
        let [left, right] = rows;
        for (from, leaves) in [(0, before), (before.len(), after)] {
            let to = from + leaves.len();
            if from < to {
                kernels.up(
                    slope,
                    output,
                    trees.skip(from),
                    &mut self.up,
                    leaves,
                    &weights[from..to],
                    decode,
                    gain.skip(from),
                    &mut left[from..to],
                    &mut right[from..to],
                );
            }
        }
    }
}
