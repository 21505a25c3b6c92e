//! The first frames: each side says which build it is, and only the same build goes on.
//!
//! What follows is not made for a reader of another build, so this alone keeps its form for ever.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::frame::{FrameReader, FrameWriter, Sealed, Unreadable, opened};
use crate::fs::Caller;

/// How the first frame begins, on both sides.
const MARK: &[u8] = b"tidelock worker ";
const GREETING_BYTES_MAX: usize = 1024;
/// Whoever says nothing for so long is not going to.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why two processes do not work together.
#[derive(Debug, thiserror::Error)]
pub enum GreetingError {
    #[error("what is on the other side is no worker of tidelock, and no server either")]
    Stranger,
    #[error("the other side is of another build: {other}, where this is {own}")]
    OtherBuild { own: String, other: String },
    #[error("the other side has gone without a word")]
    Gone,
    #[error("cannot greet the other side")]
    Io(#[from] io::Error),
}

/// Which build this is: the release, and the very program that runs. Another file with the same name is another build.
fn build() -> String {
    let release = env!("CARGO_PKG_VERSION");
    match std::fs::metadata("/proc/self/exe") {
        Ok(program) => {
            format!("{release} ({:x}.{:x}.{:x}.{:x})", program.ino(), program.size(), program.mtime(), program.mtime_nsec())
        }
        Err(_) => release.to_owned(),
    }
}

/// Says who this is and hears who the other is.
///
/// # Errors
/// If it is not of the same build, or does not say so within half a minute.
pub(crate) fn greet(stream: &UnixStream) -> Result<(FrameReader, FrameWriter), GreetingError> {
    greet_as(stream, &build())
}

fn greet_as(stream: &UnixStream, own: &str) -> Result<(FrameReader, FrameWriter), GreetingError> {
    let (mut reader, writer) = (FrameReader::new(stream.try_clone()?), FrameWriter::new(stream.try_clone()?));
    let greeting = Sealed::of_bytes(0, &[MARK, own.as_bytes()].concat()).map_err(|_| GreetingError::Stranger)?;
    writer.send(&greeting)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let heard = first(&mut reader)?;
    stream.set_read_timeout(None)?;
    let other = heard.strip_prefix(MARK).ok_or(GreetingError::Stranger)?;
    if other != own.as_bytes() {
        return Err(GreetingError::OtherBuild { own: own.to_owned(), other: tidelock_shared::name::shown(other).into_owned() });
    }
    Ok((reader, writer))
}

/// Tells the server who the worker has become.
pub(crate) fn welcome(writer: &FrameWriter, caller: Caller) -> Result<(), GreetingError> {
    let welcome = Sealed::of(0, &caller).map_err(|_| GreetingError::Stranger)?;
    Ok(writer.send(&welcome)?)
}

/// Hears who the worker has become.
pub(super) fn welcomed(stream: &UnixStream, reader: &mut FrameReader) -> Result<Caller, GreetingError> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let heard = first(reader)?;
    stream.set_read_timeout(None)?;
    opened(&heard).ok_or(GreetingError::Stranger)
}

fn first(reader: &mut FrameReader) -> Result<Vec<u8>, GreetingError> {
    match reader.next_within(GREETING_BYTES_MAX) {
        Ok(Some(frame)) if frame.number == 0 => Ok(frame.body),
        Ok(None) => Err(GreetingError::Gone),
        Err(Unreadable::Io(error)) => Err(error.into()),
        Ok(Some(_)) | Err(Unreadable::TooLong(_) | Unreadable::Truncated) => Err(GreetingError::Stranger),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What somebody says who was sent this.
    fn heard(sent: &[u8]) -> Result<(), GreetingError> {
        let (here, there) = UnixStream::pair().unwrap();
        (&there).write_all(sent).unwrap();
        there.shutdown(std::net::Shutdown::Write).unwrap();
        greet_as(&here, "1.2.3").map(drop)
    }

    fn framed(body: &[u8]) -> Vec<u8> {
        [&u32::try_from(body.len()).unwrap().to_le_bytes()[..], &[0; 8], body].concat()
    }

    #[test]
    fn only_the_same_build_is_worked_with() {
        assert!(heard(&framed(b"tidelock worker 1.2.3")).is_ok());
        let error = heard(&framed(b"tidelock worker 1.2.4\x1b[2J")).unwrap_err();
        assert_eq!(error.to_string(), "the other side is of another build: 1.2.4\\u{1b}[2J, where this is 1.2.3");
        for stranger in
            [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &framed(b"hello"), &framed(&[b'x'; 2000]), b"\0\0\0\0\x01\0\0\0\0\0\0\0"]
        {
            assert!(matches!(heard(stranger), Err(GreetingError::Stranger)), "{stranger:?}");
        }
        assert!(matches!(heard(b""), Err(GreetingError::Gone)));
    }

    #[test]
    fn a_program_knows_its_own_build() {
        assert_eq!(build(), build());
        assert!(build().contains('('));
    }
}
