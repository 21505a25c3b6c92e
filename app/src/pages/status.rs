//! The HTTP status of a page whose main part could not be loaded.

use tidelock_shared::user_error::UserError;

/// Answers with the status that belongs to the error; in the browser there is none.
pub(super) fn set_page_status(error: &UserError) {
    set_status(crate::api::status_of(&error.code));
}

/// Answers with a status.
#[cfg(feature = "ssr")]
pub(super) fn set_status(status: u16) {
    use axum::http::StatusCode;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Answers with a status.
#[cfg(not(feature = "ssr"))]
pub(super) fn set_status(_: u16) {}
