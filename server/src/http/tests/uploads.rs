//! What goes up: checked before the first byte, in chunks, across restarts, and whole or not at all.

use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Method, StatusCode};
use futures_util::stream;
use serde_json::{Value, json};
use tidelock_engine::journal::Journal;
use tidelock_shared::id::ProjectId;
use tidelock_shared::listing::FolderListing;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveView;
use tidelock_shared::upload::{ChunkAnswer, Upload, UploadId, UploadState, Uploaded};
use tidelock_shared::user_error::UserError;

use super::{ADDRESS, SESSION, Server, answer, demo_server, listing, moving, on_runtime, server_of, text};
use crate::http::start::of_single_user;
use crate::service::{Eyes, look_after_uploads};
use crate::uploads::Uploads;

/// A server of one folder whose list of uploads lies in another.
fn server_at(root: &Path, state: &Path) -> Server {
    let root = FilePath::parse(root.as_os_str().as_encoded_bytes()).unwrap();
    let uploads = Uploads::open(state).unwrap();
    let (running, _) = of_single_user(&[root], Journal::in_memory(7).unwrap(), uploads, ADDRESS.parse().unwrap()).unwrap();
    running.set_ready();
    server_of(running)
}

/// A call of the single user.
async fn call<T: serde::de::DeserializeOwned>(server: &Server, name: &str, arguments: Value) -> Result<T, (StatusCode, UserError)> {
    let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
    answer(server.post(name, &[(AUTHORIZATION, &bearer)], &arguments).await).await
}

async fn put(
    server: &Server,
    user: Option<&str>,
    id: &UploadId,
    file: usize,
    offset: usize,
    body: Body,
) -> (StatusCode, ChunkAnswer) {
    let path = format!("/api/uploads/{}/{file}?offset={offset}", id.as_str());
    let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
    let cookie = format!("{SESSION}={}", user.unwrap_or_default());
    let header = if user.is_some() { (COOKIE, cookie.as_str()) } else { (AUTHORIZATION, bearer.as_str()) };
    let response = server.ask(Method::PUT, &path, &[header], body).await;
    let status = response.status();
    let text = text(response).await;
    (status, serde_json::from_str(&text).expect(&text))
}

fn request(folder: &str, files: &[(&str, usize)], on_taken: &str) -> Value {
    let files: Vec<_> = files.iter().map(|(path, size)| json!({ "path": path, "size": size, "modified_ms": 1_500 })).collect();
    json!({ "request": { "folder": folder, "files": files, "on_taken": on_taken } })
}

fn code(answer: &(StatusCode, ChunkAnswer)) -> &str {
    answer.1.problem.as_ref().map_or("", |problem| &problem.code)
}

fn hidden_in(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.as_encoded_bytes().starts_with(b".tidelock-")).count()
}

