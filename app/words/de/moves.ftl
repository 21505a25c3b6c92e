## What one can do

restore = Wiederherstellen
delete-for-good = Endgültig löschen
undo = Rückgängig machen
purge-original = Original endgültig löschen
delete-original = Original löschen
pause = Pausieren
resume = Fortsetzen
cancel = Abbrechen
purge = Löschen
frees = { $short } · gibt { $freed } frei
pause-title = Lässt den Vorgang warten; was bisher getan ist, bleibt
resume-title = Geht dort weiter, wo es stehen blieb
retry = Noch einmal versuchen
retry-title = Geht dort weiter, wo es stecken blieb; was schon getan ist, geschieht nicht zweimal
whereabouts = Wo alles jetzt liegt
cancel-title = Bricht den Vorgang ab und stellt alles zurück
undo-title = Zeigt, was das Rückgängigmachen täte
with-a-plan = { $what } …
purge-title = Löscht das verborgene Original endgültig
keep-it = Behalten
purge-frees = { " " }und { $freed } werden in { $from } frei
purge-move = Damit wird das verborgene Original endgültig gelöscht{ $freed }. Ein späteres
    Rückgängigmachen muss die Daten zurückkopieren.
purge-copy = Damit wird endgültig gelöscht, was die Kopie ersetzt hat{ $freed }.
purge-trash = Damit wird es endgültig gelöscht{ $freed }. Nichts kann es zurückbringen.

## Progress

progress-of = Fortschritt von { $title }
phases = Phasen
done = erledigt
running = läuft
to-come = steht bevor

## Notifications

notify-me = Benachrichtigen, wenn ein Vorgang endet
notify-denied = Dieser Browser lässt von hier keine Benachrichtigungen durch; seine Einstellungen für
    diese Website können das ändern.

## States

undone-later = später rückgängig gemacht
waiting = wartet
putting-back = wird zurückgestellt
undone = zurückgenommen
stuck = steckt fest

## Tray

time-left = noch { $time }
stuck-count =
    { $count ->
        [one] { $count } steckt fest
       *[other] { $count } stecken fest
    }
dismiss-title = { $title } ausblenden

## One move

undoes = Macht rückgängig
undone-by = Rückgängig gemacht durch
move-title = Vorgang
move-failed = Dieser Vorgang kann nicht gezeigt werden
no-such-move = Es gibt keinen Vorgang namens „{ $id }“.
no-such-move-hint = Die Seite aller Vorgänge nennt jeden, den Sie sehen können.
timeline = Ablauf
plan-approved = Der Plan, wie er bestätigt wurde
took = { " " }· dauerte { $time }
still-charges = { $bytes } belasten noch { $project }, behalten für das Rückgängigmachen
title-from = Von
to-title = Nach
strategy = Verfahren
started-title = Begonnen
in-trash = Im Papierkorb
hidden-original = Verborgenes Original
until = { " " }bis{ " " }
item-number = { " " }· Objekt { $number }

## List

moves-all = alle
moves-running = laufende
moves-done = erledigte
moves-undone = zurückgenommene
moves-stuck = feststeckende
loading-moves = Vorgänge werden geladen …
moves-failed = Die Vorgänge konnten nicht geladen werden
no-moves = Hier sind keine Vorgänge
no-moves-advice = Ziehen Sie einen Ordner auf ein anderes Projekt, oder wählen Sie „Verschieben nach …“.
moves-list = Liste der Vorgänge
what = Was
state = Zustand
how = Wie

## What it does to the files

do-move = { $what } verschieben
do-move-back = { $what } zurückholen
do-copy = { $what } kopieren
do-trash = { $what } in den Papierkorb
do-repair = { $what } berichtigen
do-give-back = { $what } zurückgeben
move-and-replace = Verschieben und ersetzen
move-back-and-replace = Zurückholen und ersetzen
copy-and-replace = Kopieren und ersetzen
this-link = diesen symbolischen Link
this-folder = diesen Ordner
this-file = diese Datei
this-fifo = diese benannte Pipe
this-socket = diesen Socket
this-character-device = dieses zeichenorientierte Gerät
this-block-device = dieses blockorientierte Gerät
only-running =
    { $count ->
        [one] { $count } Vorgang läuft
       *[other] { $count } Vorgänge laufen
    }
only-waiting =
    { $count ->
        [one] { $count } Vorgang wartet
       *[other] { $count } Vorgänge warten
    }
only-paused =
    { $count ->
        [one] { $count } Vorgang
       *[other] { $count } Vorgänge
    } pausiert
only-held =
    { $count ->
        [one] { $count } Vorgang
       *[other] { $count } Vorgänge
    } angehalten
only-ended =
    { $count ->
        [one] { $count } Vorgang
       *[other] { $count } Vorgänge
    } beendet
also-running =
    { $count ->
        [one] { $count } läuft
       *[other] { $count } laufen
    }
also-waiting =
    { $count ->
        [one] { $count } wartet
       *[other] { $count } warten
    }
also-paused = { $count } pausiert
also-held = { $count } angehalten
also-ended = { $count } beendet
effect-copy = Eine vollständige, geprüfte Kopie erscheint auf einmal unter ihrem neuen Namen. Das
    Original bleibt, wie es ist.
effect-trash = Es verlässt seinen Ordner sofort und wird dort verborgen behalten. Der Papierkorb gibt es
    zurück, bis es endgültig gelöscht wird.
effect-rename = Keine Daten werden kopiert. Die Dateien bleiben auf der Platte, wo sie sind, und
    erhalten nur einen neuen Platz im Baum.
