## Palette

palette-fitting = What fits
palette-title = Commands
palette-label = Command, project or folder
palette-placeholder = What to do, or where to go
palette-empty = Nothing fits. Try fewer letters.

## Commands

as-typed = As typed
open-path = Open { $path }
search-below-path = Search for “{ $typed }” below { $path }
group-selection = Selection
move-what-to = Move { $what } to…
move-what-to-place = Move { $what } to { $place }
cut-what = Cut { $what }
copy-what = Copy { $what }
trash-what = Put { $what } into the trash…
copy-path-of = Copy the path of { $what }
copy-paths = Copy { $count ->
        [one] { $count } path
       *[other] { $count } paths
    }
open-name = Open “{ $name }”
paste-into-name = Paste into “{ $name }”
download-name = Download “{ $name }”
rename-name = Rename “{ $name }”…
properties-of = Properties of “{ $name }”
group-folder = This folder
paste-here = Paste { $count ->
        [one] { $count } item
       *[other] { $count } items
    } here
new-folder-more = New folder…
upload-more = Upload files or a folder…
search-below = Search below this folder
filter-by-name = Filter by name
select-all = Select all
folder-above = Folder above
download-folder = Download this folder
copy-folder-path = Copy the path of this folder
group-view = View
close-pane = Close the other pane
open-pane = Open a second pane
other-pane = Go to the other pane
sort-name = name
sort-size = size
sort-time = time of change
sort-owner = owner
sort-project = project
sort-reversed = Sort by { $word }, the other way around
sort-by = Sort by { $word }
read-again = Read the folder again
actions = Actions
projects-title = Projects
folders-title = Folders
managed-folder = Managed folder
recent-folders = Recent folders
pages-title = Pages
overview = Overview
moves-title = Moves
trash-title = Trash
search-title = Search
guarantees = Guarantees
settings = Settings
go-to = Go to { $title }
shortcuts = Keyboard shortcuts
colours-are = Colours: { $choice }

## Menu

open = Open
move-to = Move to…
move-to-pane = Move to other pane
cut = Cut
copy = Copy
rename-more = Rename…
paste-into = Paste into
put-into-trash = Put into the trash…
download = Download
copy-path = Copy path
properties = Properties

## Keyboard shortcuts

shortcut-palette = Every command, project and recent folder
shortcut-rows = Next or previous row
shortcut-extend = Extend the selection
shortcut-toggle = Select or deselect the row
shortcut-paste = Paste here: shows the plan
shortcut-trash = Put into the trash: shows the plan
shortcut-rename = Rename: can be undone
shortcut-ends = First or last row
shortcut-name = Go to a name
filter = Filter
shortcut-close = Close, or put back what is dragged
shortcut-sheet = This sheet
shortcuts-note = On a Mac, Cmd stands for Ctrl. Rows can also be dragged with the mouse.
