//! Cards on readers: the real card client against virtual chips that can be torn away at any byte, and the keys a kiosk can reach.

use kippu_card::{
    capability::CardFault,
    format::format_blank,
    keys::{KeyStore, LocalKeys, MasterKeys, Role, SessionHandle, SessionKeys},
    transport::{Transport, TransportFault},
    virtual_card::{CardSize, Chip, Direction, Fault, KeyKind, VirtualCard},
};
use kippu_ticket::ids::CardUid;

use crate::{
    chance,
    faults::{Faults, Kind},
};

/// Cards of a run: small ones, so that some are too full.
const SIZES: [CardSize; 4] = [CardSize::K2, CardSize::K2, CardSize::K2, CardSize::K4];

/// How far into a session a card fault strikes, in exchanges: the reading, the writing, the commit of a long change.
const EXCHANGES: [usize; 3] = [12, 50, 130];
/// Most bytes of a command or answer that come through.
const BYTES: usize = 70;

/// The number of a card of every run.
pub fn number(card: usize) -> CardUid {
    CardUid([0x04, 0x21, 0x22, 0x23, 0x24, 0x25, card as u8 + 1])
}

/// Formatted chips of all cards.
///
/// # Errors
/// A chip cannot be formatted.
pub fn formatted(keys: &MasterKeys) -> anyhow::Result<Vec<Chip>> {
    let mut chips = Vec::with_capacity(SIZES.len());
    for (card, size) in SIZES.into_iter().enumerate() {
        let mut card = VirtualCard::blank(number(card).0, size, KeyKind::Aes);
        format_blank(&mut card, keys)?;
        chips.push(card.chip().clone());
    }
    Ok(chips)
}

/// A card of a run, whose random numbers follow from nothing but their count.
pub fn card(chip: &Chip) -> VirtualCard {
    let mut card = VirtualCard::in_memory(chip.clone());
    let mut drawn: u64 = 0;
    card.set_randomness(Box::new(move |buffer: &mut [u8]| {
        for piece in buffer.chunks_mut(8) {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005) + 1;
            piece.copy_from_slice(&drawn.to_le_bytes()[..piece.len()]);
        }
    }));
    card
}

/// A card's number.
pub fn uid(card: &VirtualCard) -> CardUid {
    CardUid(card.chip().uid)
}

/// How a commit is torn, where a run aims at it: everything hangs on that one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtCommit {
    /// Not at all.
    Whole,
    /// The card leaves before the command has arrived.
    Before,
    /// The card leaves before its answer has.
    After,
}

/// CommitTransaction in a wrapped command.
const COMMIT: u8 = 0xC7;

/// Perhaps the next commit is torn.
pub fn aim_at_commit(faults: &Faults) -> AtCommit {
    match faults.strikes(|rates| rates.card * 2) {
        true if chance::one_in(3) => AtCommit::Before,
        true => AtCommit::After,
        false => AtCommit::Whole,
    }
}

/// Lays a card down; perhaps it will be torn away, or fall silent.
pub fn lay(card: &mut VirtualCard, faults: &Faults) {
    card.power_on();
    card.set_fault(None);
    if !faults.strikes(|rates| rates.card) {
        return;
    }
    let exchange = 1 + chance::below(chance::pick(&EXCHANGES).unwrap_or(1)) as u32;
    let fault = match chance::one_in(12) {
        true => Fault::Mute { exchange },
        false => Fault::Tear {
            exchange,
            byte: chance::below(BYTES),
            direction: match chance::one_in(2) {
                true => Direction::Command,
                false => Direction::Response,
            },
        },
    };
    card.set_fault(Some(fault));
}

/// Takes the card away, and counts the fault that struck.
pub fn take_away(card: &mut VirtualCard, laid_with: Option<Fault>, faults: &Faults) {
    match (laid_with, card.fault()) {
        (Some(Fault::Tear { .. }), None) => {
            faults.struck(Kind::Tear);
            faults.say(|| format!("  the card was torn away: {laid_with:?}"));
        }
        (Some(Fault::Mute { .. }), _) if !faults.is_calm() => faults.struck(Kind::Mute),
        _ => {}
    }
    card.power_off();
    card.set_fault(None);
}

/// A card on the reader of a terminal whose power may go.
pub struct Laid<'a> {
    /// The card.
    pub card: &'a mut VirtualCard,
    /// What goes wrong.
    pub faults: &'a Faults,
    /// What becomes of its next commit.
    pub at_commit: AtCommit,
}

impl Laid<'_> {
    fn torn_at_commit(&mut self) {
        self.card.power_off();
        self.faults.struck(Kind::Tear);
        self.faults
            .say(|| format!("  the card was torn at its commit: {:?}", self.at_commit));
        self.at_commit = AtCommit::Whole;
    }
}

impl Transport for Laid<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if self.faults.power_gone("before an exchange with the card") {
            return Err(TransportFault::Torn);
        }
        let commits = apdu.get(1) == Some(&COMMIT) && self.card.is_powered();
        if commits && self.at_commit == AtCommit::Before {
            self.torn_at_commit();
            return Err(TransportFault::Torn);
        }
        let mut answer = Transport::transmit(self.card, apdu);
        if commits && self.at_commit == AtCommit::After {
            self.torn_at_commit();
            answer = Err(TransportFault::Torn);
        }
        match self.faults.power_gone("after an exchange with the card") {
            true => Err(TransportFault::Torn),
            false => answer,
        }
    }
}

/// Card keys a kiosk can reach: its own, or the platform's while there is a network.
pub struct Reachable<'a> {
    /// The keys.
    pub keys: &'a LocalKeys,
    /// Whether they can be reached.
    pub reachable: bool,
}

impl KeyStore for Reachable<'_> {
    fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: [u8; 16],
    ) -> Result<(SessionHandle, [u8; 32]), CardFault> {
        match self.reachable {
            true => self.keys.begin(card, role, challenge),
            false => Err(CardFault::NoKeys),
        }
    }

    fn finish(&self, handle: SessionHandle, answer: [u8; 32]) -> Result<SessionKeys, CardFault> {
        self.keys.finish(handle, answer)
    }
}
