//! Files to the room, and from it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::frames::{PIECE_BYTES, file_head};
use super::heads::{Arrival, MOST_BYTES, READ_BYTES, Step, fit, fit_name, may_begin};
use super::inner::{Inner, gone, left};
use super::queue::Queue;
use super::settling::UNSETTLED;
use super::words::{Announced, Number, Words};
use super::{DataOptions, ExchangeEvent};
use crate::engine::Millis;
use crate::room::Failure;
use crate::web::{
    Blob, BlobParts, Data, File, Uint8Array, blob_of, blob_size, file_name, headed, now,
    random_u32, read_blob,
};
use crate::{Error, ErrorCode, Id};

/// What can be sent as a file: a `Blob`, a `File`, or bytes.
#[derive(Clone, Debug)]
pub struct FileContent(Content);

#[derive(Clone, Debug)]
enum Content {
    Blob(Blob),
    Bytes(Uint8Array),
}

impl From<Blob> for FileContent {
    fn from(blob: Blob) -> Self {
        Self(Content::Blob(blob))
    }
}

impl From<File> for FileContent {
    fn from(file: File) -> Self {
        Self(Content::Blob(file.into()))
    }
}

impl From<Uint8Array> for FileContent {
    fn from(bytes: Uint8Array) -> Self {
        Self(Content::Bytes(bytes))
    }
}

impl From<&[u8]> for FileContent {
    fn from(bytes: &[u8]) -> Self {
        Self(Content::Bytes(bytes.into()))
    }
}

type OnProgress = Rc<dyn Fn(u64, u64)>;

/// How a file is sent.
#[derive(Clone, Default)]
pub struct FileOptions {
    name: Option<String>,
    kind: Option<String>,
    on_progress: Option<OnProgress>,
}

impl fmt::Debug for FileOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileOptions")
    }
}

impl FileOptions {
    /// As it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it is called; a `File` has a name of its own.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Its media type, "image/png" for example; a `Blob` has a type of its own.
    #[must_use]
    pub fn media_type(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Hears how much is on its way, and of how much: bytes.
    #[must_use]
    pub fn on_progress(mut self, listener: impl Fn(u64, u64) + 'static) -> Self {
        self.on_progress = Some(Rc::new(listener));
        self
    }
}

type OnReceived = Rc<dyn Fn(u64)>;

struct Arriving {
    sender: Id,
    number: Number,
    head: Announced,
    arrival: Cell<Arrival>,
    parts: RefCell<BlobParts>,
    outcome: RefCell<Option<Result<Blob, Failure>>>,
    waiting: RefCell<Vec<oneshot::Sender<Result<Blob, Failure>>>>,
    listeners: RefCell<Vec<OnReceived>>,
}

/// A file that somebody sends to the room. Clones are the same file.
///
/// ```no_run
/// # async fn example(file: janus_wasm::exchange::IncomingFile) -> Result<(), janus_wasm::room::Failure> {
/// let size = file.size();
/// file.on_progress(move |received| { /* received of size */ });
/// let blob = file.blob().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct IncomingFile(Rc<Arriving>);

impl fmt::Debug for IncomingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IncomingFile")
    }
}

impl IncomingFile {
    fn new(sender: Id, number: Number, head: Announced) -> Self {
        let arrival = Cell::new(Arrival::new(head.size, now()));
        let file = Self(Rc::new(Arriving {
            sender,
            number,
            head,
            arrival,
            parts: RefCell::default(),
            outcome: RefCell::default(),
            waiting: RefCell::default(),
            listeners: RefCell::default(),
        }));
        if file.0.arrival.get().is_whole() {
            file.finish();
        }
        file
    }

    /// Who sends it.
    pub fn sender(&self) -> &Id {
        &self.0.sender
    }

    /// What the sender calls it, without what could be a path or turns the reading direction.
    pub fn name(&self) -> &str {
        &self.0.head.name
    }

    /// The media type the sender gives, or nothing.
    pub fn media_type(&self) -> &str {
        &self.0.head.kind
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.0.head.size
    }

