//! What the editor needs of whoever owns the parameters, and no more.

use super::rows::{self, Row};
use crate::carrier::{Carried, place_of};
use crate::params::OctantParams;
use crate::session::Kept;
use nice_plug::context::gui::{GuiContext, ParamSetter};
use octant_dsp::Settings;
use std::sync::{Arc, MutexGuard};

/// Owner of the parameters: the plugin in its host, or a plain value in tests.
///
/// Called by the window's thread only. `set` stands between `begin` and `end` of the same row.
pub trait Owner {
    /// What the parameters say now.
    fn settings(&self) -> Settings;
    /// The user takes hold of a parameter.
    fn begin(&mut self, row: Row);
    /// The user moves it to a plain value.
    fn set(&mut self, row: Row, plain: f64);
    /// The user lets go.
    fn end(&mut self, row: Row);
    /// Everything at once; one gesture for every parameter that changes.
    fn apply(&mut self, settings: &Settings);
    /// Slots, undo history, window size.
    fn kept(&self) -> MutexGuard<'_, Kept>;
}

/// The plugin in its host.
pub struct Hosted {
    params: Arc<OctantParams>,
    context: GuiContext,
}

impl Hosted {
    /// Parameters and the host that hears of their changes.
    pub fn new(params: Arc<OctantParams>, context: GuiContext) -> Self {
        Self { params, context }
    }

    fn with(&self, row: Row, act: impl FnOnce(&ParamSetter<'_>, Carried<'_>)) {
        if let Some((_, carried)) = self.params.carried().into_iter().nth(row) {
            act(&self.context.param_setter(), carried);
        }
    }
}

impl Owner for Hosted {
    fn settings(&self) -> Settings {
        self.params.settings()
    }

    fn begin(&mut self, row: Row) {
        self.with(row, |setter, carried| match carried {
            Carried::Place(param) => setter.begin_set_parameter(param),
            Carried::Index(param) => setter.begin_set_parameter(param),
            Carried::Switch(param) => setter.begin_set_parameter(param),
        });
    }

    fn set(&mut self, row: Row, plain: f64) {
        self.with(row, |setter, carried| match carried {
            Carried::Place(param) => setter.set_parameter(param, place_of(&rows::at(row), plain)),
            Carried::Index(param) => setter.set_parameter(param, plain as i32),
            Carried::Switch(param) => setter.set_parameter(param, plain >= 0.5),
        });
    }

    fn end(&mut self, row: Row) {
        self.with(row, |setter, carried| match carried {
            Carried::Place(param) => setter.end_set_parameter(param),
            Carried::Index(param) => setter.end_set_parameter(param),
            Carried::Switch(param) => setter.end_set_parameter(param),
        });
    }

    fn apply(&mut self, settings: &Settings) {
        self.params.apply(settings, &self.context.param_setter());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.params.session.kept()
    }
}
