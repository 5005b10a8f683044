//! How loud a track is.

use std::fmt;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::MediaStreamTrack;

#[wasm_bindgen(module = "/src/web/media.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = startMeter)]
    fn start_meter(
        current: &Closure<dyn Fn() -> MediaStreamTrack>,
        listener: &Closure<dyn FnMut(f64)>,
    ) -> Result<Function, JsValue>;
}

/// Measures a track until dropped.
pub struct Meter {
    stop: Function,
    _current: Closure<dyn Fn() -> MediaStreamTrack>,
    _listener: Closure<dyn FnMut(f64)>,
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

impl Meter {
    /// Reports the level of an audio track about 16 times a second, from 0 (silence) to 1 (as loud as
    /// can be), on a scale that follows the ear. `current`: the track, which may be another later.
    pub fn start(
        current: impl Fn() -> MediaStreamTrack + 'static,
        listener: impl FnMut(f64) + 'static,
    ) -> Result<Self, JsValue> {
        let (current, listener) = (Closure::new(current), Closure::new(listener));
        let stop = start_meter(&current, &listener)?;
        Ok(Self { stop, _current: current, _listener: listener })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.stop.call0(&JsValue::NULL).ok();
    }
}
