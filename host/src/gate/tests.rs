//! Whole decisions, in the order of the checks.

mod certificate;
mod credentials;
mod first_contact;
mod trail;

use super::*;
use crate::facts::{DeviceAddress, DeviceFacts, Domain, Layer, PhoneCertificate, Record, SettingRow, Settings};
use crate::request::{RawRequest, RequestTarget, UrlForms};
use axum::http::{HeaderMap, header};
use std::net::IpAddr;
use std::sync::Arc;

const NOW: u64 = 1_782_907_200;
const NO_ADDRESS: &str = "000000000000";
const KNOWN: &str = "001565be5fd7";
const UNKNOWN: &str = "805ec0e7f817";
const DIGEST: &[(&str, &str, &str)] = &[
    ("provision http_auth_username", "text", "phone"),
    ("provision http_auth_password", "array", "secret1"),
    ("provision http_auth_password", "array", "secret2"),
];

/// Pseudo-random numbers, the same in every run (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
}

/// One request and its facts; each test changes some of them.
struct Visit<'a> {
    query: String,
    authorization: Option<String>,
    settings: Vec<(&'a str, &'a str, &'a str)>,
    /// The domains of the device and of the host.
    device: Option<&'a str>,
    domain: Option<&'a str>,
    enabled: bool,
    taken_elsewhere: bool,
    /// Settings of a domain that demands credentials, with the domain filter off.
    strangers: Option<Settings>,
    /// The auth server's answer.
    accepted: bool,
    identifier: DeviceIdentifier,
    agent: &'a str,
    https: bool,
    certificate: PhoneCertificate,
    /// The vendors by the requested address and by the device's row.
    oui_vendor: Option<&'a str>,
    row_vendor: String,
    /// The device's row.
    row: Record,
}

fn address(text: &str) -> DeviceIdentifier {
    DeviceIdentifier::Address(DeviceAddress::parse(text).unwrap())
}

fn known() -> Visit<'static> {
    Visit {
        query: format!("mac={KNOWN}"),
        authorization: None,
        settings: vec![("provision enabled", "boolean", "true")],
        device: Some("alpha"),
        domain: Some("alpha"),
        enabled: true,
        taken_elsewhere: false,
        strangers: None,
        accepted: true,
        identifier: address(KNOWN),
        agent: "",
        https: false,
        certificate: PhoneCertificate::Absent,
        oui_vendor: None,
        row_vendor: "yealink".into(),
        row: record(),
    }
}

fn unknown() -> Visit<'static> {
    Visit { query: format!("mac={UNKNOWN}"), device: None, identifier: address(UNKNOWN), ..known() }
}

fn domain(name: &str) -> Domain {
    Domain { uuid: format!("uuid of {name}"), name: format!("{name}.example.net"), record: record() }
}

/// A row without columns.
fn record() -> Record {
    Record::new([].into(), Vec::new())
}

impl<'a> Visit<'a> {
    fn with(mut self, settings: &[(&'a str, &'a str, &'a str)]) -> Self {
        self.settings.extend_from_slice(settings);
        self
    }

    fn target(&self) -> String {
        format!("/app/provision/index.php?{}", self.query)
    }

    fn at(&self, keeper: &Keeper, now: u64) -> Result<Permit, Refusal> {
        self.observed(keeper, now, &mut ())
    }

    fn observed(&self, keeper: &Keeper, now: u64, trail: &mut impl Trail) -> Result<Permit, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "alpha.example.net".parse().unwrap());
        headers.insert(header::USER_AGENT, self.agent.parse().unwrap());
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        let asked = RequestTarget::parse(&RawRequest {
            method: "GET",
            target: &self.target(),
            original_target: None,
            headers: &headers,
            body: b"",
            client: IpAddr::from([127, 0, 0, 1]).into(),
            https: self.https,
            certificate: self.certificate,
            forms: UrlForms::default(),
        });
        let Ok(RequestTarget::Provision(request)) = asked else { panic!("no request for provisioning") };
        screen(&request, self.facts(), keeper, trail)?
            .of_vendor(self.oui_vendor)
            .authenticate(&self.identifier, Some(self.accepted), now, trail)?
            .admit(&self.identifier, trail)
    }

