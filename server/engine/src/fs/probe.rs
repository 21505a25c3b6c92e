//! What only a trial tells of a mount: which renames it lets between projects and between metadata
//! servers, and who changes project IDs. Releases of Lustre differ, servers decide, vendors carry
//! changes back: a version says little.
//!
//! It is tried in a hidden scratch folder that is removed again; one that a crash leaves is removed
//! by `recover --orphans`. What a trial needs and the caller may not do leaves its answer open.
//!
//! Not here: how long an answer is believed (`posix`), and what is made of it (`planner`).

mod between;

pub use between::{Between, between};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::{EntryKind, RenameRule, SourceFlagRule};

use super::layout::{self, Layout};
use super::walk::{remove_opened, unless_absent};
use super::{At, Errno, FileSystem, Folder, FsError, FsResult, Object};

/// How the names of scratch folders begin.
pub const SCRATCH_PREFIX: &str = ".tidelock-doctor-";
const SCRATCH_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// So many names are tried for the scratch folder, in case a crash left one.
const NAMES: u32 = 10;
/// So many folders are made until one lies on another MDT: near the top they go round.
const FOLDERS_FOR_ANOTHER_MDT: u32 = 8;
const NOBODY: ProjectId = ProjectId(0);
/// The largest ID that Lustre takes (`lfs project`), which nobody has: for a folder of nobody's project.
const SPARE: ProjectId = ProjectId(u32::MAX - 1);

/// What a mount was found to let this caller do; none where it could not be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub may_retag: bool,
    /// A symbolic link tells its project ID.
    pub retags_every_kind: bool,
    pub renames_without_replacing: bool,
    /// Both need a second project, which only whoever may retag can make.
    pub rename_rule: Option<RenameRule>,
    pub source_flag_rule: Option<SourceFlagRule>,
    /// A file leaves for a folder on another MDT (`mdt.*.enable_remote_rename`, which no client can read).
    pub renames_between_mdts: Option<bool>,
}

impl Rules {
    /// With what two folders of the mount have told besides.
    pub fn and(self, found: Between) -> Self {
        Self {
            rename_rule: self.rename_rule.or(found.rename_rule),
            source_flag_rule: self.source_flag_rule.or(found.source_flag_rule),
            renames_between_mdts: self.renames_between_mdts.or(found.renames_between_mdts),
            ..self
        }
    }
}

/// Tries the rules of a folder's mount; none where the caller may not make the scratch folder.
///
/// # Errors
/// If what was tried cannot be removed again.
pub fn rules(fs: &dyn FileSystem, folder: &Folder) -> FsResult<Option<Rules>> {
    if !fs.may_change(folder)? {
        return Ok(None);
    }
    let found = in_scratch(fs, folder, |scratch| rules_in(fs, folder, scratch))?;
    // Full, or gone: then there is no answer, and no harm done.
    Ok(found.and_then(Result::ok))
}

/// Runs trials in a scratch folder and removes it; none where there is no room for one, or no right.
///
/// # Errors
/// If it cannot be removed again.
pub fn in_scratch<T>(
    fs: &dyn FileSystem,
    folder: &Folder,
    work: impl FnOnce(&Folder) -> FsResult<T>,
) -> FsResult<Option<FsResult<T>>> {
    let Some(name) = make_scratch(fs, folder)? else { return Ok(None) };
    let scratch = fs.open_folder(folder.at(&name))?;
    if fs.read_folder(&scratch)?.next().is_some() {
        // Others have given the name to something else already.
        return Ok(None);
    }
    let answer = work(&scratch);
    // Removed whatever came of it; and nothing that others have given its name to.
    remove_opened(fs, folder.at(&name), &scratch)?;
    Ok(Some(answer))
}

