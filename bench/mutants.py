#!/usr/bin/env python3
"""Breaks the protocol on purpose, one place at a time, and shows which test notices.

  bench/mutants.py [--only WORD] [--jobs 2] [--minutes 5] [--work DIR] [--again] [--check]

Each mutant replaces one piece of text in a copy of the tree; then the engine's tests run, one test
binary after the other, until one fails. The binary named beside a mutant is expected to notice and
is the only one that is built as long as it does; if it does not, all others have their turn. A
binary that takes longer than `--minutes` proves nothing, and the next one is asked. A mutant that
no test notices is a finding: the last column says "survived", and the program exits with 1.

The copy, its build and what was found stay in DIR, `target/mutants` unless said otherwise: a run
that was broken off goes on where it was, as long as the tree is the same. `--again` begins anew.
`--check` only makes sure that every piece of text is there exactly once; `--only WORD` tries the
mutants whose name contains the word. Prints one line a mutant."""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

SOURCE = "server/engine/src"
# A name, a file, the test binary that notices, what stands there, what stands there instead.
MUTANTS = (
    ("what goes back replaces what others have made", "steps/rebuild/landing.rs", "meanwhile",
     "Err(error) if error.is_full() => Self::Without,", "_ => Self::Without,"),
    ("what a crash left on the way back stays hidden", "steps/rebuild.rs", "crash_anywhere",
     "carry(context, Way::Back, |carry| carry.land_what_is_left(&shell, &mut Vec::new()))?;", ""),
    ("whose landing it is does not matter", "steps/context.rs", "meanwhile",
     "status.uid == fs.caller().uid && status.mode & 0o777 == OWN_FOLDER_MODE", "status.uid == status.uid || fs.caller().is_root"),
    ("a copy is not compared though somebody asked for it", "steps/check.rs", "compared",
     "let compares_content = context.order.compare && !item.keeps_source();", "let compares_content = false;"),
    ("what others put in the place of what was published is hidden", "steps/carry.rs", "meanwhile",
     "if found != *what.identity && from.name.is_hidden_folder_of_a_move() =>", "if false =>"),
    ("what a move keeps is purged by whoever runs the engine", "purging.rs", "agents",
     "let fs = self.acting_as_in(&of.plan)?.fs;", "let fs = self.fs.clone();"),
    ("an undo has its asker's rights", "planning/undo.rs", "agents",
     "self.acting_as_in(plan)?.plan_undo_of(&snapshot, hear)?", "self.plan_undo_of(&snapshot, hear)?"),
    ("an undone move has its asker's rights", "planning/undo.rs", "agents",
     "Some(plan.acts_as().to_owned()).filter(|user| user != self.user())", "None::<String>"),
    ("an undo is refused where its name is taken", "planning/undo.rs", "moves",
     "if verb == Verb::Move { self.name_on_return(done)? }", "if verb == Verb::Repair { self.name_on_return(done)? }"),
    ("work before a worker is lost is a look for it", "executor/live.rs", "lib",
     "(Wait::Room, None) | (Wait::Servers | Wait::Drained, _) => 0,", "(Wait::Room, None) | (Wait::Servers | Wait::Drained, _) => took_ms,"),
    ("servers that answer between are away all the time", "executor/live.rs", "agents",
     "self.has_worked.swap(false, Ordering::Relaxed) && wait == Wait::Servers", "false"),
    ("names in two trees do not keep them apart", "planner/overlap.rs", "waiting",
     "            || self.shared.intersection(&other.shared).next().is_some()\n", ""),
    ("what was made anew goes before its twin is safe", "steps/rebuild.rs", "crash_anywhere",
     "        barrier_on_each_mdt(context, &shell, &context.source_folder()?)?;\n        // What was made anew", "        // What was made anew"),
    ("turns go to whoever came first", "executor/turns.rs", "lib",
     "(running.get(candidate.user.as_str()).copied().unwrap_or(0), candidate.id)", "(0, candidate.id)"),
    ("what is drained comes into sight", "executor/drive.rs", "waiting",
     "            return self.let_wait(live, &Wait::Drained, self.clock.now_ms());\n", "            let _ = self.let_wait(live, &Wait::Drained, self.clock.now_ms());\n"),
    ("what is set aside is out of nobody's sight", "planner/sequence.rs", "waiting",
     "Self::RetireSource | Self::SetAside | Self::Trash", "Self::RetireSource | Self::Trash"),
    ("a barrier of another file system will do", "steps/barrier.rs", "full_source",
     "        if fs.status(other.into())?.device != device {\n", "        if fs.status(other.into())?.device == u64::MAX - device {\n"),
    ("what servers have taken back is not looked at", "steps/mod.rs", "evicted",
     "        answer => Ok(if answer? { Probe::NotRun }", "        answer => Ok(if answer? && false { Probe::NotRun }"),
    ("the way back does not wait for servers", "steps/error.rs", "evicted",
     "        if order.has_to_be && may_pass {\n", "        if order.has_to_be && may_pass && order.item_number == u32::MAX {\n"),
    ("the room of a move that goes on is asked for again", "steps/mod.rs", "nearly_full",
     "        StepKind::Reserve => Ok(Probe::Run),\n", "        StepKind::Reserve => Ok(Probe::NotRun),\n"),
    ("what is charged already is still to come", "executor/orders.rs", "nearly_full",
     "        item.is_recharged_by_its_rename() && payer", "        item.kept.is_none() && payer"),
    ("half a move may wait after a restart", "moves/state.rs", "nearly_full",
     "                    (Publishing | Finishing, Preparing) => self.state,\n", "                    (Finishing, Preparing) => self.state,\n"),
    ("a copy that is taken back is not looked at in hiding", "steps/publish.rs", "late_writes",
     "    if may_have_been_changed(&item) && !was_looked_at {\n", "    if may_have_been_changed(&item) && !was_looked_at && item.tally.entries == u64::MAX {\n"),
    ("a file that its rename left uncharged is done", "steps/publish.rs", "late_writes",
     "    if item.is_recharged_by_its_rename() && is_other {\n", "    if item.is_recharged_by_its_rename() && is_other && item.tally.entries == u64::MAX {\n"),
    ("the trash is kept for ever", "journal/kept.rs", "retention",
     "                OR plan LIKE '%\\\"verb\\\":\\\"trash\\\"%')\n", ")\n"),
    ("a copy begins by its own clock", "steps/copy_tree.rs", "late_writes",
     "map_or(here, |there| there.min(here))", "map_or(here, |there| there.max(here))"),
    ("what is on its way back waits for its turn", "executor/turns.rs", "lib",
     "filter(|candidate| candidate.is_urgent).map(", "filter(|candidate| candidate.is_urgent && at_once == 0).map("),
    ("a rate is not kept", "executor/throttle.rs", "lib",
     "    if ahead > BURST_MS { ahead } else { 0.0 }\n", "    if ahead > BURST_MS * 1e9 { ahead } else { 0.0 }\n"),
    ("a key answers for another request", "engine.rs", "keys",
     "        if is_same { Ok(Some(known)) }", "        if is_same || known.number > 0 { Ok(Some(known)) }"),
    ("a key is looked for only before the survey", "engine.rs", "keys",
     "        if let Some(known) = self.known_by(key, &draft.plan.asked)? {\n", "        if let Some(known) = self.known_by(None, &draft.plan.asked)? {\n"),
    ("a purge that kept something has not begun", "journal/store.rs", "retention",
     "            (_, Event::Noted { .. }) => None,\n", "            (_, Event::Noted { .. }) if number == 0 => None,\n"),
    ("a repair writes nothing down", "steps/repair.rs", "repair",
     "    write_down_what_differs(context)?;\n", ""),
    ("what another engine hides is ours", "recovery/plan.rs", "lib",
     "    if !is_own_name && facts.standing != Standing::Lost {\n", "    if !is_own_name && facts.age_seconds < 0 {\n"),
    ("a retired source without a record goes by rule", "recovery/plan.rs", "lib",
     "        (Standing::Lost, _) => Verdict::NeedsWord,\n", "        (Standing::Lost, _) => Verdict::LeftBehind,\n"),
    ("a record is believed wherever it lies", "recovery/orphans.rs", "lost_journal",
     "    if record.id != id || !is_here {\n", "    if record.id != id || (!is_here && bytes.is_empty()) {\n"),
    ("a record is believed whoever may have brought it", "recovery/orphans.rs", "lost_journal",
     "    Ok(if is_closed(fs, at.folder)? { ReadRecord::Trusted(record) }", "    Ok(if is_closed(fs, at.folder)? || !bytes.is_empty() { ReadRecord::Trusted(record) }"),
    ("an orphan is known by its name", "recovery/orphans.rs", "lost_journal",
     "    if is_same { Ok((folder, name)) }", "    if is_same || !name.as_bytes().is_empty() { Ok((folder, name)) }"),
    ("a lost journal has finished everything", "recovery/act.rs", "lost_journal",
     "                false if self.is_published(record, notes) => Outcome::Published,\n", "                false if self.is_published(record, notes) || !is_over => Outcome::Published,\n"),
    ("a number of a lost journal is given again", "recovery/act.rs", "lost_journal",
     "        self.journal().adopt(engine, &moves, lost_until, self.now_ms())?;\n", "        self.journal().adopt(engine, &moves, 0 * lost_until, self.now_ms())?;\n"),
    ("no barrier before the commit", "planner/sequence.rs", "lib",
     "    steps.push(Step { kind: StepKind::Barrier, item: 0 });\n    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Release, item }));",
     "    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Release, item }));"),
    ("no barrier before publish", "planner/sequence.rs", "lib",
     "    if is_prepared {\n", "    if is_prepared && items.is_empty() {\n"),
    ("publish before setting aside", "planner/sequence.rs", "lib",
     "    steps.extend(with(StepKind::SetAside, |item| item.replaces.is_some()));\n    steps.extend(with(StepKind::Trash, |item| item.verb == Verb::Trash));\n    steps.extend(with(StepKind::Recount, |item| item.verb == Verb::Repair));\n    steps.extend(with(StepKind::Publish, |item| item.verb.leaves_its_folder()));",
     "    steps.extend(with(StepKind::Trash, |item| item.verb == Verb::Trash));\n    steps.extend(with(StepKind::Recount, |item| item.verb == Verb::Repair));\n    steps.extend(with(StepKind::Publish, |item| item.verb.leaves_its_folder()));\n    steps.extend(with(StepKind::SetAside, |item| item.replaces.is_some()));"),
    ("put back before publish", "planner/sequence.rs", "moves",
     "    steps.extend(with(StepKind::Publish, |item| item.verb.leaves_its_folder()));\n    steps.extend(with(StepKind::PutBack, |item| item.restores.is_some()));",
     "    steps.extend(with(StepKind::PutBack, |item| item.restores.is_some()));\n    steps.extend(with(StepKind::Publish, |item| item.verb.leaves_its_folder()));"),
    ("what comes back replaces what has its name", "planning/undo.rs", "trash",
     "        if look(&*self.fs, folder.at(own))?.is_none() {\n", "        if own.as_bytes().len() < 999 {\n"),
    ("a copy takes its original away", "planner/plan.rs", "trash",
     "            Verb::Copy | Verb::Repair => false,\n", "            Verb::Copy => true,\n            Verb::Repair => false,\n"),
    ("what was deleted for good comes back", "planning/undo.rs", "trash",
     "        if of.purge == Purge::Purged && of.plan.items.iter().any(|item| item.verb == Verb::Trash) {\n", "        if of.purge == Purge::Purged && of.plan.items.is_empty() {\n"),
    ("a file is replaced by another name of itself", "planner/decide/refusals.rs", "lib",
     "        if old.identity == item.identity {\n", "        if old.identity == item.identity && old.mode > 0o7777 {\n"),
    ("a cancelled move stays held", "moves/state.rs", "lib",
     "        (self.is_paused, self.is_held) = (false, false);\n", "        self.is_paused = false;\n"),
    ("a mode that is refused to its owner is passed over", "steps/retire_source.rs", "simulated",
     "            if may { Err(error) } else { Ok(()) }\n", "            if may && mode > 0o7777 { Err(error) } else { Ok(()) }\n"),
    ("no verify", "planner/sequence.rs", "lib",
     "&[StepKind::MakeStaging, StepKind::CopyTree, StepKind::Verify]", "&[StepKind::MakeStaging, StepKind::CopyTree]"),
    ("the source of a copy is not retired", "planner/sequence.rs", "lib",
     "        if planned.keeps_source() && planned.verb != Verb::Trash {\n", "        if planned.keeps_source() && planned.kept.is_some() {\n"),
    ("no check", "planner/sequence.rs", "lib",
     "    steps.extend(leaves.map(|(_, item)| Step { kind: StepKind::Check, item }));\n", "    steps.extend(leaves.filter(|_| false).map(|(_, item)| Step { kind: StepKind::Check, item }));\n"),
    ("folders removed after the commit are not durable", "planner/sequence.rs", "lib",
     "    if items.iter().any(leaves_folders) {\n", "    if items.iter().any(leaves_folders) && items.is_empty() {\n"),
    ("record after instead of before", "executor/drive.rs", "crash_anywhere",
     "        if live.waiting.lock().is_none() {\n            self.record(live, Event::StepStarted { position })?;\n        }\n        let begin_ms = self.clock.now_ms();\n        let outcome = self.perform(live, position, Action::Run)?;\n",
     "        let begin_ms = self.clock.now_ms();\n        let outcome = self.perform(live, position, Action::Run)?;\n        if live.waiting.lock().is_none() {\n            self.record(live, Event::StepStarted { position })?;\n        }\n"),
    ("tape is not waited for", "steps/restore.rs", "waiting", "    if files == 0 { Ok(()) }", "    if files < u64::MAX { Ok(()) }"),
    ("a full project is no reason to wait", "steps/error.rs", "waiting", "if hides_nothing && error.is_full() =>", "if hides_nothing && error.is_full() && error.is_absent() =>"),
    ("a resume lifts a hold", "moves/state.rs", "lib", "                self.is_paused = false;\n", "                (self.is_paused, self.is_held) = (false, false);\n"),
    ("what is done holds nothing that is still to come", "reservation/ledger.rs", "lib",
     "        MoveState::Done if !is_settling(standing, payer) => return", "        MoveState::Done => return"),
    ("a tree has one path only", "planner/overlap.rs", "lib", "            || shares(&self.tops, &other.tops)\n            || shares(&self.tops, &other.above)\n", ""),
    ("a failed journal write is forgotten", "executor/drive.rs", "failing_journal",
     "                self.is_halted.store(true, Ordering::Relaxed);\n                return Err(error.into());", "                drop(error);"),
    ("that a step is done is never written", "executor/drive.rs", "crash_anywhere",
     "        unwritten.push((now_ms, event.clone()));\n", "        if at_once {\n            unwritten.push((now_ms, event.clone()));\n        }\n"),
    ("who is written with others hears of no failure", "journal/together.rs", "lib",
     "Err(JournalError::FailedTogether) }", "Ok(()) }"),
    ("a full disk leaves no room for the end", "journal/store.rs", "lib",
     "            && let Some(ballast) = &self.ballast\n", "            && let Some(ballast) = self.ballast.as_ref().filter(|_| self.home.is_empty())\n"),
    ("a folder of the same name is the same folder", "copy/tree.rs", "renamed_folders",
     "        if copied.is_some() && self.may_be_another(&above)? {", "        if copied.is_some() && self.may_be_another(&above)? && self.fs.caller().uid == u32::MAX {"),
    ("a failed call says that a folder is not there", "steps/context.rs", "simulated",
     "    Err(search.failed.map_or(error, StepError::from))", "    Err(search.failed.map_or(error, |_| StepError::FolderReplaced(known.path.clone())))"),
    ("a hidden file is taken for unchanged whatever it was before", "steps/verify.rs", "late_writes",
     "        && !is_in_doubt(changed_before, begun)\n", ""),
    ("a hidden file may be written to after it was hidden", "steps/verify.rs", "late_writes",
     "        && context.fs.status(from.into())?.changed == hidden_at\n", ""),
    ("who asks for a comparison gets none", "executor/orders.rs", "compared", "compare: of.plan.asked.compare,", "compare: false,"),
    ("two payers count on the same free room", "reservation/ledger.rs", "nearly_full",
     "            to_be_written: self.to_be_written + to_be_written(standing, payer.device),", "            to_be_written: self.to_be_written,"),
    ("a change of payer takes room on the mount", "planner/decide.rs", "nearly_full",
     "let taken = if self.is_of_project { charged } else { written };", "let taken = if self.is_of_project { written } else { charged };"),
    ("a survey keeps to no limit", "planning/paced.rs", "waiting",
     "        self.engine.driver.slow_down(more, 0, &|| self.engine.is_halted());\n", ""),
    ("nothing is probed after a crash", "executor/drive.rs", "crash_anywhere",
     "            if needs_again {\n", "            if needs_again && position > steps.len() {\n"),
    ("what a start reads may not be durable", "journal/store.rs", "lib",
     "PRAGMA wal_checkpoint(TRUNCATE)", "SELECT 0, 0"),
    ("undone without a barrier", "executor/drive.rs", "crash_anywhere",
     "        let barrier = Step { kind: StepKind::Barrier, item: 0 };\n        self.try_often(",
     "        let barrier = Step { kind: StepKind::Reserve, item: 0 };\n        self.try_often("),
    ("the way back waits for nothing", "executor/drive.rs", "waiting",
     "            if is_enough && lacking.is_some_and(", "            if is_enough && attempt > 9 && lacking.is_some_and("),
    ("a twin is known by its size and time", "steps/purge.rs", "moves",
     " && has_same_content(fs, at, twin, status.size)?", ""),
    ("a record is removed before that is said", "steps/describe.rs", "records",
     "    say_undescribed(context, record, name)?;\n    remove_for_good(context, folder, name)\n",
     "    remove_for_good(context, folder, name)?;\n    say_undescribed(context, record, name)\n"),
    ("undo in the order of doing", "moves/decide.rs", "lib",
     "    let Some(latest) = of.steps.iter().rposition(is_begun)", "    let Some(latest) = of.steps.iter().position(is_begun)"),
    ("cancel after publishing", "moves/state.rs", "lib",
     "(Preparing | Publishing, Event::CancelRequested) if !self.is_published() => {", "(Preparing | Publishing, Event::CancelRequested) => {"),
    ("a folder is not compared with the plan", "steps/context.rs", "moves",
     "if fs.identity((&folder).into())? == known.identity { Ok(folder) }", "if known.device < u64::MAX { Ok(folder) }"),
    ("no claim is removed", "steps/carry.rs", "moves",
     "    if !is_claim {\n", "    if !is_claim || status.links > 0 {\n"),
    ("the claim is not compared", "steps/carry.rs", "moves",
     "    let is_still_ours = holds(fs, to, &claim)?;", "    let is_still_ours = claim == claim.clone();"),
    ("what came along is not given back", "steps/carry.rs", "moves",
     "        Some(found) if found != *what.identity => Err(give_back(fs, from, to, what)?),\n        _ => Ok(()),", "        _ => Ok(()),"),
    ("hidden without looking", "steps/carry.rs", "moves",
     "    if holds(fs, to, what.identity)? { Ok(()) } else { Err(give_back(fs, from, to, what)?) }", "    Ok(())"),
    ("a link is not taken back to one name", "steps/carry.rs", "crash_anywhere",
     "        Found::AtBoth => Ok(fs.unlink(from)?),", "        Found::AtBoth => Ok(()),"),
    ("the file of a barrier is not synced", "steps/barrier.rs", "crash_anywhere",
     "        fs.sync_file(file)?;\n        unless_absent(fs.unlink(folder.at(name)))?;\n",
     "        unless_absent(fs.unlink(folder.at(name)))?;\n"),
    ("folders are not synced", "steps/barrier.rs", "crash_anywhere",
     "        fs.sync_file(file)?;\n        unless_absent(fs.unlink(folder.at(name)))?;\n    }\n    match fs.capabilities(folder)?.names_durability {\n        NamesDurability::FolderSync if made.left_out.is_some() => {\n            fs.sync_file_system(folder)?;\n            fs.sync_folder(folder)?;\n            Ok(None)\n        }\n        NamesDurability::FolderSync => Ok(fs.sync_folder(folder).map(|()| None)?),\n",
     "        if fs.mdts(folder)?.is_some() {\n            fs.sync_file(file)?;\n        }\n        unless_absent(fs.unlink(folder.at(name)))?;\n    }\n    match fs.capabilities(folder)?.names_durability {\n        NamesDurability::FolderSync => Ok(None),\n"),
    ("a folder that others renamed is lost", "steps/context.rs", "renamed_folders",
     "        Err(error) if error.is_folder_elsewhere() => error,\n        answer => return answer,\n", "        answer if known.device < u64::MAX => return answer,\n        Err(error) => error,\n        answer => return answer,\n"),
    ("the way back ends in folders that are gone", "steps/barrier.rs", "renamed_folders",
     "            Err(error) if error.is_folder_elsewhere() => {}\n            answer => folders.push(answer?),\n", "            answer => folders.push(answer?),\n"),
    ("no room in a folder is no room on its MDT", "steps/barrier.rs", "meanwhile",
     "    if is_told && missing.is_empty() { Ok(()) }", "    if is_told && missing.is_empty() && fs.caller().uid == 99 { Ok(()) }"),
    ("one MDT is enough", "steps/barrier.rs", "drift",
     "        let missing: BTreeSet<u32> = mdts.difference(&self.reached).copied().collect();\n",
     "        let missing: BTreeSet<u32> = mdts.difference(&self.reached).filter(|_| self.reached.is_empty()).copied().collect();\n"),
    ("one part of a striped folder is enough", "steps/barrier.rs", "drift",
     "    Ok(fs.stripes(folder)?.into_iter().chain([own]).collect())\n", "    Ok([own].into_iter().collect())\n"),
    ("what lies on other MDTs is retagged for now", "steps/barrier.rs", "drift",
     "    if each.has_reached_all() { Ok(()) }", "    if each.reached.len() < usize::MAX { Ok(()) }"),
    ("times alone tell a write", "steps/verify.rs", "late_writes", "versions: Some(&versions)", "versions: None"),
    ("a claim needs room", "steps/carry.rs", "full_source",
     "        Err(error) if error.is_full() => return without_a_claim(fs, from, to, what),\n", ""),
    ("a copy has the layout of its folder", "copy/tree.rs", "layouts",
     "        let to = match self.has_layouts {\n", "        let to = match self.has_layouts && self.losses.len() > 99 {\n"),
    ("a copy is not synced", "steps/copy_tree.rs", "crash_anywhere",
     "        context.fs.sync_file_system(destination)?;\n", ""),
    ("a checkpoint is not synced", "steps/copy_tree.rs", "crash_anywhere",
     "        sync_data(context, &destination)?;\n        context.note(Note::CopyDurable", "        context.note(Note::CopyDurable"),
    ("a changed source is not copied again", "steps/check.rs", "meanwhile",
     "            bring_up_to_date(context, from, compares_content)?;\n", ""),
    ("latecomers are left behind", "steps/check.rs", "meanwhile", "Strategy::PiecewiseRename => collect_latecomers(context)?,\n", ""),
    ("a changed project is not noticed", "steps/check.rs", "meanwhile",
     "    if tag != item.destination_folder.tag {\n", "    if tag.is_none() && tag != item.destination_folder.tag {\n"),
    ("headroom is not asked again", "steps/check.rs", "meanwhile",
     "    context.order.admissions.iter().try_for_each(|admission| super::reserve::admit(context.fs, admission))\n", "    Ok(())\n"),
    ("exceptions are not written down", "steps/retag.rs", "simulated",
     "    if !tags.is_empty() {\n        context.note", "    if tags.len() > usize::MAX / 2 {\n        context.note"),
    ("one walk retags", "steps/retag.rs", "meanwhile", "        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? == 0 {\n", "        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? < u64::MAX {\n"),
    ("one walk charges back", "steps/retag.rs", "meanwhile",
     "        if if_there(set_tags(context, folder.at(&name), &mut remaker, Which::All, &wanted))? == Some(0) {\n",
     "        if if_there(set_tags(context, folder.at(&name), &mut remaker, Which::All, &wanted))?.is_some() {\n"),
    ("what was compared is used by its name", "fs/walk.rs", "deputy",
     "    Ok((fs.identity((&folder).into())? == *identity).then_some(folder))\n",
     "    let _ = folder;\n    let is_it = holds(fs, at, identity)?;\n    if is_it { open_if_folder(fs, at) } else { Ok(None) }\n"),
    ("a folder that others deleted fails the barrier", "steps/barrier.rs", "renamed_folders",
     "    above.map(unless_absent).transpose()?.flatten().ok_or(error)\n", "    drop(above);\n    Err(error)\n"),
    ("a folder that others deleted fails the last look", "steps/mod.rs", "renamed_folders",
     "        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => Ok(Probe::Run),\n", ""),
    ("a folder that others deleted fails what has arrived", "steps/publish.rs", "renamed_folders",
     "        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => arrive(context, error),\n", ""),
    ("a folder that others deleted fails the clearing away", "steps/release.rs", "renamed_folders",
     "        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => Ok(()),\n", ""),
    ("one walk gives back", "steps/repair.rs", "repair",
     "        if changed == 0 {\n            break;\n", "        if changed < u64::MAX {\n            break;\n"),
    ("another name is not written down", "steps/bring_back.rs", "meanwhile",
     "        context.note(Note::BroughtBackAs { path: path_of(what.folder, &name) })?;\n", ""),
    ("a purge looks at no time", "steps/purge.rs", "late_writes",
     "        let Some(hidden_at) = self.hidden_at else { return false };\n", "        let Some(hidden_at) = self.hidden_at.filter(|_| status.links > 9) else { return false };\n"),
    ("a purge asks for no identity", "steps/purge.rs", "meanwhile",
     "    if look(fs, at)?.is_none() || !holds(fs, at, hidden.identity)? {\n", "    if look(fs, at)?.is_none() {\n"),
    ("a purge is not durable", "steps/purge.rs", "meanwhile",
     "purge_item(&mut context).and_then(|()| barriers(&context))", "purge_item(&mut context)"),
)
# Every test binary, the fast ones first.
BINARIES = (
    "lib", "attributes", "failing_journal", "meanwhile", "full_source", "groups", "layouts", "late_writes", "laws", "moves", "waiting", "pause", "records",
    "contract", "drift", "remaking", "retention", "deputy", "lost_journal", "real_moves", "simulated", "crash_anywhere",
)


