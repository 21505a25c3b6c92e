//! The demo's world on the real disk: a log of changes, one JSON value a line.
//!
//! Every change is written as it happens, so the world outlives a kill; the log is synced
//! only where a simulated sync would reach the disk, so a power cut loses what it should.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::site::Site;
use super::world::{Change, Domain};

pub(super) struct Log {
    path: PathBuf,
    file: File,
}

/// What a log holds: the site, and everything that happened in it.
pub(super) type Recorded = (Site, Vec<Change>);

#[derive(Serialize, Deserialize)]
enum Line {
    Site(Site),
    Changes(Vec<Change>),
}

impl Log {
    /// Opens the log and reads what it holds; none if it is new.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<Recorded>)> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut site = None;
        let mut changes = Vec::new();
        let mut lines = BufReader::new(&file).split(b'\n').peekable();
        while let Some(line) = lines.next() {
            match serde_json::from_slice(&line?) {
                Ok(Line::Site(read)) => site = Some(read),
                Ok(Line::Changes(mut read)) => changes.append(&mut read),
                // The last line can be torn by a power cut; any other must not be.
                Err(_) if lines.peek().is_none() => break,
                Err(error) => return Err(Error::new(ErrorKind::InvalidData, error)),
            }
        }
        drop(lines);
        let log = Self { path: path.to_owned(), file };
        Ok((log, site.map(|site| (site, changes))))
    }

    /// Begins a new world.
    pub(super) fn start(&mut self, site: &Site) -> Result<()> {
        self.file.set_len(0)?;
        self.write(&Line::Site(site.clone()))?;
        self.sync();
        Ok(())
    }

    pub(super) fn append(&mut self, changes: &[(Domain, Change)]) -> Result<()> {
        let changes = changes.iter().map(|(_, change)| change.clone()).collect();
        self.write(&Line::Changes(changes))
    }

    fn write(&mut self, line: &Line) -> Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.file.write_all(&bytes)
    }

    pub(super) fn sync(&mut self) {
        if let Err(error) = self.file.sync_data() {
            // An invented world that cannot be kept is not worth stopping a demo for.
            tracing::warn!(path = %self.path.display(), %error, "the demo's world could not be synced");
        }
    }
}
