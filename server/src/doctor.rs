//! What a mount can and cannot promise, in sentences: the engine's facts, said for people.
//!
//! Not here: finding the facts (`tidelock_engine::doctor`).

use serde::Serialize;
use tidelock_engine::doctor::{Examination, Trials};
use tidelock_engine::fs::{Enforcement, Knowledge, NamesDurability};
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::{RenameRule, SourceFlagRule};

/// Everything said about one folder's mount.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) path: String,
    pub(crate) file_system: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) guarantees: Vec<Guarantee>,
    pub(crate) advice: Vec<String>,
}

/// One property of the mount.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) what: &'static str,
    /// None where only a trial would tell, and there was none.
    pub(crate) is_so: Option<bool>,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Holds,
    HoldsWithLimits,
    DoesNotHold,
    Unknown,
}

impl Verdict {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsWithLimits => "holds with limits",
            Self::DoesNotHold => "does not hold",
            Self::Unknown => "unknown",
        }
    }
}

/// One promise of a move, and how far it goes here.
#[derive(Debug, Serialize)]
pub(crate) struct Guarantee {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) because: Vec<&'static str>,
}

pub(crate) fn report(path: &FilePath, found: &Examination) -> Report {
    Report {
        path: path.shown(),
        file_system: found.capabilities.kind.clone(),
        facts: facts(found),
        guarantees: vec![
            atomic(found),
            consistent(found),
            isolated(found),
            durable(found),
            undoable(found),
            idempotent(),
            honest(found),
        ],
        advice: advice(found),
    }
}

fn has_ids(found: &Examination) -> bool {
    found.capabilities.abilities.rename_rule != RenameRule::NoProjects
}

/// What a trial said, or nothing where there was none.
fn tried(found: &Examination, ask: impl Fn(&Trials) -> bool) -> Option<bool> {
    found.trials.as_ref().map(ask)
}

fn fact(what: &'static str, is_so: Option<bool>, yes: &str, no: &str) -> Fact {
    let text = match is_so {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => format!("Unknown, as nothing may be written here to try it: {}", lower(yes)),
    };
    Fact { what, is_so, text }
}

/// A sentence as the rest of one.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn facts(found: &Examination) -> Vec<Fact> {
    let mut facts = about_projects(found);
    facts.push(fact(
        "renames_without_replacing",
        tried(found, |trials| trials.renames_without_replacing.is_ok()),
        "A rename can refuse to replace anything.",
        "A rename cannot refuse to replace: names are claimed first, by a hard link or an empty folder.",
    ));
    let links = tried(found, |trials| trials.links.is_ok());
    facts.push(fact("hard_links", links, "Hard links can be made.", "Hard links cannot be made."));
    facts.push(fact(
        "attributes",
        tried(found, |trials| trials.attributes.is_ok()),
        "Extended attributes are kept.",
        "Extended attributes, and with them ACLs, are not kept.",
    ));
    facts.push(fact(
        "nanoseconds",
        tried(found, |trials| trials.keeps_nanoseconds == Ok(true)),
        "Times are kept to the nanosecond.",
        "Times are kept in whole seconds: what changed within two seconds counts as possibly changed.",
    ));
    facts.push(fact(
        "syncs_folders",
        Some(found.capabilities.names_durability == NamesDurability::FolderSync),
        "A new name is made durable by syncing its folder.",
        "Syncing a folder makes nothing durable here: a small file is written and synced after each change of names.",
    ));
    if let Some(mdt) = found.placement {
        let of = found.mdts.map(|mdts| format!(" of {mdts}")).unwrap_or_default();
        let stripes: Vec<String> = found.stripes.iter().map(u32::to_string).collect();
        let text = match stripes.is_empty() {
            true => format!("The folder lies on metadata server {mdt}{of}."),
            false => format!(
                "The folder is striped: its names are spread over {} metadata servers{of}, {}; a change of names is made durable on each.",
                stripes.len(),
                stripes.join(", ")
            ),
        };
        facts.push(Fact { what: "mdt", is_so: None, text });
        let text = "Files whose content is on tape only are recognised, and never read by accident.".to_owned();
        facts.push(Fact { what: "tape", is_so: Some(true), text });
    }
    facts
}

