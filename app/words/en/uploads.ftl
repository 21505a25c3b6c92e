## Choosing

upload-resume = Go on with the upload
upload-to = Upload to { $name }
choose-files = Choose files…
choose-folder = Choose a folder…
upload-note = It appears in the folder once all of it is there.
files-so-far =
    { $count ->
        [one] { $count } file
       *[other] { $count } files
    } so far…
drop-anywhere = Files and folders can also be dropped on any folder of the page.
adds-to = Adds { $bytes } · { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    } to { $payer }
upload-asking = Asking what is there…
upload-wanted = “{ $name }”: { $bytes } in { $count ->
        [one] { $count } file
       *[other] { $count } files
    } were to be sent. Choose the same files or the same folder again; what is there is not sent again.
upload-all-chosen = All files that are still needed are chosen.
upload-missing =
    { $count ->
        [one] { $count } file is
       *[other] { $count } files are
    } still missing, or changed since: “{ $example }” for example. Choose more.
name-there = “{ $name }” is there already
names-there =
    { $count ->
        [one] { $count } name
       *[other] { $count } names
    } are there already
keep-both = Keep both
upload-keep-both = What is sent gets a new name.
skip = Skip
upload-skip = What is there stays, and the others are sent.
go-on = Go on
upload-files = Upload { $count ->
        [one] { $count } file
       *[other] { $count } files
    }
upload = Upload

## Tray

uploads = Uploads
upload-pause-title = What was sent stays there
choose-again = Choose the files again…
upload-keep-both-title = What was sent gets a new name
upload-cancel-title = Removes what was sent
dismiss-from-list = Takes it off this list

## State

uploads-wait =
    { $count ->
        [one] 1 upload waits
       *[other] { $count } uploads wait
    } for you
pace-left = { $rate } · { $time } left
and-more = { $name } and { $count } more
done-of = { $done } of { $total }
upload-paused = Paused; what was sent stays there.
upload-lost = The server cannot be reached; it goes on as soon as it can.
upload-files-needed = { $done } of { $total } are there. Choose the same files again to go on.
upload-appearing = Everything is there; its names are appearing.
upload-complete-as = Complete, as “{ $name }”.
upload-complete = Complete.
uploads-complete = Uploads complete
uploading = Uploading
uploads-running = { $count } uploads
needs-plain = needs { $amount }, room for { $room }
in-folders = { " " }in { $count ->
        [one] { $count } folder
       *[other] { $count } folders
    }
