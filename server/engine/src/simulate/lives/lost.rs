//! After everything: the journal is lost, and what lies beside the sources has to be enough.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use tidelock_shared::strategy::EntryKind;

use super::super::census::{Sighting, take};
use super::super::promises::JournalOfWorld;
use super::{Role, World};
use crate::error::EngineError;
use crate::fs::Timestamp;
use crate::recovery::Word;

impl World {
    /// With an empty journal the records tell enough to leave everything as it is.
    pub(super) fn lose_journal(&mut self) -> Result<(), EngineError> {
        let before = take(&self.furnished.root, &self.tops)?;
        self.journal = JournalOfWorld::new(&self.interference, &mut self.disk_random);
        let engine = self.engine()?;
        let tops = self.tops.iter().map(|top| super::super::furnish::path(top)).collect::<Result<Vec<_>, _>>()?;
        // Of root's records too: here nobody forges any.
        let word = Word { trusted: tops.clone(), ..Word::default() };
        let rebuilt = Mutex::new(Ok(Vec::new()));
        let rebuilding: Role<'_> = Box::new(|| {
            let known = engine.orphans(&tops, &word).and_then(|found| engine.rebuild(&found));
            let driven = engine.recover(true).and_then(|ids| ids.into_iter().try_for_each(|id| engine.drive(id)));
            *rebuilt.lock() = driven.and(known);
        });
        let exits = self.interference.stage.play(vec![rebuilding]);
        self.is_over(&exits);
        match rebuilt.into_inner() {
            Ok(ids) => ids.iter().for_each(|_| self.interference.count("rebuilt")),
            Err(error) => self.offences.push(format!("nothing could be rebuilt: {error:?}")),
        }
        let after = take(&self.furnished.root, &self.tops)?;
        // Finishing once more changes the times of folders, and what the records say; a barrier file that
        // others kept from being removed goes by rule.
        let by_path = |seen: Vec<Sighting>| {
            let is_left_behind = |seen: &Sighting| seen.path.ends_with(".record") || seen.path.ends_with(".barrier");
            let seen = seen.into_iter().filter(|seen| !is_left_behind(seen));
            let timeless = |mut seen: Sighting| {
                if seen.attributes.kind == EntryKind::Folder {
                    seen.attributes.modified = Timestamp::default();
                }
                (seen.path.clone(), seen)
            };
            seen.map(timeless).collect::<BTreeMap<_, _>>()
        };
        let (before, after) = (by_path(before), by_path(after));
        for path in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            let told = match (before.get(path), after.get(path)) {
                (Some(_), None) => "is gone".to_owned(),
                (None, Some(_)) => "is new".to_owned(),
                (Some(old), Some(new)) if old.identity != new.identity => "is another".to_owned(),
                (Some(old), Some(new)) => new.attributes.differences(&old.attributes).join("; "),
                (None, None) => String::new(),
            };
            if !told.is_empty() {
                self.offences.push(format!("after a lost journal {path}: {told}"));
            }
        }
        Ok(())
    }
}