fn about_projects(found: &Examination) -> Vec<Fact> {
    let has_ids = has_ids(found);
    let mut facts = vec![fact("project_ids", Some(has_ids), "Project IDs can be read.", "There are no project IDs here.")];
    if !has_ids {
        return facts;
    }
    facts.push(fact(
        "changes_project_ids",
        tried(found, |trials| trials.changes_project_ids.is_ok()),
        "You may change project IDs.",
        "Only an administrator changes project IDs here.",
    ));
    facts.push(fact(
        "tags_every_kind",
        tried(found, |trials| trials.tags_every_kind == Ok(true)),
        "Symbolic links and special files have project IDs that can be changed.",
        if found.capabilities.abilities.remakes_other_kinds {
            "Symbolic links, pipes and sockets keep the project ID that they are made with: links and pipes are made anew, sockets stay charged."
        } else {
            "Symbolic links and special files keep the project ID that they are made with: trees with some are copied."
        },
    ));
    facts.extend(rename_rules(found));
    facts.push(enforcement(found));
    facts.extend(limits_of_this_process(found));
    if found.enforcement != Enforcement::Off {
        facts.push(fact(
            "reads_limits",
            Some(found.reads_limits),
            "Usage and limits of projects can be read.",
            "You may not read limits: what the folder itself shows is all there is to go by.",
        ));
    }
    facts
}

/// Which renames pass, and what each answer means for moves.
fn rename_rules(found: &Examination) -> Vec<Fact> {
    let abilities = &found.capabilities.abilities;
    let tried = found.rules.filter(|rules| rules.rename_rule.is_some());
    let rename_rule = tried.and_then(|rules| rules.rename_rule).unwrap_or(abilities.rename_rule);
    let source_flag_rule = tried.and_then(|rules| rules.source_flag_rule).unwrap_or(abilities.source_flag_rule);
    let known = match found.capabilities.source {
        _ if tried.is_some() => "Tried here",
        Knowledge::Guessed => "Guessed by the client's release, as no second project could be made here to try it",
        Knowledge::OfItsKind | Knowledge::Tried => "So it is on every mount of this kind",
    };
    let recharges = rename_rule == RenameRule::RechargesFiles;
    let files = match recharges {
        true => "a file that is renamed into another project is charged to it: files move by renames, and folders are made anew.",
        false => "a file cannot be renamed into another project: it is retagged first, or copied.",
    };
    let folders = match source_flag_rule {
        SourceFlagRule::BlocksNothing => {
            "a folder that is retagged first can be renamed into another project: a tree moves in one step."
        }
        SourceFlagRule::BlocksFolders => {
            "the inherit flag of a folder holds back the folders in it, retagged or not: trees go by way of a hidden folder without the flag."
        }
        SourceFlagRule::BlocksEverything => {
            "the inherit flag of a folder holds back everything in it, retagged or not: trees go by way of a hidden folder without the flag."
        }
    };
    let mut facts = vec![
        Fact { what: "renames_recharge_files", is_so: Some(recharges), text: format!("{known}: {files}") },
        Fact {
            what: "renames_retagged_folders",
            is_so: Some(source_flag_rule == SourceFlagRule::BlocksNothing),
            text: format!("{known}: {folders}"),
        },
    ];
    if found.placement.is_some() {
        let between = found.rules.and_then(|rules| rules.renames_between_mdts);
        facts.push(Fact {
            what: "renames_between_mdts",
            is_so: between,
            text: match between {
                Some(true) => "Names go from one metadata server to another by a rename.",
                Some(false) => {
                    "The servers refuse renames from one metadata server to another (`enable_remote_rename`): a move between folders of two servers copies the data."
                }
                None => "Whether names go from one metadata server to another is unknown: no folder of another server could be made here.",
            }
            .to_owned(),
        });
    }
    facts
}

