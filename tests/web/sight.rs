//! What is seen of a picture is asked for: in floating windows, of hidden pages, on other screens, in several elements.

use janus_wasm::engine::Millis;
use janus_wasm::live::Adaptive;
use janus_wasm::room::{Room, RoomOptions, Source};
use janus_wasm::web;
use js_sys::{Function, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::server::addresses;
use super::shown::{AWAY, BEST, Calm, HIDDEN, LARGE, SMALL, SMALLEST, Shown, place, publish, run};
use super::stage::{made, stay};

/// What browsers tell of a picture that floats, whether they have such windows or not.
const FLOATING: &str = "
    const floating = new EventTarget();
    return {
      enter(element, width, height) {
        Object.assign(floating, { width, height });
        element.dispatchEvent(Object.assign(new Event('enterpictureinpicture'), { pictureInPictureWindow: floating }));
      },
      resize(element, width, height) {
        Object.assign(floating, { width, height });
        floating.dispatchEvent(new Event('resize'));
      },
      leave(element) { element.dispatchEvent(new Event('leavepictureinpicture')); },
    };
";

fn float(floating: &Object, what: &str, shown: &Shown, size: (u32, u32)) {
    let function = js_sys::Reflect::get(floating, &what.into()).unwrap();
    let function: Function = function.unchecked_into();
    function.call3(&JsValue::NULL, &shown.element, &size.0.into(), &size.1.into()).unwrap();
}

/// Another tab in front of the page, as far as the page can tell.
fn hide_page(hidden: bool) {
    run(&format!(
        "for (const [name, value] of [['hidden', {hidden}], ['visibilityState', {hidden} ? 'hidden' : 'visible']])
           Object.defineProperty(document, name, {{ value, configurable: true }});
         document.dispatchEvent(new Event('visibilitychange'));"
    ));
}

/// A screen of so many pixels for each of CSS.
fn move_to_screen(density: u32) {
    run(&format!(
        "Object.defineProperty(window, 'devicePixelRatio', {{ value: {density}, configurable: true }});
         window.dispatchEvent(new Event('resize'));"
    ));
}

/// The page is as it was, whatever became of a test.
struct Restored(Function);

impl Restored {
    fn begin() -> Self {
        let restore = run("
            const density = Object.getOwnPropertyDescriptor(window, 'devicePixelRatio');
            return () => {
              delete document.hidden;
              delete document.visibilityState;
              document.dispatchEvent(new Event('visibilitychange'));
              Object.defineProperty(window, 'devicePixelRatio', density);
            };");
        Self(restore.unchecked_into())
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        self.0.call0(&JsValue::NULL).unwrap();
    }
}

/// This is soon wanted, and stays so.
async fn decides(shown: &Shown, layer: Option<u32>) {
    shown.decides(layer).await;
    web::sleep(Millis(600)).await;
    assert_eq!(shown.wanted(), layer);
}

#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_floats_what_is_hidden_and_what_is_on_another_screen_is_asked_for_as_it_is_seen() {
    let Some(url) = addresses().into_iter().next() else { return };
    let (meeting, calm) = (made(), Calm::begin());
    let (ada, bob) = [(); 2].map(|()| Room::new(RoomOptions::new([url]))).into();
    let restored = Restored::begin();
    move_to_screen(1);
    let adaptive = Adaptive::new(&bob);
    ada.join(stay(&meeting, "Ada")).await.unwrap();
    publish(&ada, "camera").await;
    bob.join(stay(&meeting, "Bob")).await.unwrap();
    let mut camera = Shown::of(&bob, Source::Camera).await;
    camera.show(LARGE);
    // From here on it is known which layer is how large.
    camera.comes(BEST).await;
    decides(&camera, Some(2)).await;

    // A window of its own, wherever its element is, and whatever becomes of the page.
    let floating: Object = run(FLOATING).unchecked_into();
    camera.style(AWAY);
    decides(&camera, None).await;
    float(&floating, "enter", &camera, (280, 158));
    decides(&camera, Some(0)).await;
    camera.comes(SMALLEST).await;
    float(&floating, "resize", &camera, (900, 506));
    decides(&camera, Some(2)).await;
    hide_page(true);
    decides(&camera, Some(2)).await;
    camera.flows().await;
    float(&floating, "leave", &camera, (0, 0));
    decides(&camera, None).await;
    camera.falls_silent().await;
    camera.style(LARGE);
    decides(&camera, None).await;
    hide_page(false);
    decides(&camera, Some(2)).await;
    // At once, where the page as a whole is hidden.
    hide_page(true);
    assert_eq!(camera.wanted(), None);
    hide_page(false);
    assert_eq!(camera.wanted(), Some(2));

    // The pixels of the screen count, not those of the page.
    camera.style(SMALL);
    decides(&camera, Some(0)).await;
    move_to_screen(2);
    decides(&camera, Some(1)).await;
    move_to_screen(1);
    decides(&camera, Some(0)).await;

    // Of several elements the largest.
    let second = camera.track.attach(None).unwrap();
    place(&second, LARGE);
    decides(&camera, Some(2)).await;
    camera.style(HIDDEN);
    decides(&camera, Some(2)).await;
    second.remove();
    decides(&camera, None).await;
    camera.style(SMALL);
    decides(&camera, Some(0)).await;

    drop((camera, adaptive, restored, calm));
    ada.leave().await;
    bob.leave().await;
}
