//! Who may what: every route and every server function, for everybody. A new one fails here until it has a row.

use std::collections::BTreeSet;

use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use tidelock_shared::access::{NewToken, SessionView};
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::user_error::UserError;

use super::people::{NAME, Person, many_server, proxy};
use super::{Server, answer, moving, on_runtime};
use crate::http::router::{CHUNKS, routes};
use crate::http::tests::text;

/// What becomes of a request, as far as it depends on who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    /// It is let through; what comes of it is another matter.
    Yes,
    /// Whoever asks is not known.
    Unknown,
    /// They are known, and that is not for them.
    Forbidden,
    /// It is as if there were no such thing.
    Unseen,
}

use May::{Forbidden as No, Unseen as Un, Yes};

/// What nobody may, the owner, another member, an auditor, an administrator.
type Row = [May; 5];

const NOBODY: May = May::Unknown;
const ALL: Row = [Yes; 5];
const ANYBODY: Row = [NOBODY, Yes, Yes, Yes, Yes];
/// Everybody for themselves, but auditors change nothing.
const CHANGES: Row = [NOBODY, Yes, Yes, No, Yes];
/// Shown to the owner, and to those who see all.
const SEES: Row = [NOBODY, Yes, Un, Yes, Yes];
/// Ordered by the owner and administrators.
const ORDERS: Row = [NOBODY, Yes, Un, No, Yes];
/// The owner's alone, whoever else asks.
const OWN: Row = [NOBODY, Yes, Un, Un, Un];
const OWN_CHANGES: Row = [NOBODY, Yes, Un, No, Un];
/// Ended by whose it is, and by administrators.
const ENDS: Row = [NOBODY, Yes, Un, Un, Yes];
const BOARD_SEEN: Row = [NOBODY, No, No, Yes, Yes];
const BOARD: Row = [NOBODY, No, No, No, Yes];
/// There is no such thing on a server for many users.
const NOT_HERE: Row = [NOBODY, Un, Un, Un, Un];

const PEOPLE: [Option<&str>; 5] = [None, Some("alice"), Some("bob"), Some("dora"), Some("chen")];

#[test]
fn each_may_do_what_the_matrix_says_and_nothing_else() {
    on_runtime(async {
        let server = many_server();
        let alice = Person::signs_in(&server, "alice").await;
        let moved = a_finished_move(&alice).await;
        let mut wrong = Vec::new();
        let mut cells = 0;
        for (method, path, arguments, row) in matrix() {
            for (name, expected) in PEOPLE.into_iter().zip(row) {
                // What others do may end her sessions.
                let alice = Person::signs_in(&server, "alice").await;
                let (path, arguments) = (filled(path, &alice, &moved).await, filled(arguments, &alice, &moved).await);
                let response = ask(&server, name, method.clone(), &path, arguments).await;
                let found = of(response).await;
                cells += 1;
                if found != expected {
                    wrong.push(format!("{method} {path} by {}: {found:?} instead of {expected:?}", name.unwrap_or("nobody")));
                }
            }
        }
        assert!(wrong.is_empty(), "of {cells} cells:\n{}", wrong.join("\n"));
    });
}

#[test]
fn every_route_and_every_server_function_has_a_row() {
    let known: BTreeSet<&str> = matrix().into_iter().map(|(_, path, _, _)| path).collect();
    let named = |path: &str| {
        let begin = path.split('{').next().unwrap_or_default();
        known.iter().any(|known| if begin == path { *known == path } else { known.starts_with(begin) })
    };
    let mut missing: Vec<&str> = tidelock_app::serve::calls().into_iter().filter(|call| !known.contains(call)).collect();
    // The server functions stand for the route of all calls.
    let routes = routes().into_iter().map(|(path, _)| path).chain([CHUNKS]).filter(|path| *path != "/api/{*call}");
    missing.extend(routes.filter(|path| !named(path)));
    assert!(missing.is_empty(), "who may call these? {missing:?}");
    assert!(tidelock_app::serve::calls().len() > 40, "the server functions are found");
}

