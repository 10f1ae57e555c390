//! `{mailto}`

use super::{ENT_QUOTES_SUBSTITUTE, EvaluatedAttributes, Evaluator, RenderResult, user_error};
use crate::php::{Str, Value};

impl Evaluator<'_> {
    pub(super) fn mailto(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let Some(address) = given.get("address").filter(|address| address.truthy()) else {
            return Err(user_error("mailto: missing 'address' parameter"));
        };
        let text = given.last("text").unwrap_or(address);
        let extra = given.last("extra").cloned().unwrap_or_default();
        let fields = self.mail_fields(given)?;
        if matches!(text, Value::Array(_)) || (fields.is_empty() && matches!(address, Value::Array(_))) {
            return Err(user_error("mailto: the address and the text cannot be arrays"));
        }
        let (text, mut address) = (text.to_str(), address.to_str());
        if !fields.is_empty() {
            let joined = [address.as_bytes(), b"?", &fields.join(b"&".as_slice())].concat();
            address = Str::from(joined).with_trust_of(address.is_untrusted());
        }
        let encode = given.get("encode").filter(|encode| encode.truthy());
        let encode = encode.map_or_else(|| Str::from("none"), Value::to_str);
        match encode.as_bytes() {
            b"none" => Ok(Value::from(self.mail_link(&address, &text, &extra)?)),
            b"javascript" => {
                let link = self.mail_link(&address, &text, &extra)?;
                let codes: String = link.iter().map(|byte| format!("%{byte:02x}")).collect();
                Ok(Value::from(script(&format!("unescape('{codes}')"))))
            }
            b"javascript_charcode" => {
                let link = self.mail_link(&address, &text, &extra)?;
                let codes: Vec<String> = link.iter().map(u8::to_string).collect();
                let codes = codes.join(",");
                Ok(Value::from(script(&format!("String.fromCharCode({codes})"))))
            }
            b"hex" => self.hex_link(&address, &text, &extra),
            _ => Err(user_error("mailto: 'encode' parameter must be none, javascript, javascript_charcode or hex")),
        }
    }

    /// `cc=…`, `subject=…`, in the order given.
    fn mail_fields(&mut self, given: &EvaluatedAttributes) -> RenderResult<Vec<Vec<u8>>> {
        let mut fields = Vec::new();
        for (name, value) in &given.0 {
            let address = matches!(name.as_bytes(), b"cc" | b"bcc" | b"followupto");
            let plain = matches!(name.as_bytes(), b"subject" | b"newsgroups");
            if !(plain || address && value.truthy()) {
                continue;
            }
            let encoded = self.call_named(b"rawurlencode", vec![value.clone()])?;
            let mut encoded = encoded.to_str().to_lossy();
            if address {
                encoded = encoded.replace("%40", "@").replace("%2C", ",");
            }
            fields.push([name.as_bytes(), b"=", encoded.as_bytes()].concat());
        }
        Ok(fields)
    }

    fn mail_link(&mut self, address: &Str, text: &Str, extra: &Value) -> RenderResult<Vec<u8>> {
        let mut out = b"<a href=\"mailto:".to_vec();
        out.extend(self.html_chars(address, ENT_QUOTES_SUBSTITUTE, true)?);
        out.extend_from_slice(b"\" ");
        self.raw_html(&mut out, extra);
        out.push(b'>');
        out.extend(self.html_chars(text, ENT_QUOTES_SUBSTITUTE, true)?);
        out.extend_from_slice(b"</a>");
        Ok(out)
    }

    fn hex_link(&mut self, address: &Str, text: &Str, extra: &Value) -> RenderResult<Value> {
        if address.contains(&b'?') {
            return Err(user_error("mailto: hex encoding does not work with extra attributes. Try javascript."));
        }
        let mut out = b"<a href=\"&#109;&#97;&#105;&#108;&#116;&#111;&#58;".to_vec();
        for &byte in address.iter() {
            match byte.is_ascii_alphanumeric() || byte == b'_' {
                true => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
                false => {
                    let byte = Str::new(&[byte]).with_trust_of(address.is_untrusted());
                    self.raw_html(&mut out, &Value::Str(byte));
                }
            }
        }
        out.extend_from_slice(b"\" ");
        self.raw_html(&mut out, extra);
        out.push(b'>');
        for byte in text.iter() {
            out.extend_from_slice(format!("&#x{byte:02x};").as_bytes());
        }
        out.extend_from_slice(b"</a>");
        Ok(Value::from(out))
    }
}

fn script(code: &str) -> Vec<u8> {
    format!("<script type=\"text/javascript\">document.write({code})</script>").into_bytes()
}
