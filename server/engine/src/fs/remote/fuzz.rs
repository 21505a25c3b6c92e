//! Frames and messages, from any bytes.

use std::fmt::Debug;
use std::io::Write;
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};

use super::frame::{FrameReader, opened};
use super::message::{Batch, Reply, Request};
use crate::fs::{Capabilities, Capacity, Quota, Status};

/// So much goes through a connection at once, without anybody who reads.
const STREAM_BYTES_MAX: usize = 64 << 10;

/// Whatever comes, a reader comes to its end, and what it took for frames is what was sent up to there.
pub(crate) fn frames(bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(STREAM_BYTES_MAX)];
    let Ok((here, there)) = UnixStream::pair() else { return };
    if (&here).write_all(bytes).is_err() {
        return;
    }
    drop(here);
    let mut reader = FrameReader::new(there);
    let mut rest = bytes;
    while let Ok(Some(frame)) = reader.next() {
        let length = u32::try_from(frame.body.len()).unwrap_or(u32::MAX);
        for sent in [&length.to_le_bytes()[..], &frame.number.to_le_bytes(), &frame.body] {
            assert!(rest.starts_with(sent));
            rest = &rest[sent.len()..];
        }
    }
}

/// What can be read as a message is read again from what it is written as.
pub(crate) fn messages(body: &[u8]) {
    again::<Request<'_>>(body);
    again::<Reply<'_, ()>>(body);
    again::<Reply<'_, Status>>(body);
    again::<Reply<'_, Batch<'_>>>(body);
    again::<Reply<'_, Capabilities>>(body);
    again::<Reply<'_, Capacity>>(body);
    again::<Reply<'_, Option<Quota>>>(body);
}

fn again<'a, T: Deserialize<'a> + Serialize + PartialEq + Debug>(body: &'a [u8]) {
    let Some(message) = opened::<T>(body) else { return };
    // What borrows cannot be read from what lives shorter: the bytes are compared.
    let written = postcard::to_allocvec(&message);
    assert!(written.is_ok_and(|written| written.len() <= body.len()), "{message:?}");
}
