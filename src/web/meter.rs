//! How loud a track is.

use std::fmt;

use gloo_timers::callback::Interval;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamTrack};

/// How often the level is reported, ms.
const PERIOD: u32 = 60;

/// Measures a track until dropped.
pub struct Meter {
    context: AudioContext,
    _timer: Interval,
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

impl Meter {
    /// Reports the level of an audio track about 16 times a second, from 0 (silence) to 1 (as loud as
    /// can be), on a scale that follows the ear.
    pub fn start(
        track: &MediaStreamTrack,
        mut listener: impl FnMut(f64) + 'static,
    ) -> Result<Self, JsValue> {
        let context = AudioContext::new()?;
        let stream = MediaStream::new_with_tracks(&Array::of1(track))?;
        let analyser = context.create_analyser()?;
        analyser.set_fft_size(1024);
        context.create_media_stream_source(&stream)?.connect_with_audio_node(&analyser)?;
        // Suspended until the person has touched the page, in some browsers; resuming is best effort.
        context.resume().map(drop).ok();
        let mut samples = vec![0.0_f32; 1024];
        let timer = Interval::new(PERIOD, move || listener(level(&analyser, &mut samples)));
        Ok(Self { context, _timer: timer })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.context.close().map(drop).ok();
    }
}

/// Root mean square, with the square root once more: half the bar is then about a quarter of the power.
fn level(analyser: &AnalyserNode, samples: &mut [f32]) -> f64 {
    analyser.get_float_time_domain_data(samples);
    let power: f64 = samples.iter().map(|sample| f64::from(sample * sample)).sum();
    #[expect(clippy::cast_precision_loss, reason = "1024 samples")]
    let mean = power / samples.len().max(1) as f64;
    mean.sqrt().sqrt().min(1.0)
}
