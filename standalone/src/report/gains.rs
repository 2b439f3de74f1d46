//! Each band's dynamic gain: figures over everything, and a course over time in a bounded number of points.

use super::bands::Band;
use octant_dsp::settings::MAX_BANDS;

/// Most points that a band's course may have.
const MOST_POINTS: usize = 2000;
/// A band is at work where its gain is further than this from 0 dB.
const ACTIVE_DB: f32 = 0.1;
/// Frames that are summed in single precision before they join the double-precision sums.
const RUN: u64 = 256;

/// One point of a course.
#[derive(Clone, Copy)]
pub struct Point {
    /// Lowest gain within the point.
    pub min_db: f32,
    /// Highest gain within the point.
    pub max_db: f32,
    /// Mean gain within the point.
    pub mean_db: f32,
}

/// One band's dynamic gain. Negative is reduction.
pub struct BandGain {
    /// Lowest gain.
    pub min_db: f64,
    /// Highest gain.
    pub max_db: f64,
    /// Mean gain.
    pub mean_db: f64,
    /// Mean of the reduction alone, ≥ 0: moments of lift count as 0.
    pub mean_reduction_db: f64,
    /// Mean of the lift alone, ≥ 0: moments of reduction count as 0.
    pub mean_lift_db: f64,
    /// Share of the time in which the gain differs from 0 dB by more than 0.1 dB, 0 … 100.
    pub active_percent: f64,
    /// The course over time.
    pub course: Vec<Point>,
}

/// Sums of one lane (a band's channel) over some frames.
#[derive(Clone, Copy)]
struct Sums {
    min: f32,
    max: f32,
    sum: f64,
    reduction: f64,
    active: f64,
}

/// Gathers the gains of all bands.
pub struct GainHistory {
    channels: usize,
    targets: Vec<std::ops::Range<usize>>,
    frames_per_point: u64,
    /// Finished points, each one [`Sums`] per lane.
    points: Vec<Vec<Sums>>,
    open: Vec<Sums>,
    open_frames: u64,
    run: Run,
}

/// As many lanes as there can be: every band's two channels.
const MOST_LANES: usize = 2 * MAX_BANDS;

/// Single-precision sums over a few frames, one row of lanes per figure, so that a frame fills whole vectors.
struct Run {
    frames: u64,
    rows: Rows,
}

#[derive(Clone, Copy)]
struct Rows {
    min: [f32; MOST_LANES],
    max: [f32; MOST_LANES],
    sum: [f32; MOST_LANES],
    reduction: [f32; MOST_LANES],
    active: [f32; MOST_LANES],
}

impl GainHistory {
    /// Room for the bands; `frames` as far as it is known.
    pub fn new(bands: &[Band], channels: usize, frames: Option<u64>) -> Self {
        let lanes = bands.len() * channels;
        debug_assert!(lanes <= MOST_LANES);
        Self {
            channels,
            targets: bands.iter().map(|band| band.channels.clone()).collect(),
            frames_per_point: frames.map_or(1, |frames| frames.div_ceil(MOST_POINTS as u64)).max(1),
            points: Vec::with_capacity(MOST_POINTS),
            open: vec![Sums::EMPTY; lanes],
            open_frames: 0,
            run: Run { frames: 0, rows: Rows::EMPTY },
        }
    }

    /// Takes frames × bands × channels.
    pub fn add(&mut self, trace: &[f32]) {
        let lanes = self.open.len();
        if lanes == 0 {
            return;
        }
        let mut rest = trace;
        while rest.len() >= lanes {
            let until_point = self.frames_per_point - self.open_frames - self.run.frames;
            let count = until_point.min(RUN - self.run.frames).min((rest.len() / lanes) as u64);
            let (now, later) = rest.split_at(count as usize * lanes);
            self.run.add(now, lanes);
            rest = later;
            if count == until_point || self.run.frames == RUN {
                self.close_run();
            }
            if self.open_frames == self.frames_per_point {
                self.close_point();
            }
        }
    }

    fn close_run(&mut self) {
        self.open_frames += self.run.frames;
        self.run.drain_into(&mut self.open);
    }

