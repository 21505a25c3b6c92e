//! Moves: planned, started, watched, cancelled, undone, purged.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::id::MoveId;
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
