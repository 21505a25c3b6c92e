//! `doctor`: what the mount of a folder can and cannot promise, on this machine and to this user.

use tidelock_engine::doctor::examine;
use tidelock_engine::fs::posix::Posix;
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::DoctorArguments;
use super::output::Output;
use super::verbs::absolute;
use crate::doctor::{Report, report};

pub(crate) fn doctor(arguments: &DoctorArguments) -> Exit {
    let output = Output { json: arguments.json };
    let found = absolute(&arguments.folder).and_then(|path| {
        let found = examine(&Posix, &path).map_err(|error| {
            UserError::new("usage", format!("'{}' cannot be examined: {error}.", path.shown()))
                .hint("Name a folder that you may read.")
        })?;
        Ok(report(&path, &found))
    });
    match found {
        Ok(report) => {
            tell(&report, output);
            Exit::Done
        }
        Err(error) => {
            output.error(&error);
            Exit::of_code(&error.code)
        }
    }
}

fn tell(report: &Report, output: Output) {
    if output.json {
        return output.object(report);
    }
    output.line(&format!("{} is on {}.", report.path, report.file_system));
    report.facts.iter().for_each(|fact| output.line(&format!("  {}", fact.text)));
    output.line("What a move promises here:");
    for guarantee in &report.guarantees {
        output.line(&format!("  {}: {}", guarantee.name, guarantee.verdict.words()));
        guarantee.because.iter().for_each(|text| output.line(&format!("      {text}")));
    }
    report.advice.iter().for_each(|text| output.line(&format!("Note: {text}")));
}
