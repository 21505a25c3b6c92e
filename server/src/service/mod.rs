//! What pages and programs ask, answered by the engine: the app's `MoveService` for one caller.
//!
//! The engine is synchronous, so every question runs on a thread of its own and none in a handler.
//!
//! Everything is done by whoever acts for the caller, with the caller's rights. In the demo moves run with the
//! rights of an administrator's helper, and belong to everybody; but what is listed and counted is seen with the
//! caller's own rights, and who may not change a folder cannot have anything moved into or out of it.
//!
//! Not here: sentences for people (`user_error`), values for the wire (`convert`), and the feeds
//! of progress (`events`).

mod access;
mod asked;
mod asker;
mod audits;
mod busy;
pub(crate) mod content;
mod drifts;
mod drivers;
mod folder;
mod inventories;
mod leftovers;
mod projects;
mod rights;
mod searches;
mod site;
mod surveys;
mod uploads;

pub(crate) use asker::{Asker, EngineService};
pub(crate) use busy::{Busy, Kind, Place};
pub(crate) use drifts::Drifts;
pub(crate) use drivers::Drivers;
pub(crate) use inventories::Inventories;
pub(crate) use leftovers::Leftovers;
pub(crate) use projects::{sample, visible};
pub(crate) use searches::Searches;
pub(crate) use site::{Eyes, Site};
pub(crate) use surveys::Surveys;
pub(crate) use uploads::{Filling, look_after as look_after_uploads};
