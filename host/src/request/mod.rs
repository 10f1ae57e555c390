//! What a phone asked for, in types, before anything is looked up: the path, the parameters, the host, the file and
//! whatever names the device. This room imports `facts` alone.

mod device;
mod error;
mod file;
mod host;
mod natural;
mod parameters;
mod path;
#[cfg(test)]
mod recorded;
mod secret;
#[cfg(test)]
mod tests;

pub use device::{DeviceIdentifier, UserAgents};
pub use error::RequestError;
pub use natural::UrlForms;
pub use parameters::PARAMETERS_MAX;
pub use secret::Secret;

use axum::http::{HeaderMap, header};
use file::RequestedFile;
use natural::{Form, Natural};
use parameters::Parameters;
use std::net::IpAddr;

/// Path and query together. A natural URL with its query stays far below; servers in front of this one stop at the
/// same length.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// All headers together. FusionPBX's nginx allows as much: four buffers of 8 KiB.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// A form holds the same few parameters as a query.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request as the connection brought it.
pub struct RawRequest<'a> {
    pub method: &'a str,
    /// Path and query, percent-encoding and all.
    pub target: &'a str,
    /// Path and query as the phone sent them, where a trusted proxy rewrote them on the way: digest credentials
    /// are made for these.
    pub original_target: Option<&'a str>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// The phone's own address, with what trusted proxies say already taken into account.
    pub client: IpAddr,
    /// The phone came by https, here or at a trusted proxy.
    pub https: bool,
    /// Which URLs are known.
    pub forms: UrlForms,
}

/// What an arrival turns out to ask for.
pub enum RequestTarget {
    Provision(Box<ProvisionRequest>),
    /// One template file as it stands, for anyone: the path below the template root.
    Static(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Head,
    Post,
}

/// One request for one file of one device. Its parameters may hold passwords, so there is no `Debug`.
pub struct ProvisionRequest {
    method: Method,
    target: String,
    host: String,
    form: Form,
    parameters: Parameters,
    file: RequestedFile,
    user_agent: Option<String>,
    authorization: Option<Secret>,
    client: IpAddr,
    https: bool,
}

impl RequestTarget {
    /// Reads a request.
    ///
    /// # Errors
    /// Everything that makes it no request for provisioning, or one that nobody can answer.
    pub fn parse(arrival: &RawRequest<'_>) -> Result<Self, RequestError> {
        let method = Method::parse(arrival.method)?;
        if arrival.target.len() > TARGET_BYTES_MAX {
            return Err(RequestError::TargetTooLong);
        }
        // With the colon, the blank and the line's end that belong to each.
        let sizes = arrival.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        if sizes.sum::<usize>() > HEADER_BYTES_MAX {
            return Err(RequestError::HeadersTooLarge);
        }
        if arrival.body.len() > BODY_BYTES_MAX {
            return Err(RequestError::BodyTooLong);
        }
        let (path, query) = path::split(arrival.target);
        let stands = match natural::find(&path::decode(path)?, arrival.forms) {
            Some(Natural::Static(template)) => return Ok(Self::Static(template)),
            Some(Natural::Provision(stands)) => stands,
            None => return Err(RequestError::NotProvisioning),
        };
        let form = if method == Method::Post && is_form(arrival.headers) { arrival.body } else { &[] };
        let parameters = Parameters::parse(stands.parameters, query, form)?;
        Ok(Self::Provision(Box::new(ProvisionRequest {
            method,
            target: arrival.original_target.unwrap_or(arrival.target).to_owned(),
            host: host::parse(arrival.headers)?,
            form: stands.form,
            file: RequestedFile::parse(parameters.text("file")),
            parameters,
            user_agent: header_text(arrival.headers, &header::USER_AGENT),
            authorization: header_text(arrival.headers, &header::AUTHORIZATION).map(Secret::new),
            client: arrival.client,
            https: arrival.https,
        })))
    }
}

impl ProvisionRequest {
    pub fn method(&self) -> Method {
        self.method
    }

    /// Path and query as the phone sent them.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The `Host` header's name in lower case, without port and without anything before an `@`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// No rule of FusionPBX's sites has led here: there nginx itself would answer.
    pub fn is_uncovered(&self) -> bool {
        self.form.uncovered
    }

    /// The device's default file answers where it has none of the asked name.
    pub fn takes_default(&self) -> bool {
        self.form.or_default
    }

    /// A picture that may lie below the template roots, for anyone: its path there.
    pub fn picture(&self) -> Option<&str> {
        self.form.picture.as_deref()
    }

    pub fn client(&self) -> IpAddr {
        self.client
    }

    pub fn https(&self) -> bool {
        self.https
    }

    /// `""` when there is none; what is not UTF-8 in it is replaced.
    pub fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or_default()
    }

    /// The file asked for, cleaned; `None` when the request leaves the choice to the vendor.
    ///
    /// # Errors
    /// The name is one that no file can have.
    pub fn file(&self) -> Result<Option<&str>, RequestError> {
        self.file.name()
    }

    /// A template that is asked for as it stands, by its path below the template root, in place of a file made from one.
    pub fn template(&self) -> Option<&str> {
        self.form.template.as_deref()
    }

    /// The name to save the answer under, when the phone asks for an attachment.
    pub fn attachment(&self, address: &str) -> Option<String> {
        let wanted = self.parameters.text("content_type") == Some("application/octet-stream");
        wanted.then(|| file::attachment(self.parameters.text("file").unwrap_or_default(), address))
    }

    /// The `password` parameter.
    pub fn password(&self) -> Option<Secret> {
        self.parameters.text("password").map(Secret::new)
    }

    /// The `secret` parameter, which is for an auth server.
    pub fn secret(&self) -> Option<Secret> {
        self.parameters.text("secret").map(Secret::new)
    }

    /// The `mac` parameter as it came, where it names anything.
    pub fn mac(&self) -> Option<&str> {
        self.parameters.text("mac").filter(|mac| !matches!(*mac, "" | "0"))
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<&Secret> {
        self.authorization.as_ref()
    }

    /// The query's parameters in their order, those of the natural URL first, for templates to read. Passwords are
    /// left out.
    pub fn visible_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.visible()
    }

    /// Which device the request names; `user_agents` knows the vendors' ways of writing an address there.
    pub fn identify_device(&self, user_agents: &impl UserAgents) -> DeviceIdentifier {
        device::find(&self.parameters, self.user_agent(), user_agents)
    }
}

impl Method {
    fn parse(method: &str) -> Result<Self, RequestError> {
        match method {
            "GET" => Ok(Self::Get),
            "HEAD" => Ok(Self::Head),
            "POST" => Ok(Self::Post),
            _ => Err(RequestError::Method),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
        }
    }
}

fn header_text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = header_text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
