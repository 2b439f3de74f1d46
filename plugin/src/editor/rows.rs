//! The parameter table by position: what gestures, undo steps and widgets name their parameters by.

use octant_dsp::Settings;
use octant_dsp::params::{self, ParamRef};
use std::sync::OnceLock;

/// Position of a parameter in the order of [`params::all`].
pub type Row = usize;

/// Every parameter, in the order of the table.
pub fn all() -> &'static [ParamRef] {
    static ALL: OnceLock<Vec<ParamRef>> = OnceLock::new();
    ALL.get_or_init(|| params::all().collect())
}

/// The parameter at a position of the table.
pub fn at(row: Row) -> ParamRef {
    all()[row]
}

/// A parameter that exists once, by its id.
pub fn global(id: &str) -> Row {
    params::globals().iter().position(|param| param.id == id).expect("an id of the table")
}

/// A parameter of a band counted from 0, by its id without the band.
pub fn of_band(band: usize, id: &str) -> Row {
    let within = params::band_params().iter().position(|param| param.id == id).expect("an id of the table");
    params::globals().len() + band * params::band_params().len() + within
}

/// The frequency of a crossover counted from 0.
pub fn crossover(index: usize) -> Row {
    global("xover1") + index
}

/// The same parameter of another band; a global one stays itself.
pub fn same_of(row: Row, band: usize) -> Row {
    match at(row).band {
        Some(own) => row + band * params::band_params().len() - own * params::band_params().len(),
        None => row,
    }
}

/// Whether two settings sound alike: bypass and held latency are the host's, and bands that are not in use are silent.
pub fn same_sound(a: &Settings, b: &Settings) -> bool {
    let theirs = Settings { bypass: a.bypass, hold_latency: a.hold_latency, ..*b };
    !all().iter().any(|row| row.unused(&theirs).is_none() && row.get(&theirs) != row.get(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_name_what_they_say() {
        assert_eq!(at(global("mix")).id(), "mix");
        assert_eq!(at(of_band(2, "above_thr")).id(), "b3_above_thr");
        assert_eq!(at(crossover(6)).id(), "xover7");
        assert_eq!(at(same_of(of_band(7, "knee"), 0)).id(), "b1_knee");
        assert_eq!(same_of(global("mix"), 5), global("mix"));
    }
}
