## Uploads

upload-nothing = Nothing was picked to upload.
upload-nothing-hint = Pick files or a folder.
upload-too-many =
    { $count ->
        [one] { $count } file or folder
       *[other] { $count } files and folders
    } are more than one upload takes.
upload-too-many-hint = An upload takes { $most }: send the parts one after the other, or all as one
    archive.
upload-no-name = A file that is sent needs a name.
upload-no-name-hint = Pick it anew.
upload-hidden-name = { $path } has a name that only moves and uploads give.
rename-or-leave = Rename it, or leave it out.
upload-too-deep = { $path } would lie too deep: its path would be too long.
upload-too-deep-hint = Send it to a folder further up, or as an archive.
upload-twice = { $path } is sent twice.
upload-twice-hint = Pick it once.
upload-both = { $path } is sent both as a file and as a folder.
upload-both-hint = Send one of them.
upload-no-headroom-hint = Free some room there, ask for more quota, or send less.
upload-may-not = You may not upload to { $path }.
is-there = '{ $name }' is there already.
are-there =
    { $count ->
        [one] { $count } name
       *[other] { $count } names
    } are there already, '{ $name }' for example.
one-is-there = A name is there already.
are-there-hint = Keep both, or skip what is there.
upload-nothing-left = All of it is there already, so nothing is left to upload.
upload-nothing-left-hint = Keep both, or send it to another folder.
upload-too-many-open = You have { $most } uploads that are not finished.
upload-too-many-open-hint = Finish or cancel some of them first.
no-such-upload = There is no such upload.
no-such-upload-hint = It may be finished, cancelled, or removed because nobody went on with it.
no-such-file = The upload has no such file.
upload-busy = The upload is being worked on.
try-again = Try again in a moment.
upload-past-cancelling = All of the upload has come and its names are appearing: it can only be
    finished.
upload-past-cancelling-hint = Finish it, and delete what you do not want.
upload-offset = { $length } of the file are there; the next chunk begins after them.
upload-too-much = The file is larger than what was announced.
upload-too-much-hint = It may have been changed meanwhile: cancel the upload and begin a new one.
upload-cut-off = The chunk was cut off.
upload-cut-off-hint = Send the rest from where the file ends.
upload-not-kept = The server cannot keep uploads in mind: { $error }.
upload-not-kept-hint = Its state folder may be full: show this to an administrator.
upload-full = The project of { $path } has no room left.
upload-full-hint = Free some room there or ask for more quota, then go on: nothing has to be sent again.
upload-read-only = { $path } cannot be written: its file system is read-only.
name-too-long = A name is too long for this file system.
name-too-long-hint = Give it a shorter name.
upload-gone = The upload to { $path } is there no more.
upload-gone-hint = Its folder was moved or deleted meanwhile. Begin a new upload.
upload-changed = Somebody has changed what the upload to { $path } had made.
upload-changed-hint = Cancel it and begin a new one.
upload-charged-elsewhere = What is made in { $path } is not charged to the folder's project.
upload-charged-elsewhere-hint = Show this to an administrator.
upload-incomplete =
    { $count ->
        [one] { $count } file has
       *[other] { $count } files have
    } not come whole, { $example } for example.
upload-incomplete-hint = Send the rest first.
