//! FusionPBX's test for an XML document, which accepts few: the root element may have no attribute.

/// Whether the text is `<?xml …?>`, a root element without attributes, and the end tag of that element at the end.
pub fn is_document(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"<?xml") else { return false };
    let Some(end) = rest.iter().position(|&byte| byte == b'>') else { return false };
    let (declaration, rest) = (&rest[..end], &rest[end + 1..]);
    let Some(attributes) = declaration.strip_suffix(b"?") else { return false };
    let separated = attributes.len() >= 2 && is_space(attributes[0]);
    if !attributes.is_empty() && !separated {
        return false;
    }
    let Some(rest) = trim_start(rest).strip_prefix(b"<") else { return false };
    let name_len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (name, rest) = rest.split_at(name_len);
    if name.is_empty() || !rest.starts_with(b">") {
        return false;
    }
    let ending = trim_end(&rest[1..]).strip_suffix(b">").and_then(|rest| rest.strip_suffix(name));
    ending.is_some_and(|rest| rest.ends_with(b"</"))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn trim_start(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    &text[spaces..]
}

fn trim_end(text: &[u8]) -> &[u8] {
    let spaces = text.iter().rev().take_while(|byte| is_space(**byte)).count();
    &text[..text.len() - spaces]
}

#[cfg(test)]
mod tests {
    use super::is_document;

    #[test]
    fn bare_root_element_makes_a_document() {
        for text in ["<?xml?><a></a>", "<?xml version=\"1.0\"?>\n<a>x<b/></a>\n\n", "<?xml  ?> <a_1></a_1>"] {
            assert!(is_document(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn attributes_comments_and_other_endings_make_no_document() {
        for text in [
            "",
            "<a></a>",
            "\n<?xml?><a></a>",
            "<?xml ?><a></a>",
            "<?xmlx?><a></a>",
            "<?xml version=\"1.0\"?><a b=\"c\"></a>",
            "<?xml version=\"1.0\"?><!-- c --><a></a>",
            "<?xml version=\"1.0\"?><a></b>",
            "<?xml version=\"1.0\"?><a/>",
            "<?xml version=\"1.0\"?><a></a>x",
            "<?xml version=\"1.0\"?><a>",
        ] {
            assert!(!is_document(text.as_bytes()), "{text}");
        }
    }
}
