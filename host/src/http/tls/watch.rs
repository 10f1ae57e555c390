//! Replaces certificate and key when their files change, and on SIGHUP.

use super::accept::{Tls, load, stamps};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio::time::{Instant, interval};

/// How often the files are looked at. They are loaded when two looks have found the same change, because certificate and
/// key are replaced one after the other.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How often the server warns of a certificate that expires soon.
const WARNING_INTERVAL: Duration = Duration::from_secs(86_400);

impl Tls {
    /// Looks at the files until the process ends.
    pub async fn watch(self: Arc<Self>, mut hangup: Signal) {
        let mut looks = interval(LOOK_INTERVAL);
        let (mut loaded, mut seen, mut warned) = (self.opened.clone(), None, Instant::now());
        loop {
            let is_ordered = tokio::select! {
                _ = looks.tick() => false,
                signal = hangup.recv() => match signal {
                    Some(()) => true,
                    None => pending().await,
                },
            };
            let Some(stamps) = stamps(&self.folder, &self.config).await else { continue };
            let has_changed = loaded.as_ref() != Some(&stamps) && seen.as_ref() == Some(&stamps);
            if is_ordered || has_changed {
                self.reload().await;
                loaded = Some(stamps.clone());
            }
            seen = Some(stamps);
            if warned.elapsed() >= WARNING_INTERVAL {
                warned = Instant::now();
                self.warn_of_expiry();
            }
        }
    }

    async fn reload(&self) {
        match load(&self.folder, &self.config).await {
            Ok(material) => {
                let (file, expires) = (self.config.certificate.display(), material.expires());
                tracing::info!(%file, expires, "TLS certificate reloaded");
                self.current.store(Arc::new(material));
                self.warn_of_expiry();
            }
            Err(error) => tracing::error!(%error, "TLS certificate not reloaded; the old one stays in use"),
        }
    }
}
