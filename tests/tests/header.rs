//! The C header and its mirror in Rust agree: every size, every offset, every signature of the kernel table.

use octant_dsp::layout::{
    Bins, Corners, Decode, DownState, Envelope, Extremes, Glide, Line, Modifier, RampLanes, Ramps, Rms, Section,
    Section4, Section8, Shelf, ShelfState, Smooth, Source, Sums, Taps, Tree, UpState,
};
use octant_tests::system::layout::{Place, in_c};

const HEADER: &str = include_str!("../../dsp-c/include/octant_dsp.h");
const MIRROR: &str = include_str!("../../dsp-c/src/ffi.rs");

fn size_of_field<S, F>(_: impl Fn(&S) -> &F) -> usize {
    size_of::<F>()
}

/// Sizes and offsets of the mirror, in C's names.
fn in_rust() -> Vec<Place> {
    let mut places = Vec::new();
    macro_rules! places {
        ($($type:ident $c_name:literal { $($field:ident),+ })+) => {
            $(
                places.push(Place { name: $c_name.into(), offset: 0, size: size_of::<$type>() });
                $(places.push(Place {
                    name: concat!($c_name, ".", stringify!($field)).into(),
                    offset: core::mem::offset_of!($type, $field),
                    size: size_of_field(|s: &$type| &s.$field),
                });)+
                // Fields that are missing above do not compile.
                let $type { $($field: _),+ } = $type::ZERO;
            )+
        };
    }
    places! {
        Line "oct_line" { lane }
        Section4 "oct_section4" { g, g2, gk_a, a_a, a2_a, gk_b, a_b, a2_b }
        Section8 "oct_section8" { g, g2, gk_a, a_a, a2_a, gk_b, a_b, a2_b }
        Tree "oct_tree" { down1, down2, down3, up1, up2, up3, up4 }
        Glide "oct_glide" { from, to, k_a, k_b }
        DownState "oct_down_state" { level1, level2, level3 }
        UpState "oct_up_state" { step1, step2, step3, step4 }
        Source "oct_source" { same, cross, external }
        Rms "oct_rms" { kappa, square, chosen }
        Smooth "oct_smooth" { a, b, late, chosen, odd }
        Section "oct_section" {
            edge, knee, curvature, slope, range, link, unlink, threshold, hysteresis, attack, release, slow, share, hold
        }
        Envelope "oct_envelope" { y1, y, slow, hold, open }
        RampLanes "oct_ramp" { from, step, frame }
        Ramps "oct_ramps" { sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen, touched }
        Modifier "oct_modifier" { sign_above, sign_below, gain, base, scale, mix }
        Extremes "oct_extremes" { level_db, lowest_db, highest_db }
        Bins "oct_bins" { up_re, up_im, down_re, down_im }
        Sums "oct_sums" { real, imaginary }
        Taps "oct_taps" { real, imaginary }
        Decode "oct_decode" { own_same, own_cross, other_same, other_cross }
        Corners "oct_corners" { g, octaves }
        Shelf "oct_shelf" { g, r }
        ShelfState "oct_shelf_state" { s }
    }
    places
}

#[test]
fn sizes_and_offsets_agree() {
    let (mut rust, mut c) = (in_rust(), in_c());
    let kernels: usize = table_of_header(HEADER).iter().map(|entry| entry.dimensions.iter().product::<usize>()).sum();
    rust.push(Place { name: "oct_kernels".into(), offset: 0, size: kernels * size_of::<usize>() });
    rust.sort();
    c.sort();
    assert_eq!(rust, c);
    assert_eq!(kernels, 59);
}

#[test]
fn alignments_are_cache_lines() {
    for alignment in [
        align_of::<Line>(),
        align_of::<Tree>(),
        align_of::<Glide>(),
        align_of::<DownState>(),
        align_of::<UpState>(),
        align_of::<Section>(),
        align_of::<Envelope>(),
        align_of::<Ramps>(),
        align_of::<Modifier>(),
        align_of::<Corners>(),
        align_of::<Shelf>(),
        align_of::<ShelfState>(),
    ] {
        assert_eq!(alignment, 64);
    }
}

