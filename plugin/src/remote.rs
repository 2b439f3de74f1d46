//! Pages of eight knobs for control surfaces: one for everything, one for each band.

use crate::params::OctantParams;
use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

/// Hands the pages to the host.
pub fn pages(params: &OctantParams, context: &mut impl RemoteControlsContext) {
    context.add_section("Global", |section| {
        section.add_page("Global", |page| {
            let global = &params.globals;
            page.add_param(&global.in_gain);
            page.add_param(&global.out_gain);
            page.add_param(&global.mix);
            page.add_param(&global.delta);
            page.add_param(&global.xover1);
            page.add_param(&global.xover2);
            page.add_param(&global.xover3);
            page.add_param(&global.bypass);
        });
    });
    context.add_section("Bands", |section| {
        for (index, band) in params.bands().into_iter().enumerate() {
            section.add_page(format!("Band {}", index + 1), |page| {
                page.add_param(&band.above_thr);
                page.add_param(&band.above_ratio);
                page.add_param(&band.below_thr);
                page.add_param(&band.below_ratio);
                page.add_param(&band.attack);
                page.add_param(&band.release);
                page.add_param(&band.gain);
                page.add_param(&band.mix);
            });
        }
    });
}
