//! The three exports of a plugin, for any [`Vendor`].

use crate::bindings::dialplate::provision::host as imports;
use crate::escape::Escaper;
use crate::file_request::FileRequest;
use crate::heap;
use crate::host::Host;
use crate::library::{self, Folder};
use crate::types::{self, Description, Document, Failure, Instant, Job, Level, Prepared, Table, Template};
use crate::variables::{self, Variables};
use crate::vendor::{RenderedFile, Vendor};
use dialplate_smarty::{self as smarty, php};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// The host that imports this component's functions come from.
struct Imports;

impl Host for Imports {
    fn now(&self) -> Instant {
        imports::now()
    }

    fn contacts(&self) -> Vec<Table> {
        imports::contacts()
    }

    fn extension(&self, number: &str) -> Table {
        imports::extension(number)
    }

    fn server_variables(&self) -> Vec<(String, String)> {
        imports::server_variables()
    }
}

/// The export `describe`: the vendor's description of the plugin.
pub fn describe(vendor: &dyn Vendor) -> Description {
    vendor.describe()
}

/// Warnings about templates that fail once a device reaches a line. The server takes 32 lines of one call.
const REMARKS_LOGGED: usize = 24;

/// The export `prepare`: parses the templates and keeps the result for every request. Returns one outcome per template,
/// in their order; a template that does not parse is a fault of that template, not of the plugin.
///
/// From this call on, panic messages go to the server's log, because a component has no stderr.
pub fn prepare(vendor: &dyn Vendor, mut templates: Vec<Template>) -> Vec<Prepared> {
    heap::begin();
    std::panic::set_hook(Box::new(|panic| imports::log(Level::Error, &panic.to_string())));
    with_served(vendor, |_| ());
    let prepared = library::prepare(&templates, vendor.finish_settings());
    log_remarks(&library::remarks());
    // Zeroed memory takes no space in the snapshot.
    templates.iter_mut().for_each(|template| template.source.fill(0));
    heap::begin();
    heap::make_room();
    prepared
}

fn log_remarks(remarks: &[String]) {
    for remark in remarks.iter().take(REMARKS_LOGGED) {
        imports::log(Level::Warn, remark);
    }
    let more = remarks.len().saturating_sub(REMARKS_LOGGED);
    if more > 0 {
        imports::log(Level::Warn, &format!("{more} more lines of templates are errors once a device reaches them"));
    }
}

thread_local! {
    static SERVED: OnceCell<Vec<types::Vendor>> = const { OnceCell::new() };
}

/// Calls `read` with the vendors of the description. They are computed once, in `prepare`: the whole description is long,
/// and requests need this part only.
fn with_served<R>(vendor: &dyn Vendor, read: impl FnOnce(&[types::Vendor]) -> R) -> R {
    SERVED.with(|served| read(served.get_or_init(|| vendor.describe().vendors)))
}

/// The export `render`: renders one file of one device, from the templates in the job or else from the prepared ones.
///
/// # Errors
/// The folder has no such file, the template is faulty, or a limit of the template language is reached.
pub fn render(vendor: &dyn Vendor, job: Job) -> Result<Document, Failure> {
    let folder = match job.templates.as_slice() {
        [] => library::prepared(&job.folder).unwrap_or_default(),
        sent => Rc::new(Folder::of(sent)),
    };
    with_served(vendor, |served| {
        let places = RefCell::default();
        let document = render_from(&folder, vendor, served, &job, &Imports, Some(&places))?;
        places.take().into_iter().for_each(imports::insert_microtime);
        Ok(document)
    })
}

/// The host takes as many places of one document.
const PLACES_MAX: usize = 100;

/// Where the host inserts the time into a document.
pub(crate) type Places = RefCell<Vec<u32>>;

/// Renders a job from a folder of parsed templates. `served` are the vendors of the plugin's description. Without `places` the
/// document has the time in it.
pub(crate) fn render_from(
    folder: &Folder,
    vendor: &dyn Vendor,
    served: &[types::Vendor],
    job: &Job,
    host: &dyn Host,
    places: Option<&Places>,
) -> Result<Document, Failure> {
    let requested = job.file.as_deref().unwrap_or_default();
    let absent = || Failure::NoSuchFile(format!("{}/{requested}", job.folder));
    let file = if requested.is_empty() { vendor.default_file(&folder.names()).ok_or_else(absent)? } else { requested };
    let variables = Variables::new(job, file, vendor, served, host);
    let request = FileRequest { job, settings: &|name| variables.setting(name), host };
    let Some(template) = folder.get(file) else {
        return vendor.missing_file(file, &request)?.ok_or_else(absent);
    };
    let template = template.as_ref().map_err(|error| failure(error.clone()))?;
    let body = evaluate(template, folder, &variables, (job, host), &Escaper::new(file), places)?;
    let content_type = vendor.content_type(&RenderedFile { vendor: &job.vendor, requested, body: &body }).to_owned();
    let mut document = Document { content_type, file: file.to_owned(), body };
    let unfinished = places.is_some_and(|places| !places.borrow().is_empty()).then(|| document.body.clone());
    vendor.finish(&mut document, &request)?;
    // A place in the body is none in the file that was made of it, such as an encrypted one.
    if unfinished.is_some_and(|body| body != document.body) {
        places.map(RefCell::take);
        return render_from(folder, vendor, served, job, host, None);
    }
    Ok(document)
}

