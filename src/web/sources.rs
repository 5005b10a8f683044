//! A picture that changes and a sound, without a camera or a microphone.

use std::fmt;
use std::rc::Rc;

use gloo_timers::callback::Interval;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, AudioContextState, CanvasRenderingContext2d, HtmlCanvasElement, MediaStream,
    MediaStreamTrack, OscillatorNode,
};

use super::{globals, within};
use crate::engine::Millis;

/// Pictures per second.
pub const FRAME_RATE: u32 = 15;
/// px
const SIZE: (u32, u32) = (320, 180);
/// A tone nobody hears: it is only sent. Hz.
const TONE: f32 = 440.0;
/// How long a browser may take to begin with sound, ms.
const SOUND: Millis = Millis(300);

#[wasm_bindgen]
extern "C" {
    type Canvas;
    #[wasm_bindgen(method, catch, js_name = captureStream)]
    fn capture_stream(this: &Canvas, rate: u32) -> Result<MediaStream, JsValue>;
}

/// Closes what it made when it is dropped.
pub struct Sources {
    /// Missing where the browser cannot capture a canvas.
    pub video: Option<MediaStreamTrack>,
    /// Missing where the browser lets the page make no sound yet.
    pub audio: Option<MediaStreamTrack>,
    context: Option<AudioContext>,
    _drawing: Option<Interval>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}

impl Sources {
    /// Makes both, as far as the browser can.
    pub async fn make() -> Self {
        let (video, drawing) = picture().unzip();
        let mut sources = Self { video, audio: None, context: None, _drawing: drawing };
        sources.sound().await;
        sources
    }

    async fn sound(&mut self) {
        let Ok(context) = AudioContext::new() else { return };
        self.context = Some(context.clone());
        let Ok(track) = tone(&context) else { return };
        // Before a click it may stay suspended for ever.
        if let Ok(resumed) = context.resume() {
            within(SOUND, JsFuture::from(resumed)).await;
        }
        if context.state() == AudioContextState::Running {
            self.audio = Some(track);
        } else {
            track.stop();
        }
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        for track in [&self.video, &self.audio].into_iter().flatten() {
            track.stop();
        }
        if let Some(Ok(closed)) = self.context.as_ref().map(AudioContext::close) {
            super::spawn_local(async move { drop(settled(closed).await) });
        }
    }
}

async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

fn tone(context: &AudioContext) -> Result<MediaStreamTrack, JsValue> {
    let output = context.create_media_stream_destination()?;
    let oscillator = OscillatorNode::new(context)?;
    oscillator.frequency().set_value(TONE);
    oscillator.connect_with_audio_node(&output)?;
    oscillator.start()?;
    Ok(output.stream().get_audio_tracks().get(0).unchecked_into())
}

fn picture() -> Option<(MediaStreamTrack, Interval)> {
    let canvas = globals::document()?.create_element("canvas").ok()?;
    let canvas: Rc<HtmlCanvasElement> = Rc::new(canvas.unchecked_into());
    canvas.set_width(SIZE.0);
    canvas.set_height(SIZE.1);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d").ok().flatten()?.unchecked_into();
    draw(&context, 0);
    let stream = canvas.unchecked_ref::<Canvas>().capture_stream(FRAME_RATE).ok()?;
    let mut count = 0_u32;
    let drawing = Interval::new(1000 / FRAME_RATE, move || {
        count = count.wrapping_add(1);
        draw(&context, count);
    });
    Some((stream.get_video_tracks().get(0).unchecked_into(), drawing))
}

fn draw(context: &CanvasRenderingContext2d, count: u32) {
    let color = ["hsl(", &(count.wrapping_mul(7) % 360).to_string(), " 80% 50%)"].concat();
    context.set_fill_style_str(&color);
    context.fill_rect(0.0, 0.0, f64::from(SIZE.0), f64::from(SIZE.1));
    context.set_fill_style_str("#fff");
    context.fill_rect(f64::from(count.wrapping_mul(5) % SIZE.0), 0.0, 20.0, f64::from(SIZE.1));
}
