//! Every route on one page.
//!
//! | route | what |
//! |---|---|
//! | `GET /healthz`, `/readyz` | whether the process lives; whether it is ready |
//! | `GET /metrics` | numbers for Prometheus; for an administrator, who may be a token |
//! | `GET /open/<token>` | the link of a single user |
//! | `GET /sign_in?to=<path>` | a new session behind a reverse proxy; the way to a provider of OpenID Connect |
//! | `GET /sign_in/return` | the way back from there |
//! | `POST /api/become`, `/api/sign_in`, `/api/sign_out` | becoming somebody, and nobody |
//! | `GET /signed_out` | how to come back |
//! | `GET /api/moves/events`, `/api/moves/<id>/events`, `/api/surveys/<id>/events` | feeds |
//! | `PUT /api/uploads/<id>/<file>?offset=<bytes>` | a chunk of an upload |
//! | `POST /api/<call>` | the server functions |
//! | `GET /download/<path>`, `/content/<path>` | a file or a folder to keep; a picture to show |
//! | `GET` of all else | a page or an asset |

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, HeaderName, Method, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use axum::{Extension, Router, middleware};
use tidelock_app::serve;
use tidelock_app::service::Service;
use tidelock_shared::id::{MoveId, SurveyId};
use tidelock_shared::name::FilePath;
use tidelock_shared::upload::{CHUNK_BYTES_MAX, UploadId};
use tidelock_shared::user_error::UserError;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use super::download::Use;
use super::page::page;
use super::state::Running;
use super::{answer, download, guard, openid, sign_in, upload};
use crate::config::RETURN;
use crate::events::{self, Source};
use crate::identity::Caller;
use crate::service::{Asker, Kind};
use crate::words::{within, words};
use crate::{assets, user_error};

/// Room for the paths of everything that one can pick at once.
const BODY_BYTES_MAX: usize = 8 << 20;
#[expect(clippy::cast_possible_truncation, reason = "a few MiB")]
const CHUNK_BYTES: usize = CHUNK_BYTES_MAX as usize;
/// Of brotli and gzip: a page takes less than a millisecond, and is a fifth as long.
const PAGE_QUALITY: i32 = 4;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(super) fn router(running: Running) -> Router {
    let chunks = Router::new().route(CHUNKS, put(chunk)).layer(RequestBodyLimitLayer::new(CHUNK_BYTES));
    let routes = routes().into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    routes
        .fallback(asset_or_page)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .merge(chunks)
        .layer(middleware::from_fn_with_state(running.clone(), guard::guard))
        // Around the guard, which says what else an answer depends on.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(PAGE_QUALITY)).compress_when(is_text_made_now))
        .with_state(running)
}

/// The only route with a limit of its own.
pub(super) const CHUNKS: &str = "/api/uploads/{id}/{file}";

/// All others. The matrix of who may what (`tests::matrix`) goes through these.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Running>)> {
    vec![
        ("/healthz", get(|| async { "alive\n" })),
        ("/readyz", get(ready)),
        ("/metrics", get(metrics)),
        ("/open/{token}", get(sign_in::open)),
        (sign_in::SIGN_IN, get(sign_in::sign_in)),
        (RETURN, get(openid::finish)),
        (sign_in::SIGNED_OUT, get(sign_in::signed_out)),
        ("/api/become", post(sign_in::become_user)),
        (sign_in::SIGN_IN_CALL, post(sign_in::signed_in)),
        ("/api/sign_out", post(sign_in::sign_out)),
        ("/api/moves/events", get(all_moves)),
        ("/api/moves/{id}/events", get(one_move)),
        ("/api/surveys/{id}/events", get(survey)),
        ("/download/{*path}", get(|running, caller, request| send(running, caller, request, Use::Keep))),
        ("/content/{*path}", get(|running, caller, request| send(running, caller, request, Use::Show))),
        ("/api/{*call}", post(call).fallback(no_call)),
    ]
}

/// Pages and answers. Files go as they are, in ranges; a feed goes at once; assets were compressed when the
/// program was built.
fn is_text_made_now(status: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    status != StatusCode::PARTIAL_CONTENT && (kind.starts_with("text/html") || kind.starts_with("application/json"))
}

async fn ready(State(running): State<Running>) -> Response {
    if running.is_ready() { "ready\n".into_response() } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response() }
}

