//! What an approved run finds when it resumes: its capability session may have expired, its access may have been revoked.

use super::{Luck, Reviews, Run, knob, request, signal};
use crate::context::{Context, Who};

impl Reviews<'_> {
    /// An approved run goes on, unless its session is gone for good or its access was revoked and somebody cares. A run that ends
    /// for its session is not asked about its access.
    pub(super) fn resume(&self, run: &Run, luck: &Luck, world: &mut Context) {
        let who = &run.who;
        let is_late = world.now.since(run.paused) > run.lives;
        let goes_on = (!is_late || self.reinitialise(who, luck, world)) && self.may_go_on(who, luck, world);
        if !goes_on {
            return self.place.count(world, signal::CANCELLED, who);
        }
        if is_late {
            self.vouch(who, luck, world);
        }
        self.place.count(world, signal::RESUMED, who);
        world.completed(self.place.id, request(who), who.arm);
    }

    /// The session has expired: it is seen as that, or as some failure of transport, and a new one is asked for. Whether it comes.
    fn reinitialise(&self, who: &Who, luck: &Luck, world: &mut Context) -> bool {
        self.place.count(world, signal::RESUME_FAILURES, who);
        if luck.visible < self.share(world, knob::SESSION_VISIBLE, self.spec.session_visible, who) {
            self.place.count(world, signal::SESSION_EXPIRED, who);
        }
        self.place.count(world, signal::REINITS, who);
        let comes = luck.reinit < self.share(world, knob::REINIT, self.spec.reinit, who);
        if comes {
            self.place.count(world, signal::REINIT_OK, who);
        }
        comes
    }

    /// What is missing of a run that goes on with a new session: a fresh policy decision, a link to the old run.
    fn vouch(&self, who: &Who, luck: &Luck, world: &mut Context) {
        if luck.checked >= self.share(world, knob::REINIT_CHECKED, self.spec.reinit_checked, who) {
            self.place.count(world, signal::REINIT_UNCHECKED, who);
        }
        if luck.linked >= self.share(world, knob::REINIT_LINKED, self.spec.reinit_linked, who) {
            self.place.count(world, signal::REINIT_UNLINKED, who);
        }
    }

    /// Access may have been revoked during the pause; then the run is cancelled if that is honoured, and else it writes.
    fn may_go_on(&self, who: &Who, luck: &Luck, world: &mut Context) -> bool {
        if luck.revoked >= self.share(world, knob::REVOKED, self.spec.revoked, who) {
            return true;
        }
        self.place.count(world, signal::REVOKED, who);
        if luck.honoured < self.share(world, knob::REVOCATION_HONOURED, self.spec.revocation_honoured, who) {
            return false;
        }
        self.place.count(world, signal::REVOKED_WRITES, who);
        true
    }
}
