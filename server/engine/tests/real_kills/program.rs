//! The real program: run to its end, or killed on the way.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::account::Account;
use crate::case::Case;
use crate::site::Site;

/// Where the program lies.
const PROGRAM: &str = "TIDELOCK_PROGRAM";

/// What an unharmed move does and how long it takes.
pub(crate) struct Observed {
    pub(crate) before: Account,
    pub(crate) after: Account,
    /// Until the plan is there, and from there to the end.
    pub(crate) planning: Duration,
    pub(crate) moving: Duration,
}

/// The program as somebody runs it, with its state in a folder of his.
pub(crate) struct Program {
    caller: u32,
    state: PathBuf,
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) output: String,
    pub(crate) planning: Duration,
    pub(crate) moving: Duration,
}

impl Program {
    /// With an empty state.
    pub(crate) fn new(caller: u32, state: &Path) -> Self {
        let _ = std::fs::remove_dir_all(state);
        std::fs::create_dir_all(state).unwrap();
        std::os::unix::fs::chown(state, Some(caller), Some(caller)).unwrap();
        Self::again(caller, state)
    }

    /// With the state that an earlier one has left.
    pub(crate) fn again(caller: u32, state: &Path) -> Self {
        Self { caller, state: state.to_owned() }
    }

    pub(crate) fn arguments(site: &Site, case: &Case) -> Vec<String> {
        let mut words: Vec<String> =
            ["mv", "--yes", "--wait", "5", "--allow", "hard-links-leaving,lost-metadata"].map(Into::into).into();
        words.extend(["--on-conflict".to_owned(), case.way.on_conflict.to_owned()]);
        words.extend(case.way.sources.iter().map(|source| site.folder(&format!("alpha/{source}"))));
        words.push(site.folder(case.way.destination));
        words
    }

    pub(crate) fn start(&self, words: &[String]) -> Child {
        let mut command = Command::new(std::env::var(PROGRAM).unwrap());
        command.args(words).args(["--local", "--json", "--state"]).arg(&self.state);
        command.uid(self.caller).gid(self.caller).env_clear().current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
    }

    pub(crate) fn run(&self, words: &[String]) -> Ended {
        self.run_until(words, None)
    }

    /// Runs it until so long after the plan is there, or to its end.
    pub(crate) fn run_until(&self, words: &[String], moment: Option<Duration>) -> Ended {
        let started = now();
        let mut child = self.start(words);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut output = String::new();
        stdout.read_line(&mut output).unwrap();
        let planned = now();
        if let Some(moment) = moment {
            std::thread::sleep(moment);
            child.kill().unwrap();
        }
        stdout.read_to_string(&mut output).unwrap();
        let success = child.wait().unwrap().success();
        Ended { success, output, planning: planned - started, moving: now() - planned }
    }

    /// Kills it so long after its start.
    pub(crate) fn kill_while_planning(&self, words: &[String], moment: Duration) -> Ended {
        let mut child = self.start(words);
        std::thread::sleep(moment);
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        Ended { success: output.status.success(), output: told, planning: moment, moving: Duration::ZERO }
    }

    /// What the case kills: the move, or the undo of one that is done by then.
    pub(crate) fn words(&self, site: &Site, case: &Case) -> Vec<String> {
        let words = Self::arguments(site, case);
        if !case.way.is_undo {
            return words;
        }
        let done = self.run(&words);
        assert!(done.success, "{}: {}", case.key(), done.output);
        vec!["undo".into(), "--yes".into(), last(&done.output)["id"].as_str().unwrap().to_owned()]
    }
}

/// Since some moment; the guest's clock is slow, and the same for all.
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// The last object of the program's answer: the move as it ended.
pub(crate) fn last(output: &str) -> serde_json::Value {
    output.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
}

/// An unharmed run of a case, in a world of its own.
pub(crate) fn observe(site: &Site, case: &Case, state: &Path) -> Observed {
    site.clear();
    site.furnish(case);
    let program = Program::new(case.caller, state);
    let words = program.words(site, case);
    let before = site.account();
    let ended = program.run(&words);
    assert!(ended.success, "{} on {}: {}", case.key(), site.kind, ended.output);
    let after = site.account();
    assert_ne!(before, after, "{}", case.key());
    Observed { before, after, planning: ended.planning, moving: between_records(&ended.output).unwrap_or(ended.moving) }
}

/// From the first record of a move to its last: the program lingers a little after it.
fn between_records(output: &str) -> Option<Duration> {
    let moved = last(output);
    let (started, finished) = (moved["started_ms"].as_u64()?, moved["finished_ms"].as_u64()?);
    Some(Duration::from_millis(finished.checked_sub(started)?))
}
