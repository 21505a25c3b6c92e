## Server

part-unavailable = The server did not send what this needs.
reload-hint = It may just have been updated: reload the page.
server-unreachable = The server cannot be reached.
server-unreachable-hint = Running moves go on by themselves; this page catches up when the connection is
    back.
answer-unreadable = The server's answer could not be read.
request-unreadable = The request could not be read: { $detail }
request-unreadable-hint = A call takes its arguments by name, as JSON; paths begin with '/' and have no
    '.' or '..' in them.
no-service = No service was provided for this request.

## Signing in

sign-in-anew = Sign in once more

## Browser

folder-read-anew = The folder was read anew meanwhile.
chosen-most = At most { $most } entries can be chosen at once. Choose the folder that they are in.

## Uploads

upload-most = At most { $count } files and folders can be uploaded at once.
upload-most-hint = Send the parts one after the other, or all as one archive.
upload-name-invalid = “{ $name }” cannot be uploaded: { $why }.
rename-or-leave = Rename it, or leave it out.
browser-may-not-read = The browser may not read “{ $name }”.
browser-may-not-read-hint = It may have been moved or deleted meanwhile, or it is not yours to read.
upload-cancelled = The upload is cancelled
server-status = The server answered with status { $status }.
uploaded = { $title }: uploaded
file-changed = “{ $name }” can no longer be read: it was changed, moved or deleted.
file-changed-hint = Cancel this upload and begin a new one.

## Names and requests

name-empty = a name cannot be empty
name-dots = '.' and '..' are not names
name-slash = a name cannot contain '/' or a zero byte
name-too-long = a name has at most 255 bytes
path-not-absolute = a path begins with '/'
path-too-long = a path has at most 4096 bytes
path-not-base64 = the text is not base64 of a path
request-no-source = nothing was picked to move
request-one-name = a new name can be given to a single source only
request-root = the top of a file system cannot be moved
request-into-itself = { $path } cannot be moved into itself
request-already-there = { $path } is already there
request-same-name = { $one } and { $other } would get the same name
request-nested = { $inner } lies inside { $outer }, which is moved as well
upload-no-source = nothing was picked to upload
upload-too-many = { $count } files and folders are more than one upload takes
upload-no-name = a file needs a name
upload-reserved = { $path } has a name that only moves and uploads give
upload-too-deep = { $path } would lie too deep
upload-twice = { $path } is sent twice
upload-file-and-folder = { $path } is sent as a file, and something in it too
