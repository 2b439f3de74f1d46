//! The rows: every parameter is declared here and nowhere else.

use super::{Change, INFINITE_RATIO, Kind, MAX_CROSSOVER_HZ, MIN_CROSSOVER_HZ, Param, Skew, Unit};
use crate::settings::{Channels, Detector, Law, Mode, Settings, Sidechain, Slope, Target};

/// A field of the settings, seen as a plain value.
trait Field: Copy {
    fn to_plain(self) -> f64;
    fn from_plain(plain: f64) -> Self;
    /// Whether a row of this kind takes it. Types whose every value is one of a row's need not be looked at.
    #[inline(always)]
    fn is_taken(self, kind: &Kind) -> bool {
        kind.takes(self.to_plain())
    }
}

impl Field for f64 {
    fn to_plain(self) -> f64 {
        self
    }
    fn from_plain(plain: f64) -> Self {
        plain
    }
}

impl Field for bool {
    fn to_plain(self) -> f64 {
        f64::from(u8::from(self))
    }
    fn from_plain(plain: f64) -> Self {
        plain >= 0.5
    }
    fn is_taken(self, _: &Kind) -> bool {
        true
    }
}

impl Field for usize {
    fn to_plain(self) -> f64 {
        self as f64
    }
    fn from_plain(plain: f64) -> Self {
        plain as usize
    }
}

/// `linear_taps`, the only u32 of the settings, is 1024 shifted by its index; any other number has no whole one.
impl Field for u32 {
    fn to_plain(self) -> f64 {
        libm::log2(f64::from(self) / 1024.0)
    }
    fn from_plain(plain: f64) -> Self {
        1024 << (plain as u32).min(5)
    }
}

/// Gives every enum of the settings its texts, in the order of its variants.
macro_rules! choices {
    ($($type:ident: $first:ident $first_text:literal $(, $variant:ident $text:literal)*;)+) => { $(
        impl $type {
            /// The words of presets and command line, in the order of the variants.
            pub const TEXTS: &'static [&'static str] = &[$first_text $(, $text)*];
        }
        impl Field for $type {
            fn to_plain(self) -> f64 {
                self as usize as f64
            }
            fn from_plain(plain: f64) -> Self {
                match plain as usize {
                    $(i if i == Self::$variant as usize => Self::$variant,)*
                    _ => Self::$first,
                }
            }
            fn is_taken(self, _: &Kind) -> bool {
                true
            }
        }
    )+ };
}

choices! {
    Mode: Lr "lr", Transparent "transparent", Linear "linear";
    Slope: Db12 "12", Db24 "24", Db48 "48";
    Law: Off "off", Compress "compress", Expand "expand";
    Detector: Peak "peak", Rms "rms", Smooth "smooth";
    Sidechain: Internal "internal", External "external";
    Channels: Stereo "stereo", MidSide "mid_side";
    Target: Both "both", First "first", Second "second";
}

const TAPS: &[&str] = &["1024", "2048", "4096", "8192", "16384", "32768"];

const fn linear(min: f64, max: f64, default: f64) -> Kind {
    Kind::Float { min, max, default, skew: Skew::Linear }
}

const fn log(min: f64, max: f64, default: f64) -> Kind {
    Kind::Float { min, max, default, skew: Skew::Log }
}

const fn log1p(max: f64, default: f64) -> Kind {
    Kind::Float { min: 0.0, max, default, skew: Skew::Log1p }
}

const fn hz(default: f64) -> Kind {
    log(MIN_CROSSOVER_HZ, MAX_CROSSOVER_HZ, default)
}

const fn choice(texts: &'static [&'static str], default: usize) -> Kind {
    Kind::Choice { texts, default }
}

const fn integer(min: u32, max: u32, default: u32) -> Kind {
    Kind::Integer { min, max, default }
}

const fn switch(default: bool) -> Kind {
    Kind::Switch { default }
}

