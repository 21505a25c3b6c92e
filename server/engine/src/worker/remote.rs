//! A worker in another process: the order goes there, and the reports come back one by one.

use tracing::warn;

use super::{Action, StepOrder, StepReport, Then, Worker};
use crate::fs::FsResult;
use crate::fs::remote::{Conversation, Lost, Remote};
use crate::moves::event::Failure;
use crate::steps;

/// Nobody does more between two reports: numbers that are larger are not believed.
const ENTRIES_A_REPORT_MAX: u64 = 1 << 32;
const BYTES_A_REPORT_MAX: u64 = 1 << 50;
/// What a step notes is told to the next ones with their orders: no more than what an order can hold.
const NOTED_BYTES_MAX: usize = super::ORDER_BYTES_MAX / 2;
const MESSAGE_CHARACTERS_MAX: usize = 16 << 10;

impl Worker for Remote {
    /// Where the worker is gone before it has told the result, the step waits for another one if it may wait for
    /// servers, and fails else: whatever it has done is found out by whoever runs, undoes or probes it next.
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let told = match with_numbers_told(self, order) {
            Ok(told) => told,
            Err(error) => {
                warn!(id = %order.move_id, %error, "nobody tells what a project uses");
                hear(steps::out_of_reach(order));
                return;
            }
        };
        let closing = perform(self, told.as_ref().unwrap_or(order), hear).unwrap_or_else(|Lost| {
            warn!(id = %order.move_id, kind = ?order.kind, action = ?order.action, "the worker is gone in the middle of a step");
            steps::out_of_reach(order)
        });
        hear(closing);
    }
}

/// The order with what the worker's user is not told of projects, where it has to ask for room.
fn with_numbers_told(remote: &Remote, order: &StepOrder) -> FsResult<Option<StepOrder>> {
    if order.admissions.is_empty() {
        return Ok(None);
    }
    let mut order = order.clone();
    for admission in &mut order.admissions {
        let Some(project) = admission.project else { continue };
        admission.told = remote.told(admission.folder.device, project)?;
    }
    Ok(Some(order))
}

/// Answers the closing report.
fn perform(remote: &Remote, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) -> Result<StepReport, Lost> {
    let bytes = serde_json::to_vec(order).map_err(|_| Lost)?;
    let mut conversation = remote.connection().order(&bytes)?;
    let mut noted_bytes = 0;
    loop {
        let body = conversation.next()?;
        let then = match heard(order, &body) {
            Some(Heard::Closing(report)) => {
                conversation.close();
                return Ok(report);
            }
            Some(Heard::Progress(report)) => hear(report),
            Some(Heard::Noted(report)) if noted_bytes + body.len() <= NOTED_BYTES_MAX => {
                noted_bytes += body.len();
                hear(report)
            }
            _ => return give_up(order, conversation),
        };
        if conversation.answer(then == Then::Stop).is_err() {
            // It may be at work still, and has to be gone before anybody hears that it is.
            conversation.give_up();
            return Err(Lost);
        }
    }
}

fn give_up(order: &StepOrder, conversation: Conversation<'_>) -> Result<StepReport, Lost> {
    warn!(id = %order.move_id, kind = ?order.kind, "a worker reports what no step reports: it is not believed any more");
    conversation.give_up();
    Err(Lost)
}

enum Heard {
    Progress(StepReport),
    Noted(StepReport),
    Closing(StepReport),
}

/// A report that fits the order; none if no step would make it.
fn heard(order: &StepOrder, body: &[u8]) -> Option<Heard> {
    let report: StepReport = serde_json::from_slice(body).ok()?;
    let is_question = matches!(order.action, Action::Probe | Action::Look);
    match report {
        StepReport::Progress { entries, bytes } => {
            let is_believed = entries <= ENTRIES_A_REPORT_MAX && bytes <= BYTES_A_REPORT_MAX;
            is_believed.then_some(Heard::Progress(StepReport::Progress { entries, bytes }))
        }
        // What is only asked notes nothing, and the journal would not take it.
        StepReport::Noted(note) => (!is_question).then_some(Heard::Noted(StepReport::Noted(note))),
        StepReport::Finished => (!is_question).then_some(Heard::Closing(StepReport::Finished)),
        StepReport::Probed(probe) => is_question.then_some(Heard::Closing(StepReport::Probed(probe))),
        StepReport::Failed(failure) => Some(Heard::Closing(StepReport::Failed(plain(&failure)))),
        StepReport::Waits { wait, failure } => Some(Heard::Closing(StepReport::Waits { wait, failure: plain(&failure) })),
    }
}

/// What is believed of a report is small and harmless.
#[cfg(feature = "fuzzing")]
pub(crate) fn fuzz(order: &StepOrder, body: &[u8]) {
    let failure = match heard(order, body) {
        Some(Heard::Closing(StepReport::Failed(failure) | StepReport::Waits { failure, .. })) => failure,
        _ => return,
    };
    assert!(!failure.message.chars().any(char::is_control) && failure.message.len() <= 10 * MESSAGE_CHARACTERS_MAX);
}

/// A failure whose message is one line, not too long, and does nothing to whoever reads it.
fn plain(failure: &Failure) -> Failure {
    let message: String = failure.message.chars().take(MESSAGE_CHARACTERS_MAX).collect();
    Failure { kind: failure.kind, message: tidelock_shared::name::shown(message.as_bytes()).into_owned() }
}
