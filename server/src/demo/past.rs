//! What the demo's projects used before it began, read off their files: each came when it was
//! last changed.

use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{FileSystem, Folder};
use tidelock_shared::history::UsageSample;
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

/// How far it reaches back, a sample a day.
const DAYS: i64 = 180;
const DAY_MS: i64 = 86_400_000;

/// The usage of each day before now, of a project that uses so much now.
pub(crate) fn of_project(fs: &dyn FileSystem, top: &FilePath, now: UsageSample) -> Vec<UsageSample> {
    let mut came = Vec::new();
    if let Ok(folder) = fs.open_path(top) {
        collect(fs, &folder, &mut came);
    }
    let at = |time_ms: i64| {
        let later = came.iter().filter(|(came_ms, _)| *came_ms > time_ms).fold(Amount::ZERO, |sum, (_, amount)| sum + *amount);
        UsageSample { time_ms, usage: now.usage.less(later) }
    };
    (1..=DAYS).rev().map(|days| at(now.time_ms - days * DAY_MS)).collect()
}

fn collect(fs: &dyn FileSystem, folder: &Folder, came: &mut Vec<(i64, Amount)>) {
    let Ok(entries) = fs.read_folder(folder) else { return };
    for entry in entries.flatten() {
        let Ok(Some(status)) = look(fs, folder.at(&entry.name)) else { continue };
        came.push((status.modified.seconds.saturating_mul(1000), Amount { bytes: status.allocated, inodes: 1 }));
        if status.kind == EntryKind::Folder
            && let Ok(inner) = fs.open_folder(folder.at(&entry.name))
        {
            collect(fs, &inner, came);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::demo;

    #[test]
    fn usage_grew_as_the_files_came_to_what_it_is_now() {
        let world = demo::in_memory(Duration::ZERO);
        let top = FilePath::parse(b"/lustre/climate").unwrap();
        let usage = Amount { bytes: 60 << 40, inodes: 4_000 };
        let now = UsageSample { time_ms: tidelock_engine::clock::system_timestamp().seconds * 1000, usage };
        let past = of_project(&world.simulator, &top, now);
        assert_eq!(past.len(), 180);
        assert!(past.is_sorted_by(|a, b| a.time_ms < b.time_ms && a.usage.bytes <= b.usage.bytes), "{past:?}");
        let (first, last) = (past.first().unwrap(), past.last().unwrap());
        assert!(first.usage.bytes < last.usage.bytes && last.usage.bytes <= usage.bytes, "{first:?} {last:?}");
    }
}
