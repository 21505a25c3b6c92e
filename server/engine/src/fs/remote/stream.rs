//! A folder's entries, and their statuses, batch by batch as they are asked for.

use std::vec;

use serde_bytes::Bytes;
use tidelock_shared::name::FileName;

use super::client::{Opened, Remote};
use super::message::{Batch, ENTRIES_A_BATCH, Method, Plausible, Reply};
use crate::fs::{Folder, FolderEntry, FolderStream, FsResult, Status, Statuses};

struct Entries {
    remote: Remote,
    batch: vec::IntoIter<FsResult<FolderEntry>>,
    /// Where there may be more.
    more: Option<Opened>,
}

impl Remote {
    pub(super) fn list(&self, folder: u64) -> FsResult<FolderStream> {
        let (entries, more) = self.batch(Method::ReadFolder(folder))?;
        let more = more.map(|number| self.opened(number));
        Ok(Box::new(Entries { remote: self.clone(), batch: entries.into_iter(), more }))
    }

    /// The next entries, and under which number there may be more.
    fn batch(&self, method: Method<'_>) -> FsResult<(Vec<FsResult<FolderEntry>>, Option<u64>)> {
        let call = "read_folder";
        self.ask_for(call, b"", method, |Batch { stream, entries }: Batch<'static>| {
            let entries: Option<Vec<_>> = entries
                .into_iter()
                .map(|entry| match entry {
                    Ok(listed) => listed.understood().map(Ok),
                    Err(refusal) => refusal.understood(call).map(Err),
                })
                .collect();
            // Whoever has more tells some of it each time.
            let entries = entries.filter(|entries| stream.is_none() || !entries.is_empty())?;
            Some((entries, stream))
        })
    }
}

impl Remote {
    /// The statuses of so many names as one answer holds, or one error instead of them.
    fn statuses_of(&self, folder: &Folder, names: &[FileName]) -> Vec<FsResult<Status>> {
        let joined = names.iter().map(FileName::as_bytes).collect::<Vec<_>>().join(&0);
        let understood = |statuses: Vec<Reply<'static, Status>>| {
            let statuses = statuses.into_iter().map(|status| match status {
                Ok(status) => status.is_plausible().then_some(Ok(status)),
                Err(refusal) => refusal.understood("status").map(Err),
            });
            statuses.collect::<Option<Vec<_>>>().filter(|statuses| statuses.len() == names.len())
        };
        let number = self.folder(folder);
        let asked =
            number.and_then(|number| self.ask_for("status", b"", Method::Statuses(number, Bytes::new(&joined)), understood));
        asked.unwrap_or_else(|error| names.iter().map(|_| Err(error.clone())).collect())
    }

    pub(super) fn statuses_in_batches<'a>(&'a self, folder: &'a Folder, names: &'a [FileName]) -> Statuses<'a> {
        Box::new(names.chunks(ENTRIES_A_BATCH).flat_map(move |names| self.statuses_of(folder, names)))
    }
}

impl Iterator for Entries {
    type Item = FsResult<FolderEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.batch.next() {
                return Some(entry);
            }
            let more = self.more.take()?;
            match self.remote.batch(Method::ReadOn(more.number())) {
                Ok((entries, stream)) => {
                    self.batch = entries.into_iter();
                    // The same number goes on; another would be another folder's.
                    self.more = stream.is_some().then_some(more);
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
