//! No path and no name leads out of what is managed, at no door: nothing outside is read, listed, changed or made beside.
//!
//! Outside everything is open to whoever asks, so that nothing but the server protects it; and it is told by the kernel
//! whenever anybody opens anything there.

mod corpus;
mod place;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Server, on_runtime, single_user_server};
use place::{CONTENT, LISTED, Place};

type Arguments = fn(&Value) -> Value;

/// Whole pages and scans take long: of the paths every sixth is tried there, or every `TIDELOCK_TRAVERSAL_EVERY`-th.
const SLOW: [&str; 3] = ["", "/browse", "scan_drift"];
const EVERY: usize = 6;

/// Every call that takes a path.
const DOORS: [(&str, Arguments); 29] = [
    ("folder", |path| json!({ "request": { "path": path, "rows": 100 } })),
    ("rows", |path| json!({ "request": { "path": path, "rows": 100 } })),
    ("entries", |path| json!({ "path": path, "names": ["marker", "folder", "inside"] })),
    ("content", |path| json!({ "path": path })),
    ("create_folder", |path| json!({ "path": path, "name": "planted" })),
    ("destination", |path| json!({ "path": path, "names": ["marker"] })),
    ("start_survey", |path| json!({ "sources": [path] })),
    ("start_search", |path| json!({ "request": { "path": path, "wanted": { "name": "" } } })),
    ("start_inventory", |path| json!({ "path": path })),
    ("inventory", |path| json!({ "path": path, "known": null })),
    ("usage_history", |path| json!({ "root": path })),
    ("scan_drift", |path| json!({ "paths": [path] })),
    ("earlier_scans", |path| json!({ "path": path })),
    ("settle_leftover", |path| json!({ "path": path, "deed": "delete" })),
    ("settle_leftover", |path| json!({ "path": path, "deed": "restore" })),
    ("begin_upload", |path| json!({ "request": { "folder": path, "files": [], "folders": ["/planted"] } })),
    ("plan", |path| moving("move", path, &json!("<destination>"))),
    ("plan", |path| moving("copy", path, &json!("<destination>"))),
    ("plan", |path| moving("trash", path, &json!("<destination>"))),
    ("plan", |path| moving("repair", path, &json!("<destination>"))),
    ("plan", |path| moving("move", &json!("<inside>"), path)),
    ("plan", |path| moving("copy", &json!("<inside>"), path)),
    ("start_move", |path| moving("move", path, &json!("<destination>"))),
    ("start_move", |path| moving("copy", path, &json!("<destination>"))),
    ("start_move", |path| moving("trash", path, &json!("<destination>"))),
    ("start_move", |path| moving("repair", path, &json!("<destination>"))),
    ("start_move", |path| moving("move", &json!("<inside>"), path)),
    ("start_move", |path| moving("copy", &json!("<inside>"), path)),
    ("start_move", |path| {
        let merged = json!({ "source": "<inside>", "on_conflict": "merge" });
        json!({ "request": { "sources": ["<inside>", path], "destination": path, "choices": [merged] } })
    }),
];

/// Every call that takes a name, or a path below a folder.
const NAMING: [(&str, Arguments); 9] = [
    ("create_folder", |name| json!({ "path": "<destination>", "name": name })),
    ("entries", |name| json!({ "path": "<managed>", "names": [name] })),
    ("destination", |name| json!({ "path": "<managed>", "names": [name] })),
    ("plan", |name| json!({ "request": { "sources": ["<inside>"], "destination": "<destination>", "as": name } })),
    ("start_move", |name| json!({ "request": { "sources": ["<inside>"], "destination": "<destination>", "as": name } })),
    (
        "start_move",
        |name| json!({ "request": { "verb": "copy", "sources": ["<inside>"], "destination": "<managed>", "as": name } }),
    ),
    ("start_search", |name| json!({ "request": { "path": "<managed>", "wanted": { "name": name } } })),
    ("begin_upload", |name| json!({ "request": { "folder": "<managed>", "files": [file(name)], "on_taken": "keep-both" } })),
    ("begin_upload", |name| json!({ "request": { "folder": "<managed>", "files": [], "folders": [below(name)] } })),
];

/// Every address with a path in it.
const ADDRESSES: [&str; 6] = ["/download", "/content", "/browse", "", "/api/", "/api/uploads/"];

fn moving(verb: &str, source: &Value, destination: &Value) -> Value {
    json!({ "request": { "verb": verb, "sources": [source], "destination": destination } })
}

fn file(name: &Value) -> Value {
    json!({ "path": below(name), "size": 0, "modified_ms": 1 })
}

