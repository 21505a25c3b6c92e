//! Makes a page, all of it on one thread.
//!
//! A page reads signals that what it waits for writes. Leptos takes a signal that another thread
//! holds for one that is gone, and panics; on tokio's threads that befell one page in some hundred.
//!
//! Not here: what pages there are and what they show (`tidelock_app`).

use std::io;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use tidelock_app::service::Service;
use tidelock_shared::user_error::UserError;
use tokio::runtime::{Builder, Runtime};

use super::answer;
use super::state::Running;
use crate::service::Place;
use crate::words::words;

thread_local! {
    /// For one page after the other. What a page leaves behind ends with the next one.
    static RUNTIME: io::Result<Runtime> = Builder::new_current_thread().enable_time().build();
}

pub(super) async fn page(running: Running, service: Service, request: Request, place: Place) -> Response {
    let make = async move || {
        let _place = place;
        complete(&running, service, request).await
    };
    let made = on_one_thread(make).await;
    made.flatten().unwrap_or_else(|error| {
        tracing::error!(error, "a page could not be made");
        let error = UserError::new("internal", words().page_failed());
        answer::page(&error.hint(words().page_failed_hint()))
    })
}

/// The page to its end, because its rest would be made by whoever sends it.
async fn complete(running: &Running, service: Service, request: Request) -> Result<Response, String> {
    let (parts, body) = running.pages.render(service, request).await.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| error.to_string())?;
    Ok(Response::from_parts(parts, bytes.into()))
}

/// Does some work, and all that it spawns and waits for, on one thread.
async fn on_one_thread<T: Send + 'static>(work: impl AsyncFnOnce() -> T + Send + 'static) -> Result<T, String> {
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || {
        let _entered = span.enter();
        RUNTIME.with(|runtime| match runtime {
            Ok(runtime) => Ok(runtime.block_on(work())),
            Err(error) => Err(error.to_string()),
        })
    });
    done.await.map_err(|error| error.to_string()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn what_a_page_spawns_runs_on_its_thread() {
        crate::http::serve::runtime().unwrap().block_on(async {
            for _ in 0..20 {
                let threads = on_one_thread(async || {
                    let spawned = (0..4).map(|_| tokio::spawn(async { thread::current().id() }));
                    let mut threads = vec![thread::current().id()];
                    for task in spawned.collect::<Vec<_>>() {
                        threads.push(task.await.unwrap());
                    }
                    threads
                });
                let threads = threads.await.unwrap();
                assert!(threads.iter().all(|thread| *thread == threads[0]), "{threads:?}");
            }
        });
    }

    #[test]
    fn a_page_that_panics_is_an_error_and_the_next_one_is_made() {
        crate::http::serve::runtime().unwrap().block_on(async {
            assert!(on_one_thread(async || panic!("on purpose")).await.is_err());
            assert_eq!(on_one_thread(async || 7).await, Ok(7));
        });
    }
}
