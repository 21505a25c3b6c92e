//! What the commands cannot do without, and how each of these is installed.
//!
//! Probing costs milliseconds when everything is there, so every command probes first.
//!
//! Not here: Rust itself, a C compiler and a shell, which `cargo xtask` has already used.

use anyhow::{Context, Result, bail, ensure};
use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};
use xshell::{Shell, cmd};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    WasmTarget,
    Rustfmt,
    Clippy,
    /// Node.js and the packages of `end2end/`.
    NodePackages,
    Chromium,
    /// QEMU, and what makes and reads the guest's file systems.
    VirtualMachine,
    /// For libFuzzer.
    CppCompiler,
}

impl Need {
    pub(crate) const ALL: [Self; 7] = [
        Self::WasmTarget,
        Self::Rustfmt,
        Self::Clippy,
        Self::NodePackages,
        Self::Chromium,
        Self::VirtualMachine,
        Self::CppCompiler,
    ];
    pub(crate) const OF_DEMO: [Self; 1] = [Self::WasmTarget];

    fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "Rust's wasm32 target",
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
            Self::NodePackages => "Node.js packages of end2end",
            Self::Chromium => "Chromium",
            Self::VirtualMachine => "a virtual machine",
            Self::CppCompiler => "a C++ compiler",
        }
    }

    /// Installs what is missing. An error says how a person can go on.
    pub(crate) fn provide(self) -> Result<()> {
        match self {
            Self::WasmTarget => wasm_target(),
            Self::Rustfmt => component("fmt", "rustfmt"),
            Self::Clippy => component("clippy", "clippy"),
            Self::NodePackages => node_packages(),
            Self::Chromium => chromium(),
            Self::VirtualMachine => virtual_machine(),
            Self::CppCompiler => cpp_compiler(),
        }
        .with_context(|| format!("cannot install {}", self.name()))
    }
}

/// Provides all that can be had before it fails for what cannot.
pub(crate) fn provide_all(needs: &[Need]) -> Result<()> {
    let mut missing = Vec::new();
    for need in needs {
        match need.provide() {
            Ok(()) => eprintln!("ready: {}", need.name()),
            Err(error) => missing.push(format!("{error:#}")),
        }
    }
    ensure!(missing.is_empty(), "{}", missing.join("\nxtask: "));
    Ok(())
}

/// The first of `names` on PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|program| program.is_file())
}

fn wasm_target() -> Result<()> {
    let shell = Shell::new()?;
    cmd!(shell, "bash xtask/ensure-wasm-target.sh").quiet().run().context("see the way out above")
}

fn component(subcommand: &str, component: &str) -> Result<()> {
    let shell = Shell::new()?;
    let probe = cmd!(shell, "cargo {subcommand} --version").quiet();
    if probe.ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(());
    }
    cmd!(shell, "rustup component add {component}")
        .run()
        .with_context(|| format!("install `cargo {subcommand}` the way Rust was installed here"))
}

const NODE_WANTED: &str = "install Node.js 20 or later with npm: Playwright runs on it";

fn node_packages() -> Result<()> {
    if on_path(&["node"]).is_none() || on_path(&["npm"]).is_none() {
        apt_install(&["nodejs", "npm"]).context(NODE_WANTED)?;
    }
    // npm has no cheap way to say "all there": compare with the lock file of the last success.
    let lock = fs::read("end2end/package-lock.json")?;
    let installed = Path::new("end2end/node_modules/.installed-lock.json");
    if fs::read(installed).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    let shell = Shell::new()?;
    let version = cmd!(shell, "node --version").quiet().read()?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    ensure!(major.parse().is_ok_and(|major: u32| major >= 20), "{NODE_WANTED}; here is {version}");
    cmd!(shell, "npm ci --prefix end2end --ignore-scripts --no-audit --no-fund")
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .run()
        .context("run `npm ci` in end2end where the npm registry can be reached")?;
    fs::write(installed, lock)?;
    Ok(())
}

fn chromium() -> Result<()> {
    // The same names as in end2end/playwright.config.ts.
    let names = ["chromium", "chromium-browser", "google-chrome"];
    if on_path(&names).is_some() {
        return Ok(());
    }
    apt_install(&["chromium"]).context("put `chromium` or `google-chrome` on PATH")
}

fn virtual_machine() -> Result<()> {
    let programs = [
        ("qemu-system-x86_64", "qemu-system-x86"),
        ("qemu-img", "qemu-utils"),
        ("mkfs.ext4", "e2fsprogs"),
        ("mkfs.xfs", "xfsprogs"),
        ("repquota", "quota"),
        ("busybox", "busybox-static"),
        ("xz", "xz-utils"),
    ];
    // An ordinary user's PATH is without the folders of the system's programs.
    let is_there = |program: &str| {
        on_path(&[program]).is_some() || ["/sbin", "/usr/sbin"].iter().any(|folder| Path::new(folder).join(program).exists())
    };
    let missing: Vec<&str> = programs.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { apt_install(&missing).context("install QEMU, xfsprogs, quota and busybox-static") }
}

fn cpp_compiler() -> Result<()> {
    if on_path(&["c++", "g++", "clang++"]).is_some() { Ok(()) } else { apt_install(&["g++"]).context("install g++") }
}

fn apt_install(packages: &[&str]) -> Result<()> {
    ensure!(on_path(&["apt-get"]).is_some(), "this system has no apt-get");
    let install: Vec<&str> = ["install", "--yes", "--no-install-recommends"].iter().chain(packages).copied().collect();
    with_package_lists(|| apt_get(&install))
}

/// Tries again with new package lists: a fresh system has none yet, an old one may have outdated ones.
pub(crate) fn with_package_lists<T>(ask: impl Fn() -> Result<T>) -> Result<T> {
    ask().or_else(|_| {
        apt_get(&["update"])?;
        ask()
    })
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let shell = Shell::new()?;
    let sudo: &[&str] = match cmd!(shell, "id -u").quiet().read()?.as_str() {
        "0" => &[],
        _ if on_path(&["sudo"]).is_some() => &["sudo", "-n"],
        _ => bail!("apt-get needs root"),
    };
    let mut words: Vec<OsString> = sudo.iter().map(OsString::from).collect();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"].map(Into::into));
    words.extend(arguments.iter().map(OsString::from));
    let (program, rest) = (words.remove(0), words);
    Ok(shell.cmd(program).args(rest).run()?)
}
