//! Preset files: errors that name the path, round trips that lose nothing, and the factory presets.

use octant_dsp::params::{self, Kind};
use octant_dsp::preset::{MAX_PRESET_BYTES, Preset, factory, find_factory};
use octant_dsp::settings::{Law, Mode, Settings};
use serde_json::{Map, Value, json};

const HEAD: &str = r#"{"format": "octant-preset", "version": 1"#;

/// A preset with these members beside `format` and `version`.
fn read(members: &str) -> Result<Preset, String> {
    let comma = if members.is_empty() { "" } else { ", " };
    Preset::from_json(&format!("{HEAD}{comma}{members}}}")).map_err(|error| error.to_string())
}

fn error_of(text: &str) -> String {
    Preset::from_json(text).expect_err(text).to_string()
}

#[test]
fn errors_name_the_path() {
    let nine = [r"{}"; 9].join(",");
    for (members, error) in [
        (r#""mode": "fast""#, r#"mode: expected one of lr, transparent, linear, found "fast""#),
        (r#""mode": 1"#, "mode: expected one of lr, transparent, linear, found 1"),
        (r#""slope_db_per_oct": 18"#, "slope_db_per_oct: expected one of 12, 24, 48, found 18"),
        (r#""slope_db_per_oct": true"#, "slope_db_per_oct: expected one of 12, 24, 48, found true"),
        (r#""slope_db_per_oct": "24""#, r#"slope_db_per_oct: expected one of 12, 24, 48, found "24""#),
        (r#""linear_taps": 5000"#, "linear_taps: expected one of 1024, 2048, 4096, 8192, 16384, 32768, found 5000"),
        (r#""crossovers_hz": [100, 200], "bands": [{}]"#, "crossovers_hz: 1 band needs 0 crossovers, found 2"),
        (r#""crossovers_hz": [100, "200"]"#, r#"crossovers_hz[1]: expected a number, found "200""#),
        (r#""crossovers_hz": [5]"#, "crossovers_hz[0]: 5 is outside 20 … 20000"),
        (r#""crossovers_hz": {}"#, "crossovers_hz: expected a list, found {}"),
        (r#""crossovers_hz": [30,40,50,60,70,80,90,100]"#, "crossovers_hz: 1 … 8 bands, found 9"),
        (
            r#""crossovers_hz": [100], "bands": [{}, {"above": {"ratio": 0.5}}]"#,
            "bands[1].above.ratio: 0.5 is outside 1 … 100",
        ),
        (r#""bands": [{"hold_ms": true}]"#, "bands[0].hold_ms: expected a number, found true"),
        (r#""bands": [{"hold_ms": null}]"#, "bands[0].hold_ms: expected a number, found null"),
        (r#""bands": [{"above": 3}]"#, "bands[0].above: expected an object, found 3"),
        (r#""bands": [{"below": []}]"#, "bands[0].below: expected an object, found []"),
        (r#""bands": [{"below": {"range_db": 81}}]"#, "bands[0].below.range_db: 81 is outside 0 … 80"),
        (r#""bands": [{"mute": 1}]"#, "bands[0].mute: expected true or false, found 1"),
        (r#""delta": "true""#, r#"delta: expected true or false, found "true""#),
        (r#""bands": [{"above": {"ratio": 0}, "below": 3}]"#, "bands[0].above.ratio: 0 is outside 1 … 100"),
        (r#""bands": [{"detector": "quad"}]"#, r#"bands[0].detector: expected one of peak, rms, smooth, found "quad""#),
        (r#""bands": []"#, "bands: 1 … 8 bands, found 0"),
        (r#""bands": {}"#, "bands: expected a list, found {}"),
        (r#""bands": [{}, 2]"#, "bands[1]: expected an object, found 2"),
        (&format!(r#""bands": [{nine}]"#), "bands: 1 … 8 bands, found 9"),
        (r#""tags": [1]"#, "tags[0]: expected a string, found 1"),
        (r#""tags": "a""#, r#"tags: expected a list, found "a""#),
        (r#""name": 1"#, "name: expected a string, found 1"),
        (r#""comment": null"#, "comment: expected a string, found null"),
        (r#""mix_percent": NaN"#, "mix_percent: expected a number, found NaN"),
        (r#""bands": [{}, {"gain_db": -Infinity}]"#, "bands[1].gain_db: expected a number, found -Infinity"),
        (r#""mix_percent": 1e999"#, "mix_percent: 1e999 is too large a number"),
        (r#""bands": [{"mute": true, "mute": false}]"#, "bands[0].mute: occurs twice"),
        (r#""x": {"a\n": 1, "a\u000a": 2}"#, "x.a\\n: occurs twice"),
    ] {
        assert_eq!(read(members).expect_err(members), error);
    }
}

#[test]
fn errors_of_the_whole_text_begin_with_a_dollar() {
    assert_eq!(error_of("[]"), "$: expected an object, found []");
    assert_eq!(error_of("{}"), r#"format: is missing, expected "octant-preset""#);
    assert_eq!(error_of(r#"{"format": null}"#), r#"format: expected "octant-preset", found null"#);
    assert_eq!(error_of(r#"{"format": "octant-preset"}"#), "version: is missing, expected 1");
    assert_eq!(error_of(r#"{"format": "x"}"#), r#"format: expected "octant-preset", found "x""#);
    for version in ["2", "true", "\"1\"", "null", "1.5"] {
        let text = format!(r#"{{"format": "octant-preset", "version": {version}}}"#);
        assert_eq!(error_of(&text), format!("version: expected 1, found {version}"));
    }
    for text in ["", " ", "{", "{\n\"a\"", "{]", "nul", "{\"a\": 1,}", "{} {}", "{\"a\": \"\\q\"}", "\"", "}"] {
        let error = error_of(text);
        assert!(error.starts_with("$: not JSON (line ") && error.ends_with(')'), "{text}: {error}");
        assert_eq!(error.matches(" line ").count() + error.matches("(line ").count(), 1, "{error}");
    }
    let not_text = Preset::from_bytes(b"{\"a\xff").expect_err("not UTF-8").to_string();
    assert_eq!(not_text, "$: not UTF-8 text (byte 4); a preset is JSON text");
}

#[test]
fn absurd_files_are_refused_gracefully() {
    for depth in [65, 128, 300_000] {
        for open in ["[", "{\"a\":"] {
            let text = format!("{HEAD}, \"x\": {}", open.repeat(depth.min(MAX_PRESET_BYTES / 6)));
            assert_eq!(error_of(&text), "$: objects and lists are nested more than 64 deep");
        }
    }
    let long = " ".repeat(MAX_PRESET_BYTES + 1);
    assert!(error_of(&long).starts_with("$: is too long for a preset, which has 1048576 bytes"));
    let long_text = format!(r#""mode": "{}""#, "ä".repeat(10_000));
    assert!(read(&long_text).expect_err("no such mode").chars().count() < 120);
    assert!(read(&format!(r#""x": {}1{}"#, "[".repeat(60), "]".repeat(60))).is_ok());
}

#[test]
fn what_is_missing_takes_its_default() {
    let preset = read("").expect("valid");
    assert_eq!(preset, Preset { unknown: preset.unknown.clone(), ..Preset::default() });
    assert_eq!(preset.settings, Settings::default());
    let three = read(r#""bands": [{}, {}, {}]"#).expect("valid").settings;
    assert_eq!(three.crossovers_hz, [200.0, 3000.0, 6000.0, 9000.0, 12_000.0, 15_000.0, 18_000.0]);
    let two = read(r#""crossovers_hz": [500]"#).expect("valid").settings;
    assert_eq!((two.bands, two.crossovers_hz[0], two.band[1].above.law), (2, 500.0, Law::Compress));
    assert!(Preset::from_json(&format!("\u{feff}{HEAD}}}")).is_ok(), "a byte order mark is skipped");
    assert!(read(r#""slope_db_per_oct": 48.0"#).is_ok(), "48.0 is 48");
}

#[test]
fn unknown_keys_are_kept_at_every_level_and_in_order() {
    let text = r#""zoo": {"b": [1.50, 2e3, null]}, "crossovers_hz": [500], "colour": "red", "bypass": true,
        "bands": [{"x": 1, "above": {"y": "ü", "ratio": 4}, "a": {}}, {"below": {"z": [[], {}]}}]"#;
    let preset = read(text).expect("valid");
    let written: Value = serde_json::from_str(&preset.to_json()).expect("JSON");
    assert_eq!(written["zoo"], json!({"b": [1.5, 2000.0, null]}));
    assert_eq!(written["colour"], "red");
    assert_eq!(written["bypass"], true, "host state is no part of a preset, so this key is unknown");
    assert_eq!(written["bands"][0]["x"], 1);
    assert_eq!(written["bands"][0]["above"]["y"], "ü");
    assert_eq!(written["bands"][0]["above"]["ratio"], 4);
    assert_eq!(written["bands"][1]["below"]["z"], json!([[], {}]));
    let keys: Vec<&String> = preset.unknown.top.keys().collect();
    assert_eq!(keys, ["zoo", "colour", "bypass"]);
    let told = preset.unknown.warnings();
    let places = ["zoo", "colour", "bypass", "bands[0].x", "bands[0].a", "bands[0].above.y", "bands[1].below.z"];
    assert_eq!(told, places.map(|path| format!("{path}: unknown key; it has no effect")));
    let hostile = read(r#""\u001b[2J\n": 1"#).expect("valid").warnings(48_000.0);
    assert!(!hostile[0].contains(char::is_control), "{hostile:?}");
    assert!(!preset.settings.bypass);
    assert_eq!(Preset::from_json(&preset.to_json()), Ok(preset));
}

/// A preset with other than the default value nearly everywhere.
fn varied(seed: u64) -> Preset {
    let mut noise = seed;
    let mut random = || {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (noise >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut preset = Preset::default();
    for param in params::all() {
        let plain = param.param.from_normalised(random());
        param.set_clamped(&mut preset.settings, plain);
    }
    (preset.settings.bypass, preset.settings.hold_latency) = (false, false);
    let fresh = Settings::default();
    for band in preset.settings.bands..8 {
        preset.settings.band[band] = fresh.band[band];
        preset.settings.crossovers_hz[band - 1] = fresh.crossovers_hz[band - 1];
    }
    preset.name = format!("\"{seed}\" \\ \n ∞");
    preset.tags = vec!["a, b".into(), String::new()];
    preset
}

#[test]
fn settings_survive_a_file_to_the_last_bit() {
    for seed in 0..300 {
        let preset = varied(seed);
        let text = preset.to_json();
        let back = Preset::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(back, preset, "{text}");
        assert_eq!(back.to_json(), text);
    }
}

#[test]
fn numbers_are_written_as_they_were_entered() {
    let members = r#""mix_percent": 0.3, "crossovers_hz": [120.0, 999.99, 1e4], "input_gain_db": -0.0, "bands":
        [{"above": {"threshold_db": -17.123456789}}, {"attack_ms": 0.1}, {}, {}]"#;
    let text = read(members).expect("valid").to_json();
    for entered in [
        "\"mix_percent\": 0.3,",
        "[120, 999.99, 10000]",
        "\"input_gain_db\": 0,",
        "\"threshold_db\": -17.123456789,",
        "\"attack_ms\": 0.1,",
    ] {
        assert!(text.contains(entered), "{entered} is missing in\n{text}");
    }
}

#[test]
fn wild_settings_still_give_a_valid_preset() {
    let mut preset = Preset::default();
    preset.settings.bands = 99;
    preset.settings.mix_percent = f64::NAN;
    preset.settings.crossovers_hz = [f64::INFINITY; 7];
    preset.settings.linear_taps = 7;
    preset.settings.band[7].above.ratio = -1.0;
    let back = Preset::from_json(&preset.to_json()).expect("valid").settings;
    assert_eq!((back.bands, back.mix_percent, back.linear_taps), (8, 100.0, 1024));
    assert_eq!((back.crossovers_hz[3], back.band[7].above.ratio), (20_000.0, 1.0));
}

/// Paths of all values below a JSON object, bands and list places without their number.
fn paths(object: &Map<String, Value>, before: &str, found: &mut Vec<String>) {
    for (key, value) in object {
        let path = format!("{before}{key}");
        match value {
            Value::Object(inner) => paths(inner, &format!("{path}."), found),
            Value::Array(list) if key == "bands" => {
                let Some(Value::Object(band)) = list.first() else { panic!("a band is an object") };
                paths(band, "bands[].", found);
            }
            Value::Array(list) if key == "crossovers_hz" => {
                found.extend((0..list.len()).map(|i| format!("{path}[{i}]")));
            }
            _ => found.push(path),
        }
    }
}

#[test]
fn the_table_and_the_file_have_the_same_paths() {
    let mut preset = Preset::default();
    preset.settings.bands = 8;
    let text = preset.to_json();
    let Ok(Value::Object(written)) = serde_json::from_str(&text) else { panic!("{text}") };
    let mut in_file = Vec::new();
    paths(&written, "", &mut in_file);
    let head = ["format", "version", "name", "author", "comment", "tags"];
    in_file.retain(|path| !head.contains(&path.as_str()));
    let rows = params::globals().iter().chain(params::band_params());
    let mut in_table: Vec<&str> = rows.map(|param| param.path).collect();
    in_table.retain(|path| !path.is_empty() && *path != "bands");
    in_file.sort();
    in_table.sort_unstable();
    assert_eq!(in_file, in_table);
    let top: Vec<&str> = written.keys().map(String::as_str).collect();
    let order = "format version name author comment tags mode slope_db_per_oct linear_taps crossovers_hz \
                 input_gain_db output_gain_db mix_percent lookahead_ms delta bands";
    assert_eq!(top.join(" "), order);
    let band = written["bands"][0].as_object().expect("an object");
    let keys: Vec<&str> = band.keys().map(String::as_str).collect();
    assert_eq!((keys[0], keys[1], keys[2], keys[21]), ("above", "below", "knee_db", "listen"));
}

#[test]
fn sanitised_values_are_told() {
    let preset = read(r#""crossovers_hz": [1000, 500, 6000], "bands": [{"lookahead_ms": 5}, {}, {}, {}]"#);
    let warnings = preset.expect("valid").warnings(48_000.0);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("crossovers_hz[1]: 1122.5 Hz is used instead of 500 Hz"), "{warnings:?}");
    assert!(warnings[1].starts_with("bands[0].lookahead_ms: 0 ms is used instead of 5 ms"), "{warnings:?}");
    let preset = Preset::default();
    assert!(preset.warnings(44_100.0).is_empty());
    let low = preset.warnings(8000.0);
    assert!(low.len() == 1 && low[0].starts_with("crossovers_hz[2]: 3600.0 Hz"), "{low:?}");
    let soft = read(r#""mode": "linear", "linear_taps": 2048, "crossovers_hz": [120, 165]"#).expect("valid");
    let soft = soft.warnings(48_000.0);
    let words = "crossovers_hz[0]: at 120.0 Hz the slopes are softer than 24 dB/oct; with linear_taps 2048 they are exact \
                 from 164 Hz up";
    assert_eq!(soft, [words]);
}

#[test]
fn factory_presets_are_complete_and_written_as_they_are_read() {
    assert!(factory().len() >= 14);
    for one in factory() {
        let preset = one.preset().unwrap_or_else(|error| panic!("{}: {error}", one.slug));
        assert_eq!(preset.to_json(), one.json, "{}", one.slug);
        assert_eq!(preset.author, "Octant Audio", "{}", one.slug);
        assert!(preset.comment.len() > 60 && !preset.tags.is_empty(), "{}", one.slug);
        assert_eq!(preset.settings.mode, Mode::Lr, "{}", one.slug);
        assert!(preset.unknown.top.is_empty(), "{}", one.slug);
        for rate_hz in [44_100.0, 48_000.0, 192_000.0] {
            assert_eq!(preset.warnings(rate_hz), [""; 0], "{}", one.slug);
        }
        for (other, name) in [(one.slug.to_uppercase(), "slug"), (preset.name.to_lowercase(), "name")] {
            assert_eq!(find_factory(&other), Some(one), "{name} of {}", one.slug);
        }
        // Idle bands are switched off, not left at a threshold that happens not to be reached.
        assert!(preset.settings.band[preset.settings.bands..].iter().all(|band| *band == Default::default()));
    }
    assert_eq!(find_factory("no such preset"), None);
    let init = find_factory("Init").and_then(|one| one.preset().ok()).expect("init is there").settings;
    assert!(init.band[..init.bands].iter().all(|b| b.above.law == Law::Off && b.below.law == Law::Off));
}

#[test]
fn every_factory_file_is_embedded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/presets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of the presets")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    let mut slugs: Vec<String> = factory().iter().map(|one| format!("{}.json", one.slug)).collect();
    files.sort();
    slugs.sort();
    assert_eq!(files, slugs);
}

#[test]
fn no_damaged_preset_makes_the_reader_panic() {
    let mut noise = 99_u64;
    let mut random = |below: usize| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (noise >> 33) as usize % below
    };
    let pieces: [&[u8]; 12] = [b"{", b"}", b"[", b"]", b"\"", b",", b"NaN", b"-", b"1e999", b"null", b"\\u", b"\xff"];
    let (mut read, mut refused) = (0, 0);
    for one in factory() {
        for _ in 0..400 {
            let mut bytes = one.json.as_bytes().to_vec();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] ^= 1 << random(8),
                    1 => bytes.truncate(at.max(1)),
                    2 => drop(bytes.remove(at)),
                    _ => drop(bytes.splice(at..at, pieces[random(12)].iter().copied())),
                }
                if bytes.is_empty() {
                    bytes.push(b'{');
                }
            }
            match Preset::from_bytes(&bytes) {
                Ok(preset) => {
                    read += 1;
                    assert_eq!(Preset::from_json(&preset.to_json()), Ok(preset));
                }
                Err(error) => {
                    refused += 1;
                    let text = error.to_string();
                    assert!(!error.path.is_empty() && !text.contains('\n'), "{text}");
                }
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

#[test]
fn every_wrong_type_at_every_key_is_an_error_at_that_key() {
    let mut preset = Preset::default();
    preset.settings.bands = 2;
    let written: Value = serde_json::from_str(&preset.to_json()).expect("JSON");
    for param in params::all().filter(|param| param.band.is_none_or(|band| band < 2)) {
        let Some(path) = param.json_path() else {
            continue;
        };
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        for wrong in [Value::Null, json!([]), json!({}), json!("x"), json!(-1e9), json!(true)] {
            let mut changed = written.clone();
            let Some(place) = changed.pointer_mut(&pointer) else {
                continue;
            };
            let is_switch = matches!(param.param.kind, Kind::Switch { .. });
            if is_switch && wrong == true || path == "bands" && wrong == json!([]) {
                continue;
            }
            *place = wrong;
            let error = error_of(&changed.to_string());
            assert!(error.starts_with(&format!("{path}: ")), "{error}");
        }
    }
}
