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
