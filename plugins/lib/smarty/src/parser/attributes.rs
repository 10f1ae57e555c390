//! Attributes of tags: `name=value`, values without a name, and flags.

use super::special::is_name;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::php::Value;
use crate::program::ExprId;

/// Attributes as the template writes them.
pub(super) type AttributeList = Vec<Attribute>;

pub(super) struct Attribute {
    /// `None` for a value without a name.
    pub name: Option<String>,
    pub value: ExprId,
    /// The word, if the value is a bare word; otherwise `true` and the like are constants.
    pub word: Option<String>,
}

/// The attributes that a tag takes.
pub(super) struct AttributeSpec {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    /// The names of values that are written without one, by position.
    pub shorthand: &'static [&'static str],
    pub flags: &'static [&'static str],
    /// The tag also takes any other attribute.
    pub any: bool,
}

impl AttributeSpec {
    /// A tag without attributes except `nocache`.
    pub(super) const NONE: AttributeSpec =
        AttributeSpec { required: &[], optional: &[], shorthand: &[], flags: &["nocache"], any: false };
}

/// Attributes by name, in the order of each name's first use.
#[derive(Default)]
pub(super) struct Attributes {
    values: Vec<(String, ExprId)>,
    flags: Vec<&'static str>,
}

impl Parser<'_> {
    pub(super) fn attributes(&mut self) -> ParseResult<AttributeList> {
        let mut attributes = Vec::new();
        loop {
            match self.kind() {
                Kind::Attr => attributes.push(self.named_attribute()?),
                Kind::Space => attributes.push(self.unnamed_attribute()?),
                _ => return Ok(attributes),
            }
        }
    }

    fn named_attribute(&mut self) -> ParseResult<Attribute> {
        let token = self.next();
        let text = self.slice(token).trim_ascii();
        let name = text.strip_suffix(b"=").unwrap_or(text).trim_ascii();
        let name = String::from_utf8_lossy(name).into_owned();
        let word = self.lone_word();
        let value = self.expression()?;
        Ok(Attribute { name: Some(name), value, word })
    }

    fn unnamed_attribute(&mut self) -> ParseResult<Attribute> {
        self.next();
        // A number with a value is a parameter by position.
        if self.kind() == Kind::Integer && self.peek(1) == Kind::Equal {
            let token = self.next();
            let name = String::from_utf8_lossy(self.slice(token)).into_owned();
            self.next();
            let value = self.expression()?;
            return Ok(Attribute { name: Some(name), value, word: None });
        }
        if let Some(word) = self.lone_word() {
            // A bare word is not a constant here, not even `true`.
            self.next();
            let value = self.b.string(word.as_bytes());
            return Ok(Attribute { name: None, value, word: Some(word) });
        }
        let value = self.expression()?;
        Ok(Attribute { name: None, value, word: None })
    }

    /// The word at the cursor, if it is the whole value.
    fn lone_word(&self) -> Option<String> {
        let last = matches!(self.peek(1), Kind::Space | Kind::Attr | Kind::Rdel);
        let token = self.tokens.get(self.at).filter(|token| token.kind == Kind::Id && last)?;
        Some(String::from_utf8_lossy(self.slice(*token)).into_owned())
    }

    /// Checks the written attributes against the spec of the tag.
    pub(super) fn sorted(&self, written: &AttributeList, spec: &AttributeSpec) -> ParseResult<Attributes> {
        let mut sorted = Attributes::default();
        for (position, attribute) in written.iter().enumerate() {
            match &attribute.name {
                Some(name) => self.sort_named(&mut sorted, name, attribute, spec)?,
                None => self.sort_unnamed(&mut sorted, position, attribute, spec)?,
            }
        }
        if let Some(missing) = spec.required.iter().find(|name| sorted.get(name).is_none()) {
            return Err(Problem::syntax(format!("missing attribute \"{missing}\"")));
        }
        if spec.any {
            return Ok(sorted);
        }
        let known = |name: &str| spec.required.contains(&name) || spec.optional.contains(&name);
        match sorted.values.iter().find(|(name, _)| !known(name) && name != "0") {
            Some((name, _)) => Err(Problem::syntax(format!("unknown attribute \"{name}\" for this tag"))),
            None => Ok(sorted),
        }
    }

    fn sort_named(
        &self,
        sorted: &mut Attributes,
        name: &str,
        attribute: &Attribute,
        spec: &AttributeSpec,
    ) -> ParseResult<()> {
        let Some(flag) = spec.flags.iter().find(|flag| **flag == name) else {
            sorted.set(name, attribute.value);
            return Ok(());
        };
        let text = match (&attribute.word, self.b.constant_of(attribute.value)) {
            (Some(word), _) => word.clone(),
            (None, Some(Value::Bool(b))) => b.to_string(),
            (None, Some(value)) => value.to_str().to_lossy(),
            (None, None) => String::new(),
        };
        match text.trim_matches(' ') {
            "true" | "1" => sorted.flags.push(flag),
            "false" | "0" => sorted.flags.retain(|set| set != flag),
            _ => {
                let message = format!("the value of the flag \"{name}\" must be true or false");
                return Err(Problem::syntax(message));
            }
        }
        Ok(())
    }

    fn sort_unnamed(
        &self,
        sorted: &mut Attributes,
        position: usize,
        attribute: &Attribute,
        spec: &AttributeSpec,
    ) -> ParseResult<()> {
        let text = self.text_of(attribute.value);
        let flag = spec.flags.iter().find(|flag| text.as_deref() == Some(flag));
        if let Some(flag) = flag {
            sorted.flags.push(flag);
            return Ok(());
        }
        match spec.shorthand.get(position) {
            Some(name) => {
                sorted.set(name, attribute.value);
                Ok(())
            }
            None => Err(Problem::syntax("too many values without a name: write name=value")),
        }
    }

    /// The text of a constant string.
    pub(super) fn text_of(&self, value: ExprId) -> Option<String> {
        match self.b.constant_of(value)? {
            Value::Str(s) => Some(s.to_lossy()),
            _ => None,
        }
    }

    /// The text of a constant string that is a valid name.
    pub(super) fn name_of(&self, value: ExprId) -> Option<String> {
        self.text_of(value).filter(|text| is_name(text.as_bytes()))
    }
}

impl Attributes {
    /// Adds or replaces an attribute; a replaced one keeps its position.
    pub(super) fn set(&mut self, name: &str, value: ExprId) {
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name.to_owned(), value)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<ExprId> {
        self.values.iter().find(|(known, _)| known == name).map(|&(_, value)| value)
    }

    /// A required attribute, whose presence [`Parser::sorted`] has checked.
    pub(super) fn need(&self, name: &str) -> ParseResult<ExprId> {
        let missing = || Problem::syntax(format!("missing attribute \"{name}\""));
        self.get(name).ok_or_else(missing)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.flags.contains(&name)
    }

    /// All attributes but those in `without`, as parameters.
    pub(super) fn params(self, without: &[&str]) -> Vec<(crate::php::Str, ExprId)> {
        let kept = self.values.into_iter().filter(|(name, _)| !without.contains(&name.as_str()));
        kept.map(|(name, value)| (name.as_str().into(), value)).collect()
    }
}
