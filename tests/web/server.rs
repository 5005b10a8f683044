//! Where the Janus for these tests is.

use wasm_bindgen_test::console_log;

/// Addresses of the server, WebSocket first; says aloud when there is none.
pub fn addresses(test: &str) -> Vec<&'static str> {
    let known = [option_env!("JANUS_WASM_TEST_WS"), option_env!("JANUS_WASM_TEST_HTTP")];
    let known: Vec<&str> = known.into_iter().flatten().collect();
    if known.is_empty() {
        console_log!(
            "SKIPPED {test}: it needs a Janus. Name one when building the tests, for instance \
             JANUS_WASM_TEST_WS=ws://127.0.0.1:8188 JANUS_WASM_TEST_HTTP=http://127.0.0.1:8088/janus \
             wasm-pack test --headless --chrome, or run npm test, which starts one."
        );
    }
    known
}
