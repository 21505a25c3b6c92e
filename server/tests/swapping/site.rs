//! A server with two managed folders, on two mounts where there are two; what is moved in them; and what nobody asked for.

use std::collections::BTreeSet;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::CONTENT_TYPE;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;
use serde_json::Value;

use crate::attacker::{HIDDEN_LINK, LINK};

/// In every file that nobody asked for.
pub(crate) const SECRET: &[u8] = b"what nobody asked for";
/// Files of the tree that is moved, each with its own content.
pub(crate) const FILES: usize = 60;
/// Accounts that every Debian has, of nobody: whose server it is, and who attacks.
const OWNER: u32 = 5;
const OTHER: u32 = 9;

/// One mount: `root` is managed, `outside` is not, and into `root/private/closed` nobody was asked to look.
pub(crate) struct Half {
    folder: tempfile::TempDir,
}

impl Half {
    fn on(above: &Path) -> Self {
        let folder = tempfile::tempdir_in(above.canonicalize().unwrap()).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("root")).unwrap();
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn at(&self, below: &str) -> PathBuf {
        self.root().join(below)
    }

    /// Every entry of the managed folder that somebody was asked to work on.
    fn asked(&self) -> Vec<PathBuf> {
        let tops = fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().path());
        tops.filter(|top| !top.ends_with("private"))
            .flat_map(|top| {
                let below =
                    if fs::symlink_metadata(&top).is_ok_and(|found| found.is_dir()) { everything(&top) } else { Vec::new() };
                below.into_iter().chain([top])
            })
            .collect()
    }

    /// What looks like what is moved, and is none of it.
    fn unasked(&self) -> [PathBuf; 2] {
        // The server looks at what lies at the top by itself.
        [self.folder.path().join("outside"), self.at("private/closed")]
    }
}

pub(crate) struct Site {
    pub(crate) halves: Vec<Half>,
    state: tempfile::TempDir,
    server: Option<Child>,
    client: Client,
    url: String,
    token: String,
    watch: OwnedFd,
    before: Vec<String>,
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// As the user whose files are moved, where there is a choice.
fn as_owner(command: &mut Command) -> &mut Command {
    if is_root() { command.uid(OWNER).gid(OWNER) } else { command }
}

/// This program as whoever attacks: another user where there is a choice.
pub(crate) fn attacker() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if is_root() {
        command.uid(OTHER).gid(OTHER);
    }
    command
}

