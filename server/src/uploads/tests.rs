//! An upload that is broken off at every call, and by power cuts, in the simulator.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tidelock_engine::fs::simulator::{Personality, Simulator, Site, SiteMount};
use tidelock_engine::fs::walk::{read_whole, walk};
use tidelock_engine::fs::{FileSystem, FsError, Timestamp};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::upload::{OnTaken, UploadFile, UploadId, UploadRequest};

use super::*;

fn path(text: &str) -> FilePath {
    FilePath::parse(text.as_bytes()).unwrap()
}

fn id() -> UploadId {
    UploadId::try_from("a".repeat(32)).unwrap()
}

fn world(personality: Personality) -> Simulator {
    let site = Site { mounts: vec![SiteMount::new(path("/m"), personality)], ..Site::default() };
    let simulator = Simulator::in_memory(site, || Timestamp { seconds: 1000, nanoseconds: 0 });
    let top = simulator.open_path(&path("/m")).unwrap();
    simulator.create_folder(top.at(&FileName::new(*b"to").unwrap()), 0o755).unwrap();
    simulator.sync_everything();
    simulator
}

fn description() -> Description {
    let file = |name: &str, size| UploadFile { path: path(name), size, modified_ms: 5_000 };
    Description::of(&UploadRequest {
        folder: path("/m/to"),
        files: vec![file("/tree/sub/one", 6), file("/tree/empty", 0), file("/plain", 3)],
        folders: vec![path("/tree/nothing")],
        on_taken: OnTaken::Refuse,
    })
}

/// Sends what is missing, in chunks of two bytes.
fn send(fs: &dyn FileSystem) {
    let staging = Staging::open(fs, &path("/m/to"), &id()).unwrap();
    let description = staging.description().unwrap();
    for (file, length) in description.files.iter().zip(lengths(&staging, &description.files).unwrap()) {
        let content = &b"abcdef"[..usize::try_from(file.size).unwrap()];
        let mut offset = length;
        while offset < file.size {
            let mut receiving = Receiving::open(&staging, file, offset).unwrap();
            let begin = usize::try_from(offset).unwrap();
            receiving.write(&content[begin..content.len().min(begin + 2)]).unwrap();
            offset = receiving.close().unwrap();
        }
    }
}

fn end(fs: &dyn FileSystem) -> Vec<FileName> {
    let staging = Staging::open(fs, &path("/m/to"), &id()).unwrap();
    let description = staging.description().unwrap();
    finish(staging, &description, false).unwrap()
}

/// Every visible entry of the destination with its content; a claim is shown as one.
fn visible(fs: &dyn FileSystem) -> Vec<String> {
    let top = fs.open_path(&path("/m")).unwrap();
    let mut found = Vec::new();
    walk(fs, top.at(&FileName::new(*b"to").unwrap()), &mut |visit| -> Result<bool, FsError> {
        if visit.below.iter().any(FileName::is_hidden_folder_of_a_move) {
            return Ok(false);
        }
        let names: Vec<_> = visit.below.iter().map(|name| name.shown().into_owned()).collect();
        let what = match visit.status.kind {
            EntryKind::Folder if visit.status.mode & 0o777 == 0 => "claim".to_owned(),
            EntryKind::Folder => "folder".to_owned(),
            _ => String::from_utf8(read_whole(fs, visit.at, visit.status.size)?).unwrap(),
        };
        found.push(format!("{}={what}", names.join("/")));
        Ok(visit.status.kind == EntryKind::Folder)
    })
    .unwrap();
    found.sort();
    found
}

const TREE: [&str; 5] = ["tree/empty=", "tree/nothing=folder", "tree/sub/one=abcdef", "tree/sub=folder", "tree=folder"];

fn whole() -> Vec<String> {
    let mut all: Vec<String> = TREE.iter().map(|line| (*line).to_owned()).collect();
    all.extend(["=folder".to_owned(), "plain=abc".to_owned()]);
    all.sort();
    all
}

/// Each name at the top is absent, a claim, or complete.
fn assert_nothing_is_half_there(fs: &dyn FileSystem, when: &str) {
    let found = visible(fs);
    let tree: Vec<_> = found.iter().filter(|line| line.starts_with("tree")).map(String::as_str).collect();
    assert!(tree.is_empty() || tree == ["tree=claim"] || tree == TREE, "{when}: {found:?}");
    assert!(found.iter().all(|line| !line.starts_with("plain") || line == "plain=abc"), "{when}: {found:?}");
}

const KINDS: [Personality; 5] =
    [Personality::Ext4, Personality::Xfs, Personality::Lustre2_12, Personality::Lustre2_15, Personality::Lustre2_17];

#[test]
fn an_end_that_is_broken_off_at_any_call_shows_nothing_half_and_goes_on() {
    for kind in KINDS {
        let mut number = 0;
        loop {
            let simulator = world(kind);
            Staging::make(&simulator, &path("/m/to"), &id(), &description()).unwrap();
            send(&simulator);
            simulator.faults().reset();
            simulator.faults().stop_before(number);
            let stopped = catch_unwind(AssertUnwindSafe(|| end(&simulator)));
            simulator.faults().reset();
            assert_nothing_is_half_there(&simulator, &format!("{kind:?}, call {number}"));
            // The last calls only tidy up.
            if Staging::open(&simulator, &path("/m/to"), &id()).is_ok_and(|staging| staging.description().is_ok()) {
                end(&simulator);
            }
            assert_eq!(visible(&simulator), whole(), "{kind:?}, call {number}");
            if stopped.is_ok() {
                break;
            }
            number += 1;
        }
        assert!(number > 30, "{number}");
    }
}

