//! The parameter table against its specification, and every way of a value through it and back.

use octant_dsp::Settings;
use octant_dsp::params::{
    self, Change, Kind, MIN_CROSSOVER_RATIO, Param, ParamRef, Skew, Unit, apply, closest, find, lookup,
    sanitize_crossovers,
};
use octant_dsp::settings::{Channels, Law, Slope};
use std::collections::HashSet;

/// Ids, paths, ranges, defaults, units, skews and automation as the manual prints them: the contract.
const MANUAL: &str = "
bypass | – | false / true | false | – | – | yes
hold_latency | – | false / true | false | – | – | no
bands | bands | 1 … 8 | 4 | – | – | no
mode | mode | lr / transparent / linear | lr | – | – | no
slope | slope_db_per_oct | 12 / 24 / 48 | 24 | dB/oct | – | no
taps | linear_taps | 1024 / 2048 / 4096 / 8192 / 16384 / 32768 | 8192 | taps | – | no
in_gain | input_gain_db | -24 … 24 | 0 | dB | linear | yes
out_gain | output_gain_db | -24 … 24 | 0 | dB | linear | yes
mix | mix_percent | 0 … 100 | 100 | % | linear | yes
lookahead | lookahead_ms | 0 … 20 | 0 | ms | linear | no
delta | delta | false / true | false | – | – | yes
xover1 | crossovers_hz[0] | 20 … 20000 | 120 | Hz | log | yes
xover2 | crossovers_hz[1] | 20 … 20000 | 1000 | Hz | log | yes
xover3 | crossovers_hz[2] | 20 … 20000 | 6000 | Hz | log | yes
xover4 | crossovers_hz[3] | 20 … 20000 | 9000 | Hz | log | yes
xover5 | crossovers_hz[4] | 20 … 20000 | 12000 | Hz | log | yes
xover6 | crossovers_hz[5] | 20 … 20000 | 15000 | Hz | log | yes
xover7 | crossovers_hz[6] | 20 … 20000 | 18000 | Hz | log | yes
above_law | bands[].above.law | off / compress / expand | compress | – | – | yes
above_thr | bands[].above.threshold_db | -80 … 0 | -24 | dB | linear | yes
above_ratio | bands[].above.ratio | 1 … 100 | 2 | :1 | log | yes
above_range | bands[].above.range_db | 0 … 60 | 60 | dB | linear | yes
below_law | bands[].below.law | off / compress / expand | off | – | – | yes
below_thr | bands[].below.threshold_db | -80 … 0 | -60 | dB | linear | yes
below_ratio | bands[].below.ratio | 1 … 100 | 2 | :1 | log | yes
below_range | bands[].below.range_db | 0 … 80 | 24 | dB | linear | yes
knee | bands[].knee_db | 0 … 24 | 6 | dB | linear | yes
attack | bands[].attack_ms | 0.05 … 500 | 10 | ms | log | yes
release | bands[].release_ms | 1 … 5000 | 100 | ms | log | yes
hold | bands[].hold_ms | 0 … 500 | 0 | ms | log(1+x) | yes
hyst | bands[].hysteresis_db | 0 … 12 | 0 | dB | linear | yes
detector | bands[].detector | peak / rms / smooth | peak | – | – | yes
rms | bands[].rms_ms | 0.5 … 300 | 10 | ms | log | yes
link | bands[].link_percent | 0 … 100 | 100 | % | linear | yes
auto_release | bands[].auto_release | false / true | false | – | – | yes
auto_makeup | bands[].auto_makeup | false / true | false | – | – | yes
gain | bands[].gain_db | -24 … 24 | 0 | dB | linear | yes
mix | bands[].mix_percent | 0 … 100 | 100 | % | linear | yes
lookahead | bands[].lookahead_ms | 0 … 20 | 0 | ms | linear | no
sidechain | bands[].sidechain | internal / external | internal | – | – | yes
channels | bands[].channels | stereo / mid_side | stereo | – | – | no
target | bands[].target | both / first / second | both | – | – | no
bypass | bands[].bypass | false / true | false | – | – | yes
mute | bands[].mute | false / true | false | – | – | yes
solo | bands[].solo | false / true | false | – | – | yes
listen | bands[].listen | false / true | false | – | – | no
";

