## Things counted

files =
    { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    }
entries =
    { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträge
    }
items =
    { $count ->
        [one] { $count } Objekt
       *[other] { $count } Objekte
    }
inodes =
    { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    }
commands =
    { $count ->
        [one] { $count } Befehl
       *[other] { $count } Befehle
    }
bytes-and-inodes =
    { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    }
quoted = „{ $name }“

## Keys

key-ctrl-k = Strg K
key-ctrl-a = Strg A
key-ctrl-c = Strg C
key-ctrl-v = Strg V
key-ctrl-x = Strg X
key-delete = Entf
key-enter = Eingabe
key-space = Leertaste
key-backspace = Rücktaste
key-escape = Esc
key-home = Pos1
key-end = Ende
key-shift-down = Umschalt ↓
key-shift-up = Umschalt ↑
key-first-letters = seine ersten Buchstaben

## Frame

site-description = Dateien auf Lustre zwischen Projekten verschieben: vollständig oder gar nicht.
skip-to-content = Zum Inhalt springen
close = Schließen
copied = Kopiert
part-failed = Dieser Teil der Seite konnte nicht geladen werden
dismiss = Ausblenden
utc = { $moment } UTC
home-title = Tidelock, Übersicht
browse = Dateien
find-title = Befehle, Projekte und zuletzt besuchte Ordner (Strg K)
find-short = Finden oder tun …
connection-lost = Verbindung verloren, es wird erneut versucht
demo-title = Alles hier ist erfunden; nichts Echtes wird angerührt
demo = Demo
become-somebody = { $other } werden
demo-menu = In der Demo können Sie sein, wer Sie wollen
signed-in = Angemeldet
sign-out = Abmelden

## Not found

not-found = Nicht gefunden
no-page = Diese Seite gibt es nicht
no-page-why = Die Adresse ist vielleicht vertippt, oder die Seite gibt es nicht mehr.
no-page-advice = Vorgänge und Ordner finden Sie von der Übersicht aus.
to-overview = Zur Übersicht
