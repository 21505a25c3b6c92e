//! A failed call: the `UserError` itself, as JSON, under a fitting status.

use crate::words::words;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::SplitLoaderError;

/// What every server function fails with.
///
/// On the wire it is the bare [`UserError`], so that a script reads it without knowing Leptos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiError(pub UserError);

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        Self(error)
    }
}

impl From<SplitLoaderError> for ApiError {
    fn from(_: SplitLoaderError) -> Self {
        UserError::new("unavailable", words().part_unavailable()).hint(words().reload_hint()).into()
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(failure: ServerFnErrorErr) -> Self {
        Self(match failure {
            ServerFnErrorErr::Request(_) => {
                UserError::new("unavailable", words().server_unreachable()).hint(words().server_unreachable_hint())
            }
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => unreadable(&detail),
            // The server reads nothing but requests, the browser nothing but answers.
            ServerFnErrorErr::Deserialization(detail) if cfg!(feature = "ssr") => unreadable(&detail),
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => {
                UserError::new("unavailable", words().answer_unreadable()).hint(words().reload_hint())
            }
            other => UserError::new("internal", other.to_string()),
        })
    }
}

fn unreadable(detail: &str) -> UserError {
    UserError::new("bad_request", words().request_unreadable(detail)).hint(words().request_unreadable_hint())
}

/// Which status answers for a code, by how the code begins.
const STATUSES: [(&str, u16); 16] = [
    ("refused", 409),
    ("too_many", 413),
    ("not_found", 404),
    ("bad_request", 400),
    ("invalid", 400),
    ("permission", 403),
    ("no_permission", 403),
    ("outside_roots", 403),
    ("unauthorized", 401),
    ("slow_down", 429),
    ("unknown_move", 404),
    ("unknown_orphan", 404),
    ("not_a_folder", 404),
    ("unavailable", 503),
    ("stuck", 500),
    ("internal", 500),
];

/// The HTTP status that belongs to a [`UserError::code`]; an unknown code is the server's fault.
pub fn status_of(code: &str) -> u16 {
    STATUSES.iter().find(|(prefix, _)| code.starts_with(prefix)).map_or(500, |(_, status)| *status)
}

#[cfg(feature = "ssr")]
pub(super) use server::{answer, service};

#[cfg(feature = "ssr")]
mod server {
    use axum::http::StatusCode;
    use axum::http::request::Parts;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use tidelock_shared::user_error::UserError;

    use super::{ApiError, status_of};
    use crate::service::{Answer, Service};
    use crate::words::words;

    /// The caller's service, which the server puts into the context of every request.
    pub(in crate::api) fn service() -> Result<Service, ApiError> {
        use_context::<Service>().ok_or_else(|| UserError::new("internal", words().no_service()).into())
    }

    /// Waits for an answer and gives a failed call the status of its code.
    ///
    /// A page that makes the same call while it is rendered chooses its own status: one
    /// missing part of it does not make the whole page missing.
    pub(in crate::api) async fn answer<T>(answer: Answer<'_, T>) -> Result<T, ApiError> {
        let options = use_context::<ResponseOptions>();
        let is_call = use_context::<Parts>().is_some_and(|parts| parts.uri.path().starts_with("/api/"));
        let result = answer.await;
        if let (Err(error), Some(options), true) = (&result, options, is_call)
            && let Ok(status) = StatusCode::from_u16(status_of(&error.code))
        {
            options.set_status(status);
        }
        result.map_err(ApiError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_answered_with_the_status_of_its_first_word() {
        for (code, status) in [
            ("refused", 409),
            ("too_many", 413),
            ("refused.headroom", 409),
            ("not_found.move", 404),
            ("invalid.name", 400),
            ("permission.folder", 403),
            ("unknown_orphan", 404),
            ("stuck", 500),
            ("something_new", 500),
        ] {
            assert_eq!(status_of(code), status, "{code}");
        }
    }

    #[test]
    fn an_error_on_the_wire_is_the_bare_user_error() {
        let error = ApiError(UserError::new("not_found", "No such folder.").hint("Look one folder up."));
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"code":"not_found","message":"No such folder.","hints":["Look one folder up."]}"#
        );
        assert_eq!(ApiError::de(error.ser()), error);
    }
}
