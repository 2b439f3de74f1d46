//! The parameters as hosts see them, made from the one table of `octant_dsp::params`.

use crate::analysis::Analysis;
use crate::bridge::Bridge;
use crate::carrier::{Carried, Carrier, Row};
use crate::session::Session;
use nice_plug::prelude::{BoolParam, FloatParam, IntParam, Param, ParamSetter, Params};
use octant_dsp::Settings;
use octant_dsp::params::{self, ParamRef};
use octant_dsp::settings::MAX_BANDS;
use std::sync::Arc;

/// Makes parameters row by row, in the order of the table.
struct Rows<'a> {
    rows: &'a mut dyn Iterator<Item = (usize, ParamRef)>,
    bridge: &'a Arc<Bridge>,
}

impl Rows<'_> {
    fn carry<C: Carrier>(&mut self, id: &str) -> C {
        let (index, row) = self.rows.next().expect("the table has as many rows as its macros");
        debug_assert_eq!(row.param.id, id);
        C::carry(Row { row, index, bridge: Arc::clone(self.bridge) })
    }
}

/// The framework's type for a kind of the table.
macro_rules! param_type {
    (switch) => {
        BoolParam
    };
    (choice) => {
        IntParam
    };
    (integer) => {
        IntParam
    };
    ($number:ident) => {
        FloatParam
    };
}

macro_rules! params_struct {
    ($struct:ident $what:literal; $($($field:ident).+ $([$index:literal])? $id:ident $id_text:literal $path:literal
     $name:literal $short:literal $unit:ident $change:ident $kind:ident $range:tt;)+) => {
        #[doc = $what]
        #[derive(Params)]
        pub struct $struct {
            $(#[doc = $name] #[id = $id_text] pub $id: param_type!($kind),)+
        }

        impl $struct {
            fn new(rows: &mut Rows<'_>) -> Self {
                Self { $($id: rows.carry($id_text)),+ }
            }

            fn carried<'a>(&'a self, all: &mut Vec<Carried<'a>>) {
                all.extend([$(Carried::from(&self.$id)),+]);
            }
        }
    };
}

octant_dsp::global_rows!(params_struct! { GlobalParams "The parameters that exist once."; });
octant_dsp::band_rows!(params_struct! { BandParams "The parameters of one band."; });

/// Every parameter, and what a state holds beside them.
#[derive(Params)]
pub struct OctantParams {
    /// Slots, undo history and the editor's size.
    #[persist = "octant"]
    pub session: Session,
    /// The parameters that exist once.
    #[nested]
    pub globals: GlobalParams,
    #[nested(id_prefix = "b1", group = "Band 1")]
    band1: BandParams,
    #[nested(id_prefix = "b2", group = "Band 2")]
    band2: BandParams,
    #[nested(id_prefix = "b3", group = "Band 3")]
    band3: BandParams,
    #[nested(id_prefix = "b4", group = "Band 4")]
    band4: BandParams,
    #[nested(id_prefix = "b5", group = "Band 5")]
    band5: BandParams,
    #[nested(id_prefix = "b6", group = "Band 6")]
    band6: BandParams,
    #[nested(id_prefix = "b7", group = "Band 7")]
    band7: BandParams,
    #[nested(id_prefix = "b8", group = "Band 8")]
    band8: BandParams,
    bridge: Arc<Bridge>,
    analysis: Arc<Analysis>,
}

impl OctantParams {
    /// Parameters at their defaults.
    pub fn new() -> Arc<Self> {
        let bridge = Arc::new(Bridge::default());
        Arc::new_cyclic(|params| {
            let mut rows = Rows { rows: &mut params::all().enumerate(), bridge: &bridge };
            Self {
                session: Session::new(params.clone(), Arc::clone(&bridge)),
                globals: GlobalParams::new(&mut rows),
                band1: BandParams::new(&mut rows),
                band2: BandParams::new(&mut rows),
                band3: BandParams::new(&mut rows),
                band4: BandParams::new(&mut rows),
                band5: BandParams::new(&mut rows),
                band6: BandParams::new(&mut rows),
                band7: BandParams::new(&mut rows),
                band8: BandParams::new(&mut rows),
                bridge: Arc::clone(&bridge),
                analysis: Arc::default(),
            }
        })
    }

    /// The way to the audio thread.
    pub fn bridge(&self) -> &Arc<Bridge> {
        &self.bridge
    }

    /// What is heard, analysed.
    pub fn analysis(&self) -> &Arc<Analysis> {
        &self.analysis
    }

    /// The bands, lowest first.
    pub fn bands(&self) -> [&BandParams; MAX_BANDS] {
        let Self { band1, band2, band3, band4, band5, band6, band7, band8, .. } = self;
        [band1, band2, band3, band4, band5, band6, band7, band8]
    }

    /// Every parameter with its row, in the order of the table.
    pub fn carried(&self) -> Vec<(ParamRef, Carried<'_>)> {
        let mut all = Vec::new();
        self.globals.carried(&mut all);
        for band in self.bands() {
            band.carried(&mut all);
        }
        params::all().zip(all).collect()
    }

    /// What the parameters say, without what a host modulates for the moment.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for (row, carried) in self.carried() {
            row.set_clamped(&mut settings, carried.plain(&row));
        }
        settings
    }

    /// Writes settings as a whole: the audio thread gets them in one block, the host hears of every parameter that
    /// changes. For presets, slots, and bands that come or go. `believed`: what the parameters will say once the host has
    /// handed back what it was told before.
    pub fn apply(&self, believed: &Settings, settings: &Settings, setter: &ParamSetter<'_>) {
        self.bridge.write_whole(settings);
        for (row, carried) in self.carried() {
            let plain = row.get(settings);
            // If one that is on its way elsewhere were left out, it would arrive there after all.
            if carried.plain(&row) == plain && row.get(believed) == plain {
                continue;
            }
            match carried {
                Carried::Place(param) => tell(setter, param, crate::carrier::place_of(&row, plain)),
                Carried::Index(param) => tell(setter, param, plain as i32),
                Carried::Switch(param) => tell(setter, param, plain >= 0.5),
            }
        }
    }
}

fn tell<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}
