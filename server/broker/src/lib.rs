//! The only part of a site's server that has privilege.
//!
//! The server itself may do nothing on the managed file systems. For each user it asks the broker for a worker: a
//! process that has become that user for good, which surveys, lists and runs steps with their rights. What the
//! broker can be asked is [`Request`], whole; it hears one peer only, and takes names of users and nothing else: no
//! path, no number, no option. Who a user is it looks up itself. For what belongs to nobody, and for limits, there
//! is a worker that reads everything and changes nothing.
//!
//! | file | what it is |
//! |---|---|
//! | `message.rs` | what can be asked and answered |
//! | `channel.rs` | one message and one descriptor over a Unix socket |
//! | `account.rs` | from a name to what the kernel checks |
//! | `listen.rs` | the broker: hears, looks up, starts |
//! | `confine.rs` | the worker: becomes the user and gives up all else, before it hears anybody |
//! | `ask.rs` | the server's side |
//!
//! Not here: what a worker does. Whoever starts the broker says which program a worker is.

mod account;
mod ask;
mod channel;
mod confine;
mod listen;
mod message;

pub use account::{Account, Unsuitable};
pub use ask::{AskError, Broker};
pub use confine::{ConfineError, Confined, Identity, become_for_good};
pub use listen::{ListenError, Listening, Site};
pub use message::{Answer, Request};
