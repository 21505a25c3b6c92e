//! What is charged wrongly below a folder, in sentences: what it is, where it comes from, what mends it.
//!
//! Not here: finding it (`tidelock_engine::drift`).

use serde::Serialize;
use serde_json::{Value, json};
use tidelock_engine::drift::{Finding, Quantity, Scan, Stray};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::PlanItem;
use tidelock_shared::quota::Amount;

use crate::convert::shell_word;
use crate::words::{bytes, count, grouped};

/// Everything said about one folder.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    pub(crate) at: Example,
    file_system: String,
    pub(crate) project: ProjectId,
    pub(crate) entries: u64,
    /// Charged to the project, as the entries say.
    pub(crate) counted: Amount,
    /// The same as the file system says; none where the caller may not ask.
    pub(crate) charged: Option<Amount>,
    unread: u64,
    pub(crate) findings: Vec<Told>,
    #[serde(skip)]
    pub(crate) remarks: Vec<String>,
}

/// One finding.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    /// `tag_drift`, `accounting_drift`, `object_drift` or `over_limit`.
    kind: &'static str,
    pub(crate) message: String,
    /// Where it comes from, and what mends it.
    pub(crate) hints: Vec<String>,
    /// The first by name.
    pub(crate) examples: Vec<Example>,
    #[serde(flatten)]
    numbers: Value,
}

/// A path for people, and exactly where it is no text.
#[derive(Debug, Serialize)]
pub(crate) struct Example {
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
}

impl Example {
    fn of(path: &FilePath) -> Self {
        let (path, path_base64) = PlanItem::path_fields(path);
        Self { path, path_base64 }
    }
}

/// None where the folder belongs to no project.
pub(crate) fn report(path: &FilePath, found: &Scan) -> Option<Report> {
    let project = found.project?;
    let recount = &found.recount;
    let place = Place { path, kind: &found.file_system, project };
    Some(Report {
        at: Example::of(path),
        file_system: found.file_system.clone(),
        project,
        entries: recount.entries,
        counted: recount.own,
        charged: found.readings.as_ref().map(|readings| readings.after),
        unread: recount.unread,
        findings: found.findings.iter().map(|finding| place.told(finding)).collect(),
        remarks: remarks(found),
    })
}

fn remarks(found: &Scan) -> Vec<String> {
    let recount = &found.recount;
    let unread = (recount.unread > 0).then(|| {
        let folders = count(recount.unread, "folder", "folders");
        format!("{folders} could not be read, so what lies there is not known and nothing was counted again.")
    });
    let part = (!found.is_whole).then(|| "It is a part of its project, so only project IDs were looked at.".to_owned());
    let charged = found.readings.is_none().then(|| "You may not read what the project is charged here; root may.".to_owned());
    unread.into_iter().chain(part).chain(charged).collect()
}

/// What a finding is told about.
struct Place<'a> {
    path: &'a FilePath,
    kind: &'a str,
    project: ProjectId,
}

