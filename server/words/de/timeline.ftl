## What the journal noted

noted-staged = wächst verborgen als { $identity }
noted-copying = das Kopieren hat begonnen
noted-durable = alles bisher Kopierte ist dauerhaft gespeichert
noted-exceptions = { $count } Projekt-IDs aufgeschrieben
noted-exceptions-all = alle abweichenden Projekt-IDs sind aufgeschrieben
noted-retired = { $bytes } Bytes und { $inodes } Inodes verborgen
noted-retired-at = Zeit des Verbergens vermerkt
noted-aside-at = Zeit des Beiseitelegens vermerkt
noted-hidden-again = wieder verborgen, um angesehen zu werden
noted-kept = aufbewahrt unter { $path }
noted-missing = von { $path } war nichts zu finden
noted-back-as = kam zurück als { $path }
noted-charges = { $count } Anrechnungen aufgeschrieben
noted-modes = { $count } Rechte aufgeschrieben
noted-remade = { $count } Einträge sind neu angelegt
noted-made-back = { $count } Einträge sind noch einmal neu angelegt
noted-undescribed = bei { $path } nicht aufgeschrieben: ein verlorenes Journal ließe sich nicht
    wiederherstellen
noted-over = als beendet aufgeschrieben
noted-record-stays = { $path } ließ sich nicht endgültig entfernen
