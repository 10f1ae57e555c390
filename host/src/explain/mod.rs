//! What an operator learns of one request: each decision on its way through the rooms, with its reason. This room holds
//! the question, the explanation in types, and its text; `http` walks the request.

mod change;
mod checks;
mod comparison;
mod question;
mod report;
mod setting;
mod text;

pub use change::{Change, Comparison};
pub use checks::CheckLog;
pub use comparison::compare;
pub use question::{Credentials, InvalidQuestion, Question, Subject};
pub use report::{
    CheckPart, CheckVerdict, DevicePart, DocumentPart, DomainPart, Explanation, LimitCount, LimitsPart, NamedPart,
    Outcome, PluginPart, RequestPart, RulePart, TemplateFolder, TemplatePart, Walker,
};
pub use setting::{SettingUse, settings_of};
pub use text::text;
