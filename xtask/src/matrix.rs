//! The crash matrix: what the tests tried, as they say it themselves, as one document.
//!
//! Not here: the tests, which are the engine's; they count what they try and print it.

use crate::process;
use anyhow::{Result, ensure};
use std::{fmt::Write, fs};
use xshell::{Shell, cmd};

const DOCUMENT: &str = "docs/crash-matrix.md";

/// Runs the tests that break things and writes down what they tried.
pub(crate) fn write() -> Result<()> {
    let shell = Shell::new()?;
    let tests = ["--test", "crash_anywhere", "--test", "laws"];
    let run = process::show_and_keep(cmd!(shell, "cargo test --package tidelock-engine {tests...} -- --nocapture"))?;
    ensure!(run.success, "a test failed: there is no matrix to write");
    fs::write(DOCUMENT, document(&counts(&run.output)))?;
    println!("wrote {DOCUMENT}");
    Ok(())
}

/// One thing tried in one case, and how often.
#[derive(Debug, PartialEq, Eq)]
struct Count<'a> {
    what: &'a str,
    case: &'a str,
    times: u64,
}

fn counts(output: &str) -> Vec<Count<'_>> {
    output.lines().filter_map(read).collect()
}

fn read(line: &str) -> Option<Count<'_>> {
    // The harness may have begun the line with the name of a test.
    let mut parts = line.get(line.find("crash matrix\t")?..)?.split('\t').skip(1);
    Some(Count { what: parts.next()?, case: parts.next()?, times: parts.next()?.parse().ok()? })
}

fn document(counts: &[Count<'_>]) -> String {
    let (mut whats, mut cases) = (Vec::new(), Vec::new());
    for count in counts {
        for (names, name) in [(&mut whats, count.what), (&mut cases, count.case)] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    whats.sort_unstable();
    let times = |what: &str, case: &str| {
        counts.iter().filter(|count| count.what == what && count.case == case).map(|count| count.times).sum::<u64>()
    };
    let total: u64 = counts.iter().map(|count| count.times).sum();
    let mut text = format!(
        "# The crash matrix\n\n\
         Made by `cargo xtask matrix` from a run of the tests `crash_anywhere` and `laws` on the simulator. Each\n\
         number says how often a move was disturbed in that way, at another place each time; every one of\n\
         the {total} ended as done or as undone, with every file there exactly once, contents, attributes and\n\
         charges right, and nothing hidden left behind.\n\n| |"
    );
    for what in &whats {
        let _ = write!(text, " {what} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(whats.len()));
    for case in cases {
        let _ = write!(text, "\n| {case} |");
        for what in &whats {
            match times(what, case) {
                0 => text.push_str(" |"),
                times => _ = write!(text, " {times} |"),
            }
        }
    }
    text.push_str(
        "\n\nThe tree has empty and deep folders, hard links, a dangling symbolic link, a fifo, a sparse file, extended\n\
         attributes, inode flags, and names that are not UTF-8, have a newline or 255 bytes. Second crashes are\n\
         tried at every 23rd call and every 17th of the recovery; failing calls with four errors, each at every\n\
         third call. Worlds made by seeds (`tidelock simulate`) and the real program under strace\n\
         (`bench/every_call.py`) are not counted here.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_say_becomes_a_table() {
        let output = "test a ... crash matrix\tkilled\trename\t3\nnoise\ncrash matrix\tcut\trename\t4\n";
        let counts = counts(output);
        assert_eq!(counts.len(), 2);
        let document = document(&counts);
        assert!(document.contains("the 7 ended"), "{document}");
        assert!(document.contains("\n| | cut | killed |\n|---|--:|--:|\n| rename | 4 | 3 |\n"), "{document}");
    }
}
