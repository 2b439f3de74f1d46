//! Crossovers: where they are, how they move, and the coefficients of the tree.

use crate::ffi::Kernels;
use crate::layout::{Corners, Glide, SLOTS, Section4, Section8, Tree};
use crate::params::sanitize_crossovers;
use crate::settings::{MAX_CROSSOVERS, Settings, Slope};

/// Parameters act, and moving crossovers get a new end, every so many frames of the stream's own clock.
pub const GRID: usize = 16;

/// Duration of a glide of log2 f, seconds.
const GLIDE_S: f64 = 0.050;

/// Crossover index (0 = X1) of every lane of a [`Tree`], in the order of [`Glide`]; `NONE` for unused lanes.
#[rustfmt::skip]
const LANE_CROSSOVER: [usize; 36] = [
    3, 3, NONE, NONE,           // down1
    1, 1, 5, 5,                 // down2
    0, 0, 4, 4, 2, 2, 6, 6,     // down3
    2, 2, 6, 6, 0, 0, 4, 4,     // up1
    4, 4, 0, 0,                 // up2
    5, 5, 1, 1,                 // up3
    6, 6, 2, 2,                 // up4
];
const NONE: usize = MAX_CROSSOVERS;

/// Damping k = 1/Q of the section kinds A and B.
fn damping(slope: Slope) -> [f64; 2] {
    use std::f64::consts::{PI, SQRT_2};
    match slope {
        Slope::Db12 => [0.0; 2],
        Slope::Db24 => [SQRT_2, 0.0],
        Slope::Db48 => [2.0 * libm::sin(PI / 8.0), 2.0 * libm::sin(3.0 * PI / 8.0)],
    }
}

/// log2 f on its way.
#[derive(Clone, Copy, Debug, Default)]
struct LogRamp {
    from: f64,
    target: f64,
    frame: u32,
    length: u32,
}

impl LogRamp {
    fn value(&self, frame: u32) -> f64 {
        if frame >= self.length {
            return self.target;
        }
        self.from + (self.target - self.from) * (f64::from(frame) / f64::from(self.length))
    }

    fn resting(&self) -> bool {
        self.frame >= self.length
    }
}

/// The crossovers of one engine core.
#[derive(Clone, Debug)]
pub struct Crossovers {
    slope: Slope,
    sample_rate_hz: f64,
    /// Crossover index of the lowest one in use; below it g = 0.
    first: usize,
    ramps: [LogRamp; MAX_CROSSOVERS],
    g_from: [f64; MAX_CROSSOVERS],
    g_to: [f64; MAX_CROSSOVERS],
    /// Where the glides end.
    g_rest: [f64; MAX_CROSSOVERS],
    gliding: bool,
    ends: Glide,
    tree: Tree,
    corners: Corners,
}

impl Crossovers {
    /// Standing still where `settings` wants them.
    pub fn new(settings: &Settings, sample_rate_hz: f64) -> Self {
        let mut new = Self {
            slope: settings.slope,
            sample_rate_hz,
            first: SLOTS - settings.bands,
            ramps: [LogRamp::default(); MAX_CROSSOVERS],
            g_from: [0.0; MAX_CROSSOVERS],
            g_to: [0.0; MAX_CROSSOVERS],
            g_rest: [0.0; MAX_CROSSOVERS],
            gliding: false,
            ends: Glide::ZERO,
            tree: Tree::ZERO,
            corners: Corners::ZERO,
        };
        new.restart(settings);
        new
    }

    /// Starts afresh with any settings. Real-time safe.
    pub fn restart(&mut self, settings: &Settings) {
        self.slope = settings.slope;
        self.first = SLOTS - settings.bands;
        self.gliding = false;
        self.ends = Glide::ZERO;
        self.ramps = [LogRamp::default(); MAX_CROSSOVERS];
        self.g_to = [0.0; MAX_CROSSOVERS];
        let wanted = self.wanted(settings);
        for (index, hz) in wanted.into_iter().enumerate().skip(self.first) {
            let target = libm::log2(hz);
            self.ramps[index] = LogRamp { from: target, target, frame: 0, length: 0 };
            self.g_to[index] = self.g_at(target);
        }
        (self.g_from, self.g_rest) = (self.g_to, self.g_to);
        let [k_a, k_b] = damping(self.slope);
        (self.ends.k_a, self.ends.k_b) = (k_a as f32, k_b as f32);
        self.rest();
    }

    /// Valid frequencies by crossover index; unused ones 0.
    fn wanted(&self, settings: &Settings) -> [f64; MAX_CROSSOVERS] {
        let mut wanted = [0.0; MAX_CROSSOVERS];
        wanted[self.first..].copy_from_slice(&settings.crossovers_hz[..MAX_CROSSOVERS - self.first]);
        sanitize_crossovers(&mut wanted[self.first..], self.sample_rate_hz);
        wanted
    }

    /// Lets the crossovers glide to new frequencies. On the grid only. Real-time safe.
    pub fn set(&mut self, settings: &Settings) {
        let wanted = self.wanted(settings);
        for (index, hz) in wanted.into_iter().enumerate().skip(self.first) {
            let target = libm::log2(hz);
            if target != self.ramps[index].target {
                self.g_rest[index] = self.g_at(target);
                let ramp = &mut self.ramps[index];
                let length = (GLIDE_S * self.sample_rate_hz) as u32;
                *ramp = LogRamp { from: ramp.value(ramp.frame), target, frame: 0, length };
                self.gliding = true;
            }
        }
    }

