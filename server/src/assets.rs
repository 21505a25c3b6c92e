//! The site inside the program: client, style sheet and the other files that pages load.
//!
//! The program hands it over when it starts, so that this library need not wait for it to be built.
//! Pages address the package by [`package_folder`], whose last part is a digest of the whole site. A browser keeps such a file for good, and a new release has new addresses. By its
//! plain path a file is kept too, but the browser asks each time whether it is still the same.
//!
//! Not here: how the site comes about (`cargo xtask build`) and which routes there are.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{borrow::Cow, sync::OnceLock};

/// For `LeptosOptions::site_pkg_dir` and the address of the style sheet: `pkg/…` without a slash
/// at either end.
pub(crate) fn package_folder() -> &'static str {
    ASSETS.get().map_or("pkg", |assets| &assets.package_folder)
}

/// What to answer if `path` is that of an asset.
pub(crate) fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    ASSETS.get()?.answer(method, path, headers)
}

/// From now on this is what is served. A process has one site: a second one is ignored.
pub(crate) fn serve(assets: Assets) {
    let _ = ASSETS.set(assets);
}

/// Empty in tests of what is around it.
static ASSETS: OnceLock<Assets> = OnceLock::new();

const PACKAGE: &str = "pkg/";

/// Names in HTTP, and the endings of the files that lie beside the plain one; the smallest first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Names are looked up whole, so a path with `..` in it is just a name that does not exist.
pub struct Assets {
    package_folder: String,
    get: fn(&str) -> Option<EmbeddedFile>,
}

impl Assets {
    /// The files of `S`. `digest` differs as soon as one of them does.
    pub fn of<S: RustEmbed>(digest: &str) -> Self {
        Self { package_folder: format!("{PACKAGE}{digest}"), get: S::get }
    }

    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.strip_prefix('/')?;
        let under_digest = path.strip_prefix(&self.package_folder);
        let name = match under_digest {
            Some(rest) => Cow::Owned(format!("{PACKAGE}{}", rest.strip_prefix('/')?)),
            None => Cow::Borrowed(path),
        };
        if ENCODINGS.iter().any(|(_, ending)| name.ends_with(ending)) {
            return None;
        }
        let plain = (self.get)(&name)?;
        if !matches!(*method, Method::GET | Method::HEAD) {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return Some((StatusCode::METHOD_NOT_ALLOWED, allow).into_response());
        }
        let content_type = content_type(&plain);
        let caching = if under_digest.is_some() { FOR_GOOD } else { "no-cache" };
        let (file, encoding) = self.encoded(&name, headers).unwrap_or((plain, None));
        let etag = etag(&file);

        let mut response = Response::builder()
            .header(header::CACHE_CONTROL, caching)
            .header(header::ETAG, &etag)
            .header(header::VARY, "accept-encoding");
        if known_to_browser(&etag, headers) {
            response = response.status(StatusCode::NOT_MODIFIED);
            return response.body(Body::empty()).ok();
        }
        if let Some(encoding) = encoding {
            response = response.header(header::CONTENT_ENCODING, encoding);
        }
        response
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, file.data.len())
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(if method == Method::HEAD { Body::empty() } else { body(file) })
            .ok()
    }

    fn encoded(&self, name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
        ENCODINGS
            .iter()
            .filter(|(encoding, _)| is_accepted(encoding, headers))
            .find_map(|(encoding, ending)| Some(((self.get)(&format!("{name}{ending}"))?, Some(*encoding))))
    }
}

/// A year is what "for good" is called in HTTP.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

