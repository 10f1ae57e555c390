//! The first page: what the server does now, and what is wrong.

use super::chart::{Bar, Chart, milliseconds, rate};
use super::layout::{self, DEVICES, JOURNAL, OVERVIEW, PLUGINS, TEMPLATES};
use super::parts::{cell, link, table};
use super::visit::Visit;
use crate::directory::{LatePhone, Sightings};
use crate::http::Listing;
use crate::metrics::{Moment, Recent};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Most phones fetch daily, some weekly; the rate limits know a phone for as long.
const EXPECTED: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Late phones that are listed.
const LATE_MAX: usize = 20;
/// Reasons that are listed.
const REASONS_MAX: usize = 12;
/// Minutes of a figure of now.
const NOW_MINUTES: usize = 5;

const HOUR: (usize, usize) = (60, 1);
const WHOLE_DAY: (usize, usize) = (24 * 60, 20);

pub async fn get(visit: Visit) -> Response {
    let state = &visit.desk.state;
    let now = state.app.upgrade().map_or_else(Timestamp::now, |app| app.clock.now());
    let ago = |long: SignedDuration| now.checked_sub(long).unwrap_or(Timestamp::MIN);
    let domain = visit.grant.domain.as_deref();
    let phones = state.directory.sightings(domain, ago(DAY), ago(EXPECTED), LATE_MAX).await;
    layout::page(
        &visit,
        OVERVIEW,
        &html! {
            div #now data-refresh="10" {
                @match &phones {
                    Ok(phones) => {
                        ul .tiles {
                            @if visit.sees_server() { (server_tiles(&visit)) }
                            (phone_tiles(phones))
                        }
                        p .good { "The database answers." }
                    }
                    Err(error) => p .error role="alert" { "The database: " (error) },
                }
                (journal_state(&visit))
                @if visit.sees_server() { (traffic(&visit)) }
                @if let Ok(phones) = &phones { (late(&visit, &phones.latest)) }
            }
        },
    )
}

fn tile(number: &str, label: &str, class: &str) -> Markup {
    html! { li { span class={ "number " (class) } { (number) } (label) } }
}

/// A tile that leads to the page where something is wrong.
fn fault_tile(visit: &Visit, count: usize, label: &str, path: &str) -> Markup {
    let class = if count > 0 { "bad" } else { "good" };
    html! { li { span class={ "number " (class) } { (count) } a href=(visit.desk.path(path)) { (label) } } }
}

fn server_tiles(visit: &Visit) -> Markup {
    let metrics = &visit.desk.state.metrics;
    let (now, hour) = (metrics.recent(NOW_MINUTES, NOW_MINUTES).total, metrics.recent(HOUR.0, HOUR.0).total);
    let state = &visit.desk.state;
    let listing = Listing::of(&state.snapshot.load(), &state.reloads.report(), metrics);
    let plugins =
        listing.plugins.iter().filter(|plugin| plugin.because.is_some() || plugin.template_faults > 0).count();
    let refused = listing.refused.iter().filter(|refused| !refused.old_serves).count();
    let most = hour.most_us.map_or_else(|| "–".to_owned(), |us| milliseconds(us as f64 / 1e3));
    html! {
        (tile(&rate(per_second(&now)), "requests, in the last 5 minutes", ""))
        (tile(&most, "99 of 100 requests were faster, in the last hour", ""))
        (tile(&hour.refused.to_string(), "refused requests in the last hour", ""))
        (fault_tile(visit, plugins + refused, "plugins with faults", PLUGINS.path))
        (fault_tile(visit, listing.templates.wrong.len(), "templates with faults", TEMPLATES.path))
    }
}

fn phone_tiles(phones: &Sightings) -> Markup {
    let late = if phones.late > 0 { "warn" } else { "good" };
    html! {
        (tile(&phones.seen.to_string(), &format!("of {} enabled devices fetched in the last day", phones.devices), ""))
        (tile(&phones.late.to_string(), "devices fetched last more than 8 days ago", late))
        (tile(&phones.never.to_string(), "devices never fetched", ""))
    }
}

fn journal_state(visit: &Visit) -> Markup {
    let (state, counts) = (&visit.desk.state, visit.desk.state.journal.counts());
    html! {
        @if state.journal_config.file.is_none() {
            p .quiet { "The journal is off." }
        } @else if counts.failing {
            p .error { "The journal cannot be written; " (counts.lost) " lines are lost." }
        }
    }
}

fn per_second(moment: &Moment) -> f64 {
    moment.requests as f64 / moment.seconds.max(1) as f64
}

fn traffic(visit: &Visit) -> Markup {
    let metrics = &visit.desk.state.metrics;
    let (hour, day) = (metrics.recent(HOUR.0, HOUR.1), metrics.recent(WHOLE_DAY.0, WHOLE_DAY.1));
    html! {
        section aria-label="Traffic" {
            h2 { "Traffic" }
            p .quiet {
                "Requests a second, refused ones in red, and the time within which half (dark) and 99 of 100 requests were \
                 answered. The server counts since its start."
            }
            div .charts {
                (requests("requests-hour", "Requests, last hour", &hour))
                (durations("durations-hour", "Answer time, last hour", &hour))
                (requests("requests-day", "Requests, last day", &day))
                (durations("durations-day", "Answer time, last day", &day))
            }
            h2 { "Refused requests by reason" }
            (reasons(visit, &hour, &day))
        }
    }
}

fn requests(id: &'static str, title: &str, recent: &Recent) -> Markup {
    let bar =
        |moment: &Moment| Bar { value: per_second(moment), part: moment.refused as f64 / moment.seconds.max(1) as f64 };
    Chart { id, title, moments: &recent.moments, bar, part: "bad", shown: rate }.draw()
}

fn durations(id: &'static str, title: &str, recent: &Recent) -> Markup {
    let bar = |moment: &Moment| Bar { value: milliseconds_of(moment.most_us), part: milliseconds_of(moment.half_us) };
    Chart { id, title, moments: &recent.moments, bar, part: "half", shown: milliseconds }.draw()
}

fn milliseconds_of(us: Option<u64>) -> f64 {
    us.unwrap_or_default() as f64 / 1e3
}

fn reasons(visit: &Visit, hour: &Recent, day: &Recent) -> Markup {
    let of_hour = |reason: &str| hour.reasons.iter().find(|(word, _)| *word == reason).map_or(0, |(_, count)| *count);
    let rows = day.reasons.iter().take(REASONS_MAX).map(|(reason, count)| {
        let lines = format!("{}?reason={reason}", visit.desk.path(JOURNAL.path));
        vec![link(&lines, reason), cell(of_hour(reason)), cell(count)]
    });
    let rows: Vec<_> = rows.collect();
    html! {
        @if rows.is_empty() {
            p { "No request was refused in the last day, or since the start of the server." }
        } @else {
            (table("Refused requests by reason", &["Reason", "Last hour", "Last day"], &rows, None))
        }
    }
}

fn late(visit: &Visit, phones: &[LatePhone]) -> Markup {
    let row = |phone: &LatePhone| {
        let path = format!("{}/{}", visit.desk.path(DEVICES.path), phone.uuid);
        vec![link(&path, &phone.address), cell(&phone.label), cell(&phone.domain), cell(&phone.at)]
    };
    let rows: Vec<_> = phones.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            h2 { "Devices that fetched last more than 8 days ago" }
            (table("Late devices", &["Device", "Label", "Domain", "Last fetch"], &rows, None))
        }
    }
}
