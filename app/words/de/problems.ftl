## Server

part-unavailable = Der Server hat nicht gesendet, was dafür gebraucht wird.
reload-hint = Vielleicht wurde er gerade erneuert: laden Sie die Seite neu.
server-unreachable = Der Server ist nicht erreichbar.
server-unreachable-hint = Laufende Vorgänge gehen von selbst weiter; diese Seite holt auf, sobald die
    Verbindung wieder da ist.
answer-unreadable = Die Antwort des Servers war nicht lesbar.
request-unreadable = Die Anfrage war nicht lesbar: { $detail }
request-unreadable-hint = Ein Aufruf nimmt seine Argumente mit Namen, als JSON; Pfade beginnen mit '/'
    und enthalten weder '.' noch '..'.
no-service = Für diese Anfrage war kein Dienst zur Stelle.

## Signing in

sign-in-anew = Noch einmal anmelden

## Browser

folder-read-anew = Der Ordner wurde inzwischen neu gelesen.
chosen-most = Höchstens { $most } Einträge lassen sich zugleich auswählen. Wählen Sie den Ordner, in dem
    sie liegen.

## Uploads

upload-most = Höchstens { $count } Dateien und Ordner lassen sich auf einmal hochladen.
upload-most-hint = Senden Sie die Teile nacheinander, oder alles als ein Archiv.
upload-name-invalid = „{ $name }“ lässt sich nicht hochladen: { $why }.
rename-or-leave = Benennen Sie es um, oder lassen Sie es weg.
browser-may-not-read = Der Browser darf „{ $name }“ nicht lesen.
browser-may-not-read-hint = Vielleicht wurde es inzwischen verschoben oder gelöscht, oder Sie dürfen es
    nicht lesen.
upload-cancelled = Die Übertragung ist abgebrochen
server-status = Der Server hat mit Status { $status } geantwortet.
uploaded = { $title }: hochgeladen
file-changed = „{ $name }“ lässt sich nicht mehr lesen: die Datei wurde geändert, verschoben oder
    gelöscht.
file-changed-hint = Brechen Sie diese Übertragung ab, und beginnen Sie eine neue.

## Names and requests

name-empty = ein Name darf nicht leer sein
name-dots = '.' und '..' sind keine Namen
name-slash = ein Name darf weder '/' noch ein Nullbyte enthalten
name-too-long = ein Name hat höchstens 255 Bytes
path-not-absolute = ein Pfad beginnt mit '/'
path-too-long = ein Pfad hat höchstens 4096 Bytes
path-not-base64 = der Text ist kein base64 eines Pfades
request-no-source = nichts wurde zum Verschieben gewählt
request-one-name = ein neuer Name kann nur einer einzigen Quelle gegeben werden
request-root = die oberste Ebene eines Dateisystems lässt sich nicht verschieben
request-into-itself = { $path } lässt sich nicht in sich selbst verschieben
request-already-there = { $path } ist schon dort
request-same-name = { $one } und { $other } bekämen denselben Namen
request-nested = { $inner } liegt in { $outer }, das ebenfalls verschoben wird
upload-no-source = nichts wurde zum Hochladen gewählt
upload-too-many = { $count } Dateien und Ordner sind mehr, als eine Übertragung aufnimmt
upload-no-name = eine Datei braucht einen Namen
upload-reserved = { $path } trägt einen Namen, den nur Vorgänge und Übertragungen vergeben
upload-too-deep = { $path } läge zu tief
upload-twice = { $path } wird zweimal gesendet
upload-file-and-folder = { $path } wird als Datei gesendet, und etwas darin auch