fn manual_row(param: &Param) -> String {
    let (range, default, skew) = match param.kind {
        Kind::Float { min, max, default, skew } => {
            let skew = match skew {
                Skew::Linear => "linear",
                Skew::Log => "log",
                Skew::Log1p => "log(1+x)",
            };
            (format!("{min} … {max}"), default.to_string(), skew)
        }
        Kind::Integer { min, max, default } => (format!("{min} … {max}"), default.to_string(), "–"),
        Kind::Choice { texts, default } => (texts.join(" / "), texts[default].into(), "–"),
        Kind::Switch { default } => ("false / true".into(), default.to_string(), "–"),
    };
    let or_dash = |text: &'static str| if text.is_empty() { "–" } else { text };
    let automatable = if param.automatable() { "yes" } else { "no" };
    let (path, unit) = (or_dash(param.path), or_dash(param.unit.suffix()));
    format!("{} | {path} | {range} | {default} | {unit} | {skew} | {automatable}", param.id)
}

/// Values all over the range, both ends and the default included.
fn values(param: &Param) -> Vec<f64> {
    let mut values: Vec<f64> = (0..=997).map(|i| param.from_normalised(f64::from(i) / 997.0)).collect();
    values.extend([param.min(), param.max(), param.default()]);
    values
}

fn rows() -> impl Iterator<Item = &'static Param> {
    params::globals().iter().chain(params::band_params())
}

#[test]
fn the_table_is_the_manual() {
    let table: Vec<String> = rows().map(manual_row).collect();
    assert_eq!(table.join("\n"), MANUAL.trim());
}

#[test]
fn ids_are_unique_complete_and_findable() {
    assert_eq!((params::globals().len(), params::band_params().len()), (18, 28));
    let ids: HashSet<String> = params::all().map(|param| param.id()).collect();
    assert_eq!(ids.len(), 18 + 8 * 28);
    for param in params::all() {
        let found = find(&param.id()).expect("every id is found");
        assert_eq!((found.id(), found.band), (param.id(), param.band));
    }
    for id in ["", "b", "b1", "b0_mix", "b9_mix", "b1_", "b1_xover1", "b11_mix", "xover0", "xover8", "Mix", "bé_mix"] {
        assert!(find(id).is_none(), "{id}");
    }
}

#[test]
fn names_are_there_and_fit() {
    for param in rows() {
        assert!(!param.name.is_empty() && !param.short_name.is_empty(), "{param:?}");
        assert!(param.short_name.chars().count() <= 12, "{param:?}");
    }
    assert_eq!(find("b3_above_thr").map(|p| p.name()).as_deref(), Some("B3 Above threshold"));
}

#[test]
fn groups_follow_from_what_a_change_means() {
    let structural: Vec<&str> = rows().filter(|p| p.change == Change::Structure).map(|p| p.id).collect();
    assert_eq!(structural, ["bands", "mode", "slope", "taps", "channels", "target"]);
    let latency: Vec<&str> = rows().filter(|p| p.change == Change::Latency).map(|p| p.id).collect();
    assert_eq!(latency, ["hold_latency", "lookahead", "lookahead"]);
}

#[test]
fn defaults_are_inside_and_equal_those_of_the_settings() {
    let settings = Settings::default();
    for param in params::all() {
        let default = param.param.default();
        assert!(param.param.check(default).is_ok(), "{}", param.id());
        assert_eq!(param.get(&settings), default, "{}", param.id());
    }
}

/// Every row writes its own field, of its own band, and nothing else.
#[test]
fn every_parameter_reaches_one_field() {
    let fresh = Settings::default();
    for param in params::all() {
        let row = param.param;
        let other = if row.default() == row.max() { row.min() } else { row.max() };
        let mut settings = fresh;
        param.set(&mut settings, other).expect("inside the range");
        assert_eq!(param.get(&settings), other, "{}", param.id());
        let changed = params::all().filter(|p| p.get(&settings) != p.get(&fresh)).count();
        assert_eq!(changed, 1, "{}", param.id());
        param.set(&mut settings, row.default()).expect("the default is valid");
        assert_eq!(settings, fresh, "{}", param.id());
    }
}

