//! What companions tell, and how it is heard.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_core::Stream;

type Listener<E> = Rc<dyn Fn(&E)>;

/// Those who listen to one companion.
pub(super) struct Listeners<E> {
    callbacks: RefCell<Vec<Listener<E>>>,
    streams: RefCell<Vec<mpsc::UnboundedSender<E>>>,
}

impl<E> Default for Listeners<E> {
    fn default() -> Self {
        Self { callbacks: RefCell::default(), streams: RefCell::default() }
    }
}

impl<E> fmt::Debug for Listeners<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners")
    }
}

impl<E: Clone> Listeners<E> {
    pub(super) fn add(&self, listener: impl Fn(&E) + 'static) {
        self.callbacks.borrow_mut().push(Rc::new(listener));
    }

    pub(super) fn stream(&self) -> Events<E> {
        let (sender, receiver) = mpsc::unbounded();
        self.streams.borrow_mut().push(sender);
        Events(receiver)
    }

    pub(super) fn emit(&self, event: &E) {
        // A copy, because a listener may add another.
        let callbacks = self.callbacks.borrow().clone();
        for callback in callbacks {
            callback(event);
        }
        let mut streams = self.streams.borrow_mut();
        streams.retain(|stream| stream.unbounded_send(event.clone()).is_ok());
    }
}

/// What a companion tells, as a stream. Ends when the companion is dropped.
#[derive(Debug)]
pub struct Events<E>(mpsc::UnboundedReceiver<E>);

impl<E> Events<E> {
    /// The next event.
    pub async fn next(&mut self) -> Option<E> {
        poll_fn(|context| Pin::new(&mut self.0).poll_next(context)).await
    }
}

impl<E> Stream for Events<E> {
    type Item = E;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<E>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}