    /// Whether coefficients change from frame to frame.
    pub fn gliding(&self) -> bool {
        self.gliding
    }

    /// Slope of all crossovers.
    pub fn slope(&self) -> Slope {
        self.slope
    }

    /// Sign of the tree's input: −1 where an odd number of inverting 12 dB crossovers would turn the bass over.
    pub fn polarity(&self) -> f32 {
        let odd = !(MAX_CROSSOVERS - self.first).is_multiple_of(2);
        if self.slope == Slope::Db12 && odd { -1.0 } else { 1.0 }
    }

    /// Coefficients while nothing moves.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Corners of the shelves while nothing moves.
    pub fn corners(&self) -> &Corners {
        &self.corners
    }

    /// Coefficients of the frames from `clock` on, while gliding; `corners` is empty where nobody needs them. Real-time
    /// safe.
    pub fn fill(&mut self, kernels: &Kernels, clock: u64, trees: &mut [Tree], corners: &mut [Corners]) {
        let mut at = 0;
        while at < trees.len() {
            let phase = ((clock + at as u64) % GRID as u64) as usize;
            if phase == 0 {
                self.tick();
            }
            if !self.gliding {
                // The glide has ended inside these frames.
                trees[at..].fill(self.tree);
                corners.iter_mut().skip(at).for_each(|corners| *corners = self.corners);
                return;
            }
            let end = trees.len().min(at + GRID - phase);
            kernels.glide(self.slope, &self.ends, phase, &mut trees[at..end]);
            for (n, corners) in corners.iter_mut().enumerate().take(end).skip(at) {
                *corners = self.gliding_corners((phase + n - at + 1) as f32 * (1.0 / GRID as f32));
            }
            at = end;
        }
    }

    /// At a frame of the grid: sets up the next 16-frame stretch.
    fn tick(&mut self) {
        self.g_from = self.g_to;
        for index in self.first..MAX_CROSSOVERS {
            if !self.ramps[index].resting() || self.g_to[index] != self.g_rest[index] {
                let log_f = self.ramps[index].value(self.ramps[index].frame + 1);
                self.ramps[index].frame += GRID as u32;
                self.g_to[index] = self.g_at(log_f);
            }
        }
        if self.g_from == self.g_to && self.ramps.iter().all(LogRamp::resting) {
            self.gliding = false;
            self.rest();
            return;
        }
        for (lane, &index) in LANE_CROSSOVER.iter().enumerate() {
            if index != NONE {
                self.ends.from[lane] = self.g_from[index] as f32;
                self.ends.to[lane] = self.g_to[index] as f32;
            }
        }
    }

    fn g_at(&self, log2_f: f64) -> f64 {
        libm::tan(std::f64::consts::PI * libm::exp2(log2_f) / self.sample_rate_hz)
    }

    /// Coefficients of crossovers that stand where `g_to` is.
    fn rest(&mut self) {
        self.tree = self.resting_tree();
        self.corners = self.gliding_corners(1.0);
    }

    /// Corners at a part 0 … 1 of the present 16-frame stretch.
    fn gliding_corners(&self, part: f32) -> Corners {
        let order = match self.slope {
            Slope::Db12 => 2.0,
            Slope::Db24 => 4.0,
            Slope::Db48 => 8.0,
        };
        let mut corners = Corners { octaves: (std::f64::consts::LOG2_10 / (40.0 * order)) as f32, ..Corners::ZERO };
        for (index, lane) in corners.g[1..].iter_mut().enumerate() {
            let (from, to) = (self.g_from[index] as f32, self.g_to[index] as f32);
            *lane = if part == 1.0 { to } else { from + (to - from) * part };
        }
        corners
    }

    /// Coefficients of `g_to`, computed in double and rounded once.
    fn resting_tree(&self) -> Tree {
        let mut tree = Tree::ZERO;
        let k = damping(self.slope);
        let lane = |position: usize| {
            let g = LANE_CROSSOVER.get(position).and_then(|&index| self.g_to.get(index)).copied().unwrap_or(0.0);
            let damped = |k: f64| {
                let a = if self.slope == Slope::Db12 { g / (1.0 + g) } else { g / (1.0 + g * (g + k)) };
                [(g + k) as f32, a as f32, a as f32 * 2.0]
            };
            ([g as f32, g as f32 * 2.0], k.map(damped))
        };
        macro_rules! fill {
            ($($step:ident: $type:ident, $first:literal, $lanes:literal);+ $(;)?) => {
                $(
                    let section: &mut $type = &mut tree.$step;
                    for i in 0..$lanes {
                        let (g, [a, b]) = lane($first + i);
                        [section.g[i], section.g2[i]] = g;
                        [section.gk_a[i], section.a_a[i], section.a2_a[i]] = a;
                        [section.gk_b[i], section.a_b[i], section.a2_b[i]] = b;
                    }
                )+
            };
        }
        fill!(
            down1: Section4, 0, 4; down2: Section4, 4, 4; down3: Section8, 8, 8; up1: Section8, 16, 8;
            up2: Section4, 24, 4; up3: Section4, 28, 4; up4: Section4, 32, 4;
        );
        tree
    }
}
