//! What is to become of a hidden thing that was found: pure.
//!
//! | whose | what | then |
//! |---|---|---|
//! | any engine's, but the caller's own | a barrier file, a claim or a torn record, an hour old | removed |
//! | another engine's | | left alone: its move may be running |
//! | a move in the journal | what its undo or its end needs | left to the journal |
//! | a move in the journal | a record of nothing, a barrier file of one that has ended | removed |
//! | a move that a lost journal of this state folder ran | with its record | rebuilt |
//! | a move of a lost journal | anything else, its record too | waits for a person's word |

use serde::Serialize;
use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

/// A barrier file or a claim lives for as long as one call; one so old was left behind.
const LEFT_BEHIND_SECONDS: i64 = 3600;

/// What a hidden name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A copy that grows, or a file between two names.
    Staging,
    /// A source, hidden beside itself.
    Retired,
    /// What had a destination name.
    Replaced,
    Hop,
    /// What others had changed.
    Kept,
    /// Where entries are made anew; what others had may have stayed in it.
    Workshop,
    Record,
    Barrier,
    /// An empty folder of mode 0000 that reserves a visible name.
    Claim,
    /// Where `doctor` tried out what a mount can.
    Scratch,
}

/// A hidden name, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HiddenName {
    pub id: MoveId,
    /// None for what belongs to the whole move.
    pub item: Option<u32>,
    pub role: Role,
}

impl HiddenName {
    /// None if it is not a name that a move gives.
    pub(super) fn read(name: &FileName) -> Option<Self> {
        let text = std::str::from_utf8(name.as_bytes()).ok()?.strip_prefix(".tidelock-")?;
        let (id, rest) = text.split_once('.')?;
        let id = id.parse().ok()?;
        let whole = |role| Some(Self { id, item: None, role });
        match rest {
            "record" => return whole(Role::Record),
            "barrier" => return whole(Role::Barrier),
            _ => {}
        }
        // A striped folder takes more than one.
        if rest.strip_prefix("barrier.").is_some_and(|number| number.parse::<u32>().is_ok()) {
            return whole(Role::Barrier);
        }
        let (item, role) = match rest.split_once('.') {
            None => (rest, Role::Staging),
            Some((item, "retired")) => (item, Role::Retired),
            Some((item, "replaced")) => (item, Role::Replaced),
            Some((item, "hop")) => (item, Role::Hop),
            Some((item, "kept")) => (item, Role::Kept),
            Some((item, "workshop")) => (item, Role::Workshop),
            Some(_) => return None,
        };
        Some(Self { id, item: Some(item.parse().ok()?), role })
    }
}

/// The move that gave a barrier's file its name.
pub(crate) fn barrier_of(name: &FileName) -> Option<MoveId> {
    HiddenName::read(name).filter(|hidden| hidden.role == Role::Barrier).map(|hidden| hidden.id)
}

/// The move that gave a hidden name.
pub(crate) fn move_of_hidden(name: &FileName) -> Option<MoveId> {
    HiddenName::read(name).map(|hidden| hidden.id)
}

/// What the journal says of the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Unknown,
    Open,
    /// It has ended and keeps things hidden, for an undo, a purge or a person.
    Keeps,
    /// It has ended and hides nothing.
    Ended,
    /// It was in a journal that is lost, and this one knows nothing of it.
    Lost,
}

/// Everything that the judgement needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub engine: EngineId,
    /// The journal has never had a move.
    pub is_journal_empty: bool,
    /// None for a claim, which carries no name.
    pub name: Option<HiddenName>,
    pub role: Role,
    pub kind: EntryKind,
    pub is_ours: bool,
    pub is_empty: bool,
    pub age_seconds: i64,
    pub standing: Standing,
    /// A record that a crash cut short before its move began.
    pub is_torn: bool,
    /// Its record was found, is to be trusted, does not contradict itself, and names this very
    /// state folder.
    pub is_described_here: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing needs it and nothing is in it: removed by rule.
    LeftBehind,
    /// The journal knows what is to become of it.
    Accounted,
    /// Another engine's, which may be at work.
    OfAnotherEngine,
    /// Its move can be rebuilt from the record.
    Rebuildable,
    /// Of this engine, and later than anything in its journal: the journal is an old one.
    NewerThanJournal,
    /// Only a person can say whether it is to go or to come back.
    NeedsWord,
}

