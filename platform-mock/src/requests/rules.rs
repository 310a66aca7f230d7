//! Who may answer what. Pure.

use kippu_api::requests::{AnswerKind, Party, RequestState};

/// What an answer does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// The seats go over.
    Agree,
    /// The other side is to answer other counts.
    Turn(RequestState, &'a [u32]),
    /// It is over.
    End(RequestState),
}

/// Why an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The request is over.
    Over,
    /// The other side is to answer, and nobody accepts or counters their own words.
    NotDue,
}

/// What a side's answer does.
///
/// # Errors
/// [`NoAnswer`].
pub(super) fn next(
    state: RequestState,
    party: Party,
    answer: &AnswerKind,
) -> Result<Next<'_>, NoAnswer> {
    let due = state.due().ok_or(NoAnswer::Over)?;
    match answer {
        AnswerKind::End => Ok(Next::End(match party {
            Party::Seller => RequestState::Withdrawn,
            Party::Organizer => RequestState::Declined,
        })),
        _ if due != party => Err(NoAnswer::NotDue),
        AnswerKind::Accept => Ok(Next::Agree),
        AnswerKind::Counter(seats) => Ok(Next::Turn(waits_for(party.other()), seats)),
    }
}

/// The state in which a side is to answer.
pub(super) fn waits_for(party: Party) -> RequestState {
    match party {
        Party::Organizer => RequestState::Asked,
        Party::Seller => RequestState::Offered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: [RequestState; 2] = [RequestState::Asked, RequestState::Offered];

    #[test]
    fn only_the_side_that_is_asked_accepts_or_counters_and_either_may_end_it() {
        for state in OPEN {
            let due = state.due().unwrap();
            let counter = AnswerKind::Counter(vec![1]);
            assert_eq!(next(state, due, &AnswerKind::Accept), Ok(Next::Agree));
            assert_eq!(
                next(state, due, &counter),
                Ok(Next::Turn(waits_for(due.other()), &[1]))
            );
            for answer in [AnswerKind::Accept, counter] {
                assert_eq!(next(state, due.other(), &answer), Err(NoAnswer::NotDue));
            }
            assert_eq!(
                next(state, Party::Seller, &AnswerKind::End),
                Ok(Next::End(RequestState::Withdrawn))
            );
            assert_eq!(
                next(state, Party::Organizer, &AnswerKind::End),
                Ok(Next::End(RequestState::Declined))
            );
        }
    }

    #[test]
    fn what_is_over_stays_so() {
        let over = [
            RequestState::Agreed,
            RequestState::Declined,
            RequestState::Withdrawn,
        ];
        for state in over {
            for party in [Party::Seller, Party::Organizer] {
                for answer in [
                    AnswerKind::Accept,
                    AnswerKind::Counter(vec![1]),
                    AnswerKind::End,
                ] {
                    assert_eq!(next(state, party, &answer), Err(NoAnswer::Over));
                }
            }
        }
    }
}
