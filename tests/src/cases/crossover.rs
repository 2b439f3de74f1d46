//! The tree down and up, and its moving coefficients.

use octant_dsp::ffi::Output;
use octant_dsp::layout::{Decode, DownState, Glide, Section4, Section8, Tree, UpState};
use octant_dsp::settings::Slope;

use super::{Case, LONGEST_MOVING, STEPS, lines_field, stale_lines, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

pub(super) const SLOPES: [(u32, Slope); 3] = [(12, Slope::Db12), (24, Slope::Db24), (48, Slope::Db48)];
const OUTPUTS: [(&str, Output); 3] =
    [("narrow", Output::Narrow), ("wide", Output::Wide), ("mid/side", Output::MidSide)];

/// Of outputs of filters that round twice. Low crossovers amplify what a rounding leaves in the history.
pub(super) const AUDIO: Tolerance = Tolerance::OfPeak(2.0e-5);
/// Of the history itself.
pub(super) const HISTORY: Tolerance = Tolerance::OfPeak(1.0e-4);

/// Damping of the sections A and B.
fn dampings(slope: Slope) -> (f32, f32) {
    match slope {
        Slope::Db12 => (0.0, 0.0),
        Slope::Db24 => (std::f32::consts::SQRT_2, 0.0),
        Slope::Db48 => (0.765_366_85, 1.847_759),
    }
}

/// g of the seven crossovers, ascending; the lowest may be switched off.
fn crossovers(random: &mut Random) -> [f64; 7] {
    let mut g = [0.0; 7].map(|_| 10f64.powf(random.between(-3.3, 0.6)));
    g.sort_unstable_by(f64::total_cmp);
    let off = random.whole(0..4);
    g[..off].fill(0.0);
    g
}

/// Crossovers of the 36 lanes of a tree, down1 … up4, counted from 0; then four unused.
const CROSSOVER_OF_LANE: [usize; 40] = [
    3, 3, 3, 3, 1, 1, 5, 5, 0, 0, 4, 4, 2, 2, 6, 6, // down1, down2, down3
    2, 2, 6, 6, 0, 0, 4, 4, 4, 4, 0, 0, 5, 5, 1, 1, 6, 6, 2, 2, // up1, up2, up3, up4
    0, 0, 0, 0,
];

/// g, 2g, then g + k, a, 2a of both kinds of section.
fn coefficients(slope: Slope, g: f64) -> [f32; 8] {
    if slope == Slope::Db12 {
        let a = (g / (1.0 + g)) as f32;
        return [0.0, 0.0, 0.0, a, 2.0 * a, 0.0, 0.0, 0.0];
    }
    let (k_a, k_b) = dampings(slope);
    let damped = |k: f32| {
        let gk = g + f64::from(k);
        let a = (g / (1.0 + g * gk)) as f32;
        [gk as f32, a, 2.0 * a]
    };
    let ([gk_a, a_a, a2_a], [gk_b, a_b, a2_b]) = (damped(k_a), damped(k_b));
    [g as f32, 2.0 * g as f32, gk_a, a_a, a2_a, gk_b, a_b, a2_b]
}

fn tree(slope: Slope, g: &[f64; 7]) -> Tree {
    let mut tree = Tree::ZERO;
    let mut lanes = CROSSOVER_OF_LANE.iter().map(|&crossover| coefficients(slope, g[crossover]));
    macro_rules! fill {
        ($section:expr, $lanes:literal) => {
            for lane in 0..$lanes {
                let c = lanes.next().expect("40 lanes");
                let s = &mut $section;
                (s.g[lane], s.g2[lane]) = (c[0], c[1]);
                (s.gk_a[lane], s.a_a[lane], s.a2_a[lane]) = (c[2], c[3], c[4]);
                (s.gk_b[lane], s.a_b[lane], s.a2_b[lane]) = (c[5], c[6], c[7]);
            }
        };
    }
    fill!(tree.down1, 4);
    fill!(tree.down2, 4);
    fill!(tree.down3, 8);
    fill!(tree.up1, 8);
    fill!(tree.up2, 4);
    fill!(tree.up3, 4);
    fill!(tree.up4, 4);
    tree
}

/// One tree, or one per frame on its way from one set of crossovers to another.
fn trees(slope: Slope, frames: usize, moving: bool, random: &mut Random) -> Vec<Tree> {
    let from = crossovers(random);
    if !moving {
        return vec![tree(slope, &from)];
    }
    let to = from.map(|g| g * random.between(0.5, 2.0));
    let at = |n: usize| n as f64 / frames as f64;
    (0..frames).map(|n| tree(slope, &std::array::from_fn(|i| from[i] + at(n) * (to[i] - from[i])))).collect()
}

fn decode(random: &mut Random) -> Decode {
    let mut decode = Decode { own_same: [1.0; 16], ..Decode::ZERO };
    for left in (0..16).step_by(2) {
        if random.chance(0.5) {
            for lane in left..left + 2 {
                decode.own_same[lane] = 0.5;
                decode.own_cross[lane] = 0.5;
                decode.other_same[lane] = [0.5, -0.5][lane - left];
                decode.other_cross[lane] = [-0.5, 0.5][lane - left];
            }
        }
    }
    decode
}

fn down_history(state: &DownState) -> Field {
    let four = [state.level1, state.level2];
    let values = four.as_flattened().as_flattened().as_flattened().iter();
    let values = values.chain(state.level3.as_flattened().as_flattened()).copied().collect();
    Field::single("state", 1, HISTORY, values)
}

fn up_history(state: &UpState) -> Field {
    let values = [state.step2, state.step3, state.step4];
    let values = values.as_flattened().as_flattened().as_flattened().iter();
    let values = values.chain(state.step1.as_flattened().as_flattened()).copied().collect();
    Field::single("state", 1, HISTORY, values)
}

fn tree_values(tree: &Tree) -> Vec<f32> {
    fn four(s: &Section4) -> [[f32; 4]; 8] {
        [s.g, s.g2, s.gk_a, s.a_a, s.a2_a, s.gk_b, s.a_b, s.a2_b]
    }
    fn eight(s: &Section8) -> [[f32; 8]; 8] {
        [s.g, s.g2, s.gk_a, s.a_a, s.a2_a, s.gk_b, s.a_b, s.a2_b]
    }
    let fours = [&tree.down1, &tree.down2, &tree.up2, &tree.up3, &tree.up4].map(four);
    let eights = [&tree.down3, &tree.up1].map(eight);
    let fours = fours.as_flattened().as_flattened();
    [fours, eights.as_flattened().as_flattened()].concat()
}

pub(super) fn add(cases: &mut Vec<Case>) {
    for (db, slope) in SLOPES {
        for (step_name, moving) in STEPS {
            let longest = if moving { LONGEST_MOVING } else { usize::MAX };
            let down = Case::new(format!("down{db} {step_name}"), move |bench, random| {
                let frames = bench.frames;
                let tree = bench.structs(trees(slope, frames, moving, random));
                let pairs = bench.structs(signals::pairs(frames, random));
                let mut state = bench.structs(vec![DownState::ZERO]);
                let mut lines = bench.structs(stale_lines(frames));
                for call in bench.calls() {
                    let tree = steps(&tree, moving, call.clone());
                    bench.kernels.down(slope, tree, &mut state[0], &pairs[call.clone()], &mut lines[call]);
                }
                Outcome(vec![lines_field("lines", AUDIO, &lines), down_history(&state[0])])
            });
            cases.push(down.at_most(longest));
            for (output_name, output) in OUTPUTS {
                let up = Case::new(format!("up{db} {output_name} {step_name}"), move |bench, random| {
                    let frames = bench.frames;
                    let tree = bench.structs(trees(slope, frames, moving, random));
                    let lines = bench.structs(signals::lines(frames, random));
                    let weights = bench.structs(signals::wandering_lines(frames, 0.0, 2.0, random));
                    let decode = bench.structs(vec![decode(random)]);
                    let gain = bench.row(signals::gains(if moving { frames } else { 1 }, random));
                    let mut state = bench.structs(vec![UpState::ZERO]);
                    let mut l = bench.row(vec![-7.5; frames]);
                    let mut r = bench.row(vec![-7.5; frames]);
                    for call in bench.calls() {
                        bench.kernels.up(
                            slope,
                            output,
                            steps(&tree, moving, call.clone()),
                            &mut state[0],
                            &lines[call.clone()],
                            &weights[call.clone()],
                            &decode[0],
                            steps(&gain, moving, call.clone()),
                            &mut l[call.clone()],
                            &mut r[call],
                        );
                    }
                    Outcome(vec![
                        Field::single("l", 1, AUDIO, l.to_vec()),
                        Field::single("r", 1, AUDIO, r.to_vec()),
                        up_history(&state[0]),
                    ])
                });
                cases.push(up.at_most(longest).with_rows());
            }
        }
        let glide = Case::new(format!("glide{db}"), move |bench, random| {
            let mut trees = bench.structs(vec![Tree::ZERO; bench.frames]);
            let (k_a, k_b) = dampings(slope);
            // A call may end anywhere in a stretch; stretches begin at multiples of 16 frames.
            let mut at = 0;
            let mut ends = bench.structs(vec![Glide::ZERO]);
            for call in bench.calls() {
                while at < call.end {
                    if at % 16 == 0 {
                        let (from, to) = (crossovers(random), crossovers(random));
                        ends[0] = Glide {
                            from: CROSSOVER_OF_LANE.map(|i| from[i] as f32),
                            to: CROSSOVER_OF_LANE.map(|i| to[i] as f32),
                            k_a,
                            k_b,
                        };
                    }
                    let end = call.end.min((at / 16 + 1) * 16);
                    bench.kernels.glide(slope, &ends[0], at % 16, &mut trees[at..end]);
                    at = end;
                }
            }
            let lanes = tree_values(&Tree::ZERO).len();
            let values = trees.iter().flat_map(tree_values).collect();
            Outcome(vec![Field::single("tree", lanes, Tolerance::OfPeak(1.0e-6), values)])
        });
        cases.push(glide.at_most(LONGEST_MOVING));
    }
}