def apply(text, name, old, new):
    if text.count(old) != 1:
        sys.exit(f"mutant '{name}': its text is there {text.count(old)} times")
    return text.replace(old, new)


def copy_of(top, work, again):
    """A copy of the tree and what was found out with it; both anew if the tree has changed."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=top, check=True, stdout=subprocess.PIPE)
    paths = [path for path in sorted(listed.stdout.decode().split("\0")) if path and os.path.isfile(os.path.join(top, path))]
    digest = hashlib.sha256()
    for path in paths:
        # Nothing else can change how a mutant fares: the server and the pages may change meanwhile.
        if path.startswith(("server/engine/", "shared/", "Cargo.")):
            with open(os.path.join(top, path), "rb") as file:
                digest.update(path.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    tree, results = os.path.join(work, "tree"), os.path.join(work, f"results-{digest.hexdigest()[:16]}.jsonl")
    if again and os.path.exists(results):
        os.remove(results)
    # Times are kept, and a file is written only if it differs: cargo builds no more than it must.
    for path in paths:
        source, destination = os.path.join(top, path), os.path.join(tree, path)
        os.makedirs(os.path.dirname(destination), exist_ok=True)
        with open(source, "rb") as file:
            content = file.read()
        if not os.path.exists(destination) or open(destination, "rb").read() != content:
            shutil.copyfile(source, destination)
    for folder, _, names in os.walk(os.path.join(tree, "server", "engine")):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, tree) not in paths:
                os.remove(path)
    return tree, results


def found_before(results):
    if not os.path.exists(results):
        return {}
    with open(results) as file:
        found = (json.loads(line) for line in file)
        return {one["mutant"]: one for one in found}


def run(tree, target, binary, seconds, jobs):
    selection = ["--lib"] if binary == "lib" else ["--test", binary]
    command = ["cargo", "nextest", "run", "-p", "tidelock-engine", f"-j{jobs}", *selection]
    # No new worlds of the day: what they find is not the mutant's.
    environment = {
        **os.environ, "CARGO_BUILD_JOBS": str(jobs), "CARGO_TERM_COLOR": "never", "CARGO_TARGET_DIR": target, "TIDELOCK_SEEDS": "0:1"
    }
    # Building takes as long as it takes.
    built = subprocess.run([*command, "--no-run"], cwd=tree, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if built.returncode != 0:
        return "does not compile" if "could not compile" in built.stdout else "failed: " + built.stdout.strip().splitlines()[-1]
    done = subprocess.run(
        ["timeout", str(seconds), *command], cwd=tree, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode == 0:
        return None
    failed = re.search(r"(?:FAIL|SIGNAL|TIMEOUT|ABORT)\S* \[[^\]]*\] (?:\([^)]*\) )?(\S+) (\S+)", done.stdout)
    if failed:
        return f"{failed.group(1).removeprefix('tidelock-engine::').replace('tidelock-engine', 'lib')}: {failed.group(2)}"
    return "out of time" if done.returncode == 124 else "failed: " + done.stdout.strip().splitlines()[-1]


def is_noticed(caught):
    return caught != "does not compile" and not caught.startswith(("survived", "failed:"))


def what_notices(tree, target, expected, seconds, jobs):
    timed_out = []
    for binary in (expected, *(binary for binary in BINARIES if binary != expected)):
        caught = run(tree, target, binary, seconds, jobs)
        if caught == "out of time":
            timed_out.append(binary)
        elif caught:
            return caught
    return "survived" + (f", but {', '.join(timed_out)} ran out of time" if timed_out else "")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--work", default="")
    arguments.add_argument("--again", action="store_true")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    mutants = [mutant for mutant in MUTANTS if options.only in mutant[0]]
    for name, path, _, old, new in mutants:
        with open(os.path.join(top, SOURCE, path)) as file:
            apply(file.read(), name, old, new)
    if options.check:
        print(f"{len(mutants)} mutants fit the source")
        return
    work = os.path.abspath(options.work or os.path.join(top, "target", "mutants"))
    tree, results = copy_of(top, work, options.again)
    before, unnoticed = found_before(results), 0
    for name, path, expected, old, new in mutants:
        # A mutant is known by what it does: one that was changed under its name is tried anew.
        known = hashlib.sha256("\0".join((path, old, new)).encode()).hexdigest()[:16]
        if known in before:
            caught = before[known]["caught"]
        else:
            place = os.path.join(tree, SOURCE, path)
            with open(place) as file:
                original = file.read()
            with open(place, "w") as file:
                file.write(apply(original, name, old, new))
            try:
                caught = what_notices(tree, os.path.join(work, "build"), expected, int(options.minutes * 60), options.jobs)
            finally:
                with open(place, "w") as file:
                    file.write(original)
            with open(results, "a") as file:
                file.write(json.dumps({"mutant": known, "name": name, "caught": caught}) + "\n")
        unnoticed += not is_noticed(caught)
        print(f"{name:52} {caught}", flush=True)
    print(f"{len(mutants) - unnoticed} of {len(mutants)} mutants are noticed")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
