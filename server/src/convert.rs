//! From the engine's stored values to what people and scripts see.

use std::collections::{BTreeMap, BTreeSet};

use tidelock_app::state::pane::folder_url;
use tidelock_engine::Snapshot;
use tidelock_engine::moves::event::{Event, Note};
use tidelock_engine::moves::state::{Move, Purge};
use tidelock_engine::planner::Draft;
use tidelock_engine::planner::plan::{MovePlan, PayerChange, PlannedItem, Refusal};
use tidelock_engine::planner::sequence::Step;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::{Plan, PlanItem, ProjectChange, ProjectRole};
use tidelock_shared::progress::{MoveDetail, MoveState, MoveView, Phase, TimelineEvent};
use tidelock_shared::quota::Amount;
use tidelock_shared::request::{Consent, MoveRequest, OnConflict, Verb};
use tidelock_shared::strategy::{EntryKind, Strategy, StrategyReason};
use tidelock_shared::user_error::UserError;

use crate::names::Names;
use crate::user_error;
use crate::words::words;

mod note;

/// A fresh plan with everything that speaks against it.
pub(crate) fn plan(draft: &Draft, names: &Names) -> Plan {
    let mut plan = plan_of(&draft.plan, names);
    for (item, planned) in plan.items.iter_mut().zip(&draft.plan.items) {
        item.taken_by = taken_by(&planned.destination_path(), &draft.refusals);
    }
    plan.refusals = draft.refusals.iter().map(|refusal| user_error::refusal(refusal, names)).collect();
    // What is refused need not be warned of as well.
    plan.warnings.retain(|warning| plan.refusals.iter().all(|refusal| refusal.code != warning.code));
    plan
}

/// What has a name that nobody decided about.
fn taken_by(name: &FilePath, refusals: &[Refusal]) -> Option<EntryKind> {
    refusals.iter().find_map(|refusal| match refusal {
        Refusal::NameTaken { path, by } if path == name => Some(*by),
        _ => None,
    })
}

/// A plan that could not even be made: only its refusals.
pub(crate) fn refused_plan(refusals: Vec<UserError>) -> Plan {
    Plan {
        verb: Verb::default(),
        items: Vec::new(),
        projects: Vec::new(),
        refusals,
        warnings: Vec::new(),
        cost: tidelock_shared::plan::Cost::default(),
        undoes: None,
        command: String::new(),
    }
}

/// A stored plan.
pub(crate) fn plan_of(plan: &MovePlan, names: &Names) -> Plan {
    Plan {
        verb: plan.asked.verb,
        items: plan.items.iter().map(plan_item).collect(),
        projects: plan.payers.iter().map(|change| project_change(change, names)).collect(),
        refusals: Vec::new(),
        warnings: plan.warnings.iter().map(|warning| user_error::warning(warning, names)).collect(),
        cost: plan.cost,
        undoes: plan.undoes,
        command: command(plan),
    }
}

fn plan_item(item: &PlannedItem) -> PlanItem {
    let (source, source_base64) = PlanItem::path_fields(&item.source_path());
    let (destination, destination_base64) = PlanItem::path_fields(&item.destination_path());
    PlanItem {
        source,
        source_base64,
        destination,
        destination_base64,
        kind: item.kind,
        strategy: item.strategy,
        reason: if item.is_from_trash() {
            words().reason_was_hidden().to_owned()
        } else if item.kept.is_some() {
            words().reason_was_kept().to_owned()
        } else {
            reason(item.reason).to_owned()
        },
        entries: item.tally.entries,
        bytes: item.tally.amount.bytes,
        hard_links_leaving: item.tally.hard_links_leaving,
        released: item.tally.released,
        taken_by: None,
        replaces: item.replaces.is_some(),
        restores: item.restores.is_some(),
    }
}

