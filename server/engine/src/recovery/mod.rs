//! What a move leaves for those who come without its journal.
//!
//! A record lies hidden beside the source while anything of the move may be half-way or hidden:
//! it is enough to finish the move or to take it back when the database is lost.

mod record;

pub use record::{Record, RecordedNote};
