//! What is printed: sentences for people, one JSON object a line for scripts.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use crate::words::{bytes, count, day, duration, grouped};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use tidelock_shared::limits::Limits;
use tidelock_shared::plan::{Plan, PlanItem, ProjectChange};
use tidelock_shared::progress::{MoveState, MoveView, TimelineEvent};
use tidelock_shared::project::Project;
use tidelock_shared::quota::{Amount, Bounds};
use tidelock_shared::request::Verb;
use tidelock_shared::user_error::UserError;

/// Where answers and errors go, and in which form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    /// One line of the answer. Who closed the pipe does not want the rest.
    pub(super) fn line(self, text: &str) {
        let _ = writeln!(stdout().lock(), "{text}");
    }

    fn aside(self, text: &str) {
        let _ = writeln!(stderr().lock(), "{text}");
    }

    pub(super) fn object(self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.line(&text);
        }
    }

    pub(super) fn error(self, error: &UserError) {
        if self.json {
            self.object(&json!({ "error": error }));
        } else {
            self.aside(&format!("tidelock: {}", error.message));
            for hint in &error.hints {
                self.aside(&format!("  {hint}"));
            }
        }
    }

    pub(super) fn plan(self, plan: &Plan) {
        if self.json {
            return self.object(plan);
        }
        for refusal in &plan.refusals {
            self.line(&format!("Refused: {}", refusal.message));
            refusal.hints.iter().for_each(|hint| self.line(&format!("    {hint}")));
        }
        for item in &plan.items {
            self.line(&item_line(plan.verb, item));
            self.line(&format!("    {}: {}", item.strategy.words(), item.reason));
        }
        for change in &plan.projects {
            self.line(&change_line(change));
        }
        for warning in &plan.warnings {
            self.line(&format!("Note: {}", warning.message));
        }
        if !plan.items.is_empty() {
            let copied = if plan.cost.bytes_copied == 0 {
                "nothing is copied".to_owned()
            } else {
                format!("copies {}", bytes(plan.cost.bytes_copied))
            };
            self.line(&format!(
                "Cost: {copied}, {} changed, {}.",
                count(plan.cost.inodes_changed, "inode", "inodes"),
                about(plan.cost.seconds)
            ));
        }
    }

    pub(super) fn moves(self, moves: &[MoveView]) {
        if self.json {
            moves.iter().for_each(|view| self.object(view));
            return;
        }
        if moves.is_empty() {
            self.line("No moves yet.");
        }
        for view in moves {
            self.line(&format!(
                "{:<14} {:<10} {} → {}{}",
                view.id.to_string(),
                state_word(view.state),
                view.title,
                view.destination_folder,
                kept(view)
            ));
        }
    }

    pub(super) fn event(self, event: &TimelineEvent) {
        if self.json {
            self.object(event);
        }
    }

    /// How a move ended.
    pub(super) fn ending(self, view: &MoveView) {
        let title = &view.title;
        match view.state {
            MoveState::Done => {
                let (id, folder) = (view.id, &view.destination_folder);
                let (done, kept) = match view.verb {
                    Verb::Move => (format!("Done: {title} is now in {folder} (move {id})."), "The original is kept for an undo"),
                    Verb::Copy => (format!("Done: a copy of {title} is now in {folder} (move {id})."), "What was replaced is kept"),
                    Verb::Repair => (format!("Done: all of {title} is charged to its own project (move {id})."), ""),
                    Verb::Trash => {
                        (format!("Done: {title} is in the trash; bring it back with: tidelock undo {id}"), "It is kept there")
                    }
                };
                self.line(&done);
                if let Some(retired) = view.retired {
                    let until = view.kept_until_ms.map(|end| format!(" until {}", day(end))).unwrap_or_default();
                    let charge = bytes(retired.bytes);
                    self.line(&format!("{kept}{until} and still charged {charge}; free it with: tidelock purge {id}"));
                }
            }
            MoveState::Undone => self.line(&format!("Undone: everything is as before (move {}).", view.id)),
            _ if view.is_held => {
                self.line(&format!("Held: {title} waits until an administrator says: tidelock unhold {}", view.id));
            }
            _ if view.is_paused => self.line(&format!("Paused: {title} waits; go on with: tidelock resume {}", view.id)),
            MoveState::Stuck => {
                self.line(&format!("Stuck: nothing is lost, but a person must look (move {}).", view.id));
                self.line(&format!("  Once what stands in its way is gone, try it again with: tidelock resume {}", view.id));
            }
            other => self.line(&format!("{}: {} (move {}).", state_word(other), title, view.id)),
        }
        if let Some(error) = &view.error {
            self.error(error);
        }
        if let Some(note) = &view.note
            && view.state.is_final()
        {
            self.line(note);
        }
    }

    pub(super) fn limits(self, limits: &Limits) {
        if self.json {
            return self.object(limits);
        }
        let per_second = |limit: Option<u64>, word: fn(u64) -> String| match limit {
            Some(limit) => format!("{} a second", word(limit)),
            None => "no limit".to_owned(),
        };
        self.line(&format!("moves at once: {}", limits.moves_at_once));
        self.line(&format!("operations:    {}", per_second(limits.operations_per_second, grouped)));
        self.line(&format!("copied bytes:  {}", per_second(limits.bytes_per_second, bytes)));
        if limits.is_drained {
            self.line("drained:       moves prepare, and wait before others could see anything of them");
        }
    }

    pub(super) fn quota(self, project: &Project) {
        if self.json {
            return self.object(project);
        }
        let id = project.id.map(|id| format!(" (project ID {id})")).unwrap_or_default();
        self.line(&format!("{}{id} pays for {}", project.name, project.root.shown()));
        match project.usage {
            Some(usage) => {
                self.line(&format!("    bytes:  {}", of_bounds(&bytes(usage.bytes), project.limits.bytes, bytes)));
                self.line(&format!("    inodes: {}", of_bounds(&grouped(usage.inodes), project.limits.inodes, grouped)));
            }
            None => self.line("    usage and limits may not be read by you here"),
        }
        if project.reserved != Amount::ZERO {
            self.line(&format!(
                "    reserved by running moves: {}, {}",
                bytes(project.reserved.bytes),
                count(project.reserved.inodes, "inode", "inodes")
            ));
        }
        let free = project.capacity.bytes.map(bytes).unwrap_or_default();
        self.line(&format!("    free on the file system: {free}"));
    }

    /// Asks before a start. Without a terminal there is nobody to ask.
    pub(super) fn confirm(self, question: &str) -> Result<bool, UserError> {
        if !std::io::stdin().is_terminal() {
            return Err(UserError::new("no_terminal", "There is no terminal to ask on.").hint("Add --yes to start without asking."));
        }
        let _ = write!(stderr().lock(), "{question} [y/N] ");
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }
}

