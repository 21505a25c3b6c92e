//! Every refusal, warning and error of the engine as a sentence for people, with a way out.
//!
//! The only such place. Codes are stable and for scripts; sentences are not. What only the
//! command line has stands in brackets, which the pages leave out: `(--as NAME)`.

use tidelock_engine::EngineError;
use tidelock_engine::fs::{Errno, FsError};
use tidelock_engine::journal::{Journal, JournalError};
use tidelock_engine::moves::event::{Failure, FailureKind};
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::recovery::Verdict;
use tidelock_shared::limits::Limits;
use tidelock_shared::name::{FilePath, InvalidName};
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::request::RequestProblem;
use tidelock_shared::user_error::UserError;

pub(crate) mod upload;
mod warning;

use crate::http::ServeError;
use crate::names::Names;
use crate::words::{bytes, count};
pub(crate) use warning::warning;

/// What stops a plan.
pub(crate) fn refusal(refusal: &Refusal, names: &Names) -> UserError {
    match refusal {
        Refusal::Request(problem) => request_problem(problem),
        Refusal::OutsideRoots(path) => {
            UserError::new("outside_roots", format!("{} is outside the folders managed here.", quoted(path)))
                .hint("Pick something inside a managed folder, or start the server with a further --root.")
        }
        Refusal::SourceMissing(path) => UserError::new("source_missing", format!("There is no {}.", quoted(path)))
            .hint("Check the spelling; it may have been moved or deleted meanwhile."),
        Refusal::DestinationMissing(path) => {
            UserError::new("destination_missing", format!("The destination folder {} does not exist.", quoted(path)))
                .hint("Make the folder first, or pick an existing one. A single source can be given a new name (--as NAME).")
        }
        Refusal::NotAFolder(path) => {
            UserError::new("not_a_folder", format!("{} is not a folder, or lies behind a symbolic link.", quoted(path)))
                .hint("Symbolic links are never followed: give the path that the link points to.")
        }
        Refusal::MayNotChange(path) => {
            UserError::new("no_permission", format!("You may not add or remove entries in {}.", quoted(path)))
                .hint("Ask its owner for write permission.")
        }
        Refusal::NotYours(path) => UserError::new(
            "not_yours",
            format!("{} belongs to somebody else, and only its owner may rename it here.", quoted(path)),
        )
        .hint("Ask its owner or an administrator to move it."),
        Refusal::MayNotRead { example, entries } => UserError::new(
            "no_permission",
            format!("{} cannot be read by you, {} for example.", count(*entries, "entry", "entries"), quoted(example)),
        )
        .hint("Ask the owner for read permission, or leave that part out."),
        Refusal::NameTaken { path, .. } => UserError::new("name_taken", format!("{} already exists.", quoted(path)))
            .hint("Keep both, replace it, skip it or merge the folders (--on-conflict), or give a new name (--as NAME)."),
        Refusal::SameFile { path, other } => {
            UserError::new("same_file", format!("{} and {} are two names of one file.", quoted(path), quoted(other)))
                .hint("Nothing has to be replaced: remove one of the names, or keep both.")
        }
        Refusal::MountPoint(path) => {
            UserError::new("mount_point", format!("Another file system is mounted at or inside {}.", quoted(path)))
                .hint("Unmount it first, or move the parts around it one by one.")
        }
        Refusal::Frozen { example, entries } => UserError::new(
            "frozen",
            format!("{} immutable or append-only, {} for example.", are(*entries, "entry", "entries"), quoted(example)),
        )
        .hint("An administrator can clear the flag with chattr -i or chattr -a."),
        Refusal::HeldByItsCharge(path) => UserError::new(
            "held_by_its_charge",
            format!("{} is charged to another project than its folder, where the file system lets nobody rename it.", quoted(path)),
        )
        .hint("Let whoever may change project IDs give it that of its folder first, and move it then."),
        Refusal::OtherMoveInside(path) if is_of_an_upload(path) => {
            UserError::new("upload_inside", format!("An upload is under way at {}.", quoted(path)))
                .hint("Wait until it has ended, or let whoever began it cancel it.")
        }
        Refusal::OtherMoveInside(path) => UserError::new("other_move", format!("Another move is at work at {}.", quoted(path)))
            .hint("Wait until it has ended. If nobody runs it any more, `tidelock recover` on its state folder finishes it.")
            .hint("`tidelock recover --orphans DIR` says whose it is and what can be done about it."),
        Refusal::KeptInside { path, by } => {
            UserError::new("kept_inside", format!("Something that move {by} keeps for its undo lies inside, at {}.", quoted(path)))
                .hint(format!("Bring it back (tidelock undo {by}), or delete it for good (tidelock purge {by})."))
                .hint("In the browser, the trash and the page of that move do the same.")
        }
        Refusal::Overlap { path, other } => {
            UserError::new("overlap", format!("Move {other} is already working on {}.", quoted(path)))
                .hint(format!("Wait until it has ended (tidelock status {other}), or cancel it."))
        }
        Refusal::NoHeadroom { payer, needed, headroom } => no_headroom(&names.payer(*payer), *needed, *headroom),
        Refusal::Released { entries } => UserError::new(
            "released",
            format!("{} on tape only, and this move has to copy the data.", are(*entries, "file", "files")),
        )
        .hint("Agree that they are brought back first, however long that takes (--allow restore), or do it with lfs hsm_restore."),
        Refusal::Lost { example, entries } => UserError::new(
            "lost",
            format!(
                "The archive has lost the content of {}, '{}' for example: there is nothing to copy.",
                count(*entries, "file", "files"),
                example.shown()
            ),
        )
        .hint("Ask an administrator whether the content can be had from elsewhere."),
        Refusal::HardLinksLeaving { inodes } => UserError::new(
            "hard_links_leaving",
            format!(
                "{} further names outside of what is moved; the charge would move and those names would stay.",
                have(*inodes, "file", "files")
            ),
        )
        .hint("Move the other names along, or agree that they stay (--allow hard-links-leaving)."),
        Refusal::DevicesNeedRoot { entries } => UserError::new(
            "devices_need_root",
            format!("{} only root can make anew in a copy.", count(*entries, "device node", "device nodes")),
        )
        .hint("Leave them out, or ask an administrator to run this move."),
        Refusal::Unplannable { path, message } => {
            UserError::new("unreadable", format!("{} cannot be looked at: {message}.", quoted(path)))
                .hint("If this stays, ask an administrator to look at the file system.")
        }
        Refusal::ChangedSince { path } => {
            UserError::new("changed_since", format!("{} is no longer what the move left there.", quoted(path)))
                .hint("Move it back by hand as a new move if that is still what you want.")
        }
        Refusal::NoProject(path) => UserError::new("no_project", format!("{} belongs to no project.", quoted(path)))
            .hint("Name a project's folder, or one in it."),
        Refusal::NothingToRepair(path) => {
            UserError::new("nothing_to_repair", format!("Everything in {} is charged to its own project already.", quoted(path)))
                .hint("Nothing needs to be done. `tidelock drift DIR` looks for more than a repair can mend.")
        }
        Refusal::MayNotRetag(path) => {
            UserError::new("may_not_retag", format!("You may not change the project IDs in {}.", quoted(path)))
                .hint("On Lustre only an administrator may, elsewhere whoever owns all of it: ask one to repair it.")
        }
        Refusal::NothingLeft => UserError::new("nothing_left", "All of it is there already, so nothing is left to move.")
            .hint("Keep both, replace what is there, or give it a new name."),
        Refusal::TooManyToMerge => UserError::new("too_many_to_merge", "The two folders meet in too many places for one move.")
            .hint("Merge some of the folders inside first, as moves of their own."),
    }
}

