//! Filling an empty world.

use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::fs::{FsResult, Timestamp};

use super::place::Place;
use super::trees;
use super::world::{ALICE, ARCHIVE, BOB, CLIMATE, DemoProject, GENOMICS, MATERIALS, PROJECTS, SHARED_TOOLS, STAFF, THESIS, path};

/// Makes everything that the demo shows.
pub(super) fn furnish(fs: &Simulator) -> FsResult<()> {
    let lustre = Place::at(fs, &path(&["lustre"]), (0, 0), day(2026, 1, 12))?;
    for project in &PROJECTS {
        let DemoProject { id, name, lead, mode, .. } = *project;
        lustre.project(name, lead, id, mode, |place| match id {
            CLIMATE => trees::climate(place),
            GENOMICS => trees::genomics(place),
            MATERIALS => trees::materials(place),
            ARCHIVE => trees::archive(place),
            SHARED_TOOLS => trees::shared_tools(place),
            THESIS => trees::thesis(place),
            _ => Ok(()),
        })?;
    }
    let scratch = Place::at(fs, &path(&["scratch"]), (0, STAFF), day(2026, 11, 2))?;
    scratch.by(ALICE).folder("alice", trees::scratch_of_alice)?;
    scratch.by(BOB).folder("bob", |bob| bob.file("notes.txt", 1_912))
}

/// Noon of a day in UTC, as a file system tells it.
pub(super) fn day(year: i64, month: i64, day: i64) -> Timestamp {
    // Years begin in March here, so that the day that is there only sometimes is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Timestamp { seconds: days * 86_400 + 43_200, nanoseconds: 0 }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_counted_as_everybody_counts_them() {
        assert_eq!(day(1970, 1, 1).seconds, 43_200);
        assert_eq!(day(2000, 2, 29).seconds, 951_825_600);
        assert_eq!(day(2026, 10, 3).seconds, 1_791_028_800);
    }
}
