//! The audit as administrators read it: records in words, the newest first.
//!
//! Not here: what is written down, and when (`crate::audit`).

use serde_json::Value;
use tidelock_shared::audit::{AuditCheck, AuditRecord, AuditRecords};
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::EngineService;
use crate::audit::{AuditError, verify};
use crate::user_error::audit_error;
use crate::words::words;

/// So many records a page.
const RECORDS: u64 = 100;

pub(super) fn records(service: &EngineService, before: Option<u64>) -> Result<AuditRecords, UserError> {
    let lines = service.site.audit.lines_before(before, RECORDS);
    let lines = lines.map_err(|error| audit_error(&AuditError::Unwritable(error)))?;
    let records: Vec<AuditRecord> = lines.iter().rev().filter_map(|line| told(&serde_json::from_str(line).ok()?)).collect();
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

fn told(record: &Value) -> Option<AuditRecord> {
    let id = record["id"].as_str().and_then(|id| id.parse().ok());
    Some(AuditRecord {
        number: record["number"].as_u64()?,
        time_ms: record["time_ms"].as_i64()?,
        user: record["user"].as_str().map(str::to_owned),
        what: what(record)?,
        id,
    })
}

/// None for an act that only a later release knows.
fn what(record: &Value) -> Option<String> {
    let path = |value: &Value| serde_json::from_value::<FilePath>(value.clone()).map(|path| words().quoted(&path.shown())).ok();
    Some(match record["act"].as_str()? {
        "opened" => words().audit_opened(record["program"].as_str().unwrap_or_default()),
        "torn" => words().audit_torn().to_owned(),
        "move_began" => {
            let first = path(&record["items"][0]["source"])?;
            let to = path(&record["items"][0]["destination"])?;
            let first = match record["items_total"].as_u64().unwrap_or(1).saturating_sub(1) {
                0 => first,
                more => words().audit_and_more(more, &first),
            };
            match record["undoes"].as_str() {
                Some(undone) => words().audit_undo_began(undone, &first, &to),
                None => match record["verb"].as_str()? {
                    "copy" => words().audit_copy_began(&first, &to),
                    "trash" => words().audit_trash_began(&first),
                    "repair" => words().audit_repair_began(&first),
                    _ => words().audit_move_began(&first, &to),
                },
            }
        }
        "move_ended" if record["state"] == "done" => words().audit_done().to_owned(),
        "move_ended" => words().audit_undone().to_owned(),
        "ordered" => match record["order"].as_str()? {
            "cancel" => words().audit_cancel(),
            "pause" => words().audit_pause(),
            "resume" => words().audit_resume(),
            "hold" => words().audit_hold(),
            "lift_hold" => words().audit_lift_hold(),
            "purge" => words().audit_purge(),
            _ => return None,
        }
        .to_owned(),
        "retention_ended" => words().audit_retention().to_owned(),
        "limits_set" => words().audit_limits().to_owned(),
        "leftover_settled" => {
            let path = path(&record["path"])?;
            match record["deed"].as_str() {
                Some("restore") => words().audit_restored(&path),
                Some("delete") => words().audit_deleted(&path),
                _ => words().audit_adopted(&path),
            }
        }
        "folder_made" => words().audit_folder(&path(&record["path"])?),
        "uploaded" => words().audit_uploaded(record["names"].as_u64().unwrap_or(0), &path(&record["folder"])?),
        _ => return None,
    })
}
