//! What we say of ourselves, and what we ask and answer.

use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::attributes::{Attributes, HAND, check_metadata, introduction};
use super::event::IncomingRequest;
use super::heads::check_chat;
use super::inner::{Inner, gone, left, let_go};
use super::requests::{Due, Question};
use super::words::{Number, Refusal, Words};
use super::{ChatMessage, DataOptions, ExchangeEvent};
use crate::engine::Millis;
use crate::protocol::Json;
use crate::protocol::json::Fields;
use crate::room::Failure;
use crate::turns::{Turn, Turns};
use crate::web::{Data, date, now, random_u32, spawn_local};
use crate::{Error, ErrorCode, Id};

/// 1.3.0: from then on Janus passes metadata on.
const SINCE: u32 = 1_300;
const METHOD_CHARACTERS: usize = 256;
const LONGEST: Millis = Millis(i32::MAX as u64);

/// Settles a request: the other page answered, or something came between.
pub(super) type Settle = oneshot::Sender<Result<Result<Json, Refusal>, Failure>>;

/// Whether our attributes are being said: one at a time, for on a line that is down they would pile up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Saying {
    #[default]
    Idle,
    Busy,
    /// They are others by now.
    Stale,
}

/// What the server itself tells the others about us, where it does: it reaches pages of every kind, and those who come
/// later.
#[derive(Debug, Default)]
pub(super) struct Introduction {
    /// The application's.
    metadata: Option<Json>,
    /// What the server was told last; nothing if it was told nothing with joining, for then it passes nothing on.
    told: Option<Json>,
    /// Whether the server passes it on, if it was asked.
    passes_on: Option<bool>,
    /// Of two that tell it something at once the later one would know nothing of the other.
    turns: Turns,
}

impl Introduction {
    /// Maybe to another server.
    pub(super) fn returned(&mut self) {
        self.passes_on = None;
    }

    /// The room was left.
    pub(super) fn over(&mut self) {
        let turns = std::mem::take(&mut self.turns);
        *self = Self { turns, ..Self::default() };
    }
}

impl Inner {
    /// What to tell the server with joining.
    pub(super) fn introduce(&self, metadata: Option<Json>) -> Json {
        let told = introduction(metadata.as_ref(), self.book.borrow().own());
        let mut introduction = self.introduction.borrow_mut();
        introduction.over();
        (introduction.metadata, introduction.told) = (metadata, Some(told.clone()));
        told
    }

    pub(super) async fn set_metadata(&self, metadata: Json) -> Result<(), Failure> {
        check_metadata(&metadata)?;
        self.check()?;
        let stay = self.stay.get();
        let _turn = self.introduction_turn().await;
        let passes_on = self.passes_on().await;
        self.belongs(stay)?;
        if !passes_on? {
            let text = "the server passes no metadata on: it is older than 1.3.0";
            return Err(Error::new(ErrorCode::Unsupported, text).into());
        }
        let told = introduction(Some(&metadata), self.book.borrow().own());
        self.room.set_metadata(told.clone()).await?;
        self.belongs(stay)?;
        let mut introduction = self.introduction.borrow_mut();
        introduction.metadata = Some(metadata);
        introduction.told = introduction.told.is_some().then_some(told);
        Ok(())
    }

    /// The server is told one thing after the other.
    async fn introduction_turn(&self) -> Turn {
        let turn = self.introduction.borrow().turns.take();
        turn.await
    }

    /// Whether the server passes metadata on; asked once for each connection.
    async fn passes_on(&self) -> Result<bool, Error> {
        let known = self.introduction.borrow().passes_on;
        if let Some(known) = known {
            return Ok(known);
        }
        let Some(parts) = self.room.parts() else { return Ok(false) };
        let info = parts.connection.info().await?;
        let version =
            Fields::of(info.as_str()).and_then(|fields| fields.required::<u32>("version"));
        let passes_on = version.is_ok_and(|version| version >= SINCE);
        self.introduction.borrow_mut().passes_on = Some(passes_on);
        Ok(passes_on)
    }

    /// Tells the server our attributes, beside the metadata there is. Whether it passes them on.
    async fn introduce_again(&self) -> bool {
        let stay = self.stay.get();
        if self.introduction.borrow().told.is_none() || !self.passes_on().await.unwrap_or_default()
        {
            return false;
        }
        let _turn = self.introduction_turn().await;
        // In another call it was said with joining.
        if self.stay.get() != stay {
            return true;
        }
        let metadata = self.introduction.borrow().metadata.clone();
        let words = introduction(metadata.as_ref(), self.book.borrow().own());
        if self.introduction.borrow().told.as_ref() == Some(&words) {
            return true;
        }
        let is_told = self.room.set_metadata(words.clone()).await.is_ok();
        if is_told && self.stay.get() == stay {
            self.introduction.borrow_mut().told = Some(words);
        }
        is_told
    }

