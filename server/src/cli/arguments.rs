//! What can be typed, and what `--help` teaches.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tidelock_engine::drift::Pace;
use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::request;

use crate::hours::Hours;
use crate::http::{DriftScans, Upkeep};

/// Move files between projects with the guarantees of a database transaction.
///
/// A plan shows what a move will cost before it starts. The move then happens completely or
/// not at all, survives crashes, and can be undone.
#[derive(Debug, Parser)]
#[command(
    name = "tidelock",
    version,
    after_help = "\
First steps:
  tidelock demo                              look at it in the browser, on an invented site
  tidelock plan results /lustre/beta/        what would happen, touching nothing
  tidelock mv results /lustre/beta/          the same, and then do it
  tidelock undo MOVE                         bring it back

Exit status: 0 done; 1 undone, everything is as before; 2 wrong call; 3 refused, nothing was
touched; 4 stuck, a person must look; 5 the engine could not be started or reached."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a move would do and cost; nothing is changed
    Plan(MoveArguments),
    /// Move files and folders into an existing folder
    Mv(StartArguments),
    /// Copy files and folders into an existing folder; the copy appears complete or not at all
    Cp(StartArguments),
    /// Hide files and folders until they are brought back with undo, or deleted after a while
    Trash(TrashArguments),
    /// List the moves, newest first
    Moves(Where),
    /// Show one move: where it stands, its plan, what happened
    Status(OneMove),
    /// Undo a running move; once it is done use undo
    Cancel(OneMove),
    /// Let a running move wait; what is done so far stays
    Pause(OneMove),
    /// Let a paused move go on, or try a stuck one again
    Resume(OneMove),
    /// Let a running move wait until an administrator lets it go on
    Hold(OneMove),
    /// Let a held move go on
    Unhold(OneMove),
    /// Show or change how much all moves together may do at once; changes count at once
    Limits(LimitsArguments),
    /// Bring a finished move back, after checking that nothing has changed since
    Undo(UndoArguments),
    /// Delete the original that a finished copy has kept; then an undo has to copy
    Purge(UndoArguments),
    /// Finish or unwind whatever a crash left, and find what moves have left lying about
    Recover(RecoverArguments),
    /// Show who pays for a folder, what is used, and what may be used
    Quota(QuotaArguments),
    /// Find what is charged wrongly below a project's folder; exit status 1 if anything is
    Drift(DriftArguments),
    /// Charge everything in a project's folder to its own project again; an undo brings the old charges back
    Repair(RepairArguments),
    /// Tell what the mount of a folder can and cannot promise; tries it in a hidden folder
    Doctor(DoctorArguments),
    /// Serve an invented site in the browser, on nothing but this program
    Demo(DemoArguments),
    /// Serve folders of this machine in the browser, as yourself; or for many users, with a configuration
    Serve(ServeFolders),
    /// Start a process for each user of a site that becomes that user; runs as root beside `serve --config`
    Broker(BrokerArguments),
    /// Act for one user of a site; the broker starts it, nobody types it
    #[command(hide = true)]
    Worker(WorkerArguments),
    /// Tell what a configuration file is understood to say; exit status 2 if anything in it is wrong
    CheckConfig(CheckConfigArguments),
    /// Tell who had what done: check the audit, or print it
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Try the engine on invented worlds with crashes and faults; one seed, one world
    Simulate(SimulateArguments),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

/// Where the verb is done.
#[derive(Args, Clone, Debug)]
pub(crate) struct Where {
    /// Run the engine in this command instead of asking a server
    #[arg(long, conflicts_with = "server")]
    pub(crate) local: bool,
    /// Where moves are remembered [default: $XDG_STATE_HOME/tidelock]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Ask this server; its token is read from TIDELOCK_TOKEN
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct MoveArguments {
    /// What to move, then the folder to move it into
    #[arg(required = true, num_args = 2.., value_names = ["SOURCE", "DESTINATION/"])]
    pub(crate) paths: Vec<OsString>,
    /// A new name for a single source
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) new_name: Option<OsString>,
    /// What to do where a name is taken
    #[arg(long, value_enum, default_value_t = OnConflict::Refuse)]
    pub(crate) on_conflict: OnConflict,
    /// Agree to what a plan would otherwise refuse
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) allow: Vec<Allow>,
    /// Read what was copied once more on both sides, and compare every byte
    #[arg(long)]
    pub(crate) compare: bool,
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args, Debug)]
pub(crate) struct StartArguments {
    #[command(flatten)]
    pub(crate) what: MoveArguments,
    #[command(flatten)]
    pub(crate) how: Start,
}

