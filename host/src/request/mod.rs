//! The phone's request in types, before any lookup: path, parameters, host, file and the device's identifier. This room
//! imports only `facts`.

mod device;
mod error;
mod file;
mod host;
mod login;
mod natural;
mod parameters;
mod path;
mod pin;
#[cfg(test)]
mod recorded;
mod secret;
mod server_variables;
#[cfg(test)]
mod tests;
mod uploads;

pub use device::{DeviceIdentifier, NamedBy, UserAgents};
pub use error::RequestError;
pub use file::with_address;
pub use login::{Login, LoginForm};
pub use natural::{UrlForms, UrlRule};
pub use parameters::{PARAMETERS_MAX, ParameterPlace};
pub use path::decode_form;
pub use pin::{PinCall, is_pin_call};
pub use secret::Secret;
pub use uploads::UploadFile;

use crate::facts::{ClientAddress, PhoneCertificate};
use axum::http::{HeaderMap, header};
use file::RequestedFile;
use natural::{Form, Natural, Stands};
use parameters::Parameters;

/// Path and query together. A natural URL with its query is far shorter, and proxies have the same limit.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// All headers together, the limit of FusionPBX's nginx: four buffers of 8 KiB.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// A form has the same few parameters as a query.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request as received.
pub struct RawRequest<'a> {
    pub method: &'a str,
    /// Path and query, still percent-encoded.
    pub target: &'a str,
    /// Path and query as the phone sent them, if a trusted proxy rewrote them: digest credentials are computed for
    /// these.
    pub original_target: Option<&'a str>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// The phone's address, after evaluating the headers of trusted proxies.
    pub client: ClientAddress,
    /// Whether the phone used https, to this server or to a trusted proxy.
    pub https: bool,
    /// The phone's client certificate.
    pub certificate: PhoneCertificate,
    /// Which URL forms are enabled.
    pub forms: UrlForms,
}

/// The path of a request target, as rules match it.
///
/// # Errors
/// It cannot be decoded, or leads out of the root.
pub fn decoded_path(target: &str) -> Result<String, RequestError> {
    path::decode(path::split(target).0)
}

/// The domain that the `Host` header names.
///
/// # Errors
/// The header is absent, repeated or invalid.
pub fn host_of(headers: &HeaderMap) -> Result<String, RequestError> {
    host::parse(headers)
}

/// The requested resource.
pub enum RequestTarget {
    Provision(Box<ProvisionRequest>),
    /// One unrendered template file that is public: its path below the template root.
    Static(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Head,
    Post,
    /// Only for files that phones send back.
    Put,
}

/// One request for one file of one device. Its parameters may hold passwords, so there is no `Debug`.
pub struct ProvisionRequest {
    method: Method,
    target: String,
    /// Path parameters and query as one query.
    query: String,
    headers: HeaderMap,
    host: String,
    form: Form,
    /// The path names no device.
    is_generic: bool,
    /// The file that phones send back under this URL.
    upload: Option<&'static UploadFile>,
    parameters: Parameters,
    file: RequestedFile,
    user_agent: Option<String>,
    authorization: Option<Secret>,
    client: ClientAddress,
    https: bool,
    certificate: PhoneCertificate,
}

impl RequestTarget {
    /// Reads what a GET with these headers asks for, whoever sends it.
    ///
    /// # Errors
    /// The request is not for provisioning, or is malformed.
    pub fn of_get(target: &str, headers: &HeaderMap, forms: UrlForms) -> Result<Self, RequestError> {
        Self::parse(&RawRequest {
            method: "GET",
            target,
            original_target: None,
            headers,
            body: &[],
            client: ClientAddress::Unknown,
            https: false,
            certificate: PhoneCertificate::Absent,
            forms,
        })
    }