#[test]
fn a_tree_goes_up_in_chunks_across_a_restart_and_equals_what_was_sent() {
    on_runtime(async {
        let (root, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server = server_at(root.path(), state.path());
        let folder = root.path().display().to_string();
        let large: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
        let mut asked =
            request(&folder, &[("/tree/sub/large", large.len()), ("/tree/ü", 5), ("/tree/none", 0), ("/top.txt", 3)], "refuse");
        asked["request"]["folders"] = json!(["/tree/empty"]);
        let begun: UploadState = call(&server, "begin_upload", asked).await.unwrap();
        let id = begun.upload.id.clone();
        assert_eq!((begun.upload.files, begun.upload.names, begun.upload.bytes), (4, 2, 3_000_008));

        let first = put(&server, None, &id, 0, 0, large[..1_000_000].to_vec().into()).await;
        assert_eq!((first.0, first.1.length), (StatusCode::OK, Some(1_000_000)));
        for (offset, bytes) in [(0, 10), (2_000_000, 10)] {
            let elsewhere = put(&server, None, &id, 0, offset, vec![9; bytes].into()).await;
            assert_eq!(
                (elsewhere.0, code(&elsewhere), elsewhere.1.length),
                (StatusCode::CONFLICT, "refused_offset", Some(1_000_000))
            );
        }
        // A connection that breaks loses nothing of what came.
        let pieces = [Ok(Bytes::copy_from_slice(&large[1_000_000..1_500_000])), Err(std::io::Error::other("gone"))];
        let broken = put(&server, None, &id, 0, 1_000_000, Body::from_stream(stream::iter(pieces))).await;
        assert_eq!((broken.0, broken.1.length), (StatusCode::BAD_REQUEST, Some(1_500_000)));
        assert_eq!(call::<Uploaded>(&server, "finish_upload", json!({ "id": id })).await.unwrap_err().1.code, "refused_incomplete");
        assert_eq!((hidden_in(root.path()), std::fs::read_dir(root.path()).unwrap().count()), (1, 1), "nothing can be seen");

        // A crash in the middle of a chunk: what may have a hole in it does not count.
        let staged = std::fs::read_dir(root.path()).unwrap().next().unwrap().unwrap().path().join("tree/ü");
        put(&server, None, &id, 1, 0, "12".into()).await;
        std::io::Write::write_all(&mut std::fs::OpenOptions::new().append(true).open(staged).unwrap(), b"\0\0").unwrap();
        let doubted = put(&server, None, &id, 1, 4, "5".into()).await;
        assert_eq!((doubted.0, code(&doubted), doubted.1.length), (StatusCode::CONFLICT, "refused_offset", Some(0)));

        // Another process goes on where that one was.
        drop(server);
        let server = server_at(root.path(), state.path());
        let listed: Vec<Upload> = call(&server, "uploads", json!({})).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&begun.upload));
        let known: UploadState = call(&server, "upload", json!({ "id": id })).await.unwrap();
        assert_eq!(known.files.iter().map(|file| file.received).collect::<Vec<_>>(), [1_500_000, 0, 0, 0]);
        for (file, offset, bytes) in
            [(3, 0, b"abc".to_vec()), (0, 1_500_000, large[1_500_000..].to_vec()), (1, 0, b"12345".to_vec())]
        {
            assert_eq!(put(&server, None, &id, file, offset, bytes.into()).await.0, StatusCode::OK);
        }
        let done: Uploaded = call(&server, "finish_upload", json!({ "id": id })).await.unwrap();
        assert_eq!(done.names.len(), 2);
        let read = |path: &str| std::fs::read(root.path().join(path)).unwrap();
        assert_eq!(
            (read("tree/sub/large"), read("tree/ü"), read("tree/none"), read("top.txt")),
            (large, b"12345".to_vec(), vec![], b"abc".to_vec())
        );
        assert!(root.path().join("tree/empty").is_dir());
        let modified = std::fs::metadata(root.path().join("top.txt")).unwrap().modified().unwrap();
        assert_eq!(modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(), 1_500);
        assert_eq!(hidden_in(root.path()), 0);
        assert!(call::<Vec<Upload>>(&server, "uploads", json!({})).await.unwrap().is_empty());
        assert_eq!(call::<UploadState>(&server, "upload", json!({ "id": id })).await.unwrap_err().1.code, "not_found");
    });
}

