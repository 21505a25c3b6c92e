//! A file that is only added to: lines of JSON, each of which names the digest of the line before.
//!
//! Whoever changes or takes out a line breaks the chain from there on. Whoever cuts off its end, or writes
//! all of it anew, does not: that only a digest kept elsewhere tells ([`verify`] takes one). A line that a
//! crash left unfinished stays, and the next record says so.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Of a line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// What the first record names.
    const NONE: Self = Self([0; 32]);

    pub(super) fn of(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What every record says of itself, before what it is about.
#[derive(Serialize)]
struct Link<'a, T> {
    number: u64,
    time_ms: i64,
    /// The digest of the line before.
    previous: Digest,
    #[serde(flatten)]
    about: &'a T,
}

/// As far as the chain is concerned.
#[derive(Deserialize)]
struct Head {
    number: u64,
    previous: String,
    act: String,
}

/// The act of a record that stands after a line which a crash left unfinished.
pub(super) const TORN: &str = "torn";

/// The end of the file, to which records are added.
pub(super) struct Chain {
    file: File,
    head: Digest,
    next: u64,
}

impl Chain {
    /// Opens the file, or makes it. Answers also its lines since the last that `is_enough`, itself included,
    /// and whether what stands at the end was never finished.
    pub(super) fn open(path: &Path, is_enough: impl Fn(&str) -> bool) -> io::Result<(Self, Vec<String>, bool)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        let (mut lines, ends_well) = last_lines(&mut file, is_enough)?;
        let head = lines.last().map_or(Digest::NONE, |line| Digest::of(line));
        if !ends_well {
            file.write_all(b"\n")?;
        }
        let is_torn = !ends_well || lines.last().is_some_and(|line| record(line).is_none());
        let newest = lines.iter().rev().find_map(|line| record(line));
        let next = newest.map_or(1, |newest| newest.number + 1);
        let chain = Self { file, head, next };
        lines.retain(|line| record(line).is_some());
        Ok((chain, lines.into_iter().filter_map(|line| String::from_utf8(line).ok()).collect(), is_torn))
    }

    /// On stable storage when this returns.
    pub(super) fn add<T: Serialize>(&mut self, time_ms: i64, about: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Link { number: self.next, time_ms, previous: self.head, about })?;
        let head = Digest::of(&line);
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        (self.head, self.next) = (head, self.next + 1);
        Ok(())
    }

    pub(super) fn head(&self) -> Digest {
        self.head
    }
}

/// So many records before that number, or the newest, oldest first; what a crash left unfinished is left out.
pub(super) fn records_before(path: &Path, before: Option<u64>, count: u64) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let number = |line: &str| record(line.as_bytes()).map(|head| head.number);
    let (newest, _) = last_lines(&mut file, |line| number(line).is_some())?;
    let newest = newest.iter().rev().find_map(|line| record(line)).map_or(0, |head| head.number);
    let end = before.unwrap_or(u64::MAX).min(newest + 1);
    let first = end.saturating_sub(count).max(1);
    let (lines, _) = last_lines(&mut file, |line| number(line) == Some(first))?;
    let lines = lines.into_iter().filter_map(|line| String::from_utf8(line).ok());
    Ok(lines.filter(|line| number(line).is_some_and(|number| (first..end).contains(&number))).collect())
}

fn record(line: &[u8]) -> Option<Head> {
    serde_json::from_slice(line).ok()
}

/// The lines since the last that is enough, or all, and whether the file ends with a whole line. Read from the
/// end: of a long life only the newest is wanted.
fn last_lines(file: &mut File, is_enough: impl Fn(&str) -> bool) -> io::Result<(Vec<Vec<u8>>, bool)> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut wanted = 1 << 16;
    loop {
        let from = length.saturating_sub(wanted);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        Read::by_ref(file).take(length - from).read_to_end(&mut bytes)?;
        let ends_well = bytes.last().is_none_or(|last| *last == b'\n');
        if ends_well {
            bytes.pop();
        }
        let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if from > 0 {
            // It may have begun before.
            lines.remove(0);
        }
        if bytes.is_empty() {
            lines.clear();
        }
        if let Some(at) = lines.iter().rposition(|line| std::str::from_utf8(line).is_ok_and(&is_enough)) {
            return Ok((lines.split_off(at), ends_well));
        }
        if from == 0 {
            return Ok((lines, ends_well));
        }
        wanted *= 4;
    }
}

/// What a chain that holds says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Verified {
    pub(crate) records: u64,
    /// The digest of its last line.
    pub(crate) head: Digest,
    /// Lines that crashes left unfinished, each followed by a record that says so.
    pub(crate) torn: u64,
    /// The last line is being written, or was left by a crash since.
    pub(crate) is_unfinished: bool,
    /// Whether the digest that was asked for is that of a line; none if none was.
    pub(crate) has_known: Option<bool>,
}

/// Why a chain does not hold, and from which line on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("line {line} is no record")]
    NoRecord { line: u64 },
    #[error("line {line} does not follow the one before: something there was changed or taken out")]
    OtherPrevious { line: u64 },
    #[error("line {line} has another number than comes next")]
    OtherNumber { line: u64 },
    #[error("cannot be read")]
    Unreadable(#[from] io::Error),
}