fn no_headroom(payer: &str, needed: Amount, headroom: Headroom) -> UserError {
    let short = headroom.shortage(needed);
    let mut parts = Vec::new();
    if short.bytes > 0 {
        parts.push(format!("{} are needed and {} are left", bytes(needed.bytes), bytes(headroom.bytes.unwrap_or(0))));
    }
    if short.inodes > 0 {
        parts.push(format!("{} inodes are needed and {} are left", needed.inodes, headroom.inodes.unwrap_or(0)));
    }
    UserError::new("no_headroom", format!("This does not fit into {payer}: {}.", parts.join(", and ")))
        .hint("Free some room there, ask for more quota, or move less at once.")
}

fn request_refusal(message: &str, hint: &str) -> UserError {
    UserError::new("invalid_request", message).hint(hint)
}

/// What is wrong with a request as such.
pub(crate) fn request_problem(problem: &RequestProblem) -> UserError {
    match problem {
        RequestProblem::NoSource => {
            UserError::new("invalid_request", "Nothing was picked to move.").hint("Name at least one source.")
        }
        RequestProblem::NewNameForSeveral => UserError::new("invalid_request", "A new name can be given to a single source only.")
            .hint("Move the sources one by one."),
        RequestProblem::SourceIsRoot => {
            UserError::new("invalid_request", "The top of a file system cannot be moved.").hint("Pick what lies in it.")
        }
        RequestProblem::IntoItself(path) => UserError::new("into_itself", format!("{} cannot be moved into itself.", quoted(path)))
            .hint("Pick a destination outside of it."),
        RequestProblem::AlreadyThere(path) => {
            UserError::new("already_there", format!("{} is already in that folder.", quoted(path)))
                .hint("Pick another destination.")
        }
        RequestProblem::SameName(one, other) => {
            UserError::new("same_name", format!("{} and {} would get the same name.", quoted(one), quoted(other)))
                .hint("Move one of them under a new name (--as NAME).")
        }
        RequestProblem::Nested(inner, outer) => {
            UserError::new("nested", format!("{} lies inside {}, which is moved as well.", quoted(inner), quoted(outer)))
                .hint("Leave the inner one out: it moves with the outer.")
        }
    }
}

