//! Somebody who may change names where others move things, and does so as fast as he can: every name on the way changes
//! places with a symbolic link that leads to where nobody was asked to go, and back.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{Dir, Mode, OFlags, RenameFlags, renameat_with};

/// How what changes places with a name is called.
pub(crate) const LINK: &str = ".link";
/// What changes places with whatever is hidden in a folder.
pub(crate) const HIDDEN_LINK: &str = "hidden.link";
/// Names of an upload and of moves begin so.
const HIDDEN: &[u8] = b".tidelock-";
/// As many at once as there are in the smallest machines.
const HANDS: u64 = 2;

/// The attack as another process.
pub(crate) struct Attack {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
}

impl Attack {
    /// On these folders and the names in them, whatever they are called by now. At a pace it leaves time between two.
    pub(crate) fn begin(mut command: Command, folders: &[&Path], is_paced: bool, seed: u64) -> Self {
        command.arg("--attack").arg(seed.to_string()).arg(is_paced.to_string()).args(folders);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, mut stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        // It has opened everything before anything is moved.
        stdout.read_exact(&mut [0]).unwrap();
        Self { child, stdin, stdout }
    }

    /// Lets everything have its own name again. Answers how often two have changed places.
    pub(crate) fn end(mut self) -> u64 {
        drop(self.stdin.take());
        let mut told = String::new();
        self.stdout.read_to_string(&mut told).unwrap();
        assert!(self.child.wait().unwrap().success());
        told.trim().parse().unwrap()
    }
}

/// What the process does: `seed`, whether it is paced, and folders.
pub(crate) fn run(arguments: &[String]) {
    let (seed, is_paced): (u64, bool) = (arguments[0].parse().unwrap(), arguments[1].parse().unwrap());
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |path: &String| rustix::fs::open(path.as_str(), flags, Mode::empty()).unwrap();
    let folders: Arc<Vec<OwnedFd>> = Arc::new(arguments[2..].iter().map(open).collect());
    let (is_over, swaps) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let hand = |number: u64| {
        let (folders, is_over, swaps) = (folders.clone(), is_over.clone(), swaps.clone());
        std::thread::spawn(move || {
            let mut dice = Dice(seed.wrapping_mul(HANDS).wrapping_add(number) | 1);
            while !is_over.load(Ordering::Relaxed) {
                let folder = &folders[dice.below(folders.len())];
                swaps.fetch_add(swap_one(folder.as_fd(), &mut dice), Ordering::Relaxed);
                if is_paced {
                    std::thread::sleep(Duration::from_micros(dice.below(3000) as u64));
                }
            }
        })
    };
    let hands: Vec<_> = (0..HANDS).map(hand).collect();
    print!("!");
    std::io::Write::flush(&mut std::io::stdout()).unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    is_over.store(true, Ordering::Relaxed);
    hands.into_iter().for_each(|hand| hand.join().unwrap());
    println!("{}", swaps.load(Ordering::Relaxed));
}

/// One name of the folder leads elsewhere for a moment. Answers how often two names have changed places.
fn swap_one(folder: BorrowedFd<'_>, dice: &mut Dice) -> u64 {
    let Ok(entries) = Dir::read_from(folder) else { return 0 };
    let names = entries.flatten().map(|entry| entry.file_name().to_bytes().to_vec());
    let names: Vec<Vec<u8>> = names.filter(|name| !matches!(name.as_slice(), b"." | b"..")).collect();
    let is_hidden = |name: &[u8]| name.starts_with(HIDDEN);
    let is_link = |name: &[u8]| name.ends_with(LINK.as_bytes());
    let victims: Vec<&Vec<u8>> = names.iter().filter(|name| !is_link(name)).collect();
    if victims.is_empty() {
        return 0;
    }
    let victim = victims[dice.below(victims.len())].as_slice();
    let link = if is_hidden(victim) { HIDDEN_LINK.as_bytes().to_vec() } else { [victim, LINK.as_bytes()].concat() };
    let exchange = || renameat_with(folder, victim, folder, link.as_slice(), RenameFlags::EXCHANGE).is_ok();
    let mut done = 0;
    // A few in a row, for what is quick to look and quick to act.
    for _ in 0..=dice.below(8) {
        if !exchange() {
            break;
        }
        let until = Instant::now() + Duration::from_micros(dice.below(200) as u64);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        done += 1 + u64::from(exchange());
    }
    done
}

/// Numbers that nobody has to guess.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        // xorshift64.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}
