//! What a drop would do, told while the thing is still in the hand.
//!
//! The survey of the dragged items starts with the drag and counts up; until it ends its
//! tally is a lower bound. So "does not fit" can be said early, and "fits" only at the end.

use serde::{Deserialize, Serialize};

use crate::id::SurveyId;
use crate::listing::{Entry, FolderInfo};
use crate::name::{FileName, FilePath};
use crate::project::ProjectTag;
use crate::quota::{Amount, Headroom};
use crate::strategy::{Choice, EntryKind, Strategy, StrategyReason, choose};

/// A survey as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurveyProgress {
    pub id: SurveyId,
    /// Counts up; answers a `Last-Event-ID`.
    pub sequence: u64,
    /// Charged so far, a lower bound until `is_complete`.
    pub amount: Amount,
    pub entries: u64,
    /// Symbolic links, fifos, sockets and devices.
    pub other_kinds: u64,
    pub released: u64,
    pub is_complete: bool,
    /// The survey cannot go on, and why.
    pub error: Option<String>,
}

/// A thing in the hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Dragged {
    /// The folder it is dragged out of.
    pub folder: FilePath,
    pub entry: Entry,
}

/// What the card beside the pointer says.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub strategy: Strategy,
    pub reason: StrategyReason,
    /// What the destination is charged in addition.
    pub adds: Amount,
    pub headroom: Headroom,
    /// Things whose name something there has; the plan asks what is to become of them.
    pub names_taken: u64,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The survey is not through; what is counted so far would fit.
    Counting,
    Fits,
    /// Already the lower bound is over the headroom, by this much.
    TooMuch(Amount),
    Impossible(Obstacle),
}

/// Why a drop here can never work, whatever its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    AlreadyThere,
    IntoItself,
}

/// Whether a path may be moved into a folder at all, as far as names tell.
pub fn obstacle(source: &FilePath, destination_folder: &FilePath) -> Option<Obstacle> {
    if destination_folder.is_at_or_below(source) {
        return Some(Obstacle::IntoItself);
    }
    let (parent, _) = source.split_last()?;
    (parent == *destination_folder).then_some(Obstacle::AlreadyThere)
}

/// The preview of dropping `dragged`, which lie in `source`, into `destination`.
///
/// `taken` are the names known to exist in the destination folder.
pub fn preview(
    dragged: &[Dragged],
    source: &FolderInfo,
    destination: &FolderInfo,
    taken: impl Fn(&FileName) -> bool,
    survey: &SurveyProgress,
) -> Preview {
    let (strategy, reason) = dragged
        .iter()
        .map(|thing| choose(&choice(thing, source, destination, survey)))
        .max_by_key(|(strategy, _)| *strategy)
        .unwrap_or((Strategy::Rename, StrategyReason::SameCharge));
    let stays_charged =
        source.mount.id == destination.mount.id && reason == StrategyReason::SameCharge || reason == StrategyReason::NoProjects;
    let adds = if stays_charged { Amount::ZERO } else { survey.amount };
    let headroom = destination.project.headroom();
    let impossible = dragged.iter().find_map(|thing| obstacle(&thing.folder.join(thing.entry.name.clone()), &destination.path));
    let names_taken = dragged.iter().filter(|thing| taken(&thing.entry.name)).count() as u64;
    let verdict = match impossible {
        Some(obstacle) => Verdict::Impossible(obstacle),
        None if !headroom.fits(adds) => Verdict::TooMuch(headroom.shortage(adds)),
        None if survey.is_complete => Verdict::Fits,
        None => Verdict::Counting,
    };
    Preview { strategy, reason, adds, headroom, names_taken, verdict }
}

