//! One transfer: blocks, acknowledgements, and what is sent again.

use super::answer::{Answerer, Found};
use super::netascii;
use super::packet::{self, ErrorCode, Mode, PACKET_BYTES_MAX, Packet, ReadRequest};
use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// How long the client's next packet is waited for, if it does not ask for another time.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How often a packet is sent. Few, because the client's address may be forged.
const SENDS_MAX: u32 = 5;

/// The whole transfer: 64 MiB in blocks of 1428 bytes take a minute with a round trip of 1 ms.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(1_800);

/// Answers a request.
///
/// # Errors
/// The client stopped to answer, or the file could not be read to its end.
pub async fn run(peer: SocketAddr, request: &ReadRequest, answerer: &dyn Answerer) -> io::Result<()> {
    let any: SocketAddr =
        if peer.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(peer).await?;
    let Found { body, bytes } = match answerer.answer(peer.ip(), request.name.clone()).await {
        Ok(found) => found,
        Err(refusal) => {
            socket.send(&packet::error(refusal.code(), refusal.message())).await?;
            return Ok(());
        }
    };
    let end = Instant::now() + TRANSFER_TIMEOUT;
    let mut transfer = Transfer { socket, timeout: request.timeout.unwrap_or(TIMEOUT), end };
    if let Some(options) = packet::options(request, bytes) {
        transfer.exchange(&options, 0).await?;
    }
    let mut blocks = Blocks { body, buffer: BytesMut::new(), is_ended: false, mode: request.mode };
    let mut number = 0_u16;
    loop {
        let block = match blocks.next(request.block()).await {
            Ok(block) => block,
            Err(error) => {
                transfer.socket.send(&packet::error(ErrorCode::Undefined, "the file cannot be read")).await?;
                return Err(error);
            }
        };
        // After 65535 blocks the numbers begin again, as all clients that fetch large files expect.
        number = number.wrapping_add(1);
        transfer.exchange(&packet::data(number, &block), number).await?;
        if block.len() < request.block() {
            return Ok(());
        }
    }
}

struct Transfer {
    socket: UdpSocket,
    timeout: Duration,
    end: Instant,
}

impl Transfer {
    /// Sends a packet until its number is acknowledged. A late acknowledgement of another block is ignored: to send a block
    /// again for each would double all that follow.
    async fn exchange(&mut self, packet: &[u8], number: u16) -> io::Result<()> {
        for _ in 0..SENDS_MAX {
            self.socket.send(packet).await?;
            let until = (Instant::now() + self.timeout).min(self.end);
            let mut bytes = [0; PACKET_BYTES_MAX];
            while let Ok(received) = timeout_at(until, self.socket.recv(&mut bytes)).await {
                match packet::parse(&bytes[..received?]) {
                    Some(Packet::Acknowledgement(acknowledged)) if acknowledged == number => return Ok(()),
                    Some(Packet::Acknowledgement(_)) | None => {}
                    Some(_) => return Err(io::Error::new(ErrorKind::ConnectionAborted, "the client gave up")),
                }
            }
            if Instant::now() >= self.end {
                break;
            }
        }
        Err(io::Error::new(ErrorKind::TimedOut, "the client stopped to answer"))
    }
}

/// A body in blocks.
struct Blocks {
    body: Body,
    buffer: BytesMut,
    is_ended: bool,
    mode: Mode,
}

impl Blocks {
    /// The next block. Only the last one is shorter, and may be empty.
    async fn next(&mut self, length: usize) -> io::Result<Bytes> {
        while self.buffer.len() < length && !self.is_ended {
            match self.body.frame().await {
                None => self.is_ended = true,
                Some(frame) => {
                    let frame = frame.map_err(io::Error::other)?;
                    let Ok(bytes) = frame.into_data() else { continue };
                    match self.mode {
                        Mode::Octet => self.buffer.extend_from_slice(&bytes),
                        Mode::NetAscii => self.buffer.extend_from_slice(&netascii::encode(&bytes)),
                    }
                }
            }
        }
        Ok(self.buffer.split_to(length.min(self.buffer.len())).freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn body_is_cut_into_blocks() {
        for (bytes, lengths) in [(0, &[0][..]), (511, &[511]), (512, &[512, 0]), (1_300, &[512, 512, 276])] {
            let body = Body::from(vec![7; bytes]);
            let mut blocks = Blocks { body, buffer: BytesMut::new(), is_ended: false, mode: Mode::Octet };
            for length in lengths {
                assert_eq!(blocks.next(512).await.unwrap().len(), *length, "{bytes}");
            }
        }
    }
}
