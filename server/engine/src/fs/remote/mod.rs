//! A file system that another process reaches, over one connected Unix socket.
//!
//! The process on the other side has become somebody, so its calls are checked as his, and what the
//! kernel refuses him is refused here. Many calls are under way at once: each is one frame with a number,
//! and so is its answer. Open folders and files stay over there; here they are numbers that are given
//! back when they are dropped.
//!
//! Neither side believes the other. What is too long, unknown or makes no sense ends the connection,
//! and nothing else; whatever was under way then fails with `ENOTCONN`, as soon as the other side has
//! closed its end: as long as it has not, it may still be doing it.
//!
//! Not here: what a step is. Orders and reports go through as bytes (`worker`).

mod answer;
mod calls;
mod client;
mod connection;
mod frame;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod greeting;
mod informant;
mod message;
mod stream;
mod table;

pub(crate) use answer::answer;
pub(super) use client::Opened;
pub use client::Remote;
pub(crate) use connection::{Conversation, Lost, ORDERS_AT_ONCE};
pub(crate) use frame::{Frame, FrameReader, FrameWriter, Sealed, Unreadable, opened};
pub use greeting::GreetingError;
pub(crate) use greeting::{greet, welcome};
pub use informant::Informant;
pub(crate) use message::{CALLS_AT_ONCE, Request};
pub(crate) use table::Table;