    fn facts(&self) -> RequestFacts {
        let mut settings = Settings::default();
        let rows = self.settings.iter().map(|(name, kind, value)| {
            let (category, subcategory) = name.split_once(' ').unwrap();
            assert!(SETTINGS.contains(&(category, subcategory)), "{name}");
            SettingRow {
                category: category.into(),
                subcategory: subcategory.into(),
                kind: (*kind).into(),
                value: Some((*value).into()),
            }
        });
        settings.add(Layer::Default, &rows.collect::<Vec<_>>());
        let device = self.device.map(|name| DeviceFacts {
            uuid: "device".into(),
            domain_uuid: domain(name).uuid,
            address: DeviceAddress::parse(KNOWN).unwrap(),
            enabled: self.enabled,
            vendor: self.row_vendor.clone(),
            record: self.row.clone(),
        });
        RequestFacts {
            device: device.map(Arc::new),
            taken_elsewhere: self.taken_elsewhere,
            domain: self.domain.map(domain).map(Arc::new),
            settings,
            strangers: self.strangers.clone(),
            ..RequestFacts::default()
        }
    }

    fn outcome(&self) -> Result<Permit, Refusal> {
        self.at(&keeper(), NOW)
    }

    fn refusal(&self) -> Option<Refusal> {
        self.outcome().err()
    }
}

fn keeper() -> Keeper {
    Keeper::new([1; 32], 1, NOW)
}

#[test]
fn known_device_is_admitted_to_its_own_domain() {
    let Ok(Permit::Known(permit)) = known().outcome() else { panic!("not admitted") };
    let PermittedDevice { device, domain, .. } = permit.into_facts();
    assert_eq!((device.uuid.as_str(), domain.name.as_str()), ("device", "alpha.example.net"));
}

#[test]
fn each_failed_check_has_its_refusal() {
    let device = |settings| known().with(settings).refusal();
    assert_eq!(device(&[("provision enabled", "boolean", "false")]), Some(Refusal::ProvisioningOff));
    assert_eq!(device(&[("provision cidr", "array", "10.0.0.0/8")]), Some(Refusal::ClientNetwork));
    assert_eq!(device(&[("domain cidr", "array", "10.0.0.0/8")]), Some(Refusal::DomainNetwork));
    assert_eq!(device(&[("provision password", "text", "pass1")]), Some(Refusal::BadPassword));
    assert_eq!(Visit { accepted: false, ..known() }.refusal(), Some(Refusal::AuthServer));
    assert!(matches!(device(DIGEST), Some(Refusal::Challenge(_))));
    assert_eq!(Visit { enabled: false, ..known() }.refusal(), Some(Refusal::DeviceDisabled));
    assert_eq!(unknown().refusal(), Some(Refusal::UnknownDevice));
    assert_eq!(Visit { domain: None, ..unknown() }.refusal(), Some(Refusal::UnknownDevice));
}

#[test]
fn provisioning_is_off_without_settings() {
    assert_eq!(Visit { settings: Vec::new(), ..known() }.refusal(), Some(Refusal::ProvisioningOff));
}

#[test]
fn auth_server_counts_after_networks_and_before_credentials() {
    let refused = |settings| Visit { accepted: false, ..known().with(settings) }.refusal();
    assert_eq!(refused(&[("provision enabled", "boolean", "false")]), Some(Refusal::ProvisioningOff));
    assert_eq!(refused(&[("provision cidr", "array", "10.0.0.0/8")]), Some(Refusal::ClientNetwork));
    assert_eq!(refused(&[("domain cidr", "array", "10.0.0.0/8")]), Some(Refusal::DomainNetwork));
    assert_eq!(refused(DIGEST), Some(Refusal::AuthServer));
    assert_eq!(refused(&[("provision password", "text", "pass1")]), Some(Refusal::AuthServer));
}

#[test]
fn refusal_is_the_same_for_every_device() {
    let demands: [&[(&str, &str, &str)]; 5] = [
        DIGEST,
        &[DIGEST[0], DIGEST[1], ("provision http_auth_type", "text", "basic")],
        &[("provision password", "text", "pass1")],
        &[("provision cidr", "array", "10.0.0.0/8")],
        &[("domain cidr", "text", "10.0.0.0/8")],
    ];
    for demand in demands {
        let refused = known().with(demand).refusal();
        for other in [
            unknown(),
            Visit { enabled: false, ..known() },
            Visit { taken_elsewhere: true, ..unknown() },
            Visit { identifier: DeviceIdentifier::Invalid, ..unknown() },
            Visit { identifier: DeviceIdentifier::Missing, ..unknown() },
            unknown().with(&[("provision auto_insert_enabled", "boolean", "true")]),
        ] {
            assert_eq!(other.with(demand).refusal(), refused);
        }
    }
}