fn is_accepted(encoding: &str, headers: &HeaderMap) -> bool {
    listed(headers, header::ACCEPT_ENCODING).any(|item| {
        let (name, quality) = item.split_once(';').unwrap_or((item, "q=1"));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

fn known_to_browser(etag: &str, headers: &HeaderMap) -> bool {
    listed(headers, header::IF_NONE_MATCH).any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == etag)
}

/// The items of a header that is a list, which may also be spread over several lines.
fn listed(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Differs between the encodings of a file, as it must.
fn etag(file: &EmbeddedFile) -> String {
    let digest = file.metadata.sha256_hash();
    let digest = u128::from_be_bytes(digest[..16].try_into().unwrap_or_default());
    format!("\"{digest:032x}\"")
}

fn content_type(file: &EmbeddedFile) -> String {
    let mime = file.metadata.mimetype();
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes).into(),
        Cow::Owned(bytes) => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[derive(RustEmbed)]
    #[folder = "tests/site"]
    struct Sample;

    fn sample() -> Assets {
        Assets::of::<Sample>("00c0ffee")
    }

    /// The response to a request with these headers, `None` if there is no such asset.
    fn request(method: &Method, path: &str, headers: &[(HeaderName, &str)]) -> Option<Response> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        sample().answer(method, path, &headers)
    }

    fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response {
        request(&Method::GET, path, headers).unwrap()
    }

    fn in_package(file: &str) -> String {
        format!("/{}/{file}", sample().package_folder)
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 1000).await.unwrap().into()).unwrap()
    }

    #[test]
    fn each_file_has_its_content_type() {
        let types = [("/favicon.svg", "image/svg+xml"), ("/pkg/tidelock.css", "text/css; charset=utf-8")];
        for (path, expected) in types {
            assert_eq!(get(path, &[]).headers()[header::CONTENT_TYPE], expected);
        }
    }

    #[tokio::test]
    async fn the_best_encoding_that_the_browser_accepts_is_sent() {
        let plain = "p { margin: 0 }\n";
        for (accepted, encoding, body) in [
            ("gzip, deflate, br, zstd", Some("br"), "as brotli"),
            ("GZIP", Some("gzip"), "as gzip"),
            ("br;q=0, gzip;q=0.5", Some("gzip"), "as gzip"),
            ("br; q=0.000, identity", None, plain),
            ("", None, plain),
        ] {
            let response = get("/pkg/tidelock.css", &[(header::ACCEPT_ENCODING, accepted)]);
            let sent = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(sent.map(|value| value.to_str().unwrap()), encoding, "{accepted}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(response.headers()[header::CONTENT_LENGTH], body.len().to_string());
            assert_eq!(text(response).await, body, "{accepted}");
        }
    }

    #[test]
    fn an_encoding_that_would_not_help_is_left_out() {
        let response = get("/favicon.svg", &[(header::ACCEPT_ENCODING, "br, gzip")]);
        assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
    }

    #[test]
    fn only_an_address_with_the_digest_is_kept_for_good() {
        let caching = |path: &str| get(path, &[]).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(caching(&in_package("tidelock.css")), FOR_GOOD);
        assert_eq!(caching("/pkg/tidelock.css"), "no-cache");
        assert_eq!(caching("/favicon.svg"), "no-cache");
    }

    #[tokio::test]
    async fn what_the_browser_has_is_not_sent_again() {
        let brotli = (header::ACCEPT_ENCODING, "br");
        let first = get("/pkg/tidelock.css", std::slice::from_ref(&brotli));
        let etag = first.headers()[header::ETAG].to_str().unwrap();

        let weak_and_others = format!("\"other\", W/{etag}");
        let again = get("/pkg/tidelock.css", &[brotli, (header::IF_NONE_MATCH, &weak_and_others)]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], etag);
        assert_eq!(text(again).await, "");

        let other_encoding = get("/pkg/tidelock.css", &[(header::IF_NONE_MATCH, etag)]);
        assert_eq!(other_encoding.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn head_has_the_headers_of_get_and_no_body() {
        let head = request(&Method::HEAD, "/favicon.svg", &[]).unwrap();
        let get = get("/favicon.svg", &[]);
        assert_eq!(head.headers(), get.headers());
        assert_eq!(text(head).await, "");
    }

    #[test]
    fn an_asset_can_only_be_read() {
        let response = request(&Method::POST, "/favicon.svg", &[]).unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn nothing_but_the_site_is_served() {
        let encoded = in_package("tidelock.css.br");
        let outside = in_package("../favicon.svg");
        let no_slash = in_package("tidelock.css").replacen("/tidelock", "tidelock", 1);
        for path in [
            "/",
            "/pkg",
            "/pkg/",
            "/pkg/tidelock",
            "/pkg/0123456789abcdef/tidelock.css",
            "favicon.svg",
            "//favicon.svg",
            "/../Cargo.toml",
            "/pkg/../favicon.svg",
            "/%2e%2e/Cargo.toml",
            "/../../src/main.rs",
            &encoded,
            &outside,
            &no_slash,
        ] {
            assert!(request(&Method::GET, path, &[]).is_none(), "{path}");
        }
    }
}
