## Settings

language-title = Language
settings-lead = For this browser only; they are kept in it.
colours = Colours
rows = Rows
sizes = Sizes
size-example = A file of 2,000,000 bytes is shown as { $size }.
choices-need-scripts = Choices need scripts, which are switched off in this browser.

## Choices

language-auto = as the browser says
theme-auto = as the system
theme-light = light
theme-dark = dark
density-comfortable = comfortable
density-compact = compact
units-binary = binary: KiB, MiB, GiB (1024)
units-decimal = decimal: kB, MB, GB (1000)

## Sessions

people-title = People
sessions-title = Where you are signed in
sessions-lead = Each browser that you use is one session. End those that you do not know, and sign in there anew.
sessions-of-all-title = Sessions
sessions-of-all-lead = Everybody who is signed in now. What is streamed to a session ends with it; its moves go on.
sessions-failed = The sessions could not be loaded
program-on = { $program } on { $system }
unknown-program = An unknown program
session-from = from { $address }
signed-in-since = signed in
seen-last = seen
this-session = this one
end-it = End
end-session = End the session { $title }
end-all-others = End all others
end-all-of = End all of { $user }
sign-in-again = Sign in again

## Tokens

tokens-title = Tokens for scripts
tokens-lead = A token lets a script do what you may, in your name: TIDELOCK_TOKEN=… tidelock moves --server URL.
tokens-of-all-lead = What scripts use, in whose name.
tokens-failed = The tokens could not be loaded
no-tokens = Nobody has a token
no-tokens-advice = People make them in their settings, for their scripts.
expires = expires
used-last = used
never-used = never used
end-token = End the token { $title }
make-token = Make a token
token-name = What it is for
token-name-example = nightly backup
token-lasts = Ends after
token-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
token-scope = What it may
scope-read = look
scope-move = look and move
scope-administer = all that you may
token-secret = Copy it now: it is shown this once, and kept by nobody else.
copy-token = Copy the token
