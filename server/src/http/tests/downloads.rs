//! What comes down: whole, in parts, as an archive, and what does not.

use std::collections::BTreeMap;
use std::io::Read;

use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::Response;
use serde_json::json;
use tidelock_shared::content::Content;
use tidelock_shared::listing::FolderListing;

use crate::service::Kind;

use super::{Headers, Server, demo_server, listing, on_runtime, single_user_server, text};

async fn download(server: &Server, path: &str, headers: Headers<'_>) -> Response {
    let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
    server.get(&format!("/download{path}"), &[&[(AUTHORIZATION, bearer.as_str())], headers].concat()).await
}

fn header(response: &Response, name: &axum::http::HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn a_file_comes_whole_or_in_parts_of_the_same_content() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a \"b\" ü.txt"), "abcdefgh").unwrap();
        let (server, _) = single_user_server(root.path());
        let path = format!("{}/a%20%22b%22%20%C3%BC.txt", root.path().display());
        let whole = download(&server, &path, &[]).await;
        assert_eq!(
            (whole.status(), header(&whole, &CONTENT_LENGTH), header(&whole, &ACCEPT_RANGES)),
            (StatusCode::OK, "8".into(), "bytes".into())
        );
        assert_eq!(header(&whole, &CONTENT_TYPE), "application/octet-stream");
        assert_eq!(
            header(&whole, &CONTENT_DISPOSITION),
            "attachment; filename=\"a _b_ _.txt\"; filename*=UTF-8''a%20%22b%22%20%C3%BC.txt"
        );
        let tag = header(&whole, &ETAG);
        assert_eq!(text(whole).await, "abcdefgh");

        let part = download(&server, &path, &[(RANGE, "bytes=2-4"), (IF_RANGE, &tag)]).await;
        assert_eq!((part.status(), header(&part, &CONTENT_RANGE)), (StatusCode::PARTIAL_CONTENT, "bytes 2-4/8".into()));
        assert_eq!(text(part).await, "cde");
        let rest = download(&server, &path, &[(RANGE, "bytes=-3")]).await;
        assert_eq!(text(rest).await, "fgh");
        let beyond = download(&server, &path, &[(RANGE, "bytes=8-")]).await;
        assert_eq!((beyond.status(), header(&beyond, &CONTENT_RANGE)), (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */8".into()));

        // Another content since: the whole of it, not a part that does not fit.
        std::fs::write(root.path().join("a \"b\" ü.txt"), "ABCDEFGHI").unwrap();
        let changed = download(&server, &path, &[(RANGE, "bytes=2-4"), (IF_RANGE, &tag)]).await;
        assert_eq!((changed.status(), text(changed).await), (StatusCode::OK, "ABCDEFGHI".into()));
    });
}

#[test]
fn who_takes_nothing_of_downloads_keeps_nobody_else_waiting() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        std::fs::File::create(root.path().join("large")).unwrap().set_len(64 << 20).unwrap();
        let (server, _) = single_user_server(root.path());
        let path = format!("{}/large", root.path().display());
        let mut held = Vec::new();
        for _ in 0..Kind::Transfer.places() {
            let answer = download(&server, &path, &[]).await;
            assert_eq!(answer.status(), StatusCode::OK);
            held.push(answer);
        }
        assert_eq!(download(&server, &path, &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        // Others have places of their own, and so has all else that is asked.
        assert!(server.running.site.busy.try_take("bob", Kind::Transfer).is_ok());
        let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
        let listed = listing(&root.path().display().to_string());
        assert_eq!(server.post("folder", &[(AUTHORIZATION, &bearer)], &listed).await.status(), StatusCode::OK);
        held.clear();
        let mut again = StatusCode::SERVICE_UNAVAILABLE;
        for _ in 0..50 {
            again = download(&server, &path, &[]).await.status();
            if again == StatusCode::OK {
                break;
            }
        }
        assert_eq!(again, StatusCode::OK);
    });
}

