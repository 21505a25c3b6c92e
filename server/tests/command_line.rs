//! The program as a script meets it: bad input gets a sentence that says what to do and the
//! right exit status, and nothing is touched; a move on real mounts does what it says.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A folder with `from/tree` in it and an empty `to`.
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(place.at("from/tree/sub")).unwrap();
        fs::create_dir(place.at("to")).unwrap();
        fs::write(place.at("from/tree/file"), "content").unwrap();
        fs::write(place.at("from/tree/sub/file"), "below").unwrap();
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn run<I: AsRef<OsStr>>(&self, verb: &str, rest: impl IntoIterator<Item = I>) -> Output {
        self.command(verb).args(rest).output().unwrap()
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
        command.arg(verb).arg("--local").arg("--state").arg(self.at("state"));
        command
    }

    /// Everything below `from` and `to`, by path.
    fn everything(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.at("from"), self.at("to")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                found.push(entry.path());
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }

    /// Runs a verb that must fail with this status and code, and touch nothing.
    #[track_caller]
    fn refused<I: AsRef<OsStr>>(&self, verb: &str, rest: impl IntoIterator<Item = I>, status: i32, code: &str) {
        let before = self.everything();
        let output = self.command(verb).arg("--json").args(rest).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(status), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(&format!("\"code\":\"{code}\"")), "{said}");
        assert!(said.contains("\"hints\":[\""), "it says what to do: {said}");
        assert_eq!(self.everything(), before, "nothing is touched");
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn limits_are_kept_and_a_slip_is_a_wrong_call() {
    let place = Place::new();
    let said = stdout(&place.run("limits", ["--json", "--moves-at-once", "2", "--bytes-per-second", "1000000"]));
    assert!(said.contains(r#""moves_at_once":2"#) && said.contains(r#""bytes_per_second":1000000"#), "{said}");
    let said = stdout(&place.run("limits", ["--json", "--bytes-per-second", "none"]));
    assert!(said.contains(r#""moves_at_once":2"#) && said.contains(r#""bytes_per_second":null"#), "{said}");
    place.refused("limits", ["--moves-at-once", "0"], 2, "invalid_request");
    assert!(stdout(&place.run("limits", [""; 0])).contains("moves at once: 2"));
}

#[test]
fn a_copy_leaves_its_original_and_the_trash_gives_back_or_deletes() {
    let place = Place::new();
    let before = place.everything();
    let said = stdout(&place.run("cp", [OsStr::new("--yes"), place.at("from/tree").as_os_str(), place.at("to").as_os_str()]));
    assert!(said.contains("Done: a copy of tree is now in"), "{said}");
    assert_eq!(fs::read(place.at("to/tree/sub/file")).unwrap(), fs::read(place.at("from/tree/sub/file")).unwrap());
    assert_eq!(place.everything().len(), before.len() + 4);

    let trashed = place.run("trash", [OsStr::new("--yes"), OsStr::new("--json"), place.at("to/tree").as_os_str()]);
    assert_eq!(trashed.status.code(), Some(0), "{}", stdout(&trashed));
    let last: serde_json::Value = serde_json::from_str(stdout(&trashed).lines().last().unwrap()).unwrap();
    let id = last["id"].as_str().unwrap().to_owned();
    assert!(!place.at("to/tree").exists());
    let said = stdout(&place.run("undo", ["--yes", &id]));
    assert!(said.contains("It was only hidden"), "{said}");
    assert_eq!(fs::read(place.at("to/tree/sub/file")).unwrap(), b"below");

    let said = stdout(&place.run("trash", [OsStr::new("--yes"), place.at("to/tree").as_os_str()]));
    let id = said.lines().find_map(|line| line.split("tidelock undo ").nth(1)).unwrap().to_owned();
    assert!(stdout(&place.run("purge", ["--yes", &id])).contains("Purged."));
    assert_eq!(place.everything(), before, "nothing hidden is left");
    place.refused("undo", ["--yes", &id], 3, "refused_deleted_for_good");
    place.refused("trash", [place.at("from/nothing")], 3, "source_missing");
    place.refused("cp", [place.at("from/tree"), place.at("from/tree/sub")], 3, "into_itself");
}

#[test]
fn a_held_move_is_let_go_by_an_administrator() {
    let place = Place::new();
    // Where both lie on one mount nothing takes long enough to be held.
    let Some(other) = other_mount(&place) else { return };
    place.run("limits", ["--operations-per-second", "1"]);
    let mut running = place.command("mv").args(["--yes", "--json"]).arg(place.at("from/tree")).arg(other.path()).spawn().unwrap();
    let id = loop {
        assert_eq!(running.try_wait().unwrap(), None, "it is slow enough to be held");
        let said = stdout(&place.run("moves", ["--json"]));
        if let Some(at) = said.find(r#""id":""#) {
            break said[at + 6..].split('"').next().unwrap().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let held = place.run("hold", [&id]);
    assert!(stdout(&held).contains("unhold"), "{}", stdout(&held));
    assert_eq!(running.wait().unwrap().code(), Some(4), "it waits for somebody");
    place.run("limits", ["--operations-per-second", "none"]);
    let resumed = place.run("resume", ["--json", &id]);
    assert!(stdout(&resumed).contains(r#""is_held":true"#), "a resume lifts no hold: {}", stdout(&resumed));
    assert_eq!(place.run("unhold", [&id]).status.code(), Some(0));
    assert!(!place.at("from/tree").exists());
}

#[test]
fn a_missing_source_is_refused() {
    let place = Place::new();
    place.refused("mv", [place.at("from/nothing"), place.at("to")], 3, "source_missing");
}

#[test]
fn a_missing_destination_is_refused() {
    let place = Place::new();
    place.refused("mv", [place.at("from/tree"), place.at("nowhere")], 3, "destination_missing");
}

#[test]
fn a_path_with_dots_is_a_wrong_call() {
    let place = Place::new();
    place.refused("mv", [place.at("from/../from/tree"), place.at("to")], 2, "invalid_path");
}

#[test]
fn a_destination_inside_the_source_is_refused() {
    let place = Place::new();
    place.refused("mv", [place.at("from/tree"), place.at("from/tree/sub")], 3, "into_itself");
}

#[test]
fn the_folder_where_it_already_is_is_refused() {
    let place = Place::new();
    place.refused("mv", [place.at("from/tree"), place.at("from")], 3, "already_there");
}

#[test]
fn a_taken_name_is_refused() {
    let place = Place::new();
    fs::create_dir(place.at("to/tree")).unwrap();
    place.refused("mv", [place.at("from/tree"), place.at("to")], 3, "name_taken");
}

#[test]
fn a_symbolic_link_on_the_way_is_not_followed() {
    let place = Place::new();
    symlink(place.at("to"), place.at("link")).unwrap();
    place.refused("mv", [place.at("from/tree"), place.at("link")], 3, "not_a_folder");
}

#[test]
fn without_a_terminal_a_start_needs_yes() {
    let place = Place::new();
    place.refused("mv", [place.at("from/tree"), place.at("to")], 2, "no_terminal");
}

#[test]
fn an_unknown_move_is_a_wrong_call() {
    let place = Place::new();
    place.refused("status", ["00000000-7"], 2, "unknown_move");
    assert_eq!(place.run("status", ["not-a-move"]).status.code(), Some(2));
}

#[test]
fn an_unwritable_state_folder_is_told() {
    let place = Place::new();
    fs::write(place.at("state"), "a file is in the way").unwrap();
    place.refused("mv", [place.at("from/tree"), place.at("to")], 5, "state_unwritable");
}

#[test]
fn a_corrupt_database_is_told_and_kept() {
    let place = Place::new();
    fs::create_dir(place.at("state")).unwrap();
    fs::write(place.at("state/journal.sqlite"), vec![b'x'; 10_000]).unwrap();
    place.refused("mv", [place.at("from/tree"), place.at("to")], 5, "state_damaged");
    assert_eq!(fs::read(place.at("state/journal.sqlite")).unwrap(), vec![b'x'; 10_000]);
}

#[test]
fn without_a_server_a_verb_says_how_to_go_on() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
    let output = command.args(["moves", "--state"]).arg(place.at("state")).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--local"));
}

#[test]
fn names_with_newlines_and_odd_bytes_move_and_are_shown_escaped() {
    let place = Place::new();
    let odd = place.at("from").join(OsStr::from_bytes(b"odd-\xff\nname"));
    fs::write(&odd, "odd").unwrap();
    let output = place.run("mv", [OsStr::new("--yes"), OsStr::new("--json"), odd.as_os_str(), place.at("to").as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("source_base64"));
    assert!(stdout(&output).contains("odd-\\\\xff\\\\nname"), "{}", stdout(&output));
    assert_eq!(fs::read(place.at("to").join(OsStr::from_bytes(b"odd-\xff\nname"))).unwrap(), b"odd");
    assert!(!odd.exists());
}

#[test]
fn an_ordinary_user_without_permission_is_refused() {
    // Root may do everything, so this one is asked as nobody.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new();
    for path in ["", "from", "from/tree", "from/tree/sub", "to"] {
        fs::set_permissions(place.at(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let state = tempfile::tempdir().unwrap();
    fs::set_permissions(state.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let program = state.path().join("tidelock");
    fs::copy(env!("CARGO_BIN_EXE_tidelock"), &program).unwrap();
    let output = std::os::unix::process::CommandExt::uid(&mut Command::new(&program), 65534)
        .args(["plan", "--json", "--local", "--state"])
        .arg(state.path().join("state"))
        .args([place.at("from/tree"), place.at("to")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("\"code\":\"no_permission\""), "{}", stdout(&output));
}

/// A folder on another mount than the system's temporary one.
fn other_mount(place: &Place) -> Option<tempfile::TempDir> {
    let other = tempfile::tempdir_in("/dev/shm").ok()?;
    (fs::metadata(other.path()).unwrap().dev() != fs::metadata(place.folder.path()).unwrap().dev()).then_some(other)
}

#[test]
fn a_move_within_a_mount_is_a_rename_and_can_be_undone() {
    let place = Place::new();
    there_and_back(&place, &place.at("to"), "rename");
}

#[test]
fn a_move_to_another_mount_is_a_staged_copy_and_can_be_undone() {
    let place = Place::new();
    // Where both lie on one mount there is nothing to try; the script bench/real_move.py asks for two.
    let Some(other) = other_mount(&place) else { return };
    there_and_back(&place, other.path(), "staged_copy");
}

fn there_and_back(place: &Place, destination: &Path, strategy: &str) {
    let before = place.everything();
    let source = place.at("from/tree");
    let output = place.run("mv", [OsStr::new("--yes"), OsStr::new("--json"), source.as_os_str(), destination.as_os_str()]);
    let lines: Vec<serde_json::Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(output.status.code(), Some(0), "{lines:?}");
    assert_eq!(lines[0]["items"][0]["strategy"], strategy);
    assert!(lines[1..lines.len() - 1].iter().all(|event| event["event"].is_string()), "events between plan and move");
    let moved = lines.last().unwrap();
    assert_eq!(moved["state"], "done");
    assert_eq!(fs::read(destination.join("tree/sub/file")).unwrap(), b"below");
    assert!(!source.exists());
    let id = moved["id"].as_str().unwrap();
    assert_eq!(place.run("undo", ["--yes", id]).status.code(), Some(0));
    assert!(!destination.join("tree").exists());
    assert_eq!(
        place.everything().into_iter().filter(|at| !at.to_string_lossy().contains(".tidelock-")).collect::<Vec<_>>(),
        before
    );
    assert_eq!(place.run("undo", ["--yes", id]).status.code(), Some(3), "it is undone already");
    let moves = stdout(&place.run("moves", ["--json"]));
    assert!(moves.contains("\"undone_by\":\""), "{moves}");
}

#[test]
fn the_same_key_is_one_move() {
    let place = Place::new();
    let paths = [place.at("from/tree"), place.at("to")];
    for _ in 0..2 {
        let output = place.command("mv").args(["--yes", "--json", "--key", "once"]).args(&paths).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    }
    assert_eq!(stdout(&place.run("moves", ["--json"])).lines().count(), 1);
}

#[test]
fn a_second_program_on_the_same_state_is_told_and_can_still_look() {
    let place = Place::new();
    let listening = Command::new(env!("CARGO_BIN_EXE_tidelock"))
        .args(["serve", "--listen", "127.0.0.1:0", "--state"])
        .arg(place.at("state"))
        .arg("--root")
        .arg(place.at("from"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn();
    let mut server = Ended(listening.unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.0.stdout.take().unwrap()), &mut line).unwrap();
    assert!(line.starts_with("http://127.0.0.1:"), "{line}");
    place.refused("mv", [place.at("from/tree"), place.at("to")], 5, "state_in_use");
    assert_eq!(place.run("moves", ["--json"]).status.code(), Some(0));
    assert_eq!(place.run("plan", [place.at("from/tree"), place.at("to")]).status.code(), Some(0));
    let taken = line.trim().trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let second = Command::new(env!("CARGO_BIN_EXE_tidelock"))
        .args(["demo", "--listen", &taken, "--state"])
        .arg(place.at("other state"))
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&second.stderr).contains("already listens"));
}

/// A process that ends with the test.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_doctor_says_how_far_each_promise_goes_and_leaves_nothing_behind() {
    let place = Place::new();
    let before = place.everything();
    let doctor =
        |folder: PathBuf| Command::new(env!("CARGO_BIN_EXE_tidelock")).args(["doctor", "--json"]).arg(folder).output().unwrap();
    let output = doctor(place.at("to"));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for promise in ["atomic", "consistent", "isolated", "durable", "undoable", "idempotent", "honest"] {
        assert!(stdout(&output).contains(&format!("{{\"name\":\"{promise}\",\"verdict\":\"")), "{promise}: {}", stdout(&output));
    }
    assert!(stdout(&output).contains(".tidelock-*"), "cleaners are told what to leave out");
    assert_eq!(place.everything(), before);
    let output = doctor(place.at("nowhere"));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(stdout(&output).contains("\"code\":\"usage\""), "{output:?}");
}

/// Real project quotas are where root has made some: `real_drift` of the engine, and `drift.rs` for the words.
#[test]
fn drift_says_what_to_name_where_there_is_no_project() {
    let place = Place::new();
    let drift =
        |folder: PathBuf| Command::new(env!("CARGO_BIN_EXE_tidelock")).args(["drift", "--json"]).arg(folder).output().unwrap();
    for (folder, status, code) in [("to", 2, "usage"), ("nowhere", 3, "not_found")] {
        let output = drift(place.at(folder));
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(stdout(&output).starts_with(&format!("{{\"error\":{{\"code\":\"{code}\"")), "{output:?}");
    }
}

#[test]
fn a_seed_prints_the_same_world_each_time() {
    let simulate = |seed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
        command.args(["simulate", "--json", "--trace", "--seed", seed, "--count", "2"]).output().unwrap()
    };
    let (first, second) = (simulate("1"), simulate("1"));
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stdout));
    assert_eq!(first.stdout, second.stdout);
    assert_ne!(first.stdout, simulate("3").stdout);
}

#[test]
fn no_verb_follows_a_path_through_a_link_or_a_step_upward() {
    let place = Place::new();
    fs::create_dir_all(place.at("outside/tree")).unwrap();
    fs::write(place.at("outside/tree/file"), "nobody asked for it").unwrap();
    symlink("../outside", place.at("from/link")).unwrap();
    symlink("/proc/self/root", place.at("from/top")).unwrap();
    let outside = place.at("outside").canonicalize().unwrap();
    let outside = outside.display();
    let (before, mut tried) = (place.everything(), 0);
    let hostile = [
        place.at("from/link/tree").display().to_string(),
        place.at("from/../outside/tree").display().to_string(),
        place.at("from/tree/./../../outside/tree").display().to_string(),
        format!("{}{outside}/tree", place.at("from/top").display()),
        format!("/proc/self/root{outside}/tree"),
        format!("/proc/self/cwd{outside}/tree"),
        "/proc/self/fd/0/tree".to_owned(),
        "../outside/tree".to_owned(),
        "%2e%2e/outside/tree".to_owned(),
        "~/tree".to_owned(),
        String::new(),
    ];
    let (tree, to) = (place.at("from/tree").display().to_string(), format!("{}/", place.at("to").display()));
    for path in &hostile {
        for arguments in [
            vec!["plan", path, &to],
            vec!["plan", &tree, path],
            vec!["mv", path, &to],
            vec!["mv", &tree, path],
            vec!["cp", path, &to],
            vec!["cp", &tree, path],
            vec!["trash", path],
        ] {
            let output = place.command(arguments[0]).arg("--json").arg("--").args(&arguments[1..]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(matches!(output.status.code(), Some(2 | 3)), "{arguments:?}: {:?} {said}", output.status);
            assert!(said.contains("\"code\":\""), "{arguments:?} is not told why: {said}");
            tried += 1;
        }
    }
    assert_eq!((place.everything(), tried), (before, 77));
    let left: Vec<_> = fs::read_dir(place.at("outside/tree")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!((left, fs::read_dir(place.at("outside")).unwrap().count()), (vec!["file".into()], 1));
    assert_eq!(fs::read_to_string(place.at("outside/tree/file")).unwrap(), "nobody asked for it");
}
