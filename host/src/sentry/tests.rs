//! Offices, sweeps and floods, with simulated time.

use super::*;
use crate::facts::DeviceAddress;
use crate::gate::Challenge;

const NOW: u64 = 1_782_907_200;
const LIMITS: Config = Config { per_network_max: 10, per_oui_max: 40, window_s: 600, inserts_per_minute_max: 5 };

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The n-th device of a maker.
fn device(oui: &str, number: u32) -> DeviceIdentifier {
    DeviceIdentifier::Address(DeviceAddress::parse(&format!("{oui}{number:06x}")).unwrap())
}

fn visit(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) -> RequestSource {
    sentry.visitor(ip(client), ip(client).into(), claim).unwrap()
}

/// One request that the gate refuses; whether it was answered with 429.
fn is_limited(sentry: &Sentry, client: &str, claim: &DeviceIdentifier, refusal: &Refusal, now: u64) -> bool {
    let visitor = visit(sentry, client, claim);
    sentry.check(&visitor, now).and_then(|()| sentry.refused(&visitor, refusal, now)).is_err()
}

fn unknown(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) -> bool {
    is_limited(sentry, client, claim, &Refusal::UnknownDevice, NOW)
}

fn admit(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) {
    sentry.admitted(&visit(sentry, client, claim), NOW);
}

fn passes(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) -> bool {
    sentry.check(&visit(sentry, client, claim), NOW).is_ok()
}

fn challenge(error: Option<CredentialError>) -> Refusal {
    Refusal::Challenge(Challenge { headers: Vec::new(), error })
}

#[test]
fn sweep_ends_at_the_limit_until_the_window_is_over() {
    let sentry = Sentry::new(LIMITS);
    let limited: Vec<bool> = (0..12).map(|n| unknown(&sentry, "192.0.2.7", &device("001565", n))).collect();
    assert_eq!(limited.iter().filter(|limited| !**limited).count(), 10);
    let visitor = visit(&sentry, "192.0.2.200", &device("805ec0", 1));
    assert_eq!(sentry.check(&visitor, NOW + 1).unwrap_err().retry_after_s, 599, "its neighbour is the same source");
    assert!(sentry.check(&visitor, NOW + 600).is_ok());
    assert!(passes(&sentry, "192.0.3.7", &device("001565", 1)), "another network is another source");
}

#[test]
fn of_ipv6_a_line_is_one_source_and_ipv4_in_ipv6_is_ipv4() {
    let sentry = Sentry::new(LIMITS);
    for n in 0..10 {
        unknown(&sentry, &format!("2001:db8::{n:x}"), &device("001565", n));
        unknown(&sentry, "::ffff:192.0.2.7", &device("001565", n));
    }
    assert!(!passes(&sentry, "2001:db8::ffff", &device("805ec0", 1)));
    assert!(passes(&sentry, "2001:db8:0:1::1", &device("805ec0", 1)));
    assert!(!passes(&sentry, "192.0.2.7", &device("805ec0", 1)));
}

#[test]
fn unknown_phone_counts_once_for_all_its_files() {
    let sentry = Sentry::new(LIMITS);
    for file in 0..12 {
        for phone in 0..8 {
            assert!(!unknown(&sentry, "192.0.2.7", &device("001565", phone)), "file {file}");
        }
        assert!(!is_limited(&sentry, "192.0.2.7", &DeviceIdentifier::Missing, &Refusal::NoAddress, NOW));
    }
    assert!(!unknown(&sentry, "192.0.2.7", &DeviceIdentifier::Invalid));
    assert!(unknown(&sentry, "192.0.2.7", &device("001565", 8)), "that was ten, and this one more");
}

#[test]
fn bad_credentials_always_count_first_challenge_never() {
    let phone = device("001565", 1);
    let after = |refusal: Refusal| {
        let sentry = Sentry::new(LIMITS);
        (0..30).filter(|_| !is_limited(&sentry, "192.0.2.7", &phone, &refusal, NOW)).count()
    };
    assert_eq!(after(challenge(None)), 30);
    assert_eq!(after(challenge(Some(CredentialError::Stale))), 30);
    assert_eq!(after(challenge(Some(CredentialError::Scheme))), 30, "once in a window");
    assert_eq!(after(challenge(Some(CredentialError::BadPassword))), 10);
    assert_eq!(after(Refusal::BadPassword), 10);
}

#[test]
fn sweep_does_not_lock_out_known_phones() {
    let sentry = Sentry::new(Config::default());
    for phone in 0..300 {
        admit(&sentry, "192.0.2.7", &device("001565", phone));
    }
    for phone in 1_000..1_050 {
        assert!(!unknown(&sentry, "192.0.2.7", &device("001565", phone)), "fifty new phones are not guessing");
    }
    for phone in 2_000..3_000 {
        unknown(&sentry, "192.0.2.7", &device("001565", phone));
    }
    assert!(!passes(&sentry, "192.0.2.7", &device("001565", 4_000)));
    for phone in 0..300 {
        assert!(passes(&sentry, "192.0.2.7", &device("001565", phone)));
    }
    assert!(!passes(&sentry, "192.0.2.8", &device("001565", 1)), "a neighbour does not learn which are known");
}

#[test]
fn known_phones_exemption_does_not_allow_guessing() {
    let (sentry, phone) = (Sentry::new(LIMITS), device("001565", 1));
    admit(&sentry, "192.0.2.7", &phone);
    let bad = challenge(Some(CredentialError::BadPassword));
    let tried = (0..50).filter(|_| !is_limited(&sentry, "192.0.2.7", &phone, &bad, NOW)).count();
    assert_eq!(tried, 10);
}

