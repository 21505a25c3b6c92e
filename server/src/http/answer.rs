//! Answers that no page and no call makes: errors as JSON for programs, as a plain page for people.

use axum::Json;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tidelock_app::api::status_of;
use tidelock_shared::user_error::UserError;

use crate::assets;

/// The bare error under the status of its code, as every call fails.
pub(super) fn error(error: UserError) -> Response {
    (status(&error), Json(error)).into_response()
}

/// The same for a person: a page without any program.
pub(super) fn page(error: &UserError) -> Response {
    let hints: String = error.hints.iter().map(|hint| format!("<p>{}</p>", escaped(hint))).collect();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Tidelock</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\
         <link rel=\"stylesheet\" href=\"/{}/tidelock.css\"></head>\n\
         <body><main class=\"layout__main\"><div class=\"page\"><h1 class=\"page__title\">{}</h1>{hints}\
         <p><a href=\"/\">To the overview</a></p></div></main></body>\n</html>\n",
        assets::package_folder(),
        escaped(&error.message),
    );
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (status(error), headers, body).into_response()
}

/// For a call or for a person, whichever asked.
pub(super) fn either(failure: UserError, is_call: bool) -> Response {
    if is_call { error(failure) } else { page(&failure) }
}

fn status(error: &UserError) -> StatusCode {
    StatusCode::from_u16(status_of(&error.code)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