#[test]
fn unfiltered_unknown_device_is_judged_by_a_demanding_domain() {
    let strangers = || known().with(DIGEST).facts().settings;
    let unfiltered = |visit: Visit<'static>| Visit { strangers: Some(strangers()), ..visit }.outcome();
    for visit in [unknown(), Visit { domain: None, ..unknown() }, Visit { taken_elsewhere: true, ..unknown() }] {
        assert!(matches!(unfiltered(visit), Err(Refusal::Challenge(_))));
    }
    let own_demand = unknown().with(&[("provision password", "text", "pass1")]);
    assert_eq!(unfiltered(own_demand).err(), Some(Refusal::BadPassword), "the host's own demand counts");
    let new = unknown().with(&[("provision auto_insert_enabled", "boolean", "true")]);
    assert!(matches!(unfiltered(new), Ok(Permit::AutoInsert(_))), "new devices belong to the host's domain");
}

#[test]
fn networks_are_a_list_or_a_text_and_invalid_ones_reported() {
    let keeper = keeper();
    let admits = |settings| known().with(settings).at(&keeper, NOW).is_ok();
    assert!(admits(&[("provision cidr", "array", "10.0.0.0/8"), ("provision cidr", "array", "127.0.0.0/24")]));
    assert!(admits(&[("provision cidr", "text", "127.0.0.1")]));
    assert!(admits(&[("domain cidr", "array", "127.0.0.5/8")]));
    assert!(admits(&[("provision cidr", "array", "abc"), ("provision cidr", "array", "127.0.0.1")]));
    assert!(!admits(&[("provision cidr", "array", "abc")]));
    assert!(!admits(&[("provision cidr", "boolean", "true")]));
    assert!(!admits(&[("domain cidr", "text", "0")]));
    let reported: Vec<_> = keeper.take_invalid().into_iter().map(|one| (one.setting, one.domain, one.text)).collect();
    let entry = |setting, text: &str| (setting, "alpha.example.net".to_owned(), text.to_owned());
    assert_eq!(reported, [entry("provision cidr", "abc"), entry("domain cidr", "0")]);
    assert!(!admits(&[("provision cidr", "array", "abc")]));
    assert!(keeper.take_invalid().is_empty());
}

#[test]
fn password_parameter_must_match_one_password_exactly() {
    let admits = |query: &str, settings| {
        Visit { query: format!("mac={KNOWN}&{query}"), ..known().with(settings) }.outcome().is_ok()
    };
    let one: &[_] = &[("provision password", "text", "pass1")];
    assert!(admits("password=pass1", one));
    assert!(!admits("password=nope", one) && !admits("", one) && !admits("password[]=pass1", one));
    assert!(!admits("password=pass1&password=", one));
    assert!(!admits("password=1e3", &[("provision password", "numeric", "1000")]));
    assert!(!admits("password=0e99", &[("provision password", "text", "0e12")]));
    let two: &[_] = &[("provision password", "array", "a"), ("provision password", "array", "b")];
    assert!(admits("password=a", two) && admits("password=b", two) && !admits("password=c", two));
}

