//! Asks one phone at a time, by the event socket or by SIP.

use super::config::{Config, EventSocketConfig};
use super::event_socket::{Client, EventSocketError, Notify};
use super::outcome::Outcome;
use super::registrations::{AgentPatterns, Picked, Registrar, Registration, profiles, registrations};
use super::sip::{Request, Sender, SipError, SipTarget, Transport};
use crate::directory::Phone;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a list of registrations counts. Phones register again every few minutes, with the same Call-ID unless they have
/// restarted.
const FRESH: Duration = Duration::from_secs(10);

/// What is asked of which phone.
#[derive(Clone)]
pub struct Errand {
    pub phone: Phone,
    /// `None`: the maker has no such event.
    pub event: Option<String>,
}

/// A way to phones. It can be used for several at once.
pub enum Notifier {
    EventSocket(Box<Switch>),
    Sip(Direct),
}

/// FreeSWITCH, and who is registered there.
pub struct Switch {
    config: EventSocketConfig,
    /// All devices, since another one may have the same line.
    phones: Arc<[Phone]>,
    patterns: Arc<dyn AgentPatterns>,
    session: Mutex<Option<Session>>,
}

struct Session {
    client: Client,
    registrations: Vec<Registration>,
    read_at: Instant,
}

/// SIP without a registrar.
pub struct Direct {
    sender: Sender,
    /// Where the phone is; `None`: where it last fetched from.
    host: Option<SipTarget>,
    /// `None`: that of the phone's line.
    transport: Option<Transport>,
}

impl Notifier {
    /// Connects to the event socket, so that a wrong address or password is one error and not one for each phone.
    ///
    /// # Errors
    /// It cannot be used.
    pub async fn through_switch(
        config: EventSocketConfig,
        phones: Arc<[Phone]>,
        patterns: Arc<dyn AgentPatterns>,
    ) -> Result<Self, EventSocketError> {
        let session = Session::open(&config).await?;
        Ok(Self::EventSocket(Box::new(Switch { config, phones, patterns, session: Mutex::new(Some(session)) })))
    }

    /// # Errors
    /// The file with certificate authorities cannot be used.
    pub fn by_sip(config: &Config, host: Option<SipTarget>, transport: Option<Transport>) -> Result<Self, SipError> {
        Ok(Self::Sip(Direct { sender: Sender::new(&config.sip)?, host, transport }))
    }

    /// With this transport instead of that of the phone's line, where SIP is sent directly.
    pub fn with_transport(self, transport: Option<Transport>) -> Self {
        match self {
            Self::Sip(direct) => Self::Sip(Direct { transport: transport.or(direct.transport), ..direct }),
            switch @ Self::EventSocket(_) => switch,
        }
    }

    /// Asks one phone. With `dry_run` everything is looked up and nothing is sent.
    pub async fn notify(&self, errand: &Errand, dry_run: bool) -> Outcome {
        let Some(event) = errand.event.as_deref() else { return Outcome::NoEvent };
        if !errand.phone.is_enabled {
            return Outcome::Disabled;
        }
        match self {
            Self::EventSocket(switch) => switch.notify(&errand.phone, event, dry_run).await,
            Self::Sip(direct) => direct.notify(&errand.phone, event, dry_run).await,
        }
    }
}

impl Switch {
    async fn notify(&self, phone: &Phone, event: &str, dry_run: bool) -> Outcome {
        let mut session = self.session.lock().await;
        let mut tried = self.try_notify(&mut session, phone, event, dry_run).await;
        if tried.as_ref().is_err_and(EventSocketError::is_disconnect) {
            // FreeSWITCH was restarted, or has closed an idle connection.
            *session = None;
            tried = self.try_notify(&mut session, phone, event, dry_run).await;
        }
        tried.unwrap_or_else(|error| {
            *session = None;
            Outcome::Failed(error.to_string())
        })
    }

    async fn try_notify(
        &self,
        session: &mut Option<Session>,
        phone: &Phone,
        event: &str,
        dry_run: bool,
    ) -> Result<Outcome, EventSocketError> {
        let mut open = match session.take() {
            Some(open) => open,
            None => Session::open(&self.config).await?,
        };
        if open.read_at.elapsed() > FRESH {
            open.read().await?;
        }
        let registrar = Registrar::new(&open.registrations, &self.phones, &*self.patterns);
        let outcome = match registrar.pick(phone) {
            Picked::None => Outcome::NotRegistered,
            Picked::Ambiguous(several) => Outcome::Ambiguous(several.into_iter().map(shown).collect()),
            Picked::Own(own) if dry_run => Outcome::WouldNotify { to: shown(own) },
            Picked::Own(own) => {
                let notify =
                    Notify { profile: &own.profile, user: &own.user, host: &own.host, call_id: &own.call_id, event };
                open.client.notify(&notify).await?;
                Outcome::Notified { to: shown(own) }
            }
        };
        *session = Some(open);
        Ok(outcome)
    }
}

impl Session {
    async fn open(config: &EventSocketConfig) -> Result<Self, EventSocketError> {
        let client = Client::connect(config).await?;
        let mut session = Self { client, registrations: Vec::new(), read_at: Instant::now() };
        session.read().await?;
        Ok(session)
    }

    async fn read(&mut self) -> Result<(), EventSocketError> {
        self.read_at = Instant::now();
        self.registrations.clear();
        for profile in profiles(&self.client.api("sofia status").await?) {
            let answer = self.client.api(&format!("sofia status profile {profile} reg")).await?;
            self.registrations.extend(registrations(&profile, &answer));
        }
        Ok(())
    }
}

impl Direct {
    async fn notify(&self, phone: &Phone, event: &str, dry_run: bool) -> Outcome {
        let target = match self.target(phone) {
            Ok(target) => target,
            Err(reason) => return Outcome::Failed(reason),
        };
        let Some(line) = phone.lines.first() else {
            return Outcome::Failed("the device has no line, and a phone takes a NOTIFY for a line only".to_owned());
        };
        let to = format!("{}@{target}", line.user);
        if dry_run {
            return Outcome::WouldNotify { to };
        }
        let request = Request { target: &target, user: &line.user, domain: &line.server, event };
        match self.sender.send(&request).await {
            Ok(()) => Outcome::Notified { to },
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    fn target(&self, phone: &Phone) -> Result<SipTarget, String> {
        let of_line = phone.lines.iter().find_map(|line| Transport::parse(&line.transport));
        let transport = self.transport.or(of_line).unwrap_or(Transport::Udp);
        match &self.host {
            Some(host) => Ok(SipTarget { transport, ..host.clone() }),
            None if phone.fetched.ip.is_empty() => {
                Err("the phone has not fetched yet, so its address is not known; name it with --sip".to_owned())
            }
            None => SipTarget::parse(&phone.fetched.ip, transport),
        }
    }
}

/// A registration in a message.
fn shown(registration: &Registration) -> String {
    let Registration { agent, ip, port, .. } = registration;
    let plain = |text: &str| text.chars().filter(|c| !crate::facts::is_control(*c)).take(100).collect::<String>();
    format!("{} at {ip}:{port} ({})", plain(registration.uri()), plain(agent))
}
