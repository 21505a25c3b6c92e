//! A server and a worker that do not believe each other.

use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use std::os::unix::net::UnixStream;

use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use tidelock_shared::name::{FileName, FilePath};

use parking_lot::Mutex;
use tidelock_shared::request::MoveRequest;

use super::*;
use crate::Engine;
use crate::clock::SystemClock;
use crate::crew::Alone;
use crate::fs::remote::{FrameReader, FrameWriter, GreetingError, Remote, Sealed, greet, welcome};
use crate::fs::simulator::{Personality, Simulator, Site, SiteMount};
use crate::fs::{Caller, Errno, FileSystem, Folder, Timestamp};
use crate::journal::Journal;
use crate::moves::event::{Failure, FailureKind};
use crate::steps;

fn path(text: &str) -> FilePath {
    FilePath::parse(text.as_bytes()).unwrap()
}

fn name(text: &str) -> FileName {
    FileName::new(text.as_bytes()).unwrap()
}

fn simulator() -> Simulator {
    let site = Site { mounts: vec![SiteMount::new(path("/m"), Personality::Ext4)], limits: BTreeMap::new() };
    Simulator::in_memory(site, Timestamp::default)
}

type Hosted = thread::JoinHandle<Result<(), HostError>>;

fn hosted() -> (UnixStream, Hosted) {
    let (here, there) = UnixStream::pair().unwrap();
    (here, thread::spawn(|| host(there, Arc::new(simulator()), Arc::new(Alone))))
}

/// A server that says whatever it likes to a worker; answers how that ended.
fn said_to_worker(say: impl FnOnce(&FrameWriter, &mut FrameReader)) -> Result<(), HostError> {
    let (stream, worker) = hosted();
    let (mut reader, writer) = greet(&stream).unwrap();
    reader.next().unwrap().expect("the welcome");
    say(&writer, &mut reader);
    writer.shut(Shutdown::Write);
    let ended = worker.join().unwrap();
    // Whatever was answered, then comes the end.
    while let Ok(Some(_)) = reader.next() {}
    ended
}

/// A worker that welcomes a server and answers each request with what `answer` makes of it.
fn false_worker(answer: impl Fn(u64, &FrameWriter) + Send + 'static) -> (Remote, thread::JoinHandle<()>) {
    let (here, there) = UnixStream::pair().unwrap();
    let worker = thread::spawn(move || {
        let (mut reader, writer) = greet(&there).unwrap();
        welcome(&writer, Caller { uid: 1000, is_root: false }).unwrap();
        while let Ok(Some(frame)) = reader.next() {
            answer(frame.number, &writer);
        }
    });
    (Remote::connect(&here).unwrap(), worker)
}

fn send(writer: &FrameWriter, number: u64, body: &[u8]) {
    // The other side may have hung up on it.
    let _ = writer.send(&Sealed::of_bytes(number, body).unwrap());
}

#[test]
fn a_worker_serves_and_ends_with_a_goodbye() {
    let (stream, worker) = hosted();
    let remote = Remote::connect(&stream).unwrap();
    drop(stream);
    let top = remote.open_path(&path("/m")).unwrap();
    remote.create_folder(top.at(&name("folder")), 0o755).unwrap();
    assert_eq!(remote.create_folder(top.at(&name("folder")), 0o755).unwrap_err().errno, Errno::EXIST);
    assert_eq!(remote.caller(), Caller { uid: 0, is_root: true });
    assert!(!remote.is_over() && !remote.wait_until_gone(Duration::ZERO));
    remote.say_goodbye();
    worker.join().unwrap().unwrap();
    assert!(remote.is_over() && remote.wait_until_gone(Duration::ZERO));
    let error = remote.status((&top).into()).unwrap_err();
    assert!(error.errno == Errno::NOTCONN && error.is_out_of_reach() && error.is_ambiguous());
    assert!(!remote.is_in_group(0));
}

#[test]
fn that_a_worker_is_gone_is_seen_without_asking_it() {
    let (here, there) = UnixStream::pair().unwrap();
    let worker = thread::spawn(move || {
        let (_, writer) = greet(&there).unwrap();
        welcome(&writer, Caller { uid: 1, is_root: false }).unwrap();
    });
    let remote = Remote::connect(&here).unwrap();
    worker.join().unwrap();
    assert!(remote.is_over() && remote.wait_until_gone(Duration::ZERO));
}

