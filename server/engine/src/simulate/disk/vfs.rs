//! How SQLite reaches the simulated disk: its table of C functions, and nothing else.
//!
//! Each function turns what SQLite hands over into what [`Disk`] takes, and says what must be true
//! for that. The contract is SQLite's own (`sqlite3.h`: `sqlite3_vfs`, `sqlite3_io_methods`).
//! None may unwind into C: nothing here asserts anything.

#![expect(unsafe_code, reason = "SQLite asks its file system through C functions")]

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use rusqlite::ffi;

use super::{Code, Disk, Opened};

/// The name under which SQLite knows the simulated disks.
pub(in crate::simulate) const VFS: &str = "tidelock-simulated";
const NAME: &CStr = c"tidelock-simulated";
const PATH_LENGTH_MAX: c_int = 256;
/// As on Unix, where nobody asks the device.
const SECTOR_SIZE: c_int = 4096;
/// Julian day 2460000, in 2023: nothing that the journal asks of SQLite has to do with the time.
const TIME_DAYS: f64 = 2_460_000.0;

/// All disks that are there, by the folder that is theirs.
static DISKS: LazyLock<Mutex<BTreeMap<String, Arc<Disk>>>> = LazyLock::new(|| {
    register();
    Mutex::default()
});

/// A disk that SQLite can find; no longer when the value is dropped.
pub(in crate::simulate) struct Mounted {
    folder: String,
}

impl Mounted {
    pub(in crate::simulate) fn new(folder: String, disk: Arc<Disk>) -> Self {
        DISKS.lock().insert(folder.clone(), disk);
        Self { folder }
    }

    /// The path of a file on it.
    pub(in crate::simulate) fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        DISKS.lock().remove(&self.folder);
    }
}

/// The disk and the name on it of a path.
fn find(path: &str) -> Option<(Arc<Disk>, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    DISKS.lock().get(folder).map(|disk| (disk.clone(), name))
}

/// Memory that the connections to one file share. There is one connection, so this is its own.
#[derive(Default)]
struct Shared {
    /// Zeroed when new, and where it is until the file is closed.
    regions: Vec<Box<UnsafeCell<[u64; REGION_WORDS]>>>,
}

/// SQLite asks for regions of 32 KiB.
const REGION_WORDS: usize = 4096;

/// What SQLite makes room for and hands over as its file; the first field is what it knows of.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    inner: *mut Inner,
}

struct Inner {
    disk: Arc<Disk>,
    opened: Opened,
    shared: Shared,
}

const METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
static IO: ffi::sqlite3_io_methods = METHODS;

fn register() {
    let vfs = ffi::sqlite3_vfs {
        iVersion: 1,
        szOsFile: c_int::try_from(size_of::<Handle>()).unwrap_or(c_int::MAX),
        mxPathname: PATH_LENGTH_MAX,
        pNext: null_mut(),
        zName: NAME.as_ptr(),
        pAppData: null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: None,
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    let vfs: *mut ffi::sqlite3_vfs = Box::leak(Box::new(vfs));
    // SAFETY: the table and all that it points to live as long as the process, and SQLite alone
    // changes it from here on. If SQLite refuses it, opening by its name fails.
    unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
}

/// The text of a path. None for a file without a name, which the simulated disk does not have.
///
/// # Safety
/// `path` is null or a C string that lives as long as the answer is used.
unsafe fn text<'a>(path: *const c_char) -> Option<&'a str> {
    if path.is_null() {
        return None;
    }
    // SAFETY: the caller says so.
    unsafe { CStr::from_ptr(path) }.to_str().ok()
}

/// Runs `work` on an open file.
///
/// # Safety
/// `file` was opened by [`open`] and not closed since; SQLite uses it in one thread at a time.
unsafe fn with<T>(file: *mut ffi::sqlite3_file, work: impl FnOnce(&mut Inner) -> T) -> T {
    // SAFETY: `open` has put a `Handle` here, with an `Inner` of its own that only `close` takes away.
    // No other reference to it lives while `work` runs, since SQLite is in this call.
    work(unsafe { &mut *(*file.cast::<Handle>()).inner })
}

fn code(answer: Result<(), Code>) -> c_int {
    answer.err().unwrap_or(ffi::SQLITE_OK)
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: `file` is room for a `Handle`, `szOsFile` says so. Without methods it counts as closed.
    unsafe { (*file).pMethods = null() };
    // SAFETY: a file name of SQLite's lives until its file is closed.
    let Some((disk, name)) = unsafe { text(path) }.and_then(find) else { return ffi::SQLITE_CANTOPEN };
    let has = |flag| flags & flag != 0;
    let may_create = has(ffi::SQLITE_OPEN_CREATE);
    // As on Unix: after a journal that may be new, whoever has made it; not after a database.
    let syncs_folder = may_create && (has(ffi::SQLITE_OPEN_MAIN_JOURNAL) || has(ffi::SQLITE_OPEN_WAL));
    let opened = match disk.open(name, may_create, syncs_folder) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let inner = Box::into_raw(Box::new(Inner { disk, opened, shared: Shared::default() }));
    // SAFETY: as above; `write` reads nothing of what was there before.
    unsafe { file.cast::<Handle>().write(Handle { base: ffi::sqlite3_file { pMethods: &raw const IO }, inner }) };
    if !flags_out.is_null() {
        // SAFETY: not null, so it is where SQLite wants to know how the file was opened.
        unsafe { *flags_out = flags };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: as in `with`; SQLite uses the file no more after this call.
    drop(unsafe { Box::from_raw((*file.cast::<Handle>()).inner) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, buffer: *mut c_void, length: c_int, offset: i64) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), usize::try_from(offset)) else { return ffi::SQLITE_IOERR_READ };
    // SAFETY: the buffer has room for so many bytes and is nobody else's during this call; zeroed
    // first, so that a slice of it is valid whatever was in it.
    let buffer = unsafe {
        buffer.cast::<u8>().write_bytes(0, length);
        std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length)
    };
    // SAFETY: an open file of SQLite's.
    let filled = unsafe { with(file, |inner| inner.disk.read(&inner.opened, offset, buffer)) };
    // The rest is zero, as it has to be.
    if filled == length { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, length: c_int, offset: i64) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), usize::try_from(offset)) else { return ffi::SQLITE_IOERR_WRITE };
    // SAFETY: SQLite hands over so many bytes and changes none during this call.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    // SAFETY: an open file of SQLite's.
    code(unsafe { with(file, |inner| inner.disk.write(&inner.opened, offset, bytes)) })
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let Ok(size) = usize::try_from(size) else { return ffi::SQLITE_IOERR_TRUNCATE };
    // SAFETY: an open file of SQLite's.
    code(unsafe { with(file, |inner| inner.disk.truncate(&inner.opened, size)) })
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file of SQLite's.
    code(unsafe { with(file, |inner| inner.disk.sync(&mut inner.opened)) })
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: an open file of SQLite's.
    let found = unsafe { with(file, |inner| inner.disk.size(&inner.opened)) };
    // SAFETY: where SQLite wants to know the size.
    unsafe { *size = i64::try_from(found).unwrap_or(i64::MAX) };
    ffi::SQLITE_OK
}

