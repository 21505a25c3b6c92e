//! Words for what moves are and do, as people who never heard of project IDs read them.

use tidelock_shared::name::shown;
use tidelock_shared::plan::{Plan, PlanItem};
use tidelock_shared::progress::{MoveState, MoveView, Phase};
use tidelock_shared::request::{Consent, Verb};
use tidelock_shared::strategy::{EntryKind, Strategy};

use crate::format;
use crate::words::{Words, words};

/// What a plan does to the files, in plain words; none for one without items.
pub fn effect(plan: &Plan) -> Option<&'static str> {
    Some(strategy_effect(plan.verb, plan.strategy()?))
}

/// What one item's strategy does to the files.
pub fn strategy_effect(verb: Verb, strategy: Strategy) -> &'static str {
    match verb {
        Verb::Move => {}
        Verb::Copy => return words().effect_copy(),
        Verb::Trash => {
            return words().effect_trash();
        }
        Verb::Repair => {}
    }
    match strategy {
        Strategy::Rename => words().effect_rename(),
        Strategy::RetagAndRename | Strategy::RetagWithHop => words().effect_retag(),
        Strategy::Retag => words().effect_repair(),
        Strategy::PiecewiseRename => words().effect_piecewise(),
        Strategy::StagedCopy => words().effect_staged(),
    }
}

/// The plan's cost in one line: the first thing one reads.
pub fn headline(plan: &Plan) -> String {
    let time = format::about(plan.cost.seconds);
    if plan.cost.bytes_copied > 0 {
        words().copies_time(&format::bytes(plan.cost.bytes_copied), &time)
    } else if plan.cost.seconds < 1.0 {
        words().instant_no_copy().to_owned()
    } else {
        words().no_copy_time(&time)
    }
}

/// What the primary button does: `Move 3,412 files`.
pub fn move_button(plan: &Plan) -> String {
    let is_back = plan.undoes.is_some();
    if plan.items.iter().any(|item| item.replaces) {
        let button = match plan.verb {
            Verb::Move if is_back => words().move_back_and_replace(),
            Verb::Copy => words().copy_and_replace(),
            // Nothing is replaced in the trash, or where it is.
            Verb::Move | Verb::Trash | Verb::Repair => words().move_and_replace(),
        };
        return button.to_owned();
    }
    let entries: u64 = plan.items.iter().map(|item| item.entries).sum();
    let only_files = plan.items.iter().all(|item| item.kind == EntryKind::File);
    let what = match (plan.items.as_slice(), only_files) {
        ([], _) => return words().nothing_to_move().to_owned(),
        (_, true) => words().files(entries),
        ([item], false) if item.entries <= 1 => this_kind(item.kind).to_owned(),
        _ => words().entries(entries),
    };
    match plan.verb {
        Verb::Move if is_back => words().do_move_back(&what),
        Verb::Move => words().do_move(&what),
        Verb::Copy => words().do_copy(&what),
        Verb::Trash => words().do_trash(&what),
        Verb::Repair if is_back => words().do_give_back(&what),
        Verb::Repair => words().do_repair(&what),
    }
}

/// Why a move cannot start before its taken names are decided.
pub fn to_be_decided(names: usize) -> String {
    match names {
        1 => words().name_to_decide().to_owned(),
        more => words().names_to_decide(&format::count(more as u64)),
    }
}

/// What happens to an item besides moving.
pub fn item_note(item: &PlanItem) -> Option<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (old, new) = (name(&item.source), name(&item.destination));
    if item.taken_by.is_some() {
        Some(words().note_taken().to_owned())
    } else if item.replaces {
        Some(words().note_replaces().to_owned())
    } else if item.restores {
        Some(words().note_restores().to_owned())
    } else {
        (old != new).then(|| words().note_renamed(&shown(new.as_bytes())))
    }
}

fn this_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => words().this_file(),
        EntryKind::Folder => words().this_folder(),
        EntryKind::SymbolicLink => words().this_link(),
        EntryKind::Fifo => words().this_fifo(),
        EntryKind::Socket => words().this_socket(),
        EntryKind::CharacterDevice => words().this_character_device(),
        EntryKind::BlockDevice => words().this_block_device(),
    }
}

/// An entry's kind as a noun.
pub fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => words().kind_file(),
        EntryKind::Folder => words().kind_folder(),
        EntryKind::SymbolicLink => words().kind_link(),
        EntryKind::Fifo => words().kind_fifo(),
        EntryKind::Socket => words().kind_socket(),
        EntryKind::CharacterDevice => words().kind_character_device(),
        EntryKind::BlockDevice => words().kind_block_device(),
    }
}

/// A state as a heading.
pub fn state(state: MoveState) -> &'static str {
    match state {
        MoveState::Accepted => words().state_accepted(),
        MoveState::Preparing => words().state_preparing(),
        MoveState::Publishing => words().state_publishing(),
        MoveState::Finishing => words().state_finishing(),
        MoveState::Done => words().state_done(),
        MoveState::Unwinding => words().state_unwinding(),
        MoveState::Undone => words().state_undone(),
        MoveState::Stuck => words().state_stuck(),
    }
}

/// The same for what has been done to it.
pub fn outcome(view: &MoveView) -> &'static str {
    let is_hidden = view.verb == Verb::Trash && view.state == MoveState::Done && view.undone_by.is_none();
    if is_hidden && view.retired.is_some() { words().waits_in_trash() } else { state(view.state) }
}

