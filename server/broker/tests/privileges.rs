//! A broker of this process, and a worker that has become a user: what it is, and what it cannot do any more.
//!
//! This program is the worker too. Only root can start one; for anybody else nothing is tried.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may take the short way out, and tells how it went")]

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use rustix::process::{getegid, geteuid, getgroups, getpid, getuid};
use tidelock_broker::{Account, AskError, Broker, Identity, Listening, Site, become_for_good};

/// Not a person, but a user that every Debian has.
const USER: &str = "games";
const OTHER: &str = "news";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(first) = arguments.iter().position(|argument| argument == "--act-as") {
        return act(&arguments[first..]);
    }
    if let [_, role, socket, root] = &arguments[..]
        && role == "--server"
    {
        return serve(socket, root);
    }
    let tests: [(&str, fn()); 6] = [
        ("a_worker_is_its_user_and_nobody_else", a_worker_is_its_user_and_nobody_else),
        ("a_worker_reaches_what_its_user_may_and_nothing_but_the_roots", a_worker_reaches_what_its_user_may),
        ("the_reader_sees_everything_and_changes_nothing", the_reader_sees_everything_and_changes_nothing),
        ("a_worker_ends_with_its_connection", a_worker_ends_with_its_connection),
        ("a_user_has_one_worker_at_a_time", a_user_has_one_worker_at_a_time),
        ("strangers_roots_and_services_get_no_worker", strangers_roots_and_services_get_no_worker),
    ];
    let only_root = !geteuid().is_root();
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
        .with_ignored_flag(only_root)
    };
    // What a file is made with is the process's own, and a broker changes it for a moment.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit();
}

/// The worker: becomes the user, and then does what it is asked, one line each.
fn act(arguments: &[String]) {
    let values = |name: &str| {
        let named = move |pair: &&[String]| pair[0] == name;
        arguments.chunks(2).filter(named).map(|pair| pair[1].clone()).collect::<Vec<_>>()
    };
    let number = |text: &String| text.parse::<u32>().unwrap();
    let groups: Vec<u32> = values("--group").iter().map(number).collect();
    let roots: Vec<PathBuf> = values("--root").into_iter().map(PathBuf::from).collect();
    let one = |name: &str| number(&values(name)[0]);
    let identity = Identity::told(&values("--act-as")[0], one("--uid"), one("--gid"), &groups).unwrap();
    let confined = become_for_good(&identity, &roots).unwrap();
    let mut connection = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let answer = |connection: &mut UnixStream, text: String| connection.write_all(format!("{text}\n").as_bytes()).unwrap();
    while let Some(line) = read_line(&mut connection) {
        let (verb, path) = line.split_once(' ').unwrap_or((&line, ""));
        let told = |result: std::io::Result<()>| result.map_or_else(|error| format!("{:?}", error.kind()), |()| "done".to_owned());
        let said = match verb {
            "who" => {
                let groups: Vec<u32> = getgroups().unwrap().iter().map(|group| group.as_raw()).collect();
                format!("{} {} {} {groups:?}", getuid().as_raw(), geteuid().as_raw(), getegid().as_raw())
            }
            "pid" => getpid().as_raw_nonzero().to_string(),
            "status" => fs::read_to_string("/proc/self/status").unwrap().replace('\n', ";"),
            "dumpable" => format!("{:?}", rustix::process::dumpable_behavior().unwrap()),
            "landlock" => confined.by_landlock.to_string(),
            "read" => told(fs::read(path).map(drop)),
            "write" => told(fs::write(path, b"written")),
            "make" => told(fs::create_dir(path)),
            "rename" => {
                let (from, to) = path.split_once(' ').unwrap();
                told(fs::rename(from, to))
            }
            "mark" => {
                let marked = rustix::fs::setxattr(path, "trusted.mark", b"1", rustix::fs::XattrFlags::empty());
                told(marked.map_err(Into::into))
            }
            "run" => told(Command::new(path).status().map(drop)),
            "connect" => told(std::net::TcpStream::connect("127.0.0.1:1").map(drop)),
            "become_root" => told(nix::unistd::setuid(nix::unistd::Uid::from_raw(0)).map_err(Into::into)),
            other => format!("what is {other}?"),
        };
        answer(&mut connection, said);
    }
}

fn read_line(connection: &mut UnixStream) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match connection.read(&mut byte) {
            Ok(0) => return None,
            Ok(_) if byte[0] == b'\n' => return Some(String::from_utf8(line).unwrap()),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn ask(worker: &mut UnixStream, question: &str) -> String {
    worker.write_all(format!("{question}\n").as_bytes()).unwrap();
    read_line(worker).unwrap()
}

/// A broker that listens to this process, on folders of its own.
struct Place {
    folder: tempfile::TempDir,
    broker: Broker,
}

impl Place {
    fn new(server_uid: u32, minimum_uid: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        open_for_all(folder.path());
        for root in ["root", "other"] {
            fs::create_dir(folder.path().join(root)).unwrap();
            open_for_all(&folder.path().join(root));
        }
        let socket = folder.path().join("broker.sock");
        let roots = vec![folder.path().join("root")];
        let worker = vec![std::env::current_exe().unwrap().into()];
        let listening = Listening::at(&socket, Site { server_uid, server_gid: server_uid, minimum_uid, roots, worker }).unwrap();
        std::thread::spawn(move || listening.serve());
        Self { folder, broker: Broker::at(&socket) }
    }

    fn path(&self, below: &str) -> String {
        self.folder.path().join(below).display().to_string()
    }
}

fn open_for_all(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
}

fn a_worker_is_its_user_and_nobody_else() {
    let place = Place::new(0, 1);
    let account = Account::look_up(USER, 1).unwrap();
    let mut worker = place.broker.start_worker(USER).unwrap();
    let who = format!("{0} {0} {1} {2:?}", account.uid, account.gid, account.groups);
    assert_eq!(ask(&mut worker, "who"), who);
    let status = ask(&mut worker, "status");
    for line in ["CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"]
    {
        assert!(status.contains(line), "{line}: {status}");
    }
    for line in ["CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{line}: {status}");
    }
    for forbidden in ["become_root", "run /bin/true", "connect"] {
        assert_eq!(ask(&mut worker, forbidden), "PermissionDenied", "{forbidden}");
    }
    // Other processes of its user may end it, and see nothing of it: what one may not trace is root's in /proc.
    let pid = ask(&mut worker, "pid");
    assert_eq!(fs::metadata(format!("/proc/{pid}/environ")).unwrap().uid(), 0);
    assert_eq!(ask(&mut worker, "dumpable"), "NotDumpable");
}

