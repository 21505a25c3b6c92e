//! Words for what moves are and do, as people who never heard of project IDs read them.

use tidelock_shared::name::shown;
use tidelock_shared::plan::{Plan, PlanItem};
use tidelock_shared::progress::{MoveState, MoveView, Phase};
use tidelock_shared::request::{Consent, Verb};
use tidelock_shared::strategy::{EntryKind, Strategy};

use crate::format;

/// What a plan does to the files, in plain words; none for one without items.
pub fn effect(plan: &Plan) -> Option<&'static str> {
    Some(strategy_effect(plan.verb, plan.strategy()?))
}

/// What one item's strategy does to the files.
pub fn strategy_effect(verb: Verb, strategy: Strategy) -> &'static str {
    match verb {
        Verb::Move => {}
        Verb::Copy => return "A complete, checked copy appears at once under its new name. The original stays as it is.",
        Verb::Trash => {
            return "It leaves its folder at once and is kept hidden there. The trash gives it back until it is deleted for good.";
        }
        Verb::Repair => {}
    }
    match strategy {
        Strategy::Rename => "No data is copied. The files stay where they are on disk and only get a new place in the tree.",
        Strategy::RetagAndRename | Strategy::RetagWithHop => {
            "No data is copied. The files stay where they are on disk; only the project they are charged to changes."
        }
        Strategy::Retag => {
            "Nothing moves and no data is copied. Everything in the folder is charged to the folder's own project, and so is what will be made there."
        }
        Strategy::PiecewiseRename => {
            "No data is copied. Folders are made anew and every file is renamed into them; the tree is hidden while this runs."
        }
        Strategy::StagedCopy => {
            "A complete, checked copy appears at once under its new name. The original is kept hidden for undo and stays charged until it is purged."
        }
    }
}

/// The plan's cost in one line: the first thing one reads.
pub fn headline(plan: &Plan) -> String {
    let time = format::about(plan.cost.seconds);
    if plan.cost.bytes_copied > 0 {
        format!("Copies {} · {time}", format::bytes(plan.cost.bytes_copied))
    } else if plan.cost.seconds < 1.0 {
        "Instant · no copy".to_owned()
    } else {
        format!("No copy · {time}")
    }
}

/// What the primary button does: `Move 3,412 files`.
pub fn move_button(plan: &Plan) -> String {
    let verb = match plan.verb {
        Verb::Move if plan.undoes.is_some() => "Move back",
        Verb::Move => "Move",
        Verb::Copy => "Copy",
        Verb::Trash => "Trash",
        Verb::Repair if plan.undoes.is_some() => "Give back",
        Verb::Repair => "Repair",
    };
    if plan.items.iter().any(|item| item.replaces) {
        return format!("{verb} and replace");
    }
    let entries: u64 = plan.items.iter().map(|item| item.entries).sum();
    let only_files = plan.items.iter().all(|item| item.kind == EntryKind::File);
    match (plan.items.as_slice(), only_files) {
        ([], _) => "Nothing to move".to_owned(),
        (_, true) => format!("{verb} {}", format::counted(entries, "file", "files")),
        ([item], false) if item.entries <= 1 => format!("{verb} {}", with_article(kind(item.kind))),
        _ => format!("{verb} {}", format::counted(entries, "entry", "entries")),
    }
}

/// Why a move cannot start before its taken names are decided.
pub fn to_be_decided(names: usize) -> String {
    match names {
        1 => "A name is taken: choose what becomes of it.".to_owned(),
        more => format!("{} names are taken: choose what becomes of them.", format::count(more as u64)),
    }
}

/// What happens to an item besides moving.
pub fn item_note(item: &PlanItem) -> Option<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (old, new) = (name(&item.source), name(&item.destination));
    if item.taken_by.is_some() {
        Some("The name is taken.".to_owned())
    } else if item.replaces {
        Some("Replaces what is there.".to_owned())
    } else if item.restores {
        Some("What it had replaced comes back.".to_owned())
    } else {
        (old != new).then(|| format!("Gets the name “{}”.", shown(new.as_bytes())))
    }
}

fn with_article(noun: &'static str) -> String {
    format!("this {noun}")
}

