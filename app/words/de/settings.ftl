## Settings

language-title = Sprache
settings-lead = Nur für diesen Browser; sie bleiben in ihm.
colours = Farben
rows = Zeilen
sizes = Größen
size-example = Eine Datei von 2.000.000 Bytes erscheint als { $size }.
choices-need-scripts = Für diese Wahl werden Skripte gebraucht; sie sind in diesem Browser abgeschaltet.

## Choices

language-auto = wie der Browser es sagt
theme-auto = wie das System
theme-light = hell
theme-dark = dunkel
density-comfortable = großzügig
density-compact = dicht
units-binary = binär: KiB, MiB, GiB (1024)
units-decimal = dezimal: kB, MB, GB (1000)

## Sessions

people-title = Menschen
sessions-title = Wo Sie angemeldet sind
sessions-lead = Jeder Browser, den Sie benutzen, ist eine Sitzung. Beenden Sie, welche Sie nicht kennen, und melden Sie sich dort neu an.
sessions-of-all-title = Sitzungen
sessions-of-all-lead = Alle, die gerade angemeldet sind. Was an eine Sitzung gesendet wird, endet mit ihr; ihre Vorgänge gehen weiter.
sessions-failed = Die Sitzungen ließen sich nicht laden
program-on = { $program } auf { $system }
unknown-program = Ein unbekanntes Programm
session-from = von { $address }
signed-in-since = angemeldet
seen-last = gesehen
this-session = diese
end-it = Beenden
end-session = Die Sitzung { $title } beenden
end-all-others = Alle anderen beenden
end-all-of = Alle von { $user } beenden
sign-in-again = Wieder anmelden

## Tokens

tokens-title = Tokens für Skripte
tokens-lead = Mit einem Token darf ein Skript in Ihrem Namen, was Sie dürfen: TIDELOCK_TOKEN=… tidelock moves --server URL.
tokens-of-all-lead = Was Skripte benutzen, und in wessen Namen.
tokens-failed = Die Tokens ließen sich nicht laden
no-tokens = Niemand hat ein Token
no-tokens-advice = Man macht sie in seinen Einstellungen, für seine Skripte.
expires = gilt bis
used-last = benutzt
never-used = nie benutzt
end-token = Das Token { $title } beenden
make-token = Token machen
token-name = Wofür es ist
token-name-example = nächtliche Sicherung
token-lasts = Endet nach
token-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tagen
}
token-scope = Was es darf
scope-read = ansehen
scope-move = ansehen und verschieben
scope-administer = alles, was Sie dürfen
token-secret = Kopieren Sie es jetzt: es wird nur dieses eine Mal gezeigt und von niemand anderem aufbewahrt.
copy-token = Token kopieren
