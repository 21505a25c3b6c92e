//! What is in the hand, over what, and what dropping it there would do.

use std::collections::HashMap;

use tidelock_shared::listing::{Destination, FolderInfo};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::preview::{Dragged, Preview, SurveyProgress, Verdict, preview};
use tidelock_shared::request::MoveRequest;

use super::clipboard;

/// A drag from its first movement to its drop.
#[derive(Clone, Debug, PartialEq)]
pub struct Drag {
    pub things: Vec<Dragged>,
    /// The folder that they come from.
    pub source: FolderInfo,
    /// What is known of their size; none until the server's first answer.
    pub survey: Option<SurveyProgress>,
    /// Why their size will not be known.
    pub failure: Option<String>,
    /// The folder under the pointer.
    pub over: Option<FilePath>,
    /// The pointer, in the window.
    pub pointer: (f64, f64),
    /// What is known of folders that were hovered over, each asked for once.
    folders: HashMap<FilePath, Known>,
}

/// What is known of a folder.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Asked,
    /// It is on the screen, and not asked for yet.
    Expected(Box<Destination>),
    Destination(Box<Destination>),
    Unreadable(String),
}

/// What the card says.
#[derive(Clone, Debug, PartialEq)]
pub enum Outlook {
    /// Not over a folder.
    Nowhere,
    /// The numbers are still on their way.
    Asking(FilePath),
    /// The folder or the dragged things cannot be read.
    Unreadable(FilePath, String),
    Preview {
        destination: Box<FolderInfo>,
        preview: Preview,
        survey: SurveyProgress,
    },
}

impl Drag {
    pub fn new(things: Vec<Dragged>, source: FolderInfo, pointer: (f64, f64)) -> Self {
        Self { things, source, survey: None, failure: None, over: None, pointer, folders: HashMap::new() }
    }

    pub fn sources(&self) -> Vec<FilePath> {
        self.things.iter().map(|thing| thing.folder.join(thing.entry.name.clone())).collect()
    }

    pub fn names(&self) -> Vec<FileName> {
        self.things.iter().map(|thing| thing.entry.name.clone()).collect()
    }

    /// Moves over a folder, or over none. True if the folder has to be asked for.
    pub fn hover(&mut self, folder: Option<FilePath>) -> bool {
        self.over.clone_from(&folder);
        let Some(folder) = folder else { return false };
        match self.folders.remove(&folder) {
            None => {
                self.folders.insert(folder, Known::Asked);
                true
            }
            // What is known of it holds until the answer is there.
            Some(Known::Expected(destination)) => {
                self.folders.insert(folder, Known::Destination(destination));
                true
            }
            Some(known) => {
                self.folders.insert(folder, known);
                false
            }
        }
    }

    /// Takes a folder that is on the screen: it can be previewed before it is asked for.
    pub fn expect(&mut self, folder: FolderInfo) {
        let expected = Destination { folder: folder.clone(), taken: Vec::new() };
        self.folders.insert(folder.path, Known::Expected(Box::new(expected)));
    }

    /// Takes a folder that was asked for.
    pub fn learn(&mut self, folder: FilePath, answer: Result<Destination, String>) {
        let known = match answer {
            Ok(destination) => Known::Destination(Box::new(destination)),
            Err(message) => Known::Unreadable(message),
        };
        self.folders.insert(folder, known);
    }

    /// Takes a survey's count; an older one does not count down again.
    pub fn count(&mut self, survey: SurveyProgress) {
        if self.survey.as_ref().is_none_or(|known| known.sequence <= survey.sequence) {
            self.survey = Some(survey);
        }
    }

    /// The survey could not be made; the plan will try again after the drop.
    pub fn fail(&mut self, message: String) {
        self.failure = Some(message);
    }

    pub fn outlook(&self) -> Outlook {
        let Some(over) = &self.over else { return Outlook::Nowhere };
        let destination = match self.folders.get(over) {
            None | Some(Known::Asked) => return Outlook::Asking(over.clone()),
            Some(Known::Unreadable(message)) => return Outlook::Unreadable(over.clone(), message.clone()),
            Some(Known::Destination(known) | Known::Expected(known)) => known,
        };
        let Some(survey) = &self.survey else {
            return match &self.failure {
                Some(message) => Outlook::Unreadable(over.clone(), message.clone()),
                None => Outlook::Asking(over.clone()),
            };
        };
        let taken = |name: &_| destination.taken.contains(name);
        let preview = preview(&self.things, &self.source, &destination.folder, taken, survey);
        match &survey.error {
            Some(message) if !matches!(preview.verdict, Verdict::Impossible(_)) => {
                Outlook::Unreadable(over.clone(), message.clone())
            }
            _ => Outlook::Preview { destination: Box::new(destination.folder.clone()), preview, survey: survey.clone() },
        }
    }

    /// Whether letting go here does nothing, because it is known to be impossible.
    pub fn is_refused(&self) -> bool {
        match self.outlook() {
            Outlook::Nowhere | Outlook::Unreadable(..) => true,
            Outlook::Asking(_) => false,
            Outlook::Preview { preview, .. } => matches!(preview.verdict, Verdict::TooMuch(_) | Verdict::Impossible(_)),
        }
    }

