## Plans

outside-roots = { $path } liegt außerhalb der Ordner, die hier verwaltet werden.
outside-roots-hint = Wählen Sie etwas in einem verwalteten Ordner, oder starten Sie den Server mit einem
    weiteren --root.
source-missing = { $path } gibt es nicht.
source-missing-hint = Prüfen Sie die Schreibweise; vielleicht wurde es inzwischen verschoben oder
    gelöscht.
destination-missing = Den Zielordner { $path } gibt es nicht.
destination-missing-hint = Legen Sie den Ordner zuerst an, oder wählen Sie einen vorhandenen. Eine
    einzelne Quelle kann einen neuen Namen bekommen (--as NAME).
not-a-folder = { $path } ist kein Ordner, oder liegt hinter einem symbolischen Link.
not-a-folder-hint = Symbolischen Links wird nie gefolgt: geben Sie den Pfad an, auf den der Link zeigt.
may-not-change = Sie dürfen in { $path } keine Einträge hinzufügen oder entfernen.
may-not-change-hint = Bitten Sie den Eigentümer um das Schreibrecht.
not-yours = { $path } gehört jemand anderem, und nur der Eigentümer darf es hier umbenennen.
not-yours-hint = Bitten Sie den Eigentümer oder einen Administrator, es zu verschieben.
may-not-read =
    { $count ->
        [one] { $count } Eintrag ist
       *[other] { $count } Einträge sind
    } für Sie nicht lesbar, zum Beispiel { $example }.
may-not-read-hint = Bitten Sie den Eigentümer um das Leserecht, oder lassen Sie diesen Teil weg.
name-taken = { $path } gibt es schon.
name-taken-hint = Behalten Sie beide, ersetzen Sie es, überspringen Sie es oder führen Sie die Ordner
    zusammen (--on-conflict), oder geben Sie einen neuen Namen an (--as NAME).
same-file = { $path } und { $other } sind zwei Namen einer Datei.
same-file-hint = Nichts muss ersetzt werden: entfernen Sie einen der Namen, oder behalten Sie beide.
mount-point = Bei oder in { $path } ist ein anderes Dateisystem eingehängt.
mount-point-hint = Hängen Sie es zuerst aus, oder verschieben Sie die Teile darum herum einzeln.
frozen =
    { $count ->
        [one] { $count } Eintrag ist
       *[other] { $count } Einträge sind
    } unveränderlich oder nur zum Anhängen, zum Beispiel { $example }.
frozen-hint = Ein Administrator kann das Merkmal mit chattr -i oder chattr -a entfernen.
held-by-its-charge = { $path } wird einem anderen Projekt angerechnet als sein Ordner; dort lässt das
    Dateisystem niemanden es umbenennen.
held-by-its-charge-hint = Lassen Sie jemanden, der Projekt-IDs ändern darf, ihm zuerst die seines
    Ordners geben, mit `tidelock repair` oder im Leitstand, und verschieben Sie es dann.
held-by-its-server = { $path } liegt auf einem anderen Metadatenserver als sein Ordner, und Umbenennen von einem
    zum anderen ist hier abgeschaltet: Es kann weder umbenannt noch verborgen werden.
held-by-its-server-hint = Kopieren Sie es, oder bitten Sie die Administratoren der Server, es mit `lfs migrate -m`
    zu seinem Ordner zu bringen oder `enable_remote_rename` zu erlauben.
upload-inside = Bei { $path } wird gerade etwas hochgeladen.
upload-inside-hint = Warten Sie, bis es beendet ist, oder lassen Sie es von dem abbrechen, der es
    begonnen hat.
other-move = Bei { $path } ist ein anderer Vorgang an der Arbeit.
other-move-hint = Warten Sie, bis er beendet ist. Führt ihn niemand mehr aus, so beendet ihn `tidelock
    recover` mit seinem Zustandsordner.
other-move-orphans = `tidelock recover --orphans DIR` sagt, wem er gehört und was sich tun lässt.
kept-inside = Etwas, das der Vorgang { $by } für sein Rückgängigmachen behält, liegt darin, unter { $path }.
kept-inside-hint = Holen Sie es zurück (tidelock undo { $by }), oder löschen Sie es endgültig (tidelock
    purge { $by }).
kept-inside-browser = Im Browser geht dasselbe im Papierkorb und auf der Seite dieses Vorgangs.
overlap = Der Vorgang { $other } arbeitet schon an { $path }.
overlap-hint = Warten Sie, bis er beendet ist (tidelock status { $other }), oder brechen Sie ihn ab.
on-tape =
    { $count ->
        [one] { $count } Datei liegt
       *[other] { $count } Dateien liegen
    } nur auf Band, und dieser Vorgang muss die Daten kopieren.
on-tape-hint = Stimmen Sie zu, dass sie zuerst zurückgeholt werden, so lange das auch dauert (--allow
    restore), oder tun Sie es mit lfs hsm_restore.