/// How a move ended, as it is said aloud.
pub fn ending(state: MoveState) -> &'static str {
    match state {
        MoveState::Done => words().done(),
        MoveState::Undone => words().ending_undone(),
        MoveState::Stuck => words().ending_stuck(),
        _ => self::state(state),
    }
}

/// A phase, short enough for a track.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Reserve => words().phase_reserve(),
        Phase::Restore => words().phase_restore(),
        Phase::Retag => words().phase_retag(),
        Phase::Rebuild => words().phase_rebuild(),
        Phase::Copy => words().phase_copy(),
        Phase::Verify => words().phase_verify(),
        Phase::Retire => words().phase_retire(),
        Phase::Check => words().phase_check(),
        Phase::Publish => words().phase_publish(),
        Phase::Settle => words().phase_settle(),
        Phase::Unwind => words().phase_unwind(),
        Phase::Purge => words().phase_purge(),
    }
}

/// What a phase does, for the title of its mark.
pub fn phase_effect(phase: Phase) -> &'static str {
    match phase {
        Phase::Reserve => words().doing_reserve(),
        Phase::Restore => words().doing_restore(),
        Phase::Retag => words().doing_retag(),
        Phase::Rebuild => words().doing_rebuild(),
        Phase::Copy => words().doing_copy(),
        Phase::Verify => words().doing_verify(),
        Phase::Retire => words().doing_retire(),
        Phase::Check => words().doing_check(),
        Phase::Publish => words().doing_publish(),
        Phase::Settle => words().doing_settle(),
        Phase::Unwind => words().doing_unwind(),
        Phase::Purge => words().doing_purge(),
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
        more => words().and_more(&view.title, &format::count(more - 1)),
    }
}

/// The same with what is done to it, where that is no plain move.
pub fn deed(view: &MoveView) -> String {
    let title = title(view);
    match (view.undoes, view.verb) {
        (Some(_), _) => words().deed_undo(&title),
        (None, Verb::Move) => title,
        (None, Verb::Copy) => words().deed_copy(&title),
        (None, Verb::Trash) => words().deed_trash(&title),
        (None, Verb::Repair) => words().deed_repair(&title),
    }
}

/// From which project to which: `alpha → beta`.
pub fn route(view: &MoveView) -> String {
    if view.verb == Verb::Trash {
        words().trash_of(&view.from_project)
    } else if view.from_project == view.to_project {
        words().within(&view.to_project)
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
    let left = view.seconds_left.map(|(least, most)| words().time_left(&format::duration_range(least, most)));
    let parts: Vec<String> = [rate, left].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// How much is done: `1,200 of 3,412 entries · 4.10 GiB of 12.4 GiB`.
pub fn progress(view: &MoveView) -> String {
    let counters = view.counters;
    let mut parts = Vec::new();
    if counters.entries_total > 0 {
        parts.push(words().entries_done(&format::count(counters.entries_done), counters.entries_total));
    }
    if counters.bytes_total > 0 {
        parts.push(words().done_of(&format::bytes(counters.bytes_done), &format::bytes(counters.bytes_total)));
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

/// Why a move that has not ended does nothing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Waiting = 1,
    Paused,
    Held,
}

fn rest(view: &MoveView) -> Option<Rest> {
    if view.is_held {
        Some(Rest::Held)
    } else if view.is_paused {
        Some(Rest::Paused)
    } else {
        view.is_waiting.then_some(Rest::Waiting)
    }
}

/// The same in a word.
pub fn rests(view: &MoveView) -> Option<&'static str> {
    Some(match rest(view)? {
        Rest::Waiting => words().waiting(),
        Rest::Paused => words().paused(),
        Rest::Held => words().held(),
    })
}

/// How a strategy is called.
pub fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Rename => words().strategy_rename(),
        Strategy::RetagAndRename => words().strategy_retag(),
        Strategy::RetagWithHop => words().strategy_hop(),
        Strategy::PiecewiseRename => words().strategy_piecewise(),
        Strategy::StagedCopy => words().strategy_staged(),
        Strategy::Retag => words().strategy_retag_only(),
    }
}

/// How many moves run, rest and have ended, in a line.
pub fn tray(moves: &[MoveView]) -> String {
    type Told = fn(Words, u64) -> String;
    let also: [fn(Words, &str) -> String; 3] = [Words::also_paused, Words::also_held, Words::also_ended];
    let mut numbers = [0_u64; 5];
    for view in moves {
        numbers[if view.state.is_final() { 4 } else { rest(view).map_or(0, |rest| rest as usize) }] += 1;
    }
    let first: [Told; 5] = [Words::only_running, Words::only_waiting, Words::only_paused, Words::only_held, Words::only_ended];
    let told = (0..5).filter(|place| numbers[*place] > 0).enumerate().map(|(position, place)| {
        let number = numbers[place];
        match (position, place) {
            (0, _) => first[place](words(), number),
            (_, 0) => words().also_running(number),
            (_, 1) => words().also_waiting(number),
            _ => also[place - 2](words(), &format::count(number)),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What to agree to so that a refusal goes away, and the words to agree with.
pub fn consent(code: &str) -> Option<(Consent, &'static str)> {
    if code.ends_with("released") {
        Some((Consent::Restore, words().consent_restore()))
    } else if code.ends_with("hard_links_leaving") {
        Some((Consent::HardLinksLeaving, words().consent_links()))
    } else if code.ends_with("lost_metadata") {
        Some((Consent::LostMetadata, words().consent_metadata()))
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
