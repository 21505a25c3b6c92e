## Pages

to-overview = Zur Übersicht
page-failed = Diese Seite ließ sich nicht erstellen.
page-failed-hint = Das Protokoll des Servers sagt mehr; laufende Vorgänge gehen weiter.

## Who may

other-host = Dieser Server heißt nicht so.
other-host-hint = Öffnen Sie ihn unter der Adresse, die er beim Start ausgegeben hat.
other-origin = Das hat keine unserer eigenen Seiten verlangt.
nobody-acts = Tidelock kann gerade nicht für Sie handeln.
nobody-acts-hint = Versuchen Sie es gleich noch einmal. Hält es an, so sagt das Protokoll des Servers einem Administrator, warum.
too-much-at-once = An so vielem, worum Sie gebeten haben, wird noch gearbeitet, dass jetzt nichts weiter beginnt.
too-much-at-once-hint = Warten Sie, bis etwas davon fertig ist. Geht nichts voran, so antwortet ein Dateisystem nicht, oder ein Download wird nicht abgenommen.
not-ready = Der Server beendet, was ein früherer übrig gelassen hat.
not-known = Dieses Tidelock gehört jemandem und kennt Sie noch nicht.

## Calls

no-such-call = Einen solchen Aufruf gibt es nicht.
no-such-call-hint = Aufrufe geschehen mit POST.
no-path = Das ist kein Pfad: { $problem }.
chunk-offset = Ein Stück sagt, wo es beginnt: ?offset=BYTES.
went-wrong = Im Server ist etwas schiefgegangen.
went-wrong-hint = Sein Protokoll sagt mehr; laufende Vorgänge gehen weiter.
only-administrator = Das darf nur ein Administrator.
only-administrator-hint = Bitten Sie einen; der der Demo heißt admin.
audit-unwritable = Nichts geschieht, was nicht ins Protokoll der Aufträge geschrieben werden kann: { $why }.
audit-unwritable-hint = Warum, steht im Protokoll des Servers. Nach seinem nächsten Start nimmt er wieder Aufträge an, sobald sein Zustandsordner beschreibbar ist.

## Signing in

how-to-sign-in = Zum Anmelden öffnen Sie den Link, den `tidelock serve` beim Start ausgegeben hat. Er
    gilt einmal; ein neuer Start des Servers gibt einen neuen aus, und laufende Vorgänge gehen weiter,
    wo sie waren.
link-used = Dieser Link wurde schon benutzt.
link-used-hint = Er lässt einen Browser ein, einmal. Waren Sie das nicht, so beenden Sie den Server
    jetzt.
link-used-again = Ein neuer Start des Servers gibt einen neuen Link aus.
link-unknown = Dieser Link ist nicht von diesem Server.
link-unknown-hint = Jeder Start des Servers gibt einen neuen aus; der zuletzt ausgegebene gilt.
no-session = Es ließ sich keine Sitzung beginnen.
no-session-hint = Das Protokoll des Servers sagt, warum.
only-demo = Nur in der Demo kann man jemand anderes werden.
request-unreadable = Die Anfrage war nicht lesbar: { $problem }
request-unreadable-hint = Nennen Sie „user“ in einem Formular oder in JSON.
no-such-user = Einen Benutzer „{ $name }“ gibt es hier nicht.
signed-out = Sie sind abgemeldet
demo-lets-in = Die Demo braucht kein Passwort: wer sie öffnet, ist eingelassen.
back-to-demo = Zurück zur Demo
moves-go-on = Laufende Vorgänge gehen weiter.

## Searches

inventory-not-started = Das Durchsehen ließ sich nicht beginnen: { $error }.
inventory-ended = Es wurde beendet: ein anderes wurde begonnen, oder niemand sah mehr hin.
search-not-started = Die Suche ließ sich nicht beginnen: { $error }.
search-gone = Eine solche Suche gibt es nicht mehr.
start-anew = Beginnen Sie sie neu.
survey-not-started = Das Zählen ließ sich nicht beginnen: { $error }.
survey-gone = Eine solche Zählung gibt es nicht mehr.
nobody-followed = Niemand sah mehr hin.

## Projects

no-such-project = Es gibt kein Projekt „{ $path }“, das Sie sehen können.
no-such-project-hint = Die Seite der Projekte nennt alle, die es gibt.
history-failed = Was das Projekt früher belegt hat, ließ sich nicht lesen.
history-failed-hint = Das Protokoll des Servers sagt mehr.
