//! A peer that speaks the protocol of FreeSWITCH's event socket, as `mod_event_socket` documents it: it asks for a password,
//! prints registrations, and sends a SIP NOTIFY to the contact of the registration that a `sendevent NOTIFY` names.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Names and values of one event's headers.
type Headers = Vec<(String, String)>;

/// A registration of the peer.
#[derive(Clone)]
pub struct Registered {
    pub call_id: &'static str,
    /// `user@host`
    pub user: &'static str,
    /// Host and port of the contact, to which a NOTIFY is sent.
    pub contact: String,
    pub agent: &'static str,
    /// The address from which the REGISTER came.
    pub ip: &'static str,
}

/// How the peer behaves.
#[derive(Clone)]
pub struct Manner {
    pub password: &'static str,
    pub registered: Vec<Registered>,
    /// Refuses every client, as an access list does.
    pub refuses: bool,
    /// Writes this many bytes at a time.
    pub piece: usize,
    /// Closes the first connections after this many commands each, in the middle of an answer.
    pub closes_after: Vec<usize>,
    /// Reads commands and answers none.
    pub is_silent: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            password: "ClueCon",
            registered: Vec::new(),
            refuses: false,
            piece: usize::MAX,
            closes_after: Vec::new(),
            is_silent: false,
        }
    }
}

/// A listening peer. It runs until the test's process ends.
pub struct EventSocketPeer {
    pub address: SocketAddr,
    /// The headers of each NOTIFY event.
    notified: Arc<Mutex<Vec<Headers>>>,
    commands: Arc<Mutex<Vec<String>>>,
}

impl EventSocketPeer {
    pub fn start(manner: Manner) -> Self {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), manner)
    }

    /// Starts the peer at this address.
    pub fn start_at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (notified, commands) = (Arc::default(), Arc::default());
        let peer = Self { address, notified: Arc::clone(&notified), commands: Arc::clone(&commands) };
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let closes_after = manner.closes_after.get(number).copied();
                let session = Session {
                    manner: manner.clone(),
                    closes_after,
                    notified: Arc::clone(&notified),
                    commands: Arc::clone(&commands),
                };
                // A client that goes away ends its session only.
                thread::spawn(move || drop(session.run(&stream)));
            }
        });
        peer
    }

    /// The values of this header in the NOTIFY events so far.
    pub fn notified(&self, header: &str) -> Vec<String> {
        let value = |headers: &Headers| {
            headers.iter().find(|(name, _)| name == header).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        self.notified.lock().expect("no panic").iter().map(value).collect()
    }

    /// The first lines of the commands so far, passwords included.
    pub fn commands(&self) -> Vec<String> {
        self.commands.lock().expect("no panic").clone()
    }
}

struct Session {
    manner: Manner,
    closes_after: Option<usize>,
    notified: Arc<Mutex<Vec<Headers>>>,
    commands: Arc<Mutex<Vec<String>>>,
}

impl Session {
    fn run(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        if self.manner.refuses {
            return self
                .write(stream, "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n");
        }
        self.write(stream, "Content-Type: auth/request\n\n")?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let (mut is_authenticated, mut count) = (false, 0);
        loop {
            let mut command = Vec::new();
            for line in lines.by_ref() {
                match line?.trim_end() {
                    "" if command.is_empty() => {}
                    "" => break,
                    line => command.push(line.to_owned()),
                }
            }
            let Some(first) = command.first().cloned() else { return Ok(()) };
            self.commands.lock().expect("no panic").push(first.clone());
            count += 1;
            let answer = match first.strip_prefix("auth ") {
                Some(password) if password == self.manner.password => {
                    is_authenticated = true;
                    reply("+OK accepted")
                }
                Some(_) => {
                    self.write(stream, &reply("-ERR invalid"))?;
                    self.write(stream, "Content-Type: text/disconnect-notice\nContent-Length: 67\n\nDisconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n")?;
                    return stream.shutdown(Shutdown::Both);
                }
                None if is_authenticated => self.answer(&first, &command[1..]),
                None => reply("-ERR command not found"),
            };
            if self.manner.is_silent {
                continue;
            }
            if self.closes_after == Some(count) {
                self.write(stream, &answer[..answer.len() / 2])?;
                return stream.shutdown(Shutdown::Both);
            }
            self.write(stream, &answer)?;
        }
    }

