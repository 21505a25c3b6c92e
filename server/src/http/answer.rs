//! Answers that no page and no call makes: errors as JSON for programs, as a plain page for people.

use axum::Json;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tidelock_app::api::status_of;
use tidelock_shared::user_error::UserError;

use crate::assets;
use crate::words::{language, words};

/// The bare error under the status of its code, as every call fails.
pub(super) fn error(error: UserError) -> Response {
    (status(&error), Json(error)).into_response()
}

/// The same for a person: a page without any program.
pub(super) fn page(error: &UserError) -> Response {
    plain_page(status(error), &error.message, &error.hints, Some(("/", words().to_overview())))
}

/// A page without any program; its link has an address and words.
pub(super) fn plain_page(status: StatusCode, title: &str, sentences: &[String], link: Option<(&str, &str)>) -> Response {
    let sentences: String = sentences.iter().map(|sentence| format!("<p class=\"page__lead\">{}</p>", escaped(sentence))).collect();
    let link = link
        .map(|(href, words)| format!("<p><a class=\"button\" href=\"{}\">{}</a></p>", escaped(href), escaped(words)))
        .unwrap_or_default();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>Tidelock</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\
         <link rel=\"stylesheet\" href=\"/{}/tidelock.css\"></head>\n\
         <body><main class=\"layout__main\"><div class=\"page\"><h1 class=\"page__title\">{}</h1>{sentences}{link}</div></main></body>\n</html>\n",
        language().tag(),
        assets::package_folder(),
        escaped(title),
    );
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (status, headers, body).into_response()
}

/// Lets a browser ask once more by itself. It came by a link of another site, with which it sends no cookie of ours.
pub(super) fn again(uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let body =
        format!("<!DOCTYPE html>\n<title>Tidelock</title><meta http-equiv=\"refresh\" content=\"0; url={}\">\n", escaped(path));
    ([(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], body).into_response()
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
