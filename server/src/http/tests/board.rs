//! What administrators ask, and nobody else may.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tidelock_engine::drift::Pace;
use tidelock_shared::audit::{AuditCheck, AuditRecords};
use tidelock_shared::drift::{DriftKind, DriftScan, EarlierScan};
use tidelock_shared::leftovers::{Deed, Leftovers};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::progress::MoveView;

use super::{Server, demo_server, on_runtime, rests};
use crate::past_scans::PastScans;

/// Asks until an answer is as wanted.
async fn until<T: serde::de::DeserializeOwned>(server: &Server, call: &str, is_so: impl Fn(&T) -> bool) -> T {
    for _ in 0..1000 {
        let answer: T = server.call_as("admin", call, json!({ "waits": true })).await.unwrap();
        if is_so(&answer) {
            return answer;
        }
    }
    panic!("{call} does not come to its end");
}

#[test]
fn whoever_is_no_administrator_is_refused_each_call() {
    on_runtime(async {
        let server = demo_server();
        for (call, arguments) in [
            ("look_for_leftovers", json!({})),
            ("leftovers", json!({ "waits": false })),
            ("settle_leftover", json!({ "path": "/lustre/climate/common", "deed": "delete" })),
            ("scan_drift", json!({ "paths": ["/lustre/climate"] })),
            ("drift_scans", json!({ "waits": false })),
            ("earlier_scans", json!({ "path": "/lustre/climate" })),
            ("audit", json!({})),
            ("check_audit", json!({})),
        ] {
            let refused = server.call::<Value>(call, arguments).await.unwrap_err();
            assert_eq!((refused.0, refused.1.code.as_str()), (StatusCode::FORBIDDEN, "permission_administrator"), "{call}");
        }
    });
}