#[test]
fn every_choice_comes_back() {
    let mut settings = Settings::default();
    for param in params::all() {
        for index in 0..=(param.param.max() as usize).min(5) {
            let plain = param.param.clamp(index as f64);
            param.set_clamped(&mut settings, plain);
            assert_eq!(param.get(&settings), plain, "{}", param.id());
        }
    }
    assert!(apply(&mut settings, &[("slope", "48"), ("taps", "32768"), ("b2_channels", "Mid-Side")]).is_ok());
    assert_eq!((settings.slope, settings.linear_taps), (Slope::Db48, 32768));
    assert_eq!(settings.band[1].channels, Channels::MidSide);
}

#[test]
fn normalised_values_come_back() {
    for param in rows() {
        assert_eq!(param.from_normalised(0.0), param.min());
        assert_eq!(param.from_normalised(1.0), param.max());
        assert_eq!((param.from_normalised(-3.0), param.from_normalised(9.0)), (param.min(), param.max()));
        assert!(param.check(param.from_normalised(f64::NAN)).is_ok());
        for plain in values(param) {
            assert!(param.check(plain).is_ok(), "{param:?} {plain}");
            let normalised = param.to_normalised(plain);
            assert!((0.0..=1.0).contains(&normalised), "{param:?} {plain}");
            let back = param.from_normalised(normalised);
            assert!((back - plain).abs() <= 1e-11 * (1.0 + plain.abs()), "{param:?} {plain} {back}");
        }
    }
}

#[test]
fn skews_are_even_steps_of_what_they_say() {
    let row = |id: &str| find(id).expect("known id").param;
    assert!((row("xover1").from_normalised(0.5) - 632.455_532).abs() < 1e-6);
    assert!((row("b1_hold").from_normalised(0.5) - (501f64.sqrt() - 1.0)).abs() < 1e-9);
    assert_eq!(row("in_gain").from_normalised(0.5), 0.0);
}

#[test]
fn texts_are_stable() {
    for param in rows() {
        for plain in values(param) {
            let text = param.text(plain);
            let parsed = param.parse(&text).unwrap_or_else(|error| panic!("{param:?} {text}: {error}"));
            assert_eq!(param.text(parsed), text, "{param:?} {plain}");
            // What is read is never far from what is meant: 0.5 % or half of a tenth.
            assert!((parsed - plain).abs() <= 0.050_001_f64.max(0.006 * plain.abs()), "{param:?} {plain} {text}");
        }
    }
}

#[test]
fn texts_look_like_this() {
    let text = |id: &str, plain: f64| find(id).expect("known id").param.text(plain);
    assert_eq!(text("in_gain", -18.04), "-18.0 dB");
    assert_eq!(text("in_gain", -0.01), "0.0 dB");
    assert_eq!(text("xover1", 999.96), "1 kHz");
    assert_eq!(text("xover1", 1250.0), "1.25 kHz");
    assert_eq!(text("xover1", 62.5), "62.5 Hz");
    assert_eq!(text("b1_release", 1500.0), "1.5 s");
    assert_eq!(text("b1_attack", 0.05), "0.05 ms");
    assert_eq!(text("b1_above_ratio", 100.0), "∞:1");
    assert_eq!(text("b1_above_ratio", 4.0), "4:1");
    assert_eq!(text("mix", 33.33), "33.3 %");
    assert_eq!(text("slope", 1.0), "24 dB/oct");
    assert_eq!(text("taps", 3.0), "8192 taps");
    assert_eq!(text("b1_target", 2.0), "second");
    assert_eq!(text("bands", 4.0), "4");
    assert_eq!(text("delta", 1.0), "on");
    assert_eq!(text("mix", f64::NAN), "100 %");
}

