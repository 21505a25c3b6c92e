//! The least that each kind of work can cost: the bare calls, without asking, checking or remembering anything.
//!
//!   floors scan DIR THREADS            lists a tree and asks for the status of every entry
//!   floors retag DIR PROJECT THREADS   changes the project ID of every file and folder
//!   floors remove DIR THREADS          removes all of a tree but its folders, then those
//!   floors create DIR FILES THREADS    files of 4 KiB, a hundred in a folder
//!   floors sync FILE TIMES             so many appends to room that is there, each with an fdatasync
//!
//! Prints the seconds. Built as an example of the engine, so that nothing of it is in the product.

#![expect(clippy::print_stdout, reason = "the answer")]
#![expect(unsafe_code, reason = "the two ioctls of project IDs")]

use std::collections::VecDeque;
use std::error::Error;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, StatxFlags};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Setter, ioctl, opcode};

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let begun = Instant::now();
    match words[..] {
        ["scan", top, threads] => walk(top, threads.parse()?, &|folder, name, _| {
            rustix::fs::statx(folder, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS).map(drop)
        })?,
        ["retag", top, project, threads] => {
            let project = project.parse()?;
            walk(top, threads.parse()?, &|folder, name, kind| match kind {
                FileType::RegularFile | FileType::Directory => {
                    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                    retag(&rustix::fs::openat(folder, name, flags, Mode::empty())?, project)
                }
                _ => Ok(()),
            })?;
            retag(&rustix::fs::open(top, OFlags::RDONLY, Mode::empty())?, project)?;
        }
        ["remove", top, threads] => {
            walk(top, threads.parse()?, &|folder, name, kind| match kind {
                FileType::Directory => Ok(()),
                _ => rustix::fs::unlinkat(folder, name, AtFlags::empty()),
            })?;
            std::fs::remove_dir_all(top)?;
        }
        ["create", top, files, threads] => create(top, files.parse()?, threads.parse()?)?,
        ["sync", path, times] => sync(path, times.parse()?)?,
        _ => return Err("see the top of bench/floors.rs".into()),
    }
    println!("{:.6}", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Folders that wait to be listed, and how many are being listed.
#[derive(Default)]
struct Waiting {
    folders: VecDeque<OwnedFd>,
    busy: usize,
}

type Touch<'a> = dyn Fn(BorrowedFd<'_>, &CStr, FileType) -> Result<(), Errno> + Sync + 'a;

/// Has every entry below `top` touched, by so many threads, each with a folder of its own.
fn walk(top: &str, threads: usize, touch: &Touch<'_>) -> Done {
    let waiting = Mutex::new(Waiting::default());
    let more = Condvar::new();
    let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    lock().folders.push_back(rustix::fs::open(top, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?);
    let work = || -> Result<(), Errno> {
        let mut buffer = vec![MaybeUninit::uninit(); 1 << 17];
        loop {
            let folder = {
                let mut state = lock();
                while state.folders.is_empty() && state.busy > 0 {
                    state = more.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                let Some(folder) = state.folders.pop_back() else { return Ok(()) };
                state.busy += 1;
                folder
            };
            let listed = list(&folder, &mut buffer, touch, &|inner| {
                lock().folders.push_back(inner);
                more.notify_one();
            });
            lock().busy -= 1;
            more.notify_all();
            listed?;
        }
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        hands.into_iter().try_for_each(|hand| Ok(hand.join().map_err(|_| "a thread panicked")??))
    })
}

fn list(folder: &OwnedFd, buffer: &mut [MaybeUninit<u8>], touch: &Touch<'_>, enter: &dyn Fn(OwnedFd)) -> Result<(), Errno> {
    let mut entries = RawDir::new(folder, buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        touch(folder.as_fd(), name, entry.file_type())?;
        if entry.file_type() == FileType::Directory {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            enter(rustix::fs::openat(folder, name, flags, Mode::empty())?);
        }
    }
    Ok(())
}

/// `struct fsxattr` of `linux/fs.h`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Attributes {
    flags: u32,
    sizes: [u32; 2],
    project: u32,
    rest: [u32; 3],
}

fn retag(file: &OwnedFd, project: u32) -> Result<(), Errno> {
    // SAFETY: FS_IOC_FSGETXATTR fills, and FS_IOC_FSSETXATTR reads, exactly one `struct fsxattr`.
    unsafe {
        let attributes: Attributes = ioctl(file, Getter::<{ opcode::read::<Attributes>(b'X', 31) }, Attributes>::new())?;
        let set = Attributes { project, ..attributes };
        ioctl(file, Setter::<{ opcode::write::<Attributes>(b'X', 32) }, Attributes>::new(set))
    }
}

fn create(top: &str, files: usize, threads: usize) -> Done {
    let content = [7_u8; 4096];
    std::fs::create_dir(top)?;
    let work = |first: usize| -> Result<(), Errno> {
        for number in (first..files.div_ceil(100)).step_by(threads) {
            let path = format!("{top}/{number}");
            rustix::fs::mkdir(&path, Mode::from(0o755))?;
            let folder = rustix::fs::openat(CWD, &path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
            for file in 0..100 {
                let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
                let made = rustix::fs::openat(&folder, format!("file-{file}"), flags, Mode::from(0o644))?;
                rustix::io::write(&made, &content)?;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|first| scope.spawn(move || work(first))).collect();
        hands.into_iter().try_for_each(|hand| Ok(hand.join().map_err(|_| "a thread panicked")??))
    })
}

fn sync(path: &str, times: usize) -> Done {
    let record = [0_u8; 200];
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC, Mode::from(0o600))?;
    std::fs::write(path, vec![0; times * record.len()])?;
    rustix::fs::fsync(&file)?;
    let begun = Instant::now();
    for number in 0..times {
        rustix::io::pwrite(&file, &record, (number * record.len()) as u64)?;
        rustix::fs::fdatasync(&file)?;
    }
    println!("{:.9} a sync", begun.elapsed().as_secs_f64() / times as f64);
    Ok(())
}