    /// Reads a request.
    ///
    /// # Errors
    /// The request is not for provisioning, or is malformed.
    pub fn parse(arrival: &RawRequest<'_>) -> Result<Self, RequestError> {
        let method = Method::parse(arrival.method)?;
        if arrival.target.len() > TARGET_BYTES_MAX {
            return Err(RequestError::TargetTooLong);
        }
        // Includes the colon, the blank and the line end of each header.
        let sizes = arrival.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        if sizes.sum::<usize>() > HEADER_BYTES_MAX {
            return Err(RequestError::HeadersTooLarge);
        }
        if arrival.body.len() > BODY_BYTES_MAX {
            return Err(RequestError::BodyTooLong);
        }
        let (path, query) = path::split(arrival.target);
        let path = path::decode(path)?;
        // A proxy's rewrite for files that phones request leaves nothing of the name.
        let original = arrival.original_target.and_then(|target| path::decode(path::split(target).0).ok());
        let upload = uploads::find(original.as_deref().unwrap_or(&path));
        if method == Method::Put && upload.is_none() {
            return Err(RequestError::Method);
        }
        let stands = match (natural::find(&path, arrival.forms), &upload) {
            (Some(Natural::Static(template)), _) => return Ok(Self::Static(template)),
            (Some(Natural::Provision(stands)), _) => stands,
            (None, Some(upload)) if upload.file.is_returned || method == Method::Put => {
                Stands::of_upload(upload.address)
            }
            (None, _) => return Err(RequestError::NotProvisioning),
        };
        let is_generic = stands.form.or_default && stands.parameters.iter().all(|(name, _)| *name == "file");
        let form = if method == Method::Post && is_form(arrival.headers) { arrival.body } else { &[] };
        let rewritten = server_variables::rewritten_query(&stands.parameters, query);
        let parameters = Parameters::parse(stands.parameters, query, form)?;
        Ok(Self::Provision(Box::new(ProvisionRequest {
            method,
            target: arrival.original_target.unwrap_or(arrival.target).to_owned(),
            query: rewritten,
            headers: arrival.headers.clone(),
            host: host::parse(arrival.headers)?,
            form: stands.form,
            is_generic,
            upload: upload.map(|path| path.file),
            file: RequestedFile::parse(parameters.text("file")),
            parameters,
            user_agent: header_text(arrival.headers, &header::USER_AGENT),
            authorization: header_text(arrival.headers, &header::AUTHORIZATION).map(Secret::new),
            client: arrival.client,
            https: arrival.https,
            certificate: arrival.certificate,
        })))
    }
}

/// The file that a PUT to this target, as the phone sent it, would store; `None` if phones send no such file.
pub fn put_file(target: &str) -> Option<&'static UploadFile> {
    let path = path::decode(path::split(target).0).ok()?;
    uploads::find(&path).map(|path| path.file)
}

impl ProvisionRequest {
    pub fn method(&self) -> Method {
        self.method
    }

    /// Path and query as the phone sent them.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The host name of the `Host` header in lower case, without port and without user information.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What gave the URL its meaning.
    pub fn rule(&self) -> UrlRule {
        self.form.rule
    }

    /// Whether no rule of FusionPBX's sites covers the URL, so that nginx itself would answer it there.
    pub fn is_uncovered(&self) -> bool {
        self.form.uncovered
    }

    /// Whether the device's default file is the answer if it has no file of the requested name.
    pub fn takes_default(&self) -> bool {
        self.form.or_default
    }

    /// Whether the URL is that of a file of all phones, or of all phones of a model.
    pub fn is_generic(&self) -> bool {
        self.is_generic
    }

    /// The path of a public picture below the template roots.
    pub fn picture(&self) -> Option<&str> {
        self.form.picture.as_deref()
    }

