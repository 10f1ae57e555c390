use super::*;
use proptest::prelude::*;

const LENGTH: usize = 1_000;
const TAG: &str = "\"tag\"";

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, value.parse().unwrap());
    }
    headers
}

fn get(pairs: &[(HeaderName, &str)]) -> Selection {
    select(&Method::GET, &headers(pairs), TAG, LENGTH)
}

fn range(value: &str) -> Selection {
    get(&[(header::RANGE, value)])
}

#[test]
fn single_range_selects_its_bytes() {
    for (value, part) in [
        ("bytes=0-99", 0..100),
        ("bytes=100-", 100..1_000),
        ("bytes=-50", 950..1_000),
        ("bytes=0-0", 0..1),
        ("bytes=999-", 999..1_000),
        ("bytes=0-999999999", 0..1_000),
        ("bytes=-5000", 0..1_000),
        ("BYTES=0-9", 0..10),
        ("bytes=,0-9 ,", 0..10),
        ("bytes= 0-9", 0..10),
        ("bytes=007-08", 7..9),
        ("bytes=5-99999999999999999999999999", 5..1_000),
    ] {
        assert_eq!(range(value), Selection::Part(part), "{value}");
    }
}

#[test]
fn range_without_a_byte_is_unsatisfiable() {
    for value in ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999999-"] {
        assert_eq!(range(value), Selection::Unsatisfiable, "{value}");
    }
    let nothing = |value: &str| select(&Method::GET, &headers(&[(header::RANGE, value)]), TAG, 0);
    assert_eq!(nothing("bytes=0-"), Selection::Unsatisfiable);
    assert_eq!(nothing("bytes=-1"), Selection::Whole);
}

#[test]
fn malformed_or_multiple_range_is_ignored() {
    for value in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=,",
        "bytes=50-10",
        "bytes=0-9,20-29",
        "bytes=0-9,junk",
        "bytes=abc-def",
        "bytes=10-5x",
        "bytes=+1-2",
        "bytes=1--2",
        "bytes=0x1-2",
        "bytes =0-9",
        "items=0-9",
        "bytes=0-9=",
    ] {
        assert_eq!(range(value), Selection::Whole, "{value}");
    }
    assert_eq!(get(&[(header::RANGE, "bytes=0-9"), (header::RANGE, "bytes=0-9")]), Selection::Whole);
}

#[test]
fn range_of_other_method_is_ignored() {
    let request = headers(&[(header::RANGE, "bytes=0-9")]);
    for method in [Method::HEAD, Method::POST] {
        assert_eq!(select(&method, &request, TAG, LENGTH), Selection::Whole);
    }
}

#[test]
fn matching_tag_gives_not_modified() {
    for value in [TAG, "W/\"tag\"", "*", " * ", "\"x\", \"tag\"", ",\"x\",,W/\"tag\",", "\"a,b\",\"tag\""] {
        assert_eq!(get(&[(header::IF_NONE_MATCH, value)]), Selection::NotModified, "{value}");
    }
    for value in ["", "\"x\"", "tag", "\"tag", "w/\"tag\"", "*, \"x\"", "\"tag\" \"x\"", "\"x\";\"tag\"", "\"ta g\""] {
        assert_eq!(get(&[(header::IF_NONE_MATCH, value)]), Selection::Whole, "{value}");
    }
    let lines = [(header::IF_NONE_MATCH, "\"x\""), (header::IF_NONE_MATCH, TAG)];
    assert_eq!(get(&lines), Selection::NotModified);
    assert_eq!(select(&Method::HEAD, &headers(&lines), TAG, LENGTH), Selection::NotModified);
    assert_eq!(select(&Method::POST, &headers(&lines), TAG, LENGTH), Selection::PreconditionFailed);
}

