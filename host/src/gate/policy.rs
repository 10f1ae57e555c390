//! What the operator of this server lets clients do beyond the settings of their domain.

use super::certificate::ClientCertificates;
use super::digest::Algorithm;
use crate::facts::{DeviceFacts, Network};
use crate::request::ProvisionRequest;

#[derive(Clone)]
pub struct Policy {
    /// The digest algorithms, in the order of the challenge's headers. The server accepts no other.
    pub algorithms: Vec<Algorithm>,
    /// Vendors whose phones cannot do digest. They may use Basic over https where a domain requires digest.
    pub basic_vendors: Vec<String>,
    /// Networks whose clients get the refusal of an unknown device before every other check, as in FusionPBX.
    pub unknown_first: Vec<Network>,
    pub client_certificates: ClientCertificates,
    /// How long a new device needs no credentials; 0 if it always does.
    pub first_contact_minutes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::Md5],
            basic_vendors: Vec::new(),
            unknown_first: Vec::new(),
            client_certificates: ClientCertificates::Off,
            first_contact_minutes: 0,
        }
    }
}

impl Policy {
    /// Whether the client gets the refusal of an unknown device without credentials.
    pub fn refuses_unknown_first(&self, request: &ProvisionRequest) -> bool {
        self.unknown_first.iter().any(|network| request.client().is_in(network))
    }

    /// Whether a challenge for digest offers Basic too. The offer must not show whether the device exists, so it depends
    /// on the request alone. `vendor` is that of the requested address. If the address tells no vendor, the phone may be
    /// one that needs Basic.
    pub(super) fn offers_basic(&self, request: &ProvisionRequest, vendor: Option<&str>) -> bool {
        let may_need_it = || vendor.is_none_or(|vendor| self.names(vendor)) || self.names_agent_of(request);
        request.https() && !self.basic_vendors.is_empty() && may_need_it()
    }

    /// Whether Basic credentials count where digest is required.
    pub(super) fn accepts_basic(
        &self,
        request: &ProvisionRequest,
        vendor: Option<&str>,
        device: Option<&DeviceFacts>,
    ) -> bool {
        let vendor_or_row = vendor.or(device.map(|device| device.vendor.as_str()));
        let needs_it = || vendor_or_row.is_some_and(|vendor| self.names(vendor)) || self.names_agent_of(request);
        self.offers_basic(request, vendor) && needs_it()
    }

    fn names(&self, vendor: &str) -> bool {
        self.basic_vendors.iter().any(|name| name.eq_ignore_ascii_case(vendor))
    }

    fn names_agent_of(&self, request: &ProvisionRequest) -> bool {
        let agent = request.user_agent().to_ascii_lowercase();
        self.basic_vendors.iter().any(|name| agent.contains(&name.to_ascii_lowercase()))
    }
}