/// A path that cannot be one.
pub(crate) fn invalid_path(text: &str, error: InvalidName) -> UserError {
    let hint = match error {
        InvalidName::Dots => "Give the path without '.' and '..' parts.",
        InvalidName::NotAbsolute => "Give the whole path, beginning with '/'.",
        _ => "Check the path.",
    };
    UserError::new("invalid_path", format!("'{text}' cannot be used: {error}.")).hint(hint)
}

/// Limits within which nothing could ever be done are a slip.
pub(crate) fn check_limits(limits: &Limits) -> Result<(), UserError> {
    if limits.lets_work_be_done() {
        return Ok(());
    }
    Err(UserError::new("invalid_request", "A limit of 0 would let every move wait for ever.")
        .hint("Hold single moves instead (tidelock hold MOVE), or leave the limit out."))
}

/// Why a move was undone or is stuck.
pub(crate) fn failure(failure: &Failure) -> UserError {
    let said = &failure.message;
    match failure.kind {
        FailureKind::Cancelled => UserError::new("cancelled", "The move was cancelled."),
        FailureKind::NoHeadroom => UserError::new("no_headroom", format!("There was not enough room: {said}."))
            .hint("Free some room or ask for more quota, then move again."),
        FailureKind::NameTaken => UserError::new("name_taken", format!("The name was taken meanwhile: {said}."))
            .hint("Pick another name, then move again."),
        FailureKind::WorldChanged => UserError::new("world_changed", format!("Something was changed meanwhile: {said}."))
            .hint("Look at it, then plan again."),
        FailureKind::SourceKeepsChanging => UserError::new("source_changes", format!("The source is being worked on: {said}."))
            .hint("Stop what writes there, then move again."),
        FailureKind::CannotKeep => UserError::new("cannot_keep", format!("Something could not be kept: {said}.")),
        FailureKind::FileSystem => UserError::new("file_system", format!("The file system failed: {said}."))
            .hint("If this stays, show it to an administrator."),
    }
}

