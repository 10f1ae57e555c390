//! What a file is, before anything of it is compiled: a component of a version that we speak, asking for nothing
//! that we do not give.

use super::error::LoadError;
use super::limits::one_line;
use wasmparser::{ComponentTypeRef, Parser, Payload};
use wit_component::DecodedWasm;
use wit_parser::WorldItem;

/// Of an import's name in a message.
const NAME_CHARS_MAX: usize = 100;

/// The versions of the interface that this server speaks: one module each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V0_1,
}

impl Version {
    /// For messages, all of them.
    const SPOKEN: &'static str = "0.1.0";
    const PACKAGE: &'static str = "dialplate:provision/";

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V0_1 => "0.1.0",
        }
    }

    /// Within 0.1 a later patch release can only have added functions that the host gives; a component that wants
    /// one which is not there yet is refused when it is linked. A pre-release promises nothing, so none is known.
    fn of(text: &str) -> Option<Self> {
        let patch = text.strip_prefix("0.1.")?;
        patch.bytes().all(|byte| byte.is_ascii_digit()).then_some(Self::V0_1)
    }

    fn interfaces(self) -> &'static [&'static str] {
        match self {
            Self::V0_1 => &["types", "host"],
        }
    }
}

/// Reads the component's imports and exports and says which version of the interface it was made for.
pub(super) fn inspect(bytes: &[u8]) -> Result<Version, LoadError> {
    let no_component = |error: &dyn std::fmt::Display| LoadError::NoComponent(one_line(&error.to_string(), 200));
    // Of other files the decoder says what it makes of their bytes.
    let Some(rest) = bytes.strip_prefix(b"\0asm") else {
        return Err(no_component(&"it is not WebAssembly at all"));
    };
    // The decoder takes core modules for components without any interface; they are not.
    if rest.starts_with(b"\x01\0\0\0") {
        let next = "it is a core module, of which a component has to be made, as `make plugins` does (wit/README.md)";
        return Err(no_component(&next));
    }
    let uncommon = uncommon_imports(bytes).map_err(|error| no_component(&error))?;
    if !uncommon.is_empty() {
        return Err(LoadError::Imports(uncommon));
    }
    let decoded = wit_component::decode(bytes).map_err(|error| no_component(&error))?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(no_component(&"it is an interface without code"));
    };
    let world = &resolve.worlds[world];
    let names = [&world.imports, &world.exports].map(|items| {
        // A type that the world itself names is no import of anything.
        let items = items.iter().filter(|(_, item)| !matches!(item, WorldItem::Type { .. }));
        items.map(|(key, _)| resolve.name_world_key(key)).collect::<Vec<_>>()
    });
    let [imports, exports] = &names;
    judge(imports, exports)
}

/// Imports that have no place in a world, which decoding passes over: code to be linked with the plugin's.
fn uncommon_imports(bytes: &[u8]) -> wasmparser::Result<Vec<String>> {
    let (mut found, mut depth) = (Vec::new(), 0);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // One that is nested gets only what the one around it gives.
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let import = import?;
                    let kind = match import.ty {
                        ComponentTypeRef::Module(_) => "core module",
                        ComponentTypeRef::Component(_) => "component",
                        ComponentTypeRef::Value(_) => "value",
                        _ => continue,
                    };
                    found.push(format!("{} ({kind})", one_line(import.name.name, NAME_CHARS_MAX)));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn judge(imports: &[String], exports: &[String]) -> Result<Version, LoadError> {
    let mut version = None;
    for name in imports.iter().chain(exports) {
        let Some(ours) = name.strip_prefix(Version::PACKAGE) else { continue };
        let Some((_, found)) = ours.split_once('@') else {
            return Err(LoadError::NoVersion { spoken: Version::SPOKEN });
        };
        let Some(known) = Version::of(found) else {
            return Err(LoadError::Version { found: one_line(found, 40), spoken: Version::SPOKEN });
        };
        version = Some(known);
    }
    let version = version.ok_or(LoadError::NoPlugin)?;
    let given = |name: &String| {
        let interface = name.strip_prefix(Version::PACKAGE).and_then(|rest| rest.split_once('@'));
        interface.is_some_and(|(interface, _)| version.interfaces().contains(&interface))
    };
    let beyond: Vec<_> =
        imports.iter().filter(|name| !given(name)).map(|name| one_line(name, NAME_CHARS_MAX)).collect();
    if beyond.is_empty() { Ok(version) } else { Err(LoadError::Imports(beyond)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialplate_tests::guests;

    fn judged(imports: &[&str], exports: &[&str]) -> Result<Version, String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        judge(&owned(imports), &owned(exports)).map_err(|error| error.to_string())
    }

    #[test]
    fn our_world_and_its_patch_releases_pass() {
        let imports = ["dialplate:provision/types@0.1.0", "dialplate:provision/host@0.1.3"];
        assert_eq!(judged(&imports, &["render"]), Ok(Version::V0_1));
    }

    #[test]
    fn another_version_is_refused_naming_both() {
        let message = judged(&["dialplate:provision/types@0.2.0"], &[]).unwrap_err();
        assert!(message.contains("0.2.0") && message.contains("0.1.0"), "{message}");
        let host = "dialplate:provision/host@0.1.0";
        for (version, imports) in [("0.1.0-rc.1", vec![]), ("0.1.1-2", vec![host]), ("0.10.0", vec![host])] {
            let types = format!("dialplate:provision/types@{version}");
            let message = judged(&[&imports[..], &[&types]].concat(), &[]).unwrap_err();
            let expected = format!("is made for dialplate:provision {version}; this server speaks 0.1.0");
            assert_eq!(message, expected);
        }
        let component = guests::component("(component (import \"dialplate:provision/types@0.1.0-rc.1\" (instance)))");
        assert!(matches!(inspect(&component), Err(LoadError::Version { .. })));
    }

    #[test]
    fn no_version_is_refused_naming_the_one_that_is_spoken() {
        let (without, with) = ("dialplate:provision/types", "dialplate:provision/host@0.1.0");
        for (imports, exports) in [(&[without][..], &[][..]), (&[], &[without]), (&[with, without], &[])] {
            let message = judged(imports, exports).unwrap_err();
            assert_eq!(message, "names no version of dialplate:provision; this server speaks 0.1.0");
        }
        let component = guests::component("(component (import \"dialplate:provision/types\" (instance)))");
        assert!(matches!(inspect(&component), Err(LoadError::NoVersion { .. })));
    }

    #[test]
    fn imports_beyond_the_world_are_named() {
        let imports =
            ["dialplate:provision/types@0.1.0", "wasi:clocks/wall-clock@0.2.6", "dialplate:provision/db@0.1.0"];
        let message = judged(&imports, &[]).unwrap_err();
        assert!(message.contains("wasi:clocks/wall-clock@0.2.6") && message.contains("provision/db"), "{message}");
        assert!(!message.contains("types"), "{message}");
    }

    #[test]
    fn what_is_no_component_is_refused() {
        for (bytes, expected) in [
            (&b""[..], "not WebAssembly at all"),
            (b"(component)", "not WebAssembly at all"),
            (b"\x7fELF\x02\x01\x01\0", "not WebAssembly at all"),
            (b"\0asm\x0d\0", "unexpected end"),
            (b"\0asm\x01\0\0\0", "core module"),
        ] {
            let message = inspect(bytes).unwrap_err().to_string();
            let is_said = message.starts_with("is no WebAssembly component: ") && message.contains(expected);
            assert!(is_said, "{message}");
        }
        assert!(matches!(judged(&[], &[]), Err(message) if message.contains("no plugin")));
    }
}
