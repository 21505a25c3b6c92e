//! What every simulated call goes through: it is counted, may fail, takes its time, and then
//! looks at the world or changes it.

use std::sync::Arc;

use tidelock_shared::quota::Amount;

use super::content::Content;
use super::names::{NewInode, number_of};
use super::site::{Inner, Simulator};
use super::world::{Change, Domain, Inode, InodeNumber, put};
use crate::fs::{At, Errno, File, Folder, FsError, FsResult, Object, Timestamp};

impl Simulator {
    /// Counts the call, lets it fail if it shall, and takes its time. A fault or the watcher may want
    /// the call to be done and yet be answered with an error.
    fn begin(&self, call: &'static str, name: &[u8], is_change: bool) -> FsResult<Option<Errno>> {
        let pace = *self.world.pace.lock();
        let pause = if is_change { pace.change } else { pace.look };
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
        let lost = self.world.faults.enter(call, name, is_change)?;
        let unclear = self.watch.as_ref().map_or(Ok(None), |watch| watch.before(call, name, is_change))?;
        Ok(lost.or(unclear))
    }

    fn end<T>(&self, call: &'static str, name: &[u8], unclear: Option<Errno>, answer: FsResult<T>) -> FsResult<T> {
        if let Some(watch) = &self.watch {
            watch.after(answer.as_ref().err());
        }
        match unclear {
            Some(errno) => answer.and_then(|_| Err(FsError::new(call, name, errno))),
            None => answer,
        }
    }

    pub(super) fn look<T>(&self, call: &'static str, name: &[u8], read: impl FnOnce(&Inner) -> FsResult<T>) -> FsResult<T> {
        let unclear = self.begin(call, name, false)?;
        let answer = read(&self.world.inner.lock());
        self.end(call, name, unclear, answer)
    }

    pub(super) fn change<T>(&self, call: &'static str, name: &[u8], write: impl FnOnce(&mut Inner) -> FsResult<T>) -> FsResult<T> {
        let unclear = self.begin(call, name, true)?;
        let answer = write(&mut self.world.inner.lock());
        self.end(call, name, unclear, answer)
    }

    pub(super) fn time_in(&self, inner: &Inner, folder: &Folder) -> Timestamp {
        let inode = inner.state.inodes.get(&number_of(&folder.0));
        inode.map(|inode| self.now(inner.mount(inode))).unwrap_or_default()
    }

    /// Changes the attributes of one inode.
    pub(super) fn set(
        &self,
        call: &'static str,
        object: Object<'_>,
        edit: impl FnOnce(&Inner, &mut Inode) -> Result<(), Errno>,
    ) -> FsResult<()> {
        self.change(call, object.name_bytes(), |inner| {
            let number = resolve(inner, call, object)?;
            let mut inode = inner.inode(call, number)?.clone();
            if self.uid != 0 && self.uid != inode.uid {
                return Err(FsError::new(call, object.name_bytes(), Errno::PERM));
            }
            edit(inner, &mut inode).map_err(|errno| FsError::new(call, object.name_bytes(), errno))?;
            inode.changed = self.now(inner.mount(&inode));
            inner.commit(&[put(number, inode)])
        })
    }

    pub(super) fn create(&self, call: &'static str, at: At<'_>, new: NewInode) -> FsResult<InodeNumber> {
        self.change(call, at.name.as_bytes(), |inner| {
            let now = self.time_in(inner, at.folder);
            inner.create(self, call, at, new, now)
        })
    }

    pub(super) fn edit(&self, call: &'static str, file: &File, edit: impl FnOnce(&mut Content)) -> FsResult<()> {
        let number = number_of(&file.0);
        self.change(call, b"", |inner| {
            let mut inode = inner.inode(call, number)?.clone();
            let before = inner.state.allocated(number);
            let mut content = inner.state.contents.get(&number).map(|content| (**content).clone()).unwrap_or_default();
            edit(&mut content);
            let extra = Amount { bytes: content.allocated().saturating_sub(before), inodes: 0 };
            inner.admit(self, call, &inode, extra)?;
            let now = self.now(inner.mount(&inode));
            (inode.modified, inode.changed) = (now, now);
            let fill = (Domain::Data(number), Change::Fill(number, Arc::new(content)));
            inner.commit(&[fill, put(number, inode)])
        })
    }
}

pub(super) fn resolve(inner: &Inner, call: &'static str, object: Object<'_>) -> FsResult<InodeNumber> {
    match object {
        Object::File(file) => Ok(number_of(&file.0)),
        Object::Folder(folder) => Ok(number_of(&folder.0)),
        Object::Entry(at) => inner.find(call, at),
    }
}
