## Page

promises-title = Was ein Vorgang zusichert
promises-lead = Ein Vorgang ist eine Transaktion. Er endet erledigt oder zurückgenommen, und Sie
    erfahren, welches von beiden. Mehr wird nicht behauptet: dies ist eine einzige Tätigkeit mit
    Zusagen, kein neues Dateisystem.
on-this-page = Auf dieser Seite
not-promised = Was nicht zugesichert wird
how-it-is-done = Wie es geschieht

## Promises

atomic = Alles oder nichts
atomic-text = Unter dem neuen Namen ist nichts, oder alles. Niemand kann dort einen halben Ordner
    auflisten.
atomic-several = Mehrere Objekte gehen zusammen: alle oder keines.
atomic-failure = Nach einem Fehler, einem Abbruch, einem getöteten Server, einem Stromausfall oder
    einem vollen Kontingent geht der Vorgang von selbst weiter und endet erledigt, oder zurückgenommen
    und mit allem wie zuvor. Nur Änderungszeiten des Inodes und die Zeiten der Ordner darüber können
    abweichen.
atomic-stuck = Scheitert beim Zurückstellen ein zweites Mal etwas, so sagt der Vorgang, dass er
    feststeckt. Nichts ist verloren, nichts wird vor Ihnen verborgen, und er sagt, wo alles ist.
atomic-lustre = Auf Lustre kann sich der neue Name eines Ordners für einen Augenblick als leerer Ordner
    zeigen, den niemand betreten kann.
fits-promise = Es passt, oder es beginnt nicht
fits-text = Bytes und Inodes werden gegen die harte Grenze des Ziels geprüft, gegen seine Belegung und
    gegen das, was andere laufende Vorgänge vorgemerkt haben. Das Dateisystem selbst prüft das bei
    solchen Vorgängen nicht, also tun wir es.
fits-again = Dasselbe wird noch einmal geprüft, unmittelbar bevor der neue Name erscheint.
fits-charged = Danach wird jede Datei dem Projekt des Ziels angerechnet, oder der Plan hat vorher
    gesagt, welche nicht.
fits-copy = Eine Kopie wird beiden Projekten angerechnet, bis ihr verborgenes Original endgültig
    gelöscht ist. Das wird gezeigt, und mitgezählt.
isolated = Niemand kommt in die Quere
isolated-text = Zwei Vorgänge, deren Ordner sich überschneiden, laufen nie zusammen. Was sich ändert,
    während es verschoben wird, wird bemerkt: es wird noch einmal gelesen, oder der Vorgang wird
    zurückgenommen. Geänderte Daten werden nie gelöscht.
isolated-replace = Wo ein Name vergeben ist, fragt der Plan. Was Sie ersetzen lassen, wird verborgen
    behalten und kommt mit dem Rückgängigmachen wieder.
durable = Erledigt heißt: auf der Platte
durable-text = Erledigt wird erst gemeldet, wenn Daten, Namen und das Protokoll des Vorgangs dauerhaft
    gespeichert sind, nach den Regeln dieses Dateisystems. Ein Vorgang, der als erledigt gemeldet ist,
    ist es auch nach einem Stromausfall aller beteiligten Maschinen noch.
undoable = Sie können es rückgängig machen
undoable-text = Ein beendeter Vorgang lässt sich noch Tage später rückgängig machen, nach einem
    Neustart, von jedem Gerät aus. Das Rückgängigmachen ist ein eigener Vorgang mit denselben Zusagen
    und zeigt zuerst seinen Plan.
undoable-looks = Es sieht zuerst nach, ob alles noch so ist, wie der Vorgang es hinterlassen hat, und
    sagt, was abweicht, wenn nicht.
undoable-copy = Bei einer Kopie bleibt das Original für die Aufbewahrungszeit verborgen, sieben Tage,
    wenn Ihre Einrichtung nichts anderes bestimmt; so kopiert das Rückgängigmachen nichts. Es wird
    seinem Projekt bis dahin angerechnet.
undoable-purged = Nach dem endgültigen Löschen muss das Rückgängigmachen die Daten zurückkopieren.
once = Zweimal verlangt, einmal getan
once-text = Zweimal auf die Schaltfläche zu drücken, oder einen Befehl nach verlorener Verbindung noch
    einmal zu senden, beginnt einen einzigen Vorgang.
honest = Keine Überraschungen
honest-text = Alles, was gegen einen Vorgang spricht, und alles, was Sie wissen sollten, wird auf einmal
    und vor dem Beginn gesagt, mit dem, was helfen würde. Der Fortschritt läuft nie rückwärts.

## Limits

limit-late-writes = Während Daten kopiert werden, kann ein Programm, das eine Datei offen hat, nach der
    letzten Prüfung in sie schreiben. Nach solchen späten Änderungen wird gesucht, sie werden mit dem
    verborgenen Original behalten und gemeldet; nicht jede ist zu sehen.
limit-piecewise = Beim stückweisen Umbenennen kann ein Programm, das in einem alten Ordner steht, dort
    noch Dateien anlegen. Sie werden behalten und gemeldet.
limit-usage = Die Belegung, die das Dateisystem meldet, kann um Sekunden nachhinken. Ein zweideutiger
    Wert führt zum Warten, nicht zur Ablehnung.
limit-others = Programme, die diesen Server nicht benutzen, können jederzeit alles ändern. Die Prüfung,
    bevor der neue Name erscheint, macht dieses Fenster klein; schließen kann sie es nicht.

## How it is done

way-rename = Umbenennen
way-rename-text = Ein Umbenennen; keine Daten werden kopiert. Wird benutzt, wo sich an der Anrechnung
    nichts ändert, oder wo das Dateisystem sie im selben Schritt ändert.
way-retag = Umbuchen und umbenennen
way-retag-text = Die Projekt-ID jeder Datei wird dort geändert, wo sie liegt, dann verschiebt ein
    Umbenennen den Ordner. Keine Daten werden kopiert, Links und offene Dateien bleiben gültig, laufende
    Rechnungen merken nichts.
way-piecewise = Stückweises Umbenennen
way-piecewise-text = Für Benutzer, die Projekt-IDs nicht ändern dürfen: Ordner werden im Verborgenen neu
    angelegt, und jede Datei wird in sie umbenannt. Keine Daten werden kopiert.
way-staged = Kopie im Verborgenen
way-staged-text = Wo nichts Günstigeres möglich ist, etwa auf ein anderes Dateisystem: eine vollständige
    Kopie wächst im Verborgenen, wird verglichen und erscheint auf einmal. Das Original wird danach
    verborgen und für das Rückgängigmachen behalten.
way-copy = Kopie
way-copy-text = Als solche verlangt, erscheint dieselbe Kopie neben dem Original, das bleibt. Das
    Rückgängigmachen legt die Kopie in den Papierkorb.
way-trash-text = Ein Umbenennen verbirgt es, wo es ist. Es bleibt angerechnet, kommt durch ein weiteres
    Umbenennen zurück und wird auf Ihr Wort oder nach der Aufbewahrungszeit endgültig gelöscht.