#[test]
fn maker_limit_spares_networks_with_known_phones() {
    let sentry = Sentry::new(LIMITS);
    admit(&sentry, "198.51.100.1", &device("001565", 0));
    let answered = |network: u32| {
        let client = format!("10.0.{network}.1");
        (0..10).filter(|n| !unknown(&sentry, &client, &device("001565", network * 10 + n))).count()
    };
    assert_eq!((0..8).map(answered).sum::<usize>(), 40);
    assert!(!passes(&sentry, "10.1.0.1", &device("001565", 9_999)));
    assert!(passes(&sentry, "10.1.0.1", &device("805ec0", 9_999)), "another maker");
    assert!(passes(&sentry, "198.51.100.2", &device("001565", 9_999)), "where one is known, another may be new");
    let own = (0..20).filter(|n| !unknown(&sentry, "198.51.100.1", &device("001565", n + 500))).count();
    assert_eq!(own, 10, "its own limit holds there");
}

#[test]
fn one_network_alone_never_reaches_a_maker_limit() {
    let limits = Config::default();
    assert!(limits.per_oui_max >= 10 * limits.per_network_max);
    let sentry = Sentry::new(limits);
    for n in 0..5_000 {
        unknown(&sentry, "192.0.2.7", &device("001565", n));
    }
    assert!(passes(&sentry, "10.1.0.1", &device("001565", 9_999)));
}

#[test]
fn ipv6_flood_lifts_no_limit_and_spares_ipv4() {
    let sentry =
        Sentry { memory: Mutex::new(Memory::new(600, 32)), ..Sentry::new(Config { per_oui_max: 0, ..LIMITS }) };
    let sweep = |client: &str| (0..20).filter(|n| !unknown(&sentry, client, &device("001565", *n))).count();
    assert_eq!(sweep("2001:db8::1"), 10);
    for network in 0..500 {
        unknown(&sentry, &format!("2001:db8:1:{network:x}::1"), &device("001565", 1));
    }
    assert!(!passes(&sentry, "2001:db8::1", &device("805ec0", 1)), "still counted");
    assert_eq!(sweep("2001:db8:2::1"), 0, "what has no place in the table shares one count, and it is used up");
    assert_eq!(sweep("192.0.2.1"), 10);
}

#[test]
fn requests_in_progress_at_the_limit_get_429() {
    let sentry = Sentry::new(LIMITS);
    let visitors: Vec<_> = (0..20).map(|n| visit(&sentry, "192.0.2.7", &device("001565", n))).collect();
    assert!(visitors.iter().all(|visitor| sentry.check(visitor, NOW).is_ok()));
    let told = visitors.iter().filter(|visitor| sentry.refused(visitor, &Refusal::UnknownDevice, NOW).is_ok());
    assert_eq!(told.count(), 10);
}

#[test]
fn loopback_peer_is_limited_only_if_it_forwards_a_client() {
    let sentry = Sentry::new(LIMITS);
    for peer in ["127.0.0.1", "127.0.0.5", "::1", "::ffff:127.0.0.1"] {
        assert!(sentry.visitor(ip(peer), ip(peer).into(), &DeviceIdentifier::Missing).is_none(), "{peer}");
    }
    assert!(sentry.visitor(ip("127.0.0.1"), ip("192.0.2.7").into(), &DeviceIdentifier::Missing).is_some());
    assert!(
        sentry.visitor(ip("192.0.2.7"), ip("127.0.0.1").into(), &DeviceIdentifier::Missing).is_some(),
        "nobody calls himself that"
    );
}

#[test]
fn unknown_clients_share_one_limit() {
    let sentry = Sentry::new(LIMITS);
    let refused = |peer, number| {
        let visitor = sentry.visitor(ip(peer), ClientAddress::Unknown, &device("001565", number)).expect("a limit");
        sentry.refused(&visitor, &Refusal::UnknownDevice, NOW).is_ok()
    };
    let peers = ["127.0.0.1", "::1", "10.0.0.1", "10.0.0.2"];
    assert_eq!((0..20).filter(|number| refused(peers[*number as usize % 4], *number)).count(), 10);
    assert!(passes(&sentry, "192.0.2.7", &device("001565", 1)));
}

#[test]
fn a_limit_of_zero_is_none() {
    let sentry = Sentry::new(Config { per_network_max: 0, per_oui_max: 0, window_s: 600, inserts_per_minute_max: 0 });
    assert!((0..5_000).all(|n| !unknown(&sentry, "192.0.2.7", &device("001565", n))));
    assert!((0..5_000).all(|n| sentry.insert(&visit(&sentry, "192.0.2.7", &device("001565", n)), NOW).is_ok()));
}

#[test]
fn new_devices_are_limited_per_minute_and_per_day() {
    let sentry = Sentry::new(LIMITS);
    let insert = |n, now| sentry.insert(&visit(&sentry, "192.0.2.7", &device("001565", n)), now);
    assert_eq!((0..9).filter(|n| insert(*n, NOW).is_ok()).count(), 5);
    assert!(insert(3, NOW + 1).is_ok(), "the same device again takes no second place");
    assert_eq!(insert(9, NOW + 1).unwrap_err().retry_after_s, 59);
    assert!(insert(9, NOW + 60).is_ok());
    let in_a_day = (100..20_000).filter(|n| insert(*n, NOW + 60 + u64::from(*n) * 4).is_ok()).count();
    assert_eq!(in_a_day, 100 - 6);
    assert!(sentry.insert(&visit(&sentry, "192.0.9.7", &device("001565", 1)), NOW).is_ok());
}
