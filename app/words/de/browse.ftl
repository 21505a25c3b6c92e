## Folder

pane-path = Pfad von Bereich { $pane }
pays-here = Was für neue Einträge in diesem Ordner zahlt
id-number = ID { $id }
folder-differs = Dieser Ordner trägt selbst eine andere Projekt-ID als sein Projekt
tagged = trägt { $id }
takes-id = Neue Einträge hier erhalten diese Projekt-ID
inherits = vererbt
takes-no-id = Neue Einträge hier erhalten die Projekt-ID des Ordners nicht
inherits-not = vererbt nicht
pane-number = Bereich { $number }
pane-failed = Dieser Ordner kann nicht gezeigt werden
try-again = Erneut versuchen
to-path = Zu { $path }
reading-folder-more = Der Ordner wird gelesen …
folder-title = Ordner { $path }

## Properties

kind = Art
size = Größe
modified = Geändert
owner = Eigentümer
permissions = Rechte
hard-link-names = Namen (harte Links)
project-id = Projekt-ID
no-projects-here = keine auf diesem Dateisystem
points-to-title = Zeigt auf
drift = Abweichung
drift-explained = passt nicht zu Projekt-ID oder Vererbung seines Ordners
content = Inhalt
content-on-tape = nur auf Band (ausgelagert)
download-archive = Als .tar herunterladen
content-reading = Die Datei wird gelesen …
content-begins = Der Anfang der Datei. Laden Sie sie herunter, um den Rest zu sehen.
first-bytes = Erste Bytes
content-binary = Weder Text noch Bild: die ersten Bytes.
open-in-tab = In einem eigenen Tab öffnen

## Rows

select-name = „{ $name }“ auswählen
points-to = Zeigt auf { $place }
on-tape-title = Der Inhalt liegt nur auf Band: Lesen wartet, bis er zurückgeholt ist
released = ausgelagert
drifted = abweichend
drifted-title = Einem anderen Projekt angerechnet als sein Ordner
no-flag = vererbt nicht
no-flag-title = Neue Einträge in diesem Ordner erhalten seine Projekt-ID nicht
retagging-title = Ein laufender Vorgang ändert gerade sein Projekt
moving = in Bewegung
entries-of = Einträge von { $path }
name = Name
project = Projekt
no-longer-there = nicht mehr da
reading-folder = Der Ordner wird gelesen
reading-advice = Seine ersten Einträge sind gleich da.
no-match = Kein Name passt
no-match-advice = Leeren Sie den Filter, um den ganzen Ordner zu sehen.
empty-advice = Ziehen Sie etwas hierher, oder schneiden Sie es anderswo aus und fügen Sie es ein.
folder-empty = Dieser Ordner ist leer

## Names

new-folder = Neuer Ordner
new-folder-note = Ein Inode mehr für das Projekt dieses Ordners.
create = Anlegen
rename-title = „{ $name }“ umbenennen
rename-note = Nichts wird kopiert, und es lässt sich rückgängig machen.
rename = Umbenennen
created = { $name } angelegt
name-invalid = Das kann kein Name sein: { $why }.

## Status

matching = { " " }passend zu „{ $filter }“
so-far-reading = { " " }bis jetzt · der Ordner wird gelesen …
selected = { $count } ausgewählt
and-folders = { " " }und { $count ->
        [one] { $count } Ordner
       *[other] { $count } Ordner
    }
in-files = { $bytes } in Dateien

## Toolbar

paste = Einfügen
trash-key-title = In den Papierkorb legen (Entf)
new-folder-key = Neuer Ordner (F7)
upload-key = Dateien oder einen Ordner in diesen Ordner hochladen
upload-short = Hochladen …
search-below-key = Unterhalb dieses Ordners suchen (F3)
two-panes = Zwei Bereiche
shortcuts-key = Tastaturkürzel (?)

## Cut and paste

kept-copied =
    { $count ->
        [one] { $count } Objekt
       *[other] { $count } Objekte
    } kopiert. Öffnen Sie einen Ordner, und fügen Sie ein.
kept-cut =
    { $count ->
        [one] { $count } Objekt
       *[other] { $count } Objekte
    } ausgeschnitten. Öffnen Sie einen Ordner, und fügen Sie ein.
