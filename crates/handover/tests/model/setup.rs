//! What can happen in one exploration, and how its product differs from ours.

use kippu_handover::row::Destination;

/// To whichever card is laid, all of them.
pub const ANY_CARD: Destination = Destination::Card {
    card: None,
    only_what_fits: false,
};
/// To whichever card is laid, those that fit.
pub const WHAT_FITS: Destination = Destination::Card {
    card: None,
    only_what_fits: true,
};

/// Rules broken outside the rules trait: in the platform, the journal, the card client, the gate, at the clerk's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flaws {
    /// R6: the platform lets another terminal go on with what its owner last reported.
    pub leases_lapse: bool,
    /// R9: one generation number; a re-issue raises the hop.
    pub single_generation: bool,
    /// R7: a park whose answer did not come is taken for refused.
    pub park_time_out_is_refusal: bool,
    /// R15: a restored platform goes on at once.
    pub restored_platform_goes_on: bool,
    /// R6: a repeated release replaces the newer owner.
    pub repeated_release_wins: bool,
    /// R14: a restored journal is taken for the one it was copied from.
    pub restored_journal_goes_on: bool,
    /// R10: what an earlier session wrote into a slot is not written again.
    pub slots_trusted: bool,
    /// R11: the taking session does not look at the entered counter.
    pub entered_not_checked: bool,
    /// R11: the giving commit does not reset it.
    pub entered_not_reset: bool,
    /// R16: a paper said not to have come out stays good.
    pub papers_never_void: bool,
    /// R2: an intent reaches the disk only with the outcome.
    pub intent_late: bool,
    /// R2: the row reaches the disk only with the platform's answer.
    pub asked_late: bool,
    /// R6: an older report replaces newer state.
    pub old_report_wins: bool,
}

/// What people and machines may do, besides faults.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Where a giver may want tickets to go from the start.
    pub agree: &'static [Destination],
    /// What people may want later.
    pub want: &'static [Destination],
    /// Tickets at the platform are fetched.
    pub fetch: bool,
    /// Handovers begun at one terminal at most.
    pub begun_max: u8,
    /// Terminals at which handovers are begun; the others go on with them.
    pub beginners: usize,
    /// Terminals have local keys.
    pub local_keys: bool,
    /// Clerks say of papers what is not so.
    pub wrong_clerk: bool,
    /// What torn writes leave in free slots is part of the state; it changes nothing unless it is trusted.
    pub garbage: bool,
    /// The platform remembers whose commits it heard of; needed only where a ring can be passed.
    pub history: bool,
    /// Reports are kept after they were answered; needed only where they may have to be sent again.
    pub keeps_sent: bool,
    /// Broken rules.
    pub flaws: Flaws,
}

impl Setup {
    /// One card gives to another, or gets its tickets back.
    pub const GIVING: Self = Self {
        agree: &[ANY_CARD],
        want: &[Destination::Giver],
        fetch: false,
        begun_max: 1,
        beginners: 2,
        local_keys: false,
        wrong_clerk: false,
        garbage: false,
        history: false,
        keeps_sent: false,
        flaws: Flaws {
            leases_lapse: false,
            single_generation: false,
            park_time_out_is_refusal: false,
            restored_platform_goes_on: false,
            repeated_release_wins: false,
            restored_journal_goes_on: false,
            slots_trusted: false,
            entered_not_checked: false,
            entered_not_reset: false,
            papers_never_void: false,
            intent_late: false,
            asked_late: false,
            old_report_wins: false,
        },
    };

    /// Tickets come from the platform only.
    pub const FETCHING: Self = Self {
        agree: &[],
        want: &[Destination::Platform],
        fetch: true,
        ..Self::GIVING
    };
}
