//! The plan in the drawer: asked for, shown, agreed to, started.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::MoveView;
use tidelock_shared::request::{Consent, MoveRequest, OnConflict};
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::wasm_split;

use super::{Call, Moves};
use crate::api::{self, ApiError};
use crate::browser;
use crate::state::conflicts::{self, TakenName};
use crate::state::{move_words, plan_link};
use crate::words::words;

/// The world goes on: after so long a plan is not started any more, but made anew.
const EXPIRES_AFTER: Duration = Duration::from_secs(600);

/// What the drawer is asked to plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proposal {
    Move(MoveRequest),
    Undo(MoveId),
}

/// Things that a destination is to be chosen for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    pub things: Vec<FilePath>,
    /// The folder in the other pane.
    pub beside: Option<FilePath>,
}

impl Departure {
    /// None if there is nothing to move.
    pub fn of(things: Vec<FilePath>, beside: Option<FilePath>) -> Option<Self> {
        (!things.is_empty()).then_some(Self { things, beside })
    }
}

/// How far the drawer has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// With what was planned before, if only an answer to it has changed.
    Planning(Option<Arc<Plan>>),
    Planned(Arc<Plan>),
    /// Too long ago to be started.
    Expired(Arc<Plan>),
    /// The primary button was pressed.
    Starting(Arc<Plan>),
    Failed(UserError),
}

impl Stage {
    fn plan(&self) -> Option<Arc<Plan>> {
        match self {
            Self::Planning(plan) => plan.clone(),
            Self::Planned(plan) | Self::Expired(plan) | Self::Starting(plan) => Some(plan.clone()),
            Self::Failed(_) => None,
        }
    }
}

/// The drawer's state.
#[derive(Clone, Copy)]
pub struct Planning {
    /// What the "Move to…" dialog is open for.
    pub departing: RwSignal<Option<Departure>>,
    pub proposal: RwSignal<Option<Proposal>>,
    pub stage: RwSignal<Stage>,
    /// Names that were found taken since the drawer opened.
    pub taken: RwSignal<Vec<TakenName>>,
    /// Counts up with every move that was started here.
    pub started: RwSignal<u32>,
    moves: Moves,
    spoken: RwSignal<String>,
    /// One key per drawer: pressing the button twice starts one move.
    key: StoredValue<String>,
    /// Counts up with every question, so that an answer to an older one is dropped.
    question: StoredValue<u32>,
}

impl Planning {
    pub(super) fn new(moves: Moves, spoken: RwSignal<String>) -> Self {
        Self {
            departing: RwSignal::new(None),
            proposal: RwSignal::new(None),
            stage: RwSignal::new(Stage::Planning(None)),
            taken: RwSignal::new(Vec::new()),
            started: RwSignal::new(0),
            moves,
            spoken,
            key: StoredValue::new(String::new()),
            question: StoredValue::new(0),
        }
    }

    /// Opens the drawer and asks for the plan.
    pub fn propose(self, proposal: Proposal) {
        self.key.set_value(browser::random_key());
        self.taken.set(Vec::new());
        self.stage.set(Stage::Planning(None));
        self.proposal.set(Some(proposal));
        self.ask();
    }

    /// Asks for the plan of the same proposal again.
    pub fn ask(self) {
        let Some(proposal) = self.proposal.get_untracked() else { return };
        self.stage.update(|stage| *stage = Stage::Planning(stage.plan()));
        let question = self.next_question();
        spawn_local(async move {
            let answer = async { plan_for(proposal.clone()).await?.await }.await;
            if self.question.get_value() == question {
                if let (Proposal::Move(request), Ok(plan)) = (&proposal, &answer) {
                    self.learn(request, plan);
                }
                self.stage.set(answer.map_or_else(|error| Stage::Failed(error.0), |plan| Stage::Planned(Arc::new(plan))));
                set_timeout(move || self.expire(question), EXPIRES_AFTER);
            }
        });
    }

    /// The plan that answered a question has grown old, if it is still the one that is shown.
    fn expire(self, question: u32) {
        if self.question.get_value() != question {
            return;
        }
        if let Stage::Planned(plan) = self.stage.get_untracked() {
            self.stage.set(Stage::Expired(plan));
        }
    }

    /// Proposes what the address of the page says.
    ///
    /// # Errors
    /// It says nothing that can be read, or the code for it could not be loaded.
    pub async fn propose_linked(self, query: String) -> Result<(), ApiError> {
        self.propose(read_link(query).await?);
        Ok(())
    }

    /// Agrees to something that the plan refuses otherwise, and plans again.
    pub fn agree(self, consent: Consent) {
        let mut is_new = false;
        self.proposal.update(|proposal| {
            if let Some(Proposal::Move(request)) = proposal
                && !request.allow.contains(&consent)
            {
                request.allow.push(consent);
                is_new = true;
            }
        });
        if is_new {
            self.ask();
        }
    }

    /// Whether what is copied is to be compared; none where there is nothing to choose.
    pub fn compares(self) -> Option<bool> {
        let copies = self.stage.with(|stage| stage.plan().is_some_and(|plan| plan.cost.bytes_copied > 0));
        self.proposal.with(|proposal| match proposal {
            Some(Proposal::Move(request)) if copies => Some(request.compare),
            _ => None,
        })
    }

