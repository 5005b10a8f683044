//! The words we put into a stream's `description`.
//!
//! `VideoRoom` shows every stream's description to everyone, late comers included, on every server version.
//! We use it to say what a stream is and whether it is muted, in words that other clients can show as
//! they are: `camera`, `microphone (muted)`. Of a place that is held ready for a screen it says that nothing
//! comes: [`SCREEN_OFF`].

/// Where a track comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A shared screen, window or tab.
    Screen,
    /// Anything else, and whatever other clients publish without saying.
    Unknown,
}

/// All there are.
const SOURCES: [Source; 4] = [Source::Camera, Source::Microphone, Source::Screen, Source::Unknown];

const MUTED: &str = " (muted)";

/// What stands at a place that is held ready for a screen, or for its sound, while none is shared. These very words and
/// no others: what people call their streams comes after a colon, and what other clients say of theirs is not for us to
/// hide.
pub const SCREEN_OFF: &str = "screen (off)";

impl Source {
    /// The source as JavaScript sees it, and as it stands in descriptions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Screen => "screen",
            Self::Unknown => "unknown",
        }
    }

    /// The source of this name, if it is one.
    pub fn parse(name: &str) -> Option<Self> {
        SOURCES.into_iter().find(|source| source.as_str() == name)
    }
}

/// What a description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What the stream is.
    pub source: Source,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Whether its owner muted it.
    pub muted: bool,
}

/// Writes a description: `camera`, `camera: Lab`, `microphone (muted)`.
pub fn write(source: Source, name: Option<&str>, muted: bool) -> String {
    let (between, name) = name.map_or(("", ""), |name| (": ", name));
    [source.as_str(), between, name, if muted { MUTED } else { "" }].concat()
}

/// Reads a description. Other clients' words are a name.
///
/// ```
/// use janus_wasm::protocol::description::{read, Source};
/// let said = read(Some("camera: Lab (muted)"));
/// assert_eq!((said.source, said.name.as_deref(), said.muted), (Source::Camera, Some("Lab"), true));
/// let said = read(Some("My webcam"));
/// assert_eq!((said.source, said.name.as_deref(), said.muted), (Source::Unknown, Some("My webcam"), false));
/// assert_eq!(read(None).name, None);
/// ```
pub fn read(description: Option<&str>) -> Description {
    let Some(text) = description.filter(|text| !text.is_empty()) else {
        return Description { source: Source::Unknown, name: None, muted: false };
    };
    let unmuted = text.strip_suffix(MUTED);
    let words = unmuted.unwrap_or(text);
    let ours = SOURCES.into_iter().find_map(|source| {
        let name = words.strip_prefix(source.as_str())?;
        let name = if name.is_empty() { None } else { Some(name.strip_prefix(": ")?.to_owned()) };
        Some(Description { source, name, muted: unmuted.is_some() })
    });
    let theirs =
        || Description { source: Source::Unknown, name: Some(text.to_owned()), muted: false };
    ours.unwrap_or_else(theirs)
}