    /// The move that letting go asks for.
    pub fn dropped(&self) -> Option<MoveRequest> {
        let destination = self.over.as_ref().filter(|_| !self.is_refused())?;
        Some(clipboard::request(self.things.iter().map(|thing| self.source.path.join(thing.entry.name.clone())), destination))
    }
}

/// How far the pointer travels before a press becomes a drag.
pub const THRESHOLD: f64 = 5.0;

/// Whether a press at one place that is now at another has become a drag.
pub fn has_begun(pressed: (f64, f64), now: (f64, f64)) -> bool {
    (now.0 - pressed.0).hypot(now.1 - pressed.1) >= THRESHOLD
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::state::rows::tests::entry;
    use tidelock_shared::id::{ProjectId, SurveyId};
    use tidelock_shared::listing::{Entry, Mount};
    use tidelock_shared::project::{Project, ProjectTag};
    use tidelock_shared::quota::{Amount, Bounds, Headroom, Limits};
    use tidelock_shared::strategy::{EntryKind, MountAbilities, RenameRule, SourceFlagRule};

    pub(crate) fn path(text: &str) -> FilePath {
        FilePath::parse(text.as_bytes()).unwrap()
    }

    pub(crate) fn folder(text: &str, id: u32, hard_bytes: u64) -> FolderInfo {
        FolderInfo {
            path: path(text),
            root: FilePath::default(),
            tag: ProjectTag { id: ProjectId(id), inherit: true },
            project: Project {
                id: Some(ProjectId(id)),
                name: text.rsplit('/').next().unwrap_or_default().to_owned(),
                root: path(text),
                usage: Some(Amount::ZERO),
                limits: Limits { bytes: Bounds { soft: None, hard: Some(hard_bytes) }, inodes: Bounds::default() },
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

    pub(crate) fn thing(source: &FolderInfo, name: &str) -> Dragged {
        let entry = Entry { kind: EntryKind::Folder, project: source.project.id, ..entry(name) };
        Dragged { folder: source.path.clone(), entry }
    }

    pub(crate) fn survey(sequence: u64, bytes: u64, is_complete: bool) -> SurveyProgress {
        let amount = Amount { bytes, inodes: 3 };
        SurveyProgress { id: SurveyId(1), sequence, amount, entries: 3, other_kinds: 0, released: 0, is_complete, error: None }
    }

    fn known(folder: FolderInfo) -> Result<Destination, String> {
        Ok(Destination { folder, taken: Vec::new() })
    }

    fn drag() -> Drag {
        let source = folder("/l/alpha", 1, 1000);
        Drag::new(vec![thing(&source, "run")], source, (0.0, 0.0))
    }

    #[test]
    fn a_hovered_folder_is_asked_for_once() {
        let mut drag = drag();
        assert!(drag.hover(Some(path("/l/beta"))));
        assert!(!drag.hover(None));
        assert!(!drag.hover(Some(path("/l/beta"))));
        assert_eq!(drag.outlook(), Outlook::Asking(path("/l/beta")));
    }

    #[test]
    fn what_is_on_the_screen_is_previewed_before_it_is_asked_for() {
        let mut drag = drag();
        drag.count(survey(1, 5, true));
        drag.expect(folder("/l/beta", 2, 100));
        assert!(drag.hover(Some(path("/l/beta"))));
        assert!(matches!(drag.outlook(), Outlook::Preview { preview, .. } if preview.names_taken == 0));
        let taken = drag.names();
        drag.learn(path("/l/beta"), Ok(Destination { folder: folder("/l/beta", 2, 100), taken }));
        assert!(matches!(drag.outlook(), Outlook::Preview { preview, .. } if preview.names_taken == 1));
        assert!(!drag.hover(Some(path("/l/beta"))));
    }

    #[test]
    fn a_drop_is_refused_only_where_that_is_known() {
        let mut drag = drag();
        drag.hover(Some(path("/l/beta")));
        assert!(drag.dropped().is_some(), "the plan decides while the numbers are on their way");
        drag.learn(path("/l/beta"), known(folder("/l/beta", 2, 100)));
        drag.count(survey(1, 50, false));
        assert!(drag.dropped().is_some());
        drag.count(survey(2, 101, false));
        assert_eq!(drag.dropped(), None);
        drag.count(survey(1, 50, false));
        assert_eq!(drag.dropped(), None, "a late message does not count down");
    }

    #[test]
    fn a_drop_where_it_came_from_or_nowhere_does_nothing() {
        let mut drag = drag();
        assert_eq!(drag.dropped(), None);
        drag.count(survey(1, 1, true));
        drag.hover(Some(path("/l/alpha")));
        drag.learn(path("/l/alpha"), known(folder("/l/alpha", 1, 100)));
        assert_eq!(drag.dropped(), None);
    }

    #[test]
    fn a_press_becomes_a_drag_after_a_few_pixels() {
        assert!(!has_begun((10.0, 10.0), (12.0, 12.0)));
        assert!(has_begun((10.0, 10.0), (10.0, 16.0)));
    }
}
