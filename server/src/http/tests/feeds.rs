//! The feeds: what is told at first, what after a pause, and when they end.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::{HeaderName, StatusCode};
use futures_util::StreamExt;
use serde_json::json;
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_shared::id::MoveId;
use tidelock_shared::listing::FolderListing;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::progress::{MoveState, MoveUpdate, MoveView};

use super::{ADDRESS, Server, demo_server, listing, moving, of_demo, on_runtime, rests, server_of, text};
use crate::demo;
use crate::uploads::Uploads;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// So long nothing is told where nothing is to be told.
const QUIET: Duration = Duration::from_millis(600);

struct Feed {
    body: BodyDataStream,
    rest: String,
}

impl Feed {
    async fn open(server: &Server, path: &str, last: Option<u64>) -> Self {
        let last = last.map(|last| last.to_string());
        let headers: Vec<_> = last.iter().map(|last| (LAST_EVENT_ID, last.as_str())).collect();
        let response = server.get(path, &headers).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        Self { body: response.into_body().into_data_stream(), rest: String::new() }
    }

    /// The data of the next message; none at the end, or if nothing comes on a busy machine either.
    async fn next(&mut self) -> Option<String> {
        self.next_within(Duration::from_secs(20)).await
    }

    /// The data of the next message; none at the end, or if nothing comes in that time.
    async fn next_within(&mut self, time: Duration) -> Option<String> {
        loop {
            if let Some((message, rest)) = self.rest.split_once("\n\n") {
                let data = message.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.rest = rest.to_owned();
                if data.is_some() {
                    return data;
                }
                continue;
            }
            let more = tokio::time::timeout(time, self.body.next()).await.ok()??;
            self.rest.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    async fn next_move(&mut self) -> Option<MoveUpdate> {
        Some(serde_json::from_str(&self.next().await?).unwrap())
    }

    async fn next_move_of(&mut self, id: MoveId) -> MoveUpdate {
        loop {
            let update = self.next_move().await.expect("the move is told");
            if update.view.id == id {
                return update;
            }
        }
    }

    async fn until_done(&mut self, id: MoveId) -> u64 {
        loop {
            let update = self.next_move().await.expect("the move is told until it is done");
            if update.view.id == id && update.view.state == MoveState::Done {
                return update.sequence;
            }
        }
    }
}

/// The server with its poller, as it runs.
fn polled() -> Server {
    let server = demo_server();
    let running = server.running.clone();
    tokio::spawn(
        async move { running.feed.run(running.site.engine.clone(), running.names.clone(), running.stop.subscribe()).await },
    );
    server
}

async fn start(server: &Server, source: &str) -> MoveView {
    server.call("start_move", moving(source, "/lustre/genomics")).await.unwrap()
}

#[test]
fn whoever_comes_back_is_told_what_changed_and_nothing_else() {
    on_runtime(async {
        let server = polled();
        let mut feed = Feed::open(&server, "/api/moves/events", None).await;
        assert!(feed.next_within(QUIET).await.is_none(), "there is no move yet");
        let first = start(&server, "/lustre/climate/common").await;
        let seen = feed.until_done(first.id).await;

        let second = start(&server, "/lustre/climate/README.md").await;
        let mut resumed = Feed::open(&server, "/api/moves/events", Some(seen)).await;
        let told = resumed.next_move().await.unwrap();
        assert!(told.view.id == second.id && told.sequence > seen, "{told:?}");

        let mut anew = Feed::open(&server, "/api/moves/events", None).await;
        assert_eq!(anew.next_move().await.unwrap().view.id, first.id, "a new one is told everything");
        let mut of_an_earlier_process = Feed::open(&server, "/api/moves/events", Some(17)).await;
        assert_eq!(of_an_earlier_process.next_move().await.unwrap().view.id, first.id);
    });
}

#[test]
fn of_moves_that_run_side_by_side_every_end_is_told() {
    on_runtime(async {
        let server = polled();
        let mut feed = Feed::open(&server, "/api/moves/events", None).await;
        let mut running = BTreeSet::new();
        for number in 1..=20 {
            let source = format!("/lustre/climate/figures-for-paper/figure-{number:02}.png");
            running.insert(start(&server, &source).await.id);
        }
        let mut last = 0;
        while !running.is_empty() {
            let update = feed.next_move().await.expect("each move is told until it is done");
            assert!(update.sequence >= last, "messages come in one order");
            last = update.sequence;
            if update.view.state == MoveState::Done {
                running.remove(&update.view.id);
            }
        }
    });
}

#[test]
fn one_moves_feed_is_about_that_move() {
    on_runtime(async {
        let server = polled();
        let first = start(&server, "/lustre/climate/common").await;
        let mut feed = Feed::open(&server, &format!("/api/moves/{}/events", first.id), None).await;
        let second = start(&server, "/lustre/climate/README.md").await;
        feed.until_done(first.id).await;
        while let Some(data) = feed.next_within(QUIET).await {
            let update: MoveUpdate = serde_json::from_str(&data).unwrap();
            assert!(update.view.id != second.id);
        }
        for path in ["/api/moves/00000000-9/events", "/api/moves/nonsense/events"] {
            assert_eq!(server.get(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn that_a_move_was_undone_is_told_of_it_too() {
    on_runtime(async {
        let server = polled();
        let mut feed = Feed::open(&server, "/api/moves/events", None).await;
        let first = start(&server, "/lustre/climate/common").await;
        feed.until_done(first.id).await;
        let undoing: MoveView = server.call("undo_move", json!({ "id": first.id })).await.unwrap();
        let told = loop {
            let update = feed.next_move().await.expect("the undone move is told again");
            if update.view.id == first.id && update.view.undone_by.is_some() {
                break update;
            }
        };
        assert_eq!((told.view.undone_by, told.view.can_undo), (Some(undoing.id), false));
    });
}

#[test]
fn whoever_was_away_is_told_that_a_move_was_undone() {
    on_runtime(async {
        let server = polled();
        let first = start(&server, "/lustre/climate/common").await;
        let mut feed = Feed::open(&server, "/api/moves/events", None).await;
        let seen = feed.until_done(first.id).await;
        drop(feed);
        let undoing: MoveView = server.call("undo_move", json!({ "id": first.id })).await.unwrap();
        rests(&server, undoing.id).await;
        for path in ["/api/moves/events".to_owned(), format!("/api/moves/{}/events", first.id)] {
            let mut resumed = Feed::open(&server, &path, Some(seen)).await;
            let told = resumed.next_move_of(first.id).await;
            assert_eq!((told.view.undone_by, told.sequence > seen), (Some(undoing.id), true), "{path}");
        }
    });
}

#[test]
fn a_listing_says_which_changes_it_has_seen() {
    on_runtime(async {
        let server = polled();
        let version = async |path| server.call::<FolderListing>("folder", listing(path)).await.unwrap().version;
        let before = version("/lustre/genomics").await;
        let moved = start(&server, "/lustre/climate/common").await;
        rests(&server, moved.id).await;
        let told = Feed::open(&server, "/api/moves/events", None).await.next_move_of(moved.id).await;
        assert!(before < told.sequence && told.sequence <= version("/lustre/genomics").await, "{told:?}");
        assert_eq!(
            told.view.folders.iter().map(|folder| folder.shown()).collect::<Vec<_>>(),
            ["/lustre/climate", "/lustre/genomics"]
        );
    });
}

#[test]
fn what_ended_under_an_earlier_server_is_news_to_whoever_it_did_not_tell() {
    on_runtime(async {
        let state = tempfile::tempdir().unwrap();
        let world = demo::in_memory(Duration::ZERO);
        let journal = || Journal::open(&StateFolder::hold(state.path()).unwrap(), || 7).unwrap();
        let serving = |simulator| {
            let world = demo::World { simulator, ..demo::in_memory(Duration::ZERO) };
            let running = of_demo(world, journal(), Uploads::default(), ADDRESS.parse().unwrap()).unwrap();
            running.set_ready();
            server_of(running)
        };
        let earlier = serving(world.simulator.clone());
        let moved = start(&earlier, "/lustre/climate/common").await;
        rests(&earlier, moved.id).await;
        let known = earlier.running.site.engine.version();
        drop(earlier);
        tokio::time::sleep(Duration::from_millis(20)).await;

        let mut feed = Feed::open(&serving(world.simulator), "/api/moves/events", Some(known)).await;
        let told = feed.next_move_of(moved.id).await;
        assert!(told.view.state == MoveState::Done && told.sequence > known, "{told:?}");
    });
}

#[test]
fn feeds_end_when_the_server_stops() {
    on_runtime(async {
        let server = polled();
        let feed = server.get("/api/moves/events", &[]).await;
        server.running.stop.send_replace(true);
        // Reads to the end, which there would not be otherwise.
        assert!(text(feed).await.contains("retry"));
    });
}

#[test]
fn a_surveys_feed_ends_with_it_and_stays_away() {
    on_runtime(async {
        let server = polled();
        let begun: SurveyProgress =
            server.call("start_survey", json!({ "sources": ["/lustre/climate/ensemble-2026-09"] })).await.unwrap();
        let path = format!("/api/surveys/{}/events", begun.id.0);
        let mut feed = Feed::open(&server, &path, None).await;
        let mut last: Option<SurveyProgress> = None;
        while let Some(data) = feed.next().await {
            let progress: SurveyProgress = serde_json::from_str(&data).unwrap();
            assert!(last.is_none_or(|last| last.sequence < progress.sequence && last.entries <= progress.entries));
            last = Some(progress);
        }
        let last = last.unwrap();
        assert_eq!((last.is_complete, last.entries), (true, 3001));
        let returning = server.get(&path, &[(LAST_EVENT_ID, &last.sequence.to_string())]).await;
        assert_eq!(returning.status(), StatusCode::NO_CONTENT);
        let of_bob = server.get(&path, &[(axum::http::header::COOKIE, "tidelock_session_3000=bob")]).await;
        assert_eq!(of_bob.status(), StatusCode::NOT_FOUND);
    });
}
