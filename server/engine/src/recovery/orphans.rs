//! Finds what moves have hidden below given folders, and says what is to become of it.
//!
//! The walk holds one folder per level and nothing else; no symbolic link is followed and no mount
//! entered. What lies in a hidden folder is counted, not judged: it belongs to that folder.

use std::collections::{BTreeMap, BTreeSet};

use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::own_file::{Access, OwnFile, is_closed};
use super::plan::{Facts, HiddenName, Role, Standing, Verdict, judge};
use super::rebuild::is_consistent;
use super::record::{Record, RecordedNote};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::probe::SCRATCH_PREFIX;
use crate::fs::walk::{Visit, read_open, walk};
use crate::fs::{At, Errno, FileSystem, Folder, FsError, FsResult, Identity, Status};

/// More are not listed at once.
const ORPHANS_MAX: usize = 10_000;
/// A larger record is none of ours.
const RECORD_BYTES_MAX: u64 = 1 << 30;

/// What a person says of what is found.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// This engine is gone for good.
    pub adopted: Option<EngineId>,
    /// Records at or below these are right, though others can write there.
    pub trusted: Vec<FilePath>,
}

/// One hidden thing.
#[derive(Clone, Debug)]
pub struct Orphan {
    pub path: FilePath,
    /// None for a claim, which has a visible name, and for what is of no move.
    pub id: Option<MoveId>,
    pub item: Option<u32>,
    pub role: Role,
    pub verdict: Verdict,
    pub owner: u32,
    pub age_seconds: i64,
    /// Itself and everything in it, each name counted.
    pub entries: u64,
    pub amount: Amount,
    /// Its old name, if a record tells it.
    pub original: Option<FilePath>,
    /// The folders that have to be looked at for its record to be found and believed.
    pub described_in: Vec<FilePath>,
    /// A record that is not believed only because others can write in its folder.
    pub is_doubted: bool,
    /// Its record is believed because a person says so.
    pub is_trusted_on_word: bool,
    /// It is judged like this because a person says that its engine is gone for good.
    pub is_adopted: bool,
    pub(super) identity: Identity,
    status: Status,
    is_torn: bool,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Found {
    pub orphans: Vec<Orphan>,
    /// Records of this caller's own that can be trusted.
    pub records: BTreeMap<MoveId, (Record, Vec<RecordedNote>)>,
    /// Folders that could not be read.
    pub unreadable: u64,
    /// There are more than are listed.
    pub is_cut: bool,
    /// Believed on a person's word.
    on_word: BTreeSet<MoveId>,
}

impl Engine {
    /// Looks below these folders.
    pub fn orphans(&self, tops: &[FilePath], word: &Word) -> Result<Found, EngineError> {
        let now = self.now_ms().div_euclid(1000);
        let mut search = Search { fs: &*self.fs, now, trusted: &word.trusted, tops, found: Found::default() };
        for top in tops {
            let folder = self.fs.open_path(top)?;
            let device = self.fs.status((&folder).into())?.device;
            search.below(&folder, top, device)?;
        }
        let mut found = search.found;
        let journal = self.standings()?;
        let home = self.home();
        for orphan in &mut found.orphans {
            let described = orphan.id.and_then(|id| found.records.get(&id));
            let is_adopted = orphan.id.is_some_and(|id| Some(id.engine) == word.adopted);
            orphan.is_adopted = is_adopted;
            orphan.original = described.and_then(|(record, _)| original(record, orphan));
            let on_word = &found.on_word;
            orphan.is_trusted_on_word = orphan.id.is_some_and(|id| on_word.contains(&id));
            orphan.described_in = match described.map(|(record, _)| folders(record)) {
                Some(all) if orphan.is_trusted_on_word => all,
                Some(_) => described
                    .and_then(|(record, _)| record.plan.items.first())
                    .map(|item| item.source_folder.path.clone())
                    .into_iter()
                    .collect(),
                None => Vec::new(),
            };
            orphan.verdict = judge(&Facts {
                engine: journal.engine,
                is_journal_empty: journal.is_empty,
                name: orphan.id.map(|id| HiddenName { id, item: orphan.item, role: orphan.role }),
                role: orphan.role,
                kind: orphan.status.kind,
                is_ours: orphan.owner == self.fs.caller().uid,
                is_empty: orphan.entries == 1,
                age_seconds: orphan.age_seconds,
                standing: journal.standing(self, orphan.id, is_adopted)?,
                is_torn: orphan.is_torn,
                is_described_here: described
                    .is_some_and(|(record, notes)| (record.home == home || is_adopted) && is_consistent(record, notes)),
            });
        }
        Ok(found)
    }

