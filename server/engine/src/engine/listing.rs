//! Which moves there are: everybody's, or one user's.

use tidelock_shared::id::MoveId;

use super::{Engine, Snapshot};
use crate::error::EngineError;

impl Engine {
    /// So many of the newest moves, and every older one that has not ended; newest first.
    pub fn list(&self, at_most: u32) -> Result<Vec<Snapshot>, EngineError> {
        self.list_of(None, at_most)
    }

    /// The same of one user's own, however many others have; of everybody's for none.
    pub fn list_of(&self, user: Option<&str>, at_most: u32) -> Result<Vec<Snapshot>, EngineError> {
        let mut listed = match user {
            Some(user) => self.journal().newest_of(user, at_most)?,
            None => self.journal().newest(at_most)?,
        };
        let oldest = listed.last().map(|id| id.number);
        // By their IDs, so the newest comes last.
        for live in self.in_memory().iter().rev() {
            let of = &live.recorded.lock().of;
            let is_wanted = user.is_none_or(|user| user == of.plan.user);
            if is_wanted && oldest.is_none_or(|oldest| of.id.number < oldest) && !of.state.has_ended() {
                listed.push(of.id);
            }
        }
        listed.into_iter().map(|id| self.get(id)).collect()
    }

    /// The moves that were accepted after the one of this number, oldest first.
    pub fn moves_after(&self, number: u32) -> Result<Vec<MoveId>, EngineError> {
        Ok(self.journal().accepted_after(number)?)
    }

    /// This engine's move of a number.
    pub fn id_of(&self, number: u32) -> MoveId {
        self.journal().id(number)
    }
}
