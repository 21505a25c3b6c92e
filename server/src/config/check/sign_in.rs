//! Who says who somebody is: a reverse proxy, or a provider of OpenID Connect.

use std::ops::Range;
use std::path::Path;

use axum::http::HeaderName;
use axum::http::header;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use toml::Spanned;

use super::super::{Listen, Network, OpenId, PublicName, RETURN, SignIn, UserRule, Way, file, is_safe};
use super::Check;

/// Below are the accounts of the system itself, on every distribution that is in use.
const MINIMUM_UID: u32 = 1000;
/// Where a provider tells the name that somebody signs in by.
const USUAL_CLAIM: &str = "preferred_username";
/// A provider tells that claim to whoever asks for this scope.
const USUAL_SCOPE: &str = "profile";
/// It stands on a button.
const NAME_CHARACTERS_MAX: usize = 60;

/// Headers that mean something else already.
const TAKEN_HEADERS: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    header::REFERER,
    header::USER_AGENT,
    header::CONTENT_TYPE,
    HeaderName::from_static("x-forwarded-for"),
];

type Addresses = Spanned<Vec<Spanned<String>>>;

impl Check<'_> {
    pub(super) fn sign_in(
        &mut self,
        sign_in: &file::SignIn,
        listen: Option<&Listen>,
        public: Option<&PublicName>,
    ) -> Option<SignIn> {
        let minimum_uid = sign_in.minimum_uid.as_ref().map_or(MINIMUM_UID, |uid| *uid.get_ref());
        if let Some(uid) = sign_in.minimum_uid.as_ref().filter(|uid| *uid.get_ref() == 0) {
            self.refuse(uid.span(), "`minimum_uid` is 0", "Root signs in nowhere: write at least 1; 1000 is usual.");
        }
        match (&sign_in.proxy, &sign_in.openid) {
            (Some(proxy), None) => {
                let header = self.header(&proxy.header);
                self.check_trust(proxy.header.span(), proxy.from.as_ref(), listen);
                let from = self.from(proxy.from.as_ref(), listen);
                for (network, place) in from.iter().filter(|(network, _)| network.is_loopback()) {
                    let help = "Fine where nobody else can log in to this machine. Else listen on a Unix socket: `listen = \"unix:/run/tidelock/http.sock\"`.";
                    let told = format!("every user of this machine can connect from {network}, and say that he is anybody");
                    self.warn(place.clone(), told, help);
                }
                let from = from.into_iter().map(|(network, _)| network).collect();
                let rule = self.rule(proxy.strip_suffix.as_ref(), proxy.lower_case);
                Some(SignIn { minimum_uid, from, rule, way: Way::Proxy(header?) })
            }
            (None, Some(openid)) => {
                let from = self.from(openid.from.as_ref(), listen).into_iter().map(|(network, _)| network).collect();
                let rule = self.rule(openid.strip_suffix.as_ref(), openid.lower_case);
                let way = self.openid(openid, public).map(|openid| Way::OpenId(Box::new(openid)));
                Some(SignIn { minimum_uid, from, rule, way: way? })
            }
            (Some(_), Some(openid)) => {
                let help = "Take out [sign_in.proxy] or [sign_in.openid].";
                self.refuse(openid.issuer.span(), "two say who somebody is, a proxy and a provider of OpenID Connect", help);
                None
            }
            (None, None) => {
                let help = "Add [sign_in.openid] or [sign_in.proxy]; packaging/tidelock.toml shows both.";
                self.refuse(None, "nobody says who somebody is", help);
                None
            }
        }
    }

    fn header(&mut self, header: &Spanned<String>) -> Option<HeaderName> {
        let name = self.read::<HeaderName>("header", header, "Write the name of a header: `X-Remote-User`.")?;
        if TAKEN_HEADERS.contains(&name) {
            let help = "Let the proxy write the user into a header of its own, and clear it from what browsers send.";
            self.refuse(header.span(), format!("`{name}` means something else"), help);
            return None;
        }
        Some(name)
    }

    /// Whoever may write the header has to be named, if that is not whoever may connect.
    fn check_trust(&mut self, header: Range<usize>, from: Option<&Addresses>, listen: Option<&Listen>) {
        match (listen, from) {
            (Some(Listen::Tcp(_)), None) => {
                let help = "Say from where the proxy connects: `from = [\"10.0.0.7\"]`. Better still, listen on a Unix socket.";
                self.refuse(header, "nobody is trusted to write this header: `from` is missing", help);
            }
            (Some(Listen::Tcp(_)), Some(from)) if from.get_ref().is_empty() => {
                self.refuse(from.span(), "`from` is empty", "Say from where the proxy connects: `from = [\"10.0.0.7\"]`.");
            }
            _ => {}
        }
    }

    /// From where the proxy connects, each with its place.
    fn from(&mut self, from: Option<&Addresses>, listen: Option<&Listen>) -> Vec<(Network, Range<usize>)> {
        if let (Some(Listen::Unix { .. }), Some(from)) = (listen, from) {
            let help = "Take it out: whoever may connect to the socket is the proxy.";
            self.refuse(from.span(), "`from` is for an address, and `listen` is a Unix socket", help);
        }
        let mut networks = Vec::new();
        for text in from.into_iter().flat_map(|from| from.get_ref()) {
            let Some(network) = self.read::<Network>("from", text, "Write addresses and networks in quotation marks.") else {
                continue;
            };
            if network.is_everything() {
                let help = "Name the proxy's own address: what whoever connects from there says of people is believed.";
                self.refuse(text.span(), format!("`{network}` is the whole network"), help);
            }
            networks.push((network, text.span()));
        }
        networks
    }

    fn rule(&mut self, strip_suffix: Option<&Spanned<String>>, lower_case: bool) -> UserRule {
        if let Some(suffix) = strip_suffix.filter(|suffix| suffix.get_ref().is_empty()) {
            self.refuse(
                suffix.span(),
                "`strip_suffix` is empty",
                "Leave it out, or write what every name ends with: `@EXAMPLE.ORG`.",
            );
        }
        UserRule { strip_suffix: strip_suffix.map(|suffix| suffix.get_ref().clone()), lower_case }
    }

    fn openid(&mut self, openid: &file::OpenId, public: Option<&PublicName>) -> Option<OpenId> {
        let issuer = self.issuer(&openid.issuer);
        let client_id = openid.client_id.get_ref();
        if !is_visible(client_id) {
            let help = "Write the name by which the provider knows this server: `client_id = \"tidelock\"`.";
            self.refuse(openid.client_id.span(), format!("`client_id` is `{client_id}`"), help);
        }
        let file = self.absolute("client_secret_file", &openid.client_secret_file, "/etc/tidelock/openid_secret");
        let secret = file.as_ref().and_then(|file| self.secret(file, openid.client_secret_file.span()));
        let claim = openid.claim.as_ref().map_or(USUAL_CLAIM, |claim| claim.get_ref());
        if let Some(place) = openid.claim.as_ref().filter(|claim| !is_visible(claim.get_ref())) {
            let help = "Write the name of the claim that holds the account: `claim = \"preferred_username\"`.";
            self.refuse(place.span(), format!("`claim` is `{claim}`"), help);
        }
        let host = issuer.as_ref().and_then(|issuer| issuer.url().host_str()).unwrap_or_default();
        let name = openid.name.as_ref().map_or(host, |name| name.get_ref()).to_owned();
        if let Some(place) = openid.name.as_ref().filter(|name| !fits_a_button(name.get_ref())) {
            let help = "Write what people call it, which stands on the button: `name = \"Example University\"`.";
            self.refuse(place.span(), format!("`name` is no name of at most {NAME_CHARACTERS_MAX} characters"), help);
        }
        let scopes = self.scopes(openid.scopes.as_deref());
        let (client_id, claim) = (ClientId::new(client_id.clone()), claim.to_owned());
        let redirect = RedirectUrl::new(format!("{}{RETURN}", public?.origin()));
        let redirect = redirect.map_err(|error| self.refuse(None, format!("`url` is no address: {error}"), "Correct it.")).ok();
        let (client_secret_file, client_secret) = (file?, secret?);
        Some(OpenId { name, issuer: issuer?, client_id, client_secret_file, client_secret, scopes, claim, redirect: redirect? })
    }

    fn issuer(&mut self, text: &Spanned<String>) -> Option<IssuerUrl> {
        let why = match IssuerUrl::new(text.get_ref().clone()) {
            Ok(issuer) => {
                let url = issuer.url();
                if !is_safe(url.scheme(), url.host_str().unwrap_or_default()) {
                    "it is not https"
                } else if url.query().is_some() || url.fragment().is_some() {
                    "nothing may follow the path"
                } else if !url.username().is_empty() || url.password().is_some() {
                    "it names a user"
                } else {
                    return Some(issuer);
                }
            }
            Err(_) => "it is no whole address",
        };
        let help = "Write it as the provider does, in `issuer` of what is found at ISSUER/.well-known/openid-configuration.";
        self.refuse(text.span(), format!("`issuer` is `{}`: {why}", text.get_ref()), help);
        None
    }

    fn secret(&mut self, file: &Path, place: Range<usize>) -> Option<ClientSecret> {
        let help = "Write the secret of the client into it, as its only line, and let nobody read it but the account that runs the server: mode 600, or 640 with a group of its own.";
        let told = |why| format!("`client_secret_file`: {} {why}", file.display());
        (self.read_secret)(file).map_err(|why| self.refuse(place, told(why), help)).ok()
    }

    fn scopes(&mut self, scopes: Option<&[Spanned<String>]>) -> Vec<Scope> {
        let Some(scopes) = scopes else { return vec![Scope::new(USUAL_SCOPE.to_owned())] };
        for scope in scopes.iter().filter(|scope| !is_visible(scope.get_ref()) || scope.get_ref().contains(['"', '\\'])) {
            let help = "Write each scope by itself in quotation marks: `scopes = [\"profile\", \"email\"]`.";
            self.refuse(scope.span(), format!("`{}` is no scope", scope.get_ref()), help);
        }
        // That one is always asked for.
        scopes.iter().map(|scope| scope.get_ref().clone()).filter(|scope| scope != "openid").map(Scope::new).collect()
    }
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn fits_a_button(text: &str) -> bool {
    (1..=NAME_CHARACTERS_MAX).contains(&text.trim().chars().count()) && !text.contains(char::is_control)
}