/// An entry's kind as a noun.
pub fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Folder => "folder",
        EntryKind::SymbolicLink => "symbolic link",
        EntryKind::Fifo => "fifo",
        EntryKind::Socket => "socket",
        EntryKind::CharacterDevice => "character device",
        EntryKind::BlockDevice => "block device",
    }
}

/// A state as a heading.
pub fn state(state: MoveState) -> &'static str {
    match state {
        MoveState::Accepted => "Waiting to start",
        MoveState::Preparing => "Preparing",
        MoveState::Publishing => "Publishing",
        MoveState::Finishing => "Finishing",
        MoveState::Done => "All of it arrived",
        MoveState::Unwinding => "Putting everything back",
        MoveState::Undone => "Everything is as before",
        MoveState::Stuck => "A person must look; nothing is lost",
    }
}

/// The same for what has been done to it.
pub fn outcome(view: &MoveView) -> &'static str {
    let is_hidden = view.verb == Verb::Trash && view.state == MoveState::Done && view.undone_by.is_none();
    if is_hidden && view.retired.is_some() { "It waits in the trash" } else { state(view.state) }
}

/// How a move ended, as it is said aloud.
pub fn ending(state: MoveState) -> &'static str {
    match state {
        MoveState::Done => "done",
        MoveState::Undone => "undone, everything is as before",
        MoveState::Stuck => "stuck, a person must look",
        _ => self::state(state),
    }
}

/// A phase, short enough for a track.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Reserve => "Reserve",
        Phase::Restore => "Restore",
        Phase::Retag => "Retag",
        Phase::Rebuild => "Rebuild",
        Phase::Copy => "Copy",
        Phase::Verify => "Verify",
        Phase::Retire => "Retire",
        Phase::Check => "Check",
        Phase::Publish => "Publish",
        Phase::Settle => "Settle",
        Phase::Unwind => "Unwind",
        Phase::Purge => "Purge",
    }
}

/// What a phase does, for the title of its mark.
pub fn phase_effect(phase: Phase) -> &'static str {
    match phase {
        Phase::Reserve => "Room is set aside in the destination project",
        Phase::Restore => "Files come back from tape, which can take hours",
        Phase::Retag => "Every entry is charged to the destination project, in place",
        Phase::Rebuild => "Folders are made anew in hiding and every file is renamed into them",
        Phase::Copy => "A hidden copy grows beside the destination",
        Phase::Verify => "The copy is compared with the original",
        Phase::Retire => "The original is hidden, kept for undo",
        Phase::Check => "Limits and changes are checked once more",
        Phase::Publish => "The new name appears, complete",
        Phase::Settle => "The file system's usage catches up",
        Phase::Unwind => "Every step is taken back",
        Phase::Purge => "The hidden original is deleted",
    }
}

/// What a running move does now, in a few words.
pub fn activity(view: &MoveView) -> String {
    match view.phase {
        Some(phase) if !view.state.is_final() => phase_effect(phase).to_owned(),
        _ => state(view.state).to_owned(),
    }
}

/// A move's title: the first item and how many more.
pub fn title(view: &MoveView) -> String {
    match view.items_total {
        0 | 1 => view.title.clone(),
        more => format!("{} and {} more", view.title, format::count(more - 1)),
    }
}

/// The same with what is done to it, where that is no plain move.
pub fn deed(view: &MoveView) -> String {
    let title = title(view);
    match (view.undoes, view.verb) {
        (Some(_), _) => format!("Undo: {title}"),
        (None, Verb::Move) => title,
        (None, Verb::Copy) => format!("Copy: {title}"),
        (None, Verb::Trash) => format!("Trash: {title}"),
        (None, Verb::Repair) => format!("Repair: {title}"),
    }
}

/// From which project to which: `alpha → beta`.
pub fn route(view: &MoveView) -> String {
    if view.verb == Verb::Trash {
        format!("trash of {}", view.from_project)
    } else if view.from_project == view.to_project {
        format!("within {}", view.to_project)
    } else {
        format!("{} → {}", view.from_project, view.to_project)
    }
}