pub(super) fn judge(facts: &Facts) -> Verdict {
    let is_old = facts.is_ours && facts.age_seconds >= LEFT_BEHIND_SECONDS;
    let Some(name) = facts.name else {
        if facts.role == Role::Scratch {
            return if facts.age_seconds >= LEFT_BEHIND_SECONDS { Verdict::NeedsWord } else { Verdict::Accounted };
        }
        let is_claim = facts.kind == EntryKind::Folder && facts.is_empty && is_old;
        return if is_claim { Verdict::LeftBehind } else { Verdict::Accounted };
    };
    let is_of_nothing = facts.role == Role::Barrier || (facts.role == Role::Record && facts.is_torn);
    if is_of_nothing && facts.kind == EntryKind::File && is_old {
        return Verdict::LeftBehind;
    }
    let is_own_name = name.id.engine == facts.engine;
    let has_place = facts.is_journal_empty || (is_own_name && facts.standing == Standing::Lost);
    if has_place && facts.is_described_here {
        return Verdict::Rebuildable;
    }
    if !is_own_name && facts.standing != Standing::Lost {
        return Verdict::OfAnotherEngine;
    }
    match (facts.standing, facts.role) {
        // Its record may be all that is known of a move that is half done.
        (Standing::Lost, _) => Verdict::NeedsWord,
        (Standing::Unknown, _) => Verdict::NewerThanJournal,
        // Neither an undo nor a purge needs it: it is somebody's, who may want it or not.
        (Standing::Keeps, Role::Kept) => Verdict::NeedsWord,
        (Standing::Open | Standing::Keeps, _) => Verdict::Accounted,
        (Standing::Ended, Role::Record | Role::Barrier) if facts.is_ours => Verdict::LeftBehind,
        (Standing::Ended, _) => Verdict::NeedsWord,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::new(text.as_bytes()).unwrap()
    }

    const OURS: EngineId = EngineId::from_bits(1);
    const OTHERS: EngineId = EngineId::from_bits(2);

    /// Something old of ours that a finished move of this engine left.
    fn facts(role: Role, engine: EngineId) -> Facts {
        let name = HiddenName { id: MoveId { engine, number: 1 }, item: Some(0), role };
        Facts {
            engine: OURS,
            is_journal_empty: false,
            name: (role != Role::Claim).then_some(name),
            role,
            kind: if matches!(role, Role::Barrier | Role::Record) { EntryKind::File } else { EntryKind::Folder },
            is_ours: true,
            is_empty: true,
            age_seconds: 10_000,
            standing: Standing::Ended,
            is_torn: false,
            is_described_here: false,
        }
    }

    #[test]
    fn names_say_whose_they_are_and_what_for() {
        let id = MoveId { engine: OURS, number: 7 };
        let read = |rest: &str| HiddenName::read(&name(&format!(".tidelock-{id}{rest}")));
        for (rest, item, role) in [
            (".0", Some(0), Role::Staging),
            (".12.retired", Some(12), Role::Retired),
            (".1.replaced", Some(1), Role::Replaced),
            (".1.hop", Some(1), Role::Hop),
            (".1.kept", Some(1), Role::Kept),
            (".1.workshop", Some(1), Role::Workshop),
            (".record", None, Role::Record),
            (".barrier", None, Role::Barrier),
            (".barrier.3", None, Role::Barrier),
        ] {
            assert_eq!(read(rest), Some(HiddenName { id, item, role }), "{rest}");
        }
        for rest in ["", ".", ".x", ".barrier.", ".barrier.x", ".0.other", ".0.retired.more", "0.retired"] {
            assert_eq!(read(rest), None, "{rest}");
        }
    }

    #[test]
    fn only_what_nobody_needs_and_nothing_is_in_goes_by_rule() {
        for role in [Role::Barrier, Role::Claim, Role::Record] {
            assert_eq!(judge(&facts(role, OURS)), Verdict::LeftBehind, "{role:?}");
        }
        assert_eq!(judge(&Facts { age_seconds: 1, ..facts(Role::Claim, OURS) }), Verdict::Accounted, "it may be in use");
        assert_eq!(judge(&Facts { is_empty: false, ..facts(Role::Claim, OURS) }), Verdict::Accounted);
        assert_eq!(judge(&Facts { is_ours: false, ..facts(Role::Claim, OURS) }), Verdict::Accounted);
        for role in [Role::Retired, Role::Replaced, Role::Staging, Role::Kept, Role::Workshop, Role::Hop] {
            assert_eq!(judge(&facts(role, OURS)), Verdict::NeedsWord, "{role:?}");
        }
    }

    #[test]
    fn what_an_undo_or_a_purge_needs_stays_and_what_others_had_changed_waits_for_a_word() {
        let keeps = |role| judge(&Facts { standing: Standing::Keeps, ..facts(role, OURS) });
        for role in [Role::Retired, Role::Replaced, Role::Record] {
            assert_eq!(keeps(role), Verdict::Accounted, "{role:?}");
        }
        assert_eq!(keeps(Role::Kept), Verdict::NeedsWord);
    }

    #[test]
    fn what_doctor_left_waits_for_a_word_once_it_is_old() {
        let scratch = Facts { name: None, ..facts(Role::Scratch, OURS) };
        assert_eq!(judge(&scratch), Verdict::NeedsWord);
        assert_eq!(judge(&Facts { age_seconds: 1, ..scratch }), Verdict::Accounted, "it may be at work");
    }

    #[test]
    fn what_another_engine_hides_is_left_alone() {
        for role in [Role::Retired, Role::Replaced, Role::Staging, Role::Kept, Role::Workshop, Role::Hop, Role::Record] {
            assert_eq!(judge(&facts(role, OTHERS)), Verdict::OfAnotherEngine, "{role:?}");
            let described = Facts { is_described_here: true, ..facts(role, OTHERS) };
            assert_eq!(judge(&described), Verdict::OfAnotherEngine, "{role:?}: our journal is not lost");
            assert_eq!(judge(&Facts { is_journal_empty: true, ..described }), Verdict::Rebuildable, "{role:?}");
        }
    }

    #[test]
    fn a_record_that_was_never_whole_speaks_of_a_move_that_never_began() {
        let torn = Facts { is_torn: true, ..facts(Role::Record, OTHERS) };
        assert_eq!(judge(&torn), Verdict::LeftBehind);
        assert_eq!(judge(&Facts { age_seconds: 1, ..torn }), Verdict::OfAnotherEngine, "it is being written");
        assert_eq!(judge(&Facts { is_ours: false, ..torn }), Verdict::OfAnotherEngine);
    }

    #[test]
    fn what_a_lost_journal_knew_is_rebuilt_or_waits_for_a_word_and_its_record_too() {
        for role in [Role::Retired, Role::Replaced, Role::Staging, Role::Kept, Role::Workshop, Role::Hop, Role::Record] {
            for engine in [OURS, OTHERS] {
                let lost = Facts { standing: Standing::Lost, ..facts(role, engine) };
                assert_eq!(judge(&lost), Verdict::NeedsWord, "{role:?}");
                let is_ours = engine == OURS;
                let expected = if is_ours { Verdict::Rebuildable } else { Verdict::NeedsWord };
                assert_eq!(judge(&Facts { is_described_here: true, ..lost }), expected, "{role:?}");
            }
        }
    }

    #[test]
    fn what_the_journal_has_never_heard_of_makes_it_an_old_one() {
        let newer = Facts { standing: Standing::Unknown, ..facts(Role::Retired, OURS) };
        assert_eq!(judge(&newer), Verdict::NewerThanJournal);
    }
}