/// One entry of the kernel table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    /// Of the array of functions, outermost first; empty for a single function.
    dimensions: Vec<usize>,
    /// `usize`, `*const Type` or `*mut Type`.
    arguments: Vec<String>,
    /// None for `void`.
    result: Option<String>,
}

/// What lies between the bracket at the start of `text` and its partner, and what follows.
fn bracketed(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => (),
        }
        if depth == 0 {
            return (&text[1..at], &text[at + 1..]);
        }
    }
    panic!("a bracket without a partner: {text}");
}

/// Rust's name of a C type.
fn rust_type(c_name: &str) -> String {
    match c_name {
        "float" => "f32".into(),
        "double" => "f64".into(),
        "size_t" => "usize".into(),
        "uint32_t" => "u32".into(),
        "int32_t" => "i32".into(),
        "oct_ramp" => "RampLanes".into(),
        other => {
            let words = other.strip_prefix("oct_").unwrap_or_else(|| panic!("unknown type {other}")).split('_');
            words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
        }
    }
}

/// `const oct_line *restrict lines` to `*const Line`.
fn argument_of_header(text: &str) -> String {
    let text = text.replace("OCT_RESTRICT", " ").replace('*', " * ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_const = words[0] == "const";
    let type_name = rust_type(words[usize::from(is_const)]);
    match (words.contains(&"*"), is_const) {
        (true, true) => format!("*const {type_name}"),
        (true, false) => format!("*mut {type_name}"),
        (false, _) => type_name,
    }
}

/// A text without `/* … */`.
fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once("*/").map_or("", |(_, rest)| rest))
}

fn table_of_header(header: &str) -> Vec<Entry> {
    let header = without_comments(header);
    let start = header.find("typedef struct oct_kernels").expect("the table in the header");
    let body = &header[start..];
    let (body, _) = bracketed(&body[body.find('{').expect("a body")..]);
    let entries = body.split(';').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (result, rest) = entry.split_at(entry.find('(').expect("a function"));
            let result = Some(result.trim()).filter(|result| *result != "void").map(rust_type);
            let (name, arguments) = bracketed(rest);
            let mut parts = name.trim_start_matches('*').split('[');
            let name = parts.next().unwrap_or_default().to_owned();
            let dimensions = parts.map(|part| part.trim_end_matches(']').parse().expect("a dimension")).collect();
            let (arguments, _) = bracketed(arguments.trim_start());
            Entry { name, dimensions, arguments: arguments.split(',').map(argument_of_header).collect(), result }
        })
        .collect()
}

/// Arguments and result of `unsafe extern "C" fn(…) -> …`.
fn signature_of_mirror(text: &str) -> (Vec<String>, Option<String>) {
    let (arguments, rest) = bracketed(&text[text.find("fn(").expect("a function") + 2..]);
    let arguments = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty());
    let result = rest.trim_start().strip_prefix("->").and_then(|rest| rest.split([';', ',', ']']).next());
    (arguments.map(str::to_owned).collect(), result.map(|result| result.trim().to_owned()))
}

