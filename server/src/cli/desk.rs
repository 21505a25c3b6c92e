//! Whoever does the verbs: the engine in this process, or a server.

use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::listing::ListingRequest;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::request::MoveRequest;
use tidelock_shared::user_error::UserError;

use super::arguments::Where;
use super::local::{Holding, Local};
use super::remote::Remote;

/// The verbs, whoever does them.
pub(super) trait Desk {
    fn plan(&self, request: &MoveRequest) -> Result<Plan, UserError>;
    /// Starts a move; it runs on while others are asked.
    fn start(&self, request: &MoveRequest, key: Option<&str>) -> Result<MoveId, UserError>;
    fn plan_undo(&self, id: MoveId) -> Result<Plan, UserError>;
    fn undo(&self, id: MoveId) -> Result<MoveId, UserError>;
    fn moves(&self) -> Result<Vec<MoveView>, UserError>;
    fn detail(&self, id: MoveId) -> Result<MoveDetail, UserError>;
    fn cancel(&self, id: MoveId) -> Result<(), UserError>;
    /// Cancels a move that this process follows.
    fn cancel_running(&self, id: MoveId) -> Result<(), UserError> {
        self.cancel(id)
    }
    fn pause(&self, id: MoveId) -> Result<(), UserError>;
    fn resume(&self, id: MoveId) -> Result<(), UserError>;
    fn hold(&self, id: MoveId) -> Result<(), UserError>;
    fn lift_hold(&self, id: MoveId) -> Result<(), UserError>;
    fn limits(&self) -> Result<Limits, UserError>;
    fn set_limits(&self, limits: Limits) -> Result<(), UserError>;
    fn purge(&self, id: MoveId) -> Result<MoveView, UserError>;
    fn quota(&self, folder: &FilePath) -> Result<Project, UserError>;
    /// Whether a move goes on when this command ends.
    fn outlives_us(&self) -> bool;
}

/// Finds who does the verbs: a server by its address, this process, or the user's running
/// server through the state folder.
pub(super) fn find(at: &Where, holding: Holding) -> Result<Box<dyn Desk>, UserError> {
    let state = super::local::state_folder(at.state.as_deref(), "tidelock")?;
    if let Some(url) = &at.server {
        let token = std::env::var("TIDELOCK_TOKEN").ok();
        return Ok(Box::new(Remote::new(url, token)?));
    }
    if at.local {
        return Ok(Box::new(Local::open(&state, holding)?));
    }
    match Remote::of_state_folder(&state)? {
        Some(remote) => Ok(Box::new(remote)),
        None => Err(UserError::new("no_server", format!("No server of yours runs on the state folder {}.", state.display())).hint(
            "Start one with `tidelock serve --root DIR`, name one with --server URL, or add --local to do it in this command.",
        )),
    }
}

/// What a folder's listing tells of who pays for it.
pub(super) fn first_row_of(folder: &FilePath) -> ListingRequest {
    ListingRequest::first_rows(folder.clone(), 1)
}
