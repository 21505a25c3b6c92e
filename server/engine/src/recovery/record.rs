//! A move written down beside its source, readable without any journal: pure.
//!
//! The first line is the move as it was accepted; each later one is something that a step found
//! out. A crash may tear a line that was being added: it is passed over, and the next begins anew.

use serde::{Deserialize, Serialize};
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;

use crate::moves::event::Note;
use crate::planner::plan::MovePlan;

/// What this release writes and understands.
const VERSION: u32 = 1;

/// A move as its first line tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    #[serde(rename = "move")]
    pub id: MoveId,
    /// The machine and the state folder of the journal that the move belongs to.
    pub home: String,
    pub plan: MovePlan,
}

/// One later line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedNote {
    pub item: u32,
    pub note: Note,
}

impl Record {
    pub fn new(id: MoveId, home: String, plan: MovePlan) -> Self {
        Self { version: VERSION, id, home, plan }
    }

    /// `.tidelock-<move>.record`, beside the first source.
    pub fn name(id: MoveId) -> Option<FileName> {
        FileName::new(format!(".tidelock-{id}.record").into_bytes()).ok()
    }

    /// The first line.
    pub fn header(&self) -> Option<Vec<u8>> {
        let mut line = serde_json::to_vec(self).ok()?;
        line.push(b'\n');
        Some(line)
    }

    /// Whether a crash came before the first line was whole: then the move had not begun.
    pub fn is_torn(bytes: &[u8]) -> bool {
        let line = bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[..end]);
        line.is_none_or(|line| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err())
    }

    /// Reads what was written; none if it is no record of a version that this release knows.
    pub fn parse(bytes: &[u8]) -> Option<(Self, Vec<RecordedNote>)> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let record: Self = serde_json::from_slice(&bytes[..end]).ok().filter(|record: &Self| record.version == VERSION)?;
        let lines = bytes[end..].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Some((record, lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()))
    }
}

impl RecordedNote {
    /// A line of its own, whatever an earlier crash has left before it.
    pub fn line(&self) -> Option<Vec<u8>> {
        let text = serde_json::to_vec(self).ok()?;
        Some([b"\n", text.as_slice(), b"\n"].concat())
    }
}

#[cfg(test)]
mod tests {
    use tidelock_shared::id::EngineId;

    use super::*;

    fn record() -> Record {
        Record::new(MoveId { engine: EngineId::from_bits(7), number: 3 }, "here:/state".to_owned(), MovePlan::default())
    }

    fn note(seconds: i64) -> RecordedNote {
        RecordedNote { item: 1, note: Note::CopyBegun { seconds } }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = [record().header().unwrap(), note(1).line().unwrap(), note(2).line().unwrap()].concat();
        assert_eq!(Record::parse(&written), Some((record(), vec![note(1), note(2)])));
    }

    #[test]
    fn a_torn_line_costs_nothing_but_itself() {
        let (header, line) = (record().header().unwrap(), note(1).line().unwrap());
        for torn in 0..line.len() - 1 {
            let written = [&header, &line[..torn], note(2).line().unwrap().as_slice()].concat();
            let (_, notes) = Record::parse(&written).unwrap();
            assert_eq!(notes.last(), Some(&note(2)), "torn after {torn}");
        }
        for torn in 0..header.len() {
            assert_eq!(Record::parse(&header[..torn]), None, "torn after {torn}");
            assert!(Record::is_torn(&header[..torn]));
        }
        assert!(!Record::is_torn(&header));
    }

    #[test]
    fn a_record_of_a_later_release_is_not_guessed_at() {
        let later = Record { version: VERSION + 1, ..record() };
        assert_eq!(Record::parse(&later.header().unwrap()), None);
        assert!(!Record::is_torn(&later.header().unwrap()));
    }
}
