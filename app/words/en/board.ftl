## The live board, for administrators

board = Board
open-moves = Open moves
only-administrators = Only administrators see this
only-administrators-advice = Ask whoever looks after the file system here.
board-empty = Nothing is under way
board-empty-advice = Moves that somebody starts appear here at once, with what keeps them waiting.
resting = Paused or held
copied-now = Copied now
entries-now = Entries now
on-the-command-line = on the command line
hold = Hold
hold-title = Lets it wait until an administrator lets it go on
lift-hold = Let go on
lift-hold-title = It goes on where it stopped

## Limits

limits-title = What all moves together may do
limits-lead = A change is valid at once, also for what runs. Looking through a tree to plan a move keeps to it too. An empty field is no limit.
moves-at-once = Moves at once
operations-per-second = Changes of names per second
bytes-per-second = Copied bytes per second
drain = Drain: nothing new comes into sight
drain-title = Moves prepare, and wait before others could see anything of them
set-limits = Set
limits-are-set = The limits are set.
mistake-moves = Write a number, at least 1.
mistake-operations = Write a number, at least 1, or nothing.

## What moves left behind

leftovers = Left behind
leftovers-failed = What was left behind could not be loaded
leftovers-lead = Moves hide what they work on in folders of their own. What a crash, a lost state folder or another
    server has left of them is found here; nothing of it is touched without your word.
look-for-leftovers = Look for it
looking-for-leftovers = Looking through all managed folders…
looked-at = Looked
not-looked-yet = Nobody has looked since the server started.
no-leftovers = Nothing was left behind
no-leftovers-advice = Every hidden folder belongs to a move that this server knows.
leftovers-unreadable = { $count ->
    [one] { $count } folder could not be read.
   *[other] { $count } folders could not be read.
}
leftovers-cut = There is more; settle some of these and look again.
left-for = { $age } old
it-was = It was { $path }.
bring-back = Bring back
bring-back-title = It gets its old name again; nothing is replaced
adopt = That server is gone
adopt-title = The server that has hidden it runs nowhere any more: judge what it left as this one's own
deletion-loses = { $count ->
    [one] This deletes { $count } entry with { $bytes } for good. Nothing can bring it back.
   *[other] This deletes { $count } entries with { $bytes } for good. Nothing can bring them back.
}

## What is charged wrongly

drift-title = Drift
drift-failed = What is charged wrongly could not be loaded
drift-lead = A project drifts when the tree says one thing and the bill another. A scan reads every folder of a project,
    changes nothing, and compares what it counts with what the file system charges.
scan-all = Scan all projects
scan = Scan
scan-project = Scan { $name }
never-scanned = never scanned
waits-for-scan = waits for its turn
scanning = { $count ->
    [one] scanning, { $count } entry so far
   *[other] scanning, { $count } entries so far
}
scanned = { $count ->
    [one] { $count } entry scanned
   *[other] { $count } entries scanned
}
counted-and-charged = Its entries hold { $counted }; it is charged { $charged }.
earlier-scans = { $count ->
    [one] { $count } earlier scan
   *[other] { $count } earlier scans
}
nothing-wrong = Nothing is charged wrongly.

## Who had what done

audit = Audit
audit-failed = Who had what done could not be loaded
audit-lead = What people ordered and what moves did. Nothing is taken out, and each record names the digest of the one before,
    so a change shows.
check-audit = Check that nothing was changed
audit-holds = { $count ->
    [one] { $count } record, and it was not changed.
   *[other] { $count } records, and none was changed or taken out.
}
audit-head = Keep the digest of the last one elsewhere: it tells later that the end was not cut off.
audit-broken = The audit was changed: { $why }.
copy-digest = Copy the digest
no-acts = Nothing was done yet
no-acts-advice = Moves, orders and limits appear here.
older-acts = Show older ones
by-itself = Tidelock

you-only-look = You see everything here, and change nothing.
