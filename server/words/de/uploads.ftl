## Uploads

upload-nothing = Nichts wurde zum Hochladen gewählt.
upload-nothing-hint = Wählen Sie Dateien oder einen Ordner.
upload-too-many =
    { $count ->
        [one] { $count } Datei oder Ordner ist
       *[other] { $count } Dateien und Ordner sind
    } mehr, als eine Übertragung aufnimmt.
upload-too-many-hint = Eine Übertragung nimmt { $most } auf: senden Sie die Teile nacheinander, oder
    alles als ein Archiv.
upload-no-name = Eine Datei, die gesendet wird, braucht einen Namen.
upload-no-name-hint = Wählen Sie sie neu.
upload-hidden-name = { $path } trägt einen Namen, den nur Vorgänge und Übertragungen vergeben.
rename-or-leave = Benennen Sie es um, oder lassen Sie es weg.
upload-too-deep = { $path } läge zu tief: der Pfad wäre zu lang.
upload-too-deep-hint = Senden Sie es in einen Ordner weiter oben, oder als Archiv.
upload-twice = { $path } wird zweimal gesendet.
upload-twice-hint = Wählen Sie es einmal.
upload-both = { $path } wird als Datei und als Ordner gesendet.
upload-both-hint = Senden Sie eines davon.
upload-no-headroom-hint = Schaffen Sie dort Platz, bitten Sie um mehr Kontingent, oder senden Sie
    weniger.
upload-may-not = Sie dürfen nicht nach { $path } hochladen.
is-there = „{ $name }“ ist schon da.
are-there =
    { $count ->
        [one] { $count } Name ist
       *[other] { $count } Namen sind
    } schon da, zum Beispiel „{ $name }“.
one-is-there = Ein Name ist schon da.
are-there-hint = Behalten Sie beide, oder überspringen Sie, was da ist.
upload-nothing-left = Alles ist schon da, es bleibt also nichts hochzuladen.
upload-nothing-left-hint = Behalten Sie beide, oder senden Sie es in einen anderen Ordner.
upload-too-many-open = Sie haben { $most } Übertragungen, die nicht beendet sind.
upload-too-many-open-hint = Beenden Sie zuerst einige davon, oder brechen Sie sie ab.
no-such-upload = Eine solche Übertragung gibt es nicht.
no-such-upload-hint = Vielleicht ist sie beendet, abgebrochen, oder entfernt, weil niemand sie
    fortgesetzt hat.
no-such-file = Die Übertragung hat keine solche Datei.
upload-busy = An der Übertragung wird gerade gearbeitet.
try-again = Versuchen Sie es gleich noch einmal.
upload-past-cancelling = Alles ist übertragen, und die Namen erscheinen gerade: die Übertragung lässt
    sich nur noch beenden.
upload-past-cancelling-hint = Beenden Sie sie, und löschen Sie, was Sie nicht wollen.
upload-offset = { $length } der Datei sind da; das nächste Stück beginnt dahinter.
upload-too-much = Die Datei ist größer als angekündigt.
upload-too-much-hint = Vielleicht wurde sie inzwischen geändert: brechen Sie die Übertragung ab, und
    beginnen Sie eine neue.
upload-cut-off = Das Stück wurde abgeschnitten.
upload-cut-off-hint = Senden Sie den Rest ab dort, wo die Datei endet.
upload-not-kept = Der Server kann sich keine Übertragungen merken: { $error }.
upload-not-kept-hint = Vielleicht ist sein Zustandsordner voll: zeigen Sie dies einem Administrator.
upload-full = Das Projekt von { $path } hat keinen Platz mehr.
upload-full-hint = Schaffen Sie dort Platz, oder bitten Sie um mehr Kontingent, und machen Sie dann
    weiter: nichts muss noch einmal gesendet werden.
upload-read-only = { $path } kann nicht beschrieben werden: das Dateisystem lässt nur Lesen zu.
name-too-long = Ein Name ist zu lang für dieses Dateisystem.
name-too-long-hint = Geben Sie ihm einen kürzeren Namen.
upload-gone = Die Übertragung nach { $path } gibt es nicht mehr.
upload-gone-hint = Der Ordner wurde inzwischen verschoben oder gelöscht. Beginnen Sie eine neue
    Übertragung.
upload-changed = Jemand hat geändert, was die Übertragung nach { $path } angelegt hatte.
upload-changed-hint = Brechen Sie sie ab, und beginnen Sie eine neue.
upload-charged-elsewhere = Was in { $path } entsteht, wird nicht dem Projekt des Ordners angerechnet.
upload-charged-elsewhere-hint = Zeigen Sie dies einem Administrator.
upload-incomplete =
    { $count ->
        [one] { $count } Datei ist
       *[other] { $count } Dateien sind
    } nicht ganz angekommen, zum Beispiel { $example }.
upload-incomplete-hint = Senden Sie zuerst den Rest.
