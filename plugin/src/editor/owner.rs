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
    /// Changes that the host was told of and that have not come back with a block yet.
    under_way: Vec<UnderWay>,
}

/// A parameter's new value while the parameter itself still has the old one: hosts hand changes back with the next block,
/// however late that comes.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    row: Row,
    old: f64,
    new: f64,
}

impl Hosted {
    /// Parameters and the host that hears of their changes.
    pub fn new(params: Arc<OctantParams>, context: GuiContext) -> Self {
        Self { params, context, under_way: Vec::new() }
    }

    fn send(&mut self, row: Row, new: f64, settings: &Settings) {
        let old = rows::at(row).get(settings);
        self.under_way.retain(|change| change.row != row);
        if old != new {
            self.under_way.push(UnderWay { row, old, new });
        }
    }

    fn with(&self, row: Row, act: impl FnOnce(&ParamSetter<'_>, Carried<'_>)) {
        if let Some((_, carried)) = self.params.carried().into_iter().nth(row) {
            act(&self.context.param_setter(), carried);
        }
    }
}

impl Owner for Hosted {
    fn settings(&self) -> Settings {
        let mut settings = self.params.settings();
        for change in &self.under_way {
            let row = rows::at(change.row);
            // Once it is no longer the old one it is what the host made of it.
            if row.get(&settings) == change.old {
                row.set_clamped(&mut settings, change.new);
            }
        }
        settings
    }

    fn begin(&mut self, row: Row) {
        let arrived = self.params.settings();
        self.under_way.retain(|change| rows::at(change.row).get(&arrived) == change.old);
        self.with(row, |setter, carried| match carried {
            Carried::Place(param) => setter.begin_set_parameter(param),
            Carried::Index(param) => setter.begin_set_parameter(param),
            Carried::Switch(param) => setter.begin_set_parameter(param),
        });
    }

    fn set(&mut self, row: Row, plain: f64) {
        let settings = self.params.settings();
        self.send(row, plain, &settings);
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
        let (believed, old) = (self.settings(), self.params.settings());
        for row in 0..rows::all().len() {
            self.send(row, rows::at(row).get(settings), &old);
        }
        self.params.apply(&believed, settings, &self.context.param_setter());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.params.session.kept()
    }
}
