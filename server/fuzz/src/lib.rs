//! One function for each parser of what comes from outside: it takes any bytes, and says so by a panic where what is read
//! breaks a promise. `cargo xtask fuzz` finds the bytes; those worth keeping are in `corpus`, and CI tries them all again.
//!
//! Here is what can be asked of public types; what is private is asked beside the parser, in the `fuzz.rs` of its folder.

mod arguments;
mod paths;
mod records;

pub use arguments::arguments;
pub use paths::paths;
pub use records::records;
pub use tidelock_engine::fuzzing::{ioctl_answers, worker_protocol};
pub use tidelock_server::fuzzing::{cookies, tokens};
