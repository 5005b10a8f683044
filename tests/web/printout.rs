//! The browser makes the same of every recorded line as the host.

use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../shared/printout.rs"]
mod shared;

#[wasm_bindgen_test]
fn the_browser_prints_the_same_for_every_recorded_line() {
    let expected: Vec<_> = shared::EXPECTED.lines().collect();
    let printed = shared::printouts();
    assert_eq!(printed.len(), expected.len());
    for ((line, words), expected) in printed.iter().zip(expected) {
        assert_eq!(line, expected, "the browser prints\n{words}");
    }
}
