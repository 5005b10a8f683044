//! Something that can be switched on and off faster than it follows.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::Pin;

use futures_channel::oneshot;

use super::event::Failure;
use crate::{Error, ErrorCode};

/// What somebody wants of a switch: a future that makes it so, and does nothing before it is polled.
pub(super) type Wish = Pin<Box<dyn Future<Output = Result<(), Failure>>>>;

/// Applies one wish at a time; of those made meanwhile only the last counts, and everybody who asked
/// is answered when the switch has come to rest.
#[derive(Default)]
pub(super) struct Toggle {
    next: RefCell<Option<Wish>>,
    running: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<Result<(), Failure>>>>,
}

impl fmt::Debug for Toggle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Toggle")
    }
}

/// Lets the switch go even when its future is dropped half-way. Nobody waits for its wishes then.
struct Running<'a>(&'a Toggle);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.set(false);
        let next = self.0.take();
        let waiting = self.0.waiting.take();
        drop((next, waiting));
    }
}

impl Toggle {
    /// Makes a wish, and waits until the switch rests.
    pub(super) async fn set(&self, wish: Wish) -> Result<(), Failure> {
        let before = self.next.replace(Some(wish));
        drop(before);
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
            result = wish.await;
        }
        for waiting in self.waiting.take() {
            // Whoever stopped waiting does not want to know.
            waiting.send(result.clone()).ok();
        }
        drop(running);
        result
    }

    fn take(&self) -> Option<Wish> {
        self.next.borrow_mut().take()
    }
}
