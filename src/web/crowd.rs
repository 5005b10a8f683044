//! How many long polls this browser has under way.
//!
//! Over HTTP/1.1 a browser opens six connections to an origin, for all tabs together. Six long polls
//! take them all, and every request waits until one ends, without an error from anybody.

use std::cell::Cell;
use std::fmt;

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// So many long polls leave a connection for requests.
const MOST: u32 = 5;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    /// Missing where the page is not a secure context.
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: Option<LockManager>;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &JsValue, granted: &JsValue) -> Promise;

    #[wasm_bindgen(method)]
    fn query(this: &LockManager) -> Promise;
}

thread_local! {
    /// Long polls of this page, and sessions on the way to one.
    static HERE: Cell<u32> = const { Cell::new(0) };
}

/// What the polls to a server have in common: a shared lock, which the browser counts over all tabs.
fn lock_name(url: &str) -> String {
    let slashes = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/');
    let end = slashes.map(|(at, _)| at).nth(2).unwrap_or(url.len());
    ["janus-wasm poll ", url.get(..end).unwrap_or_default()].concat()
}

/// A long poll, counted until dropped.
pub struct Place {
    release: Option<js_sys::Function>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

impl Place {
    /// Counts one more, here and for other tabs.
    pub fn take(url: &str) -> Self {
        HERE.set(HERE.get() + 1);
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        LOCKS.with(|locks| {
            let Some(locks) = locks else { return };
            let options = Object::new();
            Reflect::set(&options, &"mode".into(), &"shared".into()).ok();
            let grant = Closure::once_into_js(move || held);
            // Refused only where the page is going away.
            let asked = locks.request(&lock_name(url), &options, &grant);
            super::spawn_local(async move {
                JsFuture::from(asked).await.ok();
            });
        });
        Self { release }
    }

    /// Counts one more if there is room for it; not told to other tabs.
    pub async fn reserve(url: &str) -> Option<Self> {
        HERE.set(HERE.get() + 1);
        let place = Self { release: None };
        let elsewhere = count_locks(url).await.unwrap_or_default();
        (HERE.get().max(elsewhere + 1) <= MOST).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        HERE.set(HERE.get().saturating_sub(1));
        if let Some(release) = self.release.take() {
            release.call0(&JsValue::NULL).ok();
        }
    }
}

async fn count_locks(url: &str) -> Option<u32> {
    let asked = LOCKS.with(|locks| locks.as_ref().map(LockManager::query))?;
    let snapshot = JsFuture::from(asked).await.ok()?;
    let held: Array = Reflect::get(&snapshot, &"held".into()).ok()?.dyn_into().ok()?;
    let name = JsValue::from(lock_name(url));
    let ours = held.iter().filter(|lock| Reflect::get(lock, &"name".into()).as_ref() == Ok(&name));
    u32::try_from(ours.count()).ok()
}
