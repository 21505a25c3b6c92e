## Things counted

files =
    { $count ->
        [one] { $count } file
       *[other] { $count } files
    }
entries =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
items =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
inodes =
    { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    }
commands =
    { $count ->
        [one] { $count } command
       *[other] { $count } commands
    }
bytes-and-inodes =
    { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    }
quoted = “{ $name }”

## Keys

key-ctrl-k = Ctrl K
key-ctrl-a = Ctrl A
key-ctrl-c = Ctrl C
key-ctrl-v = Ctrl V
key-ctrl-x = Ctrl X
key-delete = Delete
key-enter = Enter
key-space = Space
key-backspace = Backspace
key-escape = Esc
key-home = Home
key-end = End
key-shift-down = Shift ↓
key-shift-up = Shift ↑
key-first-letters = its first letters

## Frame

site-description = Move files between projects on Lustre: completely or not at all.
skip-to-content = Skip to content
close = Close
copied = Copied
part-failed = This part of the page could not be loaded
dismiss = Dismiss
utc = { $moment } UTC
home-title = Tidelock, overview
browse = Browse
find-title = Commands, projects and recent folders (Ctrl K)
find-short = Find or do…
connection-lost = Connection lost, trying again
demo-title = Everything here is invented; nothing real is touched
demo = Demo
become-somebody = Become { $other }
demo-menu = In the demo you may be anybody
signed-in = Signed in
sign-out = Sign out

## Not found

not-found = Not found
no-page = There is no such page
no-page-why = The address may be mistyped, or the page may be gone.
no-page-advice = Moves and folders are found from the overview.
to-overview = To the overview
