//! What can be seen of an element that plays a video.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, HtmlMediaElement, HtmlVideoElement, Window};

use super::{Listener, globals};

/// A size in pixels of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// px
    pub width: f64,
    /// px
    pub height: f64,
    /// Whether the picture fills it and is cut, rather than shown whole.
    pub fills: bool,
}

/// What is seen of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// So much.
    Seen(View),
    /// Nothing.
    Unseen {
        /// Because the whole page is hidden.
        page_hidden: bool,
    },
    /// The browser has not said yet.
    Unknown,
}

/// More pixels than that for each of CSS nobody sees on a small screen.
const MOST_DENSITY: f64 = 2.0;
/// For what has no size before it has a picture.
const DOT: View = View { width: 1.0, height: 1.0, fills: false };

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = EventTarget)]
    type Viewed;
    #[wasm_bindgen(method, getter, js_name = defaultView)]
    fn default_view(this: &Viewed) -> Option<Window>;
    #[wasm_bindgen(method, getter, js_name = pictureInPictureElement)]
    fn floating_element(this: &Viewed) -> Option<HtmlMediaElement>;
    #[wasm_bindgen(method, getter)]
    fn hidden(this: &Viewed) -> bool;

    type FloatingEvent;
    #[wasm_bindgen(method, getter, js_name = pictureInPictureWindow)]
    fn window(this: &FloatingEvent) -> Option<FloatingWindow>;

    #[wasm_bindgen(extends = EventTarget)]
    #[derive(Clone)]
    type FloatingWindow;
    #[wasm_bindgen(method, getter)]
    fn width(this: &FloatingWindow) -> f64;
    #[wasm_bindgen(method, getter)]
    fn height(this: &FloatingWindow) -> f64;

    type Observer;
    #[wasm_bindgen(method)]
    fn observe(this: &Observer, element: &HtmlMediaElement);
    #[wasm_bindgen(method)]
    fn disconnect(this: &Observer);

    type Crossing;
    #[wasm_bindgen(method, getter, js_name = isIntersecting)]
    fn is_intersecting(this: &Crossing) -> bool;

    type Style;
    #[wasm_bindgen(method, getter, js_name = objectFit)]
    fn object_fit(this: &Style) -> Option<String>;

    type Styling;
    #[wasm_bindgen(method, catch, js_name = getComputedStyle)]
    fn computed_style(this: &Styling, element: &HtmlMediaElement) -> Result<Style, JsValue>;
}

/// Calls `then` when the page is hidden or shown.
pub fn on_visibility(then: impl Fn() + 'static) -> Option<Listener> {
    let document = globals::document()?;
    Some(Listener::new(&document, "visibilitychange", move |_: JsValue| then()))
}

/// An observer with what it calls; dropping it ends that.
struct Observing {
    observer: Observer,
    _closure: Closure<dyn FnMut(Array)>,
}

