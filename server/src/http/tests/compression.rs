//! What travels compressed, and what must not.

use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use serde_json::json;

use super::{demo_server, on_runtime};

#[test]
fn pages_and_answers_are_compressed_files_and_feeds_are_not() {
    on_runtime(async {
        let server = demo_server();
        let accepts = &[(ACCEPT_ENCODING, "gzip, br")];
        let page = server.get("/browse/lustre/climate", accepts).await;
        assert_eq!(page.headers()[CONTENT_ENCODING], "br");
        let depends_on: Vec<&str> = page.headers().get_all(VARY).iter().map(|value| value.to_str().unwrap()).collect();
        assert!(
            ["accept-encoding", "accept-language", "cookie"].iter().all(|name| depends_on.join(",").contains(name)),
            "{depends_on:?}"
        );
        let answer = server.post("projects", accepts, &json!({})).await;
        assert_eq!((&answer.headers()[CONTENT_ENCODING], answer.status().as_u16()), (&"br".parse().unwrap(), 200));
        let old = server.get("/browse/lustre/climate", &[(ACCEPT_ENCODING, "gzip")]).await;
        assert_eq!(old.headers()[CONTENT_ENCODING], "gzip");
        let plain = server.get("/browse/lustre/climate", &[]).await;
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));

        for path in ["/download/lustre/climate/README.md", "/download/lustre/climate/common", "/api/moves/events"] {
            let answer = server.get(path, accepts).await;
            let kind = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
            assert!(answer.status().is_success() && !answer.headers().contains_key(CONTENT_ENCODING), "{path}: {kind}");
        }
    });
}
