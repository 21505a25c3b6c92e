## Trash

loading-trash = Loading the trash…
trash-failed = The trash could not be loaded
trash-empty = The trash is empty
trash-empty-advice = What you delete on the browse page waits here, and can come back.
trash-total =
    { $bytes } and { $count ->
        [one] { $count } inode
       *[other] { $count } inodes
    } stay charged to their projects until they are deleted for good.
trash-from = from{ " " }
kept-until = kept until{ " " }
kept-until-deleted = kept until somebody deletes it
