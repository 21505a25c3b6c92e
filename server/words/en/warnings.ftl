## Warnings

comes-back-as-is = It all comes back as it is now.
entries-what =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    } { $what }
skipped =
    { $count ->
        [one] 1 item is skipped: its name is taken. It stays where it is.
       *[other] { $count } items are skipped: their names are taken. They stay where they are.
    }
emptied =
    { $count ->
        [one] 1 folder is merged into the one that is there. It stays behind, empty.
       *[other] { $count } folders are merged into those that are there. They stay behind, empty.
    }
remade =
    { $count ->
        [one] 1 symbolic link or pipe is made anew, with everything but its inode number.
       *[other] { $count } symbolic links and pipes are made anew, with everything but their inode numbers.
    }
sockets =
    { $count ->
        [one] 1 socket moves along and stays charged to the source's project.
       *[other] { $count } sockets move along and stay charged to the source's project.
    }
charged-twice = Until the old copy is purged, both sides are charged: { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    } stay where they were.
charged-twice-hint = The old copy makes undo free of copying. Purge it when you are sure.
trash-stays-charged = What is in the trash stays charged until it is deleted for good: { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    }.
trash-stays-charged-hint = Delete it in the trash (tidelock purge) if you need the room at once.
loss-of =
    { $loss } of { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
lost-metadata = The copy cannot keep { $losses }.
lost-metadata-hint = Content, names and links are kept in any case. An undo brings back the original
    with everything.
links-stay =
    { $count ->
        [one] { $count } file has
       *[other] { $count } files have
    } further names outside; their charge moves, those names stay.
stripes-lost =
    { $count ->
        [one] { $count } folder is
       *[other] { $count } folders are
    } spread over several metadata servers; made anew, each lies on one.
stripes-lost-hint = Names in a very large folder then take more time. An administrator can spread them
    again (`lfs migrate -m`).
soft-limit = { $payer } goes over its soft limit, and its grace time begins.
soft-limit-hint = Within the grace time, free room or ask for more quota.
drift-mended =
    { $count ->
        [one] { $count } entry is
       *[other] { $count } entries are
    } charged to another project than the rest; afterwards all are charged to the destination.
drift-mended-hint = An undo charges them to the source's project like the rest.
replaces = What has the name now is replaced: { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }, { $bytes }.
replaces-hint = It is kept hidden, comes back with an undo, and stays charged until the move is purged.
emptied-hint = An undo puts everything back. What is empty can be removed when you are sure.
replaced-is-gone = What the move had replaced has been purged and does not come back.
undone-inexactly = This cannot be undone exactly: { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    } would come back charged to the destination's project.
undone-inexactly-hint = Only an administrator could bring the old project ID back.
charged-to-nobody = The destination does not pass its project on to new entries: { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    } will be charged to no project.
charged-to-nobody-hint = Whoever looks after the project can set the inherit flag on the folder (lfs
    project -s, or chattr +P).
restores =
    { $count ->
        [one] { $count } file is
       *[other] { $count } files are
    } first brought back from tape, { $bytes } in all, and charged to the source again.
restores-hint = How long that takes depends on the archive. The move waits meanwhile, and can be
    cancelled.
stay-on-tape =
    { $count ->
        [one] { $count } file is
       *[other] { $count } files are
    } on tape only and stay there: nothing is read.
stay-on-tape-hint = Brought back one day, they charge the destination { $bytes }.
limits-unknown = You may not read the limits of { $payer }.
limits-unknown-hint = If it does not fit, the file system stops the copy and everything stays as it was.
remade-hint = A program that holds one of the pipes open has to open it again.
sockets-hint = A new one would cut off the program that listens on it. Restarting that program charges
    it rightly.
added = added
removed = removed
changed = changed
for-example = , for example { $examples }
not-as-left = { $path } is not as the move left it: { $parts }{ $examples }.
original-comes-back = The original comes back as it was; what was added or changed stays in the copy,
    which is hidden and kept.
copy-out-first = Copy out first what you want to go on with. Purging the undo keeps what differs.
times-tell = Times and the number of entries tell this: what was replaced by as many others is not seen.
some-unread = Some of it may not be read by you and was not compared.
loss-owner = owner and group
loss-privileged = capabilities and other privileged attributes
loss-attributes = ACLs and extended attributes
loss-flags = inode flags
loss-nanoseconds = times below a second
loss-layout = the layout over servers
