## Was falsch berechnet wird

drift-to-project = { $count ->
    [one] { $count } Eintrag ({ $bytes }) wird dem Projekt { $to } berechnet und nicht dem Projekt { $own }.
   *[other] { $count } Einträge ({ $bytes }) werden dem Projekt { $to } berechnet und nicht dem Projekt { $own }.
}
drift-to-none = { $count ->
    [one] { $count } Eintrag ({ $bytes }) wird keinem Projekt berechnet und nicht dem Projekt { $own }.
   *[other] { $count } Einträge ({ $bytes }) werden keinem Projekt berechnet und nicht dem Projekt { $own }.
}
drift-to-others = { $count ->
    [one] { $count } Eintrag ({ $bytes }) wird noch anderen Projekten berechnet und nicht dem Projekt { $own }.
   *[other] { $count } Einträge ({ $bytes }) werden noch anderen Projekten berechnet und nicht dem Projekt { $own }.
}
drift-elsewhere-cause = Dateien behalten ihre Projektnummer, wenn sie in einen Ordner umbenannt werden, der keine weitergibt,
    oder waren schon da, bevor der Ordner seine eigene bekam.
drift-not-inherited = { $count ->
    [one] { $count } Ordner hat das Vererbungs-Kennzeichen nicht: was dort entsteht, wird keinem Projekt berechnet.
   *[other] { $count } Ordner haben das Vererbungs-Kennzeichen nicht: was dort entsteht, wird keinem Projekt berechnet.
}
drift-not-inherited-cause = Das Kennzeichen geht verloren, wenn eine Projektnummer ohne es gesetzt wird, oder mit einem Ordner,
    der für sich allein zurückgespielt wird.
drift-bytes = Dem Projekt { $own } werden { $charged } berechnet, und seine Einträge enthalten { $counted }.
drift-bytes-lustre = Die Inodes stimmen, also werden Objekte auf den OSTs einem anderen Projekt berechnet, oder Änderungen sind
    noch unterwegs. Prüfen Sie in einigen Minuten noch einmal; bleibt es, bitten Sie die Administration der Server um: { $command }
    (das stellt Projektnummern ab Lustre 2.17 richtig).
drift-bytes-local = Die Inodes stimmen, also werden gerade Dateien geschrieben, oder sie wurden gelöscht, während etwas sie offen
    hält. Prüfen Sie noch einmal, wenn Ruhe ist; bleibt es, bitten Sie um eine Prüfung des Dateisystems.
drift-over-hard = Projekt { $own } belegt { $used }, mehr als seine feste Grenze von { $limit }.
drift-over-soft = Projekt { $own } belegt { $used }, mehr als seine weiche Grenze von { $limit }.
drift-over-cause = Das ist keine falsche Berechnung: Grenzen binden root nicht, auf Lustre auch nicht eine Umbenennung oder eine
    Änderung der Projektnummer, und eine Grenze kann unter das gesenkt werden, was belegt ist.
drift-over-cure = Verschieben Sie etwas aus dem Projekt hinaus oder löschen Sie es, oder bitten Sie um eine höhere Grenze.
drift-entries = { $count ->
    [one] { $count } Eintrag
   *[other] { $count } Einträge
}
drift-more = Dem Projekt { $own } werden { $charged } berechnet, { $difference } mehr als in seinem Ordner liegen.
drift-more-cause = Sie liegen außerhalb dieses Ordners, wurden gelöscht, während etwas sie offen hält, oder entstehen gerade. Was
    außerhalb liegt, findet eine Prüfung dort: es wird diesem Projekt inmitten anderer berechnet.
drift-fewer = Dem Projekt { $own } werden { $charged } berechnet, { $difference } weniger als in seinem Ordner liegen.
drift-fewer-lustre = Die Zählung der Server ist falsch, wie nach einer Reparatur ihrer Platten. Bitten Sie deren Administration,
    { $look } anzusehen und e2fsck neu zählen zu lassen.
drift-fewer-xfs = Die Zählung des Dateisystems ist falsch, wie nach einem Absturz. Sie entsteht neu, wenn es einmal ohne Quota und
    dann wieder eingehängt wird.
drift-fewer-local = Die Zählung des Dateisystems ist falsch, wie nach einer Reparatur. e2fsck zählt auf dem ausgehängten Gerät neu.
drift-mended-by = Alles hier dem Projekt { $own } berechnen: tidelock repair { $path } zeigt, was das tut, und lässt sich
    rückgängig machen. Mit dem Werkzeug des Systems: { $command }
drift-unread = { $count ->
    [one] { $count } Ordner konnte nicht gelesen werden, also ist nicht bekannt, was dort liegt, und nichts wurde nachgezählt.
   *[other] { $count } Ordner konnten nicht gelesen werden, also ist nicht bekannt, was dort liegt, und nichts wurde nachgezählt.
}
drift-part = Das ist ein Teil seines Projekts, also wurden nur Projektnummern geprüft.
drift-uncharged = Was dem Projekt hier berechnet wird, dürfen Sie nicht lesen; root darf es.
drift-no-project = Das gehört zu keinem Projekt, also kann nichts falsch berechnet werden.
drift-not-started = Die Prüfung konnte nicht beginnen: { $why }.
