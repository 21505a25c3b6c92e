//! What each project has used over time, in a small database of its own in the state folder.
//!
//! A sample an hour, of which one a day is left after a week and none after a year: some hundred
//! for each project, however long the server runs. Losing it loses nothing but the trend.
//!
//! Not here: how usage is read (`service::projects`), and when (`http::serve`).

use std::path::Path;

use parking_lot::Mutex;
use rusqlite::{Connection, params};
use tidelock_shared::history::UsageSample;
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::Amount;

const FILE: &str = "usage.sqlite";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// So long every sample is kept.
const FINE_MS: i64 = 8 * DAY_MS;
/// So long one of each day is kept.
const COARSE_MS: i64 = 366 * DAY_MS;

/// A project is its folder and its number: another number there is another project.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS samples (
        root BLOB NOT NULL,
        project INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        inodes INTEGER NOT NULL,
        PRIMARY KEY (root, project, time_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS samples_by_time ON samples (time_ms);
";

/// Whose usage it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payer {
    pub(crate) root: FilePath,
    pub(crate) project: Option<ProjectId>,
}

/// The samples; none are kept until it is said where.
#[derive(Default)]
pub(crate) struct History {
    kept: Mutex<Option<Connection>>,
}

impl History {
    /// Keeps samples in a state folder from now on.
    pub(crate) fn keep_in(&self, state_folder: &Path) -> rusqlite::Result<()> {
        self.keep(Connection::open(state_folder.join(FILE))?)
    }

    #[cfg(test)]
    pub(crate) fn keep_in_memory(&self) -> rusqlite::Result<()> {
        self.keep(Connection::open_in_memory()?)
    }

    fn keep(&self, connection: Connection) -> rusqlite::Result<()> {
        // A sample that a power cut takes is no loss; a sync for each would be one.
        connection.pragma_update(None, "synchronous", "off")?;
        connection.execute_batch(SCHEMA)?;
        *self.kept.lock() = Some(connection);
        Ok(())
    }

    /// Whether the newest sample is so old that another is due.
    pub(crate) fn is_due(&self, now_ms: i64) -> rusqlite::Result<bool> {
        let kept = self.kept.lock();
        let Some(connection) = &*kept else { return Ok(false) };
        let newest: Option<i64> = connection.query_row("SELECT max(time_ms) FROM samples", [], |row| row.get(0))?;
        // A clock that was set back must not stop it for long.
        Ok(newest.is_none_or(|newest| !(0..HOUR_MS).contains(&(now_ms - newest))))
    }

    /// Adds samples, and forgets what is too old or too fine by now.
    pub(crate) fn add(&self, samples: &[(Payer, UsageSample)], now_ms: i64) -> rusqlite::Result<()> {
        let mut kept = self.kept.lock();
        let Some(connection) = &mut *kept else { return Ok(()) };
        let transaction = connection.transaction()?;
        for (payer, UsageSample { time_ms, usage }) in samples {
            transaction.execute(
                "INSERT OR REPLACE INTO samples VALUES (?1, ?2, ?3, ?4, ?5)",
                params![payer.root.to_bytes(), number(payer), time_ms, signed(usage.bytes), signed(usage.inodes)],
            )?;
        }
        transaction.execute("DELETE FROM samples WHERE time_ms < ?1", [now_ms - COARSE_MS])?;
        transaction.execute(
            "DELETE FROM samples WHERE time_ms < ?1 AND EXISTS (SELECT 1 FROM samples later WHERE later.root = samples.root
                AND later.project = samples.project AND later.time_ms > samples.time_ms
                AND later.time_ms < (samples.time_ms / ?2 + 1) * ?2)",
            [now_ms - FINE_MS, DAY_MS],
        )?;
        transaction.commit()
    }

    /// All that is known of one, the oldest first.
    pub(crate) fn of(&self, payer: &Payer) -> rusqlite::Result<Vec<UsageSample>> {
        let kept = self.kept.lock();
        let Some(connection) = &*kept else { return Ok(Vec::new()) };
        let mut query =
            connection.prepare("SELECT time_ms, bytes, inodes FROM samples WHERE root = ?1 AND project = ?2 ORDER BY time_ms")?;
        let samples = query.query_map(params![payer.root.to_bytes(), number(payer)], |row| {
            let usage = Amount { bytes: unsigned(row.get(1)?), inodes: unsigned(row.get(2)?) };
            Ok(UsageSample { time_ms: row.get(0)?, usage })
        })?;
        samples.collect()
    }
}

/// No project ID is a number that none has.
fn number(payer: &Payer) -> i64 {
    payer.project.map_or(-1, |id| id.0.into())
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn unsigned(amount: i64) -> u64 {
    u64::try_from(amount).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payer(root: &str, project: u32) -> Payer {
        Payer { root: FilePath::parse(root.as_bytes()).unwrap(), project: Some(ProjectId(project)) }
    }

    fn sample(time_ms: i64, bytes: u64) -> UsageSample {
        UsageSample { time_ms, usage: Amount { bytes, inodes: 1 } }
    }

    #[test]
    fn a_sample_is_due_each_hour_and_when_the_clock_was_set_back() {
        let history = History::default();
        assert!(!history.is_due(0).unwrap(), "nothing is kept yet");
        history.keep_in_memory().unwrap();
        assert!(history.is_due(0).unwrap());
        history.add(&[(payer("/l/a", 7), sample(1000 * HOUR_MS, 5))], 1000 * HOUR_MS).unwrap();
        for (now_ms, expected) in
            [(1000 * HOUR_MS, false), (1001 * HOUR_MS - 1, false), (1001 * HOUR_MS, true), (999 * HOUR_MS, true)]
        {
            assert_eq!(history.is_due(now_ms).unwrap(), expected, "{now_ms}");
        }
    }

    #[test]
    fn each_project_has_its_own_and_they_outlive_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (payer("/l/a", 7), payer("/l/a", 8));
        let history = History::default();
        history.keep_in(folder.path()).unwrap();
        history
            .add(&[(first.clone(), sample(2, u64::MAX)), (first.clone(), sample(1, 5)), (second.clone(), sample(3, 9))], 4)
            .unwrap();
        let again = History::default();
        again.keep_in(folder.path()).unwrap();
        assert_eq!(again.of(&first).unwrap(), [sample(1, 5), sample(2, i64::MAX.unsigned_abs())]);
        assert_eq!(again.of(&second).unwrap(), [sample(3, 9)]);
        assert_eq!(again.of(&payer("/l/b", 7)).unwrap(), []);
    }

    #[test]
    fn two_years_of_hours_leave_a_year_of_days_and_a_week_of_hours() {
        let (history, payer) = (History::default(), payer("/l/a", 7));
        history.keep_in_memory().unwrap();
        let last = 2 * 365 * 24;
        for day in 0..=last / 24 {
            let hours = day * 24..(day * 24 + 24).min(last + 1);
            let newest = hours.end - 1;
            let samples: Vec<_> = hours.map(|hour| (payer.clone(), sample(hour * HOUR_MS, hour.unsigned_abs()))).collect();
            history.add(&samples, newest * HOUR_MS).unwrap();
        }
        let left: Vec<i64> = history.of(&payer).unwrap().iter().map(|sample| sample.time_ms / HOUR_MS).collect();
        let (coarse, fine) = left.split_at(left.partition_point(|hour| *hour < last - 8 * 24));
        assert_eq!(fine, (last - 8 * 24..=last).collect::<Vec<_>>());
        assert_eq!(coarse.len(), 358);
        assert!(coarse.iter().all(|hour| hour % 24 == 23), "the last of each day: {coarse:?}");
    }
}
