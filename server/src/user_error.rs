//! Every refusal, warning and error of the engine as a sentence for people, with a way out.
//!
//! The only such place. Codes are stable and for scripts; sentences are not. What only the
//! command line has stands in brackets, which the pages leave out: `(--as NAME)`.

use tidelock_app::state::problems::invalid_name;
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

pub(crate) mod sign_in;
pub(crate) mod upload;
mod warning;

use crate::audit::AuditError;
use crate::http::ServeError;
use crate::names::Names;
use crate::words::{Words, bytes, language, words};
pub(crate) use warning::warning;

/// What stops a plan.
pub(crate) fn refusal(refusal: &Refusal, names: &Names) -> UserError {
    match refusal {
        Refusal::Request(problem) => request_problem(problem),
        Refusal::OutsideRoots(path) => {
            UserError::new("outside_roots", words().outside_roots(&quoted(path))).hint(words().outside_roots_hint())
        }
        Refusal::SourceMissing(path) => {
            UserError::new("source_missing", words().source_missing(&quoted(path))).hint(words().source_missing_hint())
        }
        Refusal::DestinationMissing(path) => UserError::new("destination_missing", words().destination_missing(&quoted(path)))
            .hint(words().destination_missing_hint()),
        Refusal::NotAFolder(path) => {
            UserError::new("not_a_folder", words().not_a_folder(&quoted(path))).hint(words().not_a_folder_hint())
        }
        Refusal::MayNotChange(path) => {
            UserError::new("no_permission", words().may_not_change(&quoted(path))).hint(words().may_not_change_hint())
        }
        Refusal::NotYours(path) => UserError::new("not_yours", words().not_yours(&quoted(path))).hint(words().not_yours_hint()),
        Refusal::MayNotRead { example, entries } => {
            UserError::new("no_permission", words().may_not_read(*entries, &quoted(example))).hint(words().may_not_read_hint())
        }
        Refusal::NameTaken { path, .. } => {
            UserError::new("name_taken", words().name_taken(&quoted(path))).hint(words().name_taken_hint())
        }
        Refusal::SameFile { path, other } => {
            UserError::new("same_file", words().same_file(&quoted(path), &quoted(other))).hint(words().same_file_hint())
        }
        Refusal::MountPoint(path) => {
            UserError::new("mount_point", words().mount_point(&quoted(path))).hint(words().mount_point_hint())
        }
        Refusal::Frozen { example, entries } => {
            UserError::new("frozen", words().frozen(*entries, &quoted(example))).hint(words().frozen_hint())
        }
        Refusal::HeldByItsServer(path) => {
            UserError::new("held_by_its_server", words().held_by_its_server(&quoted(path))).hint(words().held_by_its_server_hint())
        }
        Refusal::HeldByItsCharge(path) => {
            UserError::new("held_by_its_charge", words().held_by_its_charge(&quoted(path))).hint(words().held_by_its_charge_hint())
        }
        Refusal::OtherMoveInside(path) if is_of_an_upload(path) => {
            UserError::new("upload_inside", words().upload_inside(&quoted(path))).hint(words().upload_inside_hint())
        }
        Refusal::OtherMoveInside(path) => UserError::new("other_move", words().other_move(&quoted(path)))
            .hint(words().other_move_hint())
            .hint(words().other_move_orphans()),
        Refusal::KeptInside { path, by } => UserError::new("kept_inside", words().kept_inside(&by.to_string(), &quoted(path)))
            .hint(words().kept_inside_hint(&by.to_string()))
            .hint(words().kept_inside_browser()),
        Refusal::Overlap { path, other } => UserError::new("overlap", words().overlap(&other.to_string(), &quoted(path)))
            .hint(words().overlap_hint(&other.to_string())),
        Refusal::NoHeadroom { payer, needed, headroom } => no_headroom(&names.payer(*payer), *needed, *headroom),
        Refusal::Released { entries } => UserError::new("released", words().on_tape(*entries)).hint(words().on_tape_hint()),
        Refusal::Lost { example, entries } => {
            UserError::new("lost", words().lost(*entries, &example.shown())).hint(words().lost_hint())
        }
        Refusal::HardLinksLeaving { inodes } => {
            UserError::new("hard_links_leaving", words().links_leaving(*inodes)).hint(words().links_leaving_hint())
        }
        Refusal::DevicesNeedRoot { entries } => {
            UserError::new("devices_need_root", words().devices(*entries)).hint(words().devices_hint())
        }
        Refusal::Unplannable { path, message } => {
            UserError::new("unreadable", words().unplannable(&quoted(path), message)).hint(words().ask_administrator())
        }
        Refusal::ChangedSince { path } => {
            UserError::new("changed_since", words().changed_since(&quoted(path))).hint(words().changed_since_hint())
        }
        Refusal::NothingLeft => UserError::new("nothing_left", words().nothing_left()).hint(words().nothing_left_hint()),
        Refusal::TooManyToMerge => {
            UserError::new("too_many_to_merge", words().too_many_to_merge()).hint(words().too_many_to_merge_hint())
        }
        Refusal::NoProject(path) => {
            UserError::new("no_project", words().no_project_of(&quoted(path))).hint(words().no_project_of_hint())
        }
        Refusal::NothingToRepair(path) => {
            UserError::new("nothing_to_repair", words().nothing_to_repair(&quoted(path))).hint(words().nothing_to_repair_hint())
        }
        Refusal::MayNotRetag(path) => {
            UserError::new("may_not_retag", words().may_not_retag(&quoted(path))).hint(words().may_not_retag_hint())
        }
    }
}

