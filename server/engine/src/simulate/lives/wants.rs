//! What people want in a world.

use tidelock_shared::name::FilePath;
use tidelock_shared::request::{ConflictChoice, Consent, MoveRequest, OnConflict, Verb};

use super::World;
use crate::simulate::furnish::{chance, one_of};

/// Mostly something that lets the move begin.
const ANSWERS: [OnConflict; 8] = [
    OnConflict::Refuse,
    OnConflict::KeepBoth,
    OnConflict::Replace,
    OnConflict::Replace,
    OnConflict::Replace,
    OnConflict::Skip,
    OnConflict::Merge,
    OnConflict::Merge,
];

/// So often somebody who was refused asks for something else.
const OTHER_REQUESTS: usize = 5;

/// What somebody wants of the engine.
pub(super) enum Intent {
    /// The first of these that is not refused.
    Move(Vec<MoveRequest>),
    Undo,
    Purge,
}

impl World {
    pub(super) fn scripts(&mut self, is_first: bool) -> Vec<Vec<Intent>> {
        let movers = if is_first { one_of(&mut self.random, &[1, 2, 2, 3, 3]) } else { self.random.below(2) };
        (0..movers).map(|_| self.script()).collect()
    }

    fn script(&mut self) -> Vec<Intent> {
        let mut script = Vec::new();
        for _ in 0..=self.random.below(2) {
            script.push(Intent::Move(self.requests()));
            match self.random.below(10) {
                0..3 => script.push(Intent::Undo),
                3 => script.push(Intent::Purge),
                _ => {}
            }
        }
        script
    }

    /// Much of what anybody may ask for is refused: whoever was refused asks for something else.
    fn requests(&mut self) -> Vec<MoveRequest> {
        let first = self.request();
        // Dice of their own: what would be asked for next does not change what happens elsewhere.
        std::mem::swap(&mut self.random, &mut self.other_random);
        let others: Vec<MoveRequest> = (0..OTHER_REQUESTS).map(|_| self.request()).collect();
        std::mem::swap(&mut self.random, &mut self.other_random);
        std::iter::once(first).chain(others).collect()
    }

    fn request(&mut self) -> MoveRequest {
        let random = &mut self.random;
        let mut any = |paths: &[FilePath]| {
            let index = usize::try_from(random.below(paths.len().max(1) as u64)).unwrap_or(0);
            paths.get(index).cloned().unwrap_or_default()
        };
        let first = any(&self.furnished.items);
        let mut sources = vec![first];
        let entries: Vec<FilePath> = self.furnished.entries.iter().map(|(path, _)| path.clone()).collect();
        let mut destination = any(&self.furnished.folders);
        let (second, inner) = (any(&self.furnished.items), any(&entries));
        match self.random.below(10) {
            0 | 1 if second != sources[0] => sources.push(second),
            2 if !inner.names().is_empty() => sources = vec![inner],
            3..6 if !self.furnished.conflicts.is_empty() => {
                let index = self.random.below(self.furnished.conflicts.len() as u64);
                let (item, folder) = self.furnished.conflicts[usize::try_from(index).unwrap_or(0)].clone();
                (sources[0], destination) = (item, folder);
            }
            _ => {}
        }
        let mut allow =
            if chance(&mut self.random, 80) { vec![Consent::HardLinksLeaving, Consent::LostMetadata] } else { Vec::new() };
        allow.extend(chance(&mut self.random, 60).then_some(Consent::Restore));
        let on_conflict = one_of(&mut self.random, &ANSWERS);
        let choices = if chance(&mut self.random, 20) {
            vec![ConflictChoice { source: sources[0].clone(), on_conflict: one_of(&mut self.random, &ANSWERS) }]
        } else {
            Vec::new()
        };
        let verb = self.verb();
        MoveRequest { verb, sources, destination, allow, on_conflict, choices, ..MoveRequest::default() }
    }

    fn verb(&mut self) -> Verb {
        match self.verb_random.as_mut().map(|random| random.below(10)) {
            None | Some(0..4) => Verb::Move,
            Some(4..7) => Verb::Copy,
            Some(_) => Verb::Trash,
        }
    }
}
