//! The values that the browser and the server both name, and the rules over them.
//!
//! The same validation and the same arithmetic run twice: in the browser, so that
//! a person sees at once what a move will cost, and on the server, which decides.
//!
//! Not here: anything that reads a file, a clock or the network. This crate
//! compiles to wasm as it is, and a type lives here only if both sides name it.

pub mod access;
pub mod audit;
pub mod content;
pub mod drift;
pub mod history;
pub mod id;
pub mod inventory;
pub mod leftovers;
pub mod limits;
pub mod listing;
pub mod name;
pub mod plan;
pub mod preview;
pub mod progress;
pub mod project;
pub mod quota;
pub mod request;
pub mod search;
pub mod strategy;
pub mod upload;
pub mod user_error;
pub mod words;
