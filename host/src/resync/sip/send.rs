//! Sends a NOTIFY to a phone, and answers its challenge once.

use super::digest::Challenge;
use super::error::{SipError, advice};
use super::message::{Attempt, Response, SipTarget};
use super::tls::{self, TlsConfig};
use super::transaction::Connection;
use crate::facts::hex;
use crate::resync::config::{Credentials, SipConfig};

/// What is sent to whom.
pub struct Request<'a> {
    pub target: &'a SipTarget,
    pub user: &'a str,
    pub domain: &'a str,
    pub event: &'a str,
}

/// Sends NOTIFYs by one configuration.
#[derive(Clone)]
pub struct Sender {
    credentials: Option<Credentials>,
    tls: TlsConfig,
}

impl Sender {
    /// # Errors
    /// The file with certificate authorities cannot be used.
    pub fn new(config: &SipConfig) -> Result<Self, SipError> {
        Ok(Self { credentials: config.credentials.clone(), tls: tls::config(config.authority.as_deref())? })
    }

    /// Succeeds if the phone accepts the NOTIFY.
    pub async fn send(&self, request: &Request<'_>) -> Result<(), SipError> {
        let mut connection = Connection::open(request.target, &self.tls).await?;
        let (call_id, tag) = (format!("{}@{}", random()?, connection.local.ip()), random()?);
        let mut attempt = Attempt {
            target: request.target,
            user: request.user,
            domain: request.domain,
            event: request.event,
            local: connection.local,
            call_id: &call_id,
            tag: &tag,
            branch: "",
            number: 1,
            authorization: None,
        };
        let branch = branch()?;
        attempt.branch = &branch;
        let response = connection.exchange(&attempt.bytes()?, &branch).await?;
        let Some(authorization) = self.authorize(&response, request)? else { return self.judge(response) };
        let second = self::branch()?;
        let attempt = Attempt { branch: &second, number: 2, authorization: Some(authorization), ..attempt };
        let response = connection.exchange(&attempt.bytes()?, &second).await?;
        self.judge(response)
    }

    /// The header that answers a challenge; `None` if there is none that could be answered.
    fn authorize(
        &self,
        response: &Response,
        request: &Request<'_>,
    ) -> Result<Option<(&'static str, String)>, SipError> {
        let (asks, answers) = match response.code {
            401 => ("www-authenticate", "Authorization"),
            407 => ("proxy-authenticate", "Proxy-Authorization"),
            _ => return Ok(None),
        };
        let Some(credentials) = &self.credentials else { return Ok(None) };
        let Some(challenge) = response.all(asks).find_map(Challenge::parse) else { return Ok(None) };
        let uri = request.target.uri(request.user);
        Ok(Some((answers, challenge.answer(credentials, &uri, &random()?))))
    }

    fn judge(&self, response: Response) -> Result<(), SipError> {
        let Response { code, reason, .. } = response;
        match code {
            200..=299 => Ok(()),
            _ => Err(SipError::Refused { code, reason, advice: advice(code, self.credentials.is_some()) }),
        }
    }
}

/// The beginning tells a server of RFC 3261 that the rest is unique.
fn branch() -> Result<String, SipError> {
    Ok(format!("z9hG4bK{}", random()?))
}

fn random() -> Result<String, SipError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|error| SipError::Random(error.to_string()))?;
    Ok(hex(&bytes))
}
