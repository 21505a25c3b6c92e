//! The projects that a caller can see.
//!
//! Where nobody says which there are, each managed root is one, and each further project ID that
//! a folder directly below it carries.

use std::collections::BTreeSet;

use tidelock_engine::Engine;
use tidelock_engine::clock::{Clock, SystemClock};
use tidelock_engine::fs::{FileSystem, FsResult};
use tidelock_engine::planner::payer_of;
use tidelock_engine::survey::survey_folder;
use tidelock_shared::history::UsageSample;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::Project;
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;

use super::folder::project;
use super::{EngineService, Site};
use crate::demo;
use crate::history::Payer;
use crate::words::words;

/// A root with more folders than this has its projects elsewhere.
const FOLDERS_LOOKED_AT: usize = 2000;

/// By name. What the caller may not read is not there.
pub(crate) fn visible(site: &Site, engine: &Engine, fs: &dyn FileSystem) -> Vec<Project> {
    let roots = site.engine.roots();
    let mut tops: Vec<FilePath> = Vec::new();
    match &site.tops {
        Some(known) => {
            tops.extend(known.values().cloned());
            tops.extend(roots.iter().filter(|root| !known.values().any(|top| top.is_at_or_below(root))).cloned());
        }
        None => {
            for root in roots {
                tops.push(root.clone());
                // Without the right to list the root its own numbers are still worth showing.
                tops.extend(tagged_below(fs, root).unwrap_or_default());
            }
        }
    }
    let mut seen = BTreeSet::new();
    let mut projects = Vec::new();
    for top in tops {
        let is_listed = fs.open_path(&top).and_then(|folder| fs.read_folder(&folder)).is_ok();
        if let Ok(folder) = survey_folder(fs, &top)
            && is_listed
            && seen.insert(payer_of(&folder))
        {
            projects.push(project(site, engine, &folder, top));
        }
    }
    projects.sort_by(|a, b| (&a.name, &a.root).cmp(&(&b.name, &b.root)));
    projects
}

/// What a project that the caller can see has used, the oldest first.
pub(super) fn history(service: &EngineService, root: &FilePath) -> Result<Vec<UsageSample>, UserError> {
    let site = &service.site;
    let project = visible(site, &service.engine, &*service.fs)
        .into_iter()
        .find(|project| project.root == *root)
        .ok_or_else(|| UserError::new("not_found", words().no_such_project(&root.shown())).hint(words().no_such_project_hint()))?;
    let payer = Payer { root: project.root, project: project.id };
    site.history.of(&payer).map_err(|error| {
        tracing::error!(%error, "the history of a project cannot be read");
        UserError::new("internal", words().history_failed()).hint(words().history_failed_hint())
    })
}

/// Remembers what each project uses now, if that is due. The demo also remembers what was before it began.
pub(crate) fn sample(site: &Site) -> rusqlite::Result<()> {
    let now_ms = SystemClock.now_ms();
    if !site.history.is_due(now_ms)? {
        return Ok(());
    }
    let engine = site.engine.as_itself();
    let fs = &**engine.file_system();
    let mut samples = Vec::new();
    for project in visible(site, &engine, fs) {
        let Some(usage) = project.usage else { continue };
        let now = UsageSample { time_ms: now_ms, usage };
        let payer = Payer { root: project.root, project: project.id };
        if site.is_demo() && site.history.of(&payer)?.is_empty() {
            let past = demo::past::of_project(fs, &payer.root, now);
            samples.extend(past.into_iter().map(|sample| (payer.clone(), sample)));
        }
        samples.push((payer, now));
    }
    site.history.add(&samples, now_ms)
}

/// The first folder directly below `root` of each project that is not the root's own.
fn tagged_below(fs: &dyn FileSystem, root: &FilePath) -> FsResult<Vec<FilePath>> {
    let folder = fs.open_path(root)?;
    let Some(own) = fs.tag((&folder).into())? else { return Ok(Vec::new()) };
    let mut seen = BTreeSet::from([own.id]);
    let mut found = Vec::new();
    for entry in fs.read_folder(&folder)?.take(FOLDERS_LOOKED_AT) {
        let entry = entry?;
        if entry.kind.is_some_and(|kind| kind != EntryKind::Folder) || entry.name.is_hidden_folder_of_a_move() {
            continue;
        }
        // Something that is no folder after all, or cannot be read, carries no project.
        let tag = fs.open_folder(folder.at(&entry.name)).and_then(|inner| fs.tag((&inner).into()));
        if let Ok(Some(tag)) = tag
            && tag.id.0 != 0
            && seen.insert(tag.id)
        {
            found.push(root.join(entry.name));
        }
    }
    Ok(found)
}
