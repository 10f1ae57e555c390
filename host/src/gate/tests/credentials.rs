//! When the gate requires credentials, and which it accepts.

use super::*;
use crate::gate::refusal::{Challenge, CredentialError};
use md5::{Digest, Md5};

/// The header with which a client answers a challenge, by RFC 7616 with MD5.
fn answer(challenge: &Challenge, target: &str, user: &str, password: &str, count: u32) -> String {
    let header = &challenge.headers[0];
    let nonce = header.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let hash = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let account = hash(format!("{user}:alpha.example.net:{password}"));
    let request = hash(format!("GET:{target}"));
    let response = hash(format!("{account}:{nonce}:{count:08x}:c:auth:{request}"));
    format!(
        "digest username=\"{user}\", realm=\"alpha.example.net\", nonce=\"{nonce}\", uri=\"{target}\", qop=auth, \
         nc={count:08x}, cnonce=\"c\", response=\"{response}\""
    )
}

fn challenge(refusal: Option<Refusal>) -> Challenge {
    match refusal {
        Some(Refusal::Challenge(challenge)) => challenge,
        _ => panic!("no challenge"),
    }
}

/// The error of an answer to a fresh challenge; `None` if the server accepts it.
fn digest_error(visit: Visit<'_>, user: &str, password: &str) -> Option<CredentialError> {
    let keeper = keeper();
    let given = challenge(visit.at(&keeper, NOW).err());
    let authorization = Some(answer(&given, &visit.target(), user, password, 1));
    match (Visit { authorization, ..visit }).at(&keeper, NOW) {
        Err(Refusal::Challenge(challenge)) => challenge.error,
        _ => None,
    }
}

#[test]
fn digest_accepts_the_user_with_any_of_the_passwords() {
    assert_eq!(digest_error(known().with(DIGEST), "phone", "secret1"), None);
    assert_eq!(digest_error(known().with(DIGEST), "phone", "secret2"), None);
    for (user, password) in [("phone", "secret3"), ("other", "secret1"), ("phone", "")] {
        assert_eq!(digest_error(known().with(DIGEST), user, password), Some(CredentialError::BadPassword));
    }
    assert_eq!(digest_error(known().with(&DIGEST[..1]), "phone", ""), Some(CredentialError::BadPassword));
    let text: &[_] = &[DIGEST[0], ("provision http_auth_password", "text", "secret1")];
    assert_eq!(digest_error(known().with(text), "phone", "secret1"), None);
    assert_eq!(
        digest_error(
            known().with(DIGEST).with(&[("provision http_auth_username", "numeric", "1000")]),
            "1e3",
            "secret1"
        ),
        Some(CredentialError::BadPassword)
    );
}

#[test]
fn challenge_offers_the_algorithms_and_marks_stale_nonces() {
    let visit = known().with(DIGEST);
    let one = challenge(visit.refusal());
    assert!(matches!(one.headers.as_slice(), [only] if only.contains("algorithm=MD5")));
    let algorithms = vec![Algorithm::Md5, Algorithm::Sha256];
    let keeper = keeper().with_policy(Policy { algorithms, ..Policy::default() });
    let first = challenge(visit.at(&keeper, NOW).err());
    assert_eq!((first.headers.len(), first.error), (2, None));
    assert!(first.headers[0].contains("algorithm=MD5") && first.headers[1].contains("algorithm=SHA-256"));
    assert!(first.headers.iter().all(|header| header.starts_with("Digest realm=\"alpha.example.net\"")));
    let later = Visit { authorization: Some(answer(&first, &visit.target(), "phone", "secret1", 1)), ..visit };
    let stale = challenge(later.at(&keeper, NOW + 301).err());
    assert_eq!(stale.error, Some(CredentialError::Stale));
    assert!(stale.headers.iter().all(|header| header.ends_with("stale=true")));
}

#[test]
fn nonce_may_be_reused_only_with_another_count() {
    let (keeper, mut visit) = (keeper(), known().with(DIGEST));
    let given = challenge(visit.at(&keeper, NOW).err());
    let mut error = |count| {
        visit.authorization = Some(answer(&given, &visit.target(), "phone", "secret1", count));
        visit.at(&keeper, NOW).err().map(|refusal| challenge(Some(refusal)).error)
    };
    assert_eq!(
        [1, 2, 2, 4, 3, 1].map(&mut error),
        [None, None, Some(Some(CredentialError::Stale)), None, None, Some(Some(CredentialError::Stale))]
    );
}

