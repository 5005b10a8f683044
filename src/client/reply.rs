//! Futures of requests.

use std::future::Future;
use std::pin::Pin;
use std::rc::Weak;
use std::task::{Context, Poll};

use futures_channel::oneshot;

use super::driver::Inner;
use crate::engine::signalling::{Reply, Token};
use crate::protocol::{Jsep, Json};
use crate::{Error, ErrorCode};

/// What a plugin said to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its words.
    pub data: Json,
    /// A session description that came with them.
    pub jsep: Option<Jsep>,
}

/// A request under way; dropping it gives the request up.
#[derive(Debug)]
#[must_use = "dropping a request gives it up"]
pub struct Pending {
    pub(super) receiver: oneshot::Receiver<Result<Reply, Error>>,
    pub(super) connection: Weak<Inner>,
    pub(super) token: Token,
    pub(super) done: bool,
}

impl Pending {
    /// One that never was under way.
    pub(super) fn failed(error: Error) -> Self {
        let (sender, receiver) = oneshot::channel();
        // The receiver is here.
        sender.send(Err(error)).ok();
        Self { receiver, connection: Weak::new(), token: Token::default(), done: false }
    }
}

impl Future for Pending {
    type Output = Result<Reply, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = Pin::new(&mut self.receiver).poll(context);
        polled.map(|result| {
            self.done = true;
            let closed = || Err(Error::new(ErrorCode::Closed, "the connection was closed"));
            result.unwrap_or_else(|_| closed())
        })
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.done
            && let Some(connection) = self.connection.upgrade()
        {
            connection.abandon(self.token);
        }
    }
}

/// A request under way of whose reply only a part matters.
#[derive(Debug)]
pub(super) struct Read<T> {
    pub(super) pending: Pending,
    pub(super) read: fn(Reply) -> Result<T, Error>,
}

impl<T> Future for Read<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let read = self.read;
        Pin::new(&mut self.pending).poll(context).map(|reply| reply.and_then(read))
    }
}

/// The plugin's words in a reply, be it to a synchronous or to an asynchronous request.
pub(super) fn plugin_answer(reply: Reply) -> Result<Answer, Error> {
    match reply {
        Reply::Event { data, jsep } => Ok(Answer { data, jsep }),
        Reply::Success(mut message) => match message.plugindata.take() {
            Some(plugin) => Ok(Answer { data: plugin.data, jsep: message.jsep.take() }),
            None => Err(no_answer()),
        },
        Reply::Ack => Err(no_answer()),
    }
}

fn no_answer() -> Error {
    Error::new(ErrorCode::Protocol, "the server's answer holds no words of the plugin")
}