#[test]
fn somebody_else_is_refused() {
    let (here, there) = UnixStream::pair().unwrap();
    drop(there);
    assert!(matches!(Remote::connect(&here), Err(GreetingError::Gone | GreetingError::Io(_))));
    let (here, there) = UnixStream::pair().unwrap();
    std::io::Write::write_all(&mut &there, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert!(matches!(Remote::connect(&here), Err(GreetingError::Stranger)));
    std::io::Write::write_all(&mut &here, b"junk").unwrap();
    drop(here);
    assert!(matches!(host(there, Arc::new(simulator()), Arc::new(Alone)), Err(HostError::Greeting(_))));
}

#[test]
fn a_worker_is_not_confused_by_its_server() {
    assert!(said_to_worker(|_, _| {}).is_ok());
    // Garbage, an order that is none, an answer to no report, and closing what is not open.
    assert!(matches!(said_to_worker(|writer, _| send(writer, 1, &[0xff; 40])), Err(HostError::NotUnderstood(_))));
    assert!(matches!(said_to_worker(|writer, _| send(writer, 1, b"")), Err(HostError::NotUnderstood(_))));
    assert!(matches!(said_to_worker(|writer, _| send(writer, 1, &[2, 2, b'{', b'}', 1])), Err(HostError::NotUnderstood(_))));
    assert!(said_to_worker(|writer, _| send(writer, 9, &[3, 1])).is_ok());
    assert!(said_to_worker(|writer, _| send(writer, 9, &[1, 77])).is_ok());
    // More calls than anybody may make at once are not made, or one after the other.
    let many = said_to_worker(|writer, _| (0..5000).for_each(|number| send(writer, number, &[0, 7, 1, 99])));
    assert!(matches!(many, Ok(()) | Err(HostError::NotUnderstood(_))), "{many:?}");
}

#[test]
fn what_is_not_open_is_no_folder_and_no_file() {
    // The status of a folder that nobody has opened: the frame's number, and `EBADF`.
    let mut answered = None;
    said_to_worker(|writer, reader| {
        send(writer, 5, &[0, 8, 1, 99]);
        answered = reader.next().unwrap();
    })
    .unwrap();
    let answered = answered.unwrap();
    assert_eq!(answered.number, 5);
    assert_eq!(answered.body.first(), Some(&1), "an error");
    // `EBADF` as a signed number of this format.
    assert_eq!(answered.body.last(), Some(&18));
}

#[test]
fn an_answer_that_cannot_be_one_ends_the_connection() {
    type Answer = fn(u64, &FrameWriter);
    let answers: [(&str, Answer); 7] = [
        ("garbage", |number, writer| send(writer, number, &[0xff; 30])),
        ("nothing", |number, writer| send(writer, number, b"")),
        ("a number that nobody has", |number, writer| send(writer, number + 1000, &[0, 5])),
        ("an error that is none", |number, writer| send(writer, number, &[1, 0, 0, 0])),
        ("more than was asked", |number, writer| send(writer, number, &[0, 5, 5, 5])),
        ("cut off", |_, writer| drop(std::io::Write::write_all(&mut writer.stream(), &[9, 0, 0, 0, 1, 0]))),
        ("too long", |_, writer| drop(std::io::Write::write_all(&mut writer.stream(), &[0xff; 64]))),
    ];
    for (what, answer) in answers {
        let (remote, worker) = false_worker(move |number, writer| {
            answer(number, writer);
            if what == "cut off" {
                writer.shut(Shutdown::Both);
            }
        });
        let error = remote.open_path(&path("/m")).unwrap_err();
        assert_eq!(error.errno, Errno::NOTCONN, "{what}");
        assert!(remote.is_over(), "{what}");
        worker.join().unwrap();
        assert!(remote.wait_until_gone(Duration::from_secs(10)), "{what}");
    }
}

#[test]
fn an_answer_twice_is_not_the_answer_to_what_is_asked_next() {
    let (remote, worker) = false_worker(|number, writer| {
        send(writer, number, &[0, 5]);
        send(writer, number, &[0, 6]);
    });
    let first = remote.open_path(&path("/m")).map(drop);
    assert_eq!(first, Ok(()));
    assert_eq!(remote.open_path(&path("/m")).map(drop).unwrap_err().errno, Errno::NOTCONN);
    assert!(remote.is_over());
    drop(remote);
    worker.join().unwrap();
}

#[test]
fn numbers_that_nobody_can_calculate_with_are_not_believed() {
    // Opened as number 1; then a file that has more bytes than anything can.
    let seen = AtomicUsize::new(0);
    let (remote, worker) = false_worker(move |number, writer| match seen.fetch_add(1, Ordering::Relaxed) {
        0 => send(writer, number, &[0, 1]),
        _ => {
            let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
            let status = [&[0, 0, 1, 1, 1, 0, 0, 0][..], &huge, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
            send(writer, number, &status);
        }
    });
    let top = remote.open_path(&path("/m")).unwrap();
    assert_eq!(remote.status((&top).into()).unwrap_err().errno, Errno::NOTCONN);
    drop((top, remote));
    worker.join().unwrap();
}

#[test]
fn what_another_worker_has_opened_is_stale_here() {
    let (first, second) = (hosted(), hosted());
    let (one, other) = (Remote::connect(&first.0).unwrap(), Remote::connect(&second.0).unwrap());
    let top = one.open_path(&path("/m")).unwrap();
    let is_stale = |folder: &Folder| other.status(folder.into()).unwrap_err().errno == Errno::STALE;
    assert!(is_stale(&top));
    assert!(is_stale(&simulator().open_path(&path("/m")).unwrap()));
}

#[test]
fn many_threads_each_get_their_own_answer() {
    let (stream, worker) = hosted();
    let remote = Remote::connect(&stream).unwrap();
    drop(stream);
    let top = remote.open_path(&path("/m")).unwrap();
    thread::scope(|scope| {
        for thread in 0..40 {
            let (remote, top) = (&remote, &top);
            scope.spawn(move || {
                for number in 0..25 {
                    let own = name(&format!("{thread} {number}"));
                    let file = remote.create_file(top.at(&own), 0o600).unwrap();
                    assert_eq!(remote.write_at(&file, 0, own.as_bytes()), Ok(own.as_bytes().len()));
                    let mut read = vec![0; 100];
                    let length = remote.read_at(&remote.open_file(top.at(&own)).unwrap(), 0, &mut read).unwrap();
                    assert_eq!(&read[..length], own.as_bytes());
                }
            });
        }
    });
    let listed: Vec<_> = remote.read_folder(&top).unwrap().map(|entry| entry.unwrap().name).collect();
    assert_eq!(listed.len(), 1000);
    drop((top, remote));
    worker.join().unwrap().unwrap();
}

#[test]
fn statuses_come_in_the_order_of_their_names_also_where_there_is_nothing() {
    let (stream, _worker) = hosted();
    let remote = Remote::connect(&stream).unwrap();
    let top = remote.open_path(&path("/m")).unwrap();
    let names: Vec<FileName> = (0..1300).map(|number| name(&number.to_string())).collect();
    for each in names.iter().step_by(3) {
        remote.create_folder(top.at(each), 0o700).unwrap();
    }
    let asked: Vec<_> = remote.statuses(&top, &names).collect();
    let one_by_one: Vec<_> = names.iter().map(|name| remote.status(top.at(name).into())).collect();
    assert_eq!(asked, one_by_one);
    assert_eq!(asked.iter().filter(|status| status.is_ok()).count(), 434);
    assert_eq!(remote.statuses(&top, &[]).count(), 0);
    remote.say_goodbye();
    assert!(remote.statuses(&top, &names[..2]).all(|status| status.unwrap_err().errno == Errno::NOTCONN));
}

#[test]
fn long_content_comes_in_parts() {
    let (stream, _worker) = hosted();
    let remote = Remote::connect(&stream).unwrap();
    let top = remote.open_path(&path("/m")).unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    let file = remote.create_file(top.at(&name("file")), 0o600).unwrap();
    let mut end = 0;
    while end < content.len() {
        end += remote.write_at(&file, end as u64, &content[end..]).unwrap();
    }
    let file = remote.open_file(top.at(&name("file"))).unwrap();
    let read = crate::fs::walk::read_open(&remote, &file, content.len() as u64 + 10).unwrap();
    assert!(read == content);
}

/// Keeps the first order that it gets.
#[derive(Default)]
struct Keeps(Mutex<Option<StepOrder>>);

impl Worker for Keeps {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        self.0.lock().get_or_insert_with(|| order.clone());
        hear(steps::out_of_reach(order));
    }
}

/// An order as an engine gives it.
fn order() -> StepOrder {
    let (fs, keeps) = (simulator(), Arc::new(Keeps::default()));
    let top = fs.open_path(&path("/m")).unwrap();
    ["from", "to"].iter().for_each(|folder| fs.create_folder(top.at(&name(folder)), 0o755).unwrap());
    let from = fs.open_path(&path("/m/from")).unwrap();
    fs.create_folder(from.at(&name("item")), 0o755).unwrap();
    let journal = Journal::in_memory(7).unwrap();
    let engine = Engine::new(Arc::new(fs), keeps.clone(), journal, Arc::new(SystemClock), vec![path("/")]).unwrap();
    let request = MoveRequest { sources: vec![path("/m/from/item")], destination: path("/m/to"), ..MoveRequest::default() };
    engine.drive_once(engine.accept(&request, None).unwrap()).unwrap();
    let order = keeps.0.lock().take();
    order.unwrap()
}

/// What an engine hears of an order whose worker answers each frame with these reports; and whether the worker is kept.
fn heard_from(order: &StepOrder, reports: &'static [&'static str]) -> (Vec<StepReport>, bool) {
    let (remote, worker) =
        false_worker(move |number, writer| reports.iter().for_each(|report| send(writer, number, report.as_bytes())));
    let mut heard = Vec::new();
    remote.perform(order, &mut |report| {
        heard.push(report);
        Then::GoOn
    });
    let is_kept = !remote.is_over();
    drop(remote);
    worker.join().unwrap();
    (heard, is_kept)
}

