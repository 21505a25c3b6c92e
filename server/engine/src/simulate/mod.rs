//! One seed makes one world and one verdict.
//!
//! A world is a random site with random trees, moves that interleave at every file-system call,
//! others who work on the same files, calls that fail, a journal on a disk that fails as disks do,
//! and processes and machines that die, also while they recover. In the end everything is let
//! run undisturbed, and then every file must be there exactly once with all that belongs to
//! it, every charge right, every move at rest, and nothing left behind.
//!
//! The same seed makes the same trace to the bit: nothing here knows the time or draws from
//! the system. The journal is as in life, down to the calls of SQLite on its files; only those are
//! simulated (`disk.rs`).
//!
//! Not here: the worlds of the tests, which try one thing in every place.

mod census;
mod check;
mod disk;
mod furnish;
mod interference;
mod lives;
mod model;
mod others;
mod promises;
mod stage;

pub use interference::Fired;

/// What one seed found.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub seed: u64,
    /// The site and who moved, in a few words.
    pub world: String,
    /// Every offence; none in a world that held.
    pub offences: Vec<String>,
    /// How often each fault, each kind of others' work and each ending occurred.
    pub fired: Fired,
    /// A number that two runs of a seed agree on exactly if their traces do.
    pub digest: u64,
    /// Every call with its answer, where it was asked for.
    pub trace: Vec<String>,
}

/// Runs the world of a seed to its end and judges it.
pub fn run(seed: u64, with_trace: bool) -> Verdict {
    lives::run(seed, with_trace)
}
