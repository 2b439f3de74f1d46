//! Rows of the parameter table as parameters of the framework.
//!
//! The framework's own ranges cannot bend a knob's way exactly as the table does. So a number travels as its place on
//! the knob's way, 0 … 1, and the table turns places into plain values; choices travel as their index.

use crate::bridge::Bridge;
use crate::loading;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{BoolParam, FloatParam, FloatRange, IntParam, IntRange, Param};
use octant_dsp::params::{Kind, ParamRef, Skew, Unit};
use serde_json::Value;
use std::sync::Arc;

/// A row of the table and its place in [`Bridge`].
#[derive(Clone)]
pub struct Row {
    /// The row.
    pub row: ParamRef,
    /// Its index in the order of the table.
    pub index: usize,
    /// Where its plain value goes.
    pub bridge: Arc<Bridge>,
}

impl Row {
    fn publish(&self, plain: f64) {
        if loading::here() {
            self.bridge.hold();
        }
        self.bridge.write(self.index, plain);
    }

    /// The value as people read it, without the unit that the host writes behind it.
    fn text(&self, plain: f64) -> String {
        let text = self.row.param.text(plain);
        text.strip_suffix(unit(&self.row)).map_or(text.clone(), String::from)
    }

    fn parse(&self, text: &str) -> Option<f64> {
        self.row.param.parse(text.trim()).ok()
    }
}

/// The unit that stands behind every text of the row; empty where texts choose among units, as Hz and kHz.
fn unit(row: &ParamRef) -> &'static str {
    match row.param.unit {
        Unit::Db => " dB",
        Unit::Percent => " %",
        Unit::DbPerOct => " dB/oct",
        Unit::Taps => " taps",
        Unit::None | Unit::Ms | Unit::Hz | Unit::Ratio => "",
    }
}

/// The plain value of a place on the knob's way. Real-time safe.
///
/// Hosts hold places in single precision; rounding to what that resolves gives every preset's figure back exactly, so
/// −24 dB is −24 and not −24.000001.
pub fn plain_at(row: &ParamRef, place: f32) -> f64 {
    let plain = row.param.from_normalised(f64::from(place));
    let digits = match row.param.kind {
        Kind::Float { skew: Skew::Linear, .. } => 4,
        Kind::Float { .. } if plain.abs() >= 1e-4 => 5 - magnitude(plain.abs()),
        Kind::Float { .. } => 7,
        _ => return plain,
    };
    let rounded = if digits >= 0 {
        let scale = POWERS[digits.min(9) as usize];
        (plain * scale).round() / scale
    } else {
        plain.round()
    };
    row.param.clamp(rounded)
}

/// The place of a plain value on the knob's way.
pub fn place_of(row: &ParamRef, plain: f64) -> f32 {
    row.param.to_normalised(plain) as f32
}

const POWERS: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

fn magnitude(plain: f64) -> i32 {
    plain.log10().floor() as i32
}

/// A parameter type of the framework that can carry rows.
pub trait Carrier: Param + Sized {
    /// The parameter of a row, publishing its plain value whenever it changes.
    fn carry(row: Row) -> Self;
}

impl Carrier for FloatParam {
    fn carry(row: Row) -> Self {
        let (name, default) = (row.row.name(), place_of(&row.row, row.row.param.default()));
        let [written, shown, typed] = [row.clone(), row.clone(), row.clone()];
        let param = Self::new(name, default, FloatRange::Linear { min: 0.0, max: 1.0 })
            .with_unit(unit(&row.row))
            .with_callback(Arc::new(move |place| written.publish(plain_at(&written.row, place))))
            .with_value_to_string(Arc::new(move |place| shown.text(plain_at(&shown.row, place))))
            .with_string_to_value(Arc::new(move |text| Some(place_of(&typed.row, typed.parse(text)?))));
        if row.row.param.automatable() { param } else { param.non_automatable() }
    }
}

