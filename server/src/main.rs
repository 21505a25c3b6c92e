//! The program: one binary, with the site inside.
//!
//! Not here: what it does, which is the library's, so that only this file waits for the site.

use rust_embed::RustEmbed;
use std::process::ExitCode;
use tidelock_server::Assets;

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Site;

fn main() -> ExitCode {
    // Compiles this file anew whenever the site has changed.
    let digest = include_str!("../../target/site.digest");
    tidelock_server::main(Assets::of::<Site>(digest))
}