fn choice(thing: &Dragged, source: &FolderInfo, destination: &FolderInfo, survey: &SurveyProgress) -> Choice {
    let kind = thing.entry.kind;
    let item = ProjectTag { id: thing.entry.project.unwrap_or_default(), inherit: source.tag.inherit };
    Choice {
        same_file_system: source.mount.id == destination.mount.id,
        between_mdts: source.mount.placement != destination.mount.placement,
        abilities: destination.mount.abilities,
        kind,
        item,
        source_folder: source.tag,
        destination_folder: destination.tag,
        already_charged_there: item.id == destination.tag.id,
        // What the survey cannot tell yet; the plan decides.
        may_empty_folders: !thing.entry.is_drifted,
        may_remake_other_kinds: true,
        holds_other_kinds: survey.other_kinds > 0 || !matches!(kind, EntryKind::File | EntryKind::Folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProjectId;
    use crate::listing::Mount;
    use crate::project::Project;
    use crate::quota::{Bounds, Limits};
    use crate::strategy::{MountAbilities, RenameRule, SourceFlagRule};

    fn folder(path: &str, id: u32, hard_bytes: u64) -> FolderInfo {
        let path = FilePath::parse(path.as_bytes()).unwrap();
        FolderInfo {
            path: path.clone(),
            root: FilePath::default(),
            tag: ProjectTag { id: ProjectId(id), inherit: true },
            project: Project {
                id: Some(ProjectId(id)),
                name: format!("project {id}"),
                root: path,
                usage: Some(Amount::ZERO),
                limits: Limits {
                    bytes: Bounds { soft: None, hard: Some(hard_bytes) },
                    inodes: Bounds { soft: None, hard: Some(10) },
                },
                reserved: Amount::ZERO,
                capacity: Headroom::default(),
            },
            mount: Mount {
                id: 1,
                kind: "Lustre".to_owned(),
                abilities: MountAbilities {
                    rename_rule: RenameRule::RechargesFiles,
                    source_flag_rule: SourceFlagRule::BlocksNothing,
                    may_retag: true,
                    retags_every_kind: true,
                    remakes_other_kinds: false,
                    renames_between_mdts: true,
                },
                placement: None,
            },
        }
    }

    fn dragged(source: &FolderInfo) -> Vec<Dragged> {
        let entry = Entry {
            name: FileName::new(*b"results").unwrap(),
            kind: EntryKind::Folder,
            size: 4096,
            modified: 0,
            owner: "alice".to_owned(),
            group: "staff".to_owned(),
            mode: 0o755,
            links: 2,
            project: source.project.id,
            is_drifted: false,
            is_released: false,
            points_to: None,
        };
        vec![Dragged { folder: source.path.clone(), entry }]
    }

    fn survey(bytes: u64, is_complete: bool) -> SurveyProgress {
        let amount = Amount { bytes, inodes: 3 };
        SurveyProgress { id: SurveyId(1), sequence: 1, amount, entries: 3, other_kinds: 0, released: 0, is_complete, error: None }
    }

    fn verdict(destination: &FolderInfo, survey: &SurveyProgress) -> Verdict {
        let source = folder("/l/alpha", 1001, 1000);
        preview(&dragged(&source), &source, destination, |_| false, survey).verdict
    }

    #[test]
    fn fits_is_never_said_before_the_survey_ends() {
        let destination = folder("/l/beta", 1002, 100);
        assert_eq!(verdict(&destination, &survey(50, false)), Verdict::Counting);
        assert_eq!(verdict(&destination, &survey(50, true)), Verdict::Fits);
    }

    #[test]
    fn too_much_is_said_as_soon_as_the_lower_bound_is_over() {
        let destination = folder("/l/beta", 1002, 100);
        assert_eq!(verdict(&destination, &survey(101, false)), Verdict::TooMuch(Amount { bytes: 1, inodes: 0 }));
    }

    #[test]
    fn inodes_are_held_to_the_limit_like_bytes() {
        let destination = folder("/l/beta", 1002, 100);
        let mut survey = survey(1, false);
        survey.amount.inodes = 12;
        assert_eq!(verdict(&destination, &survey), Verdict::TooMuch(Amount { bytes: 0, inodes: 2 }));
    }

    #[test]
    fn within_one_project_nothing_is_added() {
        let destination = folder("/l/alpha/old", 1001, 1);
        assert_eq!(verdict(&destination, &survey(50, true)), Verdict::Fits);
    }

    #[test]
    fn a_taken_name_is_told_and_stops_nothing() {
        let (source, destination) = (folder("/l/alpha", 1001, 1000), folder("/l/beta", 1002, 100));
        let told = |bytes| preview(&dragged(&source), &source, &destination, |_| true, &survey(bytes, true));
        assert_eq!((told(50).names_taken, told(50).verdict), (1, Verdict::Fits));
        assert_eq!(told(101).verdict, Verdict::TooMuch(Amount { bytes: 1, inodes: 0 }));
    }

    #[test]
    fn a_folder_cannot_be_dropped_into_itself_or_where_it_is() {
        let inside = folder("/l/alpha/results/deep", 1001, 100);
        assert_eq!(verdict(&inside, &survey(1, true)), Verdict::Impossible(Obstacle::IntoItself));
        let same = folder("/l/alpha", 1001, 100);
        assert_eq!(verdict(&same, &survey(1, true)), Verdict::Impossible(Obstacle::AlreadyThere));
    }
}
