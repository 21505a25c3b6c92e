//! Giving a copy the layout of its source, where it is not the one that it gets anyway.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::metadata::unless_lost;
use crate::fs::layout::{self, Layout};
use crate::fs::{At, File, FileSystem, Folder, FsResult};
use crate::planner::plan::Loss;

/// The layout that a folder gives to a file which is simply made in it, once that is known.
#[derive(Debug, Default)]
pub(super) struct Usual(OnceLock<Option<Layout>>);

/// A new file for writing with the layout of `source`; the plan may have given that up.
pub(super) fn create_file(
    fs: &dyn FileSystem,
    source: &File,
    copy: At<'_>,
    mode: u32,
    usual: &Usual,
    losses: &BTreeSet<Loss>,
) -> FsResult<File> {
    let Some(wanted) = unless_lost(layout::of_file(fs, source.into()), losses, Loss::Layout)?.flatten() else {
        return fs.create_file(copy, mode);
    };
    if usual.0.get().is_none_or(|usual| usual.as_ref() == Some(&wanted)) {
        let file = fs.create_file(copy, mode)?;
        // Also one that has no shape is not the wanted one.
        let has = usual.0.get_or_init(|| layout::of_file(fs, (&file).into()).ok().flatten());
        if has.as_ref() == Some(&wanted) {
            return Ok(file);
        }
        fs.unlink(copy)?;
    }
    match unless_lost(layout::create_file(fs, copy, mode, &wanted), losses, Loss::Layout)? {
        Some(file) => Ok(file),
        None => fs.create_file(copy, mode),
    }
}

/// Lets a new folder give the layout that its source gives; before anything is made in it.
pub(crate) fn keep_layout(fs: &dyn FileSystem, source: &Folder, copy: &Folder, losses: &BTreeSet<Loss>) -> FsResult<()> {
    let Some(wanted) = layout::of_folder(fs, source.into())? else { return Ok(()) };
    if !fs.capabilities(copy)?.has_layouts {
        return Ok(());
    }
    if layout::of_folder(fs, copy.into())?.as_ref() == Some(&wanted) {
        return Ok(());
    }
    unless_lost(layout::set(fs, copy, &wanted), losses, Loss::Layout).map(drop)
}
