//! The layers' arrows point one way, and the pure layers stay pure. Reads the sources.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Each folder with the ones it may name.
const LAYERS: [(&str, &[&str]); 10] = [
    ("protocol", &["protocol"]),
    ("engine", &["engine", "protocol"]),
    ("web", &["web", "engine", "protocol"]),
    ("client", &["client", "web", "engine", "protocol"]),
    ("videoroom", &["videoroom", "client", "web", "engine", "protocol"]),
    ("room", &["room", "videoroom", "client", "web", "engine", "protocol"]),
    ("support", &["support", "room", "videoroom", "client", "web", "engine", "protocol"]),
    ("exchange", &["exchange", "room", "videoroom", "client", "web", "engine", "protocol"]),
    ("live", &["live", "room", "videoroom", "client", "web", "engine", "protocol"]),
    ("js", &["js", "room", "videoroom", "client", "web", "engine", "protocol"]),
];

const BROWSER: [&str; 5] = ["web_sys", "js_sys", "wasm_bindgen", "gloo", "serde_wasm_bindgen"];
const CLOCKS_AND_CHANCE: [&str; 4] = ["Instant", "SystemTime", "rand::", "getrandom"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file without its comments, in which anything may be named.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn layer(name: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
    let files: Vec<_> =
        sources(&root).into_iter().map(|path| (path.clone(), code(&path))).collect();
    assert!(!files.is_empty(), "no sources in {name}");
    files
}

#[test]
fn arrows_point_one_way() {
    for (name, allowed) in LAYERS {
        for (path, code) in layer(name) {
            for (other, _) in LAYERS {
                let named = code.contains(&format!("crate::{other}::"))
                    || code.contains(&format!("crate::{{{other}"))
                    || code.contains(&format!("use crate::{other}"));
                assert!(allowed.contains(&other) || !named, "{} names {other}", path.display());
            }
        }
    }
}

#[test]
fn only_web_and_js_name_the_browser() {
    for (name, _) in LAYERS.iter().filter(|(name, _)| !["web", "js"].contains(name)) {
        for (path, code) in layer(name) {
            for word in BROWSER {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn pure_layers_know_neither_clock_nor_chance() {
    for name in ["protocol", "engine"] {
        for (path, code) in layer(name) {
            for word in CLOCKS_AND_CHANCE {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn what_costs_much_webassembly_is_not_used() {
    for (name, _) in LAYERS {
        for (path, code) in layer(name) {
            // `split_at` quotes the text when it panics, and so links tables of Unicode: 4 kB.
            for word in ["BTree", "HashMap", "HashSet", "{:?}", ".split_at("] {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn one_version_everywhere() {
    let package = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/package.json")).unwrap();
    let package: serde_json::Value = serde_json::from_str(&package).unwrap();
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
}
