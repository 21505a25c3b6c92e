//! What a power cut leaves.
//!
//! Changes wait per [`Domain`] until a sync reaches them. A cut keeps, of each metadata
//! server, some prefix of what waits (its journal is ordered), and of file contents any
//! part. Which, the seed decides.

use super::random::Random;
use super::world::{Change, Domain, InodeNumber, MountIndex, State};

/// The state on stable storage and what is not there yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    durable: State,
    waiting: Vec<(Domain, Change)>,
}

impl Disk {
    pub(super) fn record(&mut self, changes: &[(Domain, Change)]) {
        self.waiting.extend_from_slice(changes);
    }

    pub(super) fn sync_names(&mut self, mount: MountIndex, mdt: u16) {
        self.sync(|domain| domain == Domain::Names(mount, mdt));
    }

    pub(super) fn sync_data(&mut self, inode: InodeNumber) {
        self.sync(|domain| domain == Domain::Data(inode));
    }

    pub(super) fn sync_all(&mut self) {
        self.sync(|_| true);
    }

    fn sync(&mut self, reaches: impl Fn(Domain) -> bool) {
        let durable = &mut self.durable;
        self.waiting.retain(|(domain, change)| {
            let kept = !reaches(*domain);
            if !kept {
                durable.apply(change);
            }
            kept
        });
    }

    /// The state that a reboot finds.
    pub(super) fn cut_power(&mut self, random: &mut Random, tops: &[InodeNumber]) -> State {
        let mut domains: Vec<Domain> = self.waiting.iter().map(|(domain, _)| *domain).collect();
        domains.sort_unstable();
        domains.dedup();
        for reached in domains {
            let waiting = self.waiting.iter().filter(|(domain, _)| *domain == reached).count();
            let mut survive = random.below(waiting as u64 + 1);
            let durable = &mut self.durable;
            for (_, change) in self.waiting.iter().filter(|(domain, _)| *domain == reached) {
                if survive == 0 {
                    break;
                }
                survive -= 1;
                // Content of a file whose creation did not survive has nowhere to go.
                let is_lost = matches!(change, Change::Fill(inode, _) if !durable.inodes.contains_key(inode));
                if !is_lost {
                    durable.apply(change);
                }
            }
        }
        self.waiting.clear();
        self.durable.repair(tops);
        self.durable.clone()
    }
}
