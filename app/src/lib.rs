//! Tidelock's pages: rendered on the server, taken over by the browser.
pub mod api;
pub mod format;
pub mod service;
pub mod state;
