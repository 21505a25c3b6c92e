//! A simulated site: Lustre of several releases, ext4, XFS, in memory and seeded.
//!
//! It decides renames, links, project IDs, limits, durability and rights as the recordings
//! say the kernels do (`rules`), loses in a power cut what was not synced (`durability`),
//! and fails or stops where it is told to (`faults`). The demo's world outlives the process
//! as a log (`store`).
//!
//! Known to be simpler than life: usage settles at once (seconds on Lustre), limits bind
//! exactly (loosely on Lustre), and a read of a released file is counted and refused where
//! the kernel would block.

mod access;
mod attributes;
mod calls;
mod content;
mod durability;
mod exchange;
mod faults;
mod hsm;
mod names;
mod random;
mod rules;
mod site;
mod store;
mod world;

pub use faults::{Faults, Stopped, Watch};
pub use random::Random;
pub use rules::Personality;
pub use site::{Pace, Retaggers, Simulator, Site, SiteMount};