/// Why the engine did not do what was asked. Of several refusals the first speaks, the others
/// are its hints.
pub(crate) fn engine_error(error: &EngineError, names: &Names) -> UserError {
    match error {
        EngineError::UnknownMove(id) => {
            UserError::new("unknown_move", format!("There is no move {id}.")).hint("`tidelock moves` lists them all.")
        }
        EngineError::Refused(refusals) => {
            let mut told = refusals.iter().map(|found| refusal(found, names));
            let mut first = told.next().unwrap_or_else(|| UserError::new("refused", "The plan is refused."));
            first.code = format!("refused_{}", first.code);
            told.fold(first, |first, further| first.hint(format!("Also: {}", further.message)))
        }
        EngineError::PastCancelling(id) => {
            UserError::new("refused_past_cancelling", format!("Move {id} can no longer be cancelled."))
                .hint("Once it is done it can be undone.")
        }
        EngineError::PastPausing(id) => UserError::new("refused_past_pausing", format!("Move {id} can no longer be paused."))
            .hint("It waits already, or its new name is about to appear."),
        EngineError::DeletedForGood(id) => {
            UserError::new("refused_deleted_for_good", format!("What move {id} had put into the trash was deleted for good."))
                .hint("Nothing of it is left here. A backup or a snapshot of the file system may have it.")
        }
        EngineError::NothingToUndo(id) => {
            UserError::new("refused_nothing_to_undo", format!("Move {id} is not done, so there is nothing to undo."))
        }
        EngineError::UndoneAlready(id, by) => {
            UserError::new("refused_undone_already", format!("Move {id} is undone already, by {by}."))
        }
        EngineError::KeyIsTaken(id) => {
            UserError::new("refused_key_taken", format!("The key was used for move {id} already, which moves something else."))
                .hint("Use a new key for each move, and the same one only to ask for the same again.")
        }
        EngineError::NothingToPurge(id) => UserError::new("refused_nothing_to_purge", format!("Move {id} keeps no old copy.")),
        EngineError::BeingPurged(id) => UserError::new(
            "refused_being_purged",
            format!("The old copy of move {id} is being purged right now, and cannot come back."),
        ),
        EngineError::PurgeFailed(said) => UserError::new("purge_failed", format!("The old copy could not be purged: {said}."))
            .hint("Try again; it goes on where it stopped."),
        EngineError::JournalIsOld(path) => UserError::new(
            "state_older",
            format!(
                "The state folder is older than what lies at {}: an old backup was put back. Nothing was touched.",
                quoted(path)
            ),
        )
        .hint("Put the newest backup back. Without one, move the journal out of it and run `tidelock recover --orphans DIR`."),
        EngineError::SeveralEngines(one, other) => UserError::new(
            "several_engines",
            format!("Records of two engines are found together, {one} and {other}; one state folder can take up one of them."),
        )
        .hint("Look below folders that only one of them has worked in."),
        EngineError::NoOrphan(path) => {
            UserError::new("unknown_orphan", format!("{} is nothing that a move has hidden.", quoted(path)))
                .hint("`tidelock recover --orphans DIR` lists what there is.")
        }
        EngineError::NotForOrphans(path, verdict) => {
            let (code, why, hint) = not_for_orphans(*verdict);
            UserError::new(code, format!("{} {why}.", quoted(path))).hint(hint)
        }
        EngineError::NameUnknown(path) => {
            UserError::new("name_unknown", format!("No record tells the old name of {}.", quoted(path)))
                .hint("Look into it, and rename it by hand.")
        }
        EngineError::RestoreFailed(said) => UserError::new("restore_failed", format!("It could not be brought back: {said}."))
            .hint("Try again, or look where it is with `tidelock recover --orphans DIR`."),
        EngineError::Halted => UserError::new("unavailable", "The server is shutting down, or could not write its journal.")
            .hint("Start it again: open moves go on by themselves."),
        EngineError::FileSystem(error) => file_system(error),
        EngineError::Journal(error) => journal_error(error),
        EngineError::Stopped => UserError::new("stopped", "It was stopped."),
    }
}

fn not_for_orphans(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::OfAnotherEngine => (
            "of_another_engine",
            "belongs to another tidelock, which may be at work",
            "If that one runs nowhere any more, say so with --adopt ENGINE.",
        ),
        Verdict::Rebuildable => {
            ("rebuildable", "belongs to a move that can be taken up again", "`tidelock recover --orphans DIR` does that.")
        }
        _ => ("accounted", "is needed by a move that this tidelock knows", "Undo or purge that move instead."),
    }
}

fn file_system(error: &FsError) -> UserError {
    UserError::new("file_system", format!("The file system failed: {error}.")).hint("If this stays, show it to an administrator.")
}