    /// Bytes that are here.
    pub fn received(&self) -> u64 {
        self.0.arrival.get().received()
    }

    /// Calls `listener` with how many bytes are here, whenever more are.
    pub fn on_progress(&self, listener: impl Fn(u64) + 'static) {
        if self.is_over() {
            return;
        }
        self.0.listeners.borrow_mut().push(Rc::new(listener));
    }

    /// All of it, once it is here.
    ///
    /// # Errors
    /// `ParticipantLeft`; `Aborted` (by its sender, by [`IncomingFile::cancel`], or as we left); `ConnectionLost` (a
    /// part of it was: ask for it again); `Timeout` (nothing came for 30 s); the browser's, if it has no room for it.
    pub async fn blob(&self) -> Result<Blob, Failure> {
        if let Some(outcome) = self.0.outcome.borrow().clone() {
            return outcome;
        }
        let (settle, settled) = oneshot::channel();
        self.0.waiting.borrow_mut().push(settle);
        settled.await.unwrap_or_else(|_| Err(left().into()))
    }

    /// It is not wanted: what is here is dropped. Others still get it.
    pub fn cancel(&self) {
        self.end(Err(Error::new(ErrorCode::Aborted, "the file was cancelled").into()));
    }

    fn is_over(&self) -> bool {
        self.0.outcome.borrow().is_some()
    }

    pub(super) fn end(&self, outcome: Result<Blob, Failure>) {
        if self.is_over() {
            return;
        }
        drop(self.0.parts.take());
        drop(self.0.listeners.take());
        for settle in self.0.waiting.take() {
            settle.send(outcome.clone()).ok();
        }
        self.0.outcome.replace(Some(outcome));
    }

    fn finish(&self) {
        let parts = self.0.parts.take();
        self.end(parts.finish(self.media_type()).map_err(Failure::from));
    }

    fn add(&self, at: u64, bytes: &Uint8Array) {
        let mut arrival = self.0.arrival.get();
        let step = arrival.add(at, bytes.length().into(), now());
        self.0.arrival.set(arrival);
        if step == Step::Lost {
            let text = "a part of the file was lost; ask for it again";
            return self.end(Err(Error::new(ErrorCode::ConnectionLost, text).into()));
        }
        let mut parts = self.0.parts.take();
        let pushed = parts.push(bytes);
        self.0.parts.replace(parts);
        if let Err(thrown) = pushed {
            return self.end(Err(thrown.into()));
        }
        let listeners = self.0.listeners.borrow().clone();
        for listener in listeners {
            listener(arrival.received());
        }
        // A listener may have cancelled it.
        if step == Step::Whole && !self.is_over() {
            self.finish();
        }
    }
}

/// Files that arrive, and those that wait to be sent.
#[derive(Default)]
pub(super) struct Files {
    arriving: RefCell<Vec<IncomingFile>>,
    queue: Rc<Queue>,
}

impl Files {
    /// Those of one person that are under way.
    fn of(&self, sender: &Id) -> Vec<IncomingFile> {
        let mut all = self.arriving.borrow_mut();
        all.retain(|file| !file.is_over());
        all.iter().filter(|file| file.sender() == sender).cloned().collect()
    }

    fn find(&self, sender: &Id, number: Number) -> Option<IncomingFile> {
        self.of(sender).into_iter().find(|file| file.0.number == number)
    }

    /// Another one, if it makes sense and is not too much.
    pub(super) fn begin(
        &self,
        sender: &Id,
        number: Number,
        file: Announced,
    ) -> Option<IncomingFile> {
        let head = fit(file)?;
        let there = self.of(sender);
        let sizes: Vec<u64> = there.iter().map(IncomingFile::size).collect();
        if !may_begin(&sizes, head.size) || there.iter().any(|file| file.0.number == number) {
            return None;
        }
        let file = IncomingFile::new(sender.clone(), number, head);
        if !file.is_over() {
            self.arriving.borrow_mut().push(file.clone());
        }
        Some(file)
    }

