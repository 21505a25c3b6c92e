//! What the crash matrix says: a section for each way in which moves are disturbed, with what the
//! tests behind it compare, which is no more than these sentences say.
//!
//! Not here: where the numbers come from.

use super::Count;
use anyhow::{Result, ensure};
use std::fmt::Write;

/// One way in which moves are disturbed.
struct Section {
    /// What tests put before the colon.
    name: &'static str,
    title: &'static str,
    about: &'static str,
    shape: Shape,
}

/// What the lines and the columns of its table are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A line for each case, a column for each disturbance.
    ByCase,
    /// A line for each disturbance, a column for each case.
    ByWhat,
    /// A line for each disturbance, and all cases together.
    Sums,
}

const SECTIONS: [Section; 6] = [
    Section {
        name: "stopped",
        title: "Stopped anywhere",
        about: "The process is killed, or the machine loses power, before every call of the file system and before every\n\
                record of the journal; then the next start recovers. A copy with checkpoints has one after every second\n\
                entry. Second crashes are tried at every 23rd call, and there at every 17th of the recovery. A power cut\n\
                loses what was not synced as one seed for each place chooses, not in every order that there is.\n\
                The files of barriers, which are empty, may stay after a crash. Four items of one move, which may go in different\n\
                ways, are all at their old places then, or all at their new ones. A worker in another process is killed before\n\
                or after every 5th of its calls, or let go at every 3rd of its reports, while the program goes on with another one.",
        shape: Shape::ByCase,
    },
    Section {
        name: "lost",
        title: "With the journal lost, and on the way back from the trash",
        about: "A lost journal is tried at every third call, every other time after a power cut. Charges are\n\
                counted again; what is hidden is looked at only where the item is back at its old place.",
        shape: Shape::ByCase,
    },
    Section {
        name: "call failed",
        title: "Every call fails",
        about: "One call fails, once, and the move goes on as it can. EIO, EDQUOT, EACCES and ENOENT are each tried at every\n\
                third call; EXDEV, EPERM, ESTALE, ENOSPC, EINTR, ENOTCONN and EEXIST each at every 61st; from another call\n\
                on for each case and error, and whether or not that call could answer so in life. Then a call that changes\n\
                something is done and yet answered with EIO, ESTALE, ENOTCONN, ETIMEDOUT or EINTR, each at every 13th of\n\
                these calls. After a false ENOENT, what is hidden is not looked at.",
        shape: Shape::ByCase,
    },
    Section {
        name: "step",
        title: "Every step fails, runs twice, is undone twice",
        about: "A step fails before it has done anything and after it has done everything, up to the commit; the first one after\n\
                the commit fails before it has done anything. All steps of one move run twice. Each step fails once it\n\
                has done its work, and then every step that is undone is undone twice.",
        shape: Shape::ByCase,
    },
    Section {
        name: "others",
        title: "Others act meanwhile",
        about: "Between two steps, or for folders that are renamed or removed between any two calls. Each test compares what its\n\
                kind of work leaves to be promised: the names, contents and project IDs that it is about. Charges are\n\
                counted again. More of it, at random moments, is in the worlds made by seeds.",
        shape: Shape::Sums,
    },
    Section {
        name: "seeds",
        title: "Worlds made by seeds",
        about: "Moves interleave with each other, with others' work, with faults, crashes and power cuts; the journal lies on a\n\
                disk that tears and forgets. The first line counts worlds, the others how often something occurred in\n\
                them. Each world is judged by the promises in `simulate/check.rs`: there a move may end as stuck where\n\
                others worked on its files or a limit stands in the way back. Kept seeds are those that\n\
                once failed; a change of the simulation makes other worlds of them. `tidelock simulate` runs more.",
        shape: Shape::ByWhat,
    },
];