#[test]
fn a_taken_name_is_refused_skipped_or_kept_beside() {
    on_runtime(async {
        let (root, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(root.path().join("a.txt"), "old").unwrap();
        let server = server_at(root.path(), state.path());
        let folder = root.path().display().to_string();
        let files = [("/a.txt", 3), ("/b.txt", 3)];
        let refused = call::<UploadState>(&server, "begin_upload", request(&folder, &files, "refuse")).await.unwrap_err();
        assert_eq!((refused.0, refused.1.code.as_str()), (StatusCode::CONFLICT, "refused_name_taken"));
        assert_eq!(hidden_in(root.path()), 0, "nothing was made");
        let none = call::<UploadState>(&server, "begin_upload", request(&folder, &files[..1], "skip")).await.unwrap_err();
        assert_eq!(none.1.code, "refused_nothing_left");
        let skipping: UploadState = call(&server, "begin_upload", request(&folder, &files, "skip")).await.unwrap();
        assert_eq!((skipping.files.len(), skipping.skipped.len()), (1, 1));
        call::<()>(&server, "cancel_upload", json!({ "id": skipping.upload.id })).await.unwrap();
        assert_eq!(hidden_in(root.path()), 0);

        let both: UploadState = call(&server, "begin_upload", request(&folder, &files, "keep-both")).await.unwrap();
        for file in 0..2 {
            put(&server, None, &both.upload.id, file, 0, "new".into()).await;
        }
        let done: Uploaded = call(&server, "finish_upload", json!({ "id": both.upload.id })).await.unwrap();
        assert_eq!(done.names.iter().map(|name| name.shown().into_owned()).collect::<Vec<_>>(), ["a (2).txt", "b.txt"]);
        assert_eq!(std::fs::read_to_string(root.path().join("a.txt")).unwrap(), "old");
        assert_eq!(std::fs::read_to_string(root.path().join("a (2).txt")).unwrap(), "new");

        // A name that is taken only now: told, and nothing lost.
        let late: UploadState = call(&server, "begin_upload", request(&folder, &[("/c.txt", 3)], "refuse")).await.unwrap();
        put(&server, None, &late.upload.id, 0, 0, "new".into()).await;
        std::fs::write(root.path().join("c.txt"), "somebody's").unwrap();
        let refused = call::<Uploaded>(&server, "finish_upload", json!({ "id": late.upload.id })).await.unwrap_err();
        assert_eq!(refused.1.code, "refused_name_taken");
        let done: Uploaded =
            call(&server, "finish_upload", json!({ "id": late.upload.id, "on_taken": "keep-both" })).await.unwrap();
        assert_eq!(done.names[0].shown(), "c (2).txt");
    });
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    on_runtime(async {
        let server = demo_server();
        const TIB: usize = 1 << 40;
        let many: Vec<String> = (0..3000).map(|number| format!("/{number}")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), 1)).collect();
        let too_many: Vec<String> = (0..10_001).map(|number| format!("/{number}")).collect();
        let too_many: Vec<_> = too_many.iter().map(|name| (name.as_str(), 1)).collect();
        for (folder, files, status, expected, sentence) in [
            ("/lustre/climate", &[("/huge", 200 * TIB)][..], 409, "refused_no_headroom", "200 TiB are needed"),
            ("/lustre/thesis-chen", &many, 409, "refused_no_headroom", "3005 inodes are needed"),
            ("/lustre/climate", &too_many, 413, "too_many", "10,001"),
            ("/lustre/climate", &[], 400, "invalid_request", "Nothing"),
            ("/lustre/climate", &[("/.tidelock-x", 1)], 400, "invalid_request", "only moves and uploads give"),
            ("/lustre/climate", &[("/a/../b", 1)], 400, "bad_request", "not names"),
            ("/lustre/climate", &[("/a", 1), ("/a/b", 1)], 400, "invalid_request", "both as a file and as a folder"),
            ("/lustre/materials", &[("/a", 1)], 403, "no_permission", "may not"),
            ("/etc", &[("/a", 1)], 403, "outside_roots", "outside"),
            ("/lustre/nothing", &[("/a", 1)], 404, "not_found", "There is no"),
        ] {
            let (told, error) = server.call::<UploadState>("begin_upload", request(folder, files, "refuse")).await.unwrap_err();
            assert_eq!((told.as_u16(), error.code.as_str()), (status, expected), "{folder}: {error:?}");
            assert!(error.message.contains(sentence), "{}", error.message);
        }
        assert!(server.call::<Vec<Upload>>("uploads", json!({})).await.unwrap().is_empty());
    });
}

#[test]
fn nobody_writes_into_the_upload_of_somebody_else() {
    on_runtime(async {
        let server = demo_server();
        let begun: UploadState = server.call("begin_upload", request("/lustre/genomics", &[("/a", 3)], "refuse")).await.unwrap();
        let id = begun.upload.id;
        let theirs = put(&server, Some("bob"), &id, 0, 0, "bad".into()).await;
        assert_eq!((theirs.0, code(&theirs), theirs.1.length), (StatusCode::NOT_FOUND, "not_found", None));
        for verb in ["upload", "finish_upload", "cancel_upload"] {
            assert_eq!(server.call_as::<Value>("bob", verb, json!({ "id": id })).await.unwrap_err().1.code, "not_found", "{verb}");
        }
        assert!(server.call_as::<Vec<Upload>>("bob", "uploads", json!({})).await.unwrap().is_empty());
        let unknown = UploadId::try_from("0".repeat(32)).unwrap();
        assert_eq!(put(&server, Some("alice"), &unknown, 0, 0, "x".into()).await.0, StatusCode::NOT_FOUND);
        assert_eq!(put(&server, Some("alice"), &id, 1, 0, "x".into()).await.0, StatusCode::NOT_FOUND, "no such file");
        // More than was announced is no part of it.
        let too_much = put(&server, Some("alice"), &id, 0, 0, "four".into()).await;
        assert_eq!((too_much.0, too_much.1.length), (StatusCode::BAD_REQUEST, Some(0)));
        for (path, status) in [("../../x/0?offset=0", 404), ("nonsense/0?offset=0", 404), (&format!("{}/0", id.as_str()), 400)] {
            let cookie = format!("{SESSION}=alice");
            let answer = server.ask(Method::PUT, &format!("/api/uploads/{path}"), &[(COOKIE, &cookie)], "x".into()).await;
            assert_eq!(answer.status().as_u16(), status, "{path}");
        }
    });
}

