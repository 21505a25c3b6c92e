//! What only a rename from one folder to another tells whoever may not make a second project of his own:
//! the folders of a plan are in two, and a plan's caller may write to both.
//!
//! A scratch folder in each is what is renamed between; both are removed again.

use tidelock_shared::strategy::{RenameRule, SourceFlagRule};

use super::{FILE_MODE, FOLDERS_FOR_ANOTHER_MDT, SCRATCH_MODE, in_scratch, made, named, passes};
use crate::fs::{FileSystem, Folder, FsResult};

/// What was found; none where nothing could be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    pub rename_rule: Option<RenameRule>,
    pub source_flag_rule: Option<SourceFlagRule>,
    pub renames_between_mdts: Option<bool>,
}

/// Tries renames between two folders of one Lustre, which were reached by one mount. `known` is the rule about
/// projects, where it is known: what is refused between MDTs may else have been refused for that.
///
/// # Errors
/// If what was tried cannot be removed again.
pub fn between(fs: &dyn FileSystem, from: &Folder, to: &Folder, known: Option<RenameRule>) -> FsResult<Between> {
    if !fs.may_change(from)? || !fs.may_change(to)? {
        return Ok(Between::default());
    }
    let is_apart = fs.placement(from.into())? != fs.placement(to.into())?;
    let try_it = |here: &Folder, there: &Folder| tried(fs, here, there, is_apart, known);
    let found = in_scratch(fs, from, |here| in_scratch(fs, to, |there| try_it(here, there)))?.transpose()?.flatten();
    // Full, or gone: then there is no answer, and no harm done.
    Ok(found.and_then(Result::ok).unwrap_or_default())
}

fn tried(fs: &dyn FileSystem, here: &Folder, there: &Folder, is_apart: bool, known: Option<RenameRule>) -> FsResult<Between> {
    let from = made(fs, here, "from")?;
    let mdt = fs.placement((&from).into())?;
    let (mut beside, mut apart) = (None, None);
    for number in 0..FOLDERS_FOR_ANOTHER_MDT {
        let to = made(fs, there, &format!("to.{number}"))?;
        let place = if fs.placement((&to).into())? == mdt { &mut beside } else { &mut apart };
        place.get_or_insert(to);
        if (beside.is_some() || known.is_some()) && (apart.is_some() || !is_apart) {
            break;
        }
    }
    let (rename_rule, source_flag_rule) = match beside.filter(|_| known.is_none()) {
        Some(to) => between_projects(fs, &from, &to)?,
        None => (None, None),
    };
    let renames_between_mdts = match apart.filter(|_| is_apart) {
        Some(to) => between_mdts(fs, &from, &to, rename_rule.or(known))?,
        None => None,
    };
    Ok(Between { rename_rule, source_flag_rule, renames_between_mdts })
}

/// The terms of `mdd_rename_sanity_check` that can be told apart without changing a project ID.
fn between_projects(fs: &dyn FileSystem, from: &Folder, to: &Folder) -> FsResult<(Option<RenameRule>, Option<SourceFlagRule>)> {
    let (Some(source), Some(destination)) = (fs.tag(from.into())?, fs.tag(to.into())?) else { return Ok((None, None)) };
    // Without any flag nothing is refused, in no release.
    if source.id == destination.id || !(source.inherit || destination.inherit) {
        return Ok((None, None));
    }
    let file = named("file")?;
    drop(fs.create_file(from.at(&file), FILE_MODE)?);
    if !passes(fs, from.at(&file), to.at(&file))? {
        return Ok((Some(RenameRule::Refuses), Some(SourceFlagRule::BlocksEverything)));
    }
    let is_charged_anew = fs.tag(to.at(&file).into())?.is_some_and(|tag| tag.id == destination.id);
    if destination.inherit && !is_charged_anew {
        // Accepted, and charged as before: a rule that nobody has described.
        return Ok((None, None));
    }
    // Into a folder with the flag, no release lets a folder of another project.
    let source_flag_rule = match source.inherit && !destination.inherit {
        true => {
            let folder = named("folder")?;
            fs.create_folder(from.at(&folder), SCRATCH_MODE)?;
            let is_free = passes(fs, from.at(&folder), to.at(&folder))?;
            Some(if is_free { SourceFlagRule::BlocksNothing } else { SourceFlagRule::BlocksFolders })
        }
        false => None,
    };
    Ok((Some(RenameRule::RechargesFiles), source_flag_rule))
}

