//! Asks once more whether the move fits, now that its reservation is recorded, and whether its
//! folders are where they were: nothing has been made in them yet that would have to be found again.

use tidelock_shared::quota::{Amount, Headroom};

use super::context::{Context, open_known};
use super::error::{StepError, StepResult};
use crate::fs::{Errno, FileSystem, Quota};
use crate::planner::PayerNumbers;
use crate::worker::Admission;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    for known in &context.order.folders {
        open_known(context.fs, known)?;
    }
    context.order.admissions.iter().try_for_each(|admission| admit(context.fs, admission))
}

/// Fails unless it fits beside everything that others hold, and what is charged already
/// is within the limits: on Lustre neither a rename nor a change of the project ID is refused for them.
pub(super) fn admit(fs: &dyn FileSystem, admission: &Admission) -> StepResult<()> {
    let &Admission { needed, written, held_by_others, .. } = admission;
    let folder = open_known(fs, &admission.folder)?;
    let capacity = fs.capacity(&folder)?;
    let quota = match admission.project.map(|project| fs.quota(&folder, project)).transpose() {
        // A server that cannot be reached now is no reason to give up what is charged already.
        Err(error) if error.errno == Errno::REMOTEIO && needed == Amount::ZERO => None,
        answer => answer?.flatten(),
    };
    let quota = quota.or(admission.told);
    if let Some(quota) = quota {
        let over = over(&quota, admission.taken);
        if over != Amount::ZERO {
            return Err(StepError::NoHeadroom { headroom: Headroom { bytes: Some(0), inodes: Some(0) }, needed: over });
        }
    }
    let numbers = PayerNumbers {
        usage: quota.map(|quota| quota.usage),
        limits: quota.map(|quota| quota.limits).unwrap_or_default(),
        reserved: held_by_others.reserved,
        free: capacity.headroom(held_by_others.of_room(capacity.is_of_project)),
        is_of_project: capacity.is_of_project,
    };
    match numbers.shortage(needed, written) {
        Some((needed, headroom)) => Err(StepError::NoHeadroom { headroom, needed }),
        None => Ok(()),
    }
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
