//! What administrators look after: what is charged wrongly, what moves left behind, who had what done.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::audit::{AuditCheck, AuditRecords};
use tidelock_shared::drift::{DriftScan, EarlierScan};
use tidelock_shared::id::EngineId;
use tidelock_shared::leftovers::{Deed, Leftovers};
use tidelock_shared::name::FilePath;

use super::ApiError;
#[cfg(feature = "ssr")]
use super::error::{answer, service};

/// Begins to look for what moves left behind.
#[server(name = LookForLeftoversCall, prefix = "/api", endpoint = "look_for_leftovers", input = Json, output = Json)]
pub async fn look_for_leftovers(#[server(default)] adopted: Option<EngineId>) -> Result<Leftovers, ApiError> {
    answer(service()?.look_for_leftovers(adopted)).await
}

/// What was found so far.
#[server(name = LeftoversCall, prefix = "/api", endpoint = "leftovers", input = Json, output = Json)]
pub async fn leftovers(waits: bool) -> Result<Leftovers, ApiError> {
    answer(service()?.leftovers(waits)).await
}

/// Brings one thing back, or deletes it.
#[server(name = SettleLeftoverCall, prefix = "/api", endpoint = "settle_leftover", input = Json, output = Json)]
pub async fn settle_leftover(path: FilePath, deed: Deed) -> Result<Leftovers, ApiError> {
    answer(service()?.settle_leftover(path, deed)).await
}

/// Begins to scan projects' folders for what is charged wrongly.
#[server(name = ScanDriftCall, prefix = "/api", endpoint = "scan_drift", input = Json, output = Json)]
pub async fn scan_drift(paths: Vec<FilePath>) -> Result<Vec<DriftScan>, ApiError> {
    answer(service()?.scan_drift(paths)).await
}

/// The newest scan of each folder.
#[server(name = DriftScansCall, prefix = "/api", endpoint = "drift_scans", input = Json, output = Json)]
pub async fn drift_scans(waits: bool) -> Result<Vec<DriftScan>, ApiError> {
    answer(service()?.drift_scans(waits)).await
}

/// What scans of a folder before the newest have found.
#[server(name = EarlierScansCall, prefix = "/api", endpoint = "earlier_scans", input = Json, output = Json)]
pub async fn earlier_scans(path: FilePath) -> Result<Vec<EarlierScan>, ApiError> {
    answer(service()?.earlier_scans(path)).await
}

/// Who had what done, the newest first.
#[server(name = AuditCall, prefix = "/api", endpoint = "audit", input = Json, output = Json)]
pub async fn audit(#[server(default)] before: Option<u64>) -> Result<AuditRecords, ApiError> {
    answer(service()?.audit(before)).await
}

/// Whether anything in it was changed or taken out.
#[server(name = CheckAuditCall, prefix = "/api", endpoint = "check_audit", input = Json, output = Json)]
pub async fn check_audit() -> Result<AuditCheck, ApiError> {
    answer(service()?.check_audit()).await
}
