## Choosing

upload-resume = Übertragung fortsetzen
upload-to = Nach { $name } hochladen
choose-files = Dateien wählen …
choose-folder = Ordner wählen …
upload-note = Es erscheint im Ordner, sobald alles da ist.
files-so-far = Bis jetzt { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    } …
drop-anywhere = Dateien und Ordner lassen sich auch auf jedem Ordner der Seite ablegen.
adds-to = Belastet { $payer } mit { $bytes } · { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    }
upload-asking = Es wird gefragt, was schon da ist …
upload-wanted = „{ $name }“: { $bytes } in { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    } sollten gesendet werden. Wählen Sie dieselben Dateien oder denselben Ordner noch einmal; was da ist, wird nicht noch einmal gesendet.
upload-all-chosen = Alle Dateien, die noch gebraucht werden, sind gewählt.
upload-missing =
    { $count ->
        [one] { $count } Datei fehlt noch oder wurde
       *[other] { $count } Dateien fehlen noch oder wurden
    } seither geändert: zum Beispiel „{ $example }“. Wählen Sie weitere.
name-there = „{ $name }“ ist schon da
names-there =
    { $count ->
        [one] { $count } Name ist
       *[other] { $count } Namen sind
    } schon da
keep-both = Beide behalten
upload-keep-both = Was gesendet wird, erhält einen neuen Namen.
skip = Überspringen
upload-skip = Was da ist, bleibt; das Übrige wird gesendet.
go-on = Weiter
upload-files =
    { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    } hochladen
upload = Hochladen

## Tray

uploads = Übertragungen
upload-pause-title = Was gesendet wurde, bleibt dort
choose-again = Dieselben Dateien noch einmal wählen …
upload-keep-both-title = Was gesendet wurde, erhält einen neuen Namen
upload-cancel-title = Entfernt, was gesendet wurde
dismiss-from-list = Nimmt es von dieser Liste

## State

uploads-wait =
    { $count ->
        [one] 1 Übertragung wartet
       *[other] { $count } Übertragungen warten
    } auf Sie
pace-left = { $rate } · noch { $time }
and-more = { $name } und { $count } weitere
done-of = { $done } von { $total }
upload-paused = Pausiert; was gesendet wurde, bleibt dort.
upload-lost = Der Server ist nicht erreichbar; es geht weiter, sobald es kann.
upload-files-needed = { $done } von { $total } sind da. Wählen Sie dieselben Dateien noch einmal, damit
    es weitergeht.
upload-appearing = Alles ist da; die Namen erscheinen gerade.
upload-complete-as = Vollständig, als „{ $name }“.
upload-complete = Vollständig.
uploads-complete = Alles übertragen
uploading = Wird hochgeladen
uploads-running = { $count } Übertragungen
needs-plain = braucht { $amount }, Platz ist für { $room }
in-folders = { " " }in { $count ->
        [one] { $count } Ordner
       *[other] { $count } Ordnern
    }
