//! Those who listen to something that tells events: by callback, or by stream.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_core::Stream;

use super::RoomEvent;

type Listener<E> = Rc<dyn Fn(&E)>;

/// Those who listen to a room, or to what goes with it.
pub(crate) struct Listeners<E> {
    callbacks: RefCell<Vec<Listener<E>>>,
    streams: RefCell<Vec<mpsc::UnboundedSender<E>>>,
    /// Nobody hears anything any more.
    is_over: Cell<bool>,
}

/// What has listeners.
pub(crate) trait Tells<E> {
    fn listeners(&self) -> &Listeners<E>;
}

impl<E> Default for Listeners<E> {
    fn default() -> Self {
        let (callbacks, streams) = (RefCell::default(), RefCell::default());
        Self { callbacks, streams, is_over: Cell::new(false) }
    }
}

impl<E> fmt::Debug for Listeners<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners")
    }
}

impl<E: Clone> Listeners<E> {
    /// Calls `listener` with every event, at once and in order.
    pub(crate) fn add(&self, listener: impl Fn(&E) + 'static) {
        self.callbacks.borrow_mut().push(Rc::new(listener));
    }

    /// Every event from now on.
    pub(crate) fn stream(&self) -> Events<E> {
        let (sender, receiver) = mpsc::unbounded();
        self.streams.borrow_mut().push(sender);
        Events(receiver)
    }

    /// Tells everybody who listens now.
    pub(crate) fn emit(&self, event: &E) {
        // A copy, because a listener may add another.
        let callbacks = self.callbacks.borrow().clone();
        for callback in callbacks {
            if !self.is_over.get() {
                callback(event);
            }
        }
        let mut streams = self.streams.borrow_mut();
        streams.retain(|stream| stream.unbounded_send(event.clone()).is_ok());
    }

    /// Nobody hears anything any more, be it of the event that is being told.
    pub(crate) fn end(&self) {
        self.is_over.set(true);
        drop((self.callbacks.take(), self.streams.take()));
    }
}

/// Calls a listener with every event until it is dropped, and not once more: what an earlier listener of the same event
/// drops does not hear of it. Of a room it is made by [`Room::watch`](super::Room::watch).
pub struct Watching<E = RoomEvent> {
    of: Weak<dyn Tells<E>>,
    listener: Listener<E>,
    is_over: Rc<Cell<bool>>,
}

impl<E: 'static> Watching<E> {
    pub(crate) fn new<T: Tells<E> + 'static>(of: &Rc<T>, call: impl Fn(&E) + 'static) -> Self {
        let is_over = Rc::new(Cell::new(false));
        let over = Rc::clone(&is_over);
        // An earlier listener of the same event may be what ends it.
        let listener: Listener<E> = Rc::new(move |event| {
            if !over.get() {
                call(event);
            }
        });
        of.listeners().callbacks.borrow_mut().push(Rc::clone(&listener));
        let of: Weak<T> = Rc::downgrade(of);
        Self { of, listener, is_over }
    }
}

impl<E> Drop for Watching<E> {
    fn drop(&mut self) {
        self.is_over.set(true);
        if let Some(of) = self.of.upgrade() {
            of.listeners().callbacks.borrow_mut().retain(|it| !Rc::ptr_eq(it, &self.listener));
        }
    }
}

impl<E> fmt::Debug for Watching<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watching")
    }
}

/// A stream of events. Ends when what tells them is dropped.
#[derive(Debug)]
pub struct Events<E = RoomEvent>(mpsc::UnboundedReceiver<E>);

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

#[cfg(all(test, not(target_family = "wasm")))]
pub(crate) mod tests {
    use std::task::Waker;

    use super::*;

    struct Teller<E>(Listeners<E>);

    impl<E> Tells<E> for Teller<E> {
        fn listeners(&self) -> &Listeners<E> {
            &self.0
        }
    }

    fn teller<E: 'static>() -> Rc<Teller<E>> {
        Rc::new(Teller(Listeners::default()))
    }

    /// Whatever the events are: a listener ends the one behind it, and itself, while both are told of one.
    pub(crate) fn what_an_earlier_listener_ends_hears_nothing<E: Clone + 'static>(event: &E) {
        let teller = teller::<E>();
        let listeners = teller.listeners();
        let heard: Rc<RefCell<Vec<&str>>> = Rc::default();
        let listener = |name| {
            let heard = Rc::clone(&heard);
            move |_: &E| heard.borrow_mut().push(name)
        };
        let ended: Rc<RefCell<Vec<Watching<E>>>> = Rc::default();
        listeners.add(listener("first"));
        let (ends, tells) = (Rc::clone(&ended), listener("second"));
        let second = Watching::new(&teller, move |event| {
            tells(event);
            drop(ends.take());
        });
        let third = Watching::new(&teller, listener("third"));
        ended.borrow_mut().extend([second, third]);
        let fourth = Watching::new(&teller, listener("fourth"));
        listeners.emit(event);
        assert_eq!(*heard.borrow(), ["first", "second", "fourth"]);
        drop(fourth);
        listeners.emit(event);
        assert_eq!(heard.take(), ["first", "second", "fourth", "first"]);
        assert_eq!(listeners.callbacks.borrow().len(), 1);
    }

    #[test]
    fn of_a_room_what_an_earlier_listener_ends_hears_nothing() {
        what_an_earlier_listener_ends_hears_nothing(&RoomEvent::PlaybackChanged(true));
    }

    #[test]
    fn one_may_outlive_what_it_listens_to() {
        let teller = teller::<u32>();
        let watching = Watching::new(&teller, |_| {});
        drop(teller);
        drop(watching);
    }

    #[test]
    fn after_the_end_nobody_hears_anything() {
        let teller = teller::<u32>();
        let listeners = teller.listeners();
        let heard = Rc::new(Cell::new(0));
        let ends = Rc::downgrade(&teller);
        listeners.add(move |_| ends.upgrade().unwrap().listeners().end());
        let counts = Rc::clone(&heard);
        let watching = Watching::new(&teller, move |event| counts.set(*event));
        let mut events = listeners.stream();
        listeners.emit(&7);
        assert_eq!(heard.get(), 0);
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(Pin::new(&mut events).poll_next(&mut context), Poll::Ready(None)));
        drop(watching);
        assert_eq!(Rc::strong_count(&heard), 1);
    }
}
