//! Whom symbolic links, fifos and devices are charged to on ext4 and XFS, which do not tell.
//!
//! It is whom their folder charges, and where that has no inherit flag mostly nobody; but not what an
//! earlier move has made anew there. So each in such a folder is asked for before the first change:
//! a folder with the inherit flag lets in a further name only for what is charged as itself, and
//! the workshop with that of nobody does it for what is nobody's. (Newer kernels let what is
//! nobody's in everywhere, so this is the only question whose answer means the same on all.)
//!
//! What lay in a folder before that had its flag is not asked for: nobody's could not be brought
//! back into it.

use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::super::context::Context;
use super::super::error::StepResult;
use super::EXCEPTIONS_A_NOTE;
use super::workshop::{self, Workshop};
use crate::fs::walk::{Visit, unless_absent, walk};
use crate::fs::{At, Errno, Identity};
use crate::moves::event::Note;
use crate::survey::NOBODY;

pub(super) fn is_charged_apart(kind: EntryKind) -> bool {
    !matches!(kind, EntryKind::File | EntryKind::Folder | EntryKind::Socket)
}

/// Whom a folder charges for what is made in it.
pub(super) fn charged_by(folder: ProjectTag) -> ProjectId {
    if folder.inherit { folder.id } else { NOBODY }
}

pub(super) struct Charges {
    /// False where the kernel tells, or where nothing can be made anew.
    is_asked: bool,
    workshop: Option<Workshop>,
}

/// Writes down whom the entries of the tree at `top` are charged to, where it is not whom their folder
/// charges.
pub(super) fn write_down(context: &mut Context<'_>, top: At<'_>) -> StepResult<()> {
    let mut charges = Charges::begin(context)?;
    if !charges.is_asked {
        return Ok(());
    }
    let mut charged = Vec::new();
    walk(context.fs, top, &mut |visit| -> StepResult<bool> {
        charged.extend(charges.unlike_folder(context, &visit)?);
        context.progress(0, 0)?;
        if charged.len() == EXCEPTIONS_A_NOTE {
            context.note(Note::Charged { to: std::mem::take(&mut charged) })?;
        }
        Ok(visit.status.kind == EntryKind::Folder)
    })?;
    if !charged.is_empty() {
        context.note(Note::Charged { to: charged })?;
    }
    charges.end(context)
}

impl Charges {
    /// Clears away what a crash may have left of an earlier run: further names, nothing else.
    pub(super) fn begin(context: &mut Context<'_>) -> StepResult<Self> {
        let is_asked = context.fs.capabilities(&context.source_folder()?)?.abilities.remakes_other_kinds;
        if is_asked {
            workshop::clear(context, &Default::default())?;
        }
        Ok(Self { is_asked, workshop: None })
    }

    /// Whom an entry is charged to, if that is known and not whom its folder charges.
    fn unlike_folder(&mut self, context: &Context<'_>, visit: &Visit<'_>) -> StepResult<Option<(Identity, ProjectId)>> {
        let fs = context.fs;
        if !self.is_asked || !is_charged_apart(visit.status.kind) {
            return Ok(None);
        }
        let folder = fs.tag(visit.at.folder.into())?.unwrap_or_default();
        if folder.inherit || folder.id == NOBODY {
            return Ok(None);
        }
        let workshop = match &mut self.workshop {
            Some(workshop) => workshop,
            none => none.insert(Workshop::open(context)?),
        };
        workshop.charge_to(fs, NOBODY)?;
        let shelf = workshop::shelf(0)?;
        let at = workshop.folder().at(&shelf);
        match fs.link(visit.at, at) {
            Ok(()) => {
                unless_absent(fs.unlink(at))?;
                Ok(None)
            }
            Err(error) if error.errno == Errno::XDEV => {
                Ok(unless_absent(fs.identity(visit.at.into()))?.map(|identity| (identity, folder.id)))
            }
            // Gone, or not ours to link: whoever may not do that cannot make it anew either.
            Err(error) if error.is_absent() || matches!(error.errno, Errno::PERM | Errno::ACCESS | Errno::MLINK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn end(self, context: &mut Context<'_>) -> StepResult<()> {
        if self.workshop.is_some() { workshop::clear(context, &Default::default()) } else { Ok(()) }
    }
}
