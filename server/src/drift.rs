//! What is charged wrongly below a folder, in sentences: what it is, where it comes from, what mends it.
//!
//! Not here: finding it (`tidelock_engine::drift`).

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tidelock_engine::drift::{Finding, Quantity, Scan};
use tidelock_shared::drift::DriftKind;
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::PlanItem;
use tidelock_shared::quota::Amount;

use crate::convert::shell_word;
use crate::words::{bytes, grouped, words};

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
    pub(crate) kind: DriftKind,
    pub(crate) message: String,
    /// Where it comes from, and what mends it.
    pub(crate) hints: Vec<String>,
    /// The first by name.
    #[serde(serialize_with = "as_examples")]
    pub(crate) examples: Vec<FilePath>,
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

/// Which of the four kinds a finding is.
pub(crate) fn kind(finding: &Finding) -> DriftKind {
    match finding {
        Finding::ChargedElsewhere { .. } | Finding::NotInherited(_) => DriftKind::TagDrift,
        Finding::OtherInodes { .. } => DriftKind::AccountingDrift,
        Finding::OtherBytes { .. } => DriftKind::ObjectDrift,
        Finding::OverLimit { .. } => DriftKind::OverLimit,
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
    let unread = found.recount.unread;
    let remarks = [
        (unread > 0).then(|| words().drift_unread(unread)),
        (!found.is_whole).then(|| words().drift_part().to_owned()),
        found.readings.is_none().then(|| words().drift_uncharged().to_owned()),
    ];
    remarks.into_iter().flatten().collect()
}

/// What a finding is told about.
struct Place<'a> {
    path: &'a FilePath,
    kind: &'a str,
    project: ProjectId,
}

impl Place<'_> {
    fn told(&self, finding: &Finding) -> Told {
        let (kind, own) = (kind(finding), self.project.to_string());
        match finding {
            Finding::ChargedElsewhere { to, stray } => {
                let size = bytes(stray.amount.bytes);
                Told {
                    kind,
                    message: match to {
                        Some(ProjectId::NONE) => words().drift_to_none(stray.entries, &size, &own),
                        Some(other) => words().drift_to_project(stray.entries, &size, &other.to_string(), &own),
                        None => words().drift_to_others(stray.entries, &size, &own),
                    },
                    hints: vec![words().drift_elsewhere_cause().to_owned(), self.mended_by()],
                    examples: stray.examples.clone(),
                    numbers: json!({ "project": to, "entries": stray.entries, "bytes": stray.amount.bytes, "inodes": stray.amount.inodes }),
                }
            }
            Finding::NotInherited(stray) => Told {
                kind,
                message: words().drift_not_inherited(stray.entries),
                hints: vec![words().drift_not_inherited_cause().to_owned(), self.mended_by()],
                examples: stray.examples.clone(),
                numbers: json!({ "missing_inherit": true, "entries": stray.entries }),
            },
            Finding::OtherInodes { charged, counted } => {
                let (message, hint) = self.other_inodes(*charged, *counted);
                Told {
                    kind,
                    message,
                    hints: vec![hint],
                    examples: Vec::new(),
                    numbers: json!({ "charged_inodes": charged, "counted_inodes": counted }),
                }
            }
            Finding::OtherBytes { charged, counted } => Told {
                kind,
                message: words().drift_bytes(&own, &bytes(*charged), &bytes(*counted)),
                hints: vec![match self.kind {
                    "Lustre" => words().drift_bytes_lustre("lctl lfsck_start -t layout"),
                    _ => words().drift_bytes_local().to_owned(),
                }],
                examples: Vec::new(),
                numbers: json!({ "charged_bytes": charged, "counted_bytes": counted }),
            },
            Finding::OverLimit { of, used, limit, is_hard } => {
                let (name, used_words, limit_words) = match of {
                    Quantity::Bytes => ("bytes", bytes(*used), bytes(*limit)),
                    Quantity::Inodes => ("inodes", words().drift_entries(*used), grouped(*limit)),
                };
                Told {
                    kind,
                    message: match is_hard {
                        true => words().drift_over_hard(&own, &used_words, &limit_words),
                        false => words().drift_over_soft(&own, &used_words, &limit_words),
                    },
                    hints: vec![words().drift_over_cause().to_owned(), words().drift_over_cure().to_owned()],
                    examples: Vec::new(),
                    numbers: json!({ "quantity": name, "used": used, "limit": limit, "is_hard": is_hard }),
                }
            }
        }
    }

    /// What is told of it, and where it comes from.
    fn other_inodes(&self, charged: u64, counted: u64) -> (String, String) {
        let (own, told) = (self.project.to_string(), words().drift_entries(charged));
        let difference = grouped(charged.abs_diff(counted));
        if charged > counted {
            return (words().drift_more(&own, &told, &difference), words().drift_more_cause().to_owned());
        }
        let wrong = match self.kind {
            "Lustre" => words().drift_fewer_lustre("lctl get_param osd-*.*.quota_slave.info"),
            "XFS" => words().drift_fewer_xfs().to_owned(),
            _ => words().drift_fewer_local().to_owned(),
        };
        (words().drift_fewer(&own, &told, &difference), wrong)
    }

    /// The system's own tool, for whoever may.
    fn mended_by(&self) -> String {
        let (path, project) = (shell_word(&self.path.to_bytes()), self.project);
        let command = match self.kind {
            "Lustre" => format!("lfs project -s -r -p {project} {path}"),
            "XFS" => format!("xfs_quota -x -c {}", shell_word(format!("project -s -p {path} {project}").as_bytes())),
            _ => format!("chattr -R -p {project} {path} && find {path} -xdev -type d -exec chattr +P {{}} +"),
        };
        words().drift_mended_by(&project.to_string(), &path, &command)
    }
}

fn as_examples<S: Serializer>(paths: &[FilePath], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(Example::of))
}

#[cfg(test)]
mod tests {
    use tidelock_engine::drift::{Readings, Recount, Stray};
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
        let kinds: Vec<DriftKind> = report.findings.iter().map(|finding| finding.kind).collect();
        let (tags, inodes) = (DriftKind::TagDrift, DriftKind::AccountingDrift);
        assert_eq!(kinds, [tags, tags, inodes, inodes, DriftKind::ObjectDrift, DriftKind::OverLimit]);
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
