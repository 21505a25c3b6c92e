//! Frames: how long, which number, and so many bytes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use parking_lot::Mutex;
use serde::Serialize;

/// No frame is longer, whatever it says.
pub(crate) const FRAME_BYTES_MAX: usize = 4 << 20;
/// The length of what follows as 4 bytes, the number as 8, the lowest byte first.
const HEAD_BYTES: usize = 12;
/// So much is read at once: many small frames, or the beginning of a long one.
const BUFFER_BYTES: usize = 64 << 10;

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Of the call or order that it belongs to.
    pub(crate) number: u64,
    pub(crate) body: Vec<u8>,
}

/// Why there is no next frame, although the other side has not closed its end in between two.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("a frame says that it has {0} bytes")]
    TooLong(u64),
    #[error("the connection ends within a frame")]
    Truncated,
    #[error("the connection cannot be read")]
    Io(#[from] io::Error),
}

/// Reads one frame after the other.
pub(crate) struct FrameReader {
    stream: BufReader<UnixStream>,
    /// Where the next frame begins is not known any more.
    is_lost: bool,
}

impl FrameReader {
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self { stream: BufReader::with_capacity(BUFFER_BYTES, stream), is_lost: false }
    }

    /// The next frame; none once the other side has closed its end. Whoever asks again after a frame that cannot
    /// be read gets none, and only then: what still comes is thrown away.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Unreadable> {
        self.next_within(FRAME_BYTES_MAX)
    }

    /// The same of a frame that has to be shorter.
    pub(crate) fn next_within(&mut self, bytes_max: usize) -> Result<Option<Frame>, Unreadable> {
        if self.is_lost {
            self.drain();
            return Ok(None);
        }
        let answer = self.read(bytes_max);
        self.is_lost = answer.is_err();
        answer
    }

    fn read(&mut self, bytes_max: usize) -> Result<Option<Frame>, Unreadable> {
        if has_ended(&mut self.stream)? {
            return Ok(None);
        }
        let mut length = [0; 4];
        let mut number = [0; 8];
        for part in [&mut length[..], &mut number] {
            self.stream.read_exact(part).map_err(unreadable)?;
        }
        let length = u32::from_le_bytes(length);
        let wanted = usize::try_from(length).ok().filter(|wanted| *wanted <= bytes_max);
        let Some(wanted) = wanted else { return Err(Unreadable::TooLong(length.into())) };
        // Room is made for what has come, not for what was announced.
        let mut body = Vec::with_capacity(wanted.min(BUFFER_BYTES));
        (&mut self.stream).take(length.into()).read_to_end(&mut body)?;
        if body.len() < wanted {
            return Err(Unreadable::Truncated);
        }
        Ok(Some(Frame { number: u64::from_le_bytes(number), body }))
    }

    fn drain(&mut self) {
        // An error ends it as a closed end does.
        let _ = io::copy(&mut self.stream, &mut io::sink());
    }
}

fn has_ended(stream: &mut BufReader<UnixStream>) -> io::Result<bool> {
    loop {
        match stream.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The other side was killed with something of ours unread.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(true),
            answer => return answer.map(<[u8]>::is_empty),
        }
    }
}

fn unreadable(error: io::Error) -> Unreadable {
    if error.kind() == io::ErrorKind::UnexpectedEof { Unreadable::Truncated } else { Unreadable::Io(error) }
}

/// Sends frames, each of them whole, from many threads.
pub(crate) struct FrameWriter {
    stream: UnixStream,
    turn: Mutex<()>,
}

impl FrameWriter {
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self { stream, turn: Mutex::new(()) }
    }

    pub(crate) fn send(&self, frame: &Sealed) -> io::Result<()> {
        let _turn = self.turn.lock();
        (&self.stream).write_all(&frame.0)
    }

    /// What is sent from now on fails, or what would be read from now on is the end.
    pub(crate) fn shut(&self, how: Shutdown) {
        // It may be shut already.
        let _ = self.stream.shutdown(how);
    }

    pub(crate) fn stream(&self) -> &UnixStream {
        &self.stream
    }
}

