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
pub mod notify;
pub mod pages;
pub mod preference;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod service;
pub mod shell;
pub mod state;
pub mod words;

pub use app::App;
pub use shell::shell;

/// Takes over the page that the server rendered, once its code and its sentences are there. Where
/// these cannot be had, what the server rendered stays as it is.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    js_sys::futures::spawn_local(async {
        if words::load().await.is_some() && load_rendered().await.is_ok() {
            leptos::mount::hydrate_body(App);
        }
    });
}

/// Loads the code of all that the server has rendered.
#[cfg(feature = "hydrate")]
async fn load_rendered() -> Result<(), wasm_split_helpers::SplitLoaderError> {
    let path = browser::path();
    if path.starts_with(pages::lazy::BOARD) {
        pages::lazy::load_administration().await?;
    } else if !path.starts_with(state::pane::BROWSE) {
        pages::lazy::load().await?;
    }
    if browser::has(".tray") {
        components::tray::load().await?;
    }
    Ok(())
}
