//! The lines of parts, counted once more, and as docs/trusted-base.md states them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use sumformer_checker::parts::Part;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Lines of code by file, named from the package on.
fn lines_by_file() -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for file in files(root()) {
        let relative = file.strip_prefix(root()).unwrap();
        let is_test = relative.iter().any(|name| name == "tests" || name == "tests.rs");
        if file.extension().is_none_or(|e| e != "rs") || is_test || relative == Path::new("build.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let text = match text.find("#[cfg(test)]\nmod tests {") {
            Some(tests) => &text[..tests],
            None => &text,
        };
        let code =
            text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
        counted.insert(relative.to_str().unwrap().to_string(), code.count());
    }
    counted
}

#[test]
fn every_file_belongs_to_one_part_whose_lines_are_those_of_its_files() {
    let parts: Vec<Part> = Part::all().collect();
    assert!(
        parts.iter().enumerate().all(|(k, &part)| part as usize == k),
        "a row of the table is out of place"
    );
    let mut counted = vec![0; parts.len()];
    for (file, lines) in lines_by_file() {
        // The innermost folder that a part names.
        let owner = Path::new(file.trim_end_matches(".rs")).ancestors().find_map(|folder| {
            let folder = folder.to_str().unwrap();
            let mut owners = (0..parts.len()).filter(|&k| parts[k].rooms().contains(&folder));
            let owner = owners.next()?;
            assert_eq!(owners.next(), None, "`{folder}` belongs to two parts");
            Some(owner)
        });
        counted[owner.unwrap_or_else(|| panic!("{file} belongs to no part"))] += lines;
    }
    let stated = parts.iter().map(|part| part.lines()).collect::<Vec<_>>();
    assert_eq!(counted, stated);
    assert!(stated.iter().all(|&lines| lines > 50), "a part is missing: {stated:?}");
}

/// The page with the number in the third cell of the row.
fn with_lines(page: &str, row: &str, lines: usize) -> String {
    let at = page.find(row).unwrap_or_else(|| panic!("no `{row}`"));
    let end = at + page[at..].find('\n').unwrap_or(page.len() - at);
    let cells: Vec<&str> = page[at..end].split(" | ").collect();
    let [margin, name, files, _, by @ ..] = &cells[..] else { panic!("{row}") };
    format!("{}{margin} | {name} | {files} | {lines} | {}{}", &page[..at], by.join(" | "), &page[end..])
}

/// `SUMFORMER_BLESS=1` writes them.
#[test]
fn the_trusted_base_is_stated_as_it_is() {
    let path = root().join("../../docs/trusted-base.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let counted = lines_by_file();
    let inside = |room: &str| -> usize {
        let belongs = |file: &str| file == room || file.starts_with(&format!("{room}/"));
        counted.iter().filter(|(file, _)| belongs(file)).map(|(_, lines)| lines).sum()
    };
    // What the command prints: rooms, the total, and what is a part of its own inside a room.
    let start = page.find("$ cd src/checker\n").expect("the command");
    let output = start + page[start..].find("\n> done\n").expect("the command's end") + "\n> done\n".len();
    let end = output + page[output..].find("```").expect("the block's end");
    let mut printed = String::new();
    let rooms: std::collections::BTreeSet<&str> =
        counted.keys().map(|file| file.split('/').next().unwrap()).collect();
    let total: usize = counted.values().sum();
    rooms.iter().for_each(|room| printed += &format!("{} {room}\n", inside(room)));
    printed += &format!("{total} total\n");
    let own = Part::all().flat_map(|part| part.rooms().iter().copied()).filter(|room| room.contains('/'));
    for room in own {
        let name = if root().join(room).is_dir() { room.to_string() } else { format!("{room}.rs") };
        printed += &format!("{} {name}\n", inside(&name));
    }
    let mut stated = format!("{}{printed}{}", &page[..output], &page[end..]);
    for part in Part::all() {
        stated = with_lines(&stated, &format!("   | {} | ", part.name()), part.lines());
    }
    let lines = |parts: &[Part]| parts.iter().map(|part| part.lines()).sum::<usize>();
    let polynomial = [
        Part::Check,
        Part::Arithmetic,
        Part::Statement,
        Part::Files,
        Part::NormalForms,
        Part::Attention,
        Part::Polynomials,
    ];
    let polynomial = lines(&polynomial);
    let witness = polynomial + lines(&[Part::Values, Part::Witness]);
    let more = lines(&[Part::Rounding, Part::Enclosures, Part::Surrogates]);
    let at = stated.find("   So the bound of a polynomial target rests on").expect("the sentence");
    let end = at + stated[at..].find('\n').unwrap();
    let sentence = format!(
        "   So the bound of a polynomial target rests on {polynomial} lines (on {witness} with the values and the witness that an exact certificate has), \
         and that of a target with a surrogate on {more} more."
    );
    stated.replace_range(at..end, &sentence);
    if std::env::var_os("SUMFORMER_BLESS").is_some() {
        std::fs::write(&path, &stated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    for (stated, written) in stated.lines().zip(written.lines()) {
        assert_eq!(
            stated, written,
            "SUMFORMER_BLESS=1 cargo test -p sumformer-checker --test parts writes it"
        );
    }
}