#[test]
fn servers_with_one_key_accept_each_others_nonces() {
    let keepers = [Keeper::new([1; 32], 1, NOW), Keeper::new([1; 32], 2, NOW)];
    let other_key = Keeper::new([2; 32], 3, NOW);
    let mut visit = known().with(DIGEST);
    let given = challenge(visit.at(&keepers[0], NOW).err());
    let mut error = |keeper: &Keeper, password, count| {
        visit.authorization = Some(answer(&given, &visit.target(), "phone", password, count));
        visit.at(keeper, NOW).err().map(|refusal| challenge(Some(refusal)).error.unwrap())
    };
    for password in ["secret1", "secret2"] {
        let count = if password == "secret1" { 1 } else { 2 };
        assert_eq!(error(&keepers[1], password, count), None);
        assert_eq!(error(&keepers[1], password, count), Some(CredentialError::Stale), "replayed");
    }
    assert_eq!(error(&other_key, "secret1", 3), Some(CredentialError::Stale), "a nonce under another key");
}

#[test]
fn servers_with_one_key_and_clocks_apart_settle_at_the_later() {
    let (late, early) = (Keeper::new([1; 32], 1, NOW), Keeper::new([1; 32], 2, NOW + 9_000));
    let mut visit = known().with(DIGEST);
    let mut given = challenge(visit.at(&late, NOW).err());
    // A balancer sends each request to the other server.
    let mut outcomes = Vec::new();
    for seconds in 0..6 {
        let (keeper, now) = if seconds % 2 == 0 { (&early, NOW + 9_000 + seconds) } else { (&late, NOW + seconds) };
        visit.authorization = Some(answer(&given, &visit.target(), "phone", "secret1", 1));
        match visit.at(keeper, now) {
            Ok(_) => {
                outcomes.push(true);
                let other = if seconds % 2 == 0 { (&late, NOW + seconds) } else { (&early, NOW + 9_000 + seconds) };
                visit.authorization = None;
                given = challenge(visit.at(other.0, other.1).err());
            }
            Err(refusal) => {
                outcomes.push(false);
                given = challenge(Some(refusal));
            }
        }
    }
    assert_eq!(outcomes, [false, false, true, true, true, true]);
}

#[test]
fn no_spelling_of_the_settings_turns_credentials_off() {
    for settings in [
        &[("provision http_auth_type", "text", "Digest")][..],
        &[("provision http_auth_type", "text", "none")],
        &[("provision http_auth_type", "boolean", "true")],
        &[("provision http_auth_enabled", "boolean", "true")],
        &[("provision http_auth_disable", "boolean", "false")],
        &[("provision http_auth_enabled", "boolean", "true"), ("provision http_auth_disable", "boolean", "true")],
        &[("provision http_auth_username", "boolean", "true")],
        &[("provision http_auth_username", "text", "0")],
    ] {
        let refusal = known().with(DIGEST).with(settings).refusal();
        assert!(challenge(refusal).headers[0].starts_with("Digest "), "{settings:?}");
    }
    for (kind, text, reported) in [
        ("text", "Digest", None),
        ("text", "", None),
        ("text", " Basic", None),
        ("text", "both", Some("both")),
        ("array", "none", Some("none")),
    ] {
        let keeper = keeper();
        let visit = known().with(DIGEST).with(&[("provision http_auth_type", kind, text)]);
        assert!(visit.at(&keeper, NOW).is_err());
        let found: Vec<_> = keeper.take_invalid().into_iter().map(|invalid| (invalid.problem, invalid.text)).collect();
        assert_eq!(found, Vec::from_iter(reported.map(|text| (SettingProblem::AuthType, text.to_owned()))));
    }
    let basic = known().with(DIGEST).with(&[("provision http_auth_type", "text", "BASIC")]).refusal();
    assert_eq!(challenge(basic).headers, ["Basic realm=\"alpha.example.net\""]);
}

