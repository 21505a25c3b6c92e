//! Has cargo compile the program anew when the site that it embeds has changed.

use std::{fs, io};

fn main() -> io::Result<()> {
    // The folder is empty until `cargo xtask build` fills it. The program then compiles all the
    // same, and serves pages that do not come alive.
    let site = "../target/site";
    fs::create_dir_all(site)?;
    println!("cargo::rerun-if-changed={site}");
    Ok(())
}
