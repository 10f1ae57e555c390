//! Pulls a component from an OCI registry, in the layout of the WebAssembly working group: a manifest with a configuration
//! `application/vnd.wasm.config.v0+json` and one layer `application/wasm`. Only what a pull needs; `oci-client` would change
//! the features of the crates of the server's own path, for much that no command uses.

use super::client::{Answer, Client};
use super::error::Error;
use super::logins::Logins;
use super::reference::Reference;
use super::url::FileUrl;
use crate::facts::hex;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// The annotation of the manifest that holds a signature in minisign's format.
const SIGNATURE: &str = "dialplate.minisig";
/// The limit of registries themselves.
const MANIFEST_BYTES_MAX: u64 = 4 << 20;
/// A token is some hundred bytes to some thousand.
const TOKEN_BYTES_MAX: u64 = 64 << 10;

/// A component from a registry.
pub struct Pulled {
    pub component: Vec<u8>,
    pub signature: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

impl Client {
    /// Pulls a component of at most `bytes_max` bytes. A registry that demands a password gets the one in `logins`.
    ///
    /// # Errors
    /// There is no such artifact, it is no component, its bytes do not have the hash of the manifest, or the registry demands
    /// another password.
    pub async fn pull(&self, reference: &Reference, logins: &Logins, bytes_max: u64) -> Result<Pulled, Error> {
        // As other clients do: a registry of this machine may be without TLS.
        let (scheme, answer) = match self.manifest(reference, logins, "https").await {
            Err(Error::Unreachable { .. }) if reference.manifest("http").is_ok() => {
                ("http", self.manifest(reference, logins, "http").await?)
            }
            answer => ("https", answer?),
        };
        let place = reference.to_string();
        let (permission, answer) = answer;
        let manifest = checked(answer, &place)?.body;
        if reference.digest().is_some_and(|digest| digest != hex(&Sha256::digest(&manifest))) {
            return Err(Error::OtherHash(place));
        }
        let manifest: Manifest = serde_json::from_slice(&manifest)
            .map_err(|error| Error::Manifest { place: place.clone(), reason: error.to_string() })?;
        let hash = manifest.layer(&place)?;
        let blob = self.get(&reference.blob(scheme, hash)?, headers(None, permission.as_ref()), bytes_max).await?;
        let component = checked(blob, &place)?.body;
        if hex(&Sha256::digest(&component)) != hash {
            return Err(Error::OtherHash(place));
        }
        let signature = manifest.annotations.get(SIGNATURE).map(|text| text.clone().into_bytes());
        Ok(Pulled { component, signature })
    }

    /// Asks for the manifest; if the registry demands it, with the password, or with a token, which it may give to everybody.
    /// Returns with which header it answered.
    async fn manifest(
        &self,
        reference: &Reference,
        logins: &Logins,
        scheme: &str,
    ) -> Result<(Option<HeaderValue>, Answer), Error> {
        let url = reference.manifest(scheme)?;
        let answer = self.get(&url, headers(Some(MANIFEST), None), MANIFEST_BYTES_MAX).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok((None, answer));
        }
        let host = reference.host();
        // A registry may give tokens to everybody, so what is wrong with a login matters only if it is needed.
        let (login, refusal) = match logins.authorization(host) {
            Ok(Some(login)) => {
                (Some(login), Error::Refused { host: host.to_owned(), place: logins.place().to_owned() })
            }
            Ok(None) => (None, Error::Password(host.to_owned())),
            Err(error) => (None, error),
        };
        let permission = match token_url(&answer.headers, reference) {
            Some(realm) => self.token(&realm?, login.as_ref()).await?,
            None => login,
        };
        let Some(permission) = permission else { return Err(refusal) };
        let answer = self.get(&url, headers(Some(MANIFEST), Some(&permission)), MANIFEST_BYTES_MAX).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(refusal),
            _ => Ok((Some(permission), answer)),
        }
    }

    /// A token for this login, or for everybody; `None` if there is none.
    async fn token(&self, realm: &FileUrl, login: Option<&HeaderValue>) -> Result<Option<HeaderValue>, Error> {
        let answer = self.get(realm, headers(None, login), TOKEN_BYTES_MAX).await?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Ok(None);
        }
        let given = checked(answer, &realm.to_string())?;
        let Ok(Token { token }) = serde_json::from_slice(&given.body) else { return Ok(None) };
        Ok(HeaderValue::from_str(&format!("Bearer {token}")).ok())
    }
}

fn headers(accept: Option<&'static str>, permission: Option<&HeaderValue>) -> HeaderMap {
    let accept = accept.map(HeaderValue::from_static);
    let pairs = [(header::ACCEPT, accept), (header::AUTHORIZATION, permission.cloned())];
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Where a registry gives tokens, from its challenge: `Bearer realm="https://…",service="…"`.
fn token_url(headers: &HeaderMap, reference: &Reference) -> Option<Result<FileUrl, Error>> {
    let challenge = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let parts = challenge.split(',').filter_map(|part| part.trim().split_once('='));
    let parts: BTreeMap<_, _> = parts.map(|(name, value)| (name, value.trim_matches('"'))).collect();
    let mut url = url::Url::parse(parts.get("realm")?).ok()?;
    url.query_pairs_mut()
        .append_pair("service", parts.get("service").copied().unwrap_or_default())
        .append_pair("scope", &format!("repository:{}:pull", reference.name()));
    Some(FileUrl::parse(url.as_str()))
}

fn checked(answer: Answer, place: &str) -> Result<Answer, Error> {
    match answer.status {
        StatusCode::OK => Ok(answer),
        status => Err(Error::Status { place: place.to_owned(), status: status.as_u16() }),
    }
}

impl Manifest {
    /// The hash of the only layer.
    fn layer(&self, place: &str) -> Result<&str, Error> {
        let wrong = |reason: String| Error::Manifest { place: place.to_owned(), reason };
        if self.config.media_type != CONFIG {
            return Err(wrong(format!("its configuration is {} and not {CONFIG}", self.config.media_type)));
        }
        let [layer] = &*self.layers else {
            return Err(wrong(format!("it has {} layers, and a component has one", self.layers.len())));
        };
        if layer.media_type != LAYER {
            return Err(wrong(format!("its layer is {} and not {LAYER}", layer.media_type)));
        }
        // It becomes part of a URL.
        let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = layer.digest.strip_prefix("sha256:").filter(is_hash);
        hash.ok_or_else(|| wrong(format!("its layer has the digest {:?}, which is no SHA-256", layer.digest)))
    }
}
