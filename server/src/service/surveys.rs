//! Surveys for browsers that drag: counted on a thread of their own, followed live, and stopped
//! when nobody follows any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tidelock_engine::Engine;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::planner::plan::Tally;
use tidelock_engine::survey::{Question, SurveyError, survey_item};
use tidelock_shared::id::SurveyId;
use tidelock_shared::name::FilePath;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::user_error::UserError;
use tokio::sync::watch;

use super::Place;
use crate::user_error;
use crate::words::{Words, language, within, words};

/// Without a follower a survey ends after this long.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(10);
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// The oldest makes room for one more.
const KEPT_MAX: usize = 64;

/// Every survey that is running or has lately been.
#[derive(Default)]
pub(crate) struct Surveys {
    last: AtomicU32,
    kept: Mutex<BTreeMap<SurveyId, Arc<Survey>>>,
}

struct Survey {
    /// Nobody else may look.
    owner: String,
    progress: watch::Sender<SurveyProgress>,
    asked: Mutex<Instant>,
}

impl Surveys {
    /// Starts to count what `sources` hold, as `fs` sees it.
    pub(super) fn start(
        &self,
        engine: &Engine,
        fs: Arc<dyn FileSystem>,
        owner: &str,
        sources: Vec<FilePath>,
        place: Place,
    ) -> Result<SurveyProgress, UserError> {
        let id = SurveyId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        let begin = progress_of(id, 1, &Tally::default());
        let survey = Arc::new(Survey {
            owner: owner.to_owned(),
            progress: watch::Sender::new(begin.clone()),
            asked: Mutex::new(Instant::now()),
        });
        {
            let mut kept = self.kept.lock();
            kept.insert(id, survey.clone());
            if kept.len() > KEPT_MAX
                && let Some((_, oldest)) = kept.pop_first()
            {
                *oldest.asked.lock() -= FOLLOWED_WITHIN;
            }
        }
        let engine = engine.clone();
        let language = language();
        let work = move || {
            let _place = place;
            within(language, || {
                Count { engine: &engine, survey: &survey, done: Tally::default(), told: Instant::now() }.run(&*fs, &sources);
            });
        };
        std::thread::Builder::new().name(format!("survey {}", id.0)).spawn(work).map_err(|error| {
            UserError::new("unavailable", words().survey_not_started(&error.to_string())).hint(words().try_again())
        })?;
        Ok(begin)
    }

    /// How far a survey of this owner has come.
    pub(super) fn get(&self, id: SurveyId, owner: &str) -> Result<SurveyProgress, UserError> {
        let survey = self.find(id, owner)?;
        *survey.asked.lock() = Instant::now();
        Ok(survey.progress.borrow().clone())
    }

    /// Follows a survey of this owner.
    pub(crate) fn follow(&self, id: SurveyId, owner: &str) -> Result<watch::Receiver<SurveyProgress>, UserError> {
        Ok(self.find(id, owner)?.progress.subscribe())
    }

    fn find(&self, id: SurveyId, owner: &str) -> Result<Arc<Survey>, UserError> {
        let found = self.kept.lock().get(&id).filter(|survey| survey.owner == owner).cloned();
        found.ok_or_else(|| UserError::new("not_found", words().survey_gone()).hint(words().start_anew()))
    }
}

impl Survey {
    fn is_followed(&self) -> bool {
        let mut asked = self.asked.lock();
        if self.progress.receiver_count() > 0 {
            *asked = Instant::now();
        }
        asked.elapsed() < FOLLOWED_WITHIN
    }

    fn tell(&self, tally: &Tally, is_complete: bool, error: Option<String>) {
        self.progress.send_modify(|progress| {
            let counted = progress_of(progress.id, progress.sequence + 1, tally);
            *progress = SurveyProgress { is_complete, error, ..counted };
        });
    }
}

fn progress_of(id: SurveyId, sequence: u64, tally: &Tally) -> SurveyProgress {
    SurveyProgress {
        id,
        sequence,
        amount: tally.amount,
        entries: tally.entries,
        other_kinds: tally.other_kinds,
        released: tally.released,
        is_complete: false,
        error: None,
    }
}

/// One survey at work.
struct Count<'a> {
    engine: &'a Engine,
    survey: &'a Survey,
    /// Of the sources that are through.
    done: Tally,
    told: Instant,
}

impl Count<'_> {
    fn run(mut self, fs: &dyn FileSystem, sources: &[FilePath]) {
        for source in sources {
            match self.count(fs, source) {
                Ok(tally) => self.done.add(&tally),
                Err(SurveyError::Stopped) => {
                    return self.survey.tell(&self.done, false, Some(words().nobody_followed().to_owned()));
                }
                Err(SurveyError::FileSystem(error)) => {
                    let told = user_error::fs_error(Words::doing_count, source, &error);
                    return self.survey.tell(&self.done, false, Some(told.message));
                }
            }
        }
        self.survey.tell(&self.done, true, None);
    }

    fn count(&mut self, fs: &dyn FileSystem, source: &FilePath) -> Result<Tally, SurveyError> {
        let Some((parent, name)) = source.split_last() else { return Ok(Tally::default()) };
        let question = Question { destination_tag: None, copied_to: None };
        let crew = self.engine.crew();
        let mut hear = |tally: &Tally| self.hear(tally);
        Ok(survey_item(fs, crew, &parent, name, &question, &mut hear)?.tally)
    }

    /// Answers false to stop.
    fn hear(&mut self, tally: &Tally) -> bool {
        if self.told.elapsed() < TOLD_EVERY {
            return true;
        }
        self.told = Instant::now();
        let mut so_far = self.done.clone();
        so_far.add(tally);
        self.survey.tell(&so_far, false, None);
        self.survey.is_followed() && !self.engine.is_halted()
    }
}
