//! Kills of the whole machine: moves go on until the host ends the guest, and the next guest on the
//! same disks says what it found.
//!
//! The host is told `armed` when a move is about to start and how long it took unharmed, and `told`
//! when the program has said that it is done: from then on it must be. `idle` says that nothing is under way.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use rustix::fs::fsync;
use serde_json::{Value, json};

use crate::account::{Account, differences};
use crate::case::Case;
use crate::process::orphan;
use crate::program::{Program, last, observe};
use crate::say;
use crate::site::Site;

/// Looks at what the last guest has left, then moves until it is killed. `told` is the number of
/// the move whose end the host has heard of.
pub(crate) fn go_on(kind: &str, first: u64, told: Option<u64>) {
    let desk = Desk::new(Site::of(kind));
    desk.look(told);
    say(kind, "idle", first, "");
    for number in first.. {
        desk.move_on(number);
    }
}

/// What has to outlive the machine, on the disk that is tried.
struct Desk {
    site: Site,
    folder: PathBuf,
}

impl Desk {
    fn new(site: Site) -> Self {
        let folder = PathBuf::from(&site.mount).join("kills-desk");
        std::fs::create_dir_all(&folder).unwrap();
        Self { site, folder }
    }

    /// Compares with the move that was under way, if one was.
    fn look(&self, told: Option<u64>) {
        let Some(armed) = self.read("armed") else { return };
        let number = armed["number"].as_u64().unwrap();
        let case = Case::of(number);
        let program = Program::again(case.caller, &self.site.state(&self.folder.to_string_lossy()));
        let recovered = program.run(&["recover".to_owned()]);
        let state = last(&recovered.output)["state"].as_str().unwrap_or("none").to_owned();
        let story = format!("{} then {state}", case.key());
        let (before, after) = (lines(&armed["before"]), lines(&armed["after"]));
        let lying = orphan(&self.site, &program);
        let found = self.site.account();
        let was_told = told == Some(number);
        let outcome = if !recovered.success {
            format!("violation | {story}: {}", recovered.output)
        } else if let Some(lying) = lying {
            format!("violation | {story}, and nobody knows of {lying}")
        } else if found == before && state != "done" && !was_told {
            format!("before | {story}")
        } else if found == after && state != "undone" {
            format!("after | {story}{}", if was_told { ", as was told" } else { "" })
        } else {
            format!("violation | {story}, told {was_told}: {}", differences(&found, &before, &after))
        };
        say(&self.site.kind, "machine", number, &outcome);
        if outcome.starts_with("violation") {
            panic!("number {number} is neither as before nor as after");
        }
        self.write("armed", &Value::Null);
    }

    /// One move, as somebody may interrupt it.
    fn move_on(&self, number: u64) {
        let case = Case::of(number);
        let state = self.site.state(&self.folder.to_string_lossy());
        let key = case.key();
        let observed = self.read(&key).unwrap_or_else(|| {
            let observed = observe(&self.site, &case, &state);
            let milliseconds = u64::try_from((observed.planning + observed.moving).as_millis()).unwrap();
            let kept = json!({ "before": observed.before, "after": observed.after, "milliseconds": milliseconds });
            self.write(&key, &kept);
            kept
        });
        self.site.clear();
        self.site.furnish(&case);
        let program = Program::new(case.caller, &state);
        let words = program.words(&self.site, &case);
        assert_eq!(self.site.account(), lines(&observed["before"]), "{key}");
        let armed = json!({ "number": number, "before": observed["before"], "after": observed["after"] });
        self.write("armed", &armed);
        say(&self.site.kind, "armed", number, &observed["milliseconds"].to_string());
        let ended = program.run(&words);
        assert!(ended.success, "{key}: {}", ended.output);
        say(&self.site.kind, "told", number, "");
        self.write("armed", &Value::Null);
        say(&self.site.kind, "idle", number, "");
    }

    fn read(&self, name: &str) -> Option<Value> {
        let bytes = std::fs::read(self.folder.join(name)).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|value: &Value| !value.is_null())
    }

    /// On the disk when it returns, and never half.
    fn write(&self, name: &str, value: &Value) {
        let new = self.folder.join(format!("{name}.new"));
        let mut file = File::create(&new).unwrap();
        file.write_all(value.to_string().as_bytes()).unwrap();
        fsync(&file).unwrap();
        std::fs::rename(&new, self.folder.join(name)).unwrap();
        fsync(File::open(&self.folder).unwrap()).unwrap();
    }
}

fn lines(value: &Value) -> Account {
    value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}