/// Hands the global rows to another macro, for code that needs them while it is compiled:
/// `global_rows!(callback! { anything })` becomes `callback! { anything rows }`.
///
/// A row is `field id "id" "path" "name" "short name" Unit Change kind(range);`: the id as a word for fields and once
/// more as text for attributes, which take nothing else. The kinds `linear`, `log`, `log1p` and `hz` are numbers, the
/// others `integer`, `choice` and `switch`. Read ranges from [`globals`](crate::params::globals):
/// the ones in the rows may name constants that are private here.
#[macro_export]
macro_rules! global_rows {
    ($callback:ident! { $($before:tt)* }) => {
        $callback! { $($before)*
            bypass             bypass       "bypass"       ""                 "Bypass"         "Bypass"     None     Live      switch(false);
            hold_latency       hold_latency "hold_latency" ""                 "Hold latency"   "Hold lat."  None     Latency   switch(false);
            bands              bands        "bands"        "bands"            "Bands"          "Bands"      None     Structure integer(1, 8, 4);
            mode               mode         "mode"         "mode"             "Mode"           "Mode"       None     Structure choice(Mode::TEXTS, 0);
            slope              slope        "slope"        "slope_db_per_oct" "Slope"          "Slope"      DbPerOct Structure choice(Slope::TEXTS, 1);
            linear_taps        taps         "taps"         "linear_taps"      "Filter length"  "Taps"       Taps     Structure choice(TAPS, 3);
            input_gain_db      in_gain      "in_gain"      "input_gain_db"    "Input gain"     "In gain"    Db       Live      linear(-24.0, 24.0, 0.0);
            output_gain_db     out_gain     "out_gain"     "output_gain_db"   "Output gain"    "Out gain"   Db       Live      linear(-24.0, 24.0, 0.0);
            mix_percent        mix          "mix"          "mix_percent"      "Mix"            "Mix"        Percent  Live      linear(0.0, 100.0, 100.0);
            lookahead_ms       lookahead    "lookahead"    "lookahead_ms"     "Look-ahead"     "Look-ahead" Ms       Latency   linear(0.0, 20.0, 0.0);
            delta              delta        "delta"        "delta"            "Delta"          "Delta"      None     Live      switch(false);
            crossovers_hz[0]   xover1       "xover1"       "crossovers_hz[0]" "Crossover 1"    "X1"         Hz       Live      hz(120.0);
            crossovers_hz[1]   xover2       "xover2"       "crossovers_hz[1]" "Crossover 2"    "X2"         Hz       Live      hz(1000.0);
            crossovers_hz[2]   xover3       "xover3"       "crossovers_hz[2]" "Crossover 3"    "X3"         Hz       Live      hz(6000.0);
            crossovers_hz[3]   xover4       "xover4"       "crossovers_hz[3]" "Crossover 4"    "X4"         Hz       Live      hz(9000.0);
            crossovers_hz[4]   xover5       "xover5"       "crossovers_hz[4]" "Crossover 5"    "X5"         Hz       Live      hz(12_000.0);
            crossovers_hz[5]   xover6       "xover6"       "crossovers_hz[5]" "Crossover 6"    "X6"         Hz       Live      hz(15_000.0);
            crossovers_hz[6]   xover7       "xover7"       "crossovers_hz[6]" "Crossover 7"    "X7"         Hz       Live      hz(18_000.0);
        }
    };
}

