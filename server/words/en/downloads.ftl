## Downloads

download-top = The top of the file system is no download.
download-tape = The content of '{ $name }' is on tape only.
download-tape-hint = Restore it first, for example with lfs hsm_restore.
download-nothing = '{ $name }' has no content to download.
download-nothing-hint = Files and folders can be downloaded.
no-picture = '{ $name }' is no picture that a browser shows.
no-picture-hint = Download it instead.
left-out-tape = its content is on tape only
left-out-kind = it is no file, folder or symbolic link

## Content

content-folder = A folder is shown by opening it.
content-empty = The file is empty.
content-none = There is no content to show.
content-tape = The content is on tape only. Restore it to see it.
