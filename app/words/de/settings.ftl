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
