//! The plan as people and scripts see it.
//!
//! Immutable once made. What stops the move (refusals) comes complete and at once; what one
//! should know (warnings) beside it. The field names are the command line's `--json` contract.

use serde::{Deserialize, Serialize};

use crate::id::{MoveId, ProjectId};
use crate::name::{FilePath, base64_unless_text};
use crate::quota::{Amount, Limits};
use crate::request::Verb;
use crate::strategy::{EntryKind, Strategy};
use crate::user_error::UserError;

/// Everything that will happen, what it costs, and what speaks against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    #[serde(default)]
    pub verb: Verb,
    pub items: Vec<PlanItem>,
    pub projects: Vec<ProjectChange>,
    /// The move does not start while there is one.
    pub refusals: Vec<UserError>,
    pub warnings: Vec<UserError>,
    pub cost: Cost,
    /// Set where the plan undoes a finished move.
    pub undoes: Option<MoveId>,
    /// The same request as a shell command.
    pub command: String,
}

impl Plan {
    pub fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// The dearest strategy of all items: what a person has to expect.
    pub fn strategy(&self) -> Option<Strategy> {
        self.items.iter().map(|item| item.strategy).max()
    }
}

/// One thing the user picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Escaped where it is not UTF-8; then `source_base64` has the exact bytes.
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_base64: Option<String>,
    pub destination: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_base64: Option<String>,
    pub kind: EntryKind,
    pub strategy: Strategy,
    /// One sentence: why this strategy.
    pub reason: String,
    /// Entries of the tree, its top included.
    pub entries: u64,
    /// Bytes that the tree is charged for.
    pub bytes: u64,
    /// Inodes with further names outside the tree.
    pub hard_links_leaving: u64,
    /// Files whose content is on tape only.
    pub released: u64,
    /// What has the destination name, while nobody has decided what is to become of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<EntryKind>,
    /// What has the destination name is hidden first, and kept for undo.
    #[serde(default)]
    pub replaces: bool,
    /// Of an undo: what the move had replaced gets its name again.
    #[serde(default)]
    pub restores: bool,
}

impl PlanItem {
    /// The exact bytes of a path as the two fields of an item.
    pub fn path_fields(path: &FilePath) -> (String, Option<String>) {
        let bytes = path.to_bytes();
        let exact = base64_unless_text(&bytes);
        (if exact.is_some() { path.shown() } else { String::from_utf8_lossy(&bytes).into_owned() }, exact)
    }
}

/// What a move does to one project (or file system, where there are no projects).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChange {
    /// None for a file system without projects.
    pub id: Option<ProjectId>,
    pub name: String,
    pub role: ProjectRole,
    /// None where the caller may not read it.
    pub usage: Option<Amount>,
    pub limits: Limits,
    /// Set aside for other running moves.
    pub reserved: Amount,
    /// Usage once the move is done; of a staged copy's source unchanged, until the retired
    /// source is purged.
    pub after: Option<Amount>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    Source,
    Destination,
    /// A move within one project.
    Both,
}

/// What running the plan takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub bytes_copied: u64,
    /// Inodes that are created, changed or retagged.
    pub inodes_changed: u64,
    /// An estimate; from rates measured on this mount where there are any.
    pub seconds: f64,
}
