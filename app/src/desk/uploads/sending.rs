//! Sending: several files at a time, each in chunks that the browser reads off the disk itself.
//!
//! What the server says is there is there; so a chunk that was lost on the way, a page that was
//! loaded anew and a server that was started anew are all the same: it goes on where the file ends.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use js_sys::futures::JsFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::upload::{
    CHUNK_BYTES_MAX, ChunkAnswer, OnTaken, REFUSED_BUSY, REFUSED_FULL, REFUSED_OFFSET, UploadId, UploadRequest, UploadState,
};
use tidelock_shared::user_error::UserError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Blob, File, RequestInit, Response};

use super::REMEMBERED_KEY;
use crate::api::{self, ApiError};
use crate::browser;
use crate::desk::Desk;
use crate::state::upload::{Job, Stage, stage_after};
use crate::words::words;

/// Requests at a time.
const WORKERS: u32 = 4;
/// Progress is told so often at most.
const TOLD_EVERY_MS: i64 = 250;
/// Until the next try after a connection broke, and at most.
const RETRY_MS: i32 = 1_000;
const RETRY_MS_MAX: i32 = 30_000;
const BUSY_MS: i32 = 300;
/// So often a cancel waits for chunks that are still being written.
const CANCELS_TRIED: u32 = 100;

thread_local! {
    static RUNS: RefCell<Vec<Rc<Run>>> = const { RefCell::new(Vec::new()) };
}

/// An upload whose files are here.
struct Run {
    desk: Desk,
    id: UploadId,
    sizes: Vec<u64>,
    files: Vec<Option<File>>,
    progress: RefCell<Progress>,
}

#[derive(Default)]
struct Progress {
    received: Vec<u64>,
    /// The next file that nobody has taken.
    next: usize,
    /// Counts up with every pause and every start: who works for an earlier turn stops.
    turn: u32,
    workers: u32,
    controller: Option<AbortController>,
    told_ms: i64,
}

/// What became of a file.
enum Sent {
    Whole,
    /// The turn is over.
    Halted,
    Stopped(Stage),
}

/// Begins on the server, and then to send.
pub(super) async fn start(desk: Desk, request: UploadRequest, files: &[File]) -> Result<(), ApiError> {
    let paths: Vec<_> = request.files.iter().map(|file| file.path.clone()).collect();
    let state = api::begin_upload(request).await?;
    // Those whose names are taken may have been left out.
    let file_of = |path| paths.iter().position(|known| known == path).and_then(|place| files.get(place).cloned());
    let mut places = paths.iter().zip(files);
    let files = state.files.iter().map(|file| {
        let next = places.find(|(path, _)| **path == file.file.path).map(|(_, file)| file.clone());
        next.or_else(|| file_of(&file.file.path))
    });
    let files = files.collect();
    launch(desk, state, files);
    Ok(())
}

/// Sends what is missing.
pub(super) fn launch(desk: Desk, state: UploadState, files: Vec<Option<File>>) {
    let received: Vec<u64> = state.files.iter().map(|file| file.received).collect();
    let sizes = state.files.iter().map(|file| file.file.size).collect();
    put_job(desk, Job::new(state.upload.clone(), received.iter().sum(), Stage::Sending));
    let progress = RefCell::new(Progress { received, ..Progress::default() });
    let run = Rc::new(Run { desk, id: state.upload.id, sizes, files, progress });
    RUNS.with_borrow_mut(|runs| {
        runs.retain(|other| other.id != run.id);
        runs.push(run.clone());
    });
    remember(desk);
    run.begin();
}

/// Shows what an earlier page has left, and finishes what only had to be finished.
pub(super) async fn recall(desk: Desk) -> Result<(), ApiError> {
    for upload in api::uploads().await? {
        let state = api::upload(upload.id).await?;
        if state.upload.is_appearing || state.files.iter().all(|file| file.received == file.file.size) {
            let files = vec![None; state.files.len()];
            launch(desk, state, files);
        } else {
            let received = state.files.iter().map(|file| file.received).sum();
            put_job(desk, Job::new(state.upload, received, Stage::FilesNeeded));
        }
    }
    remember(desk);
    Ok(())
}

fn put_job(desk: Desk, job: Job) {
    desk.uploads.jobs.update(|jobs| {
        jobs.retain(|other| other.upload.id != job.upload.id);
        jobs.push(job);
    });
}

/// The next page looks for uploads only if there are some.
fn remember(desk: Desk) {
    let ids = desk.uploads.jobs.with_untracked(|jobs| {
        let open = jobs.iter().filter(|job| !job.is_over()).map(|job| job.upload.id.as_str());
        open.collect::<Vec<_>>().join(" ")
    });
    browser::remember(REMEMBERED_KEY, &ids);
}

