//! Signing in with a provider of OpenID Connect: the way there and back, and every way in which it fails.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::url::Url;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Value, json};

use super::people::{FETCH_SITE, NAME, REMOTE_USER, server_with};
use super::{Server, answer, on_runtime, text};
use crate::identity::Peer;
use crate::identity::fake::{CLIENT, Provider, signed};

fn server_of(provider: &Provider, more: &str) -> Server {
    let config = format!(
        r#"
        listen = "10.0.0.1:3000"
        state = "/nowhere"
        url = "https://tidelock.example.org"
        roots = ["/lustre"]
        [sign_in.openid]
        name = "Example University"
        issuer = "{}"
        client_id = "{CLIENT}"
        client_secret_file = "/nowhere/secret"
        {more}
        [roles]
        administrators = ["chen"]
        "#,
        provider.issuer
    );
    server_with(&config)
}

/// A browser as far as it matters here: it keeps back what is of our own pages only when another site leads here.
struct Browser<'s> {
    server: &'s Server,
    cookies: BTreeMap<String, String>,
}

impl<'s> Browser<'s> {
    fn new(server: &'s Server) -> Self {
        Self { server, cookies: BTreeMap::new() }
    }

    async fn opens(&mut self, path: &str, site: &str) -> Response {
        self.asks(Method::GET, path, site, Body::empty()).await
    }

    async fn asks(&mut self, method: Method, path: &str, site: &str, body: Body) -> Response {
        let sent = |name: &&String| site != "cross-site" || !name.ends_with("tidelock");
        let names = self.cookies.keys().filter(sent);
        let cookies: Vec<_> = names.map(|name| format!("{name}={}", self.cookies[name])).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![(HOST, NAME), (FETCH_SITE, site), (HeaderName::from_static("content-type"), "application/json")];
        if !cookies.is_empty() {
            headers.push((COOKIE, &cookies));
        }
        let peer = Peer::Address("192.0.2.1".parse().unwrap());
        let response = self.server.ask_from(peer, method, path, &headers, body).await;
        for header in response.headers().get_all(SET_COOKIE) {
            let header = header.to_str().unwrap();
            assert!(header.contains("; Path=/; Secure; HttpOnly; SameSite="), "{header}");
            let (name, value) = header.split(';').next().unwrap().split_once('=').unwrap();
            assert_eq!(header.contains("SameSite=Strict"), name == "__Host-tidelock", "{header}");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    /// Goes to the provider, and answers what it is asked there.
    async fn is_sent(&mut self, to: &str) -> BTreeMap<String, String> {
        let sent = self.opens(&format!("/sign_in?to={to}"), "same-origin").await;
        assert_eq!(sent.status(), StatusCode::SEE_OTHER);
        let place: Url = sent.headers()[LOCATION].to_str().unwrap().parse().unwrap();
        place.query_pairs().into_owned().collect()
    }

    async fn returns(&mut self, state: &str) -> Response {
        self.opens(&format!("/sign_in/return?code=the+code&state={state}"), "cross-site").await
    }

    /// The whole way of somebody whom the provider knows by that name.
    async fn signs_in(&mut self, provider: &Provider, name: &str) -> Response {
        let asked = self.is_sent("/").await;
        provider.says.lock().id_token = Some(good(&provider.claims(name, &asked["nonce"])));
        self.returns(&asked["state"]).await
    }

    async fn calls(&mut self, call: &str, arguments: Value) -> Response {
        self.asks(Method::POST, &format!("/api/{call}"), "same-origin", arguments.to_string().into()).await
    }
}

fn good(claims: &Value) -> String {
    signed(&json!({ "alg": "EdDSA", "kid": "1" }), claims, 1)
}

#[test]
fn somebody_signs_in_and_goes_on_where_he_was() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let mut browser = Browser::new(&server);
        let entrance = browser.opens("/browse/lustre?filter=a%26b", "none").await;
        assert_eq!(entrance.status(), StatusCode::UNAUTHORIZED);
        let entrance = text(entrance).await;
        assert!(entrance.contains("Sign in with Example University"), "{entrance}");
        assert!(entrance.contains("href=\"/sign_in?to=/browse/lustre%3Ffilter%3Da%2526b\""), "{entrance}");
        assert_eq!(provider.says.lock().asked.len(), 0, "nothing is asked before somebody signs in");

        let asked = browser.is_sent("/browse/lustre%3Ffilter%3Da%2526b").await;
        for (name, value) in [
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("redirect_uri", "https://tidelock.example.org/sign_in/return"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(asked[name], value, "{name}");
        }
        assert!(!asked.contains_key("prompt"));
        provider.says.lock().id_token = Some(good(&provider.claims("alice", &asked["nonce"])));
        let back = browser.returns(&asked["state"]).await;
        assert_eq!(back.status(), StatusCode::OK);
        assert!(text(back).await.contains("http-equiv=\"refresh\" content=\"0; url=/browse/lustre?filter=a%26b\""));
        assert_eq!(browser.opens("/settings", "same-origin").await.status(), StatusCode::OK);
        let session: Value = answer(browser.calls("session", json!({})).await).await.unwrap();
        assert_eq!((session["user"].as_str(), session["role"].as_str()), (Some("alice"), Some("member")));

        let (_, body) = provider.says.lock().asked.iter().find(|(path, _)| path == "/token").cloned().unwrap();
        let sent: BTreeMap<_, _> = Url::parse(&format!("x:?{body}")).unwrap().query_pairs().into_owned().collect();
        let verifier = PkceCodeVerifier::new(sent["code_verifier"].clone());
        assert_eq!(PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str(), asked["code_challenge"]);
        assert_eq!((sent["code"].as_str(), sent.contains_key("client_secret")), ("the code", false));

        // A link of another site finds the session once the browser asks by itself.
        let led = browser.opens("/settings", "cross-site").await;
        assert!(text(led).await.contains("content=\"0; url=/settings\""));
    });
}

