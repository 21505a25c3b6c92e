//! Where one is signed in, and the tokens of one's scripts. Only a person may ask: no token makes another one.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use tidelock_shared::access::{NewToken, Scope, SessionId, SessionView, TokenId, TokenView};

use super::ApiError;
#[cfg(feature = "ssr")]
use super::error::{answer, service};

/// One's own sessions, or everybody's.
#[server(name = SessionsCall, prefix = "/api", endpoint = "sessions", input = Json, output = Json)]
pub async fn sessions(#[server(default)] of_all: bool) -> Result<Vec<SessionView>, ApiError> {
    answer(service()?.sessions(of_all)).await
}

/// Ends one session.
#[server(name = EndSessionCall, prefix = "/api", endpoint = "end_session", input = Json, output = Json)]
pub async fn end_session(id: SessionId) -> Result<(), ApiError> {
    answer(service()?.end_session(id)).await
}

/// Ends all of one's sessions but this one, or all of somebody else.
#[server(name = EndSessionsCall, prefix = "/api", endpoint = "end_sessions", input = Json, output = Json)]
pub async fn end_sessions(#[server(default)] user: Option<String>) -> Result<(), ApiError> {
    answer(service()?.end_sessions(user)).await
}

/// One's own tokens, or everybody's.
#[server(name = TokensCall, prefix = "/api", endpoint = "tokens", input = Json, output = Json)]
pub async fn tokens(#[server(default)] of_all: bool) -> Result<Vec<TokenView>, ApiError> {
    answer(service()?.tokens(of_all)).await
}

/// Makes a token that lasts so many days. Its secret is told this once.
#[server(name = MakeTokenCall, prefix = "/api", endpoint = "make_token", input = Json, output = Json)]
pub async fn make_token(name: String, scope: Scope, days: u32) -> Result<NewToken, ApiError> {
    answer(service()?.make_token(name, scope, days)).await
}

/// Ends one token.
#[server(name = EndTokenCall, prefix = "/api", endpoint = "end_token", input = Json, output = Json)]
pub async fn end_token(id: TokenId) -> Result<(), ApiError> {
    answer(service()?.end_token(id)).await
}
