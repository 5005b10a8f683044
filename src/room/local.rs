//! What we publish: one slot per track.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use futures_channel::oneshot;

use super::event::Failure;
use super::loan::Loan;
use super::options::GivenTrack;
use super::toggle::Toggle;
use super::track::Track;
use crate::engine::conference::{LocalStream, is_inactive, line_again};
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::videoroom::StreamKind;
use crate::protocol::wire::wire;
use crate::turns::Turns;
use crate::web::{JsFuture, JsValue, Listener, MediaStreamTrack, Peer, Sender, Thrown, random_u32};
use crate::{Error, ErrorCode, Map};

/// How a device is opened, be it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) is_camera: bool,
    /// `CameraOptions` or `MicrophoneOptions` as JSON.
    pub(crate) settings: Json,
}

/// Of `PublishOptions`: what others are told.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) source: Option<String>,
    pub(super) name: Option<String>,
    codec: Option<String>,
}

wire!(Named { ; optional source, name, codec });

impl Named {
    pub(super) fn of(settings: &Json) -> Self {
        settings.read().unwrap_or_default()
    }
}

/// One thing we publish.
#[derive(Debug)]
pub(super) struct Slot {
    /// What the application knows it by, whatever mid it has.
    pub(super) key: u32,
    pub(super) track: Rc<Track>,
    /// `PublishOptions` as JSON.
    pub(super) settings: RefCell<Json>,
    /// Those the server took last, if it was offered others since.
    pub(super) accepted: RefCell<Option<Json>>,
    /// The room refused the codec we preferred.
    pub(super) any_codec: Cell<bool>,
    pub(super) muted: Cell<bool>,
    /// Muted by a moderator, as far as that is kept.
    pub(super) moderated: Cell<bool>,
    /// Whether it is muted: the last wish wins.
    pub(super) power: Toggle,
    /// Whether somebody wants it on: looked at when a device is there, which may have taken as long as a prompt stayed open.
    pub(super) wanted: Cell<bool>,
    /// Which track or device it shows: the last wish wins here too.
    pub(super) content: Toggle,
    /// What is done with the sender is done one after the other.
    pub(super) turns: Turns,
    /// Set where the device can be opened again, and so is closed when it is not needed.
    pub(super) device: RefCell<Option<Device>>,
    /// Whether the track is ours to stop.
    pub(super) ours: Cell<bool>,
    /// Ours to stop in favour of another, or with the camera; otherwise given back as it is.
    lent: RefCell<Option<Loan>>,
    /// A device we opened that is about to take its place.
    pub(super) coming: RefCell<Option<MediaStreamTrack>>,
    /// One that was given to us disabled and that we enabled, until it is given back.
    woken: RefCell<Option<MediaStreamTrack>>,
    sender: RefCell<Option<Sender>>,
    /// Dropped when the sender's peer connection is: what is under way there may never end.
    attached: RefCell<Option<oneshot::Sender<()>>>,
    /// The mid under which the application knows it.
    announced: RefCell<Option<String>>,
    waiting: RefCell<Vec<oneshot::Sender<Result<(), Failure>>>>,
    pub(super) ended: RefCell<Option<[Listener; 2]>>,
}

impl Slot {
    pub(super) fn new(track: Track, device: Option<Device>, settings: Json) -> Self {
        let muted = !track.media().enabled();
        Self {
            key: random_u32(),
            track: Rc::new(track),
            settings: RefCell::new(settings),
            accepted: RefCell::default(),
            any_codec: Cell::new(false),
            muted: Cell::new(muted),
            moderated: Cell::new(false),
            power: Toggle::default(),
            wanted: Cell::new(true),
            content: Toggle::default(),
            turns: Turns::default(),
            ours: Cell::new(device.is_some()),
            lent: RefCell::default(),
            coming: RefCell::default(),
            device: RefCell::new(device),
            woken: RefCell::default(),
            sender: RefCell::default(),
            attached: RefCell::default(),
            announced: RefCell::default(),
            waiting: RefCell::default(),
            ended: RefCell::default(),
        }
    }

    /// Of a shared screen, which is ours to stop and cannot be opened again.
    pub(super) fn screen(track: Track, settings: Json) -> Self {
        Self { ours: Cell::new(true), ..Self::new(track, None, settings) }
    }

