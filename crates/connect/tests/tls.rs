//! TLS means what libpq's `sslmode` says, on a server with a certificate of our own authority.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use connect::{Target, connect};
use model::Silent;
use shadow::{Shadow, ShadowOptions};
use testkit::majors;

/// Makes an authority and a certificate that it signed for `localhost`.
fn certificates(folder: &Path) -> bool {
    let script = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj /CN=authority -keyout ca.key -out ca.crt &&
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
            -keyout server.key -out server.csr &&
        printf 'subjectAltName=DNS:localhost\\n' > san &&
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.crt";
    let made = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    let key = folder.join("server.key");
    made.status.success() && fs::set_permissions(key, fs::Permissions::from_mode(0o600)).is_ok()
}

#[tokio::test]
async fn sslmode_means_what_libpq_says() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        return testkit::skip("the program openssl");
    }
    let file = |name: &str| folder.path().join(name).display().to_string();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = [
        ("listen_addresses", "127.0.0.1"),
        ("port", &port.to_string()),
        ("ssl", "on"),
        ("ssl_cert_file", &file("server.crt")),
        ("ssl_key_file", &file("server.key")),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let shadow = Shadow::start(&ShadowOptions { settings, ..ShadowOptions::of(majors()[0]) }, &Silent).await;
    let _shadow = shadow.unwrap_or_else(|fault| panic!("{fault}"));

    let root = format!("sslrootcert={}", file("ca.crt"));
    for (host, options, outcome) in [
        ("localhost", "sslmode=disable", Ok(false)),
        ("localhost", "sslmode=prefer", Ok(true)),
        ("localhost", "sslmode=require", Ok(true)),
        ("127.0.0.1", &format!("sslmode=verify-ca&{root}"), Ok(true)),
        ("localhost", &format!("sslmode=verify-full&{root}"), Ok(true)),
        ("127.0.0.1", &format!("sslmode=verify-full&{root}"), Err("connect.tls")),
        ("localhost", "sslmode=verify-full", Err("connect.tls")),
        ("localhost", "sslmode=verify-ca", Err("connect.tls")),
        ("localhost", "sslmode=verify-full&sslrootcert=/nowhere", Err("connect.tls")),
    ] {
        let target = Target::parse(&format!("postgres://postgres@{host}:{port}/postgres?{options}")).unwrap();
        let used = match connect(&target, "test").await {
            Ok(session) => {
                let ask = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
                Ok(session.query_one(ask, &[]).await.unwrap().get::<_, bool>(0))
            }
            Err(fault) => Err(fault.kind),
        };
        assert_eq!(used, outcome, "{host} {options}");
    }
}