    fn has_to_say(&self) -> bool {
        self.is_on.get() && self.book.borrow().has_to_say(now())
    }

    /// Says our attributes by the server's means, and by ours where those do not reach everybody: in a room that does
    /// not tell who joins, nobody knows of somebody who publishes nothing, and a way for data is something.
    pub(super) fn announce(self: &Rc<Self>) {
        if !self.has_to_say() {
            return;
        }
        if self.introduction.borrow().told.is_none() {
            return self.announce_ourselves();
        }
        let inner = Rc::clone(self);
        spawn_local(async move {
            if !inner.introduce_again().await || inner.room.local_publications().is_empty() {
                inner.announce_ourselves();
            }
        });
    }

    /// Says them now, and once more when everybody hears us.
    pub(super) fn announce_ourselves(self: &Rc<Self>) {
        self.book.borrow_mut().said(now());
        if !self.has_to_say() {
            return;
        }
        self.wake();
        if !self.is_settled() {
            let (settled, weak) = (self.settled(None), Rc::downgrade(self));
            spawn_local(async move {
                if settled.await.is_ok()
                    && let Some(inner) = weak.upgrade()
                {
                    inner.say_attributes();
                }
            });
        }
        self.say_attributes();
    }

    fn say_attributes(self: &Rc<Self>) {
        if !self.is_on.get() {
            return;
        }
        if self.saying.get() != Saying::Idle {
            return self.saying.set(Saying::Stale);
        }
        let words = Words::Attributes(self.book.borrow().own().clone());
        // They are bounded, and fit into a frame.
        let Ok(said) = self.say(&words) else { return };
        self.saying.set(Saying::Busy);
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            drop(said.await);
            let Some(inner) = weak.upgrade() else { return };
            if inner.saying.replace(Saying::Idle) == Saying::Stale {
                inner.say_attributes();
            }
        });
    }

    pub(super) fn set_attributes(
        self: &Rc<Self>,
        changes: Vec<(String, Option<String>)>,
    ) -> Result<(), Error> {
        let is_raised = || self.book.borrow().own().contains_key(HAND);
        let was_raised = is_raised();
        let names = self.book.borrow_mut().set(changes, now())?;
        if !names.is_empty() {
            let raised = is_raised();
            self.announce();
            self.tell(None, names, (was_raised != raised).then_some(raised));
        }
        Ok(())
    }

    pub(super) fn hear_attributes(&self, id: &Id, said: Option<Attributes>) {
        let Some(said) = said else { return };
        let (was_raised, raised) = (self.is_raised(id), said.contains_key(HAND));
        let changed = self.book.borrow_mut().hear(id, said);
        if !changed.is_empty() {
            self.tell(Some(id.clone()), changed, (was_raised != raised).then_some(raised));
        }
    }

    fn is_raised(&self, id: &Id) -> bool {
        self.book.borrow().of(id).is_some_and(|all| all.contains_key(HAND))
    }

    fn tell(&self, id: Option<Id>, changed: Vec<String>, hand: Option<bool>) {
        self.listeners.emit(&ExchangeEvent::AttributesChanged { id: id.clone(), changed });
        if let Some(raised) = hand {
            self.listeners.emit(&ExchangeEvent::HandRaised { id, raised });
        }
    }

    pub(super) async fn chat(self: &Rc<Self>, text: String) -> Result<ChatMessage, Failure> {
        check_chat(&text)?;
        let number = Number::from(random_u32());
        let words = Words::Chat { number, text: text.clone() };
        let is_settled = self.is_settled();
        self.say(&words)?.await?;
        if is_settled && self.is_settled() {
            self.recent.borrow_mut().said(now(), words);
        } else {
            self.repeat(words);
        }
        let from = self.own_label();
        let id = [&from, "-", &number.0.to_string()].concat();
        Ok(ChatMessage { id, text, time: date(), from, sender: None })
    }

    /// Who did not hear it yet hears it then. It is no failure if we have left meanwhile.
    pub(super) fn repeat(self: &Rc<Self>, words: Words) {
        let (settled, weak) = (self.settled(None), Rc::downgrade(self));
        spawn_local(async move {
            if settled.await.is_ok()
                && let Some(inner) = weak.upgrade()
            {
                inner.let_say(&words);
            }
        });
    }

    pub(super) async fn ask(
        self: &Rc<Self>,
        of: &Id,
        method: &str,
        payload: Json,
        timeout: Millis,
    ) -> Result<Json, Failure> {
        let wrong = |text| Err(Error::new(ErrorCode::InvalidArgument, text).into());
        if !(1..=METHOD_CHARACTERS).contains(&method.encode_utf16().count()) {
            return wrong("method: expected a name");
        }
        if timeout == Millis(0) || timeout > LONGEST {
            return wrong("timeout: expected milliseconds");
        }
        self.check()?;
        if !self.is_here(of) {
            return Err(gone().into());
        }
        let number = Number::from(random_u32());
        let (to, method) = (of.to_string(), method.to_owned());
        let words = Words::Ask { number, to, method: method.clone(), payload };
        let envelope = Self::envelope(&words)?;
        let (settle, settled) = oneshot::channel();
        let until = now() + timeout;
        self.requests.borrow_mut().ask(number, of.clone(), envelope.clone(), until, settle);
        let asking = Asking { exchange: Rc::downgrade(self), number };
        self.say_request(number, envelope, true);
        let answer = settled.await.unwrap_or_else(|_| Err(left().into()));
        drop(asking);
        answer?.map_err(|refusal| refused(refusal, &method).into())
    }

    /// Says a request; what does not let us say it for the first time is told.
    fn say_request(self: &Rc<Self>, number: Number, envelope: Data, is_first: bool) {
        let said = self.post(DataOptions::default(), envelope, true);
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let result = said.await;
            let Some(inner) = weak.upgrade() else { return };
            if let Err(failure) = result
                && is_first
            {
                let settle = inner.requests.borrow_mut().forget(number);
                drop(settle.map(|settle| settle.send(Err(failure))));
            }
            inner.requests.borrow_mut().said(number, now());
            inner.wake();
        });
        self.wake();
    }

    pub(super) fn requests_due(self: &Rc<Self>, now: Millis) {
        let due = self.requests.borrow_mut().tick(now);
        for due in due {
            match due {
                Due::Say(number, envelope) => self.say_request(number, envelope, false),
                Due::TooLate(settle) => {
                    let error = Error::new(ErrorCode::Timeout, "no answer came in time");
                    settle.send(Err(error.after_sending().into())).ok();
                }
            }
        }
    }

    /// Somebody asks us.
    pub(super) fn asked(self: &Rc<Self>, sender: Id, number: Number, method: &str, payload: Json) {
        let question = self.requests.borrow_mut().question(&sender, number);
        match question {
            Question::PassOver => {}
            Question::Say(answer) => let_go(self.post(DataOptions::default(), answer, true)),
            Question::Handle => {
                let handler = self.handlers.borrow().get(method).cloned();
                let weak = Rc::downgrade(self);
                spawn_local(async move {
                    let request = IncomingRequest { sender: sender.clone(), payload };
                    let outcome = match handler {
                        Some(handler) => handler(request).await.map_err(|_| Refusal::Failed),
                        None => Err(Refusal::Method),
                    };
                    if let Some(inner) = weak.upgrade() {
                        inner.answer(&sender, number, outcome);
                    }
                });
            }
        }
    }

    fn answer(self: &Rc<Self>, to: &Id, number: Number, outcome: Result<Json, Refusal>) {
        let say = |outcome| Self::envelope(&Words::Answer { number, to: to.to_string(), outcome });
        // What cannot be said is the handler's mistake as well.
        let Ok(envelope) = say(outcome).or_else(|_| say(Err(Refusal::Failed))) else { return };
        if self.requests.borrow_mut().keep(to, number, envelope.clone()) {
            let_go(self.post(DataOptions::default(), envelope, true));
        }
    }
}

fn refused(refusal: Refusal, method: &str) -> Error {
    let (code, text) = match refusal {
        Refusal::Method => (ErrorCode::Unsupported, "the other page does not answer \""),
        Refusal::Failed => (ErrorCode::RequestFailed, "the other page could not answer \""),
    };
    Error::new(code, [text, method, "\""].concat())
}

/// Forgets a request that nobody waits for.
struct Asking {
    exchange: Weak<Inner>,
    number: Number,
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.upgrade() {
            drop(exchange.requests.borrow_mut().forget(self.number));
        }
    }
}