/// A call on one path that failed.
pub(crate) fn fs_error(doing: &str, path: &FilePath, error: &FsError) -> UserError {
    let path = quoted(path);
    match error.errno {
        Errno::NOENT => {
            UserError::new("not_found", format!("There is no {path}.")).hint("It may have been moved or deleted meanwhile.")
        }
        Errno::NOTDIR | Errno::LOOP => {
            UserError::new("not_a_folder", format!("{path} is not a folder, or lies behind a symbolic link."))
                .hint("Symbolic links are never followed.")
        }
        Errno::ACCESS | Errno::PERM => {
            UserError::new("no_permission", format!("You may not {doing} {path}.")).hint("Ask its owner for permission.")
        }
        _ => UserError::new("file_system", format!("Could not {doing} {path}: {error}."))
            .hint("If this stays, show it to an administrator."),
    }
}

/// Why the state folder cannot be used.
pub(crate) fn journal_error(error: &JournalError) -> UserError {
    match error {
        JournalError::Unwritable { path, source } => {
            UserError::new("state_unwritable", format!("The state folder {} cannot be written: {source}.", path.display()))
                .hint("Give another one with --state DIR, or mend its permissions.")
        }
        JournalError::InUse { path } => {
            UserError::new("state_in_use", format!("Another tidelock already uses the state folder {}.", path.display()))
                .hint("Talk to it (leave --local away), end it, or use another --state DIR.")
        }
        JournalError::Absent { path } => UserError::new("no_state", format!("There is no journal in {} yet.", path.display()))
            .hint("It is made by the first move."),
        JournalError::Damaged { path, source } => UserError::new(
            "state_damaged",
            format!("The journal {} is damaged: {source}. Nothing was touched.", Journal::file(path).display()),
        )
        .hint(
            "Put a backup of it back. Without one, move it aside: hidden folders named .tidelock-… still tell what was under way.",
        ),
        JournalError::TooNew { path } => {
            UserError::new("state_too_new", format!("The journal in {} was written by a later release.", path.display()))
                .hint("Use that release, or another --state DIR.")
        }
        other => UserError::new("journal", format!("The journal failed: {other}."))
            .hint("Check that the disk of the state folder has room and works."),
    }
}

/// Why the server could not start.
pub(crate) fn serve_error(error: &ServeError) -> UserError {
    match error {
        ServeError::Listen { address, source } if source.kind() == std::io::ErrorKind::AddrInUse => {
            UserError::new("port_in_use", format!("Something else already listens on {address}."))
                .hint("End it, or take another port with --listen ADDR:PORT; port 0 takes a free one.")
        }
        ServeError::Listen { address, source } => UserError::new("state_listen", format!("Cannot listen on {address}: {source}."))
            .hint("Take another address with --listen ADDR:PORT."),
        ServeError::State(error) => journal_error(error),
        ServeError::Engine(error) => match engine_error(error, &Names::default()) {
            told if told.code.starts_with("refused") || told.code.starts_with("state_") => told,
            other => UserError { code: format!("state_{}", other.code), ..other },
        },
        ServeError::World { path, source } => {
            UserError::new("state_world", format!("The demo's world {} cannot be used: {source}.", path.display()))
                .hint("Move it aside, and the demo begins anew.")
        }
        ServeError::Root { path, source } => UserError { code: "state_root".to_owned(), ..fs_error("manage", path, source) },
        ServeError::Uploads(source) => UserError::new(
            "state_uploads",
            format!("The list of uploads in the state folder cannot be read: {source}."),
        )
        .hint(
            "Move its uploads.json aside: unfinished uploads are forgotten then, and their hidden folders .tidelock-upload-… stay.",
        ),
        ServeError::ServerFile(source) => {
            UserError::new("state_unwritable", format!("The state folder cannot be written: {source}."))
                .hint("Give another one with --state DIR.")
        }
        other => UserError::new("state_serving", format!("The server cannot run: {other}.")),
    }
}

fn is_of_an_upload(path: &FilePath) -> bool {
    path.names().last().is_some_and(crate::uploads::is_hidden_folder_of_an_upload)
}

fn quoted(path: &FilePath) -> String {
    format!("'{}'", path.shown())
}

fn are(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number, one, many), if number == 1 { "is" } else { "are" })
}

fn have(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number, one, many), if number == 1 { "has" } else { "have" })
}