#[test]
fn on_lustre_files_and_folders_appear_charged_to_the_project() {
    on_runtime(async {
        let server = demo_server();
        let files = [("/up/one", 3), ("/up/deep/two", 3), ("/three", 3)];
        let begun: UploadState = server.call("begin_upload", request("/lustre/genomics/results", &files, "refuse")).await.unwrap();
        for file in 0..3 {
            assert_eq!(put(&server, Some("alice"), &begun.upload.id, file, 0, "abc".into()).await.0, StatusCode::OK);
        }
        let seen: FolderListing = server.call("folder", listing("/lustre/genomics/results")).await.unwrap();
        let names = |seen: &FolderListing| {
            seen.rows.entries.iter().flatten().map(|entry| entry.name.shown().into_owned()).collect::<Vec<_>>()
        };
        assert!(!names(&seen).iter().any(|name| name.starts_with(".tidelock") || name == "up"), "{:?}", names(&seen));
        // No move takes the hidden folder along.
        let refused =
            server.call::<MoveView>("start_move", moving("/lustre/genomics/results", "/lustre/climate")).await.unwrap_err();
        assert_eq!(refused.1.code, "refused_upload_inside", "{:?}", refused.1);
        server.call::<Uploaded>("finish_upload", json!({ "id": begun.upload.id })).await.unwrap();
        let after: FolderListing = server.call("folder", listing("/lustre/genomics/results")).await.unwrap();
        for entry in after.rows.entries.iter().flatten().filter(|entry| ["up", "three"].contains(&&*entry.name.shown())) {
            assert_eq!((entry.project, entry.is_drifted, entry.owner.as_str()), (Some(after.folder.tag.id), false, "alice"));
        }
        assert_eq!(names(&after).len(), names(&seen).len() + 2);
    });
}

#[test]
fn a_project_that_becomes_full_lets_the_upload_wait() {
    on_runtime(async {
        let server = demo_server();
        let Eyes::Demo(simulator) = &server.running.site.eyes else { panic!("the demo is simulated") };
        let begun: UploadState =
            server.call("begin_upload", request("/lustre/genomics", &[("/a", 100_000)], "refuse")).await.unwrap();
        let id = begun.upload.id;
        let before: FolderListing = server.call("folder", listing("/lustre/genomics")).await.unwrap();
        let (limits, usage) = (before.folder.project.limits, before.folder.project.usage.unwrap());
        let mut tight = limits;
        tight.bytes.hard = Some(usage.bytes + 40_960);
        simulator.set_limits(0, ProjectId(2002), tight);
        let full = put(&server, Some("alice"), &id, 0, 0, vec![7; 100_000].into()).await;
        assert_eq!((full.0, code(&full)), (StatusCode::CONFLICT, "refused_full"), "{:?}", full.1);
        let length = full.1.length.unwrap();
        simulator.set_limits(0, ProjectId(2002), limits);
        let rest = vec![7; 100_000 - usize::try_from(length).unwrap()];
        assert_eq!(
            put(&server, Some("alice"), &id, 0, usize::try_from(length).unwrap(), rest.into()).await.1.length,
            Some(100_000)
        );
        server.call::<Uploaded>("finish_upload", json!({ "id": id })).await.unwrap();
    });
}

#[test]
fn what_everybody_has_forgotten_goes_and_what_was_broken_off_at_its_end_is_finished() {
    on_runtime(async {
        let (root, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server = server_at(root.path(), state.path());
        let folder = root.path().display().to_string();
        let begun: UploadState = call(&server, "begin_upload", request(&folder, &[("/a", 3)], "refuse")).await.unwrap();
        put(&server, None, &begun.upload.id, 0, 0, "ab".into()).await;
        look_after_uploads(&server.running.site);
        assert_eq!(hidden_in(root.path()), 1, "its time is not over");
        // As if it had been left alone for long.
        let list = state.path().join("uploads.json");
        let text = std::fs::read_to_string(&list).unwrap();
        let mut entries: Value = serde_json::from_str(&text).unwrap();
        entries[begun.upload.id.as_str()]["last_ms"] = json!(0);
        std::fs::write(&list, entries.to_string()).unwrap();
        let server = server_at(root.path(), state.path());
        look_after_uploads(&server.running.site);
        assert_eq!(hidden_in(root.path()), 0);
        assert_eq!(std::fs::read_to_string(&list).unwrap(), "{}");
        // What another process of the same user made in a folder is not touched.
        std::fs::create_dir(root.path().join(".tidelock-upload-0123456789abcdef0123456789abcdef")).unwrap();
        look_after_uploads(&server.running.site);
        assert_eq!(hidden_in(root.path()), 1);
        let found =
            server.running.site.engine.orphans(&[FilePath::parse(folder.as_bytes()).unwrap()], &Default::default()).unwrap();
        assert!(found.orphans.is_empty(), "an upload is no orphan of a move");
    });
}