fn no_headroom(payer: &str, needed: Amount, headroom: Headroom) -> UserError {
    let short = headroom.shortage(needed);
    let mut parts = Vec::new();
    if short.bytes > 0 {
        parts.push(words().short_of_bytes(&bytes(needed.bytes), &bytes(headroom.bytes.unwrap_or(0))));
    }
    if short.inodes > 0 {
        parts.push(words().short_of_inodes(&needed.inodes.to_string(), &headroom.inodes.unwrap_or(0).to_string()));
    }
    UserError::new("no_headroom", words().no_headroom(payer, &parts.join(words().and_also()))).hint(words().no_headroom_hint())
}

fn request_refusal(message: &str, hint: &str) -> UserError {
    UserError::new("invalid_request", message).hint(hint)
}

/// What is wrong with a request as such.
pub(crate) fn request_problem(problem: &RequestProblem) -> UserError {
    match problem {
        RequestProblem::NoSource => UserError::new("invalid_request", words().nothing_picked()).hint(words().nothing_picked_hint()),
        RequestProblem::NewNameForSeveral => {
            UserError::new("invalid_request", words().one_new_name()).hint(words().one_new_name_hint())
        }
        RequestProblem::SourceIsRoot => UserError::new("invalid_request", words().top_stays()).hint(words().top_stays_hint()),
        RequestProblem::IntoItself(path) => {
            UserError::new("into_itself", words().into_itself(&quoted(path))).hint(words().into_itself_hint())
        }
        RequestProblem::AlreadyThere(path) => {
            UserError::new("already_there", words().already_there(&quoted(path))).hint(words().already_there_hint())
        }
        RequestProblem::SameName(one, other) => {
            UserError::new("same_name", words().same_name(&quoted(one), &quoted(other))).hint(words().same_name_hint())
        }
        RequestProblem::Nested(inner, outer) => {
            UserError::new("nested", words().nested(&quoted(inner), &quoted(outer))).hint(words().nested_hint())
        }
    }
}

/// A path that cannot be one.
pub(crate) fn invalid_path(text: &str, error: InvalidName) -> UserError {
    let hint = match error {
        InvalidName::Dots => words().path_without_dots(),
        InvalidName::NotAbsolute => words().path_in_full(),
        _ => words().path_check(),
    };
    UserError::new("invalid_path", words().path_invalid(text, invalid_name(tidelock_app::words::Words::of(language()), error)))
        .hint(hint)
}

/// Limits within which nothing could ever be done are a slip.
pub(crate) fn check_limits(limits: &Limits) -> Result<(), UserError> {
    if limits.lets_work_be_done() {
        return Ok(());
    }
    Err(UserError::new("invalid_request", words().limit_of_nothing()).hint(words().limit_of_nothing_hint()))
}

/// Why a move was undone or is stuck.
pub(crate) fn failure(failure: &Failure) -> UserError {
    let said = &failure.message;
    match failure.kind {
        FailureKind::Cancelled => UserError::new("cancelled", words().cancelled()),
        FailureKind::NoHeadroom => UserError::new("no_headroom", words().no_room(said)).hint(words().no_room_hint()),
        FailureKind::NameTaken => {
            UserError::new("name_taken", words().name_taken_meanwhile(said)).hint(words().name_taken_meanwhile_hint())
        }
        FailureKind::WorldChanged => {
            UserError::new("world_changed", words().world_changed(said)).hint(words().world_changed_hint())
        }
        FailureKind::SourceKeepsChanging => {
            UserError::new("source_changes", words().source_changes(said)).hint(words().source_changes_hint())
        }
        FailureKind::CannotKeep => UserError::new("cannot_keep", words().cannot_keep(said)),
        FailureKind::FileSystem => {
            // The sentence names it already.
            let said = said.strip_prefix("file system: ").unwrap_or(said);
            UserError::new("file_system", words().file_system_failed(said)).hint(words().show_administrator())
        }
    }
}

