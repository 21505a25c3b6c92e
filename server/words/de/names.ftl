## Names

file-system-at = das Dateisystem bei { $point }
quoted = „{ $name }“
no-project = kein Projekt
project-number = Projekt { $id }
this-file-system = dieses Dateisystem
