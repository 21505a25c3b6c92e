//! What a call costs that a user's worker makes in another process, beside the same call made here.
//!
//! `cargo run --release --package tidelock-bench --bin calls [FOLDER]`: a line for each kind of call, in nanoseconds for each.

use std::error::Error;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Instant;

use tidelock_engine::crew::Alone;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::remote::Remote;
use tidelock_engine::worker::host;
use tidelock_shared::name::FilePath;

const CALLS: u32 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/usr/bin".to_owned());
    let folder = FilePath::parse(folder.as_bytes())?;
    let (here, there) = UnixStream::pair()?;
    std::thread::spawn(|| host(there, Arc::new(Posix), Arc::new(Alone)));
    let remote = Remote::connect(&here)?;
    drop(here);
    for (side, fs) in [("in this process", &Posix as &dyn FileSystem), ("through a worker", &remote)] {
        measure(side, fs, &folder)?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn measure(side: &str, fs: &dyn FileSystem, path: &FilePath) -> Result<(), Box<dyn Error>> {
    let folder = fs.open_path(path)?;
    let names = fs.read_folder(&folder)?.map(|entry| entry.map(|entry| entry.name)).collect::<Result<Vec<_>, _>>()?;
    let each = |begin: Instant, calls: u128| begin.elapsed().as_nanos() / calls.max(1);
    for threads in [1, 4] {
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| (0..CALLS / threads).try_for_each(|_| fs.status((&folder).into()).map(drop)));
            }
        });
        println!("{side}: status, {threads} at once: {}", each(begin, CALLS.into()));
    }
    let (begin, mut found) = (Instant::now(), 0);
    while found < u128::from(CALLS) && !names.is_empty() {
        found += fs.statuses(&folder, &names).filter(Result::is_ok).count() as u128;
    }
    println!("{side}: status, of many names at once: {}", each(begin, found));
    let begin = Instant::now();
    let (mut listed, mut reads) = (0, 0);
    while listed < u128::from(CALLS) && reads < CALLS {
        (listed, reads) = (listed + fs.read_folder(&folder)?.count() as u128, reads + 1);
    }
    println!("{side}: an entry of a listing: {}", each(begin, listed));
    Ok(())
}
