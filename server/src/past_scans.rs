//! Scans for drift that have ended, in a small database of its own in the state folder: what was found when.
//!
//! Each folder has its newest ones, some kilobytes each, however long the server runs. Losing them loses
//! nothing but the past.
//!
//! Not here: scanning (`service::drifts`), and what a finding is called (`crate::drift`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::{Connection, params};
use tidelock_engine::drift::Scan;
use tidelock_shared::name::FilePath;

const FILE: &str = "drift.sqlite";
/// So many are kept of each folder: a month of daily scans.
pub(crate) const KEPT_OF_EACH: u32 = 31;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS scans (
        folder BLOB NOT NULL,
        ended_ms INTEGER NOT NULL,
        found TEXT NOT NULL,
        PRIMARY KEY (folder, ended_ms)
    ) STRICT, WITHOUT ROWID;
";

/// One that has ended, and when, in milliseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct PastScan {
    pub(crate) ended_ms: i64,
    pub(crate) found: Arc<Scan>,
}

/// The scans of one folder, the newest first.
pub(crate) type Past = Vec<PastScan>;

/// Adds one that has just ended to those of its folder, and lets the oldest go.
pub(crate) fn remember(past: &mut Past, scan: PastScan) {
    past.insert(0, scan);
    past.truncate(KEPT_OF_EACH as usize);
}

/// The scans; none are kept until it is said where.
#[derive(Default)]
pub(crate) struct PastScans {
    kept: Mutex<Option<Connection>>,
}

impl PastScans {
    /// Keeps scans in a state folder from now on. Answers those that are there.
    pub(crate) fn keep_in(&self, state_folder: &Path) -> rusqlite::Result<BTreeMap<FilePath, Past>> {
        self.keep(Connection::open(state_folder.join(FILE))?)
    }

    fn keep(&self, connection: Connection) -> rusqlite::Result<BTreeMap<FilePath, Past>> {
        // A scan that a power cut takes is no loss: another one finds the same.
        connection.pragma_update(None, "synchronous", "off")?;
        connection.execute_batch(SCHEMA)?;
        let known = read(&connection)?;
        *self.kept.lock() = Some(connection);
        Ok(known)
    }

    /// Adds one, and forgets the oldest of its folder.
    pub(crate) fn add(&self, folder: &FilePath, scan: &PastScan) -> rusqlite::Result<()> {
        let mut kept = self.kept.lock();
        let Some(connection) = &mut *kept else { return Ok(()) };
        let found = serde_json::to_string(&*scan.found).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let transaction = connection.transaction()?;
        transaction
            .execute("INSERT OR REPLACE INTO scans VALUES (?1, ?2, ?3)", params![folder.to_bytes(), scan.ended_ms, found])?;
        transaction.execute(
            "DELETE FROM scans WHERE folder = ?1 AND ended_ms NOT IN
                (SELECT ended_ms FROM scans WHERE folder = ?1 ORDER BY ended_ms DESC LIMIT ?2)",
            params![folder.to_bytes(), KEPT_OF_EACH],
        )?;
        transaction.commit()
    }
}

/// What another version of the program has written and this one cannot read is passed over.
fn read(connection: &Connection) -> rusqlite::Result<BTreeMap<FilePath, Past>> {
    let mut query = connection.prepare("SELECT folder, ended_ms, found FROM scans ORDER BY ended_ms DESC")?;
    let mut rows = query.query([])?;
    let mut known: BTreeMap<FilePath, Past> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (folder, ended_ms, found): (Vec<u8>, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let (Ok(folder), Ok(found)) = (FilePath::parse(&folder), serde_json::from_str(&found)) {
            known.entry(folder).or_default().push(PastScan { ended_ms, found: Arc::new(found) });
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use tidelock_engine::drift::{Finding, Recount, Stray};
    use tidelock_shared::id::ProjectId;
    use tidelock_shared::quota::Amount;

    use super::*;

    fn scan(ended_ms: i64, strays: u64) -> PastScan {
        let examples = vec![FilePath::parse(b"/l/a/bad-\xff").unwrap()];
        let stray = Stray { entries: strays, amount: Amount { bytes: 4096, inodes: strays }, examples };
        let recount = Recount { others: BTreeMap::from([(ProjectId(7), stray.clone())]), ..Recount::default() };
        let findings = vec![Finding::ChargedElsewhere { to: Some(ProjectId(7)), stray }];
        let found = Scan {
            file_system: "Lustre".to_owned(),
            project: Some(ProjectId(5)),
            is_whole: true,
            recount,
            readings: None,
            findings,
        };
        PastScan { ended_ms, found: Arc::new(found) }
    }

    #[test]
    fn the_newest_of_each_folder_outlive_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (FilePath::parse(b"/l/a").unwrap(), FilePath::parse(b"/l/b").unwrap());
        let scans = PastScans::default();
        scans.add(&a, &scan(0, 1)).unwrap();
        assert!(scans.keep_in(folder.path()).unwrap().is_empty(), "nothing was kept before it was said where");
        scans.add(&b, &scan(1, 9)).unwrap();
        for time in 1..=40 {
            scans.add(&a, &scan(time, time.unsigned_abs())).unwrap();
        }
        let known = PastScans::default().keep_in(folder.path()).unwrap();
        let times: Vec<i64> = known[&a].iter().map(|scan| scan.ended_ms).collect();
        assert_eq!(times, (10..=40).rev().collect::<Vec<_>>());
        assert_eq!(known[&a][0].found.findings, scan(40, 40).found.findings);
        assert_eq!(known[&a][0].found.recount, scan(40, 40).found.recount);
        assert_eq!(known[&b].len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.execute("INSERT INTO scans VALUES (?1, 1, '{}')", [b"/l/a".to_vec()]).unwrap();
        assert!(PastScans::default().keep(connection).unwrap().is_empty());
    }
}
