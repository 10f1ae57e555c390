//! Offices, sweeps and floods, with simulated time.

use super::*;
use crate::facts::{DeviceAddress, DeviceFacts, LastProvisioned, Record, RequestFacts};
use crate::gate::{Challenge, CredentialError};
use std::sync::Arc;

const NOW: u64 = 1_782_907_200;
const LIMITS: Config = Config {
    per_network_max: 10,
    per_oui_max: 40,
    window_s: 600,
    inserts_per_minute_max: 5,
    domain_inserts_per_minute_max: 8,
};

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
    sentry.settle(&visit(sentry, client, claim), Decision::Refused(refusal), now).is_err()
}

fn unknown(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) -> bool {
    is_limited(sentry, client, claim, &Refusal::UnknownDevice, NOW)
}

fn admit(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) {
    sentry.settle(&visit(sentry, client, claim), Decision::Known { authenticated: true }, NOW).unwrap();
}

fn passes(sentry: &Sentry, client: &str, claim: &DeviceIdentifier) -> bool {
    sentry.find_limit(&visit(sentry, client, claim), NOW).is_none()
}

/// A new device in a domain that requires no credentials.
fn insert(sentry: &Sentry, client: &str, number: u32, now: u64) -> Result<(), RateLimited> {
    let decision = Decision::New { authenticated: false, domain: "a.example" };
    sentry.settle(&visit(sentry, client, &device("001565", number)), decision, now)
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
    let limit = sentry.find_limit(&visitor, NOW + 1).unwrap();
    assert_eq!(limit.retry_after_s, 599, "its neighbour is the same source");
    assert!(sentry.find_limit(&visitor, NOW + 600).is_none());
    assert!(passes(&sentry, "192.0.3.7", &device("001565", 1)), "another network is another source");
}

#[test]
fn ipv6_line_is_one_source_and_mapped_ipv4_is_ipv4() {
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
        Sentry { memory: Mutex::new(Memory::new(Config { per_oui_max: 0, ..LIMITS }, 32)), ..Sentry::new(LIMITS) };
    let sweep = |client: &str| (0..20).filter(|n| !unknown(&sentry, client, &device("001565", *n))).count();
    assert_eq!(sweep("2001:db8::1"), 10);
    for network in 0..500 {
        unknown(&sentry, &format!("2001:db8:{:x}::1", 0x100 + network), &device("001565", 1));
    }
    assert!(!passes(&sentry, "2001:db8::1", &device("805ec0", 1)), "still counted");
    assert_eq!(sweep("2001:db8:2::1"), 0, "what has no place in the table shares one count, and it is used up");
    assert_eq!(sweep("192.0.2.1"), 10);
}

#[test]
fn requests_in_progress_at_the_limit_get_429() {
    let sentry = Sentry::new(LIMITS);
    let visitors: Vec<_> = (0..20).map(|n| visit(&sentry, "192.0.2.7", &device("001565", n))).collect();
    assert!(visitors.iter().all(|visitor| sentry.find_limit(visitor, NOW).is_none()));
    let refused = Decision::Refused(&Refusal::UnknownDevice);
    let told = visitors.iter().filter(|visitor| sentry.settle(visitor, refused, NOW).is_ok());
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
        sentry.settle(&visitor, Decision::Refused(&Refusal::UnknownDevice), NOW).is_ok()
    };
    let peers = ["127.0.0.1", "::1", "10.0.0.1", "10.0.0.2"];
    assert_eq!((0..20).filter(|number| refused(peers[*number as usize % 4], *number)).count(), 10);
    assert!(passes(&sentry, "192.0.2.7", &device("001565", 1)));
}

#[test]
fn limit_of_zero_is_no_limit() {
    let sentry = Sentry::new(Config {
        per_network_max: 0,
        per_oui_max: 0,
        window_s: 600,
        inserts_per_minute_max: 0,
        domain_inserts_per_minute_max: 0,
    });
    assert!((0..5_000).all(|n| !unknown(&sentry, "192.0.2.7", &device("001565", n))));
    assert!((0..5_000).all(|n| insert(&sentry, "192.0.2.7", n, NOW).is_ok()));
}

