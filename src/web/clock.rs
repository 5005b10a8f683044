//! Time and randomness.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use gloo_timers::callback::{self, Timeout};
use gloo_timers::future::TimeoutFuture;
use js_sys::Uint32Array;
use wasm_bindgen::prelude::*;

use crate::engine::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(array: &Uint32Array);
}

/// The monotonic clock of the page.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page does not live for 500 million years, nor before it was loaded"
)]
pub fn now() -> Millis {
    Millis(performance_now() as u64)
}

/// The same clock with fractions of a millisecond, as exact as the browser has it.
pub fn now_exactly() -> f64 {
    performance_now()
}

fn random_words() -> (u64, u64) {
    let words = Uint32Array::new_with_length(2);
    get_random_values(&words);
    (words.get_index(0).into(), words.get_index(1).into())
}

/// A random integer between 1 and 2^53 - 1 from the browser's cryptographic source.
pub fn random_id() -> u64 {
    let (high, low) = random_words();
    (((high & 0x001F_FFFF) << 32) | low).max(1)
}

/// Thirty-two random bits.
pub fn random_u32() -> u32 {
    let words = Uint32Array::new_with_length(1);
    get_random_values(&words);
    words.get_index(0)
}

/// Eight random letters.
pub fn random_text() -> String {
    let (mut high, mut low) = random_words();
    let letter = |bits: &mut u64| {
        let index = u8::try_from(*bits % 26).unwrap_or_default();
        *bits /= 26;
        char::from(b'a' + index)
    };
    (0..4).flat_map(|_| [letter(&mut high), letter(&mut low)]).collect()
}

/// A timer that is set to one moment at a time and stops when dropped.
#[derive(Default)]
pub struct Timer(Option<(Millis, Timeout)>);

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timer")
    }
}

impl Timer {
    /// Runs `then` at `deadline`. Setting it again to the same moment changes nothing.
    pub fn set(&mut self, deadline: Option<Millis>, then: impl FnOnce() + 'static) {
        let Some(deadline) = deadline else {
            self.0 = None;
            return;
        };
        if self.0.as_ref().is_some_and(|(set, _)| *set == deadline) {
            return;
        }
        // A timer of the browser's may fire a little early; one more millisecond saves a vain wake-up.
        let span = now().until(deadline).0 + 1;
        let span = u32::try_from(span).unwrap_or(u32::MAX).min(i32::MAX as u32);
        self.0 = Some((deadline, Timeout::new(span, then)));
    }

    /// Forgets the moment it is set to, so that the next `set` takes effect; for use in the callback.
    pub fn fired(&mut self) {
        self.0 = None;
    }
}

/// Calls something again and again until dropped.
#[must_use = "nothing is called once it is dropped"]
pub struct Interval(#[expect(dead_code, reason = "kept until it is dropped")] callback::Interval);

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interval")
    }
}

impl Interval {
    /// Calls `then` once in each `period`; in a page that nobody sees less often.
    pub fn new(period: Millis, then: impl FnMut() + 'static) -> Self {
        let period = u32::try_from(period.0).unwrap_or(u32::MAX).min(i32::MAX as u32);
        Self(callback::Interval::new(period, then))
    }
}

/// Comes to its end after `span`.
pub fn sleep(span: Millis) -> TimeoutFuture {
    TimeoutFuture::new(u32::try_from(span.0).unwrap_or(u32::MAX).min(i32::MAX as u32))
}

/// What `future` comes to, or nothing if it takes longer than `span`.
pub async fn within<T>(span: Millis, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut timeout) = (pin!(future), pin!(sleep(span)));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => timeout.as_mut().poll(context).map(|()| None),
    })
    .await
}