fn reason(reason: StrategyReason) -> &'static str {
    match reason {
        StrategyReason::SameCharge => words().reason_same_charge(),
        StrategyReason::NoProjects => words().reason_no_projects(),
        StrategyReason::RenameRecharges => words().reason_rename_recharges(),
        StrategyReason::MayRetag => words().reason_may_retag(),
        StrategyReason::HopPassesFlag => words().reason_hop(),
        StrategyReason::RenamesRecharge => words().reason_renames_recharge(),
        StrategyReason::OtherFileSystem => words().reason_other_file_system(),
        StrategyReason::OtherMetadataServer => words().reason_other_server(),
        StrategyReason::MayNotRetag => words().reason_may_not_retag(),
        StrategyReason::SourceFolderBlocks => words().reason_flag_blocks(),
        StrategyReason::KindCannotBeRetagged => words().reason_kind(),
        StrategyReason::RemakesOtherKinds => words().reason_remakes(),
        StrategyReason::CopyWanted => words().reason_copy(),
        StrategyReason::Trashed => words().reason_trashed(),
        StrategyReason::Repaired => words().reason_repaired(),
    }
}

fn project_change(change: &PayerChange, names: &Names) -> ProjectChange {
    ProjectChange {
        id: change.payer.project,
        name: names.payer(change.payer),
        role: change.role,
        usage: change.usage,
        limits: change.limits,
        reserved: change.reserved,
        after: change.after,
    }
}

/// The same request for a shell.
fn command(plan: &MovePlan) -> String {
    if let Some(id) = plan.undoes {
        return format!("tidelock undo {id}");
    }
    requested(&plan.asked)
}

/// One command, or, where the answers to taken names differ, one for each of them.
fn requested(asked: &MoveRequest) -> String {
    let mut groups = BTreeMap::<OnConflict, Vec<&FilePath>>::new();
    for source in &asked.sources {
        groups.entry(asked.answer_for(source)).or_default().push(source);
    }
    let answers: Vec<OnConflict> = groups.keys().copied().filter(|answer| *answer != OnConflict::Refuse).collect();
    if let [_] | [] = answers.as_slice() {
        return one_command(asked, answers.first().copied().unwrap_or_default(), asked.sources.iter());
    }
    let commands = groups.into_iter().map(|(answer, sources)| one_command(asked, answer, sources.into_iter()));
    commands.collect::<Vec<_>>().join(" && ")
}

fn one_command<'a>(asked: &MoveRequest, answer: OnConflict, sources: impl Iterator<Item = &'a FilePath>) -> String {
    let mut words = vec!["tidelock".to_owned(), verb_name(asked.verb).to_owned()];
    for consent in &asked.allow {
        words.push(format!("--allow {}", consent_name(*consent)));
    }
    if asked.compare {
        words.push("--compare".to_owned());
    }
    if answer != OnConflict::Refuse {
        words.push(format!("--on-conflict {}", answer_name(answer)));
    }
    if let Some(name) = &asked.new_name {
        words.push(format!("--as {}", shell_word(name.as_bytes())));
    }
    words.extend(sources.map(|source| shell_word(&source.to_bytes())));
    if asked.verb.leaves_its_folder() {
        words.push(shell_word(&[asked.destination.to_bytes().as_slice(), b"/"].concat()));
    }
    words.join(" ")
}

/// The verb of the command line that asks for it.
fn verb_name(verb: Verb) -> &'static str {
    match verb {
        Verb::Move => "mv",
        Verb::Copy => "cp",
        Verb::Trash => "trash",
        Verb::Repair => "repair",
    }
}

fn answer_name(answer: OnConflict) -> &'static str {
    match answer {
        OnConflict::Refuse => "refuse",
        OnConflict::KeepBoth => "keep-both",
        OnConflict::Replace => "replace",
        OnConflict::Skip => "skip",
        OnConflict::Merge => "merge",
    }
}

