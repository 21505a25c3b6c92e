//! A plan as it is stored: what to do, on which identities, in which order.
//!
//! Stored types are never the wire types: `shared::plan` is what people see of this.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tidelock_shared::id::{MoveId, ProjectId};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::plan::{Cost, ProjectRole};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Amount, Headroom, Limits};
use tidelock_shared::request::{MoveRequest, RequestProblem, Verb};
use tidelock_shared::strategy::{EntryKind, Strategy, StrategyReason};

use super::sequence::Step;
use crate::fs::Identity;

pub use super::tally::{Loss, Tally};

/// Everything a move needs to run, and to be recovered without asking anybody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MovePlan {
    pub items: Vec<PlannedItem>,
    /// The steps of all items in the order in which they run.
    pub sequence: Vec<Step>,
    /// What is set aside while the move is open.
    pub reservations: Vec<Reservation>,
    /// As it was asked for.
    pub asked: MoveRequest,
    /// Who asked, as the server knows them; empty where there is one user only.
    #[serde(default)]
    pub user: String,
    /// Whose rights it is done with, where those are not its asker's: of whoever moved what it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights_of: Option<String>,
    pub undoes: Option<MoveId>,
    /// What the asker was told and agreed to.
    pub warnings: Vec<Warning>,
    pub payers: Vec<PayerChange>,
    pub cost: Cost,
}

impl MovePlan {
    /// The user with whose rights it is done.
    pub fn acts_as(&self) -> &str {
        self.rights_of.as_deref().unwrap_or(&self.user)
    }
}

/// What the move does to one payer, as far as the planner could read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerChange {
    pub payer: Payer,
    /// A folder charged to it.
    pub folder: FilePath,
    pub role: ProjectRole,
    /// None where the caller may not read it.
    pub usage: Option<Amount>,
    pub limits: Limits,
    pub reserved: Amount,
    pub after: Option<Amount>,
}

/// What the asker should know before the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// The retired source stays charged until it is purged.
    ChargedTwice {
        amount: Amount,
    },
    /// What is trashed stays charged until it is purged.
    TrashStaysCharged {
        amount: Amount,
    },
    /// What a copy cannot keep, per class.
    Losses {
        losses: BTreeMap<Loss, u64>,
    },
    HardLinksLeaving {
        inodes: u64,
    },
    /// These are spread over several MDTs; made anew, each lies on one.
    StripesLost {
        folders: u64,
    },
    /// A soft limit is crossed: its grace time begins.
    SoftLimit {
        payer: Payer,
    },
    /// Entries were charged to other projects than their folder's; afterwards they are not.
    DriftMended {
        entries: u64,
    },
    /// The destination has something of the same name: these stay where they are.
    Skipped {
        items: u64,
    },
    /// What was there is hidden, kept for undo, and stays charged until it is purged.
    Replaces {
        entries: u64,
        amount: Amount,
    },
    /// What was in these folders moves into others; they themselves stay behind.
    EmptiedFoldersStay {
        folders: u64,
    },
    /// What the move had replaced has been purged and does not come back.
    ReplacedIsGone,
    /// An undo leaves these charged to the destination: their old project ID cannot be brought back.
    UndoneInexactly {
        entries: u64,
    },
    /// The destination has no inherit flag, so the copy is charged to no project.
    ChargedToNobody {
        amount: Amount,
    },
    /// Nobody but root may read the limits here: only the kernel will hold the copy to them.
    LimitsUnknown {
        payer: Payer,
    },
    /// These are brought back from tape first, and charged to the source again.
    Restores {
        entries: u64,
        bytes: u64,
    },
    /// These stay on tape; brought back one day, they are charged to the destination.
    StayOnTape {
        entries: u64,
        bytes: u64,
    },
    /// Symbolic links, fifos and devices that become other inodes of the same content.
    Remade {
        entries: u64,
    },
    /// What listens on them would be cut off by new ones, so these stay charged to the source.
    SocketsStayCharged {
        entries: u64,
    },
    /// What an undo takes away is not as the move left it.
    ChangedMeanwhile {
        path: FilePath,
        changes: Changes,
        /// The original comes back as it was, and the changes stay hidden with the copy.
        stay_behind: bool,
    },
}

/// How a tree differs from what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub added: u64,
    pub removed: u64,
    pub changed: u64,
    /// A few of them.
    pub examples: Vec<FilePath>,
    /// Both sides were compared entry by entry. Else times and numbers tell what they can.
    pub is_exact: bool,
}

impl Changes {
    pub fn is_any(&self) -> bool {
        (self.added, self.removed, self.changed) != (0, 0, 0)
    }
}

