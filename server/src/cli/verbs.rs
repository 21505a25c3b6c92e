//! The verbs, each from its arguments to its exit status.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::progress::{MoveDetail, MoveState, MoveView};
use tidelock_shared::request::{Consent, MoveRequest, Verb};
use tidelock_shared::user_error::UserError;

use super::Exit;
use super::arguments::{
    Allow, Command, LimitsArguments, MoveArguments, OneMove, QuotaArguments, RepairArguments, Start, StartArguments,
    TrashArguments, UndoArguments, Where,
};
use super::audit::audit;
use super::check_config::check_config;
use super::desk::{Desk, find};
use super::doctor::doctor;
use super::drift::drift;
use super::local::{Holding, PATIENCE, open_recovered, state_folder};
use super::output::{Output, Progress};
use super::recover::recover;
use super::simulate::simulate;
use crate::user_error::{check_limits, invalid_path};

/// How often a running move is looked at, once it has run for a while.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The first pause between two looks; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Runs one verb of the command line to its end.
pub(crate) fn run(command: &Command) -> Exit {
    let (at, result) = match command {
        Command::Plan(arguments) => (&arguments.at, plan(arguments)),
        Command::Mv(arguments) => (&arguments.what.at, into_folder(arguments, Verb::Move)),
        Command::Cp(arguments) => (&arguments.what.at, into_folder(arguments, Verb::Copy)),
        Command::Trash(arguments) => (&arguments.at, trash(arguments)),
        Command::Repair(arguments) => (&arguments.at, repair(arguments)),
        Command::Moves(at) => (at, moves(at)),
        Command::Status(one) => (&one.at, status(one)),
        Command::Cancel(one) => (&one.at, cancel(one)),
        Command::Pause(one) => (&one.at, pause(one)),
        Command::Resume(one) => (&one.at, resume(one)),
        Command::Hold(one) => (&one.at, hold(one)),
        Command::Unhold(one) => (&one.at, unhold(one)),
        Command::Limits(arguments) => (&arguments.at, limits(arguments)),
        Command::Undo(arguments) => (&arguments.one.at, undo(arguments)),
        Command::Purge(arguments) => (&arguments.one.at, purge(arguments)),
        Command::Recover(arguments) => (&arguments.at, recover(arguments)),
        Command::Simulate(arguments) => return simulate(arguments),
        Command::Doctor(arguments) => return doctor(arguments),
        Command::Drift(arguments) => return drift(arguments),
        Command::Audit(verb) => return audit(verb),
        Command::CheckConfig(arguments) => return check_config(arguments),
        Command::Quota(arguments) => (&arguments.at, quota(arguments)),
        Command::Demo(_) | Command::Serve(_) | Command::Broker(_) | Command::Worker(_) | Command::Completions { .. } => {
            return Exit::Usage;
        }
    };
    result.unwrap_or_else(|error| {
        Output { json: at.json }.error(&error);
        Exit::of_code(error.code.strip_prefix("refused_").map_or(error.code.as_str(), |_| "refused"))
    })
}

fn plan(arguments: &MoveArguments) -> Result<Exit, UserError> {
    let request = request(arguments)?;
    let plan = find(&arguments.at, Holding::Beside)?.plan(&request)?;
    Output { json: arguments.at.json }.plan(&plan);
    Ok(if plan.is_refused() { Exit::Refused } else { Exit::Done })
}

fn into_folder(arguments: &StartArguments, verb: Verb) -> Result<Exit, UserError> {
    let request = MoveRequest { verb, ..request(&arguments.what)? };
    let question = if verb == Verb::Copy { "Start this copy?" } else { "Start this move?" };
    start(&request, &arguments.what.at, &arguments.how, question)
}

fn trash(arguments: &TrashArguments) -> Result<Exit, UserError> {
    let sources = arguments.paths.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
    let request = MoveRequest { verb: Verb::Trash, sources, ..MoveRequest::default() };
    start(&request, &arguments.at, &arguments.how, "Put this into the trash?")
}

fn repair(arguments: &RepairArguments) -> Result<Exit, UserError> {
    let sources = arguments.paths.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
    let request = MoveRequest { verb: Verb::Repair, sources, ..MoveRequest::default() };
    start(&request, &arguments.at, &arguments.how, "Charge all of it to its own project?")
}