#[test]
fn typed_texts_are_understood() {
    for (id, typed, plain) in [
        ("xover1", "2k", 2000.0),
        ("xover1", " 2.3 kHz ", 2300.0),
        ("xover1", "440", 440.0),
        ("xover1", "1e3", 1000.0),
        ("xover1", "1.5e0k", 1500.0),
        ("in_gain", "-18 dB", -18.0),
        ("in_gain", "\u{2212}18dB", -18.0),
        ("in_gain", "+3", 3.0),
        ("b1_above_ratio", "4:1", 4.0),
        ("b1_above_ratio", "inf", 100.0),
        ("b1_above_ratio", "∞", 100.0),
        ("b1_above_ratio", "∞:1", 100.0),
        ("b1_attack", "500 µs", 0.5),
        ("b1_release", "10 ms", 10.0),
        ("b1_release", "1.5 s", 1500.0),
        ("mix", "50%", 50.0),
        ("delta", "ON", 1.0),
        ("delta", "false", 0.0),
        ("slope", "48 dB/oct", 2.0),
        ("slope", "12dB", 0.0),
        ("taps", "1024", 0.0),
        ("b1_channels", "mid/side", 1.0),
        ("mode", "LR", 0.0),
        ("bands", "8", 8.0),
    ] {
        assert_eq!(find(id).expect("known id").param.parse(typed), Ok(plain), "{id}={typed}");
    }
}

#[test]
fn errors_are_one_sentence_that_begins_with_the_id() {
    for (id, typed, error) in [
        ("b1_above_ratio", "0.5", "b1_above_ratio: 0.5 is outside 1 … 100"),
        ("in_gain", "loud", "in_gain: expected a number in dB, found \"loud\""),
        ("in_gain", "nan", "in_gain: expected a number in dB, found \"nan\""),
        ("in_gain", "inf", "in_gain: expected a number in dB, found \"inf\""),
        ("in_gain", "1e999", "in_gain: expected a number in dB, found \"1e999\""),
        ("in_gain", "", "in_gain: expected a number in dB, found \"\""),
        ("in_gain", "1,5", "in_gain: expected a number in dB, found \"1,5\""),
        ("bands", "9", "bands: 9 is outside 1 … 8"),
        ("bands", "2.5", "bands: 2.5 is not a whole number"),
        ("mode", "fast", "mode: expected one of lr, transparent, linear, found \"fast\""),
        ("delta", "maybe", "delta: expected on or off, found \"maybe\""),
        ("b2_above_thrs", "1", "b2_above_thrs: no such parameter; did you mean b2_above_thr?"),
        ("B2_ABOVE_THR", "1", "B2_ABOVE_THR: no such parameter; did you mean b2_above_thr?"),
        ("bands[1].above.ratio", "1", "bands[1].above.ratio: no such parameter; did you mean b2_above_ratio?"),
        ("slope_db_per_oct", "24", "slope_db_per_oct: no such parameter; did you mean slope?"),
        ("b9_mix", "1", "b9_mix: no such parameter; bands are b1 to b8"),
        ("zebra-crossing", "1", "zebra-crossing: no such parameter; ids look like mix, xover1 or b1_above_thr"),
    ] {
        let mut settings = Settings::default();
        let result = apply(&mut settings, &[("mix", "50"), (id, typed)]);
        assert_eq!(result.expect_err(id).to_string(), error);
        assert_eq!(settings, Settings::default(), "nothing is taken over after an error");
    }
    assert!(lookup(&"b".repeat(100_000)).is_err_and(|error| error.to_string().len() < 200));
    assert_eq!(closest("glu", ["glue", "init"].into_iter()), Some("glue"));
    assert_eq!(closest("inptu", ["input", "output"].into_iter()), Some("input"), "letters changed places");
}

#[test]
fn a_new_number_of_bands_brings_its_layout() {
    let mut settings = Settings::default();
    let bands = find("bands").expect("known id");
    settings.crossovers_hz[0] = 77.0;
    bands.set_from_text(&mut settings, "4").expect("valid");
    assert_eq!(settings.crossovers_hz[0], 77.0, "the same number changes nothing");
    for count in 1..=8 {
        bands.set_from_text(&mut settings, &count.to_string()).expect("valid");
        assert_eq!(settings.bands, count);
        assert_eq!(settings.crossovers_hz[..count - 1], *params::default_crossovers_hz(count));
    }
    let warnings = apply(&mut settings, &[("xover1", "500"), ("bands", "2"), ("xover5", "8k"), ("b3_gain", "1")]);
    assert_eq!(settings.crossovers_hz[0], 500.0, "bands acts first");
    assert_eq!(settings.crossovers_hz[4], 8000.0, "kept for later");
    let expected = ["xover5: has no effect with 2 bands", "b3_gain: has no effect with 2 bands"];
    assert_eq!(warnings.expect("valid"), expected);
}

