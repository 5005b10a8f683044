//! Tracks with the elements that play them.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::checks;
use super::event::Failure;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::web::{
    self, CameraOptions, HtmlMediaElement, MediaStreamTrack, Meter, MicrophoneOptions, Playback,
    Played, RtcRtpTransceiver, Thrown,
};

type Hearing = dyn Fn();

thread_local! {
    /// Those who hear of elements that come and go.
    static HEARING: RefCell<Vec<Weak<Hearing>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `then` when a track was taken into an element or out of one, for as long as `then` is kept.
pub(crate) fn on_elements(then: &Rc<Hearing>) {
    HEARING.with_borrow_mut(|all| {
        all.retain(|one| one.strong_count() > 0);
        all.push(Rc::downgrade(then));
    });
}

fn tell_elements() {
    // A copy, because who hears may begin or end something.
    for hearing in HEARING.with_borrow(Clone::clone) {
        if let Some(hearing) = hearing.upgrade() {
            hearing();
        }
    }
}

/// Something to be seen or heard. A local track keeps its identity when its device is closed and
/// opened again.
#[derive(Debug)]
pub struct Track {
    source: Source,
    played: Played,
    transceiver: RefCell<Option<RtcRtpTransceiver>>,
}

impl Track {
    pub(crate) fn new(
        media: MediaStreamTrack,
        source: Source,
        playback: Option<Rc<Playback>>,
    ) -> Self {
        Self { source, played: Played::new(media, playback), transceiver: RefCell::default() }
    }

    pub(super) fn received(
        media: MediaStreamTrack,
        source: Source,
        playback: Rc<Playback>,
        transceiver: RtcRtpTransceiver,
    ) -> Self {
        let transceiver = RefCell::new(Some(transceiver));
        Self { transceiver, ..Self::new(media, source, Some(playback)) }
    }

    /// From now on it comes over this m-line of another connection.
    pub(super) fn receive(&self, transceiver: RtcRtpTransceiver) {
        // What an element played before it plays again.
        self.played.replace(transceiver.receiver().track()).ok();
        self.transceiver.replace(Some(transceiver));
    }

    /// The browser's transceiver, of what others send.
    pub fn transceiver(&self) -> Option<RtcRtpTransceiver> {
        self.transceiver.borrow().clone()
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Whether it is video; audio otherwise.
    pub fn is_video(&self) -> bool {
        self.media().kind() == "video"
    }

    /// The browser's track.
    pub fn media(&self) -> MediaStreamTrack {
        self.played.track()
    }

    /// Whether it still can bring anything: false once its device was closed or its sender gone.
    pub fn is_live(&self) -> bool {
        self.played.is_live()
    }

    /// Plays the track in `element`, or in a new `<video>` or `<audio>`, which is returned.
    pub fn attach(&self, element: Option<HtmlMediaElement>) -> Result<HtmlMediaElement, Thrown> {
        let attached = self.played.attach(element);
        tell_elements();
        attached
    }

    /// Takes the track out of `element`, or out of all; the elements it was in.
    pub fn detach(&self, element: Option<&HtmlMediaElement>) -> Vec<HtmlMediaElement> {
        let detached = self.played.detach(element);
        tell_elements();
        detached
    }

    /// What plays it, without a word to those who hear of elements.
    #[cfg(feature = "npm")]
    pub(crate) fn played(&self) -> &Played {
        &self.played
    }

    /// The elements that play it.
    pub fn attached(&self) -> Vec<HtmlMediaElement> {
        self.played.elements()
    }

    /// Closes the device, if nothing else uses it. Where the track is published it counts as switched off: its
    /// publication is muted, and unmuting opens the device again. What cannot be opened again, as no device is known, is
    /// unpublished.
    pub fn stop(&self) {
        web::stop(&self.media());
    }

    /// The same, where it is known what becomes of its publication.
    pub(super) fn close(&self) {
        self.media().stop();
    }

    /// Reports how loud an audio track is, 0 to 1, about 16 times a second until dropped; of another device from when
    /// it takes the place of this one.
    pub fn meter(&self, listener: impl FnMut(f64) + 'static) -> Result<Meter, Thrown> {
        Meter::start(self.played.current(), listener).map_err(Thrown)
    }

    pub(super) fn replace(&self, media: MediaStreamTrack) -> Result<(), Thrown> {
        self.played.replace(media)
    }
}

/// Opens camera and microphone, with one prompt, for a preview or to pass them to
/// [`JoinOptions::given`](super::JoinOptions::given).
///
/// # Errors
/// `InvalidArgument` for neither of them, and for a size or rate of nothing; the browser's: `NotAllowedError`,
/// `NotFoundError`, `NotReadableError`, ...
pub async fn create_local_tracks(
    camera: Option<&CameraOptions>,
    microphone: Option<&MicrophoneOptions>,
) -> Result<Vec<Track>, Failure> {
    if camera.is_none() && microphone.is_none() {
        return Err(checks::invalid("options", "a camera, a microphone or both").into());
    }
    camera.map_or(Ok(()), checks::camera)?;
    microphone.map_or(Ok(()), checks::microphone)?;
    let camera = camera.map(|options| Json::write(options));
    let microphone = microphone.map(|options| Json::write(options));
    Ok(create_tracks(camera, microphone).await?)
}

pub(crate) async fn create_tracks(
    camera: Option<Json>,
    microphone: Option<Json>,
) -> Result<Vec<Track>, Thrown> {
    let media = web::capture_as(camera.as_ref(), microphone.as_ref()).await?;
    let track = |media: MediaStreamTrack| {
        let source = source_of(&media);
        Track::new(media, source, None)
    };
    Ok(media.into_iter().map(track).collect())
}

pub(super) fn source_of(media: &MediaStreamTrack) -> Source {
    if media.kind() == "video" { Source::Camera } else { Source::Microphone }
}
