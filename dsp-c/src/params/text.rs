//! Plain values as people read and type them: `text(parse(text(x)))` is always `text(x)`.

use super::{INFINITE_RATIO, Kind, Param, Unit};

impl Unit {
    /// How the unit is written behind a number.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Db => "dB",
            Self::Percent => "%",
            Self::Ms => "ms",
            Self::Hz => "Hz",
            Self::Ratio => ":1",
            Self::DbPerOct => "dB/oct",
            Self::Taps => "taps",
        }
    }

    /// What may stand behind a typed number (lower case, longest first) and the power of ten that it means.
    fn accepted(self) -> &'static [(&'static str, i32)] {
        match self {
            Self::None => &[],
            Self::Db => &[("db", 0)],
            Self::Percent => &[("percent", 0), ("%", 0)],
            Self::Ms => &[("ms", 0), ("us", -3), ("µs", -3), ("μs", -3), ("s", 3)],
            Self::Hz => &[("khz", 3), ("hz", 0), ("k", 3)],
            Self::Ratio => &[(":1", 0), ("x", 0)],
            Self::DbPerOct => &[("db/oct", 0), ("db", 0)],
            Self::Taps => &[("taps", 0)],
        }
    }
}

impl Param {
    /// A plain value with its unit, rounded to what matters: `-18.0 dB`, `1.25 kHz`, `1.5 s`, `∞:1`, `on`.
    pub fn text(&self, plain: f64) -> String {
        let plain = self.clamp(plain);
        match (self.kind, self.unit) {
            (Kind::Switch { .. }, _) => (if plain >= 0.5 { "on" } else { "off" }).into(),
            (Kind::Choice { texts, .. }, unit) => {
                format!("{} {}", texts[plain as usize], unit.suffix()).trim_end().into()
            }
            (Kind::Integer { .. }, _) => format!("{plain}"),
            // + 0.0 makes −0 a 0 in the rounding before.
            (_, Unit::Db) => format!("{:.1} dB", (plain * 10.0).round() / 10.0 + 0.0),
            (_, Unit::Percent) => format!("{} %", (plain * 10.0).round() / 10.0),
            (_, Unit::Ms) => match significant(plain, 3) {
                ms if ms >= 1000.0 => format!("{} s", ms / 1000.0),
                ms => format!("{ms} ms"),
            },
            (_, Unit::Hz) => match significant(plain, 4) {
                hz if hz >= 1000.0 => format!("{} kHz", hz / 1000.0),
                hz => format!("{hz} Hz"),
            },
            (_, Unit::Ratio) => match significant(plain, 3) {
                ratio if ratio >= INFINITE_RATIO => "∞:1".into(),
                ratio => format!("{ratio}:1"),
            },
            (_, unit) => format!("{plain} {}", unit.suffix()),
        }
    }

    /// The plain value of a typed text, inside the range; else what is wrong, without the id.
    ///
    /// Units may be missing; `2k`, `2 kHz`, `1.5 s`, `4:1`, `inf` and `−18 dB` with the true minus sign are understood;
    /// switches know on/off, true/false, yes/no, 1/0; choices their words, with `-` or blank for `_`.
    pub fn parse(&self, text: &str) -> Result<f64, String> {
        let typed = text.trim().to_lowercase().replace('\u{2212}', "-");
        let shown: String = text.trim().chars().take(40).collect();
        match self.kind {
            Kind::Switch { .. } => match typed.as_str() {
                "on" | "true" | "yes" | "1" => Ok(1.0),
                "off" | "false" | "no" | "0" => Ok(0.0),
                _ => Err(format!("expected on or off, found \"{shown}\"")),
            },
            Kind::Choice { texts, .. } => {
                let (word, _) = self.without_unit(&typed);
                let word = word.replace([' ', '-', '/'], "_");
                let index = texts.iter().position(|text| *text == word);
                index
                    .map(|index| index as f64)
                    .ok_or_else(|| format!("expected one of {}, found \"{shown}\"", texts.join(", ")))
            }
            Kind::Float { .. } | Kind::Integer { .. } => {
                let (number, power) = self.without_unit(&typed);
                let infinite = self.unit == Unit::Ratio && matches!(number, "inf" | "infinity" | "∞");
                let plain = if infinite { Some(INFINITE_RATIO) } else { decimal(number, power) };
                let Some(plain) = plain else {
                    let unit = match self.unit {
                        Unit::None | Unit::Ratio => String::new(),
                        unit => format!(" in {}", unit.suffix()),
                    };
                    return Err(format!("expected a number{unit}, found \"{shown}\""));
                };
                self.check(plain)
            }
        }
    }

    fn without_unit<'a>(&self, typed: &'a str) -> (&'a str, i32) {
        for (suffix, power) in self.unit.accepted() {
            if let Some(number) = typed.strip_suffix(suffix) {
                return (number.trim_end(), *power);
            }
        }
        (typed, 0)
    }
}

/// Shifts the decimal point in the text, not in the number: 2.3 k is exactly 2300.
fn decimal(number: &str, power: i32) -> Option<f64> {
    // Only digits, so that the words "inf" and "nan", which parse() knows, stay outside.
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = match number.split_once('e') {
        Some((digits, exponent)) => {
            let exponent = exponent.parse::<i32>().ok()?.checked_add(power)?;
            format!("{digits}e{exponent}").parse::<f64>()
        }
        None => format!("{number}e{power}").parse::<f64>(),
    };
    plain.ok().filter(|plain| plain.is_finite())
}

/// Rounds to so many significant decimal digits.
fn significant(plain: f64, digits: usize) -> f64 {
    format!("{plain:.*e}", digits - 1).parse().unwrap_or(plain)
}

/// The candidate that a mistyped word most probably means, if any is near: letters have changed places, or a third of them
/// or less differ.
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.to_lowercase().chars().take(64).collect();
    candidates
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            let swapped = sorted(lower.chars().collect()) == sorted(letters.clone());
            let edits = edits(&letters, &lower);
            (if swapped { edits.min(1) } else { edits }, candidate)
        })
        .filter(|(edits, candidate)| *edits <= (candidate.len() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

fn sorted(mut letters: Vec<char>) -> Vec<char> {
    letters.sort_unstable();
    letters
}

/// Levenshtein distance: letters to insert, remove or exchange.
fn edits(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (line, letter) in to.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in from.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[from.len()]
}
