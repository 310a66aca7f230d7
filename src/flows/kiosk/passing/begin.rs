//! How a passing begins: with a yes, with what the journal has open, with what another kiosk released.

use kippu_api::handovers::Purpose;

use super::*;

impl Passing {
    /// The yes is on its way to the machine.
    pub fn agreed(
        errand: Errand,
        giver: CardUid,
        (count, money): (u8, Option<MoneyBack>),
        no: RequestNo,
    ) -> Phase {
        Phase::Passing(Self {
            errand,
            giver,
            count,
            money,
            bearer: Bearer::Anyone,
            at: None,
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            tries: 0,
            state: State::Working {
                no,
                doing: Doing::Taking,
                progress: None,
                paper: 0,
            },
        })
    }

    /// Goes on with what the journal has open, with the card `laid` now if one was. `None` where its tickets come from no card.
    pub fn resume(
        facts: &Facts,
        bearer: Bearer,
        laid: Option<CardUid>,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let giver = facts.giver?;
        let to = onward(facts, bearer, laid);
        let job = match to {
            Some(to) => CardJob::Redirect {
                handover: facts.handover,
                to,
            },
            None => CardJob::Advance {
                handover: facts.handover,
            },
        };
        let doing = doing(to.unwrap_or(facts.destination), facts);
        Some(Self::at_work(facts, giver, bearer, job, doing, desk))
    }

    /// Only a card can tell what happened, and one was laid now: people are told if it is another one. `None` as for [`Passing::resume`].
    pub fn asked_of_laid(facts: &Facts, desk: &mut Desk) -> Option<Phase> {
        let mut phase = Self::resume(facts, Bearer::Card, None, desk)?;
        if let Phase::Passing(passing) = &mut phase {
            passing.by_laying = true;
        }
        Some(phase)
    }

    /// People, or the staff, want something else with it.
    pub fn redirected(
        facts: &Facts,
        to: Destination,
        bearer: Bearer,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let giver = facts.giver?;
        let job = CardJob::Redirect {
            handover: facts.handover,
            to,
        };
        let doing = doing(to, facts);
        Some(Self::at_work(facts, giver, bearer, job, doing, desk))
    }

    /// Another terminal's handover, fetched by its code or card just now.
    pub fn fetched(
        news: &HandoverNews,
        bearer: Bearer,
        laid: Option<CardUid>,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let facts = &news.facts;
        if let Some(to) = onward(facts, bearer, laid) {
            return Self::redirected(facts, to, bearer, desk);
        }
        let this = Self {
            errand: errand(facts),
            giver: facts.giver?,
            count: words::open_count(facts),
            money: None,
            bearer,
            at: None,
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            tries: 0,
            state: State::Resting,
        };
        Some(this.rested(doing(facts.destination, facts), news, desk))
    }

    fn at_work(
        facts: &Facts,
        giver: CardUid,
        bearer: Bearer,
        job: CardJob,
        doing: Doing,
        desk: &mut Desk,
    ) -> Phase {
        let mut this = Self {
            errand: errand(facts),
            giver,
            count: words::open_count(facts),
            money: None,
            bearer,
            at: Some(Rest {
                facts: facts.clone(),
                outcome: Outcome::PlatformAway,
                refused: None,
                since: desk.now,
            }),
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            tries: 0,
            state: State::Resting,
        };
        this.work(job, doing, desk);
        Phase::Passing(this)
    }
}

/// What tickets of a handover left their card for.
fn errand(facts: &Facts) -> Errand {
    match facts.purpose {
        Some(Purpose::Paper) => Errand::Paper,
        // Nothing else is put down at the platform from the beginning.
        Some(Purpose::Parking) => Errand::MoneyBack,
        Some(Purpose::Assignment) | None => Errand::Give,
    }
}

/// Whether tickets are off the giver's card and with nobody else, or may be.
pub(super) fn in_kiosk(facts: &Facts) -> bool {
    facts
        .items
        .iter()
        .any(|item| matches!(item.state, ItemState::Kept | ItemState::Pending))
}

/// Where a handover that is taken up again shall go, if somewhere else than it was going.
fn onward(facts: &Facts, bearer: Bearer, laid: Option<CardUid>) -> Option<Destination> {
    let unanswered = matches!(
        facts.standing,
        Standing::Unknown(_) | Standing::PaperUnconfirmed { .. }
    );
    if unanswered || !in_kiosk(facts) {
        return None;
    }
    let to_any = Destination::Card {
        card: None,
        only_what_fits: false,
    };
    match (laid, facts.receiver, bearer) {
        // Its own card: whoever laid it wants them back, unless a clerk or the code says that a receiver is here too.
        (Some(laid), _, Bearer::Card) if facts.giver == Some(laid) => Some(Destination::Giver),
        (Some(laid), Some(receiver), Bearer::Card) if laid == receiver => Some(Destination::Card {
            card: Some(receiver),
            only_what_fits: false,
        }),
        // They were to be put away, and now somebody is here.
        (_, _, Bearer::Anyone)
            if matches!(
                facts.destination,
                Destination::Platform | Destination::Elsewhere
            ) =>
        {
            Some(to_any)
        }
        _ => None,
    }
}

pub(super) fn doing(to: Destination, facts: &Facts) -> Doing {
    let taken = facts
        .items
        .iter()
        .all(|item| !matches!(item.state, ItemState::Wanted));
    match to {
        _ if !taken => Doing::Taking,
        Destination::Card { .. } => Doing::Giving,
        Destination::Giver => Doing::GivingBack,
        Destination::Paper => Doing::Printing,
        // People who came to answer are asked for the card, and get no slip that says what it could not.
        Destination::Platform | Destination::Elsewhere
            if matches!(facts.standing, Standing::Unknown(_)) =>
        {
            Doing::FindingOut
        }
        Destination::Platform | Destination::Elsewhere => Doing::Keeping { nobody_came: false },
    }
}