fn run_of(id: &UploadId) -> Option<Rc<Run>> {
    RUNS.with_borrow(|runs| runs.iter().find(|run| run.id == *id).cloned())
}

fn forget(id: &UploadId) {
    RUNS.with_borrow_mut(|runs| runs.retain(|run| run.id != *id));
}

pub(super) fn pause(id: &UploadId) {
    if let Some(run) = run_of(id) {
        run.halt(Stage::Paused);
    }
}

pub(super) fn resume(id: &UploadId) {
    if let Some(run) = run_of(id) {
        run.begin();
    }
}

pub(super) fn finish(id: &UploadId, on_taken: OnTaken) {
    if let Some(run) = run_of(id) {
        spawn_local(async move { run.finish(on_taken).await });
    }
}

pub(super) fn dismiss(desk: Desk, id: &UploadId) {
    forget(id);
    desk.uploads.jobs.update(|jobs| jobs.retain(|job| job.upload.id != *id));
    remember(desk);
}

/// Stops sending, and has the server remove what is there.
pub(super) fn cancel(desk: Desk, id: &UploadId) {
    pause(id);
    let id = id.clone();
    spawn_local(async move {
        for _ in 0..CANCELS_TRIED {
            match api::cancel_upload(id.clone()).await {
                Err(ApiError(error)) if error.code == REFUSED_BUSY => sleep(BUSY_MS).await,
                Err(ApiError(error)) if error.code != "not_found" => return desk.notify(error.message),
                _ => {
                    dismiss(desk, &id);
                    return desk.spoken.set(words().upload_cancelled().to_owned());
                }
            }
        }
    });
}

impl Run {
    fn begin(self: &Rc<Self>) {
        let turn = {
            let mut progress = self.progress.borrow_mut();
            progress.turn += 1;
            progress.next = 0;
            progress.workers = WORKERS;
            progress.controller = AbortController::new().ok();
            progress.turn
        };
        self.enter(Stage::Sending);
        for _ in 0..WORKERS {
            let run = self.clone();
            spawn_local(async move { run.work(turn).await });
        }
    }

    /// Breaks off what is on its way.
    fn halt(&self, stage: Stage) {
        let controller = {
            let mut progress = self.progress.borrow_mut();
            progress.turn += 1;
            progress.controller.take()
        };
        if let Some(controller) = controller {
            controller.abort();
        }
        self.enter(stage);
    }

    fn is_turn(&self, turn: u32) -> bool {
        self.progress.borrow().turn == turn
    }

    async fn work(&self, turn: u32) {
        while let Some(number) = self.take(turn) {
            match self.send(number, turn).await {
                Sent::Whole => {}
                Sent::Halted => return,
                Sent::Stopped(stage) => {
                    if self.is_turn(turn) {
                        self.halt(stage);
                    }
                    return;
                }
            }
        }
        let is_last = {
            let mut progress = self.progress.borrow_mut();
            progress.workers = progress.workers.saturating_sub(u32::from(progress.turn == turn));
            progress.turn == turn && progress.workers == 0
        };
        if is_last {
            self.finish(OnTaken::Refuse).await;
        }
    }

    /// A file of which something is missing.
    fn take(&self, turn: u32) -> Option<usize> {
        let mut progress = self.progress.borrow_mut();
        while progress.turn == turn && progress.next < self.sizes.len() {
            let number = progress.next;
            progress.next += 1;
            if progress.received[number] < self.sizes[number] {
                return Some(number);
            }
        }
        None
    }

    async fn send(&self, number: usize, turn: u32) -> Sent {
        let mut pause = RETRY_MS;
        loop {
            let (from, size) = (self.progress.borrow().received[number], self.sizes[number]);
            if !self.is_turn(turn) {
                return Sent::Halted;
            }
            if from >= size {
                return Sent::Whole;
            }
            let to = size.min(from + CHUNK_BYTES_MAX);
            let chunk = self.files[number].as_ref().and_then(|file| file.slice_with_f64_and_f64(from as f64, to as f64).ok());
            let Some(chunk) = chunk else { return Sent::Stopped(Stage::Failed(unreadable(self.files[number].as_ref()))) };
            let answer = self.put(number, from, &chunk).await;
            if !self.is_turn(turn) {
                return Sent::Halted;
            }
            let problem = match answer {
                Ok(ChunkAnswer { length, problem }) => {
                    if let Some(length) = length {
                        self.advance(number, length.min(size));
                    }
                    problem
                }
                Err(_) if !is_readable(&chunk).await => {
                    return Sent::Stopped(Stage::Failed(unreadable(self.files[number].as_ref())));
                }
                Err(_) => Some(UserError::new("unavailable", words().server_unreachable())),
            };
            match problem {
                None => {
                    pause = RETRY_MS;
                    self.enter_unless(Stage::Sending);
                }
                Some(problem) if problem.code == REFUSED_OFFSET || problem.code == "bad_request" => {}
                Some(problem) if problem.code == REFUSED_BUSY => sleep(BUSY_MS).await,
                Some(problem) if problem.code == REFUSED_FULL => return Sent::Stopped(Stage::Full(problem)),
                Some(problem) if problem.code == "unavailable" => {
                    self.enter_unless(Stage::Lost);
                    sleep(pause).await;
                    pause = (pause * 2).min(RETRY_MS_MAX);
                }
                Some(problem) => return Sent::Stopped(Stage::Failed(problem)),
            }
        }
    }