/// What stops a plan. All that apply are told together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Request(RequestProblem),
    OutsideRoots(FilePath),
    SourceMissing(FilePath),
    DestinationMissing(FilePath),
    /// A symbolic link or something else where a folder is needed.
    NotAFolder(FilePath),
    /// The caller lacks a right on this folder that a step or its undo needs.
    MayNotChange(FilePath),
    /// Somebody else's, which its folder or the mount lets only its owner rename.
    NotYours(FilePath),
    MayNotRead {
        example: FilePath,
        entries: u64,
    },
    NameTaken {
        path: FilePath,
        /// What has the name.
        by: EntryKind,
    },
    /// The item and what it is to replace are two names of one inode: it would be replaced by itself.
    SameFile {
        path: FilePath,
        other: FilePath,
    },
    MountPoint(FilePath),
    /// Immutable or append-only.
    Frozen {
        example: FilePath,
        entries: u64,
    },
    /// It is charged to another project than its folder, which takes and renames no such thing: it could
    /// neither be hidden there nor come back.
    HeldByItsCharge(FilePath),
    /// It lies on another MDT than its folder, and the servers let no name go between MDTs: it can be neither
    /// hidden there nor renamed (`enable_remote_rename`, recorded).
    HeldByItsServer(FilePath),
    /// The hidden folder of another move lies inside.
    OtherMoveInside(FilePath),
    /// What a finished move keeps for its undo lies inside.
    KeptInside {
        path: FilePath,
        by: MoveId,
    },
    Overlap {
        path: FilePath,
        other: MoveId,
    },
    NoHeadroom {
        payer: Payer,
        needed: Amount,
        headroom: Headroom,
    },
    Released {
        entries: u64,
    },
    /// On tape only, and the archive has lost them: there is nothing to copy.
    Lost {
        example: FilePath,
        entries: u64,
    },
    HardLinksLeaving {
        inodes: u64,
    },
    /// Only root may make device nodes, and the copy would lack them.
    DevicesNeedRoot {
        entries: u64,
    },
    /// Only a folder of a project can be repaired.
    NoProject(FilePath),
    /// Everything in it is charged to its project.
    NothingToRepair(FilePath),
    /// Somebody else's entries are in it, or only root changes project IDs here.
    MayNotRetag(FilePath),
    /// Owner of none of it: not root, and the mount lets only owners change project IDs.
    Unplannable {
        path: FilePath,
        message: String,
    },
    /// An undo finds another world than the move left.
    ChangedSince {
        path: FilePath,
    },
    /// Everything was to be skipped.
    NothingLeft,
    /// Two folders meet in more places than one plan holds.
    TooManyToMerge,
}

/// An inode: what a path may lead to by several ways, a bind mount for instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub device: u64,
    pub identity: Identity,
}

/// A folder by path and identity: found by the one, trusted by the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRef {
    pub path: FilePath,
    pub identity: Identity,
    pub device: u64,
    /// What new entries in it are charged to; none without project IDs.
    pub tag: Option<ProjectTag>,
}

/// One item with all that its steps need to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedItem {
    #[serde(default)]
    pub verb: Verb,
    pub kind: EntryKind,
    pub strategy: Strategy,
    pub reason: StrategyReason,
    pub source_folder: FolderRef,
    pub source_name: FileName,
    /// The item's own.
    pub identity: Identity,
    pub source_tag: Option<ProjectTag>,
    pub mode: u32,
    pub destination_folder: FolderRef,
    pub destination_name: FileName,
    pub tally: Tally,
    /// The item is the copy that a finished staged copy made: undoing brings back the
    /// source it retired, and copies nothing. Or it is what was trashed, and comes back itself.
    pub kept: Option<KeptSource>,
    /// Every folder that the source or the destination lies in.
    #[serde(default)]
    pub above: Vec<Place>,
    /// Inodes of the source's file system that have names elsewhere too, or the first thousand of them.
    #[serde(default)]
    pub shared: BTreeSet<u64>,
    /// What has the destination name: hidden first, under this very move.
    #[serde(default)]
    pub replaces: Option<Replaced>,
    /// What the undone move had replaced: it gets its name again once the item has left it.
    #[serde(default)]
    pub restores: Option<Restored>,
    /// What a repair charges to the item's own project again.
    #[serde(default)]
    pub repairs: Option<Repair>,
}

/// What is charged to other projects below a folder, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// None stands for all those that are not told apart.
    pub strays: Vec<(Option<ProjectId>, Amount)>,
    /// All that have another project ID or lack the inherit flag.
    pub entries: u64,
    /// An undo: the IDs that the undone move has written down come back.
    pub gives_back: bool,
}

