//! A beat that goes on in hidden tabs.
//!
//! Browsers let the timers of a hidden page run once a second, later once a minute: too seldom to keep
//! a session alive. Those of a worker are left alone.

use std::fmt;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, Url, Worker};

use super::Listener;

const SCRIPT: &str = "setInterval(()=>postMessage(0),1e3)";

/// Beats once a second until dropped.
pub struct Metronome {
    url: String,
    worker: Worker,
    _listener: Listener,
}

impl fmt::Debug for Metronome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metronome")
    }
}

impl Metronome {
    /// Calls `beat` once a second. Nothing where the page may not have such a worker: its content
    /// security policy has to allow `blob:` in `worker-src`. A worker that is refused later than this
    /// never beats.
    pub fn start(beat: impl Fn() + 'static) -> Option<Self> {
        let script = Blob::new_with_str_sequence(&Array::of1(&SCRIPT.into())).ok()?;
        let url = Url::create_object_url_with_blob(&script).ok()?;
        let Ok(worker) = Worker::new(&url) else {
            Url::revoke_object_url(&url).ok();
            return None;
        };
        let listener = Listener::new(&worker, "message", move |_: JsValue| beat());
        Some(Self { url, worker, _listener: listener })
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.worker.terminate();
        Url::revoke_object_url(&self.url).ok();
    }
}
