## What a move has hidden and nobody knows of any more

left-staging = a copy that was under way
left-retired = an original that a move has hidden
left-replaced = something that a move has replaced and hidden
left-hop = a folder that an item passes through
left-kept = a copy that others had changed
left-workshop = a folder in which entries were made anew
left-scratch = a folder in which `tidelock doctor` tried things out
left-record = the record of a move
left-barrier = a file that made names durable
left-claim = an empty folder that reserved a name

left-by-a-crash = { $what }; a crash left it, and nothing needs it
left-accounted = { $what }; its move knows of it
left-of-another = { $what }; another tidelock has hidden it and may be at work, so it is left alone
left-rebuildable = { $what }; its move can be taken up again
left-newer = { $what }; the journal is older than it
left-unknown = { $what }; nobody knows of it any more

lies-under-old-name = { $path }: the original, as before the move
lies-under-new-name = { $path }: what has the new name
lies-hidden = { $path }: { $what }
left-to-owner = This server changes nothing itself, so it settles nothing here.
left-to-owner-hint = Its owner or root settles it: `tidelock recover --orphans` in the folder that it lies in.
