//! Has tried what a Lustre lets pass, and keeps the answers.
//!
//! Not here: the trials themselves (`probe`), and what is made of the answers (`mount`).

use super::calls::descriptor;
use super::{Posix, lustre, mount};
use crate::fs::{FileSystem, Folder, FsResult, probe};

pub(super) fn try_out(fs: Posix, folder: &Folder) -> FsResult<()> {
    if !lustre::is_lustre(descriptor(&folder.0)) {
        return Ok(());
    }
    let (device, uid) = (fs.status(folder.into())?.device, fs.caller().uid);
    if mount::known(device, uid).tried.is_none_or(|tried| tried.rename_rule.is_none() && tried.may_retag)
        && let Some(rules) = probe::rules(&fs, folder)?
    {
        mount::remember(device, uid, rules);
    }
    Ok(())
}

/// Only what is not known yet, and what these two can tell.
pub(super) fn try_between(fs: Posix, from: &Folder, to: &Folder) -> FsResult<()> {
    if [from, to].into_iter().any(|folder| !lustre::is_lustre(descriptor(&folder.0))) {
        return Ok(());
    }
    let (device, uid) = (fs.status(from.into())?.device, fs.caller().uid);
    if fs.status(to.into())?.device != device || fs.mount(from)? != fs.mount(to)? {
        return Ok(());
    }
    let Some(known) = mount::known(device, uid).tried else { return Ok(()) };
    let project = |folder: &Folder| fs.tag(folder.into()).map(|tag| tag.map(|tag| tag.id));
    let tells_of_projects = known.rename_rule.is_none() && project(from)? != project(to)?;
    let tells_of_mdts = known.renames_between_mdts.is_none() && fs.placement(from.into())? != fs.placement(to.into())?;
    if tells_of_projects || tells_of_mdts {
        mount::remember(device, uid, known.and(probe::between(&fs, from, to, known.rename_rule)?));
    }
    Ok(())
}
