//! Taking the place of a journal that was lost.

use rusqlite::{OptionalExtension, ToSql};
use tidelock_shared::id::{EngineId, MoveId};

use super::store::failed;
use super::{Journal, JournalError};
use crate::moves::event::Event;
use crate::planner::plan::MovePlan;

/// A move of a lost journal.
pub struct Adopted {
    pub id: MoveId,
    pub plan: MovePlan,
    pub events: Vec<Event>,
}

impl Journal {
    pub fn engine(&self) -> EngineId {
        self.engine
    }

    /// Moves up to this number may have been in a journal that was lost.
    pub fn lost_until(&self) -> Result<u32, JournalError> {
        let sql = "SELECT value FROM meta WHERE key = 'lost_until'";
        let found = self.connection.query_row(sql, [], |row| row.get(0)).optional().map_err(failed("read"))?;
        Ok(found.unwrap_or(0))
    }

    /// Whether an undo of this move was ever accepted.
    pub(crate) fn has_undo_of(&self, id: MoveId) -> Result<bool, JournalError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM moves WHERE undoes = ?1)";
        Ok(id.engine == self.engine && self.connection.query_row(sql, [id.number], |row| row.get(0)).map_err(failed("read"))?)
    }

    /// Takes the place of a lost journal: its name, and what is known of its moves. Only a journal
    /// that never had a move can, or one that has taken its place before and learns of more.
    pub fn adopt(&mut self, engine: EngineId, moves: &[Adopted], lost_until: u32, now_ms: i64) -> Result<(), JournalError> {
        self.before_write();
        let lost_before = self.lost_until()?;
        let transaction = self.connection.transaction().map_err(failed("write"))?;
        let has_moves: bool =
            transaction.query_row("SELECT EXISTS (SELECT 1 FROM moves)", [], |row| row.get(0)).map_err(failed("read"))?;
        if has_moves && engine != self.engine {
            return Err(JournalError::NotEmpty);
        }
        let lost_until = if engine == self.engine { lost_until.max(lost_before) } else { lost_until };
        let write = |sql: &str, values: &[&dyn ToSql]| transaction.execute(sql, values).map(drop).map_err(failed("write"));
        write("UPDATE meta SET value = ?1 WHERE key = 'engine'", &[&i64::try_from(engine.bits()).unwrap_or(0)])?;
        write("INSERT OR REPLACE INTO meta VALUES ('lost_until', ?1)", &[&lost_until])?;
        for Adopted { id, plan, events } in moves {
            let number = id.number;
            let unreadable = |source| JournalError::Unreadable { number, source };
            let text = serde_json::to_string(plan).map_err(unreadable)?;
            let ended = matches!(events.last(), Some(Event::Done)).then_some("done");
            let undoes = plan.undoes.map(|id| id.number);
            write(
                "INSERT INTO moves (number, plan, accepted_ms, undoes, ended) VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&number, &text, &now_ms, &undoes, &ended],
            )?;
            for (event, sequence) in events.iter().zip(1_u32..) {
                let text = serde_json::to_string(event).map_err(unreadable)?;
                write("INSERT INTO events VALUES (?1, ?2, ?3, ?4)", &[&number, &sequence, &now_ms, &text])?;
            }
        }
        transaction.commit().map_err(failed("write"))?;
        self.engine = engine;
        self.after_write(None);
        Ok(())
    }
}
