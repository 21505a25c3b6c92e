//! What a power cut leaves.
//!
//! Changes wait per [`Domain`] until a sync reaches them. A cut keeps, of each metadata
//! server, some prefix of what waits (its journal is ordered), and of file contents any
//! part. Which, the seed decides. A change that took part on several metadata servers is
//! completed by their recovery on all of them if it survived on one (measured: 2 of 2).

use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;
use super::world::{Change, Domain, InodeNumber, MountIndex, State};

/// The state on stable storage and what is not there yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    durable: State,
    waiting: Vec<Waiting>,
    calls: u64,
    /// Calls of which one metadata server has its part on stable storage.
    partly_durable: BTreeSet<u64>,
}

#[derive(Clone, Debug)]
struct Waiting {
    /// The changes of one call belong together.
    call: u64,
    domain: Domain,
    change: Change,
}

impl Disk {
    pub(super) fn record(&mut self, changes: &[(Domain, Change)]) {
        self.calls += 1;
        let call = self.calls;
        self.waiting.extend(changes.iter().map(|(domain, change)| Waiting { call, domain: *domain, change: change.clone() }));
    }

    pub(super) fn sync_names(&mut self, mount: MountIndex, mdt: u16) {
        self.sync(|waiting| waiting.domain == Domain::Names(mount, mdt));
    }

    /// The journal of an ext4 or XFS up to the last change of one inode, which carries everything
    /// before it. What changed elsewhere since then stays where it is (measured on XFS).
    pub(super) fn sync_names_up_to(&mut self, mount: MountIndex, mdt: u16, inode: InodeNumber) {
        let domain = Domain::Names(mount, mdt);
        let is_of_inode = |change: &Change| match change {
            Change::Put(number, _) | Change::Drop(number) | Change::Fill(number, _) => *number == inode,
            Change::Enter { folder, inode: entry, .. } => *folder == inode || *entry == inode,
            Change::Leave { folder, .. } => *folder == inode,
        };
        let last = self.waiting.iter().rev().find(|waiting| waiting.domain == domain && is_of_inode(&waiting.change));
        let Some(last) = last.map(|waiting| waiting.call) else { return };
        self.sync(|waiting| waiting.domain == domain && waiting.call <= last);
    }

    pub(super) fn sync_data(&mut self, inode: InodeNumber) {
        self.sync(|waiting| waiting.domain == Domain::Data(inode));
    }

    pub(super) fn sync_all(&mut self) {
        self.sync(|_| true);
    }

    fn sync(&mut self, reaches: impl Fn(&Waiting) -> bool) {
        let (durable, partly_durable) = (&mut self.durable, &mut self.partly_durable);
        self.waiting.retain(|waiting| {
            let kept = !reaches(waiting);
            if !kept {
                durable.apply(&waiting.change);
                if is_names(waiting.domain) {
                    partly_durable.insert(waiting.call);
                }
            }
            kept
        });
        partly_durable.retain(|call| self.waiting.iter().any(|waiting| waiting.call == *call));
    }

    /// The state that a reboot finds.
    pub(super) fn cut_power(&mut self, random: &mut Random, tops: &[InodeNumber]) -> State {
        let mut reached = BTreeMap::new();
        for waiting in &self.waiting {
            reached.entry(waiting.domain).or_insert_with(Vec::new).push(waiting.call);
        }
        // The last call of each domain that survives; none of it does before the first.
        let mut survived: BTreeMap<Domain, u64> = BTreeMap::new();
        for (domain, calls) in &reached {
            let count = random.below(calls.len() as u64 + 1);
            let last = usize::try_from(count).ok().and_then(|count| calls.get(count.checked_sub(1)?)).copied();
            survived.insert(*domain, last.unwrap_or(0));
        }
        self.complete_distributed_calls(&mut survived);
        for waiting in std::mem::take(&mut self.waiting) {
            let survives = waiting.call <= survived.get(&waiting.domain).copied().unwrap_or(0);
            // Content of a file whose creation did not survive has nowhere to go.
            let is_lost = matches!(waiting.change, Change::Fill(inode, _) if !self.durable.inodes.contains_key(&inode));
            if survives && !is_lost {
                self.durable.apply(&waiting.change);
            }
        }
        self.partly_durable.clear();
        self.durable.repair(tops);
        self.durable.clone()
    }

    fn complete_distributed_calls(&self, survived: &mut BTreeMap<Domain, u64>) {
        loop {
            let mut done = self.partly_durable.clone();
            for waiting in self.waiting.iter().filter(|waiting| is_names(waiting.domain)) {
                if waiting.call <= survived.get(&waiting.domain).copied().unwrap_or(0) {
                    done.insert(waiting.call);
                }
            }
            let missing = self.waiting.iter().find(|waiting| {
                is_names(waiting.domain)
                    && done.contains(&waiting.call)
                    && waiting.call > survived.get(&waiting.domain).copied().unwrap_or(0)
            });
            match missing {
                Some(missing) => survived.insert(missing.domain, missing.call),
                None => return,
            };
        }
    }
}

fn is_names(domain: Domain) -> bool {
    matches!(domain, Domain::Names(..))
}