impl Carrier for IntParam {
    fn carry(row: Row) -> Self {
        let table = row.row.param;
        let range = IntRange::Linear { min: table.min() as i32, max: table.max() as i32 };
        let [written, shown, typed] = [row.clone(), row.clone(), row.clone()];
        let param = Self::new(row.row.name(), table.default() as i32, range)
            .with_unit(unit(&row.row))
            .with_callback(Arc::new(move |index| written.publish(written.row.param.clamp(f64::from(index)))))
            .with_value_to_string(Arc::new(move |index| shown.text(f64::from(index))))
            .with_string_to_value(Arc::new(move |text| Some(typed.parse(text)? as i32)));
        if table.automatable() { param } else { param.non_automatable() }
    }
}

impl Carrier for BoolParam {
    fn carry(row: Row) -> Self {
        let table = row.row.param;
        let [written, shown, typed] = [row.clone(), row.clone(), row.clone()];
        let param = Self::new(row.row.name(), table.default() >= 0.5)
            .with_callback(Arc::new(move |on| written.publish(f64::from(u8::from(on)))))
            .with_value_to_string(Arc::new(move |on| shown.text(f64::from(u8::from(on)))))
            .with_string_to_value(Arc::new(move |text| Some(typed.parse(text)? >= 0.5)));
        let param = if row.row.param.id == "bypass" && row.row.band.is_none() { param.make_bypass() } else { param };
        if table.automatable() { param } else { param.non_automatable() }
    }
}

/// One parameter, of whichever type.
#[derive(Clone, Copy, Debug)]
pub enum Carried<'a> {
    /// A place on the knob's way.
    Place(&'a FloatParam),
    /// A whole number or the index of a choice.
    Index(&'a IntParam),
    /// Off or on.
    Switch(&'a BoolParam),
}

impl<'a> From<&'a FloatParam> for Carried<'a> {
    fn from(param: &'a FloatParam) -> Self {
        Self::Place(param)
    }
}

impl<'a> From<&'a IntParam> for Carried<'a> {
    fn from(param: &'a IntParam) -> Self {
        Self::Index(param)
    }
}

impl<'a> From<&'a BoolParam> for Carried<'a> {
    fn from(param: &'a BoolParam) -> Self {
        Self::Switch(param)
    }
}

impl Carried<'_> {
    /// The plain value, without what a host modulates for the moment.
    pub fn plain(&self, row: &ParamRef) -> f64 {
        match self {
            Self::Place(param) => plain_at(row, param.unmodulated_plain_value()),
            Self::Index(param) => row.param.clamp(f64::from(param.unmodulated_plain_value())),
            Self::Switch(param) => f64::from(u8::from(param.unmodulated_plain_value())),
        }
    }

    /// The value as a state keeps it: exactly what the host set.
    pub fn kept(&self) -> Value {
        match self {
            // Widening is exact, so narrowing gives the same place back; a place that is no number is none.
            Self::Place(param) => f64::from(param.unmodulated_plain_value()).into(),
            Self::Index(param) => param.unmodulated_plain_value().into(),
            Self::Switch(param) => param.unmodulated_plain_value().into(),
        }
    }
}

/// What the framework shall set a row to, for a value as a state keeps it: the nearest valid one, the default if it is
/// missing or of another type.
pub fn restored(row: &ParamRef, kept: Option<&Value>) -> ParamValue {
    let table = row.param;
    match table.kind {
        Kind::Float { .. } => {
            let place = kept.and_then(Value::as_f64).map(|place| place.clamp(0.0, 1.0) as f32);
            ParamValue::F32(place.unwrap_or_else(|| place_of(row, table.default())))
        }
        Kind::Integer { .. } | Kind::Choice { .. } => {
            let index = kept.and_then(Value::as_f64).unwrap_or(table.default());
            ParamValue::I32(table.clamp(index) as i32)
        }
        Kind::Switch { default } => ParamValue::Bool(kept.and_then(Value::as_bool).unwrap_or(default)),
    }
}
