## Der Leitstand, für die Administration

board = Leitstand
open-moves = Offene Vorgänge
only-administrators = Das sieht nur die Administration
only-administrators-advice = Fragen Sie, wer sich hier um das Dateisystem kümmert.
board-empty = Es ist nichts unterwegs
board-empty-advice = Was jemand beginnt, erscheint hier sofort, mit dem, worauf es wartet.
resting = Angehalten
copied-now = Gerade kopiert
entries-now = Einträge gerade
on-the-command-line = in der Kommandozeile
hold = Festhalten
hold-title = Lässt es warten, bis die Administration es weitergehen lässt
lift-hold = Weitergehen lassen
lift-hold-title = Es geht weiter, wo es angehalten hat

## Grenzen

limits-title = Was alle Vorgänge zusammen dürfen
limits-lead = Eine Änderung gilt sofort, auch für das, was läuft. Auch wer einen Baum für einen Plan durchsieht, hält sich daran. Ein leeres Feld ist keine Grenze.
moves-at-once = Vorgänge zugleich
operations-per-second = Änderungen von Namen pro Sekunde
bytes-per-second = Kopierte Bytes pro Sekunde
drain = Auslaufen lassen: nichts Neues wird sichtbar
drain-title = Vorgänge bereiten vor und warten, bevor andere etwas davon sehen könnten
set-limits = Setzen
limits-are-set = Die Grenzen sind gesetzt.
mistake-moves = Schreiben Sie eine Zahl, mindestens 1.
mistake-operations = Schreiben Sie eine Zahl, mindestens 1, oder nichts.

## Was Vorgänge hinterlassen haben

leftovers = Hinterlassenes
leftovers-failed = Das Hinterlassene konnte nicht geladen werden
leftovers-lead = Vorgänge verbergen das, woran sie arbeiten, in eigenen Ordnern. Was ein Absturz, ein verlorener
    Zustandsordner oder ein anderer Server davon hinterlassen hat, ist hier zu finden; ohne Ihr Wort wird nichts davon angerührt.
look-for-leftovers = Danach suchen
looking-for-leftovers = Alle verwalteten Ordner werden durchsucht…
looked-at = Gesucht
not-looked-yet = Seit dem Start des Servers hat niemand gesucht.
no-leftovers = Es ist nichts liegen geblieben
no-leftovers-advice = Jeder verborgene Ordner gehört zu einem Vorgang, den dieser Server kennt.
leftovers-unreadable = { $count ->
    [one] { $count } Ordner konnte nicht gelesen werden.
   *[other] { $count } Ordner konnten nicht gelesen werden.
}
leftovers-cut = Es gibt mehr; erledigen Sie einiges hiervon und suchen Sie noch einmal.
left-for = { $age } alt
it-was = Es war { $path }.
bring-back = Zurückholen
bring-back-title = Es bekommt seinen alten Namen wieder; nichts wird ersetzt
adopt = Jener Server ist weg
adopt-title = Der Server, der es verborgen hat, läuft nirgends mehr: sein Hinterlassenes wie eigenes beurteilen
deletion-loses = { $count ->
    [one] Das löscht { $count } Eintrag mit { $bytes } endgültig. Nichts bringt ihn zurück.
   *[other] Das löscht { $count } Einträge mit { $bytes } endgültig. Nichts bringt sie zurück.
}

## Was falsch berechnet wird

drift-title = Falsch berechnet
drift-failed = Was falsch berechnet wird, konnte nicht geladen werden
drift-lead = Ein Projekt wird falsch berechnet, wenn der Baum das eine sagt und die Rechnung das andere. Eine Prüfung liest
    jeden Ordner eines Projekts, ändert nichts und vergleicht, was sie zählt, mit dem, was das Dateisystem berechnet.
scan-all = Alle Projekte prüfen
scan = Prüfen
scan-project = { $name } prüfen
never-scanned = noch nie geprüft
waits-for-scan = wartet, bis es an der Reihe ist
scanning = { $count ->
    [one] wird geprüft, bisher { $count } Eintrag
   *[other] wird geprüft, bisher { $count } Einträge
}
scanned = { $count ->
    [one] { $count } Eintrag geprüft
   *[other] { $count } Einträge geprüft
}
counted-and-charged = Seine Einträge enthalten { $counted }; berechnet werden { $charged }.
earlier-scans = { $count ->
    [one] { $count } frühere Prüfung
   *[other] { $count } frühere Prüfungen
}
nothing-wrong = Nichts wird falsch berechnet.

## Wer was tun ließ

audit = Protokoll
audit-failed = Wer was tun ließ, konnte nicht geladen werden
audit-lead = Was Menschen aufgetragen haben und was Verschiebungen taten. Nichts wird herausgenommen, und jeder Eintrag nennt
    die Prüfsumme des vorigen; so fällt eine Änderung auf.
check-audit = Prüfen, dass nichts geändert wurde
audit-holds = { $count ->
    [one] { $count } Eintrag, und er wurde nicht geändert.
   *[other] { $count } Einträge, und keiner wurde geändert oder herausgenommen.
}
audit-head = Bewahren Sie die Prüfsumme des letzten anderswo auf: Sie zeigt später, dass das Ende nicht abgeschnitten wurde.
audit-broken = Das Protokoll wurde geändert: { $why }.
copy-digest = Prüfsumme kopieren
no-acts = Noch ist nichts geschehen
no-acts-advice = Verschiebungen, Aufträge und Grenzen erscheinen hier.
older-acts = Ältere zeigen
by-itself = Tidelock

you-only-look = Sie sehen hier alles und ändern nichts.
