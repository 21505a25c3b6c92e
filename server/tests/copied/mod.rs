//! A finished copy to another mount, and the program asked about it.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A finished staged copy from `from/tree` to another mount.
pub struct Copied {
    pub folder: tempfile::TempDir,
    pub other: tempfile::TempDir,
    pub id: String,
}

impl Copied {
    /// None where both lie on one mount: then there is nothing to copy.
    pub fn new() -> Option<Self> {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").ok()?);
        let device = |at: &Path| fs::metadata(at).unwrap().dev();
        if device(folder.path()) == device(other.path()) {
            return None;
        }
        fs::create_dir_all(folder.path().join("from/tree")).unwrap();
        fs::write(folder.path().join("from/tree/file"), "content").unwrap();
        let mut copied = Self { folder, other, id: String::new() };
        let source = copied.folder.path().join("from/tree");
        let lines = copied.lines("state", "mv", [OsStr::new("--yes"), source.as_os_str(), copied.other.path().as_os_str()], 0);
        copied.id = lines.last().unwrap()["id"].as_str().unwrap().to_owned();
        Some(copied)
    }

    pub fn run<I: AsRef<OsStr>>(&self, state: &str, verb: &str, rest: impl IntoIterator<Item = I>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidelock"));
        command.args([verb, "--local", "--json", "--state"]).arg(self.folder.path().join(state)).args(rest).output().unwrap()
    }

    #[track_caller]
    pub fn lines<I: AsRef<OsStr>>(
        &self,
        state: &str,
        verb: &str,
        rest: impl IntoIterator<Item = I>,
        status: i32,
    ) -> Vec<serde_json::Value> {
        let output = self.run(state, verb, rest);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(status), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn hidden(&self) -> PathBuf {
        self.folder.path().join(format!("from/.tidelock-{}.0.retired", self.id))
    }

    pub fn look(&self) -> [PathBuf; 3] {
        ["--orphans".into(), self.folder.path().join("from"), self.other.path().to_owned()]
    }
}
