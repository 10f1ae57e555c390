//! A connection to the event socket. Every step has a deadline.

use super::error::EventSocketError as Error;
use super::frame::{Decoder, Frame};
use crate::facts::is_control;
use crate::resync::config::EventSocketConfig;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// FreeSWITCH answers within milliseconds. A list of ten thousand registrations takes it some seconds.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes of one read.
const READ_BYTES: usize = 16 << 10;

/// Frames before the answer to a command: this client subscribes to no events, so there should be none.
const OTHER_FRAMES_MAX: usize = 100;

/// Characters of an answer in a message.
const ANSWER_CHARS_MAX: usize = 200;

/// A NOTIFY for one registration.
pub struct Notify<'a> {
    pub profile: &'a str,
    pub user: &'a str,
    pub host: &'a str,
    /// With it, `mod_sofia` sends the NOTIFY to the contact of this registration alone, and not to every contact of the
    /// user.
    pub call_id: &'a str,
    pub event: &'a str,
}

/// An authenticated connection.
pub struct Client {
    stream: TcpStream,
    decoder: Decoder,
    place: String,
    step_timeout: Duration,
}

impl Client {
    /// Connects and authenticates.
    ///
    /// # Errors
    /// Nothing listens there, or something else; the access list or the password refuses this client.
    pub async fn connect(config: &EventSocketConfig) -> Result<Self, Error> {
        Self::connect_within(config, STEP_TIMEOUT).await
    }

    async fn connect_within(config: &EventSocketConfig, step_timeout: Duration) -> Result<Self, Error> {
        let host = config.host.as_str();
        let place = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let place = format!("{place}:{}", config.port);
        let connecting = timeout(step_timeout, TcpStream::connect((host, config.port))).await;
        let Ok(connected) = connecting else {
            return Err(Error::TooSlow { place, seconds: step_timeout.as_secs() });
        };
        let stream =
            connected.map_err(|error| Error::Unreachable { place: place.clone(), reason: error.to_string() })?;
        let mut client = Self { stream, decoder: Decoder::default(), place, step_timeout };
        client.authenticate(config).await?;
        Ok(client)
    }

    async fn authenticate(&mut self, config: &EventSocketConfig) -> Result<(), Error> {
        let greeting = self.frame(" before it asked for the password").await?;
        match greeting.content_type() {
            "auth/request" => {}
            // The access list is checked before the password.
            "text/rude-rejection" => return Err(Error::AccessDenied { place: self.place.clone() }),
            other => return Err(self.foreign(&format!("it began with `{}`", shown(other)))),
        }
        let password = config.password.expose();
        if password.chars().any(char::is_control) {
            return Err(Error::Unsendable { what: "the password" });
        }
        self.send(&format!("auth {password}\n\n")).await?;
        let reply = self.reply(" after it got the password").await?;
        let accepted = reply.header("Reply-Text").is_some_and(|text| text.starts_with("+OK"));
        if accepted { Ok(()) } else { Err(Error::WrongPassword { place: self.place.clone() }) }
    }

    /// Runs a command of FreeSWITCH's and returns what it prints.
    pub async fn api(&mut self, command: &str) -> Result<String, Error> {
        self.send(&format!("api {command}\n\n")).await?;
        for _ in 0..OTHER_FRAMES_MAX {
            let frame = self.frame(" while it answered").await?;
            let answer = match frame.content_type() {
                "api/response" => frame.body,
                "command/reply" => frame.header("Reply-Text").unwrap_or_default().to_owned(),
                _ => continue,
            };
            if answer.starts_with("-ERR") || answer.starts_with("-USAGE") {
                return Err(Error::Refused { command: command.to_owned(), answer: shown(&answer) });
            }
            return Ok(answer);
        }
        Err(self.foreign("it did not answer a command"))
    }

    /// Fires the event by which `mod_sofia` sends a NOTIFY. FreeSWITCH does not say what the phone answers. The headers are
    /// those of "sendevent" in the documentation of `mod_event_socket`.
    pub async fn notify(&mut self, notify: &Notify<'_>) -> Result<(), Error> {
        let headers = [
            ("profile", notify.profile, "the profile"),
            ("user", notify.user, "the user"),
            ("host", notify.host, "the host"),
            ("call-id", notify.call_id, "the Call-ID"),
            ("event-string", notify.event, "the event"),
            // `mod_sofia` drops an event without a type. There is no body.
            ("content-type", "application/simple-message-summary", "the type"),
        ];
        let mut command = "sendevent NOTIFY\n".to_owned();
        for (name, value, what) in headers {
            if value.is_empty() || value.chars().any(is_control) {
                return Err(Error::Unsendable { what });
            }
            command += &format!("{name}: {value}\n");
        }
        command.push('\n');
        self.send(&command).await?;
        let reply = self.reply(" while it sent a NOTIFY").await?;
        let text = reply.header("Reply-Text").unwrap_or_default();
        if text.starts_with("+OK") {
            return Ok(());
        }
        Err(Error::Refused { command: "sendevent NOTIFY".to_owned(), answer: shown(text) })
    }

    async fn send(&mut self, command: &str) -> Result<(), Error> {
        let sending = timeout(self.step_timeout, self.stream.write_all(command.as_bytes())).await;
        match sending {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.disconnected(" before a command")),
            Err(_) => Err(self.too_slow()),
        }
    }

    /// The reply to a command.
    async fn reply(&mut self, during: &'static str) -> Result<Frame, Error> {
        for _ in 0..OTHER_FRAMES_MAX {
            let frame = self.frame(during).await?;
            if frame.content_type() == "command/reply" {
                return Ok(frame);
            }
        }
        Err(self.foreign("it did not reply to a command"))
    }

    async fn frame(&mut self, during: &'static str) -> Result<Frame, Error> {
        let read = timeout(self.step_timeout, self.read_frame(during)).await;
        let frame = read.unwrap_or_else(|_| Err(self.too_slow()))?;
        if frame.content_type() == "text/disconnect-notice" {
            return Err(self.disconnected(during));
        }
        Ok(frame)
    }

    async fn read_frame(&mut self, during: &'static str) -> Result<Frame, Error> {
        let mut piece = [0; READ_BYTES];
        loop {
            let next = self.decoder.next_frame();
            if let Some(frame) = next.map_err(|error| self.foreign(&error.to_string()))? {
                return Ok(frame);
            }
            match self.stream.read(&mut piece).await {
                Ok(0) | Err(_) => return Err(self.disconnected(during)),
                Ok(read) => self.decoder.push(&piece[..read]),
            }
        }
    }

    fn disconnected(&self, during: &'static str) -> Error {
        Error::Disconnected { place: self.place.clone(), during }
    }

    fn too_slow(&self) -> Error {
        Error::TooSlow { place: self.place.clone(), seconds: self.step_timeout.as_secs() }
    }

    fn foreign(&self, reason: &str) -> Error {
        Error::Foreign { place: self.place.clone(), reason: reason.to_owned() }
    }
}

/// A text from another program, short enough for a message.
fn shown(text: &str) -> String {
    text.trim().chars().map(|c| if is_control(c) { ' ' } else { c }).take(ANSWER_CHARS_MAX).collect()
}
