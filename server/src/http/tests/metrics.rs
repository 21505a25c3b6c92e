//! What Prometheus reads.

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::json;
use tidelock_shared::drift::DriftScan;
use tidelock_shared::progress::MoveView;

use super::{SESSION, Server, demo_server, moving, on_runtime, rests, text};

/// The value of a line with this name and these labels.
fn value(read: &str, line: &str) -> Option<f64> {
    read.lines().find_map(|told| told.strip_prefix(line)?.strip_prefix(' ')?.parse().ok())
}

async fn read(server: &Server) -> String {
    let token = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
    let answer = server.get("/metrics", &[(AUTHORIZATION, token.as_str())]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("application/openmetrics-text"));
    text(answer).await
}

#[test]
fn an_administrator_reads_what_the_server_does_and_nobody_else() {
    on_runtime(async {
        let server = demo_server();
        let alice = server.get("/metrics", &[(COOKIE, &format!("{SESSION}=alice"))]).await;
        assert_eq!(alice.status(), StatusCode::FORBIDDEN);

        let before = read(&server).await;
        let used = r#"tidelock_project_used{project="shared-tools",root="/lustre/shared-tools",of="inodes"}"#;
        let limit = used.replace("_used", "_hard_limit");
        assert!(value(&before, used) > value(&before, &limit), "{before}");
        assert_eq!(value(&before, r#"tidelock_open_moves{standing="running"}"#), Some(0.0));
        assert!(before.ends_with("# EOF\n"), "{before}");

        let first: MoveView =
            server.call("start_move", moving("/lustre/climate/figures-for-paper", "/lustre/genomics")).await.unwrap();
        rests(&server, first.id).await;
        let drained = json!({ "limits": { "moves_at_once": 4, "is_drained": true } });
        server.call_as::<serde_json::Value>("admin", "set_limits", drained).await.unwrap();
        let second: MoveView = server.call("start_move", moving("/lustre/climate/common", "/lustre/genomics")).await.unwrap();
        let waits = r#"tidelock_open_moves{standing="drained"}"#;
        for _ in 0..1000 {
            if value(&read(&server).await, waits) == Some(1.0) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let after = read(&server).await;
        assert_eq!(value(&after, waits), Some(1.0), "{after}");
        assert_eq!(value(&after, "tidelock_drained"), Some(1.0));
        assert_eq!(value(&after, r#"tidelock_events_total{event="done"}"#), Some(1.0), "{after}");
        assert_eq!(value(&after, r#"tidelock_events_total{event="accepted"}"#), Some(2.0), "{after}");
        assert!(value(&after, "tidelock_journal_writes_total") > Some(10.0), "{after}");
        assert!(value(&after, "tidelock_journal_write_seconds_total") > Some(0.0), "{after}");
        server.call::<MoveView>("cancel_move", json!({ "id": second.id })).await.unwrap();

        let scanned = json!({ "paths": ["/lustre/shared-tools"] });
        server.call_as::<Vec<DriftScan>>("admin", "scan_drift", scanned).await.unwrap();
        let over = r#"tidelock_drift_findings{root="/lustre/shared-tools",kind="over_limit"}"#;
        for _ in 0..1000 {
            if value(&read(&server).await, over) > Some(0.0) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{}", read(&server).await);
    });
}

/// Whatever the alerts and the dashboard ask for is told, if only once something has happened.
#[test]
fn alerts_and_dashboard_name_what_there_is() {
    on_runtime(async {
        let server = demo_server();
        let first: MoveView = server.call("start_move", moving("/lustre/climate/common", "/lustre/genomics")).await.unwrap();
        rests(&server, first.id).await;
        let scanned = json!({ "paths": ["/lustre/shared-tools"] });
        server.call_as::<Vec<DriftScan>>("admin", "scan_drift", scanned).await.unwrap();
        while !read(&server).await.contains("tidelock_drift_findings{") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let told = read(&server).await;
        let used = concat!(
            include_str!("../../../../packaging/prometheus/alerts.yml"),
            include_str!("../../../../packaging/grafana/tidelock.json")
        );
        let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        let names = used.match_indices("tidelock_").map(|(at, _)| used[at..].split(|letter| !is_part(letter)).next().unwrap());
        let names: std::collections::BTreeSet<&str> = names.collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(told.lines().any(|line| line.starts_with(name)), "{name} is asked for and not told:\n{told}");
        }
    });
}
