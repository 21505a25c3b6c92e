## Wer was tun ließ

audit-opened = Tidelock { $release } begann, dies aufzuschreiben
audit-torn = ein Absturz ließ den Eintrag davor unvollendet
audit-move-began = { $first } wird verschoben nach { $to }
audit-copy-began = { $first } wird kopiert nach { $to }
audit-undo-began = { $undone } wird rückgängig gemacht: { $first } geht nach { $to }
audit-trash-began = { $first } kommt in den Papierkorb
audit-repair-began = alles in { $first } wird seinem eigenen Projekt angerechnet
audit-done = fertig
audit-undone = rückgängig gemacht: alles ist wie zuvor
audit-cancel = abbrechen
audit-pause = anhalten
audit-resume = fortsetzen
audit-hold = zurückhalten
audit-lift-hold = nicht mehr zurückhalten
audit-purge = löschen, was fürs Rückgängigmachen aufbewahrt ist
audit-retention = was fürs Rückgängigmachen aufbewahrt war, wird gelöscht: seine Zeit ist um
audit-limits = die Grenzen für alle Verschiebungen werden gesetzt
audit-restored = { $path } bekommt seinen alten Namen zurück
audit-deleted = { $path } wird gelöscht, was eine Verschiebung zurückgelassen hatte
audit-adopted = { $path } wird als von diesem Server stammend beurteilt
audit-folder = der Ordner { $path } wird angelegt
audit-uploaded = { $count ->
    [one] { $count } Name wird hochgeladen nach { $folder }
   *[other] { $count } Namen werden hochgeladen nach { $folder }
}
audit-and-more = { $count ->
    [one] { $first } und { $count } weiteres
   *[other] { $first } und { $count } weitere
}
audit-sessions-ended = Sitzungen von { $user } sind beendet
audit-token-read = das Token „{ $name }“ ist gemacht, das ansehen darf
audit-token-move = das Token „{ $name }“ ist gemacht, das ansehen und verschieben darf
audit-token-administer = das Token „{ $name }“ ist gemacht, das verwalten darf
audit-token-ended = das Token „{ $name }“ von { $user } ist beendet
