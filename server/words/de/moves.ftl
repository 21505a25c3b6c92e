## Ways back

reason-was-hidden = Es war nur verborgen: ein Umbenennen bringt es zurück.
reason-was-kept = Das Original wurde behalten: ein Umbenennen bringt es zurück, und nichts wird kopiert.
cancelled-before = Der Vorgang wurde abgebrochen. Alles ist, wie es vorher war.

## What a move does

waits-turn = Wartet, bis es an der Reihe ist: andere Vorgänge laufen zuerst.
waits-tape = Wartet auf das Band: { $count ->
        [one] { $count } Datei
       *[other] { $count } Dateien
    } mit { $bytes } sind noch nicht zurück.
waits-room = Wartet auf Platz: das Projekt oder das Dateisystem ist voll. Es geht von selbst weiter,
    sobald Platz ist.
waits-servers = Wartet auf einen Dateiserver, der nicht antwortet.
waits-drained = Die Administration lässt gerade nichts Neues sichtbar werden. Es ist vorbereitet und geht danach von selbst weiter.
kept-at = Andere hatten etwas davon geändert; es ist unter „{ $path }“ aufbewahrt.
not-found-again = „{ $path }“ war nicht wiederzufinden: andere haben es inzwischen verschoben oder gelöscht.
came-back-as = Der alte Name war inzwischen vergeben; es kam als „{ $path }“ zurück.
held-by = Ein Administrator hält diesen Vorgang an. Was bisher getan ist, bleibt.
paused-so-far = Pausiert. Was bisher getan ist, bleibt; setzen Sie ihn fort, wann Sie wollen.
copy-in-place = Das Original bleibt an seinem Platz, bis die Kopie vollständig ist.
tree-is-hidden = Der Baum ist verborgen, bis alles seinen neuen Platz hat.
stays-usable = Alles bleibt unterdessen lesbar und beschreibbar.
putting-back = Alles wird dorthin zurückgebracht, wo es war.

## Reasons

reason-same-charge = An der Anrechnung ändert sich nichts, also genügt ein Umbenennen.
reason-no-projects = Dieses Dateisystem kennt keine Projekte, also genügt ein Umbenennen.
reason-rename-recharges = Dieses Dateisystem rechnet beim selben Umbenennen dem Ziel an.
reason-may-retag = Die Projekt-ID wird an Ort und Stelle geändert, dann verschiebt es ein Umbenennen:
    kein Byte wird kopiert.
reason-hop = Die Projekt-ID wird an Ort und Stelle geändert, dann verschieben es zwei Umbenennungen an
    der Vererbung eines Ordners vorbei, wie es auch das Rückgängigmachen täte: kein Byte wird kopiert.
reason-renames-recharge = Hier wird jede Datei beim Umbenennen ihrem neuen Projekt angerechnet, also
    werden nur die Ordner neu angelegt: kein Byte wird kopiert.
reason-other-file-system = Das Ziel liegt auf einem anderen Dateisystem, also müssen die Daten kopiert
    werden.
reason-other-server = Das Ziel liegt auf einem anderen Metadatenserver, und Umbenennen zwischen Servern
    ist hier abgeschaltet, also müssen die Daten kopiert werden.
reason-may-not-retag = Projekt-IDs kann hier nur ein Administrator ändern, also müssen die Daten kopiert
    werden.
reason-flag-blocks = Die Vererbung verhindert hier das Umbenennen oder dessen Rückgängigmachen, also
    müssen die Daten kopiert werden.
reason-kind = Dieses Dateisystem kann die Projekt-ID symbolischer Links und besonderer Dateien nicht
    ändern, also müssen die Daten kopiert werden.
reason-remakes = Die Projekt-ID wird an Ort und Stelle geändert, und symbolische Links und Pipes, die
    ihre nicht ändern können, werden neu angelegt: kein Byte wird kopiert.
reason-copy = Das Original bleibt, also werden die Daten kopiert.
reason-trashed = Ein Umbenennen verbirgt es, wo es ist, und ein weiteres bringt es zurück.
reason-repaired = Nur Projekt-IDs und Vererbung ändern sich, an Ort und Stelle: nichts bewegt sich, und kein Byte wird kopiert.
