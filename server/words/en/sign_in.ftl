## Signing in through a reverse proxy

nobody-named = Nobody says who you are.
nobody-named-hint = Open { $url }, where you are asked to sign in. Scripts send a token.
no-session-yet = You are not signed in yet.
no-session-yet-hint = Open any page, and you are. Scripts send a token.
session-over = Your session has ended.
session-over-hint = Sign in again, and go on where you are. Moves that are running go on.
sign-in-again = Sign in again
foreign-header = Only the reverse proxy may say who somebody is.
foreign-header-hint = Open { $url }. If you look after this server: docs/administration.md tells which address the proxy has to come from.
unfit-header = The reverse proxy names you in a way that nobody can be called: { $why }.
unfit-header-hint = Whoever looks after the proxy has to set its header once, to the name of the user, and to clear it from what browsers send.
header-twice = there is more than one header
header-empty = the header is empty
header-too-long = the header is too long
header-characters = the header has characters that no name has
unknown-user = Nobody is called '{ $name }' on this system.
unknown-user-hint = You are signed in, but have no account here. Ask for one, or tell the administrators by which name you have it.
system-account = '{ $name }' is an account of the system, and may not sign in.
system-account-hint = Sign in as yourself.
not-served = This server cannot work as '{ $name }'.
not-served-hint = It has no broker: so it works as the user that it was started as, and lets nobody else in.
directory-away = The system cannot say now who you are.
directory-away-hint = Its directory of users does not answer. Try again in a moment.
wrong-token = This token is not known.
wrong-token-hint = It may have expired, or somebody has ended it. Make another one in the settings at { $url }.
too-many-failures = Too many attempts to sign in have failed.
too-many-failures-hint = Wait a minute.
not-kept = That could not be written down.
not-kept-hint = The server's log tells why.
scope-too-small = This token may not do that.
scope-too-small-hint = Make one in the settings that may more, and end this one.
only-looks = An auditor sees everything and changes nothing.
only-looks-hint = Ask a member or an administrator.

## Sessions and tokens

no-sessions-here = Here nobody's sessions are kept.
no-such-session = There is no such session any more.
no-such-token = There is no such token any more.
only-a-person = Only a person may do that, not a token.
only-a-person-hint = Do it in the settings, in a browser.
token-name = A token needs a name of at most { $most } characters.
token-days = A token lasts from 1 to { $most } days.
too-many-tokens = You have { $most } tokens, and may have no more. End one first.

## Signing in with a provider of OpenID Connect

nobody-signed-in = You are not signed in.
sign-in-title = Sign in
sign-in-lead = Tidelock moves files between projects, completely or not at all. { $name } tells it who you are.
sign-in-with = Sign in with { $name }
sign-out-there = Sign out of { $name } too
sign-in-over = This attempt to sign in is over.
sign-in-over-hint = It has been used, took more than ten minutes, or began in another browser. Sign in again.
sign-in-cancelled = You have not signed in.
sign-in-cancelled-hint = { $name } says that you were not allowed to, or did not want to.
provider-away = { $name } cannot be asked who you are right now.
provider-away-hint = Try again in a moment. Moves that are running go on, and so do sessions and tokens.
provider-refused = { $name } has not signed you in.
provider-refused-hint = It answers '{ $answer }'. Tell whoever looks after this server, whose log tells more.
wrong-id-token = What { $name } says of you does not count.
wrong-id-token-hint = Sign in again. If that does not help, tell whoever looks after this server: its log tells why.
no-claim = { $name } does not say which account here is yours.
no-claim-hint = It has to tell '{ $claim }'. Tell whoever looks after this server.
no-provider-here = Here no provider of OpenID Connect says who somebody is.
show-anew = Show once more that it is you.
show-anew-hint = This cannot be taken back, or lasts longer than your session. So you are asked again who you are, come back to this page, and have ten minutes then.
