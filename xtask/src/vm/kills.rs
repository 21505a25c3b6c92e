//! Kills at random moments, of the program and of the whole machine, until a log has enough of them.
//!
//! The guest's side, which moves, recovers and compares, is the engine's `real_kills`; here is who
//! starts guests, kills them, and keeps the log.

use super::{
    FOLDER, MOUNTS, absolute, build,
    guest::{Layered, Watched, new_disks},
    kernel::Kernel,
    log::{Kind, Log},
    provide,
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use xshell::{Shell, cmd};

/// It lies in the repository, so that it outlives every machine.
const LOG: &str = "docs/kills.log";
const FILE_SYSTEMS: [&str; 2] = ["ext4", "xfs"];
/// So many kills of the program in one guest at most.
const KILLS_A_GUEST: u64 = 200;
/// Moves of the chosen file system that may end unharmed before the machine is killed.
const SPARED_MAX: u64 = 2;
/// What `cargo xtask test` tries.
const PART_OF_PROCESS: u64 = 10;
const PART_OF_MACHINE: u64 = 1;

/// What was asked for.
struct Wanted {
    process: u64,
    machine: u64,
    file_systems: Vec<&'static str>,
    seed: u64,
    log: PathBuf,
    release: bool,
    /// Tried instead of what would be built here.
    program: Option<PathBuf>,
}

impl Wanted {
    fn read(words: &[&str]) -> Result<Self> {
        let mut wanted = Self {
            process: 1000,
            machine: 100,
            file_systems: FILE_SYSTEMS.to_vec(),
            seed: 0,
            log: PathBuf::from(LOG),
            release: false,
            program: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if *word == "--release" {
                wanted.release = true;
                continue;
            }
            let value = words.next().with_context(|| format!("{word} lacks its value"))?;
            match *word {
                "--process" => wanted.process = value.parse()?,
                "--machine" => wanted.machine = value.parse()?,
                "--seed" => wanted.seed = value.parse()?,
                "--log" => wanted.log = PathBuf::from(value),
                "--program" => wanted.program = Some(PathBuf::from(value)),
                "--fs" => wanted.file_systems.retain(|fs| fs == value),
                _ => bail!("vm kills knows no {word}"),
            }
        }
        ensure!(!wanted.file_systems.is_empty(), "--fs is one of {}", FILE_SYSTEMS.join(", "));
        Ok(wanted)
    }
}

/// `cargo xtask vm kills`: whether everything was as before or as after.
pub(crate) fn kills(words: &[&str]) -> Result<bool> {
    kill(&Wanted::read(words)?)
}

/// What every run of the tests tries: the same kills each time.
pub(super) fn part() -> Result<bool> {
    let folder = tempfile::tempdir()?;
    kill(&Wanted {
        process: PART_OF_PROCESS,
        machine: PART_OF_MACHINE,
        file_systems: FILE_SYSTEMS.to_vec(),
        seed: 0,
        log: folder.path().join("kills.log"),
        release: false,
        program: None,
    })
}

fn kill(wanted: &Wanted) -> Result<bool> {
    let started = Instant::now();
    let mut killer = Killer::new(wanted)?;
    let done = killer.kill_programs(wanted).and_then(|()| killer.kill_machines(wanted));
    print!("{}", killer.log.words());
    println!("{:.0} s; the log is {}", started.elapsed().as_secs_f32(), wanted.log.display());
    done?;
    Ok(!killer.log.has_violations())
}

struct Killer {
    kernel: Kernel,
    initramfs: PathBuf,
    /// The test program, and the program that it tries.
    tester: String,
    program: String,
    log: Log,
    dice: Dice,
}

impl Killer {
    fn new(wanted: &Wanted) -> Result<Self> {
        let (kernel, initramfs) = provide()?;
        let shell = Shell::new()?;
        let tester = build("tidelock-engine", &["real_kills"])?.pop().context("cargo named no program")?;
        let tester = stripped(Path::new(&tester), "real_kills")?;
        let program = match &wanted.program {
            Some(program) => program.clone(),
            None => {
                let (profile, folder) = if wanted.release { ("release", "release") } else { ("dev", "debug") };
                cmd!(shell, "cargo build --package tidelock-server --bin tidelock --profile {profile}").quiet().run()?;
                PathBuf::from(format!("target/{folder}/tidelock"))
            }
        };
        let program = stripped(&program, "tidelock")?;
        let commit = cmd!(shell, "git rev-parse --short HEAD").quiet().read().unwrap_or_else(|_| "unknown".to_owned());
        let log = Log::open(&wanted.log, &commit, wanted.seed)?;
        Ok(Self { kernel, initramfs, tester, program, log, dice: Dice(wanted.seed) })
    }

    /// What the guest's shell is told: one program for each order, all at once.
    fn script(&self, orders: &[String]) -> String {
        let Self { tester, program, .. } = self;
        // Ordinary users run it too, and may not pass every folder that leads to it, /root for one.
        let mut script = format!("cp {program} /tmp/tidelock && chmod 755 /tmp/tidelock || exit 1\n");
        script += &format!("export {MOUNTS} TIDELOCK_PROGRAM=/tmp/tidelock\n");
        for order in orders {
            script += &format!("TIDELOCK_KILLS='{order}' {tester} --nocapture &\n");
        }
        script + "wait\n"
    }

    fn kill_programs(&mut self, wanted: &Wanted) -> Result<()> {
        for fs in &wanted.file_systems {
            loop {
                let missing = wanted.process.saturating_sub(self.log.sums(fs, Kind::Process).kills());
                if missing == 0 {
                    break;
                }
                self.kill_some_programs(fs, missing.min(KILLS_A_GUEST))?;
            }
        }
        Ok(())
    }

    fn kill_some_programs(&mut self, fs: &str, count: u64) -> Result<()> {
        let disks = new_disks(&Shell::new()?)?;
        // Only the program dies: what it has written is in the guest's memory.
        let drives = disks.map(|disk| format!("file={},format=raw,if=virtio,cache=unsafe", disk.display()));
        let first = self.log.next(fs, Kind::Process);
        let script = self.script(&[format!("process {fs} {first} {count}")]);
        let mut guest = Watched::start(&self.kernel, &self.initramfs, &script, &drives)?;
        let mut said = Vec::new();
        while let Some(line) = guest.line()? {
            self.hear(&line)?;
            said.push(line);
        }
        guest.kill()?;
        // A program that stopped without a word has found what it cannot explain.
        if self.log.next(fs, Kind::Process) != first + count {
            said.iter().for_each(|line| println!("{line}"));
            let next = self.log.next(fs, Kind::Process);
            bail!(
                "{fs}: the kills ended before number {next}; try it again with --fs {fs} --process 1 --seed {next} and a new --log"
            );
        }
        Ok(())
    }

    /// Notes an outcome. What is said for people is shown.
    fn hear(&mut self, line: &str) -> Result<Option<Said>> {
        let Some(said) = Said::read(line) else {
            return Ok(None);
        };
        if let What::Outcome { kind, outcome, story } = &said.what {
            println!("{} {} {} {outcome}: {story}", said.fs, kind.name(), said.number);
            self.log.add(&said.fs, *kind, said.number, outcome, story)?;
            ensure!(
                outcome != "violation",
                "{} {}, number {}: neither as before nor as after: {story}",
                said.fs,
                kind.name(),
                said.number
            );
        }
        Ok(Some(said))
    }

    fn kill_machines(&mut self, wanted: &Wanted) -> Result<()> {
        let is_enough = |log: &Log| wanted.file_systems.iter().all(|fs| log.sums(fs, Kind::Machine).kills() >= wanted.machine);
        if is_enough(&self.log) {
            return Ok(());
        }
        let disks = new_disks(&Shell::new()?)?.map(|disk| Layered::new(&disk));
        let mut known: BTreeMap<String, Known> =
            wanted.file_systems.iter().map(|fs| ((*fs).to_owned(), Known::new(self.log.next(fs, Kind::Machine)))).collect();
        while !is_enough(&self.log) {
            let orders: Vec<String> = known.iter().map(|(fs, known)| known.order(fs)).collect();
            let drives = [disks[0].lay()?, disks[1].lay()?];
            let mut guest = Watched::start(&self.kernel, &self.initramfs, &self.script(&orders), &drives)?;
            if let Err(error) = self.kill_machine(&mut guest, &mut known, is_enough) {
                drop(guest);
                let saved = [disks[0].save()?, disks[1].save()?];
                return Err(error.context(format!("the disks as they were are {} and {}", saved[0].display(), saved[1].display())));
            }
            for disk in &disks {
                disk.keep()?;
            }
        }
        Ok(())
    }

    /// One guest: hears what the last one has left, and ends it at a random moment of a random move.
    fn kill_machine(
        &mut self,
        guest: &mut Watched,
        known: &mut BTreeMap<String, Known>,
        is_enough: impl Fn(&Log) -> bool,
    ) -> Result<()> {
        let chosen = self.dice.below(known.len() as u64);
        let chosen = known.keys().nth(usize::try_from(chosen)?).cloned().unwrap_or_default();
        let mut spared = self.dice.below(SPARED_MAX + 1);
        let mut looked = BTreeSet::new();
        let mut moment = None;
        loop {
            let line = match moment {
                None => guest.line()?.with_context(|| "the guest ended by itself")?,
                Some(moment) => match guest.line_within(until(moment)) {
                    Some(line) => line,
                    None => break,
                },
            };
            let Some(said) = self.hear(&line)? else {
                ensure!(!line.contains("panicked at"), "{line}: {}", guest.line_within(Duration::from_secs(5)).unwrap_or_default());
                continue;
            };
            if is_enough(&self.log) {
                break;
            }
            known.entry(said.fs.clone()).and_modify(|known| known.hear(&said));
            if matches!(said.what, What::Outcome { .. }) {
                continue;
            }
            looked.insert(said.fs.clone());
            // Whoever has not looked yet would look again, and be counted twice.
            if let What::Armed { duration } = said.what
                && said.fs == chosen
                && looked.len() == known.len()
            {
                if spared == 0 {
                    let part = self.dice.below(1_000_000);
                    moment = Some(Instant::now() + duration.mul_f64(f64::from(u32::try_from(part)?) / 1e6));
                }
                spared = spared.saturating_sub(1);
            }
        }
        for said in guest.kill()?.iter().filter_map(|line| Said::read(line)) {
            known.entry(said.fs.clone()).and_modify(|known| known.hear(&said));
        }
        Ok(())
    }
}

fn until(moment: Instant) -> Duration {
    moment.saturating_duration_since(Instant::now())
}

/// A copy of a program without what only a debugger reads: the guest loads all of it, and for long.
fn stripped(program: &Path, name: &str) -> Result<String> {
    let (shell, stripped) = (Shell::new()?, format!("{FOLDER}/{name}"));
    cmd!(shell, "strip -o {stripped} {program}").quiet().run()?;
    absolute(&stripped)
}

/// How a file system's moves stand, as far as the host has heard.
struct Known {
    next: u64,
    told: Option<u64>,
}

impl Known {
    fn new(next: u64) -> Self {
        Self { next, told: None }
    }

    fn order(&self, fs: &str) -> String {
        format!("machine {fs} {} {}", self.next, self.told.map_or("-".to_owned(), |number| number.to_string()))
    }

    fn hear(&mut self, said: &Said) {
        match said.what {
            What::Armed { .. } => self.next = self.next.max(said.number + 1),
            What::Told => self.told = Some(said.number),
            What::Outcome { .. } | What::Idle => {}
        }
    }
}

/// A line of the guest's.
struct Said {
    fs: String,
    number: u64,
    what: What,
}

enum What {
    /// A move is about to start; unharmed it took so long.
    Armed {
        duration: Duration,
    },
    /// The program has said that it is done.
    Told,
    Idle,
    Outcome {
        kind: Kind,
        outcome: String,
        story: String,
    },
}

impl Said {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.strip_prefix("kills | ")?.splitn(5, " | ");
        let (fs, what, number) = (parts.next()?.to_owned(), parts.next()?, parts.next()?.parse().ok()?);
        let (rest, story) = (parts.next().unwrap_or_default().trim().to_owned(), parts.next().unwrap_or_default().to_owned());
        let what = match what {
            "armed" => What::Armed { duration: Duration::from_millis(rest.parse().ok()?) },
            "told" => What::Told,
            "idle" => What::Idle,
            "process" => What::Outcome { kind: Kind::Process, outcome: rest, story },
            "machine" => What::Outcome { kind: Kind::Machine, outcome: rest, story },
            _ => return None,
        };
        Some(Self { fs, number, what })
    }
}