    /// Of a track the application gave, whose device is known if the library opened it.
    pub(super) fn given(given: GivenTrack) -> Self {
        let track = Track::new(given.track, source_for(&given.settings), None);
        let is_camera = track.is_video();
        let device = given.device.map(|settings| Device { is_camera, settings });
        let lent = RefCell::new(Some(Loan::new(track.media())));
        Self { lent, ..Self::new(track, device, given.settings) }
    }

    pub(super) fn source(&self) -> Source {
        self.track.source()
    }

    pub(super) fn kind(&self) -> StreamKind {
        if self.track.is_video() { StreamKind::Video } else { StreamKind::Audio }
    }

    pub(super) fn name(&self) -> Option<String> {
        Named::of(&self.settings.borrow()).name
    }

    /// As the room is told of it.
    pub(super) fn stream(&self) -> LocalStream {
        let (source, name) = (self.source(), self.name());
        LocalStream { source, name, muted: self.muted.get(), off: false }
    }

    /// Whether a codec is preferred.
    pub(super) fn has_codec(&self) -> bool {
        Named::of(&self.settings.borrow()).codec.is_some()
    }

    pub(super) fn mid(&self) -> Option<String> {
        self.sender().and_then(|sender| sender.mid())
    }

    pub(super) fn sender(&self) -> Option<Sender> {
        self.sender.borrow().clone()
    }