/// What a finished move still charges, and until when.
fn kept(view: &MoveView) -> String {
    let Some(retired) = view.retired.filter(|_| view.undone_by.is_none()) else { return String::new() };
    let end = view.kept_until_ms.map(|end| format!(" until {}", day(end))).unwrap_or_default();
    let what = if view.verb == Verb::Trash { "in the trash" } else { "original kept" };
    format!("  ({what}{end}, charged {})", bytes(retired.bytes))
}

/// An estimate of a time.
fn about(seconds: f64) -> String {
    if seconds < 1.0 { duration(seconds) } else { format!("about {}", duration(seconds)) }
}

fn of_bounds(used: &str, bounds: Bounds, words: impl Fn(u64) -> String) -> String {
    let hard = bounds.hard.map_or_else(|| "no limit".to_owned(), |hard| format!("of {}", words(hard)));
    let soft = bounds.soft.map(|soft| format!(" (soft {})", words(soft))).unwrap_or_default();
    format!("{used} {hard}{soft}")
}

fn item_line(verb: Verb, item: &PlanItem) -> String {
    let escaped = |text: &str| tidelock_shared::name::shown(text.as_bytes()).into_owned();
    let contents = format!("{}, {}", count(item.entries, "entry", "entries"), bytes(item.bytes));
    let source = escaped(&item.source);
    match verb {
        Verb::Trash => format!("{source} → trash  ({contents})"),
        Verb::Repair => format!("{source}  ({contents})"),
        Verb::Move | Verb::Copy => format!("{source} → {}  ({contents})", escaped(&item.destination)),
    }
}

fn change_line(change: &ProjectChange) -> String {
    let amount = |amount: Option<Amount>| {
        amount.map_or_else(|| "unknown".to_owned(), |amount| format!("{}, {} inodes", bytes(amount.bytes), grouped(amount.inodes)))
    };
    let hard = change.limits.bytes.hard.map(|hard| format!(" of {}", bytes(hard))).unwrap_or_default();
    format!("{}: {} → {}{hard}", change.name, amount(change.usage), amount(change.after))
}

pub(super) fn state_word(state: MoveState) -> &'static str {
    match state {
        MoveState::Accepted => "accepted",
        MoveState::Preparing => "preparing",
        MoveState::Publishing => "publishing",
        MoveState::Finishing => "finishing",
        MoveState::Done => "done",
        MoveState::Unwinding => "unwinding",
        MoveState::Undone => "undone",
        MoveState::Stuck => "stuck",
    }
}

/// Progress on standard error: a bar on a terminal, else a line when the state changes.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    /// What was said last.
    last: Option<String>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(1000);
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:12} [{bar:32}] {percent:>3}% {prefix}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, last: None }
    }

    pub(super) fn show(&mut self, view: &MoveView) {
        let rate = view.bytes_per_second.filter(|rate| *rate > 0.0).map(|rate| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a rate is positive and far below the bound"
            )]
            let rate = rate as u64;
            format!("{}/s", bytes(rate))
        });
        let left = view.seconds_left.map(|(least, most)| format!("{} to {} left", duration(least), duration(most)));
        let wait = view.note.clone().filter(|_| view.is_waiting);
        let told = wait.unwrap_or_else(|| state_word(view.state).to_owned());
        match &self.bar {
            Some(bar) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a thousand")]
                bar.set_position((view.fraction * 1000.0) as u64);
                bar.set_message(told.clone());
                bar.set_prefix([rate, left].into_iter().flatten().collect::<Vec<_>>().join(", "));
            }
            None if self.last.as_ref() != Some(&told) => {
                let _ = writeln!(stderr().lock(), "{}: {told}", view.id);
            }
            None => {}
        }
        self.last = Some(told);
    }

    pub(super) fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
