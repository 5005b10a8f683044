//! Something that can be switched on and off faster than it follows.

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

use super::event::Failure;
use crate::{Error, ErrorCode};

/// What somebody wants of a switch.
#[derive(Debug)]
pub(super) enum Wish<O> {
    On(Option<O>),
    Off,
}

/// Applies one wish at a time; of those made meanwhile only the last counts, and everybody who asked
/// is answered when the switch has come to rest.
#[derive(Debug)]
pub(super) struct Toggle<O> {
    next: RefCell<Option<Wish<O>>>,
    running: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<Result<(), Failure>>>>,
}

impl<O> Default for Toggle<O> {
    fn default() -> Self {
        let (next, waiting) = (RefCell::default(), RefCell::default());
        Self { next, running: Cell::new(false), waiting }
    }
}

/// Lets the switch go even when its future is dropped half-way.
struct Running<'a, O>(&'a Toggle<O>);

impl<O> Drop for Running<'_, O> {
    fn drop(&mut self) {
        self.0.running.set(false);
        self.0.waiting.borrow_mut().clear();
    }
}

impl<O> Toggle<O> {
    /// Makes a wish, and waits until the switch rests.
    pub(super) async fn set<F>(
        &self,
        wish: Wish<O>,
        apply: impl Fn(Wish<O>) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        self.next.replace(Some(wish));
        if self.running.replace(true) {
            let (sender, rests) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let text = "the switch was given up before it came to rest";
            return rests
                .await
                .unwrap_or_else(|_| Err(Error::new(ErrorCode::Aborted, text).into()));
        }
        let running = Running(self);
        let mut result = Ok(());
        while let Some(wish) = self.take() {
            result = apply(wish).await;
        }
        for waiting in self.waiting.take() {
            // Whoever stopped waiting does not want to know.
            waiting.send(result.clone()).ok();
        }
        drop(running);
        result
    }

    fn take(&self) -> Option<Wish<O>> {
        self.next.borrow_mut().take()
    }
}