fn enforcement(found: &Examination) -> Fact {
    let (is_so, text) = match found.enforcement {
        Enforcement::On => (Some(true), "Projects are held to their limits on this mount."),
        Enforcement::InPart => (
            Some(false),
            "Some servers hold this folder's project to its limits, and others only count (`quota_slave.enabled` differs).",
        ),
        Enforcement::CountsOnly => (Some(false), "Usage is counted, but nobody is held to a limit on this mount."),
        Enforcement::Off => (Some(false), "Project quota is off on this mount: nothing is counted and nobody is held to a limit."),
        Enforcement::Unknown => (
            None,
            "Usage is counted; whether the servers hold projects to their limits is not told to clients here, unless the folder's project has a limit and something to count.",
        ),
    };
    Fact { what: "enforcement", is_so, text: text.to_owned() }
}

/// Which of what a move does the mount would stop at a limit, were its own checks not there.
fn limits_of_this_process(found: &Examination) -> Vec<Fact> {
    if matches!(found.enforcement, Enforcement::Off | Enforcement::CountsOnly) {
        return Vec::new();
    }
    let is_held = !found.passes_limits;
    let mut facts = vec![fact(
        "held_to_limits",
        Some(is_held),
        "What this process writes is held to them as well, root or not: it gives up the right to pass them (`CAP_SYS_RESOURCE`).",
        "What this process writes passes every limit, as it has the right to (`CAP_SYS_RESOURCE`): only a plan's own checks stop it.",
    )];
    if found.capabilities.charges_settle_late {
        let text = "Renames and changed project IDs pass every limit here, from anybody: only a plan's own checks stop them.";
        facts.push(Fact { what: "renames_held_to_limits", is_so: Some(false), text: text.to_owned() });
        let text = "Usage follows what is charged after some seconds: what a move sets aside is kept until it has.";
        facts.push(Fact { what: "settles_at_once", is_so: Some(false), text: text.to_owned() });
    }
    facts
}

fn atomic(found: &Examination) -> Guarantee {
    let (verdict, because) = match &found.trials {
        None => (Verdict::Unknown, "It depends on renames that refuse to replace, or on hard links; neither could be tried."),
        Some(trials) if trials.renames_without_replacing.is_ok() => {
            (Verdict::Holds, "A name appears by one rename that replaces nothing.")
        }
        Some(trials) if trials.links.is_ok() => (
            Verdict::HoldsWithLimits,
            "A folder's name is claimed first: for a moment it is an empty folder that nobody can enter.",
        ),
        Some(_) => {
            (Verdict::DoesNotHold, "Neither renames nor hard links can be kept from replacing what somebody else has just made.")
        }
    };
    Guarantee { name: "atomic", verdict, because: vec![because] }
}

fn consistent(found: &Examination) -> Guarantee {
    let mut because = Vec::new();
    if !has_ids(found) || found.enforcement == Enforcement::Off {
        because.push("There are no project limits to check; the room of the whole file system is checked.");
    } else if !found.reads_limits {
        because.push(
            "You may not read limits: the room that the folder shows is checked, and the file system stops what goes beyond.",
        );
    } else if matches!(found.enforcement, Enforcement::CountsOnly | Enforcement::InPart) {
        because.push("Moves are held to the limits; other programs are not, and can fill what was set aside.");
    }
    if has_ids(found) && found.enforcement == Enforcement::Unknown {
        because.push(
            "Moves are held to the limits; whether other programs are, and leave alone what was set aside, is not told here.",
        );
    }
    let verdict = if because.is_empty() { Verdict::Holds } else { Verdict::HoldsWithLimits };
    if because.is_empty() {
        because.push("Limits, usage and what other moves have set aside are checked before the start and before the end.");
    }
    Guarantee { name: "consistent", verdict, because }
}

fn isolated(found: &Examination) -> Guarantee {
    let copies_only = !found.capabilities.abilities.may_retag && found.capabilities.abilities.rename_rule == RenameRule::Refuses;
    if copies_only {
        let because = "Between projects data is copied: a program that keeps a file open may write after the last look. That is noticed and kept where it can be.";
        return Guarantee { name: "isolated", verdict: Verdict::HoldsWithLimits, because: vec![because] };
    }
    let because = "What moves keeps its inode, so programs that have it open do not notice. What has to be copied is compared before it appears.";
    Guarantee { name: "isolated", verdict: Verdict::Holds, because: vec![because] }
}

