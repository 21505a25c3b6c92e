//! Projects as people see them.

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::name::FilePath;
use crate::quota::{Amount, Headroom, Limits};

/// What an inode is charged to, and whether new entries below a folder follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectTag {
    pub id: ProjectId,
    /// The inherit flag; on a folder new entries take its project ID.
    pub inherit: bool,
}

/// What pays for a place: a project, or a whole file system where there are no projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// None where the file system has no project IDs: then capacity stands for limits.
    pub id: Option<ProjectId>,
    pub name: String,
    /// The top folder.
    pub root: FilePath,
    /// None where the caller may not read it.
    pub usage: Option<Amount>,
    pub limits: Limits,
    /// Set aside for running moves.
    pub reserved: Amount,
    /// Room on the file system itself, which a project cannot exceed either.
    pub capacity: Headroom,
}

impl Project {
    /// What may still be added here. Without a usage to count from only the capacity binds.
    pub fn headroom(&self) -> Headroom {
        let by_limit = self.usage.map(|usage| Headroom::of(&self.limits, usage, self.reserved)).unwrap_or_default();
        by_limit.and(self.capacity)
    }
}
