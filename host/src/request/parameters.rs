//! Parameters by PHP's rules: the body precedes the query, and the last value of a name counts.

use super::error::RequestError;
use super::path::decode_form;

/// Phones send a handful. PHP stops at 1,000.
pub const PARAMETERS_MAX: usize = 200;

/// Parameters that must have one value each because decisions depend on them. `password` is not among them: an array
/// counts as no password.
const SINGLE: [&str; 6] = ["mac", "address", "name", "ext", "file", "content_type"];

/// Parameters that are hidden from templates.
const HIDDEN: [&str; 2] = ["password", "secret"];

/// The parameters of one request. They may hold passwords, so there is no `Debug`.
pub struct Parameters {
    /// Those of the path come first.
    query: Vec<Parameter>,
    of_path: usize,
    body: Vec<Parameter>,
}

/// The part of a request that gave a parameter its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParameterPlace {
    Path,
    Query,
    Body,
}

struct Parameter {
    name: String,
    /// The whole name of an element of an array (`name[]=…`): no parameter of FusionPBX's is one.
    element: Option<String>,
    value: String,
}

impl Parameters {
    /// `natural` are the parameters of the natural URL. The phone's own query follows and takes precedence.
    ///
    /// # Errors
    /// Too many parameters, or an array where one value is needed.
    pub fn parse(natural: Vec<(&'static str, String)>, query: &str, body: &[u8]) -> Result<Self, RequestError> {
        let of_path = natural.len();
        let natural =
            natural.into_iter().map(|(name, value)| Parameter { name: name.to_owned(), element: None, value });
        let query: Vec<_> = natural.chain(parse_form(query.as_bytes())).take(PARAMETERS_MAX + 1).collect();
        let body: Vec<_> = parse_form(body).take(PARAMETERS_MAX + 1).collect();
        if query.len() + body.len() > PARAMETERS_MAX {
            return Err(RequestError::TooManyParameters);
        }
        let parameters = Self { query, of_path, body };
        match SINGLE.into_iter().find(|name| parameters.last(name).is_some_and(|last| last.element.is_some())) {
            Some(name) => Err(RequestError::ArrayParameter(name)),
            None => Ok(parameters),
        }
    }

    fn last(&self, name: &str) -> Option<&Parameter> {
        self.query.iter().chain(&self.body).rev().find(|parameter| parameter.name == name)
    }

    /// The effective value of a name; `None` if it is absent or an array.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.last(name).filter(|last| last.element.is_none()).map(|last| last.value.as_str())
    }

    /// Where the effective value of a name is from; `None` if it is absent.
    pub fn place(&self, name: &str) -> Option<ParameterPlace> {
        let is_named = |parameter: &Parameter| parameter.name == name;
        if self.body.iter().any(is_named) {
            return Some(ParameterPlace::Body);
        }
        let at = self.query.iter().rposition(is_named)?;
        Some(if at < self.of_path { ParameterPlace::Path } else { ParameterPlace::Query })
    }

    /// The query's parameters for templates, in order. Templates get arrays, which PHP's rules make of whole names.
    pub fn visible(&self) -> impl Iterator<Item = (&str, &str)> {
        let shown = self.query.iter().filter(|parameter| !HIDDEN.contains(&parameter.name.as_str()));
        shown.map(|it| (it.element.as_deref().unwrap_or(&it.name), it.value.as_str()))
    }
}

fn parse_form(form: &[u8]) -> impl Iterator<Item = Parameter> {
    form.split(|byte| *byte == b'&').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
        let whole = decode_form(name);
        let (name, is_array) = variable_name(&whole)?;
        Some(Parameter { name, element: is_array.then(|| whole.into_owned()), value: decode_form(value).into_owned() })
    })
}