/// Reads the whole chain. `known` is a digest that was kept elsewhere: is it that of one of its lines?
pub(crate) fn verify(path: &Path, known: Option<&str>) -> Result<Verified, Broken> {
    let mut file = BufReader::new(File::open(path)?);
    let has_known = known.map(|_| false);
    let mut found = Verified { records: 0, head: Digest::NONE, torn: 0, is_unfinished: false, has_known };
    let (mut line, mut text, mut is_torn) = (0, Vec::new(), false);
    loop {
        text.clear();
        if file.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        line += 1;
        if text.pop_if(|last| *last == b'\n').is_none() {
            found.is_unfinished = true;
            return Ok(found);
        }
        match record(&text) {
            Some(read) => {
                if read.previous != found.head.to_string() {
                    return Err(Broken::OtherPrevious { line });
                }
                if read.number != found.records + 1 {
                    return Err(Broken::OtherNumber { line });
                }
                if is_torn && read.act != TORN {
                    return Err(Broken::NoRecord { line: line - 1 });
                }
                (found.records, is_torn) = (read.number, false);
            }
            // Several crashes may follow each other.
            None => (is_torn, found.torn) = (true, found.torn + 1),
        }
        found.head = Digest::of(&text);
        if known.is_some_and(|known| known.eq_ignore_ascii_case(&found.head.to_string())) {
            found.has_known = Some(true);
        }
    }
    // Nobody has opened the file since.
    found.is_unfinished = is_torn;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn never(_: &str) -> bool {
        false
    }

    fn filled(path: &Path, records: u64) -> Digest {
        let (mut chain, ..) = Chain::open(path, never).unwrap();
        for number in 0..records {
            chain.add(7, &json!({ "act": "test", "what": number })).unwrap();
        }
        chain.head()
    }

    #[test]
    fn a_chain_goes_on_where_it_ended_and_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        filled(&path, 3);
        let middle = filled(&path, 2);
        let head = filled(&path, 400);
        let found = verify(&path, Some(&middle.to_string())).unwrap();
        assert_eq!(found, Verified { records: 405, head, torn: 0, is_unfinished: false, has_known: Some(true) });
        assert_eq!(verify(&path, Some("00")).unwrap().has_known, Some(false));
        let (_, lines, is_torn) = Chain::open(&path, |line| line.contains("\"what\":399")).unwrap();
        assert_eq!((lines.len(), is_torn), (1, false), "no more is read than is wanted");
        assert_eq!(Chain::open(&path, never).unwrap().1.len(), 405);
    }

    #[test]
    fn its_records_are_read_from_the_end_some_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        filled(&path, 700);
        let numbers = |before, count| -> Vec<u64> {
            let lines = records_before(&path, before, count).unwrap();
            lines.iter().map(|line| record(line.as_bytes()).unwrap().number).collect()
        };
        assert_eq!(numbers(None, 3), [698, 699, 700]);
        assert_eq!(numbers(Some(698), 2), [696, 697]);
        assert_eq!(numbers(Some(3), 50), [1, 2]);
        assert_eq!((numbers(Some(1), 50), numbers(Some(9999), 1)), (vec![], vec![700]));
    }

    #[test]
    fn every_line_that_is_changed_taken_out_or_put_in_breaks_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        filled(&path, 6);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        // The last line alone is nobody's previous: only its digest tells.
        for at in 0..5 {
            let mut without = lines.clone();
            without.remove(at);
            let mut twice = lines.clone();
            twice.insert(at, lines[at]);
            let mut changed = lines.clone();
            let other = lines[at].replace("\"what\"", "\"else\"");
            changed[at] = &other;
            let mut garbled = lines.clone();
            garbled[at] = "{";
            for forged in [without, twice, changed, garbled] {
                std::fs::write(&path, forged.join("\n") + "\n").unwrap();
                assert!(verify(&path, None).is_err(), "line {at}: {forged:?}");
            }
        }
        let head = Digest::of(lines[5].as_bytes()).to_string();
        std::fs::write(&path, lines[..5].join("\n") + "\n").unwrap();
        assert_eq!(verify(&path, Some(&head)).unwrap().has_known, Some(false), "a cut end is told by a digest kept elsewhere");
    }

    #[test]
    fn what_a_crash_left_unfinished_stays_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        filled(&path, 2);
        let whole = std::fs::read(&path).unwrap();
        for garbage in [&b"{\"number\":3"[..], b"\0\0\0\0", b"\0\0\n"] {
            std::fs::write(&path, [&whole[..], garbage].concat()).unwrap();
            assert!(verify(&path, None).unwrap().is_unfinished, "{garbage:?}");
            let (mut chain, lines, is_torn) = Chain::open(&path, never).unwrap();
            assert_eq!((lines.len(), is_torn), (2, true), "{garbage:?}");
            chain.add(9, &json!({ "act": TORN })).unwrap();
            filled(&path, 2);
            let found = verify(&path, None).unwrap();
            assert_eq!((found.records, found.torn, found.is_unfinished), (5, 1, false), "{garbage:?}");
        }
        std::fs::write(&path, [&whole[..], b"junk\n"].concat()).unwrap();
        let (mut chain, ..) = Chain::open(&path, never).unwrap();
        chain.add(9, &json!({ "act": "else" })).unwrap();
        assert!(matches!(verify(&path, None), Err(Broken::NoRecord { line: 3 })), "nobody says that it was a crash");
    }
}
