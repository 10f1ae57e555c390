//! One attempt on one connection: a client transaction that is no INVITE (RFC 3261, section 17.1.2).

use super::error::SipError;
use super::message::{Response, SipTarget, Transport};
use super::tls::{self, TlsConfig};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

/// T1 of RFC 3261: the first pause before a request is sent again over UDP; it doubles from there.
const T1: Duration = Duration::from_millis(500);

/// T2, the longest pause.
const T2: Duration = Duration::from_secs(4);

/// Timer F: without a final answer for this long, the request has failed.
pub const TIMER_F: Duration = Duration::from_secs(32);

/// How long a connection may take, before the request itself.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Phones' responses have under a thousand bytes.
const RESPONSE_BYTES_MAX: usize = 64 << 10;

/// A connection to a phone.
pub enum Channel {
    Udp(UdpSocket),
    Stream(Box<dyn Stream>),
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// An open connection.
pub struct Connection<'a> {
    channel: Channel,
    pub local: SocketAddr,
    target: &'a SipTarget,
    /// What arrived on a stream and was not read yet.
    arrived: Vec<u8>,
}

impl<'a> Connection<'a> {
    pub async fn open(target: &'a SipTarget, tls: &TlsConfig) -> Result<Self, SipError> {
        let opening = timeout(CONNECT_TIMEOUT, Self::connect(target, tls)).await;
        let (channel, local) = opening.unwrap_or_else(|_| Err(no_answer(target, CONNECT_TIMEOUT)))?;
        Ok(Self { channel, local, target, arrived: Vec::new() })
    }

    async fn connect(target: &SipTarget, tls: &TlsConfig) -> Result<(Channel, SocketAddr), SipError> {
        let failed = |error: std::io::Error| unreachable(target, &error);
        let mut found = lookup_host((target.host.as_str(), target.port())).await.map_err(failed)?;
        let address = found.next().ok_or_else(|| failed(std::io::Error::other("the name has no address")))?;
        if target.transport == Transport::Udp {
            let any: SocketAddr = if address.is_ipv4() { ([0; 4], 0).into() } else { ([0u16; 8], 0).into() };
            let socket = UdpSocket::bind(any).await.map_err(failed)?;
            // A connected socket hears that nothing listens there.
            socket.connect(address).await.map_err(failed)?;
            let local = socket.local_addr().map_err(failed)?;
            return Ok((Channel::Udp(socket), local));
        }
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        let local = stream.local_addr().map_err(failed)?;
        let stream: Box<dyn Stream> = match target.transport {
            Transport::Tls => Box::new(tls::connect(stream, target, tls).await?),
            Transport::Udp | Transport::Tcp => Box::new(stream),
        };
        Ok((Channel::Stream(stream), local))
    }

    /// Sends a request and returns its final response.
    pub async fn exchange(&mut self, request: &[u8], branch: &str) -> Result<Response, SipError> {
        let end = Instant::now() + TIMER_F;
        let target = self.target;
        let exchanged = match &mut self.channel {
            Channel::Udp(socket) => timeout_at(end, over_udp(socket, target, request, branch)).await,
            Channel::Stream(stream) => {
                timeout_at(end, over_stream(stream, &mut self.arrived, target, request, branch)).await
            }
        };
        exchanged.unwrap_or_else(|_| Err(no_answer(target, TIMER_F)))
    }
}

/// Repeats the request until a final response arrives. The caller ends this at Timer F.
async fn over_udp(socket: &UdpSocket, target: &SipTarget, request: &[u8], branch: &str) -> Result<Response, SipError> {
    let failed = |error: std::io::Error| unreachable(target, &error);
    let (mut pause, mut datagram) = (T1, vec![0; RESPONSE_BYTES_MAX]);
    loop {
        socket.send(request).await.map_err(failed)?;
        let again = Instant::now() + pause;
        pause = (pause * 2).min(T2);
        while let Ok(received) = timeout_at(again, socket.recv(&mut datagram)).await {
            let length = received.map_err(failed)?;
            // A datagram of another transaction, or garbage, is not this answer.
            let Some(response) = Response::parse(&datagram[..length]).filter(|it| it.answers(branch)) else { continue };
            if response.code >= 200 {
                return Ok(response);
            }
            // The phone is at work: from now on the request is repeated at the longest pause.
            pause = T2;
        }
    }
}

async fn over_stream(
    stream: &mut Box<dyn Stream>,
    arrived: &mut Vec<u8>,
    target: &SipTarget,
    request: &[u8],
    branch: &str,
) -> Result<Response, SipError> {
    let closed = || SipError::Disconnected { place: target.place() };
    stream.write_all(request).await.map_err(|_| closed())?;
    stream.flush().await.map_err(|_| closed())?;
    let mut piece = [0; 4096];
    loop {
        while let Some(response) = take_response(arrived, target)? {
            if response.answers(branch) && response.code >= 200 {
                return Ok(response);
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return Err(closed()),
            Ok(read) => arrived.extend_from_slice(&piece[..read]),
        }
    }
}

/// Cuts off the first message if all of it has arrived.
fn take_response(arrived: &mut Vec<u8>, target: &SipTarget) -> Result<Option<Response>, SipError> {
    let foreign = |reason| SipError::Foreign { place: target.place(), reason };
    // Empty lines between messages keep a connection open (RFC 5626).
    let blank = arrived.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    arrived.drain(..blank);
    let Some(head) = arrived.windows(4).position(|four| four == b"\r\n\r\n") else {
        let is_long = arrived.len() > RESPONSE_BYTES_MAX;
        return if is_long { Err(foreign("a head without an end")) } else { Ok(None) };
    };
    let response = Response::parse(&arrived[..head]).ok_or_else(|| foreign("it is no response"))?;
    let length = response.body_bytes().filter(|length| *length <= RESPONSE_BYTES_MAX);
    let end = head + 4 + length.ok_or_else(|| foreign("its body is too long"))?;
    if arrived.len() < end {
        return Ok(None);
    }
    arrived.drain(..end);
    Ok(Some(response))
}

fn no_answer(target: &SipTarget, after: Duration) -> SipError {
    SipError::NoAnswer { place: target.place(), transport: target.transport.word(), seconds: after.as_secs() }
}

fn unreachable(target: &SipTarget, error: &std::io::Error) -> SipError {
    SipError::Unreachable { place: target.place(), transport: target.transport.word(), reason: error.to_string() }
}