/// The path of a name in the folder that is sent to.
fn below(name: &Value) -> Value {
    match name.as_str() {
        Some(text) => json!(format!("/{text}")),
        None => on_the_wire(&[b"/", &BASE64.decode(name["base64"].as_str().unwrap()).unwrap()[..]].concat()),
    }
}

fn on_the_wire(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| json!({ "base64": BASE64.encode(bytes) }), |text| json!(text))
}

/// Asks, and collects whatever is wrong.
struct Visitor {
    place: Place,
    server: Server,
    bearer: String,
    asked: usize,
    refused: usize,
    offences: Vec<String>,
}

#[test]
fn no_path_and_no_name_leads_out_of_what_is_managed() {
    on_runtime(async {
        let mut visitor = Visitor::new();
        let (paths, names) = (corpus::paths(&visitor.place.top), corpus::names());
        for (number, path) in paths.iter().enumerate() {
            for (call, arguments) in DOORS.into_iter().filter(|(call, _)| is_tried(call, number)) {
                visitor.call(call, &arguments(&on_the_wire(path)), visitor.place.leads_inside(path)).await;
            }
            for address in ADDRESSES.into_iter().filter(|address| is_tried(address, number)) {
                visitor.address(address, path).await;
            }
        }
        for name in &names {
            for (call, arguments) in NAMING {
                // What is named lies where it may; what matters is what comes of it.
                visitor.call(call, &arguments(&on_the_wire(name)), true).await;
            }
        }
        visitor.end(paths.len(), names.len());
    });
}

impl Visitor {
    fn new() -> Self {
        let place = Place::new();
        let (server, _) = single_user_server(&place.managed());
        let bearer = format!("Bearer {}", server.running.identities.bearer().unwrap().reveal());
        Self { place, server, bearer, asked: 0, refused: 0, offences: Vec::new() }
    }

    async fn post(&self, call: &str, arguments: &Value) -> (StatusCode, Vec<u8>) {
        let headers = [(AUTHORIZATION, self.bearer.as_str()), (CONTENT_TYPE, "application/json")];
        let response = self.server.ask(Method::POST, &format!("/api/{call}"), &headers, arguments.to_string().into()).await;
        (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap().into())
    }

    /// One case: `is_inside` if it may be answered with more than a refusal.
    async fn call(&mut self, call: &str, arguments: &Value, is_inside: bool) {
        let managed = self.place.managed().display().to_string();
        let text = arguments.to_string().replace("<managed>", &managed);
        let text =
            text.replace("<destination>", &format!("{managed}/destination")).replace("<inside>", &format!("{managed}/inside"));
        let arguments: Value = serde_json::from_str(&text).unwrap();
        let (status, body) = self.post(call, &arguments).await;
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        let what = format!("{call} {}", shortened(&text));
        self.judge(&what, status, &body, is_inside || is_empty_answer(call, &told));
        if status.is_success() {
            self.follow(&what, call, &told, is_inside).await;
        }
    }

    async fn address(&mut self, address: &str, path: &[u8]) {
        let (method, address) = match address {
            "/api/uploads/" => (Method::PUT, format!("/api/uploads/{}/0?offset=0", written(&path[..path.len().min(200)]))),
            _ => (Method::GET, format!("{address}{}", written(&path[..path.len().min(60_000)]))),
        };
        // What is no address at all cannot be asked for.
        if address.parse::<axum::http::Uri>().is_err() || !address.starts_with('/') {
            return;
        }
        let response = self.server.ask(method, &address, &[(AUTHORIZATION, self.bearer.as_str())], Body::empty()).await;
        let status = response.status();
        let body: Vec<u8> = to_bytes(response.into_body(), usize::MAX).await.unwrap().into();
        let leads_inside =
            |address: &str, door: &str| address.strip_prefix(door).is_some_and(|rest| self.place.leads_inside(&once_decoded(rest)));
        // What finds the page for an address has taken the steps in it, as a browser does before it asks.
        let page = steps_taken(&address);
        let is_page = ["/", "/browse"].contains(&page.as_str()) || leads_inside(&page, "/browse");
        let is_inside = ["/download", "/content"].iter().any(|door| leads_inside(&address, door));
        self.judge(&shortened(&address), status, &body, is_inside || (is_page && !is_file(&address)));
    }

