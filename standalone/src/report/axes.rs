//! From hertz, decibels and seconds to places in the picture, and the round numbers between.

/// A rectangle of the picture, in pixels.
#[derive(Clone, Copy)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// Right edge.
    pub fn right(self) -> f64 {
        self.left + self.width
    }

    /// Lower edge.
    pub fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// Frequencies in equal steps per octave.
#[derive(Clone, Copy)]
pub struct FrequencyAxis {
    /// Where the axis lies.
    pub area: Area,
    /// Frequency at the left edge.
    pub lowest_hz: f64,
    /// Frequency at the right edge.
    pub highest_hz: f64,
}

impl FrequencyAxis {
    /// The place of a frequency, held within the area.
    pub fn x(&self, hz: f64) -> f64 {
        let octaves = (self.highest_hz / self.lowest_hz).log2();
        let share = (hz.max(1e-3) / self.lowest_hz).log2() / octaves;
        self.area.left + self.area.width * share.clamp(0.0, 1.0)
    }

    /// The frequency at a share of the width, 0 … 1.
    pub fn hz(&self, share: f64) -> f64 {
        self.lowest_hz * (self.highest_hz / self.lowest_hz).powf(share)
    }

    /// Grid lines, and whether each has a label.
    pub fn ticks(&self) -> Vec<(f64, bool)> {
        [10.0, 100.0, 1000.0, 10_000.0]
            .into_iter()
            .flat_map(|decade| (1..10).map(move |digit| (decade * f64::from(digit), [1, 2, 5].contains(&digit))))
            .filter(|(hz, _)| (self.lowest_hz * 0.999..self.highest_hz * 1.001).contains(hz))
            .collect()
    }
}

/// Decibels, the larger ones higher up.
#[derive(Clone, Copy)]
pub struct DecibelAxis {
    /// Where the axis lies.
    pub area: Area,
    /// Level at the lower edge.
    pub lowest_db: f64,
    /// Level at the upper edge.
    pub highest_db: f64,
}

impl DecibelAxis {
    /// The place of a level, held within the area.
    pub fn y(&self, db: f64) -> f64 {
        let share = (self.highest_db - db) / (self.highest_db - self.lowest_db);
        self.area.top + self.area.height * share.clamp(0.0, 1.0)
    }

    /// Multiples of a round step, at least `apart` pixels from each other.
    pub fn ticks(&self, apart: f64) -> Vec<f64> {
        let pixels_per_db = self.area.height / (self.highest_db - self.lowest_db);
        let step = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0]
            .into_iter()
            .find(|step| step * pixels_per_db >= apart)
            .unwrap_or(96.0);
        multiples(self.lowest_db, self.highest_db, step)
    }
}

/// Time from the beginning.
#[derive(Clone, Copy)]
pub struct TimeAxis {
    /// Where the axis lies.
    pub area: Area,
    /// Time at the right edge.
    pub seconds: f64,
}

impl TimeAxis {
    /// Multiples of a round step with their labels.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let step = self.step();
        multiples(0.0, self.seconds, step)
            .into_iter()
            .map(|seconds| (self.area.left + self.area.width * seconds / self.seconds, self.label(seconds)))
            .collect()
    }

    /// 1, 2 or 5 of a power of ten below ten seconds, then what clocks show: at most twelve steps.
    fn step(&self) -> f64 {
        let most = 12.0;
        let decimal = (-6..=0).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10.0_f64.powi(power)));
        let clock = [10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
        decimal
            .chain(clock)
            .find(|step| self.seconds / step <= most)
            .unwrap_or_else(|| 3600.0 * (self.seconds / 3600.0 / most).ceil())
    }

    fn label(&self, seconds: f64) -> String {
        let whole = seconds.round() as u64;
        match self.seconds {
            short if short < 0.1 => format!("{} ms", rounded(seconds * 1000.0)),
            short if short < 60.0 => format!("{} s", rounded(seconds)),
            long if long < 3600.0 => format!("{}:{:02}", whole / 60, whole % 60),
            _ => format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60),
        }
    }
}

/// "0.25" rather than "0.250000001".
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|k| k as f64 * step).collect()
}