#[test]
fn auto_insert_needs_a_free_address_and_an_existing_domain() {
    let insert = |visit: Visit<'static>| visit.with(&[("provision auto_insert_enabled", "boolean", "true")]).outcome();
    let Ok(Permit::AutoInsert(permit)) = insert(unknown()) else { panic!("no permit to insert") };
    assert_eq!((permit.address().as_str(), permit.domain().name.as_str()), (UNKNOWN, "alpha.example.net"));
    let extension = |fallback| DeviceIdentifier::Extension { number: "7421".into(), fallback };
    for (visit, refusal) in [
        (Visit { domain: None, ..unknown() }, Refusal::UnknownDomain),
        (Visit { taken_elsewhere: true, ..unknown() }, Refusal::ForeignDomain),
        (Visit { taken_elsewhere: true, domain: None, ..unknown() }, Refusal::ForeignDomain),
        (Visit { identifier: DeviceIdentifier::Invalid, ..unknown() }, Refusal::InvalidAddress),
        (Visit { identifier: address(NO_ADDRESS), ..unknown() }, Refusal::InvalidAddress),
        (Visit { identifier: address("ffffffffffff"), ..unknown() }, Refusal::InvalidAddress),
        (Visit { identifier: address("01005e000001"), ..unknown() }, Refusal::InvalidAddress),
        (Visit { identifier: address("5d0c1f7a2b9e4c8897aa31e2f0b64d11"), ..unknown() }, Refusal::InvalidAddress),
        (Visit { identifier: DeviceIdentifier::Missing, ..unknown() }, Refusal::NoAddress),
        (Visit { identifier: extension(None), ..unknown() }, Refusal::NoAddress),
    ] {
        assert_eq!(insert(visit).err(), Some(refusal));
    }
    let fallback = DeviceAddress::parse(UNKNOWN).ok();
    assert!(insert(Visit { identifier: extension(fallback), ..unknown() }).is_ok());
}

#[test]
fn insert_permit_is_exchanged_for_a_device_of_its_domain_only() {
    let insert = || unknown().with(&[("provision auto_insert_enabled", "boolean", "true")]).outcome();
    let exchange = |visit: Visit<'_>| {
        let Ok(Permit::AutoInsert(permit)) = insert() else { panic!("no permit to insert") };
        let mut facts = visit.facts();
        if let Some(device) = &mut facts.device {
            Arc::get_mut(device).unwrap().address = DeviceAddress::parse(&visit.query["mac=".len()..]).unwrap();
        }
        permit.exchange(facts).err()
    };
    let inserted = || Visit { query: format!("mac={UNKNOWN}"), ..known() };
    assert_eq!(exchange(inserted()), None);
    assert_eq!(exchange(Visit { enabled: false, ..inserted() }), Some(Refusal::DeviceDisabled));
    assert_eq!(
        exchange(Visit { device: Some("beta"), domain: Some("beta"), ..inserted() }),
        Some(Refusal::ForeignDomain)
    );
    assert_eq!(exchange(Visit { taken_elsewhere: true, ..unknown() }), Some(Refusal::ForeignDomain));
    assert_eq!(exchange(known()), Some(Refusal::UnknownDevice), "another address");
    assert_eq!(exchange(unknown()), Some(Refusal::UnknownDevice), "no device");
}

#[test]
fn device_of_another_domain_is_never_admitted() {
    for auto_insert in ["true", "false"] {
        let settings = [("provision auto_insert_enabled", "boolean", auto_insert)];
        let foreign = Visit { device: Some("beta"), ..known() }.with(&settings);
        assert_eq!(foreign.refusal(), Some(Refusal::ForeignDomain));
        let homeless = Visit { domain: None, ..known() }.with(&settings);
        assert_eq!(homeless.refusal(), Some(Refusal::ForeignDomain));
    }
}

#[test]
fn named_networks_get_403_for_unknown_devices_first() {
    let keeper = |network| {
        let unknown_first = vec![Network::parse(network).unwrap()];
        keeper().with_policy(Policy { unknown_first, ..Policy::default() })
    };
    let refusal = |visit: Visit<'_>, network| visit.at(&keeper(network), NOW).err();
    let closed: &[_] = &[DIGEST[0], DIGEST[1], ("provision cidr", "array", "10.0.0.0/8")];
    let foreign = || Visit { device: None, taken_elsewhere: true, ..known() };
    for (visit, expected) in [
        (unknown().with(closed), Refusal::UnknownDevice),
        (unknown().with(&[("provision enabled", "boolean", "false")]), Refusal::UnknownDevice),
        (foreign().with(closed), Refusal::ForeignDomain),
        (known().with(closed), Refusal::ClientNetwork),
        (Visit { enabled: false, ..known() }.with(closed), Refusal::ClientNetwork),
        (unknown().with(closed).with(&[("provision auto_insert_enabled", "boolean", "true")]), Refusal::ClientNetwork),
    ] {
        assert_eq!(refusal(visit, "127.0.0.0/8"), Some(expected));
    }
    assert_eq!(refusal(unknown().with(closed), "192.0.2.0/24"), Some(Refusal::ClientNetwork), "another network");
    assert!(matches!(refusal(known().with(DIGEST), "127.0.0.1"), Some(Refusal::Challenge(_))));
}
