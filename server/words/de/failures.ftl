## Failures

doing-list = { $path } auflisten
doing-read = { $path } lesen
doing-download = { $path } herunterladen
doing-search = { $path } durchsuchen
doing-create = in { $path } einen Ordner anlegen
doing-look = { $path } ansehen
doing-look-through = { $path } durchsehen
doing-count = { $path } zählen
doing-upload = nach { $path } hochladen
doing-manage = { $path } verwalten
may-not-do = Das dürfen Sie nicht: { $doing }.
could-not-do = Das ging nicht: { $doing } ({ $error }).
cancelled = Der Vorgang wurde abgebrochen.
no-room = Es war nicht genug Platz: { $said }.
no-room-hint = Schaffen Sie Platz, oder bitten Sie um mehr Kontingent, und verschieben Sie dann noch
    einmal.
name-taken-meanwhile = Der Name war inzwischen vergeben: { $said }.
name-taken-meanwhile-hint = Wählen Sie einen anderen Namen, und verschieben Sie dann noch einmal.
world-changed = Etwas wurde inzwischen geändert: { $said }.
world-changed-hint = Sehen Sie es sich an, und planen Sie neu.
source-changes = An der Quelle wird gearbeitet: { $said }.
source-changes-hint = Halten Sie an, was dort schreibt, und verschieben Sie dann noch einmal.
cannot-keep = Etwas konnte nicht erhalten werden: { $said }.
file-system-failed = Das Dateisystem hat versagt: { $said }.
show-administrator = Wenn das so bleibt, zeigen Sie es einem Administrator.
unknown-move = Einen Vorgang { $id } gibt es nicht.
unknown-move-hint = `tidelock moves` nennt sie alle.
refused = Der Plan ist abgelehnt.
also = Außerdem: { $message }
past-cancelling = Der Vorgang { $id } lässt sich nicht mehr abbrechen.
past-cancelling-hint = Sobald er erledigt ist, lässt er sich rückgängig machen.
past-pausing = Der Vorgang { $id } lässt sich nicht mehr pausieren.
past-pausing-hint = Er wartet schon, oder sein neuer Name erscheint gerade.
deleted-for-good = Was der Vorgang { $id } in den Papierkorb gelegt hatte, wurde endgültig gelöscht.
deleted-for-good-hint = Hier ist nichts mehr davon. Vielleicht hat es eine Sicherung oder ein Snapshot
    des Dateisystems.
nothing-to-undo = Der Vorgang { $id } ist nicht erledigt, es gibt also nichts rückgängig zu machen.
undone-already = Der Vorgang { $id } ist schon rückgängig gemacht, durch { $by }.
key-taken = Der Schlüssel wurde schon für den Vorgang { $id } benutzt, der etwas anderes verschiebt.
key-taken-hint = Benutzen Sie für jeden Vorgang einen neuen Schlüssel, und denselben nur, um dasselbe
    noch einmal zu verlangen.
nothing-to-purge = Der Vorgang { $id } behält keine alte Kopie.
being-purged = Die alte Kopie des Vorgangs { $id } wird gerade endgültig gelöscht und kann nicht
    zurückkommen.
purge-failed = Die alte Kopie konnte nicht endgültig gelöscht werden: { $said }.
purge-failed-hint = Versuchen Sie es noch einmal; es geht weiter, wo es stehen blieb.
shutting-down = Der Server fährt herunter, oder konnte sein Journal nicht schreiben.
shutting-down-hint = Starten Sie ihn wieder: offene Vorgänge gehen von selbst weiter.
stopped = Es wurde angehalten.
not-there = { $path } gibt es nicht.
not-there-hint = Vielleicht wurde es inzwischen verschoben oder gelöscht.
links-not-followed = Symbolischen Links wird nie gefolgt.
ask-owner = Bitten Sie den Eigentümer um die Erlaubnis.
state-full = Die Platte des Zustandsordners ist voll: Ein Vorgang, der jetzt begänne, könnte nicht festhalten, wie er endet ({ $cause }). Nichts wurde verändert.
state-full-hint = Schaffen Sie dort einige Megabyte Platz und versuchen Sie es noch einmal.
journal-failed = Das Journal hat versagt: { $other }.
journal-failed-hint = Prüfen Sie, ob die Platte des Zustandsordners Platz hat und arbeitet.