fn make_scratch(fs: &dyn FileSystem, folder: &Folder) -> FsResult<Option<FileName>> {
    for number in 0..NAMES {
        let name = named(&format!("{SCRATCH_PREFIX}{}.{number}", std::process::id()))?;
        match fs.create_folder(folder.at(&name), SCRATCH_MODE) {
            Ok(()) => return Ok(Some(name)),
            Err(error) if error.is_taken() => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// A name that is one.
pub(crate) fn named(text: &str) -> FsResult<FileName> {
    FileName::new(text.as_bytes()).map_err(|_| FsError::new("probe", text.as_bytes(), Errno::INVAL))
}

fn rules_in(fs: &dyn FileSystem, folder: &Folder, scratch: &Folder) -> FsResult<Rules> {
    let tag = fs.tag(scratch.into())?;
    let may_retag = tag.is_some_and(|tag| changes_project_id(fs, scratch, tag).is_ok());
    let from = made(fs, scratch, "from")?;
    let to = made_beside(fs, scratch, &from)?;
    let between_projects = match tag.filter(|_| may_retag).zip(to) {
        Some((tag, to)) => between_projects(fs, &from, &to, tag.id),
        None => Err(FsError::new("probe", b"", Errno::PERM)),
    };
    let (rename_rule, source_flag_rule) = between_projects.map_or((None, None), |(rule, flag)| (Some(rule), Some(flag)));
    Ok(Rules {
        may_retag,
        retags_every_kind: tells_of_a_link(fs, scratch)?,
        renames_without_replacing: renames_without_replacing(fs, scratch)?,
        rename_rule,
        source_flag_rule,
        renames_between_mdts: between_mdts(fs, folder, scratch)?,
    })
}

fn made(fs: &dyn FileSystem, folder: &Folder, text: &str) -> FsResult<Folder> {
    let name = named(text)?;
    fs.create_folder(folder.at(&name), SCRATCH_MODE)?;
    fs.open_folder(folder.at(&name))
}

/// A folder on the same MDT as another: near the top they go round, and a site may refuse every rename
/// between MDTs, which would be taken for a rule about projects. None if there was none.
fn made_beside(fs: &dyn FileSystem, scratch: &Folder, other: &Folder) -> FsResult<Option<Folder>> {
    let here = fs.placement(other.into())?;
    for number in 0..FOLDERS_FOR_ANOTHER_MDT {
        let folder = made(fs, scratch, &format!("to.{number}"))?;
        if fs.placement((&folder).into())? == here {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// The flag needs the same right as the ID (`mdd_fix_attr`), and charges nobody else.
pub(crate) fn changes_project_id(fs: &dyn FileSystem, scratch: &Folder, tag: ProjectTag) -> FsResult<()> {
    let object = Object::Folder(scratch);
    fs.set_tag(object, ProjectTag { inherit: !tag.inherit, ..tag })?;
    fs.set_tag(object, tag)
}

/// Whether a new file can be laid out like that, or a new folder give that to its files.
pub(crate) fn takes_layout(fs: &dyn FileSystem, scratch: &Folder, kind: EntryKind, layout: &Layout) -> FsResult<()> {
    if kind == EntryKind::Folder {
        return layout::set(fs, scratch, layout);
    }
    layout::create_file(fs, scratch.at(&named("file")?), FILE_MODE, layout).map(drop)
}

fn tells_of_a_link(fs: &dyn FileSystem, scratch: &Folder) -> FsResult<bool> {
    let name = named("link")?;
    fs.create_symbolic_link(scratch.at(&name), b"nowhere")?;
    Ok(fs.tag(scratch.at(&name).into()).is_ok_and(|tag| tag.is_some()))
}

fn renames_without_replacing(fs: &dyn FileSystem, scratch: &Folder) -> FsResult<bool> {
    let (old, new) = (named("old")?, named("new")?);
    drop(fs.create_file(scratch.at(&old), FILE_MODE)?);
    Ok(fs.rename_without_replacing(scratch.at(&old), scratch.at(&new)).is_ok())
}

/// The terms of `mdd_rename_sanity_check`, one by one: from one project's folder with the inherit
/// flag to another's.
fn between_projects(fs: &dyn FileSystem, from: &Folder, to: &Folder, id: ProjectId) -> FsResult<(RenameRule, SourceFlagRule)> {
    let other = if id == NOBODY { SPARE } else { NOBODY };
    let tag = |id| ProjectTag { id, inherit: true };
    fs.set_tag(from.into(), tag(id))?;
    fs.set_tag(to.into(), tag(other))?;

    let file = named("file")?;
    drop(fs.create_file(from.at(&file), FILE_MODE)?);
    let rename_rule = match passes(fs, from.at(&file), to.at(&file))? {
        false => RenameRule::Refuses,
        true if fs.tag(to.at(&file).into())?.is_some_and(|tag| tag.id == other) => RenameRule::RechargesFiles,
        // Accepted, and charged as before: a rule that nobody has described.
        true => return Err(FsError::new("probe", b"", Errno::OPNOTSUPP)),
    };

    // What is charged to the destination already is held back by nothing but the source's flag.
    let retagged = |text: &str, make: &dyn Fn(At<'_>) -> FsResult<()>| -> FsResult<bool> {
        let name = named(text)?;
        make(from.at(&name))?;
        let inherit = fs.tag(from.at(&name).into())?.is_some_and(|tag| tag.inherit);
        fs.set_tag(from.at(&name).into(), ProjectTag { id: other, inherit })?;
        passes(fs, from.at(&name), to.at(&name))
    };
    let source_flag_rule = if retagged("folder", &|at| fs.create_folder(at, SCRATCH_MODE))? {
        SourceFlagRule::BlocksNothing
    } else if retagged("retagged", &|at| fs.create_file(at, FILE_MODE).map(drop))? {
        SourceFlagRule::BlocksFolders
    } else {
        SourceFlagRule::BlocksEverything
    };
    Ok((rename_rule, source_flag_rule))
}

fn passes(fs: &dyn FileSystem, from: At<'_>, to: At<'_>) -> FsResult<bool> {
    match fs.try_rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.errno == Errno::XDEV => Ok(false),
        Err(error) => Err(error),
    }
}

/// None where there is one MDT only, or none of a few new folders came to lie on another.
fn between_mdts(fs: &dyn FileSystem, folder: &Folder, scratch: &Folder) -> FsResult<Option<bool>> {
    let (Some(here), false) = (fs.placement(scratch.into())?, fs.mdts(scratch)? == Some(1)) else { return Ok(None) };
    let leaving = named("leaving")?;
    drop(fs.create_file(scratch.at(&leaving), FILE_MODE)?);
    let is_elsewhere = |there: &Folder| fs.placement(there.into()).map(|mdt| mdt.is_some_and(|mdt| mdt != here));
    if is_elsewhere(folder)? {
        // Beside the scratch folder, under a name that is swept like it.
        let beside = named(&format!("{SCRATCH_PREFIX}{}.leaving", std::process::id()))?;
        let passes = passes(fs, scratch.at(&leaving), folder.at(&beside))?;
        // It is a file, wherever it went.
        unless_absent(fs.unlink(folder.at(&beside)))?;
        return Ok(Some(passes));
    }
    for number in 0..FOLDERS_FOR_ANOTHER_MDT {
        let there = made(fs, scratch, &format!("mdt.{number}"))?;
        if is_elsewhere(&there)? {
            return passes(fs, scratch.at(&leaving), there.at(&leaving)).map(Some);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tidelock_shared::name::FilePath;

    use super::*;
    use crate::fs::Timestamp;
    use crate::fs::simulator::{Personality, Retaggers, Simulator, Site, SiteMount};

    fn world(mount: impl FnOnce(SiteMount) -> SiteMount, personality: Personality) -> (Simulator, Folder) {
        let path = FilePath::parse(b"/m").unwrap();
        let mount = mount(SiteMount::new(path.clone(), personality));
        let root = Simulator::in_memory(Site { mounts: vec![mount], limits: BTreeMap::new() }, Timestamp::default);
        let top = root.open_path(&path).unwrap();
        (root, top)
    }

    #[test]
    fn each_release_is_known_by_what_it_lets_pass() {
        use {RenameRule::*, SourceFlagRule::*};
        for (personality, rename_rule, source_flag_rule) in [
            (Personality::Lustre2_12, Refuses, BlocksEverything),
            (Personality::Lustre2_15, RechargesFiles, BlocksFolders),
            (Personality::Lustre2_17, RechargesFiles, BlocksNothing),
            (Personality::Ext4, Refuses, BlocksNothing),
            (Personality::Xfs, Refuses, BlocksNothing),
        ] {
            let (root, top) = world(|mount| mount, personality);
            for tag in [ProjectTag::default(), ProjectTag { id: ProjectId(1001), inherit: true }] {
                root.set_tag((&top).into(), tag).unwrap();
                let found = rules(&root, &top).unwrap().unwrap();
                assert_eq!(
                    (found.rename_rule, found.source_flag_rule),
                    (Some(rename_rule), Some(source_flag_rule)),
                    "{personality:?}"
                );
                let expected = root.capabilities(&top).unwrap();
                assert_eq!(found.may_retag, expected.abilities.may_retag, "{personality:?}");
                assert_eq!(found.retags_every_kind, expected.abilities.retags_every_kind, "{personality:?}");
                assert_eq!(found.renames_without_replacing, expected.renames_without_replacing, "{personality:?}");
                assert_eq!(root.read_folder(&top).unwrap().count(), 0, "{personality:?}: nothing is left");
                assert_eq!(root.usage(0, SPARE).inodes, 0, "{personality:?}");
            }
        }
    }

    #[test]
    fn whoever_may_not_retag_learns_what_needs_no_second_project() {
        let (root, top) = world(|mount| mount, Personality::Lustre2_17);
        let alice = root.seen_by(1000, &[1000]);
        assert_eq!(rules(&alice, &top).unwrap(), None, "she may not write there");
        root.set_mode((&top).into(), 0o777).unwrap();
        let found = rules(&alice, &top).unwrap().unwrap();
        assert_eq!((found.may_retag, found.rename_rule, found.source_flag_rule), (false, None, None));
        assert!(found.retags_every_kind && !found.renames_without_replacing);
        let (root, top) = world(|mount| SiteMount { retaggers: Retaggers::Owners, ..mount }, Personality::Lustre2_17);
        root.set_mode((&top).into(), 0o777).unwrap();
        let found = rules(&root.seen_by(1000, &[1000]), &top).unwrap().unwrap();
        assert_eq!((found.may_retag, found.rename_rule), (true, Some(RenameRule::RechargesFiles)));
    }

    #[test]
    fn whether_names_go_between_mdts_is_found_out() {
        for (remote_rename, expected) in [(true, Some(true)), (false, Some(false))] {
            let (root, top) = world(|mount| SiteMount { remote_rename, ..mount }, Personality::Lustre2_17);
            // Near the top new folders go round: one of two scratch folders lies on another MDT than the top.
            let mut found = Vec::new();
            for text in ["one", "other"] {
                found.extend(rules(&root, &top).unwrap().unwrap().renames_between_mdts);
                // The next folder is on the next MDT.
                let name = named(text).unwrap();
                drop(root.create_file(top.at(&name), FILE_MODE).unwrap());
                root.unlink(top.at(&name)).unwrap();
            }
            assert!(!found.is_empty() && found.iter().all(|found| Some(*found) == expected), "{found:?}");
            assert_eq!(root.read_folder(&top).unwrap().count(), 0);
        }
        let (root, top) = world(|mount| mount, Personality::Ext4);
        assert_eq!(rules(&root, &top).unwrap().unwrap().renames_between_mdts, None);
    }

    #[test]
    fn what_is_refused_between_mdts_is_not_taken_for_a_rule_about_projects() {
        let (root, top) = world(|mount| SiteMount { remote_rename: false, ..mount }, Personality::Lustre2_17);
        // Two folders of the top's, on its two MDTs; what is made in each goes round.
        for text in ["one", "other", "third"] {
            let name = named(text).unwrap();
            drop(root.create_file(top.at(&name), FILE_MODE).unwrap());
            let found = rules(&root, &top).unwrap().unwrap();
            assert_eq!(found.rename_rule, Some(RenameRule::RechargesFiles), "{text}");
        }
    }

    #[test]
    fn a_full_project_has_no_answer_and_nothing_is_left() {
        let (root, top) = world(|mount| mount, Personality::Ext4);
        root.set_mode((&top).into(), 0o777).unwrap();
        root.set_tag((&top).into(), ProjectTag { id: ProjectId(1001), inherit: true }).unwrap();
        let full = tidelock_shared::quota::Bounds { soft: None, hard: Some(3) };
        let limits = tidelock_shared::quota::Limits { inodes: full, ..Default::default() };
        root.set_limits(0, ProjectId(1001), limits);
        assert_eq!(rules(&root.seen_by(1000, &[1000]), &top).unwrap(), None);
        assert_eq!(root.read_folder(&top).unwrap().count(), 0);
    }
}
