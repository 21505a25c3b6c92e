//! What one should know before the start, in sentences.

use tidelock_engine::planner::plan::{Changes, Loss, Warning};
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::quoted;
use crate::names::Names;
use crate::words::{bytes, words};

/// What one should know before the start.
pub(crate) fn warning(warning: &Warning, names: &Names) -> UserError {
    match warning {
        Warning::ChargedTwice { amount } => {
            UserError::new("charged_twice", words().charged_twice(&bytes(amount.bytes), amount.inodes))
                .hint(words().charged_twice_hint())
        }
        Warning::TrashStaysCharged { amount } => {
            UserError::new("trash_stays_charged", words().trash_stays_charged(&bytes(amount.bytes), amount.inodes))
                .hint(words().trash_stays_charged_hint())
        }
        Warning::Losses { losses } => {
            let parts: Vec<String> = losses.iter().map(|(loss, entries)| words().loss_of(lost(*loss), *entries)).collect();
            UserError::new("lost_metadata", words().lost_metadata(&parts.join(", "))).hint(words().lost_metadata_hint())
        }
        Warning::HardLinksLeaving { inodes } => UserError::new("hard_links_leaving", words().links_stay(*inodes)),
        Warning::StripesLost { folders } => {
            UserError::new("stripes_lost", words().stripes_lost(*folders)).hint(words().stripes_lost_hint())
        }
        Warning::SoftLimit { payer } => {
            UserError::new("soft_limit", words().soft_limit(&names.payer(*payer))).hint(words().soft_limit_hint())
        }
        Warning::DriftMended { entries } => {
            UserError::new("drift_mended", words().drift_mended(*entries)).hint(words().drift_mended_hint())
        }
        Warning::Skipped { items } => UserError::new("skipped", words().skipped(*items)),
        Warning::Replaces { entries, amount } => {
            UserError::new("replaces", words().replaces(*entries, &bytes(amount.bytes))).hint(words().replaces_hint())
        }
        Warning::EmptiedFoldersStay { folders } => {
            UserError::new("emptied_folders_stay", words().emptied(*folders)).hint(words().emptied_hint())
        }
        Warning::ReplacedIsGone => UserError::new("replaced_is_gone", words().replaced_is_gone()),
        Warning::UndoneInexactly { entries } => {
            UserError::new("undone_inexactly", words().undone_inexactly(*entries)).hint(words().undone_inexactly_hint())
        }
        Warning::ChargedToNobody { amount } => {
            UserError::new("charged_to_nobody", words().charged_to_nobody(&bytes(amount.bytes), amount.inodes))
                .hint(words().charged_to_nobody_hint())
        }
        Warning::Restores { entries, bytes: size } => {
            UserError::new("restores", words().restores(*entries, &bytes(*size))).hint(words().restores_hint())
        }
        Warning::StayOnTape { entries, bytes: size } => {
            UserError::new("stay_on_tape", words().stay_on_tape(*entries)).hint(words().stay_on_tape_hint(&bytes(*size)))
        }
        Warning::LimitsUnknown { payer } => {
            UserError::new("limits_unknown", words().limits_unknown(&names.payer(*payer))).hint(words().limits_unknown_hint())
        }
        Warning::Remade { entries } => UserError::new("remade", words().remade(*entries)).hint(words().remade_hint()),
        Warning::SocketsStayCharged { entries } => {
            UserError::new("sockets_stay_charged", words().sockets(*entries)).hint(words().sockets_hint())
        }
        Warning::ChangedMeanwhile { path, changes, stay_behind } => changed_meanwhile(path, changes, *stay_behind),
    }
}

/// What an undo does to what was changed since the move.
fn changed_meanwhile(path: &FilePath, changes: &Changes, stay_behind: bool) -> UserError {
    let parts = [(changes.added, words().added()), (changes.removed, words().removed()), (changes.changed, words().changed())];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| words().entries_what(*number, what)).collect();
    let examples: Vec<String> = changes.examples.iter().map(quoted).collect();
    let examples = if examples.is_empty() { String::new() } else { words().for_example(&examples.join(", ")) };
    let said = words().not_as_left(&quoted(path), &parts.join(", "), &examples);
    let error = if stay_behind {
        let fate = words().original_comes_back();
        UserError::new("changed_meanwhile", format!("{said} {fate}")).hint(words().copy_out_first())
    } else {
        UserError::new("changed_meanwhile", format!("{said} {}", words().comes_back_as_is())).hint(words().times_tell())
    };
    if changes.is_exact || !stay_behind { error } else { error.hint(words().some_unread()) }
}

fn lost(loss: Loss) -> &'static str {
    match loss {
        Loss::Owner => words().loss_owner(),
        Loss::PrivilegedAttributes => words().loss_privileged(),
        Loss::ExtendedAttributes => words().loss_attributes(),
        Loss::InodeFlags => words().loss_flags(),
        Loss::Nanoseconds => words().loss_nanoseconds(),
        Loss::Layout => words().loss_layout(),
    }
}
