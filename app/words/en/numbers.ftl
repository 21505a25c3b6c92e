## Numbers

bytes-exact = { $number } bytes
one-byte = 1 byte
count-billion = { $number } billion
count-million = { $number } million
under-a-second = under a second
days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
about = about { $time }
up-to = up to { $time }
time-range = { $least } to { $most }
just-now = just now
ago = { $time } ago
days-ago =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    } ago
under-one-entry = under 1 entry/s