impl Repair {
    pub fn amount(&self) -> Amount {
        self.strays.iter().fold(Amount::ZERO, |sum, (_, amount)| sum + *amount)
    }
}

impl PlannedItem {
    /// The name that it has before the move.
    pub fn source_path(&self) -> FilePath {
        self.source_folder.path.join(self.source_name.clone())
    }

    /// The name that it is to have.
    pub fn destination_path(&self) -> FilePath {
        self.destination_folder.path.join(self.destination_name.clone())
    }

    /// Whether something grows in hiding in the destination folder and is published from there.
    pub fn is_staged(&self) -> bool {
        self.kept.is_none() && matches!(self.strategy, Strategy::StagedCopy | Strategy::PiecewiseRename)
    }

    /// Whether the source is hidden beside itself before the destination name appears.
    pub fn retires_source(&self) -> bool {
        self.keeps_source() || self.strategy == Strategy::PiecewiseRename
    }

    /// Whether the retired source stays, and stays charged, after the move.
    pub fn keeps_source(&self) -> bool {
        match self.verb {
            Verb::Move if self.is_from_trash() => false,
            Verb::Move => self.strategy == Strategy::StagedCopy || self.kept.is_some(),
            Verb::Copy | Verb::Repair => false,
            Verb::Trash => true,
        }
    }

    /// Whether the item is itself what a finished move has hidden.
    pub fn is_from_trash(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.identity == self.identity)
    }

    /// Whether what gets the destination name was hidden before.
    pub fn comes_out_of_hiding(&self) -> bool {
        self.is_staged() || self.kept.is_some()
    }

    /// Whether something stays hidden after the move, for its undo or its purge.
    pub fn keeps_something(&self) -> bool {
        self.keeps_source() || self.replaces.is_some()
    }

    /// Whether content has to come back from tape before it can be copied.
    pub fn restores_from_tape(&self) -> bool {
        self.strategy == Strategy::StagedCopy && self.kept.is_none() && self.tally.released > 0
    }

    /// What its copy will be charged.
    pub fn copied_amount(&self) -> Amount {
        let restored = if self.restores_from_tape() { self.tally.released_bytes } else { 0 };
        self.tally.amount + Amount { bytes: restored, inodes: 0 }
    }

    /// Whether the rename that publishes it charges the destination.
    pub fn is_recharged_by_its_rename(&self) -> bool {
        self.strategy == Strategy::Rename && self.reason == StrategyReason::RenameRecharges
    }

    /// Whether project IDs are changed in place.
    pub fn is_retagged(&self) -> bool {
        matches!(self.strategy, Strategy::RetagAndRename | Strategy::RetagWithHop)
    }
}

/// A retired source that waits for an undo or a purge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSource {
    /// The finished move that retired it, and the item's position there.
    pub move_id: MoveId,
    pub item: u32,
    pub identity: Identity,
    pub mode: u32,
}

/// `.tidelock-<move>.<item>.retired`: under which an item lies hidden beside where it was.
pub(crate) fn retired_name(id: MoveId, item: u32) -> Option<FileName> {
    hidden_name(id, item, ".retired")
}

/// Under which something of an item lies hidden; what it is stands at the end, and nothing of what is staged.
pub(crate) fn hidden_name(id: MoveId, item: u32, role: &str) -> Option<FileName> {
    FileName::new(format!(".tidelock-{id}.{item}{role}").into_bytes()).ok()
}

/// Something that has an item's destination name and makes room for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    pub identity: Identity,
    pub kind: EntryKind,
    pub entries: u64,
    pub amount: Amount,
}

/// What a finished move had replaced and keeps hidden, waiting for its undo or its purge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The move that hid it, and the item's position there: the hidden name is made of them.
    pub move_id: MoveId,
    pub item: u32,
    pub old: Replaced,
    /// Where that move is written down.
    #[serde(default)]
    pub record_folder: Option<FolderRef>,
}

/// Room set aside for one move at one payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub payer: Payer,
    /// A folder to ask the numbers of.
    pub folder: FolderRef,
    pub amount: Amount,
    /// The items that come to be charged here step by step, by position: what is copied or retagged.
    #[serde(default, alias = "copies")]
    pub items: Vec<u32>,
    /// Usage here follows what is charged only after a while.
    #[serde(default)]
    pub settles_late: bool,
}

/// Who is charged: a project of a mount, or the whole mount where it has no projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Payer {
    pub device: u64,
    pub project: Option<ProjectId>,
}
