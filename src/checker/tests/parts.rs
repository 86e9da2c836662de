//! The lines of parts, counted once more.

use std::path::{Path, PathBuf};
use sumformer_checker::parts::Part;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_file_belongs_to_one_part_whose_lines_are_those_of_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut counted = vec![0; Part::ALL.len()];
    for file in files(root) {
        let relative = file.strip_prefix(root).unwrap().with_extension("");
        let is_test = relative.iter().any(|name| name == "tests");
        if file.extension().is_none_or(|e| e != "rs") || is_test || relative.ends_with("build") {
            continue;
        }
        // The innermost folder that a part names.
        let owner = relative.ancestors().find_map(|folder| {
            let folder = folder.to_str().unwrap();
            let mut owners = (0..Part::ALL.len()).filter(|&k| Part::ALL[k].rooms().contains(&folder));
            let owner = owners.next()?;
            assert_eq!(owners.next(), None, "`{folder}` belongs to two parts");
            Some(owner)
        });
        let owner = owner.unwrap_or_else(|| panic!("{} belongs to no part", file.display()));
        let text = std::fs::read_to_string(&file).unwrap();
        let text = match text.find("#[cfg(test)]\nmod tests {") {
            Some(tests) => &text[..tests],
            None => &text,
        };
        for line in text.lines().map(str::trim_start) {
            counted[owner] += usize::from(!line.is_empty() && !line.starts_with("//"));
        }
    }
    let stated = Part::ALL.map(Part::lines);
    assert_eq!(counted, stated);
    assert!(stated.iter().all(|&lines| lines > 50), "a part is missing: {stated:?}");
}