#[test]
fn a_token_that_is_not_for_this_sign_in_lets_nobody_in() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let eddsa = json!({ "alg": "EdDSA", "kid": "1" });
        let with = |claims: &Value, name: &str, value: Value| {
            let mut claims = claims.clone();
            claims[name] = value;
            claims
        };
        type Forge<'f> = Box<dyn Fn(&Value) -> String + Send + 'f>;
        let forgeries: Vec<(&str, Forge<'_>)> = vec![
            ("signed with another key", Box::new(|claims| signed(&eddsa, claims, 2))),
            (
                "signed with a key that is not published",
                Box::new(|claims| signed(&json!({ "alg": "EdDSA", "kid": "2" }), claims, 2)),
            ),
            ("for another client", Box::new(|claims| good(&with(claims, "aud", json!("other"))))),
            ("for another client too", Box::new(|claims| good(&with(claims, "aud", json!([CLIENT, "other"]))))),
            ("of another issuer", Box::new(|claims| good(&with(claims, "iss", json!("https://evil.example"))))),
            ("of another sign-in", Box::new(|claims| good(&with(claims, "nonce", json!("0"))))),
            ("without a nonce", Box::new(|claims| good(&with(claims, "nonce", Value::Null)))),
            ("over", Box::new(|claims| good(&with(claims, "exp", json!(1_000_000_000))))),
            (
                "signed by nobody",
                Box::new(|claims| {
                    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
                    format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
                }),
            ),
            ("of another algorithm", Box::new(|claims| signed(&json!({ "alg": "HS256", "kid": "1" }), claims, 1))),
            (
                "changed afterwards",
                Box::new(|claims| {
                    let token = good(claims);
                    let parts: Vec<_> = token.split('.').collect();
                    let changed = with(claims, "preferred_username", json!("chen"));
                    format!("{}.{}.{}", parts[0], BASE64_URL_SAFE_NO_PAD.encode(changed.to_string()), parts[2])
                }),
            ),
        ];
        for (what, forge) in forgeries {
            let mut browser = Browser::new(&server);
            let asked = browser.is_sent("/").await;
            provider.says.lock().id_token = Some(forge(&provider.claims("alice", &asked["nonce"])));
            let refused = browser.returns(&asked["state"]).await;
            assert!(
                matches!(refused.status(), StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS),
                "{what}: {}",
                refused.status()
            );
            assert!(!browser.cookies.contains_key("__Host-tidelock"), "{what}");
        }
        let mut browser = Browser::new(&server);
        browser.signs_in(&provider, "alice").await;
        assert!(browser.cookies.contains_key("__Host-tidelock"), "whoever has a good one is let in whatever others tried");
    });
}

