//! Drift: what is charged to another project than the tree says, and what the file system counts
//! otherwise than its entries say.
//!
//! Four findings are kept apart, since their causes and cures differ: *tag drift* (an entry's own
//! project ID is not its project's, or a folder lacks the inherit flag), *accounting drift* (other
//! inodes are counted than there are), *object drift* (the inodes agree and the bytes do not) and
//! *over limit*. `scan` walks and reads, `compare` says what the numbers mean.
//!
//! Not here: changing anything, and sentences for people.

mod compare;
mod scan;

pub use compare::{Finding, Quantity, Readings, Recount, Stray, compare};
pub use scan::{Pace, Scan, Scanner};
