//! What a survey has counted of an item, and what a copy of it cannot keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidelock_shared::quota::Amount;

/// What a survey counted in one tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub entries: u64,
    /// What the tree is charged: allocated bytes and inodes.
    pub amount: Amount,
    /// Bytes that a copy would read, holes left out.
    pub content_bytes: u64,
    pub other_kinds: u64,
    pub released: u64,
    /// Bytes that come back, and are charged again, when the released files do.
    #[serde(default)]
    pub released_bytes: u64,
    pub hard_links_leaving: u64,
    /// What a copy cannot keep, per class, with the number of entries.
    pub losses: BTreeMap<Loss, u64>,
}

impl Tally {
    /// Adds what was counted in another part of the tree.
    pub fn add(&mut self, more: &Self) {
        self.entries += more.entries;
        self.amount += more.amount;
        self.content_bytes = self.content_bytes.saturating_add(more.content_bytes);
        self.other_kinds += more.other_kinds;
        self.released += more.released;
        self.released_bytes = self.released_bytes.saturating_add(more.released_bytes);
        self.hard_links_leaving += more.hard_links_leaving;
        for (loss, count) in &more.losses {
            *self.losses.entry(*loss).or_default() += count;
        }
    }
}

/// Metadata that a mount or the caller's rights cannot keep in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Owner or group, and with them the setuid and setgid bits.
    Owner,
    /// `security.*` and `trusted.*` attributes, file capabilities among them.
    PrivilegedAttributes,
    /// The destination has no extended attributes, so no ACLs either.
    ExtendedAttributes,
    /// No-dump, immutable, append-only, ….
    InodeFlags,
    /// The destination keeps whole seconds only.
    Nanoseconds,
    /// Over which servers content is laid out, where the destination's cannot do the same.
    Layout,
}
