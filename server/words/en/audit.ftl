## Who had what done

audit-opened = Tidelock { $release } began to write this down
audit-torn = a crash left the record before unfinished
audit-move-began = { $first } is moved to { $to }
audit-copy-began = { $first } is copied to { $to }
audit-undo-began = { $undone } is undone: { $first } goes to { $to }
audit-trash-began = { $first } goes to the trash
audit-repair-began = everything in { $first } is charged to its own project
audit-done = done
audit-undone = undone: everything is as before
audit-cancel = cancel
audit-pause = pause
audit-resume = resume
audit-hold = hold
audit-lift-hold = lift the hold
audit-purge = delete what is kept for an undo
audit-retention = what was kept for an undo is deleted: its time is over
audit-limits = the limits for all moves are set
audit-restored = { $path } gets its old name back
audit-deleted = { $path } is deleted, which a move had left behind
audit-adopted = { $path } is judged as this server's own
audit-folder = the folder { $path } is made
audit-uploaded = { $count ->
    [one] { $count } name is uploaded into { $folder }
   *[other] { $count } names are uploaded into { $folder }
}
audit-and-more = { $count ->
    [one] { $first } and { $count } other
   *[other] { $first } and { $count } others
}
audit-sessions-ended = sessions of { $user } are ended
audit-token-read = the token '{ $name }' is made, which may look
audit-token-move = the token '{ $name }' is made, which may look and move
audit-token-administer = the token '{ $name }' is made, which may administer
audit-token-ended = the token '{ $name }' of { $user } is ended
