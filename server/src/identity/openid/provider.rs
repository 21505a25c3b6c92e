//! The provider: what it says of itself, where it asks people, and what it says of them.
//!
//! Nothing is asked of it before somebody signs in. What it says of itself holds for an hour, and is read anew
//! when a token is signed with a key that is not known. While that cannot be read, what it said before counts.
//! Every call waits for it, at most as long as [`ANSWERS_WITHIN`].

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreIdToken,
    CoreJwsSigningAlgorithm,
};
use openidconnect::url::Url;
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadataWithLogout, RequestTokenError, SignatureVerificationError, StandardErrorResponse, SubjectIdentifier,
    TokenResponse, UserInfoClaims, UserInfoError,
};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::logins::Login;
use crate::config::{OpenId, is_safe};

const CONNECTS_WITHIN: Duration = Duration::from_secs(5);
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: u64 = 1 << 20;
const METADATA_HOLDS_MS: i64 = 3_600_000;
/// An unknown key is looked for no more often.
const KEYS_HOLD_MS: i64 = 60_000;
/// So long a provider that did not answer is not asked again: whoever waits meanwhile need not wait in turn.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Longer names are nobody's, and are not written into the log.
const NAME_BYTES_MAX: usize = 256;
/// So many wait for it at once, and no more: one that hangs does not take the threads that others need.
const ASKED_AT_ONCE_MAX: usize = 64;

/// By which a provider may sign: with a key that is its own alone.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a provider has not said who somebody is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("the provider cannot be asked: {0}")]
    Away(String),
    #[error("the provider refuses the code: {0}")]
    Refused(String),
    #[error("the ID token does not count")]
    Token(#[from] ClaimsVerificationError),
    #[error("there is no ID token in the answer")]
    NoToken,
    #[error("the ID token does not tell the name of the account")]
    NoClaim,
    #[error("the address of mail in the ID token is not verified")]
    UnverifiedMail,
}

/// A request could not be made, or was not answered.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("{0} is neither https nor on this machine")]
    Unsafe(String),
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    #[error("the answer cannot be read")]
    Unreadable(#[from] std::io::Error),
    #[error("the answer is too long")]
    TooLong,
    #[error(transparent)]
    Form(#[from] openidconnect::http::Error),
}

/// Whatever a provider says of somebody besides what is usual.
#[derive(Debug, Serialize, Deserialize)]
struct AnyClaims {
    #[serde(flatten)]
    claims: serde_json::Map<String, Value>,
}

impl AdditionalClaims for AnyClaims {}

type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What a provider says of somebody.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::identity) struct Person {
    pub(in crate::identity) name: String,
    /// When it has asked that person last, if it tells.
    pub(in crate::identity) asked_ms: Option<i64>,
}

pub(super) struct Provider {
    config: OpenId,
    known: RwLock<Option<Known>>,
    /// When it did not answer; held while it is asked.
    asking: Mutex<Option<Instant>>,
    places: Semaphore,
}

/// What it says of itself, and since when.
#[derive(Clone)]
struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    read_ms: i64,
}

impl Provider {
    pub(super) fn new(config: OpenId) -> Self {
        let places = Semaphore::new(ASKED_AT_ONCE_MAX);
        Self { config, known: RwLock::default(), asking: Mutex::default(), places }
    }

    pub(super) fn config(&self) -> &OpenId {
        &self.config
    }