pub(crate) fn consent_name(consent: Consent) -> &'static str {
    match consent {
        Consent::HardLinksLeaving => "hard-links-leaving",
        Consent::Restore => "restore",
        Consent::LostMetadata => "lost-metadata",
    }
}

/// Bytes as one word of a shell: plain, quoted, or with escapes where they are not text.
pub(crate) fn shell_word(bytes: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.iter().all(is_plain) => text.to_owned(),
        Ok(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let escaped = |byte: &u8| if is_plain(byte) { char::from(*byte).to_string() } else { format!("\\x{byte:02x}") };
            format!("$'{}'", bytes.iter().map(escaped).collect::<String>())
        }
    }
}

/// A move as it stands.
pub(crate) fn move_view(snapshot: &Snapshot, names: &Names) -> MoveView {
    let of = &snapshot.recorded.of;
    let reading = &snapshot.reading;
    let first = of.plan.items.first();
    let folder = |pick: fn(&PlannedItem) -> &FilePath| first.map(pick).cloned().unwrap_or_default();
    let (source, destination) = (folder(left_folder), folder(|item| &item.destination_folder.path));
    let has_ended = of.state.is_final();
    let phase = phase(of);
    // Only these count while they work; a rate from before would promise an end that does not come.
    let is_counted = matches!(phase, Some(Phase::Retag | Phase::Copy)) && snapshot.waits.is_none() && !of.is_resting();
    let finished = snapshot.recorded.events.last().filter(|_| has_ended).map(|(time, _)| *time);
    MoveView {
        id: of.id,
        verb: of.plan.asked.verb,
        version: snapshot.version,
        state: of.state,
        phase,
        phases: phases(&of.plan.sequence),
        title: first.map(|item| item.source_name.shown().into_owned()).unwrap_or_default(),
        items_total: of.plan.items.len() as u64,
        asked_by: of.plan.user.clone(),
        source_folder: source.shown(),
        destination_folder: destination.shown(),
        source_url: folder_url(&source),
        destination_url: folder_url(&destination),
        folders: folders(&of.plan.items),
        from_project: payer_name(of, ProjectRole::Source, names),
        to_project: payer_name(of, ProjectRole::Destination, names),
        strategy: of.plan.items.iter().map(|item| item.strategy).max().unwrap_or(Strategy::Rename),
        counters: if of.state == MoveState::Done { done(reading.counters) } else { reading.counters },
        fraction: if of.state == MoveState::Done { 1.0 } else { reading.fraction },
        entries_per_second: reading.entries_per_second.filter(|_| is_counted),
        bytes_per_second: reading.bytes_per_second.filter(|_| is_counted),
        seconds_left: reading.seconds_left.filter(|_| is_counted),
        note: note::of(snapshot),
        error: error(of),
        started_ms: snapshot.recorded.accepted_ms,
        finished_ms: finished,
        can_cancel: of.can_be_cancelled(),
        is_waiting: snapshot.waits.is_some(),
        is_paused: of.is_paused,
        is_held: of.is_held,
        can_hold: of.can_be_held(),
        can_pause: of.can_be_paused(),
        can_undo: of.state == MoveState::Done && !is_gone(of) && snapshot.recorded.undone_by.is_none(),
        can_purge: of.keeps_retired_source() && snapshot.recorded.undone_by.is_none(),
        retired: of.keeps_retired_source().then(|| retired(of)),
        kept_until_ms: snapshot.kept_until_ms,
        undoes: of.plan.undoes,
        undone_by: snapshot.recorded.undone_by,
    }
}

/// What an undo needs is deleted, or is being deleted.
fn is_gone(of: &Move) -> bool {
    let is_trash = of.plan.items.iter().any(|item| item.verb == Verb::Trash);
    of.purge == Purge::Started || (is_trash && of.purge == Purge::Purged)
}

/// What is repaired is neither moved out of a folder nor into one.
fn left_folder(item: &PlannedItem) -> &FilePath {
    if item.repairs.is_some() { &item.destination_folder.path } else { &item.source_folder.path }
}