#[test]
fn conditions_are_evaluated_in_rfc_9110_order() {
    let part = Selection::Part(0..10);
    let (other, range) = ("\"other\"", (header::RANGE, "bytes=0-9"));
    for (pairs, expected) in [
        (vec![(header::IF_MATCH, TAG), range.clone()], part.clone()),
        (vec![(header::IF_MATCH, "*"), range.clone()], part.clone()),
        (vec![(header::IF_MATCH, other), (header::IF_NONE_MATCH, TAG)], Selection::PreconditionFailed),
        (vec![(header::IF_MATCH, "W/\"tag\"")], Selection::PreconditionFailed),
        (vec![(header::IF_NONE_MATCH, TAG), range.clone()], Selection::NotModified),
        (vec![(header::IF_NONE_MATCH, other), range.clone()], part.clone()),
        (vec![(header::IF_RANGE, TAG), range.clone()], part),
        (vec![(header::IF_RANGE, other), range.clone()], Selection::Whole),
        (vec![(header::IF_RANGE, "W/\"tag\""), range.clone()], Selection::Whole),
        (vec![(header::IF_RANGE, "Wed, 01 Jul 2026 12:00:00 GMT"), range.clone()], Selection::Whole),
        (vec![(header::IF_RANGE, TAG), (header::IF_RANGE, TAG), range], Selection::Whole),
        (vec![(header::IF_MODIFIED_SINCE, "Wed, 01 Jul 2099 12:00:00 GMT")], Selection::Whole),
        (vec![(header::IF_UNMODIFIED_SINCE, "Wed, 01 Jul 1998 12:00:00 GMT")], Selection::Whole),
    ] {
        assert_eq!(get(&pairs), expected, "{pairs:?}");
    }
}

/// First and last position of a range, or only one of them.
type Bounds = (Option<u32>, Option<u32>);

/// One element of a range set and its meaning, or `None` if it is not a valid range.
fn element() -> impl Strategy<Value = (String, Option<Bounds>)> {
    let number = || prop_oneof![0..1_200_u32, any::<u32>()];
    prop_oneof![
        (number(), number()).prop_map(|(first, last)| {
            (format!("{first}-{last}"), (first <= last).then_some((Some(first), Some(last))))
        }),
        number().prop_map(|first| (format!("{first}-"), Some((Some(first), None)))),
        number().prop_map(|count| (format!("-{count}"), Some((None, Some(count))))),
        "[!-+./-~]{0,6}".prop_map(|junk| (junk, None)),
    ]
}

/// The model: tests each position for membership in the range.
fn model((first, last): Bounds, length: usize) -> Vec<usize> {
    let (length, all) = (length as u64, 0..length);
    let is_in = |at: u64| match (first, last) {
        (Some(first), last) => at >= first.into() && last.is_none_or(|last| at <= last.into()),
        (None, Some(count)) => at + u64::from(count) >= length,
        (None, None) => false,
    };
    all.filter(|at| is_in(*at as u64)).collect()
}

proptest! {
    #[test]
    fn range_selects_the_bytes_of_the_model(
        elements in prop::collection::vec(element(), 0..3), length in 0..1_100_usize,
    ) {
        let filled: Vec<_> = elements.iter().filter(|(text, _)| !text.is_empty()).collect();
        let set: Vec<_> = elements.iter().map(|(text, _)| text.as_str()).collect();
        let request = headers(&[(header::RANGE, &format!("bytes={}", set.join(" , ")))]);
        let selected = select(&Method::GET, &request, TAG, length);
        match filled.as_slice() {
            [(_, Some(range))] => {
                let bytes = model(*range, length);
                match selected {
                    Selection::Part(part) => prop_assert_eq!(part.collect::<Vec<_>>(), bytes),
                    Selection::Unsatisfiable => prop_assert!(bytes.is_empty()),
                    other => prop_assert!(length == 0 && other == Selection::Whole),
                }
            }
            _ => prop_assert_eq!(selected, Selection::Whole),
        }
    }

    #[test]
    fn list_of_tags_matches_its_elements(
        tags in prop::collection::vec(("[!#-~]{0,5}", any::<bool>()), 0..5), wanted in "[!#-~]{0,5}",
    ) {
        let listed = |(tag, weak): &(String, bool)| format!("{}\"{tag}\"", if *weak { "W/" } else { "" });
        let texts: Vec<_> = tags.iter().map(listed).collect();
        let text = texts.join(" ,\t");
        prop_assert_eq!(parse_tags(&text), Some(texts.iter().map(String::as_str).collect()));
        let request = headers(&[(header::IF_NONE_MATCH, &text)]);
        let tag = format!("\"{wanted}\"");
        let has = tags.iter().any(|(tag, _)| *tag == wanted);
        prop_assert_eq!(select(&Method::GET, &request, &tag, 9) == Selection::NotModified, has);
    }

    #[test]
    fn arbitrary_header_does_not_panic_selection(text in "[ -~\t]{0,60}", length in 0..100_usize) {
        let names = [header::RANGE, header::IF_RANGE, header::IF_MATCH, header::IF_NONE_MATCH];
        let request = headers(&names.map(|name| (name, text.as_str())));
        if let Selection::Part(part) = select(&Method::GET, &request, TAG, length) {
            prop_assert!(part.start < part.end && part.end <= length);
        }
        let _ = (parse(&text).map(|range| range.select(length)), parse_tags(&text));
    }
}
