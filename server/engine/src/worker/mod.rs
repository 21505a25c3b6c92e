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

#[cfg(test)]
mod tests;
