//! The worker's side: a call that came over the wire is made here, and answered.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use serde::Serialize;
use serde_bytes::{ByteBuf, Bytes};
use tidelock_shared::name::{FileName, FilePath};

use super::frame::Sealed;
use super::message::{Batch, CONTENT_BYTES_MAX, Call, ENTRIES_A_BATCH, Listed, Method, Place, Refusal, Reply, Thing};
use super::table::{Open, OpenFile, Table};
use crate::fs::{At, Errno, FileSystem, Folder, FolderEntry, FolderStream, FsError, FsResult, Object, Status};

/// Blocks of no disk are larger.
const BLOCK_BYTES: usize = 4096;

/// Makes a call and answers the frame that tells what came of it.
pub(crate) fn answer(fs: &dyn FileSystem, table: &Table, number: u64, call: &Call<'_>) -> Sealed {
    let server = Server { fs, table, number };
    server.answer(&call.0).unwrap_or_else(|error| server.refusal(&error))
}

struct Server<'a> {
    fs: &'a dyn FileSystem,
    table: &'a Table,
    number: u64,
}

/// A name with what it is in.
struct Held {
    folder: Arc<Folder>,
    name: FileName,
    kind: Option<tidelock_shared::strategy::EntryKind>,
}

impl Held {
    fn at(&self) -> At<'_> {
        At { folder: &self.folder, name: &self.name, kind: self.kind }
    }
}

/// What attributes belong to, held open.
enum HeldThing {
    File(Arc<OpenFile>),
    Folder(Arc<Folder>),
    Entry(Held),
}

impl HeldThing {
    fn object(&self) -> Object<'_> {
        match self {
            Self::File(file) => Object::File(&file.file),
            Self::Folder(folder) => Object::Folder(folder),
            Self::Entry(held) => Object::Entry(held.at()),
        }
    }
}

