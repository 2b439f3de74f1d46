//! Counting passed and failed tests from what the test runners print.

use std::sync::Mutex;

/// Passed and failed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// Tests and checks that were fine.
    pub passed: u64,
    /// Those that were not.
    pub failed: u64,
}

/// A count that several threads may add to.
#[derive(Default)]
pub struct Tally(Mutex<Count>);

impl Tally {
    /// Adds what a line of a test runner says, if it is one of its summaries.
    pub fn read(&self, line: &str) {
        if let Some(count) = summary(line) {
            self.add(count);
        }
    }

    /// Adds a count.
    pub fn add(&self, more: Count) {
        let mut count = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        count.passed += more.passed;
        count.failed += more.failed;
    }

    /// The sum.
    pub fn count(&self) -> Count {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `test result: ok. 6 passed; 0 failed; …` of cargo test, `Summary [ 0.1s] 3 tests run: 2 passed, 1 failed, …` of nextest.
fn summary(line: &str) -> Option<Count> {
    let line = without_colours(line);
    // An indented `test result:` is what nextest shows of a failed test: its own summary counts it.
    let figures = match line.strip_prefix("test result: ") {
        Some(rest) => rest.split_once(". ")?.1,
        None => line.trim_start().strip_prefix("Summary [").and_then(|rest| rest.split_once(" run: "))?.1,
    };
    let mut count = Count::default();
    for figure in figures.split([',', ';']) {
        let mut words = figure.split_whitespace();
        let (Some(number), Some(kind)) = (words.next().and_then(|word| word.parse::<u64>().ok()), words.next()) else {
            continue;
        };
        match kind {
            "passed" => count.passed += number,
            "failed" | "timed" | "exec" => count.failed += number,
            _ => {}
        }
    }
    Some(count)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_both_runners_count() {
        let tally = Tally::default();
        for line in [
            "test result: ok. 6 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.35s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "     Summary [   0.005s] 3 tests run: 2 passed (1 slow), 1 failed, 4 skipped",
            "\x1b[31m     Summary\x1b[0m [   0.005s] 4/9 tests run: \x1b[1m2\x1b[0m passed, 1 timed out, 1 exec failed, 0 skipped",
            "test engine::tests::passed ... ok",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 13 filtered out",
        ] {
            tally.read(line);
        }
        assert_eq!(tally.count(), Count { passed: 13, failed: 5 });
    }
}