/// `<move>` and the like stand for things of the owner. A path without a method of its own is a call.
fn matrix() -> Vec<(Method, &'static str, &'static str, Row)> {
    let get = |path, row| (Method::GET, path, "", row);
    let call = |path, arguments, row| (Method::POST, path, arguments, row);
    const MOVE: &str = r#"{"id":"<move>"}"#;
    const REQUEST: &str = r#"{"request":{"sources":["/lustre/climate/README.md"],"destination":"/lustre/genomics"}}"#;
    const FOLDER: &str = r#"{"request":{"path":"/lustre/climate","rows":10}}"#;
    const PATH: &str = r#"{"path":"/lustre/climate"}"#;
    vec![
        get("/healthz", ALL),
        get("/readyz", ALL),
        get("/metrics", BOARD_SEEN),
        get("/open/<move>", ANYBODY),
        get("/sign_in", ANYBODY),
        get("/sign_in/return", ANYBODY),
        get("/signed_out", ANYBODY),
        get("/", ANYBODY),
        get("/board", ANYBODY),
        get("/nothing", ANYBODY),
        call("/api/become", r#"{"user":"bob"}"#, NOT_HERE),
        call("/api/sign_in", "{}", ANYBODY),
        call("/api/sign_out", "{}", ANYBODY),
        get("/api/moves/events", ANYBODY),
        get("/api/moves/<move>/events", SEES),
        get("/api/surveys/<survey>/events", OWN),
        get("/download/lustre/climate/README.md", [NOBODY, Yes, No, Yes, Yes]),
        get("/content/lustre/climate/README.md", [NOBODY, Yes, No, Yes, Yes]),
        (Method::PUT, "/api/uploads/<upload>/0?offset=0", "hello", OWN_CHANGES),
        call("/api/session", "{}", ANYBODY),
        call("/api/projects", "{}", ANYBODY),
        call("/api/usage_history", r#"{"root":"/lustre/shared-tools"}"#, ANYBODY),
        call("/api/folder", FOLDER, ANYBODY),
        call("/api/rows", FOLDER, ANYBODY),
        call("/api/entries", r#"{"path":"/lustre/climate","names":["common"]}"#, ANYBODY),
        call("/api/content", r#"{"path":"/lustre/shared-tools"}"#, ANYBODY),
        call("/api/create_folder", r#"{"path":"/lustre/climate","name":"common"}"#, CHANGES),
        call("/api/destination", r#"{"path":"/lustre/climate","names":["common"]}"#, ANYBODY),
        call("/api/start_survey", r#"{"sources":["/lustre/climate/common"]}"#, ANYBODY),
        call("/api/survey", r#"{"id":<survey>}"#, OWN),
        call("/api/start_search", r#"{"request":{"path":"/lustre/shared-tools","wanted":{"name":"x"}}}"#, ANYBODY),
        call("/api/search_results", r#"{"id":<search>,"offset":0}"#, OWN),
        call("/api/start_inventory", r#"{"path":"/lustre/shared-tools"}"#, ANYBODY),
        call("/api/inventory", r#"{"path":"/lustre/shared-tools","known":null}"#, ANYBODY),
        call("/api/plan", REQUEST, ANYBODY),
        call("/api/start_move", REQUEST, CHANGES),
        call("/api/moves", "{}", ANYBODY),
        call("/api/move_detail", MOVE, SEES),
        call("/api/plan_undo", MOVE, SEES),
        call("/api/cancel_move", MOVE, ORDERS),
        call("/api/pause_move", MOVE, ORDERS),
        call("/api/resume_move", MOVE, ORDERS),
        call("/api/undo_move", MOVE, ORDERS),
        call("/api/purge_move", MOVE, ORDERS),
        call("/api/hold_move", MOVE, BOARD),
        call("/api/lift_hold", MOVE, BOARD),
        call("/api/limits", "{}", ANYBODY),
        call("/api/set_limits", r#"{"limits":{"moves_at_once":4}}"#, BOARD),
        call("/api/look_for_leftovers", "{}", BOARD),
        call("/api/leftovers", r#"{"waits":false}"#, BOARD_SEEN),
        call("/api/settle_leftover", r#"{"path":"/lustre/climate/common","deed":"delete"}"#, BOARD),
        call("/api/scan_drift", r#"{"paths":["/lustre/shared-tools"]}"#, BOARD),
        call("/api/drift_scans", r#"{"waits":false}"#, BOARD_SEEN),
        call("/api/earlier_scans", PATH, BOARD_SEEN),
        call("/api/audit", "{}", BOARD_SEEN),
        call("/api/check_audit", "{}", BOARD_SEEN),
        call("/api/begin_upload", r#"{"request":{"folder":"/lustre/climate","files":[],"folders":["/new"]}}"#, CHANGES),
        call("/api/uploads", "{}", ANYBODY),
        call("/api/upload", r#"{"id":"<upload>"}"#, OWN),
        call("/api/finish_upload", r#"{"id":"<upload>"}"#, OWN_CHANGES),
        call("/api/cancel_upload", r#"{"id":"<upload>"}"#, OWN_CHANGES),
        call("/api/sessions", "{}", ANYBODY),
        call("/api/sessions", r#"{"of_all":true}"#, BOARD_SEEN),
        call("/api/end_session", r#"{"id":<session>}"#, ENDS),
        call("/api/end_sessions", "{}", ANYBODY),
        call("/api/end_sessions", r#"{"user":"nobody-else"}"#, BOARD),
        call("/api/tokens", "{}", ANYBODY),
        call("/api/tokens", r#"{"of_all":true}"#, BOARD_SEEN),
        call("/api/make_token", r#"{"name":"x","scope":"read","days":1}"#, ANYBODY),
        call("/api/make_token", r#"{"name":"x","scope":"move","days":1}"#, CHANGES),
        call("/api/make_token", r#"{"name":"x","scope":"administer","days":1}"#, BOARD),
        call("/api/end_token", r#"{"id":<token>}"#, ENDS),
    ]
}

/// Names things of the owner, made anew for each cell: they may be gone afterwards.
async fn filled(text: &str, alice: &Person<'_>, moved: &MoveView) -> String {
    let mut filled = text.replace("<move>", &moved.id.to_string());
    for (name, make) in [("<survey>", "start_survey"), ("<search>", "start_search"), ("<upload>", "begin_upload")] {
        if filled.contains(name) {
            filled = filled.replace(name, &id_of_new(alice, make).await);
        }
    }
    if filled.contains("<session>") {
        let second = Person::signs_in(alice.server, "alice").await;
        let sessions: Vec<SessionView> = answer(second.post("sessions", &json!({})).await).await.unwrap();
        let this = sessions.iter().find(|session| session.is_this).unwrap();
        filled = filled.replace("<session>", &this.id.0.to_string());
    }
    if filled.contains("<token>") {
        let made = alice.post("make_token", &json!({ "name": "x", "scope": "read", "days": 1 })).await;
        let made: NewToken = answer(made).await.unwrap();
        filled = filled.replace("<token>", &made.token.id.0.to_string());
    }
    filled
}

async fn id_of_new(alice: &Person<'_>, make: &str) -> String {
    let arguments = match make {
        "start_survey" => json!({ "sources": ["/lustre/climate/README.md"] }),
        "start_search" => json!({ "request": { "path": "/lustre/climate/old-laptop", "wanted": { "name": "x" } } }),
        _ => {
            let file = json!({ "path": "/up.txt", "size": 5, "modified_ms": 1 });
            json!({ "request": { "folder": "/lustre/climate", "files": [file], "on_taken": "keep-both" } })
        }
    };
    let made: Value = answer(alice.post(make, &arguments).await).await.unwrap();
    let id = if made["id"].is_null() { &made["upload"]["id"] } else { &made["id"] };
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

async fn ask(server: &Server, name: Option<&'static str>, method: Method, path: &str, body: String) -> Response {
    match name {
        Some(name) => Person::signs_in(server, name).await.ask(method, path, body.into()).await,
        None => {
            let headers = &[(HOST, NAME), (CONTENT_TYPE, "application/json")];
            server.ask_from(proxy(), method, path, headers, body.into()).await
        }
    }
}

/// A feed is not read to its end, for it has none.
async fn of(response: Response) -> May {
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        return Yes;
    }
    let is_call = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let told = text(response).await;
    let code = if is_call { code_in(&told) } else { String::new() };
    match status {
        StatusCode::UNAUTHORIZED => May::Unknown,
        StatusCode::FORBIDDEN if code.starts_with("permission_") || !is_call => May::Forbidden,
        StatusCode::NOT_FOUND if matches!(code.as_str(), "unknown_move" | "not_found" | "not_found_upload") => May::Unseen,
        _ => Yes,
    }
}

/// The code of an error, or of the problem of a chunk.
fn code_in(told: &str) -> String {
    let problem = |told: &Value| serde_json::from_value::<UserError>(told.clone()).ok();
    let told: Value = serde_json::from_str(told).unwrap_or_default();
    problem(&told).or_else(|| problem(&told["problem"])).map(|error| error.code).unwrap_or_default()
}

async fn a_finished_move(alice: &Person<'_>) -> MoveView {
    let request = moving("/lustre/climate/common", "/lustre/genomics");
    let begun: MoveView = answer(alice.post("start_move", &request).await).await.unwrap();
    for _ in 0..1000 {
        let detail: MoveDetail = answer(alice.post("move_detail", &json!({ "id": begun.id })).await).await.unwrap();
        if detail.view.state.is_final() {
            return detail.view;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the move does not end");
}
