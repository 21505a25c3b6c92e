//! The browser's half: compiled to wasm, split, bound to JavaScript.
//!
//! `#[wasm_split]` in `app` says what a browser loads later. The splitter finds those functions, and
//! what only they need, by the linker's relocations. Unsplit such a client would not start, so it is
//! split in every profile.
//!
//! Not here: what else the site consists of (`build`), and how its files are compressed (`site`).

use crate::build::Profile;
use anyhow::{Context, Result, anyhow, ensure};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;
use xshell::{Shell, cmd};

/// The name that Leptos asks for when nothing else is said at its compilation.
const MAIN: &str = "tidelock_bg.wasm";
/// What a visitor of the browse page loads before it is live. It grows by decision only; 300 is the goal.
const MAIN_LIMIT_KIB: u64 = 330;

pub(crate) fn compile(profile: Profile) -> Result<()> {
    let shell = Shell::new()?;
    let cargo_profile = profile.of_client();
    cmd!(shell, "cargo rustc --package tidelock-client")
        .args(["--target", "wasm32-unknown-unknown", "--target-dir", "target/front"])
        .args(["--profile", cargo_profile, "--", "-Clink-args=--emit-relocs"])
        .run()
        .context("cannot build the client")
}

/// Writes what was compiled into `folder`, as a browser loads it.
pub(crate) fn bind(profile: Profile, folder: &Path) -> Result<()> {
    let compiled = format!("target/front/wasm32-unknown-unknown/{}/tidelock_client.wasm", profile.of_client());
    let compiled = fs::read(&compiled).with_context(|| format!("cannot read {compiled}"))?;
    let main = folder.join(MAIN);
    let mut options = wasm_split_cli_support::Options::new(&compiled);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = "./tidelock.js";
    let split = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("cannot split the client: {error:#}"))?;

    Bindgen::new()
        .input_module("tidelock", lean(profile, &main)?)
        .web(true)?
        .typescript(false)
        // The parts find each other by the linker's names.
        .keep_lld_exports(true)
        .demangle(false)
        .generate(folder)
        .context("cannot bind the client")?;
    for part in split.split_modules {
        let mut module = lean(profile, &part)?;
        walrus::passes::gc::run(&mut module);
        module.emit_wasm_file(&part)?;
    }
    Ok(())
}

/// A module; for release without names, which are as large as the code.
fn lean(profile: Profile, wasm: &Path) -> Result<walrus::Module> {
    let is_named = profile == Profile::Dev;
    let mut config = walrus::ModuleConfig::new();
    config.strict_validate(false).generate_name_section(is_named).generate_producers_section(false);
    config.parse_file(wasm)
}

/// Prints what each part weighs, and fails if the first one is too heavy.
pub(crate) fn check_size(package: &Path) -> Result<()> {
    let mut main = 0;
    let mut parts: Vec<_> = fs::read_dir(package)?.collect::<Result<_, _>>()?;
    parts.sort_by_key(fs::DirEntry::file_name);
    for part in parts {
        let name = part.file_name().into_string().unwrap_or_default();
        let Some(plain) = name.strip_suffix(".br").filter(|name| name.ends_with(".wasm")) else { continue };
        let kibibytes = part.metadata()?.len().div_ceil(1024);
        eprintln!("client: {plain} has {kibibytes} KiB with brotli");
        if plain == MAIN {
            main = kibibytes;
        }
    }
    ensure!(main > 0, "{MAIN} is missing");
    ensure!(
        main <= MAIN_LIMIT_KIB,
        "{MAIN} has {main} KiB with brotli, more than {MAIN_LIMIT_KIB} KiB: look for a new dependency, \
         for code that only the server needs, or for what the browse page does not need at first"
    );
    Ok(())
}
