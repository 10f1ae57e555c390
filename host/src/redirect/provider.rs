//! What a redirection service can be asked, by whichever protocol. A provider in a plugin would stand behind the same trait.

use super::device::RedirectDevice;
use std::pin::Pin;
use std::time::Duration;

/// The answer of a service, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ServiceError>> + Send + 'a>>;

/// What became of each of several phones, later, in their order.
pub type Outcomes<'a> = Pin<Box<dyn Future<Output = Vec<Result<(), ServiceError>>> + Send + 'a>>;

/// What a service knows of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    Absent,
    /// In this account; `None` if the service does not say with which URL.
    Here(Option<String>),
    /// In another account.
    Elsewhere,
    /// The service answers no such question.
    Unknown,
}

/// A phone that a service lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Twelve digits, lower case.
    pub address: String,
    pub url: Option<String>,
}

/// A redirection service with the account of an operator.
pub trait Provider: Send + Sync {
    /// Where the phone is registered.
    fn status<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, Registration>;

    /// Registers a phone that is absent, or gives it another URL. A phone of another account is an error.
    fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()>;

    /// Removes a phone. One that is absent is no error.
    fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()>;

    /// The most phones that one call can change.
    fn batch_max(&self) -> usize {
        1
    }

    /// Registers several phones, at most [`Self::batch_max`].
    fn register_all<'a>(&'a self, devices: &'a [RedirectDevice]) -> Outcomes<'a> {
        Box::pin(one_by_one(devices, |device| self.register(device)))
    }

    /// Removes several phones, at most [`Self::batch_max`].
    fn remove_all<'a>(&'a self, devices: &'a [RedirectDevice]) -> Outcomes<'a> {
        Box::pin(one_by_one(devices, |device| self.remove(device)))
    }

    /// All phones of the account; `None` if the service documents no list.
    fn list(&self) -> Answer<'_, Option<Vec<Listed>>> {
        Box::pin(async { Ok(None) })
    }
}

/// The answers for several phones, of which each is asked for after the one before.
pub async fn one_by_one<'a, T>(
    devices: &'a [RedirectDevice],
    ask: impl Fn(&'a RedirectDevice) -> Answer<'a, T>,
) -> Vec<Result<T, ServiceError>> {
    let mut answers = Vec::new();
    for device in devices {
        answers.push(ask(device).await);
    }
    answers
}

/// Why a service does not do what it is asked, and what to do. No message holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    #[error("the service cannot be reached: {0}; run the command again later, it goes on where it stopped")]
    Unreachable(String),
    #[error(
        "the service refuses the user or the secret; correct them in redirect_accounts, and check the account's role"
    )]
    Credentials,
    #[error(
        "the service still asks for a pause after {0} attempts; run the command again later, it goes on where it stopped"
    )]
    Throttled(u32),
    #[error("the service reports a fault of its own ({0}); try again later, the command goes on where it stopped")]
    Faulty(u32),
    #[error("the phone is registered in another account; have its previous owner or the distributor release it")]
    Elsewhere,
    #[error(
        "the service knows no such device; compare the address with the label, or ask the distributor whether it was delivered"
    )]
    NoSuchDevice,
    #[error(
        "the service refuses the form of the URL `{0}`; `dialplate redirect check` says what the maker's phones need"
    )]
    Url(String),
    #[error(
        "the account may not add phones by their address alone; have Yealink grant it /v2/rps/addDevicesByMac, or give each \
         device its serial number"
    )]
    NoGrant,
    #[error("the service refuses the serial number; compare it with the label")]
    Serial,
    #[error(
        "the service knows no server or profile `{0}`; add it at the portal, or name another with `server` in redirect_accounts"
    )]
    NoServer(String),
    #[error("the account has reached its limit of devices; ask the maker to raise it")]
    Full,
    #[error("the service's answer is not as documented: {0}")]
    Undocumented(String),
    #[error("the service refuses: {0}")]
    Other(String),
}

impl ServiceError {
    /// Whether every further phone would fail in the same way.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Credentials | Self::Throttled(_) | Self::Faulty(_) | Self::Full)
    }
}

/// How fast a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPace {
    /// The time from one call to the next.
    pub interval: Duration,
}

impl CallPace {
    /// Calls a second. No service publishes a limit; at this rate ten thousand phones need some hours, and nobody is bothered.
    pub const RATE: u32 = 2;
    pub const RATE_MAX: u32 = 1_000;

    pub fn per_second(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1) }
    }
}
