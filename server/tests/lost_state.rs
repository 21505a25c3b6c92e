//! The state folder is gone, or is not the one that hid what lies about: `recover --orphans`.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod copied;

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use copied::Copied;

#[test]
fn a_finished_copy_of_a_lost_state_folder_is_known_again_and_can_be_undone() {
    let Some(copied) = Copied::new() else { return };
    fs::remove_dir_all(copied.folder.path().join("state")).unwrap();
    let lines = copied.lines("state", "recover", copied.look(), 0);
    assert!(lines.iter().any(|line| line["id"] == copied.id && line["state"] == "done"), "{lines:?}");
    copied.lines("state", "undo", ["--yes", &copied.id], 0);
    assert_eq!(fs::read(copied.folder.path().join("from/tree/file")).unwrap(), b"content");
}

#[test]
fn another_state_folder_leaves_it_alone_until_somebody_says_that_the_first_is_gone() {
    let Some(copied) = Copied::new() else { return };
    let lines = copied.lines("elsewhere", "recover", copied.look(), 0);
    let orphan = |role: &str| lines.iter().map(|line| &line["orphan"]).find(|orphan| orphan["role"] == role).unwrap().clone();
    assert_eq!(orphan("retired")["verdict"], "of_another_engine");
    assert_eq!(orphan("retired")["entries"], 2);
    assert_eq!(orphan("record")["verdict"], "of_another_engine");
    assert_eq!(lines.last().unwrap()["is_complete"], true);
    let remove = [OsStr::new("--yes"), OsStr::new("--remove"), copied.hidden().as_os_str()].map(OsStr::to_owned);
    assert_eq!(copied.lines("elsewhere", "recover", remove, 3)[0]["error"]["code"], "of_another_engine");
    assert!(copied.hidden().join("file").exists());
    let engine = copied.id.split('-').next().unwrap();
    let mut adopting: Vec<PathBuf> = vec!["--adopt".into(), engine.into()];
    adopting.extend(copied.look());
    let lines = copied.lines("elsewhere", "recover", adopting, 0);
    assert!(lines.iter().any(|line| line["id"] == copied.id && line["state"] == "done"), "{lines:?}");
}

#[test]
fn an_original_that_nobody_knows_of_comes_back_or_goes_on_a_word_only() {
    for verb in ["--restore", "--remove"] {
        let Some(copied) = Copied::new() else { return };
        let engine = copied.id.split('-').next().unwrap().to_owned();
        // A state folder that has moves of its own cannot take up those of another.
        fs::write(copied.folder.path().join("from/single"), "").unwrap();
        let single = copied.folder.path().join("from/single");
        copied.lines("elsewhere", "mv", [OsStr::new("--yes"), single.as_os_str(), copied.folder.path().as_os_str()], 0);
        let path = copied.hidden();
        let looking = ["--adopt".into(), engine.clone().into()].into_iter().chain(copied.look());
        let listed = copied.lines("elsewhere", "recover", looking, 0);
        let hint = format!("tidelock recover --adopt {engine} {verb} ");
        let is_told = |line: &serde_json::Value| line["orphan"]["hints"].to_string().contains(&hint);
        assert!(listed.iter().any(is_told), "what is said to be done works: {listed:?}");
        let word = ["--adopt", &engine, "--yes", verb].map(OsStr::new);
        let lines = copied.lines("elsewhere", "recover", word.into_iter().chain([path.as_os_str()]), 0);
        assert!(!copied.hidden().exists(), "{lines:?}");
        let is_back = fs::read(copied.folder.path().join("from/tree/file")).is_ok_and(|content| content == b"content");
        assert_eq!(is_back, verb == "--restore", "{lines:?}");
    }
}

#[test]
fn what_no_move_has_hidden_is_not_deleted() {
    let Some(copied) = Copied::new() else { return };
    let mine = copied.folder.path().join("from");
    let lines = copied.lines("state", "recover", [OsStr::new("--yes"), OsStr::new("--remove"), mine.as_os_str()], 3);
    assert_eq!(lines.last().unwrap()["error"]["code"], "unknown_orphan", "{lines:?}");
    let lines = copied.lines("state", "recover", [OsStr::new("--yes"), OsStr::new("--remove"), copied.hidden().as_os_str()], 3);
    assert_eq!(lines.last().unwrap()["error"]["code"], "accounted", "an undo needs it: {lines:?}");
    assert!(copied.hidden().exists());
}