#[test]
fn a_folder_comes_as_an_archive_that_says_what_is_not_in_it() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        let top = root.path().join("top");
        std::fs::create_dir_all(top.join("sub")).unwrap();
        std::fs::create_dir(top.join(".tidelock-12345678-1")).unwrap();
        let large: Vec<u8> = (0..1_000_000_u32).map(|byte| (byte % 251) as u8).collect();
        std::fs::write(top.join("sub/large"), &large).unwrap();
        let long = "n".repeat(200);
        std::fs::write(top.join(&long), "x").unwrap();
        std::os::unix::fs::symlink("sub/large", top.join("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, top.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        let (server, _) = single_user_server(root.path());
        let answer = download(&server, &top.display().to_string(), &[]).await;
        assert_eq!(header(&answer, &CONTENT_DISPOSITION), "attachment; filename=\"top.tar\"; filename*=UTF-8''top.tar");
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let mut found = BTreeMap::new();
        let mut archive = tar::Archive::new(&bytes[..]);
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let (path, link) =
                (entry.path().unwrap().display().to_string(), entry.link_name().unwrap().map(|link| link.display().to_string()));
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.insert(path, link.map_or(content, String::into_bytes));
        }
        assert_eq!(found.remove("top/sub/large"), Some(large));
        let expected = [
            ("top", ""),
            ("top/NOT-INCLUDED.txt", "pipe: it is no file, folder or symbolic link\n"),
            ("top/link", "sub/large"),
            (&format!("top/{long}"), "x"),
            ("top/sub", ""),
        ];
        let found: Vec<_> =
            found.iter().map(|(path, content)| (path.trim_end_matches('/'), std::str::from_utf8(content).unwrap())).collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn what_cannot_come_is_refused_with_a_sentence() {
    on_runtime(async {
        let server = demo_server();
        for (path, status, sentence) in [
            ("/lustre/archive/campaign-2017/raw-001.tar", StatusCode::SERVICE_UNAVAILABLE, "on tape only"),
            ("/etc/passwd", StatusCode::FORBIDDEN, "outside the folders managed here"),
            ("/lustre/nothing", StatusCode::NOT_FOUND, "There is no"),
            ("/lustre/materials", StatusCode::FORBIDDEN, "You may not"),
            ("/lustre/../etc/passwd", StatusCode::BAD_REQUEST, "That is no path"),
        ] {
            let refused = server.get(&format!("/download{path}"), &[]).await;
            assert_eq!(refused.status(), status, "{path}");
            let page = text(refused).await;
            assert!(page.contains(sentence), "{path}: {page}");
        }
        let archive = server.get("/download/lustre/archive/pilot-2016", &[]).await;
        let bytes = to_bytes(archive.into_body(), usize::MAX).await.unwrap();
        let left_out = b"its content is on tape only";
        assert_eq!(bytes.windows(left_out.len()).filter(|part| part == left_out).count(), 9);
    });
}

#[test]
fn a_picture_is_shown_by_what_it_is_and_nothing_else_is() {
    on_runtime(async {
        let server = demo_server();
        let picture = server.get("/content/lustre/climate/figures-for-paper/figure-01.png", &[]).await;
        assert_eq!(picture.status(), StatusCode::OK);
        let headers = picture.headers().clone();
        assert_eq!(
            (&headers[CONTENT_TYPE], &headers[CONTENT_DISPOSITION]),
            (&"image/png".parse().unwrap(), &"inline".parse().unwrap())
        );
        assert_eq!(
            (&headers[X_FRAME_OPTIONS], &headers[X_CONTENT_TYPE_OPTIONS]),
            (&"SAMEORIGIN".parse().unwrap(), &"nosniff".parse().unwrap())
        );
        assert!(to_bytes(picture.into_body(), usize::MAX).await.unwrap().starts_with(b"\x89PNG"));
        for path in ["climate/README.md", "climate/common", "archive/campaign-2017/raw-01.tar", "nowhere.png"] {
            let refused = server.get(&format!("/content/lustre/{path}"), &[]).await;
            assert!(refused.status().is_client_error() || refused.status() == StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(refused.headers()[X_FRAME_OPTIONS], "DENY", "{path}");
        }
    });
}

#[test]
fn what_there_is_to_see_of_a_file_is_told_by_its_content() {
    on_runtime(async {
        let server = demo_server();
        let content = async |path: &str| server.call::<Content>("content", json!({ "path": path })).await.unwrap();
        let text = content("/lustre/climate/README.md").await;
        assert!(matches!(&text, Content::Text { text, is_whole: true } if text.starts_with("# Climate")), "{text:?}");
        assert_eq!(content("/lustre/climate/figures-for-paper/figure-01.png").await, Content::Image);
        let binary = content("/lustre/climate/common/grid.nc").await;
        assert!(matches!(&binary, Content::Binary { dump } if dump.lines().count() == 32), "{binary:?}");
        assert!(matches!(content("/lustre/climate/common").await, Content::Nothing { .. }));
        let archived: FolderListing = server.call("folder", listing("/lustre/archive/campaign-2017")).await.unwrap();
        let released = archived.rows.entries.iter().flatten().find(|entry| entry.is_released).unwrap();
        let on_tape = content(&format!("/lustre/archive/campaign-2017/{}", released.name.shown())).await;
        assert!(matches!(&on_tape, Content::Nothing { why } if why.contains("tape")), "{on_tape:?}");
        let (status, _) =
            server.call_as::<Content>("bob", "content", json!({ "path": "/lustre/climate/README.md" })).await.unwrap_err();
        assert_eq!(status, StatusCode::FORBIDDEN);
    });
}