/// Rate and time left, where they are known: `1.24 GiB/s · 2–3 min left`.
pub fn pace(view: &MoveView) -> Option<String> {
    if view.state.is_final() {
        return None;
    }
    let rate = match (view.strategy.copies_data(), view.bytes_per_second, view.entries_per_second) {
        (true, Some(bytes), _) => Some(format::byte_rate(bytes)),
        (_, _, Some(entries)) => Some(format::entry_rate(entries)),
        _ => None,
    };
    let left = view.seconds_left.map(|(least, most)| format!("{} left", format::duration_range(least, most)));
    let parts: Vec<String> = [rate, left].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// How much is done: `1,200 of 3,412 entries · 4.10 GiB of 12.4 GiB`.
pub fn progress(view: &MoveView) -> String {
    let counters = view.counters;
    let mut parts = Vec::new();
    if counters.entries_total > 0 {
        parts.push(format!(
            "{} of {}",
            format::count(counters.entries_done),
            format::counted(counters.entries_total, "entry", "entries")
        ));
    }
    if counters.bytes_total > 0 {
        parts.push(format!("{} of {}", format::bytes(counters.bytes_done), format::bytes(counters.bytes_total)));
    }
    parts.join(" · ")
}

/// A hint without what only the command line has: `(--as NAME)`, `(tidelock status 7)`.
pub fn hint(text: &str) -> String {
    let mut told = String::new();
    for (position, part) in text.split(" (").enumerate() {
        match part.split_once(')') {
            Some((inside, after)) if inside.starts_with("--") || inside.starts_with("tidelock ") => told.push_str(after),
            _ if position == 0 => told.push_str(part),
            _ => told.extend([" (", part]),
        }
    }
    told
}

/// Why a move that has not ended does nothing now, in a word.
pub fn rests(view: &MoveView) -> Option<&'static str> {
    if view.is_held {
        Some("held")
    } else if view.is_paused {
        Some("paused")
    } else {
        view.is_waiting.then_some("waiting")
    }
}

/// How many moves run, rest and have ended, in a line.
pub fn tray(moves: &[MoveView]) -> String {
    let state = |view: &MoveView| if view.state.is_final() { "ended" } else { rests(view).unwrap_or("running") };
    let mut parts: Vec<String> = Vec::new();
    for told in ["running", "waiting", "paused", "held", "ended"] {
        let number = moves.iter().filter(|view| state(view) == told).count() as u64;
        if number > 0 {
            let counted = if parts.is_empty() { format::counted(number, "move", "moves") } else { format::count(number) };
            parts.push(format!("{counted} {told}"));
        }
    }
    parts.join(", ")
}

