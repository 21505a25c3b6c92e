//! Whose turn it is: pure.
//!
//! So many moves run at once. Of those that wait for their turn, the one goes first whose user has
//! the fewest running; among equals the one that was accepted first. So nobody's hundred moves that
//! wait go before another's one; those that run keep their turn. What is on its way back or past its
//! commit point never waits.

use std::collections::BTreeMap;

use tidelock_shared::id::MoveId;

/// A move that has not ended.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) id: MoveId,
    pub(crate) user: String,
    pub(crate) is_running: bool,
    /// It does not run, and could.
    pub(crate) wants_turn: bool,
    /// Others wait for what it holds.
    pub(crate) is_urgent: bool,
}

/// The move to begin with now.
pub(crate) fn next(candidates: &[Candidate], at_once: u32) -> Option<MoveId> {
    let wanting = || candidates.iter().filter(|candidate| candidate.wants_turn && !candidate.is_running);
    if let Some(urgent) = wanting().filter(|candidate| candidate.is_urgent).map(|candidate| candidate.id).min() {
        return Some(urgent);
    }
    let mut running: BTreeMap<&str, usize> = BTreeMap::new();
    for candidate in candidates.iter().filter(|candidate| candidate.is_running && !candidate.is_urgent) {
        *running.entry(&candidate.user).or_default() += 1;
    }
    if running.values().sum::<usize>() >= usize::try_from(at_once).unwrap_or(usize::MAX) {
        return None;
    }
    let turn = |candidate: &&Candidate| (running.get(candidate.user.as_str()).copied().unwrap_or(0), candidate.id);
    wanting().min_by_key(turn).map(|candidate| candidate.id)
}

#[cfg(test)]
mod tests {
    use tidelock_shared::id::EngineId;

    use super::*;

    fn id(number: u32) -> MoveId {
        MoveId { engine: EngineId::from_bits(1), number }
    }

    fn candidates(of: &[(u32, &str, bool, bool)]) -> Vec<Candidate> {
        let candidate = |&(number, user, is_running, is_urgent): &(u32, &str, bool, bool)| Candidate {
            id: id(number),
            user: user.to_owned(),
            is_running,
            wants_turn: !is_running,
            is_urgent,
        };
        of.iter().map(candidate).collect()
    }

    #[test]
    fn turns_go_to_whoever_has_the_fewest_running() {
        let busy = [(1, "alice", true, false), (2, "alice", false, false), (3, "alice", false, false), (9, "bob", false, false)];
        assert_eq!(next(&candidates(&busy), 2), Some(id(9)), "bob has none");
        assert_eq!(next(&candidates(&busy), 1), None, "one runs already");
        assert_eq!(next(&candidates(&busy[..3]), 2), Some(id(2)), "nobody else wants to: the oldest");
    }

    #[test]
    fn what_is_on_its_way_back_needs_no_turn_and_takes_none() {
        let back = [(1, "alice", true, false), (2, "alice", false, true), (3, "bob", false, false)];
        assert_eq!(next(&candidates(&back), 1), Some(id(2)));
        let running = [(1, "alice", true, true), (3, "bob", false, false)];
        assert_eq!(next(&candidates(&running), 1), Some(id(3)));
    }

    #[test]
    fn with_nobody_waiting_there_is_no_turn() {
        assert_eq!(next(&[], 4), None);
        assert_eq!(next(&candidates(&[(1, "alice", true, false)]), 4), None);
    }
}