    /// Does something with what sends it, and with what takes its place meanwhile, as often as that happens. `None`
    /// where nothing sends it: a closed peer connection is made anew, and is given what holds then.
    pub(super) async fn on_sender(
        &self,
        work: &dyn Fn(&Sender) -> JsFuture,
    ) -> Result<Option<JsValue>, Thrown> {
        while let Some(sender) = self.sender() {
            let (attached, mut gone) = oneshot::channel();
            self.attached.replace(Some(attached));
            let mut done = work(&sender);
            let done = poll_fn(|context| {
                if Pin::new(&mut gone).poll(context).is_ready() {
                    return Poll::Ready(None);
                }
                Pin::new(&mut done).poll(context).map(Some)
            });
            match done.await {
                Some(Ok(done)) => return Ok(Some(done)),
                Some(Err(thrown)) => {
                    let thrown = Thrown(thrown);
                    let is_closed = thrown.name() == "InvalidStateError";
                    return if is_closed { Ok(None) } else { Err(thrown) };
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// Its peer connection is gone.
    pub(super) fn cut_off(&self) {
        let (sender, attached) = (self.sender.take(), self.attached.take());
        drop((sender, attached));
    }

    /// Whether the device is open.
    pub(super) fn is_live(&self) -> bool {
        self.track.is_live()
    }

    /// Nothing is sent, and its device is closed.
    pub(super) fn is_off(&self) -> bool {
        self.muted.get() && !self.is_live()
    }

    /// Adds the track to a peer connection, be it that of a closed camera: muted, it stays in the room.
    pub(super) fn add_to(&self, peer: &Peer) -> Result<Sender, Thrown> {
        let settings = self.settings.borrow();
        let sender = peer.add_sender_as(&self.track.media(), &settings, self.any_codec.get())?;
        self.sender.replace(Some(sender.clone()));
        Ok(sender)
    }

    /// Closes the device, unless somebody else shows it.
    pub(super) fn release(&self) {
        let is_shared = self.lent.borrow().as_ref().is_some_and(Loan::is_shared);
        if self.ours.get() && !is_shared {
            self.track.close();
        }
    }

    /// Nothing comes of a track that is disabled.
    pub(super) fn wake(&self) {
        let media = self.track.media();
        if !media.enabled() {
            media.set_enabled(true);
            self.woken.replace(Some(media));
        }
    }

    /// What the application gave is as it was.
    fn give_back(&self) {
        self.lent.take();
        if let Some(woken) = self.woken.take() {
            woken.set_enabled(false);
        }
    }

    /// Another track in the same place. `ours`: it is ours to stop.
    pub(super) fn replaced(&self, media: MediaStreamTrack, ours: bool) -> Result<(), Thrown> {
        self.release();
        self.ours.set(ours);
        self.give_back();
        self.track.replace(media)
    }

    /// It is published no longer: devices we opened are closed, others are left as they were given. Whether
    /// anybody waits for it to be published, and so hears why it is not.
    pub(super) fn close(&self, why: &Failure) -> bool {
        self.ended.take();
        if let Some(coming) = self.coming.take() {
            coming.stop();
        }
        if self.lent.borrow().is_none() {
            self.release();
        }
        self.give_back();
        if let Some(sender) = self.sender() {
            sender.remove();
        }
        self.cut_off();
        self.settle(&Err(why.clone()))
    }

    /// Whether the application has not been told of it under this mid.
    pub(super) fn announce(&self, mid: &str) -> bool {
        self.announced.replace(Some(mid.to_owned())).as_deref() != Some(mid)
    }

    /// Another has its m-line now: it is told again under which it comes back.
    pub(super) fn displace(&self, mid: &str) {
        let mut announced = self.announced.borrow_mut();
        if announced.as_deref() == Some(mid) {
            *announced = Some(String::new());
        }
    }

    pub(super) fn announced(&self) -> Option<String> {
        self.announced.borrow().clone()
    }

    /// Its m-line on the next peer connection.
    pub(super) fn line(&self) -> u32 {
        line_again(self.announced.borrow().as_deref())
    }

    pub(super) fn is_announced(&self) -> bool {
        self.announced.borrow().is_some()
    }

    /// Comes when the server has it, or will not take it.
    pub(super) fn published(&self) -> oneshot::Receiver<Result<(), Failure>> {
        let (sender, published) = oneshot::channel();
        self.waiting.borrow_mut().push(sender);
        if self.is_announced() {
            self.settle(&Ok(()));
        }
        published
    }

    /// Whether anybody heard.
    pub(super) fn settle(&self, result: &Result<(), Failure>) -> bool {
        let sent = self.waiting.take().into_iter().map(|waiting| waiting.send(result.clone()));
        // All of them are told.
        sent.fold(false, |any, sent| any | sent.is_ok())
    }
}

/// The failure of what was given up because the room was left.
pub(super) fn left() -> Failure {
    Error::new(ErrorCode::Aborted, "the room was left").into()
}

/// Everything we publish.
#[derive(Debug, Default)]
pub(super) struct Slots(RefCell<Vec<Rc<Slot>>>);

impl Slots {
    pub(super) fn add(&self, slot: &Rc<Slot>) {
        self.0.borrow_mut().push(Rc::clone(slot));
    }

    pub(super) fn has(&self, slot: &Rc<Slot>) -> bool {
        self.0.borrow().iter().any(|one| Rc::ptr_eq(one, slot))
    }

    pub(super) fn remove(&self, slot: &Rc<Slot>) {
        self.0.borrow_mut().retain(|one| !Rc::ptr_eq(one, slot));
    }

    pub(super) fn all(&self) -> Vec<Rc<Slot>> {
        self.0.borrow().clone()
    }

    pub(super) fn of(&self, source: Source) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.source() == source).cloned()
    }

    pub(super) fn all_of(&self, source: Source) -> Vec<Rc<Slot>> {
        let slots = self.0.borrow();
        slots.iter().filter(|slot| slot.source() == source).cloned().collect()
    }

    pub(super) fn at(&self, mid: &str) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.mid().as_deref() == Some(mid)).cloned()
    }

    pub(super) fn with(&self, media: &MediaStreamTrack) -> Option<Rc<Slot>> {
        self.0.borrow().iter().find(|slot| slot.track.media() == *media).cloned()
    }

    /// What an offer holds of them: what was added while it was made may be in it, or not, or take an m-line that it
    /// says to be free.
    pub(super) fn streams(&self, offer: &str) -> Map<String, LocalStream> {
        let slots = self.0.borrow();
        let stream = |slot: &Rc<Slot>| {
            let mid = slot.mid().filter(|mid| !is_inactive(offer, mid))?;
            Some((mid, slot.stream()))
        };
        slots.iter().filter_map(stream).collect()
    }
}

/// What a track is published as: as the options say. What a page brings may be anything.
fn source_for(settings: &Json) -> Source {
    let named = Named::of(settings).source;
    named.as_deref().and_then(Source::parse).unwrap_or(Source::Unknown)
}
