//! Walking a tree by several hands, each folder before its content.

use std::sync::Arc;

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::{Crew, Foreman, Hand, Interrupted, work_off};
use crate::fs::walk::{Top, unless_absent};
use crate::fs::{At, FileSystem, Folder, FolderStream, FsError, FsResult, Identity, Object, Status};

/// So many entries of a folder are one job.
const ENTRIES_A_JOB: usize = 32;

/// The next names of a folder that make one job, and whether there may be more.
pub(crate) fn names_of_a_job(stream: &mut FolderStream) -> FsResult<(Vec<FileName>, bool)> {
    let names: Vec<FileName> = stream.take(ENTRIES_A_JOB).map(|entry| Ok(entry?.name)).collect::<FsResult<_>>()?;
    let may_be_more = names.len() == ENTRIES_A_JOB;
    Ok((names, may_be_more))
}

/// Who visits an entry, and counts what is done there.
pub(crate) type Walker<'a, 'f, E> = Hand<'a, 'f, Job, E>;

/// Visits one entry; answers whether to enter it, if it is a folder. Others are visited at the same time.
pub(crate) type Visit<'v, 'f, E> = dyn Fn(&mut Walker<'_, 'f, E>, &Found<'_>) -> Result<bool, E> + Sync + 'v;

/// What a walk tells of one entry.
pub(crate) struct Found<'a> {
    pub(crate) at: At<'a>,
    /// The entry itself, as in [`crate::fs::walk::Visit`].
    pub(crate) object: Object<'a>,
    pub(crate) status: &'a Status,
    /// None for the top itself.
    way: Option<&'a Way>,
}

impl Found<'_> {
    pub(crate) fn is_top(&self) -> bool {
        self.way.is_none()
    }

    /// Names from the entry up to the top of the walk, whose own is not among them.
    pub(crate) fn upward(&self) -> impl Iterator<Item = &FileName> {
        let first = self.way.map(|way| (self.at.name, way));
        std::iter::successors(first, |(_, way)| way.above.as_ref().map(|(above, name)| (name, &**above))).map(|(name, _)| name)
    }

    /// Names from the top of the walk down to the entry; empty for the top itself.
    pub(crate) fn below(&self) -> Vec<FileName> {
        let mut names: Vec<FileName> = self.upward().cloned().collect();
        names.reverse();
        names
    }
}

/// A folder below the top, or the top, and the way that leads to it.
pub(crate) struct Way {
    folder: Folder,
    above: Option<(Arc<Way>, FileName)>,
}

pub(crate) enum Job {
    Top,
    /// A folder that was visited and is entered.
    Folder(Arc<Way>, FileName),
    /// All that the stream still has.
    Entries(Arc<Way>, FolderStream),
}

/// Visits the entry at `top` and everything below it; an entry that vanishes meanwhile is passed
/// over. As [`crate::fs::walk::walk`], but several entries are visited at once, and those of a folder
/// in no order. If the top is to have an `identity` and its name leads to another, nothing is there.
pub(crate) fn walk_together<'f, E: From<FsError> + From<Interrupted> + Send>(
    crew: &dyn Crew,
    fs: &dyn FileSystem,
    top: At<'_>,
    identity: Option<&Identity>,
    visit: &Visit<'_, 'f, E>,
    foreman: &mut Foreman<'f, E>,
) -> Result<(), E> {
    let perform = |hand: &mut Walker<'_, 'f, E>, job| match job {
        Job::Top => {
            let (top, status) = Top::look_at(fs, top, identity)?;
            let found = Found { at: top.at, object: top.object(), status: &status, way: None };
            if visit(hand, &found)? && status.kind == EntryKind::Folder {
                enter(fs, hand, top.open(fs), None)?;
            }
            Ok(())
        }
        Job::Folder(above, name) => {
            let folder = fs.open_folder(above.folder.at(&name));
            enter(fs, hand, folder, Some((above, name)))
        }
        Job::Entries(way, mut stream) => {
            let (names, may_be_more) = names_of_a_job(&mut stream)?;
            if may_be_more {
                hand.put(Job::Entries(way.clone(), stream));
            }
            for (name, status) in names.iter().zip(fs.statuses(&way.folder, &names)) {
                let Some(status) = unless_absent(status)? else { continue };
                let at = way.folder.at(name).seen_as(status.kind);
                if visit(hand, &Found { at, object: at.into(), status: &status, way: Some(&way) })?
                    && status.kind == EntryKind::Folder
                {
                    hand.put(Job::Folder(way.clone(), name.clone()));
                }
            }
            Ok(())
        }
    };
    work_off(crew, Job::Top, &perform, foreman)
}

fn enter<E: From<FsError> + From<Interrupted>>(
    fs: &dyn FileSystem,
    hand: &Walker<'_, '_, E>,
    folder: FsResult<Folder>,
    above: Option<(Arc<Way>, FileName)>,
) -> Result<(), E> {
    let Some(folder) = unless_absent(folder)? else { return Ok(()) };
    let stream = fs.read_folder(&folder)?;
    hand.put(Job::Entries(Arc::new(Way { folder, above }), stream));
    Ok(())
}
