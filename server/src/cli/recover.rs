//! `recover`: what a crash left, what a lost state folder left, and what nobody knows of any more.

use tidelock_engine::recovery::{Found, Orphan, Verdict, Word};
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::RecoverArguments;
use super::desk::Desk;
use super::local::{Holding, Local, state_folder};
use super::output::Output;
use super::verbs::{absolute, ending};
use crate::orphans;

/// Finishes or unwinds what is open; then looks for what lies about, if asked to.
pub(super) fn recover(arguments: &RecoverArguments) -> Result<Exit, UserError> {
    let output = Output { json: arguments.at.json };
    let tops = tops(arguments)?;
    let trusted = arguments.trust.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
    let word = Word { adopted: arguments.adopt, trusted };
    let local = Local::open(&state_folder(arguments.at.state.as_deref(), "tidelock")?, Holding::Alone)?;
    let rebuilt = if tops.is_empty() { Vec::new() } else { local.rebuild(&tops, &word)? };
    let mut ended = local.recover(true)?;
    local.remove_left_barriers()?;
    ended.extend(rebuilt.into_iter().filter(|id| !ended.contains(id)).collect::<Vec<_>>());
    let mut is_stuck = false;
    for id in &ended {
        let detail = local.detail(*id)?;
        is_stuck |= detail.view.state == MoveState::Stuck;
        ending(&detail, output);
    }
    if ended.is_empty() && tops.is_empty() && !output.json {
        output.line("Nothing was left open.");
    }
    if !tops.is_empty() {
        let found = local.orphans(&tops, &word)?;
        if let Some(exit) = on_a_word(arguments, &local, &found, output)? {
            return Ok(exit);
        }
        tell(&local, &found, output)?;
    }
    Ok(if is_stuck { Exit::Stuck } else { Exit::Done })
}

/// Where to look: as asked for, and where the thing lies that somebody speaks of.
fn tops(arguments: &RecoverArguments) -> Result<Vec<FilePath>, UserError> {
    let mut tops = arguments.orphans.iter().map(|folder| absolute(folder)).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = arguments.remove.as_ref().or(arguments.restore.as_ref()).filter(|_| tops.is_empty()) {
        tops.extend(absolute(path)?.split_last().map(|(folder, _)| folder));
    }
    Ok(tops)
}

/// Deletes or brings back what was named.
fn on_a_word(arguments: &RecoverArguments, local: &Local, found: &Found, output: Output) -> Result<Option<Exit>, UserError> {
    if let Some(path) = &arguments.remove {
        let path = absolute(path)?;
        let orphan = found.orphans.iter().find(|orphan| orphan.path == path);
        if let Some(orphan) = orphan.filter(|_| !output.json) {
            output.line(&orphans::orphan_line(orphan));
        }
        if !arguments.yes && !output.confirm("Delete it for good?")? {
            return Ok(Some(Exit::Undone));
        }
        local.remove_orphan(found, &path)?;
        if output.json {
            output.object(&serde_json::json!({ "removed": path.shown() }));
        } else {
            output.line("Removed.");
        }
        return Ok(Some(Exit::Done));
    }
    let Some(path) = &arguments.restore else { return Ok(None) };
    let path = absolute(path)?;
    let restored = local.restore_orphan(found, &path)?.shown();
    if output.json {
        output.object(&serde_json::json!({ "restored": path.shown(), "as": restored }));
    } else {
        output.line(&format!("It is back, as '{restored}'."));
    }
    Ok(Some(Exit::Done))
}

/// Removes what a rule lets go, and lists the rest with what can be done about it.
fn tell(local: &Local, found: &Found, output: Output) -> Result<(), UserError> {
    let shown: Vec<&Orphan> = found.orphans.iter().filter(|orphan| orphan.verdict != Verdict::Accounted).collect();
    for orphan in &shown {
        if orphan.verdict == Verdict::LeftBehind {
            local.remove_left_behind(orphan)?;
        }
        if output.json {
            output.object(&serde_json::json!({ "orphan": orphans::orphan(orphan) }));
        } else {
            output.line(&orphans::orphan_line(orphan));
        }
    }
    if output.json {
        let is_complete = !found.is_cut && found.unreadable == 0;
        output.object(&serde_json::json!({ "is_complete": is_complete, "unreadable": found.unreadable }));
        return Ok(());
    }
    if shown.is_empty() {
        output.line("Nothing lies about that nobody knows of.");
    }
    if found.is_cut {
        output.line("There is more; look below smaller folders.");
    }
    if found.unreadable > 0 {
        output.line(&format!("{} could not be read.", crate::words::count(found.unreadable, "folder", "folders")));
    }
    Ok(())
}
