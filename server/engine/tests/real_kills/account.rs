//! Everything that a move may change, in words that can be compared and kept in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::walk::walk;
use tidelock_engine::fs::{FileSystem, FsError};
use tidelock_shared::id::ProjectId;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use crate::kernel;
use crate::site::{ALPHA, BETA, Site};
use crate::world::{Census, Seen, path, take_census};

/// What is where, sorted: entries with all that is known of them but change times, and inodes charged.
pub(crate) type Account = Vec<String>;

/// The names of hidden things begin so, and go on with the move's number.
const HIDDEN: &str = ".tidelock-";

impl Site {
    /// # Panics
    /// Where what the kernel counts is not what lies there, or the distribution's tool counts otherwise.
    pub(crate) fn account(&self) -> Account {
        for mount in [&self.mount, &self.elsewhere] {
            rustix::fs::syncfs(std::fs::File::open(mount).unwrap()).unwrap();
        }
        let mut census = Census::new();
        for top in [&self.base, &self.elsewhere] {
            take_census(&Posix, &Posix.open_path(&path(top)).unwrap(), top, &mut census, &mut BTreeMap::new());
        }
        let mut account: Account = census.iter().map(|(at, seen)| self.line(at, seen)).collect();
        account.extend(self.charges().iter().zip(["alpha", "beta"]).map(|(amount, name)| format!("{name}: {}", amount.inodes)));
        account.sort();
        account
    }

    fn line(&self, at: &str, seen: &Seen) -> String {
        let name = at.rsplit('/').next().unwrap_or_default();
        let mut seen = seen.clone();
        // What a folder holds dates it, and whoever looks may not care: the folders that names leave and enter.
        let is_parent = [&self.folder("alpha"), &self.folder("alpha/other"), &self.folder("beta"), &self.elsewhere]
            .iter()
            .any(|parent| *parent == at)
            || (seen.kind == EntryKind::Folder && name == "taken");
        if is_parent || name.starts_with(HIDDEN) {
            seen.modified = Default::default();
        }
        let mut hasher = DefaultHasher::new();
        if name.ends_with(".record") {
            // It names the move and the time.
            seen.content.clear();
        }
        seen.content.hash(&mut hasher);
        let content = format!("{} bytes {:x}", seen.content.len(), hasher.finish());
        seen.content.clear();
        without_numbers(&format!("{at}: {content} {seen:?}"))
    }

    /// Both projects' charges, when three agree: the kernel, the distribution's tool, and what lies there.
    fn charges(&self) -> [Amount; 2] {
        let (known, other) = self.lying_there();
        let total = known[0] + known[1] + other;
        let told = || [ALPHA, BETA].map(|project| kernel::usage(&self.mount, project));
        kernel::wait_until(|| told().iter().fold(Amount::ZERO, |sum, amount| sum + *amount) == total);
        let told = told();
        let counted = kernel::all_counted_by_the_tool(&self.mount, [ALPHA, BETA]);
        assert_eq!(told, counted, "{}: the kernel and the tool count differently", self.kind);
        assert_eq!(told[0] + told[1], total, "{}: {told:?} are charged, {known:?} and {other:?} lie there", self.kind);
        for (told, known) in told.iter().zip(&known) {
            assert!(known.bytes <= told.bytes && known.inodes <= told.inodes, "{}: {told:?} of {known:?}", self.kind);
        }
        told
    }

    /// Of each project what says so itself, and of neither what cannot say it: links and pipes.
    fn lying_there(&self) -> ([Amount; 2], Amount) {
        let (mut known, mut other, mut seen) = ([Amount::ZERO; 2], Amount::ZERO, BTreeSet::new());
        let base = Posix.open_path(&path(&self.base)).unwrap();
        for entry in Posix.read_folder(&base).unwrap() {
            walk(&Posix, base.at(&entry.unwrap().name), &mut |visit| -> Result<bool, FsError> {
                let amount = Amount { bytes: visit.status.allocated, inodes: 1 };
                if seen.insert(visit.status.inode) {
                    match Posix.tag(visit.at.into())?.map(|tag| tag.id) {
                        Some(ProjectId(ALPHA)) => known[0] += amount,
                        Some(ProjectId(BETA)) => known[1] += amount,
                        Some(_) => {}
                        None => other += amount,
                    }
                }
                Ok(visit.status.kind == EntryKind::Folder)
            })
            .unwrap();
        }
        (known, other)
    }
}

/// Two moves hide under different numbers.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(HIDDEN);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        format!("{text}{HIDDEN}*{rest}")
    })
}

/// Both accounts' differences from the nearer of what may be, for people.
pub(crate) fn differences(found: &Account, before: &Account, after: &Account) -> String {
    let from = |expected: &Account| -> Vec<String> {
        let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("\n  - {line}"));
        missing.chain(found.iter().filter(|line| !expected.contains(line)).map(|line| format!("\n  + {line}"))).collect()
    };
    let (from_before, from_after) = (from(before), from(after));
    let (name, nearer) = if from_before.len() < from_after.len() { ("before", from_before) } else { ("after", from_after) };
    format!("nearly as {name}, but for{}", nearer.concat())
}