#[test]
fn values_set_without_a_check_end_in_the_range() {
    let mut settings = Settings::default();
    for param in params::all() {
        for wild in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 0.3] {
            param.set_clamped(&mut settings, wild);
            assert!(param.param.check(param.get(&settings)).is_ok(), "{}", param.id());
        }
    }
    let law = ParamRef { band: Some(7), ..find("b1_above_law").expect("known id") };
    law.set_clamped(&mut settings, 2.0);
    assert_eq!(settings.band[7].above.law, Law::Expand);
}

#[test]
fn any_list_of_crossovers_becomes_valid() {
    let mut noise = 12_345_u64;
    let mut random = || {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (noise >> 11) as f64 / (1_u64 << 53) as f64
    };
    for sample_rate_hz in [8000.0, 44_100.0, 48_000.0, 192_000.0] {
        let highest_hz = 20_000_f64.min(0.45 * sample_rate_hz);
        for round in 0..400 {
            let mut hz = [0.0; 7];
            hz.fill_with(|| (random() * 1e6_f64.ln()).exp());
            hz[round % 7] = [f64::NAN, f64::INFINITY, -5.0, 0.0][round % 4];
            let count = 1 + round % 7;
            sanitize_crossovers(&mut hz[..count], sample_rate_hz);
            assert!(hz[0] >= 19.999 && hz[count - 1] <= highest_hz);
            let apart = |pair: &[f64]| pair[1] / pair[0] >= MIN_CROSSOVER_RATIO - 1e-9;
            assert!(hz[..count].windows(2).all(apart), "{hz:?}");
            let once = hz;
            sanitize_crossovers(&mut hz[..count], sample_rate_hz);
            let near = |(a, b): (&f64, &f64)| (a / b - 1.0).abs() < 1e-12;
            assert!(hz.iter().zip(&once).take(count).all(near));
        }
    }
    let mut valid_hz = [100.0, 1000.0, 5000.0];
    sanitize_crossovers(&mut valid_hz, 48_000.0);
    assert_eq!(valid_hz, [100.0, 1000.0, 5000.0]);
    sanitize_crossovers(&mut [], 48_000.0);
    for bands in 1..=8 {
        let mut layout_hz = params::default_crossovers_hz(bands).to_vec();
        sanitize_crossovers(&mut layout_hz, 44_100.0);
        assert_eq!(layout_hz, params::default_crossovers_hz(bands));
    }
    assert!(rows().any(|param| param.unit == Unit::Hz));
}

/// What a plugin does with the rows: fields of the right type, named by the ids.
macro_rules! fields_of {
    ($name:ident; $($($field:ident).+ $([$index:literal])? $id:ident $id_text:literal $path:literal $label:literal
     $short:literal $unit:ident $change:ident $kind:ident $range:tt;)+) => {
        struct $name { $($id: &'static str),+ }
        impl $name {
            const IDS: &'static [(&'static str, &'static str)] = &[$((stringify!($id), $id_text)),+];
            fn new() -> Self {
                Self { $($id: stringify!($kind)),+ }
            }
            fn kinds(&self) -> Vec<&'static str> {
                vec![$(self.$id),+]
            }
        }
    };
}

octant_dsp::band_rows!(fields_of! { BandFields; });
octant_dsp::global_rows!(fields_of! { GlobalFields; });

#[test]
fn rows_reach_other_macros() {
    let (globals, band) = (GlobalFields::new(), BandFields::new());
    assert_eq!((globals.bands, globals.xover7), ("integer", "hz"));
    assert_eq!((band.above_law, band.above_thr, band.hold, band.listen), ("choice", "linear", "log1p", "switch"));
    assert_eq!((globals.kinds().len(), band.kinds().len()), (18, 28));
    assert!(GlobalFields::IDS.iter().chain(BandFields::IDS).all(|(word, text)| word == text));
}