#[derive(Args, Debug)]
pub(crate) struct Start {
    /// Start without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// The same key twice is one move
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// With --local: how long to wait for room in a full project before the move is undone
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) wait: u64,
}

#[derive(Args, Debug)]
pub(crate) struct TrashArguments {
    /// What to put into the trash
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) paths: Vec<OsString>,
    #[command(flatten)]
    pub(crate) how: Start,
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args, Debug)]
pub(crate) struct RepairArguments {
    /// A project's folder, or one in it
    #[arg(required = true, value_name = "DIR")]
    pub(crate) paths: Vec<OsString>,
    #[command(flatten)]
    pub(crate) how: Start,
    #[command(flatten)]
    pub(crate) at: Where,
}

/// What becomes of a source whose name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnConflict {
    /// Nothing moves
    Refuse,
    /// It gets a new name: `results (2)`
    KeepBoth,
    /// What is there is hidden, and comes back with an undo
    Replace,
    /// It stays where it is
    Skip,
    /// Folders are merged; where files meet, both are kept
    Merge,
}

impl From<OnConflict> for request::OnConflict {
    fn from(answer: OnConflict) -> Self {
        match answer {
            OnConflict::Refuse => Self::Refuse,
            OnConflict::KeepBoth => Self::KeepBoth,
            OnConflict::Replace => Self::Replace,
            OnConflict::Skip => Self::Skip,
            OnConflict::Merge => Self::Merge,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allow {
    /// Files with further names outside of what is moved
    HardLinksLeaving,
    /// Metadata that the destination cannot keep
    LostMetadata,
    /// Bringing back from tape what has to be copied, however long that takes
    Restore,
}

#[derive(Args, Debug)]
pub(crate) struct OneMove {
    #[arg(value_name = "MOVE")]
    pub(crate) id: MoveId,
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args, Debug)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    pub(crate) one: OneMove,
    /// Start without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RecoverArguments {
    /// Look below these folders for what moves have hidden: moves of a lost state folder are
    /// taken up again from their records, what a crash left behind is removed, the rest is listed
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) orphans: Vec<OsString>,
    /// Delete something that a move has hidden and nobody knows of any more
    #[arg(long, value_name = "PATH", conflicts_with = "restore")]
    pub(crate) remove: Option<OsString>,
    /// Give it its old name back; nothing is replaced
    #[arg(long, value_name = "PATH")]
    pub(crate) restore: Option<OsString>,
    /// Treat what this engine has hidden as its own: you know that it runs nowhere any more
    #[arg(long, value_name = "ENGINE")]
    pub(crate) adopt: Option<EngineId>,
    /// Believe the record at PATH, or those below it, though others can write in its folder: root
    /// believes none there, as its owner may have forged it. What it speaks of has to lie below DIR
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) trust: Vec<OsString>,
    /// Delete without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args, Debug)]
pub(crate) struct LimitsArguments {
    /// So many moves run at the same time; others wait for their turn
    #[arg(long, value_name = "N")]
    pub(crate) moves_at_once: Option<u32>,
    /// Changes of names and attributes, about; none is no limit
    #[arg(long, value_name = "N|none")]
    pub(crate) operations_per_second: Option<Limit>,
    /// Copied bytes; none is no limit
    #[arg(long, value_name = "N|none")]
    pub(crate) bytes_per_second: Option<Limit>,
    /// Let nothing new come into sight: moves prepare, and wait before others could see anything of them
    #[arg(long, value_name = "BOOL")]
    pub(crate) drained: Option<bool>,
    #[command(flatten)]
    pub(crate) at: Where,
}

/// A number, or `none`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<u64>);

impl std::str::FromStr for Limit {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Self(None)) } else { text.parse().map(Some).map(Self) }
    }
}

