//! What a kernel left behind, and how two of them compare.

/// Numbers of one kind, frame by frame.
#[derive(Clone, Debug)]
pub enum Numbers {
    /// Audio, levels, gains, filter history.
    Single(Vec<f32>),
    /// Envelopes.
    Double(Vec<f64>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Self::Single(values) => values.len(),
            Self::Double(values) => values.len(),
        }
    }

    fn bits(&self, index: usize) -> u64 {
        match self {
            Self::Single(values) => u64::from(values[index].to_bits()),
            Self::Double(values) => values[index].to_bits(),
        }
    }

    fn value(&self, index: usize) -> f64 {
        match self {
            Self::Single(values) => f64::from(values[index]),
            Self::Double(values) => values[index],
        }
    }

    fn same_bits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Single(a), Self::Single(b)) => a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits()),
            (Self::Double(a), Self::Double(b)) => a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits()),
            _ => false,
        }
    }
}

/// Some hundred times the smallest normal number: −700 dB.
const FLUSHED: f64 = 1.0e-35;

/// How far kernels that round twice may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// Not at all: nothing is rounded.
    Exact,
    /// Times the largest number of the field, and what is lost where numbers are flushed to zero.
    OfPeak(f64),
    /// In the unit of the field, dB.
    Decibels(f64),
}

/// One output of a kernel, or a part of its history.
#[derive(Clone, Debug)]
pub struct Field {
    /// Parameter of the kernel.
    pub name: &'static str,
    /// Numbers per frame.
    pub lanes: usize,
    /// What it holds.
    pub numbers: Numbers,
    /// For kernels that round twice.
    pub tolerance: Tolerance,
}

impl Field {
    /// Single precision.
    pub fn single(name: &'static str, lanes: usize, tolerance: Tolerance, values: Vec<f32>) -> Self {
        Self { name, lanes, numbers: Numbers::Single(values), tolerance }
    }

    /// Double precision.
    pub fn double(name: &'static str, lanes: usize, tolerance: Tolerance, values: Vec<f64>) -> Self {
        Self { name, lanes, numbers: Numbers::Double(values), tolerance }
    }
}

/// Everything that a kernel left behind.
#[derive(Clone, Debug)]
pub struct Outcome(pub Vec<Field>);

impl Outcome {
    /// The first number whose bits differ from those of `expected`, in words.
    pub fn same_bits(&self, expected: &Self) -> Result<(), String> {
        self.compare(expected, |found, wanted| {
            if found.numbers.same_bits(&wanted.numbers) {
                return None;
            }
            (0..found.numbers.len()).find(|&i| found.numbers.bits(i) != wanted.numbers.bits(i))
        })
    }

    /// The first number that is further from `expected` than its field allows, in words.
    pub fn close_to(&self, expected: &Self) -> Result<(), String> {
        self.compare(expected, |found, wanted| {
            let all = 0..wanted.numbers.len();
            let allowed = match wanted.tolerance {
                Tolerance::Exact => 0.0,
                Tolerance::Decibels(db) => db,
                Tolerance::OfPeak(share) => {
                    share * all.clone().map(|i| wanted.numbers.value(i).abs()).fold(0.0, f64::max) + FLUSHED
                }
            };
            // Not "greater than": a NaN is far from everything.
            let near = |i: usize| (found.numbers.value(i) - wanted.numbers.value(i)).abs() <= allowed;
            all.into_iter().find(|&i| !near(i))
        })
    }

    fn compare(&self, expected: &Self, differs: impl Fn(&Field, &Field) -> Option<usize>) -> Result<(), String> {
        if self.0.len() != expected.0.len() {
            return Err(format!("{} fields instead of {}", self.0.len(), expected.0.len()));
        }
        for (found, wanted) in self.0.iter().zip(&expected.0) {
            let name = wanted.name;
            if found.numbers.len() != wanted.numbers.len() {
                return Err(format!("{name}: {} numbers instead of {}", found.numbers.len(), wanted.numbers.len()));
            }
            if let Some(at) = differs(found, wanted) {
                return Err(format!(
                    "{name}, frame {}, lane {}: {:e} (bits {:x}) instead of {:e} (bits {:x})",
                    at / wanted.lanes,
                    at % wanted.lanes,
                    found.numbers.value(at),
                    found.numbers.bits(at),
                    wanted.numbers.value(at),
                    wanted.numbers.bits(at),
                ));
            }
        }
        Ok(())
    }

    /// Turns the lowest bit of one number over, for tests of the tests. False if there is no number.
    pub fn disturb(&mut self, field: usize, index: usize) -> bool {
        match self.0.get_mut(field).map(|field| &mut field.numbers) {
            Some(Numbers::Single(values)) if index < values.len() => {
                values[index] = f32::from_bits(values[index].to_bits() ^ 1);
                true
            }
            Some(Numbers::Double(values)) if index < values.len() => {
                values[index] = f64::from_bits(values[index].to_bits() ^ 1);
                true
            }
            _ => false,
        }
    }

    /// Makes the largest number of a field a thousandth larger, or a hundredth of a dB, for tests of the tests. False
    /// if there is none but zero.
    pub fn worsen(&mut self, field: usize) -> bool {
        let Some(Field { numbers, tolerance, .. }) = self.0.get_mut(field) else { return false };
        let size = |i: &usize| numbers.value(*i).abs();
        let Some(at) = (0..numbers.len()).max_by(|a, b| size(a).total_cmp(&size(b))) else { return false };
        let value = numbers.value(at);
        let worse = match tolerance {
            Tolerance::Decibels(_) => value + 0.01,
            _ => value * 1.001,
        };
        match numbers {
            Numbers::Single(values) => values[at] = worse as f32,
            Numbers::Double(values) => values[at] = worse,
        }
        value != 0.0
    }
}
