//! From options to a server that could serve: everything that can fail before the first request.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tidelock_broker::Broker;
use tidelock_engine::agents::{Agent, Agents};
use tidelock_engine::clock::SystemClock;
use tidelock_engine::crew::{Alone, Crew, Threads};
use tidelock_engine::drift::Pace;
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::{FileSystem, FsError};
use tidelock_engine::journal::{Journal, JournalError, StateFolder};
use tidelock_engine::survey::survey_folder;
use tidelock_engine::worker::InProcess;
use tidelock_engine::{Engine, EngineError, Retention};
use tidelock_shared::name::FilePath;

use super::origin::Called;
use super::state::Running;
use crate::agents::Workers;
use crate::audit::{Audit, AuditError};
use crate::config::{Config, Listen};
use crate::demo;
use crate::history::History;
use crate::hours::Hours;
use crate::identity::{Identities, ManyUsers, NoRandomness, StoreError, SystemDirectory, User, random_bytes};
use crate::listing::Readings;
use crate::metrics::Counted;
use crate::names::{MountName, Names};
use crate::past_scans::PastScans;
use crate::service::{Busy, Drifts, Drivers, Eyes, Inventories, Leftovers, Searches, Site, Surveys};
use crate::uploads::Uploads;

/// What to serve, and where.
#[derive(Clone, Debug)]
pub(crate) struct Serve {
    /// Port 0 takes any that is free.
    pub(crate) listen: Listen,
    pub(crate) state_folder: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) upkeep: Upkeep,
}

/// What a server does by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Upkeep {
    /// Days that originals are kept; none leaves it as it was.
    pub(crate) retention: Option<u32>,
    /// How often every project is scanned for drift, and how fast; none is only when asked.
    pub(crate) drift_scans: Option<DriftScans>,
}

/// Scans for drift that begin by themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DriftScans {
    pub(crate) every: Duration,
    pub(crate) pace: Pace,
    /// A round of them begins in these hours only; none is the whole day.
    pub(crate) between: Option<Hours>,
}

#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// An invented site with invented users, where each look takes so long.
    Demo { look: Duration },
    /// Folders of this machine, for the user that this process is.
    SingleUser { roots: Vec<FilePath> },
    /// Folders of this machine, for many users whom a reverse proxy has asked who they are.
    ManyUsers { config: Box<Config> },
}

