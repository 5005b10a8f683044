//! Objects of the page that may be missing: in workers, or where the context is not secure.

use wasm_bindgen::prelude::*;
use web_sys::{Document, EventTarget};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = document)]
    static DOCUMENT: Option<Document>;

    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: EventTarget;
}

/// The document; workers have none.
pub(super) fn document() -> Option<Document> {
    DOCUMENT.with(Clone::clone)
}

/// The window or the worker.
pub(super) fn global() -> EventTarget {
    GLOBAL.with(Clone::clone)
}
