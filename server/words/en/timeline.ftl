## What the journal noted

noted-staged = staged as { $identity }
noted-copying = copying began
noted-durable = all that was copied so far is on stable storage
noted-exceptions = { $count } project IDs written down
noted-exceptions-all = all project IDs that differ are written down
noted-retired = { $bytes } bytes and { $inodes } inodes retired
noted-retired-at = time of retiring noted
noted-aside-at = time of setting aside noted
noted-hidden-again = hidden again, to be looked at
noted-kept = kept at { $path }
noted-missing = nothing was found of { $path }
noted-back-as = came back as { $path }
noted-charges = { $count } charges written down
noted-modes = { $count } modes written down
noted-remade = { $count } entries are made anew
noted-made-back = { $count } entries are made anew once more
noted-undescribed = not written down at { $path }: a lost journal could not be rebuilt
noted-over = written down as over
noted-record-stays = could not remove { $path } for good
