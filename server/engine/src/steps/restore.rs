//! Brings back from tape what has to be copied.
//!
//! Asked for and never waited for by a read, which would block unkillably. Each run asks for some
//! of what is missing and says what it waits for; the executor runs it again until nothing is.
//! Undoing leaves on disk what has come back: the archive's own policy releases it again.

use tidelock_shared::strategy::EntryKind;

use super::context::Context;
use super::error::{StepError, StepResult};
use crate::fs::HsmState;
use crate::fs::walk::walk;
use crate::worker::Wait;

/// So many files are asked for at once: an archive's queue is everybody's.
const RESTORES_AT_ONCE: u64 = 1_000;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let source = context.source_folder()?;
    let name = context.source_name_now(&source)?;
    let fs = context.fs;
    let path = context.source_path();
    let (mut files, mut bytes, mut asked) = (0, 0, 0);
    walk(fs, source.at(&name), &mut |visit| -> StepResult<bool> {
        if visit.status.kind != EntryKind::File {
            return Ok(visit.status.kind == EntryKind::Folder);
        }
        let state = fs.hsm_state(visit.at)?;
        if state == HsmState::Lost {
            return Err(StepError::Released(path.clone()));
        }
        if state == HsmState::Released && asked < RESTORES_AT_ONCE {
            fs.request_restore(visit.at)?;
        }
        if state.is_released() {
            asked += 1;
            files += 1;
            bytes += visit.status.size;
        }
        // A walk over millions is a place to stop at.
        context.progress(0, 0)?;
        Ok(false)
    })?;
    if files == 0 { Ok(()) } else { Err(StepError::Waits(Wait::Restore { files, bytes })) }
}
