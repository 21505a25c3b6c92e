//! Who had what done, as the program keeps it: nothing is missing, and nothing can be changed unnoticed.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

struct Place(tempfile::TempDir);

impl Place {
    /// Two files in `from`, and an empty `to`.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for folder in ["from", "to"] {
            fs::create_dir(place.at(folder)).unwrap();
        }
        for file in ["from/a", "from/b"] {
            fs::write(place.at(file), "content").unwrap();
        }
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn tidelock(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
        command.current_dir(self.0.path()).env("XDG_STATE_HOME", self.at("state")).args(arguments).output().unwrap()
    }

    fn records(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.tidelock(&[&["audit", "export"], arguments].concat());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn verified(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.tidelock(&[&["audit", "verify", "--json"], arguments].concat());
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    }
}

#[test]
fn what_moves_did_is_told_from_their_beginning_to_their_end() {
    let place = Place::new();
    assert_eq!(place.tidelock(&["audit", "verify"]).status.code(), Some(5), "nothing was done yet");
    assert_eq!(place.tidelock(&["mv", "--local", "--yes", "from/a", "to/"]).status.code(), Some(0));
    let begun = place.records(&[]).into_iter().find(|record| record["act"] == "move_began").unwrap();
    let id = begun["id"].as_str().unwrap();
    assert_eq!(place.tidelock(&["undo", "--local", "--yes", id]).status.code(), Some(0));
    place.tidelock(&["limits", "--local", "--moves-at-once", "3"]);

    let records = place.records(&[]);
    let acts: Vec<&str> = records.iter().map(|record| record["act"].as_str().unwrap()).collect();
    let a_move = ["opened", "move_began", "move_ended"];
    assert_eq!(acts, [&a_move[..], &a_move, &["opened", "limits_set"]].concat());
    let item = &begun["items"][0];
    assert_eq!((&item["source"], &item["destination"]), (&json!(place.at("from/a")), &json!(place.at("to/a"))));
    assert_eq!(begun["plan"].as_str().unwrap().len(), 64);
    assert_eq!(records[4]["undoes"], id);
    assert_eq!((&records[2]["state"], &records[5]["state"]), (&json!("done"), &json!("done")));
    assert!(records.iter().all(|record| record["uid"].is_u64()), "as whom the kernel was asked");
    assert_eq!(place.records(&["--move", id]), [begun, records[2].clone()]);

    let (status, verified) = place.verified(&[]);
    assert_eq!((status, &verified["records"]), (Some(0), &json!(8)));
    let head = verified["head"].as_str().unwrap();
    assert_eq!(place.verified(&["--known", head]).0, Some(0));
    let path = place.at("state/tidelock/audit.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"done\"", "\"undone\"", 1)).unwrap();
    let (status, broken) = place.verified(&[]);
    assert_eq!((status, &broken["error"]["code"]), (Some(1), &json!("audit_broken")));
    fs::write(&path, &text[..text.trim_end().rfind('\n').unwrap() + 1]).unwrap();
    assert_eq!(place.verified(&[]).0, Some(0));
    assert_eq!(place.verified(&["--known", head]).0, Some(1), "its end was cut off");
}

#[test]
fn what_a_crash_kept_from_being_written_is_at_the_next_start() {
    let place = Place::new();
    assert_eq!(place.tidelock(&["mv", "--local", "--yes", "from/a", "to/"]).status.code(), Some(0));
    let path = place.at("state/tidelock/audit.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    // As if nothing had been written but the beginning of what the process did first.
    let first = text.lines().next().unwrap();
    fs::write(&path, format!("{first}\n{{\"number\":2,\"ti")).unwrap();
    assert_eq!(place.tidelock(&["mv", "--local", "--yes", "from/b", "to/"]).status.code(), Some(0));
    let (status, verified) = place.verified(&[]);
    assert_eq!((status, &verified["torn"]), (Some(0), &json!(1)));
    let text = fs::read_to_string(&path).unwrap();
    let acts = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told: Vec<String> = acts.map(|record| record["act"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, ["opened", "torn", "opened", "move_began", "move_ended", "move_began", "move_ended"]);
}

#[test]
fn what_cannot_be_written_down_is_not_done() {
    let place = Place::new();
    fs::create_dir_all(place.at("state/tidelock")).unwrap();
    symlink("/dev/full", place.at("state/tidelock/audit.jsonl")).unwrap();
    let refused = place.tidelock(&["mv", "--local", "--yes", "--json", "from/a", "to/"]);
    let said = String::from_utf8(refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(5), "{said}");
    assert!(said.contains("audit") && place.at("from/a").exists(), "{said}");
}
