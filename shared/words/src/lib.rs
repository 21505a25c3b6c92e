//! Sentences for people, from Fluent files to functions.
//!
//! A folder has one folder for each language, with the same messages in all of them. A crate's build
//! script calls [`generate`] and gets a function for each message, whose arguments the compiler checks,
//! and beside it a catalogue for each language, which `tidelock_shared::words` reads while the program
//! runs. A message that a language lacks, or has with other arguments, ends the build.
//!
//! What is understood is the part of Fluent that one needs without a library in the browser:
//!
//! * text, with `{ $argument }` in it; a line break within a message is a space
//! * `{ $count -> [one] … *[other] … }`, whose argument is a number; all others are texts
//! * attributes: `.hint` of `name-taken` becomes `name_taken_hint`
//!
//! Not here: how a message is filled (`tidelock_shared::words`), and whose language it is.

#![expect(clippy::print_stdout, reason = "a build script speaks to cargo through it")]

mod catalogue;
mod compact;
mod message;
mod rust;

pub use catalogue::{Catalogue, read_all};
pub use compact::compact;

use anyhow::{Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// For a build script: writes `words.rs` and `words.LANGUAGE.txt` for each language to where its crate
/// includes them from. The first language is the one whose sentences stand in the functions' documentation.
pub fn generate(folder: &str) -> Result<()> {
    let folder = Path::new(folder);
    let out = PathBuf::from(env::var_os("OUT_DIR").context("this is no build script")?);
    println!("cargo::rerun-if-changed={}", folder.display());
    let catalogues = read_all(folder)?;
    for catalogue in &catalogues {
        let file = out.join(format!("words.{}.txt", catalogue.language));
        fs::write(&file, compact(catalogue)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let first = catalogues.first().context("there is no language")?;
    fs::write(out.join("words.rs"), rust::functions(first)).context("cannot write the functions")
}
