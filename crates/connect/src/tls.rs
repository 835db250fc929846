//! TLS as libpq's `sslmode` and `sslrootcert` mean it, on rustls.

use std::path::PathBuf;
use std::sync::Arc;

use model::Fault;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::target::{bad_url, percent_encode_path};

/// The TLS options of a URL, as written.
#[derive(Debug, Default)]
pub(crate) struct TlsOptions {
    mode: Option<String>,
    root: Option<String>,
}

impl TlsOptions {
    /// Takes the environment's word where the URL has none.
    pub(crate) fn complete(&mut self, mode: Option<String>, root: Option<String>) {
        self.mode = self.mode.take().or(mode);
        self.root = self.root.take().or(root);
    }

    /// What to ask of the server: the strictness beyond that is [`Trust`]'s.
    pub(crate) fn wire_mode(&self) -> Result<SslMode, Fault> {
        match self.mode.as_deref() {
            Some("disable") => Ok(SslMode::Disable),
            None | Some("allow" | "prefer") => Ok(SslMode::Prefer),
            Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
            Some(_) => {
                Err(bad_url("sslmode is none of disable, allow, prefer, require, verify-ca and verify-full"))
            }
        }
    }
}

/// Whose certificate is good enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Any: `allow`, `prefer`, and `require` without a root certificate, as libpq has it.
    Anyone,
    /// One that a trusted authority signed, for whatever name.
    Authority(Roots),
    /// One that a trusted authority signed for this host.
    Host(Roots),
}

/// Which authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Those of the operating system.
    System,
    /// Those of a PEM file.
    File(PathBuf),
}

impl Trust {
    pub(crate) fn of(options: &TlsOptions) -> Result<Self, Fault> {
        let roots = match options.root.as_deref() {
            None | Some("system") => Roots::System,
            Some(path) => Roots::File(PathBuf::from(path)),
        };
        match (options.mode.as_deref(), &options.root) {
            (Some("verify-full"), _) => Ok(Self::Host(roots)),
            (Some("verify-ca"), _) | (Some("require"), Some(_)) => Ok(Self::Authority(roots)),
            (_, Some(root)) if root == "system" => {
                Err(bad_url("sslrootcert=system needs sslmode=verify-full"))
            }
            _ => Ok(Self::Anyone),
        }
    }

    /// The `sslmode` that says this in a URL; nothing where it is the default.
    pub(crate) fn url_mode(&self, wire: SslMode) -> Option<String> {
        let (mode, roots) = match (self, wire) {
            (_, SslMode::Disable) => return Some("disable".to_owned()),
            (Self::Anyone, SslMode::Require) => return Some("require".to_owned()),
            (Self::Anyone, _) => return None,
            (Self::Authority(roots), _) => ("verify-ca", roots),
            (Self::Host(roots), _) => ("verify-full", roots),
        };
        match roots {
            Roots::System => Some(mode.to_owned()),
            Roots::File(path) => Some(format!("{mode}&sslrootcert={}", percent_encode_path(path))),
        }
    }

    /// The connector that tokio-postgres asks for a TLS stream.
    pub(crate) fn connector(&self) -> Result<MakeRustlsConnect, Fault> {
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self {
            Self::Anyone => Arc::new(Lenient { provider: Arc::clone(&provider), chain: None }),
            Self::Authority(roots) => {
                let chain = Some(roots.verifier(&provider)?);
                Arc::new(Lenient { provider: Arc::clone(&provider), chain })
            }
            Self::Host(roots) => roots.verifier(&provider)?,
        };
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| unusable("no TLS version is available").cause(error))?;
        let config = config.dangerous().with_custom_certificate_verifier(verifier);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }
}

impl Roots {
    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Fault> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.certificates()?);
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
            .build()
            .map_err(|error| unusable("no trusted root certificate was found").cause(error))
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Fault> {
        let Self::File(path) = self else {
            return Ok(rustls_native_certs::load_native_certs().certs);
        };
        let unreadable = |error| {
            unusable("the file of root certificates cannot be read")
                .at(path.display().to_string())
                .cause(format!("{error}"))
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
        certificates.collect::<Result<_, _>>().map_err(unreadable)
    }
}

fn unusable(why: &str) -> Fault {
    Fault::new("connect.tls", format!("TLS cannot be set up: {why}"))
        .help("name a PEM file with sslrootcert=, or choose another sslmode")
}

/// Checks less than the host's name: the chain alone, or nothing but that the server holds its key.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes `sslmode` and `sslrootcert` out of a URL, since tokio-postgres knows fewer of them than libpq.
pub(crate) fn split_tls_options(url: &str) -> Result<(String, TlsOptions), Fault> {
    let mut options = TlsOptions::default();
    let credentials = url.find('@').map_or(0, |at| at + 1);
    let Some(query) = url[credentials..].find('?').map(|at| credentials + at) else {
        return Ok((url.to_owned(), options));
    };
    let mut kept = Vec::new();
    for pair in url[query + 1..].split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => options.mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => options.root = Some(percent_decode(value)?),
            Some(("sslcert" | "sslkey" | "sslpassword", _)) => {
                return Err(bad_url("client certificates (sslcert, sslkey) are not supported"));
            }
            _ => kept.push(pair),
        }
    }
    let separator = if kept.is_empty() { "" } else { "?" };
    Ok((format!("{}{separator}{}", &url[..query], kept.join("&")), options))
}

fn percent_decode(text: &str) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok();
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(byte.ok_or_else(|| bad_url("a % is not followed by two hexadecimal digits"))?);
                rest = tail;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).map_err(|_| bad_url("an option is not UTF-8"))
}
