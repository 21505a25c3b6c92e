//! Uploads: what is sent grows in a hidden folder inside the destination, and appears at once.
//!
//! ```text
//! DESTINATION/.tidelock-upload-<id>/     mode 0700, on the MDT of the destination
//!     .tidelock-description              what is to come; written before the first byte
//!     …                                  what has come; a file's length says how far
//!     .tidelock-publishing               the names it gets; written once everything is here
//! ```
//!
//! Where a file's next byte belongs is asked of the file system and nowhere else, so a restart of
//! the server forgets nothing. Each chunk is synced before it is answered. The end goes as in a move:
//! all is made durable, the record says which names appear, each appears without replacing anything,
//! a barrier makes that durable, and the hidden folder goes. With the record an end that was broken
//! off only goes forward; without it nothing can be seen, and a cancel removes everything.
//!
//! The folder's name begins like a move's, so that listings, downloads and surveys pass over it, and
//! no move takes it along. It has no `.` after that, and `upload` is no engine's name: what looks for a
//! move's leftovers reads no move's name in it and leaves it alone, whatever its age. Which uploads
//! there are says a list in the state folder; what is not in the list nobody can write to.
//!
//! Not here: who may ask for what, and sentences about it (`service::uploads`), and requests (`http`).

mod barrier;
mod publish;
mod receive;
mod registry;
mod staging;

pub(crate) use publish::{FinishError, finish};
pub(crate) use receive::{ReceiveError, Receiving, lengths};
pub(crate) use registry::{Entry, Hold, Uploads};
pub(crate) use staging::{Description, Staging, StagingError, is_hidden_folder_of_an_upload};

#[cfg(test)]
mod tests;
