//! `drift`: what is charged wrongly below a folder.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use tidelock_engine::clock::SystemClock;
use tidelock_engine::crew::Threads;
use tidelock_engine::drift::{Pace, Scanner};
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::survey::SurveyError;
use tidelock_shared::quota::Amount;
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::DriftArguments;
use super::output::Output;
use super::verbs::absolute;
use crate::drift::{Report, report};
use crate::user_error;
use crate::words::{Words, bytes, count};

const TOLD_EVERY: Duration = Duration::from_millis(200);

/// Looks below the folder as whoever calls, and tells what it finds.
pub(super) fn drift(arguments: &DriftArguments) -> Exit {
    let output = Output { json: arguments.json };
    match find(arguments) {
        Ok(report) => {
            tell(&report, output);
            if report.findings.is_empty() { Exit::Done } else { Exit::Undone }
        }
        Err(error) => {
            output.error(&error);
            Exit::of_code(&error.code)
        }
    }
}

fn find(arguments: &DriftArguments) -> Result<Report, UserError> {
    let path = absolute(&arguments.folder)?;
    let pace = Pace { entries_per_second: arguments.entries_per_second };
    // Nothing is drawn where nobody sees it.
    let (bar, mut told_at) = (ProgressBar::new_spinner(), Instant::now());
    let mut hear = |entries: u64| {
        if told_at.elapsed() >= TOLD_EVERY {
            told_at = Instant::now();
            bar.set_message(count(entries, "entry", "entries"));
        }
        true
    };
    let crew = Threads::for_this_machine();
    let found = Scanner { pace, ..Scanner::new(&Posix, &crew, &SystemClock) }.scan(&path, &mut hear);
    bar.finish_and_clear();
    let found = found.map_err(|error| match error {
        SurveyError::FileSystem(error) => user_error::fs_error(Words::doing_look_through, &path, &error),
        SurveyError::Stopped => UserError::new("stopped", "The scan was ended."),
    })?;
    report(&path, &found).ok_or_else(|| {
        UserError::new("usage", format!("'{}' belongs to no project.", path.shown()))
            .hint("Name a project's folder, or one in it; `tidelock quota DIR` tells who pays for a folder.")
            .hint("Where a mount has no projects nothing can be charged wrongly; `tidelock doctor DIR` tells whether it has.")
    })
}

fn tell(report: &Report, output: Output) {
    if output.json {
        return output.object(report);
    }
    let looked_at = count(report.entries, "entry was", "entries were");
    output.line(&format!("{} belongs to project {}. {looked_at} looked at.", report.at.path, report.project));
    let amount = |amount: Amount| format!("{} in {}", bytes(amount.bytes), count(amount.inodes, "inode", "inodes"));
    output.line(&format!("  its entries say: {}", amount(report.counted)));
    if let Some(charged) = report.charged {
        output.line(&format!("  it is charged:   {}", amount(charged)));
    }
    for finding in &report.findings {
        output.line(&finding.message);
        finding.examples.iter().for_each(|example| output.line(&format!("    {}", example.shown())));
        finding.hints.iter().for_each(|hint| output.line(&format!("  {hint}")));
    }
    report.remarks.iter().for_each(|remark| output.line(&format!("Note: {remark}")));
    if report.findings.is_empty() {
        output.line("Nothing is charged wrongly.");
    }
}
