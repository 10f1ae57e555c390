//! What an operator sees of a device: its facts, and the files that its phone can ask for. Nothing is noted, counted or
//! written.

use super::Walk;
use super::preview::{NoDocument, request};
use crate::directory::Admitted;
use crate::documents::ReadyDocument;
use crate::explain::SettingUse;
use crate::facts::DeviceAddress;
use crate::http::job;
use crate::http::state::AppState;
use crate::http::status::Failure;
use crate::plugin::{JobSettings, Reads};
use crate::request::with_address;
use crate::templates::TemplateFile;

/// A device as its templates see it.
pub struct DeviceView {
    pub device: Admitted,
    /// The template folder that serves; `None` if there is none, and why.
    pub folder: Result<FolderView, NoDocument>,
    /// The settings of the category `provision`, each with the layer that counts.
    pub settings: Vec<SettingUse>,
}

/// The template folder of a device.
pub struct FolderView {
    /// Its name, which may be the domain's own.
    pub name: String,
    /// Where its files are; of two files of one name, that of the later folder counts.
    pub layers: Vec<String>,
    pub files: Vec<FileView>,
}

/// A file that a phone can ask for.
pub struct FileView {
    /// The template file, `{$mac}.cfg`.
    pub template: String,
    /// The name that the phone asks for.
    pub name: String,
}

/// The device of this address, and the files that its phone can ask for.
///
/// # Errors
/// The device gets nothing: it is disabled, for instance.
pub async fn view(app: &AppState, address: &DeviceAddress, host: &str) -> Result<DeviceView, NoDocument> {
    let walk = Walk::new(app);
    let device = walk.operators(address, host).await.map_err(NoDocument::of)?;
    let folder = walk.folder(&device).await.map_err(NoDocument::of);
    let settings = JobSettings { layers: device.settings.clone(), reads: Reads::Every };
    let of_template = |(name, value)| SettingUse::for_template(&settings.layers, name, value);
    let settings = settings.all().into_iter().map(of_template).collect();
    Ok(DeviceView { settings, folder, device })
}

/// The document of a device with another text in place of a template file's. The text is rendered as one of the device's own
/// folder, under the same limits, and stored nowhere.
///
/// # Errors
/// The phone would get no document: the text does not compile, for instance.
pub async fn render_text(
    app: &AppState,
    address: &DeviceAddress,
    host: &str,
    file: &str,
    text: String,
) -> Result<ReadyDocument, NoDocument> {
    Walk::new(app).rendered_text(address, host, file, text).await.map_err(NoDocument::of)
}

impl Walk<'_> {
    async fn folder(&self, device: &Admitted) -> Result<FolderView, Failure> {
        let located = self.located(device).await?;
        let texts = self.texts(&located).await?;
        let file = |text: &TemplateFile| FileView {
            name: with_address(&text.file, device.address.as_str()),
            template: text.file.clone(),
        };
        Ok(FolderView {
            name: located.name.as_str().to_owned(),
            layers: located.layers().iter().map(|path| path.display().to_string()).collect(),
            files: texts.iter().filter(|text| !text.is_shared()).map(file).collect(),
        })
    }

    async fn rendered_text(
        &self,
        address: &DeviceAddress,
        host: &str,
        name: &str,
        text: String,
    ) -> Result<ReadyDocument, Failure> {
        let request = request(address, host, Some(name))?;
        let device = self.operators(address, host).await?;
        let located = self.located(&device).await?;
        let (plugin, _, group) = self.current(&device, located.name.as_str())?;
        let mut templates = self.texts(&located).await?;
        match templates.iter_mut().find(|file| file.file == name) {
            Some(file) => file.source = text.into_bytes().into(),
            None => return Err(Failure::NoTemplate(format!("{}/{name}", located.name.as_str()))),
        }
        let times = self.times(&device);
        let (group, file) = (group.clone(), Some(name.to_owned()));
        let firmware_url = self.app.firmware_url.as_deref();
        let parts = job::Parts { group, file, templates, device: &device, times: &times, firmware_url };
        let job = job::of(&request, parts, plugin, &self.snapshot.plugins)?;
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        let document = plugin.preview(job, self.scope(&request, &device)).await.map_err(failed)?;
        Ok(document.into())
    }
}
