//! Whole decisions, in the order of FusionPBX's checks.

mod credentials;

use super::*;
use crate::facts::{DeviceFacts, Domain, Layer, MacAddress, SettingRow, Settings};
use crate::request::{RawRequest, RequestTarget, UrlForms};
use axum::http::{HeaderMap, header};

const NOW: u64 = 1_782_907_200;
const KNOWN: &str = "001565be5fd7";
const UNKNOWN: &str = "805ec0e7f817";
const DIGEST: &[(&str, &str, &str)] = &[
    ("provision http_auth_username", "text", "phone"),
    ("provision http_auth_password", "array", "secret1"),
    ("provision http_auth_password", "array", "secret2"),
];

/// Numbers that look random and are the same in every run (xorshift64*).
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

/// One request and its facts; each test changes what it is about.
struct Visit<'a> {
    query: String,
    authorization: Option<String>,
    settings: Vec<(&'a str, &'a str, &'a str)>,
    /// The domains of the device and of the host.
    device: Option<&'a str>,
    domain: Option<&'a str>,
    enabled: bool,
    elsewhere: bool,
    claim: DeviceIdentifier,
}

fn address(text: &str) -> DeviceIdentifier {
    DeviceIdentifier::Address(MacAddress::parse(text).unwrap())
}

fn known() -> Visit<'static> {
    Visit {
        query: format!("mac={KNOWN}"),
        authorization: None,
        settings: vec![("provision enabled", "boolean", "true")],
        device: Some("alpha"),
        domain: Some("alpha"),
        enabled: true,
        elsewhere: false,
        claim: address(KNOWN),
    }
}

fn unknown() -> Visit<'static> {
    Visit { query: format!("mac={UNKNOWN}"), device: None, claim: address(UNKNOWN), ..known() }
}

fn domain(name: &str) -> Domain {
    Domain { uuid: format!("uuid of {name}"), name: format!("{name}.example.net") }
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
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "alpha.example.net".parse().unwrap());
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        let asked = RequestTarget::parse(&RawRequest {
            method: "GET",
            target: &self.target(),
            original_target: None,
            headers: &headers,
            body: b"",
            client: [127, 0, 0, 1].into(),
            https: false,
            forms: UrlForms::default(),
        });
        let Ok(RequestTarget::Provision(request)) = asked else { panic!("no request for provisioning") };
        admit(&request, &self.claim, &self.admission(), keeper, now)
    }

    fn admission(&self) -> RequestFacts {
        let mut settings = Settings::default();
        let rows = self.settings.iter().map(|(name, kind, value)| {
            let (category, subcategory) = name.split_once(' ').unwrap();
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
            address: MacAddress::parse(KNOWN).unwrap(),
            enabled: self.enabled,
            vendor: "yealink".into(),
        });
        let domain = self.domain.map(domain);
        RequestFacts {
            device,
            elsewhere: self.elsewhere,
            is_refused_elsewhere: false,
            domain,
            settings,
            rows: Vec::new(),
            ahead_of_replica: false,
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
fn a_known_device_is_admitted_to_its_own_domain() {
    let permit = known().outcome().ok().unwrap();
    assert_eq!(permit.device().map(|device| device.uuid.as_str()), Some("device"));
    assert_eq!(permit.domain().name, "alpha.example.net");
    assert!(permit.insert().is_none());
}

#[test]
fn each_demand_has_its_refusal() {
    let device = |settings| known().with(settings).refusal();
    assert_eq!(device(&[("provision enabled", "boolean", "false")]), Some(Refusal::ProvisioningOff));
    assert_eq!(device(&[("provision cidr", "array", "10.0.0.0/8")]), Some(Refusal::ClientNetwork));
    assert_eq!(device(&[("domain cidr", "array", "10.0.0.0/8")]), Some(Refusal::DomainNetwork));
    assert_eq!(device(&[("provision password", "text", "pass1")]), Some(Refusal::BadPassword));
    assert!(matches!(device(DIGEST), Some(Refusal::Challenge(_))));
    assert_eq!(Visit { enabled: false, ..known() }.refusal(), Some(Refusal::DeviceDisabled));
    assert_eq!(unknown().refusal(), Some(Refusal::UnknownDevice));
    assert_eq!(Visit { domain: None, ..unknown() }.refusal(), Some(Refusal::UnknownDevice));
}

#[test]
fn nothing_is_enabled_where_nothing_is_set() {
    assert_eq!(Visit { settings: Vec::new(), ..known() }.refusal(), Some(Refusal::ProvisioningOff));
}

#[test]
fn who_is_not_admitted_cannot_tell_one_device_from_another() {
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
            Visit { elsewhere: true, ..unknown() },
            Visit { claim: DeviceIdentifier::Invalid, ..unknown() },
            Visit { claim: DeviceIdentifier::Missing, ..unknown() },
            unknown().with(&[("provision auto_insert_enabled", "boolean", "true")]),
        ] {
            assert_eq!(other.with(demand).refusal(), refused);
        }
    }
}

