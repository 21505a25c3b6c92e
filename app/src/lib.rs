//! Tidelock's pages: rendered on the server, taken over by the browser.
//!
//! Pages load, components show, `state` thinks, and `desk` holds what outlives a page. What
//! they ask of the server goes through the functions in `api`, which the server answers with
//! its [`service::MoveService`].
//!
//! Not here: files, the engine, the database. Nothing in this crate can reach them.

pub mod api;
pub mod app;
pub mod browser;
pub mod components;
pub mod desk;
pub mod format;
pub mod live;
pub mod loading;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod service;
pub mod shell;
pub mod state;
pub mod theme;

pub use app::App;
pub use shell::shell;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
