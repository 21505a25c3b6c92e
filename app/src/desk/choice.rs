//! What a choice asks of the server: code that is loaded when the first choice needs it.

use std::ops::Range;

use tidelock_shared::id::ReadingId;
use tidelock_shared::listing::{Entry, ListingRequest, ROWS_MAX, Seek};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::wasm_split;

use super::Call;
use crate::api::{self, ApiError};
use crate::state::pane::PaneView;
use crate::words::words;

/// Rows that are chosen without being looked at; loaded with the first such choice.
#[wasm_split(choice, fallible)]
pub(super) fn far_rows(view: PaneView, reading: ReadingId, rows: Range<u64>) -> Result<Call<Vec<Entry>>, ApiError> {
    Ok(Box::pin(async move {
        let mut entries = Vec::new();
        let mut row = rows.start;
        while row < rows.end {
            let request = ListingRequest { rows: ROWS_MAX.min(rows.end - row), ..view.request(Seek::Row(row), Some(reading)) };
            row += request.rows;
            let answer = api::rows(request).await?;
            // Another reading may have another order.
            if answer.reading != reading {
                return Err(UserError::new("unavailable", words().folder_read_anew()).into());
            }
            entries.extend(answer.entries.into_iter().flatten());
        }
        Ok(entries)
    }))
}

/// Those of the names that are still there; loaded when a folder changes of which something is chosen.
#[wasm_split(choice, fallible)]
pub(super) fn present(path: FilePath, names: Vec<FileName>) -> Result<Call<Vec<Entry>>, ApiError> {
    Ok(Box::pin(api::entries(path, names)))
}
