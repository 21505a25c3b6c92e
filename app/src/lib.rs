//! Pages.
#[cfg(feature = "ssr")]
pub mod service;
