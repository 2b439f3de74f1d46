//! Memory layouts shared with C, field by field as in `include/octant_dsp.h`.
//!
//! Everything is 64-byte aligned: whole cache lines, and no struct shares one with a neighbour.

/// Declares a C struct with all-zero default and checks its size at compile time.
macro_rules! c_struct {
    ($(#[$meta:meta])* $name:ident, $size:literal, { $($(#[$field_meta:meta])* $field:ident: $type:ty = $zero:expr),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[repr(C, align(64))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),+ }

        impl $name {
            /// All fields zero.
            pub const ZERO: Self = Self { $($field: $zero),+ };
        }

        impl Default for $name {
            fn default() -> Self { Self::ZERO }
        }

        const _: () = assert!(size_of::<$name>() == $size && align_of::<$name>() == 64);
    };
}

c_struct!(
    /// One frame of bands, weights, levels or gains: a cache line.
    Line, 64, {
        /// (left, right) pairs of the slots S1 S5 S3 S7, S2 S6 S4 S8; narrow: S1 S2 S5 S6 S3 S4 S7 S8.
        lane: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// Filter coefficients of one tree level, 4 lanes.
    Section4, 128, {
        /// tan(π f / fs); 0 switches the crossover off.
        g: [f32; 4] = [0.0; 4],
        /// 2g.
        g2: [f32; 4] = [0.0; 4],
        /// g + k of section A.
        gk_a: [f32; 4] = [0.0; 4],
        /// g / (1 + g (g + k)) of section A; g / (1 + g) at 12 dB.
        a_a: [f32; 4] = [0.0; 4],
        /// Twice `a_a`.
        a2_a: [f32; 4] = [0.0; 4],
        /// g + k of section B.
        gk_b: [f32; 4] = [0.0; 4],
        /// As `a_a`, section B.
        a_b: [f32; 4] = [0.0; 4],
        /// Twice `a_b`.
        a2_b: [f32; 4] = [0.0; 4],
    }
);
c_struct!(
    /// Filter coefficients of one tree level, 8 lanes; fields as in [`Section4`].
    Section8, 256, {
        /// tan(π f / fs).
        g: [f32; 8] = [0.0; 8],
        /// 2g.
        g2: [f32; 8] = [0.0; 8],
        /// g + k of section A.
        gk_a: [f32; 8] = [0.0; 8],
        /// g / (1 + g (g + k)) of section A.
        a_a: [f32; 8] = [0.0; 8],
        /// Twice `a_a`.
        a2_a: [f32; 8] = [0.0; 8],
        /// g + k of section B.
        gk_b: [f32; 8] = [0.0; 8],
        /// As `a_a`, section B.
        a_b: [f32; 8] = [0.0; 8],
        /// Twice `a_b`.
        a2_b: [f32; 8] = [0.0; 8],
    }
);
c_struct!(
    /// All crossovers of the tree at one frame.
    Tree, 1152, {
        /// X4 X4 – –.
        down1: Section4 = Section4::ZERO,
        /// X2 X2 X6 X6.
        down2: Section4 = Section4::ZERO,
        /// X1 X1 X5 X5 X3 X3 X7 X7.
        down3: Section8 = Section8::ZERO,
        /// X3 X3 X7 X7 X1 X1 X5 X5.
        up1: Section8 = Section8::ZERO,
        /// X5 X5 X1 X1.
        up2: Section4 = Section4::ZERO,
        /// X6 X6 X2 X2.
        up3: Section4 = Section4::ZERO,
        /// X7 X7 X3 X3.
        up4: Section4 = Section4::ZERO,
    }
);
c_struct!(
    /// g of every lane of a [`Tree`] at both ends of a 16-frame stretch.
    Glide, 384, {
        /// Before the first frame.
        from: [f32; 40] = [0.0; 40],
        /// At the last frame.
        to: [f32; 40] = [0.0; 40],
        /// Damping of section A.
        k_a: f32 = 0.0,
        /// Damping of section B.
        k_b: f32 = 0.0,
    }
);
c_struct!(
    /// History of the splits.
    DownState, 640, {
        /// X4.
        level1: [[[f32; 4]; 2]; 5] = [[[0.0; 4]; 2]; 5],
        /// X2 X6.
        level2: [[[f32; 4]; 2]; 5] = [[[0.0; 4]; 2]; 5],
        /// X1 X5 X3 X7.
        level3: [[[f32; 8]; 2]; 5] = [[[0.0; 8]; 2]; 5],
    }
);
c_struct!(
    /// History of the all-passes.
    UpState, 320, {
        /// X3 X7 X1 X5.
        step1: [[[f32; 8]; 2]; 2] = [[[0.0; 8]; 2]; 2],
        /// X5 X1.
        step2: [[[f32; 4]; 2]; 2] = [[[0.0; 4]; 2]; 2],
        /// X6 X2.
        step3: [[[f32; 4]; 2]; 2] = [[[0.0; 4]; 2]; 2],
        /// X7 X3.
        step4: [[[f32; 4]; 2]; 2] = [[[0.0; 4]; 2]; 2],
    }
);
c_struct!(
    /// What the detectors read: same·x + cross·(other channel's x).
    Source, 192, {
        /// Weight of the lane's own channel.
        same: [f32; 16] = [0.0; 16],
        /// Weight of the other channel.
        cross: [f32; 16] = [0.0; 16],
        /// All bits set: x comes from the sidechain.
        external: [u32; 16] = [0; 16],
    }
);
c_struct!(
    /// Mean square of the rms detector.
    Rms, 320, {
        /// 1 − e^(−1/(t·fs)); 0 freezes a lane.
        kappa: [f64; 16] = [0.0; 16],
        /// Mean square so far.
        square: [f64; 16] = [0.0; 16],
        /// All bits set: the lane's power is written.
        chosen: [u32; 16] = [0; 16],
    }
);
c_struct!(
    /// History of the smooth detector's 90° pair.
    Smooth, 1472, {
        /// Chain A, even and odd frames.
        a: [[[f32; 16]; 5]; 2] = [[[0.0; 16]; 5]; 2],
        /// Chain B, even and odd frames.
        b: [[[f32; 16]; 5]; 2] = [[[0.0; 16]; 5]; 2],
        /// Chain A one frame ago.
        late: [f32; 16] = [0.0; 16],
        /// All bits set: the lane's power is written.
        chosen: [u32; 16] = [0; 16],
        /// 1: the next frame is odd.
        odd: u32 = 0,
    }
);
c_struct!(
    /// Curve and ballistics of one section; levels in dB, rates per frame.
    Section, 1216, {
        /// Above: knee/2 − threshold; below: threshold + knee/2.
        edge: [f32; 16] = [0.0; 16],
        /// Width of the knee W.
        knee: [f32; 16] = [0.0; 16],
        /// 1/(2W), 0 for W = 0.
        curvature: [f32; 16] = [0.0; 16],
        /// Amount of the slope.
        slope: [f32; 16] = [0.0; 16],
        /// Largest change of gain.
        range: [f32; 16] = [0.0; 16],
        /// λ.
        link: [f32; 16] = [0.0; 16],
        /// 1 − λ.
        unlink: [f32; 16] = [0.0; 16],
        /// Below: where the gate opens.
        threshold: [f32; 16] = [0.0; 16],
        /// Below: how much lower it closes.
        hysteresis: [f32; 16] = [0.0; 16],
        /// κ of the attack.
        attack: [f64; 16] = [0.0; 16],
        /// κ of the release.
        release: [f64; 16] = [0.0; 16],
        /// κ of the slow envelope; 0 freezes it.
        slow: [f64; 16] = [0.0; 16],
        /// Share of the slow envelope.
        share: [f64; 16] = [0.0; 16],
        /// Hold in frames.
        hold: [f64; 16] = [0.0; 16],
    }
);
c_struct!(
    /// History of one section, dB.
    Envelope, 576, {
        /// After the release stage.
        y1: [f64; 16] = [0.0; 16],
        /// After the attack stage.
        y: [f64; 16] = [0.0; 16],
        /// Slow envelope of the automatic release.
        slow: [f64; 16] = [0.0; 16],
        /// Frames of hold left.
        hold: [f64; 16] = [0.0; 16],
        /// 1 while the gate is open.
        open: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// Linear ramps, one per lane: from + step·(frame + i).
    RampLanes, 192, {
        /// Start.
        from: [f32; 16] = [0.0; 16],
        /// Per frame.
        step: [f32; 16] = [0.0; 16],
        /// Frames since the start.
        frame: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// Everything that turns gain in dB into a weight.
    Ramps, 1792, {
        /// Sign of the above section, −1 … 1.
        sign_above: RampLanes = RampLanes::ZERO,
        /// Sign of the below section, −1 … 1.
        sign_below: RampLanes = RampLanes::ZERO,
        /// Band gain and make-up, dB.
        gain: RampLanes = RampLanes::ZERO,
        /// Band mix, 0 … 1.
        band_mix: RampLanes = RampLanes::ZERO,
        /// 0 muted, 1 heard.
        mask: RampLanes = RampLanes::ZERO,
        /// 1 where a listening band plays.
        heard: RampLanes = RampLanes::ZERO,
        /// Global mix, 0 … 1.
        mix: RampLanes = RampLanes::ZERO,
        /// 1: the dry signal is taken off.
        delta: RampLanes = RampLanes::ZERO,
        /// 1: some band listens.
        listen: RampLanes = RampLanes::ZERO,
        /// 1 where the band works on the channel.
        touched: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// What the ramps come to at one frame.
    Modifier, 384, {
        /// Sign of the above section.
        sign_above: [f32; 16] = [0.0; 16],
        /// Sign of the below section.
        sign_below: [f32; 16] = [0.0; 16],
        /// dB.
        gain: [f32; 16] = [0.0; 16],
        /// Weight that does not depend on the gain.
        base: [f32; 16] = [0.0; 16],
        /// Factor of the gain.
        scale: [f32; 16] = [0.0; 16],
        /// Dry/wet of the band alone, 0 … 1.
        mix: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// Extremes since the last clear, dB.
    Extremes, 192, {
        /// Highest level.
        level_db: [f32; 16] = [0.0; 16],
        /// Lowest dynamic gain.
        lowest_db: [f32; 16] = [0.0; 16],
        /// Highest dynamic gain.
        highest_db: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// From weights of a band's channels to the factors of its own and the other lane.
    Decode, 256, {
        /// Own factor: share of the own weight.
        own_same: [f32; 16] = [0.0; 16],
        /// Own factor: share of the other weight.
        own_cross: [f32; 16] = [0.0; 16],
        /// Other factor: share of the own weight.
        other_same: [f32; 16] = [0.0; 16],
        /// Other factor: share of the other weight.
        other_cross: [f32; 16] = [0.0; 16],
    }
);

c_struct!(
    /// One chunk of the spectrum of both channels: bins 8c + j and N − 8c − j; lane 0 of chunk 0 has bins 0 and B.
    Bins, 128, {
        /// Real part, bins going up.
        up_re: [f32; 8] = [0.0; 8],
        /// Imaginary part, bins going up.
        up_im: [f32; 8] = [0.0; 8],
        /// Real part, bins going down.
        down_re: [f32; 8] = [0.0; 8],
        /// Imaginary part, bins going down.
        down_im: [f32; 8] = [0.0; 8],
    }
);
c_struct!(
    /// Of two blocks of input that meet the same taps of a symmetric filter.
    Sums, 256, {
        /// What the real part of the taps multiplies.
        real: Bins = Bins::ZERO,
        /// What their imaginary part multiplies.
        imaginary: Bins = Bins::ZERO,
    }
);
c_struct!(
    /// One chunk of the spectrum of one partition of a filter; lane 0 of chunk 0 has the real numbers of bins 0 and B.
    Taps, 64, {
        /// Real part.
        real: [f32; 8] = [0.0; 8],
        /// Imaginary part.
        imaginary: [f32; 8] = [0.0; 8],
    }
);
c_struct!(
    /// Corners of the shelves at one frame.
    Corners, 64, {
        /// tan(π f / fs) of X1 … X7 in lanes 1 … 7; lane 0 is 0.
        g: [f32; 8] = [0.0; 8],
        /// log2(10)/(40 N), N = slope/6: by so much log2 r moves per dB of difference.
        octaves: f32 = 0.0,
    }
);
c_struct!(
    /// Eight shelves at one frame: first channel (or both) in lanes 0 … 7, second in 8 … 15.
    Shelf, 128, {
        /// tan(π f / fs)·r.
        g: [f32; 16] = [0.0; 16],
        /// 10^(D/(40 N)), D the difference of the gains on both sides in dB.
        r: [f32; 16] = [0.0; 16],
    }
);
c_struct!(
    /// History of the shelves.
    ShelfState, 512, {
        /// Channel, section, s1 and s2, lane.
        s: [[[[f32; 8]; 2]; 4]; 2] = [[[[0.0; 8]; 2]; 4]; 2],
    }
);

/// Frames that pass through the kernels together; what they leave for each other stays in the first-level cache.
pub const TILE: usize = 64;

/// Rows of zeros before and after those of the frames, for the shelves of a tile.
pub const SHELF_PAD: usize = 7;

/// Number of leaves of the crossover tree.
pub const SLOTS: usize = 8;

/// First (left) lane of each slot in a wide line; the right one follows.
pub const WIDE_LANE: [usize; SLOTS] = [0, 8, 4, 12, 2, 10, 6, 14];

/// Lane of each slot in a narrow line.
pub const NARROW_LANE: [usize; SLOTS] = [0, 1, 4, 5, 2, 3, 6, 7];