/// Why the server could not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("cannot listen on {listen}")]
    Listen { listen: Listen, source: std::io::Error },
    #[error("cannot use the state folder")]
    State(#[from] JournalError),
    #[error("cannot start the engine")]
    Engine(#[from] EngineError),
    #[error("cannot use the demo's world at {path}")]
    World { path: PathBuf, source: std::io::Error },
    #[error("cannot look at the folder {path:?} that is to be managed")]
    Root { path: FilePath, source: FsError },
    #[error("cannot read the list of uploads")]
    Uploads(#[source] std::io::Error),
    #[error("cannot read the list of sessions")]
    Sessions(#[from] StoreError),
    #[error("nobody looks at what belongs to nobody: the broker has to run first")]
    Agent(#[source] FsError),
    #[error("cannot keep the audit")]
    Audit(#[from] AuditError),
    #[error("cannot write what lets programs find the server")]
    ServerFile(#[source] std::io::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("cannot start the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("a move could not be written down: nothing goes on before the server is started again, and then everything does")]
    JournalNotWritten,
    #[error("cannot serve")]
    Serving(#[source] std::io::Error),
}

/// A server that could begin, and the path of the page to open first.
pub(super) struct Started {
    pub(super) running: Running,
    pub(super) first_page: String,
    /// Held while the server runs.
    pub(super) _state: StateFolder,
}

/// Takes the state folder and makes everything that serving needs.
pub(super) fn start(options: &Serve, address: Option<SocketAddr>) -> Result<Started, ServeError> {
    let state = StateFolder::hold_patiently(&options.state_folder)?;
    let bits = u64::from_ne_bytes(random_bytes()?);
    let journal = Journal::open(&state, || bits)?.with_room_kept_in(&state);
    let uploads = Uploads::open(&options.state_folder).map_err(ServeError::Uploads)?;
    // Only many users are served without an address.
    let address = address.unwrap_or_else(|| (Ipv4Addr::UNSPECIFIED, 0).into());
    let (running, first_page) = match &options.mode {
        Mode::Demo { look } => {
            let path = options.state_folder.join(demo::WORLD);
            let world = demo::open(&path, *look).map_err(|source| ServeError::World { path, source })?;
            (of_demo(world, journal, uploads, address)?, "/".to_owned())
        }
        Mode::SingleUser { roots } => of_single_user(roots, journal, uploads, address)?,
        Mode::ManyUsers { config } => (of_many_users(config, &options.state_folder, journal, uploads)?, "/".to_owned()),
    };
    running.site.audit.keep_in(&options.state_folder, &running.site.engine)?;
    // Without it there is no trend; that is no reason not to serve.
    if let Err(error) = running.site.history.keep_in(&options.state_folder) {
        tracing::error!(error = &error as &dyn std::error::Error, "what projects use is not remembered");
    }
    match running.site.past_scans.keep_in(&options.state_folder) {
        Ok(known) => running.site.drifts.take_up(known),
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "what scans find is not remembered"),
    }
    if let Some(days) = options.upkeep.retention {
        running.site.engine.set_retention(Retention::of_days(days))?;
    }
    Ok(Started { running, first_page, _state: state })
}

/// A server of the demo's world.
pub(super) fn of_demo(world: demo::World, journal: Journal, uploads: Uploads, address: SocketAddr) -> Result<Running, ServeError> {
    let identities = Identities::of_demo(world.users.clone(), address.port())?;
    Ok(Running::new(site_of_demo(world, journal, uploads)?, identities, Called::At(address.ip())))
}

/// The demo's world, for whomever.
pub(super) fn site_of_demo(world: demo::World, journal: Journal, uploads: Uploads) -> Result<Site, ServeError> {
    let fs: Arc<dyn FileSystem> = Arc::new(world.simulator.clone());
    // Its pace is invented, and the same whatever machine it runs on.
    let crew: Arc<dyn Crew> = Arc::new(Alone);
    let counted = Arc::<Counted>::default();
    let engine = engine(Arc::new(in_process(fs, &crew)), crew, journal.watched_by(counted.clone()), world.roots)?;
    Ok(Site { tops: Some(world.tops), ..site(engine, counted, world.names, Eyes::Demo(world.simulator), uploads) })
}

/// A server of this machine's folders, and the link that lets its user in.
pub(super) fn of_single_user(
    roots: &[FilePath],
    journal: Journal,
    uploads: Uploads,
    address: SocketAddr,
) -> Result<(Running, String), ServeError> {
    let crew: Arc<dyn Crew> = Arc::new(Threads::for_this_machine());
    let (site, names) = site_of_this_machine(roots, Arc::new(in_process(Arc::new(Posix), &crew)), crew, journal, uploads)?;
    let uid = site.engine.file_system().caller().uid;
    let user = User { name: names.user(uid), uid, gids: Vec::new() };
    let (identities, link) = Identities::of_single_user(user, address.port())?;
    Ok((Running::new(site, identities, Called::At(address.ip())), format!("/open/{}", link.reveal())))
}

/// A server of this machine's folders for many users.
fn of_many_users(config: &Config, state_folder: &Path, journal: Journal, uploads: Uploads) -> Result<Running, ServeError> {
    let broker = config.broker.as_ref().map(|place| Broker::at(&place.socket));
    let workers = broker.map(|broker| Arc::new(Workers::of(broker, config.roots.clone())));
    let crew: Arc<dyn Crew> = Arc::new(Threads::for_this_machine());
    // Without a broker nothing is done but by this process: so nobody is served but its own user.
    let agents: Arc<dyn Agents> = match &workers {
        Some(workers) => workers.clone(),
        None => Arc::new(in_process(Arc::new(Posix), &crew)),
    };
    let (site, _) = site_of_this_machine(&config.roots, agents, crew, journal, uploads)?;
    let ours = workers.is_none().then(|| site.engine.file_system().caller().uid);
    let site = Site { are_moves_private: true, workers, ..site };
    let is_served = Box::new(move |user: &User| ours.is_none_or(|ours| user.uid == ours));
    let many = ManyUsers::open(config, state_folder, Box::new(SystemDirectory), is_served)?;
    Ok(Running::new(site, Identities::of_many_users(many)?, Called::By(config.public.clone())))
}

/// Everything done by this process itself, as whoever it is.
fn in_process(fs: Arc<dyn FileSystem>, crew: &Arc<dyn Crew>) -> Agent {
    Agent { fs: fs.clone(), worker: Arc::new(InProcess::with_crew(fs, crew.clone())) }
}

/// The folders of this machine.
fn site_of_this_machine(
    roots: &[FilePath],
    agents: Arc<dyn Agents>,
    crew: Arc<dyn Crew>,
    journal: Journal,
    uploads: Uploads,
) -> Result<(Site, Names), ServeError> {
    let counted = Arc::<Counted>::default();
    let engine = engine(agents, crew, journal.watched_by(counted.clone()), roots.to_vec())?;
    let mut names = Names::of_this_machine();
    for root in roots {
        let found =
            survey_folder(&**engine.file_system(), root).map_err(|source| ServeError::Root { path: root.clone(), source })?;
        names.mounts.entry(found.folder.device).or_insert_with(|| MountName::Called(root.shown()));
    }
    Ok((site(engine, counted, names.clone(), Eyes::Agent, uploads), names))
}

fn engine(agents: Arc<dyn Agents>, crew: Arc<dyn Crew>, journal: Journal, roots: Vec<FilePath>) -> Result<Engine, ServeError> {
    let engine = Engine::through(agents, journal, Arc::new(SystemClock), roots).map_err(|error| match error {
        EngineError::FileSystem(error) => ServeError::Agent(error),
        error => error.into(),
    });
    Ok(engine?.with_crew(crew))
}

fn site(engine: Engine, counted: Arc<Counted>, names: Names, eyes: Eyes, uploads: Uploads) -> Site {
    let audit = Arc::<Audit>::default();
    Site {
        drivers: Drivers::new(engine.clone(), audit.clone()),
        audit,
        surveys: Surveys::default(),
        searches: Searches::default(),
        inventories: Inventories::default(),
        leftovers: Leftovers::default(),
        drifts: Drifts::default(),
        readings: Readings::default(),
        uploads,
        counted,
        history: History::default(),
        past_scans: PastScans::default(),
        engine,
        names,
        eyes,
        tops: None,
        are_moves_private: false,
        workers: None,
        busy: Busy::default(),
    }
}
