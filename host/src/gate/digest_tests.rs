use super::super::nonce::NonceTable;
use super::super::tests::Random;
use super::*;
use proptest::prelude::*;

const NOW: u64 = 1_782_907_200;
const OFFERED: [Algorithm; 2] = [Algorithm::Md5, Algorithm::Sha256];
const EXAMPLE: &str = r#"username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5,
 nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
 cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
 response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

fn example() -> Credentials {
    Credentials::parse(&EXAMPLE.replace('\n', "")).unwrap()
}

#[test]
fn rfc_7616_examples_give_their_responses() {
    for (algorithm, response) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let account = algorithm.hash(&["Mufasa", "http-auth@example.org", "Circle of Life"]);
        assert_eq!(example().response(algorithm, &account, "GET"), response);
    }
}

#[test]
fn credentials_parse_in_any_order_case_and_spacing() {
    let example = example();
    assert_eq!(example.nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
    assert_eq!((example.qop.as_str(), example.nc.as_str(), example.algorithm.as_str()), ("auth", "00000001", "MD5"));
    let text =
        r#" , NC = 1 ,,qop="auth",URI=/a?b=c&d,nonce=n==,realm="a\"b\\c",username="",cnonce=x,response=y,z="," "#;
    let odd = Credentials::parse(text).unwrap();
    assert_eq!((odd.nc.as_str(), odd.uri.as_str(), odd.nonce.as_str()), ("1", "/a?b=c&d", "n=="));
    assert_eq!(odd.realm, "a\"b\\c");
}

#[test]
fn text_without_all_required_parameters_is_rejected() {
    let whole = EXAMPLE.replace('\n', "");
    for text in [
        "",
        "x",
        "username",
        &whole.replace("qop=auth,", ""),
        &whole.replace("nc=00000001,", "nc=,"),
        &whole.replace("nc=00000001", "nc=00000001, nc=00000002"),
        &whole.replace("qop=auth", "qop=auth junk"),
        &whole.replace("uri=", "uri uri="),
        whole.trim_end_matches('"'),
        &format!("{whole}, x=\"\\"),
        &format!("{whole}, x={}", "a".repeat(CREDENTIALS_BYTES_MAX)),
    ] {
        assert!(Credentials::parse(text).is_none(), "{text}");
    }
}

#[test]
fn parser_never_panics() {
    let whole = EXAMPLE.replace('\n', "");
    let mut random = Random::new(11);
    for _ in 0..20_000 {
        let mut bytes = whole.clone().into_bytes();
        for _ in 0..=random.next() % 4 {
            let at = random.next() as usize % bytes.len();
            match random.next() % 3 {
                0 => bytes[at] = b"\"\\,= \t\xc3a"[random.next() as usize % 8],
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        Credentials::parse(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn quoted_values_round_trip() {
    let mut random = Random::new(5);
    for _ in 0..2_000 {
        let text: String = (0..random.next() % 12)
            .map(|_| ['a', '"', '\\', ',', '=', ' ', 'é', '\''][random.next() as usize % 8])
            .collect();
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        assert_eq!(parse_value(&format!("\"{quoted}\", rest")), Some((text, ", rest")));
    }
}

struct Case {
    credentials: Credentials,
    key: NonceKey,
}

/// Credentials that are valid for a GET of `/a?b` of realm `alpha` by `phone` with `secret1`.
fn valid(algorithm: Algorithm) -> Case {
    let key = NonceKey::new([1; 32]);
    let mut credentials = Credentials {
        username: "phone".into(),
        realm: "alpha".into(),
        nonce: key.sign(NonceTable::new(1, NOW, 8).next(NOW), "alpha"),
        uri: "/a?b".into(),
        qop: "auth".into(),
        nc: "0000000a".into(),
        cnonce: "c".into(),
        algorithm: algorithm.name().into(),
        ..Credentials::default()
    };
    sign(&mut credentials, "secret1");
    Case { credentials, key }
}

fn sign(credentials: &mut Credentials, password: &str) {
    let algorithm = Algorithm::parse(&credentials.algorithm).unwrap();
    let account = algorithm.hash(&[&credentials.username, &credentials.realm, password]);
    credentials.response = credentials.response(algorithm, &account, "GET");
}

fn verify(case: &Case, passwords: &[&str], method: &str, now: u64) -> Result<u32, CredentialError> {
    let target = DigestTarget { method, uri: "/a?b", host: "alpha", realm: "alpha", offered: &OFFERED };
    let passwords = passwords.iter().map(|password| Secret::new(*password)).collect();
    let accounts = Accounts { users: vec!["phone"], passwords };
    case.credentials.verify(&target, &accounts, &case.key, now).map(|(_, count)| count)
}

#[test]
fn correct_credentials_verify_with_either_algorithm() {
    for algorithm in OFFERED {
        let case = valid(algorithm);
        assert_eq!(verify(&case, &["secret1"], "GET", NOW), Ok(10));
        assert_eq!(verify(&case, &["secret2", "secret1"], "GET", NOW), Ok(10));
        assert_eq!(verify(&case, &["secret1", "secret2"], "GET", NOW), Ok(10));
        assert_eq!(verify(&case, &["secret2"], "GET", NOW), Err(CredentialError::BadPassword));
        assert_eq!(verify(&case, &[], "GET", NOW), Err(CredentialError::BadPassword));
    }
}

#[test]
fn credentials_without_algorithm_are_md5() {
    let mut case = valid(Algorithm::Md5);
    case.credentials.algorithm = String::new();
    assert_eq!(verify(&case, &["secret1"], "GET", NOW), Ok(10));
}

#[test]
fn credentials_for_another_method_are_rejected() {
    assert_eq!(verify(&valid(Algorithm::Md5), &["secret1"], "HEAD", NOW), Err(CredentialError::BadPassword));
}

#[test]
fn expired_nonce_is_stale_whatever_the_password() {
    assert_eq!(verify(&valid(Algorithm::Md5), &["secret1"], "GET", NOW + 301), Err(CredentialError::Stale));
    assert_eq!(verify(&valid(Algorithm::Md5), &["other"], "GET", NOW + 301), Err(CredentialError::Stale));
}

#[test]
fn each_changed_part_has_its_error() {
    type Change = fn(&mut Credentials);
    let changes: [(Change, CredentialError); 11] = [
        (|it| it.username = "1e3".into(), CredentialError::BadPassword),
        (|it| it.username = "Phone".into(), CredentialError::BadPassword),
        (|it| it.realm = "beta".into(), CredentialError::OtherRealm),
        (|it| it.uri = "/a".into(), CredentialError::OtherUri),
        (|it| it.uri = "http://beta/a?b".into(), CredentialError::OtherUri),
        (|it| it.nonce = "abc123".into(), CredentialError::Stale),
        (|it| it.qop = "auth-int".into(), CredentialError::NotOffered),
        (|it| it.nc = "1".into(), CredentialError::Malformed),
        (|it| it.nc = "+000000a".into(), CredentialError::Malformed),
        (|it| it.algorithm = "MD5-sess".into(), CredentialError::NotOffered),
        (|it| it.algorithm = "SHA-512-256".into(), CredentialError::NotOffered),
    ];
    for (change, error) in changes {
        let mut case = valid(Algorithm::Md5);
        change(&mut case.credentials);
        if Algorithm::parse(&case.credentials.algorithm).is_some() {
            sign(&mut case.credentials, "secret1");
        }
        assert_eq!(verify(&case, &["secret1"], "GET", NOW), Err(error));
    }
}

#[test]
fn uri_may_include_the_host() {
    for uri in ["http://alpha/a?b", "https://ALPHA:443/a?b"] {
        let mut case = valid(Algorithm::Md5);
        case.credentials.uri = uri.into();
        sign(&mut case.credentials, "secret1");
        assert_eq!(verify(&case, &["secret1"], "GET", NOW), Ok(10), "{uri}");
    }
}

#[test]
fn challenge_names_realm_nonce_and_algorithm() {
    let header = challenge(Algorithm::Sha256, "alpha", "n", true);
    let opaque = "2c1743a391305fbf367df8e4f069f9f9";
    assert_eq!(
        header,
        format!(r#"Digest realm="alpha", qop="auth", algorithm=SHA-256, nonce="n", opaque="{opaque}", stale=true"#)
    );
    assert!(challenge(Algorithm::Md5, "alpha", "n", false).ends_with(&format!("opaque=\"{opaque}\"")));
}

/// A parameter's value, and one of its spellings: quoted with any of its characters escaped, or bare where allowed.
fn written() -> impl Strategy<Value = (String, String)> {
    let quoted = prop::collection::vec((any::<char>(), any::<bool>()), 0..8).prop_map(|chars| {
        let must = |char| matches!(char, '"' | '\\');
        let one = |(char, escaped): &(char, bool)| {
            if *escaped || must(*char) { format!("\\{char}") } else { char.to_string() }
        };
        let text = chars.iter().map(|(char, _)| *char).collect();
        (text, format!("\"{}\"", chars.iter().map(one).collect::<String>()))
    });
    prop_oneof![quoted, "[!#-+./0-9=A-Za-z]{1,8}".prop_map(|text| (text.clone(), text))]
}

proptest! {
    #[test]
    fn parameter_lists_parse_by_the_grammar(
        values in prop::collection::vec(written(), 9),
        order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
        blanks in "[ \t]{0,2}", commas in "( ?,){1,2}", upper in any::<bool>(), missing in 0..18_usize,
    ) {
        let names = ["username", "realm", "nonce", "uri", "qop", "nc", "cnonce", "response", "algorithm"];
        let name = |at: usize| if upper { names[at].to_uppercase() } else { names[at].to_owned() };
        let pair = |at: &usize| format!("{}{blanks}={blanks}{}{blanks}", name(*at), values[*at].1);
        let given: Vec<_> = order.iter().filter(|at| **at != missing).map(pair).collect();
        let parsed = Credentials::parse(&given.join(&commas));
        // The algorithm alone may be left out.
        prop_assert_eq!(parsed.is_some(), missing >= 8);
        for (at, name) in names.iter().enumerate().filter(|_| parsed.is_some()) {
            let mut parsed = Credentials::parse(&given.join(&commas)).unwrap();
            let expected = if at == missing { "" } else { &values[at].0 };
            prop_assert_eq!(parsed.slot(name).map(|value| value.as_str()), Some(expected));
        }
    }
}