    /// The file that phones send back under this URL.
    pub fn upload(&self) -> Option<&'static UploadFile> {
        self.upload
    }

    /// Whether the URL has no other meaning than a file that phones send back.
    pub fn is_only_upload(&self) -> bool {
        self.form.only_upload
    }

    pub fn client(&self) -> ClientAddress {
        self.client
    }

    pub fn https(&self) -> bool {
        self.https
    }

    /// The phone's client certificate, which `gate/` judges.
    pub fn certificate(&self) -> PhoneCertificate {
        self.certificate
    }

    /// `""` if it is absent; invalid UTF-8 is replaced.
    pub fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or_default()
    }

    /// The requested file name, sanitised; `None` if the plugin chooses the file.
    ///
    /// # Errors
    /// The name is not a possible file name.
    pub fn file(&self) -> Result<Option<&str>, RequestError> {
        self.file.name()
    }

    /// The path below the template root of a template that is requested unrendered.
    pub fn template(&self) -> Option<&str> {
        self.form.template.as_deref()
    }

    /// The attachment's file name, if the phone requests an attachment.
    pub fn attachment(&self, address: &str) -> Option<String> {
        let wanted = self.parameters.text("content_type") == Some("application/octet-stream");
        wanted.then(|| file::attachment(self.parameters.text("file").unwrap_or_default(), address))
    }

    /// The `password` parameter.
    pub fn password(&self) -> Option<Secret> {
        self.parameters.text("password").map(Secret::new)
    }

    /// The `secret` parameter for the auth server.
    pub fn secret(&self) -> Option<Secret> {
        self.parameters.text("secret").map(Secret::new)
    }

    /// The `mac` parameter as received, unless it is empty.
    pub fn mac(&self) -> Option<&str> {
        self.parameters.text("mac").filter(|mac| !matches!(*mac, "" | "0"))
    }

    /// The text by which the request names its device, as the phone sent it; empty if it names none by a parameter.
    pub fn given(&self) -> &str {
        device::given(&self.parameters)
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<&Secret> {
        self.authorization.as_ref()
    }

    /// Whether the request is for the folder itself: it names no file.
    pub fn is_index(&self) -> bool {
        let Form { template, picture, or_default, .. } = &self.form;
        template.is_none() && picture.is_none() && !or_default && matches!(self.file(), Ok(None))
    }

    /// User name and password of a person, by parameters or else by Basic credentials. They count only where the request
    /// names neither a file nor a device.
    pub fn login(&self) -> Option<Login> {
        if !self.is_index() {
            return None;
        }
        let of_parameters = |user: &str| Login {
            user: user.to_owned(),
            password: self.password().unwrap_or_else(|| Secret::new("")),
            form: LoginForm::Parameters,
        };
        let basic = || Login::of_basic(self.authorization()?.expose());
        self.parameters.text("username").map(of_parameters).or_else(basic)
    }

    /// The query parameters for templates, in order, those of the natural URL first, without passwords. Elements of arrays
    /// have names such as `a[k]`.
    pub fn visible_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.visible()
    }

    /// The request as entries of PHP's `$_SERVER`. `QUERY_STRING` may hold passwords.
    pub fn server_variables(&self) -> Vec<(String, String)> {
        let Self { target, query, host, headers, client, https, .. } = self;
        let (method, client, https) = (self.method.as_str(), *client, *https);
        server_variables::Readable { method, target, query, host, client, https, headers }.entries()
    }

    /// The requested device. `user_agents` finds addresses in User-Agents.
    pub fn identify_device(&self, user_agents: &impl UserAgents) -> DeviceIdentifier {
        device::find(&self.parameters, self.user_agent(), user_agents).0
    }

    /// The part of the request that names its device.
    pub fn named_by(&self, user_agents: &impl UserAgents) -> NamedBy {
        device::find(&self.parameters, self.user_agent(), user_agents).1
    }

    /// Where the effective value of a parameter is from; `None` if it is absent.
    pub fn place(&self, parameter: &str) -> Option<ParameterPlace> {
        self.parameters.place(parameter)
    }
}

impl Method {
    /// Whether requests with this method are answered. PUT is answered only for some paths: see [`put_file`].
    pub fn is_answered(method: &str) -> bool {
        Self::parse(method).is_ok_and(|method| method != Self::Put)
    }

    fn parse(method: &str) -> Result<Self, RequestError> {
        match method {
            "GET" => Ok(Self::Get),
            "HEAD" => Ok(Self::Head),
            "POST" => Ok(Self::Post),
            "PUT" => Ok(Self::Put),
            _ => Err(RequestError::Method),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
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