#[derive(Args, Debug)]
pub(crate) struct QuotaArguments {
    #[arg(value_name = "DIR")]
    pub(crate) folder: OsString,
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args, Debug)]
pub(crate) struct DriftArguments {
    #[arg(value_name = "DIR")]
    pub(crate) folder: OsString,
    /// Look at no more entries a second, so that others feel nothing of it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) entries_per_second: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    #[arg(value_name = "DIR")]
    pub(crate) folder: OsString,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Check that nothing in it was changed or taken out; exit status 1 if anything was
    Verify {
        /// A digest that was kept elsewhere: it has to be that of one of the records
        #[arg(long, value_name = "DIGEST")]
        known: Option<String>,
        #[command(flatten)]
        of: AuditArguments,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print it, oldest first: one JSON object a line, as it is kept
    Export {
        /// Only what is about this move
        #[arg(long = "move", value_name = "MOVE")]
        id: Option<MoveId>,
        #[command(flatten)]
        of: AuditArguments,
    },
}

#[derive(Args, Debug)]
pub(crate) struct AuditArguments {
    /// Whose: where moves are remembered [default: $XDG_STATE_HOME/tidelock]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct BrokerArguments {
    /// The server's configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// Told by the broker, which knows who the user is.
#[derive(Args, Debug)]
pub(crate) struct WorkerArguments {
    #[arg(long)]
    pub(crate) act_as: String,
    #[arg(long)]
    pub(crate) uid: u32,
    #[arg(long)]
    pub(crate) gid: u32,
    #[arg(long = "group")]
    pub(crate) groups: Vec<u32>,
    #[arg(long = "root")]
    pub(crate) roots: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SimulateArguments {
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many seeds, one after the other
    #[arg(long, value_name = "M", default_value_t = 1)]
    pub(crate) count: u64,
    /// Print every call with its answer
    #[arg(long)]
    pub(crate) trace: bool,
    /// Print one JSON object for each broken world, and one for all
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,
    /// Where moves are remembered [default: $XDG_STATE_HOME/tidelock, the demo's beside it]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
    /// How long the invented file system takes for each look at an entry, so that counting can be watched
    #[arg(long, value_name = "MICROSECONDS", default_value_t = 0, hide = true)]
    pub(crate) look: u64,
}

#[derive(Args, Debug)]
pub(crate) struct ServeFolders {
    /// A folder to manage; nothing outside of these is shown or moved
    #[arg(long = "root", value_name = "DIR", required_unless_present = "config")]
    pub(crate) roots: Vec<OsString>,
    /// Serve many users behind a reverse proxy; everything else is said in this file
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["roots", "retention", "drift_every", "drift_entries_per_second", "drift_between", "listen", "state"]
    )]
    pub(crate) config: Option<PathBuf>,
    /// After so many days the originals that copies have kept are deleted; 0 for never
    /// [default: as before, at first 7]
    #[arg(long, value_name = "DAYS")]
    pub(crate) retention: Option<u32>,
    /// Scan every project for drift so often; what is found is on the board and in the metrics
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8760))]
    pub(crate) drift_every: Option<u32>,
    /// Such scans look at no more than so many entries a second
    #[arg(long, value_name = "N", requires = "drift_every", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) drift_entries_per_second: Option<u64>,
    /// A round of such scans begins between these hours of the day only, `20-6` for instance, and goes on to its end
    #[arg(long, value_name = "FROM-TO", requires = "drift_every")]
    pub(crate) drift_between: Option<Hours>,
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

#[derive(Args, Debug)]
pub(crate) struct CheckConfigArguments {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl ServeFolders {
    /// What the server is to do by itself.
    pub(crate) fn upkeep(&self) -> Upkeep {
        let drift_scans = self.drift_every.map(|hours| DriftScans {
            every: Duration::from_secs(u64::from(hours) * 3600),
            pace: Pace { entries_per_second: self.drift_entries_per_second },
            between: self.drift_between,
        });
        Upkeep { retention: self.retention, drift_scans }
    }
}
