//! What a move does to one payer: the sums of all its items.

use std::collections::BTreeMap;

use tidelock_shared::plan::ProjectRole;
use tidelock_shared::quota::Amount;

use crate::planner::plan::{FolderRef, Payer, PlannedItem, Repair, Reservation};

/// The hidden folder in which links and pipes are made anew: an inode, and a block for the names in it.
pub(super) const WORKSHOP: Amount = Amount { bytes: 4096, inodes: 1 };

/// What comes to one payer and what leaves it.
pub(super) struct Flow {
    pub(super) folder: FolderRef,
    pub(super) gained: Amount,
    pub(super) lost: Amount,
    pub(super) is_source: bool,
    pub(super) is_destination: bool,
    /// The items that are charged here by being copied or retagged.
    pub(super) items: Vec<u32>,
    pub(super) settles_late: bool,
    /// What is charged on the way and gone in the end.
    pub(super) for_a_while: Amount,
}

/// What others are charged for comes to the folder's own project, or goes back to them.
pub(super) fn repair(flows: &mut BTreeMap<Payer, Flow>, item: &PlannedItem, own: Payer, repair: &Repair, settles_late: bool) {
    for (project, amount) in &repair.strays {
        let other = project.map(|project| Payer { project: Some(project), ..own });
        let (from, to) = if repair.gives_back { (Some(own), other) } else { (other, Some(own)) };
        if let Some(from) = from {
            let flow = flows.entry(from).or_insert_with(|| Flow::at(&item.destination_folder));
            (flow.is_source, flow.lost) = (true, flow.lost + *amount);
        }
        if let Some(to) = to {
            let flow = flows.entry(to).or_insert_with(|| Flow::at(&item.destination_folder));
            (flow.is_destination, flow.gained) = (true, flow.gained + *amount);
            flow.settles_late |= settles_late;
        }
    }
    flows.entry(own).or_insert_with(|| Flow::at(&item.destination_folder)).is_destination |= !repair.gives_back;
}

impl Flow {
    pub(super) fn at(folder: &FolderRef) -> Self {
        Self {
            folder: folder.clone(),
            gained: Amount::ZERO,
            lost: Amount::ZERO,
            is_source: false,
            is_destination: false,
            items: Vec::new(),
            settles_late: false,
            for_a_while: Amount::ZERO,
        }
    }

    pub(super) fn reservation(&self, payer: Payer) -> Reservation {
        let Self { folder, items, settles_late, .. } = self;
        let amount = self.gained + self.for_a_while;
        Reservation { payer, folder: folder.clone(), amount, items: items.clone(), settles_late: *settles_late }
    }

    pub(super) fn role(&self) -> ProjectRole {
        match (self.is_source, self.is_destination) {
            (true, true) => ProjectRole::Both,
            (true, false) => ProjectRole::Source,
            _ => ProjectRole::Destination,
        }
    }
}
