//! Which file of a crate imports which. Reads the `use` lines and every path in the code, and resolves each to the file
//! that defines the item, through the re-exports of modules between. Code for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// Each file of a crate with the files that it imports.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// The segments of a path in the code, or those of a module from the crate's root.
type Segments = Vec<String>;

/// Re-exports that are followed for one path. More would mean that they form a circle.
const REEXPORTS_MAX: usize = 16;

#[derive(Default)]
struct Module {
    file: String,
    /// The paths of `use` lines, by the name of the item in this module.
    names: HashMap<String, Segments>,
    /// The paths in the code, and those of `use` lines that export nothing.
    paths: BTreeSet<Segments>,
    /// The modules declared here.
    children: Vec<ItemMod>,
}

/// The modules of a crate by their path.
type Modules = BTreeMap<Segments, Module>;

/// The imports of the crate whose `lib.rs` is in this folder.
pub fn of_folder(folder: &Path) -> Graph {
    of_crate(&|file| std::fs::read_to_string(folder.join(file)).ok())
}

/// The imports of a crate of which `text` gives each file, by its path below the folder of `lib.rs`.
pub fn of_crate(text: &dyn Fn(&str) -> Option<String>) -> Graph {
    let mut modules = Modules::new();
    let root = syn::parse_file(&text("lib.rs").expect("a file lib.rs")).unwrap();
    read(&mut modules, text, Vec::new(), "lib.rs", &root.items);
    let mut graph = Graph::new();
    for (path, module) in &modules {
        let found = module.paths.iter().filter_map(|named| file_of(&modules, path, named, REEXPORTS_MAX));
        let others = found.filter(|file| *file != module.file).map(str::to_owned);
        graph.entry(module.file.clone()).or_default().extend(others);
    }
    graph
}

/// Adds a module and those below it.
fn read(modules: &mut Modules, text: &dyn Fn(&str) -> Option<String>, path: Segments, file: &str, items: &[Item]) {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    items.iter().for_each(|item| module.visit_item(item));
    for child in std::mem::take(&mut module.children) {
        let below = [path.clone(), vec![child.ident.to_string()]].concat();
        if let Some((_, items)) = &child.content {
            read(modules, text, below, file, items);
            continue;
        }
        let names = [format!("{}.rs", below.join("/")), format!("{}/mod.rs", below.join("/"))];
        let found = names.into_iter().find_map(|name| Some((text(&name)?, name)));
        let (source, name) = found.unwrap_or_else(|| panic!("no file for the module {below:?} of {file}"));
        let items = syn::parse_file(&source).unwrap_or_else(|error| panic!("{name}: {error}")).items;
        read(modules, text, below, &name, &items);
    }
    modules.insert(path, module);
}

/// The file that defines the item which a module names by this path. `None` if the path names a module itself.
fn file_of<'a>(modules: &'a Modules, from: &[String], path: &[String], steps: usize) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let mut at = from.to_vec();
    match first.as_str() {
        "crate" => at.clear(),
        "self" => {}
        "super" => drop(at.pop()),
        name => at.push(name.to_owned()),
    }
    if modules.contains_key(&at) {
        return file_of(modules, &at, rest, steps);
    }
    let here = &modules[from];
    match here.names.get(first) {
        Some(named) => file_of(modules, from, &[&named[..], rest].concat(), steps.checked_sub(1)?),
        // It is defined here, or outside of the crate.
        None => Some(&here.file),
    }
}

impl Module {
    fn add_use(&mut self, tree: &UseTree, mut path: Segments, exports: bool) {
        let (name, segment) = match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                return self.add_use(&tree.tree, path, exports);
            }
            UseTree::Group(group) => return group.items.iter().for_each(|it| self.add_use(it, path.clone(), exports)),
            // Counts as an import of the module's own file, even if it re-exports all items.
            UseTree::Glob(_) => {
                path.push("*".to_owned());
                self.paths.insert(path);
                return;
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.rename, &rename.ident),
        };
        let mut name = name.to_string();
        if segment == "self" {
            name = path.last().cloned().unwrap_or(name);
        } else {
            path.push(segment.to_string());
        }
        if !exports {
            self.paths.insert(path.clone());
        }
        self.names.insert(name, path);
    }
}

/// Whether the item is compiled for tests alone: `cfg(test)`, or `cfg(all(test, …))`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let conditions =
        attributes.iter().filter(|it| it.path().is_ident("cfg")).filter_map(|it| it.meta.require_list().ok());
    let mut words = conditions.map(|list| list.tokens.to_string());
    words.any(|text| text == "test" || text.starts_with("all") && text.contains("test"))
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            self.children.push(item.clone());
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.add_use(&item.tree, Vec::new(), !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// The arguments of a macro have no syntax of their own, so every run of `name::name` counts as a path.
    fn visit_macro(&mut self, item: &'ast Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        for run in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let path: Segments = run.split("::").map(str::to_owned).collect();
            if path.len() > 1 && path.iter().all(|segment| segment.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            {
                self.paths.insert(path);
            }
        }
        visit::visit_macro(self, item);
    }
}
