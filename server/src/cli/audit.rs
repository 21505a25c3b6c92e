//! `audit`: who had what done, checked and printed.

use std::fs::File;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tidelock_shared::id::MoveId;
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::{AuditArguments, AuditVerb};
use super::local::state_folder;
use super::output::Output;
use crate::audit::{Broken, Verified, path, verify};
use crate::words::count;

/// It is read beside whatever process writes it.
pub(super) fn audit(verb: &AuditVerb) -> Exit {
    let (output, done) = match verb {
        AuditVerb::Verify { known, of, json } => {
            let output = Output { json: *json };
            (output, check(of, known.as_deref(), output))
        }
        AuditVerb::Export { id, of } => (Output { json: false }, export(of, *id)),
    };
    done.unwrap_or_else(|error| {
        output.error(&error);
        Exit::of_code(&error.code)
    })
}

fn check(of: &AuditArguments, known: Option<&str>, output: Output) -> Result<Exit, UserError> {
    let path = kept_in(of)?;
    let verified = match verify(&path, known) {
        Ok(verified) => verified,
        Err(Broken::Unreadable(error)) => return Err(unreadable(&path, &error)),
        Err(broken) => {
            let error = UserError::new("audit_broken", format!("The audit does not hold: {broken}."));
            output.error(&error.hint(format!("What stands in {} before that line is as it was written.", path.display())));
            return Ok(Exit::Undone);
        }
    };
    if output.json {
        output.object(&verified);
    } else {
        tell(&verified, output);
    }
    Ok(if verified.has_known == Some(false) { Exit::Undone } else { Exit::Done })
}

fn tell(verified: &Verified, output: Output) {
    let Verified { records, head, torn, is_unfinished, has_known } = verified;
    output.line(&format!("The audit holds: {}, none of them changed or taken out.", count(*records, "record", "records")));
    output.line(&format!("  digest of the last: {head}"));
    match has_known {
        Some(true) => output.line("  the digest that you gave is that of one of them: what came before it is as it was then"),
        Some(false) => output.line("  the digest that you gave is of none of them: the end was cut off, or all was written anew"),
        None => output.line("  keep that elsewhere, and give it with --known the next time: a cut end is not noticed otherwise"),
    }
    if *torn > 0 {
        output.line(&format!("  {}", count(*torn, "line was left unfinished by a crash", "lines were left unfinished by crashes")));
    }
    if *is_unfinished {
        output.line("  a last line is being written, or was left unfinished by a crash");
    }
}

/// Lines as they are: whoever gets all of them can check them.
fn export(of: &AuditArguments, id: Option<MoveId>) -> Result<Exit, UserError> {
    #[derive(Deserialize)]
    struct About {
        id: Option<MoveId>,
    }
    let path = kept_in(of)?;
    let failed = |error: std::io::Error| unreadable(&path, &error);
    let mut file = BufReader::new(File::open(&path).map_err(failed)?);
    let (mut line, mut output) = (Vec::new(), stdout().lock());
    loop {
        line.clear();
        if file.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok(Exit::Done);
        }
        let is_wanted = |id: MoveId| serde_json::from_slice(&line).is_ok_and(|about: About| about.id == Some(id));
        // Who closed the pipe does not want the rest.
        if id.is_none_or(is_wanted) && output.write_all(&line).is_err() {
            return Ok(Exit::Done);
        }
    }
}

fn kept_in(of: &AuditArguments) -> Result<PathBuf, UserError> {
    let path = path(&state_folder(of.state.as_deref(), "tidelock")?);
    if path.exists() {
        return Ok(path);
    }
    Err(UserError::new("no_state", format!("There is no {}: nothing was done with this state folder.", path.display()))
        .hint("Name another with --state DIR."))
}

fn unreadable(path: &Path, error: &std::io::Error) -> UserError {
    UserError::new("state_audit", format!("{} cannot be read: {error}.", path.display()))
}
