## Search

command-move-results = Ausgewählte Ergebnisse verschieben nach …
command-cut-results = Ausgewählte Ergebnisse ausschneiden
search-cut = Die ersten { $count } Ergebnisse; grenzen Sie die Suche ein, um andere zu sehen.
search-done =
    { $found ->
        [one] { $found } Ergebnis
       *[other] { $found } Ergebnisse
    } unter { $looked ->
        [one] { $looked } Eintrag
       *[other] { $looked } Einträgen
    }.
search-so-far = Bis jetzt { $found ->
        [one] { $found } Ergebnis
       *[other] { $found } Ergebnisse
    } · { $looked ->
        [one] { $looked } Eintrag
       *[other] { $looked } Einträge
    } angesehen …
search-passed-over = { " " }{ $count ->
        [one] { $count } Ordner konnte
       *[other] { $count } Ordner konnten
    } nicht gelesen werden.
search-below-place = Unterhalb von{ " " }
search-below-none = einem Ordner: öffnen Sie einen, und suchen Sie von dort aus.
looking = Wird gesucht …
anything = Alles
at-least = Mindestens
at-most = Höchstens
not-changed-for = Nicht geändert seit
changed-within = Geändert innerhalb von
search-button = Suchen
search-what = Was suchen Sie?
search-advice = Ein Teil des Namens genügt; * steht für Beliebiges.
search-failed = Die Suche war nicht möglich
nothing-found = Nichts gefunden
nothing-found-advice = Verlangen Sie weniger, oder suchen Sie weiter oben.
cut-and-paste = Ausgeschnitten. Öffnen Sie einen Ordner, und fügen Sie ein.
search-stopped = Die Suche ging nicht weiter
select-results = Alle Ergebnisse auswählen
show-more = { $count } weitere zeigen
in-this-folder = in diesem Ordner

## Mistakes

mistake-size = Schreiben Sie eine Größe wie 500 MiB oder 2 TiB.
mistake-age = Schreiben Sie ein Alter wie 12 h, 30 Tage, 6 Wochen oder 2 Jahre.
mistake-project = Schreiben Sie die Projekt-ID; sie ist eine Zahl.

## Kinds

kind-files = Dateien
kind-links = Symbolische Links
