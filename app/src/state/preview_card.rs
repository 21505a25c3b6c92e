//! The words on the card beside the pointer.

use tidelock_shared::preview::{Obstacle, Preview, SurveyProgress, Verdict};
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::strategy::StrategyReason;

use crate::format;
use crate::state::drag::Outlook;
use crate::words::words;

/// How the card looks; never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
}

/// What the card says, from the most to the least important line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub tone: Tone,
    /// Instant or a copy; empty where it does not fit, for that is what matters then.
    pub headline: String,
    /// What it adds there.
    pub adds: String,
    /// Fits or not, and why.
    pub verdict: String,
    /// What the plan will ask.
    pub question: Option<String>,
}

/// Words for a preview, given as far as the survey has come.
pub fn card(preview: &Preview, survey: &SurveyProgress) -> Card {
    if let Verdict::Impossible(obstacle) = preview.verdict {
        let (headline, verdict) = obstacle_words(obstacle);
        return Card {
            tone: Tone::Bad,
            headline: headline.to_owned(),
            adds: String::new(),
            verdict: verdict.to_owned(),
            question: None,
        };
    }
    let stays_charged = matches!(preview.reason, StrategyReason::NoProjects)
        || matches!(preview.reason, StrategyReason::SameCharge) && preview.adds == Amount::ZERO;
    let adds = if stays_charged {
        words().adds_nothing().to_owned()
    } else {
        words().adds(at_least(survey), &tally(preview.adds, survey))
    };
    let headline = if matches!(preview.verdict, Verdict::TooMuch(_)) { String::new() } else { headline(preview, survey) };
    let (tone, verdict) = match preview.verdict {
        Verdict::Counting => (Tone::Plain, words().still_counting(&room(preview.headroom))),
        Verdict::Fits => (Tone::Good, words().fits(&room(preview.headroom))),
        Verdict::TooMuch(over) => (Tone::Bad, too_big(preview, over, survey)),
        Verdict::Impossible(_) => (Tone::Bad, String::new()),
    };
    let question = question(preview.names_taken).filter(|_| tone != Tone::Bad);
    Card { tone, headline, adds, verdict, question }
}

fn question(names_taken: u64) -> Option<String> {
    match names_taken {
        0 => None,
        1 => Some(words().name_taken_ask().to_owned()),
        many => Some(words().names_taken_ask(&format::count(many))),
    }
}

/// Why letting go there does nothing, as one sentence; none where nothing needs saying.
pub fn refusal(outlook: &Outlook) -> Option<String> {
    let (folder, why) = match outlook {
        Outlook::Nowhere | Outlook::Asking(_) => return None,
        Outlook::Unreadable(folder, message) => (folder, message.clone()),
        Outlook::Preview { destination, preview, survey } => match preview.verdict {
            // Put back where it came from: that is how one changes one's mind.
            Verdict::Impossible(Obstacle::AlreadyThere) | Verdict::Counting | Verdict::Fits => return None,
            Verdict::TooMuch(_) | Verdict::Impossible(_) => (&destination.path, card(preview, survey).verdict),
        },
    };
    Some(words().not_moved_to(&folder.shown(), &why))
}

fn headline(preview: &Preview, survey: &SurveyProgress) -> String {
    if preview.strategy.copies_data() {
        words().copies(at_least(survey), &format::bytes(survey.amount.bytes))
    } else {
        words().instant_no_copy().to_owned()
    }
}

fn at_least(survey: &SurveyProgress) -> &'static str {
    if survey.is_complete { "" } else { words().least() }
}

fn tally(amount: Amount, survey: &SurveyProgress) -> String {
    let so_far = if survey.is_complete { "" } else { words().so_far() };
    format!("{} · {}{so_far}", format::bytes(amount.bytes), words().inodes(amount.inodes))
}

fn room(headroom: Headroom) -> String {
    match (headroom.bytes, headroom.inodes) {
        (None, None) => words().no_limit_here().to_owned(),
        (Some(bytes), None) => words().room_for(&format::bytes(bytes)),
        (None, Some(inodes)) => words().room_for(&words().inodes(inodes)),
        (Some(bytes), Some(inodes)) => words().room_for_both(&format::bytes(bytes), &words().inodes(inodes)),
    }
}

