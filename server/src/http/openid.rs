//! Where a provider of OpenID Connect says who people are: the entrance, the way to it, and the way back.
//!
//! The way back is a link of another site, with which browsers do not send the session's cookie. So it is answered
//! with the new one and a page that goes on by itself: what that asks for is a link of our own.

use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use tidelock_shared::user_error::UserError;

use super::answer;
use super::origin::{Called, is_opened};
use super::sign_in::{GoOn, SIGN_IN, in_query, sign_in_to};
use super::state::Running;
use crate::identity::{Asking, Caller, ManyUsers, NotKnown, NotSignedIn, Peer, Returned, WayOn, Wish, is_led_here};
use crate::user_error;
use crate::words::words;

/// What somebody sees who is not signed in.
pub(super) fn entrance(provider: &str, uri: &Uri) -> Response {
    entrance_to(provider, &sign_in_to(uri))
}

fn entrance_to(provider: &str, href: &str) -> Response {
    let words = words();
    answer::entrance(words.sign_in_title(), &words.sign_in_lead(provider), href, &words.sign_in_with(provider))
}

/// `GET /sign_in?to=<path>&anew=<bool>`: on to the provider, if a person wants that and not another site.
pub(super) async fn begin(running: Running, go_on: GoOn, request: Request) -> Response {
    let to = go_on.place().to_owned();
    if is_led_here(request.headers()) || !is_opened(request.headers()) {
        let provider = running.identities.many().and_then(ManyUsers::provider_name).unwrap_or_default();
        return entrance_to(provider, &format!("{SIGN_IN}?to={}", in_query(&to)));
    }
    let replaces = request.extensions().get::<Caller>().and_then(|caller| caller.session);
    let way_on = WayOn { to: to.clone(), anew: go_on.anew, replaces };
    let begun = with_many(&running, request, move |many, asking| many.begin_sign_in(asking, way_on)).await;
    match begun {
        Ok(begun) => ([(SET_COOKIE, begun.set_cookie)], Redirect::to(&begun.place)).into_response(),
        Err(why) => refused(&running, &why, Some(&to)),
    }
}

/// `GET /sign_in/return?state=<state>&code=<code>`: back from the provider, and on.
pub(super) async fn finish(
    State(running): State<Running>,
    returned: Result<Query<Returned>, QueryRejection>,
    request: Request,
) -> Response {
    if running.identities.many().is_none_or(|many| many.provider_name().is_none()) {
        return answer::either(UserError::new("not_found", words().no_provider_here()), false);
    }
    // Whatever is no answer of a provider belongs to no sign-in that has begun.
    let returned = returned.map(|Query(returned)| returned).unwrap_or_default();
    let finished = with_many(&running, request, move |many, asking| Ok(many.finish_sign_in(asking, returned))).await;
    match finished {
        Ok(Ok(signed_in)) => {
            let mut response = answer::onwards(&signed_in.to);
            if let Some(cookie) = signed_in.set_cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            response
        }
        Ok(Err(NotSignedIn { why, to })) => refused(&running, &why, to.as_deref()),
        Err(why) => refused(&running, &why, None),
    }
}

/// Why there is no way in, and the way to try again: as somebody else too, so the provider is to ask.
fn refused(running: &Running, why: &NotKnown, to: Option<&str>) -> Response {
    let Called::By(public) = &running.called else { return answer::page(&UserError::new("not_found", words().no_provider_here())) };
    let error = user_error::sign_in::not_known(why, public, running.identities.many());
    let href = format!("{SIGN_IN}?to={}&anew=true", in_query(to.unwrap_or("/")));
    answer::page_leading_to(&error, &href, words().sign_in_again())
}

/// Does what waits for a provider and a directory where waiting is allowed.
async fn with_many<T: Send + 'static>(
    running: &Running,
    request: Request,
    work: impl FnOnce(&ManyUsers, Asking<'_>) -> Result<T, NotKnown> + Send + 'static,
) -> Result<T, NotKnown> {
    let running = running.clone();
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.clone());
    let headers: HeaderMap = request.headers().clone();
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || {
        let asking = Asking { peer: peer.as_ref(), headers: &headers, wish: Wish::SignIn };
        span.in_scope(|| running.identities.many().map(|many| work(many, asking)))
    });
    done.await.ok().flatten().unwrap_or(Err(NotKnown::Nobody))
}
