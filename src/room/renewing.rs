//! Peer connections that take the place of others.

use std::rc::Rc;

use super::call::Call;
use crate::client::{Handle, unheard};
use crate::engine::negotiation::Role;
use crate::web::spawn_local;
use crate::{Error, ErrorCode};

impl Call {
    pub(super) fn drop_peer(&self, role: Role) {
        match role {
            Role::Offerer => {
                drop(self.publisher.take());
                self.places.clear();
                self.rebuilding.set(true);
                self.slots.all().iter().for_each(|slot| slot.cut_off());
            }
            Role::Answerer => drop(self.subscriber.take()),
        }
    }

    /// A fresh peer connection in place of one that is of no use any longer.
    pub(super) fn renew(self: &Rc<Self>, role: Role) {
        self.drop_peer(role);
        self.early.borrow_mut().retain(|(of, _)| *of != role);
        let (weak, epoch) = (Rc::downgrade(self), self.epoch.get());
        let (hangup, attach) = match (role, self.signal.borrow().as_ref()) {
            (Role::Offerer, Some(signal)) => (Some(signal.publisher.hangup()), None),
            (Role::Answerer, Some(signal)) => (None, Some(signal.renew_subscriber())),
            (_, None) => (None, None),
        };
        spawn_local(async move {
            if let Some(hangup) = hangup {
                // Fails only where there is nothing to hang up.
                hangup.await.ok();
            }
            let handle = match attach {
                Some(attach) => attach.await.map(Some),
                None => Ok(None),
            };
            let call = weak.upgrade().filter(|call| !call.over.get());
            match (call.filter(|call| call.epoch.get() == epoch), handle) {
                (Some(call), handle) => call.renewed(role, handle),
                // Others are attached meanwhile.
                (None, Ok(Some(handle))) => unheard(handle.detach()),
                (None, _) => {}
            }
        });
    }

    fn renewed(self: &Rc<Self>, role: Role, handle: Result<Option<Handle>, Error>) {
        match handle {
            Ok(handle) => {
                if let (Some(handle), Some(signal)) = (handle, self.signal.borrow_mut().as_mut()) {
                    signal.subscriber = handle;
                }
                if role == Role::Offerer && !self.publish_all_again() {
                    self.conference.borrow_mut().emptied();
                } else {
                    self.conference.borrow_mut().renewed(role);
                }
            }
            // What is asked for now waits for the next connection.
            Err(error) if error.code() == ErrorCode::ConnectionLost => return self.renew(role),
            // Only a subscriber's handle is made anew.
            Err(error) => self.conference.borrow_mut().renewal_failed(error),
        }
        self.pump();
    }

    /// On a fresh peer connection, which is made if there is anything; whether there is.
    pub(super) fn publish_all_again(self: &Rc<Self>) -> bool {
        self.rebuilding.set(false);
        let any = !self.slots.all().is_empty() || !self.channels.is_empty();
        if any {
            self.add_again();
            self.open_channels_again();
        }
        any
    }
}