fn folders(items: &[PlannedItem]) -> Vec<FilePath> {
    let all = items.iter().flat_map(|item| [&item.source_folder.path, &item.destination_folder.path]);
    all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

fn done(counters: tidelock_shared::progress::Counters) -> tidelock_shared::progress::Counters {
    tidelock_shared::progress::Counters { entries_done: counters.entries_total, bytes_done: counters.bytes_total, ..counters }
}

fn payer_name(of: &Move, role: ProjectRole, names: &Names) -> String {
    let fits = |change: &&PayerChange| change.role == role || change.role == ProjectRole::Both;
    of.plan.payers.iter().find(fits).map(|change| names.payer(change.payer)).unwrap_or_default()
}

/// The phase of the first step that is not finished.
fn phase(of: &Move) -> Option<Phase> {
    use tidelock_engine::moves::state::StepStatus;
    match of.state {
        MoveState::Unwinding => Some(Phase::Unwind),
        state if state.is_final() => None,
        _ => {
            let next = of.plan.sequence.iter().zip(&of.steps).find(|(_, status)| **status != StepStatus::Finished);
            next.map(|(step, _)| step.kind.phase())
        }
    }
}

fn phases(sequence: &[Step]) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for phase in sequence.iter().map(|step| step.kind.phase()) {
        // The barrier before publishing belongs to what it closes.
        if !phases.contains(&phase) && (phase != Phase::Settle || phases.contains(&Phase::Publish)) {
            phases.push(phase);
        }
    }
    phases
}

fn error(of: &Move) -> Option<UserError> {
    match (&of.failure, of.state) {
        (_, MoveState::Done) => None,
        (Some(failure), _) => Some(user_error::failure(failure)),
        (None, MoveState::Undone | MoveState::Unwinding) if of.is_cancel_requested => {
            Some(UserError::new("cancelled", words().cancelled_before()))
        }
        (None, _) => None,
    }
}

fn retired(of: &Move) -> Amount {
    let items = &of.plan.items;
    let sources = items.iter().filter(|item| item.keeps_source()).map(PlannedItem::copied_amount);
    let replaced = items.iter().filter_map(|item| item.replaces.as_ref()).map(|old| old.amount);
    sources.chain(replaced).fold(Amount::ZERO, |sum, amount| sum + amount)
}

/// Everything about one move.
pub(crate) fn move_detail(snapshot: &Snapshot, names: &Names) -> MoveDetail {
    let sequence = &snapshot.recorded.of.plan.sequence;
    let numbered = snapshot.recorded.events.iter().zip(1_u64..);
    MoveDetail {
        view: move_view(snapshot, names),
        events: numbered.map(|((time_ms, event), sequence_number)| timeline(event, sequence_number, *time_ms, sequence)).collect(),
        plan: plan_of(&snapshot.recorded.of.plan, names),
        whereabouts: Vec::new(),
    }
}

fn timeline(event: &Event, sequence: u64, time_ms: i64, steps: &[Step]) -> TimelineEvent {
    let (name, position, detail) = match event {
        Event::Accepted => ("accepted", None, None),
        Event::StepStarted { position } => ("step_started", Some(*position), None),
        Event::Noted { position, note } => ("noted", Some(*position), Some(noted(note))),
        Event::StepFinished { position } => ("step_finished", Some(*position), None),
        Event::Reopened { position } => ("reopened", Some(*position), None),
        Event::StepFailed { position, failure } => ("step_failed", Some(*position), Some(failure.message.clone())),
        Event::CancelRequested => ("cancel_requested", None, None),
        Event::Paused => ("paused", None, None),
        Event::Resumed => ("resumed", None, None),
        Event::Held => ("held", None, None),
        Event::HoldLifted => ("hold_lifted", None, None),
        Event::StepUndone { position } => ("step_undone", Some(*position), None),
        Event::Committed => ("committed", None, None),
        Event::Done => ("done", None, None),
        Event::Undone => ("undone", None, None),
        Event::Stuck { failure } => ("stuck", None, Some(failure.message.clone())),
        Event::Retried => ("retried", None, None),
        Event::PurgeStarted => ("purge_started", None, None),
        Event::Purged => ("purged", None, None),
    };
    let step = position.and_then(|position| steps.get(position));
    TimelineEvent {
        sequence,
        time_ms,
        event: name.to_owned(),
        step: step.map(|step| step.kind.name().to_owned()),
        item: step.map(|step| step.item),
        detail,
    }
}

