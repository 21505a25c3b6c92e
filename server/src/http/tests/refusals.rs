//! Bad input, one by one: the status, the sentence that says what to do, and that nothing is touched.

use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tidelock_shared::listing::FolderListing;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::{MoveState, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::user_error::UserError;

use super::{SESSION, Server, demo_server, listing, moving, on_runtime, rests, text};

/// What is where, who pays, and which moves there are.
async fn everything(server: &Server) -> Value {
    let mut folders = Vec::new();
    for path in ["/lustre", "/lustre/climate", "/lustre/climate/common", "/lustre/genomics", "/lustre/materials", "/scratch"] {
        folders.push(server.call_as::<FolderListing>("admin", "folder", listing(path)).await.unwrap().rows.entries);
    }
    let projects: Vec<Project> = server.call_as("admin", "projects", json!({})).await.unwrap();
    let usage: Vec<_> = projects.into_iter().map(|project| (project.name, project.usage, project.reserved)).collect();
    let moves: Vec<MoveView> = server.call_as("admin", "moves", json!({})).await.unwrap();
    json!([folders, usage, moves])
}

/// A call's body is refused with that status and code, with a way out, and changes nothing.
async fn check(server: &Server, what: &str, call: &str, body: String, status: StatusCode, code: &str) {
    let before = everything(server).await;
    let cookie = format!("{SESSION}=alice");
    let headers = [(CONTENT_TYPE, "application/json"), (COOKIE, cookie.as_str())];
    let response = server.ask(Method::POST, &format!("/api/{call}"), &headers, body.into()).await;
    let told = response.status();
    let error: UserError = serde_json::from_str(&text(response).await).unwrap_or_else(|_| panic!("{what}: no sentence"));
    assert_eq!((told, error.code.as_str()), (status, code), "{what}: {error:?}");
    assert!(!error.message.is_empty() && !error.hints.is_empty(), "{what} does not say what to do: {error:?}");
    assert_eq!(everything(server).await, before, "{what} touched something");
}

#[test]
fn a_move_that_cannot_be_is_refused_by_its_reason() {
    on_runtime(async {
        let server = demo_server();
        for (what, source, destination, reason) in [
            ("a missing source", "/lustre/climate/nothing", "/lustre/genomics", "source_missing"),
            ("a missing destination", "/lustre/climate/common", "/lustre/genomics/nothing", "destination_missing"),
            ("a file as destination", "/lustre/climate/common", "/lustre/climate/README.md", "not_a_folder"),
            ("a source outside", "/etc/passwd", "/lustre/genomics", "outside_roots"),
            ("a destination outside", "/lustre/climate/common", "/tmp", "outside_roots"),
            ("a whole root", "/lustre", "/scratch/alice", "outside_roots"),
            ("the top of everything", "/", "/lustre/genomics", "invalid_request"),
            (
                "a destination inside the source",
                "/lustre/climate/ensemble-2026-09",
                "/lustre/climate/ensemble-2026-09/member-01",
                "into_itself",
            ),
            ("a destination that is the source", "/lustre/climate/common", "/lustre/climate/common", "into_itself"),
            ("a source that is already there", "/lustre/climate/common", "/lustre/climate", "already_there"),
            ("a folder that may not be changed", "/lustre/climate/common", "/lustre/materials", "no_permission"),
            ("a folder that may not be taken from", "/lustre/materials/dft-screening", "/lustre/climate", "no_permission"),
            ("what is too big", "/lustre/climate/reanalysis-era5", "/lustre/genomics", "no_headroom"),
        ] {
            let body = moving(source, destination).to_string();
            check(&server, what, "start_move", body, StatusCode::CONFLICT, &format!("refused_{reason}")).await;
        }
    });
}

#[test]
fn a_name_that_is_taken_is_refused() {
    on_runtime(async {
        let server = demo_server();
        let renamed =
            json!({ "request": { "sources": ["/lustre/climate/common"], "destination": "/lustre/genomics", "as": "results" } });
        check(&server, "a taken name", "start_move", renamed.to_string(), StatusCode::CONFLICT, "refused_name_taken").await;
    });
}

#[test]
fn what_cannot_be_read_is_a_bad_request() {
    on_runtime(async {
        let server = demo_server();
        for (what, body) in [
            ("no JSON", "{ \"request\": ".to_owned()),
            ("an empty body", String::new()),
            ("bytes that are no text", "\u{fffd}\0".to_owned()),
            ("no request", "{}".to_owned()),
            ("a number for a request", json!({ "request": 7 }).to_string()),
            ("a step upward", moving("/lustre/climate/../genomics/results", "/lustre/genomics").to_string()),
            ("a step upward at the end", moving("/lustre/climate/common", "/lustre/genomics/..").to_string()),
            ("a relative path", moving("climate/common", "/lustre/genomics").to_string()),
            ("a NUL in a name", moving("/lustre/climate/a\0b", "/lustre/genomics").to_string()),
        ] {
            for call in ["plan", "start_move"] {
                check(&server, what, call, body.clone(), StatusCode::BAD_REQUEST, "bad_request").await;
            }
        }
    });
}

#[test]
fn an_unknown_move_is_not_found_whatever_is_asked_of_it() {
    on_runtime(async {
        let server = demo_server();
        for call in ["move_detail", "cancel_move", "plan_undo", "undo_move", "purge_move"] {
            let body = json!({ "id": "00000000-9" }).to_string();
            check(&server, call, call, body, StatusCode::NOT_FOUND, "unknown_move").await;
        }
    });
}

#[test]
fn a_name_that_could_deceive_moves_like_any_other_and_is_shown_escaped() {
    on_runtime(async {
        let server = demo_server();
        for (name, shown) in [
            (&b"notes\nfrom 2019.txt"[..], r"notes\nfrom 2019.txt"),
            (&b"Messung-\xe4\xf6\xfc.dat"[..], r"Messung-\xe4\xf6\xfc.dat"),
        ] {
            let source = FilePath::parse(&[b"/lustre/climate/old-laptop/", name].concat()).unwrap();
            let request = json!({ "request": { "sources": [source], "destination": "/lustre/genomics/results" } });
            let plan: Plan = server.call("plan", request.clone()).await.unwrap();
            assert!(!plan.is_refused(), "{:?}", plan.refusals);
            let begun: MoveView = server.call("start_move", request).await.unwrap();
            assert_eq!((rests(&server, begun.id).await.view.state, begun.title.as_str()), (MoveState::Done, shown));
            let there: FolderListing = server.call("folder", listing("/lustre/genomics/results")).await.unwrap();
            assert!(
                there.rows.entries.iter().flatten().any(|entry| entry.name.as_bytes() == name),
                "every byte of the name is kept"
            );
            let page = text(server.get("/browse/lustre/genomics/results", &[]).await).await;
            assert!(page.contains(shown), "{shown}");
        }
    });
}
