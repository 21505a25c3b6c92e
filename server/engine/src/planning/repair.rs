//! Plans of repairs: what is charged elsewhere below a folder, and the way back of one that is done.

use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::request::{MoveRequest, Verb};
use tidelock_shared::strategy::EntryKind;

use super::{Found, Wanted, told};
use crate::drift::Scanner;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moves::state::Move;
use crate::planner::plan::{Refusal, Repair};
use crate::planner::{Draft, FoundItem};
use crate::survey::{Hear, NOBODY};

impl Engine {
    /// The folder as it is; what is to be done about it is looked for, unless it is given.
    pub(super) fn find_repair(&self, path: &FilePath, repair: Option<Repair>, hear: &mut dyn Hear) -> Result<FoundItem, Found> {
        let Some((_, name)) = path.split_last() else { return Err(Found::Refused(Refusal::MountPoint(path.clone()))) };
        let mut found = self.find(&Wanted { verb: Verb::Repair, source: path, folder: path, name }, hear)?;
        if found.item.kind != EntryKind::Folder {
            return Err(Found::Refused(Refusal::NotAFolder(path.clone())));
        }
        let Some(tag) = found.destination.folder.tag.filter(|tag| tag.id != NOBODY) else {
            return Err(Found::Refused(Refusal::NoProject(path.clone())));
        };
        let tag = ProjectTag { inherit: true, ..tag };
        found.destination.folder.tag = Some(tag);
        found.repairs = Some(match repair {
            Some(known) => known,
            None => self.strays(path, hear).map_err(|error| told(path, error))?,
        });
        Ok(found)
    }

    fn strays(&self, path: &FilePath, hear: &mut dyn Hear) -> Result<Repair, crate::survey::SurveyError> {
        let tally = crate::planner::plan::Tally::default();
        let scanner = Scanner::new(&*self.fs, &*self.crew, &*self.driver.clock);
        let recount = scanner.strays_below(path, &mut |_| hear.counted(&tally))?;
        let others = recount.others.iter().map(|(project, stray)| (Some(*project), stray));
        let further = Some((None, &recount.further)).filter(|(_, stray)| stray.entries > 0);
        let all: Vec<_> = others.chain(further).collect();
        Ok(Repair {
            strays: all.iter().map(|(project, stray)| (*project, stray.amount)).collect(),
            entries: all.iter().map(|(_, stray)| stray.entries).sum::<u64>() + recount.uninherited.entries,
            gives_back: false,
        })
    }

    /// The way back of a repair brings the project IDs back that it has written down; that of such a
    /// way back is another repair.
    pub(super) fn plan_undo_of_repair(&self, of: &Move, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let (mut refusals, mut found) = (Vec::new(), Vec::new());
        for done in &of.plan.items {
            let path = &done.destination_folder.path;
            let known = done.repairs.clone().filter(|repair| !repair.gives_back);
            let known = known.map(|repair| Repair { gives_back: true, ..repair });
            match self.find_repair(path, known, hear) {
                Ok(item) => {
                    let is_same_project = item.destination.folder.tag == done.destination_folder.tag;
                    if item.item.identity != done.identity || !is_same_project {
                        refusals.push(Refusal::ChangedSince { path: path.clone() });
                    }
                    found.push(item);
                }
                Err(Found::Refused(refusal)) => refusals.push(refusal),
                Err(Found::Failed(error)) => return Err(error),
            }
        }
        if found.len() < of.plan.items.len() {
            return Err(EngineError::Refused(refusals));
        }
        let sources: Vec<FilePath> = found.iter().map(|found| found.item.path()).collect();
        let destination = sources.first().cloned().unwrap_or_default();
        let asked = MoveRequest { verb: Verb::Repair, sources, destination, ..MoveRequest::default() };
        let mut draft = self.decide(&asked, &mut found, Some(of.id), hear)?;
        draft.refusals.extend(refusals);
        Ok(draft)
    }
}