    /// Wants it compared or not, and plans again: it takes longer.
    pub fn compare(self, compare: bool) {
        self.proposal.update(|proposal| {
            if let Some(Proposal::Move(request)) = proposal {
                request.compare = compare;
            }
        });
        self.ask();
    }

    fn learn(self, request: &MoveRequest, plan: &Plan) {
        let mut taken = self.taken.get_untracked();
        let known = taken.len();
        conflicts::learn(&mut taken, request, plan);
        // Shown anew only if there is something new: the keyboard may be in it.
        if taken.len() > known {
            self.taken.set(taken);
        }
    }

    /// Decides about one taken name, or about all of them, and plans again.
    pub fn answer(self, source: Option<&FilePath>, answer: OnConflict) {
        self.proposal.update(|proposal| {
            if let Some(Proposal::Move(request)) = proposal {
                self.taken.with_untracked(|taken| conflicts::answer(request, taken, source, answer));
            }
        });
        self.ask();
    }

    /// What there is to choose from for all taken names.
    pub fn offered(self, taken: &[TakenName]) -> Vec<OnConflict> {
        self.proposal.with_untracked(|proposal| match proposal {
            Some(Proposal::Move(request)) => conflicts::offered(request, taken),
            _ => Vec::new(),
        })
    }

    /// The answer that one taken name has.
    pub fn answer_for(self, source: &FilePath) -> OnConflict {
        self.with_request(|request| request.answer_for(source)).unwrap_or_default()
    }

    /// The answer that all taken names have.
    pub fn common_answer(self) -> Option<OnConflict> {
        self.with_request(|request| self.taken.with(|taken| conflicts::common_answer(request, taken))).flatten()
    }

    /// How many taken names are still to be decided.
    pub fn undecided(self) -> usize {
        self.with_request(|request| self.taken.with(|taken| conflicts::undecided(request, taken))).unwrap_or_default()
    }

    fn with_request<T>(self, ask: impl FnOnce(&MoveRequest) -> T) -> Option<T> {
        self.proposal.with(|proposal| match proposal {
            Some(Proposal::Move(request)) => Some(ask(request)),
            _ => None,
        })
    }

    /// Starts the move as planned; the drawer closes once the server has taken it.
    pub fn start(self) {
        let (Some(proposal), Stage::Planned(plan)) = (self.proposal.get_untracked(), self.stage.get_untracked()) else { return };
        self.stage.set(Stage::Starting(plan));
        let (question, key) = (self.next_question(), self.key.get_value());
        spawn_local(async move {
            let answer = self.launch(proposal, key).await;
            if self.question.get_value() == question {
                match answer {
                    Ok(()) => self.close(),
                    Err(ApiError(error)) => self.stage.set(Stage::Failed(error)),
                }
            }
        });
    }

    /// Has the server start it, and shows it among the moves.
    async fn launch(self, proposal: Proposal, key: String) -> Result<(), ApiError> {
        let view = start(proposal, key).await?.await?;
        self.spoken.set(words().started(&move_words::title(&view)));
        self.moves.take(view);
        self.moves.reload();
        self.started.update(|count| *count += 1);
        Ok(())
    }

    /// Starts a move at once where its plan has nothing to ask or to warn of and copies nothing;
    /// else the drawer opens as ever.
    pub fn start_unless_it_asks(self, request: MoveRequest) {
        spawn_local(async move {
            let proposal = Proposal::Move(request);
            let plan = async { plan_for(proposal.clone()).await?.await }.await;
            let asks = !plan.is_ok_and(|plan| !plan.is_refused() && plan.warnings.is_empty() && plan.cost.bytes_copied == 0);
            if asks || self.launch(proposal.clone(), browser::random_key()).await.is_err() {
                self.propose(proposal);
            }
        });
    }

    pub fn close(self) {
        self.next_question();
        self.proposal.set(None);
    }

    fn next_question(self) -> u32 {
        self.question.update_value(|question| *question += 1);
        self.question.get_value()
    }
}

/// Asks the server. Loaded with the drawer's content: nothing else of the page reads plans.
#[wasm_split(plan, fallible)]
fn plan_for(proposal: Proposal) -> Result<Call<Plan>, ApiError> {
    Ok(Box::pin(async move {
        match proposal {
            Proposal::Move(request) => api::plan(request).await,
            Proposal::Undo(id) => api::plan_undo(id).await,
        }
    }))
}

#[wasm_split(plan, fallible)]
fn read_link(query: String) -> Result<Proposal, ApiError> {
    plan_link::read(&query).ok_or_else(|| UserError::new("bad_request", words().plan_link_unreadable()).into())
}

#[wasm_split(plan, fallible)]
fn start(proposal: Proposal, key: String) -> Result<Call<MoveView>, ApiError> {
    Ok(Box::pin(async move {
        match proposal {
            Proposal::Move(request) => api::start_move(request, Some(key)).await,
            Proposal::Undo(id) => api::undo_move(id).await,
        }
    }))
}
