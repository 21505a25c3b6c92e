## Taken names

choose-each = Einzeln entscheiden
choose = Wählen …
replace = Ersetzen
merge-folders = Ordner zusammenführen
keep-both-one = Was Sie verschieben, erhält einen neuen Namen.
keep-both-many = Was Sie verschieben, erhält neue Namen.
replace-one = Was dort ist, wird verborgen behalten und kommt mit dem Rückgängigmachen wieder.
replace-many = Was dort ist, wird verborgen behalten und kommt mit dem Rückgängigmachen wieder.
skip-one = Dieses bleibt, wo es ist; der Rest geht.
skip-many = Diese bleiben, wo sie sind; der Rest geht.
merge-all = Der Inhalt kommt zu dem des Ordners dort; wo sich Dateien treffen, bleiben beide.
merge-some = Der Inhalt der Ordner kommt zu dem der Ordner dort; von allem anderen bleibt beides.

## Plan

plan = Plan
plan-reading = Es wird gelesen, was verschoben würde und was es kostet. Noch wird nichts angerührt.
nothing-touched = Nichts wurde angerührt.
planning-more = Wird geplant …
starting-more = Wird gestartet …
plan-again = Neu planen
plan-refused = Nichts wurde angerührt. So kann es nicht beginnen: siehe oben.
copy-as-command = Als Befehl kopieren
copy-link = Link kopieren
plan-expired = Dieser Plan ist zehn Minuten alt, und es kann sich etwas geändert haben.
plan-link-unreadable = Dieser Link schlägt keinen lesbaren Plan vor.
not-now = Jetzt nicht
promise-move = Alles wird verschoben oder nichts. Sie können es danach rückgängig machen.
promise-copy = Alles wird kopiert oder nichts. Sie können es danach rückgängig machen.
promise-trash = Jetzt wird nichts gelöscht. Sie können alles zurückholen.
promise-repair = Alles wird berichtigt oder nichts. Sie können es danach rückgängig machen.
compare-choice = Nach dem Kopieren jedes Byte vergleichen.
compare-choice-why = Beide Seiten werden noch einmal gelesen; das dauert länger.
projects-before-after = Projekte vorher und nachher
who-pays = Wer zahlt, vorher → nachher
cost = Kosten
what-it-takes = Was es braucht
items-title = Objekte
role-from = von
role-to = nach
role-within = in
without-projects = Dateisystem ohne Projekte
entries-title = Einträge
data-copied = Kopierte Daten
none-copied = keine
time = Zeit
seconds-exact = { $seconds } Sekunden
on-tape-only = Nur auf Band
on-tape-fact = Dateien, deren Inhalt zurückgeholt werden muss, bevor er gelesen werden kann
links-leaving = Harte Links nach außen
links-leaving-fact = Inodes mit weiteren Namen außerhalb
more-items = { $count } weitere
trash-place = Papierkorb
planning = Wird geplant
cannot-start = Es kann nicht beginnen: { $count ->
        [one] { $count } Grund
       *[other] { $count } Gründe
    }
plan-ready = Der Plan ist fertig. { $headline }
starting = Wird gestartet
undo-move = Vorgang { $id } rückgängig machen
copy-what-to-place = { $what } nach { $place } kopieren
trash-what-title = { $what } in den Papierkorb legen
repair-what-title = Berichtigen, was in { $what } anderswo angerechnet wird
started = Begonnen: { $title }

## Where to

move-name-to = „{ $name }“ verschieben nach …
move-items-to =
    { $count ->
        [one] { $count } Objekt
       *[other] { $count } Objekte
    } verschieben nach …
destination-folder = Zielordner
places = Orte
other-pane-is = Anderer Bereich: { $path }
plan-first = Bevor sich etwas bewegt, wird der Plan gezeigt.
show-plan = Plan zeigen

## While dragging

drop-hint = Auf einem Ordner, einem Teil des Pfades oder einem Projekt ablegen
counting = Wird gezählt …
to-project = nach { $name } · { $project }
to-name = nach { $name }
adds-nothing = Fügt nichts hinzu: dasselbe Projekt zahlt
adds = Zusätzlich { $least }{ $amount }
still-counting = Es wird noch gezählt. { $room }
fits = Passt. { $room }
name-taken-ask = Der Name ist vergeben: Sie wählen im Plan
names-taken-ask = { $count } Namen sind vergeben: Sie wählen im Plan
not-moved-to = Nicht nach { $folder } verschoben. { $why }
copies = Kopiert { $least }{ $bytes }
instant-no-copy = Sofort · keine Kopie
least = mindestens{ " " }
no-limit-here = Keine Grenze hier
room-for = Platz für { $amount }
room-for-both = Platz für { $bytes } · { $inodes }
needs = braucht { $least }{ $amount }, Platz ist für { $room }
too-big = Zu groß: { $reasons }
already-here = Schon hier
already-here-why = Es kommt aus diesem Ordner.
not-into-itself = Nicht in sich selbst
not-into-itself-why = Ein Ordner lässt sich nicht in sich selbst verschieben.
