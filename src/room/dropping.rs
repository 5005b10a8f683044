//! A room in Rust that is dropped is left: what it opened is closed, and the server need not find out by itself.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::ahead::Ahead;
use super::call::Call;
use crate::web::spawn_local;

/// What there is to be left. It goes with the room's memory, that is with the room.
#[derive(Default)]
pub(super) struct Open {
    call: RefCell<Option<Rc<Call>>>,
    ahead: RefCell<Option<Rc<Ahead>>>,
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Open")
    }
}

impl Open {
    /// There is another call now, or none.
    pub(super) fn set_call(&self, call: Option<Rc<Call>>) {
        drop(self.call.replace(call));
    }

    /// Something is made ahead of joining.
    pub(super) fn set_ahead(&self, ahead: Rc<Ahead>) {
        drop(self.ahead.replace(Some(ahead)));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            spawn_local(ahead.give_up());
        }
        if let Some(call) = self.call.take() {
            spawn_local(async move { call.leave().await });
        }
    }
}