/// Nobody else has the file open.
unsafe extern "C" fn lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(_: *mut ffi::sqlite3_file, is_locked: *mut c_int) -> c_int {
    // SAFETY: where SQLite wants the answer.
    unsafe { *is_locked = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR_SIZE
}

/// As on Unix: a write leaves alone what lies beside it.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    may_extend: c_int,
    address: *mut *mut c_void,
) -> c_int {
    let (Ok(region), Ok(size)) = (usize::try_from(region), usize::try_from(size)) else { return ffi::SQLITE_IOERR_SHMMAP };
    if size > REGION_WORDS * size_of::<u64>() {
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    // SAFETY: an open file of SQLite's. The memory is in a box of its own, which moves no more and goes
    // when the file is closed; only SQLite uses it, through this address.
    let found = unsafe {
        with(file, |inner| {
            let regions = &mut inner.shared.regions;
            while may_extend != 0 && regions.len() <= region {
                regions.push(Box::new(UnsafeCell::new([0; REGION_WORDS])));
            }
            regions.get(region).map_or(null_mut(), |region| region.get().cast::<c_void>())
        })
    };
    // SAFETY: where SQLite wants the address.
    unsafe { *address = found };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(_: *mut ffi::sqlite3_file, _: c_int, _: c_int, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file of SQLite's, which uses no region after this call.
    unsafe { with(file, |inner| inner.shared.regions.clear()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, is_folder_synced: c_int) -> c_int {
    // SAFETY: a path that SQLite keeps during this call.
    let Some((disk, name)) = unsafe { text(path) }.and_then(find) else { return ffi::SQLITE_IOERR_DELETE_NOENT };
    code(disk.delete(name, is_folder_synced != 0))
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, path: *const c_char, _: c_int, answer: *mut c_int) -> c_int {
    // SAFETY: a path that SQLite keeps during this call.
    let is_there = unsafe { text(path) }.and_then(find).is_some_and(|(disk, name)| disk.exists(name));
    // SAFETY: where SQLite wants the answer.
    unsafe { *answer = c_int::from(is_there) };
    ffi::SQLITE_OK
}

/// A path is what it is.
unsafe extern "C" fn full_pathname(_: *mut ffi::sqlite3_vfs, path: *const c_char, room: c_int, out: *mut c_char) -> c_int {
    // SAFETY: a path that SQLite keeps during this call.
    let Some(text) = (unsafe { text(path) }) else { return ffi::SQLITE_CANTOPEN };
    if usize::try_from(room).unwrap_or(0) <= text.len() {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: `out` has room for `room` bytes, which are more than the text; a C string ends with a
    // zero byte, which is copied too; and SQLite copies to another place.
    unsafe { out.copy_from_nonoverlapping(path, text.len() + 1) };
    ffi::SQLITE_OK
}

/// Only asked where this were the default; what is there is as good as any.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, length: c_int, _: *mut c_char) -> c_int {
    length
}

/// Simulated time does not pass by waiting.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, days: *mut f64) -> c_int {
    // SAFETY: where SQLite wants the time.
    unsafe { *days = TIME_DAYS };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
