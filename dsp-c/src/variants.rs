//! Variants of the kernels: what chooses one of them from the table.

use crate::layout::{NARROW_LANE, SLOTS, WIDE_LANE};

/// Number of lanes that hold data: one per band, or one per band and channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One number per band.
    Narrow,
    /// One number per band and channel.
    Wide,
}

impl Width {
    /// Number of lanes.
    #[inline]
    pub fn lanes(self) -> usize {
        SLOTS * self.lanes_per_slot()
    }

    /// Number of lanes that a slot has.
    #[inline]
    pub fn lanes_per_slot(self) -> usize {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }

    /// Lane of a slot's channel; a narrow slot has one for both.
    #[inline]
    pub fn lane(self, slot: usize, channel: usize) -> usize {
        match self {
            Self::Narrow => NARROW_LANE[slot],
            Self::Wide => WIDE_LANE[slot] + channel,
        }
    }
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

/// What the dry/wet of the bands may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixes {
    /// 0 or 1 in every lane.
    Whole,
    /// Anything from 0 to 1.
    Any,
}

/// Channel basis of a whole path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Left and right.
    Stereo,
    /// Mid and side.
    MidSide,
}
