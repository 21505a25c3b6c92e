//! Finds out what a mount can do for this caller: facts, no sentences.
//!
//! What has to be tried is tried in a hidden scratch folder that is removed again. Where the
//! caller may not make one nothing is tried, and what only a trial tells stays unknown.

use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;

use crate::fs::probe::{self, Rules, named};
use crate::fs::{At, Capabilities, Enforcement, Errno, FileSystem, Folder, FsError, FsResult, Timestamp};

const FILE_MODE: u32 = 0o600;

/// What was found of one mount.
#[derive(Clone, Debug)]
pub struct Examination {
    pub capabilities: Capabilities,
    /// Of the folder; none without project IDs.
    pub tag: Option<ProjectTag>,
    pub enforcement: Enforcement,
    /// What this process writes and makes passes every limit.
    pub passes_limits: bool,
    /// Whether the caller may read what the folder's project uses and may use.
    pub reads_limits: bool,
    pub is_root: bool,
    /// The metadata server of the folder, and of how many, where there are several.
    pub placement: Option<u32>,
    /// Those over which the folder spreads its names; none of a plain one.
    pub stripes: Vec<u32>,
    pub mdts: Option<u32>,
    /// None where the caller may not make the scratch folder.
    pub trials: Option<Trials>,
    /// Which renames the mount lets pass; what of it a plan goes by is in the capabilities.
    pub rules: Option<Rules>,
}

/// What came of a trial; an error says what the mount answered instead.
pub type Trial<T = ()> = Result<T, Errno>;

#[derive(Clone, Debug)]
pub struct Trials {
    /// `renameat2(RENAME_NOREPLACE)`.
    pub renames_without_replacing: Trial,
    pub exchanges: Trial,
    pub links: Trial,
    pub changes_project_ids: Trial,
    /// A symbolic link tells its project ID.
    pub tags_every_kind: Trial<bool>,
    pub attributes: Trial,
    /// Times keep their nanoseconds.
    pub keeps_nanoseconds: Trial<bool>,
    pub syncs: Trial,
}

/// Looks at the mount of a folder.
///
/// # Errors
/// If the folder cannot be looked at, or the scratch folder not removed again.
pub fn examine(fs: &dyn FileSystem, path: &FilePath) -> FsResult<Examination> {
    let folder = fs.open_path(path)?;
    // First, so that the capabilities tell of it.
    fs.try_out(&folder)?;
    let tag = fs.tag((&folder).into())?;
    let quota = tag.and_then(|tag| fs.quota(&folder, tag.id).ok().flatten());
    Ok(Examination {
        capabilities: fs.capabilities(&folder)?,
        tag,
        enforcement: fs.enforcement(&folder)?,
        passes_limits: fs.passes_limits(&folder)?,
        reads_limits: quota.is_some(),
        is_root: fs.caller().is_root,
        placement: fs.placement((&folder).into())?,
        stripes: fs.stripes(&folder)?,
        mdts: fs.mdts(&folder)?,
        trials: match fs.may_change(&folder)? {
            true => probe::in_scratch(fs, &folder, |scratch| try_in(fs, scratch))?.transpose()?,
            false => None,
        },
        rules: probe::rules(fs, &folder)?,
    })
}

