//! An explanation in types. Its JSON is an interface: fields are added, and keep their meaning.

use super::change::Comparison;
use super::setting::SettingUse;
use serde::{Deserialize, Serialize};

/// Each decision about one request. It holds no secret.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Explanation {
    pub walker: Walker,
    pub request: RequestPart,
    /// How the request names its device; absent if it is not for provisioning.
    pub device: Option<DevicePart>,
    pub domain: Option<DomainPart>,
    /// The checks of the gate, in their order.
    pub checks: Vec<CheckPart>,
    pub limits: Option<LimitsPart>,
    pub template: Option<TemplatePart>,
    pub plugin: Option<PluginPart>,
    /// The settings that the file reads, by name.
    pub settings: Vec<SettingUse>,
    pub document: Option<DocumentPart>,
    pub result: Outcome,
    /// How the answer differs from that of a line of the journal.
    pub comparison: Option<Comparison>,
    /// What else an operator should know.
    pub remarks: Vec<String>,
    pub duration_ms: f64,
}

/// Which program walked the request, and with whose state.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Walker {
    /// `server` for a running server, whose limits and kept documents count, or `command`.
    pub program: String,
    pub version: String,
    /// When this was, in UTC.
    pub at: String,
}

/// The request as it was read.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RequestPart {
    pub method: String,
    pub path: String,
    /// Name and value of each parameter of URL and query but passwords, those of the path first.
    pub parameters: Vec<(String, String)>,
    pub host: String,
    pub client: String,
    pub https: bool,
    pub user_agent: String,
    /// The scheme of the credentials; none if there are none.
    pub credentials: Option<String>,
    /// What gave the path its meaning; absent if nothing does.
    pub rule: Option<RulePart>,
    /// The requested file; absent if the plugin chooses one.
    pub file: Option<String>,
}

/// What gave a path its meaning.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RulePart {
    /// `page` (FusionPBX's own), `natural`, `template`, `upload` or `static`.
    pub kind: String,
    /// The pattern of a natural URL.
    pub pattern: Option<String>,
    /// The least value of `url_forms` with which the rule counts.
    pub url_forms: Option<String>,
}

/// The device that the request names.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DevicePart {
    pub named_by: NamedPart,
    /// The address that was looked up; absent if there is none.
    pub address: Option<String>,
    /// The extension in place of an address.
    pub extension: Option<String>,
    /// The vendor whose phones have such addresses.
    pub vendor_of_address: Option<String>,
    /// Whether the database has the device for this request.
    pub is_known: bool,
    pub uuid: Option<String>,
    pub vendor: Option<String>,
    pub is_enabled: Option<bool>,
    /// The device whose lines, keys and settings it shows, if that is another one.
    pub shows: Option<String>,
}

/// The part of a request that names the device.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NamedPart {
    /// `parameter`, `user_agent`, `serial_number` or `nothing`.
    pub by: String,
    pub parameter: Option<String>,
    /// `path`, `query` or `body`.
    pub place: Option<String>,
    /// The plugin whose pattern matched the User-Agent.
    pub plugin: Option<String>,
    pub pattern: Option<String>,
}

/// The domain by whose settings the request is judged.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DomainPart {
    pub host: String,
    pub name: Option<String>,
    pub uuid: Option<String>,
    /// `host` if the host names it, `device` if it is the device's, `login` if the user's, or `none`.
    pub found_by: String,
    /// `http_domain_filter`.
    pub filter: Option<SettingUse>,
    /// The address belongs to a device of another domain.
    pub is_taken_elsewhere: bool,
    /// An unknown device is judged by the settings of the domain that demands most.
    pub is_judged_by_strictest: bool,
}

/// One check of the gate.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckPart {
    pub check: String,
    pub verdict: CheckVerdict,
    /// Why the request was refused.
    pub reason: Option<String>,
    /// The settings that the check reads.
    pub settings: Vec<SettingUse>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    NotRequired,
    Passed,
    Refused,
    NotReached,
}

/// How client and device stand with the rate limits.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LimitsPart {
    /// A client on this machine that forwards no address has no limits.
    pub is_exempt: bool,
    /// The phone was provisioned from there before.
    pub is_known: bool,
    pub is_guessing: bool,
    pub counts: Vec<LimitCount>,
    /// The limit that takes the place of the gate's decision.
    pub reached: Option<String>,
}

/// One count. A maximum of 0 is no limit.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LimitCount {
    pub kind: String,
    pub subject: String,
    pub count: u32,
    pub max: u32,
    pub seconds_left: u64,
}

/// The template of the answer.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TemplatePart {
    /// `row`, `stand_in`, `alternate`, `user_agent` or `login`.
    pub named_by: String,
    /// The folder that is named there.
    pub named: String,
    /// The folder that serves, which may be the domain's own.
    pub folder: Option<String>,
    /// `template_dir`.
    pub template_dir: Option<SettingUse>,
    /// Where the folder was found. Of two files of one name, that of the later one counts.
    pub folders: Vec<TemplateFolder>,
    /// The template file, `{$mac}.cfg`.
    pub file: Option<String>,
    /// Its name after the address is filled in.
    pub file_name: Option<String>,
    /// Where the file is.
    pub path: Option<String>,
    /// The SHA-256 of the file's live text.
    pub sha256: Option<String>,
    /// The SHA-256 of all live texts of the folder with their names, as the journal has it.
    pub folder_sha256: Option<String>,
}

/// One folder on disk.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TemplateFolder {
    pub path: String,
    /// `root 1` and so on in the order of the search path, `custom` or `template_dir`.
    pub place: String,
}

/// The plugin that renders.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PluginPart {
    pub name: String,
    pub version: String,
    pub sha256: String,
    pub file: String,
    /// The newest version fails, and the one before it renders.
    pub is_old: bool,
    /// Whether it knows which settings the file reads; else the file gets all of them.
    pub knows_reads: bool,
}

/// The document.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentPart {
    /// `kept`, `rendered`, `picture`, `template` (unrendered), `static` or `uploaded`.
    pub from: String,
    pub content_type: String,
    pub bytes: usize,
    pub sha256: String,
    pub render_ms: Option<f64>,
    /// Whether a new render would give the same: it neither asked for the time nor wrote to the log.
    pub is_repeatable: bool,
}

/// What the phone would get.
#[derive(Clone, Default, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Outcome {
    pub status: u16,
    /// The check of the gate that refused the request, another step, or `admitted`.
    pub decided_by: String,
    /// One word: `sent` for a document, else the kind of failure.
    pub reason: String,
    /// The failure in a sentence.
    pub text: Option<String>,
    pub retry_after_s: Option<u32>,
    /// What a real request would write, such as a device by auto insert.
    pub would_write: Vec<String>,
}
