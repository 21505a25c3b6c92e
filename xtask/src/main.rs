//! The project's own tool: it sets up, builds, starts and tests the product.
//!
//! Whatever a command needs and can install, it installs first; every command may run twice.
//!
//! Not here: anything the product needs while it runs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal speaks through it")]

mod binary;
mod build;
mod client;
mod counts;
mod fuzz;
mod matrix;
mod needs;
mod process;
mod site;
mod style;
mod test;
mod verdict;
mod vm;

use anyhow::{Context, Result, bail};
use build::Profile;
use needs::Need;
use std::{
    env,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, ExitCode},
};

const HELP: &str = "\
cargo xtask setup [demo|test]          install what is missing (all of it, or only what demo needs)
cargo xtask build [--release]          build the client and the program with the client inside
cargo xtask demo [ARGUMENT…]           build for release and run `tidelock demo ARGUMENT…`
cargo xtask test [--no-skips] [SUITE…] run every suite, or those named; with --no-skips
                                       (or CI=true) a suite that cannot run has failed
cargo xtask vm test | run COMMAND…     ask real ext4 and XFS with project quotas, in a virtual machine
cargo xtask vm kills [--process N] [--machine N] [--fs ext4|xfs] [--seed S] [--log FILE]
               [--release | --program FILE]
                                       kill the program, and the machine, at random moments there until
                                       the log (target/vm/kills.log) has so many kills of each file system
cargo xtask fuzz [--seconds N] [--log] [--keep] [TARGET…]
                                       feed the parsers with what a fuzzer makes up, N seconds each
cargo xtask matrix                     run the tests that break things; write docs/crash-matrix.md";

fn main() -> ExitCode {
    match fuzz::compile_if_asked().unwrap_or_else(run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    env::set_current_dir(root.context("xtask has no parent folder")?)?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["setup"] | ["setup", "test"] => needs::provide_all(&Need::ALL)?,
        ["setup", "demo"] => needs::provide_all(&Need::OF_DEMO)?,
        ["build"] => build(Profile::Dev)?,
        ["build", "--release"] => build(Profile::Release)?,
        ["demo", rest @ ..] => return demo(rest),
        ["fuzz", rest @ ..] => {
            needs::provide_all(&[Need::CppCompiler])?;
            return fuzz::by_command(rest);
        }
        ["matrix"] => matrix::write()?,
        ["vm", "test"] => return test::run(&["kernels"]),
        ["vm", "run", words @ ..] if !words.is_empty() => {
            needs::provide_all(&[Need::VirtualMachine])?;
            return Ok(if vm::run(words)? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        ["vm", "kills", rest @ ..] => {
            needs::provide_all(&[Need::VirtualMachine])?;
            return Ok(if vm::kills(rest)? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        ["test", rest @ ..] => return test::run(rest),
        [] | ["help" | "--help" | "-h"] => println!("{HELP}"),
        _ => bail!("unknown command `{}`\n{HELP}", arguments.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}

fn build(profile: Profile) -> Result<()> {
    needs::provide_all(&Need::OF_DEMO)?;
    build::everything(profile)
}

fn demo(arguments: &[&str]) -> Result<ExitCode> {
    build(Profile::Release)?;
    // In place of this process, so that signals and the exit status are the program's own.
    let failure = Command::new(build::RELEASE_PROGRAM).arg("demo").args(arguments).exec();
    Err(failure).with_context(|| format!("cannot run {}", build::RELEASE_PROGRAM))
}
