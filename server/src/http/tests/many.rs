//! Many users: signed in by the proxy, each in sessions of their own, and scripts with tokens.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use tidelock_shared::access::{NewToken, Role, SessionView, TokenView};
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::{MoveDetail, MoveState, MoveView};

use super::people::{FETCH_SITE, NAME, Person, REMOTE_USER, cookie_of, many_server, proxy, with_token};
use super::{Headers, Server, answer, moving, on_runtime, text};
use crate::identity::Peer;

async fn page(server: &Server, peer: Peer, headers: Headers<'_>) -> axum::response::Response {
    let headers: Vec<_> = [(HOST, NAME)].into_iter().chain(headers.iter().cloned()).collect();
    server.ask_from(peer, Method::GET, "/settings", &headers, Body::empty()).await
}

#[test]
fn the_proxy_says_who_somebody_is_and_nobody_else() {
    on_runtime(async {
        let server = many_server();
        let alice = Person::signs_in(&server, "alice").await;
        let session: Value = answer(alice.post("session", &json!({})).await).await.unwrap();
        assert_eq!((session["user"].as_str(), session["role"].as_str()), (Some("alice"), Some("member")));
        for (peer, name, status, told) in [
            ("10.0.0.8", "alice", StatusCode::FORBIDDEN, "Only the reverse proxy may say"),
            ("127.0.0.1", "alice", StatusCode::FORBIDDEN, "Only the reverse proxy may say"),
            ("10.0.0.7", "mallory", StatusCode::FORBIDDEN, "Nobody is called &#39;mallory&#39;"),
            ("10.0.0.7", "<b>", StatusCode::FORBIDDEN, "&lt;b&gt;"),
            ("10.0.0.7", "root", StatusCode::FORBIDDEN, "is an account of the system"),
            ("10.0.0.7", "daemon", StatusCode::FORBIDDEN, "is an account of the system"),
            ("10.0.0.7", "away", StatusCode::SERVICE_UNAVAILABLE, "cannot say now who you are"),
            ("10.0.0.7", "", StatusCode::BAD_REQUEST, "the header is empty"),
            ("10.0.0.7", "a b", StatusCode::BAD_REQUEST, "no name has"),
        ] {
            let peer = Peer::Address(peer.parse().unwrap());
            let refused = page(&server, peer, &[(REMOTE_USER, name)]).await;
            assert_eq!(refused.status(), status, "{name}");
            assert!(!refused.headers().contains_key(SET_COOKIE), "{name}");
            let text = text(refused).await.replace('\'', "&#39;");
            assert!(text.contains(told), "{name}: {text}");
        }
        let twice = page(&server, proxy(), &[(REMOTE_USER, "alice"), (REMOTE_USER, "alice")]).await;
        assert_eq!(twice.status(), StatusCode::BAD_REQUEST);
        // Neither half is enough alone.
        let cookie_alone = page(&server, proxy(), &[(COOKIE, &alice.cookie)]).await;
        assert_eq!(cookie_alone.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(page(&server, proxy(), &[]).await.status(), StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_session_begins_with_a_page_and_no_call_begins_one() {
    on_runtime(async {
        let server = many_server();
        let headers: Headers<'_> = &[(HOST, NAME), (REMOTE_USER, "alice"), (FETCH_SITE, "same-origin")];
        for (method, path) in [
            (Method::POST, "/api/session"),
            (Method::GET, "/api/moves/events"),
            (Method::GET, "/download/lustre/climate/README.md"),
            (Method::GET, "/content/lustre/climate/README.md"),
            (Method::GET, "/metrics"),
            (Method::POST, "/settings"),
        ] {
            let refused = server.ask_from(proxy(), method, path, headers, "{}".into()).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert!(!refused.headers().contains_key(SET_COOKIE), "{path}");
        }
        // A picture on a page of another site is no page that somebody opens.
        let destination = HeaderName::from_static("sec-fetch-dest");
        let embedded = page(&server, proxy(), &[(REMOTE_USER, "alice"), (destination, "image"), (FETCH_SITE, "cross-site")]).await;
        assert_eq!(embedded.status(), StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_link_of_another_site_finds_the_session_that_there_is() {
    on_runtime(async {
        let server = many_server();
        let followed = page(&server, proxy(), &[(REMOTE_USER, "alice"), (FETCH_SITE, "cross-site")]).await;
        assert!(!followed.headers().contains_key(SET_COOKIE), "the cookie was kept back, so nothing is begun");
        assert!(text(followed).await.contains("http-equiv=\"refresh\" content=\"0; url=/settings\""));
    });
}

#[test]
fn another_user_ends_the_session_and_begins_another() {
    on_runtime(async {
        let server = many_server();
        let alice = Person::signs_in(&server, "alice").await;
        let feed = alice.get("/api/moves/events").await;
        let call = Person { server: &server, name: "bob", cookie: alice.cookie.clone() };
        let bobs = call.get("/settings").await;
        assert_eq!(bobs.status(), StatusCode::OK);
        assert_ne!(cookie_of(&bobs), alice.cookie);
        text(feed).await;
        assert_eq!(alice.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED);
        let alice = Person::signs_in(&server, "alice").await;
        let bob = Person { server: &server, name: "bob", cookie: alice.cookie.clone() };
        assert_eq!(bob.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED, "a call begins none");
        assert_eq!(alice.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED, "but ends it");
    });
}

#[test]
fn a_session_is_ended_by_its_user_or_an_administrator_with_its_feeds() {
    on_runtime(async {
        let server = many_server();
        let (first, second) = (Person::signs_in(&server, "alice").await, Person::signs_in(&server, "alice").await);
        let (bob, chen) = (Person::signs_in(&server, "bob").await, Person::signs_in(&server, "chen").await);
        let sessions: Vec<SessionView> = answer(first.post("sessions", &json!({})).await).await.unwrap();
        assert_eq!(sessions.iter().map(|session| session.is_this).collect::<Vec<_>>(), [false, true]);
        let other = sessions[0].id;
        assert_eq!(bob.post("end_session", &json!({ "id": other })).await.status(), StatusCode::NOT_FOUND);
        let feed = second.get("/api/moves/events").await;
        assert_eq!(first.post("end_session", &json!({ "id": other })).await.status(), StatusCode::OK);
        text(feed).await;
        let over = second.get("/browse/lustre?filter=a%26b").await;
        assert_eq!(over.status(), StatusCode::UNAUTHORIZED);
        let over = text(over).await;
        assert!(
            over.contains("Your session has ended") && over.contains("/sign_in?to=/browse/lustre%3Ffilter%3Da%2526b"),
            "{over}"
        );

        let all: Vec<SessionView> = answer(chen.post("sessions", &json!({ "of_all": true })).await).await.unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(bob.post("end_sessions", &json!({ "user": "alice" })).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(chen.post("end_sessions", &json!({ "user": "alice" })).await.status(), StatusCode::OK);
        assert_eq!(first.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(bob.post("session", &json!({})).await.status(), StatusCode::OK);

        let again = first.get("/sign_in?to=/browse/lustre").await;
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        assert_eq!(again.headers()[LOCATION], "/browse/lustre");
        assert_ne!(cookie_of(&again), first.cookie, "a new session has a new token");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "evil"] {
            let again = first.get(&format!("/sign_in?to={elsewhere}")).await;
            assert_eq!(again.headers()[LOCATION], "/", "{elsewhere}");
        }
    });
}

#[test]
fn all_others_end_together_and_signing_out_ends_this_one() {
    on_runtime(async {
        let server = many_server();
        let (here, there) = (Person::signs_in(&server, "alice").await, Person::signs_in(&server, "alice").await);
        assert_eq!(here.post("end_sessions", &json!({})).await.status(), StatusCode::OK);
        assert_eq!(there.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED);
        let left = here.post("sign_out", &json!({})).await;
        assert!(left.headers()[SET_COOKIE].to_str().unwrap().ends_with("Max-Age=0"));
        assert_eq!(here.post("session", &json!({})).await.status(), StatusCode::UNAUTHORIZED);
        let page = here.get("/signed_out").await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text(page).await.contains("href=\"/sign_in\""));
    });
}

#[test]
fn only_the_public_name_is_answered_and_orders_come_from_its_pages() {
    on_runtime(async {
        let server = many_server();
        let alice = Person::signs_in(&server, "alice").await;
        let ask = |method: Method, path: &'static str, extra: Vec<(HeaderName, &'static str)>| {
            let (server, cookie) = (server.clone(), alice.cookie.clone());
            async move {
                let mut headers = vec![(REMOTE_USER, "alice"), (COOKIE, cookie.as_str())];
                headers.extend(extra);
                if !headers.iter().any(|(name, _)| *name == HOST) {
                    headers.push((HOST, NAME));
                }
                server.ask_from(proxy(), method, path, &headers, "{}".into()).await.status()
            }
        };
        for (host, path, expected) in [
            ("localhost", "/", StatusCode::FORBIDDEN),
            ("10.0.0.1:3000", "/", StatusCode::FORBIDDEN),
            ("10.0.0.1:3000", "/metrics", StatusCode::FORBIDDEN),
            ("tidelock.example.org:443", "/", StatusCode::OK),
            ("10.0.0.1:3000", "/readyz", StatusCode::OK),
            ("evil.example", "/readyz", StatusCode::FORBIDDEN),
        ] {
            assert_eq!(ask(Method::GET, path, vec![(HOST, host)]).await, expected, "{path} at {host}");
        }
        for (headers, expected) in [
            (vec![(ORIGIN, "https://tidelock.example.org")], StatusCode::OK),
            (vec![(FETCH_SITE, "same-origin")], StatusCode::OK),
            (vec![(ORIGIN, "http://tidelock.example.org")], StatusCode::FORBIDDEN),
            (vec![(ORIGIN, "https://evil.example")], StatusCode::FORBIDDEN),
            (vec![(FETCH_SITE, "same-site")], StatusCode::FORBIDDEN),
        ] {
            assert_eq!(ask(Method::POST, "/api/session", headers.clone()).await, expected, "{headers:?}");
            assert_eq!(ask(Method::GET, "/api/moves/events", headers.clone()).await, expected, "{headers:?}");
        }
        assert_eq!(ask(Method::POST, "/api/session", vec![]).await, StatusCode::FORBIDDEN, "every browser says from where");
    });
}

#[test]
fn whoever_fails_again_and_again_has_to_wait_and_others_have_not() {
    on_runtime(async {
        let server = many_server();
        for _ in 0..10 {
            assert_eq!(page(&server, proxy(), &[(REMOTE_USER, "mallory")]).await.status(), StatusCode::FORBIDDEN);
        }
        let slowed = page(&server, proxy(), &[(REMOTE_USER, "mallory")]).await;
        assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slowed.headers()[RETRY_AFTER], HeaderValue::from_static("60"));
        Person::signs_in(&server, "alice").await;
    });
}

async fn token(person: &Person<'_>, scope: &str) -> NewToken {
    answer(person.post("make_token", &json!({ "name": format!("{scope} it"), "scope": scope, "days": 30 })).await).await.unwrap()
}

#[test]
fn a_token_may_what_its_scope_and_its_user_may() {
    on_runtime(async {
        let server = many_server();
        let (alice, chen, dora) = (
            Person::signs_in(&server, "alice").await,
            Person::signs_in(&server, "chen").await,
            Person::signs_in(&server, "dora").await,
        );
        let (reads, moves) = (token(&alice, "read").await, token(&alice, "move").await);
        let (all, half) = (token(&chen, "administer").await, token(&chen, "move").await);
        let start = moving("/lustre/climate/common", "/lustre/genomics");
        let limits = json!({ "limits": { "moves_at_once": 4 } });
        for (token, call, arguments, expected) in [
            (&reads, "session", &json!({}), StatusCode::OK),
            (&reads, "start_move", &start, StatusCode::FORBIDDEN),
            (&moves, "start_move", &start, StatusCode::OK),
            (&moves, "set_limits", &limits, StatusCode::FORBIDDEN),
            (&moves, "audit", &json!({}), StatusCode::FORBIDDEN),
            (&half, "set_limits", &limits, StatusCode::FORBIDDEN),
            (&half, "audit", &json!({}), StatusCode::OK),
            (&all, "set_limits", &limits, StatusCode::OK),
            (&all, "make_token", &json!({ "name": "x", "scope": "read", "days": 1 }), StatusCode::FORBIDDEN),
            (&all, "sessions", &json!({}), StatusCode::FORBIDDEN),
            (&all, "end_sessions", &json!({ "user": "alice" }), StatusCode::FORBIDDEN),
        ] {
            let answered = with_token(&server, &token.secret, call, arguments).await;
            assert_eq!(answered.status(), expected, "{call} with {:?} of {}", token.token.scope, token.token.user);
        }
        for (person, scope) in [(&alice, "administer"), (&dora, "move"), (&dora, "administer")] {
            let refused = person.post("make_token", &json!({ "name": "x", "scope": scope, "days": 1 })).await;
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{scope} for {}", person.name);
        }
        for (name, days) in [("", 1), ("x\ny", 1), ("x", 0), ("x", 400)] {
            let refused = alice.post("make_token", &json!({ "name": name, "scope": "read", "days": days })).await;
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{name:?} {days}");
        }
    });
}

#[test]
fn a_token_is_listed_without_its_secret_and_ended() {
    on_runtime(async {
        let server = many_server();
        let (alice, bob) = (Person::signs_in(&server, "alice").await, Person::signs_in(&server, "bob").await);
        let made = token(&alice, "read").await;
        with_token(&server, &made.secret, "session", &json!({})).await;
        let listed = text(alice.post("tokens", &json!({})).await).await;
        assert!(!listed.contains(&made.secret));
        let listed: Vec<TokenView> = serde_json::from_str(&listed).unwrap();
        assert!(listed[0].used_ms.is_some() && listed[0].name == "read it");
        let end = json!({ "id": made.token.id });
        assert_eq!(bob.post("end_token", &end).await.status(), StatusCode::NOT_FOUND);
        // A token of somebody else is not to be used by whom the proxy names.
        let bearer = format!("Bearer {}", made.secret);
        let mixed: Headers<'_> = &[(HOST, NAME), (REMOTE_USER, "bob"), (AUTHORIZATION, &bearer)];
        let mixed = server.ask_from(proxy(), Method::POST, "/api/session", mixed, "{}".into()).await;
        assert_eq!(mixed.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(alice.post("end_token", &end).await.status(), StatusCode::OK);
        let gone = with_token(&server, &made.secret, "session", &json!({})).await;
        assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(text(bob.post("tokens", &json!({})).await).await, "[]");
    });
}

#[test]
fn the_same_key_of_two_users_is_two_moves() {
    on_runtime(async {
        let server = many_server();
        let (alice, bob) = (Person::signs_in(&server, "alice").await, Person::signs_in(&server, "bob").await);
        let mut wanted = moving("/lustre/climate/common", "/lustre/genomics");
        wanted["key"] = json!("nightly");
        let first: MoveView = answer(alice.post("start_move", &wanted).await).await.unwrap();
        let again: MoveView = answer(alice.post("start_move", &wanted).await).await.unwrap();
        assert_eq!(first.id, again.id);
        let other = text(bob.post("start_move", &wanted).await).await;
        assert!(!other.contains(&first.id.to_string()), "{other}");
        let session: Value = answer(Person::signs_in(&server, "chen").await.post("session", &json!({})).await).await.unwrap();
        assert_eq!(serde_json::from_value::<Role>(session["role"].clone()).unwrap(), Role::Administrator);
    });
}

/// Waits until a move has ended, as somebody sees it.
async fn ends(person: &Person<'_>, id: MoveId) -> MoveState {
    for _ in 0..1000 {
        let detail: MoveDetail = answer(person.post("move_detail", &json!({ "id": id })).await).await.unwrap();
        if detail.view.state.is_final() {
            return detail.view.state;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("move {id} does not come to rest");
}

#[test]
fn what_is_done_with_the_rights_of_another_is_an_administrators_alone() {
    on_runtime(async {
        let server = many_server();
        let (alice, chen) = (Person::signs_in(&server, "alice").await, Person::signs_in(&server, "chen").await);
        let start = moving("/lustre/climate/common", "/lustre/genomics");
        let begun: MoveView = answer(alice.post("start_move", &start).await).await.unwrap();
        assert_eq!(ends(&alice, begun.id).await, MoveState::Done);
        let undoing: MoveView = answer(chen.post("undo_move", &json!({ "id": begun.id })).await).await.unwrap();
        assert_eq!(ends(&chen, undoing.id).await, MoveState::Done);
        // That is his own, and done with her rights: by a token that may less he does nothing more with those.
        let half = token(&chen, "move").await;
        let which = json!({ "id": undoing.id });
        for call in ["undo_move", "purge_move", "pause_move", "cancel_move"] {
            let refused = answer::<MoveView>(with_token(&server, &half.secret, call, &which).await).await.unwrap_err();
            assert_eq!((refused.0, refused.1.code.as_str()), (StatusCode::FORBIDDEN, "permission_scope"), "{call}");
        }
        let again: MoveView = answer(chen.post("undo_move", &which).await).await.unwrap();
        assert_eq!(ends(&chen, again.id).await, MoveState::Done);
    });
}
