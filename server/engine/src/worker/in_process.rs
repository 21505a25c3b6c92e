//! A worker that runs the step here and now, as whoever this process is.

use std::sync::Arc;

use super::{StepOrder, StepReport, Then, Worker};
use crate::crew::{Alone, Crew};
use crate::fs::FileSystem;
use crate::steps;

/// Runs steps on a file system of this process.
pub struct InProcess {
    fs: Arc<dyn FileSystem>,
    crew: Arc<dyn Crew>,
}

impl InProcess {
    /// One hand does everything, call after call.
    pub fn new(fs: Arc<dyn FileSystem>) -> Self {
        Self::with_crew(fs, Arc::new(Alone))
    }

    /// The hands of `crew` do what may be done at once.
    pub fn with_crew(fs: Arc<dyn FileSystem>, crew: Arc<dyn Crew>) -> Self {
        Self { fs, crew }
    }
}

impl Worker for InProcess {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let result = steps::perform(&*self.fs, &*self.crew, order, hear);
        hear(result);
    }
}
