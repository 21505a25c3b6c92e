//! The audit as administrators read it: records in words, the newest first.
//!
//! Not here: what is written down, and when (`crate::audit`).

use tidelock_shared::access::Scope;
use tidelock_shared::audit::{AuditCheck, AuditRecord, AuditRecords};
use tidelock_shared::leftovers::Deed;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{Order, Verb};
use tidelock_shared::user_error::UserError;

use super::EngineService;
use crate::audit::{Act, AuditError, Entry, verify};
use crate::user_error::audit_error;
use crate::words::words;

/// So many records a page.
const RECORDS: u64 = 100;

pub(super) fn records(service: &EngineService, before: Option<u64>) -> Result<AuditRecords, UserError> {
    let lines = service.site.audit.lines_before(before, RECORDS);
    let lines = lines.map_err(|error| audit_error(&AuditError::Unwritable(error)))?;
    let records: Vec<AuditRecord> = lines.iter().rev().filter_map(|line| told(line)).collect();
    let older_before = records.last().map(|oldest| oldest.number).filter(|number| *number > 1);
    Ok(AuditRecords { records, older_before })
}

pub(super) fn check(service: &EngineService) -> Result<AuditCheck, UserError> {
    let Some(path) = service.site.audit.path() else {
        return Ok(AuditCheck { records: 0, head: String::new(), broken: None });
    };
    Ok(match verify(&path, None) {
        Ok(found) => AuditCheck { records: found.records, head: found.head.to_string(), broken: None },
        Err(broken) => AuditCheck { records: 0, head: String::new(), broken: Some(broken.to_string()) },
    })
}

fn told(line: &str) -> Option<AuditRecord> {
    // An act that only a later release knows is left out.
    let Entry { number, time_ms, record } = serde_json::from_str(line).ok()?;
    Some(AuditRecord { number, time_ms, user: record.user, id: record.act.of_move(), what: what(&record.act)? })
}

fn what(act: &Act) -> Option<String> {
    let quoted = |path: &FilePath| words().quoted(&path.shown());
    Some(match act {
        Act::Opened { program, .. } => words().audit_opened(program),
        Act::Torn => words().audit_torn().to_owned(),
        Act::MoveBegan { verb, undoes, items, items_total, .. } => {
            let item = items.first()?;
            let (first, to) = (quoted(&item.source), quoted(&item.destination));
            let first = match items_total.saturating_sub(1) {
                0 => first,
                more => words().audit_and_more(more, &first),
            };
            match (undoes, verb) {
                (Some(undone), _) => words().audit_undo_began(&undone.to_string(), &first, &to),
                (None, Verb::Move) => words().audit_move_began(&first, &to),
                (None, Verb::Copy) => words().audit_copy_began(&first, &to),
                (None, Verb::Trash) => words().audit_trash_began(&first),
                (None, Verb::Repair) => words().audit_repair_began(&first),
            }
        }
        Act::MoveEnded { state: MoveState::Done, .. } => words().audit_done().to_owned(),
        Act::MoveEnded { .. } => words().audit_undone().to_owned(),
        Act::Ordered { order, .. } => match order {
            Order::Cancel => words().audit_cancel(),
            Order::Pause => words().audit_pause(),
            Order::Resume => words().audit_resume(),
            Order::Hold => words().audit_hold(),
            Order::LiftHold => words().audit_lift_hold(),
            Order::Purge => words().audit_purge(),
        }
        .to_owned(),
        Act::RetentionEnded { .. } => words().audit_retention().to_owned(),
        Act::LimitsSet { .. } => words().audit_limits().to_owned(),
        Act::LeftoverSettled { path, deed: Deed::Restore } => words().audit_restored(&quoted(path)),
        Act::LeftoverSettled { path, deed: Deed::Delete } => words().audit_deleted(&quoted(path)),
        Act::LeftoverSettled { path, deed: Deed::Adopt(_) } => words().audit_adopted(&quoted(path)),
        Act::FolderMade { path } => words().audit_folder(&quoted(path)),
        Act::SessionsEnded { of } => words().audit_sessions_ended(of),
        Act::TokenMade { name, scope: Scope::Read } => words().audit_token_read(name),
        Act::TokenMade { name, scope: Scope::Move } => words().audit_token_move(name),
        Act::TokenMade { name, scope: Scope::Administer } => words().audit_token_administer(name),
        Act::TokenEnded { of, name } => words().audit_token_ended(name, of),
        Act::Uploaded { folder, names } => words().audit_uploaded(*names, &quoted(folder)),
    })
}
