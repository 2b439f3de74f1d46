//! Curves, ballistics, and the delay of gains.

use octant_dsp::ffi::Ballistics;
use octant_dsp::layout::{Envelope, Line, Modifier, Section};

use super::{Case, LONGEST_MOVING, STEPS, WIDTHS, lines_field, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

const FORMS: [(&str, Ballistics); 2] = [("plain", Ballistics::Plain), ("full", Ballistics::Full)];
const SIDES: [(&str, bool); 2] = [("above", true), ("below", false)];

/// Of levels' own roundings; curves multiply them by at most 10 here.
const GAIN: Tolerance = Tolerance::Decibels(1.0e-3);

fn section(above: bool, full: bool, random: &mut Random) -> Section {
    let mut c = Section::ZERO;
    for lane in 0..16 {
        let knee = random.one_of(&[0.0, 1.5, 6.0, 24.0]);
        let threshold = random.between(-60.0, -10.0);
        let link = random.one_of(&[0.0, 1.0, 0.35]);
        c.edge[lane] = (if above { 0.5 * knee - threshold } else { threshold + 0.5 * knee }) as f32;
        c.knee[lane] = knee as f32;
        c.curvature[lane] = if knee > 0.0 { (0.5 / knee) as f32 } else { 0.0 };
        c.slope[lane] = random.one_of(&[0.0, 0.5, 0.75, 1.0, 10.0]);
        c.range[lane] = random.one_of(&[3.0, 24.0, 60.0]);
        (c.link[lane], c.unlink[lane]) = (link as f32, (1.0 - link) as f32);
        c.threshold[lane] = threshold as f32;
        c.attack[lane] = 10f64.powf(random.between(-4.0, -0.5));
        c.release[lane] = 10f64.powf(random.between(-6.0, -2.0));
        if full {
            c.hysteresis[lane] = random.one_of(&[0.0, 3.0, 8.0]);
            c.hold[lane] = random.one_of(&[0.0, 1.0, 37.0, 500.0]);
            if random.chance(0.5) {
                c.slow[lane] = c.release[lane] / 8.0;
                c.share[lane] = 0.5;
            }
        }
    }
    c
}

pub(super) fn modifiers(frames: usize, random: &mut Random) -> Vec<Modifier> {
    let start: [[f32; 5]; 16] = [(); 16].map(|()| {
        let sign = |random: &mut Random| random.one_of(&[-1.0, 0.0, 1.0]);
        [sign(random), sign(random), random.between(-24.0, 24.0) as f32, random.unit() as f32, random.bipolar()]
    });
    let step = random.between(-1.0e-3, 1.0e-3) as f32;
    (0..frames)
        .map(|n| {
            let moved = |field: usize| start.map(|lane| lane[field] + step * (n % 1000) as f32);
            Modifier {
                sign_above: moved(0),
                sign_below: moved(1),
                gain: moved(2),
                base: moved(3),
                scale: moved(4),
                mix: moved(3),
            }
        })
        .collect()
}

fn add_section(cases: &mut Vec<Case>, side: (&str, bool), form: (&str, Ballistics), step: (&str, bool)) {
    let ((side_name, above), (form_name, ballistics), (step_name, moving)) = (side, form, step);
    for (width_name, width) in WIDTHS {
        let name = format!("{side_name} {width_name} {form_name} {step_name}");
        let case = Case::new(name, move |bench, random| {
            let frames = bench.frames;
            let c = bench.structs(vec![section(above, ballistics == Ballistics::Full, random)]);
            let mut envelope = bench.structs(vec![Envelope::ZERO]);
            let modifiers = bench.structs(modifiers(if moving { frames } else { 1 }, random));
            let levels = bench.structs(signals::wandering_lines(frames, -90.0, 6.0, random));
            let mut gains = bench.structs(signals::wandering_lines(frames, -30.0, 12.0, random));
            for call in bench.calls() {
                let (c, envelope) = (&c[0], &mut envelope[0]);
                let modifiers = steps(&modifiers, moving, call.clone());
                let (levels, gains) = (&levels[call.clone()], &mut gains[call]);
                if above {
                    bench.kernels.above(width, ballistics, c, envelope, modifiers, levels, gains);
                } else {
                    bench.kernels.below(width, ballistics, c, envelope, modifiers, levels, gains);
                }
            }
            let Envelope { y1, y, slow, hold, open } = envelope[0];
            Outcome(vec![
                lines_field("gains", GAIN, &gains),
                Field::double("y1, y, slow", 16, GAIN, [y1, y, slow].concat()),
                Field::double("hold", 16, Tolerance::Exact, hold.to_vec()),
                Field::single("open", 16, Tolerance::Exact, open.to_vec()),
            ])
        });
        cases.push(case.at_most(if moving { LONGEST_MOVING } else { usize::MAX }));
    }
}

pub(super) fn add(cases: &mut Vec<Case>) {
    for side in SIDES {
        for form in FORMS {
            for step in STEPS {
                add_section(cases, side, form, step);
            }
        }
    }
    for (name, width) in WIDTHS {
        for (ring_name, ring_length) in [("in a short ring", 64), ("in a long ring", 4096)] {
            cases.push(Case::new(format!("delay_gains {name} {ring_name}"), move |bench, random| {
                let mut delay = [0u32; 16].map(|_| random.whole(0..ring_length) as u32);
                // The shortest and the longest that the ring can do.
                (delay[2], delay[3]) = (0, ring_length as u32 - 1);
                let delay = bench.structs(vec![delay]);
                let mut ring = bench.structs(vec![Line { lane: [0.25; 16] }; ring_length]);
                let mut gains = bench.structs(signals::wandering_lines(bench.frames, -60.0, 24.0, random));
                let start = random.whole(0..ring_length);
                for call in bench.calls() {
                    let at = (start + call.start) & (ring_length - 1);
                    bench.kernels.delay_gains(width, &delay[0], &mut ring, at, &mut gains[call]);
                }
                Outcome(vec![
                    lines_field("gains", Tolerance::Exact, &gains),
                    lines_field("ring", Tolerance::Exact, &ring),
                ])
            }));
        }
    }
}
