//! The disk on which the journal of a world lies: what no sync has reached is at the mercy of a
//! power cut, and what the process was told of it may have been an error.
//!
//! SQLite works on it as on any other (`vfs.rs`): the settings are those of a real journal. A process
//! that ends leaves what it has written. A power cut keeps, drops or tears each write that was not
//! synced, at sectors of 512 bytes, and each name that came or went since its folder was synced. A
//! sync that fails leaves some or all of what it was to reach unsynced. All of it is the seed's;
//! the salts that SQLite draws for itself are not, and nothing that happens depends on them.
//!
//! Known to be simpler than life: reads do not fail, one process opens a file at a time, and a later
//! sync reaches what a failed one did not, where a kernel may take it for written.

mod vfs;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::ffi;

use super::furnish::{chance, one_of};
use super::interference::Interference;
use crate::fs::simulator::Random;

pub(super) use vfs::{Mounted, VFS};

const SECTOR: usize = 512;

/// What SQLite is told of an operation that went wrong.
type Code = std::ffi::c_int;

/// What goes wrong at an operation of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiskFault {
    Full,
    /// `EIO` for a write, or for cutting a file short.
    NotWritten,
    NotSynced,
    /// The process ends before the operation is done.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Write,
    Truncate,
    Sync,
    Delete,
}

impl DiskFault {
    fn happens_at(self, operation: Operation) -> bool {
        match self {
            Self::Full => operation == Operation::Write,
            Self::NotWritten => matches!(operation, Operation::Write | Operation::Truncate),
            Self::NotSynced => operation == Operation::Sync,
            Self::End => true,
        }
    }

    fn name(self, operation: Operation) -> &'static str {
        match self {
            Self::Full => "journal full",
            Self::NotWritten if operation == Operation::Truncate => "journal truncate failed",
            Self::NotWritten => "journal write failed",
            Self::NotSynced => "journal sync failed",
            Self::End => "end within a record",
        }
    }
}

/// Why an operation was not done, or not wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// Whoever asks for it has ended before.
    Gone(Operation),
    Failed(DiskFault, Operation),
}

impl From<Refusal> for Code {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Failed(DiskFault::Full, _) => ffi::SQLITE_FULL,
            Refusal::Failed(_, operation) | Refusal::Gone(operation) => match operation {
                Operation::Write => ffi::SQLITE_IOERR_WRITE,
                Operation::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
                Operation::Sync => ffi::SQLITE_IOERR_FSYNC,
                Operation::Delete => ffi::SQLITE_IOERR_DELETE,
            },
        }
    }
}

/// One disk with one folder.
pub(super) struct Disk {
    interference: Arc<Interference>,
    state: Mutex<State>,
}

struct State {
    random: Random,
    /// Every file that ever was, whatever its name.
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    /// The names that the folder's last sync has reached.
    durable_names: BTreeMap<String, usize>,
    /// What an earlier process still has open is of no effect any more.
    process: u64,
    operations: u64,
    /// From which operation on, what.
    faults: Vec<(u64, DiskFault)>,
    has_failed: bool,
}

#[derive(Default)]
struct File {
    /// As the process sees it.
    content: Vec<u8>,
    /// As it was before all of `changes`.
    durable: Vec<u8>,
    /// In the order in which they were made.
    changes: Vec<(Change, Reach)>,
}

#[derive(Clone, Debug)]
enum Change {
    Put { offset: usize, bytes: Vec<u8> },
    Cut { size: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Unsynced,
    Synced,
}

/// A file as one process has it open.
struct Opened {
    process: u64,
    file: usize,
    /// Its first sync is to be followed by one of the folder.
    syncs_folder: bool,
}

impl Disk {
    pub(super) fn new(interference: Arc<Interference>, random: Random) -> Self {
        let state = State {
            random,
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            process: 0,
            operations: 0,
            faults: Vec::new(),
            has_failed: false,
        };
        Self { interference, state: Mutex::new(state) }
    }

    /// A process begins, with these faults by the number of its operation.
    pub(super) fn begin(&self, faults: Vec<(u64, DiskFault)>) {
        let mut state = self.state.lock();
        (state.operations, state.faults, state.has_failed) = (0, faults, false);
    }

