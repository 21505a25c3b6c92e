//! Uploads: begun, looked at, finished, given up. Their content goes another way.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::upload::{OnTaken, Upload, UploadId, UploadRequest, UploadState, Uploaded};

use super::ApiError;
#[cfg(feature = "ssr")]
use super::error::{answer, service};

/// Checks names and room, and begins.
#[server(name = BeginUploadCall, prefix = "/api", endpoint = "begin_upload", input = Json, output = Json)]
pub async fn begin_upload(request: UploadRequest) -> Result<UploadState, ApiError> {
    answer(service()?.begin_upload(request)).await
}

/// The caller's uploads that are not finished.
#[server(name = UploadsCall, prefix = "/api", endpoint = "uploads", input = Json, output = Json)]
pub async fn uploads() -> Result<Vec<Upload>, ApiError> {
    answer(service()?.uploads()).await
}

/// One upload, with what is there of each file.
#[server(name = UploadCall, prefix = "/api", endpoint = "upload", input = Json, output = Json)]
pub async fn upload(id: UploadId) -> Result<UploadState, ApiError> {
    answer(service()?.upload(id)).await
}

/// Lets the names of a whole upload appear.
#[server(name = FinishUploadCall, prefix = "/api", endpoint = "finish_upload", input = Json, output = Json)]
pub async fn finish_upload(id: UploadId, #[server(default)] on_taken: OnTaken) -> Result<Uploaded, ApiError> {
    answer(service()?.finish_upload(id, on_taken)).await
}

/// Removes an upload of which nothing can be seen yet.
#[server(name = CancelUploadCall, prefix = "/api", endpoint = "cancel_upload", input = Json, output = Json)]
pub async fn cancel_upload(id: UploadId) -> Result<(), ApiError> {
    answer(service()?.cancel_upload(id)).await
}
