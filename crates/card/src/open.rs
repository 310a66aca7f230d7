//! From a card in the field to a ticket card in a session.

use crate::{
    capability::{CardFault, CardIdentity},
    desfire::{Desfire, DesfireFault, Status},
    keys::{KeyStore, Role},
    layout::{AID, CARD_LEVEL},
    session::CardSession,
    transport::Transport,
};

/// What lies there, with no key and no application: card number and memory.
///
/// # Errors
/// [`CardFault::NotOurs`] for anything but a DESFire with a memory we know.
pub fn identify(transport: &mut dyn Transport) -> Result<CardIdentity, CardFault> {
    let mut chip = Desfire::new(transport);
    // Whatever an earlier conversation left open on the card ends here.
    chip.select(CARD_LEVEL).map_err(foreign)?;
    let uid = chip.uid().map_err(foreign)?;
    let version = chip.version().map_err(foreign)?;
    match (1024..=32768).contains(&version.memory_bytes) {
        true => Ok(CardIdentity {
            uid,
            memory_bytes: version.memory_bytes,
        }),
        false => Err(CardFault::NotOurs),
    }
}

/// Opens a ticket card with a role's key. `role` is [`Role::Write`] for whoever changes tickets; [`Role::Gate`] can only read here
/// (gates use [`crate::gate::GateCard`]).
///
/// # Errors
/// [`CardFault::Blank`], [`CardFault::NotOurs`], [`CardFault::WrongKey`] say what else lies there; [`CardFault::NoKeys`] that the key
/// store could not help.
pub fn open<'a>(
    transport: Box<dyn Transport + 'a>,
    keys: &'a dyn KeyStore,
    role: Role,
) -> Result<CardSession<'a>, CardFault> {
    let mut chip = Desfire::new(transport);
    let uid = chip.uid().map_err(foreign)?;
    select_tickets(&mut chip)?;
    chip.authenticate(uid, role, keys)?;
    Ok(CardSession::new(chip, uid, Some((keys, role))))
}

/// Opens a ticket card to read what a paper ticket would show; needs no key and no network. Nothing read this way is authentic.
///
/// # Errors
/// [`CardFault::Blank`], [`CardFault::NotOurs`] say what else lies there.
pub fn open_free<'a>(transport: Box<dyn Transport + 'a>) -> Result<CardSession<'a>, CardFault> {
    let mut chip = Desfire::new(transport);
    let uid = chip.uid().map_err(foreign)?;
    select_tickets(&mut chip)?;
    Ok(CardSession::new(chip, uid, None))
}

/// Selects the ticket application; where there is none, says whether the card is blank or another system's.
pub(crate) fn select_tickets<T: Transport>(chip: &mut Desfire<T>) -> Result<(), CardFault> {
    match chip.select(AID) {
        Ok(()) => Ok(()),
        Err(DesfireFault::Refused(Status::ApplicationNotFound)) => {
            chip.select(CARD_LEVEL)?;
            match chip.applications() {
                Ok(others) if others.is_empty() => Err(CardFault::Blank),
                // A card that hides its applications is somebody's.
                Ok(_) | Err(DesfireFault::Refused(_)) => Err(CardFault::NotOurs),
                Err(fault) => Err(fault.into()),
            }
        }
        Err(fault) => Err(foreign(fault)),
    }
}

/// Before the application is selected a refusal means that this is no card of ours.
fn foreign(fault: DesfireFault) -> CardFault {
    match fault {
        DesfireFault::Refused(_) => CardFault::NotOurs,
        fault => fault.into(),
    }
}
