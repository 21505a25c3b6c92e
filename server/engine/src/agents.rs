//! With whose rights files are reached: each move is planned, run, undone and purged as the user whose it is.

use std::sync::Arc;

use crate::fs::{FileSystem, FsResult};
use crate::worker::Worker;

/// Whoever acts for one user: the kernel checks every call as that user's.
#[derive(Clone)]
pub struct Agent {
    pub fs: Arc<dyn FileSystem>,
    pub worker: Arc<dyn Worker>,
}

/// Gives each user their agent.
pub trait Agents: Send + Sync {
    /// The agent of a user, by the name in their moves; the empty name is whoever runs the engine.
    ///
    /// # Errors
    /// Nobody can act for them now: their moves wait, as for servers that are away.
    fn of(&self, user: &str) -> FsResult<Agent>;
}

/// One for everybody: where there is one user only, and in an invented world.
impl Agents for Agent {
    fn of(&self, _user: &str) -> FsResult<Agent> {
        Ok(self.clone())
    }
}
