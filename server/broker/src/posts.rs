//! Which worker runs for whom: one at a time, so that whatever the former one did is over before the next begins.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A worker that has lost its server ends by itself within moments, unless a call of it takes long.
const ENDS_WITHIN: Duration = Duration::from_secs(2);
/// One that was killed is gone as soon as its last call comes back from the kernel; some never do.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// The workers that run, by their users' names.
#[derive(Default)]
pub(crate) struct Posts(Mutex<BTreeMap<String, Arc<Mutex<Option<Worker>>>>>);

/// A worker that was started, and what has become of it.
struct Worker {
    process: OwnedFd,
    gone: Arc<(Mutex<bool>, Condvar)>,
}

/// Why there is no new worker.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFilled {
    #[error("the former worker does not end: a call of it hangs in the kernel")]
    Hangs,
    #[error("the worker could not be started: {0}")]
    NotStarted(#[from] io::Error),
}

impl Posts {
    /// Starts a worker for a user, once the former one is gone; it is ended for that. Others do not wait for it.
    pub(crate) fn fill(
        &self,
        user: &str,
        start: impl FnOnce() -> io::Result<(UnixStream, Child)>,
    ) -> Result<UnixStream, NotFilled> {
        let post = {
            let mut posts = locked(&self.0);
            // Each holds a descriptor: as many as users who work, and not as users who ever did.
            posts.retain(|_, post| Arc::strong_count(post) > 1 || locked(post).as_ref().is_some_and(|worker| !worker.is_gone()));
            posts.entry(user.to_owned()).or_default().clone()
        };
        let mut worker = locked(&post);
        if worker.as_ref().is_some_and(|former| !former.end()) {
            return Err(NotFilled::Hangs);
        }
        *worker = None;
        let (connection, child) = start()?;
        *worker = Some(Worker::watched(user, child)?);
        Ok(connection)
    }
}

impl Worker {
    /// Waits for its end on a thread of its own.
    fn watched(user: &str, mut child: Child) -> io::Result<Self> {
        let gone = Arc::new((Mutex::new(false), Condvar::new()));
        let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::NotFound)?;
        let process = pidfd_open(process, PidfdFlags::empty())?;
        let (user, told) = (user.to_owned(), gone.clone());
        std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
            match child.wait() {
                Ok(status) => tracing::info!(user, pid = child.id(), %status, "a worker has ended"),
                Err(error) => tracing::error!(user, pid = child.id(), %error, "nobody knows how a worker ended"),
            }
            *locked(&told.0) = true;
            told.1.notify_all();
        })?;
        Ok(Self { process, gone })
    }

    /// Lets it end, and else ends it; false if it is still there.
    fn end(&self) -> bool {
        if self.is_gone_within(ENDS_WITHIN) {
            return true;
        }
        // It may have ended this moment, which is as well.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
        self.is_gone_within(GONE_WITHIN)
    }

    fn is_gone(&self) -> bool {
        *locked(&self.gone.0)
    }

    fn is_gone_within(&self, patience: Duration) -> bool {
        let (gone, changed) = &*self.gone;
        let waited = changed.wait_timeout_while(locked(gone), patience, |gone| !*gone);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Nobody leaves anything half done while he holds a lock here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// A worker that ends with its connection.
    fn start() -> io::Result<(UnixStream, Child)> {
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new("cat").stdin(Stdio::from(OwnedFd::from(ours))).stdout(Stdio::null()).spawn()?;
        Ok((theirs, child))
    }

    #[test]
    fn nothing_is_kept_of_those_who_are_gone() {
        let posts = Posts::default();
        let here = posts.fill("here", start).unwrap();
        for user in 0..20 {
            drop(posts.fill(&user.to_string(), start).unwrap());
        }
        let are_gone = || {
            drop(posts.fill("last", start).unwrap());
            locked(&posts.0).len() == 2
        };
        assert!((0..100).any(|_| are_gone() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }));
        assert!(locked(&posts.0).contains_key("here"), "it is still at work");
        drop(here);
    }
}
