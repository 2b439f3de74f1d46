//! The plugin's parameters as a host sees them.

use octant_dsp::params::{self, Change};
use octant_tests::random::Random;
use octant_tests::side_by_side::number;
use octant_tests::system::clap::{Instance, linked};

#[test]
fn every_row_of_the_table_is_there_once() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    assert_eq!(infos.len(), params::all().count());
    for row in params::all() {
        let (id, info) = (row.id(), infos.get(&row.name()).unwrap_or_else(|| panic!("{}", row.name())));
        assert_eq!(info.id, number(&id), "{id}");
        assert_eq!(info.automatable, row.param.change == Change::Live, "{id}");
        assert_eq!(info.bypass, id == "bypass", "{id}");
        assert_eq!(info.module, row.band.map_or(String::new(), |band| format!("Band {}", band + 1)), "{id}");
        let [min, max, default] = info.range;
        if info.stepped {
            assert_eq!(max - min, row.param.max() - row.param.min(), "{id}");
            // The framework counts steps in single precision.
            assert!((default - min - (row.param.default() - row.param.min())).abs() < 1e-6, "{id}");
        } else {
            assert_eq!([min, max], [0.0, 1.0], "{id}");
            assert!((default - row.param.to_normalised(row.param.default())).abs() < 1e-6, "{id}");
        }
        assert_eq!(instance.value(info.id), default, "{id}");
    }
}

/// What a host shows is what the table says.
#[test]
fn texts_are_those_of_the_table() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    for row in params::all() {
        let info = &infos[&row.name()];
        for plain in [row.param.min(), row.param.default(), row.param.max()] {
            let (place, steps) = (row.param.to_normalised(plain), info.range[1] - info.range[0]);
            let text = instance.text(info.id, if info.stepped { place * steps } else { place });
            assert_eq!(text, row.param.text(plain), "{}", row.id());
        }
    }
}

/// text → value → text, and value → text → value → text, everywhere on the way of every knob.
#[test]
fn texts_and_values_lead_to_each_other() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    let mut random = Random::named("texts");
    for row in params::all() {
        let info = &infos[&row.name()];
        let [min, max, _] = info.range;
        for turn in 0..60 {
            let value = random.between(min, max);
            let value = if info.stepped { value.round() } else { value };
            let text = instance.text(info.id, value);
            let back = instance.parse(info.id, &text).unwrap_or_else(|| panic!("{} {text}", row.id()));
            assert_eq!(instance.text(info.id, back), text, "{} turn {turn}", row.id());
            assert!(
                (min..=max).contains(&back) && (!info.stepped || (back - value).abs() < 1e-6),
                "{} {text}",
                row.id()
            );
        }
        for nonsense in ["", "loud", "nan", "1e999", "∞ dB", "--1"] {
            assert_eq!(instance.parse(info.id, nonsense), None, "{} {nonsense}", row.id());
        }
    }
}

#[test]
fn pages_have_eight_knobs_each() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant-mono");
    let numbers: Vec<u32> = params::all().map(|row| number(&row.id())).collect();
    let pages = instance.pages();
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    let bands = ["Band 1", "Band 2", "Band 3", "Band 4", "Band 5", "Band 6", "Band 7", "Band 8"];
    assert_eq!((names[0], &names[1..]), ("Global", &bands[..]));
    assert!(pages.iter().all(|(_, ids)| ids.len() == 8 && ids.iter().all(|id| numbers.contains(id))));
}
