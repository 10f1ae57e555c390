//! The call by which a dial plan binds a phone to a prepared device.

use super::error::RequestError;
use super::parameters::Parameters;
use super::{Secret, is_form, path};
use axum::http::HeaderMap;

/// The path, with and without FusionPBX's folder.
const PATHS: [&str; 2] = ["/app/provision/pin", "/provision/pin"];

/// The parameters of a call, from its form alone: proxies log queries.
pub struct PinCall {
    pub secret: Secret,
    pub pin: Secret,
    /// The phone's address as the dial plan sends it.
    pub mac: String,
    /// The domain of the prepared device; `None` for any.
    pub domain: Option<String>,
}

/// Whether a request target is that of a call.
pub fn is_pin_call(target: &str) -> bool {
    path::decode(path::split(target).0).is_ok_and(|path| PATHS.contains(&path.as_str()))
}

impl PinCall {
    /// # Errors
    /// The form is malformed. Without a form, the parameters are empty.
    pub fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, RequestError> {
        let form = if is_form(headers) { body } else { &[] };
        let parameters = Parameters::parse(Vec::new(), "", form)?;
        let text = |name| parameters.text(name).unwrap_or_default().to_owned();
        let domain = Some(text("domain")).filter(|domain| !domain.is_empty());
        Ok(Self { secret: Secret::new(text("secret")), pin: Secret::new(text("pin")), mac: text("mac"), domain })
    }
}