/// Hands the rows of a band to another macro, like [`global_rows`](crate::global_rows); read ranges from
/// [`band_params`](crate::params::band_params).
#[macro_export]
macro_rules! band_rows {
    ($callback:ident! { $($before:tt)* }) => {
        $callback! { $($before)*
            above.law          above_law    "above_law"    "bands[].above.law"          "Above law"       "Above"        None    Live      choice(Law::TEXTS, 1);
            above.threshold_db above_thr    "above_thr"    "bands[].above.threshold_db" "Above threshold" "Above thr"    Db      Live      linear(-80.0, 0.0, -24.0);
            above.ratio        above_ratio  "above_ratio"  "bands[].above.ratio"        "Above ratio"     "Above ratio"  Ratio   Live      log(1.0, INFINITE_RATIO, 2.0);
            above.range_db     above_range  "above_range"  "bands[].above.range_db"     "Above range"     "Above range"  Db      Live      linear(0.0, 60.0, 60.0);
            below.law          below_law    "below_law"    "bands[].below.law"          "Below law"       "Below"        None    Live      choice(Law::TEXTS, 0);
            below.threshold_db below_thr    "below_thr"    "bands[].below.threshold_db" "Below threshold" "Below thr"    Db      Live      linear(-80.0, 0.0, -60.0);
            below.ratio        below_ratio  "below_ratio"  "bands[].below.ratio"        "Below ratio"     "Below ratio"  Ratio   Live      log(1.0, INFINITE_RATIO, 2.0);
            below.range_db     below_range  "below_range"  "bands[].below.range_db"     "Below range"     "Below range"  Db      Live      linear(0.0, 80.0, 24.0);
            knee_db            knee         "knee"         "bands[].knee_db"            "Knee"            "Knee"         Db      Live      linear(0.0, 24.0, 6.0);
            attack_ms          attack       "attack"       "bands[].attack_ms"          "Attack"          "Attack"       Ms      Live      log(0.05, 500.0, 10.0);
            release_ms         release      "release"      "bands[].release_ms"         "Release"         "Release"      Ms      Live      log(1.0, 5000.0, 100.0);
            hold_ms            hold         "hold"         "bands[].hold_ms"            "Hold"            "Hold"         Ms      Live      log1p(500.0, 0.0);
            hysteresis_db      hyst         "hyst"         "bands[].hysteresis_db"      "Hysteresis"      "Hysteresis"   Db      Live      linear(0.0, 12.0, 0.0);
            detector           detector     "detector"     "bands[].detector"           "Detector"        "Detector"     None    Live      choice(Detector::TEXTS, 0);
            rms_ms             rms          "rms"          "bands[].rms_ms"             "RMS time"        "RMS time"     Ms      Live      log(0.5, 300.0, 10.0);
            link_percent       link         "link"         "bands[].link_percent"       "Channel link"    "Link"         Percent Live      linear(0.0, 100.0, 100.0);
            auto_release       auto_release "auto_release" "bands[].auto_release"       "Auto release"    "Auto rel."    None    Live      switch(false);
            auto_makeup        auto_makeup  "auto_makeup"  "bands[].auto_makeup"        "Auto make-up"    "Auto make-up" None    Live      switch(false);
            gain_db            gain         "gain"         "bands[].gain_db"            "Gain"            "Gain"         Db      Live      linear(-24.0, 24.0, 0.0);
            mix_percent        mix          "mix"          "bands[].mix_percent"        "Mix"             "Mix"          Percent Live      linear(0.0, 100.0, 100.0);
            lookahead_ms       lookahead    "lookahead"    "bands[].lookahead_ms"       "Look-ahead"      "Look-ahead"   Ms      Latency   linear(0.0, 20.0, 0.0);
            sidechain          sidechain    "sidechain"    "bands[].sidechain"          "Sidechain"       "Sidechain"    None    Live      choice(Sidechain::TEXTS, 0);
            channels           channels     "channels"     "bands[].channels"           "Channels"        "Channels"     None    Structure choice(Channels::TEXTS, 0);
            target             target       "target"       "bands[].target"             "Target"          "Target"       None    Structure choice(Target::TEXTS, 0);
            bypass             bypass       "bypass"       "bands[].bypass"             "Bypass"          "Bypass"       None    Live      switch(false);
            mute               mute         "mute"         "bands[].mute"               "Mute"            "Mute"         None    Live      switch(false);
            solo               solo         "solo"         "bands[].solo"               "Solo"            "Solo"         None    Live      switch(false);
            listen             listen       "listen"       "bands[].listen"             "Listen"          "Listen"       None    Audition  switch(false);
        }
    };
}

/// Makes rows into a table, and into a check of its ranges that costs a fraction of going through the table; `place` says
/// where their fields are.
macro_rules! table {
    ($table:ident [$rows:literal] $first_beyond:ident |$settings:ident, $band:ident| $place:expr;
     $($($field:ident).+ $([$index:literal])? $id:ident $id_text:literal $path:literal $name:literal
       $short:literal $unit:ident $change:ident $kind:ident $range:tt;)+) => {
        pub(super) static $table: [Param; $rows] = [$(Param {
            id: stringify!($id),
            path: $path,
            name: $name,
            short_name: $short,
            unit: Unit::$unit,
            kind: $kind $range,
            change: Change::$change,
            read: |$settings, $band| {
                let _ = $band;
                Field::to_plain($place.$($field).+ $([$index])?)
            },
            write: |$settings, $band, plain| {
                let _ = $band;
                $place.$($field).+ $([$index])? = Field::from_plain(plain);
            },
        }),+];

        /// The id of the first row whose value is beyond its range. Crossovers are left out: wherever they are used they are
        /// moved to where they can be.
        pub(super) fn $first_beyond($settings: &Settings, $band: usize) -> Option<&'static str> {
            let _ = $band;
            $({
                const KIND: Kind = $kind $range;
                if Unit::$unit != Unit::Hz && !$place.$($field).+ $([$index])?.is_taken(&KIND) {
                    return Some(stringify!($id));
                }
            })+
            None
        }
    };
}

global_rows!(table! { GLOBALS [18] first_global_beyond |settings, band| settings; });
band_rows!(table! { BAND [28] first_beyond_in_band |settings, band| settings.band[band]; });
