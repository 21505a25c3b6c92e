## Names

file-system-at = the file system at { $point }
quoted = '{ $name }'
no-project = no project
project-number = project { $id }
this-file-system = this file system
