//! What a record of the audit is about. A field is only ever added; one that is there keeps its meaning.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tidelock_engine::fs::Identity;
use tidelock_engine::planner::plan::{Payer, PlannedItem};
use tidelock_engine::survey::survey_folder;
use tidelock_engine::{Engine, EngineError, Snapshot};
use tidelock_shared::access::Scope;
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::leftovers::Deed;
use tidelock_shared::limits::Limits;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;
use tidelock_shared::request::{Order, Verb};
use tidelock_shared::strategy::Strategy;

use super::chain::Digest;

/// So many items of a move are named; of more there is their number.
const ITEMS_MAX: usize = 100;

/// One record without its place in the chain.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    /// Who asked for it; none where the program does it by itself, or one user has all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// As whom the program asks the kernel for everything.
    pub(super) uid: u32,
    #[serde(flatten)]
    pub(crate) act: Act,
}

/// One record as it is read again.
#[derive(Deserialize)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) time_ms: i64,
    #[serde(flatten)]
    pub(crate) record: Record,
}

/// What somebody did, or the program by itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    /// A process took the state folder. What is known of moves: the newest that had begun, and which were open.
    Opened {
        program: String,
        newest: u32,
        open: BTreeSet<u32>,
    },
    /// The line before was left unfinished by a crash.
    Torn,
    MoveBegan {
        id: MoveId,
        verb: Verb,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoes: Option<MoveId>,
        /// SHA-256 of the plan as the journal keeps it.
        plan: String,
        items: Vec<Item>,
        items_total: u64,
        charges: Vec<Charge>,
    },
    MoveEnded {
        id: MoveId,
        state: MoveState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
        charges: Vec<Charge>,
    },
    /// Somebody wants this of a move. The move may have gone too far for it.
    Ordered {
        id: MoveId,
        order: Order,
    },
    /// The time to undo the move is over.
    RetentionEnded {
        id: MoveId,
    },
    LimitsSet {
        limits: Limits,
    },
    LeftoverSettled {
        path: FilePath,
        deed: Deed,
    },
    FolderMade {
        path: FilePath,
    },
    Uploaded {
        folder: FilePath,
        names: u64,
    },
    /// One session of a user, or several.
    SessionsEnded {
        of: String,
    },
    TokenMade {
        name: String,
        scope: Scope,
    },
    TokenEnded {
        of: String,
        name: String,
    },
}

impl Act {
    /// The move that it is about.
    pub(crate) fn of_move(&self) -> Option<MoveId> {
        match self {
            Self::MoveBegan { id, .. } | Self::MoveEnded { id, .. } | Self::Ordered { id, .. } | Self::RetentionEnded { id } => {
                Some(*id)
            }
            _ => None,
        }
    }
}

/// What moves: by path, and by what it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) source: FilePath,
    pub(crate) destination: FilePath,
    device: u64,
    identity: Identity,
    strategy: Strategy,
    entries: u64,
    amount: Amount,
}

/// What somebody was charged when the record was made; none where it cannot be read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    device: u64,
    project: Option<ProjectId>,
    usage: Option<Amount>,
}

pub(super) fn began(engine: &Engine, snapshot: &Snapshot) -> Result<Act, serde_json::Error> {
    let of = &snapshot.recorded.of;
    let item = |item: &PlannedItem| Item {
        source: item.source_path(),
        destination: item.destination_path(),
        device: item.source_folder.device,
        identity: item.identity.clone(),
        strategy: item.strategy,
        entries: item.tally.entries,
        amount: item.tally.amount,
    };
    Ok(Act::MoveBegan {
        id: of.id,
        verb: of.plan.asked.verb,
        undoes: of.plan.undoes,
        plan: Digest::of(&serde_json::to_vec(&of.plan)?).to_string(),
        items: of.plan.items.iter().take(ITEMS_MAX).map(item).collect(),
        items_total: of.plan.items.len() as u64,
        charges: charges(engine, snapshot),
    })
}

/// None while it goes on. A stuck one has not ended: somebody may get it going again.
pub(super) fn ended(engine: &Engine, snapshot: &Snapshot) -> Option<Act> {
    let of = &snapshot.recorded.of;
    let failure = of.failure.as_ref().map(|failure| failure.message.clone());
    of.state.has_ended().then(|| Act::MoveEnded { id: of.id, state: of.state, failure, charges: charges(engine, snapshot) })
}

fn charges(engine: &Engine, snapshot: &Snapshot) -> Vec<Charge> {
    let engine = engine.as_itself();
    let charge = |(payer, folder): (Payer, &FilePath)| {
        let found = survey_folder(&**engine.file_system(), folder).ok();
        let usage = found.and_then(|found| engine.numbers(&found).usage);
        Charge { device: payer.device, project: payer.project, usage }
    };
    snapshot.recorded.of.plan.payers.iter().map(|change| charge((change.payer, &change.folder))).collect()
}

/// What is known of moves when a process takes the state folder.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) newest: u32,
    pub(super) open: BTreeSet<u32>,
}

impl Opening {
    /// None where the line is about something else.
    pub(super) fn read(line: &str) -> Option<Self> {
        match act(line)? {
            Act::Opened { newest, open, .. } => Some(Self { newest, open }),
            _ => None,
        }
    }

    /// As the journal has it, where the audit begins after it.
    pub(super) fn at(engine: &Engine) -> Result<Self, EngineError> {
        // The newest, and all that have not ended.
        let listed = engine.list(1)?;
        let open = listed.iter().filter(|snapshot| !snapshot.recorded.of.state.has_ended());
        Ok(Self {
            newest: listed.first().map_or(0, |newest| newest.recorded.of.id.number),
            open: open.map(|snapshot| snapshot.recorded.of.id.number).collect(),
        })
    }
}

/// None for an act that only a later release knows.
fn act(line: &str) -> Option<Act> {
    serde_json::from_str(line).ok().map(|record: Record| record.act)
}

/// What a later line changes in what is known of moves.
pub(super) fn follow(line: &str, opening: &mut Opening) {
    match act(line) {
        Some(Act::MoveBegan { id, .. }) => {
            opening.newest = opening.newest.max(id.number);
            opening.open.insert(id.number);
        }
        Some(Act::MoveEnded { id, .. }) => {
            opening.open.remove(&id.number);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::TORN;

    #[test]
    fn a_record_is_read_again_by_what_goes_on_with_it() {
        let opened = Act::Opened { program: "1".to_owned(), newest: 7, open: [3, 7].into() };
        let mut opening = Opening::read(&serde_json::to_string(&Record { user: None, uid: 0, act: opened }).unwrap()).unwrap();
        let id = |number| format!("k3q8x2mz-{number}").parse::<MoveId>().unwrap();
        let ended = Act::MoveEnded { id: id(3), state: MoveState::Done, failure: None, charges: Vec::new() };
        let began = Act::MoveBegan {
            id: id(9),
            verb: Verb::Move,
            undoes: None,
            plan: String::new(),
            items: Vec::new(),
            items_total: 0,
            charges: Vec::new(),
        };
        for act in [ended, began, Act::Ordered { id: id(7), order: Order::Cancel }] {
            let line = serde_json::to_string(&Record { user: Some("alice".to_owned()), uid: 0, act }).unwrap();
            assert!(Opening::read(&line).is_none(), "{line}");
            follow(&line, &mut opening);
        }
        assert_eq!((opening.newest, opening.open), (9, [7, 9].into()));
        assert!(serde_json::to_string(&Act::Torn).unwrap().contains(&format!("{TORN:?}")));
    }
}
