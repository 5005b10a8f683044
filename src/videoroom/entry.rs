//! Handles on their way into a room, and what goes on whoever waits for it.

use futures_channel::oneshot;

use crate::client::{AttachOptions, Handle, Session, Sink};
use crate::protocol::videoroom::PLUGIN;
use crate::web::spawn_local;
use crate::{Error, ErrorCode};

/// A handle that ends when it is dropped before it was taken: whoever gives up joining midway would be left in
/// the room otherwise.
#[derive(Debug)]
pub(super) struct Entry(Option<Handle>);

impl Entry {
    /// Attaches. Given up midway, the handle ends as soon as it is there.
    pub(super) async fn attach(session: &Session, sink: Sink) -> Result<Self, Error> {
        let attached = session.attach(PLUGIN, AttachOptions::default(), sink);
        whole(async move { attached.await.map(|handle| Self(Some(handle))) }, drop).await
    }

    /// Joins by `join`. What fails, at its offer for example, or is given up, leaves nothing behind.
    pub(super) async fn join<T>(
        mut self,
        join: impl AsyncFnOnce(&Handle) -> Result<T, Error>,
    ) -> Result<(Handle, T), Error> {
        let Some(handle) = &self.0 else { return Err(closed()) };
        match join(handle).await {
            Ok(joined) => self.0.take().map(|handle| (handle, joined)).ok_or_else(closed),
            Err(error) => {
                if let Some(handle) = self.0.take() {
                    // A handle that is gone is what we want.
                    handle.detach().await.ok();
                }
                Err(error)
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            spawn_local(async move {
                handle.detach().await.ok();
            });
        }
    }
}

/// Does it to the end, whoever waits: `late` gets what comes when nobody does any more.
pub(super) async fn whole<T: 'static>(
    work: impl Future<Output = Result<T, Error>> + 'static,
    late: impl FnOnce(T) + 'static,
) -> Result<T, Error> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        if let Err(Ok(unwanted)) = sender.send(work.await) {
            late(unwanted);
        }
    });
    receiver.await.unwrap_or_else(|_| Err(closed()))
}

fn closed() -> Error {
    Error::new(ErrorCode::Closed, "the connection was closed")
}
