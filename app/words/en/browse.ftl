## Folder

pane-path = Path of pane { $pane }
pays-here = What pays for new entries in this folder
id-number = ID { $id }
folder-differs = This folder itself carries another project ID than its project
tagged = tagged { $id }
takes-id = New entries here take this project ID
inherits = inherits
takes-no-id = New entries here do not take the folder's project ID
inherits-not = no inherit flag
pane-number = Pane { $number }
pane-failed = This folder cannot be shown
try-again = Try again
to-path = To { $path }
reading-folder-more = Reading the folder…
folder-title = Folder { $path }

## Properties

kind = Kind
size = Size
modified = Modified
owner = Owner
permissions = Permissions
hard-link-names = Names (hard links)
project-id = Project ID
no-projects-here = none on this file system
points-to-title = Points to
drift = Drift
drift-explained = does not match its folder's project ID or inherit flag
content = Content
content-on-tape = on tape only (released)
download-archive = Download as .tar
content-reading = Looking into the file…
content-begins = The beginning of the file. Download it to see the rest.
first-bytes = First bytes
content-binary = Neither text nor a picture: its first bytes.
open-in-tab = Open it in a tab of its own

## Rows

select-name = Select { $name }
points-to = Points to { $place }
on-tape-title = The content is on tape only: reading waits for a restore
released = released
drifted = drifted
drifted-title = Charged to another project than its folder's
no-flag = no flag
no-flag-title = New entries in this folder do not take its project ID
retagging-title = A running move is changing its project
moving = moving
entries-of = Entries of { $path }
name = Name
project = Project
no-longer-there = no longer there
reading-folder = Reading the folder
reading-advice = Its first entries will be here in a moment.
no-match = No name matches
no-match-advice = Clear the filter to see the whole folder.
empty-advice = Drag something here, or cut it elsewhere and paste it.
folder-empty = This folder is empty

## Names

new-folder = New folder
new-folder-note = One inode more for the project of this folder.
create = Create
rename-title = Rename “{ $name }”
rename-note = Nothing is copied, and it can be undone.
rename = Rename
created = Created { $name }
name-invalid = This cannot be a name: { $why }.

## Status

matching = { " " }matching “{ $filter }”
so-far-reading = { " " }so far · reading the folder…
selected = { $count } selected
and-folders = { " " }and { $count ->
        [one] { $count } folder
       *[other] { $count } folders
    }
in-files = { $bytes } in files

## Toolbar

paste = Paste
trash-key-title = Put into the trash (Delete)
new-folder-key = New folder (F7)
upload-key = Upload files or a folder to this folder
upload-short = Upload…
search-below-key = Search below this folder (F3)
two-panes = Two panes
shortcuts-key = Keyboard shortcuts (?)

## Cut and paste

kept-copied =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    } copied. Open a folder and paste.
kept-cut =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    } cut. Open a folder and paste.
