//! What a move has hidden and nobody knows of any more, in words: what it is, what can be done.

use tidelock_engine::Engine;
use tidelock_engine::recovery::{Lies, Orphan, Role, Verdict};
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::PlanItem;
use tidelock_shared::progress::{MoveDetail, MoveState};

use crate::convert::shell_word;
use crate::words::{bytes, count, duration, words};

/// For scripts.
pub(crate) fn orphan(orphan: &Orphan) -> serde_json::Value {
    let (path, path_base64) = PlanItem::path_fields(&orphan.path);
    serde_json::json!({
        "path": path,
        "path_base64": path_base64,
        "move": orphan.id,
        "role": orphan.role,
        "verdict": orphan.verdict,
        "owner": orphan.owner,
        "age_seconds": orphan.age_seconds,
        "entries": orphan.entries,
        "bytes": orphan.amount.bytes,
        "inodes": orphan.amount.inodes,
        "original": orphan.original.as_ref().map(FilePath::shown),
        "removed": orphan.verdict == Verdict::LeftBehind,
        "message": what_it_is(orphan),
        "hints": what_can_be_done(orphan),
    })
}

/// For people.
pub(crate) fn orphan_line(orphan: &Orphan) -> String {
    let id = orphan.id.map(|id| format!(", move {id}")).unwrap_or_default();
    let age = u32::try_from(orphan.age_seconds.max(0)).unwrap_or(u32::MAX);
    let (entries, size) = (count(orphan.entries, "entry", "entries"), bytes(orphan.amount.bytes));
    let numbers = format!("{entries}, {size}, owner {}, {} old{id}", orphan.owner, duration(age.into()));
    let hints: String = what_can_be_done(orphan).iter().map(|hint| format!("\n    {hint}")).collect();
    format!("{}\n    {} ({numbers}){hints}", orphan.path.shown(), what_it_is(orphan))
}

/// What it is and why it is there, in the language of whoever asks.
pub(crate) fn what_it_is(orphan: &Orphan) -> String {
    let what = kind_of(orphan.role);
    match orphan.verdict {
        Verdict::LeftBehind => words().left_by_a_crash(what),
        Verdict::Accounted => words().left_accounted(what),
        Verdict::OfAnotherEngine => words().left_of_another(what),
        Verdict::Rebuildable => words().left_rebuildable(what),
        Verdict::NewerThanJournal => words().left_newer(what),
        Verdict::NeedsWord => words().left_unknown(what),
    }
}

/// Where the things of a stuck move are; nothing of others is told.
pub(crate) fn whereabouts_of(engine: &Engine, detail: &mut MoveDetail) {
    if detail.view.state == MoveState::Stuck {
        let found = engine.whereabouts(detail.view.id).unwrap_or_default();
        detail.whereabouts = found.iter().map(whereabouts).collect();
    }
}

/// Where something of a move is, for whoever has to look.
fn whereabouts((lies, path): &(Lies, FilePath)) -> String {
    let path = words().quoted(&path.shown());
    match lies {
        Lies::UnderItsOldName => words().lies_under_old_name(&path),
        Lies::UnderItsNewName => words().lies_under_new_name(&path),
        Lies::Hidden(role) => words().lies_hidden(&path, kind_of(*role)),
    }
}

fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Staging => words().left_staging(),
        Role::Retired => words().left_retired(),
        Role::Replaced => words().left_replaced(),
        Role::Hop => words().left_hop(),
        Role::Kept => words().left_kept(),
        Role::Workshop => words().left_workshop(),
        Role::Scratch => words().left_scratch(),
        Role::Record => words().left_record(),
        Role::Barrier => words().left_barrier(),
        Role::Claim => words().left_claim(),
    }
}

/// The words of the command line without which it would be judged otherwise.
fn what_it_was_found_by(orphan: &Orphan) -> String {
    let adopting = orphan.id.filter(|_| orphan.is_adopted).map(|id| format!(" --adopt {}", id.engine));
    let words =
        |folders: &[FilePath]| folders.iter().map(|folder| format!(" {}", shell_word(&folder.to_bytes()))).collect::<String>();
    let trusting = orphan.is_trusted_on_word.then(|| format!(" --trust{}", words(&orphan.described_in)));
    // Where its record lies somewhere else, all its folders are looked at.
    let here = orphan.path.split_last().map(|(folder, _)| folder);
    let is_elsewhere = orphan.described_in.iter().any(|folder| Some(folder) != here.as_ref());
    let looked_at =
        here.filter(|_| is_elsewhere).map(|here| format!(" --orphans{}{}", words(&[here]), words(&orphan.described_in)));
    adopting.into_iter().chain(trusting).chain(looked_at).collect()
}

fn what_can_be_done(orphan: &Orphan) -> Vec<String> {
    let path = shell_word(&orphan.path.to_bytes());
    let doubted = orphan.is_doubted.then(|| {
        format!(
            "Others can write in its folder, so it is not believed. If it is right: tidelock recover --orphans DIR --trust {path}"
        )
    });
    let mut hints = by_verdict(orphan, &path);
    hints.extend(doubted);
    hints
}

fn by_verdict(orphan: &Orphan, path: &str) -> Vec<String> {
    match orphan.verdict {
        Verdict::NeedsWord => {
            let context = what_it_was_found_by(orphan);
            let comes_back = matches!(orphan.role, Role::Retired | Role::Replaced | Role::Hop);
            let restoring = orphan.original.as_ref().filter(|_| comes_back).map_or_else(
                || "Its old name is not known; whoever looks into it can rename it.".to_owned(),
                |original| {
                    format!("It can have its old name '{}' back: tidelock recover{context} --restore {path}", original.shown())
                },
            );
            let lost = count(orphan.entries, "entry", "entries");
            vec![restoring, format!("Deleting it loses {lost} for good: tidelock recover{context} --remove {path}")]
        }
        Verdict::OfAnotherEngine => {
            let adopting = |id: tidelock_shared::id::MoveId| {
                format!("If that one runs nowhere any more: tidelock recover --orphans DIR --adopt {}", id.engine)
            };
            orphan.id.map(adopting).into_iter().collect()
        }
        Verdict::LeftBehind => vec!["It is removed by rule.".to_owned()],
        _ => Vec::new(),
    }
}