    pub(super) fn piece(&self, sender: &Id, number: u32, at: u64, bytes: &Uint8Array) {
        if let Some(file) = self.find(sender, number.into()) {
            file.add(at, bytes);
            self.arriving.borrow_mut().retain(|file| !file.is_over());
        }
    }

    pub(super) fn called_off(&self, sender: &Id, number: Number) {
        if let Some(file) = self.find(sender, number) {
            let text = "its sender called the file off";
            file.end(Err(Error::new(ErrorCode::Aborted, text).into()));
        }
    }

    pub(super) fn parted(&self, sender: &Id) {
        for file in self.of(sender) {
            file.end(Err(gone().into()));
        }
    }

    pub(super) fn over(&self) {
        self.queue.over();
        for file in self.arriving.take() {
            file.end(Err(left().into()));
        }
    }

    pub(super) fn tick(&self, now: Millis) {
        let all = self.arriving.borrow().clone();
        for file in all.into_iter().filter(|file| file.0.arrival.get().until() <= now) {
            let text = "nothing came of the file for a while";
            file.end(Err(Error::new(ErrorCode::Timeout, text).into()));
        }
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        let all = self.arriving.borrow();
        all.iter().filter(|file| !file.is_over()).map(|file| file.0.arrival.get().until()).min()
    }
}

/// Says that a file is called off, unless it was sent.
struct CallOff {
    exchange: Weak<Inner>,
    number: u32,
    stay: u32,
    is_sent: bool,
}

impl Drop for CallOff {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.upgrade().filter(|_| !self.is_sent)
            && exchange.stay.get() == self.stay
        {
            exchange.let_say(&Words::NoFile { number: self.number.into() });
        }
    }
}

impl Inner {
    pub(super) async fn send_file(
        self: &Rc<Self>,
        content: FileContent,
        options: FileOptions,
    ) -> Result<(), Failure> {
        let blob = match content.0 {
            Content::Blob(blob) => blob,
            Content::Bytes(bytes) => blob_of(&bytes, "")?,
        };
        let size = blob_size(&blob);
        if size > MOST_BYTES {
            let text = "file: at most 268435456 bytes";
            return Err(Error::new(ErrorCode::InvalidArgument, text).into());
        }
        let name = options.name.or_else(|| file_name(&blob));
        let file = Announced {
            name: fit_name(name.as_deref().unwrap_or("file")),
            kind: options.kind.unwrap_or_else(|| blob.type_()),
            size,
        };
        let stay = self.stay.get();
        let _place = self.files.queue.place(size).await.ok_or_else(left)?;
        // Those who came a moment ago get all of it.
        self.belongs(stay)?;
        self.settled(Some(UNSETTLED)).await?;
        let number = random_u32();
        self.say(&Words::File { number: number.into(), file })?.await?;
        let exchange = Rc::downgrade(self);
        let mut call_off = CallOff { exchange, number, stay, is_sent: false };
        let mut at = 0;
        while at < size {
            let bytes = read_blob(&blob, at, size.min(at + READ_BYTES)).await?;
            let mut from = 0;
            while from < bytes.length() {
                let to = bytes.length().min(from + PIECE_BYTES);
                let head = file_head(number, at + u64::from(from));
                let piece = headed(&head, &bytes.subarray(from, to));
                self.belongs(stay)?;
                self.post(DataOptions::default(), Data::Bytes(piece), true).await?;
                if let Some(listener) = &options.on_progress {
                    listener(at + u64::from(to), size);
                }
                from = to;
            }
            if from == 0 {
                let text = "file: it is shorter than it was";
                return Err(Error::new(ErrorCode::InvalidArgument, text).into());
            }
            at += u64::from(from);
        }
        call_off.is_sent = true;
        Ok(())
    }

    pub(super) fn file_offered(&self, sender: &Id, number: Number, file: Announced) {
        if let Some(file) = self.files.begin(sender, number, file) {
            self.listeners.emit(&ExchangeEvent::FileOffered(file));
        }
    }
}