fn start(request: &MoveRequest, at: &Where, how: &Start, question: &str) -> Result<Exit, UserError> {
    let output = Output { json: at.json };
    let desk = find_for_starting(at, Duration::from_secs(how.wait))?;
    if how.yes {
        // The start plans too, and nobody looks at a plan in between: one survey is enough.
        match desk.start(request, how.key.as_deref()) {
            // The plan tells all that speaks against it.
            Err(error) if error.code.starts_with("refused") => {}
            id => {
                let id = id?;
                output.plan(&desk.detail(id)?.plan);
                return follow(&*desk, id, output);
            }
        }
    }
    let plan = desk.plan(request)?;
    output.plan(&plan);
    if plan.is_refused() && how.key.is_none() {
        return Ok(Exit::Refused);
    }
    if !how.yes && !output.confirm(question)? {
        return Ok(Exit::Undone);
    }
    let id = desk.start(request, how.key.as_deref())?;
    follow(&*desk, id, output)
}

/// In this process what a crash left comes first; then a new move may start.
fn find_for_starting(at: &Where, patience: Duration) -> Result<Box<dyn Desk>, UserError> {
    if !at.local {
        return find(at, Holding::Alone);
    }
    let (local, _) = open_recovered(&state_folder(at.state.as_deref(), "tidelock")?, false, patience)?;
    Ok(Box::new(local))
}

/// Watches a move to its end. Ctrl-C cancels where the move would end with this command, and
/// lets go of it where it would not.
fn follow(desk: &dyn Desk, id: MoveId, output: Output) -> Result<Exit, UserError> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    // A second handler in one process cannot be set; there is only one move to follow.
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let mut progress = Progress::new();
    let mut told = 0;
    let mut pause = FIRST_PAUSE;
    loop {
        let detail = desk.detail(id)?;
        let new: Vec<_> = detail.events.iter().filter(|event| event.sequence > told).collect();
        new.iter().for_each(|event| output.event(event));
        told = detail.events.last().map_or(told, |event| event.sequence);
        progress.show(&detail.view);
        // Paused, a move in this process ends with the command and waits for `resume`.
        if detail.view.state.is_final() || ((detail.view.is_paused || detail.view.is_held) && !desk.outlives_us()) {
            progress.close();
            return Ok(ending(&detail, output));
        }
        if interrupted.swap(false, Ordering::Relaxed) {
            if desk.outlives_us() {
                progress.close();
                output.line(&id.to_string());
                return Ok(Exit::Done);
            }
            // Too late is no error: then it ends as done.
            let _ = desk.cancel_running(id);
        }
        std::thread::sleep(pause);
        pause = (2 * pause).min(LOOK_EVERY);
    }
}

pub(super) fn ending(detail: &MoveDetail, output: Output) -> Exit {
    if output.json {
        output.object(detail);
    } else {
        output.ending(&detail.view);
    }
    match detail.view.state {
        _ if detail.view.is_paused || detail.view.is_held => Exit::Stuck,
        MoveState::Done => Exit::Done,
        MoveState::Stuck => Exit::Stuck,
        _ => Exit::Undone,
    }
}

fn moves(at: &Where) -> Result<Exit, UserError> {
    let moves = find(at, Holding::Beside)?.moves()?;
    Output { json: at.json }.moves(&moves);
    Ok(Exit::Done)
}

fn status(one: &OneMove) -> Result<Exit, UserError> {
    let detail = find(&one.at, Holding::Beside)?.detail(one.id)?;
    let output = Output { json: one.at.json };
    if one.at.json {
        output.object(&detail);
    } else {
        output.plan(&detail.plan);
        output.ending(&detail.view);
        detail.whereabouts.iter().for_each(|place| output.line(&format!("  {place}")));
    }
    Ok(Exit::Done)
}

fn cancel(one: &OneMove) -> Result<Exit, UserError> {
    let desk = find(&one.at, Holding::Beside)?;
    desk.cancel(one.id)?;
    follow(&*desk, one.id, Output { json: one.at.json }).map(|exit| if exit == Exit::Undone { Exit::Done } else { exit })
}

fn pause(one: &OneMove) -> Result<Exit, UserError> {
    let desk = find(&one.at, Holding::Beside)?;
    desk.pause(one.id)?;
    wait_until(&*desk, one, |view| view.is_paused, |view| view.can_pause)
}

fn hold(one: &OneMove) -> Result<Exit, UserError> {
    let desk = find(&one.at, Holding::Beside)?;
    desk.hold(one.id)?;
    wait_until(&*desk, one, |view| view.is_held, |view| view.can_hold)
}

