//! Refuses without a look at the device where the domain refuses every device alike.
//!
//! A refusal that waits for a lookup of the device takes longer for an existing one, and in a burst of requests the
//! differences add up. So where a domain has refused before, its own facts are read first, and the device only if the
//! request passes by them. To keep requests that pass at two statements, the request is judged by the remembered facts
//! before anything is read.

use super::Walk;
use crate::facts::RequestFacts;
use crate::gate::{self, Refusal};
use crate::http::status::Failure;
use crate::request::ProvisionRequest;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Domains that are remembered: those of a large system. Beyond that, the memory starts anew.
const DOMAINS_MAX: usize = 1_024;

/// The facts of domains that have refused requests, by the name of the host. All hosts that are no domains share one
/// place, so that a client cannot fill the memory.
#[derive(Default)]
pub struct ClosedDomains(Mutex<HashMap<String, Arc<RequestFacts>>>);

impl ClosedDomains {
    fn get(&self, host: &str) -> Option<Arc<RequestFacts>> {
        let domains = self.lock();
        domains.get(host).or_else(|| domains.get("")).cloned()
    }

    fn remember(&self, facts: RequestFacts) {
        let name = facts.domain.as_ref().map(|domain| domain.name.clone()).unwrap_or_default();
        let mut domains = self.lock();
        if domains.len() >= DOMAINS_MAX {
            domains.clear();
        }
        domains.insert(name, Arc::new(facts));
    }

    /// A poisoned lock is safe to use: no code panics between two changes of the table.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<RequestFacts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Walk<'_> {
    /// The domain's refusal of this request, whatever its device. `None` if the device's facts decide.
    pub(super) async fn refused_by_domain(
        &self,
        request: &ProvisionRequest,
        vendor: Option<&str>,
        now: u64,
    ) -> Result<Option<Refusal>, Failure> {
        let (app, keeper) = (self.app, &self.app.keeper);
        // The auth server is asked before the credentials are checked, and about the device.
        if app.auth_server.is_some() || keeper.policy().looks_at_device(request, vendor) {
            return Ok(None);
        }
        let check = |facts: &RequestFacts| gate::precheck(request, facts, keeper, vendor, now);
        if app.closed.get(request.host()).is_none_or(|facts| check(&facts).is_ok()) {
            return Ok(None);
        }
        let Some(facts) = app.directory.find_host(request.host()).await? else { return Ok(None) };
        let refusal = check(&facts).err();
        app.closed.remember(facts);
        Ok(refusal)
    }

    /// Notes that the domain refused a request after its device was looked up, which the next one is spared.
    pub(super) async fn note_closed(&self, request: &ProvisionRequest, refusal: &Refusal) {
        if refusal.is_of_domain() && self.app.auth_server.is_none() {
            // If the database fails now, the next refusal notes it.
            if let Ok(Some(facts)) = self.app.directory.find_host(request.host()).await {
                self.app.closed.remember(facts);
            }
        }
    }
}
