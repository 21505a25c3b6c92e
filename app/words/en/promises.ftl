## Page

promises-title = What a move promises
promises-lead = A move is one transaction. It ends done or undone, and you are told which. Nothing more
    is claimed: this is one verb with promises, not a new kind of file system.
on-this-page = On this page
not-promised = What is not promised
how-it-is-done = How it is done

## Promises

atomic = All or nothing
atomic-text = Under the new name there is nothing, or everything. Nobody can list half a folder there.
atomic-several = Several items move together: all of them, or none.
atomic-failure = After an error, a cancel, a killed server, a power cut or a full quota, the move goes
    on by itself and ends done, or undone with everything as before. Only change times and the times of
    the folders above may differ.
atomic-stuck = If a second thing fails while putting things back, the move says it is stuck. Nothing is
    lost, nothing is hidden from you, and it says where everything is.
atomic-lustre = On Lustre a folder's new name can show for a moment as an empty folder that nobody can
    enter.
fits-promise = It fits, or it does not start
fits-text = Bytes and inodes are checked against the destination's hard limit, its usage, and what other
    running moves have set aside. The file system itself does not check this for such moves, so we do.
fits-again = The same is checked once more right before the new name appears.
fits-charged = Afterwards every file is charged to the destination's project, or the plan said before
    what would not be.
fits-copy = A copy is charged to both projects until its hidden original is purged. That is shown, and
    counted.
isolated = Nobody gets in the way
isolated-text = Two moves whose folders overlap never run together. Something that changes while it is
    moved is noticed: it is read again, or the move is undone. Changed data is never deleted.
isolated-replace = Where a name is taken, the plan asks. What you choose to replace is kept hidden and
    comes back with undo.
durable = Done means on disk
durable-text = Done is said only when data, names and the record of the move have reached stable
    storage, by the rules of that file system. A move reported done is still done after a power cut of
    every machine involved.
undoable = You can undo it
undoable-text = A finished move can be undone days later, after a restart, from any device. Undo is a
    move of its own with the same promises and shows its plan first.
undoable-looks = It first looks whether things are still as the move left them, and says what differs if
    not.
undoable-copy = For a copy the original is kept hidden for the retention time, seven days unless your
    site says otherwise, so that undo copies nothing. It stays charged to its project until then.
undoable-purged = After a purge, undo has to copy the data back.
once = Asked twice, done once
once-text = Pressing the button twice, or sending a command again after a lost connection, starts one
    move.
honest = No surprises
honest-text = Everything that stands against a move, and everything you should know, is said at once and
    before the start, with what would help. Progress never runs backwards.

## Limits

limit-late-writes = While data is copied, a program that has a file open may write to it after the last
    check. Such late writes are looked for, kept with the hidden original and reported; not every one
    can be seen.
limit-piecewise = In a piecewise rename a program that stands in an old folder can still create files
    there. They are kept and reported.
limit-usage = Usage as the file system reports it can lag behind by seconds. An ambiguous reading waits
    instead of refusing.
limit-others = Programs that do not use this server can change anything at any time. The check before
    the new name appears makes that window small; it cannot close it.

## How it is done

way-rename = Rename
way-rename-text = One rename; no data is copied. Used where nothing about the charge changes, or where
    the file system changes it in the same step.
way-retag = Retag and rename
way-retag-text = Every file's project ID is changed where it lies, then one rename moves the folder. No
    data is copied, links and open files stay valid, running jobs do not notice.
way-piecewise = Piecewise rename
way-piecewise-text = For users without the right to change project IDs: folders are made anew in hiding
    and every file is renamed into them. No data is copied.
way-staged = Staged copy
way-staged-text = Where nothing cheaper is possible, such as another file system: a complete copy grows
    in hiding, is compared, and appears at once. The original is then hidden and kept for undo.
way-copy = Copy
way-copy-text = Asked for as such, the same copy appears beside the original, which stays. An undo puts
    the copy into the trash.
way-trash-text = One rename hides it where it is. It stays charged, comes back by another rename, and is
    deleted for good on your word or after the retention.