async fn metrics(State(running): State<Running>, Extension(caller): Extension<Caller>) -> Response {
    let asker = asker(&running, caller);
    let place = match asker.place(Kind::Call).await {
        Ok(place) => place,
        Err(error) => return answer::error(error),
    };
    let read = tokio::task::spawn_blocking(move || {
        let _place = place;
        asker.service()?.metrics()
    });
    match read.await {
        Ok(Ok(text)) => ([(CONTENT_TYPE, crate::metrics::CONTENT_TYPE)], text).into_response(),
        Ok(Err(error)) => answer::error(error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn service(running: &Running, caller: Caller) -> Service {
    Arc::new(asker(running, caller))
}

fn asker(running: &Running, caller: Caller) -> Asker {
    Asker::new(running.site.clone(), running.identities.clone(), caller)
}

async fn call(State(running): State<Running>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    match serve::call(service(&running, caller), request).await {
        Some(answer) => answer,
        None => no_call().await,
    }
}

async fn no_call() -> Response {
    answer::error(UserError::new("not_found", words().no_such_call()).hint(words().no_such_call_hint()))
}

async fn asset_or_page(State(running): State<Running>, caller: Option<Extension<Caller>>, request: Request) -> Response {
    if let Some(asset) = assets::answer(request.method(), request.uri().path(), request.headers()) {
        return asset;
    }
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    match caller {
        // The application says itself that there is no such page.
        Some(Extension(caller)) if only_looks => {
            let asker = asker(&running, caller);
            match asker.place(Kind::Page).await {
                Ok(place) => page(running, Arc::new(asker), request, place).await,
                Err(error) => answer::page(&error),
            }
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn last_event(headers: &HeaderMap) -> Option<u64> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.parse().ok()
}

async fn all_moves(State(running): State<Running>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    follow(&running, caller, &headers, None).await
}

async fn one_move(
    State(running): State<Running>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match id.parse::<MoveId>() {
        Ok(id) => follow(&running, caller, &headers, Some(id)).await,
        Err(error) => answer::error(UserError::new("not_found", format!("{error}."))),
    }
}

async fn follow(running: &Running, caller: Caller, headers: &HeaderMap, only: Option<MoveId>) -> Response {
    let ends = [running.stop.subscribe(), caller.has_ended.clone()];
    let asker = asker(running, caller);
    let only_of = asker.only_of().map(str::to_owned);
    if let (Some(id), Some(_)) = (only, &only_of) {
        // Read from the journal, which may wait for its disk.
        let seen = tokio::task::spawn_blocking(move || within(asker.language(), || asker.seen(id).map(drop)));
        match seen.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return answer::error(error),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    let source = Source { engine: running.site.engine.clone(), names: running.names.clone(), only, only_of };
    let followed = running.feed.follow(source, last_event(headers), ends).await;
    followed.unwrap_or_else(|error| answer::error(user_error::engine_error(&error, &running.names)))
}

/// A file, or a folder as an archive. The path is read from the raw URL, since names are bytes.
async fn send(State(running): State<Running>, Extension(caller): Extension<Caller>, request: Request, to: Use) -> Response {
    let route = if to == Use::Keep { "/download" } else { "/content" };
    let path = FilePath::from_url(request.uri().path().strip_prefix(route).unwrap_or_default());
    let path = match path {
        Ok(path) => path,
        Err(problem) => return answer::either(UserError::new("invalid", words().no_path(&problem.to_string())), false),
    };
    let asker = asker(&running, caller);
    let headers = request.headers().clone();
    let place = match asker.place(Kind::Transfer).await {
        Ok(place) => place,
        Err(error) => return answer::either(error, false),
    };
    let opened = tokio::task::spawn_blocking(move || {
        within(asker.language(), || match asker.service().and_then(|service| service.eyes_on(&path)) {
            Ok(fs) => download::answer(fs, &path, to, &headers, place),
            Err(error) => answer::either(error, false),
        })
    });
    opened.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Where a chunk begins.
#[derive(serde::Deserialize)]
struct ChunkPlace {
    offset: u64,
}

async fn chunk(
    State(running): State<Running>,
    Extension(caller): Extension<Caller>,
    Path((id, file)): Path<(String, String)>,
    place: Result<Query<ChunkPlace>, QueryRejection>,
    request: Request,
) -> Response {
    let (Ok(id), Ok(file)) = (UploadId::try_from(id), file.parse()) else { return no_call().await };
    let Ok(Query(ChunkPlace { offset })) = place else {
        return answer::error(UserError::new("bad_request", words().chunk_offset()));
    };
    let asker = asker(&running, caller);
    upload::receive(asker, id, file, offset, request.into_body()).await
}

async fn survey(
    State(running): State<Running>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<u32>,
    headers: HeaderMap,
) -> Response {
    let last = last_event(&headers);
    match running.site.surveys.follow(SurveyId(id), &caller.user.name) {
        // A browser comes back after the end; this is how it is told to stay away.
        Ok(progress) if events::is_over(&progress.borrow()) && last.is_some_and(|last| last >= progress.borrow().sequence) => {
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(progress) => events::follow_survey(progress, last, [running.stop.subscribe(), caller.has_ended]),
        Err(error) => answer::error(error),
    }
}