/// The document. A count without a section, or a section without a count, is a mistake here.
pub(super) fn of(tests: &[String], counts: &[Count<'_>]) -> Result<String> {
    for count in counts {
        ensure!(SECTIONS.iter().any(|section| section.name == count.section), "the matrix has no section `{}`", count.section);
    }
    let mut text = introduction(tests, counts);
    for section in &SECTIONS {
        let of_section: Vec<&Count<'_>> = counts.iter().filter(|count| count.section == section.name).collect();
        ensure!(!of_section.is_empty(), "no test counted anything for `{}`", section.name);
        let _ = write!(text, "\n## {}\n\n{}\n\n", section.title, section.about);
        text.push_str(&table(section.shape, &of_section));
    }
    text.push_str(
        "\n## Not counted here\n\n\
         Tests of the engine that do not count what they try; the real program under strace (`bench/every_call.py`); moves\n\
         killed on real ext4 and XFS in a virtual machine (`cargo xtask vm kills`).\n",
    );
    Ok(text)
}

fn introduction(tests: &[String], counts: &[Count<'_>]) -> String {
    let of_places = counts.iter().filter(|count| count.section != "seeds");
    let total: u64 = of_places.map(|count| count.times).sum();
    let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
    format!(
        "# The crash matrix\n\n\
         Made by `cargo xtask matrix` from a run of these tests of the engine, all on the simulator:\n{}.\n\
         Beside the worlds made by seeds they disturbed moves {total} times, in another place or another way each time.\n\
         No test failed, else this document would not have been written.\n\n\
         Unless a section says otherwise, each move ended as done or as undone, where one that was stopped before it was\n\
         accepted counts as undone, and then\n\n\
         * every visible name of both mounts was compared with what had to be there: kind, content, owner, mode, time of\n  \
           modification, extended attributes, inode flags, project ID, what a link points to, and which names are one\n  \
           inode. Not compared are other times, inode numbers, and the time of modification of the two projects' folders\n  \
           and of a folder `other`, which names leave or enter;\n\
         * nothing of an undone move was left hidden, and of a done one no more than the retired source or what was replaced,\n  \
           and the record that describes it, but for what the move says it could not write or remove;\n\
         * the charges of three projects on the first mount were counted again, entry by entry, and no file on tape was read.\n\n\
         The tree has empty and deep folders, hard links inside, a dangling symbolic link, a fifo, a sparse file, extended\n\
         attributes, inode flags, and names that are not UTF-8, have a newline or 255 bytes. What many work in has entries\n\
         of two owners, access control lists, symbolic links that loop, climb or are absolute, for root entries that two other\n\
         projects pay for, and, where nothing is copied, a file with another name outside and on Lustre one on tape only.\n",
        tests.join(", ")
    )
}

/// Names in the order in which they were met first.
fn names<'a>(counts: &[&Count<'a>], name: impl Fn(&Count<'a>) -> &'a str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for count in counts {
        if !names.contains(&name(count)) {
            names.push(name(count));
        }
    }
    names
}

/// Tests end in any order, and the one that goes through most cases says in which they come.
fn cases<'a>(counts: &[&Count<'a>]) -> Vec<&'a str> {
    let cases_of = |what: &str| counts.iter().filter(|count| count.what == what).count();
    let mut counts = counts.to_vec();
    counts.sort_by_key(|count| std::cmp::Reverse(cases_of(count.what)));
    names(&counts, |count| count.case)
}

fn table(shape: Shape, counts: &[&Count<'_>]) -> String {
    let (mut whats, cases) = (names(counts, |count| count.what), cases(counts));
    whats.sort_unstable_by_key(|what| (*what != "worlds", *what));
    let times = |what: Option<&str>, case: Option<&str>| {
        let is_meant =
            |count: &&&Count<'_>| what.is_none_or(|what| count.what == what) && case.is_none_or(|case| count.case == case);
        counts.iter().filter(is_meant).map(|count| count.times).sum::<u64>()
    };
    match shape {
        Shape::ByCase => render(&cases, &whats, |case, what| times(Some(what), Some(case))),
        Shape::ByWhat => render(&whats, &cases, |what, case| times(Some(what), Some(case))),
        Shape::Sums => render(&whats, &["times"], |what, _| times(Some(what), None)),
    }
}

fn render(lines: &[&str], columns: &[&str], times: impl Fn(&str, &str) -> u64) -> String {
    let mut text = format!("| | {} |\n|---|{}\n", columns.join(" | "), "--:|".repeat(columns.len()));
    for line in lines {
        let _ = write!(text, "| {line} |");
        for column in columns {
            match times(line, column) {
                0 => text.push_str(" |"),
                times => _ = write!(text, " {times} |"),
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(section: &'static str, what: &'static str, case: &'static str, times: u64) -> Count<'static> {
        Count { section, what, case, times }
    }

    fn one_of_each() -> Vec<Count<'static>> {
        SECTIONS.iter().map(|section| count(section.name, "something", "rename", 1)).collect()
    }

    #[test]
    fn each_section_has_a_table_of_its_shape() {
        let more = [
            count("stopped", "killed", "copy", 2),
            count("stopped", "killed", "rename", 3),
            count("others", "write", "rename", 4),
            count("others", "write", "copy", 5),
            count("seeds", "EIO", "kept seeds", 6),
            count("seeds", "worlds", "kept seeds", 7),
        ];
        let document = of(&["laws".to_owned()], &one_of_each().into_iter().chain(more).collect::<Vec<_>>()).unwrap();
        for expected in [
            "disturbed moves 19 times",
            "\n| | killed | something |\n|---|--:|--:|\n| copy | 2 | |\n| rename | 3 | 1 |\n",
            "\n| | times |\n|---|--:|\n| something | 1 |\n| write | 9 |\n",
            "\n| | rename | kept seeds |\n|---|--:|--:|\n| worlds | | 7 |\n| EIO | | 6 |\n| something | 1 | |\n",
        ] {
            assert!(document.contains(expected), "{expected} in {document}");
        }
    }

    #[test]
    fn nothing_is_left_out_without_a_word() {
        assert!(of(&[], &one_of_each()[1..]).is_err(), "a section without counts");
        let unknown = [count("unheard of", "something", "rename", 1)];
        assert!(of(&[], &one_of_each().into_iter().chain(unknown).collect::<Vec<_>>()).is_err(), "counts without a section");
    }
}
