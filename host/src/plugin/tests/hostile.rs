//! A wrong or hostile plugin fails alone and in bounded time.

use super::*;
use std::time::{Duration, Instant};

/// After every kind of failure, the next request is served as before.
async fn serves(plugin: &Plugin) {
    assert!(text(plugin, job()).await.is_ok());
}

#[test]
fn endless_loop_ends_at_deadline_and_blocks_no_other() {
    with_minimal(
        |config| config.render_timeout_ms = 2_000,
        async |_, plugin| {
            let start = Instant::now();
            // As many loops as threads, so that another domain is served only if the loops are interrupted.
            let loops: Vec<_> = (0..2)
                .map(|_| {
                    let plugin = Arc::clone(&plugin);
                    tokio::spawn(async move { error(&plugin, "loop").await })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(
                text(&plugin, Job { group: RenderGroup { domain: "b.example".into(), ..job().group }, ..job() })
                    .await
                    .is_ok()
            );
            assert!(start.elapsed() < Duration::from_millis(2_000), "served after {:?}", start.elapsed());
            for looping in loops {
                assert!(matches!(
                    looping.await.unwrap(),
                    RenderError::Timeout { ms: 2_000, name: "render_timeout_ms" }
                ));
            }
            assert!(start.elapsed() < Duration::from_millis(8_000), "{:?}", start.elapsed());
        },
    );
}

#[test]
fn deadline_begins_when_the_render_has_its_turn() {
    with_minimal(
        |config| (config.instances_max, config.render_timeout_ms) = (1, 500),
        async |_, plugin| {
            let (first, second) = (Arc::clone(&plugin), Arc::clone(&plugin));
            let loops = [first, second].map(|plugin| tokio::spawn(async move { error(&plugin, "loop").await }));
            tokio::time::sleep(Duration::from_millis(50)).await;
            let start = Instant::now();
            serves(&plugin).await;
            assert!(start.elapsed() > Duration::from_millis(500), "it waited for two loops: {:?}", start.elapsed());
            for looping in loops {
                assert!(matches!(looping.await.unwrap(), RenderError::Timeout { .. }));
            }
        },
    );
}

#[test]
fn render_beyond_its_memory_limit_fails() {
    with_minimal(
        |config| config.render_memory_bytes_max = 8 << 20,
        async |_, plugin| {
            let RenderError::Memory { bytes, bytes_max, name } = error(&plugin, "eat-memory").await else {
                panic!("memory is not what ended it");
            };
            assert!(bytes > bytes_max && bytes_max < 16 << 20, "{bytes} of {bytes_max}");
            assert_eq!(name, "render_memory_bytes_max");
            serves(&plugin).await;
        },
    );
}

#[test]
fn panic_or_recursion_fails_one_request() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            assert!(matches!(error(&plugin, "panic").await, RenderError::Trap(_)));
            serves(&plugin).await;
            assert!(matches!(error(&plugin, "recurse").await, RenderError::Trap(_)));
            serves(&plugin).await;
        },
    );
}

#[test]
fn document_beyond_its_limit_is_refused() {
    with_minimal(
        |config| config.output_bytes_max = 1 << 20,
        async |_, plugin| {
            assert_eq!(text(&plugin, doing("write 1048576")).await.unwrap().len(), 1 << 20);
            for action in ["write 1048577", "write 33554432"] {
                let error = error(&plugin, action).await;
                assert!(matches!(error, RenderError::Beyond { name: "output_bytes_max" }), "{action}: {error}");
            }
            assert!(matches!(error(&plugin, "header").await, RenderError::Output(_)));
            serves(&plugin).await;
        },
    );
}

#[test]
fn queries_are_limited_and_database_errors_differ() {
    with_minimal(
        |config| (config.questions_max, config.contacts_rows_max) = (5, 100),
        async |_, plugin| {
            assert!(text(&plugin, doing("contacts 5")).await.is_ok());
            assert!(matches!(error(&plugin, "contacts 6").await, RenderError::Beyond { name: "questions_max" }));
            let many = plugin.render(doing("contacts"), contacts(101)).await.map(|_| ());
            assert!(matches!(many, Err(RenderError::Beyond { name: "contacts_rows_max" })));
            let gone = plugin.render(doing("contacts"), contacts(-1)).await.map(|_| ());
            assert!(matches!(&gone, Err(RenderError::Scope(error)) if error.to_string().contains("gone")));
        },
    );
}

/// A database that takes as long for every answer.
struct Slow(Duration);

impl DeviceScope for Slow {
    fn contacts(&self, _: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(Versioned::unkept(Arc::default()))
        })
    }

    fn extension<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>> {
        Box::pin(async { Ok(Versioned::unkept(Table::empty("extension"))) })
    }
}

#[test]
fn endless_questions_and_hanging_database_time_out() {
    with_minimal(
        |config| (config.questions_max, config.render_timeout_ms) = (u32::MAX, 500),
        async |_, plugin| {
            let asking = async |answer| {
                let scope = Arc::new(Slow(answer));
                plugin.render(doing("contacts 1000000"), scope).await.map(|_| ()).unwrap_err()
            };
            let busy = asking(Duration::from_millis(20)).await;
            assert!(matches!(busy, RenderError::Timeout { name: "render_timeout_ms", .. }), "{busy}");
            for answer in [Duration::from_millis(300), Duration::from_secs(60)] {
                let hanging = asking(answer).await;
                assert!(matches!(hanging, RenderError::Scope(_)), "{hanging}");
            }
            serves(&plugin).await;
        },
    );
}

#[test]
fn flood_of_log_lines_does_not_fail_the_render() {
    with_minimal(
        |_| {},
        async |_, plugin| {
            assert!(text(&plugin, doing("log 100000")).await.is_ok());
            assert!(text(&plugin, doing("log-long 60000")).await.is_ok());
        },
    );
}

#[test]
fn failure_in_prepare_refuses_the_plugin_in_bounded_time() {
    let file = guests::built("minimal");
    run(async {
        let engine = engine(|config| {
            (config.prepare_timeout_ms, config.prepare_memory_bytes_max) = (500, 32 << 20);
        });
        for (action, expected) in [
            ("prepare-loops", "did not finish within 500 ms"),
            ("prepare-panics", "crashed"),
            ("prepare-eats-memory", "bytes of memory"),
            ("prepare-asks-contacts", "there is no device"),
            ("prepare-reads-time", "there is no device"),
            ("prepare-inserts-time", "there is no device"),
        ] {
            let start = Instant::now();
            let (set, failures) = load(&engine, from_ref(&file), vec![template("minimal/one", action, "")]).await;
            assert_eq!(set.iter().len(), 0);
            let message = failures[0].to_string();
            assert!(message.contains("`prepare`") && message.contains(expected), "{message}");
            assert!(start.elapsed() < Duration::from_secs(3), "{action} took {:?}", start.elapsed());
        }
    });
}
