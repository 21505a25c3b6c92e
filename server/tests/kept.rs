//! What a finished copy keeps: until when, and what an undo would make of changes since.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod copied;

use std::fs;
use std::process::Command;

use copied::Copied;

#[test]
fn the_plan_of_an_undo_counts_what_was_changed_since_and_keeps_it() {
    let Some(copied) = Copied::new() else { return };
    let tree = copied.other.path().join("tree");
    fs::write(tree.join("new"), "made since").unwrap();
    fs::write(tree.join("file"), "another content").unwrap();
    let lines = copied.lines("state", "undo", ["--yes", &copied.id], 0);
    let warnings = lines[0]["warnings"].as_array().unwrap();
    let warning = warnings.iter().find(|warning| warning["code"] == "changed_meanwhile").unwrap();
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("1 entry added, 1 entry changed"), "{message}");
    assert!(message.contains("tree/new'") && message.contains("tree/file'"), "{message}");
    assert_eq!(fs::read(copied.folder.path().join("from/tree/file")).unwrap(), b"content");
    let undo = lines.last().unwrap()["id"].as_str().unwrap();
    let kept = copied.other.path().join(format!(".tidelock-{undo}.0.retired"));
    assert_eq!(fs::read(kept.join("new")).unwrap(), b"made since", "hidden, and not lost");
}

#[test]
fn moves_say_what_is_charged_and_until_when() {
    let Some(copied) = Copied::new() else { return };
    let lines = copied.lines("state", "moves", [""; 0], 0);
    let (end, done) = (lines[0]["kept_until_ms"].as_i64().unwrap(), lines[0]["finished_ms"].as_i64().unwrap());
    assert_eq!(end - done, 7 * 86_400_000);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
    let output = command.args(["moves", "--local", "--state"]).arg(copied.folder.path().join("state")).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("original kept until 20") && said.contains("charged"), "{said}");
}
