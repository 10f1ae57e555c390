//! Receives requests on the well-known port, and starts a transfer for each that may have one.

use super::answer::Answerer;
use super::config::Config;
use super::packet::{self, ErrorCode, PACKET_BYTES_MAX, Packet, ReadRequest};
use super::transfer;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::UdpSocket;

/// Transfers at a time: a socket and two blocks each. Three hundred phones that boot at once wait for their turn by asking
/// again.
const TRANSFERS_MAX: usize = 256;

/// Transfers of one client at a time. A phone asks for one file after the other, and again if an answer is late.
const OF_CLIENT_MAX: usize = 4;

/// The pause after an error of the socket, so that one that stays does not occupy a processor.
const PAUSE: Duration = Duration::from_millis(100);

/// The transfers under way, by client.
#[derive(Clone, Default)]
struct Transfers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A transfer's place, until it is dropped.
struct Place {
    transfers: Transfers,
    client: IpAddr,
}

impl Transfers {
    fn enter(&self, client: IpAddr) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own) = (counts.values().sum::<usize>(), counts.get(&client).copied().unwrap_or_default());
        if all >= TRANSFERS_MAX || own >= OF_CLIENT_MAX {
            return None;
        }
        *counts.entry(client).or_default() += 1;
        Some(Place { transfers: self.clone(), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.transfers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

/// Answers the requests of the configured networks, for ever.
pub async fn serve(socket: UdpSocket, config: Config, answerer: Arc<dyn Answerer>) {
    let transfers = Transfers::default();
    let mut bytes = [0; PACKET_BYTES_MAX];
    loop {
        let (length, peer) = match socket.recv_from(&mut bytes).await {
            Ok(received) => received,
            Err(error) => {
                // An answer to an earlier client that has gone may come back as an error here.
                tracing::debug!(%error, "tftp: cannot receive");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let client = peer.ip().to_canonical();
        if !config.serves(client) {
            tracing::debug!(client.address = %client, "tftp: ignored, its network is not in tftp_networks");
            continue;
        }
        match packet::parse(&bytes[..length]) {
            Some(Packet::Read(request)) => match transfers.enter(client) {
                Some(place) => drop(tokio::spawn(answer(peer, request, Arc::clone(&answerer), place))),
                None => tracing::warn!(client.address = %client, "tftp: too many transfers; the client may ask again"),
            },
            Some(Packet::Write) => refuse(&socket, peer, ErrorCode::AccessViolation, "this server is read only").await,
            Some(Packet::Acknowledgement(_) | Packet::Error) => {}
            None => refuse(&socket, peer, ErrorCode::IllegalOperation, "not a request that this server knows").await,
        }
    }
}

async fn refuse(socket: &UdpSocket, peer: SocketAddr, code: ErrorCode, message: &str) {
    // Whoever asks learns it from the next answer.
    let _ = socket.send_to(&packet::error(code, message), peer).await;
}

/// Answers one request from a socket of its own, whose port is the transfer's identifier.
async fn answer(peer: SocketAddr, request: ReadRequest, answerer: Arc<dyn Answerer>, _place: Place) {
    let client = peer.ip().to_canonical();
    if let Err(error) = transfer::run(peer, &request, &*answerer).await {
        tracing::info!(client.address = %client, file = request.name, %error, "tftp: transfer ended early");
    }
}