/// Both numbers of each quantity that does not fit: what it needs and what there is.
fn too_big(preview: &Preview, over: Amount, survey: &SurveyProgress) -> String {
    let mut reasons = Vec::new();
    if over.bytes > 0 {
        let room = preview.headroom.bytes.unwrap_or_default();
        reasons.push(words().needs(
            at_least(survey),
            &format::bytes(preview.adds.bytes),
            &if room == 0 { "0 B".to_owned() } else { format::bytes(room) },
        ));
    }
    if over.inodes > 0 {
        reasons.push(words().needs(
            at_least(survey),
            &words().inodes(preview.adds.inodes),
            &format::count(preview.headroom.inodes.unwrap_or_default()),
        ));
    }
    words().too_big(&reasons.join("; "))
}

fn obstacle_words(obstacle: Obstacle) -> (&'static str, &'static str) {
    match obstacle {
        Obstacle::AlreadyThere => (words().already_here(), words().already_here_why()),
        Obstacle::IntoItself => (words().not_into_itself(), words().not_into_itself_why()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::drag::tests::{folder, survey, thing};
    use tidelock_shared::preview::preview;

    fn check(bytes: u64, is_complete: bool, room: u64, expected: [&str; 3]) {
        let (source, destination) = (folder("/l/alpha", 1, 1 << 40), folder("/l/beta", 2, room));
        let survey = survey(1, bytes, is_complete);
        let preview = preview(&[thing(&source, "run")], &source, &destination, |_| false, &survey);
        let Card { headline, adds, verdict, .. } = card(&preview, &survey);
        assert_eq!([headline.as_str(), &adds, &verdict], expected);
    }

    #[test]
    fn fits_is_said_only_when_everything_was_counted() {
        check(1 << 30, true, 2 << 30, ["Instant · no copy", "Adds 1.00 GiB · 3 inodes", "Fits. Room for 2.00 GiB"]);
        check(
            1 << 30,
            false,
            2 << 30,
            ["Instant · no copy", "Adds at least 1.00 GiB · 3 inodes so far…", "Still counting. Room for 2.00 GiB"],
        );
    }

    #[test]
    fn too_big_names_both_numbers_as_soon_as_the_lower_bound_is_over() {
        check(
            3 << 30,
            false,
            2 << 30,
            ["", "Adds at least 3.00 GiB · 3 inodes so far…", "Too big: needs at least 3.00 GiB, room for 2.00 GiB"],
        );
    }

    #[test]
    fn a_copy_is_never_called_instant() {
        let (source, mut destination) = (folder("/l/alpha", 1, 1 << 40), folder("/x/beta", 2, 1 << 40));
        destination.mount.id = 2;
        let survey = survey(1, 1 << 30, true);
        let preview = preview(&[thing(&source, "run")], &source, &destination, |_| false, &survey);
        assert_eq!(card(&preview, &survey).headline, "Copies 1.00 GiB");
    }

    #[test]
    fn a_taken_name_is_a_question_and_not_an_obstacle() {
        let (source, destination) = (folder("/l/alpha", 1, 1 << 40), folder("/l/beta", 2, 2 << 30));
        let things = [thing(&source, "run"), thing(&source, "other")];
        let told = |count: usize, bytes| {
            let survey = survey(1, bytes, true);
            card(&preview(&things[..count], &source, &destination, |_| true, &survey), &survey)
        };
        let card = told(1, 1 << 30);
        assert_eq!((card.tone, card.verdict.as_str()), (Tone::Good, "Fits. Room for 2.00 GiB"));
        assert_eq!(card.question.as_deref(), Some("Name is taken: you choose in the plan"));
        assert_eq!(told(2, 1 << 30).question.as_deref(), Some("2 names are taken: you choose in the plan"));
        assert_eq!(told(1, 3 << 30).question, None, "what does not fit need not be asked about");
    }

    #[test]
    fn an_obstacle_is_explained() {
        let source = folder("/l/alpha", 1, 1 << 40);
        let survey = survey(1, 1, true);
        let preview = preview(&[thing(&source, "run")], &source, &source, |_| false, &survey);
        let card = card(&preview, &survey);
        assert_eq!((card.tone, card.headline.as_str()), (Tone::Bad, "Already here"));
    }
}
