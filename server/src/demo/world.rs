//! The site: mounts, projects with their limits, users, and how fast it is.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use tidelock_engine::clock::system_timestamp;
use tidelock_engine::fs::simulator::{Pace, Personality, Simulator, Site, SiteMount};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::{Amount, Bounds, Limits};

use super::furnish::furnish;
use crate::identity::User;
use crate::names::{MountName, Names};

/// The world's file in the state folder.
pub(crate) const WORLD: &str = "world.jsonl";

pub(super) const TIB: u64 = 1 << 40;
pub(super) const GIB: u64 = 1 << 30;
pub(super) const MIB: u64 = 1 << 20;

/// A furnished site and who is there.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) roots: Vec<FilePath>,
    pub(crate) names: Names,
    /// The first is whoever has not chosen; the last is the administrator.
    pub(crate) users: Vec<User>,
    pub(crate) tops: BTreeMap<ProjectId, FilePath>,
}

/// A project as the administrators have set it up.
pub(super) struct DemoProject {
    /// Also its group's number.
    pub(super) id: u32,
    pub(super) name: &'static str,
    /// Whose the top folder is.
    pub(super) lead: u32,
    pub(super) mode: u32,
    bytes: (Option<u64>, u64),
    inodes: (Option<u64>, u64),
}

pub(super) const ALICE: u32 = 1001;
pub(super) const BOB: u32 = 1002;
pub(super) const CHEN: u32 = 1003;
pub(super) const STAFF: u32 = 100;

const fn project(id: u32, name: &'static str, lead: u32, bytes: (Option<u64>, u64), inodes: (Option<u64>, u64)) -> DemoProject {
    DemoProject { id, name, lead, mode: 0o2770, bytes, inodes }
}

pub(super) const CLIMATE: u32 = 2001;
pub(super) const GENOMICS: u32 = 2002;
pub(super) const MATERIALS: u32 = 2003;
pub(super) const ARCHIVE: u32 = 2004;
pub(super) const SHARED_TOOLS: u32 = 2005;
pub(super) const THESIS: u32 = 2006;

/// One has room, one is nearly full, one is over its soft limit, one over its hard limit.
pub(super) const PROJECTS: [DemoProject; 6] = [
    project(CLIMATE, "climate", ALICE, (Some(90 * TIB), 100 * TIB), (None, 200_000)),
    project(GENOMICS, "genomics", BOB, (Some(36 * TIB), 40 * TIB), (None, 50_000)),
    project(MATERIALS, "materials", BOB, (None, 20 * TIB), (None, 20_000)),
    project(ARCHIVE, "archive", 0, (Some(12 * TIB), 16 * TIB), (None, 10_000)),
    DemoProject { mode: 0o2775, ..project(SHARED_TOOLS, "shared-tools", 0, (None, TIB), (Some(120), 150)) },
    project(THESIS, "thesis-chen", CHEN, (Some(8 * TIB), 10 * TIB), (None, 2_000)),
];

/// The world that is kept at `path`, made if there is none; each look at it takes so long.
pub(crate) fn open(path: &Path, look: Duration) -> io::Result<World> {
    let simulator = if path.try_exists()? {
        Simulator::kept_at(path, site(), system_timestamp)?.0
    } else {
        let unfinished = path.with_extension("new");
        match std::fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let (simulator, _) = Simulator::kept_at(&unfinished, site(), system_timestamp)?;
        furnish(&simulator).map_err(io::Error::other)?;
        simulator.sync_everything();
        std::fs::rename(&unfinished, path)?;
        simulator
    };
    simulator.set_pace(Pace {
        change: Duration::from_millis(3),
        look,
        // Each piece of 8 MiB also pays for a change: together about 2 GiB a second.
        copied_bytes_per_second: 8 * GIB,
        copies_between_mounts: true,
        restore: Duration::from_secs(5),
    });
    Ok(of(simulator))
}

/// The same world in memory; each change takes so long.
#[cfg(test)]
pub(crate) fn in_memory(change: Duration) -> World {
    let simulator = Simulator::in_memory(site(), system_timestamp);
    furnish(&simulator).unwrap();
    simulator.set_pace(Pace { change, copies_between_mounts: true, ..Pace::default() });
    of(simulator)
}

