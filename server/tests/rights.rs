//! What users may do through Tidelock is what the kernel lets them do in a shell: nothing more, and nothing less.
//!
//! A broker and a server run as on a site, the program itself. For each user, owner, group, mode and access list there
//! are two folders that are the same: in one a process that has become the user tries, in the other Tidelock is asked.
//! What it does not do is to change names in a folder that its user may not read, which could not be synced, and, where files
//! have project IDs (`TIDELOCK_RIGHTS_PROJECTS`), to move a file of others that its user may not open.
//!
//! Only root can start workers; for anybody else nothing is tried. The file system is that of
//! `TIDELOCK_RIGHTS_FOLDER`, or else of the temporary folder; of the deeds every `TIDELOCK_RIGHTS_EVERY`-th is tried, or else all.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may take the short way out, and tells how it went")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

/// Accounts that every Debian has, of nobody; each in its own group alone.
const SERVER: &str = "daemon";
/// How people would open it.
const URL: &str = "http://localhost:3000";
const USERS: [User; 2] = [User { name: "games", uid: 5, gid: 60 }, User { name: "news", uid: 9, gid: 9 }];
const MODES: [u32; 14] = [0o000, 0o100, 0o300, 0o400, 0o500, 0o700, 0o710, 0o730, 0o750, 0o770, 0o755, 0o777, 0o1777, 0o2775];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct User {
    name: &'static str,
    uid: u32,
    gid: u32,
}

/// What an access list grants a user besides the mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    None,
    /// These bits for the user by name, of which the mask lets through those.
    Named(User, u16, u16),
}

/// One folder as it is made twice.
#[derive(Clone, Copy, Debug)]
struct Cell {
    owner: u32,
    group: u32,
    mode: u32,
    list: List,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    List,
    Read,
    Make,
    MoveOut,
    MoveIn,
    Trash,
}

const DEEDS: [Deed; 6] = [Deed::List, Deed::Read, Deed::Make, Deed::MoveOut, Deed::MoveIn, Deed::Trash];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "--shell") {
        return shell();
    }
    let only_root = !rustix::process::geteuid().is_root();
    let trial = Trial::test("a_user_may_do_what_the_kernel_lets_them_do", || {
        try_everything();
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial.with_ignored_flag(only_root)]).exit();
}

fn try_everything() {
    // The library wants one for addresses that nobody asks here.
    drop(rustls::crypto::ring::default_provider().install_default());
    for (deed, (both, neither)) in Site::start().try_all() {
        println!("     {deed:?}: {both} allowed, {neither} refused, by the kernel and by Tidelock alike");
    }
}

/// A process that has become a user: does what each line says, and answers whether it could.
fn shell() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let done = match words[..] {
            ["names", path] => fs::read_dir(path).map(drop),
            ["list", path] => fs::read_dir(path).and_then(|mut entries| entries.try_for_each(|entry| entry?.metadata().map(drop))),
            ["read", path] => fs::read(path).map(drop),
            ["make", path] => fs::create_dir(path),
            ["rename", from, to] => fs::rename(from, to),
            _ => panic!("what is {line}?"),
        };
        println!("{}", if done.is_ok() { "could" } else { "could not" });
    }
}

/// A shell of one user.
struct Shell {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Shell {
    fn of(user: User) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--shell").uid(user.uid).gid(user.gid).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, asks, answers }
    }

