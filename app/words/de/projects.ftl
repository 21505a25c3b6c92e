## Who uses what

unread-folders = Sie dürfen { $count ->
        [one] { $count } Ordner
       *[other] { $count } Ordner
    } nicht lesen: was darin liegt, ist nicht mitgezählt.
who-uses-what = Wer was belegt
loading = Wird geladen …
look-again = Erneut durchsehen
look-through = Durchsehen
inventory-failed = Es konnte nicht durchgesehen werden
inventory-none = Noch nicht durchgesehen
inventory-advice = Jeder Ordner wird gelesen und nichts geändert. In einem großen Projekt dauert es eine
    Weile; Sie können die Seite verlassen und wiederkommen.
so-far = { " " }bis jetzt …
by-person = Nach Personen
by-folder = Nach Ordnern
by-age = Nach Alter
content-changed = Inhalt geändert
largest-files = Größte Dateien
oldest-files = Am längsten nicht geändert
incomplete = Nicht alles wurde durchgesehen. { $error }
hidden-charged = { $amount } werden von beendeten Vorgängen oder im Papierkorb behalten und angerechnet.
lie-on-tape = { $count ->
    [one] { $count } Datei ist nur auf Band: ihre { $size } werden angerechnet, sobald sie hier gebraucht wird.
   *[other] { $count } Dateien sind nur auf Band: ihre { $size } werden angerechnet, sobald sie hier gebraucht werden.
}
show-them = Anzeigen
come-from-tape = { $count ->
    [one] { $count } Datei ({ $size }) kommt gerade vom Band zurück.
   *[other] { $count } Dateien ({ $size }) kommen gerade vom Band zurück.
}
tape-has-lost = Das Archiv hat den Inhalt von { $count ->
    [one] { $count } Datei ({ $size }) verloren.
   *[other] { $count } Dateien ({ $size }) verloren.
}
tape-has-lost-hint = Niemand kann sie lesen. Ein Administrator kann sagen, ob der Inhalt anderswo zu haben ist.
lie-elsewhere = { $amount } liegen hier, aber ein anderes Projekt zahlt dafür oder für das, was darin
    entsteht.
lie-elsewhere-hint = Dateien behalten ihr Projekt, wenn sie aus einem Ordner kommen, der keines vererbt. Eine Berichtigung
    stellt das richtig und lässt sich rückgängig machen.
plan-repair = Berichtigung planen
which = Welche?
charged = Angerechnet
others = Übrige
everything-else = Alles Übrige
age-month = innerhalb eines Monats
age-half-year = vor 1 bis 6 Monaten
age-year = vor 6 bis 12 Monaten
age-two-years = vor 1 bis 2 Jahren
age-older = vor mehr als 2 Jahren

## Meters

meter-of = { $quantity } von { $owner }
inodes-exact = { $count } Inodes
bytes-title = Bytes
inodes-title = Inodes
not-readable = nicht lesbar
of-limit = { $change } von { $limit }
with-soft-limit = { $change }, weiche Grenze { $limit }
without-limit = { $change }, keine Grenze
usage-unreadable = Belegung nicht lesbar
usage-exact = Belegung { $amount }
after-move = nach dem Vorgang { $amount }
reserved-exact = für andere Vorgänge vorgemerkt { $amount }
soft-exact = weiche Grenze { $amount }
hard-exact = harte Grenze { $amount }
would-exceed-hard = Würde die harte Grenze überschreiten
over-hard = Über der harten Grenze
hard-reached = Harte Grenze erreicht
over-soft-grace = Über der weichen Grenze: die Schonfrist läuft
over-soft = Über der weichen Grenze
nearly-full = Fast voll

## Projects

loading-projects = Projekte werden geladen …
projects-failed = Die Projekte konnten nicht geladen werden
no-project-id = keine Projekt-ID

## Trend

chart-full = ; beim Tempo des letzten Monats voll um den { $day }
chart-label = { $what } von { $before } bis { $now }: { $story }
hard-limit = harte Grenze
as-numbers = { $what } als Zahlen
day-utc = Tag (UTC)
chart-more = { $change } mehr als am { $since }
chart-less = { $change } weniger als am { $since }
chart-equal = so viel wie am { $since }

## Overview

overview-lead = Dateien zwischen Projekten verschieben: vollständig oder gar nicht, die Kosten vorher
    gezeigt, und nachher rückgängig zu machen.
no-projects = Sie sind noch in keinem Projekt
no-projects-advice = Bitten Sie den Eigentümer des Projekts oder die Administratoren, Sie aufzunehmen.
latest-moves = Letzte Vorgänge

## One project

no-such-project = Es gibt kein solches Projekt, das Sie sehen können.
no-such-project-hint = Die Seite der Projekte nennt alle, die es gibt.
project-failed = Dieses Projekt kann nicht gezeigt werden
all-projects = Alle Projekte
project-id-is = Projekt-ID { $id }
usage = Belegung
trend = Entwicklung
no-trend = Noch keine Entwicklung
no-trend-advice = Die Belegung wird jede Stunde festgehalten. Kommen Sie in zwei Stunden wieder.
trend-failed = Die Entwicklung konnte nicht geladen werden
kept-by-moves = Von beendeten Vorgängen behalten
kept-none = Nichts. Hier stünden Originale von Kopien, bis sie endgültig gelöscht werden.
kept-total =
    { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    } werden noch angerechnet, damit sich Vorgänge rückgängig machen lassen. Endgültiges Löschen gibt den Teil eines Vorgangs frei.
until-title = Bis
until-purged = jemand es endgültig löscht

## All projects

projects-lead = Ein Projekt ist ein Ordnerbaum, der einer Kontingentnummer angerechnet wird, die
    Projekt-ID. Der Spielraum ist die harte Grenze abzüglich der Belegung und dessen, was laufende
    Vorgänge vorgemerkt haben.
projects-table = Projekte in Zahlen
id = ID
folder = Ordner
soft-limit = Weiche Grenze
hard-limit-title = Harte Grenze
reserved-title = Vorgemerkt
headroom = Spielraum
no-such-limit = keine
none-reserved = nichts
no-limit = keine Grenze
