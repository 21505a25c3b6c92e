## Palette

palette-fitting = Was passt
palette-title = Befehle
palette-label = Befehl, Projekt oder Ordner
palette-placeholder = Was tun, oder wohin?
palette-empty = Nichts passt. Versuchen Sie es mit weniger Buchstaben.

## Commands

as-typed = Wie eingegeben
open-path = { $path } öffnen
search-below-path = Unterhalb von { $path } nach „{ $typed }“ suchen
group-selection = Auswahl
move-what-to = { $what } verschieben nach …
move-what-to-place = { $what } nach { $place } verschieben
cut-what = { $what } ausschneiden
copy-what = { $what } kopieren
trash-what = { $what } in den Papierkorb legen …
copy-path-of = Pfad von { $what } kopieren
copy-paths =
    { $count ->
        [one] { $count } Pfad
       *[other] { $count } Pfade
    } kopieren
open-name = „{ $name }“ öffnen
paste-into-name = In „{ $name }“ einfügen
download-name = „{ $name }“ herunterladen
rename-name = „{ $name }“ umbenennen …
properties-of = Eigenschaften von „{ $name }“
group-folder = Dieser Ordner
paste-here =
    { $count ->
        [one] { $count } Objekt
       *[other] { $count } Objekte
    } hier einfügen
new-folder-more = Neuer Ordner …
upload-more = Dateien oder einen Ordner hochladen …
search-below = Unterhalb dieses Ordners suchen
filter-by-name = Nach Namen filtern
select-all = Alles auswählen
folder-above = Übergeordneter Ordner
download-folder = Diesen Ordner herunterladen
copy-folder-path = Pfad dieses Ordners kopieren
group-view = Ansicht
close-pane = Anderen Bereich schließen
open-pane = Zweiten Bereich öffnen
other-pane = Zum anderen Bereich
sort-name = Name
sort-size = Größe
sort-time = Änderungszeit
sort-owner = Eigentümer
sort-project = Projekt
sort-reversed = Nach { $word } sortieren, umgekehrt
sort-by = Nach { $word } sortieren
read-again = Ordner neu lesen
actions = Aktionen
projects-title = Projekte
folders-title = Ordner
managed-folder = Verwalteter Ordner
recent-folders = Zuletzt besuchte Ordner
pages-title = Seiten
overview = Übersicht
moves-title = Vorgänge
trash-title = Papierkorb
search-title = Suche
guarantees = Zusagen
settings = Einstellungen
go-to = Zu „{ $title }“ gehen
shortcuts = Tastaturkürzel
colours-are = Farben: { $choice }

## Menu

open = Öffnen
move-to = Verschieben nach …
move-to-pane = In den anderen Bereich verschieben
cut = Ausschneiden
copy = Kopieren
rename-more = Umbenennen …
paste-into = In den Ordner einfügen
put-into-trash = In den Papierkorb legen …
download = Herunterladen
copy-path = Pfad kopieren
properties = Eigenschaften

## Keyboard shortcuts

shortcut-palette = Jeder Befehl, jedes Projekt und jeder zuletzt besuchte Ordner
shortcut-rows = Nächste oder vorige Zeile
shortcut-extend = Auswahl erweitern
shortcut-toggle = Zeile auswählen oder abwählen
shortcut-paste = Hier einfügen: zeigt den Plan
shortcut-trash = In den Papierkorb legen: zeigt den Plan
shortcut-rename = Umbenennen: lässt sich rückgängig machen
shortcut-ends = Erste oder letzte Zeile
shortcut-name = Zu einem Namen gehen
filter = Filter
shortcut-close = Schließen, oder zurücklegen, was gezogen wird
shortcut-sheet = Diese Übersicht
shortcuts-note = Auf einem Mac steht Cmd für Strg. Zeilen lassen sich auch mit der Maus ziehen.
