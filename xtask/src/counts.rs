//! How many tests passed, read from the closing lines of the runners.

use std::{
    fmt::{Display, Formatter, Result},
    ops::AddAssign,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Counts {
    /// Sums the closing lines of cargo test, cargo nextest and Playwright. None when there is none.
    pub(crate) fn read(output: &str) -> Option<Self> {
        let mut closing = output.lines().map(str::trim).filter(|l| is_closing(l)).peekable();
        closing.peek()?;
        let mut counts = Self::default();
        for line in closing {
            counts += Self::of_line(line);
        }
        Some(counts)
    }

    fn of_line(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut counts = Self::default();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u32>() else {
                continue;
            };
            match pair[1].trim_end_matches([',', ';']) {
                "passed" => counts.passed += number,
                "failed" | "timed" | "flaky" => counts.failed += number,
                "skipped" | "ignored" | "did" => counts.skipped += number,
                _ => {}
            }
        }
        counts
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Display for Counts {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self { passed, failed, skipped } = self;
        write!(formatter, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

fn is_closing(line: &str) -> bool {
    let of_cargo = line.starts_with("test result:");
    let of_nextest = line.starts_with("Summary [");
    let of_playwright = line.split_once(' ').is_some_and(|(number, rest)| {
        let word = rest.split(" (").next().unwrap_or(rest);
        number.parse::<u32>().is_ok() && ["passed", "failed", "skipped", "flaky", "did not run"].contains(&word)
    });
    of_cargo || of_nextest || of_playwright
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expected: Option<(u32, u32, u32)>) {
        let expected = expected.map(|(passed, failed, skipped)| Counts { passed, failed, skipped });
        assert_eq!(Counts::read(output), expected, "{output}");
    }

    #[test]
    fn the_closing_lines_of_each_runner_are_understood() {
        check("   Compiling 3 crates\nall fine", None);
        check(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
            Some((5, 1, 1)),
        );
        check("     Summary [   0.01s] 4 tests run: 3 passed (1 slow), 1 failed, 2 skipped", Some((3, 1, 2)));
        check("  1 failed\n    [no-js] › page.spec.ts\n  1 did not run\n  6 passed (7.2s)", Some((6, 1, 1)));
    }
}