    fn close_point(&mut self) {
        if self.points.len() == MOST_POINTS {
            // Full: neighbours join, and a point spans twice the time from now on.
            self.points = self.points.chunks(2).map(|pair| join(&pair[0], &pair[1])).collect();
            self.frames_per_point *= 2;
            if self.open_frames < self.frames_per_point {
                return;
            }
        }
        let lanes = self.open.len();
        self.points.push(std::mem::replace(&mut self.open, vec![Sums::EMPTY; lanes]));
        self.open_frames = 0;
    }

    /// Frames per point of the courses, and the gains of the bands.
    pub fn finish(mut self) -> (u64, Vec<BandGain>) {
        self.close_run();
        let bands = (0..self.targets.len()).map(|band| self.band(band)).collect();
        (self.frames_per_point, bands)
    }

    fn band(&self, band: usize) -> BandGain {
        let lanes = self.targets[band].start + band * self.channels..self.targets[band].end + band * self.channels;
        let over_channels = |point: &[Sums]| point[lanes.clone()].iter().fold(Sums::EMPTY, |all, one| all.with(one));
        let width = lanes.len() as f64;
        let point = |sums: Sums, frames: u64| Point {
            min_db: sums.min,
            max_db: sums.max,
            mean_db: (sums.sum / (frames as f64 * width)) as f32,
        };
        let mut whole = Sums::EMPTY;
        let mut course = Vec::with_capacity(self.points.len() + 1);
        for sums in self.points.iter().map(|sums| over_channels(sums)) {
            whole = whole.with(&sums);
            course.push(point(sums, self.frames_per_point));
        }
        if self.open_frames > 0 {
            let sums = over_channels(&self.open);
            whole = whole.with(&sums);
            course.push(point(sums, self.open_frames));
        }
        let frames = self.points.len() as u64 * self.frames_per_point + self.open_frames;
        let count = frames.max(1) as f64 * width;
        let extreme = |value: f32| if frames == 0 { 0.0 } else { f64::from(value) };
        BandGain {
            min_db: extreme(whole.min),
            max_db: extreme(whole.max),
            mean_db: whole.sum / count,
            mean_reduction_db: whole.reduction / count,
            mean_lift_db: (whole.sum + whole.reduction) / count,
            active_percent: 100.0 * whole.active / count,
            course,
        }
    }
}

fn join(first: &[Sums], second: &[Sums]) -> Vec<Sums> {
    first.iter().zip(second).map(|(a, b)| a.with(b)).collect()
}

impl Sums {
    const EMPTY: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY, sum: 0.0, reduction: 0.0, active: 0.0 };

    fn with(&self, other: &Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum + other.sum,
            reduction: self.reduction + other.reduction,
            active: self.active + other.active,
        }
    }
}

impl Rows {
    const EMPTY: Self = Self {
        min: [f32::INFINITY; MOST_LANES],
        max: [f32::NEG_INFINITY; MOST_LANES],
        sum: [0.0; MOST_LANES],
        reduction: [0.0; MOST_LANES],
        active: [0.0; MOST_LANES],
    };
}

impl Run {
    fn add(&mut self, frames: &[f32], lanes: usize) {
        let mut rows = self.rows;
        // Lanes that are not in use gather zeros that nobody reads.
        let mut gains_db = [0.0; MOST_LANES];
        for frame in frames.chunks_exact(lanes) {
            gains_db[..lanes].copy_from_slice(frame);
            for (lane, &gain_db) in gains_db.iter().enumerate() {
                rows.min[lane] = if gain_db < rows.min[lane] { gain_db } else { rows.min[lane] };
                rows.max[lane] = if gain_db > rows.max[lane] { gain_db } else { rows.max[lane] };
                rows.sum[lane] += gain_db;
                rows.reduction[lane] -= if gain_db < 0.0 { gain_db } else { 0.0 };
                rows.active[lane] += if gain_db.abs() > ACTIVE_DB { 1.0 } else { 0.0 };
            }
        }
        self.rows = rows;
        self.frames += (frames.len() / lanes) as u64;
    }

    fn drain_into(&mut self, sums: &mut [Sums]) {
        let rows = &self.rows;
        for (lane, sums) in sums.iter_mut().enumerate() {
            *sums = sums.with(&Sums {
                min: rows.min[lane],
                max: rows.max[lane],
                sum: f64::from(rows.sum[lane]),
                reduction: f64::from(rows.reduction[lane]),
                active: f64::from(rows.active[lane]),
            });
        }
        *self = Self { frames: 0, rows: Rows::EMPTY };
    }
}
