//! Moves whose trees overlap never run together.
//!
//! Compared by path and by identity, so that a tree is recognised through a bind mount, and a file
//! by its other hard link, wherever a plan has met it. Not known: a folder mounted elsewhere from
//! the middle of a tree, of which no plan has seen the inside, and files with names in two trees
//! beyond the first thousand of each.

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::Strategy;

use super::plan::{Place, PlannedItem, Refusal};

/// Everything that a move works on.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    paths: Vec<FilePath>,
    /// What it moves, replaces or brings back: trees that are its own for the time being.
    tops: BTreeSet<Place>,
    /// The folders that these lie in.
    above: BTreeSet<Place>,
    /// The names that appear.
    names: BTreeSet<(Place, FileName)>,
    /// Device and inode of what has names outside, and is charged anew.
    shared: BTreeSet<(u64, u64)>,
}

/// A move that has not ended, or ended after the plan that it is compared with began.
#[derive(Clone, Debug)]
pub struct OpenMove {
    pub id: MoveId,
    pub footprint: Footprint,
}

impl Footprint {
    pub fn of(items: &[PlannedItem]) -> Self {
        let mut footprint = Self::default();
        for item in items {
            let (from, to) = (&item.source_folder, &item.destination_folder);
            footprint.paths.push(from.path.join(item.source_name.clone()));
            footprint.paths.push(to.path.join(item.destination_name.clone()));
            footprint.tops.insert(Place { device: from.device, identity: item.identity.clone() });
            let others = [
                item.replaces.as_ref().map(|old| (to.device, &old.identity)),
                item.kept.as_ref().map(|kept| (to.device, &kept.identity)),
                item.restores.as_ref().map(|restored| (from.device, &restored.old.identity)),
            ];
            let place = |(device, identity): (u64, &crate::fs::Identity)| Place { device, identity: identity.clone() };
            footprint.tops.extend(others.into_iter().flatten().map(place));
            footprint.above.extend(item.above.iter().cloned());
            let charges_in_place = item.is_retagged() || item.is_recharged_by_its_rename();
            if charges_in_place || matches!(item.strategy, Strategy::PiecewiseRename | Strategy::Retag) {
                footprint.shared.extend(item.shared.iter().map(|inode| (from.device, *inode)));
            }
            footprint.names.insert((place((to.device, &to.identity)), item.destination_name.clone()));
        }
        footprint
    }

    fn meets(&self, other: &Self) -> bool {
        let shares = |a: &BTreeSet<Place>, b: &BTreeSet<Place>| a.intersection(b).next().is_some();
        let path_meets =
            |path: &FilePath| other.paths.iter().any(|theirs| path.is_at_or_below(theirs) || theirs.is_at_or_below(path));
        self.paths.iter().any(path_meets)
            || shares(&self.tops, &other.tops)
            || shares(&self.tops, &other.above)
            || shares(&self.above, &other.tops)
            || self.names.intersection(&other.names).next().is_some()
            || self.shared.intersection(&other.shared).next().is_some()
    }
}

/// One refusal for each item that meets an open move.
pub fn overlaps(items: &[PlannedItem], open: &[OpenMove]) -> Vec<Refusal> {
    let meets = |item: &PlannedItem| {
        let footprint = Footprint::of(std::slice::from_ref(item));
        let other = open.iter().find(|open| footprint.meets(&open.footprint))?;
        Some(Refusal::Overlap { path: item.source_path(), other: other.id })
    };
    items.iter().filter_map(meets).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Identity;

    fn place(text: &str) -> Place {
        let device = if text.starts_with('n') { 2 } else { 1 };
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        Place { device, identity: Identity::try_from(hex).unwrap() }
    }

    fn footprint(path: &str, top: &str, above: &[&str]) -> Footprint {
        Footprint {
            paths: vec![FilePath::parse(path.as_bytes()).unwrap()],
            tops: [place(top)].into(),
            above: above.iter().map(|text| place(text)).collect(),
            ..Footprint::default()
        }
    }

    #[test]
    fn a_tree_is_recognised_through_another_path() {
        let tree = footprint("/m/alpha/tree", "tree", &["alpha"]);
        for (other, meets) in [
            (footprint("/m/alpha/tree/sub", "sub", &["alpha", "tree"]), true),
            (footprint("/bound/sub", "sub", &["bound", "tree"]), true),
            (footprint("/m/beta/second name", "tree", &["beta"]), true),
            (footprint("/m/alpha/twin", "twin", &["alpha"]), false),
            (footprint("/n/beta/tree", "n tree", &["n beta"]), false),
        ] {
            assert_eq!(tree.meets(&other), meets, "{other:?}");
            assert_eq!(other.meets(&tree), meets, "{other:?}");
        }
    }

    #[test]
    fn a_file_with_names_in_two_trees_keeps_them_apart() {
        let with = |path, top, shared: &[u64]| {
            let shared = shared.iter().map(|inode| (1, *inode)).collect();
            Footprint { shared, ..footprint(path, top, &[]) }
        };
        let first = with("/m/alpha/tree", "tree", &[7, 8]);
        assert!(first.meets(&with("/m/alpha/twin", "twin", &[8])));
        assert!(!first.meets(&with("/m/alpha/twin", "twin", &[9])));
    }

    #[test]
    fn two_moves_cannot_have_one_name() {
        let name = |text: &[u8]| (place("beta"), FileName::new(text).unwrap());
        let with = |path, top, text: &[u8]| Footprint { names: [name(text)].into(), ..footprint(path, top, &[]) };
        let first = with("/a", "a", b"results");
        assert!(first.meets(&with("/b", "b", b"results")));
        assert!(!first.meets(&with("/b", "b", b"other")));
    }
}
