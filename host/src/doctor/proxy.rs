//! The proxy before the server: a request through it has to arrive with the client's address.

use super::fetch::{Fetched, fetch};
use super::finding::Finding;
use crate::config::Config;
use crate::http::{self, ArrivedProbe, IssuedProbe, PROBE};
use axum::http::Method;
use std::net::IpAddr;
use url::Url;

const CHECK: &str = "proxy";

pub async fn check(config: &Config, url: Option<&str>, is_running: bool) -> Vec<Finding> {
    let Some(url) = url else {
        if config.listen.ip().is_loopback() {
            let message = "the way of phones through the proxy was not tried";
            return vec![Finding::warning(
                CHECK,
                message,
                "name the URL of phones: `dialplate doctor --url https://…/provision/`",
            )];
        }
        return Vec::new();
    };
    let Some(admin) = config.admin_listen.address().filter(|_| is_running) else {
        let message = "the way of phones was not tried, because no running server can tell what arrives";
        return vec![Finding::warning(CHECK, message, "start the server with an admin endpoint (admin_listen)")];
    };
    let tried = probe(url, &format!("http://{admin}")).await;
    tried.unwrap_or_else(|finding| vec![finding])
}

/// Sends a request that the server recognises, and compares what arrived.
async fn probe(url: &str, admin: &str) -> Result<Vec<Finding>, Finding> {
    let advice = "write for instance https://pbx.example.net/provision/";
    let parsed = Url::parse(url).map_err(|error| Finding::error(CHECK, format!("--url {url}: {error}"), advice))?;
    let host = parsed.host_str().unwrap_or_default().to_owned();
    let asking = |error| Finding::error(CHECK, format!("admin endpoint: {error}"), "see the finding about the server");
    let issued = fetch(Method::POST, &format!("{admin}/probe"), (http::CALLER, "doctor")).await.map_err(asking)?;
    let IssuedProbe { token } = parse(&issued.body).map_err(asking)?;
    let sent = fetch(Method::GET, url, (PROBE, &token)).await.map_err(|error| {
        let advice =
            "check the name, the proxy and its certificate; phones that check certificates fail in the same way";
        Finding::error(CHECK, format!("{url}: {error}"), advice)
    })?;
    let seen = fetch(Method::GET, &format!("{admin}/probe?token={token}"), (http::CALLER, "doctor")).await;
    let seen: Option<ArrivedProbe> = parse(&seen.map_err(asking)?.body).map_err(asking)?;
    let Some(seen) = seen else {
        let Fetched { status, server, .. } = &sent;
        let message = format!("{url} does not lead to this server: {server} answered {status}");
        let advice = "let the proxy pass this URL to `listen`; nginx/ has examples";
        return Err(Finding::error(CHECK, message, advice));
    };
    Ok(compare(&parsed, &host, sent.own_address, &seen))
}

fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|_| "it does not know probes; restart the server after an upgrade".to_owned())
}

/// What differs between the request as it was sent and as it arrived.
fn compare(url: &Url, host: &str, own: Option<IpAddr>, seen: &ArrivedProbe) -> Vec<Finding> {
    let mut findings = vec![address(own, seen)];
    let is_proxied = own.is_none_or(|own| own != seen.peer);
    if url.scheme() == "https" && !seen.https {
        let message = "the request arrived as http, so phones that may use Basic over https alone are refused";
        findings.push(Finding::warning(CHECK, message, "let the proxy set X-Forwarded-Proto"));
    }
    if is_proxied && seen.is_trusted && !seen.has_original_target {
        let message = "the URL before a rewrite does not arrive, so digest logins fail if the proxy rewrites URLs";
        findings.push(Finding::warning(CHECK, message, "let the proxy set X-Original-URI to the phone's URL"));
    }
    let arrived_host = seen.host.split(':').next().unwrap_or_default();
    if !host.eq_ignore_ascii_case(arrived_host) && !host.starts_with('[') {
        let message =
            format!("the request for {host} arrived for {arrived_host}, so the domain is not found by its name");
        findings.push(Finding::warning(CHECK, message, "let the proxy pass on the header Host"));
    }
    findings
}

fn address(own: Option<IpAddr>, seen: &ArrivedProbe) -> Finding {
    let ArrivedProbe { peer, client, is_trusted, .. } = seen;
    let client_is = |address: IpAddr| client.parse() == Ok(address);
    match own {
        Some(own) if client_is(own) => Finding::ok(CHECK, format!("the client's address arrives ({client})")),
        _ if !is_trusted && client_is(*peer) => Finding::error(
            CHECK,
            format!("all phones seem to come from {peer}, so networks and limits do not work"),
            format!("set `trusted_proxies = \"{peer}\"`, if that is your proxy, and restart"),
        ),
        _ if client_is(*peer) => Finding::error(
            CHECK,
            format!("the proxy {peer} does not tell the client's address"),
            "let it set X-Forwarded-For to the client's address; nginx/ has examples",
        ),
        Some(own) => Finding::warning(
            CHECK,
            format!("the request was sent from {own} and arrived as from {client}"),
            "that is right if a NAT is between this machine and the proxy; try it from a phone's network too",
        ),
        None => Finding::ok(CHECK, format!("the request arrived as from {client}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    fn seen(peer: &str, client: &str, is_trusted: bool) -> ArrivedProbe {
        let peer = peer.parse().unwrap();
        ArrivedProbe {
            peer,
            client: client.to_owned(),
            is_trusted,
            https: true,
            has_original_target: true,
            host: "pbx.example.net:443".to_owned(),
        }
    }

    fn found(seen: &ArrivedProbe) -> Vec<(Level, String)> {
        let url = Url::parse("https://pbx.example.net/provision/").unwrap();
        let found = compare(&url, "pbx.example.net", Some("192.0.2.7".parse().unwrap()), seen);
        found
            .into_iter()
            .map(|finding| (finding.level, finding.message + finding.advice.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn client_address_that_arrives_is_in_order() {
        assert_eq!(found(&seen("127.0.0.1", "192.0.2.7", true)).len(), 1);
        assert_eq!(found(&seen("127.0.0.1", "192.0.2.7", true))[0].0, Level::Ok);
    }

    #[test]
    fn proxy_that_hides_the_client_is_named() {
        for (seen, level, words) in [
            (seen("10.0.0.1", "10.0.0.1", false), Level::Error, "trusted_proxies = \"10.0.0.1\""),
            (seen("10.0.0.1", "10.0.0.1", true), Level::Error, "X-Forwarded-For"),
            (seen("10.0.0.1", "198.51.100.1", true), Level::Warning, "NAT"),
        ] {
            let found = found(&seen);
            assert!(found[0].0 == level && found[0].1.contains(words), "{found:?}");
        }
    }

    #[test]
    fn lost_scheme_target_and_host_are_named() {
        let lost = ArrivedProbe {
            https: false,
            has_original_target: false,
            host: "127.0.0.1".to_owned(),
            ..seen("127.0.0.1", "192.0.2.7", true)
        };
        let found = found(&lost);
        for (finding, words) in found[1..].iter().zip(["X-Forwarded-Proto", "X-Original-URI", "header Host"]) {
            assert!(finding.0 == Level::Warning && finding.1.contains(words), "{found:?}");
        }
        assert_eq!(found.len(), 4);
    }
}
