//! Moves: planned, started, watched, cancelled, undone, purged.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::request::MoveRequest;

use super::ApiError;
#[cfg(feature = "ssr")]
use super::error::{answer, service};

/// Decides everything and touches nothing.
#[server(name = PlanCall, prefix = "/api", endpoint = "plan", input = Json, output = Json)]
pub async fn plan(request: MoveRequest) -> Result<Plan, ApiError> {
    answer(service()?.plan(request)).await
}

/// Plans again and starts. The same key twice is one move.
#[server(name = StartMoveCall, prefix = "/api", endpoint = "start_move", input = Json, output = Json)]
pub async fn start_move(request: MoveRequest, #[server(default)] key: Option<String>) -> Result<MoveView, ApiError> {
    answer(service()?.start(request, key)).await
}

/// Every move that the caller can see, newest first.
#[server(name = MovesCall, prefix = "/api", endpoint = "moves", input = Json, output = Json)]
pub async fn moves() -> Result<Vec<MoveView>, ApiError> {
    answer(service()?.moves()).await
}

/// One move with its timeline and the plan as it was approved.
#[server(name = MoveDetailCall, prefix = "/api", endpoint = "move_detail", input = Json, output = Json)]
pub async fn move_detail(id: MoveId) -> Result<MoveDetail, ApiError> {
    answer(service()?.move_detail(id)).await
}

/// Asks a running move to stop and to put everything back.
#[server(name = CancelMoveCall, prefix = "/api", endpoint = "cancel_move", input = Json, output = Json)]
pub async fn cancel_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.cancel(id)).await
}

/// Lets a running move wait.
#[server(name = PauseMoveCall, prefix = "/api", endpoint = "pause_move", input = Json, output = Json)]
pub async fn pause_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.pause(id)).await
}

/// Lets a paused move go on.
#[server(name = ResumeMoveCall, prefix = "/api", endpoint = "resume_move", input = Json, output = Json)]
pub async fn resume_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.resume(id)).await
}

/// Lets a running move wait until an administrator lets it go on; for administrators.
#[server(name = HoldMoveCall, prefix = "/api", endpoint = "hold_move", input = Json, output = Json)]
pub async fn hold_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.hold(id)).await
}

/// Lets a held move go on; for administrators.
#[server(name = LiftHoldCall, prefix = "/api", endpoint = "lift_hold", input = Json, output = Json)]
pub async fn lift_hold(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.lift_hold(id)).await
}

/// What all moves together may do at once.
#[server(name = LimitsCall, prefix = "/api", endpoint = "limits", input = Json, output = Json)]
pub async fn limits() -> Result<Limits, ApiError> {
    answer(service()?.limits()).await
}

/// Changes that, also for what runs already; for administrators.
#[server(name = SetLimitsCall, prefix = "/api", endpoint = "set_limits", input = Json, output = Json)]
pub async fn set_limits(limits: Limits) -> Result<Limits, ApiError> {
    answer(service()?.set_limits(limits)).await
}

/// What undoing a finished move would do.
#[server(name = PlanUndoCall, prefix = "/api", endpoint = "plan_undo", input = Json, output = Json)]
pub async fn plan_undo(id: MoveId) -> Result<Plan, ApiError> {
    answer(service()?.plan_undo(id)).await
}

/// Starts the move that undoes a finished one.
#[server(name = UndoMoveCall, prefix = "/api", endpoint = "undo_move", input = Json, output = Json)]
pub async fn undo_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.undo(id)).await
}

/// Deletes the retired source of a staged copy.
#[server(name = PurgeMoveCall, prefix = "/api", endpoint = "purge_move", input = Json, output = Json)]
pub async fn purge_move(id: MoveId) -> Result<MoveView, ApiError> {
    answer(service()?.purge(id)).await
}
