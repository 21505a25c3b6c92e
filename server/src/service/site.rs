//! What the services of all callers share.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::{Busy, Drifts, Drivers, Inventories, Leftovers, Searches, Surveys};
use crate::agents::Workers;
use crate::audit::Audit;
use crate::history::History;
use crate::identity::User;
use crate::listing::Readings;
use crate::metrics::Counted;
use crate::names::Names;
use crate::past_scans::PastScans;
use crate::uploads::Uploads;
use crate::user_error;
use crate::words::words;

/// The engine and what the server knows about the place it works in.
pub(crate) struct Site {
    pub(crate) engine: Engine,
    pub(crate) names: Names,
    pub(crate) eyes: Eyes,
    pub(crate) audit: Arc<Audit>,
    pub(crate) drivers: Drivers,
    pub(crate) surveys: Surveys,
    pub(crate) searches: Searches,
    pub(crate) inventories: Inventories,
    pub(crate) leftovers: Leftovers,
    pub(crate) drifts: Drifts,
    pub(crate) readings: Readings,
    pub(crate) uploads: Uploads,
    pub(crate) counted: Arc<Counted>,
    pub(crate) history: History,
    /// Where scans for drift are kept; what the newest found is in `drifts`.
    pub(crate) past_scans: PastScans,
    /// The projects' top folders where somebody says which they are; else they are looked for.
    pub(crate) tops: Option<BTreeMap<ProjectId, FilePath>>,
    /// Whether a member sees his own moves only. Else everybody sees all.
    pub(crate) are_moves_private: bool,
    /// Who acts for the users of a site; none where this process does.
    pub(crate) workers: Option<Arc<Workers>>,
    pub(crate) busy: Busy,
}

/// With whose rights callers see the file system.
pub(crate) enum Eyes {
    /// Each with their own, in a world where anybody can be anyone.
    Demo(Simulator),
    /// With those of whoever acts for them.
    Agent,
}

impl Site {
    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.eyes, Eyes::Demo(_))
    }

    /// The engine as it acts for a user, and the file system as they see it.
    ///
    /// # Errors
    /// Nobody can act for them now.
    pub(super) fn acting_for(&self, user: &User) -> Result<(Engine, Arc<dyn FileSystem>), UserError> {
        let engine = self.engine.acting_for(&user.name).map_err(|error| {
            tracing::error!(user = user.name, %error, "nobody can act for a user");
            UserError::new("unavailable", words().nobody_acts()).hint(words().nobody_acts_hint())
        })?;
        let fs: Arc<dyn FileSystem> = match &self.eyes {
            Eyes::Demo(simulator) => Arc::new(simulator.seen_by(user.uid, &user.gids)),
            Eyes::Agent => engine.file_system().clone(),
        };
        Ok((engine, fs))
    }

    /// The managed root that a path lies in; the innermost, if one lies in another.
    pub(super) fn root_of(&self, path: &FilePath) -> Result<&FilePath, UserError> {
        let above = self.engine.roots().iter().filter(|root| path.is_at_or_below(root));
        let is_hidden = path.names().iter().any(tidelock_shared::name::FileName::is_hidden_folder_of_a_move);
        match above.max_by_key(|root| root.names().len()) {
            // What a move hides is as if it were not there.
            Some(_) if is_hidden => Err(UserError::new("not_found", words().no_such_root(&path.shown()))),
            Some(root) => Ok(root),
            None => Err(UserError::new("outside_roots", words().not_managed(&path.shown())).hint(words().not_managed_hint())),
        }
    }

    pub(super) fn told(&self, error: &EngineError) -> UserError {
        user_error::engine_error(error, &self.names)
    }
}
