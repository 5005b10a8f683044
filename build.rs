//! Tells the browser tests whether there is a Janus for them; the published crate is built without this.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(janus_server)");
    let mut known = false;
    for variable in ["JANUS_WASM_TEST_WS", "JANUS_WASM_TEST_HTTP"] {
        println!("cargo:rerun-if-env-changed={variable}");
        known |= std::env::var_os(variable).is_some();
    }
    if known {
        println!("cargo:rustc-cfg=janus_server");
    }
}
