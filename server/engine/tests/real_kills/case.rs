//! Which move is tried: one of every way that a move can go here, made by a number.

/// One way of moving something out of the first project.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// Below the folder of the first project.
    pub(crate) sources: &'static [&'static str],
    /// Below the site; none is the folder on the other mount.
    pub(crate) destination: &'static str,
    pub(crate) on_conflict: &'static str,
    /// A finished move is undone, and that is killed.
    pub(crate) is_undo: bool,
}

const fn way(name: &'static str, sources: &'static [&'static str], destination: &'static str) -> Way {
    Way { name, sources, destination, on_conflict: "refuse", is_undo: false }
}

impl Way {
    const fn where_taken(self, on_conflict: &'static str) -> Self {
        Self { on_conflict, ..self }
    }

    const fn undone(self) -> Self {
        Self { is_undo: true, ..self }
    }
}

/// No kernel but Lustre's recharges by a rename, so there is no piecewise rename here.
const WAYS: [Way; 14] = [
    way("rename", &["tree"], "alpha/other"),
    way("retag", &["plain"], "beta"),
    way("retag-remade", &["tree"], "beta"),
    way("copy-elsewhere", &["tree"], ""),
    way("copy-between-projects", &["linked"], "beta"),
    way("copy-of-a-pipe", &["pipe"], "beta"),
    way("keep-both", &["taken"], "beta").where_taken("keep-both"),
    way("replace", &["taken"], "beta").where_taken("replace"),
    way("replace-by-a-copy", &["taken"], "").where_taken("replace"),
    way("merge", &["taken"], "beta").where_taken("merge"),
    way("several", &["plain", "single", "tree"], "beta"),
    way("undo-of-a-retag", &["tree"], "beta").undone(),
    way("undo-of-a-copy", &["tree"], "").undone(),
    way("undo-of-a-replace", &["taken"], "beta").where_taken("replace").undone(),
];

/// So many kills of each way and caller meet the same tree, which is observed only once.
const KILLS_A_TREE: u64 = 8;
const ALICE: u32 = 1000;

/// What a kill's number stands for.
pub(crate) struct Case {
    pub(crate) way: &'static Way,
    pub(crate) caller: u32,
    /// Makes the tree.
    pub(crate) tree: u64,
}

impl Case {
    pub(crate) fn of(number: u64) -> Self {
        let kinds = WAYS.len() as u64 * 2;
        let (turn, kind) = (number / kinds, number % kinds);
        let way = &WAYS[usize::try_from(kind / 2).unwrap()];
        // Both callers come early, so that few kills meet both.
        let caller = if (kind + turn) % 2 == 0 { 0 } else { ALICE };
        Self { way, caller, tree: turn / KILLS_A_TREE }
    }

    /// The same for all cases that go alike.
    pub(crate) fn key(&self) -> String {
        let who = if self.caller == 0 { "root" } else { "a-user" };
        format!("{}.{who}.{}", self.way.name, self.tree)
    }
}

/// Numbers that look drawn and come again for the same seed (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