impl Observing {
    /// Observers of one window see nothing in another, so it is made by that of the element.
    fn begin(
        window: &Window,
        kind: &str,
        element: &HtmlMediaElement,
        told: impl FnMut(Array) + 'static,
    ) -> Option<Self> {
        let closure = Closure::new(told);
        let class: Function = Reflect::get(window, &kind.into()).ok()?.dyn_into().ok()?;
        let observer = Reflect::construct(&class, &Array::of1(closure.as_ref())).ok()?;
        let observer: Observer = observer.unchecked_into();
        observer.observe(element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for Observing {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Where a floating picture is.
#[derive(Default)]
enum Floating {
    #[default]
    Nowhere,
    /// Nobody told how large it is.
    Somewhere,
    In {
        window: FloatingWindow,
        _resizes: Listener,
    },
}

struct Inner {
    element: HtmlVideoElement,
    changed: Rc<dyn Fn()>,
    window: RefCell<Option<Window>>,
    was_connected: Cell<bool>,
    observers: RefCell<Vec<Observing>>,
    page: RefCell<Option<[Listener; 2]>>,
    /// Whether any of it is within what is shown; not known before the browser said so.
    is_shown: Cell<Option<bool>>,
    floating: RefCell<Floating>,
}

/// Watches one element, wherever in whichever document it goes, until dropped.
pub struct ElementWatch {
    inner: Rc<Inner>,
    _listeners: [Listener; 3],
}

impl fmt::Debug for ElementWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ElementWatch")
    }
}

impl ElementWatch {
    /// Calls `changed` when anything may be different. Elements of sound show nothing.
    pub fn new(element: &HtmlMediaElement, changed: Rc<dyn Fn()>) -> Option<Self> {
        let element: HtmlVideoElement = if Reflect::has(element, &"videoWidth".into()).ok()? {
            // Of another window it would not be an instance of ours.
            element.clone().unchecked_into()
        } else {
            return None;
        };
        let inner = Rc::new(Inner {
            element,
            changed,
            window: RefCell::default(),
            was_connected: Cell::new(false),
            observers: RefCell::default(),
            page: RefCell::default(),
            is_shown: Cell::new(None),
            floating: RefCell::default(),
        });
        let listeners = inner.listen();
        let floating = inner.document().and_then(|document| document.floating_element());
        if floating.as_ref() == Some(&*inner.element) {
            inner.floating.replace(Floating::Somewhere);
        }
        inner.enter();
        Some(Self { inner, _listeners: listeners })
    }

    /// The element.
    pub fn element(&self) -> &HtmlMediaElement {
        &self.inner.element
    }

    /// What is seen of it now.
    pub fn sight(&self) -> Sight {
        self.inner.sight()
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) -> [Listener; 3] {
        let weak = || Rc::downgrade(self);
        let (enters, leaves, resizes) = (weak(), weak(), weak());
        [
            Listener::new(&self.element, "enterpictureinpicture", move |event: FloatingEvent| {
                with(&enters, |this| this.float(event.window()));
            }),
            Listener::new(&self.element, "leavepictureinpicture", move |_: JsValue| {
                with(&leaves, |this| drop(this.floating.take()));
            }),
            // What the picture's size is, and with it which layer is which.
            Listener::new(&self.element, "resize", move |_: JsValue| with(&resizes, |_| ())),
        ]
    }

    fn float(self: &Rc<Self>, window: Option<FloatingWindow>) {
        let floating = window.map_or(Floating::Somewhere, |window| {
            let weak = Rc::downgrade(self);
            let resizes = move |_: JsValue| with(&weak, |_| ());
            let heard = Listener::new(&window, "resize", resizes);
            Floating::In { window, _resizes: heard }
        });
        drop(self.floating.replace(floating));
    }

    fn document(&self) -> Option<Viewed> {
        self.element.owner_document().map(JsCast::unchecked_into)
    }

    fn sight(self: &Rc<Self>) -> Sight {
        if self.has_moved() {
            self.enter();
        }
        if let Some(view) = self.floating_view() {
            return Sight::Seen(view);
        }
        if !self.element.is_connected() {
            return Sight::Unseen { page_hidden: false };
        }
        if self.document().is_some_and(|document| document.hidden()) {
            return Sight::Unseen { page_hidden: true };
        }
        match self.is_shown.get() {
            None => Sight::Unknown,
            Some(false) => Sight::Unseen { page_hidden: false },
            Some(true) => self.shown(),
        }
    }

    fn shown(&self) -> Sight {
        let place = self.element.get_bounding_client_rect();
        let (width, height) = (place.width(), place.height());
        if width * height > 0.0 {
            return Sight::Seen(self.pixels(width, height));
        }
        let has_picture = self.element.video_width() > 0;
        if has_picture { Sight::Unseen { page_hidden: false } } else { Sight::Seen(DOT) }
    }

    fn has_moved(&self) -> bool {
        let window = self.document().and_then(|document| document.default_view());
        let came = self.element.is_connected() && !self.was_connected.get();
        came || window != *self.window.borrow()
    }

    fn enter(self: &Rc<Self>) {
        drop((self.observers.take(), self.page.take()));
        let document = self.document();
        let window = document.as_ref().and_then(Viewed::default_view);
        self.window.replace(window.clone());
        self.was_connected.set(self.element.is_connected());
        self.is_shown.set(None);
        let (Some(document), Some(window)) = (document, window) else { return };
        let weak = || Rc::downgrade(self);
        let (crossing, sizing, hiding, scaling) = (weak(), weak(), weak(), weak());
        let crossed = move |entries: Array| {
            let last: Crossing = entries.get(entries.length().saturating_sub(1)).unchecked_into();
            with(&crossing, |this| this.is_shown.set(Some(last.is_intersecting())));
        };
        let resized = move |_: Array| with(&sizing, |_| ());
        let observers = [
            Observing::begin(&window, "IntersectionObserver", &self.element, crossed),
            Observing::begin(&window, "ResizeObserver", &self.element, resized),
        ];
        self.observers.replace(observers.into_iter().flatten().collect());
        // Another screen, or zoom: the pixels are others, and the sizes may be the same.
        let look = |weak: Weak<Inner>| move |_: JsValue| with(&weak, |_| ());
        let listeners = [
            Listener::new(&document, "visibilitychange", look(hiding)),
            Listener::new(&window, "resize", look(scaling)),
        ];
        self.page.replace(Some(listeners));
    }

    fn floating_view(&self) -> Option<View> {
        let window = match &*self.floating.borrow() {
            Floating::Nowhere => return None,
            Floating::Somewhere => None,
            Floating::In { window, .. } => Some(window.clone()),
        };
        let (width, height) = if let Some(window) = &window {
            (window.width(), window.height())
        } else {
            (f64::from(self.element.video_width()), f64::from(self.element.video_height()))
        };
        if width <= 0.0 {
            return Some(DOT);
        }
        // One whose size nobody told is taken at the size of its picture.
        let is_told = window.is_some();
        Some(if is_told {
            self.pixels(width, height)
        } else {
            View { width, height, fills: false }
        })
    }

    fn pixels(&self, width: f64, height: f64) -> View {
        let window = self.window.borrow().clone();
        let density = window.as_ref().map_or(1.0, Window::device_pixel_ratio);
        let density = density.min(MOST_DENSITY);
        let style = window.and_then(|window| {
            window.unchecked_ref::<Styling>().computed_style(&self.element).ok()
        });
        let fit = style.and_then(|style| style.object_fit());
        let fills = matches!(fit.as_deref(), Some("cover" | "fill"));
        View { width: width * density, height: height * density, fills }
    }
}

/// Does what it does to what it is about, and then says that something changed.
fn with(weak: &Weak<Inner>, change: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = weak.upgrade() {
        change(&inner);
        (inner.changed)();
    }
}
