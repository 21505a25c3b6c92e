## Signing in through a reverse proxy

nobody-named = Niemand sagt, wer Sie sind.
nobody-named-hint = Öffnen Sie { $url }, dort werden Sie gefragt. Skripte senden ein Token.
no-session-yet = Sie sind noch nicht angemeldet.
no-session-yet-hint = Öffnen Sie irgendeine Seite, dann sind Sie es. Skripte senden ein Token.
session-over = Ihre Sitzung ist beendet.
session-over-hint = Melden Sie sich wieder an, und es geht weiter, wo Sie sind. Laufende Vorgänge gehen weiter.
sign-in-again = Wieder anmelden
foreign-header = Nur der vorgeschaltete Server darf sagen, wer jemand ist.
foreign-header-hint = Öffnen Sie { $url }. Betreuen Sie diesen Server: docs/administration.md sagt, von welcher Adresse der vorgeschaltete kommen muss.
unfit-header = Der vorgeschaltete Server nennt Sie so, wie niemand heißen kann: { $why }.
unfit-header-hint = Wer ihn betreut, muss seine Kopfzeile einmal setzen, auf den Namen des Benutzers, und aus dem löschen, was Browser senden.
header-twice = es gibt mehr als eine Kopfzeile
header-empty = die Kopfzeile ist leer
header-too-long = die Kopfzeile ist zu lang
header-characters = die Kopfzeile hat Zeichen, die kein Name hat
unknown-user = Auf diesem System heißt niemand „{ $name }“.
unknown-user-hint = Sie sind angemeldet, haben hier aber kein Konto. Bitten Sie um eines, oder sagen Sie den Administratoren, unter welchem Namen Sie es haben.
system-account = „{ $name }“ ist ein Konto des Systems und darf sich nicht anmelden.
system-account-hint = Melden Sie sich als Sie selbst an.
not-served = Dieser Server kann nicht als „{ $name }“ arbeiten.
not-served-hint = Er hat keinen Broker: so arbeitet er als der Benutzer, der ihn gestartet hat, und lässt sonst niemanden ein.
directory-away = Das System kann gerade nicht sagen, wer Sie sind.
directory-away-hint = Sein Verzeichnis der Benutzer antwortet nicht. Versuchen Sie es gleich noch einmal.
wrong-token = Dieses Token ist unbekannt.
wrong-token-hint = Vielleicht ist es abgelaufen, oder jemand hat es beendet. Ein anderes machen Sie in den Einstellungen unter { $url }.
too-many-failures = Zu viele Anmeldungen sind fehlgeschlagen.
too-many-failures-hint = Warten Sie eine Minute.
not-kept = Das ließ sich nicht aufschreiben.
not-kept-hint = Das Protokoll des Servers sagt, warum.
scope-too-small = Dieses Token darf das nicht.
scope-too-small-hint = Machen Sie in den Einstellungen eines, das mehr darf, und beenden Sie dieses.
only-looks = Ein Prüfer sieht alles und ändert nichts.
only-looks-hint = Bitten Sie ein Mitglied oder einen Administrator.

## Sessions and tokens

no-sessions-here = Hier werden keine Sitzungen geführt.
no-such-session = Diese Sitzung gibt es nicht mehr.
no-such-token = Dieses Token gibt es nicht mehr.
only-a-person = Das darf nur ein Mensch, kein Token.
only-a-person-hint = Tun Sie es in den Einstellungen, in einem Browser.
token-name = Ein Token braucht einen Namen von höchstens { $most } Zeichen.
token-days = Ein Token gilt 1 bis { $most } Tage.
too-many-tokens = Sie haben { $most } Tokens, mehr dürfen es nicht sein. Beenden Sie erst eines.

## Signing in with a provider of OpenID Connect

nobody-signed-in = Sie sind nicht angemeldet.
sign-in-title = Anmelden
sign-in-lead = Tidelock verschiebt Dateien zwischen Projekten, vollständig oder gar nicht. { $name } sagt ihm, wer Sie sind.
sign-in-with = Anmelden mit { $name }
sign-out-there = Auch bei { $name } abmelden
sign-in-over = Diese Anmeldung ist vorbei.
sign-in-over-hint = Sie wurde schon benutzt, hat länger als zehn Minuten gedauert oder in einem anderen Browser begonnen. Melden Sie sich noch einmal an.
sign-in-cancelled = Sie haben sich nicht angemeldet.
sign-in-cancelled-hint = { $name } sagt, dass Sie nicht durften oder nicht wollten.
provider-away = { $name } lässt sich gerade nicht fragen, wer Sie sind.
provider-away-hint = Versuchen Sie es gleich noch einmal. Laufende Vorgänge gehen weiter, Sitzungen und Tokens auch.
provider-refused = { $name } hat Sie nicht angemeldet.
provider-refused-hint = Die Antwort ist „{ $answer }“. Sagen Sie es denen, die diesen Server betreuen; sein Protokoll sagt mehr.
wrong-id-token = Was { $name } von Ihnen sagt, gilt nicht.
wrong-id-token-hint = Melden Sie sich noch einmal an. Hilft das nicht, sagen Sie es denen, die diesen Server betreuen: sein Protokoll sagt, warum.
no-claim = { $name } sagt nicht, welches Konto hier Ihres ist.
no-claim-hint = Es fehlt „{ $claim }“. Sagen Sie es denen, die diesen Server betreuen.
no-provider-here = Hier sagt kein OpenID-Connect-Dienst, wer jemand ist.
show-anew = Zeigen Sie noch einmal, dass Sie es sind.
show-anew-hint = Das lässt sich nicht zurücknehmen, oder es gilt länger als Ihre Sitzung. Darum werden Sie noch einmal gefragt, kommen auf diese Seite zurück und haben dann zehn Minuten.
