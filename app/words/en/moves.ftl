## What one can do

restore = Restore
delete-for-good = Delete for good
undo = Undo
purge-original = Purge the original
delete-original = Delete the original
pause = Pause
resume = Resume
cancel = Cancel
purge = Purge
frees = { $short } · frees { $freed }
pause-title = Lets the move wait; what is done so far stays
resume-title = Goes on where it stopped
retry = Try again
retry-title = Goes on from where it got stuck; what is done already is not done twice
whereabouts = Where its things are now
cancel-title = Stops the move and puts everything back
undo-title = Shows what undoing would do
with-a-plan = { $what }…
purge-title = Deletes the hidden original for good
keep-it = Keep it
purge-frees = { " " }and frees { $freed } in { $from }
purge-move = This deletes the hidden original for good{ $freed }. Undoing afterwards has to copy the
    data back.
purge-copy = This deletes what the copy has replaced for good{ $freed }.
purge-trash = This deletes it for good{ $freed }. Nothing can bring it back.

## Progress

progress-of = Progress of { $title }
phases = Phases
done = done
running = running
to-come = to come

## Notifications

notify-me = Notify me when a move ends
notify-denied = This browser lets no notifications through from here; its settings for this site can
    change that.

## States

undone-later = undone later
waiting = waiting
putting-back = putting back
undone = undone
stuck = stuck

## Tray

time-left = { $time } left
stuck-count =
    { $count ->
        [one] { $count } stuck
       *[other] { $count } stuck
    }
dismiss-title = Dismiss { $title }

## One move

undoes = Undoes
undone-by = Undone by
move-title = Move
move-failed = This move cannot be shown
no-such-move = There is no move named “{ $id }”.
no-such-move-hint = The page of all moves lists every one you can see.
timeline = Timeline
plan-approved = The plan as approved
took = { " " }· took { $time }
still-charges = still charges { $bytes } to { $project }, kept for undo
title-from = From
to-title = To
strategy = Strategy
started-title = Started
in-trash = In the trash
hidden-original = Hidden original
until = { " " }until{ " " }
item-number = { " " }· item { $number }

## List

moves-all = all
moves-running = running
moves-done = done
moves-undone = undone
moves-stuck = stuck
loading-moves = Loading moves…
moves-failed = The moves could not be loaded
no-moves = No moves here
no-moves-advice = Drag a folder onto another project, or choose “Move to…”.
moves-list = List of moves
what = What
state = State
how = How

## What it does to the files

do-move = Move { $what }
do-move-back = Move back { $what }
do-copy = Copy { $what }
do-trash = Trash { $what }
do-repair = Repair { $what }
do-give-back = Give back { $what }
move-and-replace = Move and replace
move-back-and-replace = Move back and replace
copy-and-replace = Copy and replace
this-link = this symbolic link
this-folder = this folder
this-file = this file
this-fifo = this fifo
this-socket = this socket
this-character-device = this character device
this-block-device = this block device
only-running =
    { $count ->
        [one] { $count } move
       *[other] { $count } moves
    } running
only-waiting =
    { $count ->
        [one] { $count } move
       *[other] { $count } moves
    } waiting
only-paused =
    { $count ->
        [one] { $count } move
       *[other] { $count } moves
    } paused
only-held =
    { $count ->
        [one] { $count } move
       *[other] { $count } moves
    } held
only-ended =
    { $count ->
        [one] { $count } move
       *[other] { $count } moves
    } ended
also-running =
    { $count ->
        [one] { $count } running
       *[other] { $count } running
    }
also-waiting =
    { $count ->
        [one] { $count } waiting
       *[other] { $count } waiting
    }
also-paused = { $count } paused
also-held = { $count } held
also-ended = { $count } ended
effect-copy = A complete, checked copy appears at once under its new name. The original stays as it is.
effect-trash = It leaves its folder at once and is kept hidden there. The trash gives it back until it
    is deleted for good.
