//! Data channels, and what they carry.

use std::fmt;
use std::string::FromUtf8Error;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Event, MessageEvent, RtcDataChannel, RtcDataChannelState, RtcDataChannelType};

use super::{Listener, Thrown};

/// Text, or bytes that stay in the browser's memory.
///
/// ```no_run
/// use janus_wasm::web::Data;
/// let (text, bytes) = (Data::from("hello"), Data::from(&[1, 2, 3][..]));
/// # let _ = (text, bytes);
/// ```
#[derive(Clone, Debug)]
pub enum Data {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Uint8Array),
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<Uint8Array> for Data {
    fn from(bytes: Uint8Array) -> Self {
        Self::Bytes(bytes)
    }
}

impl Data {
    /// What it takes on the way, bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.length() as usize,
        }
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    /// The first bytes of it, at most `count`, if it is no text.
    pub fn head(&self, count: u32) -> Vec<u8> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Bytes(bytes) => bytes.subarray(0, count.min(bytes.length())).to_vec(),
        }
    }

    /// What comes behind the first bytes; it is not copied.
    pub fn behind(&self, head: u32) -> Uint8Array {
        match self {
            Self::Text(_) => Uint8Array::new_with_length(0),
            Self::Bytes(bytes) => bytes.subarray(head, bytes.length()),
        }
    }

    /// A copy of it, in memory of Rust's.
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Bytes(bytes) => bytes.to_vec(),
        }
    }

    /// Bytes, those of text in UTF-8.
    #[must_use]
    pub fn into_bytes(self) -> Uint8Array {
        match self {
            Self::Text(text) => text.as_bytes().into(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// Apart from what its owner may change.
    #[must_use]
    pub fn copied(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text),
            Self::Bytes(bytes) => Self::Bytes(bytes.slice(0, bytes.length())),
        }
    }

    /// Bytes put together: each piece with where it begins. What is text is decoded.
    pub fn together(length: u32, is_text: bool, pieces: &[(u32, Uint8Array)]) -> Self {
        let bytes = Uint8Array::new_with_length(length);
        for (at, piece) in pieces {
            bytes.set(piece, *at);
        }
        if is_text {
            // Copied once more only where it is not what it should be.
            let text = String::from_utf8(bytes.to_vec());
            let mended =
                |error: FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
            return Self::Text(text.unwrap_or_else(mended));
        }
        Self::Bytes(bytes)
    }
}

/// Bytes behind a head.
pub fn headed(head: &[u8], body: &Uint8Array) -> Uint8Array {
    let at = u32::try_from(head.len()).unwrap_or_default();
    let bytes = Uint8Array::new_with_length(at + body.length());
    bytes.set(&Uint8Array::from(head), 0);
    bytes.set(body, at);
    bytes
}

/// Whether nothing comes or goes over a data channel any more.
pub fn is_channel_closed(channel: &RtcDataChannel) -> bool {
    channel.ready_state() == RtcDataChannelState::Closed
}

/// A data channel that sends; dropping it ends what it tells.
pub struct DataLine {
    channel: RtcDataChannel,
    _listeners: [Listener; 4],
}

impl fmt::Debug for DataLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataLine")
    }
}

impl DataLine {
    /// Calls `on_change` when it opens or closes, and when no more than `low` bytes wait in the browser.
    pub fn new(channel: RtcDataChannel, low: u32, on_change: impl Fn() + Clone + 'static) -> Self {
        channel.set_buffered_amount_low_threshold(low);
        let listeners = ["open", "bufferedamountlow", "close", "error"].map(|kind| {
            let on_change = on_change.clone();
            Listener::new(&channel, kind, move |_: Event| on_change())
        });
        Self { channel, _listeners: listeners }
    }

    /// Whether it takes something.
    pub fn is_open(&self) -> bool {
        self.channel.ready_state() == RtcDataChannelState::Open
    }

    /// Bytes that wait in the browser.
    pub fn buffered(&self) -> usize {
        self.channel.buffered_amount() as usize
    }

    /// Sends one frame.
    ///
    /// # Errors
    /// The browser's.
    pub fn send(&self, frame: &Data) -> Result<(), Thrown> {
        match frame {
            Data::Text(text) => self.channel.send_with_str(text),
            Data::Bytes(bytes) => self.channel.send_with_js_u8_array(bytes),
        }
        .map_err(Thrown)
    }
}

/// A data channel that receives; dropping it ends what it tells.
#[derive(Debug)]
pub struct DataEar {
    channel: RtcDataChannel,
    _listener: Listener,
}

impl DataEar {
    /// Calls `on_data` with each message.
    pub fn new(channel: RtcDataChannel, on_data: impl Fn(Data) + 'static) -> Self {
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
        let listener = Listener::new(&channel, "message", move |event: MessageEvent| {
            let data = event.data();
            if let Some(text) = data.as_string() {
                on_data(Data::Text(text));
            } else if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
                on_data(Data::Bytes(Uint8Array::new(buffer)));
            }
        });
        Self { channel, _listener: listener }
    }

    /// Whether nothing comes any more.
    pub fn is_closed(&self) -> bool {
        is_channel_closed(&self.channel)
    }
}
