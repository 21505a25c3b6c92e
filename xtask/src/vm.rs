//! A virtual machine with a kernel that keeps project quotas: hosts seldom have one at hand.
//!
//! Everything comes from the distribution's packages and stays under `target/vm`. The guest's root
//! is the host's, read only over 9p, so it runs what was just built; its own are two disks, ext4
//! and XFS with project quotas, made anew each time.
//!
//! Not here: what is tested in it; that is the engine's `contract`, `real_moves`, `real_drift` and `real_kills`, and the
//! server's `rights`.

mod guest;
mod initramfs;
mod kernel;
mod kills;
mod log;

pub(crate) use kills::kills;

use crate::{process, verdict::Ran};
use anyhow::{Context, Result, ensure};
use kernel::Kernel;
use std::{fs, path::PathBuf};
use xshell::{Shell, cmd};

const FOLDER: &str = "target/vm";
/// The engine's test programs that have something to ask a real kernel.
const TESTS: [&str; 3] = ["contract", "real_moves", "real_drift"];
/// How the tests are told which kinds are mounted where.
const MOUNTS: &str = "TIDELOCK_REAL_MOUNTS='ext4=/mnt/ext4 xfs=/mnt/xfs'";

/// Runs the tests that ask real kernels, and a part of the kills; `cargo xtask vm test`.
pub(crate) fn test() -> Result<Ran> {
    let mut ran = ask_kernels()?;
    ran.success &= kills::part()?;
    Ok(ran)
}

fn ask_kernels() -> Result<Ran> {
    let programs = build("tidelock-engine", &TESTS)?;
    let mut script = String::from("status=0\n");
    for rights in build("tidelock-server", &["rights"])? {
        for mount in ["ext4", "xfs"] {
            // The emulated machine is slow; all of them are tried on the host's own file system.
            script += &format!(
                "TIDELOCK_RIGHTS_PROJECTS=1 TIDELOCK_RIGHTS_EVERY=16 TIDELOCK_RIGHTS_FOLDER=/mnt/{mount} {rights} || status=1\n"
            );
        }
    }
    for program in programs {
        script += &format!("{MOUNTS} {program} --nocapture --test-threads 1 real_ || status=1\n");
    }
    let finished = run_script(&format!("{script}exit $status\n"), guest::SECONDS_MAX)?;
    ensure!(finished.output.contains("guest: ended with"), "the virtual machine did not come to its end");
    Ok(Ran::of(&finished))
}

/// Runs a command of the shell in the guest; `cargo xtask vm run COMMAND…`.
pub(crate) fn run(words: &[&str]) -> Result<bool> {
    let script = format!("{MOUNTS}\nexport TIDELOCK_REAL_MOUNTS\n{}\n", words.join(" "));
    Ok(run_script(&script, guest::SECONDS_WATCHED_MAX)?.success)
}

/// The kernel, and what it begins with.
fn provide() -> Result<(Kernel, PathBuf)> {
    fs::create_dir_all(FOLDER)?;
    let kernel = kernel::provide()?;
    let initramfs = initramfs::write(&kernel)?;
    Ok((kernel, initramfs))
}

fn run_script(script: &str, seconds: &str) -> Result<process::Finished> {
    let (kernel, initramfs) = provide()?;
    let mut finished = guest::run(&kernel, &initramfs, script, seconds)?;
    finished.success &= finished.output.contains("guest: ended with 0");
    Ok(finished)
}

/// Builds test programs of a package; answers where they lie.
fn build(package: &str, tests: &[&str]) -> Result<Vec<String>> {
    let shell = Shell::new()?;
    let count = tests.len();
    let tests = tests.iter().flat_map(|test| ["--test", test]);
    let told = cmd!(shell, "cargo test --package {package} {tests...} --no-run --message-format=json").read()?;
    let programs: Vec<String> = told.lines().filter_map(executable).map(str::to_owned).collect();
    ensure!(programs.len() == count, "cargo named {} test programs instead of {count}", programs.len());
    Ok(programs)
}

/// The test program that a line of cargo's JSON tells of; the product, which a test may need beside it, is none.
fn executable(line: &str) -> Option<&str> {
    let of_test = line.contains("\"kind\":[\"test\"]");
    line.split_once("\"executable\":\"").filter(|_| of_test)?.1.split('"').next()
}

/// The host's path of something under `target/vm`, as the guest finds it below its root.
fn absolute(path: &str) -> Result<String> {
    let path = fs::canonicalize(path).with_context(|| format!("{path} is missing"))?;
    Ok(path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_read_off_cargos_line() {
        let line = r#"{"reason":"compiler-artifact","target":{"kind":["test"],"crate_types":["bin"]},"filenames":["/a/b"],"executable":"/a/deps/contract-1","fresh":true}"#;
        assert_eq!(executable(line), Some("/a/deps/contract-1"));
        assert_eq!(executable(&line.replace("test", "bin")), None);
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }
}
