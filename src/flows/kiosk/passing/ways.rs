//! What people choose where a passing rests.

use super::*;

impl Passing {
    pub(super) fn way(mut self, way: &Way, desk: &mut Desk) -> Phase {
        let Some(rest) = &self.at else {
            return match way {
                Way::Finish => desk.go_back(),
                Way::TryAgain => Choosing::open(self.errand, desk),
                _ => Phase::Passing(self),
            };
        };
        let in_kiosk = in_kiosk(&rest.facts);
        let too_full = match rest.outcome {
            Outcome::TooFull { card, room, .. } => Some((card, room)),
            _ => None,
        };
        match (way, too_full) {
            (Way::WriteSome(_), Some((card, 1..))) => self.redirect(
                Destination::Card {
                    card: Some(card),
                    only_what_fits: true,
                },
                Doing::Giving,
                desk,
            ),
            (Way::LayOtherCard, Some(_)) => self.state = State::AwaitingOther,
            // Whose card may receive is decided where both people stand; later only the two that were named.
            (Way::UseThisCard, _) if self.may_use_third() => {
                self.redirect(
                    Destination::Card {
                        card: None,
                        only_what_fits: false,
                    },
                    Doing::Giving,
                    desk,
                );
            }
            (Way::GiveBack, _) if in_kiosk => {
                self.redirect(Destination::Giver, Doing::GivingBack, desk);
            }
            (Way::LeaveAtPlatform, _) if in_kiosk => self.redirect(
                Destination::Platform,
                Doing::Keeping { nobody_came: false },
                desk,
            ),
            (Way::StaffHere, _) => {
                let paper = match rest.outcome {
                    Outcome::AskPeople { .. } => Some(rest.facts.handover),
                    _ => None,
                };
                return staff::ClerkEntry::open(paper, desk);
            }
            (Way::TryAgain | Way::PrintAgain, _) if matches!(self.state, State::Stopped(_)) => {
                return self.once_more(desk);
            }
            (Way::TryAgain | Way::PrintAgain, _) => self.advance(desk),
            (Way::LayCard | Way::LayOtherCard, _) => {
                if let Some(rest) = &mut self.at {
                    rest.refused = None;
                }
                self.state = State::Resting;
            }
            (Way::Finish, _) if !in_kiosk && self.is_agreed() => {
                self.redirect(Destination::Giver, Doing::Stopping, desk);
            }
            (Way::Finish, _) if in_kiosk => self.redirect(
                Destination::Platform,
                Doing::Keeping { nobody_came: false },
                desk,
            ),
            (Way::Finish, _) => return self.end(desk),
            _ => {}
        }
        Phase::Passing(self)
    }

    /// Nothing was taken and the handover may still be open.
    fn is_agreed(&self) -> bool {
        self.at
            .as_ref()
            .is_some_and(|rest| matches!(rest.facts.standing, Standing::Asking | Standing::Agreed))
    }

    /// From a full stop: with the tickets here go on, else from the choice on.
    fn once_more(mut self, desk: &mut Desk) -> Phase {
        if self.in_kiosk() || self.is_agreed() {
            self.advance(desk);
            return Phase::Passing(self);
        }
        Choosing::open(self.errand, desk)
    }

    /// A third card lies there and may take the receiver's place.
    pub(super) fn may_use_third(&self) -> bool {
        self.bearer == Bearer::Anyone
            && self.at.as_ref().is_some_and(|rest| {
                rest.refused == Some(CardRefusal::ThirdCard)
                    && matches!(rest.facts.destination, Destination::Card { .. })
                    && rest.facts.waits_for_card.is_none()
            })
    }
}