/// Numbers that look drawn and come again for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_lines_are_understood() {
        let said = Said::read("kills | xfs | machine | 12 | after | retag.root.0 then done, as was told").unwrap();
        assert_eq!((said.fs.as_str(), said.number), ("xfs", 12));
        assert!(matches!(&said.what, What::Outcome { kind: Kind::Machine, outcome, story }
            if outcome == "after" && story == "retag.root.0 then done, as was told"));
        let said = Said::read("kills | ext4 | armed | 3 | 1200").unwrap();
        assert!(matches!(said.what, What::Armed { duration } if duration == Duration::from_millis(1200)));
        assert!(matches!(Said::read("kills | ext4 | told | 3 | ").unwrap().what, What::Told));
        assert!(Said::read("running 1 test").is_none());
    }

    #[test]
    fn what_is_wanted_is_read_off_the_words() {
        let wanted = Wanted::read(&["--process", "5", "--fs", "xfs", "--seed", "9", "--release"]).unwrap();
        assert_eq!((wanted.process, wanted.machine, wanted.seed, wanted.release), (5, 100, 9, true));
        assert_eq!(wanted.file_systems, ["xfs"]);
        assert!(Wanted::read(&["--fs", "zfs"]).is_err() && Wanted::read(&["--process"]).is_err());
    }
}
