//! Edits of rows: domains, devices with their lines and keys, profiles, extensions and settings, as the commands make them. An
//! edit that builds on an older row is refused.

use super::devices::{PAGE_MAX, page_limit};
use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::directory::Window;
use crate::editing::{
    self, Action, Context, ENTITIES, Entity, Kind, Outcome, Part, Password, Request, SavedDevice, Templates, Within,
};
use crate::journal::NewAction;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Values of one edit: more than any kind of row has.
const VALUES_MAX: usize = 100;

/// Kinds of rows that operators edit. Users and contacts stay with the commands.
const EDITED: [Kind; 8] = [
    Kind::Domain,
    Kind::Device,
    Kind::Line,
    Kind::Key,
    Kind::Profile,
    Kind::ProfileKey,
    Kind::Setting,
    Kind::Extension,
];

/// Which rows are meant.
#[derive(Clone, Debug, Default)]
pub struct RowPlace {
    /// `device`, `line` and so on, as the commands are named.
    pub kind: String,
    pub domain: Option<String>,
    /// The address of a device, for its lines, keys and settings.
    pub device: Option<String>,
    /// The name of a profile, for its keys and settings.
    pub profile: Option<String>,
    /// The names of the row.
    pub names: Vec<String>,
    /// The row by its uuid in place of its names.
    pub uuid: Option<String>,
}

/// What to write. It may hold a password, so there is no `Debug`.
#[derive(Default)]
pub struct RowValues {
    /// By the names of the commands' flags.
    pub values: BTreeMap<String, Json>,
    pub password: Option<String>,
}

/// A row, and its version.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct EditedRow {
    /// The columns by FusionPBX's names, and the rows that belong to it.
    #[schema(value_type = Object)]
    pub row: Map<String, Json>,
    /// The version, which is also the header `ETag`.
    pub tag: String,
    /// A password that was generated, shown this once.
    pub generated_password: Option<String>,
    /// What its columns are.
    #[serde(skip)]
    pub entity: &'static Entity,
}

/// Rows of one kind.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct RowPage {
    /// How many rows there are on all pages.
    pub total: u64,
    pub offset: u32,
    /// The columns by FusionPBX's names.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Map<String, Json>>,
    /// What the columns are.
    #[serde(skip)]
    pub entity: &'static Entity,
}

impl Operations {
    /// The rows of a kind in a place: one page of them, or all.
    ///
    /// # Errors
    /// The operator may not see it, there is no such place, or the page is too large.
    pub async fn rows(
        &self,
        principal: &Principal,
        place: RowPlace,
        window: Option<Window>,
    ) -> Result<RowPage, Problem> {
        principal.needs(Scope::Read)?;
        if let Some(Window { limit, .. }) = window {
            page_limit(Some(limit), PAGE_MAX)?;
        }
        let (entity, request) = request(principal, place, Action::List)?;
        let outcome = self.edit(entity, Action::List, &Request { window, ..request }).await?;
        let offset = window.map_or(0, |window| window.offset);
        Ok(RowPage { total: outcome.total, offset, rows: outcome.records, entity: outcome.entity })
    }