    fn write(&self, mut stream: &TcpStream, text: &str) -> std::io::Result<()> {
        for piece in text.as_bytes().chunks(self.manner.piece) {
            stream.write_all(piece)?;
            if self.manner.piece < text.len() {
                thread::sleep(Duration::from_micros(50));
            }
        }
        Ok(())
    }

    fn answer(&self, command: &str, headers: &[String]) -> String {
        match command {
            "api sofia status" => api(concat!(
                "                     Name\t   Type\t                                      Data\tState\n",
                "=================================================================================================\n",
                "                127.0.0.1\t  alias\t                                  internal\tALIASED\n",
                "                 internal\tprofile\t          sip:mod_sofia@127.0.0.1:5060\tRUNNING (0)\n",
                "                 external\tprofile\t          sip:mod_sofia@127.0.0.1:5080\tRUNNING (0)\n",
                "=================================================================================================\n",
                "2 profiles 1 alias\n"
            )),
            "api sofia status profile internal reg" => api(&list(&self.manner.registered)),
            "api sofia status profile external reg" => api(&list(&[])),
            "sendevent NOTIFY" => {
                let header = |line: &String| {
                    let (name, value) = line.split_once(": ")?;
                    Some((name.to_owned(), value.to_owned()))
                };
                let headers: Vec<_> = headers.iter().filter_map(header).collect();
                self.notify(&headers);
                self.notified.lock().expect("no panic").push(headers);
                reply("+OK 7c7c7c7c-0000-4000-8000-000000000000")
            }
            other => api(&format!("-ERR {} Command not found!\n", other.trim_start_matches("api "))),
        }
    }

    /// Sends the NOTIFY as FreeSWITCH does: to the registration with this Call-ID alone, else to every one of the user.
    fn notify(&self, headers: &[(String, String)]) {
        let value = |name: &str| headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let is_meant = |it: &&Registered| match value("call-id") {
            "" => it.user == format!("{}@{}", value("user"), value("host")),
            call_id => it.call_id == call_id,
        };
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let local = socket.local_addr().expect("an address");
        for meant in self.manner.registered.iter().filter(is_meant) {
            let (user, contact) = (meant.user, &meant.contact);
            let number = user.split('@').next().unwrap_or_default();
            let text = format!(
                "NOTIFY sip:{number}@{contact} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch=z9hG4bKpeer\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:{user}>;tag=peer\r\nTo: <sip:{user}>\r\nCall-ID: notify-{}\r\n\
                 CSeq: 1 NOTIFY\r\nContact: <sip:mod_sofia@{local}>\r\nUser-Agent: peer\r\nEvent: {}\r\n\
                 Subscription-State: terminated;reason=noresource\r\nContent-Type: {}\r\nContent-Length: 0\r\n\r\n",
                meant.call_id,
                value("event-string"),
                value("content-type"),
            );
            let _ = socket.send_to(text.as_bytes(), contact);
        }
    }
}

fn reply(text: &str) -> String {
    format!("Content-Type: command/reply\nReply-Text: {text}\n\n")
}

fn api(body: &str) -> String {
    format!("Content-Type: api/response\nContent-Length: {}\n\n{body}", body.len())
}

fn list(registered: &[Registered]) -> String {
    let line = "=================================================================================================";
    let one = |it: &Registered| {
        let Registered { call_id, user, contact, agent, ip } = it;
        let (number, realm) = user.split_once('@').unwrap_or((user, ""));
        format!(
            "Call-ID:    \t{call_id}\nUser:       \t{user}\nContact:    \t\"\" <sip:{number}@{contact}>\nAgent:      \t{agent}\n\
             Status:     \tRegistered(UDP)(unknown) EXP(2026-11-30 01:00:00) EXPSECS(60)\nPing-Status:\tReachable\n\
             Ping-Time:\t0.00\nHost:       \tpbx\nIP:         \t{ip}\nPort:       \t5060\nAuth-User:  \t{number}\n\
             Auth-Realm: \t{realm}\nMWI-Account:\t{user}\n\n"
        )
    };
    let all: String = registered.iter().map(one).collect();
    format!("\nRegistrations:\n{line}\n{all}Total items returned: {}\n{line}\n", registered.len())
}
