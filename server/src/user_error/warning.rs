//! What one should know before the start, in sentences.

use tidelock_engine::planner::plan::{Changes, Loss, Warning};
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::{are, have, quoted};
use crate::names::Names;
use crate::words::{bytes, count, grouped};

/// What one should know before the start.
pub(crate) fn warning(warning: &Warning, names: &Names) -> UserError {
    match warning {
        Warning::ChargedTwice { amount } => UserError::new(
            "charged_twice",
            format!(
                "Until the old copy is purged, both sides are charged: {} and {} stay where they were.",
                bytes(amount.bytes),
                count(amount.inodes, "inode", "inodes")
            ),
        )
        .hint("The old copy makes undo free of copying. Purge it when you are sure."),
        Warning::TrashStaysCharged { amount } => UserError::new(
            "trash_stays_charged",
            format!(
                "What is in the trash stays charged until it is deleted for good: {} and {}.",
                bytes(amount.bytes),
                count(amount.inodes, "inode", "inodes")
            ),
        )
        .hint("Delete it in the trash (tidelock purge) if you need the room at once."),
        Warning::Losses { losses } => {
            let parts: Vec<String> = losses
                .iter()
                .map(|(loss, entries)| format!("{} of {}", lost(*loss), count(*entries, "entry", "entries")))
                .collect();
            UserError::new("lost_metadata", format!("The copy cannot keep {}.", parts.join(", ")))
                .hint("Content, names and links are kept in any case. An undo brings back the original with everything.")
        }
        Warning::HardLinksLeaving { inodes } => UserError::new(
            "hard_links_leaving",
            format!("{} further names outside; their charge moves, those names stay.", have(*inodes, "file", "files")),
        ),
        Warning::StripesLost { folders } => UserError::new(
            "stripes_lost",
            format!("{} spread over several metadata servers; made anew, each lies on one.", are(*folders, "folder", "folders")),
        )
        .hint("Names in a very large folder then take more time. An administrator can spread them again (`lfs migrate -m`)."),
        Warning::SoftLimit { payer } => {
            UserError::new("soft_limit", format!("{} goes over its soft limit, and its grace time begins.", names.payer(*payer)))
                .hint("Within the grace time, free room or ask for more quota.")
        }
        Warning::DriftMended { entries } => UserError::new(
            "drift_mended",
            format!(
                "{} charged to another project than the rest; afterwards all are charged to the destination.",
                are(*entries, "entry", "entries")
            ),
        )
        .hint("An undo charges them to the source's project like the rest."),
        Warning::Skipped { items } => UserError::new(
            "skipped",
            match items {
                1 => "1 item is skipped: its name is taken. It stays where it is.".to_owned(),
                more => format!("{} items are skipped: their names are taken. They stay where they are.", grouped(*more)),
            },
        ),
        Warning::Replaces { entries, amount } => UserError::new(
            "replaces",
            format!("What has the name now is replaced: {}, {}.", count(*entries, "entry", "entries"), bytes(amount.bytes)),
        )
        .hint("It is kept hidden, comes back with an undo, and stays charged until the move is purged."),
        Warning::EmptiedFoldersStay { folders } => UserError::new(
            "emptied_folders_stay",
            match folders {
                1 => "1 folder is merged into the one that is there. It stays behind, empty.".to_owned(),
                more => format!("{} folders are merged into those that are there. They stay behind, empty.", grouped(*more)),
            },
        )
        .hint("An undo puts everything back. What is empty can be removed when you are sure."),
        Warning::ReplacedIsGone => {
            UserError::new("replaced_is_gone", "What the move had replaced has been purged and does not come back.")
        }
        Warning::UndoneInexactly { entries } => UserError::new(
            "undone_inexactly",
            format!(
                "This cannot be undone exactly: {} would come back charged to the destination's project.",
                count(*entries, "entry", "entries")
            ),
        )
        .hint("Only an administrator could bring the old project ID back."),
        Warning::ChargedToNobody { amount } => UserError::new(
            "charged_to_nobody",
            format!(
                "The destination does not pass its project on to new entries: {} and {} will be charged to no project.",
                bytes(amount.bytes),
                count(amount.inodes, "inode", "inodes")
            ),
        )
        .hint("Whoever looks after the project can set the inherit flag on the folder (lfs project -s, or chattr +P)."),
        Warning::Restores { entries, bytes: size } => UserError::new(
            "restores",
            format!(
                "{} first brought back from tape, {} in all, and charged to the source again.",
                are(*entries, "file", "files"),
                bytes(*size)
            ),
        )
        .hint("How long that takes depends on the archive. The move waits meanwhile, and can be cancelled."),
        Warning::StayOnTape { entries, bytes: size } => UserError::new(
            "stay_on_tape",
            format!("{} on tape only and stay there: nothing is read.", are(*entries, "file", "files")),
        )
        .hint(format!("Brought back one day, they charge the destination {}.", bytes(*size))),
        Warning::LimitsUnknown { payer } => {
            UserError::new("limits_unknown", format!("You may not read the limits of {}.", names.payer(*payer)))
                .hint("If it does not fit, the file system stops the copy and everything stays as it was.")
        }
        Warning::Remade { entries } => UserError::new(
            "remade",
            match entries {
                1 => "1 symbolic link or pipe is made anew, with everything but its inode number.".to_owned(),
                more => {
                    format!("{} symbolic links and pipes are made anew, with everything but their inode numbers.", grouped(*more))
                }
            },
        )
        .hint("A program that holds one of the pipes open has to open it again."),
        Warning::SocketsStayCharged { entries } => UserError::new(
            "sockets_stay_charged",
            match entries {
                1 => "1 socket moves along and stays charged to the source's project.".to_owned(),
                more => format!("{} sockets move along and stay charged to the source's project.", grouped(*more)),
            },
        )
        .hint("A new one would cut off the program that listens on it. Restarting that program charges it rightly."),
        Warning::ChangedMeanwhile { path, changes, stay_behind } => changed_meanwhile(path, changes, *stay_behind),
    }
}

/// What an undo does to what was changed since the move.
fn changed_meanwhile(path: &FilePath, changes: &Changes, stay_behind: bool) -> UserError {
    let parts = [(changes.added, "added"), (changes.removed, "removed"), (changes.changed, "changed")];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| format!("{} {what}", count(*number, "entry", "entries"))).collect();
    let examples: Vec<String> = changes.examples.iter().map(quoted).collect();
    let examples = if examples.is_empty() { String::new() } else { format!(", for example {}", examples.join(", ")) };
    let said = format!("{} is not as the move left it: {}{examples}.", quoted(path), parts.join(", "));
    let error = if stay_behind {
        let fate = "The original comes back as it was; what was added or changed stays in the copy, which is hidden and kept.";
        UserError::new("changed_meanwhile", format!("{said} {fate}"))
            .hint("Copy out first what you want to go on with. Purging the undo keeps what differs.")
    } else {
        UserError::new("changed_meanwhile", format!("{said} It all comes back as it is now."))
            .hint("Times and the number of entries tell this: what was replaced by as many others is not seen.")
    };
    if changes.is_exact || !stay_behind { error } else { error.hint("Some of it may not be read by you and was not compared.") }
}

fn lost(loss: Loss) -> &'static str {
    match loss {
        Loss::Owner => "owner and group",
        Loss::PrivilegedAttributes => "capabilities and other privileged attributes",
        Loss::ExtendedAttributes => "ACLs and extended attributes",
        Loss::InodeFlags => "inode flags",
        Loss::Nanoseconds => "times below a second",
        Loss::Layout => "the layout over servers",
    }
}
