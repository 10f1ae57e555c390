//! A phone's part of a conversation: sends requests of the list on one connection, and logs in where the server demands it.

use super::account::Account;
use super::answer::Head;
use super::connection::{Connection, Origin};
use super::failures::Failure;
use super::list::Request;
use crate::gate::{Login, Signed};
use std::collections::HashMap;

/// An answer. The body stays in the connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
    pub retry_after: Option<String>,
}

/// One connection with its logins, of which each host needs one.
pub struct Client {
    connection: Connection,
    account: Option<Account>,
    cnonce: String,
    logins: HashMap<String, Login>,
    /// How often the server demanded credentials.
    pub challenges: u64,
    line: Vec<u8>,
}

impl Client {
    /// # Errors
    /// The system returned no random numbers.
    pub fn new(origin: &Origin, account: Option<&Account>) -> Result<Self, getrandom::Error> {
        let cnonce = format!("{:016x}", getrandom::u64()?);
        let (account, logins) = (account.cloned(), HashMap::new());
        Ok(Self { connection: Connection::new(origin), account, cnonce, logins, challenges: 0, line: Vec::new() })
    }

    /// Whether server and client are on one machine.
    pub fn is_local(&self) -> bool {
        self.connection.is_local()
    }

    /// Forgets all logins, so that the server demands the next one, as it does from another phone.
    pub fn log_out(&mut self) {
        self.logins.clear();
    }

    /// Sends a request. With an account, a demand for credentials is answered, and the request is sent again.
    pub fn ask(&mut self, request: &Request) -> Result<Answer<'_>, Failure> {
        let mut head = self.send(request)?;
        if head.status == 401
            && let Some(account) = &self.account
        {
            self.challenges += 1;
            let login = Login::answer(&head.challenges, &account.user, &account.password).ok_or(Failure::Challenge)?;
            self.logins.insert(request.host.clone(), login);
            head = self.send(request)?;
        }
        Ok(Answer { status: head.status, body: self.connection.body(), retry_after: head.retry_after })
    }

    fn send(&mut self, request: &Request) -> Result<Head, Failure> {
        self.line.clear();
        let before_agent = if request.user_agent.is_empty() { "" } else { "\r\nUser-Agent: " };
        let Request { host, target, user_agent, .. } = request;
        let parts = ["GET ", target, " HTTP/1.1\r\nAccept: */*\r\nHost: ", host, before_agent, user_agent, "\r\n"];
        parts.iter().for_each(|part| self.line.extend_from_slice(part.as_bytes()));
        if let Some(login) = self.logins.get_mut(&request.host) {
            let signed = Signed { method: "GET", target: &request.target, cnonce: &self.cnonce };
            let header = format!("Authorization: {}\r\n", login.header(signed));
            self.line.extend_from_slice(header.as_bytes());
        }
        self.line.extend_from_slice(b"\r\n");
        self.connection.exchange(&self.line)
    }
}
