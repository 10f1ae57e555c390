use super::kept::Kept;
use super::*;
use crate::directory::daylight::Season;
use crate::facts::FactsVersion;
use crate::metrics::DocumentCounts;
use crate::plugin::{Document, HostCalls};
use crate::templates::TemplateFile;
use std::sync::Arc;

const MIB: u64 = 1 << 20;

fn texts(source: &str) -> Arc<[TemplateFile]> {
    Arc::from([TemplateFile { folder: "a/b".into(), file: "c".into(), source: source.as_bytes().into() }])
}

fn place(device: &str) -> Place<'_> {
    Place { device, file: Some("a.cfg"), parameters: &[("mac", "d1")] }
}

fn ready(body: impl Into<Vec<u8>>) -> Arc<ReadyDocument> {
    let (content_type, file) = ("text/plain".into(), "a.cfg".into());
    let body = body.into().into();
    Arc::new(Document { content_type, file, body, host_calls: HostCalls::default() }.into())
}

/// What a document depends on, in parts that a test can change.
#[derive(Clone)]
struct Parts {
    facts: FactsVersion,
    vendor: &'static str,
    season: Season,
    component: &'static str,
    texts: Arc<[TemplateFile]>,
}

impl Parts {
    fn new() -> Self {
        let (facts, texts) = (FactsVersion::unused(), texts("x"));
        Self { facts, vendor: "yealink", season: Season { year: 2026, offset_s: 0 }, component: "c1", texts }
    }

    fn basis(&self) -> Basis<'_> {
        let Self { facts, vendor, season, component, texts } = self;
        Basis { facts: *facts, vendor, season: *season, component, texts }
    }
}

fn body(found: Option<Arc<Kept>>) -> Option<Vec<u8>> {
    found.map(|kept| kept.ready.document.body.to_vec())
}

#[test]
fn kept_document_is_found_and_its_bytes_are_shared() {
    let (documents, parts, ready) = (Documents::new(MIB), Parts::new(), ready("one"));
    assert!(documents.find(&place("d1"), &parts.basis()).is_none());
    documents.keep(&place("d1"), &parts.basis(), &ready);
    let found = documents.find(&place("d1"), &parts.basis()).unwrap();
    assert!(std::ptr::eq(found.ready.document.body.as_ptr(), ready.document.body.as_ptr()));
    documents.count(true);
    let DocumentCounts { hits, misses, bytes } = documents.counts();
    assert!((hits, misses) == (1, 0) && bytes > 3, "{bytes}");
}

#[test]
fn document_of_another_place_is_not_found() {
    let (documents, parts) = (Documents::new(MIB), Parts::new());
    documents.keep(&place("d1"), &parts.basis(), &ready("one"));
    let others = [
        place("d2"),
        Place { file: None, ..place("d1") },
        Place { file: Some("b.cfg"), ..place("d1") },
        Place { parameters: &[], ..place("d1") },
        Place { parameters: &[("mac", "d1"), ("contacts", "all")], ..place("d1") },
    ];
    for other in others {
        assert!(documents.find(&other, &parts.basis()).is_none());
    }
    assert!(documents.find(&place("d1"), &parts.basis()).is_some());
}

#[test]
fn document_on_another_basis_is_dropped() {
    let parts = Parts::new();
    let same_text = texts("x");
    let changes = [
        Parts { facts: FactsVersion::unused(), ..parts.clone() },
        Parts { vendor: "polycom", ..parts.clone() },
        Parts { season: Season { year: 2027, offset_s: 0 }, ..parts.clone() },
        Parts { season: Season { year: 2026, offset_s: 3600 }, ..parts.clone() },
        Parts { component: "c2", ..parts.clone() },
        Parts { texts: same_text, ..parts.clone() },
    ];
    for changed in changes {
        let documents = Documents::new(MIB);
        documents.keep(&place("d1"), &parts.basis(), &ready("one"));
        assert!(documents.find(&place("d1"), &changed.basis()).is_none());
        assert_eq!(documents.counts().bytes, 0, "it is freed");
        assert!(documents.find(&place("d1"), &parts.basis()).is_none(), "it does not come back");
    }
}

#[test]
fn replaced_texts_free_the_documents_of_all_devices() {
    let (documents, mut parts, other) = (Documents::new(MIB), Parts::new(), Parts::new());
    (0..100).for_each(|device| documents.keep(&place(&device.to_string()), &parts.basis(), &ready("one")));
    documents.keep(&place("other"), &other.basis(), &ready("other"));
    parts.texts = texts("y");
    assert!(documents.find(&place("1"), &parts.basis()).is_none());
    assert!(documents.counts().bytes < 2_000, "{:?}", documents.counts());
    assert_eq!(body(documents.find(&place("other"), &other.basis())), Some(b"other".to_vec()));
}

#[test]
fn ten_thousand_devices_stay_within_the_bound() {
    let (documents, parts) = (Documents::new(16 * MIB), Parts::new());
    for device in 0..10_000 {
        documents.keep(&place(&device.to_string()), &parts.basis(), &ready(vec![b'x'; 65_000]));
        assert!(documents.counts().bytes <= 16 * MIB, "{:?}", documents.counts());
    }
    assert!(documents.counts().bytes > 8 * MIB, "{:?}", documents.counts());
}

#[test]
fn large_documents_and_long_requests_are_not_kept() {
    let (documents, parts) = (Documents::new(MIB), Parts::new());
    documents.keep(&place("d1"), &parts.basis(), &ready(vec![0; 1 << 17]));
    let value = "y".repeat(3_000);
    let long = Place { parameters: &[("x", &value)], ..place("d2") };
    documents.keep(&long, &parts.basis(), &ready("one"));
    assert_eq!(documents.counts().bytes, 0);
}

#[test]
fn bound_of_zero_keeps_nothing() {
    let (documents, parts) = (Documents::new(0), Parts::new());
    documents.keep(&place("d1"), &parts.basis(), &ready("one"));
    assert!(documents.is_off() && documents.find(&place("d1"), &parts.basis()).is_none());
    assert_eq!(documents.counts(), DocumentCounts::default());
}
