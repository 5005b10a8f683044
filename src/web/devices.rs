//! The devices of this machine, listed and watched without asking anybody.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventTarget, MediaDeviceInfo, MediaDeviceKind};

use super::inspect::{member, navigator};
use super::{Listener, Thrown, spawn_local};
use crate::engine::devices::{
    DeviceEvent, DeviceKind, DevicePermission, MediaDevice, changes, listed,
};

#[wasm_bindgen]
extern "C" {
    type Devices;
    #[wasm_bindgen(method, catch, js_name = enumerateDevices)]
    fn enumerate(this: &Devices) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = selectAudioOutput)]
    fn select_speaker(this: &Devices) -> Result<Promise, JsValue>;

    type Permissions;
    #[wasm_bindgen(method, catch)]
    fn query(this: &Permissions, of: &Object) -> Result<Promise, JsValue>;
}

/// Absent in an insecure context.
pub(super) fn media_devices() -> Option<JsValue> {
    let devices = member(navigator()?.as_ref(), "mediaDevices");
    (!devices.is_undefined()).then_some(devices)
}

fn device(info: &MediaDeviceInfo) -> Option<MediaDevice> {
    let kind = match info.kind() {
        MediaDeviceKind::Videoinput => DeviceKind::Camera,
        MediaDeviceKind::Audioinput => DeviceKind::Microphone,
        MediaDeviceKind::Audiooutput => DeviceKind::Speaker,
        _ => return None,
    };
    let (id, group_id, label) = (info.device_id(), info.group_id(), info.label());
    Some(MediaDevice { id, group_id, kind, label, is_default: false })
}

/// The cameras, microphones and speakers that are there, of one kind or all. Before permission the browser tells no more
/// than that there is one: its id and label are empty. In an insecure context there are none. Nobody is asked.
///
/// ```no_run
/// # async fn example() -> Result<(), janus_wasm::room::Failure> {
/// use janus_wasm::room::{DeviceKind, list_devices};
/// for camera in list_devices(Some(DeviceKind::Camera)).await? { /* show camera.label */ }
/// # Ok(()) }
/// ```
///
/// # Errors
/// The browser's `DOMException`.
pub async fn list_devices(kind: Option<DeviceKind>) -> Result<Vec<MediaDevice>, Thrown> {
    let Some(devices) = media_devices() else { return Ok(Vec::new()) };
    let asked = devices.unchecked_ref::<Devices>().enumerate().map_err(Thrown)?;
    let found = Array::from(&JsFuture::from(asked).await.map_err(Thrown)?);
    let found: Vec<_> = found.iter().filter_map(|info| device(info.unchecked_ref())).collect();
    let mut list = listed(&found);
    list.retain(|device| kind.is_none_or(|kind| device.kind == kind));
    Ok(list)
}

/// What the browser says of a permission, if it knows it.
async fn permission_status(kind: DeviceKind) -> Option<JsValue> {
    media_devices()?;
    let permissions = member(navigator()?.as_ref(), "permissions");
    let of = Object::new();
    // Fails for nothing: it is a plain object.
    Reflect::set(&of, &"name".into(), &kind.as_str().into()).ok();
    // A browser that does not know the name, or knows of no permissions.
    let asked = permissions.dyn_ref::<Object>()?.unchecked_ref::<Permissions>().query(&of).ok()?;
    JsFuture::from(asked).await.ok()
}

fn permission_of(status: &JsValue) -> DevicePermission {
    match member(status, "state").as_string().as_deref() {
        Some("granted") => DevicePermission::Granted,
        Some("denied") => DevicePermission::Denied,
        Some("prompt") => DevicePermission::Prompt,
        _ => DevicePermission::Unknown,
    }
}

/// Whether the page may open cameras, or microphones. Nobody is asked. Of speakers nothing is known.
pub async fn device_permission(kind: DeviceKind) -> DevicePermission {
    let status = if kind == DeviceKind::Speaker { None } else { permission_status(kind).await };
    status.as_ref().map_or(DevicePermission::Unknown, permission_of)
}