    /// What the rows of a place are, without reading them.
    ///
    /// # Errors
    /// As for [`Operations::rows`].
    pub async fn described(&self, principal: &Principal, place: RowPlace) -> Result<&'static Entity, Problem> {
        principal.needs(Scope::Read)?;
        let (entity, request) = request(principal, place, Action::List)?;
        Ok(editing::described(&self.admin.directory, entity, &request).await?)
    }

    /// One row.
    ///
    /// # Errors
    /// The operator may not see it, or there is none.
    pub async fn row(&self, principal: &Principal, place: RowPlace) -> Result<EditedRow, Problem> {
        principal.needs(Scope::Read)?;
        let (entity, request) = request(principal, place, Action::Show)?;
        self.edit(entity, Action::Show, &request).await.map(EditedRow::of)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The operator may not do it, edits are off, or the row cannot be added.
    pub async fn add_row(
        &self,
        principal: &Principal,
        place: RowPlace,
        values: RowValues,
        client: String,
    ) -> Result<EditedRow, Problem> {
        self.change(principal, (place, Action::Add), values, None, client).await
    }

    /// Changes a row, if it still has this version.
    ///
    /// # Errors
    /// The operator may not do it, edits are off, the row has changed, or a value is wrong.
    pub async fn set_row(
        &self,
        principal: &Principal,
        place: RowPlace,
        values: RowValues,
        tag: String,
        client: String,
    ) -> Result<EditedRow, Problem> {
        self.change(principal, (place, Action::Set), values, Some(tag), client).await
    }

    /// Removes a row with what belongs to it, if it still has this version.
    ///
    /// # Errors
    /// The operator may not do it, edits are off, or the row has changed.
    pub async fn remove_row(
        &self,
        principal: &Principal,
        place: RowPlace,
        tag: String,
        client: String,
    ) -> Result<EditedRow, Problem> {
        self.change(principal, (place, Action::Remove), RowValues::default(), Some(tag), client).await
    }

    async fn change(
        &self,
        principal: &Principal,
        (place, action): (RowPlace, Action),
        values: RowValues,
        expected: Option<String>,
        client: String,
    ) -> Result<EditedRow, Problem> {
        self.may_edit_rows(principal).await?;
        let (mut names, given) = (place.names.clone(), written(&values));
        let kind = place.kind.clone();
        let (entity, mut request) = request(principal, place, action)?;
        give(entity, action, values, &mut request)?;
        request.expected = expected;
        let changed = self.edit(entity, action, &request).await;
        if let (true, Ok(outcome)) = (names.is_empty(), &changed) {
            names = outcome.names();
        }
        let word = match action {
            Action::Add => "add",
            Action::Remove => "remove",
            _ => "set",
        };
        let line = NewAction {
            client,
            action: word,
            domain: request.domain.clone().unwrap_or_default(),
            device: request.device.clone(),
            detail: [vec![kind], names, given].concat().join(" "),
            is_done: changed.is_ok(),
            ..NewAction::default()
        };
        self.record(principal, line).await;
        changed.map(EditedRow::of)
    }

    /// Whether an operator may edit rows. FusionPBX's own pages edit its database, unless `console_edit` is on.
    ///
    /// # Errors
    /// He has not the scope, or this is a database of FusionPBX's and `console_edit` is off.
    pub async fn may_edit_rows(&self, principal: &Principal) -> Result<(), Problem> {
        principal.needs(Scope::Edit)?;
        if self.console_edit || self.admin.directory.is_embedded().await? {
            return Ok(());
        }
        Err(Problem::EditsOff)
    }

    async fn edit(&self, entity: &'static Entity, action: Action, request: &Request) -> Result<Outcome, Problem> {
        let is_write = matches!(action, Action::Add | Action::Set);
        let templates = match entity.kind {
            Kind::Device if is_write => self.template_names().await?,
            _ => Templates::default(),
        };
        Ok(editing::run(&self.admin.directory, entity, action, request, &Context { templates }).await?)
    }

    /// The template folders. They are looked for on the disk, and so on a thread of its own.
    pub(super) async fn template_names(&self) -> Result<Templates, Problem> {
        let (path, directory) = (self.admin.snapshot.load().tree.search_path().clone(), self.admin.directory.clone());
        let runtime = tokio::runtime::Handle::current();
        let looking = tokio::task::spawn_blocking(move || runtime.block_on(Templates::find(path, &directory)));
        let looked =
            looking.await.map_err(|_| Problem::Unavailable("the template folders cannot be read".to_owned()))?;
        Ok(looked?)
    }
}

impl From<SavedDevice> for EditedRow {
    fn from(SavedDevice { rows, .. }: SavedDevice) -> Self {
        Self { row: rows.record, tag: rows.tag, generated_password: None, entity: editing::entity(Kind::Device) }
    }
}

impl EditedRow {
    fn of(outcome: Outcome) -> Self {
        let row = outcome.records.into_iter().next().unwrap_or_default();
        let generated_password = outcome.generated.map(|password| password.text.expose().to_owned());
        Self { tag: editing::tag(&row), row, generated_password, entity: outcome.entity }
    }
}

