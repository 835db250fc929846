//! Embeddings from an endpoint that speaks OpenAI's protocol; Ollama and others do as well.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::Fault;
use rustls::crypto::ring;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Embedder;
use crate::redact::redact;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An endpoint for embeddings. Texts of documents and questions are sent to it; receipts hold no row
/// values and no secrets, but they do name tables.
#[derive(Clone)]
pub struct Endpoint {
    url: String,
    /// The model as the endpoint knows it.
    name: String,
    /// The model as vectors carry it: with the endpoint, since two may call different models alike.
    id: String,
    key: Option<String>,
    agent: Agent,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [&'a str],
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

impl Endpoint {
    /// An endpoint by the URL that `/embeddings` is below, such as `https://api.openai.com/v1` or
    /// `http://localhost:11434/v1`, and the name of a model. The key belongs into the environment, not
    /// into a file.
    pub fn new(url: &str, model: &str, key: Option<String>) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        let id = format!("{model}@{}", redact(&url));
        let agent =
            Agent::config_builder().timeout_global(Some(PATIENCE)).tls_config(tls()).build().new_agent();
        Self { url, name: model.to_owned(), id, key, agent }
    }

    /// A text that may repeat what the endpoint said, which may repeat the key.
    fn without_key(&self, text: &str) -> String {
        let key = self.key.as_deref().filter(|key| !key.is_empty());
        redact(&key.map_or_else(|| text.to_owned(), |key| text.replace(key, "[redacted]")))
    }

    fn fault(&self, what: &str) -> Fault {
        Fault::new("memory.embedding", what)
            .at(self.id.clone())
            .help("check the URL, the model's name and the key")
    }
}

/// Trusts what the operating system trusts.
fn tls() -> TlsConfig {
    let system = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<Certificate<'static>> =
        system.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&certificates))
        .build()
}

impl Embedder for Endpoint {
    fn model(&self) -> &str {
        &self.id
    }

    fn is_local(&self) -> bool {
        false
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, Fault> {
        let mut request = self.agent.post(format!("{}/embeddings", self.url));
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let sent = request.send_json(Request { model: &self.name, input: texts });
        let mut answer = sent.map_err(|error| {
            self.fault("the endpoint for embeddings failed").cause(self.without_key(&error.to_string()))
        })?;
        let answer: Answer = answer.body_mut().read_json().map_err(|error| {
            self.fault("the endpoint answered no embeddings").cause(self.without_key(&error.to_string()))
        })?;
        let mut vectors = vec![None; texts.len()];
        for Embedding { index, embedding } in answer.data {
            let place = vectors
                .get_mut(index)
                .ok_or_else(|| self.fault("the endpoint answered texts nobody sent"))?;
            if !embedding.iter().any(|value| *value != 0.0) {
                return Err(self.fault("the endpoint answered an embedding without any direction"));
            }
            *place = Some(embedding);
        }
        if vectors.iter().any(Option::is_none) {
            return Err(self.fault("the endpoint answered fewer embeddings than texts"));
        }
        Ok(vectors)
    }
}

impl fmt::Debug for Endpoint {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("model", &self.id).finish_non_exhaustive()
    }
}