/// Lets the person choose a speaker in the browser's own dialog; for use in a click. Nothing where there is no such
/// dialog: show the list of speakers then.
///
/// # Errors
/// The browser's `DOMException`: `NotAllowedError` (dismissed), `NotFoundError` (no speakers), `InvalidStateError` (no
/// click).
pub async fn choose_speaker() -> Result<Option<MediaDevice>, Thrown> {
    let has_dialog = |devices: &JsValue| !member(devices, "selectAudioOutput").is_undefined();
    let Some(devices) = media_devices().filter(has_dialog) else { return Ok(None) };
    let asked = devices.unchecked_ref::<Devices>().select_speaker().map_err(Thrown)?;
    let info = JsFuture::from(asked).await.map_err(Thrown)?;
    let chosen = device(info.unchecked_ref());
    let speakers = list_devices(Some(DeviceKind::Speaker)).await?;
    let listed = speakers.into_iter().find(|one| chosen.as_ref().is_some_and(|it| it.id == one.id));
    Ok(listed.or(chosen))
}

/// Tells what becomes of the devices, until it is dropped: [`watch_devices`].
#[must_use = "nothing is told once it is dropped"]
pub struct DeviceWatch(Rc<Watch>);

impl fmt::Debug for DeviceWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceWatch")
    }
}

struct Watch {
    tell: Box<dyn Fn(DeviceEvent)>,
    known: RefCell<Option<Vec<MediaDevice>>>,
    reading: Cell<bool>,
    stale: Cell<bool>,
    listeners: RefCell<Vec<Listener>>,
}

/// Calls `listener` with what becomes of the devices and permissions from now on, until what is returned is dropped.
///
/// ```no_run
/// use janus_wasm::room::{DeviceEvent, watch_devices};
/// let watch = watch_devices(|event| match event {
///     DeviceEvent::DevicesChanged { devices, .. } => { /* show the list */ }
///     DeviceEvent::DefaultChanged { .. } | DeviceEvent::PermissionChanged { .. } => {}
/// });
/// ```
pub fn watch_devices(listener: impl Fn(DeviceEvent) + 'static) -> DeviceWatch {
    let watch = Rc::new(Watch {
        tell: Box::new(listener),
        known: RefCell::default(),
        reading: Cell::default(),
        stale: Cell::default(),
        listeners: RefCell::default(),
    });
    if let Some(devices) = media_devices() {
        let weak = Rc::downgrade(&watch);
        watch.listen(devices.unchecked_ref(), "devicechange", move || {
            if let Some(watch) = weak.upgrade() {
                watch.refresh();
            }
        });
    }
    for kind in [DeviceKind::Camera, DeviceKind::Microphone] {
        spawn_local(watch_permission(Rc::downgrade(&watch), kind));
    }
    watch.refresh();
    DeviceWatch(watch)
}

impl DeviceWatch {
    /// Looks whether something changed: not every browser tells when opening a device uncovers the names of all.
    pub fn refresh(&self) {
        self.0.refresh();
    }
}

impl Watch {
    fn listen(&self, target: &EventTarget, kind: &'static str, then: impl Fn() + 'static) {
        let listener = Listener::new(target, kind, move |_: JsValue| then());
        self.listeners.borrow_mut().push(listener);
    }

    /// What comes while it looks makes it look once more, however often it comes.
    fn refresh(self: &Rc<Self>) {
        self.stale.set(true);
        if !self.reading.replace(true) {
            spawn_local(read(Rc::downgrade(self)));
        }
    }

    fn compare(&self, devices: &[MediaDevice]) {
        let before = self.known.replace(Some(devices.to_vec()));
        let told = before.map(|before| changes(&before, devices)).unwrap_or_default();
        for event in told {
            (self.tell)(event);
        }
    }
}

async fn read(weak: Weak<Watch>) {
    loop {
        let Some(watch) = weak.upgrade() else { return };
        if !watch.stale.replace(false) {
            return watch.reading.set(false);
        }
        drop(watch);
        // What cannot be read now is read at the next event.
        let devices = list_devices(None).await.ok();
        if let (Some(watch), Some(devices)) = (weak.upgrade(), devices) {
            watch.compare(&devices);
        }
    }
}

async fn watch_permission(weak: Weak<Watch>, kind: DeviceKind) {
    let Some(status) = permission_status(kind).await else { return };
    let Some(watch) = weak.upgrade() else { return };
    let known = Cell::new(permission_of(&status));
    let target: EventTarget = status.clone().unchecked_into();
    let weak = Weak::clone(&weak);
    watch.listen(&target, "change", move || {
        let (permission, Some(watch)) = (permission_of(&status), weak.upgrade()) else { return };
        if known.replace(permission) != permission {
            (watch.tell)(DeviceEvent::PermissionChanged { kind, permission });
            // Permission uncovers ids and labels, and no `devicechange` need tell of that.
            watch.refresh();
        }
    });
}
