//! The jobs and documents of a well-behaved plugin.

use super::*;
use crate::facts::Layer;

#[test]
fn prepared_template_is_rendered_from_the_snapshot() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let mut layers = Settings::default();
            layers.add_category(
                Layer::Device,
                "provision",
                [("x".into(), Value::Text("1".into())), ("y".into(), Value::Null)],
            );
            let settings = JobSettings { layers, reads: Reads::Every };
            let document = plugin.render(Job { settings, ..job() }, no_contacts()).await.unwrap();
            assert_eq!((document.content_type.as_str(), document.file.as_str()), ("text/plain", "a.cfg"));
            let body = String::from_utf8(document.body.to_vec()).unwrap();
            assert_eq!(body, "reads x y\naddress 02aabb000001\nx = Value::Text(\"1\")\ny = Value::Null\n");
        },
    );
}

#[test]
fn unprepared_template_is_rendered_from_the_job() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let mut texts = templates()[..2].to_vec();
            assert!(plugin.prepared("minimal/one", &texts) && !plugin.prepared("other", &texts));
            texts[1].source = b"edited"[..].into();
            assert!(!plugin.prepared("minimal/one", &texts), "the prepared text is another one");
            let templates = vec![template("other", "a.cfg", "new")];
            let body =
                text(&plugin, Job { group: RenderGroup { folder: "other".into(), ..job().group }, templates, ..job() })
                    .await
                    .unwrap();
            assert!(body.starts_with("new\n"), "{body}");
        },
    );
}

#[test]
fn absent_file_is_no_such_file_and_no_name_gets_first() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let absent = text(&plugin, Job { file: Some("z.cfg".into()), ..job() }).await;
            assert!(matches!(absent, Err(RenderError::NoSuchFile(file)) if file == "z.cfg"));
            let first = text(&plugin, Job { file: None, ..job() }).await;
            assert!(first.unwrap().starts_with("reads x y"));
        },
    );
}

#[test]
fn settings_and_faults_of_files_are_known() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let only = |names: &[&str]| Reads::Only(names.iter().map(|name| (*name).to_owned()).collect());
            assert_eq!(plugin.reads("minimal/one", Some("a.cfg")), only(&["x", "y"]));
            assert_eq!(plugin.reads("minimal/one", None), only(&["x", "y", "z"]));
            assert_eq!(plugin.reads("minimal/one", Some("made-up.cfg")), Reads::Every);
            assert_eq!(plugin.reads("elsewhere", None), Reads::Every);
            let [Faulty { fault, .. }] = plugin.faults() else { panic!("one template is faulty") };
            assert_eq!(fault.to_string(), "minimal/two/c.cfg:1:1: a fault was asked for in `fault here`");
        },
    );
}

#[test]
fn host_functions_return_contacts_and_extensions() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let contacts = plugin.render(doing("contact-names"), contacts(3)).await.unwrap();
            assert_eq!(&contacts.body[..], b"users 2x3\n");
            assert_eq!(text(&plugin, doing("extension 101")).await.unwrap(), "extension 1x1\n");
            assert_eq!(text(&plugin, doing("extension 102")).await.unwrap(), "extension 1x0\n");
        },
    );
}

#[test]
fn document_names_host_functions_that_its_render_called() {
    let answer = FactsVersion::unused();
    let contacts = Asked::Contacts { rows_max: Config::default().contacts_rows_max, answer };
    let cases = [
        ("tables", Some(vec![])),
        ("log 1", None),
        ("time", None),
        ("insert-times a|b", Some(vec![])),
        ("contacts", Some(vec![contacts])),
        // This scope's extensions have no version.
        ("extension 101", None),
        ("request", Some(vec![Asked::request(&[])])),
    ];
    with_minimal(
        |_| {},
        async move |_, plugin| {
            for (action, expected) in cases {
                let document = plugin.render(doing(action), Arc::new(Contacts(0, answer))).await.unwrap();
                assert_eq!(document.host_calls.asked(), expected.as_deref(), "{action}");
            }
        },
    );
}

#[test]
fn time_is_that_of_the_job() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let time = Moment { seconds: 12, nanoseconds: 34, zone: "Europe/Paris", tzif: b"ab" };
            let said = text(&plugin, Job { time, ..doing("time") }).await.unwrap();
            let expected = r#"Instant { seconds: 12, nanoseconds: 34, zone: "Europe/Paris", tzif: [97, 98] }"#;
            assert_eq!(said, expected);
        },
    );
}

#[test]
fn time_of_the_job_is_inserted_where_the_plugin_says() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let time = Moment { seconds: 1_782_907_200, nanoseconds: 500_000_000, zone: "UTC", tzif: b"" };
            let document = plugin.render(Job { time, ..doing("insert-times #|;|") }, no_contacts()).await.unwrap();
            assert_eq!(&document.body[..], b"#1782907200.5;1782907200.5");
            assert!(!document.is_repeatable() && document.host_calls.asked().is_some());
            let many = text(&plugin, doing(&format!("insert-times {}", "|".repeat(101)))).await.unwrap_err();
            assert!(many.to_string().contains("more than 100 times"), "{many}");
        },
    );
}

#[test]
fn document_of_version_0_1_counts_as_depending_on_time() {
    run(async {
        let engine = engine(|_| {});
        let (set, failures) = load(&engine, &[guests::frozen("0.1.0")], templates()).await;
        assert!(failures.is_empty(), "{failures:?}");
        let plugin = set.serving("minimal", "minimal/one").unwrap();
        let document = plugin.render(job(), no_contacts()).await.unwrap();
        assert_eq!(&document.body[..], b"reads x y\naddress 02aabb000001\n");
        assert_eq!(document.host_calls.asked(), None);
    });
}

#[test]
fn failure_returned_by_plugin_keeps_its_kind() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let fault = error(&plugin, "fault").await;
            assert!(matches!(&fault, RenderError::Template(fault) if (fault.line, fault.column) == (3, 7)));
            assert!(matches!(error(&plugin, "limit").await, RenderError::Limit { name } if name == "nesting"));
            assert!(matches!(error(&plugin, "other").await, RenderError::Other(text) if text == "asked to"));
        },
    );
}

#[test]
fn memory_of_a_request_is_gone_for_the_next() {
    with_minimal(
        |config| config.instances_max = 1,
        async |_, plugin| {
            for _ in 0..10 {
                assert_eq!(text(&plugin, doing("count")).await.unwrap(), "0");
            }
            let _ = error(&plugin, "panic").await;
            assert_eq!(text(&plugin, doing("count")).await.unwrap(), "0");
        },
    );
}

#[test]
fn more_requests_than_instances_are_all_served() {
    with_minimal(
        |config| config.instances_max = 2,
        async |_, plugin| {
            let tasks: Vec<_> = (0..50)
                .map(|_| {
                    let plugin = Arc::clone(&plugin);
                    tokio::spawn(async move { text(&plugin, job()).await.is_ok() })
                })
                .collect();
            for task in tasks {
                assert!(task.await.unwrap());
            }
        },
    );
}