fn table_of_mirror(mirror: &str) -> Vec<Entry> {
    let functions: Vec<(&str, _)> = mirror
        .split("\ntype ")
        .skip(1)
        .map(|rest| {
            let (name, definition) = rest.split_once('=').expect("a definition");
            (name.trim(), signature_of_mirror(definition))
        })
        .collect();
    let start = mirror.find("struct Table").expect("the mirror of the table");
    let body = &mirror[start..];
    let (body, _) = bracketed(&body[body.find('{').expect("a body")..]);
    let mut entries = Vec::new();
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    for line in lines.collect::<Vec<_>>().join(" ").split_inclusive(", ").fold(Vec::<String>::new(), join_fields) {
        let (name, mut kind) = line.split_once(':').expect("a field");
        let mut dimensions = Vec::new();
        while let Some(array) = kind.trim().strip_prefix('[') {
            let (element, length) = array.trim_end_matches(']').rsplit_once(';').expect("a length");
            // Only the outermost bracket goes: the element may be an array itself.
            let element = if element.starts_with('[') { &array[..array.rfind(';').unwrap_or(0)] } else { element };
            dimensions.push(length.trim().parse().expect("a dimension"));
            kind = element;
        }
        let kind = kind.trim();
        let known = functions.iter().find(|(name, _)| *name == kind);
        let (arguments, result) = known.map_or_else(|| signature_of_mirror(kind), |(_, signature)| signature.clone());
        entries.push(Entry { name: name.trim().to_owned(), dimensions, arguments, result });
    }
    entries
}

/// Puts the pieces of a list of fields together that were cut inside of brackets.
fn join_fields(mut fields: Vec<String>, piece: &str) -> Vec<String> {
    let open = |text: &str| text.matches(['(', '[']).count() > text.matches([')', ']']).count();
    match fields.last_mut() {
        Some(last) if open(last) => last.push_str(piece),
        _ => fields.push(piece.to_owned()),
    }
    let last = fields.last_mut().expect("at least this piece");
    if !open(last) {
        *last = last.trim_end().trim_end_matches(',').to_owned();
    }
    fields
}

#[test]
fn signatures_agree() {
    let (header, mirror) = (table_of_header(HEADER), table_of_mirror(MIRROR));
    assert_eq!(header, mirror);
    assert_eq!(header.len(), 26);
    assert_eq!(header[0].arguments, ["*const f32", "*const f32", "*const f32", "usize", "*mut f32", "usize"]);
    assert_eq!((header[0].result.as_deref(), &header[1].result), (Some("i32"), &None));
    assert_eq!((header[2].name.as_str(), header[2].dimensions.as_slice()), ("up", &[3, 3][..]));
}

/// Canary: every kind of difference is noticed, on either side.
#[test]
fn a_changed_signature_is_noticed() {
    let right = table_of_header(HEADER);
    let table = HEADER.find("typedef struct oct_kernels").expect("the table");
    let (before, table) = HEADER.split_at(table);
    for (from, to) in [
        ("const float *OCT_RESTRICT l,", "float *OCT_RESTRICT l,"),
        ("const float *OCT_RESTRICT l,", "const double *OCT_RESTRICT l,"),
        ("float *OCT_RESTRICT pairs, size_t frames", "float *OCT_RESTRICT pairs, uint32_t frames"),
        ("int32_t (*interleave)", "void (*interleave)"),
        ("(*down[3])", "(*down[2])"),
        ("(*glide[3])", "(*slide[3])"),
        ("size_t mask, size_t at", "size_t at"),
        ("oct_extremes *OCT_RESTRICT extremes,", "oct_line *OCT_RESTRICT extremes,"),
    ] {
        assert!(table.contains(from), "{from}");
        let changed = table_of_header(&format!("{before}{}", table.replacen(from, to, 1)));
        assert_ne!(changed, right, "{to}");
    }
    let mirror = table_of_mirror(MIRROR);
    for (from, to) in [
        ("modify: unsafe extern \"C\" fn(*mut Ramps", "modify: unsafe extern \"C\" fn(*const Ramps"),
        (
            "type GlideFn = unsafe extern \"C\" fn(*const Glide, usize",
            "type GlideFn = unsafe extern \"C\" fn(*const Glide",
        ),
        ("*mut f32, usize) -> i32", "*mut f32, usize) -> u32"),
        ("up: [[UpFn; 3]; 3]", "up: [[UpFn; 2]; 3]"),
    ] {
        assert!(MIRROR.contains(from), "{from}");
        assert_ne!(table_of_mirror(&MIRROR.replacen(from, to, 1)), mirror, "{to}");
    }
    let mut places = in_c();
    places[3].offset += 4;
    assert_ne!(places, in_c());
}
