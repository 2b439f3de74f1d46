//! What was learnt as a table for people.

use std::fmt::Write;

use super::Learnt;
use crate::report::table::signed;

/// Writes the table, with a line end.
pub fn write(learnt: &Learnt) -> String {
    let mut text = format!("{}, {:.1} s\n", learnt.title(), learnt.seconds);
    text.push_str(
        "  band                     10 %    50 %    95 %   threshold   ratio   attack   release   reduction\n",
    );
    for (place, advice) in learnt.places().iter().zip(&learnt.bands) {
        let range = place.range(2.0 * learnt.long_term.highest_hz());
        let settings = &advice.settings;
        let _ = match advice.levels_db {
            Some(levels) => {
                let [soft, median, loud] = levels.map(signed);
                writeln!(
                    text,
                    "  {}  {range:<17} {soft:>7} {median:>7} {loud:>7}   {:>6} dB  {:>4.1}:1  {:>4} ms  {:>5} ms   {:>6} dB",
                    place.number,
                    signed(settings.above.threshold_db),
                    settings.above.ratio,
                    settings.attack_ms,
                    settings.release_ms,
                    signed(-advice.reduction_db),
                )
            }
            None => writeln!(text, "  {}  {range:<17}  silent: left alone", place.number),
        };
    }
    text
}