    fn could(&mut self, line: &str) -> bool {
        writeln!(self.asks, "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer == "could\n"
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A broker and a server as on a site, and the folder that they manage.
struct Site {
    folder: tempfile::TempDir,
    root: PathBuf,
    client: Client,
    processes: Vec<Child>,
}

impl Drop for Site {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Site {
    fn start() -> Self {
        let above = std::env::var_os("TIDELOCK_RIGHTS_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = tempfile::tempdir_in(above).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let (root, state) = (folder.path().join("root"), folder.path().join("state"));
        for made in [&root, &state] {
            fs::create_dir(made).unwrap();
        }
        chown(&state, Some(1), Some(1)).unwrap();
        // Whoever may connect to it is the proxy: root may.
        let socket = state.join("http");
        let config = folder.path().join("tidelock.toml");
        let text = format!(
            "listen = \"unix:{}\"\nstate = \"{}\"\nurl = \"{URL}\"\nroots = [\"{}\"]\n\
             [broker]\nsocket = \"{}\"\nserver_user = \"{SERVER}\"\n[sign_in]\nminimum_uid = 2\n\
             [sign_in.proxy]\nheader = \"X-Remote-User\"\n",
            socket.display(),
            state.display(),
            root.display(),
            folder.path().join("broker").display(),
        );
        fs::write(&config, text).unwrap();
        let program = env!("CARGO_BIN_EXE_tidelock");
        let start = |verb: &str| {
            let mut command = Command::new(program);
            command.args([verb, "--config"]).arg(&config).env("TIDELOCK_LOG", "error").stdout(Stdio::null());
            command
        };
        let broker = start("broker").spawn().unwrap();
        let client = Client::builder().unix_socket(socket).build().unwrap();
        let mut site = Self { root, client, processes: vec![broker], folder };
        site.wait_until("the broker listens", |site| site.folder.path().join("broker").exists());
        site.processes.push(start("serve").uid(1).gid(1).spawn().unwrap());
        site.wait_until("the server is ready", |site| {
            site.client.get(format!("{URL}/readyz")).send().is_ok_and(|answer| answer.status().is_success())
        });
        site
    }

    fn wait_until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Each deed of each user in each cell. Answers how often both let it be done, and how often neither.
    fn try_all(&self) -> BTreeMap<Deed, (u32, u32)> {
        let mut tried: BTreeMap<Deed, (u32, u32)> = BTreeMap::new();
        let mut differences = Vec::new();
        let keeps_projects = std::env::var_os("TIDELOCK_RIGHTS_PROJECTS").is_some();
        let every = std::env::var("TIDELOCK_RIGHTS_EVERY").map_or(1, |every| every.parse().unwrap());
        for user in USERS {
            let mut tidelock = Browser::of(self, user);
            let mut shell = Shell::of(user);
            for (number, cell) in cells().into_iter().enumerate() {
                // Each cell comes with all deeds in time, however few of them are tried.
                for deed in DEEDS.into_iter().enumerate().filter(|(at, _)| (number + at) % every == 0).map(|(_, deed)| deed) {
                    let [mut here, mut there] = ["kernel", "tidelock"]
                        .map(|side| Place::new(&self.root.join(format!("{}-{number}-{deed:?}-{side}", user.name)), &cell, user));
                    // Where files have project IDs the kernel tells them only to who may open the file: nobody else's move could say
                    // whom it charges.
                    let takes_it_away = matches!(deed, Deed::MoveOut | Deed::Trash);
                    let is_told = !keeps_projects || !takes_it_away || shell.could(&format!("read {}/file", here.folder.display()));
                    let (could, did) = (here.tried_in(&mut shell, deed), there.asked_of(&mut tidelock, deed));
                    // A folder that cannot be read cannot be synced either: no name in it would be durable.
                    let would_last =
                        matches!(deed, Deed::List | Deed::Read) || shell.could(&format!("names {}", here.folder.display()));
                    match (could && would_last && is_told, did) {
                        (true, true) => tried.entry(deed).or_default().0 += 1,
                        (false, false) => tried.entry(deed).or_default().1 += 1,
                        _ => differences
                            .push(format!("{} {deed:?} {cell:x?}: could {could}, did {did}: {}", user.name, tidelock.said)),
                    }
                    here.remove();
                    there.remove();
                }
            }
        }
        assert!(differences.is_empty(), "{} of them:\n{}", differences.len(), differences.join("\n"));
        tried
    }
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for owner in [USERS[0].uid, USERS[1].uid, 0] {
        for group in [USERS[0].gid, 0] {
            for mode in MODES {
                cells.push(Cell { owner, group, mode, list: List::None });
            }
        }
        for (bits, mask) in [(7, 7), (5, 7), (7, 5), (3, 7), (0, 7), (7, 0)] {
            for mode in [0o700, 0o750, 0o777] {
                cells.push(Cell { owner, group: 0, mode, list: List::Named(USERS[0], bits, mask) });
            }
        }
    }
    cells
}

/// A folder with a file and an empty folder in it, and one beside it that is the user's.
struct Place {
    folder: PathBuf,
    own: PathBuf,
}

impl Place {
    fn new(at: &Path, cell: &Cell, user: User) -> Self {
        let place = Self { folder: at.join("folder"), own: at.join("own") };
        fs::create_dir(at).unwrap();
        for made in [&place.folder, &place.own] {
            fs::create_dir(made).unwrap();
        }
        let (inside, brought) = (place.folder.join("file"), place.own.join("brought"));
        for (file, owner) in [(&inside, cell.owner), (&brought, user.uid)] {
            fs::write(file, b"content").unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
            lchown(file, Some(owner), Some(cell.group)).unwrap();
        }
        chown(&place.own, Some(user.uid), Some(user.gid)).unwrap();
        chown(&place.folder, Some(cell.owner), Some(cell.group)).unwrap();
        fs::set_permissions(&place.folder, fs::Permissions::from_mode(cell.mode)).unwrap();
        if let List::Named(user, bits, mask) = cell.list {
            let list = access_list(cell.mode, user.uid, bits, mask);
            rustix::fs::setxattr(&place.folder, "system.posix_acl_access", &list, rustix::fs::XattrFlags::empty()).unwrap();
        }
        place
    }

    fn paths(&self) -> [String; 5] {
        [self.folder.clone(), self.folder.join("file"), self.folder.join("made"), self.own.clone(), self.own.join("brought")]
            .map(|path| path.display().to_string())
    }

    fn tried_in(&mut self, shell: &mut Shell, deed: Deed) -> bool {
        let [folder, file, made, own, brought] = self.paths();
        match deed {
            Deed::List => shell.could(&format!("list {folder}")),
            Deed::Read => shell.could(&format!("read {file}")),
            Deed::Make => shell.could(&format!("make {made}")),
            Deed::MoveOut => shell.could(&format!("rename {file} {own}/file")),
            Deed::MoveIn => shell.could(&format!("rename {brought} {folder}/brought")),
            // As a shell would do it: another name in the same folder.
            Deed::Trash => shell.could(&format!("rename {file} {folder}/.hidden")),
        }
    }

    fn asked_of(&mut self, browser: &mut Browser, deed: Deed) -> bool {
        let [folder, file, _, own, brought] = self.paths();
        match deed {
            Deed::List => browser.asked("folder", &json!({ "request": { "path": folder, "rows": 10 } })),
            Deed::Read => browser.downloaded(&file),
            Deed::Make => browser.asked("create_folder", &json!({ "path": folder, "name": "made" })),
            Deed::MoveOut => browser.moved(&json!({ "sources": [file], "destination": own })),
            Deed::MoveIn => browser.moved(&json!({ "sources": [brought], "destination": folder })),
            Deed::Trash => browser.moved(&json!({ "verb": "trash", "sources": [file], "destination": folder })),
        }
    }

    fn remove(&mut self) {
        let at = self.own.parent().unwrap();
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700)).unwrap();
        fs::remove_dir_all(at).unwrap();
    }
}

/// An access list as the kernel reads it (`posix_acl_xattr.h`): a version, then tag, bits and who for each entry.
fn access_list(mode: u32, uid: u32, bits: u16, mask: u16) -> Vec<u8> {
    let class = |shift: u32| u16::try_from(mode >> shift & 7).unwrap();
    let nobody = u32::MAX;
    let entries =
        [(0x01, class(6), nobody), (0x02, bits, uid), (0x04, class(3), nobody), (0x10, mask, nobody), (0x20, class(0), nobody)];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, bits, who) in entries {
        list.extend(u16::to_le_bytes(tag));
        list.extend(bits.to_le_bytes());
        list.extend(who.to_le_bytes());
    }
    list
}

/// Somebody who has signed in.
struct Browser {
    client: Client,
    user: User,
    cookie: String,
    /// What was answered last, for messages.
    said: String,
}

impl Browser {
    fn of(site: &Site, user: User) -> Self {
        let client = site.client.clone();
        let page = client.get(format!("{URL}/settings")).header("X-Remote-User", user.name).send().unwrap();
        let cookie = page.headers().get(SET_COOKIE).unwrap_or_else(|| panic!("{}: {page:?}", user.name));
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { client, user, cookie, said: String::new() }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("X-Remote-User", self.user.name).header(COOKIE, &self.cookie).header(ORIGIN, URL)
    }

    fn post(&mut self, call: &str, arguments: &Value) -> Option<Value> {
        let request = self.client.post(format!("{URL}/api/{call}"));
        let request = self.signed(request).header(CONTENT_TYPE, "application/json").body(arguments.to_string());
        let answer = request.send().unwrap();
        let is_done = answer.status().is_success();
        self.said = answer.text().unwrap();
        is_done.then(|| serde_json::from_str(&self.said).unwrap())
    }

    fn asked(&mut self, call: &str, arguments: &Value) -> bool {
        self.post(call, arguments).is_some()
    }

    fn downloaded(&mut self, file: &str) -> bool {
        let answer = self.signed(self.client.get(format!("{URL}/download{file}"))).send().unwrap();
        let is_done = answer.status().is_success();
        self.said = answer.text().unwrap();
        is_done && self.said == "content"
    }

    /// Starts a move and waits for its end.
    fn moved(&mut self, request: &Value) -> bool {
        let Some(started) = self.post("start_move", &json!({ "request": request })) else { return false };
        let begin = Instant::now();
        loop {
            let detail = self.post("move_detail", &json!({ "id": started["id"] })).unwrap();
            match detail["state"].as_str() {
                Some("done") => return true,
                Some("undone" | "stuck") => return false,
                _ => assert!(begin.elapsed() < Duration::from_secs(30), "a move does not end: {detail}"),
            }
        }
    }
}
