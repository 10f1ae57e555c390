//! What a well-behaved plugin gets and gives.

use super::*;

#[test]
fn a_prepared_template_is_rendered_from_the_snapshot() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let settings = vec![("x".into(), Value::Text("1".into())), ("y".into(), Value::Null)];
            let document = plugin.render(Job { settings, ..job() }, no_contacts()).await.unwrap();
            assert_eq!((document.content_type.as_str(), document.file.as_str()), ("text/plain", "a.cfg"));
            let body = String::from_utf8(document.body).unwrap();
            assert_eq!(body, "reads x y\naddress 02aabb000001\nx = Value::Text(\"1\")\ny = Value::Null\n");
        },
    );
}

#[test]
fn a_template_that_prepare_has_not_seen_travels_with_the_job() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let mut texts = templates()[..2].to_vec();
            assert!(plugin.prepared("minimal/one", &texts) && !plugin.prepared("other", &texts));
            texts[1].source = b"edited"[..].into();
            assert!(!plugin.prepared("minimal/one", &texts), "what is prepared is another text");
            let templates = vec![template("other", "a.cfg", "new")];
            let body = text(&plugin, Job { folder: "other".into(), templates, ..job() }).await.unwrap();
            assert!(body.starts_with("new\n"), "{body}");
        },
    );
}

#[test]
fn a_file_that_is_not_there_is_told_from_a_failure() {
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
fn what_a_file_reads_is_known_and_faults_are_kept() {
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
fn the_host_answers_for_the_devices_domain() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            let contacts = plugin.render(doing("contact-names"), Arc::new(Contacts(3))).await.unwrap();
            assert_eq!(contacts.body, b"users 2x3\n");
            assert_eq!(text(&plugin, doing("extension 101")).await.unwrap(), "extension 1x1\n");
            assert_eq!(text(&plugin, doing("extension 102")).await.unwrap(), "extension 1x0\n");
        },
    );
}

#[test]
fn a_plugins_own_failures_keep_their_kind() {
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
fn nothing_is_seen_by_the_next_request() {
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
fn more_requests_than_instances_wait_their_turn() {
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