fn a_worker_reaches_what_its_user_may() {
    let place = Place::new(0, 1);
    let mut worker = place.broker.start_worker(USER).unwrap();
    let (own, theirs) = (place.path("root/own"), place.path("root/theirs"));
    assert_eq!(ask(&mut worker, &format!("write {own}")), "done");
    assert_eq!(ask(&mut worker, &format!("read {own}")), "done");
    fs::write(&theirs, b"private").unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o600)).unwrap();
    chown(&theirs, Some(Account::look_up(OTHER, 1).unwrap().uid), None).unwrap();
    assert_eq!(ask(&mut worker, &format!("read {theirs}")), "PermissionDenied");
    // Renames from folder to folder below the root are what it is for.
    assert_eq!(ask(&mut worker, &format!("make {}", place.path("root/folder"))), "done");
    assert_eq!(ask(&mut worker, &format!("rename {own} {}", place.path("root/folder/own"))), "done");
    // Whatever its user may do elsewhere, it does not.
    let elsewhere = place.path("other/file");
    fs::write(&elsewhere, b"for all").unwrap();
    let (is_held, reads) = (ask(&mut worker, "landlock") == "true", ask(&mut worker, &format!("read {elsewhere}")));
    assert_eq!(reads, if is_held { "PermissionDenied" } else { "done" });
    println!("     held to the roots by the kernel: {is_held}");
}

fn the_reader_sees_everything_and_changes_nothing() {
    let server = Account::look_up(OTHER, 1).unwrap();
    let place = Place::new(server.uid, 1);
    let theirs = place.path("root/theirs");
    fs::write(&theirs, b"private").unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o600)).unwrap();
    let for_all = place.path("root/for_all");
    fs::write(&for_all, b"for all").unwrap();
    fs::set_permissions(&for_all, fs::Permissions::from_mode(0o666)).unwrap();
    // Only the server is heard: so this is asked by another process, which is its user.
    let mut asking = Command::new(std::env::current_exe().unwrap());
    asking.args(["--server", &place.path("broker.sock"), &place.path("root")]).uid(server.uid).gid(server.gid);
    assert!(asking.status().unwrap().success());
    assert!(!Path::new(&place.path("root/new")).exists());
    assert_eq!(fs::read(&theirs).unwrap(), b"private");
}

/// The server: asks for a reader, and for changes.
fn serve(socket: &str, root: &str) {
    let mut reader = Broker::at(Path::new(socket)).start_reader().unwrap();
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    assert_eq!(ask(&mut reader, "who"), format!("{uid} {uid} {gid} []"));
    assert_eq!(ask(&mut reader, &format!("read {root}/theirs")), "done");
    // Attributes are nothing that Landlock knows of, and the reader may look at all of them.
    let changes = ["write theirs", "write new", "make new", "mark theirs", "mark for_all"];
    for change in changes.map(|change| change.replacen(' ', &format!(" {root}/"), 1)) {
        assert_eq!(ask(&mut reader, &change), "PermissionDenied", "{change}");
    }
    for forbidden in ["become_root", "run /bin/true", "connect"] {
        assert_eq!(ask(&mut reader, forbidden), "PermissionDenied", "{forbidden}");
    }
}

fn a_worker_ends_with_its_connection() {
    let place = Place::new(0, 1);
    let mut worker = place.broker.start_worker(USER).unwrap();
    let pid = ask(&mut worker, "pid");
    drop(worker);
    let process = PathBuf::from(format!("/proc/{pid}"));
    for _ in 0..500 {
        if !process.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the worker {pid} is still there");
}

fn a_user_has_one_worker_at_a_time() {
    let place = Place::new(0, 1);
    let mut first = place.broker.start_worker(USER).unwrap();
    let (pid, mut other) = (ask(&mut first, "pid"), place.broker.start_worker(OTHER).unwrap());
    // Whoever asks again has lost the first one, and it ends, though it has not noticed.
    let mut second = place.broker.start_worker(USER).unwrap();
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert_ne!(ask(&mut second, "pid"), pid);
    assert_ne!(ask(&mut other, "pid"), pid, "others keep theirs");
}

fn strangers_roots_and_services_get_no_worker() {
    let place = Place::new(0, 1000);
    for (user, why) in
        [("root", "uid 0"), (USER, "below 1000"), ("nobody-there", "no user"), ("", "no user"), ("../games", "no user")]
    {
        match place.broker.start_worker(user) {
            Err(AskError::Refused(told)) => assert!(told.contains(why), "{user}: {told}"),
            other => panic!("{user}: {other:?}"),
        }
    }
    // Whoever is not the server is not heard, even if the socket lets them in.
    let others = Place::new(Account::look_up(OTHER, 1).unwrap().uid, 1);
    assert!(matches!(others.broker.start_worker(USER), Err(AskError::Refused(told)) if told.contains("only the server")));
}
