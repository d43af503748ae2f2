//! Within a layer the files import each other in one direction. A file may use
//! what its parent module defines; beyond that, two files that need each other
//! belong together, or what both need belongs below them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

use crate::layers::{code_of, files_of, product_layers};

/// How many files of each layer may be part of a circle. `ARCHITECTURE.md` says which
/// recursions these are.
const MOST_IN_CIRCLES: [(&str, usize); 10] = [
    ("model", 0),
    ("syntax", 9),
    ("plan", 11),
    ("index", 0),
    ("exec", 8),
    ("journal", 0),
    ("say", 0),
    ("exchange", 0),
    ("store", 0),
    ("cli", 0),
];

/// A module by the segments of its path, such as `["exec", "others"]`.
type ModulePath = Vec<String>;

/// What a module brings into scope: the name, and the path it stands for.
type Scope = BTreeMap<String, Vec<String>>;

#[test]
fn the_files_of_a_layer_import_each_other_in_one_direction() {
    let mut wrong = Vec::new();
    for (layer, most) in MOST_IN_CIRCLES {
        let circles = Layer::read(layer).circles();
        let count: usize = circles.iter().map(Vec::len).sum();
        if count > most {
            let circles: Vec<String> = circles.iter().map(|circle| format!("  {}", circle.join(", "))).collect();
            wrong.push(format!("{count} files of {layer} import each other, {most} may:\n{}", circles.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_layer_is_searched_for_circles() {
    let searched: BTreeSet<&str> = MOST_IN_CIRCLES.iter().map(|(layer, _)| *layer).collect();
    assert_eq!(searched, product_layers().collect());
}

/// The modules of a layer and what each of them names.
struct Layer {
    modules: BTreeMap<ModulePath, Module>,
}

struct Module {
    code: String,
    scope: Scope,
    /// Paths that are written outside `use` declarations, and whole modules that `use` opens with `*`.
    paths: Vec<Vec<String>>,
}

impl Layer {
    fn read(layer: &str) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let modules = files_of(layer).into_iter().map(|file| {
            let inside = file.strip_prefix(&source).unwrap().with_extension("");
            let mut path: ModulePath = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            path.pop_if(|last| last == "mod");
            (path, Module::read(&code_of(&file)))
        });
        Self { modules: modules.collect() }
    }

    /// The modules that can reach themselves, those of one circle together.
    fn circles(&self) -> Vec<Vec<String>> {
        let names: Vec<&ModulePath> = self.modules.keys().collect();
        let count = names.len();
        let mut reaches = vec![vec![false; count]; count];
        for (from, name) in names.iter().enumerate() {
            for imported in self.imports(name) {
                reaches[from][names.iter().position(|name| **name == imported).unwrap()] = true;
            }
        }
        for middle in 0..count {
            let onward = reaches[middle].clone();
            for reached in reaches.iter_mut().filter(|reached| reached[middle]) {
                reached.iter_mut().zip(&onward).for_each(|(reached, onward)| *reached |= onward);
            }
        }
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for (from, reached) in reaches.iter().enumerate() {
            let circle: Vec<usize> = (0..count).filter(|to| reached[*to] && reaches[*to][from]).collect();
            if circle.len() > 1 && circle.iter().all(|member| seen.insert(*member)) {
                circles.push(circle.into_iter().map(|member| names[member].join("/")).collect());
            }
        }
        circles
    }

    /// The modules that a module imports, apart from itself and those it lies in.
    fn imports(&self, module: &ModulePath) -> BTreeSet<ModulePath> {
        let Module { code, scope, paths } = &self.modules[module];
        let mut imported: BTreeSet<ModulePath> =
            scope.values().chain(paths).filter_map(|path| self.resolve(module, path, 0)).collect();
        for child in self.modules.keys().filter(|other| other.len() == module.len() + 1 && other.starts_with(module)) {
            if Regex::new(&format!(r"\b{}::", child.last().unwrap())).unwrap().is_match(code) {
                imported.insert(child.clone());
            }
        }
        imported.retain(|other| !module.starts_with(other));
        imported
    }

    /// The module in which what a path names is defined, if it is of this layer.
    fn resolve(&self, from: &ModulePath, path: &[String], depth: usize) -> Option<ModulePath> {
        let mut module = from.clone();
        let mut rest = path.iter().peekable();
        match rest.peek()?.as_str() {
            "crate" => {
                module.clear();
                rest.next();
            }
            "self" => _ = rest.next(),
            "super" => {
                while rest.next_if(|segment| *segment == "super").is_some() {
                    module.pop();
                }
            }
            first => {
                let child = [from.as_slice(), &[first.to_owned()]].concat();
                self.modules.contains_key(&child).then_some(())?;
            }
        }
        while let Some(segment) = rest.peek() {
            let child = [module.as_slice(), &[(*segment).clone()]].concat();
            if !self.modules.contains_key(&child) && !self.is_above(&child) {
                break;
            }
            module = child;
            rest.next();
        }
        let reexported = rest.next().and_then(|name| self.modules.get(&module)?.scope.get(name));
        match reexported {
            Some(path) if depth < 8 => self.resolve(&module, path, depth + 1).or(Some(module)),
            _ => self.modules.contains_key(&module).then_some(module),
        }
    }

    fn is_above(&self, path: &ModulePath) -> bool {
        self.modules.keys().any(|module| module.starts_with(path))
    }
}

impl Module {
    fn read(code: &str) -> Self {
        let declaration = Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap();
        let written = Regex::new(r"\b(?:crate|self|super)(?:::\w+)+").unwrap();
        let mut scope = Scope::new();
        let mut paths = Vec::new();
        for found in declaration.captures_iter(code) {
            let tree: String = found[1].replace(" as ", "@").split_whitespace().collect();
            for path in flattened(&tree) {
                let (path, alias) =
                    path.split_once('@').map_or((path.as_str(), None), |(path, alias)| (path, Some(alias)));
                let mut segments: Vec<String> = path.split("::").map(str::to_owned).collect();
                if segments.last().is_some_and(|last| last == "*" || last == "self" && segments.len() > 1) {
                    segments.pop();
                }
                let name = alias.unwrap_or_else(|| segments.last().map_or("", String::as_str)).to_owned();
                if name == "_" || path.ends_with('*') { paths.push(segments) } else { _ = scope.insert(name, segments) }
            }
        }
        let rest = declaration.replace_all(code, "");
        paths.extend(written.find_iter(&rest).map(|path| path.as_str().split("::").map(str::to_owned).collect()));
        Self { code: rest.into_owned(), scope, paths }
    }
}

/// The single paths of `a::{b, c::{d, e}}`.
fn flattened(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else { return vec![tree.to_owned()] };
    let inside = tree[open + 1..].strip_suffix('}').unwrap();
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.flat_map(flattened).map(|path| format!("{}{path}", &tree[..open])).collect()
}
