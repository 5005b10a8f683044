//! Our data channels.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::call::Call;
use super::event::{Failure, RoomEvent};
use crate::engine::negotiation::Role;
use crate::protocol::description::Source;
use crate::web::RtcDataChannel;

/// What is to be open on each peer connection that publishes.
#[derive(Debug, Default)]
pub(super) struct Channels {
    /// Labels and options.
    wanted: RefCell<Vec<(String, String)>>,
    /// So many of them are open on this peer connection.
    opened: Cell<usize>,
}

impl Channels {
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.borrow().is_empty()
    }

    fn next(&self) -> Option<(String, String)> {
        self.wanted.borrow().get(self.opened.get()).cloned()
    }
}

impl Call {
    /// Opens a data channel of ours, now and on each peer connection that follows.
    pub(super) fn open_channel(
        self: &Rc<Self>,
        label: String,
        options: String,
    ) -> Result<(), Failure> {
        self.publisher()?;
        self.channels.wanted.borrow_mut().push((label, options));
        self.open_channels()?;
        self.pump();
        Ok(())
    }

    /// Opens those that are not open, between two rounds of negotiation: of a channel that is opened while an
    /// answer is applied, Firefox never tells that it is open.
    fn open_channels(&self) -> Result<(), Failure> {
        while let Some((label, options)) = self.channels.next() {
            let Some(peer) = self.present(Role::Offerer) else { break };
            if self.conference.borrow().is_offering() {
                break;
            }
            let opened = peer.open_channel(&label, &options);
            let at = self.channels.opened.get();
            let channel = opened.inspect_err(|_| {
                // What the browser does not take now it will not take later.
                self.channels.wanted.borrow_mut().remove(at);
            })?;
            self.channels.opened.set(at + 1);
            self.conference.borrow_mut().data_opened();
            self.tell_channel(channel, label, true);
        }
        Ok(())
    }

    /// The same for those that had to wait: nobody else hears of an error.
    pub(super) fn open_waiting_channels(&self) {
        while let Err(failure) = self.open_channels() {
            self.emit(&RoomEvent::MediaError { source: Source::Unknown, failure });
        }
    }

    /// On a fresh peer connection.
    pub(super) fn open_channels_again(&self) {
        self.channels.opened.set(0);
        self.open_waiting_channels();
    }

    pub(super) fn tell_channel(&self, channel: RtcDataChannel, label: String, ours: bool) {
        self.emit(&RoomEvent::DataChannel { channel, label, ours });
    }
}
