//! Names of moves and projects, and of what the server holds for a browser.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Crockford's base 32 in lower case: no letter that reads like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of an engine's name: five bits each, forty bits in all.
const ENGINE_LENGTH: usize = 8;

/// Which state folder a move belongs to: forty random bits, drawn when the folder is made.
///
/// It is part of every hidden folder's name, so that two engines which know nothing of
/// each other still tell their folders apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EngineId(u64);

impl From<EngineId> for String {
    fn from(id: EngineId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EngineId {
    type Error = InvalidMoveId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl EngineId {
    /// Takes the lowest forty bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << 40) - 1))
    }

    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for EngineId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..ENGINE_LENGTH).rev() {
            let digit = (self.0 >> (5 * place)) & 31;
            write!(out, "{}", char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]))?;
        }
        Ok(())
    }
}

impl FromStr for EngineId {
    type Err = InvalidMoveId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let first: MoveId = format!("{text}-1").parse().map_err(|_| InvalidMoveId(text.to_owned()))?;
        Ok(first.engine)
    }
}

/// One move: the engine that runs it and its number there, as in `k3q8x2mz-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MoveId {
    /// The engine that accepted the move.
    pub engine: EngineId,
    /// Counts up from 1 within one engine.
    pub number: u32,
}

impl fmt::Display for MoveId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.engine, self.number)
    }
}

/// The text is not the name of a move.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the name of a move")]
pub struct InvalidMoveId(String);

impl FromStr for MoveId {
    type Err = InvalidMoveId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidMoveId(text.to_owned());
        let (engine, number) = text.split_once('-').ok_or_else(invalid)?;
        if engine.len() != ENGINE_LENGTH {
            return Err(invalid());
        }
        let mut bits = 0;
        for character in engine.bytes() {
            let digit = ALPHABET.iter().position(|&known| known == character).ok_or_else(invalid)?;
            bits = (bits << 5) | digit as u64;
        }
        // `u32::from_str` also takes a sign and leading zeros; a name has one spelling.
        let number: u32 = number.parse().map_err(|_| invalid())?;
        let id = Self { engine: EngineId(bits), number };
        if id.to_string() == text { Ok(id) } else { Err(invalid()) }
    }
}

impl From<MoveId> for String {
    fn from(id: MoveId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for MoveId {
    type Error = InvalidMoveId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The number that a file system charges an inode to; 0 is no project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProjectId(pub u32);

impl ProjectId {
    /// Entries that belong to no project; never limited on any file system.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for ProjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// One survey that the server holds for a browser that drags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SurveyId(pub u32);

/// One reading of a folder that the server holds for whoever scrolls in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReadingId(pub u32);

/// One search that the server holds for whoever looks at its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchId(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_id_reads_back_from_its_text() {
        let id = MoveId { engine: EngineId::from_bits(0x12_3456_789a), number: 12 };
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string(), "28t5cy4t-12");
    }

    #[test]
    fn a_text_that_no_engine_wrote_is_refused() {
        for text in ["", "12", "28t5cy4t", "28t5cy4t-", "28t5cy4t-+1", "28t5cy4t-01", "28T5CY4T-1", "u8t5cy4t-1"] {
            assert!(text.parse::<MoveId>().is_err(), "{text:?}");
        }
    }
}