    /// Where a person is asked. `anew` if that is to be so though the provider knows who it is; then it has to say when.
    pub(super) fn place_to_ask(&self, state: String, login: &Login, anew: bool) -> Result<String, ProviderError> {
        let _place = self.place()?;
        let client = self.client(&self.metadata(METADATA_HOLDS_MS, login.began_ms)?.metadata);
        let nonce = login.nonce.clone();
        let verifier = PkceCodeVerifier::new(login.verifier.clone());
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce))
            .add_scopes(self.config.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0.into())
    }

    /// Of whom the provider speaks that gave a code.
    pub(super) fn person_of(&self, code: String, login: &Login, now_ms: i64) -> Result<Person, ProviderError> {
        let _place = self.place()?;
        let known = self.metadata(METADATA_HOLDS_MS, now_ms)?;
        let http = self.http()?;
        let client = self.client(&known.metadata);
        let exchange = client.exchange_code(AuthorizationCode::new(code)).map_err(|error| ProviderError::Away(chain(&error)))?;
        let verifier = PkceCodeVerifier::new(login.verifier.clone());
        let answer = exchange.set_pkce_verifier(verifier).request(&|request| send(&http, request)).map_err(told)?;
        let token = answer.id_token().ok_or(ProviderError::NoToken)?;
        let subject = match verified(&client, token, login) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let client = self.client(&self.metadata(KEYS_HOLD_MS, now_ms)?.metadata);
                verified(&client, token, login)
            }
            verified => verified,
        }?;
        // Its signature is good, so what is written in it counts.
        let claims = claims_of(&token.to_string()).ok_or(ProviderError::NoToken)?;
        let asked_ms = claims.get("auth_time").and_then(Value::as_i64).map(|seconds| seconds.saturating_mul(1000).min(now_ms));
        if claims.get(&self.config.claim).is_some() {
            return Ok(Person { name: self.name_in(&claims)?, asked_ms });
        }
        // Many providers keep the token short, and tell the rest to whoever asks with it.
        let asked = client.user_info(answer.access_token().clone(), Some(subject)).map_err(|_| ProviderError::NoClaim)?;
        let told: Result<UserInfoClaims<AnyClaims, CoreGenderClaim>, _> = asked.request(&|request| send(&http, request));
        let told = told.map_err(|error| match error {
            UserInfoError::ClaimsVerification(error) => ProviderError::Token(error),
            error => ProviderError::Away(chain(&error)),
        })?;
        let claims = serde_json::to_value(told).map_err(|_| ProviderError::NoClaim)?;
        Ok(Person { name: self.name_in(&claims)?, asked_ms })
    }

    fn name_in(&self, claims: &Value) -> Result<String, ProviderError> {
        let name = &self.config.claim;
        // Whoever may write any address into his account could be anybody.
        if name == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(ProviderError::UnverifiedMail);
        }
        let looks_like_one = |told: &&str| (1..=NAME_BYTES_MAX).contains(&told.len()) && !told.contains(char::is_control);
        let told = claims.get(name).and_then(Value::as_str).filter(looks_like_one);
        told.map(str::to_owned).ok_or(ProviderError::NoClaim)
    }

    /// Where a person signs out of the provider too, as far as that is known by now.
    pub(super) fn place_to_sign_out(&self) -> Option<String> {
        let known = self.known.read().clone()?;
        let mut url = known.metadata.additional_metadata().end_session_endpoint.as_ref()?.url().clone();
        url.query_pairs_mut().append_pair("client_id", &self.config.client_id);
        Some(url.into())
    }

    /// For a few requests. It goes where it is told and nowhere else.
    fn http(&self) -> Result<reqwest::blocking::Client, ProviderError> {
        // The only one that is built in; that it is chosen already is no failure.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::blocking::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECTS_WITHIN)
            .timeout(ANSWERS_WITHIN);
        // The way out of the site, which the environment may name, does not lead to this machine.
        let client = if self.config.issuer.url().scheme() == "http" { client.no_proxy() } else { client };
        client.build().map_err(|error| ProviderError::Away(chain(&error)))
    }

    fn place(&self) -> Result<SemaphorePermit<'_>, ProviderError> {
        self.places.try_acquire().map_err(|_| ProviderError::Away("many wait for it already".to_owned()))
    }

    /// What the provider says of itself, which holds for so long.
    fn metadata(&self, holds_ms: i64, now_ms: i64) -> Result<Known, ProviderError> {
        let fresh = || self.known.read().clone().filter(|known| (0..holds_ms).contains(&(now_ms - known.read_ms)));
        if let Some(known) = fresh() {
            return Ok(known);
        }
        let mut failed = self.asking.lock();
        if let Some(known) = fresh() {
            return Ok(known);
        }
        let old = self.known.read().clone();
        if failed.is_some_and(|at| at.elapsed() < ASKED_AGAIN_AFTER) {
            return old.ok_or_else(|| ProviderError::Away("it did not answer a moment ago".to_owned()));
        }
        match self.discover() {
            Ok(metadata) => {
                *failed = None;
                let known = Known { metadata: Arc::new(metadata), read_ms: now_ms };
                *self.known.write() = Some(known.clone());
                Ok(known)
            }
            Err(error) => {
                *failed = Some(Instant::now());
                if old.is_some() {
                    tracing::warn!(%error, "what the provider said before counts on");
                }
                old.ok_or(error)
            }
        }
    }

    fn discover(&self) -> Result<ProviderMetadataWithLogout, ProviderError> {
        let http = self.http()?;
        let metadata = ProviderMetadataWithLogout::discover(&self.config.issuer, &|request| send(&http, request))
            .map_err(|error| ProviderError::Away(chain(&error)))?;
        let shown = [
            Some(metadata.authorization_endpoint().url()),
            metadata.additional_metadata().end_session_endpoint.as_ref().map(|end| end.url()),
        ];
        if let Some(url) = shown.into_iter().flatten().find(|url| !is_safe_url(url)) {
            return Err(ProviderError::Away(HttpError::Unsafe(url.to_string()).to_string()));
        }
        tracing::info!(issuer = %*self.config.issuer, keys = metadata.jwks().keys().len(), "the provider says who it is");
        Ok(metadata)
    }

    fn client(&self, metadata: &ProviderMetadataWithLogout) -> Client {
        let secret = Some(self.config.client_secret.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.config.client_id.clone(), secret)
            .set_redirect_uri(self.config.redirect.clone());
        let takes = |method| metadata.token_endpoint_auth_methods_supported().is_none_or(|all| all.contains(&method));
        // As the specification has it where nothing is said.
        let basic = takes(CoreClientAuthMethod::ClientSecretBasic) || !takes(CoreClientAuthMethod::ClientSecretPost);
        client.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
    }
}

