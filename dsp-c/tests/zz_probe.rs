//! probe
mod common;
use common::*;
use octant_dsp::settings::*;
#[test]
fn short_side() {
    let mut s = idle(1);
    s.band[0].sidechain = Sidechain::External;
    s.band[0].listen = true;
    let mut e = engine(48000.0, 1, &s);
    let out = play_with(&mut e, &vec![vec![0.0; 128]], &vec![vec![1.0; 100]]);
    println!("heard {} of 100 frames", out[0].iter().filter(|x| **x != 0.0).count());
    let mut e = engine(48000.0, 2, &s);
    let out = play_with(&mut e, &vec![vec![0.0; 128]; 2], &vec![vec![1.0; 128], vec![1.0; 100]]);
    println!(
        "first heard {} of 128 frames, second {} of 100",
        out[0].iter().filter(|x| **x != 0.0).count(),
        out[1].iter().filter(|x| **x != 0.0).count()
    );
}
#[test]
fn external_listen() {
    let mut s = idle(1);
    s.band[0].sidechain = Sidechain::External;
    let go = |block: usize| {
        let mut e = engine(48000.0, 1, &s);
        let mut l = s;
        l.band[0].listen = true;
        let mut out = vec![];
        for at in (0..2000).step_by(block) {
            if at == 0 {
                set(&mut e, &l);
            }
            out.extend(play_with(&mut e, &vec![vec![0.0; block]], &vec![vec![1.0; block]]).remove(0));
        }
        out
    };
    let (a, b) = (go(2000), go(10));
    println!("{:?} {:?}", &a[..10], &b[..10]);
    for n in [0, 63, 64, 65, 100, 480, 900, 958, 959, 960, 961] {
        println!("{n} {} {}", a[n], b[n]);
    }
    println!("diff {}", largest_difference(&a, &b));
}
