//! Source files of a crate as modules, and which of them name which: arrows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The names of a module, from the crate's root.
pub type Module = Vec<String>;

/// The modules of a crate that are files, and the arrows between them.
pub struct Sources {
    pub files: BTreeMap<Module, PathBuf>,
    /// Arrows to modules of the same crate.
    pub arrows: BTreeMap<Module, BTreeSet<Module>>,
}

/// All Rust files in a folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

impl Sources {
    /// Reads the crate whose root is this folder, without what belongs to other crates and without tests.
    pub fn read(root: &Path, others: &[&str]) -> Self {
        let mut files = BTreeMap::new();
        for file in rust_files(root) {
            let relative = file.strip_prefix(root).expect("it was found there").with_extension("");
            let mut module: Module =
                relative.iter().map(|name| name.to_str().expect("modules have plain names").into()).collect();
            let test = module.iter().any(|name| name == "tests" || name == "benches");
            if test || others.contains(&module[0].as_str()) {
                continue;
            }
            if ["mod", "lib"].contains(&module[module.len() - 1].as_str()) {
                module.pop();
            }
            assert!(files.insert(module, file).is_none(), "two files are one module");
        }
        let modules: BTreeSet<&Module> = files.keys().collect();
        let arrows = files
            .iter()
            .map(|(module, file)| {
                let text = std::fs::read_to_string(file).expect("source is UTF-8");
                let named = paths(&text).into_iter().filter_map(|path| target(&modules, module, &path));
                (module.clone(), named.filter(|named| named != module).collect())
            })
            .collect();
        Self { files, arrows }
    }

    /// A room alone, with the arrows inside of it.
    pub fn room(&self, name: &str) -> Self {
        let inside = |module: &Module| module.first().is_some_and(|first| first == name);
        let files = self.files.iter().filter(|(module, _)| inside(module));
        let arrows = self.arrows.iter().filter(|(module, _)| inside(module));
        let arrows = arrows.map(|(module, named)| {
            (module.clone(), named.iter().filter(|named| inside(named)).cloned().collect())
        });
        Self { files: files.map(|(k, v)| (k.clone(), v.clone())).collect(), arrows: arrows.collect() }
    }

    /// Modules that name each other in a circle, if there are any.
    pub fn circle(&self) -> Option<Vec<Module>> {
        let mut done = BTreeSet::new();
        self.files.keys().find_map(|module| self.circle_from(module, &mut Vec::new(), &mut done))
    }

    fn circle_from<'a>(
        &'a self,
        module: &'a Module,
        way: &mut Vec<&'a Module>,
        done: &mut BTreeSet<&'a Module>,
    ) -> Option<Vec<Module>> {
        if let Some(start) = way.iter().position(|earlier| *earlier == module) {
            return Some(way[start..].iter().map(|&module| module.clone()).collect());
        }
        if !done.contains(module) {
            way.push(module);
            for next in &self.arrows[module] {
                if let Some(circle) = self.circle_from(next, way, done) {
                    return Some(circle);
                }
            }
            way.pop();
            done.insert(module);
        }
        None
    }
}

/// The file that a path leads to, read in a module; `None` for what other crates have. A path that starts at a root or at a
/// parent always leads to a file of this crate.
fn target(modules: &BTreeSet<&Module>, module: &Module, path: &[String]) -> Option<Module> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let mut full = match path[0].as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [module, &path[1..]].concat(),
        "super" => [&module[..module.len().checked_sub(supers)?], &path[supers..]].concat(),
        _ => {
            let full = [module, path].concat();
            modules.contains(&full[..=module.len()].to_vec()).then_some(full)?
        }
    };
    while !modules.contains(&full) {
        assert!(full.pop().is_some(), "{path:?} leads nowhere");
    }
    Some(full)
}

/// All paths of a file but those in comments and in unit tests, as they are written; groups of a `use` are taken apart.
pub fn paths(text: &str) -> Vec<Vec<String>> {
    let code = code(text);
    let tests = code.match_indices("#[cfg(test)]\nmod ").find(|(at, attribute)| {
        let declaration = &code[at + attribute.len()..];
        declaration.find(['{', ';']).is_some_and(|end| declaration[end..].starts_with('{'))
    });
    let text = &code[..tests.map_or(code.len(), |(at, _)| at)];
    for inner in text.match_indices("mod ").filter(|(at, _)| text[..*at].ends_with(['\n', ' '])) {
        let body = &text[inner.0..];
        let (head, body) = body.split_at(body.find(['{', ';']).unwrap_or(body.len()));
        let named_from_the_root = !body.starts_with('{') || !body.contains("super::");
        assert!(named_from_the_root, "`{head}` inside a file names things by `super`, which is not followed");
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        let before = rest[..start].chars().next_back();
        rest = &rest[start..];
        let length =
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        rest = after;
        match word {
            "use" if rest.starts_with(char::is_whitespace) => {
                let (tree, after) = rest.split_once(';').expect("a `use` ends with a semicolon");
                rest = after;
                take_apart(&[], tree, &mut found);
            }
            // Says who may see an item.
            "in" if before == Some('(') => rest = rest.split_once(')').map_or("", |(_, after)| after),
            _ if word.contains("::") && before != Some('.') => found.push(names(word)),
            _ => {}
        }
    }
    found
}

/// The text without comments and literals.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let raw =
            rest.strip_prefix('r').map(|r| r.trim_start_matches('#')).is_some_and(|r| r.starts_with('"'));
        let inside_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if raw && !inside_word {
            let hashes = rest[1..].find('"').unwrap_or(0);
            let end = format!("\"{}", "#".repeat(hashes));
            let start = 2 + hashes;
            rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
        } else if c == '"' {
            1 + literal(&rest[1..], '"')
        } else if c == '\'' && (rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'')) {
            1 + literal(&rest[1..], '\'')
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = &rest[length..];
    }
    code
}

/// The length of a literal's rest, with the mark that ends it.
fn literal(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if !escaped && c == mark {
            return at + mark.len_utf8();
        }
        escaped = !escaped && c == '\\';
    }
    rest.len()
}

fn names(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_string).collect()
}

/// The paths of a `use`: `a::{b, c::{d, self}}` has a::b, a::c::d and a::c.
fn take_apart(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        let mut full = [prefix, &names(path)].concat();
        if full.last().is_some_and(|last| last == "*" || last == "self") && full.len() > 1 {
            full.pop();
        }
        return found.extend((!full.is_empty()).then_some(full));
    };
    let prefix = [prefix, &names(head)].concat();
    let group = group.trim_end().strip_suffix('}').expect("a group is closed");
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                take_apart(&prefix, &group[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !group[start..].trim().is_empty() {
        take_apart(&prefix, &group[start..], found);
    }
}