impl Place<'_> {
    fn told(&self, finding: &Finding) -> Told {
        let project = self.project;
        match finding {
            Finding::ChargedElsewhere { to, stray } => {
                let to_whom = match to {
                    Some(ProjectId::NONE) => "to no project".to_owned(),
                    Some(other) => format!("to project {other}"),
                    None => "to still other projects".to_owned(),
                };
                let entries = count(stray.entries, "entry", "entries");
                let verb = if stray.entries == 1 { "is" } else { "are" };
                Told {
                    kind: "tag_drift",
                    message: format!(
                        "{entries} ({}) {verb} charged {to_whom} and not to project {project}.",
                        bytes(stray.amount.bytes)
                    ),
                    hints: vec![
                        "Files keep their project ID when they are renamed into a folder that hands none down, or were there before the folder got its own.".to_owned(),
                        self.mended_by(),
                    ],
                    examples: shown(stray),
                    numbers: json!({ "project": to, "entries": stray.entries, "bytes": stray.amount.bytes, "inodes": stray.amount.inodes }),
                }
            }
            Finding::NotInherited(stray) => Told {
                kind: "tag_drift",
                message: format!(
                    "{} without the inherit flag: what is made there is charged to no project.",
                    count(stray.entries, "folder is", "folders are")
                ),
                hints: vec![
                    "The flag is lost when a project ID is set without it, or with a folder that is restored by itself.".to_owned(),
                    self.mended_by(),
                ],
                examples: shown(stray),
                numbers: json!({ "missing_inherit": true, "entries": stray.entries }),
            },
            Finding::OtherInodes { charged, counted } => self.other_inodes(*charged, *counted),
            Finding::OtherBytes { charged, counted } => Told {
                kind: "object_drift",
                message: format!(
                    "Project {project} is charged {}, and its entries hold {}.",
                    bytes(*charged),
                    bytes(*counted)
                ),
                hints: vec![match self.kind {
                    "Lustre" => "The inodes agree, so objects on the OSTs are charged to another project, or changes are still on their way. Scan again in some minutes; if it stays, ask the administrators of the servers for: lctl lfsck_start -t layout (it mends project IDs from Lustre 2.17 on).".to_owned(),
                    _ => "The inodes agree, so files are being written, or were deleted while something has them open. Scan again when it is quiet; if it stays, ask for a check of the file system.".to_owned(),
                }],
                examples: Vec::new(),
                numbers: json!({ "charged_bytes": charged, "counted_bytes": counted }),
            },
            Finding::OverLimit { of, used, limit, is_hard } => {
                let (name, used_words, limit_words) = match of {
                    Quantity::Bytes => ("bytes", bytes(*used), bytes(*limit)),
                    Quantity::Inodes => ("inodes", count(*used, "entry", "entries"), grouped(*limit)),
                };
                let which = if *is_hard { "hard limit" } else { "soft limit" };
                Told {
                    kind: "over_limit",
                    message: format!("Project {project} uses {used_words}, more than its {which} of {limit_words}."),
                    hints: vec![
                        "This is no drift: limits do not bind root, nor on Lustre a rename or a change of project ID, and one can be lowered below what is used.".to_owned(),
                        "Move something out of the project or delete it, or ask for a higher limit.".to_owned(),
                    ],
                    examples: Vec::new(),
                    numbers: json!({ "quantity": name, "used": used, "limit": limit, "is_hard": is_hard }),
                }
            }
        }
    }

    fn other_inodes(&self, charged: u64, counted: u64) -> Told {
        let (difference, hints) = if charged > counted {
            let more = charged - counted;
            let elsewhere = "They lie outside of this folder, were deleted while something has them open, or are being made. What lies outside is found by a scan there: it is charged to this project among others'.";
            (format!("{} more than there are in its folder", grouped(more)), vec![elsewhere.to_owned()])
        } else {
            let less = counted - charged;
            let wrong = match self.kind {
                "Lustre" => {
                    "The count of the servers is wrong, as after a repair of their disks. Ask their administrators to look at lctl get_param osd-*.*.quota_slave.info and to let e2fsck count anew."
                }
                "XFS" => {
                    "The count of the file system is wrong, as after a crash. It is counted anew by a mount after one without quota."
                }
                _ => {
                    "The count of the file system is wrong, as after a repair. It is counted anew by e2fsck on the unmounted device."
                }
            };
            (format!("{} fewer than there are in its folder", grouped(less)), vec![wrong.to_owned()])
        };
        Told {
            kind: "accounting_drift",
            message: format!("Project {} is charged {}, {difference}.", self.project, count(charged, "entry", "entries")),
            hints,
            examples: Vec::new(),
            numbers: json!({ "charged_inodes": charged, "counted_inodes": counted }),
        }
    }

    /// The system's own tool, for whoever may.
    fn mended_by(&self) -> String {
        let (path, project) = (shell_word(&self.path.to_bytes()), self.project);
        let command = match self.kind {
            "Lustre" => format!("lfs project -s -r -p {project} {path}"),
            "XFS" => format!("xfs_quota -x -c {}", shell_word(format!("project -s -p {path} {project}").as_bytes())),
            _ => format!("chattr -R -p {project} {path} && find {path} -xdev -type d -exec chattr +P {{}} +"),
        };
        format!(
            "Charge everything here to project {project}: tidelock repair {path} shows what that does, and can be undone. By the system's own tool: {command}"
        )
    }
}

