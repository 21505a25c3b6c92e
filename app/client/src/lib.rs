//! What a browser starts. A crate of its own, so that only the client is linked as a module.
//!
//! Not here: anything that a page shows or does (`tidelock_app`).
#![cfg(target_family = "wasm")]

/// Called by the page's script once this module is there.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    tidelock_app::hydrate();
}