#[test]
fn networks_may_be_list_or_text_and_bad_ones_report_once() {
    let keeper = keeper();
    let admits = |settings| known().with(settings).at(&keeper, NOW).is_ok();
    assert!(admits(&[("provision cidr", "array", "10.0.0.0/8"), ("provision cidr", "array", "127.0.0.0/24")]));
    assert!(admits(&[("provision cidr", "text", "127.0.0.1")]));
    assert!(admits(&[("domain cidr", "array", "127.0.0.5/8")]));
    assert!(admits(&[("provision cidr", "array", "abc"), ("provision cidr", "array", "127.0.0.1")]));
    assert!(!admits(&[("provision cidr", "array", "abc")]));
    assert!(!admits(&[("provision cidr", "boolean", "true")]));
    assert!(!admits(&[("domain cidr", "text", "0")]));
    let reported: Vec<_> =
        keeper.take_unreadable().into_iter().map(|one| (one.setting, one.domain, one.text)).collect();
    let entry = |setting, text: &str| (setting, "alpha.example.net".to_owned(), text.to_owned());
    assert_eq!(reported, [entry("provision cidr", "abc"), entry("domain cidr", "0")]);
    assert!(!admits(&[("provision cidr", "array", "abc")]));
    assert!(keeper.take_unreadable().is_empty());
}

#[test]
fn password_parameter_is_compared_exactly_with_each_value() {
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
fn auto_insert_needs_unused_address_and_existing_domain() {
    let insert = |visit: Visit<'static>| visit.with(&[("provision auto_insert_enabled", "boolean", "true")]).outcome();
    let permit = insert(unknown()).ok().unwrap();
    assert!(permit.device().is_none());
    assert_eq!(permit.insert().map(|address| address.to_string()).as_deref(), Some(UNKNOWN));
    assert_eq!(permit.domain().name, "alpha.example.net");
    let extension = |fallback| DeviceIdentifier::Extension { number: "7421".into(), fallback };
    for (visit, refusal) in [
        (Visit { domain: None, ..unknown() }, Refusal::UnknownDomain),
        (Visit { elsewhere: true, ..unknown() }, Refusal::ForeignDomain),
        (Visit { elsewhere: true, domain: None, ..unknown() }, Refusal::ForeignDomain),
        (Visit { claim: DeviceIdentifier::Invalid, ..unknown() }, Refusal::InvalidAddress),
        (Visit { claim: address(NO_ADDRESS), ..unknown() }, Refusal::InvalidAddress),
        (Visit { claim: DeviceIdentifier::Missing, ..unknown() }, Refusal::NoAddress),
        (Visit { claim: extension(None), ..unknown() }, Refusal::NoAddress),
    ] {
        assert_eq!(insert(visit).err(), Some(refusal));
    }
    let fallback = MacAddress::parse(UNKNOWN).ok();
    assert!(insert(Visit { claim: extension(fallback), ..unknown() }).is_ok());
}

#[test]
fn a_device_of_another_domain_is_never_handed_out() {
    for auto_insert in ["true", "false"] {
        let settings = [("provision auto_insert_enabled", "boolean", auto_insert)];
        let foreign = Visit { device: Some("beta"), ..known() }.with(&settings);
        assert_eq!(foreign.refusal(), Some(Refusal::ForeignDomain));
        let homeless = Visit { domain: None, ..known() }.with(&settings);
        assert_eq!(homeless.refusal(), Some(Refusal::ForeignDomain));
    }
}