    /// From now on so many operations later something goes wrong.
    pub(super) fn expect(&self, operations: u64, fault: DiskFault) {
        let mut state = self.state.lock();
        let at = state.operations + operations;
        state.faults.push((at, fault));
    }

    /// The process is gone, with everything that it had open.
    pub(super) fn end_process(&self) {
        self.state.lock().process += 1;
    }

    /// What a reboot finds.
    pub(super) fn cut_power(&self) {
        let mut state = self.state.lock();
        let State { random, files, names, durable_names, process, .. } = &mut *state;
        *process += 1;
        let touched: BTreeSet<String> = names.keys().chain(durable_names.keys()).cloned().collect();
        for name in touched {
            let (new, old) = (names.get(&name).copied(), durable_names.get(&name).copied());
            if new != old && chance(random, 50) {
                self.tell("journal name lost", &name);
                match old {
                    Some(old) => names.insert(name, old),
                    None => names.remove(&name),
                };
            }
        }
        durable_names.clone_from(names);
        for (name, file) in names.iter() {
            let Some(file) = files.get_mut(*file) else { continue };
            for told in file.cut_power(random) {
                self.tell(told, name);
            }
        }
    }

    fn tell(&self, what: &'static str, name: &str) {
        self.interference.count(what);
        self.interference.stage.note(&format!("  {what}: {name}"));
    }

    /// Lets an operation happen, unless its process is gone or the seed has something against it.
    fn admit(&self, state: &mut State, process: u64, operation: Operation) -> Result<(), Refusal> {
        if process != state.process || self.interference.stage.has_ended() {
            return Err(Refusal::Gone(operation));
        }
        let number = state.operations;
        state.operations += 1;
        let planned = state.faults.iter().position(|(from, fault)| *from <= number && fault.happens_at(operation));
        let Some(planned) = planned else { return Ok(()) };
        let (_, fault) = state.faults.swap_remove(planned);
        self.tell(fault.name(operation), &format!("operation {number}"));
        state.has_failed = true;
        if fault == DiskFault::End {
            self.interference.stage.end_here();
        }
        Err(Refusal::Failed(fault, operation))
    }

    /// Whether anything went wrong since the process began.
    pub(super) fn has_failed(&self) -> bool {
        self.state.lock().has_failed
    }

    fn open(&self, name: &str, may_create: bool, syncs_folder: bool) -> Result<Opened, Code> {
        let mut state = self.state.lock();
        if self.interference.stage.has_ended() {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        let process = state.process;
        if let Some(file) = state.names.get(name).copied() {
            return Ok(Opened { process, file, syncs_folder });
        }
        if !may_create {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        let file = state.files.len();
        state.files.push(File::default());
        state.names.insert(name.to_owned(), file);
        Ok(Opened { process, file, syncs_folder })
    }

    fn exists(&self, name: &str) -> bool {
        self.state.lock().names.contains_key(name)
    }

    fn delete(&self, name: &str, is_folder_synced: bool) -> Result<(), Code> {
        let mut state = self.state.lock();
        let process = state.process;
        self.admit(&mut state, process, Operation::Delete)?;
        if state.names.remove(name).is_none() {
            return Err(ffi::SQLITE_IOERR_DELETE_NOENT);
        }
        if is_folder_synced {
            state.durable_names = state.names.clone();
        }
        Ok(())
    }

    fn size(&self, opened: &Opened) -> usize {
        self.state.lock().files.get(opened.file).map_or(0, |file| file.content.len())
    }

    /// Fills the buffer as far as the file goes; answers how far.
    fn read(&self, opened: &Opened, offset: usize, buffer: &mut [u8]) -> usize {
        let state = self.state.lock();
        let Some(rest) = state.files.get(opened.file).and_then(|file| file.content.get(offset..)) else { return 0 };
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        length
    }

    fn write(&self, opened: &Opened, offset: usize, bytes: &[u8]) -> Result<(), Code> {
        let mut state = self.state.lock();
        let admitted = self.admit(&mut state, opened.process, Operation::Write);
        let State { random, files, .. } = &mut *state;
        let Some(file) = files.get_mut(opened.file) else { return Err(ffi::SQLITE_IOERR_WRITE) };
        let written = match admitted {
            Ok(()) => bytes.len(),
            Err(Refusal::Gone(_)) => 0,
            // A part may have been written before.
            Err(Refusal::Failed(..)) => usize::try_from(random.below(bytes.len() as u64 + 1)).unwrap_or(0) / SECTOR * SECTOR,
        };
        if written > 0 {
            file.change(Change::Put { offset, bytes: bytes[..written].to_vec() });
        }
        Ok(admitted?)
    }

    fn truncate(&self, opened: &Opened, size: usize) -> Result<(), Code> {
        let mut state = self.state.lock();
        self.admit(&mut state, opened.process, Operation::Truncate)?;
        if let Some(file) = state.files.get_mut(opened.file) {
            file.change(Change::Cut { size });
        }
        Ok(())
    }

    fn sync(&self, opened: &mut Opened) -> Result<(), Code> {
        let mut state = self.state.lock();
        let admitted = self.admit(&mut state, opened.process, Operation::Sync);
        let State { random, files, names, durable_names, .. } = &mut *state;
        let Some(file) = files.get_mut(opened.file) else { return Err(ffi::SQLITE_IOERR_FSYNC) };
        match admitted {
            Ok(()) => file.sync(),
            Err(Refusal::Failed(DiskFault::NotSynced, _)) => file.fail_sync(random),
            Err(_) => {}
        }
        admitted?;
        if std::mem::take(&mut opened.syncs_folder) {
            durable_names.clone_from(names);
        }
        Ok(())
    }
}

impl File {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.content, None);
        self.changes.push((change, Reach::Unsynced));
    }