    fn judge(&mut self, what: &str, status: StatusCode, body: &[u8], is_inside: bool) {
        self.asked += 1;
        self.refused += usize::from(status.is_client_error());
        let has = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
        let offence = if status.is_server_error() {
            Some(format!("{status}: {}", String::from_utf8_lossy(&body[..body.len().min(300)])))
        } else if has(CONTENT) || has(LISTED) {
            Some("what is outside was told".to_owned())
        } else if status.is_success() && !is_inside {
            Some(format!("was let in: {}", String::from_utf8_lossy(&body[..body.len().min(300)])))
        } else {
            self.place.noticed().map(|noticed| format!("was outside: {noticed}"))
        };
        self.offences.extend(offence.map(|offence| format!("{what}\n    {offence}")));
    }

    /// What was begun is followed to its end, and what was changed inside is put back.
    async fn follow(&mut self, what: &str, call: &str, told: &Value, is_inside: bool) {
        let (question, arguments) = match call {
            "start_survey" => ("survey", json!({ "id": told["id"] })),
            "start_search" => ("search_results", json!({ "id": told["id"], "offset": 0 })),
            "start_inventory" => ("inventory", json!({ "path": told["path"], "known": null })),
            "scan_drift" => ("drift_scans", json!({ "waits": true })),
            "start_move" => ("move_detail", json!({ "id": told["id"] })),
            "begin_upload" => ("finish_upload", json!({ "id": told["upload"]["id"], "on_taken": "keep-both" })),
            "create_folder" => return self.place.furnish(),
            _ => return,
        };
        for _ in 0..2000 {
            let (status, body) = self.post(question, &arguments).await;
            let told: Value = serde_json::from_slice(&body).unwrap_or_default();
            self.judge(&format!("{what}, then {question}"), status, &body, true);
            if !is_over(question, &told) {
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            }
            // A link is one entry, and what it points to is none.
            if !is_inside && counted(question, &told) > 1 {
                self.offences.push(format!("{what}\n    was counted: {told}"));
            }
            if matches!(question, "move_detail" | "finish_upload") {
                self.place.furnish();
            }
            return;
        }
        self.offences.push(format!("{what}\n    does not end"));
    }

    fn end(self, paths: usize, names: usize) {
        self.place.assert_untouched();
        let Self { asked, refused, offences, .. } = self;
        println!("{paths} paths and {names} names: {asked} questions, {refused} refused");
        assert!(offences.is_empty(), "{} of {asked}:\n{}", offences.len(), offences.join("\n"));
        assert!(asked > 2000 && refused > 2000, "{asked} asked, {refused} refused");
    }
}

fn is_tried(door: &str, number: usize) -> bool {
    let every = std::env::var("TIDELOCK_TRAVERSAL_EVERY").map_or(EVERY, |every| every.parse().unwrap());
    !SLOW.contains(&door) || number.is_multiple_of(every)
}

/// An answer of these says that there is nothing, or what stands against it.
fn is_empty_answer(call: &str, told: &Value) -> bool {
    match call {
        "plan" => told["refusals"].as_array().is_some_and(|refusals| !refusals.is_empty()),
        "inventory" => told.is_null(),
        "usage_history" | "earlier_scans" => told.as_array().is_some_and(Vec::is_empty),
        // Both are followed to their ends.
        "start_survey" | "scan_drift" | "start_inventory" => true,
        _ => false,
    }
}

fn is_over(question: &str, told: &Value) -> bool {
    match question {
        "survey" => told["is_complete"] == true || told["error"].is_string(),
        "search_results" => told["is_complete"] == true,
        "inventory" => told.is_null() || told["finished_ms"].is_number(),
        "drift_scans" => told.as_array().is_some_and(|scans| scans.iter().all(|scan| scan["finished_ms"].is_number())),
        "move_detail" => ["done", "undone", "stuck"].iter().any(|state| told["state"] == *state || told["view"]["state"] == *state),
        _ => true,
    }
}

fn counted(question: &str, told: &Value) -> u64 {
    match question {
        "survey" | "inventory" => told["entries"].as_u64().unwrap_or(0),
        _ => 0,
    }
}

fn is_file(address: &str) -> bool {
    ["/download/", "/content/"].iter().any(|door| address.starts_with(door))
}

/// An address without its steps, encoded or not (WHATWG URL, "shorten a url's path").
fn steps_taken(address: &str) -> String {
    let mut taken: Vec<&str> = Vec::new();
    for part in address.split('/').skip(1) {
        match part.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." | "" => {}
            ".." => drop(taken.pop()),
            _ => taken.push(part),
        }
    }
    format!("/{}", taken.join("/"))
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

/// As it can stand in an address: what no address may contain is encoded, and nothing else.
fn written(path: &[u8]) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%!$&'()*+,;=:@".contains(&byte);
    path.iter().map(|byte| if allowed(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn once_decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|digits| !digits.contains('+')).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes
}