/// Of whom a token speaks, if its signature, issuer, audience, end and nonce are good.
fn verified(client: &Client, token: &CoreIdToken, login: &Login) -> Result<SubjectIdentifier, ClaimsVerificationError> {
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
    token.claims(&verifier, &Nonce::new(login.nonce.clone())).map(|claims| claims.subject().clone())
}

/// What is said of a code. An answer that cannot be read may hold secrets, and is not told.
fn told(error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> ProviderError {
    match error {
        RequestTokenError::ServerResponse(refusal) => ProviderError::Refused(refusal.to_string()),
        RequestTokenError::Request(error) => ProviderError::Away(chain(&error)),
        RequestTokenError::Parse(_, _) => ProviderError::Away("its answer to a code cannot be read".to_owned()),
        RequestTokenError::Other(_) => ProviderError::Away("its answer to a code is empty".to_owned()),
    }
}

pub(in crate::identity) fn claims_of(token: &str) -> Option<Value> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn send(http: &reqwest::blocking::Client, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let request = reqwest::blocking::Request::try_from(request)?;
    if !is_safe_url(request.url()) {
        return Err(HttpError::Unsafe(request.url().to_string()));
    }
    let answer = http.execute(request)?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    answer.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut body)?;
    if body.len() as u64 > ANSWER_BYTES_MAX {
        return Err(HttpError::TooLong);
    }
    Ok(response.body(body)?)
}

fn is_safe_url(url: &Url) -> bool {
    is_safe(url.scheme(), url.host_str().unwrap_or_default())
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told += &format!(": {cause}");
        source = cause.source();
    }
    told
}