/// Looks until a move waits as it was asked to, or it is too late for that.
fn wait_until(
    desk: &dyn Desk,
    one: &OneMove,
    is_so: impl Fn(&MoveView) -> bool,
    can_be: impl Fn(&MoveView) -> bool,
) -> Result<Exit, UserError> {
    loop {
        let detail = desk.detail(one.id)?;
        if is_so(&detail.view) || !can_be(&detail.view) {
            let exit = ending(&detail, Output { json: one.at.json });
            return Ok(if is_so(&detail.view) { Exit::Done } else { exit });
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn unhold(one: &OneMove) -> Result<Exit, UserError> {
    let desk = find(&one.at, Holding::Alone)?;
    desk.lift_hold(one.id)?;
    follow(&*desk, one.id, Output { json: one.at.json })
}

fn limits(arguments: &LimitsArguments) -> Result<Exit, UserError> {
    let LimitsArguments { moves_at_once, operations_per_second, bytes_per_second, drained, at } = arguments;
    let desk = find(at, Holding::Beside)?;
    let now = desk.limits()?;
    let wanted = Limits {
        moves_at_once: moves_at_once.unwrap_or(now.moves_at_once),
        operations_per_second: operations_per_second.map_or(now.operations_per_second, |limit| limit.0),
        bytes_per_second: bytes_per_second.map_or(now.bytes_per_second, |limit| limit.0),
        is_drained: drained.unwrap_or(now.is_drained),
    };
    if wanted != now {
        check_limits(&wanted)?;
        desk.set_limits(wanted)?;
    }
    Output { json: at.json }.limits(&wanted);
    Ok(Exit::Done)
}

fn resume(one: &OneMove) -> Result<Exit, UserError> {
    let desk = find(&one.at, Holding::Alone)?;
    desk.resume(one.id)?;
    follow(&*desk, one.id, Output { json: one.at.json })
}

fn undo(arguments: &UndoArguments) -> Result<Exit, UserError> {
    let one = &arguments.one;
    let output = Output { json: one.at.json };
    let desk = find_for_starting(&one.at, PATIENCE)?;
    let plan = desk.plan_undo(one.id)?;
    output.plan(&plan);
    if plan.is_refused() {
        return Ok(Exit::Refused);
    }
    if !arguments.yes && !output.confirm("Undo this move?")? {
        return Ok(Exit::Undone);
    }
    let id = desk.undo(one.id)?;
    follow(&*desk, id, output)
}

fn purge(arguments: &UndoArguments) -> Result<Exit, UserError> {
    let one = &arguments.one;
    let output = Output { json: one.at.json };
    let desk = find_for_starting(&one.at, PATIENCE)?;
    let freed = desk.detail(one.id)?.view.retired;
    if let Some(freed) = freed
        && !output.json
    {
        output.line(&format!(
            "Frees {} and {}.",
            crate::words::bytes(freed.bytes),
            crate::words::count(freed.inodes, "inode", "inodes")
        ));
    }
    if freed.is_some() && !arguments.yes && !output.confirm("Delete what is kept for good?")? {
        return Ok(Exit::Undone);
    }
    let view = desk.purge(one.id)?;
    if output.json {
        output.object(&serde_json::json!({ "freed": freed, "move": view }));
    } else {
        output.line("Purged.");
    }
    Ok(Exit::Done)
}

fn quota(arguments: &QuotaArguments) -> Result<Exit, UserError> {
    let folder = absolute(&arguments.folder)?;
    let project = find(&arguments.at, Holding::Beside)?.quota(&folder)?;
    Output { json: arguments.at.json }.quota(&project);
    Ok(Exit::Done)
}

fn request(arguments: &MoveArguments) -> Result<MoveRequest, UserError> {
    let mut paths = arguments.paths.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
    let destination = paths.pop().unwrap_or_default();
    let new_name = arguments
        .new_name
        .as_ref()
        .map(|name| FileName::new(name.as_bytes()).map_err(|error| invalid_path(&name.to_string_lossy(), error)));
    let allow = arguments.allow.iter().map(|allow| match allow {
        Allow::HardLinksLeaving => Consent::HardLinksLeaving,
        Allow::LostMetadata => Consent::LostMetadata,
        Allow::Restore => Consent::Restore,
    });
    Ok(MoveRequest {
        verb: Verb::Move,
        sources: paths,
        destination,
        new_name: new_name.transpose()?,
        allow: allow.collect(),
        on_conflict: arguments.on_conflict.into(),
        choices: Vec::new(),
        compare: arguments.compare,
    })
}

/// A path as typed, from the current folder where it does not begin at the top.
pub(crate) fn absolute(typed: &OsStr) -> Result<FilePath, UserError> {
    let mut bytes = typed.as_bytes().to_vec();
    if bytes.is_empty() {
        return Err(invalid_path("", tidelock_shared::name::InvalidName::Empty));
    }
    if bytes.first() != Some(&b'/') {
        let here = std::env::current_dir().map_err(|error| {
            UserError::new("usage", format!("The current folder cannot be read: {error}.")).hint("Give whole paths.")
        })?;
        // `./name` is what shells complete to.
        let rest = bytes.strip_prefix(b"./").unwrap_or(&bytes);
        bytes = [here.as_os_str().as_bytes(), b"/", rest].concat();
    }
    FilePath::parse(&bytes).map_err(|error| invalid_path(&typed.to_string_lossy(), error))
}