lost = Das Archiv hat den Inhalt von { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    } verloren, zum Beispiel „{ $example }“: es gibt nichts zu kopieren.
lost-hint = Fragen Sie einen Administrator, ob der Inhalt anderswo zu bekommen ist.
links-leaving =
    { $count ->
        [one] { $count } Datei hat
       *[other] { $count } Dateien haben
    } weitere Namen außerhalb dessen, was verschoben wird; die Anrechnung ginge mit, und jene Namen blieben.
links-leaving-hint = Verschieben Sie die anderen Namen mit, oder stimmen Sie zu, dass sie bleiben
    (--allow hard-links-leaving).
devices =
    { $count ->
        [one] { $count } Gerätedatei
       *[other] { $count } Gerätedateien
    } kann in einer Kopie nur root neu anlegen.
devices-hint = Lassen Sie sie weg, oder bitten Sie einen Administrator, diesen Vorgang auszuführen.
unplannable = { $path } kann nicht angesehen werden: { $message }.
ask-administrator = Wenn das so bleibt, bitten Sie einen Administrator, sich das Dateisystem anzusehen.
changed-since = { $path } ist nicht mehr das, was der Vorgang dort hinterlassen hat.
changed-since-hint = Verschieben Sie es von Hand zurück, als neuen Vorgang, wenn Sie das noch wollen.
no-project-of = { $path } gehört zu keinem Projekt.
no-project-of-hint = Nennen Sie den Ordner eines Projekts, oder einen darin.
nothing-to-repair = Alles in { $path } wird schon dem eigenen Projekt angerechnet.
nothing-to-repair-hint = Es ist nichts zu tun. `tidelock drift DIR` sucht nach mehr, als eine Berichtigung richten kann.
may-not-retag = Sie dürfen die Projekt-IDs in { $path } nicht ändern.
may-not-retag-hint = Auf Lustre darf es nur ein Administrator, anderswo, wem alles davon gehört: bitten Sie darum, es zu berichtigen.
nothing-left = Alles ist schon dort, es bleibt also nichts zu verschieben.
nothing-left-hint = Behalten Sie beide, ersetzen Sie, was dort ist, oder geben Sie ihm einen neuen
    Namen.
too-many-to-merge = Die beiden Ordner treffen sich an zu vielen Stellen für einen Vorgang.
too-many-to-merge-hint = Führen Sie einige der Ordner darin zuerst zusammen, als eigene Vorgänge.
short-of-bytes = { $needed } werden gebraucht, und { $left } sind frei
short-of-inodes = { $needed } Inodes werden gebraucht, und { $left } sind frei
no-headroom = Das passt nicht in { $payer }: { $parts }.
and-also = , und{ " " }
no-headroom-hint = Schaffen Sie dort Platz, bitten Sie um mehr Kontingent, oder verschieben Sie weniger
    auf einmal.

## Requests

nothing-picked = Nichts wurde zum Verschieben gewählt.
nothing-picked-hint = Nennen Sie mindestens eine Quelle.
one-new-name = Ein neuer Name kann nur einer einzigen Quelle gegeben werden.
one-new-name-hint = Verschieben Sie die Quellen einzeln.
top-stays = Die oberste Ebene eines Dateisystems lässt sich nicht verschieben.
top-stays-hint = Wählen Sie, was darin liegt.
into-itself = { $path } lässt sich nicht in sich selbst verschieben.
into-itself-hint = Wählen Sie ein Ziel außerhalb davon.
already-there = { $path } ist schon in diesem Ordner.
already-there-hint = Wählen Sie ein anderes Ziel.
same-name = { $one } und { $other } bekämen denselben Namen.
same-name-hint = Verschieben Sie eines davon unter einem neuen Namen (--as NAME).
nested = { $inner } liegt in { $outer }, das ebenfalls verschoben wird.
nested-hint = Lassen Sie das innere weg: es geht mit dem äußeren.
path-without-dots = Geben Sie den Pfad ohne die Teile „.“ und „..“ an.
path-in-full = Geben Sie den ganzen Pfad an, beginnend mit „/“.
path-check = Prüfen Sie den Pfad.
path-invalid = „{ $text }“ lässt sich nicht verwenden: { $why }.
limit-of-nothing = Eine Grenze von 0 ließe jeden Vorgang für immer warten.
limit-of-nothing-hint = Halten Sie einzelne Vorgänge an (tidelock hold MOVE), oder lassen Sie die Grenze
    weg.

## Folders

chosen-most = Höchstens { $most } Einträge lassen sich zugleich auswählen.
chosen-most-hint = Wählen Sie den Ordner, in dem sie liegen.
hidden-name = „{ $name }“ ist ein Name, den nur Vorgänge vergeben.
other-name = Wählen Sie einen anderen Namen.
folder-full = Das Projekt hat keinen Platz für einen weiteren Ordner.
folder-full-hint = Geben Sie einige seiner Inodes frei.
gone-already = „{ $name }“ ist schon nicht mehr da.
no-such-root = „{ $path }“ gibt es nicht.
not-managed = „{ $path }“ liegt außerhalb der Ordner, die hier verwaltet werden.
not-managed-hint = Die Übersicht nennt die verwalteten Ordner.
