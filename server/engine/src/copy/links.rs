//! Inodes with several names: the first name met is copied, the others become links to its copy.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tidelock_shared::name::FileName;

/// What is known of each inode with several names. `J` is what waits for a copy under way.
pub(super) struct Links<J> {
    by_inode: HashMap<u64, First<J>>,
}

/// Where a copy is: the folders that lead to it from the copy's top, and its name.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) folders: Vec<FileName>,
    pub(super) name: FileName,
}

enum First<J> {
    /// Somebody copies it; these want to be links to it.
    UnderWay(Vec<J>),
    At(Place),
}

/// What to do with one of several names.
pub(super) enum Claim {
    /// Copy the inode, then [`Links::settle`].
    First,
    /// Link to this copy of it.
    LinkTo(Place),
    /// Nothing: it comes back from [`Links::settle`].
    Later,
}

impl<J> Links<J> {
    pub(super) fn none() -> Self {
        Self { by_inode: HashMap::new() }
    }

    /// Tells what to do with a name; `wait` is kept if it has to wait for another one's copy.
    pub(super) fn claim(&mut self, inode: u64, wait: impl FnOnce() -> J) -> Claim {
        match self.by_inode.entry(inode) {
            Entry::Vacant(vacant) => {
                vacant.insert(First::UnderWay(Vec::new()));
                Claim::First
            }
            Entry::Occupied(mut known) => match known.get_mut() {
                First::UnderWay(waiting) => {
                    waiting.push(wait());
                    Claim::Later
                }
                First::At(place) => Claim::LinkTo(place.clone()),
            },
        }
    }

    /// The first copy is there; answers those who waited for it.
    pub(super) fn settle(&mut self, inode: u64, place: Place) -> Vec<J> {
        match self.by_inode.insert(inode, First::At(place)) {
            Some(First::UnderWay(waiting)) => waiting,
            Some(First::At(_)) | None => Vec::new(),
        }
    }
}
