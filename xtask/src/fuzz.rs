//! Feeds parsers with what a fuzzer makes up: builds the targets of `server/fuzz` with counters in this project's own code,
//! and runs libFuzzer on one after the other.
//!
//! What is found new stays in `target/fuzz`; `--keep` makes the corpus in `server/fuzz/corpus` anew. With `--log` each run is a
//! line of `docs/fuzz.log`, so that the hours of several runs add up.
//!
//! Not here: what the targets check.

use crate::{build::Profile, counts::Counts, process, verdict::Ran};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    io::Write,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use xshell::{Shell, cmd};

const TARGETS: [&str; 7] = ["paths", "arguments", "worker_protocol", "cookies", "tokens", "ioctl_answers", "records"];
/// In CI: the whole corpus, and as long as this on something new.
const SECONDS_IN_CI: u32 = 5;
const WORK: &str = "target/fuzz";
const LOG: &str = "docs/fuzz.log";
/// Longer inputs find nothing that shorter ones do not.
const BYTES_MAX: &str = "-max_len=4096";

/// Set where this program stands in for the compiler.
const AS_COMPILER: &str = "XTASK_COUNTS_COVERAGE";
/// Code for which it counts; what build scripts link must not ask for libFuzzer.
const COUNTED: [&str; 5] = ["tidelock_shared", "tidelock_app", "tidelock_engine", "tidelock_server", "tidelock_fuzz"];

/// With the words of the command line: seconds for each target, whether to keep, which targets.
pub(crate) fn by_command(words: &[&str]) -> Result<ExitCode> {
    let (mut seconds, mut keeps, mut logs, mut named) = (60, false, false, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => seconds = words.next().and_then(|number| number.parse().ok()).context("--seconds takes a number")?,
            "--keep" => keeps = true,
            "--log" => logs = true,
            target if TARGETS.contains(&target) => named.push(target),
            other => bail!("no target `{other}`; there are {}", TARGETS.join(", ")),
        }
    }
    let programs = build(Profile::Release)?;
    let targets = if named.is_empty() { TARGETS.to_vec() } else { named };
    for target in &targets {
        let run = run(programs, target, seconds)?;
        ensure!(run.success, "{target}: see its output above; what broke it is in {WORK}");
        if logs {
            log(target, &run)?;
        }
        if keeps {
            keep(programs, target)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Tries the whole corpus, and something new for a short time.
pub(crate) fn in_suite() -> Result<Ran> {
    // What others have written is there already as the tests had it.
    let programs = build(Profile::Dev)?;
    let mut counts = Counts::default();
    for target in TARGETS {
        let success = run(programs, target, SECONDS_IN_CI)?.success;
        counts.passed += u32::from(success);
        counts.failed += u32::from(!success);
    }
    Ok(Ran { success: counts.failed == 0, counts: Some(counts) })
}

/// Answers the folder with the programs.
fn build(profile: Profile) -> Result<&'static str> {
    let shell = Shell::new()?;
    let (flag, folder): (&[&str], _) = match profile {
        Profile::Dev => (&[], "target/debug"),
        Profile::Release => (&["--release"], "target/release"),
    };
    let build = cmd!(shell, "cargo build {flag...} --package tidelock-fuzz --features libfuzzer --bins");
    build.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?).env(AS_COMPILER, "1").run()?;
    Ok(folder)
}

/// Stands in for the compiler where cargo asks for that: the same call, with counters in what is to be fuzzed.
pub(crate) fn compile_if_asked() -> Option<Result<ExitCode>> {
    env::var_os(AS_COMPILER)?;
    let mut words = env::args_os().skip(1);
    let compiler = words.next()?;
    let words: Vec<_> = words.collect();
    let name = words.iter().skip_while(|word| *word != "--crate-name").nth(1).and_then(|name| name.to_str()).unwrap_or_default();
    let mut command = Command::new(compiler);
    command.args(&words);
    if COUNTED.contains(&name) || name.starts_with("fuzz_") {
        command.args(["-Cdebug-assertions=on", "-Cpasses=sancov-module", "-Cllvm-args=-sanitizer-coverage-level=4"]);
        command.args(
            ["inline-8bit-counters", "pc-table", "trace-compares"].map(|what| format!("-Cllvm-args=-sanitizer-coverage-{what}")),
        );
    }
    Some(Err(command.exec()).context("cannot start the compiler"))
}

struct Run {
    success: bool,
    took: Duration,
    tries: u64,
}

fn run(programs: &str, target: &str, seconds: u32) -> Result<Run> {
    let shell = Shell::new()?;
    let Folders { kept, found } = Folders::provide(&shell, target)?;
    let program = format!("{programs}/fuzz_{target}");
    let started = Instant::now();
    let limits = [format!("-max_total_time={seconds}"), BYTES_MAX.to_owned(), format!("-artifact_prefix={WORK}/{target}-")];
    let finished = process::show_and_keep(cmd!(shell, "{program} {limits...} -verbosity=0 -print_final_stats=1 {found} {kept}"))?;
    let tries = finished.output.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    Ok(Run {
        success: finished.success,
        took: started.elapsed(),
        tries: tries.and_then(|tries| tries.trim().parse().ok()).unwrap_or(0),
    })
}

/// Of one target.
struct Folders {
    /// The corpus.
    kept: String,
    /// What is found new.
    found: String,
}

impl Folders {
    fn provide(shell: &Shell, target: &str) -> Result<Self> {
        let (kept, found) = (format!("{WORK}/kept/{target}"), format!("{WORK}/new/{target}"));
        for folder in [&kept, &found] {
            shell.create_dir(folder)?;
        }
        let corpus = corpus(target);
        if shell.path_exists(&corpus) {
            cmd!(shell, "tar -xzf {corpus} -C {kept}").quiet().run()?;
        }
        Ok(Self { kept, found })
    }
}

/// One file for each target: there are thousands of small ones in it.
fn corpus(target: &str) -> String {
    format!("server/fuzz/corpus/{target}.tar.gz")
}

fn log(target: &str, run: &Run) -> Result<()> {
    let shell = Shell::new()?;
    let commit = cmd!(shell, "git rev-parse --short HEAD").quiet().read()?;
    let mut log = fs::OpenOptions::new().create(true).append(true).open(LOG)?;
    writeln!(log, "{commit} {target} {} s, {} tries, nothing found", run.took.as_secs(), run.tries)?;
    Ok(())
}

/// Makes the corpus anew of the fewest inputs that reach all code that is reached.
fn keep(programs: &str, target: &str) -> Result<()> {
    let shell = Shell::new()?;
    let Folders { kept, found } = Folders::provide(&shell, target)?;
    let (program, fewest, corpus) = (format!("{programs}/fuzz_{target}"), format!("{WORK}/fewest/{target}"), corpus(target));
    shell.remove_path(&fewest)?;
    shell.create_dir(&fewest)?;
    cmd!(shell, "{program} -set_cover_merge=1 -use_counters=0 {BYTES_MAX} {fewest} {kept} {found}").run()?;
    // The same inputs make the same file.
    let plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--use-compress-program=gzip -n9"];
    Ok(cmd!(shell, "tar {plain...} -cf {corpus} -C {fewest} .").run()?)
}
