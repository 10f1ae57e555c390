//! The inputs of one render: its files, its variables, the clock and the limits.

use std::rc::Rc;

use crate::error::Error;
use crate::limits::Limits;
use crate::php::{Array, Clock, Value};
use crate::program::Template;

/// The files that a template may include or extend.
///
/// # Examples
/// ```
/// use std::rc::Rc;
///
/// use dialplate_smarty::php::{Array, Clock};
/// use dialplate_smarty::{Error, Render, Template, Templates};
///
/// /// A folder with one file.
/// struct Folder;
///
/// impl Templates for Folder {
///     fn get(&self, name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
///         match name {
///             b"footer.cfg" => Template::parse("footer.cfg", b"# end").map(Rc::new).map(Some),
///             _ => Ok(None),
///         }
///     }
/// }
///
/// let template = Template::parse("phone.cfg", b"{include file='footer.cfg'}")?;
/// let (variables, clock) = (Array::new(), Clock::stopped(0));
/// let render = Render { templates: &Folder, ..Render::new(&variables, &clock) };
/// assert_eq!(template.render(&render)?, b"# end");
/// # Ok::<(), Error>(())
/// ```
pub trait Templates {
    /// Finds the template `name`: the path relative to the root of the tree, with `./` and `../` resolved, never
    /// absolute. `None` if no such file exists.
    ///
    /// # Errors
    /// The file exists and cannot be parsed.
    fn get(&self, name: &[u8]) -> Result<Option<Rc<Template>>, Error>;
}

/// No files.
impl Templates for () {
    fn get(&self, _name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
        Ok(None)
    }
}

/// The variables that a template starts with.
pub trait Variables {
    /// The value of a variable; `None` if it does not exist. A render asks at most once per name, and only for names
    /// that it reaches.
    fn get(&self, name: &str) -> Option<Value>;
}

/// The entries of an array, by key.
impl Variables for Array {
    fn get(&self, name: &str) -> Option<Value> {
        self.get_str(name.as_bytes()).cloned()
    }
}

/// The superglobals that `{$smarty.get.x}` and the like read: arrays, or null for none.
#[derive(Clone, Debug, Default)]
pub struct Superglobals {
    /// `$_GET`, read as `{$smarty.get}`.
    pub get: Value,
    /// `$_POST`, read as `{$smarty.post}`.
    pub post: Value,
    /// `$_REQUEST`, read as `{$smarty.request}`.
    pub request: Value,
    /// `$_COOKIE`, read as `{$smarty.cookies}`.
    pub cookies: Value,
}

/// Appends an untrusted value to the document, escaped so that it cannot break out of the file's format. The number is
/// how many leading bytes of the document are unchanged since the previous call, so that a scan of them need not be
/// repeated.
pub type Escape<'a> = dyn Fn(&[u8], &mut Vec<u8>, usize) + 'a;

/// Takes over the printing of a variable: it is given the name and the length of the document until there. If it returns
/// true, nothing is printed and the variable is not read. It is asked only about `{$name}` outside of all blocks, where what
/// is printed stays in the document at this place.
pub type Insert<'a> = dyn Fn(&str, usize) -> bool + 'a;

/// All inputs of one render. The same inputs give the same bytes.
pub struct Render<'a> {
    /// The files that the template may include or extend; `&()` for none.
    pub templates: &'a dyn Templates,
    /// The folder below the root of the tree that the names of files are relative to, as Smarty's `template_dir`; empty
    /// for the root. Names that begin with `./` or `../` are relative to the file that has them.
    pub folder: &'a str,
    /// The variables that the template starts with.
    pub variables: &'a dyn Variables,
    /// The superglobals behind `$smarty`.
    pub superglobals: Superglobals,
    /// `$_SERVER`, read as `{$smarty.server}`: called whenever a template reads it, because few do.
    pub server: &'a dyn Fn() -> Value,
    /// The current time.
    pub clock: &'a Clock<'a>,
    /// The limits of the render.
    pub limits: Limits,
    /// Escapes untrusted values for the format of the file.
    pub untrusted: &'a Escape<'a>,
    /// Takes over the printing of variables whose text the caller inserts into the document.
    pub insert: &'a Insert<'a>,
}

impl<'a> Render<'a> {
    /// A render without other files and superglobals, with default limits, that prints untrusted values unescaped.
    #[must_use]
    pub fn new(variables: &'a dyn Variables, clock: &'a Clock<'a>) -> Render<'a> {
        Render {
            templates: &(),
            folder: "",
            variables,
            superglobals: Superglobals::default(),
            server: &|| Value::Null,
            clock,
            limits: Limits::default(),
            untrusted: &|value, out, _| out.extend_from_slice(value),
            insert: &|_, _| false,
        }
    }
}
