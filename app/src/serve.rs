//! What the server calls to answer with a page or with the result of a call.
//!
//! Everything that depends on the type of the whole page is compiled here, once, and not in
//! whoever serves it.

use std::sync::Once;

use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::get_server_fn_service;
use tidelock_shared::user_error::UserError;
use tidelock_shared::words::Language;

use crate::api::status_of;
use crate::app::App;
use crate::preference::{Choice, Speech};
use crate::service::Service;
use crate::shell::shell;

const ERROR_BYTES_MAX: usize = 1 << 20;

/// The pages, as one server offers them.
#[derive(Clone, Debug)]
pub struct Pages {
    options: LeptosOptions,
}

impl Pages {
    /// Pages whose program and style sheet lie under `package_folder`. To be called below tokio.
    pub fn new(package_folder: &str) -> Self {
        static PREPARED: Once = Once::new();
        // The one call that tells Leptos to render on tokio; the list itself is not needed, for
        // the application knows its routes.
        PREPARED.call_once(|| drop(leptos_axum::generate_route_list(App)));
        Self { options: LeptosOptions::builder().output_name("tidelock").site_pkg_dir(package_folder).build() }
    }

    /// The page at the request's path, for the caller that the service speaks for. A path that
    /// leads nowhere has a page too, which says so under status 404. To be called, and its answer
    /// read to the end, on a runtime of one thread: signals are not for several at once.
    pub async fn render(&self, service: Service, request: Request<Body>) -> Response {
        let options = self.options.clone();
        let language = language_of(request.headers());
        let provide = move || {
            provide_context(service.clone());
            provide_context(language);
        };
        leptos_axum::render_app_async_with_context(provide, move || shell(options.clone()))(request).await
    }
}

/// The answer of a server function; none if there is none at that path and method.
pub async fn call(service: Service, request: Request<Body>) -> Option<Response> {
    get_server_fn_service(request.uri().path(), request.method().clone())?;
    let language = language_of(request.headers());
    let provide = move || {
        provide_context(service.clone());
        provide_context(language);
    };
    let answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
    Some(if answer.status() == StatusCode::INTERNAL_SERVER_ERROR { with_status_of_its_code(answer).await } else { answer })
}

/// Where every server function is, to check that each is known to whoever says who may call it.
pub fn calls() -> Vec<&'static str> {
    leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect()
}

/// The language of whoever asks: what they chose, else what their browser likes best, else English.
pub fn language_of(headers: &HeaderMap) -> Language {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Speech::of_cookies(text(COOKIE)).language().or_else(|| Language::accepted(text(ACCEPT_LANGUAGE))).unwrap_or_default()
}

/// Arguments that cannot be read fail before the function could choose a status.
async fn with_status_of_its_code(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let bytes = to_bytes(body, ERROR_BYTES_MAX).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<UserError>(&bytes)
        && let Ok(status) = StatusCode::from_u16(status_of(&error.code))
    {
        parts.status = status;
    }
    Response::from_parts(parts, bytes.into())
}