    /// Sends a chunk. An error says that no answer came.
    async fn put(&self, number: usize, from: u64, chunk: &Blob) -> Result<ChunkAnswer, JsValue> {
        let init = RequestInit::new();
        init.set_method("PUT");
        init.set_body(chunk);
        init.set_signal(self.progress.borrow().controller.as_ref().map(AbortController::signal).as_ref());
        let url = format!("/api/uploads/{}/{number}?offset={from}", self.id);
        let response: Response = JsFuture::from(window().fetch_with_str_and_init(&url, &init)).await?.dyn_into()?;
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        // What stands before every request answers with the bare error.
        if let Ok(problem) = serde_json::from_slice::<UserError>(text.as_bytes()) {
            return Ok(ChunkAnswer { length: None, problem: Some(problem) });
        }
        let unknown = |_| UserError::new("internal", words().server_status(&response.status().to_string()));
        let answer = serde_json::from_slice(text.as_bytes());
        Ok(answer.unwrap_or_else(|error| ChunkAnswer { length: None, problem: Some(unknown(error)) }))
    }

    fn advance(&self, number: usize, length: u64) {
        let now_ms = browser::now_ms();
        let received = {
            let mut progress = self.progress.borrow_mut();
            progress.received[number] = length;
            if now_ms - progress.told_ms < TOLD_EVERY_MS {
                return;
            }
            progress.told_ms = now_ms;
            progress.received.iter().sum()
        };
        self.update(|job| job.advance(received, now_ms));
    }

    fn update(&self, change: impl FnOnce(&mut Job)) {
        self.desk.uploads.jobs.update(|jobs| {
            if let Some(job) = jobs.iter_mut().find(|job| job.upload.id == self.id) {
                change(job);
            }
        });
    }

    fn enter(&self, stage: Stage) {
        let received = self.progress.borrow().received.iter().sum();
        self.update(|job| {
            job.received = received;
            job.enter(stage);
        });
    }

    fn enter_unless(&self, stage: Stage) {
        let is_there = |jobs: &Vec<Job>| jobs.iter().any(|job| job.upload.id == self.id && job.stage == stage);
        if !self.desk.uploads.jobs.with_untracked(is_there) {
            self.enter(stage);
        }
    }

    /// Has the names appear; tries again by itself only where no answer came.
    async fn finish(&self, on_taken: OnTaken) {
        self.enter(Stage::Finishing);
        let mut pause = RETRY_MS;
        loop {
            match api::finish_upload(self.id.clone(), on_taken).await {
                Ok(uploaded) => return self.finished(uploaded.names),
                Err(ApiError(error)) if error.code == "unavailable" || error.code == REFUSED_BUSY => {
                    sleep(pause).await;
                    pause = (pause * 2).min(RETRY_MS_MAX);
                }
                Err(ApiError(error)) => return self.enter(stage_after(error)),
            }
        }
    }

    fn finished(&self, names: Vec<tidelock_shared::name::FileName>) {
        let mut told = None;
        let first = names.first().cloned();
        self.update(|job| {
            job.enter(Stage::Done(names));
            told = Some((job.upload.folder.clone(), job.title()));
        });
        forget(&self.id);
        remember(self.desk);
        if let (Some((folder, title)), Some(first)) = (told, first) {
            self.desk.spoken.set(words().uploaded(&title));
            self.desk.uploads.arrived.set(Some((folder, first)));
        }
        self.desk.moves.usage_version.update(|version| *version += 1);
    }
}

fn unreadable(file: Option<&File>) -> UserError {
    let name = file.map(File::name).unwrap_or_default();
    UserError::new("invalid", words().file_changed(&name)).hint(words().file_changed_hint())
}

/// Whether the browser can still read it: a file that was changed it gives away no more.
async fn is_readable(chunk: &Blob) -> bool {
    let Ok(first) = chunk.slice_with_f64_and_f64(0.0, 1.0) else { return false };
    JsFuture::from(first.array_buffer()).await.is_ok()
}

async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer it is tried again at once.
        if window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).is_err() {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // It is never rejected.
    let _ = JsFuture::from(promise).await;
}