/// Why the engine did not do what was asked. Of several refusals the first speaks, the others
/// are its hints.
pub(crate) fn engine_error(error: &EngineError, names: &Names) -> UserError {
    match error {
        EngineError::UnknownMove(id) => {
            UserError::new("unknown_move", words().unknown_move(&id.to_string())).hint(words().unknown_move_hint())
        }
        EngineError::Refused(refusals) => {
            let mut told = refusals.iter().map(|found| refusal(found, names));
            let mut first = told.next().unwrap_or_else(|| UserError::new("refused", words().refused()));
            first.code = format!("refused_{}", first.code);
            told.fold(first, |first, further| first.hint(words().also(&further.message)))
        }
        EngineError::PastCancelling(id) => {
            UserError::new("refused_past_cancelling", words().past_cancelling(&id.to_string())).hint(words().past_cancelling_hint())
        }
        EngineError::PastPausing(id) => {
            UserError::new("refused_past_pausing", words().past_pausing(&id.to_string())).hint(words().past_pausing_hint())
        }
        EngineError::DeletedForGood(id) => UserError::new("refused_deleted_for_good", words().deleted_for_good(&id.to_string()))
            .hint(words().deleted_for_good_hint()),
        EngineError::NothingToUndo(id) => UserError::new("refused_nothing_to_undo", words().nothing_to_undo(&id.to_string())),
        EngineError::UndoneAlready(id, by) => {
            UserError::new("refused_undone_already", words().undone_already(&id.to_string(), &by.to_string()))
        }
        EngineError::KeyIsTaken(id) => {
            UserError::new("refused_key_taken", words().key_taken(&id.to_string())).hint(words().key_taken_hint())
        }
        EngineError::NothingToPurge(id) => UserError::new("refused_nothing_to_purge", words().nothing_to_purge(&id.to_string())),
        EngineError::BeingPurged(id) => UserError::new("refused_being_purged", words().being_purged(&id.to_string())),
        EngineError::PurgeFailed(said) => {
            UserError::new("purge_failed", words().purge_failed(&said.message)).hint(words().purge_failed_hint())
        }
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
        EngineError::Halted => UserError::new("unavailable", words().shutting_down()).hint(words().shutting_down_hint()),
        EngineError::FileSystem(error) => file_system(error),
        EngineError::Journal(error) => journal_error(error),
        EngineError::Stopped => UserError::new("stopped", words().stopped()),
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
    UserError::new("file_system", words().file_system_failed(&error.to_string())).hint(words().show_administrator())
}

/// What somebody wanted to do with a path: `Words::doing_list`.
pub(crate) type Doing = fn(Words, &str) -> String;

/// A call on one path that failed.
pub(crate) fn fs_error(doing: Doing, path: &FilePath, error: &FsError) -> UserError {
    let path = quoted(path);
    match error.errno {
        Errno::NOENT => UserError::new("not_found", words().not_there(&path)).hint(words().not_there_hint()),
        Errno::NOTDIR | Errno::LOOP => {
            UserError::new("not_a_folder", words().not_a_folder(&path)).hint(words().links_not_followed())
        }
        Errno::ACCESS | Errno::PERM => {
            UserError::new("no_permission", words().may_not_do(&doing(words(), &path))).hint(words().ask_owner())
        }
        _ => UserError::new("file_system", words().could_not_do(&doing(words(), &path), &error.to_string()))
            .hint(words().show_administrator()),
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
        JournalError::Full { source } => {
            UserError::new("state_full", words().state_full(&source.to_string())).hint(words().state_full_hint())
        }
        other => UserError::new("journal", words().journal_failed(&other.to_string())).hint(words().journal_failed_hint()),
    }
}

/// Why the server could not start.
pub(crate) fn serve_error(error: &ServeError) -> UserError {
    match error {
        ServeError::Listen { listen, source } if source.kind() == std::io::ErrorKind::AddrInUse => {
            UserError::new("port_in_use", format!("Something else already listens on {listen}."))
                .hint("End it, or take another port with --listen ADDR:PORT; port 0 takes a free one.")
        }
        ServeError::Listen { listen, source } => UserError::new("state_listen", format!("Cannot listen on {listen}: {source}."))
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
        ServeError::Root { path, source } => {
            UserError { code: "state_root".to_owned(), ..fs_error(Words::doing_manage, path, source) }
        }
        ServeError::Uploads(source) => UserError::new(
            "state_uploads",
            format!("The list of uploads in the state folder cannot be read: {source}."),
        )
        .hint(
            "Move its uploads.json aside: unfinished uploads are forgotten then, and their hidden folders .tidelock-upload-… stay.",
        ),
        ServeError::Sessions(error) => UserError::new("state_sessions", format!("The list of sessions cannot be used: {error}."))
            .hint("Move sign_in.sqlite in the state folder aside: everybody signs in anew then, and tokens are gone."),
        ServeError::Audit(error) => UserError { code: "state_audit".to_owned(), ..audit_error(error) },
        ServeError::ServerFile(source) => {
            UserError::new("state_unwritable", format!("The state folder cannot be written: {source}."))
                .hint("Give another one with --state DIR.")
        }
        other => UserError::new("state_serving", format!("The server cannot run: {other}.")),
    }
}

/// What cannot be written down cannot be ordered.
pub(crate) fn audit_error(error: &AuditError) -> UserError {
    match error {
        AuditError::Journal(error) => engine_error(error, &Names::default()),
        AuditError::Failed | AuditError::Unwritable(_) | AuditError::Plan(_) => {
            UserError::new("unavailable", words().audit_unwritable(&error.to_string())).hint(words().audit_unwritable_hint())
        }
    }
}

fn is_of_an_upload(path: &FilePath) -> bool {
    path.names().last().is_some_and(crate::uploads::is_hidden_folder_of_an_upload)
}

fn quoted(path: &FilePath) -> String {
    words().quoted(&path.shown())
}