    fn standings(&self) -> Result<Journaled, EngineError> {
        let journal = self.journal();
        Ok(Journaled { engine: journal.engine(), is_empty: journal.newest(1)?.is_empty(), lost_until: journal.lost_until()? })
    }
}

/// What the journal says in general.
struct Journaled {
    engine: EngineId,
    is_empty: bool,
    lost_until: u32,
}

impl Journaled {
    fn standing(&self, engine: &Engine, id: Option<MoveId>, is_adopted: bool) -> Result<Standing, EngineError> {
        let Some(id) = id else { return Ok(Standing::Unknown) };
        Ok(match engine.read(id) {
            Err(EngineError::UnknownMove(id)) => {
                let is_lost = id.engine == self.engine && id.number <= self.lost_until;
                if is_lost || is_adopted { Standing::Lost } else { Standing::Unknown }
            }
            Err(error) => return Err(error),
            Ok(recorded) => match recorded.of.state {
                MoveState::Done | MoveState::Undone if recorded.of.hides_something() && recorded.undone_by.is_none() => {
                    Standing::Keeps
                }
                MoveState::Done | MoveState::Undone => Standing::Ended,
                _ => Standing::Open,
            },
        })
    }
}

/// All folders that a move touches names in.
fn folders(record: &Record) -> Vec<FilePath> {
    let all = record.plan.items.iter().flat_map(|item| [&item.source_folder.path, &item.destination_folder.path]);
    let mut folders: Vec<FilePath> = all.cloned().collect();
    folders.sort();
    folders.dedup();
    folders
}

/// The name that a hidden thing had, or would have had.
fn original(record: &Record, orphan: &Orphan) -> Option<FilePath> {
    let item = record.plan.items.get(usize::try_from(orphan.item?).ok()?)?;
    let name_there = || item.destination_path();
    match orphan.role {
        Role::Retired | Role::Hop => Some(item.source_path()),
        Role::Replaced | Role::Staging | Role::Kept => Some(name_there()),
        Role::Workshop | Role::Record | Role::Barrier | Role::Claim | Role::Scratch => None,
    }
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    now: i64,
    trusted: &'a [FilePath],
    tops: &'a [FilePath],
    found: Found,
}

impl Search<'_> {
    fn below(&mut self, top: &Folder, path: &FilePath, device: u64) -> FsResult<()> {
        for entry in self.fs.read_folder(top)? {
            let name = entry?.name;
            let start = path.join(name.clone());
            let walked = walk(self.fs, top.at(&name), &mut |visit| self.entry(&visit, &start, device));
            match walked {
                Err(error) if error.is_absent() => {}
                answer => answer?,
            }
        }
        Ok(())
    }

    /// Answers whether to look inside.
    fn entry(&mut self, visit: &Visit<'_>, top: &FilePath, device: u64) -> FsResult<bool> {
        let status = &visit.status;
        if self.found.is_cut || status.device != device || status.is_mount_point {
            return Ok(false);
        }
        let path = || visit.below.iter().fold(top.clone(), |path, name| path.join(name.clone()));
        if visit.at.name.is_hidden_folder_of_a_move() {
            if let Some(name) = HiddenName::read(visit.at.name) {
                self.add(visit, path(), Some(name), name.role)?;
            } else if visit.at.name.as_bytes().starts_with(SCRATCH_PREFIX.as_bytes()) {
                self.add(visit, path(), None, Role::Scratch)?;
            }
            return Ok(false);
        }
        if status.kind != EntryKind::Folder {
            return Ok(false);
        }
        let is_readable = match self.fs.open_folder(visit.at).and_then(|folder| self.fs.read_folder(&folder).map(drop)) {
            Err(error) if matches!(error.errno, Errno::ACCESS | Errno::PERM) || error.is_absent() => false,
            answer => answer.map(|()| true)?,
        };
        if status.mode & 0o777 == 0 && status.uid == self.fs.caller().uid && (!is_readable || self.is_empty(visit.at)?) {
            self.add(visit, path(), None, Role::Claim)?;
        }
        self.found.unreadable += u64::from(!is_readable);
        Ok(is_readable)
    }

    /// A word opens no more than the folders that the person has named.
    fn is_trusted_on_word(&self, path: &FilePath, record: &Record) -> bool {
        let is_below = |path: &FilePath, above: &[FilePath]| above.iter().any(|above| path.is_at_or_below(above));
        is_below(path, self.trusted) && folders(record).iter().all(|folder| is_below(folder, self.tops))
    }

