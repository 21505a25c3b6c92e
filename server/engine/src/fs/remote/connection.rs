//! The server's end: many threads ask, and each gets its own answer.
//!
//! There is no thread that reads. Of those who wait, one reads for all until he has his own answer, and lets
//! another one go on: a call that is alone is written and read by whoever makes it.

use std::collections::HashMap;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::frame::{FRAME_BYTES_MAX, Frame, FrameReader, FrameWriter, Sealed, Unreadable};
use super::message::{CALLS_AT_ONCE, Piece, Request};

/// So many orders of one connection may be under way.
pub(crate) const ORDERS_AT_ONCE: usize = 64;
/// Of those that may take long, so many at most, so that others get their turn.
const LONG_CALLS_AT_ONCE: usize = CALLS_AT_ONCE / 2;

/// The connection is over: what was asked may have been done or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// One connected worker, as the server sees it.
pub(crate) struct Connection {
    writer: FrameWriter,
    reader: Mutex<FrameReader>,
    state: Mutex<State>,
    next: AtomicU64,
    calls: Places,
    long_calls: Places,
    orders: Places,
}

struct State {
    waiting: HashMap<u64, Waiting>,
    has_reader: bool,
    end: End,
    /// It has said what makes no sense: whatever else it says is not heard.
    is_distrusted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    NotYet,
    /// Nothing is sent any more. What was sent may still be under way.
    Over,
    /// The other side has closed its end: nothing of it is under way.
    Gone,
}

/// Somebody who has asked.
struct Waiting {
    answer: Option<Vec<u8>>,
    wake: Arc<Condvar>,
    /// He sleeps until he is woken, and may read for the others.
    is_asleep: bool,
}

impl Connection {
    pub(super) fn new(reader: FrameReader, writer: FrameWriter) -> Self {
        Self {
            writer,
            reader: Mutex::new(reader),
            state: Mutex::new(State { waiting: HashMap::new(), has_reader: false, end: End::NotYet, is_distrusted: false }),
            next: AtomicU64::new(1),
            calls: Places::of(CALLS_AT_ONCE - LONG_CALLS_AT_ONCE),
            long_calls: Places::of(LONG_CALLS_AT_ONCE),
            orders: Places::of(ORDERS_AT_ONCE),
        }
    }

    /// Whether nothing can be asked any more.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().end != End::NotYet || is_hung_up(self.writer.stream(), Duration::ZERO)
    }

    /// Waits until the other side has closed its end, for so long; whether it has.
    pub(crate) fn wait_until_gone(&self, patience: Duration) -> bool {
        self.state.lock().end == End::Gone || is_hung_up(self.writer.stream(), patience)
    }

    /// Asks for nothing more. What is under way is waited for.
    pub(crate) fn end(&self) {
        self.end_in(&mut self.state.lock());
    }

    /// The same, and hears nothing more, because what it has heard makes no sense.
    pub(crate) fn distrust(&self) {
        let mut state = self.state.lock();
        state.is_distrusted = true;
        self.end_in(&mut state);
    }

    fn end_in(&self, state: &mut State) {
        if state.end == End::NotYet {
            state.end = End::Over;
            self.writer.shut(Shutdown::Write);
        }
    }

    /// Asks once and waits for the answer.
    pub(super) fn ask(&self, request: impl FnOnce(u64) -> Option<Sealed>, may_take_long: bool) -> Result<Vec<u8>, Lost> {
        let places = if may_take_long { &self.long_calls } else { &self.calls };
        let _place = places.take();
        let asked = self.begin()?;
        self.send(request(asked.number))?;
        asked.wait()
    }

    /// Tells what is not answered.
    pub(super) fn tell(&self, request: &Request<'_>) {
        // Whoever is gone has nothing open.
        let _ = self.send(Sealed::of(0, request).ok());
    }

    /// Sends bytes as an order and waits for what is told of it.
    pub(crate) fn order(&self, bytes: &[u8]) -> Result<Conversation<'_>, Lost> {
        let place = self.orders.take();
        let asked = self.begin()?;
        // Smaller than a frame by what says which it is.
        let mut pieces = bytes.chunks(FRAME_BYTES_MAX / 4).peekable();
        while let Some(piece) = pieces.next() {
            let piece = Piece { bytes: serde_bytes::Bytes::new(piece), is_last: pieces.peek().is_none() };
            self.send(Sealed::of(asked.number, &Request::Order(piece)).ok())?;
        }
        Ok(Conversation { asked, _place: place, is_through: false })
    }

    fn begin(&self) -> Result<Asked<'_>, Lost> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let wake = Arc::new(Condvar::new());
        let mut state = self.state.lock();
        if state.end != End::NotYet {
            return Err(Lost);
        }
        state.waiting.insert(number, Waiting { answer: None, wake: wake.clone(), is_asleep: false });
        Ok(Asked { connection: self, number, wake })
    }

    fn send(&self, sealed: Option<Sealed>) -> Result<(), Lost> {
        let Some(sealed) = sealed else { return Err(Lost) };
        if self.state.lock().end != End::NotYet {
            return Err(Lost);
        }
        self.writer.send(&sealed).map_err(|_| {
            self.end();
            Lost
        })
    }

    /// What was read belongs to somebody, or everything is over.
    fn dispatch(&self, state: &mut State, read: Result<Option<Frame>, Unreadable>) {
        match read {
            Ok(Some(_)) if state.is_distrusted => {}
            Ok(Some(frame)) => match state.waiting.get_mut(&frame.number) {
                Some(waiting) if waiting.answer.is_none() => {
                    waiting.answer = Some(frame.body);
                    waiting.wake.notify_one();
                }
                _ => {
                    tracing::warn!(number = frame.number, "a worker has answered what nobody asked: it is not believed any more");
                    state.is_distrusted = true;
                    self.end_in(state);
                }
            },
            Ok(None) | Err(Unreadable::Io(_)) => {
                self.end_in(state);
                state.end = End::Gone;
                state.waiting.values().for_each(|waiting| {
                    waiting.wake.notify_one();
                });
            }
            // It is over, and goes on being read until the other side has understood.
            Err(unreadable @ (Unreadable::TooLong(_) | Unreadable::Truncated)) => {
                tracing::warn!(%unreadable, "a worker cannot be understood: it is not believed any more");
                state.is_distrusted = true;
                self.end_in(state);
            }
        }
    }
}

