#!/usr/bin/env python3
"""Breaks the protocol on purpose, one place at a time, and shows which test notices.

  bench/mutants.py [--only WORD] [--jobs 2] [--minutes 5] [--check]

Each mutant replaces one piece of text in a copy of the tree (which keeps its build from mutant to
mutant); then the engine's tests run, the unit tests and short ones first, until one fails or the
time is over. A mutant that no test notices is a finding: the last column says "survived", and the
program exits with 1. `--check` only makes sure that every piece of text is there exactly once;
`--only WORD` tries the mutants whose name contains the word. Prints one line a mutant."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = "server/engine/src"
# A name, a file, what stands there, what stands there instead.
MUTANTS = (
    ("no barrier before the commit", "planner/sequence.rs",
     "    steps.push(Step { kind: StepKind::Barrier, item: 0 });\n    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Release, item }));",
     "    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Release, item }));"),
    ("no barrier before publish", "planner/sequence.rs",
     "    if is_prepared {\n", "    if is_prepared && items.is_empty() {\n"),
    ("publish before setting aside", "planner/sequence.rs",
     "    steps.extend(with(StepKind::SetAside, |item| item.replaces.is_some()));\n    steps.extend(with(StepKind::Publish, |_| true));",
     "    steps.extend(with(StepKind::Publish, |_| true));\n    steps.extend(with(StepKind::SetAside, |item| item.replaces.is_some()));"),
    ("put back before publish", "planner/sequence.rs",
     "    steps.extend(with(StepKind::Publish, |_| true));\n    steps.extend(with(StepKind::PutBack, |item| item.restores.is_some()));",
     "    steps.extend(with(StepKind::PutBack, |item| item.restores.is_some()));\n    steps.extend(with(StepKind::Publish, |_| true));"),
    ("no verify", "planner/sequence.rs",
     "&[StepKind::MakeStaging, StepKind::CopyTree, StepKind::Verify]", "&[StepKind::MakeStaging, StepKind::CopyTree]"),
    ("the source of a copy is not retired", "planner/sequence.rs",
     "        if planned.keeps_source() {\n", "        if planned.keeps_source() && planned.kept.is_some() {\n"),
    ("no check", "planner/sequence.rs",
     "    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Check, item }));\n", ""),
    ("folders removed after the commit are not durable", "planner/sequence.rs",
     "    if items.iter().any(leaves_folders) {\n", "    if items.iter().any(leaves_folders) && items.is_empty() {\n"),
    ("record after instead of before", "executor/drive.rs",
     "        if live.waiting.lock().is_none() {\n            self.record(live, Event::StepStarted { position })?;\n        }\n        let begin_ms = self.clock.now_ms();\n        let outcome = self.perform(live, position, Action::Run)?;\n",
     "        let begin_ms = self.clock.now_ms();\n        let outcome = self.perform(live, position, Action::Run)?;\n        if live.waiting.lock().is_none() {\n            self.record(live, Event::StepStarted { position })?;\n        }\n"),
    ("tape is not waited for", "steps/restore.rs", "    if files == 0 { Ok(()) }", "    if files < u64::MAX { Ok(()) }"),
    ("a full project is no reason to wait", "steps/error.rs", "if hides_nothing && error.is_full() =>", "if hides_nothing && error.is_full() && error.is_absent() =>"),
    ("a resume lifts a hold", "moves/state.rs", "                self.is_paused = false;\n", "                (self.is_paused, self.is_held) = (false, false);\n"),
    ("what is done holds nothing that is still to come", "reservation/ledger.rs",
     "        MoveState::Done if !is_settling(standing, payer) => return", "        MoveState::Done => return"),
    ("a tree has one path only", "planner/overlap.rs", "            || shares(&self.tops, &other.tops)\n            || shares(&self.tops, &other.above)\n", ""),
    ("a failed journal write is forgotten", "executor/drive.rs",
     "            self.is_halted.store(true, Ordering::Relaxed);\n            return Err(error.into());", "            drop(error);"),
    ("nothing is probed after a crash", "executor/drive.rs",
     "            if needs_again {\n", "            if needs_again && position > steps.len() {\n"),
    ("undone without a barrier", "executor/drive.rs",
     "        let barrier = Step { kind: StepKind::Barrier, item: 0 };\n        for attempt in 1.. {",
     "        let barrier = Step { kind: StepKind::Reserve, item: 0 };\n        for attempt in 1.. {"),
    ("undo in the order of doing", "moves/decide.rs",
     "of.steps.iter().rposition(|status| matches!(status, StepStatus::Started",
     "of.steps.iter().position(|status| matches!(status, StepStatus::Started"),
    ("cancel after publishing", "moves/state.rs",
     "(Preparing | Publishing, Event::CancelRequested) if !self.is_published() => {", "(Preparing | Publishing, Event::CancelRequested) => {"),
    ("a folder is not compared with the plan", "steps/context.rs",
     "if fs.identity((&folder).into())? == known.identity { Ok(folder) }", "if known.device < u64::MAX { Ok(folder) }"),
    ("no claim is removed", "steps/carry.rs",
     "    if !is_claim {\n", "    if !is_claim || status.links > 0 {\n"),
    ("the claim is not compared", "steps/carry.rs",
     "    let is_still_ours = holds(fs, to, &claim)?;", "    let is_still_ours = claim == claim.clone();"),
    ("what came along is not given back", "steps/carry.rs",
     "        Some(found) if found != *what.identity => Err(give_back(fs, from, to, what)?),\n        _ => Ok(()),", "        _ => Ok(()),"),
    ("hidden without looking", "steps/carry.rs",
     "    if holds(fs, to, what.identity)? { Ok(()) } else { Err(give_back(fs, from, to, what)?) }", "    Ok(())"),
    ("a link is not taken back to one name", "steps/carry.rs",
     "        Found::AtBoth => Ok(fs.unlink(from)?),", "        Found::AtBoth => Ok(()),"),
    ("the file of a barrier is not synced", "steps/barrier.rs",
     "    fs.sync_file(&file)?;\n    unless_absent(fs.unlink(at)).map(drop)", "    unless_absent(fs.unlink(at)).map(drop)"),
    ("folders are not synced", "steps/barrier.rs",
     "            barrier_file(fs, folder, &name_of(id)?, &|| fs.sync_file_system(folder))?;\n            fs.sync_folder(folder)?;\n", ""),
    ("one MDT is enough", "steps/barrier.rs",
     "        if self.reached.insert(mdt) {\n", "        if self.reached.is_empty() && self.reached.insert(mdt) {\n"),
    ("a copy is not synced", "steps/copy_tree.rs",
     "        context.fs.sync_file_system(destination)?;\n", ""),
    ("a checkpoint is not synced", "steps/copy_tree.rs",
     "        sync_data(context, &destination)?;\n        context.note(Note::CopyDurable", "        context.note(Note::CopyDurable"),
    ("a changed source is not copied again", "steps/check.rs",
     "Strategy::StagedCopy if item.kept.is_none() => bring_up_to_date(context, from)?,\n", ""),
    ("latecomers are left behind", "steps/check.rs", "Strategy::PiecewiseRename => collect_latecomers(context)?,\n", ""),
    ("a changed project is not noticed", "steps/check.rs",
     "    if tag != item.destination_folder.tag {\n", "    if tag.is_none() && tag != item.destination_folder.tag {\n"),
    ("headroom is not asked again", "steps/check.rs",
     "    context.order.admissions.iter().try_for_each(|admission| super::reserve::admit(context.fs, admission, admission.needed))\n", "    Ok(())\n"),
    ("exceptions are not written down", "steps/retag.rs",
     "    if !tags.is_empty() {\n        context.note", "    if tags.len() > usize::MAX / 2 {\n        context.note"),
    ("one walk retags", "steps/retag.rs", "        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? == 0 {\n", "        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? < u64::MAX {\n"),
    ("another name is not written down", "steps/bring_back.rs",
     "        context.note(Note::BroughtBackAs { path: path_of(what.folder, &name) })?;\n", ""),
    ("what others changed is deleted on the way back", "steps/publish.rs",
     "    if is_unchanged {\n", "    if is_unchanged || !goes_back {\n"),
    ("a purge looks at no time", "steps/purge.rs",
     "        let Some(hidden_at) = self.hidden_at else { return false };\n", "        let Some(hidden_at) = self.hidden_at.filter(|_| status.links > 9) else { return false };\n"),
    ("a purge asks for no identity", "steps/purge.rs",
     "    if look(fs, at)?.is_none() || !holds(fs, at, hidden.identity)? {\n", "    if look(fs, at)?.is_none() {\n"),
    ("a purge is not durable", "steps/purge.rs",
     "purge_item(&mut context).and_then(|()| barriers(&context))", "purge_item(&mut context)"),
)
# The fast ones first: whatever they notice is not looked for further.
ROUNDS = (
    "kind(lib)",
    "binary(moves) + binary(laws) + binary(contract) + binary(waiting) + binary(pause) + binary(records)",
    "binary(simulated)",
    "binary(crash_anywhere)",
    "all()",
)


def apply(text, name, old, new):
    if text.count(old) != 1:
        sys.exit(f"mutant '{name}': its text is there {text.count(old)} times")
    return text.replace(old, new)


def run(tree, selection, seconds, jobs):
    command = ["timeout", str(seconds), "cargo", "nextest", "run", "-p", "tidelock-engine", f"-j{jobs}", "-E", selection]
    environment = {**os.environ, "CARGO_BUILD_JOBS": str(jobs), "CARGO_TERM_COLOR": "never", "RUSTFLAGS": "--cap-lints warn"}
    done = subprocess.run(command, cwd=tree, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        return None
    failed = re.search(r"(?:FAIL|SIGNAL|TIMEOUT|ABORT)\S* \[[^\]]*\] (?:\([^)]*\) )?\S+ (\S+)", done.stdout)
    if failed:
        return failed.group(1)
    if "could not compile" in done.stdout:
        return "does not compile"
    return "out of time" if done.returncode == 124 else "failed: " + done.stdout.strip().splitlines()[-1]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    mutants = [mutant for mutant in MUTANTS if options.only in mutant[0]]
    for name, path, old, new in mutants:
        with open(os.path.join(top, SOURCE, path)) as file:
            apply(file.read(), name, old, new)
    if options.check:
        print(f"{len(mutants)} mutants fit the source")
        return
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = os.path.join(folder, "tree")
        ignored = shutil.ignore_patterns("target", ".git", "node_modules")
        shutil.copytree(top, tree, ignore=ignored, symlinks=True)
        for name, path, old, new in mutants:
            place = os.path.join(tree, SOURCE, path)
            with open(place) as file:
                original = file.read()
            with open(place, "w") as file:
                file.write(apply(original, name, old, new))
            seconds, caught = int(options.minutes * 60), None
            for selection in ROUNDS:
                caught = run(tree, selection, seconds, options.jobs)
                if caught:
                    break
            with open(place, "w") as file:
                file.write(original)
            if caught in (None, "does not compile", "out of time") or caught.startswith("failed:"):
                survived.append(name)
            print(f"{name:52} {caught or 'survived'}", flush=True)
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
