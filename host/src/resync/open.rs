//! Chooses the way to phones.

use super::config::{Config, EventSocketConfig, Way};
use super::event_socket::EventSocketError;
use super::notifier::Notifier;
use super::registrations::AgentPatterns;
use super::sip::SipError;
use crate::directory::{self, Directory, Phone};
use crate::request::Secret;
use std::sync::Arc;

/// Why there is no way to phones.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    #[error(
        "no event socket is known, and resync_way is event-socket; set event_socket to its address, for instance \
         127.0.0.1:8021"
    )]
    NoEventSocket,
    #[error("the port in v_settings.event_socket_port is no number; set event_socket instead")]
    Port,
    #[error(transparent)]
    EventSocket(#[from] EventSocketError),
    #[error(transparent)]
    Sip(#[from] SipError),
    #[error(transparent)]
    Directory(#[from] directory::Error),
}

impl Notifier {
    /// The way that the configuration chooses. `phones` are all devices, since another one may have the same line.
    ///
    /// # Errors
    /// It cannot be used.
    pub async fn open(
        config: &Config,
        directory: &Directory,
        phones: Arc<[Phone]>,
        patterns: Arc<dyn AgentPatterns>,
    ) -> Result<Self, WayError> {
        if config.way == Way::Sip {
            return Ok(Self::by_sip(config, None, None)?);
        }
        match event_socket(config, directory).await? {
            Some(socket) => Ok(Self::through_switch(socket, phones, patterns).await?),
            None if config.way == Way::EventSocket => Err(WayError::NoEventSocket),
            None => Ok(Self::by_sip(config, None, None)?),
        }
    }
}

/// The event socket in the configuration, or in FusionPBX's tables, or where FusionPBX expects it.
async fn event_socket(config: &Config, directory: &Directory) -> Result<Option<EventSocketConfig>, WayError> {
    if config.event_socket.is_some() || !config.has_fusionpbx {
        return Ok(config.event_socket.clone());
    }
    let local = |port, password: &str| EventSocketConfig {
        host: "127.0.0.1".to_owned(),
        port,
        password: Secret::new(password),
    };
    Ok(Some(match directory.event_socket().await? {
        None => local(EventSocketConfig::PORT, EventSocketConfig::PASSWORD),
        Some(stored) => {
            let port = if stored.port.is_empty() { Some(EventSocketConfig::PORT) } else { stored.port.parse().ok() };
            EventSocketConfig { host: stored.host, ..local(port.ok_or(WayError::Port)?, &stored.password) }
        }
    }))
}
