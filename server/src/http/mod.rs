//! The web server: binds, recovers, serves until it is told to stop.
//!
//! A port is bound and the state folder is held before the address is printed, so whoever reads
//! the address can rely on both. Nothing but the question whether it is ready is answered before
//! recovery is through.
//!
//! Not here: what is asked (`service`), who asks (`identity`), the feeds (`events`).

mod answer;
mod download;
mod guard;
mod listening;
mod openid;
mod origin;
mod page;
mod router;
mod serve;
mod server_file;
mod sign_in;
mod start;
mod state;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use serve::serve;
pub(crate) use server_file::Address;
pub(crate) use start::{DriftScans, Mode, Serve, ServeError, Upkeep};
