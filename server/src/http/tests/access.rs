//! Who gets in, from where, and what every answer carries.

use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, Method, StatusCode};
use serde_json::json;
use tidelock_shared::user_error::UserError;

use super::{SESSION, Server, demo_server, on_runtime, single_user_server, text};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The cookie that an answer sets, as a browser sends it back.
fn cookie_of(response: &axum::response::Response) -> String {
    let header = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(header.contains("; HttpOnly") && header.contains("; SameSite=Strict"), "{header}");
    header.split(';').next().unwrap().to_owned()
}

async fn enter(server: &Server, link: &str) -> String {
    let opened = server.get(link, &[]).await;
    assert_eq!((opened.status(), &opened.headers()[LOCATION]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
    cookie_of(&opened)
}

#[test]
fn a_single_users_server_knows_its_user_only() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        let (server, link) = single_user_server(root.path());
        let cookie = enter(&server, &link).await;
        let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
        let forged = format!("{SESSION}=0123456789abcdef0123456789abcdef");
        let nobody: [(&str, Vec<(HeaderName, &str)>); 4] = [
            ("nobody", vec![]),
            ("a forged cookie", vec![(COOKIE, forged.as_str())]),
            ("a wrong token", vec![(AUTHORIZATION, "Bearer 00")]),
            ("a wrong token beside a cookie", vec![(AUTHORIZATION, "Basic 00"), (COOKIE, cookie.as_str())]),
        ];
        for (who, headers) in &nobody {
            for page in ["/", "/moves", "/browse/etc", "/nothing"] {
                let response = server.get(page, headers).await;
                assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{who} at {page}");
                assert!(response.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
            }
            for feed in ["/api/moves/events", "/api/moves/00000000-1/events", "/api/surveys/1/events"] {
                assert_eq!(server.get(feed, headers).await.status(), StatusCode::UNAUTHORIZED, "{who} at {feed}");
            }
            for call in ["session", "folder", "start_move", "become", "sign_out", "nothing"] {
                let response = server.post(call, headers, &json!({})).await;
                assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{who} calls {call}");
                let error: UserError = serde_json::from_str(&text(response).await).unwrap();
                assert_eq!(error.code, "unauthorized");
            }
            for open in ["/healthz", "/readyz"] {
                assert_eq!(server.get(open, headers).await.status(), StatusCode::OK, "{who} at {open}");
            }
        }
        for known in [(COOKIE, cookie.as_str()), (AUTHORIZATION, bearer.as_str())] {
            assert_eq!(server.get("/", std::slice::from_ref(&known)).await.status(), StatusCode::OK, "{known:?}");
            assert_eq!(server.post("session", &[known], &json!({})).await.status(), StatusCode::OK);
        }
    });
}

#[test]
fn a_link_works_once_and_then_says_so() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        let (server, link) = single_user_server(root.path());
        let cookie = enter(&server, &link).await;
        let again = server.get(&link, &[]).await;
        assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
        assert!(text(again).await.contains("This link has been used."));
        let by_its_user = server.get(&link, &[(COOKIE, &cookie)]).await;
        assert_eq!(by_its_user.status(), StatusCode::SEE_OTHER, "who is in already is led on");
        let wrong = server.get("/open/0123456789abcdef0123456789abcdef", &[]).await;
        assert!(text(wrong).await.contains("not of this server"));
    });
}

#[test]
fn a_session_that_was_signed_out_is_over() {
    on_runtime(async {
        let root = tempfile::tempdir().unwrap();
        let (server, link) = single_user_server(root.path());
        let cookie = enter(&server, &link).await;
        let feed = server.get("/api/moves/events", &[(COOKIE, &cookie)]).await;
        assert_eq!(server.post("sign_out", &[(COOKIE, &cookie)], &json!({})).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(server.get("/", &[(COOKIE, &cookie)]).await.status(), StatusCode::UNAUTHORIZED);
        // Reads to the end, which there would not be otherwise.
        text(feed).await;
        let page = server.get("/signed_out", &[(COOKIE, &cookie)]).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text(page).await.contains("open the link that `tidelock serve` printed"));
    });
}

#[test]
fn a_person_who_signs_out_is_told_how_to_come_back() {
    on_runtime(async {
        let form = [(CONTENT_TYPE, "application/x-www-form-urlencoded"), (FETCH_SITE, "same-origin")];
        let root = tempfile::tempdir().unwrap();
        let (server, link) = single_user_server(root.path());
        let cookie = enter(&server, &link).await;
        assert_eq!(server.get("/signed_out", &[(COOKIE, &cookie)]).await.headers()[LOCATION], "/", "one is still in");
        let headers: Vec<_> = form.iter().cloned().chain([(COOKIE, cookie.as_str())]).collect();
        let left = server.ask(Method::POST, "/api/sign_out", &headers, Body::empty()).await;
        assert_eq!((left.status(), &left.headers()[LOCATION]), (StatusCode::SEE_OTHER, &"/signed_out".parse().unwrap()));
        assert!(left.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));

        let demo = demo_server();
        let left = demo.ask(Method::POST, "/api/sign_out", &form, Body::empty()).await;
        assert_eq!(left.headers()[LOCATION], "/signed_out");
        assert!(text(demo.get("/signed_out", &[]).await).await.contains("Back to the demo"));
    });
}