fn durable(found: &Examination) -> Guarantee {
    let (verdict, because) = match &found.trials {
        _ if found.capabilities.kind == "tmpfs" => (Verdict::DoesNotHold, "This file system is in memory only."),
        None => (Verdict::Unknown, "Whether this mount syncs could not be tried."),
        Some(trials) if trials.syncs.is_err() => (Verdict::DoesNotHold, "The mount refuses to sync a file or a folder."),
        Some(_) => (Verdict::Holds, "Data and names are on stable storage before a move is called done."),
    };
    Guarantee { name: "durable", verdict, because: vec![because] }
}

fn undoable(found: &Examination) -> Guarantee {
    let may_retag = tried(found, |trials| trials.changes_project_ids.is_ok()).unwrap_or(found.capabilities.abilities.may_retag);
    if has_ids(found) && !may_retag {
        let because = "An old project ID comes back only where its folder gives it; the plan says beforehand where it does not.";
        return Guarantee { name: "undoable", verdict: Verdict::HoldsWithLimits, because: vec![because] };
    }
    let because = "A finished move can be brought back exactly, also days later, until it is purged.";
    Guarantee { name: "undoable", verdict: Verdict::Holds, because: vec![because] }
}

fn idempotent() -> Guarantee {
    let because = "The same request twice is one move, also after a crash: the journal knows it, whatever the mount.";
    Guarantee { name: "idempotent", verdict: Verdict::Holds, because: vec![because] }
}

fn honest(found: &Examination) -> Guarantee {
    if found.capabilities.source == Knowledge::Guessed {
        let because = "Which renames pass is guessed here, so a plan may be wrong about it: such a move goes back, and everything is as before.";
        return Guarantee { name: "honest", verdict: Verdict::HoldsWithLimits, because: vec![because] };
    }
    let because = "What stops a move, and what it costs or cannot keep, is in its plan before it starts.";
    Guarantee { name: "honest", verdict: Verdict::Holds, because: vec![because] }
}

