//! Waits for several things at once.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

pub(super) type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Does all of it at once.
pub(super) async fn all(mut works: Vec<Work<'_>>) {
    let step = |context: &mut Context<'_>| {
        works.retain_mut(|work| work.as_mut().poll(context).is_pending());
        if works.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    };
    poll_fn(step).await;
}

/// What both come to; neither waits for the other.
pub(super) async fn both<A, B>(
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let mut done = (None, None);
    let step = |context: &mut Context<'_>| {
        if done.0.is_none() {
            done.0 = ready(one.as_mut().poll(context));
        }
        if done.1.is_none() {
            done.1 = ready(other.as_mut().poll(context));
        }
        match std::mem::take(&mut done) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            halves => {
                done = halves;
                Poll::Pending
            }
        }
    };
    poll_fn(step).await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use std::task::Waker;

    use futures_channel::oneshot;

    use super::*;

    #[test]
    fn both_are_begun_and_neither_waits_for_the_other() {
        let (first_done, first) = oneshot::channel();
        let (second_done, second) = oneshot::channel();
        let begun = std::cell::Cell::new(0);
        let work = |done: oneshot::Receiver<u32>| {
            let begun = &begun;
            async move {
                begun.set(begun.get() + 1);
                done.await
            }
        };
        let mut waiting = pin!(both(work(first), work(second)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert_eq!(begun.get(), 2);
        second_done.send(2).unwrap();
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        first_done.send(1).unwrap();
        assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready((Ok(1), Ok(2))));
    }
}