    fn is_empty(&self, at: At<'_>) -> FsResult<bool> {
        Ok(self.fs.read_folder(&self.fs.open_folder(at)?)?.next().is_none())
    }

    fn add(&mut self, visit: &Visit<'_>, path: FilePath, name: Option<HiddenName>, role: Role) -> FsResult<()> {
        if self.found.orphans.len() == ORPHANS_MAX {
            self.found.is_cut = true;
            return Ok(());
        }
        let fs = self.fs;
        let (mut entries, mut amount) = (0, Amount::ZERO);
        let counted = walk(fs, visit.at, &mut |inner| -> FsResult<bool> {
            entries += 1;
            amount += Amount { bytes: inner.status.allocated, inodes: 1 };
            let is_open = inner.status.kind == EntryKind::Folder && !inner.status.is_mount_point;
            Ok(is_open && fs.open_folder(inner.at).and_then(|folder| fs.read_folder(&folder).map(drop)).is_ok())
        });
        match counted {
            Err(error) if error.is_absent() => return Ok(()),
            answer => answer?,
        }
        let identity = fs.identity(visit.at.into())?;
        let (mut is_torn, mut is_doubted) = (false, false);
        if let Some(name) = name.filter(|name| name.role == Role::Record) {
            match read_record(fs, visit.at, name.id)? {
                ReadRecord::Trusted(record) => drop(self.found.records.insert(name.id, *record)),
                ReadRecord::Doubted(record) if self.is_trusted_on_word(&path, &record.0) => {
                    self.found.on_word.insert(name.id);
                    self.found.records.insert(name.id, *record);
                }
                ReadRecord::Doubted(_) => is_doubted = true,
                ReadRecord::Torn => is_torn = true,
                ReadRecord::NotToBeTrusted => {}
            }
        }
        self.found.orphans.push(Orphan {
            path,
            id: name.map(|name| name.id),
            item: name.and_then(|name| name.item),
            role,
            verdict: Verdict::Accounted,
            owner: visit.status.uid,
            age_seconds: self.now - visit.status.changed.seconds,
            entries,
            amount,
            original: None,
            described_in: Vec::new(),
            is_doubted,
            is_trusted_on_word: false,
            is_adopted: false,
            identity,
            status: visit.status.clone(),
            is_torn,
        });
        Ok(())
    }
}

pub(super) enum ReadRecord {
    Trusted(Box<(Record, Vec<RecordedNote>)>),
    /// Others can write in its folder, and so can have brought it here.
    Doubted(Box<(Record, Vec<RecordedNote>)>),
    Torn,
    NotToBeTrusted,
}

/// A record is believed only if nobody else can have written it or brought it here: it is the
/// caller's own, has one name, and lies in the very folder that it speaks of, which for root has to
/// be closed to everybody else.
pub(super) fn read_record(fs: &dyn FileSystem, at: At<'_>, id: MoveId) -> FsResult<ReadRecord> {
    let own = OwnFile::open(fs, at, Access::Read)?.filter(|own| own.status.size <= RECORD_BYTES_MAX);
    let Some(own) = own else { return Ok(ReadRecord::NotToBeTrusted) };
    let bytes = read_open(fs, &own.file, own.status.size)?;
    let Some((record, notes)) = Record::parse(&bytes) else {
        return Ok(if Record::is_torn(&bytes) { ReadRecord::Torn } else { ReadRecord::NotToBeTrusted });
    };
    let folder = fs.identity(at.folder.into())?;
    let is_here = record.plan.items.first().is_some_and(|item| item.source_folder.identity == folder);
    if record.id != id || !is_here {
        return Ok(ReadRecord::NotToBeTrusted);
    }
    let record = Box::new((record, notes));
    Ok(if is_closed(fs, at.folder)? { ReadRecord::Trusted(record) } else { ReadRecord::Doubted(record) })
}

/// The folder of an orphan and its name there, if it still is what was found.
pub(super) fn still_there<'a>(
    fs: &dyn FileSystem,
    orphan: &'a Orphan,
) -> Result<(Folder, &'a tidelock_shared::name::FileName), FsError> {
    let gone = || FsError::new("look", orphan.path.to_bytes().as_slice(), Errno::STALE);
    let (parent, _) = orphan.path.split_last().ok_or_else(gone)?;
    let name = orphan.path.names().last().ok_or_else(gone)?;
    let folder = fs.open_path(&parent)?;
    let is_same = fs.identity(folder.at(name).into())? == orphan.identity;
    if is_same { Ok((folder, name)) } else { Err(gone()) }
}
