//! Checks a file before anything of it is compiled: it has to be a component for a known version of the interface that
//! imports nothing else.

use super::error::LoadError;
use super::interface::Version;
use super::limits::one_line;
use std::mem::take;
use wasmparser::{
    BinaryReaderError, ComponentImportSectionReader, ComponentType, ComponentTypeDeclaration, ComponentTypeRef,
    InstanceTypeDeclaration, Parser, Payload, TypeBounds, TypeRef,
};

/// Characters of an import's name in a message.
const NAME_CHARS_MAX: usize = 100;

/// Modules and components nested at any depth: a plugin has four or five. For each of them the decoder looks at all
/// before it, so that 264 KB of empty ones took nine seconds.
const PARTS_MAX: u32 = 100;
/// Types of instances and components that are nested in others of one section: a plugin has none.
const NESTED_TYPES_MAX: usize = 100;

/// The package of the interface, in the names of imports and exports.
const PACKAGE: &str = "dialplate:provision/";

/// The interface version that a component was built for, and the names of what it imports and exports.
#[derive(Debug)]
pub(super) struct Surface {
    pub(super) version: Version,
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
}

/// Reads the component's imports and exports.
pub(super) fn inspect(bytes: &[u8]) -> Result<Surface, LoadError> {
    // For other files, the decoder's message says what is wrong.
    let Some(rest) = bytes.strip_prefix(b"\0asm") else {
        return Err(no_component(&"the file does not begin as WebAssembly does"));
    };
    // The decoder takes a core module for a component without an interface, but it is not a component.
    if rest.starts_with(b"\x01\0\0\0") {
        let next = "it is a core module; make a component of it with `dialplate plugin build`";
        return Err(no_component(&next));
    }
    let mut walk = Walk::default();
    for payload in Parser::new(0).parse_all(bytes) {
        walk.see(payload?, bytes)?;
    }
    if !walk.uncommon.is_empty() {
        return Err(LoadError::Imports(walk.uncommon));
    }
    let version = judge(&walk.imports, &walk.exports)?;
    if walk.has_resources {
        return Err(unfit("it has resource types, which no plugin may have"));
    }
    wit_component::decode(bytes).map_err(|error| no_component(&error))?;
    let shown = |names: Vec<String>| names.iter().map(|name| one_line(name, NAME_CHARS_MAX)).collect();
    Ok(Surface { version, imports: shown(walk.imports), exports: shown(walk.exports) })
}

/// A first pass over the sections. Finds what the decoder ignores, what would take it too much time or stack, and what
/// would make the snapshot fail.
#[derive(Default)]
struct Walk {
    depth: i32,
    parts: u32,
    memories: u32,
    has_resources: bool,
    /// State of the core module that is being read.
    has_state: bool,
    has_exports: bool,
    /// Imports of the outermost component, by name.
    imports: Vec<String>,
    exports: Vec<String>,
    /// Imports that no world has: code to be linked with the plugin's.
    uncommon: Vec<String>,
}

