//! What came of each kill, one a line: commit, file system, kind, number, outcome, and the story.
//!
//! The number is the seed: it says which tree was moved how and by whom, and when the kill came.

use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

/// Who is killed: the program, or the machine with all that it had not flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Process,
    Machine,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Machine => "machine",
        }
    }
}

/// How often each outcome came; `late` are those where the move had ended before the kill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) late: u64,
    pub(super) violations: u64,
    /// The number that comes next.
    next: u64,
}

impl Sums {
    /// Kills that came in time.
    pub(super) fn kills(&self) -> u64 {
        self.before + self.after + self.violations
    }
}

/// The log of all runs; it is only added to.
pub(super) struct Log {
    path: PathBuf,
    commit: String,
    first: u64,
    sums: BTreeMap<(String, Kind), Sums>,
}

impl Log {
    /// Numbers begin with `first` where the log has none of their kind.
    pub(super) fn open(path: &Path, commit: &str, first: u64) -> Result<Self> {
        let mut log = Self { path: path.to_owned(), commit: commit.to_owned(), first, sums: BTreeMap::new() };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.with_context(|| format!("cannot read {}", path.display()))?,
        };
        text.lines().for_each(|line| log.count(line));
        Ok(log)
    }

    fn count(&mut self, line: &str) {
        let words: Vec<&str> = line.splitn(6, ' ').collect();
        let &[_, fs, kind, number, outcome, ..] = words.as_slice() else { return };
        let kind = if kind == Kind::Process.name() { Kind::Process } else { Kind::Machine };
        let Ok(number) = number.parse::<u64>() else { return };
        let sums = self.sums.entry((fs.to_owned(), kind)).or_default();
        match outcome {
            "before" => sums.before += 1,
            "after" => sums.after += 1,
            "late" => sums.late += 1,
            _ => sums.violations += 1,
        }
        sums.next = sums.next.max(number + 1);
    }

    pub(super) fn add(&mut self, fs: &str, kind: Kind, number: u64, outcome: &str, story: &str) -> Result<()> {
        let line = format!("{} {fs} {} {number} {outcome} {story}", self.commit, kind.name());
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        writeln!(file, "{line}")?;
        self.count(&line);
        Ok(())
    }

    pub(super) fn sums(&self, fs: &str, kind: Kind) -> Sums {
        self.sums.get(&(fs.to_owned(), kind)).copied().unwrap_or_default()
    }

    pub(super) fn next(&self, fs: &str, kind: Kind) -> u64 {
        self.sums(fs, kind).next.max(self.first)
    }

    /// One line for each file system and kind.
    pub(super) fn words(&self) -> String {
        self.sums.iter().fold(String::new(), |mut text, ((fs, kind), sums)| {
            let Sums { before, after, late, violations, .. } = sums;
            let _ = writeln!(
                text,
                "{fs:<5} {:<8} {:>5} kills: {before} as before, {after} as after, {violations} neither; {late} came too late",
                kind.name(),
                sums.kills()
            );
            text
        })
    }

    pub(super) fn has_violations(&self) -> bool {
        self.sums.values().any(|sums| sums.violations > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_goes_on_where_it_ends_and_adds_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = Log::open(&path, "abc", 7).unwrap();
        assert_eq!(log.next("ext4", Kind::Process), 7);
        log.add("ext4", Kind::Process, 7, "before", "retag.root.0: killed 1 times").unwrap();
        log.add("ext4", Kind::Process, 8, "late", "").unwrap();
        log.add("ext4", Kind::Machine, 7, "after", "as was told").unwrap();
        log.add("xfs", Kind::Process, 9, "violation", "nearly as before").unwrap();
        let log = Log::open(&path, "def", 0).unwrap();
        assert_eq!(log.sums("ext4", Kind::Process), Sums { before: 1, late: 1, next: 9, ..Sums::default() });
        assert_eq!((log.next("ext4", Kind::Process), log.next("xfs", Kind::Process), log.next("xfs", Kind::Machine)), (9, 10, 0));
        assert!(log.has_violations());
        let expected = "ext4  process      1 kills: 1 as before, 0 as after, 0 neither; 1 came too late";
        assert_eq!(log.words().lines().next(), Some(expected));
    }
}