/// A number under which something was asked.
struct Asked<'a> {
    connection: &'a Connection,
    number: u64,
    wake: Arc<Condvar>,
}

impl Asked<'_> {
    /// Waits for the next answer, or until it is sure that none comes: then nothing is under way any more.
    fn wait(&self) -> Result<Vec<u8>, Lost> {
        let connection = self.connection;
        let mut state = connection.state.lock();
        loop {
            if let Some(answer) = state.waiting.get_mut(&self.number).and_then(|waiting| waiting.answer.take()) {
                return Ok(answer);
            }
            if state.end == End::Gone {
                return Err(Lost);
            }
            if state.has_reader {
                self.sleep(&mut state);
            } else {
                state.has_reader = true;
                let read = MutexGuard::unlocked(&mut state, || connection.reader.lock().next());
                state.has_reader = false;
                connection.dispatch(&mut state, read);
                state.let_another_read(self.number);
            }
        }
    }

    fn sleep(&self, state: &mut MutexGuard<'_, State>) {
        state.set_asleep(self.number, true);
        self.wake.wait(state);
        state.set_asleep(self.number, false);
    }
}

impl State {
    fn set_asleep(&mut self, number: u64, is_asleep: bool) {
        if let Some(waiting) = self.waiting.get_mut(&number) {
            waiting.is_asleep = is_asleep;
        }
    }

    /// Somebody who sleeps reads on, if whoever has read until now has his answer.
    fn let_another_read(&mut self, reader: u64) {
        let goes_on = self.waiting.get(&reader).is_some_and(|waiting| waiting.answer.is_none()) && self.end != End::Gone;
        if !goes_on {
            self.wake_a_reader();
        }
    }

    fn wake_a_reader(&self) {
        if !self.has_reader
            && let Some(waiting) = self.waiting.values().find(|waiting| waiting.is_asleep && waiting.answer.is_none())
        {
            waiting.wake.notify_one();
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut state = self.connection.state.lock();
        state.waiting.remove(&self.number);
        state.wake_a_reader();
    }
}

/// An order that is being performed.
pub(crate) struct Conversation<'a> {
    asked: Asked<'a>,
    _place: Place<'a>,
    is_through: bool,
}

impl Conversation<'_> {
    /// The next report.
    pub(crate) fn next(&mut self) -> Result<Vec<u8>, Lost> {
        let heard = self.asked.wait();
        self.is_through = heard.is_err();
        heard
    }

    /// Answers a report, and lets the worker go on or stop.
    pub(crate) fn answer(&mut self, stops: bool) -> Result<(), Lost> {
        let sealed = Sealed::of(self.asked.number, &Request::Then { stops }).ok();
        self.asked.connection.send(sealed)
    }

    /// The last report has come.
    pub(crate) fn close(mut self) {
        self.is_through = true;
    }

    /// Hears nothing more of the worker, and waits until it is gone.
    pub(crate) fn give_up(mut self) {
        self.asked.connection.distrust();
        while self.next().is_ok() {}
    }
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        if !self.is_through {
            // Whoever was told has ended in the middle: the worker is to stop too.
            self.asked.connection.end();
        }
    }
}

/// Whether the other side has closed its end, or does so within so long.
fn is_hung_up(stream: &UnixStream, patience: Duration) -> bool {
    let limit = Timespec::try_from(patience).ok();
    let mut asked = [PollFd::new(stream, PollFlags::empty())];
    match poll(&mut asked, limit.as_ref()) {
        Ok(_) => asked.iter().any(|asked| asked.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)),
        Err(_) => false,
    }
}

/// Room for so many at once.
struct Places {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Places {
    fn of(count: usize) -> Self {
        Self { free: Mutex::new(count), freed: Condvar::new() }
    }

    fn take(&self) -> Place<'_> {
        let mut free = self.free.lock();
        while *free == 0 {
            self.freed.wait(&mut free);
        }
        *free -= 1;
        Place(self)
    }
}

struct Place<'a>(&'a Places);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock() += 1;
        self.0.freed.notify_one();
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Connection").finish_non_exhaustive()
    }
}