impl Walk {
    fn see(&mut self, payload: Payload<'_>, bytes: &[u8]) -> Result<(), LoadError> {
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                self.depth += 1;
                self.parts += 1;
                (self.has_state, self.has_exports) = (false, false);
                if self.parts > PARTS_MAX {
                    return Err(unfit(&format!("it has more than {PARTS_MAX} modules and components")));
                }
            }
            Payload::End(_) => {
                self.depth -= 1;
                if take(&mut self.has_state) && !self.has_exports {
                    return Err(unfit(
                        "no snapshot can be taken of a core module with a memory or a variable, and no exports",
                    ));
                }
            }
            Payload::MemorySection(memories) => {
                self.has_state = true;
                self.memories += memories.count();
                if self.memories > 1 {
                    return Err(unfit("no snapshot can be taken of multiple memories"));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Tag(_) | TypeRef::FuncExact(_)) {
                        return Err(unfit(
                            "no snapshot can be taken of a core module that imports an exception or an exact function",
                        ));
                    }
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.has_state |= global?.ty.mutable;
                }
            }
            Payload::ExportSection(_) => self.has_exports = true,
            Payload::ComponentTypeSection(types) => {
                check_nesting(&bytes[types.range()])?;
                for ty in types {
                    self.has_resources |= has_resources(&ty?);
                }
            }
            // A nested component gets only what the enclosing one passes to it.
            Payload::ComponentImportSection(imports) if self.depth == 0 => self.see_imports(imports)?,
            Payload::ComponentExportSection(exports) if self.depth == 0 => {
                for export in exports {
                    self.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn see_imports(&mut self, imports: ComponentImportSectionReader<'_>) -> wasmparser::Result<()> {
        for import in imports {
            let import = import?;
            let kind = match import.ty {
                ComponentTypeRef::Module(_) => "core module",
                ComponentTypeRef::Component(_) => "component",
                ComponentTypeRef::Value(_) => "value",
                ComponentTypeRef::Instance(_) | ComponentTypeRef::Func(_) => {
                    self.imports.push(import.name.name.to_owned());
                    continue;
                }
                // A type that the world itself names imports nothing.
                ComponentTypeRef::Type(bounds) => {
                    self.has_resources |= bounds == TypeBounds::SubResource;
                    continue;
                }
            };
            self.uncommon.push(format!("{} ({kind})", one_line(import.name.name, NAME_CHARS_MAX)));
        }
        Ok(())
    }
}

/// The decoder reads types recursively and without a bound. A nested type begins with these two bytes, so the number of
/// such pairs is an upper bound of the depth.
fn check_nesting(types: &[u8]) -> Result<(), LoadError> {
    let pairs = types.windows(2).filter(|pair| matches!(pair, [0x01, 0x41 | 0x42]));
    if pairs.count() > NESTED_TYPES_MAX {
        return Err(unfit(&format!("it has more than {NESTED_TYPES_MAX} nested interface types")));
    }
    Ok(())
}

fn has_resources(ty: &ComponentType<'_>) -> bool {
    let is_one = |ty: &ComponentTypeRef| matches!(ty, ComponentTypeRef::Type(TypeBounds::SubResource));
    match ty {
        ComponentType::Resource { .. } => true,
        ComponentType::Component(declarations) => declarations.iter().any(|declaration| match declaration {
            ComponentTypeDeclaration::Type(ty) => has_resources(ty),
            ComponentTypeDeclaration::Export { ty, .. } => is_one(ty),
            ComponentTypeDeclaration::Import(import) => is_one(&import.ty),
            _ => false,
        }),
        ComponentType::Instance(declarations) => declarations.iter().any(|declaration| match declaration {
            InstanceTypeDeclaration::Type(ty) => has_resources(ty),
            InstanceTypeDeclaration::Export { ty, .. } => is_one(ty),
            _ => false,
        }),
        ComponentType::Defined(_) | ComponentType::Func(_) => false,
    }
}

fn unfit(why: &str) -> LoadError {
    LoadError::Unfit(why.to_owned())
}

fn no_component(error: &dyn std::fmt::Display) -> LoadError {
    LoadError::NoComponent(one_line(&error.to_string(), 200))
}

impl From<BinaryReaderError> for LoadError {
    fn from(error: BinaryReaderError) -> Self {
        no_component(&error)
    }
}

fn judge(imports: &[String], exports: &[String]) -> Result<Version, LoadError> {
    let mut version = None;
    for name in imports.iter().chain(exports) {
        let Some(ours) = name.strip_prefix(PACKAGE) else { continue };
        let Some((_, found)) = ours.split_once('@') else {
            return Err(LoadError::NoVersion { supported: Version::SUPPORTED });
        };
        let Some(known) = Version::of(found) else {
            return Err(LoadError::Version { found: one_line(found, 40), supported: Version::SUPPORTED });
        };
        version = Some(known);
    }
    let version = version.ok_or(LoadError::NoPlugin)?;
    let given = |name: &String| {
        let interface = name.strip_prefix(PACKAGE).and_then(|rest| rest.split_once('@'));
        interface.is_some_and(|(interface, found)| {
            version.interfaces().contains(&interface) && Version::of(found) == Some(version)
        })
    };
    let beyond: Vec<_> =
        imports.iter().filter(|name| !given(name)).map(|name| one_line(name, NAME_CHARS_MAX)).collect();
    if beyond.is_empty() { Ok(version) } else { Err(LoadError::Imports(beyond)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialplate_test_tools::guests;

    fn judged(imports: &[&str], exports: &[&str]) -> Result<Version, String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        judge(&owned(imports), &owned(exports)).map_err(|error| error.to_string())
    }

    #[test]
    fn patch_releases_of_the_interface_pass() {
        for (minor, version) in [("0.1", Version::V0_1), ("0.2", Version::V0_2)] {
            let (types, host) =
                (format!("dialplate:provision/types@{minor}.0"), format!("dialplate:provision/host@{minor}.3"));
            assert_eq!(judged(&[&types, &host], &["render"]), Ok(version));
        }
    }

    #[test]
    fn other_version_is_refused_naming_both() {
        let message = judged(&["dialplate:provision/types@0.3.0"], &[]).unwrap_err();
        assert!(message.contains("0.3.0") && message.contains("0.1.0"), "{message}");
        let host = "dialplate:provision/host@0.1.0";
        for (version, imports) in [("0.1.0-rc.1", vec![]), ("0.1.1-2", vec![host]), ("0.10.0", vec![host])] {
            let types = format!("dialplate:provision/types@{version}");
            let message = judged(&[&imports[..], &[&types]].concat(), &[]).unwrap_err();
            let expected = format!("was built for dialplate:provision {version}; this server supports 0.1.0 and 0.2.1");
            assert_eq!(message, expected);
        }
        let component = guests::component("(component (import \"dialplate:provision/types@0.1.0-rc.1\" (instance)))");
        assert!(matches!(inspect(&component), Err(LoadError::Version { .. })));
    }

    #[test]
    fn absent_version_is_refused_naming_the_supported_one() {
        let (without, with) = ("dialplate:provision/types", "dialplate:provision/host@0.1.0");
        for (imports, exports) in [(&[without][..], &[][..]), (&[], &[without]), (&[with, without], &[])] {
            let message = judged(imports, exports).unwrap_err();
            assert_eq!(message, "names no version of dialplate:provision; this server supports 0.1.0 and 0.2.1");
        }
        let component = guests::component("(component (import \"dialplate:provision/types\" (instance)))");
        assert!(matches!(inspect(&component), Err(LoadError::NoVersion { .. })));
    }

    #[test]
    fn imports_of_two_versions_are_refused() {
        let imports = ["dialplate:provision/types@0.1.0", "dialplate:provision/host@0.2.0"];
        let message = judged(&imports, &[]).unwrap_err();
        assert!(message.contains("dialplate:provision/types@0.1.0") && !message.contains("host"), "{message}");
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
    fn file_without_component_is_refused() {
        for (bytes, expected) in [
            (&b""[..], "does not begin as WebAssembly does"),
            (b"(component)", "does not begin as WebAssembly does"),
            (b"\x7fELF\x02\x01\x01\0", "does not begin as WebAssembly does"),
            (b"\0asm\x0d\0", "unexpected end"),
            (b"\0asm\x01\0\0\0", "core module"),
        ] {
            let message = inspect(bytes).unwrap_err().to_string();
            let is_said = message.starts_with("is not a WebAssembly component: ") && message.contains(expected);
            assert!(is_said, "{message}");
        }
        assert!(matches!(judged(&[], &[]), Err(message) if message.contains("is not a plugin")));
    }
}
