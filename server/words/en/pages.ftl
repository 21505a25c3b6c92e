## Pages

to-overview = To the overview
page-failed = This page could not be made.
page-failed-hint = The server's log tells more; running moves go on.

## Who may

other-host = This server does not go by that name.
other-host-hint = Open it by the address that it printed when it started.
other-origin = That was not asked by one of our own pages.
nobody-acts = Tidelock cannot act for you right now.
nobody-acts-hint = Try again in a moment. If it lasts, the log of the server tells an administrator why.
too-much-at-once = So much of what you have asked for is still being worked on that nothing more begins now.
too-much-at-once-hint = Wait until some of it is done. If nothing goes on, a file system does not answer, or a download is not taken.
not-ready = The server is finishing what an earlier one left.
not-known = This Tidelock belongs to somebody, and does not know you yet.

## Calls

no-such-call = There is no such call.
no-such-call-hint = Calls are made with POST.
no-path = That is no path: { $problem }.
chunk-offset = A chunk says where it begins: ?offset=BYTES.
went-wrong = Something went wrong in the server.
went-wrong-hint = Its log tells more; running moves go on.
only-administrator = Only an administrator may do that.
only-administrator-hint = Ask one; the demo's is called admin.
audit-unwritable = Nothing is done that cannot be written into the audit: { $why }.
audit-unwritable-hint = The server's log tells why. It takes orders again after its next start, once its state folder can be written.

## Signing in

how-to-sign-in = To sign in, open the link that `tidelock serve` printed when it started. It works once;
    starting the server again prints a new one, and running moves continue where they were.
link-used = This link has been used.
link-used-hint = It lets one browser in, once. If that was not yours, end the server now.
link-used-again = Starting the server again prints a new link.
link-unknown = This link is not of this server.
link-unknown-hint = Each start of the server prints a new one; the one printed last is good.
no-session = No session could be made.
no-session-hint = The server's log tells why.
only-demo = Only the demo lets one become somebody else.
request-unreadable = The request could not be read: { $problem }
request-unreadable-hint = Name the 'user' in a form or in JSON.
no-such-user = There is no user '{ $name }' here.
signed-out = You are signed out
demo-lets-in = The demo needs no password: whoever opens it is let in.
back-to-demo = Back to the demo
moves-go-on = Moves that are running go on.

## Searches

inventory-not-started = The inventory could not be started: { $error }.
inventory-ended = It was ended: another one was started, or nobody looked any more.
search-not-started = The search could not be started: { $error }.
search-gone = There is no such search any more.
start-anew = Start it anew.
survey-not-started = Counting could not be started: { $error }.
survey-gone = There is no such survey any more.
nobody-followed = Nobody followed any more.

## Projects

no-such-project = There is no project '{ $path }' that you can see.
no-such-project-hint = The page of projects lists those that there are.
history-failed = What the project used before cannot be read.
history-failed-hint = The server's log tells more.
