//! The crash matrix: what the tests tried, as they say it themselves, as one document.
//!
//! Not here: the tests, which are the engine's; they count what they try and print it. What the
//! document says about them is in `matrix/document.rs`.

mod document;

use crate::process;
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path};
use xshell::{Shell, cmd};

const DOCUMENT: &str = "docs/crash-matrix.md";
const TESTS: &str = "server/engine/tests";
/// What a line with a count has, whatever the harness has begun it with.
const MARK: &str = "crash matrix\t";
/// One of these is in the source of every test that counts.
const COUNTS: [&str; 2] = ["Tried::of(", "crash matrix\\t"];

/// Runs the tests that count what they try, and writes down what they say.
pub(crate) fn write() -> Result<()> {
    let shell = Shell::new()?;
    let tests = tests_that_count(Path::new(TESTS))?;
    let chosen: Vec<&str> = tests.iter().flat_map(|test| ["--test", test]).collect();
    let run = process::show_and_keep(cmd!(shell, "cargo test --package tidelock-engine {chosen...} -- --nocapture"))?;
    ensure!(run.success, "a test failed: there is no matrix to write");
    fs::write(DOCUMENT, document::of(&tests, &counts(&run.output))?)?;
    println!("wrote {DOCUMENT}");
    Ok(())
}

/// By their names, in order: a new one needs no entry anywhere.
fn tests_that_count(folder: &Path) -> Result<Vec<String>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let is_test = path.extension().is_some_and(|extension| extension == "rs");
        if let (true, Some(name)) = (is_test, path.file_stem().and_then(|name| name.to_str())) {
            let source = fs::read_to_string(&path)?;
            if COUNTS.iter().any(|mark| source.contains(mark)) {
                tests.push(name.to_owned());
            }
        }
    }
    tests.sort_unstable();
    Ok(tests)
}

/// One thing tried in one case, and how often.
#[derive(Debug, PartialEq, Eq)]
struct Count<'a> {
    /// The section of the document that it stands in.
    section: &'a str,
    what: &'a str,
    case: &'a str,
    times: u64,
}

fn counts(output: &str) -> Vec<Count<'_>> {
    output.lines().filter_map(read).collect()
}

fn read(line: &str) -> Option<Count<'_>> {
    let start = line.find(MARK)? + MARK.len();
    let mut parts = line.get(start..)?.split('\t');
    let (section, what) = parts.next()?.split_once(": ")?;
    Some(Count { section, what, case: parts.next()?, times: parts.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_say_is_read_wherever_it_stands_in_a_line() {
        let output = "test a ... crash matrix\tstopped: killed\trename\t3\nnoise\ncrash matrix\tothers: write\tcopy\t4\n";
        let expected = [
            Count { section: "stopped", what: "killed", case: "rename", times: 3 },
            Count { section: "others", what: "write", case: "copy", times: 4 },
        ];
        assert_eq!(counts(output), expected);
    }

    #[test]
    fn every_test_that_counts_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(TESTS);
        let tests = tests_that_count(&folder).unwrap();
        for test in
            ["crash_anywhere", "laws", "lost_journal", "meanwhile", "renamed_folders", "several_items", "simulated", "trash"]
        {
            assert!(tests.iter().any(|found| found == test), "{test} in {tests:?}");
        }
        assert!(!tests.iter().any(|found| found == "moves"), "{tests:?}");
    }
}
