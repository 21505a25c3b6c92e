## Trash

loading-trash = Der Papierkorb wird geladen …
trash-failed = Der Papierkorb konnte nicht geladen werden
trash-empty = Der Papierkorb ist leer
trash-empty-advice = Was Sie auf der Seite „Dateien“ löschen, wartet hier und kann zurückkommen.
trash-total =
    { $bytes } und { $count ->
        [one] { $count } Inode
       *[other] { $count } Inodes
    } werden ihren Projekten angerechnet, bis sie endgültig gelöscht sind.
trash-from = aus{ " " }
kept-until = behalten bis{ " " }
kept-until-deleted = behalten, bis jemand es löscht