impl Server<'_> {
    fn reply<T: Serialize>(&self, answer: T) -> FsResult<Sealed> {
        let reply: Reply<'_, T> = Ok(answer);
        Sealed::of(self.number, &reply).map_err(|_| FsError::new("worker", b"", Errno::TOOBIG))
    }

    fn refusal(&self, error: &FsError) -> Sealed {
        let refused: Reply<'_, ()> = Err(Refusal::of(error));
        Sealed::of(self.number, &refused).unwrap_or_else(|_| Sealed::empty(self.number))
    }

    fn held(&self, place: &Place<'_>) -> FsResult<Held> {
        let name = FileName::new(place.name.as_ref()).map_err(|_| FsError::new("worker", place.name, Errno::INVAL))?;
        Ok(Held { folder: self.table.folder(place.folder)?, name, kind: place.kind })
    }

    fn thing(&self, thing: &Thing<'_>) -> FsResult<HeldThing> {
        Ok(match thing {
            Thing::File(number) => HeldThing::File(self.table.file(*number)?),
            Thing::Folder(number) => HeldThing::Folder(self.table.folder(*number)?),
            Thing::Entry(place) => HeldThing::Entry(self.held(place)?),
        })
    }

    fn answer(&self, method: &Method<'_>) -> FsResult<Sealed> {
        use Method as M;
        match method {
            M::OpenPath(_) | M::OpenPathToLook(_) | M::OpenFolder(_) | M::OpenFile(_) | M::OpenToWrite(_) | M::CreateFile(..) => {
                self.reply(self.open(method)?)
            }
            M::ReadFolder(folder) => self.list(self.fs.read_folder(&*self.table.folder(*folder)?)?),
            M::ReadOn(listing) => self.list_on(*listing),
            M::Status(thing) => self.reply(self.fs.status(self.thing(thing)?.object())?),
            M::Statuses(folder, names) => self.statuses(*folder, names),
            M::Identity(thing) => self.reply(self.fs.identity(self.thing(thing)?.object())?),
            M::ReadLink(place) => self.reply(Bytes::new(&self.fs.read_link(self.held(place)?.at())?)),
            M::Tag(thing) => self.reply(self.fs.tag(self.thing(thing)?.object())?),
            M::Flags(thing) => self.reply(self.fs.flags(self.thing(thing)?.object())?),
            M::XattrNames(thing) => {
                let names = self.fs.xattr_names(self.thing(thing)?.object())?;
                self.reply(names.into_iter().map(ByteBuf::from).collect::<Vec<_>>())
            }
            M::Xattr(thing, name) => self.reply(Bytes::new(&self.fs.xattr(self.thing(thing)?.object(), name)?)),
            M::HsmState(place) => self.reply(self.fs.hsm_state(self.held(place)?.at())?),
            M::ReadAt(file, offset, length) => self.read(*file, *offset, *length),
            M::WriteAt(file, offset, bytes) => self.reply(self.write(*file, *offset, bytes)?),
            M::NextData(file, offset) => self.reply(self.fs.next_data(&self.file(*file)?.file, *offset)?),
            M::DataVersion(file) => self.reply(self.fs.data_version(&self.file(*file)?.file)?),
            M::CopyRange(from, to, offset, length) => {
                self.reply(self.fs.copy_range(&self.file(*from)?.file, &self.file(*to)?.file, *offset, *length)?)
            }
            M::Placement(thing) => self.reply(self.fs.placement(self.thing(thing)?.object())?),
            M::IsInGroup(gid) => self.reply(self.fs.is_in_group(*gid)),
            _ => self.answer_of_mount(method),
        }
    }

    fn answer_of_mount(&self, method: &Method<'_>) -> FsResult<Sealed> {
        use Method as M;
        let folder = |number: &u64| self.table.folder(*number);
        match method {
            M::Mount(of) => self.reply(self.fs.mount(&*folder(of)?)?),
            M::Capabilities(of) => self.reply(self.fs.capabilities(&*folder(of)?)?),
            M::Capacity(of) => self.reply(self.fs.capacity(&*folder(of)?)?),
            M::Quota(of, project) => self.reply(self.fs.quota(&*folder(of)?, *project)?),
            M::Enforcement(of) => self.reply(self.fs.enforcement(&*folder(of)?)?),
            M::Stripes(of) => self.reply(self.fs.stripes(&*folder(of)?)?),
            M::DefaultStripes(of) => self.reply(self.fs.default_stripes(&*folder(of)?)?.map(ByteBuf::from)),
            M::Mdts(of) => self.reply(self.fs.mdts(&*folder(of)?)?),
            M::MayChange(of) => self.reply(self.fs.may_change(&*folder(of)?)?),
            M::PassesLimits(of) => self.reply(self.fs.passes_limits(&*folder(of)?)?),
            _ => self.reply(self.change(method)?),
        }
    }

    fn open(&self, method: &Method<'_>) -> FsResult<u64> {
        use Method as M;
        let path = |bytes: &Bytes| FilePath::parse(bytes).map_err(|_| FsError::new("open_path", bytes, Errno::INVAL));
        match method {
            M::OpenPath(bytes) => self.table.add_folder("open_path", self.fs.open_path(&path(bytes)?)?),
            M::OpenPathToLook(bytes) => self.table.add_folder("open_path", self.fs.open_path_to_look(&path(bytes)?)?),
            M::OpenFolder(place) => self.table.add_folder("open_folder", self.fs.open_folder(self.held(place)?.at())?),
            M::OpenFile(place) => self.table.add_file("open_file", self.fs.open_file(self.held(place)?.at())?),
            M::OpenToWrite(place) => self.table.add_file("open_to_write", self.fs.open_to_write(self.held(place)?.at())?),
            M::CreateFile(place, mode) => self.table.add_file("create_file", self.fs.create_file(self.held(place)?.at(), *mode)?),
            _ => Err(FsError::new("worker", b"", Errno::NOSYS)),
        }
    }

    /// What answers only that it was done.
    fn change(&self, method: &Method<'_>) -> FsResult<()> {
        use Method as M;
        let (fs, folder) = (self.fs, |number: &u64| self.table.folder(*number));
        match method {
            M::RequestRestore(place) => fs.request_restore(self.held(place)?.at()),
            M::CreateFolder(place, mode) => fs.create_folder(self.held(place)?.at(), *mode),
            M::CreateSymbolicLink(place, points_to) => fs.create_symbolic_link(self.held(place)?.at(), points_to),
            M::CreateSpecial(place, kind, mode, device) => fs.create_special(self.held(place)?.at(), *kind, *mode, *device),
            M::Link(from, to) => fs.link(self.held(from)?.at(), self.held(to)?.at()),
            M::Unlink(place) => fs.unlink(self.held(place)?.at()),
            M::RemoveFolder(place) => fs.remove_folder(self.held(place)?.at()),
            M::Rename(from, to) => fs.rename(self.held(from)?.at(), self.held(to)?.at()),
            M::TryRename(from, to) => fs.try_rename(self.held(from)?.at(), self.held(to)?.at()),
            M::RenameWithoutReplacing(from, to) => fs.rename_without_replacing(self.held(from)?.at(), self.held(to)?.at()),
            M::Exchange(one, other) => fs.exchange(self.held(one)?.at(), self.held(other)?.at()),
            M::SetOwner(thing, uid, gid) => fs.set_owner(self.thing(thing)?.object(), *uid, *gid),
            M::SetMode(thing, mode) => fs.set_mode(self.thing(thing)?.object(), *mode),
            M::SetTimes(thing, accessed, modified) => fs.set_times(self.thing(thing)?.object(), *accessed, *modified),
            M::SetTag(thing, tag) => fs.set_tag(self.thing(thing)?.object(), *tag),
            M::SetFlags(thing, flags) => fs.set_flags(self.thing(thing)?.object(), *flags),
            M::SetXattr(thing, name, value) => fs.set_xattr(self.thing(thing)?.object(), name, value),
            M::RemoveXattr(thing, name) => fs.remove_xattr(self.thing(thing)?.object(), name),
            M::WritePastCache(number, is_past) => {
                let open = self.table.file(*number)?;
                fs.write_past_cache(&open.file, *is_past)?;
                open.is_past_cache.store(*is_past, Ordering::Relaxed);
                Ok(())
            }
            M::ForgetCached(file) => fs.forget_cached(&self.file(*file)?.file),
            M::SetSize(file, size) => fs.set_size(&self.file(*file)?.file, *size),
            M::ShareContent(from, to) => fs.share_content(&self.file(*from)?.file, &self.file(*to)?.file),
            M::SyncFile(file) => fs.sync_file(&self.file(*file)?.file),
            M::SyncFolder(of) => fs.sync_folder(&*folder(of)?),
            M::SyncFileSystem(of) => fs.sync_file_system(&*folder(of)?),
            M::TryOut(of) => fs.try_out(&*folder(of)?),
            M::TryBetween(from, to) => fs.try_between(&*folder(from)?, &*folder(to)?),
            _ => Err(FsError::new("worker", b"", Errno::NOSYS)),
        }
    }

    fn file(&self, number: u64) -> FsResult<Arc<OpenFile>> {
        self.table.file(number)
    }

    fn read(&self, file: u64, offset: u64, length: u32) -> FsResult<Sealed> {
        let file = self.file(file)?;
        let length = usize::try_from(length).unwrap_or(CONTENT_BYTES_MAX).min(CONTENT_BYTES_MAX);
        let mut buffer = vec![0; length];
        let read = self.fs.read_at(&file.file, offset, &mut buffer)?;
        buffer.truncate(read);
        self.reply(Bytes::new(&buffer))
    }

    fn write(&self, file: u64, offset: u64, bytes: &[u8]) -> FsResult<u64> {
        let file = self.file(file)?;
        let is_past_cache = file.is_past_cache.load(Ordering::Relaxed);
        let aligned = if is_past_cache { aligned(bytes) } else { Aligned { memory: Cow::Borrowed(bytes), first: 0 } };
        let part = aligned.memory.get(aligned.first..).unwrap_or_default();
        Ok(self.fs.write_at(&file.file, offset, part)? as u64)
    }

    fn list(&self, mut listing: FolderStream) -> FsResult<Sealed> {
        let (entries, has_more) = next_batch(&mut listing);
        let stream = match has_more {
            true => Some(self.table.add("read_folder", Open::Listing(Arc::new(Mutex::new(listing))))?),
            false => None,
        };
        self.batch(stream, &entries)
    }

    fn list_on(&self, number: u64) -> FsResult<Sealed> {
        let (entries, has_more) = next_batch(&mut self.table.listing(number)?.lock());
        if !has_more {
            self.table.close(number);
        }
        self.batch(has_more.then_some(number), &entries)
    }

    fn statuses(&self, folder: u64, names: &[u8]) -> FsResult<Sealed> {
        let folder = self.table.folder(folder)?;
        let name = |bytes| FileName::new(bytes).map_err(|_| FsError::new("status", bytes, Errno::INVAL));
        let names: Vec<FileName> = names.split(|byte| *byte == 0).take(ENTRIES_A_BATCH).map(name).collect::<FsResult<_>>()?;
        let statuses: Vec<FsResult<Status>> = self.fs.statuses(&folder, &names).collect();
        self.reply(statuses.iter().map(|status| status.as_ref().map_err(Refusal::of)).collect::<Vec<_>>())
    }

    fn batch(&self, stream: Option<u64>, entries: &[FsResult<FolderEntry>]) -> FsResult<Sealed> {
        let entries = entries.iter().map(|entry| entry.as_ref().map(Listed::of).map_err(Refusal::of)).collect();
        self.reply(Batch { stream, entries })
    }
}

fn next_batch(listing: &mut FolderStream) -> (Vec<FsResult<FolderEntry>>, bool) {
    let entries: Vec<_> = listing.take(ENTRIES_A_BATCH).collect();
    let has_more = entries.len() == ENTRIES_A_BATCH;
    (entries, has_more)
}

struct Aligned<'a> {
    memory: Cow<'a, [u8]>,
    first: usize,
}

/// The same bytes, up to the end of some memory that is aligned to a block.
fn aligned(bytes: &[u8]) -> Aligned<'_> {
    let mut memory = vec![0; bytes.len() + BLOCK_BYTES];
    let first = memory.as_ptr().align_offset(BLOCK_BYTES).min(BLOCK_BYTES);
    memory.truncate(first + bytes.len());
    if let Some(part) = memory.get_mut(first..) {
        part.copy_from_slice(bytes);
    }
    Aligned { memory: Cow::Owned(memory), first }
}
