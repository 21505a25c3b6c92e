## Who uses what

unread-folders = You may not read { $count ->
        [one] { $count } folder
       *[other] { $count } folders
    }: what is in there is not counted.
who-uses-what = Who uses what
loading = Loading…
look-again = Look again
look-through = Look through it
inventory-failed = It could not be looked through
inventory-none = Not looked through yet
inventory-advice = Every folder is read and nothing is changed. In a large project it takes a while; you
    can leave and come back.
so-far = { " " }so far…
by-person = By person
by-folder = By folder
by-age = By age
content-changed = Content changed
largest-files = Largest files
oldest-files = Not changed for longest
incomplete = Not everything was looked at. { $error }
hidden-charged = { $amount } are kept by finished moves or in the trash, and are charged.
lie-on-tape = { $count ->
    [one] { $count } file is on tape only: its { $size } are charged once it is needed here.
   *[other] { $count } files are on tape only: their { $size } are charged once they are needed here.
}
show-them = Show them
come-from-tape = { $count ->
    [one] { $count } file ({ $size }) is on its way back from tape.
   *[other] { $count } files ({ $size }) are on their way back from tape.
}
tape-has-lost = The archive has lost the content of { $count ->
    [one] { $count } file ({ $size }).
   *[other] { $count } files ({ $size }).
}
tape-has-lost-hint = Nobody can read them. Ask an administrator whether the content can be had from elsewhere.
lie-elsewhere = { $amount } lie here, but another project pays for them or for what is made in them.
lie-elsewhere-hint = Files keep their project when they come from a folder that hands none down. A repair sets it right and
    can be undone.
plan-repair = Plan a repair
which = Which?
charged = Charged
others = Others
everything-else = Everything else
age-month = within a month
age-half-year = 1 to 6 months ago
age-year = 6 to 12 months ago
age-two-years = 1 to 2 years ago
age-older = more than 2 years ago

## Meters

meter-of = { $quantity } of { $owner }
inodes-exact = { $count } inodes
bytes-title = Bytes
inodes-title = Inodes
not-readable = not readable
of-limit = { $change } of { $limit }
with-soft-limit = { $change }, soft limit { $limit }
without-limit = { $change }, no limit
usage-unreadable = usage not readable
usage-exact = usage { $amount }
after-move = after the move { $amount }
reserved-exact = reserved for other moves { $amount }
soft-exact = soft limit { $amount }
hard-exact = hard limit { $amount }
would-exceed-hard = Would exceed the hard limit
over-hard = Over the hard limit
hard-reached = Hard limit reached
over-soft-grace = Over the soft limit: the grace time runs
over-soft = Over the soft limit
nearly-full = Nearly full

## Projects

loading-projects = Loading projects…
projects-failed = The projects could not be loaded
no-project-id = no project ID

## Trend

chart-full = ; at last month's pace full about { $day }
chart-label = { $what } from { $before } to { $now }: { $story }
hard-limit = hard limit
as-numbers = { $what } as numbers
day-utc = Day (UTC)
chart-more = { $change } more than on { $since }
chart-less = { $change } less than on { $since }
chart-equal = as much as on { $since }

## Overview

overview-lead = Move files between projects: completely or not at all, with the cost shown before, and
    undo afterwards.
no-projects = You are in no project yet
no-projects-advice = Ask the project's owner or the administrators to add you.
latest-moves = Latest moves

## One project

no-such-project = There is no such project that you can see.
no-such-project-hint = The page of projects lists those that there are.
project-failed = This project cannot be shown
all-projects = All projects
project-id-is = project ID { $id }
usage = Usage
trend = Trend
no-trend = No trend yet
no-trend-advice = Usage is remembered every hour. Come back in two.
trend-failed = The trend could not be loaded
kept-by-moves = Kept by finished moves
kept-none = Nothing. Originals of copies would be listed here until they are purged.
kept-total =
    { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    } are still charged, so that moves can be undone. Purging a move frees its part.
until-title = Until
until-purged = somebody purges it

## All projects

projects-lead = A project is a folder tree charged to one quota number, the project ID. Headroom is the
    hard limit less usage and what running moves have reserved.
projects-table = Projects in numbers
id = ID
folder = Folder
soft-limit = Soft limit
hard-limit-title = Hard limit
reserved-title = Reserved
headroom = Headroom
no-such-limit = none
none-reserved = none
no-limit = no limit