#[test]
fn credentials_are_optional_if_turned_off_or_without_user() {
    for settings in [
        &[("provision http_auth_enabled", "boolean", "false")][..],
        &[("provision http_auth_disable", "boolean", "true")],
    ] {
        assert!(known().with(DIGEST).with(settings).outcome().is_ok());
    }
    assert!(known().with(&DIGEST[1..]).outcome().is_ok());
}

#[test]
fn credentials_of_another_scheme_are_rejected() {
    let error = |kind, authorization: &str| {
        let visit = known().with(DIGEST).with(&[("provision http_auth_type", "text", kind)]);
        challenge(Visit { authorization: Some(authorization.into()), ..visit }.refusal()).error
    };
    assert_eq!(error("digest", "Basic cGhvbmU6c2VjcmV0MQ=="), Some(CredentialError::Scheme));
    assert_eq!(error("basic", "Digest username=\"phone\""), Some(CredentialError::Scheme));
    assert_eq!(error("digest", "Digest x"), Some(CredentialError::Malformed));
    assert_eq!(error("digest", ""), Some(CredentialError::Scheme));
    let basic = known().with(DIGEST).with(&[("provision http_auth_type", "text", "basic")]);
    let authorization = Some("Basic cGhvbmU6c2VjcmV0MQ==".into());
    assert!(Visit { authorization, ..basic }.outcome().is_ok());
}

/// A known or unknown Snom phone, or another one, in a domain that requires digest.
fn phone(address: &str, agent: &'static str, vendor: &str, https: bool) -> Option<Challenge> {
    let policy = Policy { basic_vendors: vec!["snom".into(), "Panasonic".into()], ..Policy::default() };
    let keeper = keeper().with_policy(policy);
    let visit = Visit { agent, https, row_vendor: vendor.into(), ..known().with(DIGEST) };
    let visit = Visit { query: format!("mac={address}"), oui_vendor: oui_vendor(address), ..visit };
    let first = challenge(visit.at(&keeper, NOW).err());
    let authorization = Some("Basic cGhvbmU6c2VjcmV0MQ==".into());
    match (Visit { authorization, ..visit }).at(&keeper, NOW) {
        Ok(_) => None,
        Err(_) => Some(first),
    }
}

fn oui_vendor(address: &str) -> Option<&'static str> {
    [("000413", "snom"), ("001565", "yealink")].into_iter().find(|(oui, _)| address.starts_with(oui)).map(|one| one.1)
}

#[test]
fn basic_of_named_vendors_counts_over_https_only() {
    for (address, agent, vendor, accepted) in [
        ("000413a1b2c3", "", "snom", true),
        ("000413a1b2c3", "", "", true),
        ("d4c1fc000001", "Mozilla/4.0 (compatible; snomD785-SIP 10.1)", "", true),
        ("d4c1fc000001", "", "panasonic", true),
        ("d4c1fc000001", "", "fanvil", false),
        ("001565a1b2c3", "Yealink SIP-T46U", "yealink", false),
        ("001565a1b2c3", "", "snom", false),
    ] {
        assert_eq!(phone(address, agent, vendor, true).is_none(), accepted, "{address} {agent} {vendor}");
        assert!(phone(address, agent, vendor, false).is_some(), "{address} {agent} {vendor}");
    }
}

#[test]
fn basic_offer_does_not_depend_on_the_device() {
    let offers = |address: &str, agent, https| {
        let policy = Policy { basic_vendors: vec!["snom".into()], ..Policy::default() };
        let keeper = keeper().with_policy(policy);
        let offer = |visit: Visit<'static>| {
            let visit = Visit { query: format!("mac={address}"), oui_vendor: oui_vendor(address), ..visit };
            let headers = challenge(Visit { agent, https, ..visit.with(DIGEST) }.at(&keeper, NOW).err()).headers;
            headers.iter().map(|header| header.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let (one, other) = (offer(known()), offer(unknown()));
        assert_eq!(one, other);
        assert_eq!(one, offer(Visit { row_vendor: "snom".into(), ..known() }));
        one
    };
    assert_eq!(offers("000413a1b2c3", "", true), "Digest Basic");
    assert_eq!(offers("d4c1fc000001", "", true), "Digest Basic");
    assert_eq!(offers("001565a1b2c3", "snomD785", true), "Digest Basic");
    assert_eq!(offers("001565a1b2c3", "", true), "Digest");
    assert_eq!(offers("000413a1b2c3", "snomD785", false), "Digest");
}