/// The variable that PHP makes of a parameter's name, and whether it is an array: leading spaces are
/// removed, other spaces and dots become `_`, a NUL ends the name, and a closed `[` begins the name of an element.
fn variable_name(name: &str) -> Option<(String, bool)> {
    let name = name.split('\0').next().unwrap_or_default().trim_start_matches(' ');
    let bracket = name.find('[').filter(|at| *at > 0);
    let is_array = bracket.is_some_and(|at| name[at..].contains(']'));
    let base = bracket.filter(|_| is_array).map_or(name, |at| &name[..at]);
    if base.is_empty() {
        return None;
    }
    let unwanted: &[char] = if is_array { &[' ', '.'] } else { &[' ', '.', '['] };
    Some((base.replace(unwanted, "_"), is_array))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(query: &str, body: &str) -> Parameters {
        Parameters::parse(Vec::new(), query, body.as_bytes()).ok().unwrap()
    }

    #[test]
    fn last_value_of_a_name_wins() {
        assert_eq!(parse("file=&mac=a&file=sip.cfg", "").text("file"), Some("sip.cfg"));
        assert_eq!(parse("mac=a&mac=", "").text("mac"), Some(""));
        assert_eq!(parse("mac", "").text("mac"), Some(""));
        assert_eq!(parse("", "").text("mac"), None);
    }

    #[test]
    fn body_precedes_query_and_query_precedes_path() {
        assert_eq!(parse("mac=query", "mac=body").text("mac"), Some("body"));
        let natural = vec![("mac", "path".to_owned()), ("file", "x".to_owned())];
        let parameters = Parameters::parse(natural, "mac=query", b"").ok().unwrap();
        assert_eq!(parameters.text("mac"), Some("query"));
        assert_eq!(parameters.text("file"), Some("x"));
        let places = ["mac", "file", "name"].map(|name| parameters.place(name));
        assert_eq!(places, [Some(ParameterPlace::Query), Some(ParameterPlace::Path), None]);
        assert_eq!(parse("mac=query", "mac=body").place("mac"), Some(ParameterPlace::Body));
    }

    #[test]
    fn values_are_decoded_and_raw_braces_are_themselves() {
        assert_eq!(parse("file=%7B%24mac%7D.cfg", "").text("file"), Some("{$mac}.cfg"));
        assert_eq!(parse("file=SIP{$mac}.cnf", "").text("file"), Some("SIP{$mac}.cnf"));
        assert_eq!(parse("mac=a+b%2Bc", "").text("mac"), Some("a b+c"));
        assert_eq!(parse("a=b=c", "").text("a"), Some("b=c"));
        assert_eq!(parse("%6dac=1", "").text("mac"), Some("1"));
    }

    #[test]
    fn names_become_what_php_makes_of_them() {
        for (query, name) in
            [("content.type=x", "content_type"), ("  mac=x", "mac"), ("a[b=x", "a_b"), ("[a]=x", "_a]")]
        {
            assert_eq!(parse(query, "").text(name), Some("x"), "{query}");
        }
        assert_eq!(parse("=x&&", "").visible().count(), 0);
    }

    #[test]
    fn array_where_one_value_is_needed_is_refused() {
        for (query, name) in [("mac[]=x", "mac"), ("file[0]=x", "file"), ("mac=x&mac[a][b]=y", "mac")] {
            let error = Parameters::parse(Vec::new(), query, b"").err();
            assert_eq!(error, Some(RequestError::ArrayParameter(name)), "{query}");
        }
        assert_eq!(parse("mac[]=x&mac=y", "").text("mac"), Some("y"));
    }

    #[test]
    fn password_array_counts_as_no_password() {
        assert_eq!(parse("password[]=x", "").text("password"), None);
        assert_eq!(parse("password=x&password[]=x", "").text("password"), None);
    }

    #[test]
    fn templates_see_the_query_without_passwords() {
        let parameters = parse("contacts=all&password=x&secret=y&a[]=1", "contacts=users");
        assert_eq!(parameters.visible().collect::<Vec<_>>(), [("contacts", "all"), ("a[]", "1")]);
        assert_eq!(parse("password[]=x&secret[a]=y", "").visible().count(), 0);
    }

    #[test]
    fn number_of_parameters_is_limited() {
        let query = "a=1&".repeat(PARAMETERS_MAX);
        assert!(Parameters::parse(Vec::new(), &query, b"").is_ok());
        assert_eq!(Parameters::parse(Vec::new(), &query, b"b=1").err(), Some(RequestError::TooManyParameters));
    }

    /// A text as a client may encode it: each byte percent-encoded, or unchanged where that is allowed.
    fn encoded(text: String) -> impl Strategy<Value = (String, String)> {
        let bytes = prop::collection::vec(any::<bool>(), text.len());
        bytes.prop_map(move |raw| {
            let one = |(byte, raw): (u8, bool)| match byte {
                b' ' if raw => "+".to_owned(),
                byte if raw && byte.is_ascii_graphic() && !b"&=+%#[".contains(&byte) => char::from(byte).to_string(),
                byte => format!("%{byte:02x}"),
            };
            (text.clone(), text.bytes().zip(raw).map(one).collect())
        })
    }

    proptest! {
        #[test]
        fn encoded_pairs_are_decoded_and_last_of_a_name_wins(
            pairs in prop::collection::vec(("[a-c]", "\\PC{0,6}".prop_flat_map(encoded)), 0..8), split in 0..9_usize,
        ) {
            let texts: Vec<_> = pairs.iter().map(|(name, (_, encoded))| format!("{name}={encoded}")).collect();
            let (query, body) = texts.split_at(split.min(texts.len()));
            let parameters = parse(&query.join("&"), &body.join("&&"));
            for name in ["a", "b", "c"] {
                let last = pairs.iter().rev().find(|(of, _)| of == name).map(|(_, (text, _))| text.as_str());
                prop_assert_eq!(parameters.text(name), last);
            }
            prop_assert_eq!(parameters.visible().count(), query.len());
        }

        #[test]
        fn arbitrary_form_does_not_panic(query in "[ -~]{0,60}", body in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(parameters) = Parameters::parse(Vec::new(), &query, &body) {
                prop_assert!(SINGLE.iter().all(|name| parameters.last(name).is_none_or(|last| last.element.is_none())));
            }
        }
    }
}