#[test]
fn new_devices_are_limited_per_minute_and_per_day() {
    let sentry = Sentry::new(LIMITS);
    let insert = |n, now| insert(&sentry, "192.0.2.7", n, now);
    assert_eq!((0..9).filter(|n| insert(*n, NOW).is_ok()).count(), 5);
    assert!(insert(3, NOW + 1).is_ok(), "the same device again takes no second place");
    assert_eq!(insert(9, NOW + 1).unwrap_err().retry_after_s, 59);
    assert!(insert(9, NOW + 60).is_ok());
    let in_a_day = (100..20_000).filter(|n| insert(*n, NOW + 60 + u64::from(*n) * 4).is_ok()).count();
    assert_eq!(in_a_day, 100 - 6);
    assert!(super::tests::insert(&sentry, "192.0.9.7", 1, NOW).is_ok());
}

#[test]
fn wider_ipv6_prefixes_are_limited_too() {
    let swept = |network: fn(u32) -> String| {
        let sentry = Sentry::new(LIMITS);
        (0..200).filter(|n| !unknown(&sentry, &network(*n), &device("001565", *n))).count()
    };
    assert_eq!(swept(|n| format!("2001:db8:1:2::{n:x}")), 10);
    assert_eq!(swept(|n| format!("2001:db8:1:2{n:02x}::1")), 12, "a /56");
    assert_eq!(swept(|n| format!("2001:db8:1:{n:x}00::1")), 15, "a /48");
    assert_eq!(swept(|n| format!("2001:db8:{n:x}::1")), 40, "only the limit of the maker");
    let sentry = Sentry::new(Config { domain_inserts_per_minute_max: 0, ..LIMITS });
    let inserted = (0..200).filter(|n| insert(&sentry, &format!("2001:db8:1:{n:x}00::1"), *n, NOW).is_ok()).count();
    assert_eq!(inserted, 7, "new devices of a /48");
}

#[test]
fn new_devices_are_limited_per_domain() {
    let sentry = Sentry::new(LIMITS);
    let inserted = |now| (0..20).filter(|n| insert(&sentry, &format!("10.0.{n}.1"), *n, now).is_ok()).count();
    assert_eq!(inserted(NOW), 8);
    let other = Decision::New { authenticated: false, domain: "b.example" };
    assert!(sentry.settle(&visit(&sentry, "10.0.30.1", &device("001565", 99)), other, NOW).is_ok());
    assert_eq!(inserted(NOW + 120), 8);
}

/// A sentry whose network 192.0.2.0/24 has reached its limit by ten unknown devices.
fn reached() -> Sentry {
    let sentry = Sentry::new(LIMITS);
    assert!((0..10).all(|n| !unknown(&sentry, "192.0.2.7", &device("001565", n))));
    assert!(unknown(&sentry, "192.0.2.7", &device("001565", 10)));
    sentry
}

fn settles(sentry: &Sentry, number: u32, decision: Decision<'_>) -> bool {
    let source = RequestSource { has_row: true, ..visit(sentry, "192.0.2.7", &device("001565", number)) };
    sentry.settle(&source, decision, NOW).is_ok()
}

#[test]
fn count_is_taken_back_when_its_cause_is_gone() {
    let sentry = reached();
    let open = Decision::Known { authenticated: false };
    assert!(!settles(&sentry, 77, open), "a device that was never counted");
    assert!(unknown(&sentry, "192.0.2.7", &device("001565", 3)), "still unknown");
    assert!(settles(&sentry, 3, open), "its row was imported");
    assert!(settles(&sentry, 77, open), "now the network is below its limit");
    assert!(!unknown(&sentry, "192.0.2.7", &device("001565", 78)));
    assert!(unknown(&sentry, "192.0.2.7", &device("001565", 79)), "and at it again");
}