#[test]
fn a_report_that_no_step_makes_is_that_of_a_worker_that_is_gone() {
    let run = order();
    assert_eq!(run.action, Action::Run);
    let asked = StepOrder { action: Action::Probe, ..run.clone() };
    assert_eq!(heard_from(&run, &[r#"{"report":"finished"}"#]), (vec![StepReport::Finished], true));
    for (order, reports, before) in [
        (&run, &["no report"][..], 0),
        (&run, &[""], 0),
        (&run, &[r#"{"report":"probed","run":null}"#], 0),
        (&run, &[r#"{"report":"progress","entries":18446744073709551615,"bytes":0}"#], 0),
        (&run, &[r#"{"report":"progress","entries":0,"bytes":18446744073709551615}"#], 0),
        (&asked, &[r#"{"report":"noted","note":"over"}"#], 0),
        (&asked, &[r#"{"report":"finished"}"#], 0),
        (&run, &[r#"{"report":"progress","entries":5,"bytes":6}"#, r#"{"report":"waits"}"#], 1),
    ] {
        let (heard, is_kept) = heard_from(order, reports);
        assert_eq!((heard.len(), heard.last()), (before + 1, Some(&steps::out_of_reach(order))), "{reports:?}");
        assert!(!is_kept, "{reports:?}");
    }
}

#[test]
fn every_report_comes_as_it_was_made() {
    let failure = Failure { kind: FailureKind::NoHeadroom, message: "full".to_owned() };
    let asked = StepOrder { action: Action::Look, ..order() };
    let reports = [
        StepReport::Finished,
        StepReport::Failed(failure.clone()),
        StepReport::Waits { wait: Wait::Restore { files: 1, bytes: 2 }, failure },
        StepReport::Probed(Probe::Run),
        StepReport::Probed(Probe::NotRun),
    ];
    for report in reports {
        let of = if matches!(report, StepReport::Probed(_)) { asked.clone() } else { order() };
        let sent: &str = serde_json::to_string(&report).unwrap().leak();
        assert_eq!(heard_from(&of, vec![sent].leak()), (vec![report], true));
    }
}

#[test]
fn what_a_worker_says_of_a_failure_is_one_harmless_line() {
    let report = r#"{"report":"failed","kind":"file_system","message":"one\ntwo\u001b[2J"}"#;
    let (heard, _) = heard_from(&order(), [report].to_vec().leak());
    let StepReport::Failed(failure) = &heard[0] else { panic!("{heard:?}") };
    assert_eq!(failure.message, "one\\ntwo\\u{1b}[2J");
}

proptest! {
    #[test]
    fn no_bytes_whatever_make_a_worker_panic(frames in vec((any::<u64>(), vec(any::<u8>(), 0..60)), 0..20)) {
        let _ = said_to_worker(|writer, _| frames.iter().for_each(|(number, body)| send(writer, *number, body)));
    }

    #[test]
    fn no_bytes_whatever_make_a_server_panic(body in vec(any::<u8>(), 0..60)) {
        let (remote, worker) = false_worker(move |number, writer| send(writer, number, &body));
        if let Ok(top) = remote.open_path(&path("/m")) {
            let _ = remote.status((&top).into());
            let _ = remote.read_folder(&top).map(|entries| entries.take(10).count());
            let _ = remote.capabilities(&top);
            let _ = remote.quota(&top, tidelock_shared::id::ProjectId(5));
            let _ = remote.identity((&top).into());
        }
        drop(remote);
        worker.join().unwrap();
    }
}
