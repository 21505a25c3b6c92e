//! Answers that no page and no call makes: errors as JSON for programs, as a plain page for people.

use axum::Json;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
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
    page_leading_to(error, "/", words().to_overview())
}

/// The same with a way on.
pub(super) fn page_leading_to(error: &UserError, href: &str, link: &str) -> Response {
    plain_page(status(error), &error.message, &error.hints, &[(href, link)])
}

/// A page without any program; each link has an address and words.
pub(super) fn plain_page(status: StatusCode, title: &str, sentences: &[String], links: &[(&str, &str)]) -> Response {
    let sentences: String = sentences.iter().map(|sentence| format!("<p class=\"page__lead\">{}</p>", escaped(sentence))).collect();
    let links: String = links.iter().map(|(href, words)| link(href, words, "button")).collect();
    let links = if links.is_empty() { links } else { format!("<p class=\"page__links\">{links}</p>") };
    let title = escaped(title);
    let main = format!(
        "<main class=\"layout__main\"><div class=\"page\"><h1 class=\"page__title\">{title}</h1>{sentences}{links}</div></main>"
    );
    document(status, &main)
}

/// What somebody sees who is not signed in: the way in, and nothing else.
pub(super) fn entrance(title: &str, sentence: &str, href: &str, words: &str) -> Response {
    let (title, sentence) = (escaped(title), escaped(sentence));
    let link = link(href, words, "button button--primary");
    let main = format!(
        "<main class=\"layout__main sign-in\"><div class=\"sign-in__card\"><img class=\"sign-in__mark\" src=\"/favicon.svg\" alt=\"\">\
         <h1 class=\"page__title\">{title}</h1><p class=\"page__lead\">{sentence}</p>{link}</div></main>"
    );
    document(StatusCode::UNAUTHORIZED, &main)
}

fn link(href: &str, words: &str, class: &str) -> String {
    format!("<a class=\"{class}\" href=\"{}\">{}</a>", escaped(href), escaped(words))
}

fn document(status: StatusCode, main: &str) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>Tidelock</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\
         <link rel=\"stylesheet\" href=\"/{}/tidelock.css\"></head>\n\
         <body>{main}</body>\n</html>\n",
        language().tag(),
        assets::package_folder(),
    );
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (status, headers, body).into_response()
}

/// Lets a browser ask by itself for a path of ours. It came by a link of another site, with which it sends no cookie
/// of ours, and goes on with one of our own.
pub(super) fn onwards(path: &str) -> Response {
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