fn try_in(fs: &dyn FileSystem, scratch: &Folder) -> FsResult<Trials> {
    let names = ["one", "other", "link", "symbolic"].map(named);
    let [one, other, link, symbolic] = names;
    let (one, other, link, symbolic) = (one?, other?, link?, symbolic?);
    let (one, other, link, symbolic) = (scratch.at(&one), scratch.at(&other), scratch.at(&link), scratch.at(&symbolic));
    let syncs = write_and_sync(fs, scratch, one);
    fs.create_file(other, FILE_MODE)?;
    Ok(Trials {
        syncs: trial(syncs),
        keeps_nanoseconds: trial(keeps_nanoseconds(fs, one)),
        attributes: trial(fs.set_xattr(one.into(), b"user.tidelock", b"1")),
        exchanges: trial(fs.exchange(one, other)),
        links: trial(fs.link(one, link)),
        tags_every_kind: trial(fs.create_symbolic_link(symbolic, b"one").and_then(|()| Ok(fs.tag(symbolic.into())?.is_some()))),
        changes_project_ids: trial(
            fs.tag(scratch.into())
                .and_then(|tag| tag.ok_or_else(|| FsError::new("doctor", b"", Errno::OPNOTSUPP)))
                .and_then(|tag| probe::changes_project_id(fs, scratch, tag)),
        ),
        renames_without_replacing: trial(refuses_to_replace(fs, one, other)),
    })
}

fn trial<T>(answer: FsResult<T>) -> Trial<T> {
    answer.map_err(|error| error.errno)
}

fn write_and_sync(fs: &dyn FileSystem, scratch: &Folder, at: At<'_>) -> FsResult<()> {
    let file = fs.create_file(at, FILE_MODE)?;
    // A full project takes no byte, and syncs all the same.
    match fs.write_at(&file, 0, b"\n") {
        Err(error) if !error.is_full() => return Err(error),
        _ => {}
    }
    fs.sync_file(&file)?;
    fs.sync_folder(scratch)
}

fn keeps_nanoseconds(fs: &dyn FileSystem, at: At<'_>) -> FsResult<bool> {
    let time = Timestamp { seconds: 1_000_000_000, nanoseconds: 123_456_789 };
    fs.set_times(at.into(), time, time)?;
    Ok(fs.status(at.into())?.modified == time)
}

/// A taken name is refused, and a free one is not.
fn refuses_to_replace(fs: &dyn FileSystem, one: At<'_>, other: At<'_>) -> FsResult<()> {
    match fs.rename_without_replacing(one, other) {
        Err(error) if error.is_taken() => {}
        Err(error) => return Err(error),
        Ok(()) => return Err(FsError::new("doctor", b"", Errno::OPNOTSUPP)),
    }
    fs.unlink(other)?;
    fs.rename_without_replacing(one, other)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fs::simulator::{Personality, Simulator, Site, SiteMount};

    fn world(personality: Personality) -> (Simulator, FilePath) {
        let path = FilePath::parse(b"/m").unwrap();
        let site = Site { mounts: vec![SiteMount::new(path.clone(), personality)], limits: BTreeMap::new() };
        (Simulator::in_memory(site, Timestamp::default), path)
    }

    #[test]
    fn what_each_mount_can_do_is_found_by_trying_and_nothing_is_left() {
        for (personality, no_replace, every_kind, nanoseconds) in [
            (Personality::Lustre2_17, Err(Errno::INVAL), true, false),
            (Personality::Ext4, Ok(()), false, true),
            (Personality::Xfs, Ok(()), false, true),
            (Personality::Plain, Ok(()), false, true),
        ] {
            let (root, path) = world(personality);
            let found = examine(&root, &path).unwrap();
            let trials = found.trials.unwrap();
            assert_eq!(trials.renames_without_replacing, no_replace, "{personality:?}");
            assert_eq!(trials.tags_every_kind, Ok(every_kind), "{personality:?}");
            assert_eq!(trials.keeps_nanoseconds, Ok(nanoseconds), "{personality:?}");
            assert_eq!(trials.changes_project_ids.is_ok(), personality != Personality::Plain, "{personality:?}");
            let top = root.open_path(&path).unwrap();
            assert_eq!(root.read_folder(&top).unwrap().count(), 0, "{personality:?}: nothing is left");
        }
    }

    #[test]
    fn without_the_right_to_write_nothing_is_tried() {
        let (root, path) = world(Personality::Lustre2_17);
        let found = examine(&root.seen_by(1000, &[1000]), &path).unwrap();
        assert!(found.trials.is_none());
    }
}
