//! What a move leaves for those who come without its journal, and what can be made of it.
//!
//! A record lies hidden beside the source while anything of the move may be half-way or hidden:
//! it is enough to finish the move or to take it back when the database is lost. What lies about
//! without anybody who knows of it is found, attributed, and goes or comes back on a person's word.
//!
//! Not here: taking up what the journal knows (`Engine::recover`), which is the usual start.

mod act;
mod epoch;
mod orphans;
mod own_file;
mod plan;
mod rebuild;
mod record;
mod whereabouts;

pub use orphans::{Found, Orphan, Word};
pub(crate) use own_file::{Access, OwnFile};
pub use plan::{Role, Verdict};
pub(crate) use plan::{barrier_of, move_of_hidden};
pub use record::{Record, RecordedNote};
pub use whereabouts::Lies;
