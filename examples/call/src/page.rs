//! The page: what is found in it, put into it and taken out again. What is not there is left alone.

use janus_wasm::room::Track;
use janus_wasm::web::{Blob, File};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlInputElement, Url, UrlSearchParams};

#[derive(Clone)]
pub(crate) struct Page(Document);

impl Page {
    pub(crate) fn open() -> Result<Self, JsValue> {
        let document = web_sys::window().and_then(|window| window.document());
        document.map(Self).ok_or_else(|| "this is no page".into())
    }

    /// What the page's address says of something.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let search = self.0.location()?.search().ok()?;
        UrlSearchParams::new_with_str(&search).ok()?.get(name)
    }

    fn get(&self, id: &str) -> Option<Element> {
        self.0.get_element_by_id(id)
    }

    fn input(&self, id: &str) -> Option<HtmlInputElement> {
        self.get(id)?.dyn_into().ok()
    }

    fn make(&self, tag: &str, text: &str) -> Option<Element> {
        let element = self.0.create_element(tag).ok()?;
        element.set_text_content(Some(text));
        Some(element)
    }

    /// Calls `then` with each event of this kind, for as long as the element is there.
    pub(crate) fn on(
        &self,
        id: &str,
        event: &str,
        then: impl Fn() + 'static,
    ) -> Result<(), JsValue> {
        let element = self.get(id).ok_or_else(|| format!("the page has no #{id}"))?;
        let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            // A form would load the page again.
            event.prevent_default();
            then();
        });
        // Ends with the element: JavaScript's own collector drops it.
        element.add_event_listener_with_callback(event, listener.into_js_value().unchecked_ref())
    }

    pub(crate) fn value(&self, id: &str) -> String {
        self.input(id).map_or_else(String::new, |input| input.value())
    }

    /// What was written, and not there any longer.
    pub(crate) fn take(&self, id: &str) -> String {
        let text = self.value(id);
        self.input(id).inspect(|input| input.set_value(""));
        text
    }

    pub(crate) fn file(&self, id: &str) -> Option<File> {
        self.input(id)?.files()?.get(0)
    }

    pub(crate) fn set(&self, id: &str, name: &str, value: &str) {
        self.get(id).and_then(|element| element.set_attribute(name, value).ok());
    }

    pub(crate) fn press(&self, id: &str, pressed: bool) {
        self.set(id, "aria-pressed", if pressed { "true" } else { "false" });
    }

    pub(crate) fn set_hidden(&self, id: &str, hidden: bool) {
        self.get(id).and_then(|element| element.toggle_attribute_with_force("hidden", hidden).ok());
    }

    pub(crate) fn set_state(&self, state: &str) {
        self.0.body().and_then(|body| body.set_attribute("data-state", state).ok());
    }

    pub(crate) fn clear(&self, id: &str) {
        self.get(id).inspect(|element| element.set_text_content(None));
    }

    pub(crate) fn remove(&self, id: &str) {
        self.get(id).inspect(Element::remove);
    }

    /// A place for somebody, with their name.
    pub(crate) fn add_tile(&self, id: &str, name: &str) {
        let (Some(people), Some(tile)) = (self.get("people"), self.make("div", "")) else { return };
        self.remove(id);
        tile.set_id(id);
        let name = self.make("button", name);
        name.and_then(|name| tile.append_child(&name).ok());
        people.append_child(&tile).ok();
    }

    /// Plays a track in somebody's place; `id` is what the element is found by.
    pub(crate) fn play(&self, tile: &str, id: &str, track: &Track) {
        if let (Some(tile), Ok(element)) = (self.get(tile), track.attach(None)) {
            element.set_id(id);
            tile.append_child(&element).ok();
        }
    }

    /// A line of what was said: text, never HTML.
    pub(crate) fn say(&self, text: &str) {
        self.put(self.make("li", text));
    }

    /// A file to be kept.
    pub(crate) fn offer(&self, blob: &Blob, name: &str) {
        let (Some(line), Some(link)) = (self.make("li", ""), self.make("a", name)) else { return };
        let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
        link.set_attribute("href", &address).ok();
        link.set_attribute("download", name).ok();
        line.append_child(&link).ok();
        self.put(Some(line));
    }

    fn put(&self, line: Option<Element>) {
        if let (Some(said), Some(line)) = (self.get("said"), line) {
            said.append_child(&line).ok();
        }
    }
}
