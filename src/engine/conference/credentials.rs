//! Another pin or token than the room was joined with: it was locked, or the token is about to expire.

use super::{Conference, Membership};

impl Conference {
    /// From now on this is said to be let in, where it is given. What was refused for want of it is asked again at once.
    /// Whether to ask who is here, and what they publish, since the server did not say.
    pub fn set_credentials(&mut self, pin: Option<String>, token: Option<String>) -> bool {
        let join = &mut self.join;
        join.pin = pin.or(join.pin.take());
        join.token = token.or(join.token.take());
        self.receiving.patience.hurry();
        self.returning.admit(self.now, self.membership == Membership::Joining);
        self.membership == Membership::Joined && self.catching_up.is_wanting()
    }
}
