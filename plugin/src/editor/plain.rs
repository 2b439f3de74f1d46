//! An owner that is nothing but values: for tests and pictures, without a host.

use super::owner::Owner;
use super::rows::{self, Row};
use crate::session::Kept;
use octant_dsp::Settings;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Parameters in a plain value, and a list of the gestures that were made.
#[derive(Debug, Default)]
pub struct Plain {
    /// The parameters.
    pub settings: Settings,
    /// `begin 7`, `end 7` … by the position of the parameter; whole changes are `apply`.
    pub gestures: Vec<String>,
    kept: Mutex<Kept>,
}

impl Plain {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }
}

impl Owner for Plain {
    fn settings(&self) -> Settings {
        self.settings
    }

    fn begin(&mut self, row: Row) {
        self.gestures.push(format!("begin {row}"));
    }

    fn set(&mut self, row: Row, plain: f64) {
        rows::at(row).set_clamped(&mut self.settings, plain);
    }

    fn end(&mut self, row: Row) {
        self.gestures.push(format!("end {row}"));
    }

    fn apply(&mut self, settings: &Settings) {
        self.settings = *settings;
        self.gestures.push("apply".into());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