#[test]
fn valid_credentials_pass_every_limit() {
    let sentry = reached();
    assert!(settles(&sentry, 50, Decision::Refused(&challenge(None))), "a challenge tells nothing");
    assert!(settles(&sentry, 50, Decision::Known { authenticated: true }));
    let new = Decision::New { authenticated: true, domain: "a.example" };
    assert!(!settles(&sentry, 51, new), "any address can be new, so this would show a guessed password");
    let bad = challenge(Some(CredentialError::BadPassword));
    assert!((0..20).all(|_| !settles(&sentry, 52, Decision::Refused(&bad))));
    assert!(!settles(&sentry, 52, Decision::Known { authenticated: true }), "this client guessed for this device");
}

#[test]
fn valid_credentials_pass_the_limit_of_a_maker() {
    let sentry = Sentry::new(LIMITS);
    for n in 0..60 {
        unknown(&sentry, &format!("10.0.{}.1", n / 8), &device("001565", n));
    }
    let visitor = visit(&sentry, "10.9.0.1", &device("001565", 500));
    let new = Decision::New { authenticated: true, domain: "a.example" };
    assert!(sentry.settle(&visitor, Decision::Known { authenticated: false }, NOW).is_err());
    assert!(sentry.settle(&visitor, new, NOW).is_ok());
    let bad = challenge(Some(CredentialError::BadPassword));
    for n in 0..10 {
        assert!(is_limited(&sentry, "10.8.0.1", &device("001565", 600 + n), &bad, NOW));
    }
    let guessed = visit(&sentry, "10.8.0.1", &device("001565", 700));
    assert!(sentry.settle(&guessed, new, NOW).is_err(), "the guesses counted for the network");
}

#[test]
fn row_says_that_the_device_was_here_before_a_restart() {
    let sentry = reached();
    let source = |ip: &str, date: &str| {
        let address = DeviceAddress::parse("00156500004d").unwrap();
        let device = DeviceFacts {
            uuid: String::new(),
            domain_uuid: String::new(),
            address: address.clone(),
            enabled: true,
            vendor: String::new(),
            record: Record::new(Arc::default(), Vec::new()),
        };
        let facts = RequestFacts {
            device: Some(Arc::new(device)),
            provisioned: Some(Arc::new(LastProvisioned { date: date.to_owned(), ip: ip.to_owned() })),
            ..RequestFacts::default()
        };
        visit(&sentry, "192.0.2.7", &DeviceIdentifier::Address(address)).with_facts(&facts, NOW)
    };
    let settles = |ip, date| sentry.settle(&source(ip, date), Decision::Known { authenticated: false }, NOW).is_ok();
    // NOW is 2026-07-01 12:00 UTC.
    assert!(!settles("192.0.2.8", "2026-07-01 11:00:00+00"), "a neighbour");
    assert!(!settles("192.0.2.7", "2026-06-20 11:00:00+00"), "long ago");
    assert!(!settles("", ""));
    assert!(settles("192.0.2.7", "2026-06-29 11:00:00+00"));
}

#[test]
fn reached_limits_are_listed_and_cleared() {
    let sentry = reached();
    assert!((0..6).any(|n| insert(&sentry, "10.0.0.1", n, NOW).is_err()));
    let listed = |sentry: &Sentry| {
        let limits = sentry.reached(NOW + 10).into_iter();
        limits
            .map(|limit| format!("{:?} {} {}/{}", limit.kind, limit.subject, limit.count, limit.max))
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&sentry), ["FailuresOfNetwork 192.0.2.0/24 10/10", "NewDevicesOfNetwork 10.0.0.0/24 5/5"]);
    assert_eq!(sentry.clear(Some("198.51.100.0/24")), 0);
    assert_eq!(sentry.clear(Some("192.0.2.77")), 1);
    assert!(!unknown(&sentry, "192.0.2.7", &device("001565", 99)));
    assert_eq!(listed(&sentry), ["NewDevicesOfNetwork 10.0.0.0/24 5/5"]);
    sentry.clear(None);
    assert!(listed(&sentry).is_empty());
    insert(&sentry, "10.0.0.1", 9, NOW).unwrap();
}
