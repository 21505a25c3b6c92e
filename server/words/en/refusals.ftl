## Plans

outside-roots = { $path } is outside the folders managed here.
outside-roots-hint = Pick something inside a managed folder, or start the server with a further --root.
source-missing = There is no { $path }.
source-missing-hint = Check the spelling; it may have been moved or deleted meanwhile.
destination-missing = The destination folder { $path } does not exist.
destination-missing-hint = Make the folder first, or pick an existing one. A single source can be given
    a new name (--as NAME).
not-a-folder = { $path } is not a folder, or lies behind a symbolic link.
not-a-folder-hint = Symbolic links are never followed: give the path that the link points to.
may-not-change = You may not add or remove entries in { $path }.
may-not-change-hint = Ask its owner for write permission.
not-yours = { $path } belongs to somebody else, and only its owner may rename it here.
not-yours-hint = Ask its owner or an administrator to move it.
may-not-read =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    } cannot be read by you, { $example } for example.
may-not-read-hint = Ask the owner for read permission, or leave that part out.
name-taken = { $path } already exists.
name-taken-hint = Keep both, replace it, skip it or merge the folders (--on-conflict), or give a new
    name (--as NAME).
same-file = { $path } and { $other } are two names of one file.
same-file-hint = Nothing has to be replaced: remove one of the names, or keep both.
mount-point = Another file system is mounted at or inside { $path }.
mount-point-hint = Unmount it first, or move the parts around it one by one.
frozen =
    { $count ->
        [one] { $count } entry is
       *[other] { $count } entries are
    } immutable or append-only, { $example } for example.
frozen-hint = An administrator can clear the flag with chattr -i or chattr -a.
held-by-its-charge = { $path } is charged to another project than its folder, where the file system lets
    nobody rename it.
held-by-its-charge-hint = Let whoever may change project IDs give it that of its folder first, with
    `tidelock repair` or on the board's drift page, and move it then.
held-by-its-server = { $path } lies on another metadata server than its folder, and renames between servers are
    switched off here: it can be neither renamed nor hidden.
held-by-its-server-hint = Copy it instead, or ask the administrators of the servers to bring it to its folder's with
    `lfs migrate -m`, or to allow `enable_remote_rename`.
upload-inside = An upload is under way at { $path }.
upload-inside-hint = Wait until it has ended, or let whoever began it cancel it.
other-move = Another move is at work at { $path }.
other-move-hint = Wait until it has ended. If nobody runs it any more, `tidelock recover` on its state
    folder finishes it.
other-move-orphans = `tidelock recover --orphans DIR` says whose it is and what can be done about it.
kept-inside = Something that move { $by } keeps for its undo lies inside, at { $path }.
kept-inside-hint = Bring it back (tidelock undo { $by }), or delete it for good (tidelock purge { $by }).
kept-inside-browser = In the browser, the trash and the page of that move do the same.
overlap = Move { $other } is already working on { $path }.
overlap-hint = Wait until it has ended (tidelock status { $other }), or cancel it.
on-tape =
    { $count ->
        [one] { $count } file is
       *[other] { $count } files are
    } on tape only, and this move has to copy the data.
on-tape-hint = Agree that they are brought back first, however long that takes (--allow restore), or do
    it with lfs hsm_restore.
lost = The archive has lost the content of { $count ->
        [one] { $count } file
       *[other] { $count } files
    }, '{ $example }' for example: there is nothing to copy.
lost-hint = Ask an administrator whether the content can be had from elsewhere.
links-leaving =
    { $count ->
        [one] { $count } file has
       *[other] { $count } files have
    } further names outside of what is moved; the charge would move and those names would stay.
links-leaving-hint = Move the other names along, or agree that they stay (--allow hard-links-leaving).
devices =
    { $count ->
        [one] { $count } device node
       *[other] { $count } device nodes
    } only root can make anew in a copy.
devices-hint = Leave them out, or ask an administrator to run this move.
unplannable = { $path } cannot be looked at: { $message }.
ask-administrator = If this stays, ask an administrator to look at the file system.
changed-since = { $path } is no longer what the move left there.
changed-since-hint = Move it back by hand as a new move if that is still what you want.
no-project-of = { $path } belongs to no project.
no-project-of-hint = Name a project's folder, or one in it.
nothing-to-repair = Everything in { $path } is charged to its own project already.
nothing-to-repair-hint = Nothing needs to be done. `tidelock drift DIR` looks for more than a repair can mend.
may-not-retag = You may not change the project IDs in { $path }.
may-not-retag-hint = On Lustre only an administrator may, elsewhere whoever owns all of it: ask one to repair it.
nothing-left = All of it is there already, so nothing is left to move.
nothing-left-hint = Keep both, replace what is there, or give it a new name.
too-many-to-merge = The two folders meet in too many places for one move.
too-many-to-merge-hint = Merge some of the folders inside first, as moves of their own.
short-of-bytes = { $needed } are needed and { $left } are left
short-of-inodes = { $needed } inodes are needed and { $left } are left
no-headroom = This does not fit into { $payer }: { $parts }.
and-also = , and{ " " }
no-headroom-hint = Free some room there, ask for more quota, or move less at once.

## Requests

nothing-picked = Nothing was picked to move.
nothing-picked-hint = Name at least one source.
one-new-name = A new name can be given to a single source only.
one-new-name-hint = Move the sources one by one.
top-stays = The top of a file system cannot be moved.
top-stays-hint = Pick what lies in it.
into-itself = { $path } cannot be moved into itself.
into-itself-hint = Pick a destination outside of it.
already-there = { $path } is already in that folder.
already-there-hint = Pick another destination.
same-name = { $one } and { $other } would get the same name.
same-name-hint = Move one of them under a new name (--as NAME).
nested = { $inner } lies inside { $outer }, which is moved as well.
nested-hint = Leave the inner one out: it moves with the outer.
path-without-dots = Give the path without '.' and '..' parts.
path-in-full = Give the whole path, beginning with '/'.
path-check = Check the path.
path-invalid = '{ $text }' cannot be used: { $why }.
limit-of-nothing = A limit of 0 would let every move wait for ever.
limit-of-nothing-hint = Hold single moves instead (tidelock hold MOVE), or leave the limit out.

## Folders

chosen-most = At most { $most } entries can be chosen at once.
chosen-most-hint = Choose the folder that they are in.
hidden-name = '{ $name }' is a name that only moves give.
other-name = Choose another name.
folder-full = The project has no room for another folder.
folder-full-hint = Free some of its inodes.
gone-already = '{ $name }' is gone already.
no-such-root = There is no '{ $path }'.
not-managed = '{ $path }' is outside the folders managed here.
not-managed-hint = The overview lists the managed folders.
