//! What a simulated file holds: pieces of bytes, of an invented pattern, and holes between.
//!
//! A pattern stands for terabytes without taking room, and copying it copies a few numbers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::fs::DataRange;

/// A file's size and its pieces, in order and without overlap; the rest are holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) size: u64,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    offset: u64,
    length: u64,
    data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Data {
    Bytes(Arc<[u8]>),
    /// The byte at file offset `n` is a function of the seed and `n`.
    Pattern(u64),
}

fn pattern_byte(seed: u64, offset: u64) -> u8 {
    seed.wrapping_add(offset / 64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()[7]
}

impl Content {
    /// `size` bytes of a pattern: as large as wanted, at no cost.
    pub(super) fn pattern(seed: u64, size: u64) -> Self {
        let pieces = if size == 0 { Vec::new() } else { vec![Piece { offset: 0, length: size, data: Data::Pattern(seed) }] };
        Self { size, pieces }
    }

    /// Bytes that the pieces are charged for, in blocks of 4 KiB.
    pub(super) fn allocated(&self) -> u64 {
        self.pieces.iter().map(|piece| (piece.offset + piece.length).div_ceil(4096) - piece.offset / 4096).sum::<u64>() * 4096
    }

    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let length = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        for (index, byte) in buffer[..length].iter_mut().enumerate() {
            *byte = self.byte(offset + index as u64);
        }
        length
    }

    fn byte(&self, offset: u64) -> u8 {
        let piece = self.pieces.iter().find(|piece| piece.offset <= offset && offset < piece.offset + piece.length);
        match piece {
            None => 0,
            Some(Piece { data: Data::Pattern(seed), .. }) => pattern_byte(*seed, offset),
            Some(Piece { data: Data::Bytes(bytes), offset: start, .. }) => {
                usize::try_from(offset - start).ok().and_then(|index| bytes.get(index)).copied().unwrap_or(0)
            }
        }
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        let length = bytes.len() as u64;
        self.replace(offset, length, vec![Piece { offset, length, data: Data::Bytes(bytes.into()) }]);
    }

    /// Takes over `length` bytes of another file at the same offset, holes included.
    pub(super) fn copy_from(&mut self, other: &Self, offset: u64, length: u64) -> u64 {
        let length = length.min(other.size.saturating_sub(offset));
        let pieces = other.pieces.iter().filter_map(|piece| piece.cut(offset, offset + length)).collect();
        self.replace(offset, length, pieces);
        length
    }

    fn replace(&mut self, offset: u64, length: u64, new: Vec<Piece>) {
        let end = offset + length;
        let kept = self.pieces.iter().flat_map(|piece| [piece.cut(0, offset), piece.cut(end, u64::MAX)]);
        let mut pieces: Vec<Piece> = kept.flatten().chain(new).filter(|piece| piece.length > 0).collect();
        pieces.sort_by_key(|piece| piece.offset);
        // A file that is copied piece by piece stays as small as its original.
        pieces.dedup_by(|next, before| before.absorb(next));
        self.pieces = pieces;
        self.size = self.size.max(end);
    }

    pub(super) fn resize(&mut self, size: u64) {
        self.pieces = self.pieces.iter().filter_map(|piece| piece.cut(0, size)).collect();
        self.size = size;
    }

    pub(super) fn next_data(&self, offset: u64) -> Option<DataRange> {
        let piece = self.pieces.iter().find(|piece| piece.offset + piece.length > offset)?;
        let start = piece.offset.max(offset);
        Some(DataRange { offset: start, length: piece.offset + piece.length - start })
    }
}

impl Piece {
    /// Grows over the piece that follows, if both are of one pattern.
    fn absorb(&mut self, next: &Self) -> bool {
        let (Data::Pattern(seed), Data::Pattern(other)) = (&self.data, &next.data) else { return false };
        let continues = seed == other && self.offset + self.length == next.offset;
        if continues {
            self.length += next.length;
        }
        continues
    }

    /// The part between two offsets.
    fn cut(&self, from: u64, to: u64) -> Option<Self> {
        let start = self.offset.max(from);
        let end = (self.offset + self.length).min(to);
        if start >= end {
            return None;
        }
        let data = match &self.data {
            Data::Pattern(seed) => Data::Pattern(*seed),
            Data::Bytes(bytes) => {
                let skip = usize::try_from(start - self.offset).ok()?;
                let take = usize::try_from(end - start).ok()?;
                Data::Bytes(bytes.get(skip..skip + take)?.into())
            }
        };
        Some(Self { offset: start, length: end - start, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &Content) -> Vec<u8> {
        let mut bytes = vec![9; 64];
        let length = content.read(0, &mut bytes);
        bytes.truncate(length);
        bytes
    }

    #[test]
    fn later_writes_win_and_holes_read_as_zero() {
        let mut content = Content::default();
        content.write(0, b"aaaa");
        content.write(6, b"bb");
        content.write(2, b"XX");
        assert_eq!(text(&content), b"aaXX\0\0bb");
        content.resize(3);
        assert_eq!(text(&content), b"aaX");
    }

    #[test]
    fn a_copied_range_equals_the_original_and_keeps_its_holes() {
        let mut original = Content::pattern(7, 10_000);
        original.resize(20_000);
        original.write(16_384, b"tail");
        let mut copy = Content::default();
        assert_eq!(copy.copy_from(&original, 0, u64::MAX), 20_000);
        assert_eq!(copy, original);
        assert_eq!(copy.next_data(10_000), Some(DataRange { offset: 16_384, length: 4 }));
        assert_eq!(copy.allocated(), 3 * 4096 + 4096);
    }

    #[test]
    fn copying_in_pieces_gives_what_copying_at_once_gives() {
        let original = Content::pattern(7, 10_000);
        let mut copy = Content::default();
        for offset in (0..10_000).step_by(4096) {
            copy.copy_from(&original, offset, 4096);
        }
        assert_eq!(copy, original);
    }
}