    fn sync(&mut self) {
        for (_, reach) in &mut self.changes {
            if *reach == Reach::Unsynced {
                *reach = Reach::Synced;
            }
        }
        // What lies before everything unsynced can no longer be lost.
        let certain = self.changes.iter().position(|(_, reach)| *reach != Reach::Synced).unwrap_or(self.changes.len());
        for (change, _) in self.changes.drain(..certain) {
            change.apply(&mut self.durable, None);
        }
    }

    fn fail_sync(&mut self, random: &mut Random) {
        for (_, reach) in self.changes.iter_mut().filter(|(_, reach)| *reach == Reach::Unsynced) {
            *reach = one_of(random, &[Reach::Unsynced, Reach::Synced]);
        }
    }

    /// Answers what became of what was unsynced.
    fn cut_power(&mut self, random: &mut Random) -> Vec<&'static str> {
        let mut told = Vec::new();
        for (change, reach) in std::mem::take(&mut self.changes) {
            let fate = if reach == Reach::Synced { 0 } else { random.below(3) };
            match (fate, &change) {
                (0, _) => change.apply(&mut self.durable, None),
                (1, Change::Put { .. }) => {
                    change.apply(&mut self.durable, Some(random));
                    told.push("journal write torn");
                }
                _ => told.push("journal write lost"),
            }
        }
        self.content.clone_from(&self.durable);
        told
    }
}

impl Change {
    /// With dice, only some sectors of it.
    fn apply(&self, content: &mut Vec<u8>, mut torn_by: Option<&mut Random>) {
        match self {
            Self::Cut { size } => content.truncate(*size),
            Self::Put { offset, bytes } => {
                for part in sectors(*offset, bytes.len()) {
                    if torn_by.as_mut().is_some_and(|random| chance(random, 50)) {
                        continue;
                    }
                    if content.len() < part.end {
                        content.resize(part.end, 0);
                    }
                    content[part.clone()].copy_from_slice(&bytes[part.start - offset..part.end - offset]);
                }
            }
        }
    }
}

/// The parts of a write that lie in one sector each.
fn sectors(offset: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = offset + length;
    let mut start = offset;
    std::iter::from_fn(move || {
        let next = ((start / SECTOR + 1) * SECTOR).min(end);
        let part = (start < end).then_some(start..next);
        start = next;
        part
    })
}

#[cfg(test)]
mod tests;
