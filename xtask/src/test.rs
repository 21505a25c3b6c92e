//! Every suite in turn, then one line about each.
//!
//! A failed suite does not stop the others: one run tells all that is wrong.
//!
//! Not here: what the suites check; that is cargo's, Playwright's and `binary`'s matter.

use crate::{
    binary, build,
    counts::Counts,
    fuzz,
    needs::{Need, on_path},
    process,
    verdict::{Outcome, Ran, Verdict},
    vm,
};
use anyhow::{Result, ensure};
use std::{collections::BTreeMap, env, process::ExitCode, time::Instant};
use xshell::{Shell, cmd};

/// Quick answers first; `build` before the suites that look at what it made.
const SUITES: [Suite; 12] = [
    suite("format", &[Need::Rustfmt], || cargo(&["fmt", "--all", "--check"])),
    suite("lints", &[Need::Clippy], || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    suite("lints-client", &[Need::Clippy, Need::WasmTarget], || {
        let client = ["clippy", "--package", "tidelock-app", "--package", "tidelock-client", "--no-default-features"];
        cargo(&[&client, &FOR_BROWSER[..], &["--", "-D", "warnings"]].concat())
    }),
    suite("borders", &[Need::WasmTarget], || cargo(&[&["check", "--package", "tidelock-shared"], &FOR_BROWSER[..]].concat())),
    suite("xtask", &[], || cargo(&["test", "--package", "xtask"])),
    suite("rust", &[], || match on_path(&["cargo-nextest"]) {
        Some(_) => cargo(&["nextest", "run", "--no-fail-fast"]),
        None => cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests"]),
    }),
    suite("docs", &[], || cargo(&["test", "--doc"])),
    suite("fuzz", &[Need::CppCompiler], fuzz::in_suite),
    suite("kernels", &[Need::VirtualMachine], vm::test),
    suite("build", &[Need::WasmTarget], || {
        build::everything(build::Profile::Release)?;
        Ok(Ran { success: true, counts: None })
    }),
    suite("binary", &[], || {
        binary::runs_from_an_empty_folder()?;
        Ok(Ran { success: true, counts: None })
    }),
    suite("browser", &[Need::NodePackages, Need::Chromium], || {
        let shell = Shell::new()?;
        Ok(Ran::of(&process::show_and_keep(cmd!(shell, "npm test --prefix end2end"))?))
    }),
];

/// Beside the server's artefacts, as in `build`.
const FOR_BROWSER: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--target-dir", "target/front"];

/// With `--no-skips`, or where `CI` is `true`, what did not run counts as failed.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode> {
    let in_ci = env::var_os("CI").is_some_and(|value| value == "true");
    let no_skips = in_ci || arguments.contains(&"--no-skips");
    let named: Vec<&str> = arguments.iter().copied().filter(|word| *word != "--no-skips").collect();
    let known = SUITES.map(|suite| suite.name);
    for name in &named {
        ensure!(known.contains(name), "no suite `{name}`; there are {}", known.join(", "));
    }

    let mut runner = Runner { no_skips, ..Runner::default() };
    for suite in SUITES {
        if named.is_empty() || named.contains(&suite.name) {
            println!("\n=== {} ===", suite.name);
            runner.run(&suite);
        }
    }
    Ok(runner.close())
}

#[derive(Clone, Copy)]
struct Suite {
    name: &'static str,
    needs: &'static [Need],
    run: fn() -> Result<Ran>,
}

const fn suite(name: &'static str, needs: &'static [Need], run: fn() -> Result<Ran>) -> Suite {
    Suite { name, needs, run }
}

fn cargo(arguments: &[&str]) -> Result<Ran> {
    let shell = Shell::new()?;
    Ok(Ran::of(&process::show_and_keep(cmd!(shell, "cargo {arguments...}"))?))
}

#[derive(Default)]
struct Runner {
    no_skips: bool,
    /// Why a need could not be provided, so that it is tried once only.
    provided: BTreeMap<Need, Option<String>>,
    verdicts: Vec<Verdict>,
}

impl Runner {
    fn run(&mut self, suite: &Suite) {
        let started = Instant::now();
        let mut verdict = match self.obstacle(suite) {
            Some(obstacle) => Verdict::skipped(suite.name, obstacle),
            None => Verdict::of(suite.name, (suite.run)()),
        };
        verdict.seconds = started.elapsed().as_secs_f32();
        if self.no_skips {
            verdict.count_skips_as_failures();
        }
        println!("{verdict}");
        self.verdicts.push(verdict);
    }

    fn obstacle(&mut self, suite: &Suite) -> Option<String> {
        let build_failed = self.verdicts.iter().any(|v| v.name == "build" && v.outcome == Outcome::Failed);
        if build_failed && ["binary", "browser"].contains(&suite.name) {
            return Some("the build failed".to_owned());
        }
        suite.needs.iter().find_map(|need| {
            let provide = || need.provide().err().map(|error| format!("{error:#}"));
            self.provided.entry(*need).or_insert_with(provide).clone()
        })
    }

    fn close(self) -> ExitCode {
        println!();
        let mut total = Counts::default();
        for verdict in &self.verdicts {
            println!("{verdict}");
            total += verdict.as_counts();
        }
        println!("\n{total}");
        let failed = self.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Failed);
        if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
