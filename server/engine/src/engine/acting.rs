//! One engine, acting for several users: with whose rights each thing is done.

use std::sync::Arc;

use super::Engine;
use crate::fs::FsResult;
use crate::planner::plan::MovePlan;

impl Engine {
    /// The same engine, acting for one of several users: it sees what they see, and what it accepts is theirs.
    ///
    /// # Errors
    /// Nobody can act for them now.
    pub fn acting_for(&self, user: &str) -> FsResult<Self> {
        Ok(Self { fs: self.driver.agents.of(user)?.fs, user: Arc::from(user), ..self.clone() })
    }

    /// The same engine as whoever runs it, though those who acted for it before may be gone.
    #[must_use]
    pub fn as_itself(&self) -> Self {
        self.acting_for("").unwrap_or_else(|_| self.clone())
    }

    /// The same engine with the rights that a move is done with.
    pub(crate) fn acting_as_in(&self, plan: &MovePlan) -> FsResult<Self> {
        Ok(Self { fs: self.driver.agents.of(plan.acts_as())?.fs, ..self.clone() })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// A user's keys are their own.
    pub(crate) fn own_key(&self, key: Option<&str>) -> Option<String> {
        key.map(|key| if self.user.is_empty() { key.to_owned() } else { format!("{}\n{key}", self.user) })
    }
}
