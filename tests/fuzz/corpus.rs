//! Inputs worth keeping: `tests/fixtures/corpus`, whose README says how to add one.

use std::fs;
use std::path::Path;

/// Each input with its name: what a server says, one text a line.
pub(crate) fn load() -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            all.push((name, text.split_terminator('\n').map(str::to_owned).collect()));
        }
    }
    all.sort();
    assert!(all.len() > 20, "the corpus is gone");
    all
}
