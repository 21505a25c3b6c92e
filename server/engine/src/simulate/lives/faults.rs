//! What goes wrong in one life: calls that fail, and a journal that does.

use super::super::disk::DiskFault;
use super::super::furnish::{chance, one_of};
use super::super::interference::{Fault, Plan};
use super::super::promises::JournalFault;
use super::World;
use crate::fs::Errno;

const ERRNOS: [Errno; 8] =
    [Errno::IO, Errno::STALE, Errno::NOTCONN, Errno::TIMEDOUT, Errno::INTR, Errno::DQUOT, Errno::NOSPC, Errno::ACCESS];

impl World {
    /// Draws it, and has the journal's part ready.
    pub(super) fn faults(&mut self, is_crashing: bool) -> Plan {
        let mut plan = Plan::default();
        let random = &mut self.random;
        for _ in 0..one_of(random, &[0, 0, 1, 1, 2]) {
            let errno = one_of(random, &ERRNOS);
            let is_ambiguous = matches!(errno, Errno::IO | Errno::STALE | Errno::NOTCONN | Errno::TIMEDOUT | Errno::INTR);
            let bound = one_of(random, &[100, 500, 1500]);
            plan.calls.push(Fault {
                from: random.below(bound),
                lasts: one_of(random, &[1, 1, 1, 5, 30]),
                errno,
                is_unclear: is_ambiguous && chance(random, 50),
            });
        }
        let mut at_writes = Vec::new();
        if is_crashing && chance(random, 40) {
            use JournalFault::{EndAfter, EndBefore, OnDisk};
            let disk_random = &mut self.disk_random;
            let on_disk = [DiskFault::Full, DiskFault::NotWritten, DiskFault::NotSynced].map(|fault| OnDisk(0, fault));
            let fault = one_of(random, &[EndAfter, EndBefore, on_disk[0], on_disk[1], on_disk[2]]);
            let fault = match fault {
                OnDisk(_, fault) => OnDisk(disk_random.below(6), fault),
                _ if chance(disk_random, 50) => OnDisk(disk_random.below(8), DiskFault::End),
                end => end,
            };
            at_writes.push((random.below(40), fault));
        }
        self.journal.promises.begin(at_writes);
        // At any operation, also while the journal is opened or closed.
        let at_operations = (is_crashing && chance(&mut self.disk_random, 25)).then(|| {
            let bound = one_of(&mut self.disk_random, &[20, 60, 400]);
            let fault =
                one_of(&mut self.disk_random, &[DiskFault::Full, DiskFault::NotWritten, DiskFault::NotSynced, DiskFault::End]);
            (self.disk_random.below(bound), fault)
        });
        self.journal.disk.begin(at_operations.into_iter().collect());
        plan
    }
}