fn noted(note: &Note) -> String {
    match note {
        Note::StagingMade { identity } => words().noted_staged(&identity.to_string()),
        Note::CopyBegun { .. } => words().noted_copying().to_owned(),
        Note::CopyDurable { .. } => words().noted_durable().to_owned(),
        Note::Exceptions { tags } => words().noted_exceptions(&tags.len().to_string()),
        Note::ExceptionsComplete => words().noted_exceptions_all().to_owned(),
        Note::Retired { amount } => words().noted_retired(&amount.bytes.to_string(), &amount.inodes.to_string()),
        Note::RetiredAt { .. } => words().noted_retired_at().to_owned(),
        Note::SetAsideAt { .. } => words().noted_aside_at().to_owned(),
        Note::HiddenAgain => words().noted_hidden_again().to_owned(),
        Note::Kept { path } => words().noted_kept(&path.shown()),
        Note::BroughtBackAs { path } => words().noted_back_as(&path.shown()),
        Note::Missing { path } => words().noted_missing(&path.shown()),
        Note::Charged { to } => words().noted_charges(&to.len().to_string()),
        Note::SetIdModes { modes } => words().noted_modes(&modes.len().to_string()),
        Note::Remade { pairs } => words().noted_remade(&pairs.len().to_string()),
        Note::MadeBack { pairs } => words().noted_made_back(&pairs.len().to_string()),
        Note::Undescribed { path } => words().noted_undescribed(&path.shown()),
        Note::Over => words().noted_over().to_owned(),
        Note::RecordStays { path } => words().noted_record_stays(&path.shown()),
    }
}

#[cfg(test)]
mod tests {
    use tidelock_shared::request::ConflictChoice;

    use super::*;

    #[test]
    fn the_command_gives_every_answer() {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        let choice = |source, on_conflict| ConflictChoice { source: path(source), on_conflict };
        let mut asked =
            MoveRequest { sources: vec![path("/a/x"), path("/a/y")], destination: path("/b"), ..MoveRequest::default() };
        assert_eq!(requested(&asked), "tidelock mv /a/x /a/y /b/");
        let compared = MoveRequest { compare: true, ..asked.clone() };
        assert_eq!(requested(&compared), "tidelock mv --compare /a/x /a/y /b/");
        asked.choices = vec![choice("/a/x", OnConflict::KeepBoth)];
        assert_eq!(requested(&asked), "tidelock mv --on-conflict keep-both /a/x /a/y /b/");
        asked.choices.push(choice("/a/y", OnConflict::Replace));
        assert_eq!(requested(&asked), "tidelock mv --on-conflict keep-both /a/x /b/ && tidelock mv --on-conflict replace /a/y /b/");
    }

    #[test]
    fn a_path_pasted_into_a_shell_names_the_same_file() {
        for (bytes, expected) in [
            (&b"/a/b-1.dat"[..], "/a/b-1.dat"),
            (b"/with space", "'/with space'"),
            (b"/it's", r"'/it'\''s'"),
            (b"/new\nline", r"$'/new\x0aline'"),
            (b"/\xff", r"$'/\xff'"),
        ] {
            assert_eq!(shell_word(bytes), expected);
        }
    }
}
