//! The server's side as the rest of the engine sees it.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_bytes::Bytes;
use tidelock_shared::id::ProjectId;

use super::connection::{Connection, Lost};
use super::frame::{Sealed, opened};
use super::greeting::{self, GreetingError};
use super::informant::Informant;
use super::message::{Call, Method, Place, Plausible, Reply, Request, Thing};
use crate::fs::object::Handle;
use crate::fs::{At, Caller, Errno, File, Folder, FsError, FsResult, Object, Quota};

/// The file system as a worker process sees it, and that worker as somebody who performs steps.
///
/// Clones share the connection. It ends when the worker does, when either side cannot understand the other,
/// when somebody says goodbye, and when the last clone and everything that was opened are dropped.
/// From then on every call fails with `ENOTCONN`. One that was under way fails only when the worker has
/// closed its end: a worker's process ends that after the last of its calls, so nothing is done behind the
/// back of whoever asks again, through another worker.
#[derive(Clone)]
pub struct Remote {
    connection: Arc<Connection>,
    caller: Caller,
    informant: Option<Arc<dyn Informant>>,
}

/// Something open on the worker's side. It is closed there once it is dropped here.
#[derive(Debug)]
pub(in crate::fs) struct Opened {
    connection: Arc<Connection>,
    number: u64,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.connection.tell(&Request::Close(self.number));
    }
}

impl Remote {
    /// Greets the worker at the other end of `stream`, where [`crate::worker::host`] runs.
    ///
    /// # Errors
    /// If nobody answers within half a minute, or somebody of another build.
    pub fn connect(stream: &UnixStream) -> Result<Self, GreetingError> {
        let (mut reader, writer) = greeting::greet(stream)?;
        let caller = greeting::welcomed(stream, &mut reader)?;
        Ok(Self { connection: Arc::new(Connection::new(reader, writer)), caller, informant: None })
    }

    /// The same with somebody who tells what the worker is not told.
    #[must_use]
    pub fn informed_by(self, informant: Arc<dyn Informant>) -> Self {
        Self { informant: Some(informant), ..self }
    }

    /// What the informant knows of a project on this mount, if there is one.
    pub(crate) fn told(&self, device: u64, project: ProjectId) -> FsResult<Option<Quota>> {
        self.informant.as_ref().map_or(Ok(None), |informant| informant.quota(device, project))
    }

    /// Whether nothing can be asked of this worker any more. Another one may be started once it is
    /// [gone](Self::wait_until_gone).
    pub fn is_over(&self) -> bool {
        self.connection.is_over()
    }

    /// Waits at most so long until the worker has closed its end; answers whether it has. A process that ends closes it
    /// after its last call. One that does not end although the connection is over has to be ended by whoever
    /// started it, who alone knows for sure that it has.
    pub fn wait_until_gone(&self, patience: Duration) -> bool {
        self.connection.wait_until_gone(patience)
    }

    /// Asks for nothing more. The worker finishes the calls that are under way, stops its steps at the next safe place, and
    /// ends.
    pub fn say_goodbye(&self) {
        self.connection.end();
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Who the worker has become.
    pub(super) fn who(&self) -> Caller {
        self.caller
    }

    /// Makes a call; `name` is what it is about, for messages. An answer that cannot be one ends the connection.
    pub(super) fn ask<T: DeserializeOwned + Plausible>(&self, call: &'static str, name: &[u8], method: Method<'_>) -> FsResult<T> {
        self.ask_for(call, name, method, Some)
    }

    /// The same, and makes something of the answer; none if nothing can be made of it.
    pub(super) fn ask_for<T, R>(
        &self,
        call: &'static str,
        name: &[u8],
        method: Method<'_>,
        take: impl FnOnce(T) -> Option<R>,
    ) -> FsResult<R>
    where
        T: DeserializeOwned + Plausible,
    {
        let may_take_long = method.may_take_long();
        let request = Request::Call(Call(method));
        let answered = self.connection.ask(|number| Sealed::of(number, &request).ok(), may_take_long);
        let body = answered.map_err(|Lost| lost(call, name))?;
        let understood = opened::<Reply<'static, T>>(&body).and_then(|reply| match reply {
            Ok(answer) if answer.is_plausible() => take(answer).map(Ok),
            Ok(_) => None,
            Err(refusal) => refusal.understood(call).map(Err),
        });
        understood.unwrap_or_else(|| {
            tracing::warn!(call, "a worker has given an answer that cannot be one: it is not believed any more");
            self.connection.distrust();
            Err(lost(call, name))
        })
    }

    /// The number of an open folder.
    ///
    /// # Errors
    /// `ESTALE` if it was opened by another worker, or by none.
    pub(super) fn folder(&self, folder: &Folder) -> FsResult<u64> {
        self.number(&folder.0)
    }

    /// The same of a file.
    pub(super) fn file(&self, file: &File) -> FsResult<u64> {
        self.number(&file.0)
    }

    fn number(&self, handle: &Handle) -> FsResult<u64> {
        match handle {
            Handle::Remote(opened) if Arc::ptr_eq(&opened.connection, &self.connection) => Ok(opened.number),
            _ => Err(FsError::new("remote", b"", Errno::STALE)),
        }
    }

    pub(super) fn place<'a>(&self, at: At<'a>) -> FsResult<Place<'a>> {
        Ok(Place { folder: self.folder(at.folder)?, name: Bytes::new(at.name.as_bytes()), kind: at.kind })
    }

    pub(super) fn thing<'a>(&self, object: Object<'a>) -> FsResult<Thing<'a>> {
        Ok(match object {
            Object::File(file) => Thing::File(self.file(file)?),
            Object::Folder(folder) => Thing::Folder(self.folder(folder)?),
            Object::Entry(at) => Thing::Entry(self.place(at)?),
        })
    }

    /// What was opened there, as something to be closed.
    pub(super) fn opened(&self, number: u64) -> Opened {
        Opened { connection: self.connection.clone(), number }
    }

    pub(super) fn open(&self, call: &'static str, name: &[u8], method: Method<'_>) -> FsResult<Handle> {
        self.ask(call, name, method).map(|number| Handle::Remote(self.opened(number)))
    }
}

impl Opened {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

fn lost(call: &'static str, name: &[u8]) -> FsError {
    FsError::new(call, name, Errno::NOTCONN)
}
