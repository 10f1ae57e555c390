//! A pooler or a balancer between the server and PostgreSQL, whose own server is gone for a moment. Uses
//! `../shared/corpus`.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The number that begins PostgreSQL's request for TLS.
const TLS_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();

/// What the pooler does with connections.
#[derive(Clone, Copy)]
enum Mode {
    Forward,
    Close,
    /// Answers with a fatal error: SQLSTATE and message.
    Refuse(&'static str, &'static str),
}

struct Pooler {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    database: SocketAddr,
    mode: Mutex<Mode>,
    open: Mutex<Vec<TcpStream>>,
}

impl Pooler {
    fn start(database: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { database, mode: Mutex::new(Mode::Forward), open: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                // A connection that ends early is part of the test.
                thread::spawn(move || drop(shared.serve(connection)));
            }
        });
        Self { address, shared }
    }

    /// Changes the mode and cuts all connections.
    fn set(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
        for stream in self.shared.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let mode = *self.mode.lock().unwrap();
        match mode {
            Mode::Close => Ok(()),
            Mode::Refuse(code, message) => refuse(&mut client, code, message),
            Mode::Forward => {
                let server = TcpStream::connect(self.database)?;
                self.open.lock().unwrap().extend([client.try_clone()?, server.try_clone()?]);
                let (from, to) = (server.try_clone()?, client.try_clone()?);
                thread::spawn(move || copy(from, to));
                copy(client, server);
                Ok(())
            }
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

fn refuse(client: &mut TcpStream, code: &str, message: &str) -> io::Result<()> {
    let mut bytes = [0; 4096];
    let length = client.read(&mut bytes)?;
    if bytes[..length].get(4..8) == Some(&TLS_REQUEST) {
        client.write_all(b"N")?;
        let _ = client.read(&mut bytes)?;
    }
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap();
    client.write_all(&[b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat())
}

#[test]
fn request_waits_while_the_pooler_has_no_server() {
    let Some(stage) = Recorded::start() else { return };
    let url = stage.url();
    let (login, place) = url.rsplit_once('@').unwrap();
    let (database, name) = place.split_once('/').unwrap();
    let pooler = Pooler::start(database.parse().unwrap());
    let server = corpus::serve(&format!("{login}@{}/{name}", pooler.address), &stage.corpus, &[]);
    let case = corpus::spread(&corpus::files(&stage.corpus), 37).into_iter().take(1).collect::<Vec<_>>();
    for mode in [
        Mode::Close,
        Mode::Refuse("08P01", "server login has been failing"),
        Mode::Refuse("08006", "could not connect to server"),
        Mode::Refuse("57P01", "terminating connection due to administrator command"),
        Mode::Refuse("57P02", "terminating connection because of crash"),
        Mode::Refuse("57P03", "the database system is starting up"),
        Mode::Refuse("58000", "no such server"),
    ] {
        corpus::check("before", &corpus::replay(&server, &case), 1);
        pooler.set(mode);
        let again = thread::scope(|scope| {
            let asked = scope.spawn(|| corpus::replay(&server, &case));
            thread::sleep(Duration::from_millis(1500));
            pooler.set(Mode::Forward);
            asked.join().unwrap()
        });
        let code = if let Mode::Refuse(code, _) = mode { code } else { "closed" };
        corpus::check(code, &again, 1);
    }
    // The wait is bounded.
    pooler.set(Mode::Refuse("58000", "no such server"));
    let (started, later) = (Instant::now(), corpus::replay(&server, &case));
    assert!(later.len() == 1 && later[0].contains("503"), "{later:?}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}
