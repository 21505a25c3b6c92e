//! What a worker is not told, because its user is nobody whom the kernel tells it to.

use tidelock_shared::id::ProjectId;

use crate::fs::{FsResult, Quota};

/// Somebody who may read the limits of projects.
pub trait Informant: Send + Sync {
    /// The numbers of a project on the mount with this device number; none where they are not kept.
    ///
    /// # Errors
    /// Nobody could tell.
    fn quota(&self, device: u64, project: ProjectId) -> FsResult<Option<Quota>>;
}
