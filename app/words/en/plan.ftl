## Taken names

choose-each = Choose for each
choose = Choose…
replace = Replace
merge-folders = Merge folders
keep-both-one = What you move gets a new name.
keep-both-many = What you move gets new names.
replace-one = The one there is kept hidden and comes back with undo.
replace-many = Those there are kept hidden and come back with undo.
skip-one = This one stays where it is; the rest moves.
skip-many = These stay where they are; the rest moves.
merge-all = The contents join the folder there; where files meet, both stay.
merge-some = The contents join the folders there; of all else, both stay.

## Plan

plan = Plan
plan-reading = Reading what would move and what it costs. Nothing is touched yet.
nothing-touched = Nothing was touched.
planning-more = Planning…
starting-more = Starting…
plan-again = Plan again
plan-refused = Nothing was touched. It cannot start as it is: see above.
copy-as-command = Copy as command
copy-link = Copy link
plan-expired = This plan is ten minutes old, and things may have changed.
plan-link-unreadable = This link proposes no plan that can be read.
not-now = Not now
promise-move = All of it moves or none of it. You can undo it afterwards.
promise-copy = All of it is copied or none of it. You can undo it afterwards.
promise-trash = Nothing is deleted now. You can bring all of it back.
promise-repair = All of it is set right or none of it. You can undo it afterwards.
compare-choice = Compare every byte after copying.
compare-choice-why = Both sides are read once more, which takes longer.
projects-before-after = Projects before and after
who-pays = Who pays, before → after
cost = Cost
what-it-takes = What it takes
items-title = Items
role-from = from
role-to = to
role-within = within
without-projects = file system without projects
entries-title = Entries
data-copied = Data copied
none-copied = none
time = Time
seconds-exact = { $seconds } seconds
on-tape-only = On tape only
on-tape-fact = Files whose content must be restored before it can be read
links-leaving = Hard links leaving
links-leaving-fact = Inodes with further names outside
more-items = { $count } more
trash-place = trash
planning = Planning
cannot-start = It cannot start: { $count ->
        [one] { $count } reason
       *[other] { $count } reasons
    }
plan-ready = Plan ready. { $headline }
starting = Starting
undo-move = Undo move { $id }
copy-what-to-place = Copy { $what } to { $place }
trash-what-title = Put { $what } into the trash
repair-what-title = Repair what is charged elsewhere in { $what }
started = Started: { $title }

## Where to

move-name-to = Move “{ $name }” to…
move-items-to = Move { $count ->
        [one] { $count } item
       *[other] { $count } items
    } to…
destination-folder = Destination folder
places = Places
other-pane-is = Other pane: { $path }
plan-first = The plan is shown before anything moves.
show-plan = Show the plan

## While dragging

drop-hint = Drop on a folder, a path part or a project
counting = Counting…
to-project = to { $name } · { $project }
to-name = to { $name }
adds-nothing = Adds nothing: the same project pays
adds = Adds { $least }{ $amount }
still-counting = Still counting. { $room }
fits = Fits. { $room }
name-taken-ask = Name is taken: you choose in the plan
names-taken-ask = { $count } names are taken: you choose in the plan
not-moved-to = Not moved to { $folder }. { $why }
copies = Copies { $least }{ $bytes }
instant-no-copy = Instant · no copy
least = at least{ " " }
no-limit-here = No limit here
room-for = Room for { $amount }
room-for-both = Room for { $bytes } · { $inodes }
needs = needs { $least }{ $amount }, room for { $room }
too-big = Too big: { $reasons }
already-here = Already here
already-here-why = It comes from this folder.
not-into-itself = Not into itself
not-into-itself-why = A folder cannot be moved inside itself.