#[test]
fn a_state_is_good_once_and_in_its_own_browser() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let (mut browser, mut other) = (Browser::new(&server), Browser::new(&server));
        let (first, second) = (browser.is_sent("/moves").await, browser.is_sent("/trash").await);
        let _ = other.is_sent("/").await;
        provider.says.lock().id_token = Some(good(&provider.claims("alice", &first["nonce"])));
        for state in [first["state"].as_str(), "0", ""] {
            let refused = other.returns(state).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{state}");
            assert!(text(refused).await.contains("began in another browser"));
        }
        assert!(text(browser.returns(&first["state"]).await).await.contains("url=/moves"));
        assert_eq!(browser.returns(&first["state"]).await.status(), StatusCode::UNAUTHORIZED, "used");
        provider.says.lock().id_token = Some(good(&provider.claims("alice", &second["nonce"])));
        assert!(text(browser.returns(&second["state"]).await).await.contains("url=/trash"), "two at once are fine");
        assert_eq!(provider.was_asked("/token"), 2);
        assert_eq!(other.opens("/sign_in/return?code=a&code=b", "cross-site").await.status(), StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn whoever_cannot_be_let_in_is_told_why_and_can_try_as_somebody_else() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        for (name, status, told) in [
            ("mallory", StatusCode::FORBIDDEN, "Nobody is called 'mallory'"),
            ("../alice", StatusCode::FORBIDDEN, "Nobody is called '../alice'"),
            ("root", StatusCode::FORBIDDEN, "is an account of the system"),
            ("daemon", StatusCode::FORBIDDEN, "is an account of the system"),
            ("away", StatusCode::SERVICE_UNAVAILABLE, "cannot say now who you are"),
            ("", StatusCode::FORBIDDEN, "does not say which account here is yours"),
        ] {
            let mut browser = Browser::new(&server);
            let refused = browser.signs_in(&provider, name).await;
            assert_eq!(refused.status(), status, "{name}");
            assert!(!browser.cookies.contains_key("__Host-tidelock"), "{name}");
            let page = text(refused).await;
            assert!(page.contains(told) && page.contains("href=\"/sign_in?to=/&amp;anew=true\""), "{name}: {page}");
        }
        let mut browser = Browser::new(&server);
        for (error, told) in
            [("access_denied", "You have not signed in."), ("%3Cb%3Etemporarily_unavailable", "It answers &#39;btemp")]
        {
            let state = browser.is_sent("/").await["state"].clone();
            let refused = browser.opens(&format!("/sign_in/return?error={error}&state={state}"), "cross-site").await;
            assert!(text(refused).await.replace('\'', "&#39;").contains(told), "{error}");
        }
        let anew = browser.opens("/sign_in?to=/&anew=true", "same-origin").await;
        assert!(anew.headers()[LOCATION].to_str().unwrap().contains("&prompt=login"));
    });
}

