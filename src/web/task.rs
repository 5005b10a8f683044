//! Futures that run by themselves.

use std::future::Future;
use std::pin::Pin;

/// Runs a future to its end, whoever looks.
///
/// Boxed, so that the machinery under it is there once and not once for each kind of future.
pub fn spawn_local(future: impl Future<Output = ()> + 'static) {
    run(Box::pin(future));
}

fn run(future: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(future);
}