#[test]
fn whatever_call_fails_once_the_end_can_be_tried_again() {
    use tidelock_engine::fs::Errno;
    for kind in KINDS {
        for errno in [Errno::IO, Errno::NOSPC, Errno::ACCESS] {
            for number in 0.. {
                let simulator = world(kind);
                Staging::make(&simulator, &path("/m/to"), &id(), &description()).unwrap();
                send(&simulator);
                simulator.faults().reset();
                simulator.faults().fail(number, errno, false);
                let staging = Staging::open(&simulator, &path("/m/to"), &id());
                let ended = staging.map_err(FinishError::from).and_then(|staging| finish(staging, &description(), false));
                let calls = simulator.faults().calls();
                simulator.faults().reset();
                assert_nothing_is_half_there(&simulator, &format!("{kind:?}, {errno:?} at call {number}"));
                if Staging::open(&simulator, &path("/m/to"), &id()).is_ok_and(|staging| staging.description().is_ok()) {
                    end(&simulator);
                }
                assert_eq!(visible(&simulator), whole(), "{kind:?}, {errno:?} at call {number}: {ended:?}");
                if calls <= number {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_power_cut_loses_nothing_that_was_answered() {
    for kind in KINDS {
        for seed in 0..20 {
            let simulator = world(kind);
            Staging::make(&simulator, &path("/m/to"), &id(), &description()).unwrap();
            simulator.cut_power(seed);
            // Chunks that were answered are there.
            send(&simulator);
            simulator.cut_power(seed);
            let staging = Staging::open(&simulator, &path("/m/to"), &id()).unwrap();
            assert_eq!(lengths(&staging, &description().files).unwrap(), [6, 0, 3], "{kind:?} {seed}");
            drop(staging);
            let names = end(&simulator);
            simulator.cut_power(seed);
            assert_eq!((visible(&simulator), names.len()), (whole(), 2), "{kind:?} {seed}");
        }
    }
}

#[test]
fn a_power_cut_in_the_middle_of_the_end_shows_nothing_half() {
    for kind in KINDS {
        for number in (0..200).step_by(3) {
            let simulator = world(kind);
            Staging::make(&simulator, &path("/m/to"), &id(), &description()).unwrap();
            send(&simulator);
            simulator.faults().reset();
            simulator.faults().stop_before(number);
            let _ = catch_unwind(AssertUnwindSafe(|| end(&simulator)));
            simulator.faults().reset();
            simulator.cut_power(number);
            assert_nothing_is_half_there(&simulator, &format!("{kind:?}, cut at call {number}"));
            if Staging::open(&simulator, &path("/m/to"), &id()).is_ok_and(|staging| staging.description().is_ok()) {
                end(&simulator);
            }
            assert_eq!(visible(&simulator), whole(), "{kind:?}, cut at call {number}");
        }
    }
}

/// Somebody who may change names in the destination gives an upload's name to another folder of its user's.
#[test]
fn what_has_got_an_uploads_name_is_not_taken_for_it() {
    let name = |text: &str| FileName::new(text.as_bytes()).unwrap();
    for when in ["before the first chunk", "before the end", "before it is given up", "before it is closed"] {
        let simulator = world(Personality::Ext4);
        let to = simulator.open_path(&path("/m/to")).unwrap();
        simulator.create_folder(to.at(&name("closed")), 0o700).unwrap();
        let closed = simulator.open_folder(to.at(&name("closed"))).unwrap();
        simulator.create_file(closed.at(&name("plain")), 0o600).unwrap();
        Staging::make(&simulator, &path("/m/to"), &id(), &description()).unwrap();
        let hidden = name(&format!(".tidelock-upload-{}", "a".repeat(32)));
        let swap = || simulator.exchange(to.at(&name("closed")), to.at(&hidden)).unwrap();
        let opened = Staging::open(&simulator, &path("/m/to"), &id()).unwrap();
        match when {
            "before it is given up" => {
                swap();
                Staging::remove(&simulator, &path("/m/to"), &id()).unwrap();
            }
            "before it is closed" => {
                swap();
                opened.close().unwrap();
            }
            _ => {
                if when == "before the end" {
                    send(&simulator);
                }
                swap();
                let again = Staging::open(&simulator, &path("/m/to"), &id());
                assert!(matches!(again.map(drop), Err(StagingError::NotOurs)), "{when}");
            }
        }
        let left: Vec<_> = simulator.read_folder(&closed).unwrap().map(|entry| entry.unwrap().name).collect();
        assert_eq!(left, [name("plain")], "{when}");
        assert_eq!(simulator.identity((&closed).into()).unwrap(), simulator.identity(to.at(&hidden).into()).unwrap(), "{when}");
    }
}
