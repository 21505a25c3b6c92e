## What is charged wrongly

drift-to-project = { $count ->
    [one] { $count } entry ({ $bytes }) is charged to project { $to } and not to project { $own }.
   *[other] { $count } entries ({ $bytes }) are charged to project { $to } and not to project { $own }.
}
drift-to-none = { $count ->
    [one] { $count } entry ({ $bytes }) is charged to no project and not to project { $own }.
   *[other] { $count } entries ({ $bytes }) are charged to no project and not to project { $own }.
}
drift-to-others = { $count ->
    [one] { $count } entry ({ $bytes }) is charged to still other projects and not to project { $own }.
   *[other] { $count } entries ({ $bytes }) are charged to still other projects and not to project { $own }.
}
drift-elsewhere-cause = Files keep their project ID when they are renamed into a folder that hands none down, or were there
    before the folder got its own.
drift-not-inherited = { $count ->
    [one] { $count } folder is without the inherit flag: what is made there is charged to no project.
   *[other] { $count } folders are without the inherit flag: what is made there is charged to no project.
}
drift-not-inherited-cause = The flag is lost when a project ID is set without it, or with a folder that is restored by itself.
drift-bytes = Project { $own } is charged { $charged }, and its entries hold { $counted }.
drift-bytes-lustre = The inodes agree, so objects on the OSTs are charged to another project, or changes are still on their
    way. Scan again in some minutes; if it stays, ask the administrators of the servers for: { $command } (it mends project IDs
    from Lustre 2.17 on).
drift-bytes-local = The inodes agree, so files are being written, or were deleted while something has them open. Scan again when
    it is quiet; if it stays, ask for a check of the file system.
drift-over-hard = Project { $own } uses { $used }, more than its hard limit of { $limit }.
drift-over-soft = Project { $own } uses { $used }, more than its soft limit of { $limit }.
drift-over-cause = This is no drift: limits do not bind root, nor on Lustre a rename or a change of project ID, and one can be
    lowered below what is used.
drift-over-cure = Move something out of the project or delete it, or ask for a higher limit.
drift-entries = { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
drift-more = Project { $own } is charged { $charged }, { $difference } more than there are in its folder.
drift-more-cause = They lie outside of this folder, were deleted while something has them open, or are being made. What lies
    outside is found by a scan there: it is charged to this project among others'.
drift-fewer = Project { $own } is charged { $charged }, { $difference } fewer than there are in its folder.
drift-fewer-lustre = The count of the servers is wrong, as after a repair of their disks. Ask their administrators to look at
    { $look } and to let e2fsck count anew.
drift-fewer-xfs = The count of the file system is wrong, as after a crash. It is counted anew by a mount after one without quota.
drift-fewer-local = The count of the file system is wrong, as after a repair. It is counted anew by e2fsck on the unmounted
    device.
drift-mended-by = Charge everything here to project { $own }: tidelock repair { $path } shows what that does, and can be undone.
    By the system's own tool: { $command }
drift-unread = { $count ->
    [one] { $count } folder could not be read, so what lies there is not known and nothing was counted again.
   *[other] { $count } folders could not be read, so what lies there is not known and nothing was counted again.
}
drift-part = It is a part of its project, so only project IDs were looked at.
drift-uncharged = You may not read what the project is charged here; root may.
drift-no-project = It belongs to no project, so nothing can be charged wrongly.
drift-not-started = The scan could not be started: { $why }.