#[test]
fn a_name_is_told_in_another_claim_or_to_whoever_asks_with_the_token() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "claim = \"hpc_account\"\nstrip_suffix = \"@EXAMPLE.ORG\"\nlower_case = true");
        let mut browser = Browser::new(&server);
        for (subject, status) in [("id of x", StatusCode::OK), ("id of y", StatusCode::FORBIDDEN)] {
            provider.says.lock().user = json!({ "sub": subject, "hpc_account": "Alice@EXAMPLE.ORG" });
            assert_eq!(browser.signs_in(&provider, "x").await.status(), status, "{subject}");
        }
        let session: Value = answer(browser.calls("session", json!({})).await).await.unwrap();
        assert_eq!(session["user"], "alice");

        let server = server_of(&provider, "claim = \"email\"\nstrip_suffix = \"@example.org\"");
        for (is_verified, status) in
            [(json!(true), StatusCode::OK), (json!(false), StatusCode::FORBIDDEN), (Value::Null, StatusCode::FORBIDDEN)]
        {
            provider.says.lock().user = json!({ "sub": "id of x", "email": "alice@example.org", "email_verified": is_verified });
            assert_eq!(Browser::new(&server).signs_in(&provider, "x").await.status(), status, "{is_verified}");
        }
    });
}

#[test]
fn a_provider_that_is_away_is_said_to_be_and_asked_again() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        provider.says.lock().is_down = true;
        let mut browser = Browser::new(&server);
        for _ in 0..2 {
            let away = browser.opens("/sign_in?to=/moves", "same-origin").await;
            assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
            let page = text(away).await;
            assert!(page.contains("Example University cannot be asked") && page.contains("/sign_in?to=/moves"), "{page}");
        }
        assert_eq!(provider.says.lock().asked.len(), 1, "nobody waits in turn for what has failed a moment ago");
        provider.says.lock().is_down = false;
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        assert_eq!(browser.signs_in(&provider, "alice").await.status(), StatusCode::OK);
        provider.says.lock().is_down = true;
        assert_eq!(browser.opens("/settings", "same-origin").await.status(), StatusCode::OK, "sessions go on");

        // What it describes has to be its own, and safe.
        for described in [json!({ "issuer": "https://evil.example" }), json!({ "authorization_endpoint": "http://evil.example" })] {
            let provider = Provider::start();
            provider.says.lock().described = described;
            let server = server_of(&provider, "");
            let refused = Browser::new(&server).opens("/sign_in", "same-origin").await;
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
    });
}

#[test]
fn a_session_ends_here_and_there_and_begins_anew() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let (mut browser, mut other) = (Browser::new(&server), Browser::new(&server));
        browser.signs_in(&provider, "alice").await;
        other.signs_in(&provider, "alice").await;
        assert_eq!(browser.opens("/signed_out", "none").await.headers()[LOCATION], "/", "one is still in");
        // Signing in again replaces the session, which the way back does not see.
        let old = browser.cookies["__Host-tidelock"].clone();
        browser.signs_in(&provider, "alice").await;
        assert_ne!(browser.cookies["__Host-tidelock"], old);
        let sessions: Value = answer(browser.calls("sessions", json!({})).await).await.unwrap();
        assert_eq!(sessions.as_array().unwrap().len(), 2);

        assert_eq!(browser.calls("sign_in", json!({})).await.status(), StatusCode::NO_CONTENT, "there is a session");
        assert_eq!(other.calls("end_sessions", json!({})).await.status(), StatusCode::OK);
        assert_eq!(browser.calls("sign_in", json!({})).await.status(), StatusCode::UNAUTHORIZED, "a call begins none");
        let over = text(browser.opens("/moves", "none").await).await;
        assert!(over.contains("Your session has ended") && over.contains("href=\"/sign_in?to=/moves\""), "{over}");
        assert_eq!(other.calls("sign_out", json!({})).await.status(), StatusCode::NO_CONTENT);
        let left = text(other.opens("/signed_out", "none").await).await;
        let end = format!("href=\"{}/end?client_id={CLIENT}\"", provider.issuer);
        assert!(left.contains("Sign out of Example University too") && left.contains(&end), "{left}");
    });
}