fn evaluate(
    template: &smarty::Template,
    folder: &Folder,
    variables: &Variables<'_>,
    (job, host): (&Job, &dyn Host),
    escaper: &Escaper,
    places: Option<&Places>,
) -> Result<Vec<u8>, Failure> {
    let read = || now(host);
    let clock = php::Clock::new(&read);
    let sent = variables::parameters(job);
    let insert = |name: &str, at: usize| match (places, u32::try_from(at)) {
        (Some(places), Ok(at)) if variables.is_microtime(name) && places.borrow().len() < PLACES_MAX => {
            places.borrow_mut().push(at);
            true
        }
        _ => false,
    };
    let render = smarty::Render {
        templates: folder,
        folder: &job.folder,
        superglobals: smarty::Superglobals { get: sent.clone(), request: sent, ..Default::default() },
        server: &|| variables.server(),
        untrusted: &|value, out, kept| escaper.write(value, out, kept),
        insert: &insert,
        ..smarty::Render::new(variables, &clock)
    };
    template.render(&render).map_err(failure)
}

/// The host's time. Only a template that reads the time or the zone asks for it.
fn now(host: &dyn Host) -> php::Now {
    let Instant { seconds, nanoseconds, zone, tzif } = host.now();
    let zone = jiff::tz::TimeZone::tzif(&zone, &tzif).unwrap_or(jiff::tz::TimeZone::UTC);
    php::Now { seconds, nanoseconds, zone }
}

fn failure(error: smarty::Error) -> Failure {
    match error.kind {
        smarty::ErrorKind::Limit => Failure::Limit(error.to_string()),
        _ => Failure::Template(library::fault(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeHost, job};
    use crate::types::{Setting, Value};

    /// A vendor whose files are reversed if a setting says so.
    struct Acme;

    impl Vendor for Acme {
        fn describe(&self) -> Description {
            let vendors = vec![crate::vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
            Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
        }

        fn finish_settings(&self) -> &'static [&'static str] {
            &["acme_reversed"]
        }

        fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
            if request.is_on("acme_reversed") {
                document.body.reverse();
            }
            Ok(())
        }
    }

    /// The body of a file, and where the host inserts the time into it.
    fn rendered(source: &str, settings: &[(&str, Value)]) -> (String, Vec<u32>) {
        let (file, source) = ("{$mac}.cfg".to_owned(), source.as_bytes().to_vec());
        let folder = Folder::of(&[Template { folder: "acme/a1".into(), file, source }]);
        let setting = |(name, value): &(&str, Value)| Setting { name: (*name).into(), value: value.clone() };
        let job = Job { settings: settings.iter().map(setting).collect(), ..job("acme/a1", "acme", "0015652a3b4c") };
        let places = Places::default();
        let vendors = Acme.describe().vendors;
        let document = render_from(&folder, &Acme, &vendors, &job, &FakeHost::default(), Some(&places));
        (String::from_utf8(document.expect("a document").body).expect("text"), places.take())
    }

    #[test]
    fn time_is_left_to_the_host() {
        assert_eq!(rendered("#{$microtime}\na = {$mac}\n", &[]), ("#\na = 0015652a3b4c\n".to_owned(), vec![1]));
        let many = rendered(&"{$microtime};".repeat(101), &[]);
        assert_eq!((&*many.0, many.1.len()), (&*format!("{}1782907200;", ";".repeat(100)), 100));
    }

    #[test]
    fn time_is_printed_where_the_host_cannot_insert_it() {
        let reversed = [("acme_reversed", Value::Flag(true))];
        assert_eq!(rendered("a ={$microtime}", &reversed), ("0027092871= a".to_owned(), vec![]));
        assert_eq!(rendered("#{$microtime + 1}", &[]), ("#1782907201".to_owned(), vec![]));
        let setting = [("microtime", Value::Text("noon".into()))];
        assert_eq!(rendered("#{$microtime}", &setting), ("#noon".to_owned(), vec![]));
    }
}