/// What a line of the journal says of the values: their names.
fn written(values: &RowValues) -> Vec<String> {
    let names = values.values.keys().map(|name| format!("--{name}"));
    names.chain(values.password.as_ref().map(|_| "--password".to_owned())).collect()
}

/// The request of an operator. A domain's admin names his domain, and no default setting.
fn request(principal: &Principal, place: RowPlace, action: Action) -> Result<(&'static Entity, Request), Problem> {
    let RowPlace { kind, domain, device, profile, names, uuid } = place;
    let entity = ENTITIES.into_iter().find(|entity| entity.name == kind && EDITED.contains(&entity.kind));
    let entity = entity.ok_or_else(|| Problem::missing("kind of rows", kind))?;
    if let Some(own) = principal.domains.names() {
        // A setting can lead the server to other folders, so it is for operators of all domains.
        if matches!(entity.within, Within::Nothing | Within::Layer) {
            principal.needs_all_domains()?;
        }
        match &domain {
            Some(name) if principal.domains.has(name) => {}
            Some(name) => return Err(Problem::missing("domain", name)),
            None => {
                let own: Vec<_> = own.iter().map(String::as_str).collect();
                return Err(Problem::invalid("domain", format!("name one of {}", own.join(", "))));
            }
        }
    }
    let is_named = action != Action::List && (action == Action::Add || uuid.is_none());
    let wanted = if is_named { entity.names.len() } else { 0 };
    if names.len() != wanted {
        let all: Vec<_> = entity.names.iter().map(|field| field.flag).collect();
        let reason = format!("name {wanted} of {}: {}", entity.name, all.join(", "));
        return Err(Problem::invalid("name", reason));
    }
    let mut request = Request { domain, device, profile, uuid, ..Request::default() };
    for (field, name) in entity.names.iter().zip(&names) {
        let parsed = field.parse_as(field.flag, name)?;
        request.names.push(parsed.ok_or_else(|| Problem::invalid("name", format!("{} is empty", field.flag)))?);
    }
    Ok((entity, request))
}

/// Adds the values of an edit.
fn give(entity: &'static Entity, action: Action, values: RowValues, request: &mut Request) -> Result<(), Problem> {
    let RowValues { values, password } = values;
    if values.len() > VALUES_MAX {
        return Err(Problem::invalid("values", format!("more than {VALUES_MAX}")));
    }
    let extras = entity.extras.iter().filter(|_| action == Action::Add);
    let fields: Vec<_> = entity.fields.iter().chain(extras).collect();
    let mut wrong = Vec::new();
    for (name, value) in values {
        let field = fields.iter().find(|field| field.flag == name).copied();
        let field = field.ok_or_else(|| {
            let known: Vec<_> = fields.iter().map(|field| field.flag).collect();
            Problem::invalid(&name, format!("{} has no such value; it has {}", entity.name, known.join(", ")))
        })?;
        for text in texts(&name, value)? {
            if let Err(error) = request.give(field, &text) {
                wrong.push((field.flag, error));
            }
        }
    }
    match wrong.len() {
        0 => {}
        1 => return Err(wrong.remove(0).1.into()),
        _ => {
            let faults = wrong.into_iter().map(|(flag, error)| error.into_fault(Part::Row, flag));
            return Err(editing::Error::Fields(faults.collect::<Result<_, _>>()?).into());
        }
    }
    if let Some(password) = password {
        if !entity.has_password {
            return Err(Problem::invalid("password", format!("{} has none", entity.name)));
        }
        request.password = Some(Password::given(&password));
    }
    Ok(())
}

/// A value as texts: a list for a flag that may be repeated, null for an empty one.
fn texts(name: &str, value: Json) -> Result<Vec<String>, Problem> {
    match value {
        Json::Array(items) => {
            let texts: Result<Vec<_>, _> = items.into_iter().map(|item| texts(name, item)).collect();
            Ok(texts?.concat())
        }
        Json::Object(_) => Err(Problem::invalid(name, "write a text, a number, true, false or null")),
        value => Ok(vec![editing::text_of_json(&value)]),
    }
}