#[test]
fn in_the_demo_anyone_becomes_anybody() {
    on_runtime(async {
        let server = demo_server();
        let as_json = server.post("become", &[], &json!({ "user": "bob" })).await;
        assert_eq!(as_json.status(), StatusCode::NO_CONTENT);
        assert_eq!(cookie_of(&as_json), format!("{SESSION}=bob"));
        let form = [(CONTENT_TYPE, "application/x-www-form-urlencoded"), (FETCH_SITE, "same-origin"), (ORIGIN, "null")];
        let as_form = server.ask(Method::POST, "/api/become", &form, Body::from("user=admin")).await;
        assert_eq!((as_form.status(), cookie_of(&as_form)), (StatusCode::SEE_OTHER, format!("{SESSION}=admin")));
        assert_eq!(server.post("become", &[], &json!({ "user": "root" })).await.status(), StatusCode::NOT_FOUND);

        let root = tempfile::tempdir().unwrap();
        let (server, link) = single_user_server(root.path());
        let cookie = enter(&server, &link).await;
        assert_eq!(server.post("become", &[(COOKIE, &cookie)], &json!({ "user": "bob" })).await.status(), StatusCode::NOT_FOUND);
    });
}

#[test]
fn orders_from_other_sites_are_refused() {
    on_runtime(async {
        let server = demo_server();
        for headers in [
            vec![(FETCH_SITE, "cross-site")],
            vec![(FETCH_SITE, "same-site")],
            vec![(ORIGIN, "http://evil.example")],
            vec![(ORIGIN, "http://127.0.0.1:3001")],
            vec![(ORIGIN, "null")],
        ] {
            for call in ["session", "start_move", "become", "sign_out"] {
                let response = server.post(call, &headers, &json!({ "user": "bob" })).await;
                assert_eq!(response.status(), StatusCode::FORBIDDEN, "{call} {headers:?}");
            }
        }
        assert_eq!(server.post("session", &[(ORIGIN, "http://127.0.0.1:3000")], &json!({})).await.status(), StatusCode::OK);
    });
}

#[test]
fn a_foreign_name_is_not_answered_whatever_it_leads_to() {
    on_runtime(async {
        let server = demo_server();
        for path in ["/", "/healthz", "/api/moves/events", "/favicon.svg"] {
            assert_eq!(server.get(path, &[(HOST, "evil.example:3000")]).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(server.get("/healthz", &[(HOST, "localhost:3000")]).await.status(), StatusCode::OK);
    });
}

#[test]
fn every_answer_carries_the_strict_headers() {
    on_runtime(async {
        let server = demo_server();
        for path in ["/", "/nothing", "/healthz", "/api/nothing", "/api/moves/nothing/events", "/open/0"] {
            let response = server.get(path, &[]).await;
            let headers = response.headers();
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
            assert_eq!(headers[REFERRER_POLICY], "no-referrer", "{path}");
            assert!(headers.contains_key(CACHE_CONTROL), "{path}");
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        }
    });
}

#[test]
fn every_script_of_a_page_has_the_nonce_of_its_policy() {
    on_runtime(async {
        let server = demo_server();
        for path in ["/", "/browse/lustre/climate", "/moves", "/projects", "/guarantees", "/settings", "/components"] {
            let response = server.get(path, &[]).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
            let page = text(response).await;
            let scripts: Vec<_> = page.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
            assert!(!scripts.is_empty());
            assert!(scripts.iter().all(|tag| tag.contains(&format!("nonce=\"{nonce}\""))), "{path}: {scripts:?}");
            // Nothing else is run: no script in the page without the nonce, none in an attribute, no text as code.
            let scripts = policy.split(';').find(|part| part.trim_start().starts_with("script-src")).unwrap();
            let allowed: Vec<&str> = scripts.split_whitespace().skip(1).filter(|source| !source.starts_with("'nonce-")).collect();
            assert_eq!(allowed, ["'self'", "'wasm-unsafe-eval'"], "{path}");
            for attribute in [" onclick=", " onload=", " onerror=", "javascript:", " style=\""] {
                assert!(!page.contains(attribute), "{path} has {attribute}");
            }
        }
    });
}

#[test]
fn many_pages_at_once_are_all_whole() {
    on_runtime(async {
        let server = demo_server();
        let paths = ["/browse/lustre/climate", "/browse/lustre/climate?pane2=/lustre/genomics", "/", "/moves", "/projects"];
        // Some at once, so that what one page waits for finds a thread to run on, and many in turn.
        let asked = (0..4).map(|first| {
            let server = server.clone();
            tokio::spawn(async move {
                for number in first..first + 80 {
                    let response = server.get(paths[number % paths.len()], &[]).await;
                    assert_eq!(response.status(), StatusCode::OK);
                    let page = text(response).await;
                    assert!(page.contains(" · Tidelock</title>") && page.ends_with("</script>"), "a page was cut off");
                }
            })
        });
        for pages in asked.collect::<Vec<_>>() {
            pages.await.expect("no page panics");
        }
    });
}

#[test]
fn a_body_without_end_is_not_read() {
    on_runtime(async {
        let server = demo_server();
        let huge = json!({ "sources": ["/lustre/".to_owned() + &"x".repeat(9 << 20)] });
        let status = server.post("start_survey", &[], &huge).await.status();
        assert!(status.is_client_error(), "{status}");
    });
}
