## Warnings

comes-back-as-is = Alles kommt zurück, wie es jetzt ist.
entries-what =
    { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträge
    } { $what }
skipped =
    { $count ->
        [one] 1 Objekt wird übersprungen: sein Name ist vergeben. Es bleibt, wo es ist.
       *[other] { $count } Objekte werden übersprungen: ihre Namen sind vergeben. Sie bleiben, wo sie sind.
    }
emptied =
    { $count ->
        [one] 1 Ordner wird mit dem zusammengeführt, der dort ist. Er bleibt leer zurück.
       *[other] { $count } Ordner werden mit denen zusammengeführt, die dort sind. Sie bleiben leer zurück.
    }
remade =
    { $count ->
        [one] 1 symbolischer Link oder eine Pipe wird neu angelegt, mit allem außer der Inode-Nummer.
       *[other] { $count } symbolische Links und Pipes werden neu angelegt, mit allem außer ihren Inode-Nummern.
    }
sockets =
    { $count ->
        [one] 1 Socket geht mit und bleibt dem Projekt der Quelle angerechnet.
       *[other] { $count } Sockets gehen mit und bleiben dem Projekt der Quelle angerechnet.
    }
charged-twice = Bis die alte Kopie endgültig gelöscht ist, wird beiden Seiten angerechnet: { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    } bleiben, wo sie waren.
charged-twice-hint = Mit der alten Kopie geht das Rückgängigmachen ohne Kopieren. Löschen Sie sie
    endgültig, wenn Sie sicher sind.
trash-stays-charged = Was im Papierkorb ist, wird angerechnet, bis es endgültig gelöscht ist: { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    }.
trash-stays-charged-hint = Löschen Sie es im Papierkorb (tidelock purge), wenn Sie den Platz sofort
    brauchen.
loss-of =
    { $loss } von { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträgen
    }
lost-metadata = Die Kopie kann nicht erhalten: { $losses }.
lost-metadata-hint = Inhalt, Namen und Links bleiben in jedem Fall erhalten. Das Rückgängigmachen bringt
    das Original mit allem zurück.
links-stay =
    { $count ->
        [one] { $count } Datei hat
       *[other] { $count } Dateien haben
    } weitere Namen außerhalb; ihre Anrechnung geht mit, jene Namen bleiben.
stripes-lost =
    { $count ->
        [one] { $count } Ordner ist über mehrere Metadatenserver verteilt; neu angelegt, liegt er auf einem.
       *[other] { $count } Ordner sind über mehrere Metadatenserver verteilt; neu angelegt, liegt jeder auf einem.
    }
stripes-lost-hint = Namen in einem sehr großen Ordner brauchen dann mehr Zeit. Ein Administrator kann
    sie wieder verteilen (`lfs migrate -m`).
soft-limit = { $payer } überschreitet die weiche Grenze, und die Schonfrist beginnt.
soft-limit-hint = Schaffen Sie innerhalb der Schonfrist Platz, oder bitten Sie um mehr Kontingent.
drift-mended =
    { $count ->
        [one] { $count } Eintrag wird einem anderen Projekt angerechnet als der Rest; danach wird alles
       *[other] { $count } Einträge werden einem anderen Projekt angerechnet als der Rest; danach wird alles
    } dem Ziel angerechnet.
drift-mended-hint = Das Rückgängigmachen rechnet sie wie den Rest dem Projekt der Quelle an.
replaces = Was den Namen jetzt trägt, wird ersetzt: { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträge
    }, { $bytes }.
replaces-hint = Es wird verborgen behalten, kommt mit dem Rückgängigmachen wieder und bleibt
    angerechnet, bis der Vorgang endgültig gelöscht wird.
emptied-hint = Das Rückgängigmachen stellt alles zurück. Was leer ist, kann weg, wenn Sie sicher sind.
replaced-is-gone = Was der Vorgang ersetzt hatte, ist endgültig gelöscht und kommt nicht zurück.
undone-inexactly = Das lässt sich nicht genau rückgängig machen: { $count ->
        [one] { $count } Eintrag käme
       *[other] { $count } Einträge kämen
    } zurück, angerechnet dem Projekt des Ziels.
undone-inexactly-hint = Nur ein Administrator könnte die alte Projekt-ID zurückbringen.
charged-to-nobody = Das Ziel gibt sein Projekt nicht an neue Einträge weiter: { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    } werden keinem Projekt angerechnet.
charged-to-nobody-hint = Wer sich um das Projekt kümmert, kann die Vererbung des Ordners einschalten
    (lfs project -s, oder chattr +P).
restores =
    { $count ->
        [one] { $count } Datei wird
       *[other] { $count } Dateien werden
    } zuerst vom Band zurückgeholt, zusammen { $bytes }, und wieder der Quelle angerechnet.
restores-hint = Wie lange das dauert, liegt am Archiv. Der Vorgang wartet unterdessen und lässt sich
    abbrechen.
stay-on-tape =
    { $count ->
        [one] { $count } Datei liegt
       *[other] { $count } Dateien liegen
    } nur auf Band und bleiben dort: nichts wird gelesen.
stay-on-tape-hint = Eines Tages zurückgeholt, belasten sie das Ziel mit { $bytes }.
limits-unknown = Die Grenzen von { $payer } dürfen Sie nicht lesen.
limits-unknown-hint = Wenn es nicht passt, hält das Dateisystem die Kopie an, und alles bleibt, wie es
    war.
remade-hint = Ein Programm, das eine der Pipes offen hat, muss sie neu öffnen.
sockets-hint = Ein neues würde das Programm abschneiden, das daran lauscht. Ein Neustart dieses
    Programms rechnet es richtig an.
added = hinzugekommen
removed = entfernt
changed = geändert
for-example = , zum Beispiel { $examples }
not-as-left = { $path } ist nicht so, wie der Vorgang es hinterlassen hat: { $parts }{ $examples }.
original-comes-back = Das Original kommt zurück, wie es war; was hinzukam oder geändert wurde, bleibt in
    der Kopie, die verborgen und behalten wird.
copy-out-first = Kopieren Sie zuerst heraus, womit Sie weitermachen wollen. Wird das Rückgängigmachen
    endgültig gelöscht, so bleibt, was abweicht.
times-tell = Zeiten und die Zahl der Einträge zeigen das: was durch ebenso viel anderes ersetzt wurde,
    ist nicht zu sehen.
some-unread = Einiges davon dürfen Sie nicht lesen, und es wurde nicht verglichen.
loss-owner = Eigentümer und Gruppe
loss-privileged = Capabilities und andere privilegierte Attribute
loss-attributes = ACLs und erweiterte Attribute
loss-flags = Inode-Merkmale
loss-nanoseconds = Zeiten unterhalb einer Sekunde
loss-layout = die Verteilung auf Server
