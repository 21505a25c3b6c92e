//! What the journal remembers of what finished moves keep, and for how long.

use rusqlite::OptionalExtension;
use tidelock_shared::id::MoveId;

use super::store::failed;
use super::{Journal, JournalError};
use crate::retention::Retention;

impl Journal {
    /// Finished moves that may keep something hidden, oldest first.
    pub(crate) fn unpurged(&self) -> Result<Vec<MoveId>, JournalError> {
        // As in the index, word for word.
        let sql = "SELECT number FROM moves WHERE ended = 'done'
            AND (plan LIKE '%staged_copy%' OR plan LIKE '%\"kept\":{%' OR plan LIKE '%\"replaces\":{%'
                OR plan LIKE '%\"verb\":\"trash\"%')
            ORDER BY number LIMIT ?1";
        self.numbers(sql, [u32::MAX])
    }

    /// When the last thing was recorded.
    pub(crate) fn last_event_ms(&self) -> Result<i64, JournalError> {
        let sql = "SELECT COALESCE(MAX(time_ms), 0) FROM events";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(failed("read"))
    }

    pub(crate) fn retention(&self) -> Result<Retention, JournalError> {
        let sql = "SELECT value FROM meta WHERE key = 'retention_days'";
        let days: Option<u32> = self.connection.query_row(sql, [], |row| row.get(0)).optional().map_err(failed("read"))?;
        Ok(days.map_or_else(Retention::default, Retention::of_days))
    }

    pub(crate) fn set_retention(&mut self, retention: Retention) -> Result<(), JournalError> {
        self.before_write();
        let sql = "INSERT OR REPLACE INTO meta VALUES ('retention_days', ?1)";
        self.connection.execute(sql, [retention.0.unwrap_or(0)]).map_err(failed("write"))?;
        self.after_write(None);
        Ok(())
    }
}
