//! The open connections of a listener. If there is no place for a new one, the connection that has waited longest for a
//! request gives way.

use super::pace::Pace;
use crate::facts::Network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A customer of a provider has at most an IPv6 /48, and often more than one IPv4 address of a /24.
const IPV6_PREFIX: u8 = 48;
const IPV4_PREFIX: u8 = 24;
/// How long a new connection waits for the end of one that gives way, before it looks for another.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// How many connections there may be.
#[derive(Clone, Copy)]
pub struct Limits {
    pub connections_max: usize,
    /// The connections of one client network.
    pub of_network_max: usize,
}

/// The connections of one listener.
pub struct Connections {
    limits: Limits,
    open: Mutex<Open>,
    left: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    held: HashMap<u64, Held>,
    of_network: HashMap<Network, usize>,
}

struct Held {
    /// The network of a client; `None` for a trusted proxy, which may hold any number of connections.
    network: Option<Network>,
    pace: Pace,
    gave_way: Arc<Notify>,
    /// It has to give way, and has not ended.
    is_leaving: bool,
}

/// A connection's place. It ends when this is dropped.
pub struct Place {
    id: u64,
    gave_way: Arc<Notify>,
    connections: Arc<Connections>,
}

impl Connections {
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, open: Mutex::default(), left: Notify::new() })
    }

    /// Waits for a place. `client` is the address of a peer that is no trusted proxy. `None` if its network has too many
    /// connections, all of which are answering requests. A connection that gives way keeps its place until it has ended,
    /// because its file descriptor counts.
    pub async fn enter(self: &Arc<Self>, client: Option<IpAddr>, pace: &Pace) -> Option<Place> {
        let network = client.map(network);
        loop {
            let left = self.left.notified();
            {
                let mut open = self.lock();
                if open.of(network) >= self.limits.of_network_max {
                    if !open.give_way(network) {
                        return None;
                    }
                } else if open.held.len() >= self.limits.connections_max {
                    open.give_way(None);
                } else {
                    return Some(self.hold(&mut open, network, pace));
                }
            }
            let _ = tokio::time::timeout(RETRY_INTERVAL, left).await;
        }
    }

    /// A place beyond all limits, for a connection that a stopping server still accepts.
    pub fn enter_at_stop(self: &Arc<Self>, client: Option<IpAddr>, pace: &Pace) -> Place {
        self.hold(&mut self.lock(), client.map(network), pace)
    }

    fn hold(self: &Arc<Self>, open: &mut Open, network: Option<Network>, pace: &Pace) -> Place {
        let (id, gave_way) = (open.next, Arc::default());
        open.next += 1;
        open.held.insert(id, Held { network, pace: pace.clone(), gave_way: Arc::clone(&gave_way), is_leaving: false });
        if let Some(network) = network {
            *open.of_network.entry(network).or_default() += 1;
        }
        Place { id, gave_way, connections: Arc::clone(self) }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn of(&self, network: Option<Network>) -> usize {
        network.and_then(|network| self.of_network.get(&network)).copied().unwrap_or_default()
    }

    /// Ends the connection that has waited longest for a request, of all or of this network. False if none waits.
    fn give_way(&mut self, network: Option<Network>) -> bool {
        let theirs = self.held.values_mut().filter(|held| network.is_none() || held.network == network);
        let staying = theirs.filter(|held| !held.is_leaving);
        let waiting = staying.filter_map(|held| Some((held.pace.waiting_since()?, held)));
        let Some((_, longest)) = waiting.min_by_key(|(since, _)| *since) else { return false };
        longest.is_leaving = true;
        longest.gave_way.notify_one();
        true
    }

    fn remove(&mut self, id: u64) {
        if let Some(network) = self.held.remove(&id).and_then(|held| held.network)
            && let Some(count) = self.of_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                self.of_network.remove(&network);
            }
        }
    }
}

impl Place {
    /// Resolves when this connection has to give way to a new one.
    pub async fn gives_way(&self) {
        self.gave_way.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.id);
        self.connections.left.notify_one();
    }
}