/// A frame as it is sent.
pub(crate) struct Sealed(Vec<u8>);

/// The message would be longer than a frame.
#[derive(Debug, thiserror::Error)]
#[error("a message is longer than a frame")]
pub(crate) struct DoesNotFit;

impl Sealed {
    pub(crate) fn of<T: Serialize>(number: u64, message: &T) -> Result<Self, DoesNotFit> {
        let frame = postcard::to_extend(message, Self::head(number)).map_err(|_| DoesNotFit)?;
        Self::close(frame)
    }

    /// Of bytes that are sent as they are.
    pub(crate) fn of_bytes(number: u64, body: &[u8]) -> Result<Self, DoesNotFit> {
        let mut frame = Self::head(number);
        frame.extend_from_slice(body);
        Self::close(frame)
    }

    pub(crate) fn empty(number: u64) -> Self {
        Self(Self::head(number))
    }

    fn head(number: u64) -> Vec<u8> {
        let mut frame = Vec::with_capacity(128);
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&number.to_le_bytes());
        frame
    }

    fn close(mut frame: Vec<u8>) -> Result<Self, DoesNotFit> {
        let length = frame.len().saturating_sub(HEAD_BYTES);
        let told = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES_MAX).ok_or(DoesNotFit)?;
        for (byte, told) in frame.iter_mut().zip(told.to_le_bytes()) {
            *byte = told;
        }
        Ok(Self(frame))
    }
}

/// Reads all of a body as one message; none if it is anything else.
pub(crate) fn opened<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    let (message, rest) = postcard::take_from_bytes(body).ok()?;
    rest.is_empty().then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(sent: &[u8]) -> (Vec<Frame>, Option<Unreadable>) {
        let (here, there) = UnixStream::pair().unwrap();
        (&here).write_all(sent).unwrap();
        drop(here);
        let mut reader = FrameReader::new(there);
        let mut frames = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, None),
                Err(unreadable) => {
                    assert!(matches!(reader.next(), Ok(None)));
                    return (frames, Some(unreadable));
                }
            }
        }
    }

    fn sealed(number: u64, body: &[u8]) -> Vec<u8> {
        Sealed::of_bytes(number, body).unwrap().0
    }

    #[test]
    fn frames_come_as_they_were_sent() {
        let sent = [sealed(7, b"one"), sealed(u64::MAX, b""), sealed(8, &[5; 200_000])].concat();
        let (frames, end) = read_all(&sent[..40]);
        assert!(matches!(end, Some(Unreadable::Truncated)), "{end:?}");
        assert_eq!(frames, [Frame { number: 7, body: b"one".to_vec() }, Frame { number: u64::MAX, body: Vec::new() }]);
        assert!(Sealed::of_bytes(1, &vec![0; FRAME_BYTES_MAX + 1]).is_err());
    }

    #[test]
    fn a_frame_may_be_cut_off_anywhere() {
        let whole = sealed(7, b"some bytes");
        for end in 1..whole.len() {
            let (frames, unreadable) = read_all(&whole[..end]);
            assert!(frames.is_empty() && matches!(unreadable, Some(Unreadable::Truncated)), "{end}");
        }
    }

    #[test]
    fn no_room_is_made_for_what_a_frame_only_says() {
        let too_long = u32::try_from(FRAME_BYTES_MAX).unwrap() + 1;
        for length in [too_long, u32::MAX] {
            let (_, unreadable) = read_all(&[&length.to_le_bytes()[..], &[0; 8], b"little"].concat());
            assert!(matches!(unreadable, Some(Unreadable::TooLong(told)) if told == u64::from(length)), "{unreadable:?}");
        }
        let (_, unreadable) = read_all(&[&(too_long - 1).to_le_bytes()[..], &[0; 8], b"little"].concat());
        assert!(matches!(unreadable, Some(Unreadable::Truncated)));
    }
}
