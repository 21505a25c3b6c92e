//! Before the first request, and how a start fails.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::json;
use tidelock_engine::journal::{Journal, JournalError, StateFolder};
use tidelock_shared::name::FilePath;

use super::{ADDRESS, on_runtime, server_of};
use crate::config::Listen;
use crate::demo;
use crate::http::listening::{Listening, Port};
use crate::http::serve::{serve, serve_bound};
use crate::http::server_file::ServerFile;
use crate::http::start::{Mode, Serve, ServeError, Upkeep, of_demo, start};
use crate::http::state::Running;
use crate::identity::Token;
use crate::uploads::Uploads;

fn not_recovered() -> Running {
    let world = demo::in_memory(Duration::ZERO);
    of_demo(world, Journal::in_memory(7).unwrap(), Uploads::default(), ADDRESS.parse().unwrap()).unwrap()
}

#[test]
fn nothing_is_asked_of_a_server_that_has_not_recovered() {
    on_runtime(async {
        let server = server_of(not_recovered());
        assert_eq!(server.get("/healthz", &[]).await.status(), StatusCode::OK);
        for path in ["/readyz", "/", "/api/moves/events", "/open/00"] {
            assert_eq!(server.get(path, &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
        let call = server.post("start_move", &[], &json!({})).await;
        assert_eq!(
            (call.status(), &call.headers()[CONTENT_TYPE]),
            (StatusCode::SERVICE_UNAVAILABLE, &"application/json".parse().unwrap())
        );
        assert!(call.headers().contains_key(RETRY_AFTER));

        server.running.set_ready();
        assert_eq!(server.get("/readyz", &[]).await.status(), StatusCode::OK);
        server.running.stop.send_replace(true);
        assert_eq!(server.get("/readyz", &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE, "it is about to end");
    });
}

const DEMO: Mode = Mode::Demo { look: Duration::ZERO };

fn options(state: &Path, mode: Mode) -> Serve {
    Serve { listen: Listen::Tcp("127.0.0.1:0".parse().unwrap()), state_folder: state.to_owned(), mode, upkeep: Upkeep::default() }
}

#[test]
fn a_state_folder_that_cannot_be_used_is_told_by_kind() {
    on_runtime(async {
        let state = tempfile::tempdir().unwrap();
        let address = ADDRESS.parse().ok();
        let failure = |mode| start(&options(state.path(), mode), address).err().unwrap();

        let held = StateFolder::hold(state.path()).unwrap();
        assert!(matches!(failure(DEMO), ServeError::State(JournalError::InUse { .. })));
        drop(held);
        std::fs::write(state.path().join(demo::WORLD), "nonsense\nmore\n").unwrap();
        assert!(matches!(failure(DEMO), ServeError::World { .. }));
        let nowhere = FilePath::parse(b"/nowhere/at/all").unwrap();
        assert!(matches!(failure(Mode::SingleUser { roots: vec![nowhere] }), ServeError::Root { .. }));
        std::fs::write(Journal::file(state.path()), "nonsense that is long enough to be no journal at all").unwrap();
        assert!(matches!(failure(DEMO), ServeError::State(_)));
    });
}

#[test]
fn a_port_in_use_is_told_before_anything_is_touched() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("state");
    let options = Serve {
        listen: Listen::Tcp(taken.local_addr().unwrap()),
        state_folder: folder.clone(),
        mode: DEMO,
        upkeep: Upkeep::default(),
    };
    assert!(matches!(serve(options), Err(ServeError::Listen { .. })));
    assert!(!folder.exists());
}

/// A supervisor starts it again, and then moves go on.
#[test]
fn a_server_whose_journal_cannot_be_written_ends_with_an_error() {
    on_runtime(async {
        let running = not_recovered();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = tempfile::tempdir().unwrap();
        let file = ServerFile::write(state.path(), "http://127.0.0.1:1", &Token::random().unwrap()).unwrap();
        let engine = running.site.engine.clone();
        let served =
            tokio::spawn(async move { serve_bound(&running, Listening::Tcp(Port(listener)), "", Some(&file), None).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        engine.halt();
        let ended = tokio::time::timeout(Duration::from_secs(60), served).await.expect("it ends").unwrap();
        assert!(matches!(ended, Err(ServeError::JournalNotWritten)), "{ended:?}");
    });
}

#[test]
fn programs_find_the_server_by_a_file_that_nobody_else_can_read() {
    let state = tempfile::tempdir().unwrap();
    let token = Token::random().unwrap();
    ServerFile::write(state.path(), "http://127.0.0.1:1", &token).unwrap();
    let file = ServerFile::write(state.path(), "http://127.0.0.1:2", &token).unwrap();
    let path = state.path().join("server.json");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let read: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!((&read["url"], &read["token"]), (&json!("http://127.0.0.1:2"), &json!(token.reveal())));
    file.remove();
    assert!(!path.exists());
}
