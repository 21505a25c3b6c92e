//! A move while it runs and after it: what the tray, a move's page and `status` show.
//!
//! Each [`MoveUpdate`] is the whole view and not a difference, so a browser that missed
//! some needs only the last.

use serde::{Deserialize, Serialize};

use crate::id::MoveId;
use crate::name::FilePath;
use crate::plan::Plan;
use crate::quota::Amount;
use crate::request::Verb;
use crate::strategy::Strategy;
use crate::user_error::UserError;

/// Where a move stands; the life of a move is drawn in `ARCHITECTURE.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveState {
    /// Recorded, nothing touched yet.
    Accepted,
    /// Staging, retagging, checking; the destination name does not exist yet.
    Preparing,
    /// The destination names appear.
    Publishing,
    /// Past the commit point: only forward from here.
    Finishing,
    Done,
    /// On the way back to how everything was.
    Unwinding,
    /// Everything is as before.
    Undone,
    /// A second failure; nothing is lost, and a person must look.
    Stuck,
}

impl MoveState {
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Undone | Self::Stuck)
    }

    /// A stuck one has not: it still needs what it works on.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Undone)
    }
}

/// What a running move is busy with, as the tray names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Reserve,
    /// Files come back from tape.
    Restore,
    Retag,
    /// Folders made anew, every other entry renamed into them.
    Rebuild,
    Copy,
    Verify,
    Retire,
    Check,
    Publish,
    Settle,
    Unwind,
    Purge,
}

/// Work counted in one phase or over a whole move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub entries_done: u64,
    pub entries_total: u64,
    pub bytes_done: u64,
    pub bytes_total: u64,
}

/// A move as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveView {
    pub id: MoveId,
    #[serde(default)]
    pub verb: Verb,
    /// What it was read at, as the feed counts: an update of a later sequence is newer.
    pub version: u64,
    pub state: MoveState,
    /// None before the first step and in a final state.
    pub phase: Option<Phase>,
    /// Every phase this move goes through, in order.
    pub phases: Vec<Phase>,
    /// The first item's name, escaped for people.
    pub title: String,
    pub items_total: u64,
    /// Who asked for it; empty where nobody said.
    #[serde(default)]
    pub asked_by: String,
    /// The folders, escaped for people, and as links into the browser.
    pub source_folder: String,
    pub destination_folder: String,
    pub source_url: String,
    pub destination_url: String,
    /// Every folder that a name leaves or comes to, each once.
    pub folders: Vec<FilePath>,
    pub from_project: String,
    pub to_project: String,
    pub strategy: Strategy,
    pub counters: Counters,
    /// From 0 to 1 over the whole move; never runs backwards while it goes forward.
    pub fraction: f64,
    /// Per second, averaged over the last seconds; none until there is something to average.
    pub entries_per_second: Option<f64>,
    pub bytes_per_second: Option<f64>,
    /// The least and the most seconds that are left; none while unknown.
    pub seconds_left: Option<(f64, f64)>,
    /// What the move waits for or why it is slow, in words.
    pub note: Option<String>,
    /// Why it was undone or is stuck.
    pub error: Option<UserError>,
    /// Milliseconds since 1970 in UTC.
    pub started_ms: i64,
    pub finished_ms: Option<i64>,
    pub can_cancel: bool,
    /// It goes on by itself once what the note names is there: room, tape, its turn.
    pub is_waiting: bool,
    /// It waits until somebody lets it go on.
    pub is_paused: bool,
    /// It waits until an administrator lets it go on.
    pub is_held: bool,
    pub can_hold: bool,
    pub can_pause: bool,
    pub can_undo: bool,
    pub can_purge: bool,
    /// What the retired source still charges its project; freed by purge.
    pub retired: Option<Amount>,
    /// When it is purged by itself, in milliseconds since 1970; none for never.
    #[serde(default)]
    pub kept_until_ms: Option<i64>,
    pub undoes: Option<MoveId>,
    pub undone_by: Option<MoveId>,
}

/// One message of the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveUpdate {
    /// Counts up over all moves; the SSE event id, so that a browser resumes after it.
    pub sequence: u64,
    #[serde(rename = "move")]
    pub view: MoveView,
}

/// A journalled fact of a move, for its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// Counts up from 1 within the move.
    pub sequence: u64,
    /// Milliseconds since 1970 in UTC.
    pub time_ms: i64,
    /// `accepted`, `step_started`, `step_finished`, `committed`, ….
    pub event: String,
    /// The step, where the event speaks of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The item's position in the plan, where the event speaks of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Everything about one move: its page, and the last line of `mv --json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveDetail {
    #[serde(flatten)]
    pub view: MoveView,
    pub events: Vec<TimelineEvent>,
    pub plan: Plan,
    /// Of a stuck one: where its things are, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whereabouts: Vec<String>,
}
