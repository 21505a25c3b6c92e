//! Who runs a step: what it is told (an order) and what it answers (reports).
//!
//! Both are plain values that can be written down, so the same step runs in this process, in
//! a process that has become the user, or as a job on another node. The executor knows
//! nothing else of whoever does the work.

mod host;
mod in_process;
mod message;
mod remote;

pub use host::{HostError, host};
pub use in_process::InProcess;
pub use message::{Action, Admission, Probe, RecordOrder, StepOrder, StepReport, Then, Wait};

/// An order over the wire is not longer, with all that its move has noted.
const ORDER_BYTES_MAX: usize = 512 << 20;

/// Somebody who performs orders.
pub trait Worker: Send + Sync {
    /// Performs one order. `hear` is told of progress and notes while it runs and of the
    /// result at the end; a note counts as written down once `hear` has returned. When it
    /// answers [`Then::Stop`] the worker stops at the next safe place and reports that.
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then);
}

/// An order, and below it a report: both are read again from what they are written as, and of the report no more is believed
/// than the order allows.
#[cfg(feature = "fuzzing")]
pub(crate) fn fuzz(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let Ok(order) = serde_json::from_slice::<StepOrder>(&bytes[..end]) else { return };
    let written = serde_json::to_vec(&order).unwrap_or_default();
    assert_eq!(serde_json::from_slice::<StepOrder>(&written).ok().as_ref(), Some(&order));
    remote::fuzz(&order, &bytes[end..]);
}

#[cfg(test)]
mod tests;