fn shown(stray: &Stray) -> Vec<Example> {
    stray.examples.iter().map(Example::of).collect()
}

#[cfg(test)]
mod tests {
    use tidelock_engine::drift::{Readings, Recount};
    use tidelock_shared::quota::Limits;

    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    fn found(findings: Vec<Finding>) -> Scan {
        let usage = Amount { bytes: 1 << 30, inodes: 1200 };
        Scan {
            file_system: "Lustre".to_owned(),
            project: Some(ProjectId(1001)),
            is_whole: true,
            recount: Recount { entries: 1200, own: usage, ..Recount::default() },
            readings: Some(Readings { before: usage, after: usage, limits: Limits::default() }),
            findings,
        }
    }

    fn stray() -> Stray {
        let examples = vec![FilePath::parse(b"/l/alpha/bad-\xff").unwrap()];
        Stray { entries: 1, amount: Amount { bytes: 4096, inodes: 1 }, examples }
    }

    #[test]
    fn each_finding_has_its_kind_its_numbers_and_a_way_out() {
        let findings = vec![
            Finding::ChargedElsewhere { to: Some(ProjectId::NONE), stray: stray() },
            Finding::NotInherited(stray()),
            Finding::OtherInodes { charged: 1201, counted: 1200 },
            Finding::OtherInodes { charged: 1199, counted: 1200 },
            Finding::OtherBytes { charged: 1 << 31, counted: 1 << 30 },
            Finding::OverLimit { of: Quantity::Inodes, used: 1200, limit: 1000, is_hard: false },
        ];
        let report = report(&path("/l/my project"), &found(findings)).unwrap();
        let kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind).collect();
        let drift = "accounting_drift";
        assert_eq!(kinds, ["tag_drift", "tag_drift", drift, drift, "object_drift", "over_limit"]);
        assert!(report.findings.iter().all(|finding| finding.message.ends_with('.') && !finding.hints.is_empty()));
        let elsewhere = &report.findings[0];
        assert_eq!(elsewhere.message, "1 entry (4.00 KiB) is charged to no project and not to project 1001.");
        assert!(elsewhere.hints[1].contains("tidelock repair '/l/my project' "), "{:?}", elsewhere.hints);
        assert!(elsewhere.hints[1].ends_with("lfs project -s -r -p 1001 '/l/my project'"), "{:?}", elsewhere.hints);
        assert!(report.findings[3].message.contains("1 fewer than there are"), "{}", report.findings[3].message);
    }

    #[test]
    fn scripts_read_one_object_with_exact_names() {
        let stray = Finding::ChargedElsewhere { to: Some(ProjectId(1002)), stray: stray() };
        let report = serde_json::to_value(report(&path("/l/alpha"), &found(vec![stray])).unwrap()).unwrap();
        let finding = json!({
            "kind": "tag_drift",
            "message": "1 entry (4.00 KiB) is charged to project 1002 and not to project 1001.",
            "hints": report["findings"][0]["hints"],
            "examples": [{ "path": "/l/alpha/bad-\\xff", "path_base64": "L2wvYWxwaGEvYmFkLf8=" }],
            "project": 1002, "entries": 1, "bytes": 4096, "inodes": 1,
        });
        let usage = json!({ "bytes": 1 << 30, "inodes": 1200 });
        assert_eq!(
            report,
            json!({
                "path": "/l/alpha", "file_system": "Lustre", "project": 1001, "entries": 1200,
                "counted": usage, "charged": usage, "unread": 0, "findings": [finding],
            })
        );
    }

    #[test]
    fn what_could_not_be_looked_at_is_said() {
        let all = found(Vec::new());
        let partly = Scan { is_whole: false, readings: None, recount: Recount { unread: 2, ..all.recount.clone() }, ..all.clone() };
        assert_eq!(report(&path("/l/alpha"), &all).unwrap().remarks, Vec::<String>::new());
        assert_eq!(report(&path("/l/alpha"), &partly).unwrap().remarks.len(), 3);
        assert!(report(&path("/l"), &Scan { project: None, ..all }).is_none());
    }
}
