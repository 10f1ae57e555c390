//! A plugin that fails too often in a row for a template folder and domain: it is retried less often for these, and its
//! last good version serves meanwhile.

use super::*;
use std::time::Duration;

/// A template that `minimal` answers for; `extra` makes the snapshot another one.
fn set_of(extra: &str) -> Vec<TemplateFile> {
    vec![template("minimal/one", "a.cfg", &format!("reads x {extra}"))]
}

async fn load_after(engine: &Engine, file: &Path, extra: &str, previous: Option<&Plugins>) -> Plugins {
    let share = |_: &Share<'_>| set_of(extra);
    let (set, failures) = Plugins::load(engine, from_ref(&file.to_owned()), &share, previous).await;
    assert!(failures.is_empty(), "{failures:?}");
    set
}

fn newest(set: &Plugins) -> &Arc<Plugin> {
    set.serving("minimal", "").unwrap()
}

fn device() -> DeviceAddress {
    job().address
}

async fn break_down(plugin: &Plugin) {
    while !plugin.health().is_failing() {
        error(plugin, "panic").await;
    }
}

#[test]
fn last_good_version_serves_until_new_one_heals() {
    let file = guests::built("minimal");
    run(async {
        let engine = engine(|config| config.failures_max = 3);
        let first = load_after(&engine, &file, "first", None).await;
        assert!(text(newest(&first), job()).await.is_ok());
        let second = load_after(&engine, &file, "second", Some(&first)).await;
        let new = newest(&second);
        assert!(Arc::ptr_eq(second.old(new).unwrap(), newest(&first)));
        assert!(
            Arc::ptr_eq(second.choose(new, &job().group, &device()).unwrap().plugin, new),
            "the newest serves while it can"
        );

        break_down(new).await;
        assert_eq!(new.health().failures_in_row, 3);
        let choice = second.choose(new, &job().group, &device()).unwrap();
        assert!(text(choice.plugin, job()).await.unwrap().starts_with("reads x first"));
        assert!(choice.failing.is_none(), "not before the time of the retry");

        // At the time of the retry, the server tries it in addition to the old one, and it recovers.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let choice = second.choose(new, &job().group, &device()).unwrap();
        assert!(Arc::ptr_eq(choice.plugin, newest(&first)), "no phone gets the document of the failing version");
        Arc::clone(choice.failing.unwrap()).try_again(job(), no_contacts());
        while new.health().is_failing() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(Arc::ptr_eq(second.choose(new, &job().group, &device()).unwrap().plugin, new));
    });
}

#[test]
fn failing_plugin_without_old_version_refuses_until_retry() {
    with_minimal(
        |config| config.failures_max = 2,
        async |engine, _| {
            let set = load_after(&engine, &guests::built("minimal"), "only", None).await;
            break_down(newest(&set)).await;
            let refused = set.choose(newest(&set), &job().group, &device()).err();
            assert!(matches!(refused, Some(RenderError::Failing { retry_after_s: 1..=3 })), "{refused:?}");
            for group in [
                RenderGroup { folder: "minimal/two".into(), ..job().group },
                RenderGroup { domain: "b".into(), ..job().group },
            ] {
                assert!(set.choose(newest(&set), &group, &device()).is_ok(), "{group} is served");
            }
            let other = DeviceAddress::parse("02aabb000002").unwrap();
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            assert!(
                set.choose(newest(&set), &job().group, &other).is_ok(),
                "a request of another device is the next retry"
            );
            assert!(text(newest(&set), job()).await.is_ok());
            assert!(set.choose(newest(&set), &job().group, &device()).is_ok());
        },
    );
}

#[test]
fn only_one_old_version_is_kept() {
    let file = guests::built("minimal");
    run(async {
        let engine = engine(|_| {});
        let mut set = load_after(&engine, &file, "0", None).await;
        let mut gone = Vec::new();
        for version in 1..5 {
            text(newest(&set), job()).await.unwrap();
            gone.push(Arc::downgrade(newest(&set)));
            set = load_after(&engine, &file, &version.to_string(), Some(&set)).await;
        }
        let kept: Vec<_> = gone.iter().map(|old| old.strong_count() > 0).collect();
        assert_eq!(kept, [false, false, false, true]);
    });
}

#[test]
fn failed_version_is_no_fallback() {
    let file = guests::built("minimal");
    run(async {
        let engine = engine(|_| {});
        let good = load_after(&engine, &file, "good", None).await;
        text(newest(&good), job()).await.unwrap();
        let bad = load_after(&engine, &file, "bad", Some(&good)).await;
        break_down(newest(&bad)).await;
        let third = load_after(&engine, &file, "third", Some(&bad)).await;
        assert!(Arc::ptr_eq(third.old(newest(&third)).unwrap(), newest(&good)));
    });
}
