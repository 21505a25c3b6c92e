//! Asks once more whether the move fits, now that its reservation is recorded, and whether its
//! folders are where they were: nothing has been made in them yet that would have to be found again.

use tidelock_shared::quota::{Amount, Headroom};

use super::context::{Context, open_known};
use super::error::{StepError, StepResult};
use crate::fs::{Errno, FileSystem, Quota};
use crate::worker::Admission;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    for known in &context.order.folders {
        open_known(context.fs, known)?;
    }
    context.order.admissions.iter().try_for_each(|admission| admit(context.fs, admission, admission.needed))
}

/// Fails unless `needed` fits beside everything that others have reserved, and what is charged already
/// is within the limits: on Lustre neither a rename nor a change of the project ID is refused for them.
pub(super) fn admit(fs: &dyn FileSystem, admission: &Admission, needed: Amount) -> StepResult<()> {
    let folder = open_known(fs, &admission.folder)?;
    let free = fs.capacity(&folder)?;
    // A file system that does not count inodes reports none in total.
    let inodes = (free.total.inodes > 0).then_some(free.free.inodes);
    let mut headroom = Headroom { bytes: Some(free.free.bytes), inodes };
    let quota = match admission.project.map(|project| fs.quota(&folder, project)).transpose() {
        // A server that cannot be reached now is no reason to give up what is charged already.
        Err(error) if error.errno == Errno::REMOTEIO && needed == Amount::ZERO => None,
        answer => answer?.flatten(),
    };
    if let Some(quota) = quota {
        let over = over(&quota, admission.taken);
        if over != Amount::ZERO {
            return Err(StepError::NoHeadroom { headroom: Headroom { bytes: Some(0), inodes: Some(0) }, needed: over });
        }
        headroom = headroom.and(Headroom::of(&quota.limits, quota.usage, admission.reserved_by_others));
    }
    if headroom.fits(needed) { Ok(()) } else { Err(StepError::NoHeadroom { headroom, needed }) }
}

/// By how much a project is over its limits, in what the move takes of it.
fn over(quota: &Quota, taken: Amount) -> Amount {
    let over = |hard: Option<u64>, usage: u64, taken: u64| hard.filter(|_| taken > 0).map_or(0, |hard| usage.saturating_sub(hard));
    let (limits, usage) = (&quota.limits, quota.usage);
    Amount {
        bytes: over(limits.bytes.hard, usage.bytes, taken.bytes),
        inodes: over(limits.inodes.hard, usage.inodes, taken.inodes),
    }
}