#[test]
fn nothing_but_the_entrance_is_for_whoever_is_not_signed_in() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let mut browser = Browser::new(&server);
        for path in ["/", "/board", "/metrics", "/download/lustre/climate/README.md", "/content/lustre/climate/README.md"] {
            let refused = browser.opens(path, "none").await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert!(text(refused).await.contains("Sign in with Example University"), "{path}");
        }
        for call in tidelock_app::serve::calls() {
            let refused = browser.asks(Method::POST, call, "same-origin", "{}".into()).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{call}");
        }
        // Another site begins no sign-in, and a proxy's header says nothing.
        for (site, dest) in [("cross-site", "document"), ("same-site", "document"), ("same-origin", "image")] {
            let headers =
                [(HOST, NAME), (FETCH_SITE, site), (HeaderName::from_static("sec-fetch-dest"), dest), (REMOTE_USER, "alice")];
            let peer = Peer::Address("10.0.0.7".parse().unwrap());
            let shown = server.ask_from(peer, Method::GET, "/sign_in?to=//evil.example", &headers, Body::empty()).await;
            assert_eq!(shown.status(), StatusCode::UNAUTHORIZED);
            assert!(text(shown).await.contains("href=\"/sign_in?to=/\""));
        }
        assert_eq!(provider.says.lock().asked.len(), 0);

        browser.signs_in(&provider, "alice").await;
        let made: Value =
            answer(browser.calls("make_token", json!({ "name": "x", "scope": "read", "days": 1 })).await).await.unwrap();
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        let headers =
            [(HOST, NAME), (AUTHORIZATION, bearer.as_str()), (HeaderName::from_static("content-type"), "application/json")];
        let peer = Peer::Address("192.0.2.7".parse().unwrap());
        let session = server.ask_from(peer, Method::POST, "/api/session", &headers, "{}".into()).await;
        assert_eq!(session.status(), StatusCode::OK, "tokens count as everywhere");
    });
}

#[test]
fn what_cannot_be_taken_back_is_done_for_whoever_has_just_shown_who_he_is() {
    on_runtime(async {
        let provider = Provider::start();
        let server = server_of(&provider, "");
        let mut alice = Browser::new(&server);
        alice.signs_in(&provider, "alice").await;
        let sessions: Value = answer(alice.calls("sessions", json!({})).await).await.unwrap();
        let token = json!({ "name": "x", "scope": "read", "days": 1 });
        let made: Value = answer(alice.calls("make_token", token.clone()).await).await.unwrap();
        let dangerous = [
            ("make_token", token),
            ("end_session", json!({ "id": sessions[0]["id"] })),
            ("end_sessions", json!({ "user": "alice" })),
            ("end_token", json!({ "id": made["token"]["id"] })),
            ("settle_leftover", json!({ "path": "/lustre/climate/common", "deed": "delete" })),
        ];
        let mut chen = Browser::new(&server);
        // Said by nobody, too long ago, and in the future, which is no later than now.
        for (after_s, is_present) in [(None, false), (Some(-601), false), (Some(-590), true), (Some(1_000_000), true)] {
            let asked = chen.is_sent("/").await;
            let mut claims = provider.claims("chen", &asked["nonce"]);
            claims["auth_time"] = after_s.map_or(Value::Null, |after: i64| json!(claims["iat"].as_i64().unwrap() + after));
            provider.says.lock().id_token = Some(good(&claims));
            assert_eq!(chen.returns(&asked["state"]).await.status(), StatusCode::OK);
            for (call, arguments) in &dangerous {
                let refused = text(chen.calls(call, arguments.clone()).await).await;
                assert_eq!(!refused.contains("permission_anew"), is_present, "{call} after {after_s:?}: {refused}");
            }
            assert_eq!(chen.calls("end_sessions", json!({})).await.status(), StatusCode::OK, "his own end always");
        }
        let anew = chen.opens("/sign_in?to=/settings&anew=true", "same-origin").await;
        let place = anew.headers()[LOCATION].to_str().unwrap();
        assert!(place.contains("&prompt=login") && place.contains("&max_age=0"), "{place}");
    });
}