fn between_mdts(fs: &dyn FileSystem, from: &Folder, to: &Folder, rule: Option<RenameRule>) -> FsResult<Option<bool>> {
    let leaving = named("leaving")?;
    drop(fs.create_file(from.at(&leaving), FILE_MODE)?);
    if passes(fs, from.at(&leaving), to.at(&leaving))? {
        return Ok(Some(true));
    }
    let is_one_project = fs.tag(from.into())?.map(|tag| tag.id) == fs.tag(to.into())?.map(|tag| tag.id);
    Ok((is_one_project || rule == Some(RenameRule::RechargesFiles)).then_some(false))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tidelock_shared::id::ProjectId;
    use tidelock_shared::name::FilePath;
    use tidelock_shared::project::ProjectTag;

    use super::*;
    use crate::fs::Timestamp;
    use crate::fs::simulator::{Personality, Simulator, Site, SiteMount};

    const ALICE: u32 = 1000;

    /// Two projects' folders to which everybody may write, on one MDT or on two. What is made in them lies beside them.
    fn world(personality: Personality, remote_rename: bool, is_apart: bool, flags: [bool; 2]) -> (Simulator, Folder, Folder) {
        let path = FilePath::parse(b"/m").unwrap();
        let mount = SiteMount { remote_rename, spread_levels: 1, ..SiteMount::new(path.clone(), personality) };
        let root = Simulator::in_memory(Site { mounts: vec![mount], limits: BTreeMap::new() }, Timestamp::default);
        let top = root.open_path(&path).unwrap();
        let folders: Vec<Folder> = (0..3).map(|number| made(&root, &top, &format!("{number}")).unwrap()).collect();
        let place = |folder: &Folder| root.placement(folder.into()).unwrap();
        let mut folders = folders.into_iter();
        let from = folders.next().unwrap();
        let to = folders.find(|folder| (place(folder) != place(&from)) == is_apart).unwrap();
        for ((folder, id), inherit) in [(&from, 1001), (&to, 1002)].into_iter().zip(flags) {
            root.set_mode(folder.into(), 0o777).unwrap();
            root.set_tag(folder.into(), ProjectTag { id: ProjectId(id), inherit }).unwrap();
        }
        (root, from, to)
    }

    fn check(of: &(Simulator, Folder, Folder), known: Option<RenameRule>, expected: Between) {
        let (root, from, to) = of;
        assert_eq!(between(&root.seen_by(ALICE, &[ALICE]), from, to, known).unwrap(), expected);
        for folder in [from, to] {
            assert_eq!(root.read_folder(folder).unwrap().count(), 0, "nothing is left");
        }
    }

    #[test]
    fn whoever_may_not_retag_learns_the_rule_between_two_projects() {
        use {RenameRule::*, SourceFlagRule::*};
        let (recharges, refuses) = (Some(RechargesFiles), Some(Refuses));
        for (personality, flags, rename_rule, source_flag_rule) in [
            (Personality::Lustre2_12, [true, true], refuses, Some(BlocksEverything)),
            (Personality::Lustre2_15, [true, true], recharges, None),
            (Personality::Lustre2_17, [true, true], recharges, None),
            (Personality::Lustre2_12, [true, false], refuses, Some(BlocksEverything)),
            (Personality::Lustre2_15, [true, false], recharges, Some(BlocksFolders)),
            (Personality::Lustre2_17, [true, false], recharges, Some(BlocksNothing)),
            (Personality::Lustre2_12, [false, true], refuses, Some(BlocksEverything)),
            (Personality::Lustre2_17, [false, true], recharges, None),
            (Personality::Lustre2_12, [false, false], None, None),
        ] {
            let expected = Between { rename_rule, source_flag_rule, renames_between_mdts: None };
            check(&world(personality, true, false, flags), None, expected);
        }
    }

    #[test]
    fn two_folders_on_two_mdts_tell_whether_names_go_between_them() {
        let answer = |renames_between_mdts| Between { renames_between_mdts, ..Between::default() };
        let recharges = Some(RenameRule::RechargesFiles);
        for remote_rename in [true, false] {
            let world = world(Personality::Lustre2_17, remote_rename, true, [true, true]);
            check(&world, recharges, answer(Some(remote_rename)));
            // Refused for one reason or for the other.
            check(&world, None, answer(remote_rename.then_some(true)));
            world.0.set_tag((&world.2).into(), ProjectTag { id: ProjectId(1001), inherit: true }).unwrap();
            check(&world, None, answer(Some(remote_rename)));
        }
    }

    #[test]
    fn where_one_of_them_may_not_be_written_to_nothing_is_tried() {
        let world = world(Personality::Lustre2_17, true, false, [true, true]);
        world.0.set_mode((&world.2).into(), 0o755).unwrap();
        check(&world, None, Between::default());
    }
}
