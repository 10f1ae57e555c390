//! What operators see and do, in types and without HTTP: the API and the web console show the same. Each function takes the
//! operator who asks, and shows a domain's admin that domain alone.

mod config;
mod device;
mod device_form;
mod devices;
mod edits;
mod fusionpbx;
mod import;
mod journal;
mod known_settings;
mod operations;
mod own_server;
mod plugin_changes;
mod plugin_history;
mod plugins;
mod principal;
mod problem;
mod resync;
mod store;
mod template_compare;
mod templates;
mod tokens;

pub use config::{Config, Fusionpbx, PluginSources};
pub use device::{DeviceDetail, DeviceFile, DeviceTemplate, FileDifference, RenderedFile};
pub use device_form::DeviceForm;
pub use devices::{DevicePage, DeviceSearch, DeviceSummary, FetchSummary, PAGE_DEFAULT, PAGE_MAX, firmware};
pub use edits::{EditedRow, RowPage, RowPlace, RowValues};
pub use fusionpbx::{FusionpbxDifference, FusionpbxRequest, OwnPage};
pub use import::{IMPORT_BYTES_MAX, ImportReport, ImportRequest, ImportedRow};
pub use journal::{ActionPage, JournalPage, JournalSearch};
pub use known_settings::{KnownSetting, known_settings, meaning};
pub use operations::Operations;
pub use plugin_changes::{PluginChange, PluginTurn};
pub use plugin_history::keep_plugin_history;
pub use plugins::{KeptPlugin, PluginLimits, PluginPage, PluginSwapEntry};
pub use principal::{Domains, Forbidden, Principal, Role, Scope, Source, UnknownScope};
pub use problem::Problem;
pub use resync::Notified;
pub use store::{Store, StoreError};
pub use template_compare::{ComparedText, TemplateComparison, TemplateVersion, TemplateVersions, TextPlace};
pub use templates::{
    FaultPlace, Origin, TEXT_BYTES_MAX, TemplateFileSummary, TemplateFolderDetail, TemplateFolderSummary,
    TemplateLayer, TemplateProblemEntry, TemplateText, TemplateTree, Trial,
};
pub use tokens::{InvalidToken, NewToken, PREFIX as TOKEN_PREFIX, Token, TokenError, TokenText};
