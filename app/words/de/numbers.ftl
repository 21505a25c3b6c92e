## Numbers

bytes-exact = { $number } Bytes
one-byte = 1 Byte
count-billion = { $number } Mrd.
count-million = { $number } Mio.
under-a-second = unter einer Sekunde
days =
    { $count ->
        [one] 1 Tag
       *[other] { $count } Tage
    }
about = etwa { $time }
up-to = bis zu { $time }
time-range = { $least } bis { $most }
just-now = gerade eben
ago = vor { $time }
days-ago = vor { $count ->
        [one] 1 Tag
       *[other] { $count } Tagen
    }
under-one-entry = unter 1 Eintrag/s
