//! A provider of OpenID Connect that says whatever a test wants, on a port of this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use parking_lot::Mutex;
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "tidelock";

pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) says: Arc<Mutex<Says>>,
}

/// What it says, and what it was asked.
pub(crate) struct Says {
    pub(crate) id_token: Option<String>,
    /// At the endpoint of those who ask with an access token.
    pub(crate) user: Value,
    /// Numbers of the keys that it publishes.
    pub(crate) keys: Vec<u8>,
    pub(crate) is_down: bool,
    /// What stands in its description instead.
    pub(crate) described: Value,
    /// Paths with bodies.
    pub(crate) asked: Vec<(String, String)>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says =
            Says { id_token: None, user: Value::Null, keys: vec![1], is_down: false, described: json!({}), asked: Vec::new() };
        let says = Arc::new(Mutex::new(says));
        let (at, known) = (issuer.clone(), says.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &at, &known);
            }
        });
        Self { issuer, says }
    }

    /// What a good token says of somebody.
    pub(crate) fn claims(&self, name: &str, nonce: &str) -> Value {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        json!({
            "iss": self.issuer, "sub": format!("id of {name}"), "aud": CLIENT, "iat": now, "exp": now + 60,
            "auth_time": now, "nonce": nonce, "preferred_username": name,
        })
    }

    pub(crate) fn was_asked(&self, path: &str) -> usize {
        self.says.lock().asked.iter().filter(|(asked, _)| asked == path).count()
    }
}

/// A token that a key of that number has signed.
pub(crate) fn signed(header: &Value, claims: &Value, key_number: u8) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key(key_number).sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    // PKCS#8 says so that 32 bytes are a key of Ed25519.
    let mut bytes = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    bytes.extend([number; 32]);
    let label = "PRIVATE KEY";
    let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(bytes));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(number.to_string()))).unwrap()
}

/// One request, and the end of the connection.
fn answer(mut stream: TcpStream, issuer: &str, says: &Mutex<Says>) {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    let whole = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.to_lowercase().split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        (body.len() >= length.unwrap_or(0)).then(|| (head.split(' ').nth(1).unwrap_or_default().to_owned(), body.to_owned()))
    };
    let (path, body) = loop {
        let read = stream.read(&mut bytes).unwrap_or(0);
        text += &String::from_utf8_lossy(&bytes[..read]);
        match whole(&text) {
            Some(request) => break request,
            None if read == 0 => return,
            None => {}
        }
    };
    let mut says = says.lock();
    says.asked.push((path.clone(), body));
    let answered = match path.as_str() {
        _ if says.is_down => json!({ "error": "server_error" }),
        "/.well-known/openid-configuration" => {
            let mut described = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/me"),
                "jwks_uri": format!("{issuer}/jwks"),
                "end_session_endpoint": format!("{issuer}/end"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
            });
            described.as_object_mut().unwrap().extend(says.described.as_object().unwrap().clone());
            described
        }
        "/jwks" => json!({ "keys": says.keys.iter().map(|number| key(*number).as_verification_key()).collect::<Vec<_>>() }),
        "/token" => json!({ "access_token": "access", "token_type": "Bearer", "id_token": says.id_token }),
        "/me" => says.user.clone(),
        _ => Value::Null,
    };
    let status = if says.is_down { "500 Internal Server Error" } else { "200 OK" };
    let body = answered.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}
