//! Each call: what it answers, and what it refuses.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tidelock_app::service::Session;
use tidelock_shared::history::UsageSample;
use tidelock_shared::inventory::Inventory;
use tidelock_shared::limits::Limits;
use tidelock_shared::listing::{Destination, Entry, FolderListing, Rows};
use tidelock_shared::name::FileName;
use tidelock_shared::plan::Plan;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::progress::{MoveDetail, MoveState, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::search::SearchResults;
use tidelock_shared::strategy::EntryKind;

use super::{demo_server, demo_server_with, listing, moving, on_runtime, rests};
use crate::service::sample;

#[test]
fn the_session_says_who_asks_and_what_is_managed() {
    on_runtime(async {
        let session: Session = demo_server().call_as("bob", "session", json!({})).await.unwrap();
        assert_eq!((session.user.as_str(), session.is_demo), ("bob", true));
        assert_eq!(session.other_users, ["alice", "admin"]);
        assert_eq!(session.roots.iter().map(|root| root.shown()).collect::<Vec<_>>(), ["/lustre", "/scratch"]);
    });
}

#[test]
fn projects_are_those_that_the_caller_can_read() {
    on_runtime(async {
        let server = demo_server();
        for (user, expected) in [
            ("alice", vec!["archive", "climate", "genomics", "scratch", "shared-tools", "thesis-chen"]),
            ("bob", vec!["genomics", "materials", "scratch", "shared-tools"]),
        ] {
            let projects: Vec<Project> = server.call_as(user, "projects", json!({})).await.unwrap();
            assert_eq!(projects.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(), expected, "{user}");
        }
    });
}

#[test]
fn a_folder_tells_who_pays_and_marks_what_has_drifted() {
    on_runtime(async {
        let server = demo_server();
        let folder: FolderListing = server.call("folder", listing("/lustre/climate/run-2026-10-03/output")).await.unwrap();
        assert_eq!(
            (folder.folder.project.name.as_str(), folder.folder.project.root.shown()),
            ("climate", "/lustre/climate".to_owned())
        );
        assert_eq!((folder.rows.total, folder.rows.entries.iter().flatten().filter(|entry| entry.is_drifted).count()), (120, 3));
        let archive: FolderListing = server.call("folder", listing("/lustre/archive/campaign-2017")).await.unwrap();
        assert_eq!(archive.rows.entries.iter().flatten().filter(|entry| entry.is_released).count(), 40);
        let top: FolderListing = server.call("folder", listing("/lustre")).await.unwrap();
        assert!(top.rows.entries.iter().flatten().all(|entry| !entry.is_drifted), "projects begin there");
    });
}

#[test]
fn rows_are_filtered_sorted_and_cut() {
    on_runtime(async {
        let server = demo_server();
        let request = |filter: &str, offset: u64, rows: u64| {
            let path = "/lustre/climate/run-2026-10-03/output";
            json!({ "request": { "path": path, "sort": "name", "descending": true, "filter": filter, "seek": { "row": offset }, "rows": rows } })
        };
        let folder: FolderListing = server.call("folder", request("HOUR-70", 1, 2)).await.unwrap();
        assert_eq!((folder.rows.total, folder.rows.offset), (2, 1));
        assert_eq!(folder.rows.entries.iter().flatten().map(|entry| entry.name.shown()).collect::<Vec<_>>(), ["hour-702.nc"]);
        let everything: FolderListing = server.call("folder", request("", 0, u64::MAX)).await.unwrap();
        assert_eq!(everything.rows.entries.len(), 120);
    });
}

#[test]
fn rows_of_one_reading_are_parts_of_one_whole() {
    on_runtime(async {
        let server = demo_server();
        let path = "/lustre/climate/run-2026-10-03/output";
        let first: FolderListing = server.call("folder", listing(path)).await.unwrap();
        let more = |reading: u32, seek: Value| json!({ "request": { "path": path, "seek": seek, "rows": 50, "reading": reading } });
        let reading = first.rows.reading;
        let last: Rows = server.call("rows", more(reading.0, json!({ "row": 100 }))).await.unwrap();
        assert_eq!((last.reading, last.offset, &last.entries[..]), (reading, 100, &first.rows.entries[100..]));
        let found: Rows = server.call("rows", more(reading.0, json!({ "prefix": "HOUR-70" }))).await.unwrap();
        let found_there = found.found.and_then(|row| first.rows.entries[usize::try_from(row).unwrap()].clone());
        assert!(found_there.is_some_and(|entry| entry.name.shown().starts_with("hour-70")));
        // A reading of somebody else, of another folder or of nobody is not used.
        let theirs: Rows = server.call_as("admin", "rows", more(reading.0, json!({ "row": 0 }))).await.unwrap();
        let unknown: Rows = server.call("rows", more(u32::MAX, json!({ "row": 0 }))).await.unwrap();
        assert!(theirs.reading != reading && unknown.reading != reading);
    });
}

#[test]
fn a_destination_says_which_names_are_taken_there() {
    on_runtime(async {
        let server = demo_server();
        let path = "/lustre/climate/run-2026-10-03/output";
        let listed: FolderListing = server.call("folder", listing(path)).await.unwrap();
        let there = listed.rows.entries[7].clone().unwrap();
        let question = json!({ "path": path, "names": [there.name, FileName::new(*b"nobody's").unwrap()] });
        let destination: Destination = server.call("destination", question.clone()).await.unwrap();
        assert_eq!(destination, Destination { folder: listed.folder, taken: vec![there.name.clone()] });
        assert_eq!(server.call::<Vec<Entry>>("entries", question).await.unwrap(), vec![there.clone()]);
        let many = json!({ "path": path, "names": vec![there.name; 10_001] });
        assert_eq!(server.call::<Vec<Entry>>("entries", many).await.unwrap_err().1.code, "too_many");
    });
}

#[test]
fn a_new_folder_belongs_to_the_project_that_it_is_made_in() {
    on_runtime(async {
        let server = demo_server();
        let made = |path: &str, name: &str| json!({ "path": path, "name": FileName::new(name.as_bytes()).unwrap() });
        let above: FolderListing = server.call("folder", listing("/lustre/genomics/results")).await.unwrap();
        let entry: Entry = server.call("create_folder", made("/lustre/genomics/results", "new \"one\"")).await.unwrap();
        assert_eq!((entry.kind, entry.project, entry.is_drifted), (EntryKind::Folder, Some(above.folder.tag.id), false));
        for (path, name, code) in [
            ("/lustre/genomics/results", "new \"one\"", "refused_name_taken"),
            ("/lustre/genomics/results", ".tidelock-x", "invalid"),
            ("/lustre/materials", "mine", "no_permission"),
            ("/etc", "mine", "outside_roots"),
            ("/lustre/nothing", "mine", "not_found"),
        ] {
            let error = server.call::<Entry>("create_folder", made(path, name)).await.unwrap_err().1;
            assert_eq!(error.code, code, "{path} {name}: {}", error.message);
        }
    });
}

#[test]
fn names_that_are_no_text_can_be_followed() {
    on_runtime(async {
        let folder: FolderListing = demo_server().call("folder", listing("/lustre/climate/old-laptop")).await.unwrap();
        let names: Vec<_> = folder.rows.entries.iter().flatten().map(|entry| entry.name.shown().into_owned()).collect();
        assert!(names.contains(&"Messung-\\xe4\\xf6\\xfc.dat".to_owned()), "{names:?}");
        assert!(names.contains(&"notes\\nfrom 2019.txt".to_owned()), "{names:?}");
    });
}

#[test]
fn a_place_that_is_not_ours_to_show_is_refused() {
    on_runtime(async {
        let server = demo_server();
        for (path, status, code) in [
            ("/", StatusCode::FORBIDDEN, "outside_roots"),
            ("/etc", StatusCode::FORBIDDEN, "outside_roots"),
            ("/lustrefoo", StatusCode::FORBIDDEN, "outside_roots"),
            ("/lustre/nothing", StatusCode::NOT_FOUND, "not_found"),
            ("/lustre/climate/.tidelock-00000000-1", StatusCode::NOT_FOUND, "not_found"),
            ("/lustre/climate/README.md", StatusCode::NOT_FOUND, "not_a_folder"),
            ("/lustre/shared-tools/python", StatusCode::NOT_FOUND, "not_a_folder"),
            ("/lustre/materials", StatusCode::FORBIDDEN, "no_permission"),
            ("/lustre/materials/dft-screening", StatusCode::FORBIDDEN, "no_permission"),
        ] {
            let (told, error) = server.call::<FolderListing>("folder", listing(path)).await.unwrap_err();
            assert_eq!((told, error.code.as_str()), (status, code), "{path}");
        }
    });
}

#[test]
fn a_path_that_steps_upward_is_not_even_read() {
    on_runtime(async {
        let server = demo_server();
        for path in ["/lustre/../etc", "/lustre/./climate", "lustre", "", "/lustre/a\0b"] {
            let (status, error) = server.call::<FolderListing>("folder", listing(path)).await.unwrap_err();
            assert!(status.is_client_error(), "{path}: {status} {error:?}");
            let refused = server.call::<Plan>("plan", moving(path, "/lustre/climate")).await.unwrap_err().0;
            assert!(refused.is_client_error(), "{path}: {refused}");
        }
        for page in ["/browse/lustre/../../etc", "/browse/lustre/%2e%2e/%2e%2e/etc", "/browse/etc/passwd"] {
            let status = server.get(page, &[]).await.status();
            assert!(status.is_client_error(), "{page}: {status}");
        }
    });
}

#[test]
fn a_survey_counts_to_the_end() {
    on_runtime(async {
        let server = demo_server();
        let begun: SurveyProgress = server.call("start_survey", json!({ "sources": ["/lustre/climate/common"] })).await.unwrap();
        let mut survey = begun;
        while !survey.is_complete {
            survey = server.call("survey", json!({ "id": survey.id })).await.unwrap();
        }
        assert_eq!((survey.entries, survey.amount.inodes), (3, 3));
        let of_others = server.call_as::<SurveyProgress>("bob", "survey", json!({ "id": survey.id })).await.unwrap_err();
        assert_eq!(of_others.1.code, "not_found");
        let outside = server.call::<SurveyProgress>("start_survey", json!({ "sources": ["/etc"] })).await.unwrap_err();
        assert_eq!(outside.1.code, "outside_roots");
    });
}

#[test]
fn a_running_move_is_paused_resumed_and_cancelled() {
    on_runtime(async {
        // Each of its few changes is slow enough for a pause to come in time.
        let server = demo_server_with(Duration::from_millis(100));
        let begun: MoveView = server.call("start_move", moving("/lustre/climate/common", "/lustre/genomics")).await.unwrap();
        assert!(begun.can_pause, "{:?}", begun.state);
        let mut view: MoveView = server.call("pause_move", json!({ "id": begun.id })).await.unwrap();
        while !view.is_paused {
            assert!(!view.state.is_final(), "{:?}", view.state);
            view = server.call::<MoveDetail>("move_detail", json!({ "id": begun.id })).await.unwrap().view;
        }
        let again = server.call::<MoveView>("pause_move", json!({ "id": begun.id })).await.unwrap_err();
        assert_eq!((again.0, again.1.code.as_str()), (StatusCode::CONFLICT, "refused_past_pausing"));
        let resumed: MoveView = server.call("resume_move", json!({ "id": begun.id })).await.unwrap();
        assert!(!resumed.is_paused);
        server.call::<MoveView>("cancel_move", json!({ "id": begun.id })).await.unwrap();
        assert_eq!(rests(&server, begun.id).await.view.state, MoveState::Undone);
    });
}

#[test]
fn an_administrator_holds_a_move_and_its_asker_cannot_let_it_go() {
    on_runtime(async {
        let server = demo_server_with(Duration::from_millis(100));
        let begun: MoveView = server.call("start_move", moving("/lustre/climate/common", "/lustre/genomics")).await.unwrap();
        let by_its_asker = server.call::<MoveView>("hold_move", json!({ "id": begun.id })).await.unwrap_err();
        assert_eq!((by_its_asker.0, by_its_asker.1.code.as_str()), (StatusCode::FORBIDDEN, "permission_administrator"));
        server.call_as::<MoveView>("admin", "hold_move", json!({ "id": begun.id })).await.unwrap();
        let mut view = begun;
        while !view.is_held {
            assert!(!view.state.is_final(), "{:?}", view.state);
            view = server.call::<MoveDetail>("move_detail", json!({ "id": view.id })).await.unwrap().view;
        }
        assert!(view.note.is_some_and(|note| note.contains("administrator")));
        let resumed: MoveView = server.call("resume_move", json!({ "id": view.id })).await.unwrap();
        assert!(resumed.is_held);
        assert!(server.call::<MoveView>("lift_hold", json!({ "id": view.id })).await.is_err());
        server.call_as::<MoveView>("admin", "lift_hold", json!({ "id": view.id })).await.unwrap();
        assert_eq!(rests(&server, view.id).await.view.state, MoveState::Done);
    });
}

#[test]
fn an_administrator_changes_the_limits_and_everybody_may_look() {
    on_runtime(async {
        let server = demo_server_with(Duration::from_millis(20));
        let limits: Limits = server.call("limits", json!({})).await.unwrap();
        assert_eq!(limits, Limits::default());
        let one = Limits { moves_at_once: 1, ..limits };
        assert!(server.call::<Limits>("set_limits", json!({ "limits": one })).await.is_err());
        let never = Limits { moves_at_once: 0, ..limits };
        let slip = server.call_as::<Limits>("admin", "set_limits", json!({ "limits": never })).await.unwrap_err();
        assert_eq!((slip.0, slip.1.code.as_str()), (StatusCode::BAD_REQUEST, "invalid_request"));
        server.call_as::<Limits>("admin", "set_limits", json!({ "limits": one })).await.unwrap();
        assert_eq!(server.call::<Limits>("limits", json!({})).await.unwrap(), one);
        let first: MoveView = server.call("start_move", moving("/lustre/climate/common", "/lustre/genomics")).await.unwrap();
        let second: MoveView = server.call("start_move", moving("/lustre/climate/old-laptop", "/lustre/genomics")).await.unwrap();
        assert!(second.is_waiting, "one moves at a time: {:?} {:?}", first.state, second.state);
        assert!(second.note.is_some_and(|note| note.contains("turn")));
        server.call::<MoveView>("cancel_move", json!({ "id": second.id })).await.unwrap();
        assert_eq!(rests(&server, second.id).await.view.state, MoveState::Undone);
        assert_eq!(rests(&server, first.id).await.view.state, MoveState::Done);
    });
}

#[test]
fn a_move_is_planned_run_undone_and_kept_in_mind() {
    on_runtime(async {
        let server = demo_server();
        let request = moving("/lustre/climate/common", "/lustre/genomics");
        let plan: Plan = server.call("plan", request.clone()).await.unwrap();
        assert!(!plan.is_refused(), "{:?}", plan.refusals);

        let mut keyed = request;
        keyed["key"] = json!("once");
        let begun: MoveView = server.call("start_move", keyed.clone()).await.unwrap();
        assert_eq!(rests(&server, begun.id).await.view.state, MoveState::Done);
        for page in [&begun.source_url, &begun.destination_url] {
            assert_eq!(server.get(page, &[]).await.status(), StatusCode::OK, "{page}");
        }
        let again: MoveView = server.call("start_move", keyed).await.unwrap();
        assert_eq!(again.id, begun.id, "the same key is the same move");
        let moved: FolderListing = server.call("folder", listing("/lustre/genomics/common")).await.unwrap();
        assert_eq!(moved.folder.project.name, "genomics");

        let late = server.call::<MoveView>("cancel_move", json!({ "id": begun.id })).await.unwrap_err();
        assert_eq!(late.0, StatusCode::CONFLICT);
        let nothing_kept = server.call::<MoveView>("purge_move", json!({ "id": begun.id })).await.unwrap_err();
        assert_eq!(nothing_kept.0, StatusCode::CONFLICT);

        let back: Plan = server.call("plan_undo", json!({ "id": begun.id })).await.unwrap();
        assert_eq!((back.undoes, back.is_refused()), (Some(begun.id), false));
        let undoing: MoveView = server.call("undo_move", json!({ "id": begun.id })).await.unwrap();
        assert_eq!(rests(&server, undoing.id).await.view.state, MoveState::Done);
        let all: Vec<MoveView> = server.call("moves", json!({})).await.unwrap();
        assert_eq!(all.iter().map(|view| view.id).collect::<Vec<_>>(), [undoing.id, begun.id], "newest first");
        assert_eq!(all[1].undone_by, Some(undoing.id));
    });
}

#[test]
fn the_history_of_a_project_begins_with_the_demos_past_and_is_for_who_can_read_it() {
    on_runtime(async {
        let server = demo_server();
        let site = server.running.site.clone();
        site.history.keep_in_memory().unwrap();
        tokio::task::spawn_blocking(move || (sample(&site).unwrap(), sample(&site).unwrap())).await.unwrap();
        let root = json!({ "root": "/lustre/climate" });
        let history: Vec<UsageSample> = server.call("usage_history", root.clone()).await.unwrap();
        assert_eq!(history.len(), 181, "one is due an hour, so the second adds nothing");
        let projects: Vec<Project> = server.call("projects", json!({})).await.unwrap();
        let climate = projects.iter().find(|project| project.name == "climate").unwrap();
        assert_eq!(history.last().map(|sample| sample.usage), climate.usage);
        assert!(history[0].usage.bytes < history[180].usage.bytes, "{history:?}");
        let hidden = server.call_as::<Vec<UsageSample>>("bob", "usage_history", root).await.unwrap_err();
        assert_eq!(hidden.0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn the_kept_original_of_a_copy_can_be_purged() {
    on_runtime(async {
        let server = demo_server();
        let begun: MoveView =
            server.call("start_move", moving("/lustre/climate/run-2026-10-03/figures", "/scratch/alice")).await.unwrap();
        let done = rests(&server, begun.id).await.view;
        assert!((done.state, done.can_purge) == (MoveState::Done, true), "{done:?}");
        let purged: MoveView = server.call("purge_move", json!({ "id": begun.id })).await.unwrap();
        assert!(!purged.can_purge);
    });
}

#[test]
fn a_move_that_cannot_be_is_refused_with_reasons() {
    on_runtime(async {
        let server = demo_server();
        let too_big = moving("/lustre/climate/reanalysis-era5", "/lustre/thesis-chen");
        let plan: Plan = server.call("plan", too_big.clone()).await.unwrap();
        assert_eq!(plan.refusals.iter().map(|refusal| refusal.code.as_str()).collect::<Vec<_>>(), ["no_headroom"]);
        let (status, error) = server.call::<MoveView>("start_move", too_big).await.unwrap_err();
        assert_eq!((status, error.code.as_str()), (StatusCode::CONFLICT, "refused_no_headroom"));
        let all: Vec<MoveView> = server.call("moves", json!({})).await.unwrap();
        assert!(all.is_empty(), "nothing was recorded");
    });
}

#[test]
fn nobody_moves_in_the_demo_what_they_may_not_change() {
    on_runtime(async {
        let server = demo_server();
        let request = moving("/lustre/climate/common", "/lustre/genomics");
        let plan: Plan = server.call_as("bob", "plan", request.clone()).await.unwrap();
        assert!(plan.refusals.iter().any(|refusal| refusal.code == "no_permission"), "{:?}", plan.refusals);
        let (status, _) = server.call_as::<MoveView>("bob", "start_move", request.clone()).await.unwrap_err();
        assert_eq!(status, StatusCode::CONFLICT);

        let begun: MoveView = server.call("start_move", request).await.unwrap();
        rests(&server, begun.id).await;
        let (status, _) = server.call_as::<MoveView>("bob", "undo_move", json!({ "id": begun.id })).await.unwrap_err();
        assert_eq!(status, StatusCode::CONFLICT);
    });
}

#[test]
fn a_call_that_makes_no_sense_is_told_so() {
    on_runtime(async {
        let server = demo_server();
        for (call, arguments) in [
            ("folder", json!({})),
            ("plan", json!({ "request": 7 })),
            ("move_detail", json!({ "id": "nonsense" })),
            ("become", json!({})),
        ] {
            let (status, _) = server.call::<Value>(call, arguments).await.unwrap_err();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{call}");
        }
        for (call, arguments) in
            [("move_detail", json!({ "id": "00000000-9" })), ("cancel_move", json!({ "id": "00000000-9" })), ("nothing", json!({}))]
        {
            let (status, _) = server.call::<Value>(call, arguments).await.unwrap_err();
            assert_eq!(status, StatusCode::NOT_FOUND, "{call}");
        }
        assert_eq!(server.get("/api/folder", &[]).await.status(), StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_search_finds_by_name_and_by_what_an_entry_is_as_far_as_its_owner_can_see() {
    on_runtime(async {
        let server = demo_server();
        let found = async |user: &str, path: &str, wanted: Value| {
            let request = json!({ "request": { "path": path, "wanted": wanted } });
            let mut results: SearchResults = server.call_as(user, "start_search", request).await.unwrap();
            while !results.is_complete {
                let more = json!({ "id": results.id, "offset": results.found.len() });
                let more: SearchResults = server.call_as(user, "search_results", more).await.unwrap();
                let found = results.found.into_iter().chain(more.found.clone()).collect();
                results = SearchResults { found, ..more };
            }
            results
        };
        let grids = found("alice", "/lustre", json!({ "name": "GRID", "kind": "file" })).await;
        let mut paths: Vec<_> = grids.found.iter().map(|found| found.folder.join(found.entry.name.clone()).shown()).collect();
        paths.sort();
        let run = "/lustre/climate/run-2026-10-03/input/grid-refined.nc";
        assert_eq!(paths, ["/lustre/climate/common/grid.nc", run, "/lustre/climate/shared-grids/grid-refined.nc"]);

        let fields = found("alice", "/lustre/climate/ensemble-2026-09", json!({ "name": "daily-field-0?1.nc" })).await;
        assert_eq!((fields.found.len(), fields.looked_at, fields.passed_over), (300, 3000, 0));
        let large = found("alice", "/lustre/climate", json!({ "size_from": 1_u64 << 41 })).await;
        assert!(!large.found.is_empty() && large.found.iter().all(|found| found.entry.name.shown().starts_with("era5-")));
        let on_tape = found("alice", "/lustre/archive", json!({ "is_released": true })).await;
        assert!(on_tape.found.len() >= 40 && on_tape.found.iter().all(|found| found.entry.is_released));
        let strange = found("alice", "/lustre/climate/old-laptop", json!({ "name": "*" })).await;
        assert_eq!(strange.found.len(), 3);

        // What somebody may not read is passed over, and said to be.
        let others = found("bob", "/lustre", json!({ "name": "grid" })).await;
        assert!(others.found.is_empty() && others.passed_over > 0, "{others:?}");
    });
}

#[test]
fn a_search_is_nobody_elses_and_stays_in_what_is_managed() {
    on_runtime(async {
        let server = demo_server();
        let looking = |path: &str| json!({ "request": { "path": path, "wanted": { "name": "x" } } });
        let results: SearchResults = server.call("start_search", looking("/lustre/climate")).await.unwrap();
        let asked = json!({ "id": results.id, "offset": 0 });
        let (status, error) = server.call_as::<SearchResults>("bob", "search_results", asked).await.unwrap_err();
        assert_eq!((status, error.code.as_str()), (StatusCode::NOT_FOUND, "not_found"));
        for (path, code) in [("/etc", "outside_roots"), ("/lustre/nowhere", "not_found")] {
            let (_, error) = server.call::<SearchResults>("start_search", looking(path)).await.unwrap_err();
            assert_eq!(error.code, code, "{path}");
        }
    });
}

#[test]
fn an_inventory_tells_who_uses_what_once_it_was_asked_for_and_stays_the_callers() {
    on_runtime(async {
        let server = demo_server();
        let of = |path: &str, known: Option<u64>| json!({ "path": path, "known": known });
        let climate = "/lustre/climate";
        assert_eq!(server.call::<Option<Inventory>>("inventory", of(climate, None)).await.unwrap(), None);

        let mut found: Inventory = server.call("start_inventory", json!({ "path": climate })).await.unwrap();
        while found.finished_ms.is_none() {
            found = server.call::<Option<Inventory>>("inventory", of(climate, Some(found.sequence))).await.unwrap().unwrap();
        }
        assert_eq!((found.error.as_deref(), found.unread), (None, 0));
        assert!(found.largest[0].path.shown().contains("era5-"), "{:?}", found.largest[0]);
        assert!(found.owners.iter().any(|share| share.owner == "alice") && found.parts.len() > 3);
        let parts = found.parts.iter().fold(found.other_parts + found.hidden, |sum, part| sum + part.amount);
        assert_eq!(parts, found.amount);

        assert_eq!(server.call_as::<Option<Inventory>>("admin", "inventory", of(climate, None)).await.unwrap(), None);
        for (path, code) in [("/etc", "outside_roots"), ("/lustre/nowhere", "not_found")] {
            let (_, error) = server.call::<Inventory>("start_inventory", json!({ "path": path })).await.unwrap_err();
            assert_eq!(error.code, code, "{path}");
        }
    });
}
