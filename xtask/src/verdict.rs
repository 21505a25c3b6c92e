//! What is said about a suite once it is over.
//!
//! Not here: running suites (`test`) and reading their output (`counts`).

use crate::{counts::Counts, process};
use anyhow::Result;
use std::fmt::{self, Display, Formatter};

/// What came of a suite that could run.
pub(crate) struct Ran {
    pub(crate) success: bool,
    /// None where the suite is a single check.
    pub(crate) counts: Option<Counts>,
}

impl Ran {
    pub(crate) fn of(finished: &process::Finished) -> Self {
        Self { success: finished.success, counts: Counts::read(&finished.output) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ran,
    Failed,
    Skipped,
}

pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) name: &'static str,
    pub(crate) seconds: f32,
    counts: Option<Counts>,
    reason: String,
}

impl Verdict {
    pub(crate) fn of(name: &'static str, result: Result<Ran>) -> Self {
        let (outcome, counts, reason) = match result {
            Err(error) => (Outcome::Failed, None, format!("{error:#}")),
            Ok(Ran { success: false, counts }) => (Outcome::Failed, counts, "see its output above".to_owned()),
            Ok(Ran { counts: Some(counts), .. }) if counts.passed == 0 && counts.skipped > 0 => {
                (Outcome::Skipped, Some(counts), "none of its tests could run".to_owned())
            }
            Ok(Ran { counts, .. }) => (Outcome::Ran, counts, String::new()),
        };
        Self { outcome, name, seconds: 0.0, counts, reason }
    }

    pub(crate) fn skipped(name: &'static str, reason: String) -> Self {
        Self { outcome: Outcome::Skipped, name, seconds: 0.0, counts: None, reason }
    }

    pub(crate) fn count_skips_as_failures(&mut self) {
        let skipped_tests = self.counts.map_or(0, |counts| counts.skipped);
        if self.outcome == Outcome::Skipped {
            self.reason = format!("skipped: {}", self.reason);
        } else if self.outcome == Outcome::Ran && skipped_tests > 0 {
            self.reason = format!("{skipped_tests} of its tests were skipped");
        } else {
            return;
        }
        self.outcome = Outcome::Failed;
    }

    /// A suite without counted tests is one check.
    pub(crate) fn as_counts(&self) -> Counts {
        let mut counts = self.counts.unwrap_or_default();
        match self.outcome {
            Outcome::Ran if self.counts.is_none() => counts.passed = 1,
            Outcome::Failed if counts.failed == 0 => counts.failed = 1,
            Outcome::Skipped if counts.skipped == 0 => counts.skipped = 1,
            _ => {}
        }
        counts
    }
}

impl Display for Verdict {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Ran => "ran",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
        };
        let counts = self.counts.map_or_else(String::new, |counts| counts.to_string());
        let Self { name, seconds, reason, .. } = self;
        let line = format!("{outcome:<7}  {name:<12}  {counts:<32}  {seconds:>6.1} s  {reason}");
        formatter.write_str(line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(result: Result<Ran>, no_skips: bool, expected: Outcome, total: &str) {
        let mut verdict = Verdict::of("suite", result);
        if no_skips {
            verdict.count_skips_as_failures();
        }
        assert_eq!(verdict.outcome, expected, "{verdict}");
        assert_eq!(verdict.as_counts().to_string(), total);
    }

    fn ran(success: bool, passed: u32, skipped: u32) -> Result<Ran> {
        Ok(Ran { success, counts: Some(Counts { passed, failed: 0, skipped }) })
    }

    #[test]
    fn a_suite_without_counted_tests_is_one_check() {
        check(Ok(Ran { success: true, counts: None }), true, Outcome::Ran, "1 passed, 0 failed, 0 skipped");
        check(Err(anyhow::anyhow!("broken")), false, Outcome::Failed, "0 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn skips_are_failures_only_where_that_was_asked() {
        check(ran(true, 0, 2), false, Outcome::Skipped, "0 passed, 0 failed, 2 skipped");
        check(ran(true, 0, 2), true, Outcome::Failed, "0 passed, 1 failed, 2 skipped");
        check(ran(true, 5, 2), false, Outcome::Ran, "5 passed, 0 failed, 2 skipped");
        check(ran(true, 5, 2), true, Outcome::Failed, "5 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn a_failure_outside_the_tests_is_counted() {
        check(ran(false, 5, 0), false, Outcome::Failed, "5 passed, 1 failed, 0 skipped");
    }
}
