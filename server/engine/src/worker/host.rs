//! The other end: the process that has become somebody, and does what it is asked as him.
//!
//! Its threads take turns at reading. Whoever has read a call lets another one read and makes it himself, so that one
//! that hangs keeps nobody waiting; a step has a thread of its own.

use std::collections::HashMap;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Scope};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::{InProcess, ORDER_BYTES_MAX, StepOrder, StepReport, Then, Worker};
use crate::crew::Crew;
use crate::fs::FileSystem;
use crate::fs::remote::{
    CALLS_AT_ONCE, Frame, FrameReader, FrameWriter, GreetingError, ORDERS_AT_ONCE, Request, Sealed, Table, Unreadable, answer,
    greet, opened, welcome,
};
use crate::steps;

/// One more than what may be under way, so that somebody always reads; and some who close what is not needed any more.
const THREADS_MAX: usize = CALLS_AT_ONCE + 16;

/// Why a worker ended although nobody said goodbye.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Greeting(#[from] GreetingError),
    #[error("the server cannot be understood: {0}")]
    NotUnderstood(&'static str),
    #[error("the server cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Serves whoever is at the other end of `stream` with [`crate::fs::remote::Remote`]: makes calls on `fs`, and performs steps there
/// with the hands of `crew`.
///
/// Returns once the other end is closed or has said goodbye, all calls have been made, and all steps have stopped at
/// a safe place: they are told to. The stream is closed last, which tells the other side that nothing is under way any more.
///
/// # Errors
/// If the server is of another build, or what it sends makes no sense.
pub fn host(stream: UnixStream, fs: Arc<dyn FileSystem>, crew: Arc<dyn Crew>) -> Result<(), HostError> {
    let (reader, writer) = greet(&stream)?;
    welcome(&writer, fs.caller())?;
    let host = Host {
        incoming: Mutex::new(Incoming { reader, parts: HashMap::new() }),
        writer,
        table: Table::default(),
        worker: InProcess::with_crew(fs.clone(), crew),
        fs,
        seats: Mutex::default(),
        idle: AtomicUsize::new(0),
        threads: AtomicUsize::new(1),
        calls: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    thread::scope(|scope| host.serve(scope));
    drop(stream);
    host.failure.into_inner().map_or(Ok(()), Err)
}

struct Host {
    /// Held by whoever reads.
    incoming: Mutex<Incoming>,
    writer: FrameWriter,
    table: Table,
    worker: InProcess,
    fs: Arc<dyn FileSystem>,
    /// Of the orders that are being performed.
    seats: Mutex<HashMap<u64, Arc<Seat>>>,
    /// Threads that read or wait to.
    idle: AtomicUsize,
    threads: AtomicUsize,
    calls: AtomicUsize,
    is_over: AtomicBool,
    failure: Mutex<Option<HostError>>,
}

struct Incoming {
    reader: FrameReader,
    /// Of orders that have not come whole.
    parts: HashMap<u64, Vec<u8>>,
}

/// Where a step waits for the answers to its reports.
#[derive(Default)]
struct Seat {
    then: Mutex<Option<Then>>,
    told: Condvar,
}

impl Seat {
    fn tell(&self, then: Then) {
        *self.then.lock() = Some(then);
        self.told.notify_one();
    }
}

/// What a thread is to do once another one reads.
enum Job {
    Call(Frame),
    Close(u64),
    Order(u64, Vec<u8>),
    Nothing,
}

impl Host {
    fn serve<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let _ends = EndsWith(self);
        while !self.is_over.load(Ordering::Acquire) {
            self.idle.fetch_add(1, Ordering::AcqRel);
            let job = self.next(&mut self.incoming.lock());
            if self.idle.fetch_sub(1, Ordering::AcqRel) == 1 && !matches!(job, Ok(Some(Job::Nothing))) {
                self.let_another_read(scope);
            }
            match job {
                Ok(Some(Job::Nothing)) => {}
                Ok(Some(Job::Call(frame))) => self.call(&frame),
                Ok(Some(Job::Close(number))) => self.table.close(number),
                Ok(Some(Job::Order(number, order))) => self.begin(scope, number, &order),
                Ok(None) => self.end(None),
                Err(error) => self.end(Some(error)),
            }
        }
    }

    fn let_another_read<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let is_room = self.threads.fetch_update(Ordering::AcqRel, Ordering::Acquire, |threads| {
            (threads < THREADS_MAX && !self.is_over.load(Ordering::Acquire)).then_some(threads + 1)
        });
        if is_room.is_ok() && thread::Builder::new().spawn_scoped(scope, || self.serve(scope)).is_err() {
            // Whoever is at work now reads again afterwards.
            self.threads.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Reads what comes next; none at the end. Orders and answers to reports are put together by whoever reads, as they come.
    fn next(&self, incoming: &mut MutexGuard<'_, Incoming>) -> Result<Option<Job>, HostError> {
        if self.is_over.load(Ordering::Acquire) {
            return Ok(None);
        }
        let Some(frame) = incoming.reader.next().map_err(unreadable)? else { return Ok(None) };
        let number = frame.number;
        let Some(request) = opened::<Request<'_>>(&frame.body) else { return Err(HostError::NotUnderstood("no such request")) };
        Ok(Some(match request {
            Request::Call(_) if self.calls.fetch_add(1, Ordering::AcqRel) < CALLS_AT_ONCE => Job::Call(frame),
            Request::Call(_) => return Err(HostError::NotUnderstood("too many calls at once")),
            Request::Close(open) => Job::Close(open),
            Request::Order(piece) => {
                let so_far: usize = incoming.parts.values().map(Vec::len).sum();
                if so_far + piece.bytes.len() > ORDER_BYTES_MAX || incoming.parts.len() > ORDERS_AT_ONCE {
                    return Err(HostError::NotUnderstood("an order too long, or too many of them"));
                }
                incoming.parts.entry(number).or_default().extend_from_slice(piece.bytes);
                match piece.is_last {
                    true => Job::Order(number, incoming.parts.remove(&number).unwrap_or_default()),
                    false => Job::Nothing,
                }
            }
            Request::Then { stops } => {
                // The step may have ended without waiting for it.
                if let Some(seat) = self.seats.lock().get(&number) {
                    seat.tell(if stops { Then::Stop } else { Then::GoOn });
                }
                Job::Nothing
            }
        }))
    }

    fn call(&self, frame: &Frame) {
        // It was one a moment ago.
        let Some(Request::Call(call)) = opened(&frame.body) else { return };
        let answer = answer(&*self.fs, &self.table, frame.number, &call);
        self.calls.fetch_sub(1, Ordering::AcqRel);
        self.send(&answer);
    }

    /// A step runs in a thread of its own, for as long as it takes.
    fn begin<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, number: u64, order: &[u8]) {
        let Ok(order) = serde_json::from_slice::<StepOrder>(order) else {
            return self.end(Some(HostError::NotUnderstood("no such order")));
        };
        let seat = Arc::new(Seat::default());
        {
            let mut seats = self.seats.lock();
            if seats.len() >= ORDERS_AT_ONCE || seats.insert(number, seat.clone()).is_some() {
                drop(seats);
                return self.end(Some(HostError::NotUnderstood("too many orders, or the same one twice")));
            }
        }
        let unreachable = steps::out_of_reach(&order);
        let perform = move || {
            let _ends = EndsWith(self);
            self.worker.perform(&order, &mut |report| self.report(number, &seat, &report));
            self.seats.lock().remove(&number);
        };
        if thread::Builder::new().spawn_scoped(scope, perform).is_err() {
            self.seats.lock().remove(&number);
            self.tell(number, &unreachable);
        }
    }

    /// Tells the server and waits for what it says; nothing goes on before it has heard.
    fn report(&self, number: u64, seat: &Seat, report: &StepReport) -> Then {
        let is_closing = !matches!(report, StepReport::Progress { .. } | StepReport::Noted(_));
        if is_closing {
            // Before the server can say the same number again.
            self.seats.lock().remove(&number);
        }
        self.tell(number, report);
        if is_closing {
            return Then::GoOn;
        }
        let mut then = seat.then.lock();
        loop {
            if self.is_over.load(Ordering::Acquire) {
                return Then::Stop;
            }
            match then.take() {
                Some(then) => return then,
                None => seat.told.wait(&mut then),
            }
        }
    }

    fn tell(&self, number: u64, report: &StepReport) {
        let sealed = serde_json::to_vec(report).ok().and_then(|report| Sealed::of_bytes(number, &report).ok());
        match sealed {
            Some(sealed) => self.send(&sealed),
            None => self.end(Some(HostError::NotUnderstood("a report is longer than a frame"))),
        }
    }

    fn send(&self, sealed: &Sealed) {
        if self.writer.send(sealed).is_err() {
            self.end(None);
        }
    }

    /// Lets everybody finish: those who read, and the steps.
    fn end(&self, failure: Option<HostError>) {
        if let Some(failure) = failure {
            self.failure.lock().get_or_insert(failure);
        }
        self.is_over.store(true, Ordering::Release);
        // Not for writing: the other side would take it for the end of all that is under way.
        self.writer.shut(Shutdown::Read);
        let seats: Vec<Arc<Seat>> = self.seats.lock().values().cloned().collect();
        seats.iter().for_each(|seat| seat.tell(Then::Stop));
    }
}

/// Ends everything if a thread ends in the middle of something.
struct EndsWith<'a>(&'a Host);

impl Drop for EndsWith<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end(None);
        }
    }
}

fn unreadable(unreadable: Unreadable) -> HostError {
    HostError::Unreadable(Box::new(unreadable))
}
