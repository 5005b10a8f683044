//! Devices are listed and watched, and what the browser can do is known, without asking anybody.

use std::cell::RefCell;
use std::rc::Rc;

use janus_wasm::room::{
    DeviceKind, DevicePermission, device_permission, list_devices, watch_devices,
};
use janus_wasm::web::{self, JsValue};
use js_sys::Function;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn devices_are_listed_and_watched_without_asking() {
    let all = list_devices(None).await.unwrap();
    let cameras = list_devices(Some(DeviceKind::Camera)).await.unwrap();
    assert!(!cameras.is_empty() && all.len() > cameras.len());
    assert!(cameras.iter().all(|camera| camera.kind == DeviceKind::Camera));
    assert_eq!(cameras.iter().filter(|camera| camera.is_default).count(), 1);
    assert_ne!(device_permission(DeviceKind::Camera).await, DevicePermission::Denied);
    assert_eq!(device_permission(DeviceKind::Speaker).await, DevicePermission::Unknown);
    let heard = Rc::new(RefCell::new(0));
    let hearing = Rc::clone(&heard);
    let watch = watch_devices(move |_| *hearing.borrow_mut() += 1);
    watch.refresh();
    list_devices(None).await.unwrap();
    drop(watch);
    assert_eq!(*heard.borrow(), 0, "nothing changed");
    assert_eq!(Rc::strong_count(&heard), 1, "who watches no longer holds nothing");
}

fn script(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::NULL).expect("the script runs")
}

#[wasm_bindgen_test]
fn what_the_browser_can_do_is_known() {
    let can = web::capabilities();
    assert!(can.canvas_capture && can.codec_preferences);
    assert!(can.video_codecs.iter().any(|codec| codec == "vp8"));
    assert!(!can.video_codecs.iter().any(|codec| codec == "rtx"));
    script(
        "globalThis.__Connection = RTCPeerConnection;
        globalThis.RTCPeerConnection = class { constructor() { throw new Error('made again'); } };",
    );
    let again = web::capabilities();
    script("globalThis.RTCPeerConnection = globalThis.__Connection");
    assert_eq!(can, again, "no peer connection is made for it again");
}
