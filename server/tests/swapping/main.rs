//! Somebody swaps folders and files on every way for links that lead elsewhere, as fast as he can, while things are moved,
//! copied, undone, purged, thrown away, uploaded and read: nothing is reached that nobody asked for.
//!
//! The links lead out of what is managed, or to what its owner alone may enter in it. Where the tests run as root whoever
//! swaps is another user than whose files are moved. The kernel tells of everybody who opens, reads, lists, changes or makes
//! anything there. It goes on for `TIDELOCK_SWAPPING_SECONDS`, in `TIDELOCK_SWAPPING_FOLDER` or else the temporary folder,
//! and in memory, where that is another mount: so things are copied, too.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may take the short way out, and tells how it went")]

mod attacker;
mod site;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use attacker::Attack;
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use site::Site;

/// Under attack a move may take as long; then it is given up.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Once nobody swaps any more everything ends.
const CALM: Duration = Duration::from_secs(60);

/// What is done in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Move,
    MoveToOtherMount,
    Copy,
    Trash,
    Upload,
    Read,
}

const DEEDS: [Deed; 6] = [Deed::Move, Deed::MoveToOtherMount, Deed::Copy, Deed::Trash, Deed::Upload, Deed::Read];

#[derive(Default)]
struct Told {
    swaps: u64,
    rounds: u64,
    ends: BTreeMap<(Deed, String), u64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "--attack") {
        return attacker::run(&arguments[2..]);
    }
    let trial = Trial::test("nothing_is_reached_by_what_is_swapped_meanwhile", || {
        attack_everything();
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit();
}

fn attack_everything() {
    // The library wants one for addresses that nobody asks here.
    drop(rustls::crypto::ring::default_provider().install_default());
    let seconds = std::env::var("TIDELOCK_SWAPPING_SECONDS").map_or(12, |seconds| seconds.parse().unwrap());
    let site = Site::start();
    let begin = Instant::now();
    let mut told = Told::default();
    while begin.elapsed() < Duration::from_secs(seconds) || told.rounds < DEEDS.len() as u64 {
        for deed in DEEDS {
            told.round(&site, deed);
        }
    }
    site.check_bytes();
    println!("     {} rounds, {} times two names changed places", told.rounds, told.swaps);
    for ((deed, end), times) in &told.ends {
        println!("     {deed:?}: {times} times {end}");
    }
    let is_any_done = told.ends.keys().any(|(_, end)| end == "done");
    assert!(told.swaps > told.rounds && is_any_done, "there is nothing to attack, or nobody attacks");
}

impl Told {
    fn end(&mut self, deed: Deed, how: &str) {
        *self.ends.entry((deed, how.to_owned())).or_default() += 1;
    }

    fn round(&mut self, site: &Site, deed: Deed) {
        let number = usize::try_from(self.rounds).unwrap();
        self.rounds += 1;
        // In a folder of its own: a move that is stuck keeps others away from where it works.
        let (group, top) = (number / DEEDS.len(), format!("round-{number}"));
        site.furnish(&top, group % 2);
        let other = site.halves.len() - 1;
        let from = site.halves[0].at(&top).join("from");
        let to = site.halves[if deed == Deed::MoveToOtherMount { other } else { 0 }].at(&top).join("to");
        let folders = [&site.halves[0].at(&top), &from, &from.join("item"), &from.join("item/inner"), &to];
        let attack =
            Attack::begin(site::attacker(), &folders.map(std::path::PathBuf::as_path), !group.is_multiple_of(3), self.rounds);
        let is_kept = match deed {
            Deed::Upload => self.upload(site, &to, group),
            Deed::Read => self.read(site, &from),
            _ => self.moves(site, deed, &from, &to, group),
        };
        self.swaps += attack.end();
        settled(site);
        let what = format!("round {number}, {deed:?}");
        site.check(&what);
        assert!(!is_kept || site.lost() == 0, "{what}: {} files are lost", site.lost());
    }

    /// Moves what there is, and undoes it or lets it be deleted. Answers whether everything has to be somewhere afterwards.
    fn moves(&mut self, site: &Site, deed: Deed, from: &Path, to: &Path, group: usize) -> bool {
        let verb = match deed {
            Deed::Copy => "copy",
            Deed::Trash => "trash",
            _ => "move",
        };
        let request = json!({ "request": { "verb": verb, "sources": [from.join("item")], "destination": to } });
        let begin = Instant::now();
        // Mostly it is not where it is looked for.
        let started = loop {
            let _ = site.ask("plan", &request);
            match site.ask("start_move", &request) {
                Ok(started) => break started,
                Err(_) if begin.elapsed() > PATIENCE => {
                    self.end(deed, "refused");
                    return true;
                }
                Err(_) => {}
            }
        };
        if group % 5 == 4 {
            std::thread::sleep(Duration::from_millis(group as u64 % 40));
            let _ = site.ask("cancel_move", &json!({ "id": started["id"] }));
        }
        let end = ended(site, &started, PATIENCE);
        self.end(deed, &end);
        if end != "done" {
            return true;
        }
        // What was renamed has left nothing to delete.
        let is_purged = deed != Deed::Move && group % 4 > 1;
        let (call, how) = if is_purged { ("purge_move", "purged") } else { ("undo_move", "undo") };
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            match site.ask(call, &json!({ "id": started["id"] })) {
                Ok(_) if is_purged => {
                    self.end(deed, how);
                    break;
                }
                Ok(undo) => {
                    let end = ended(site, &undo, PATIENCE);
                    self.end(deed, &format!("undo {end}"));
                    break;
                }
                Err(_) => {}
            }
        }
        // What was thrown away and deleted is gone.
        !(is_purged && deed == Deed::Trash)
    }

    fn upload(&mut self, site: &Site, to: &Path, group: usize) -> bool {
        let begin = Instant::now();
        let file = |name: String| json!({ "path": name, "size": 5, "modified_ms": 1 });
        let files: Vec<Value> =
            (0..6).map(|file_number| file(format!("/sent/{}file-{file_number}", ["", "inner/"][file_number % 2]))).collect();
        let request = json!({ "request": { "folder": to, "files": files, "on_taken": "keep-both" } });
        while begin.elapsed() < PATIENCE {
            let Ok(begun) = site.ask("begin_upload", &request) else { continue };
            let id = begun["upload"]["id"].as_str().unwrap();
            for file in 0..files.len() {
                while begin.elapsed() < PATIENCE && !site.send(id, file, b"hello".to_vec()) {}
            }
            let call = if group % 5 == 4 { "cancel_upload" } else { "finish_upload" };
            while begin.elapsed() < 2 * PATIENCE {
                if site.ask(call, &json!({ "id": id, "on_taken": "keep-both" })).is_ok() {
                    self.end(Deed::Upload, if call == "finish_upload" { "sent" } else { "cancelled" });
                    return true;
                }
            }
            let _ = site.ask("cancel_upload", &json!({ "id": id }));
        }
        self.end(Deed::Upload, "refused");
        true
    }

    /// Looks at everything in every way.
    fn read(&mut self, site: &Site, from: &Path) -> bool {
        let begin = Instant::now();
        let item = from.join("item");
        let mut read = 0;
        while begin.elapsed() < PATIENCE / 3 {
            for folder in [from, &item, &item.join("inner")] {
                read += u64::from(site.ask("folder", &json!({ "request": { "path": folder, "rows": 100 } })).is_ok());
                site.download(folder);
            }
            for file in ["file-0", "inner/file-1"] {
                let _ = site.ask("content", &json!({ "path": item.join(file) }));
                site.download(&item.join(file));
            }
            let _ = site.ask("start_search", &json!({ "request": { "path": from, "wanted": { "name": "file" } } }));
            let _ = site.ask("start_survey", &json!({ "sources": [item] }));
            let _ = site.ask("start_inventory", &json!({ "path": from }));
            let _ = site.ask("entries", &json!({ "path": item, "names": ["file-0", "inner"] }));
        }
        *self.ends.entry((Deed::Read, "listed".to_owned())).or_default() += read;
        true
    }
}

/// How a move ends, or that it waits.
fn ended(site: &Site, started: &Value, patience: Duration) -> String {
    let begin = Instant::now();
    while begin.elapsed() < patience {
        let detail = site.ask("move_detail", &json!({ "id": started["id"] })).unwrap();
        match detail["state"].as_str() {
            Some(end @ ("done" | "undone" | "stuck")) => return end.to_owned(),
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    "not ended under attack".to_owned()
}

/// Every move has ended.
fn settled(site: &Site) {
    let begin = Instant::now();
    loop {
        let moves = site.ask("moves", &json!({})).unwrap();
        let is_open = |of: &Value| !matches!(of["state"].as_str(), Some("done" | "undone" | "stuck"));
        match moves.as_array().unwrap().iter().find(|of| is_open(of)) {
            None => return,
            Some(of) => assert!(begin.elapsed() < CALM, "a move does not end: {of}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
