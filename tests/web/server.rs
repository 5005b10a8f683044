//! Where the Janus for these tests is.

/// Addresses of the server, WebSocket first. Without one, tests that need it are ignored (`build.rs`).
pub fn addresses() -> Vec<&'static str> {
    let known = [option_env!("JANUS_WASM_TEST_WS"), option_env!("JANUS_WASM_TEST_HTTP")];
    known.into_iter().flatten().collect()
}
