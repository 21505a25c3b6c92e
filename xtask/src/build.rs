//! The product's build: the client for the browser, the site around it, the program around both.
//!
//! Client and server have their own folders of artefacts, so that two cargos work side by side.
//!
//! Not here: how the client is bound (`client`), how files are kept (`site`), and how style sheets are joined (`style`).

use crate::{client, site::Site, style};
use anyhow::{Context, Result, anyhow};
use std::{path::Path, thread};
use xshell::{Shell, cmd};

pub(crate) const RELEASE_PROGRAM: &str = "target/release/tidelock";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

pub(crate) fn everything(profile: Profile) -> Result<()> {
    thread::scope(|scope| {
        let client = scope.spawn(move || client::compile(profile));
        server(profile)?;
        client.join().map_err(|_| anyhow!("the client's build panicked"))?
    })?;
    site(profile)?;
    program(profile)
}

/// All of the program but its last file, while the client compiles: that one waits for the site.
fn server(profile: Profile) -> Result<()> {
    let shell = Shell::new()?;
    let cargo_profile = profile.of_server();
    cmd!(shell, "cargo build --package tidelock-server --lib --target-dir target --profile {cargo_profile}")
        .run()
        .context("cannot build the server")
}

fn site(profile: Profile) -> Result<()> {
    let bound = tempfile::tempdir()?;
    client::bind(profile, bound.path())?;
    let mut site = Site::default();
    site.add_folder("", Path::new("public"))?;
    site.add_folder("pkg/", bound.path())?;
    for catalogue in tidelock_words::read_all(Path::new("app/words"))? {
        site.add(format!("pkg/words.{}.txt", catalogue.language), tidelock_words::compact(&catalogue).into_bytes());
    }
    site.add("pkg/tidelock.css", style::join(Path::new("style/main.css"))?.into_bytes());
    let folder = Path::new("target/site");
    let release = profile == Profile::Release;
    site.write(folder, release)?;
    if release { client::check_size(&folder.join("pkg")) } else { Ok(()) }
}

/// Embeds what is in target/site.
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

    pub(crate) fn of_client(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}
