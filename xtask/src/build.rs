//! The product's build: the client for the browser, the site around it, the program around both.
//!
//! Client and server have their own folders of artefacts, so that two cargos work side by side.
//!
//! Not here: what the site consists of (`site`) and how style sheets are joined (`style`).

use crate::{site::Site, style};
use anyhow::{Context, Result, anyhow, ensure};
use std::{path::Path, thread};
use wasm_bindgen_cli_support::Bindgen;
use xshell::{Shell, cmd};

pub(crate) const RELEASE_PROGRAM: &str = "target/release/tidelock";

/// The name that Leptos asks for when nothing else is said at its compilation.
const CLIENT: &str = "pkg/tidelock_bg.wasm";
/// What a visitor loads before a page is live. Past this it feels slow on a phone.
const CLIENT_LIMIT_KIB: usize = 400;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

pub(crate) fn everything(profile: Profile) -> Result<()> {
    thread::scope(|scope| {
        let client = scope.spawn(move || client(profile));
        server_libraries(profile)?;
        client.join().map_err(|_| anyhow!("the client's build panicked"))?
    })?;
    site(profile)?;
    program(profile)
}

fn client(profile: Profile) -> Result<()> {
    let shell = Shell::new()?;
    let cargo_profile = profile.of_client();
    cmd!(shell, "cargo build --package tidelock-app --lib --no-default-features --features hydrate")
        .args(["--target", "wasm32-unknown-unknown", "--target-dir", "target/front"])
        .args(["--profile", cargo_profile])
        .run()
        .context("cannot build the client")
}

/// The server's heavy dependencies, while the client compiles. The program itself has to wait for
/// the site. It is named, and the defaults are left out, because cargo then chooses the same
/// features as for the program, and nothing compiles twice.
fn server_libraries(profile: Profile) -> Result<()> {
    let shell = Shell::new()?;
    let cargo_profile = profile.of_server();
    cmd!(shell, "cargo build --lib --package tidelock-server --package tidelock-app --package tidelock-engine")
        .args(["--no-default-features", "--target-dir", "target", "--profile", cargo_profile])
        .run()
        .context("cannot build the server's libraries")
}

fn site(profile: Profile) -> Result<()> {
    let bound = tempfile::tempdir()?;
    let compiled = format!("target/front/wasm32-unknown-unknown/{}/tidelock_app.wasm", profile.of_client());
    let release = profile == Profile::Release;
    Bindgen::new()
        .input_path(&compiled)
        .out_name("tidelock")
        .web(true)?
        .typescript(false)
        .demangle(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(bound.path())
        .with_context(|| format!("cannot bind {compiled}"))?;

    let mut site = Site::default();
    site.add_folder("", Path::new("public"))?;
    site.add_folder("pkg/", bound.path())?;
    site.add("pkg/tidelock.css", style::join(Path::new("style/main.css"))?.into_bytes());
    let folder = Path::new("target/site");
    site.write(folder, release)?;
    if release { check_size(folder) } else { Ok(()) }
}

fn check_size(site: &Path) -> Result<()> {
    let kibibytes = |name: &str| -> Result<usize> {
        let bytes = site.join(name).metadata()?.len();
        Ok(usize::try_from(bytes)?.div_ceil(1024))
    };
    let (raw, brotli) = (kibibytes(CLIENT)?, kibibytes(&format!("{CLIENT}.br"))?);
    eprintln!("client: {raw} KiB of wasm, {brotli} KiB with brotli (limit {CLIENT_LIMIT_KIB} KiB)");
    ensure!(
        brotli <= CLIENT_LIMIT_KIB,
        "the client has {brotli} KiB with brotli, more than {CLIENT_LIMIT_KIB} KiB: \
         look for a new dependency, or for code that only the server needs"
    );
    Ok(())
}

/// A build script notices what changed in target/site and embeds it.
fn program(profile: Profile) -> Result<()> {
    let shell = Shell::new()?;
    let cargo_profile = profile.of_server();
    cmd!(shell, "cargo build --package tidelock-server --target-dir target --profile {cargo_profile}")
        .run()
        .context("cannot build the program")
}

impl Profile {
    fn of_server(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    fn of_client(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}