effect-rename = No data is copied. The files stay where they are on disk and only get a new place in the
    tree.
effect-retag = No data is copied. The files stay where they are on disk; only the project they are
    charged to changes.
effect-repair = Nothing moves and no data is copied. Everything in the folder is charged to the folder's own
    project, and so is what will be made there.
effect-piecewise = No data is copied. Folders are made anew and every file is renamed into them; the
    tree is hidden while this runs.
effect-staged = A complete, checked copy appears at once under its new name. The original is kept hidden
    for undo and stays charged until it is purged.
copies-time = Copies { $bytes } · { $time }
no-copy-time = No copy · { $time }
nothing-to-move = Nothing to move
name-to-decide = A name is taken: choose what becomes of it.
names-to-decide = { $count } names are taken: choose what becomes of them.
note-taken = The name is taken.
note-replaces = Replaces what is there.
note-restores = What it had replaced comes back.
note-renamed = Gets the name “{ $name }”.
kind-file = file
kind-folder = folder
kind-link = symbolic link
kind-fifo = fifo
kind-socket = socket
kind-character-device = character device
kind-block-device = block device
state-accepted = Waiting to start
state-preparing = Preparing
state-publishing = Publishing
state-finishing = Finishing
state-done = All of it arrived
state-unwinding = Putting everything back
state-undone = Everything is as before
state-stuck = A person must look; nothing is lost
waits-in-trash = It waits in the trash
ending-undone = undone, everything is as before
ending-stuck = stuck, a person must look
phase-reserve = Reserve
phase-restore = Restore
phase-retag = Retag
phase-rebuild = Rebuild
phase-copy = Copy
phase-verify = Verify
phase-retire = Retire
phase-check = Check
phase-publish = Publish
phase-settle = Settle
phase-unwind = Unwind
phase-purge = Purge
doing-reserve = Room is set aside in the destination project
doing-restore = Files come back from tape, which can take hours
doing-retag = Every entry is charged to the destination project, in place
doing-rebuild = Folders are made anew in hiding and every file is renamed into them
doing-copy = A hidden copy grows beside the destination
doing-verify = The copy is compared with the original
doing-retire = The original is hidden, kept for undo
doing-check = Limits and changes are checked once more
doing-publish = The new name appears, complete
doing-settle = The file system's usage catches up
doing-unwind = Every step is taken back
doing-purge = The hidden original is deleted
deed-undo = Undo: { $title }
deed-copy = Copy: { $title }
deed-trash = Trash: { $title }
deed-repair = Repair: { $title }
trash-of = trash of { $project }
within = within { $project }
entries-done =
    { $done } of { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
held = held
paused = paused
consent-restore = Bring them back first, however long that takes
consent-links = Move them anyway; their other names stay where they are
consent-metadata = Move anyway without this metadata

## Strategies

strategy-rename = rename
strategy-retag = retag and rename
strategy-hop = retag with a hop
strategy-piecewise = piecewise rename
strategy-staged = staged copy
strategy-retag-only = retag

## Timeline

event-accepted = accepted
event-step-started = step started
event-noted = noted
event-step-finished = step finished
event-reopened = reopened
event-step-failed = step failed
event-cancel-requested = cancel requested
event-paused = paused
event-resumed = resumed
event-held = held
event-hold-lifted = hold lifted
event-step-undone = step undone
event-committed = committed
event-done = done
event-undone = undone
event-stuck = stuck
event-retried = retried
event-purge-started = purge started
event-purged = purged
step-reserve = reserve
step-restore = restore
step-retag = retag
step-repair = repair
step-recount = recount
step-hop = hop
step-make-staging = make staging
step-copy-tree = copy tree
step-rebuild = rebuild
step-verify = verify
step-retire-source = retire source
step-check = check
step-barrier = barrier
step-set-aside = set aside
step-trash = trash
step-publish = publish
step-put-back = put back
step-release = release
step-describe = describe
step-forget = forget
