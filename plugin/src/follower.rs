//! The audio thread's end of the bridge: the settings of this block, whole.

use crate::bridge::Bridge;
use octant_dsp::Settings;
use octant_dsp::params::{self, ParamRef};
use std::sync::Arc;

/// Follows the parameters of one instance. Real-time safe but for [`new`](Self::new).
#[derive(Debug)]
pub struct Follower {
    bridge: Arc<Bridge>,
    rows: Box<[ParamRef]>,
    /// Epoch of `plain`.
    seen: u64,
    plain: Box<[f64]>,
    incoming: Box<[f64]>,
    settings: Settings,
}

impl Follower {
    /// Knows the defaults until it follows.
    pub fn new(bridge: &Arc<Bridge>) -> Self {
        let rows: Box<[ParamRef]> = params::all().collect();
        let plain: Box<[f64]> = rows.iter().map(|row| row.param.default()).collect();
        let incoming = plain.clone();
        Self { bridge: Arc::clone(bridge), rows, seen: 0, plain, incoming, settings: Settings::default() }
    }

    /// What was last taken over.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes over what was written since the last call, if it is complete; whether there was anything.
    pub fn follow(&mut self) -> bool {
        let Some(epoch) = self.bridge.read(self.seen, &mut self.incoming) else {
            return false;
        };
        self.seen = epoch;
        for ((row, plain), incoming) in self.rows.iter().zip(&mut self.plain).zip(&self.incoming) {
            if plain != incoming {
                *plain = *incoming;
                row.set_clamped(&mut self.settings, *incoming);
            }
        }
        true
    }
}