fn advice(found: &Examination) -> Vec<String> {
    let mut advice =
        vec!["Programs that delete by age or name must leave out `.tidelock-*`: these hold what an undo brings back.".to_owned()];
    if found.enforcement == Enforcement::Off && has_ids(found) {
        advice
            .push("To hold projects to limits, mount with `prjquota` (ext4 needs the features `project` and `quota`).".to_owned());
    }
    if found.trials.is_none() {
        advice.push("Ask again in a folder where you may write to learn the rest.".to_owned());
    }
    advice
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tidelock_engine::doctor::examine;
    use tidelock_engine::fs::Timestamp;
    use tidelock_engine::fs::simulator::{Personality, Simulator, Site, SiteMount};

    use super::*;

    fn verdicts(personality: Personality, uid: u32) -> Vec<(&'static str, Verdict)> {
        let path = FilePath::parse(b"/m").unwrap();
        let site = Site { mounts: vec![SiteMount::new(path.clone(), personality)], limits: BTreeMap::new() };
        let root = Simulator::in_memory(site, Timestamp::default);
        let found = examine(&root.seen_by(uid, &[uid]), &path).unwrap();
        report(&path, &found).guarantees.iter().map(|guarantee| (guarantee.name, guarantee.verdict)).collect()
    }

    #[test]
    fn the_rules_of_renames_are_told_with_what_they_mean() {
        for (personality, uid, recharges, folders) in [
            (
                Personality::Lustre2_12,
                0,
                "Tried here: a file cannot be renamed",
                "Tried here: the inherit flag of a folder holds back everything",
            ),
            (
                Personality::Lustre2_15,
                0,
                "Tried here: a file that is renamed",
                "Tried here: the inherit flag of a folder holds back the folders",
            ),
            (Personality::Lustre2_17, 0, "Tried here: a file that is renamed", "Tried here: a folder that is retagged first"),
            (
                Personality::Ext4,
                1000,
                "So it is on every mount of this kind: a file cannot",
                "So it is on every mount of this kind: a folder",
            ),
        ] {
            let path = FilePath::parse(b"/m").unwrap();
            let site = Site { mounts: vec![SiteMount::new(path.clone(), personality)], limits: BTreeMap::new() };
            let found = examine(&Simulator::in_memory(site, Timestamp::default).seen_by(uid, &[uid]), &path).unwrap();
            let report = report(&path, &found);
            let text = |what| report.facts.iter().find(|fact| fact.what == what).map_or("", |fact| &fact.text);
            assert!(text("renames_recharge_files").starts_with(recharges), "{}", text("renames_recharge_files"));
            assert!(text("renames_retagged_folders").starts_with(folders), "{}", text("renames_retagged_folders"));
            let is_lustre = personality != Personality::Ext4;
            assert_eq!(!text("renames_between_mdts").is_empty(), is_lustre, "{personality:?}");
        }
        let guessed = {
            let path = FilePath::parse(b"/m").unwrap();
            let site = Site { mounts: vec![SiteMount::new(path.clone(), Personality::Lustre2_17)], limits: BTreeMap::new() };
            let mut found = examine(&Simulator::in_memory(site, Timestamp::default), &path).unwrap();
            found.rules = None;
            found.capabilities.source = Knowledge::Guessed;
            report(&path, &found)
        };
        assert!(guessed.facts.iter().any(|fact| fact.text.starts_with("Guessed by the client's release")));
    }

    #[test]
    fn the_limits_of_the_mount_and_of_the_process_are_told_apart() {
        let told = |personality, uid, change: &dyn Fn(&mut Examination)| {
            let path = FilePath::parse(b"/m").unwrap();
            let site = Site { mounts: vec![SiteMount::new(path.clone(), personality)], limits: BTreeMap::new() };
            let mut found = examine(&Simulator::in_memory(site, Timestamp::default).seen_by(uid, &[uid]), &path).unwrap();
            change(&mut found);
            report(&path, &found)
        };
        let is_so = |report: &Report, what| report.facts.iter().find(|fact| fact.what == what).and_then(|fact| fact.is_so);
        // With all its rights root passes the limits of these two; XFS holds it, and every user.
        for (personality, uid, held) in [
            (Personality::Ext4, 0, Some(false)),
            (Personality::Lustre2_17, 0, Some(false)),
            (Personality::Xfs, 0, Some(true)),
            (Personality::Lustre2_17, 1000, Some(true)),
            (Personality::Plain, 0, None),
        ] {
            let report = told(personality, uid, &|_| {});
            assert_eq!(is_so(&report, "held_to_limits"), held, "{personality:?} {uid}");
            let passes = if personality == Personality::Lustre2_17 { Some(false) } else { None };
            assert_eq!(is_so(&report, "renames_held_to_limits"), passes, "{personality:?}");
        }
        // A real Lustre does not tell its clients.
        let real = told(Personality::Lustre2_17, 0, &|found| found.enforcement = Enforcement::Unknown);
        let consistent = real.guarantees.iter().find(|guarantee| guarantee.name == "consistent").unwrap();
        assert_eq!(consistent.verdict, Verdict::HoldsWithLimits);
        let guessed = told(Personality::Lustre2_17, 0, &|found| found.capabilities.source = Knowledge::Guessed);
        assert_eq!(guessed.guarantees.last().map(|honest| honest.verdict), Some(Verdict::HoldsWithLimits));
    }

    #[test]
    fn each_mount_promises_what_it_can() {
        use Verdict::{DoesNotHold, Holds, HoldsWithLimits, Unknown};
        for (personality, uid, expected) in [
            (Personality::Ext4, 0, [Holds, Holds, Holds, Holds, Holds]),
            (Personality::Lustre2_17, 0, [HoldsWithLimits, Holds, Holds, Holds, Holds]),
            (Personality::Plain, 0, [Holds, HoldsWithLimits, Holds, DoesNotHold, Holds]),
            // Nothing may be written there, so nothing was tried.
            (Personality::Ext4, 1000, [Unknown, HoldsWithLimits, Holds, Unknown, Holds]),
            (Personality::Lustre2_12, 1000, [Unknown, Holds, HoldsWithLimits, Unknown, HoldsWithLimits]),
        ] {
            let names = ["atomic", "consistent", "isolated", "durable", "undoable", "idempotent", "honest"];
            let expected = expected.into_iter().chain([Holds, Holds]);
            assert_eq!(verdicts(personality, uid), names.into_iter().zip(expected).collect::<Vec<_>>(), "{personality:?} {uid}");
        }
    }
}
