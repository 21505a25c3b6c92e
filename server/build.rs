//! Lets the program compile where no site has been built, and makes functions of its sentences (`server/words`).

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    tidelock_words::generate("words")?;
    // Until `cargo xtask build` fills it, pages do not come alive. Its changes are `main.rs`' matter:
    // whatever this script notices compiles the whole library anew.
    println!("cargo::rerun-if-changed=build.rs");
    fs::create_dir_all("../target/site")?;
    let digest = Path::new("../target/site.digest");
    if !digest.exists() {
        fs::write(digest, "none")?;
    }
    Ok(())
}