#[test]
fn what_people_order_is_written_down_before_it_is_done_and_else_not_done() {
    on_runtime(async {
        let server = demo_server();
        let site = server.running.site.clone();
        let folder = tempfile::tempdir().unwrap();
        site.audit.keep_in(folder.path(), &site.engine).unwrap();
        let request = json!({ "request": { "sources": ["/lustre/climate/common"], "destination": "/lustre/genomics" } });
        let view: MoveView = server.call("start_move", request).await.unwrap();
        let _ = server.call_as::<Value>("admin", "hold_move", json!({ "id": view.id })).await;
        server.call_as::<Value>("admin", "set_limits", json!({ "limits": { "moves_at_once": 4 } })).await.unwrap();
        let records = || -> Vec<Value> {
            let text = std::fs::read_to_string(crate::audit::path(folder.path())).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let by = |act: &str| records().into_iter().find(|record| record["act"] == act).map(|record| record["user"].clone());
        assert_eq!(by("move_began"), Some(json!("alice")));
        assert_eq!((by("ordered"), by("limits_set")), (Some(json!("admin")), Some(json!("admin"))));

        let told: AuditRecords = server.call_as("admin", "audit", json!({})).await.unwrap();
        let said: Vec<&str> = told.records.iter().map(|record| record.what.as_str()).collect();
        assert_eq!(said[0], "the limits for all moves are set", "the newest first: {said:?}");
        assert!(said.iter().any(|what| what.ends_with("is moved to '/lustre/genomics/common'")), "{said:?}");
        assert_eq!((told.older_before, told.records.last().unwrap().number), (None, 1));
        let check: AuditCheck = server.call_as("admin", "check_audit", json!({})).await.unwrap();
        assert_eq!((check.records, check.broken), (records().len() as u64, None));

        site.audit.fail();
        let refused = server.call::<Value>("create_folder", json!({ "path": "/lustre/climate", "name": "new" })).await.unwrap_err();
        assert_eq!((refused.0, refused.1.code.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
    });
}

#[test]
fn only_what_was_found_can_be_settled() {
    on_runtime(async {
        let server = demo_server();
        let settle = |path: &str, deed: Deed| json!({ "path": path, "deed": deed });
        let deleted = server.call_as::<Leftovers>("admin", "settle_leftover", settle("/lustre/climate/common", Deed::Delete)).await;
        assert_eq!(deleted.unwrap_err().1.code, "unknown_orphan");

        server.call_as::<Leftovers>("admin", "look_for_leftovers", json!({})).await.unwrap();
        let found: Leftovers = until(&server, "leftovers", |found: &Leftovers| found.finished_ms.is_some()).await;
        let [thing] = found.things.as_slice() else { panic!("{found:?}") };
        let path = thing.path.shown();
        let [adopt @ Deed::Adopt(_)] = thing.deeds[..] else { panic!("{thing:?}") };
        let early = server.call_as::<Leftovers>("admin", "settle_leftover", settle(&path, Deed::Delete)).await;
        assert_eq!(early.unwrap_err().1.code, "of_another_engine", "it may be at work");

        server.call_as::<Leftovers>("admin", "settle_leftover", settle(&path, adopt)).await.unwrap();
        let found: Leftovers = until(&server, "leftovers", |found: &Leftovers| found.finished_ms.is_some()).await;
        assert_eq!(found.things[0].deeds, [Deed::Delete], "no record tells its old name");
        server.call_as::<Leftovers>("admin", "settle_leftover", settle(&path, Deed::Delete)).await.unwrap();
        let found: Leftovers = until(&server, "leftovers", |found: &Leftovers| found.finished_ms.is_some()).await;
        assert_eq!(found.things, []);
    });
}

#[test]
fn what_nothing_needs_goes_by_rule_and_the_rest_waits_for_a_word() {
    on_runtime(async {
        let server = demo_server();
        let request = json!({ "request": { "sources": ["/lustre/climate/common"], "destination": "/lustre/genomics" } });
        let view: MoveView = server.call("start_move", request).await.unwrap();
        let ended = rests(&server, view.id).await.view;
        let site = server.running.site.clone();
        let fs = site.engine.file_system();
        let folder = fs.open_path(&FilePath::parse(b"/lustre/genomics").unwrap()).unwrap();
        let barrier = FileName::new(format!(".tidelock-{}.barrier", ended.id).into_bytes()).unwrap();
        drop(fs.create_file(folder.at(&barrier), 0o600).unwrap());
        site.leftovers.sweep(&site);
        assert!(fs.status(folder.at(&barrier).into()).is_err(), "a power cut had brought it back");
        let found: Leftovers = until(&server, "leftovers", |found: &Leftovers| found.finished_ms.is_some()).await;
        assert_eq!(found.things.len(), 1, "{:?}", found.things);
    });
}

#[test]
fn every_project_is_scanned_in_turn_at_the_pace_that_was_asked_for_and_that_outlives_the_server() {
    on_runtime(async {
        let server = demo_server();
        server.running.site.drifts.scan_all(&server.running.site, Pace { entries_per_second: Some(1_000_000) }).unwrap();
        let is_over = |scans: &Vec<DriftScan>| scans.len() == 6 && scans.iter().all(|scan| scan.finished_ms.is_some());
        let scans: Vec<DriftScan> = until(&server, "drift_scans", is_over).await;
        let kinds = |root: &str| {
            let scan = scans.iter().find(|scan| scan.path.shown() == root).unwrap();
            assert_eq!(scan.error, None, "{root}");
            scan.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("/lustre/climate"), [DriftKind::TagDrift]);
        assert_eq!(kinds("/lustre/shared-tools"), [DriftKind::OverLimit]);
        assert_eq!(kinds("/lustre/thesis-chen"), []);
        // The next server knows what this one has found.
        let state = tempfile::tempdir().unwrap();
        let site = &server.running.site;
        assert!(site.past_scans.keep_in(state.path()).unwrap().is_empty());
        for earlier in [0, 1] {
            let scanned = json!({ "paths": ["/lustre/climate"] });
            server.call_as::<Vec<DriftScan>>("admin", "scan_drift", scanned).await.unwrap();
            let is_over = |scans: &Vec<DriftScan>| scans.iter().all(|scan| scan.finished_ms.is_some());
            let scans: Vec<DriftScan> = until(&server, "drift_scans", is_over).await;
            let climate = scans.iter().find(|scan| scan.path.shown() == "/lustre/climate").unwrap();
            assert_eq!(climate.earlier, earlier + 1);
        }
        let next = demo_server();
        next.running.site.drifts.take_up(PastScans::default().keep_in(state.path()).unwrap());
        let scans: Vec<DriftScan> = until(&next, "drift_scans", |scans: &Vec<DriftScan>| !scans.is_empty()).await;
        let [climate] = &scans[..] else { panic!("{scans:?}") };
        let path = json!({ "path": "/lustre/climate" });
        let earlier: Vec<EarlierScan> = next.call_as("admin", "earlier_scans", path).await.unwrap();
        assert_eq!(
            (climate.findings.len(), climate.earlier, earlier.len(), earlier[0].findings.len()),
            (1, 1, 1, 1),
            "{climate:?}"
        );
        assert_eq!((climate.finished_ms.is_some(), climate.entries), (true, earlier[0].entries));

        let outside = server.call_as::<Value>("admin", "scan_drift", json!({ "paths": ["/etc"] })).await.unwrap_err();
        assert_eq!(outside.1.code, "outside_roots");
    });
}