/// The network that counts as one client.
fn network(address: IpAddr) -> Network {
    let address = address.to_canonical();
    Network::around(address, if address.is_ipv4() { IPV4_PREFIX } else { IPV6_PREFIX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { connections_max: 3, of_network_max: 2 };

    fn pace() -> Pace {
        Pace::new(Duration::from_secs(30))
    }

    /// A connection that waits for a request.
    async fn waiting(connections: &Arc<Connections>, client: &str) -> Option<Place> {
        // The order of two connections is that of their times.
        tokio::time::sleep(Duration::from_millis(2)).await;
        connections.enter(client.parse().ok(), &pace()).await
    }

    /// A connection that answers a request.
    async fn busy(connections: &Arc<Connections>, client: &str) -> Option<Place> {
        let pace = pace();
        pace.begin();
        connections.enter(client.parse().ok(), &pace).await
    }

    async fn gave_way(place: &Place) -> bool {
        tokio::time::timeout(Duration::ZERO, place.gives_way()).await.is_ok()
    }

    #[tokio::test]
    async fn full_table_closes_the_longest_waiting_connection() {
        let connections = Connections::new(LIMITS);
        let busy = busy(&connections, "192.0.2.1").await.unwrap();
        let first = waiting(&connections, "198.51.100.1").await.unwrap();
        let second = waiting(&connections, "203.0.113.1").await.unwrap();
        let mut new = Box::pin(waiting(&connections, "2001:db8::1"));
        tokio::select! {
            _ = &mut new => panic!("the table is full until the first connection has ended"),
            () = first.gives_way() => {}
        }
        drop(first);
        assert!(new.await.is_some() && !gave_way(&second).await && !gave_way(&busy).await);
    }

    #[tokio::test]
    async fn full_network_closes_its_own_waiting_connection() {
        let connections = Connections::new(LIMITS);
        let other = waiting(&connections, "192.0.2.1").await.unwrap();
        let first = waiting(&connections, "2001:db8:1::1").await.unwrap();
        let _second = waiting(&connections, "2001:db8:1:ffff::2").await.unwrap();
        let mut third = Box::pin(waiting(&connections, "2001:db8:1:2::3"));
        tokio::select! {
            _ = &mut third => panic!("the network is full until its first connection has ended"),
            () = first.gives_way() => {}
        }
        drop(first);
        assert!(third.await.is_some() && !gave_way(&other).await);
    }

    #[tokio::test]
    async fn connection_that_does_not_leave_is_not_waited_for() {
        let connections = Connections::new(Limits { connections_max: 2, of_network_max: 2 });
        let _stuck = waiting(&connections, "192.0.2.1").await.unwrap();
        let second = waiting(&connections, "198.51.100.1").await.unwrap();
        let mut new = Box::pin(waiting(&connections, "203.0.113.1"));
        tokio::select! {
            _ = &mut new => panic!("no connection has ended"),
            () = second.gives_way() => {}
        }
        drop(second);
        assert!(new.await.is_some());
    }

    #[tokio::test]
    async fn full_network_without_waiting_connection_gets_no_place() {
        let connections = Connections::new(LIMITS);
        let _held = (busy(&connections, "192.0.2.1").await.unwrap(), busy(&connections, "192.0.2.2").await.unwrap());
        assert!(waiting(&connections, "192.0.2.3").await.is_none());
        assert!(waiting(&connections, "192.0.3.3").await.is_some());
    }

    #[tokio::test]
    async fn trusted_proxy_has_no_network_limit() {
        let connections = Connections::new(LIMITS);
        let places =
            [waiting(&connections, "").await, waiting(&connections, "").await, waiting(&connections, "").await];
        for place in &places {
            assert!(!gave_way(place.as_ref().unwrap()).await);
        }
    }

    #[tokio::test]
    async fn busy_full_table_delays_a_connection_until_one_leaves() {
        let connections = Connections::new(Limits { connections_max: 1, of_network_max: 2 });
        let place = busy(&connections, "192.0.2.1").await.unwrap();
        let mut new = Box::pin(waiting(&connections, "198.51.100.1"));
        assert!(tokio::time::timeout(3 * RETRY_INTERVAL, &mut new).await.is_err());
        drop(place);
        assert!(new.await.is_some());
    }
}
