## Ways back

reason-was-hidden = It was only hidden: it comes back by one rename.
reason-was-kept = The original was kept: it comes back by one rename, and nothing is copied.
cancelled-before = The move was cancelled. Everything is as it was before.

## What a move does

waits-turn = Waits for its turn: other moves run first.
waits-tape = Waits for tape: { $count ->
        [one] { $count } file
       *[other] { $count } files
    } with { $bytes } have not come back yet.
waits-room = Waits for room: the project or the file system is full. It goes on by itself once there is
    some.
waits-servers = Waits for a file server that does not answer.
waits-drained = An administrator lets nothing new come into sight. It is prepared, and goes on by itself afterwards.
kept-at = Others had changed some of it; it is kept at '{ $path }'.
not-found-again = '{ $path }' was not found again: others have moved or deleted it meanwhile.
came-back-as = The old name was taken meanwhile; it came back as '{ $path }'.
held-by = An administrator holds this move. What is done so far stays.
paused-so-far = Paused. What is done so far stays; resume it whenever you like.
copy-in-place = The original stays in place until the copy is complete.
tree-is-hidden = The tree is hidden until all of it has its new place.
stays-usable = Everything stays readable and writable meanwhile.
putting-back = Bringing everything back to how it was.

## Reasons

reason-same-charge = Nothing about the charge changes, so one rename does it.
reason-no-projects = This file system has no projects, so one rename does it.
reason-rename-recharges = This file system charges the destination in the same rename.
reason-may-retag = The project ID is changed in place, then one rename moves it: no byte is copied.
reason-hop = The project ID is changed in place, then two renames move it past a folder's inherit flag,
    as an undo would: no byte is copied.
reason-renames-recharge = Here each file is charged to its new project as it is renamed, so only the
    folders are made anew: no byte is copied.
reason-other-file-system = The destination is on another file system, so the data must be copied.
reason-other-server = The destination is on another metadata server, and renames between servers are
    switched off here, so the data must be copied.
reason-may-not-retag = Project IDs here can only be changed by an administrator, so the data must be
    copied.
reason-flag-blocks = The inherit flag blocks the rename or its undo here, so the data must be copied.
reason-kind = This file system cannot change the project ID of symbolic links and special files, so the
    data must be copied.
reason-remakes = The project ID is changed in place, and symbolic links and pipes, which cannot change
    theirs, are made anew: no byte is copied.
reason-copy = The original stays, so the data is copied.
reason-trashed = It is hidden where it is by one rename, and comes back by another.
reason-repaired = Only project IDs and inherit flags change, in place: nothing moves and no byte is copied.