/// What to agree to so that a refusal goes away, and the words to agree with.
pub fn consent(code: &str) -> Option<(Consent, &'static str)> {
    if code.ends_with("released") {
        Some((Consent::Restore, "Bring them back first, however long that takes"))
    } else if code.ends_with("hard_links_leaving") {
        Some((Consent::HardLinksLeaving, "Move them anyway; their other names stay where they are"))
    } else if code.ends_with("lost_metadata") {
        Some((Consent::LostMetadata, "Move anyway without this metadata"))
    } else {
        None
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::state::move_list::tests::view;
    use tidelock_shared::plan::Cost;
    use tidelock_shared::progress::Counters;

    pub(crate) fn plan(items: &[(EntryKind, u64)], cost: Cost) -> Plan {
        let items = items.iter().map(|(kind, entries)| PlanItem {
            source: "/a/x".to_owned(),
            source_base64: None,
            destination: "/b/x".to_owned(),
            destination_base64: None,
            kind: *kind,
            strategy: Strategy::RetagAndRename,
            reason: String::new(),
            entries: *entries,
            bytes: 0,
            hard_links_leaving: 0,
            released: 0,
            taken_by: None,
            replaces: false,
            restores: false,
        });
        Plan {
            verb: Verb::Move,
            items: items.collect(),
            projects: Vec::new(),
            refusals: Vec::new(),
            warnings: Vec::new(),
            cost,
            undoes: None,
            command: String::new(),
        }
    }

    #[test]
    fn a_copy_is_never_called_instant() {
        let copies = Cost { bytes_copied: 1 << 40, inodes_changed: 1, seconds: 1.0 };
        assert_eq!(headline(&plan(&[(EntryKind::Folder, 2)], copies)), "Copies 1.00 TiB · about 1 s");
        assert_eq!(headline(&plan(&[(EntryKind::Folder, 2)], Cost::default())), "Instant · no copy");
    }

    #[test]
    fn the_button_says_what_it_moves() {
        for (items, expected) in [
            (&[(EntryKind::File, 1), (EntryKind::File, 1)][..], "Move 2 files"),
            (&[(EntryKind::Folder, 3412)], "Move 3,412 entries"),
            (&[(EntryKind::Folder, 1)], "Move this folder"),
            (&[(EntryKind::File, 1), (EntryKind::Folder, 9)], "Move 10 entries"),
            (&[], "Nothing to move"),
        ] {
            assert_eq!(move_button(&plan(items, Cost::default())), expected);
        }
    }

    #[test]
    fn a_copy_and_the_trash_are_called_what_they_are() {
        let moved = plan(&[(EntryKind::File, 1)], Cost::default());
        for (verb, button, said) in [(Verb::Copy, "Copy 1 file", "original stays"), (Verb::Trash, "Trash 1 file", "gives it back")]
        {
            let plan = Plan { verb, ..moved.clone() };
            assert_eq!(move_button(&plan), button);
            assert!(effect(&plan).unwrap().contains(said));
        }
        assert_eq!(route(&MoveView { verb: Verb::Trash, ..view(1, MoveState::Done, 1.0) }), "trash of alpha");
    }

    #[test]
    fn what_is_replaced_is_on_the_button_and_beside_the_item() {
        let mut plan = plan(&[(EntryKind::Folder, 3412)], Cost::default());
        assert_eq!(item_note(&plan.items[0]), None);
        plan.items[0].replaces = true;
        assert_eq!(move_button(&plan), "Move and replace");
        assert_eq!(item_note(&plan.items[0]).unwrap(), "Replaces what is there.");
    }

    #[test]
    fn a_hint_on_a_page_names_no_flags() {
        assert_eq!(
            hint("Keep both or replace it (--on-conflict), or give a new name (--as NAME)."),
            "Keep both or replace it, or give a new name."
        );
        assert_eq!(hint("Wait until it has ended (tidelock status 7), or cancel it."), "Wait until it has ended, or cancel it.");
        assert_eq!(hint("Pick another (shorter) name."), "Pick another (shorter) name.");
    }

    #[test]
    fn a_new_name_is_told() {
        let mut plan = plan(&[(EntryKind::Folder, 1)], Cost::default());
        plan.items[0].destination = "/b/x (2)".to_owned();
        assert_eq!(item_note(&plan.items[0]).unwrap(), "Gets the name “x (2)”.");
    }

    #[test]
    fn the_pace_of_a_copy_is_in_bytes_and_of_a_retag_in_entries() {
        let mut running = view(1, MoveState::Preparing, 0.5);
        running.bytes_per_second = Some(1e9);
        running.entries_per_second = Some(3400.0);
        running.seconds_left = Some((120.0, 180.0));
        assert_eq!(pace(&running).unwrap(), "954 MiB/s · 2–3 min left");
        running.strategy = Strategy::RetagAndRename;
        assert_eq!(pace(&running).unwrap(), "3,400 entries/s · 2–3 min left");
        running.state = MoveState::Done;
        assert_eq!(pace(&running), None);
    }

    #[test]
    fn progress_names_only_what_is_counted() {
        let mut running = view(1, MoveState::Preparing, 0.5);
        assert_eq!(progress(&running), "");
        running.counters = Counters { entries_done: 1200, entries_total: 3412, bytes_done: 0, bytes_total: 0 };
        assert_eq!(progress(&running), "1,200 of 3,412 entries");
    }

    #[test]
    fn the_tray_tells_running_resting_and_ended_apart() {
        let waiting = MoveView { is_waiting: true, ..view(1, MoveState::Preparing, 0.5) };
        let held = MoveView { is_held: true, ..view(2, MoveState::Accepted, 0.5) };
        let moves =
            [view(3, MoveState::Publishing, 0.5), waiting, held, view(4, MoveState::Done, 0.5), view(5, MoveState::Undone, 0.5)];
        assert_eq!(tray(&moves), "1 move running, 1 waiting, 1 held, 2 ended");
        assert_eq!(tray(&moves[1..2]), "1 move waiting");
        assert_eq!(tray(&moves[3..]), "2 moves ended");
    }
}
