//! Files in the browser's memory, or on its disk.

use std::fmt;

use js_sys::{Array, ArrayBuffer, Date, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File};

use super::Thrown;

/// Pieces are put together when they are so much, bytes: what is put together the browser may keep on disk.
const TOGETHER_BYTES: u32 = 8_388_608;

/// How large it is, bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number that JavaScript holds exactly"
)]
pub fn blob_size(blob: &Blob) -> u64 {
    blob.size() as u64
}

/// What it is called, if it is a file.
pub fn file_name(blob: &Blob) -> Option<String> {
    blob.dyn_ref::<File>().map(File::name)
}

/// A Blob of these bytes.
///
/// # Errors
/// The browser's, if there is no room.
pub fn blob_of(bytes: &Uint8Array, kind: &str) -> Result<Blob, Thrown> {
    let mut parts = BlobParts::default();
    parts.push(bytes)?;
    parts.finish(kind)
}

/// Some bytes of it.
///
/// # Errors
/// The browser's, for a file that changed or cannot be read any longer.
#[expect(clippy::cast_precision_loss, reason = "no blob has 2^53 bytes")]
pub async fn read_blob(blob: &Blob, from: u64, to: u64) -> Result<Uint8Array, Thrown> {
    let slice = blob.slice_with_f64_and_f64(from as f64, to as f64).map_err(Thrown)?;
    let read = JsFuture::from(slice.array_buffer()).await.map_err(Thrown)?;
    Ok(Uint8Array::new(read.unchecked_ref::<ArrayBuffer>()))
}

/// A Blob that comes in pieces.
#[derive(Default)]
pub struct BlobParts {
    whole: Array,
    loose: Array,
    loose_bytes: u32,
}

impl fmt::Debug for BlobParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlobParts")
    }
}

impl BlobParts {
    /// The next piece. It is not copied, and must not change.
    ///
    /// # Errors
    /// The browser's, if there is no room.
    pub fn push(&mut self, piece: &Uint8Array) -> Result<(), Thrown> {
        self.loose.push(piece);
        self.loose_bytes += piece.length();
        if self.loose_bytes < TOGETHER_BYTES { Ok(()) } else { self.put_together() }
    }

    fn put_together(&mut self) -> Result<(), Thrown> {
        let loose = std::mem::take(&mut self.loose);
        self.loose_bytes = 0;
        let blob = Blob::new_with_u8_array_sequence(&loose).map_err(Thrown)?;
        self.whole.push(&blob);
        Ok(())
    }

    /// All of it, as something of this media type.
    ///
    /// # Errors
    /// The browser's, if there is no room.
    pub fn finish(mut self, kind: &str) -> Result<Blob, Thrown> {
        self.put_together()?;
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        Blob::new_with_blob_sequence_and_options(&self.whole, &options).map_err(Thrown)
    }
}

/// The time of day: milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is opened after 1970"
)]
pub fn date() -> u64 {
    Date::now() as u64
}

/// The time of day as text (ISO 8601, UTC).
pub fn date_text() -> String {
    Date::new_0().to_iso_string().into()
}
