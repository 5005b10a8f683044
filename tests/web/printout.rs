//! The browser's codec makes the same of every recorded line as the host's.

use janus_wasm::web::JsBody;
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../shared/printout.rs"]
mod shared;

#[wasm_bindgen_test]
fn both_codecs_print_the_same_for_every_recorded_line() {
    let expected: Vec<_> = shared::EXPECTED.lines().collect();
    let printed = shared::printouts::<JsBody>();
    assert_eq!(printed.len(), expected.len());
    for ((line, words), expected) in printed.iter().zip(expected) {
        assert_eq!(line, expected, "the browser's codec prints\n{words}");
    }
}