fn of(simulator: Simulator) -> World {
    let tops = PROJECTS.iter().map(|project| (ProjectId(project.id), path(&["lustre", project.name]))).collect();
    World { simulator, roots: vec![path(&["lustre"]), path(&["scratch"])], names: names(), users: users(), tops }
}

fn users() -> Vec<User> {
    let user = |name: &str, uid, gids: &[u32]| User { name: name.to_owned(), uid, gids: gids.to_vec() };
    vec![
        user("alice", ALICE, &[STAFF, CLIMATE, GENOMICS, ARCHIVE, THESIS]),
        user("bob", BOB, &[STAFF, GENOMICS, MATERIALS, SHARED_TOOLS]),
        user("admin", 0, &[0]),
    ]
}

fn names() -> Names {
    let named =
        |pairs: &[(u32, &str)]| pairs.iter().map(|(number, name)| (*number, (*name).to_owned())).collect::<BTreeMap<_, _>>();
    let groups = PROJECTS.iter().map(|project| (project.id, project.name)).chain([(0, "root"), (STAFF, "staff")]);
    Names {
        projects: PROJECTS.iter().map(|project| (ProjectId(project.id), project.name.to_owned())).collect(),
        users: named(&[(0, "root"), (ALICE, "alice"), (BOB, "bob"), (CHEN, "chen")]),
        groups: named(&groups.collect::<Vec<_>>()),
        mounts: [(1, "lustre"), (2, "scratch")].map(|(device, name)| (device, MountName::Called(name.to_owned()))).into(),
        name_service: None,
    }
}

fn site() -> Site {
    let lustre = SiteMount {
        capacity: Amount { bytes: 400 * TIB, inodes: 1 << 30 },
        ..SiteMount::new(path(&["lustre"]), Personality::Lustre2_17)
    };
    let scratch = SiteMount {
        capacity: Amount { bytes: 2 * TIB, inodes: 1 << 24 },
        ..SiteMount::new(path(&["scratch"]), Personality::Plain)
    };
    let bounds = |(soft, hard): (Option<u64>, u64)| Bounds { soft, hard: Some(hard) };
    let limits = |project: &DemoProject| Limits { bytes: bounds(project.bytes), inodes: bounds(project.inodes) };
    let limits = PROJECTS.iter().map(|project| (ProjectId(project.id), limits(project))).collect();
    Site { mounts: vec![lustre, scratch], limits: BTreeMap::from([(0, limits)]) }
}

/// A path of names that are known to be good.
pub(super) fn path(names: &[&str]) -> FilePath {
    FilePath::parse(format!("/{}", names.join("/")).as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_outlives_its_process_and_is_made_quickly() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(WORLD);
        let begin = std::time::Instant::now();
        let usage = |world: &World| PROJECTS.map(|project| world.simulator.usage(0, ProjectId(project.id)));
        let made = usage(&open(&file, Duration::ZERO).unwrap());
        // A release takes a tenth of this.
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        assert_eq!(usage(&open(&file, Duration::ZERO).unwrap()), made);
    }

    #[test]
    fn limits_are_reached_where_the_demo_wants_to_show_it() {
        let world = in_memory(Duration::ZERO);
        let share = |id, quantity: fn(Amount) -> u64, limit: fn(&Limits) -> Bounds| {
            let limits = site().limits[&0][&ProjectId(id)];
            let used = quantity(world.simulator.usage(0, ProjectId(id)));
            (limit(&limits).soft.map(|soft| used as f64 / soft as f64), used as f64 / limit(&limits).hard.unwrap() as f64)
        };
        let bytes = |id| share(id, |amount| amount.bytes, |limits| limits.bytes);
        let (_, nearly_full) = bytes(MATERIALS);
        assert!((0.95..1.0).contains(&nearly_full), "{nearly_full}");
        let (soft, hard) = bytes(ARCHIVE);
        assert!(soft.unwrap() > 1.0 && hard < 1.0, "{soft:?} {hard}");
        let (_, over) = share(SHARED_TOOLS, |amount| amount.inodes, |limits| limits.inodes);
        assert!(over > 1.0, "{over}");
        for id in [CLIMATE, GENOMICS, THESIS] {
            let (_, hard) = bytes(id);
            assert!((0.05..0.85).contains(&hard), "{id}: {hard}");
        }
    }
}
