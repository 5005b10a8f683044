//! The words we put into a stream's `description`.
//!
//! `VideoRoom` shows every stream's description to everyone, late comers included, on every server version.
//! We use it to say what a stream is and whether it is muted, in words that other clients can show as
//! they are: `camera`, `microphone (muted)`.

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

const MUTED: &str = " (muted)";

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

    fn parse(text: &str) -> Self {
        match text {
            "camera" => Self::Camera,
            "microphone" => Self::Microphone,
            "screen" => Self::Screen,
            _ => Self::Unknown,
        }
    }
}

/// Writes a description.
pub fn write(source: Source, muted: bool) -> String {
    [source.as_str(), if muted { MUTED } else { "" }].concat()
}

/// Reads a description: what it is, and whether its owner muted it.
///
/// ```
/// use janus_wasm::protocol::description::{read, Source};
/// assert_eq!(read(Some("camera (muted)")), (Source::Camera, true));
/// assert_eq!(read(Some("My webcam")), (Source::Unknown, false));
/// assert_eq!(read(None), (Source::Unknown, false));
/// ```
pub fn read(description: Option<&str>) -> (Source, bool) {
    let Some(text) = description else { return (Source::Unknown, false) };
    match text.strip_suffix(MUTED) {
        Some(source) if Source::parse(source) != Source::Unknown => (Source::parse(source), true),
        _ => (Source::parse(text), false),
    }
}
