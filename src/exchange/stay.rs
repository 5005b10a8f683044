//! What belongs to one stay in a room, and when those who are there hear us.

use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::inner::{Inner, left};
use super::words::Words;
use crate::engine::Millis;
use crate::room::Failure;
use crate::web::now;

impl Inner {
    /// Whether the stay in which something was asked goes on: to others it is not said.
    ///
    /// # Errors
    /// `Aborted` if it is over.
    pub(super) fn belongs(&self, stay: u32) -> Result<(), Failure> {
        if self.stay.get() == stay { Ok(()) } else { Err(left().into()) }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settling.borrow().is_settled()
    }

    /// Resolves when those who are here hear us, as far as can be told; after `most` all the same, while people keep
    /// coming.
    ///
    /// # Errors
    /// `InvalidState` outside of a room; `Aborted` if it is left meanwhile.
    pub(super) fn settled(
        self: &Rc<Self>,
        most: Option<Millis>,
    ) -> impl Future<Output = Result<(), Failure>> + use<> {
        // What was never used is opened by what is said first, and nobody hears that.
        let hello = (!self.has_said.get()).then(|| self.say(&Words::Hello));
        let (is_in, weak, stay) = (self.check(), Rc::downgrade(self), self.stay.get());
        async move {
            is_in?;
            if let Some(hello) = hello {
                hello?.await?;
            }
            if let Some(settled) = wait(&weak, stay, most)? {
                settled.await.ok();
            }
            weak.upgrade().ok_or_else(left)?.belongs(stay)
        }
    }

    pub(super) fn disturb(self: &Rc<Self>) {
        if self.is_on.get() {
            self.settling.borrow_mut().disturb(now());
            self.wake();
        }
    }
}

pub(super) fn settle(waiting: Vec<oneshot::Sender<()>>) {
    for settle in waiting {
        // Nobody may wait any longer.
        settle.send(()).ok();
    }
}

/// What resolves when it is settled; nothing if it is.
fn wait(
    inner: &Weak<Inner>,
    stay: u32,
    most: Option<Millis>,
) -> Result<Option<oneshot::Receiver<()>>, Failure> {
    let inner = inner.upgrade().ok_or_else(left)?;
    inner.belongs(stay)?;
    let (settle, settled) = oneshot::channel();
    let until = most.map(|most| now() + most);
    let waiting = inner.settling.borrow_mut().wait(settle, until);
    inner.wake();
    Ok(waiting.is_none().then_some(settled))
}