effect-retag = Keine Daten werden kopiert. Die Dateien bleiben auf der Platte, wo sie sind; nur das
    Projekt, dem sie angerechnet werden, wechselt.
effect-repair = Nichts bewegt sich und keine Daten werden kopiert. Alles in dem Ordner wird dem eigenen Projekt
    des Ordners angerechnet, und auch, was dort noch entsteht.
effect-piecewise = Keine Daten werden kopiert. Ordner werden neu angelegt, und jede Datei wird in sie
    umbenannt; der Baum ist verborgen, solange das läuft.
effect-staged = Eine vollständige, geprüfte Kopie erscheint auf einmal unter ihrem neuen Namen. Das
    Original wird für das Rückgängigmachen verborgen behalten und bleibt angerechnet, bis es endgültig
    gelöscht wird.
copies-time = Kopiert { $bytes } · { $time }
no-copy-time = Keine Kopie · { $time }
nothing-to-move = Nichts zu verschieben
name-to-decide = Ein Name ist vergeben: wählen Sie, was daraus wird.
names-to-decide = { $count } Namen sind vergeben: wählen Sie, was daraus wird.
note-taken = Der Name ist vergeben.
note-replaces = Ersetzt, was dort ist.
note-restores = Was es ersetzt hatte, kommt zurück.
note-renamed = Erhält den Namen „{ $name }“.
kind-file = Datei
kind-folder = Ordner
kind-link = symbolischer Link
kind-fifo = benannte Pipe
kind-socket = Socket
kind-character-device = zeichenorientiertes Gerät
kind-block-device = blockorientiertes Gerät
state-accepted = Wartet auf den Beginn
state-preparing = Wird vorbereitet
state-publishing = Erscheint am Ziel
state-finishing = Wird abgeschlossen
state-done = Alles ist angekommen
state-unwinding = Alles wird zurückgestellt
state-undone = Alles ist wie zuvor
state-stuck = Jemand muss nachsehen; nichts ist verloren
waits-in-trash = Es wartet im Papierkorb
ending-undone = zurückgenommen, alles ist wie zuvor
ending-stuck = steckt fest, jemand muss nachsehen
phase-reserve = Vormerken
phase-restore = Zurückholen
phase-retag = Umbuchen
phase-rebuild = Neu anlegen
phase-copy = Kopieren
phase-verify = Vergleichen
phase-retire = Verbergen
phase-check = Prüfen
phase-publish = Erscheinen
phase-settle = Nachziehen
phase-unwind = Zurückstellen
phase-purge = Löschen
doing-reserve = Im Zielprojekt wird Platz vorgemerkt
doing-restore = Dateien kommen vom Band zurück, das kann Stunden dauern
doing-retag = Jeder Eintrag wird an Ort und Stelle dem Zielprojekt angerechnet
doing-rebuild = Ordner werden im Verborgenen neu angelegt, und jede Datei wird in sie umbenannt
doing-copy = Neben dem Ziel wächst eine verborgene Kopie
doing-verify = Die Kopie wird mit dem Original verglichen
doing-retire = Das Original wird verborgen und für das Rückgängigmachen behalten
doing-check = Grenzen und Änderungen werden noch einmal geprüft
doing-publish = Der neue Name erscheint, vollständig
doing-settle = Die Belegung im Dateisystem zieht nach
doing-unwind = Jeder Schritt wird zurückgenommen
doing-purge = Das verborgene Original wird gelöscht
deed-undo = Rückgängig: { $title }
deed-copy = Kopie: { $title }
deed-trash = Papierkorb: { $title }
deed-repair = Berichtigung: { $title }
trash-of = Papierkorb von { $project }
within = innerhalb von { $project }
entries-done =
    { $done } von { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträgen
    }
held = angehalten
paused = pausiert
consent-restore = Holen Sie sie zuerst zurück, so lange das auch dauert
consent-links = Verschieben Sie sie trotzdem; ihre anderen Namen bleiben, wo sie sind
consent-metadata = Verschieben Sie trotzdem, ohne diese Metadaten

## Strategies

strategy-rename = Umbenennen
strategy-retag = Umbuchen und umbenennen
strategy-hop = Umbuchen mit Zwischenhalt
strategy-piecewise = stückweises Umbenennen
strategy-staged = Kopie im Verborgenen
strategy-retag-only = Umbuchen

## Timeline

event-accepted = angenommen
event-step-started = Schritt begonnen
event-noted = vermerkt
event-step-finished = Schritt beendet
event-reopened = wieder aufgenommen
event-step-failed = Schritt gescheitert
event-cancel-requested = Abbruch verlangt
event-paused = pausiert
event-resumed = fortgesetzt
event-held = angehalten
event-hold-lifted = nicht mehr angehalten
event-step-undone = Schritt zurückgenommen
event-committed = besiegelt
event-done = erledigt
event-undone = zurückgenommen
event-stuck = steckt fest
event-retried = erneut versucht
event-purge-started = endgültiges Löschen begonnen
event-purged = endgültig gelöscht
step-reserve = vormerken
step-restore = zurückholen
step-retag = umbuchen
step-repair = berichtigen
step-recount = nachzählen
step-hop = Zwischenhalt
step-make-staging = verborgenen Ordner anlegen
step-copy-tree = Baum kopieren
step-rebuild = neu anlegen
step-verify = vergleichen
step-retire-source = Quelle verbergen
step-check = prüfen
step-barrier = dauerhaft speichern
step-set-aside = beiseitelegen
step-trash = in den Papierkorb
step-publish = erscheinen
step-put-back = zurücklegen
step-release = Vormerkung freigeben
step-describe = Beschreibung ablegen
step-forget = Beschreibung entfernen
