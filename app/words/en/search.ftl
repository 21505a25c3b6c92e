## Search

command-move-results = Move the chosen results to…
command-cut-results = Cut the chosen results
search-cut = The first { $count } results; narrow the search to see others.
search-done =
    { $found ->
        [one] { $found } result
       *[other] { $found } results
    } among { $looked ->
        [one] { $looked } entry
       *[other] { $looked } entries
    }.
search-so-far =
    { $found ->
        [one] { $found } result
       *[other] { $found } results
    } so far · { $looked ->
        [one] { $looked } entry
       *[other] { $looked } entries
    } looked at…
search-passed-over = { " " }{ $count ->
        [one] { $count } folder
       *[other] { $count } folders
    } could not be read.
search-below-place = Below{ " " }
search-below-none = a folder: open one, and search from there.
looking = Looking…
anything = Anything
at-least = At least
at-most = At most
not-changed-for = Not changed for
changed-within = Changed within
search-button = Search
search-what = What are you looking for?
search-advice = A part of a name is enough; * stands for anything.
search-failed = The search could not be made
nothing-found = Nothing found
nothing-found-advice = Ask for less, or look below a folder further up.
cut-and-paste = Cut. Open a folder and paste.
search-stopped = The search did not go on
select-results = Select all results
show-more = Show { $count } more
in-this-folder = in this folder

## Mistakes

mistake-size = Write a size like 500 MiB or 2 TiB.
mistake-age = Write an age like 12 h, 30 d, 6 w or 2 y.
mistake-project = Write the project's ID, which is a number.

## Kinds

kind-files = Files
kind-links = Symbolic links
