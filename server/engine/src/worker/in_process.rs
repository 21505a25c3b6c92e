//! A worker that runs the step here and now, as whoever this process is.

use std::sync::Arc;

use super::{StepOrder, StepReport, Then, Worker};
use crate::fs::FileSystem;
use crate::steps;

/// Runs steps on a file system of this process.
pub struct InProcess {
    fs: Arc<dyn FileSystem>,
}

impl InProcess {
    pub fn new(fs: Arc<dyn FileSystem>) -> Self {
        Self { fs }
    }
}

impl Worker for InProcess {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let result = steps::perform(&*self.fs, order, hear);
        hear(result);
    }
}
