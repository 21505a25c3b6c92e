//! Words for what the journal tells of a move, from its codes.

use crate::words::words;

/// What the journal calls an event, in words. One that a later release has is told as it is.
pub fn event(code: &str) -> String {
    let told = match code {
        "accepted" => words().event_accepted(),
        "step_started" => words().event_step_started(),
        "noted" => words().event_noted(),
        "step_finished" => words().event_step_finished(),
        "reopened" => words().event_reopened(),
        "step_failed" => words().event_step_failed(),
        "cancel_requested" => words().event_cancel_requested(),
        "paused" => words().event_paused(),
        "resumed" => words().event_resumed(),
        "held" => words().event_held(),
        "hold_lifted" => words().event_hold_lifted(),
        "step_undone" => words().event_step_undone(),
        "committed" => words().event_committed(),
        "done" => words().event_done(),
        "undone" => words().event_undone(),
        "stuck" => words().event_stuck(),
        "retried" => words().event_retried(),
        "purge_started" => words().event_purge_started(),
        "purged" => words().event_purged(),
        other => return other.replace('_', " "),
    };
    told.to_owned()
}

/// The same for a step.
pub fn step(code: &str) -> String {
    let told = match code {
        "reserve" => words().step_reserve(),
        "restore" => words().step_restore(),
        "retag" => words().step_retag(),
        "repair" => words().step_repair(),
        "recount" => words().step_recount(),
        "hop" => words().step_hop(),
        "make_staging" => words().step_make_staging(),
        "copy_tree" => words().step_copy_tree(),
        "rebuild" => words().step_rebuild(),
        "verify" => words().step_verify(),
        "retire_source" => words().step_retire_source(),
        "check" => words().step_check(),
        "barrier" => words().step_barrier(),
        "set_aside" => words().step_set_aside(),
        "trash" => words().step_trash(),
        "publish" => words().step_publish(),
        "put_back" => words().step_put_back(),
        "release" => words().step_release(),
        "describe" => words().step_describe(),
        "forget" => words().step_forget(),
        other => return other.replace('_', " "),
    };
    told.to_owned()
}