impl Site {
    pub(crate) fn start() -> Self {
        let above = std::env::var_os("TIDELOCK_SWAPPING_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
        let memory = Path::new("/dev/shm");
        let mut halves = vec![Half::on(&above)];
        let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
        if device(memory).is_some_and(|other| device(&above) != Some(other)) {
            halves.push(Half::on(memory));
        }
        let state = tempfile::tempdir().unwrap();
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        let mut site = Self {
            halves,
            state,
            server: None,
            client: Client::builder().timeout(Duration::from_secs(60)).build().unwrap(),
            url: String::new(),
            token: String::new(),
            watch,
            before: Vec::new(),
        };
        site.make_unasked();
        site.serve();
        site
    }

    fn make_unasked(&mut self) {
        for top in self.halves.iter().flat_map(Half::unasked) {
            for folder in ["from", "to"] {
                make_tree(&top.join(folder).join("item"), |_| SECRET.to_vec());
            }
            give(&top);
            // Nobody but its owner gets in, and the server is its owner.
            fs::set_permissions(&top, fs::Permissions::from_mode(0o700)).unwrap();
        }
        for half in &self.halves {
            give(&half.at("private"));
        }
        self.before = self.unasked();
        let events = WatchFlags::ALL_EVENTS | WatchFlags::DONT_FOLLOW;
        for top in self.halves.iter().flat_map(Half::unasked) {
            for folder in everything(&top).into_iter().filter(|at| at.is_dir()).chain([top]) {
                inotify::add_watch(&self.watch, folder, events).unwrap();
            }
        }
    }

    fn serve(&mut self) {
        give(self.state.path());
        for half in &self.halves {
            if is_root() {
                lchown(half.root(), Some(OWNER), Some(OWNER)).unwrap();
            }
            fs::set_permissions(half.root(), fs::Permissions::from_mode(0o777)).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--state"]).arg(self.state.path()).env("TIDELOCK_LOG", "error");
        for half in &self.halves {
            command.arg("--root").arg(half.root());
        }
        self.server = Some(as_owner(&mut command).stdout(Stdio::null()).spawn().unwrap());
        let begin = Instant::now();
        let address = loop {
            if let Ok(text) = fs::read_to_string(self.state.path().join("server.json")) {
                break serde_json::from_str::<Value>(&text).unwrap();
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        };
        self.url = address["url"].as_str().unwrap().trim_end_matches('/').to_owned();
        self.token = address["token"].as_str().unwrap().to_owned();
    }

    /// What a call answers, whatever that is; nothing of what nobody asked for is in it.
    pub(crate) fn ask(&self, call: &str, arguments: &Value) -> Result<Value, Value> {
        let request = self.client.post(format!("{}/api/{call}", self.url)).bearer_auth(&self.token);
        let response = request.header(CONTENT_TYPE, "application/json").body(arguments.to_string()).send().unwrap();
        let is_done = response.status().is_success();
        let bytes = response.bytes().unwrap();
        assert!(!has_secret(&bytes), "{call} {arguments} tells what nobody asked for");
        let told = serde_json::from_slice(&bytes).unwrap_or_default();
        if is_done { Ok(told) } else { Err(told) }
    }

    /// A file, or a folder as an archive.
    pub(crate) fn download(&self, path: &Path) {
        let answer = self.client.get(format!("{}/download{}", self.url, path.display())).bearer_auth(&self.token).send();
        // An archive may end early.
        let bytes = answer.and_then(reqwest::blocking::Response::bytes).unwrap_or_default();
        assert!(!has_secret(&bytes), "{} brings what nobody asked for", path.display());
    }

    pub(crate) fn send(&self, upload: &str, file: usize, content: Vec<u8>) -> bool {
        let address = format!("{}/api/uploads/{upload}/{file}?offset=0", self.url);
        let answer = self.client.put(address).bearer_auth(&self.token).body(content).send();
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Makes what is moved anew, in a folder of its own, and links that lead out beside everything.
    pub(crate) fn furnish(&self, round: &str, leads_to: usize) {
        for half in &self.halves {
            for entry in fs::read_dir(half.root()).unwrap() {
                let at = entry.unwrap().path();
                match fs::symlink_metadata(&at).unwrap() {
                    _ if at.ends_with("private") => {}
                    found if found.is_dir() => fs::remove_dir_all(&at).unwrap(),
                    _ => fs::remove_file(&at).unwrap(),
                }
            }
            let (unasked, top) = (&half.unasked()[leads_to], half.at(round));
            make_tree(&top.join("from/item"), |number| format!("file {number} of what is moved").into_bytes());
            fs::create_dir(top.join("to")).unwrap();
            let link = |below: &str, to: &str| symlink(unasked.join(to), top.join(below)).unwrap();
            for (folder, name) in [("", "from"), ("", "to"), ("from/", "item"), ("from/item/", "inner"), ("from/item/", "file-0")] {
                link(&format!("{folder}{name}{LINK}"), &format!("{folder}{name}"));
            }
            link("from/item/inner/deeper.link", "from/item/inner/deeper");
            link(&format!("to/item{LINK}"), "from/item");
            link(&format!("to/sent{LINK}"), "from/item");
            for folder in ["from", "to"] {
                link(&format!("{folder}/{HIDDEN_LINK}"), "from/item");
            }
            for at in half.asked() {
                if is_root() {
                    lchown(&at, Some(OWNER), Some(OWNER)).unwrap();
                }
                // Whoever attacks may change names wherever something is moved.
                if fs::symlink_metadata(&at).unwrap().is_dir() {
                    fs::set_permissions(&at, fs::Permissions::from_mode(0o777)).unwrap();
                }
            }
        }
    }

    /// Nobody has been where nobody was asked to go, and nothing of it is anywhere else.
    pub(crate) fn check(&self, what: &str) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.watch, &mut buffer);
        match reader.next() {
            Err(Errno::AGAIN) => {}
            event => {
                let event = event.unwrap();
                panic!("{what}: {:?} of {:?} where nobody was asked to go", event.events(), event.file_name());
            }
        }
        for half in &self.halves {
            for at in half.asked() {
                let is_file = fs::symlink_metadata(&at).is_ok_and(|found| found.is_file());
                assert!(!is_file || !has_secret(&fs::read(&at).unwrap()), "{what}: {} has what nobody asked for", at.display());
            }
        }
    }

    /// Everything is byte for byte as before; to be asked last, since to look is to have been there.
    pub(crate) fn check_bytes(&self) {
        assert_eq!(self.unasked(), self.before);
    }

    fn unasked(&self) -> Vec<String> {
        self.halves.iter().flat_map(Half::unasked).flat_map(|top| everything(&top)).map(|at| seen(&at)).collect()
    }

    /// How many of the files that are moved are nowhere any more.
    pub(crate) fn lost(&self) -> usize {
        let mut missing: BTreeSet<usize> = (0..FILES).collect();
        for at in self.halves.iter().flat_map(Half::asked).filter(|at| fs::symlink_metadata(at).is_ok_and(|found| found.is_file()))
        {
            if let Ok(text) = fs::read_to_string(&at)
                && let Some(number) = text.strip_prefix("file ").and_then(|rest| rest.strip_suffix(" of what is moved"))
            {
                missing.remove(&number.parse().unwrap());
            }
        }
        missing.len()
    }
}

fn has_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|part| part == SECRET)
}

fn make_tree(top: &Path, content: impl Fn(usize) -> Vec<u8>) {
    fs::create_dir_all(top.join("inner/deeper")).unwrap();
    for number in 0..FILES {
        let folder = top.join(["", "inner", "inner/deeper"][number % 3]);
        fs::write(folder.join(format!("file-{number}")), content(number)).unwrap();
    }
}

fn give(top: &Path) {
    if is_root() {
        for at in everything(top).into_iter().chain([top.to_owned()]) {
            lchown(at, Some(OWNER), Some(OWNER)).unwrap();
        }
    }
}

/// Every entry below a folder, no link followed.
fn everything(top: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![top.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn seen(at: &Path) -> String {
    let found = fs::symlink_metadata(at).unwrap();
    let content = if found.is_file() { fs::read(at).unwrap() } else { Vec::new() };
    let times = (found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec());
    format!("{at:?} {:o} {} {} {times:?} {content:?}", found.mode(), found.uid(), found.nlink())
}
