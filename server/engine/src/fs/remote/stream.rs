//! A folder's entries, batch by batch, as they are asked for.

use std::vec;

use super::client::{Opened, Remote};
use super::message::{Batch, Method};
use crate::fs::{FolderEntry, FolderStream, FsResult};

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
