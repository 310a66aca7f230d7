//! Makes a blank card a ticket card, and gives a ticket card new keys. Platform only: it needs the master keys themselves.
//!
//! The card becomes ours by its last step, the change of the application's master key; a card torn before that is formatted anew.
//! Left as it is: the chip's own master key. Whoever has that key (on a factory card: everybody) can erase the chip, which loses
//! tickets to their holder but gives none to anybody.

use kippu_ticket::ids::CardUid;

use crate::{
    capability::{CardFault, CardIdentity},
    desfire::{Comm, Desfire, DesfireFault, NewFile, Status, crypto::Key},
    keys::{MasterKeys, Role},
    layout::{
        AID, CARD_LEVEL, DF_NAME, FileRights, ISO_APPLICATION, Layout, directory, file, summary,
    },
    transport::Transport,
};

/// Master key can be changed, lists are free, files only by the master key, settings can be changed; keys by the master key.
const KEY_SETTINGS: u8 = 0x0B;
/// Keys of the application.
const KEYS: u8 = 3;
/// Version byte of our keys; factory keys have 0.
const KEY_VERSION: u8 = 1;

/// Why a card was not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatFault {
    /// It is a ticket card with these keys already; formatting it would erase its tickets.
    #[error("this is a ticket card already")]
    AlreadyOurs,
    /// Something is wrong with the card.
    #[error(transparent)]
    Card(#[from] CardFault),
}

impl From<DesfireFault> for FormatFault {
    fn from(fault: DesfireFault) -> Self {
        Self::Card(fault.into())
    }
}

/// Formats a blank card, or one on which formatting was interrupted.
///
/// # Errors
/// See [`FormatFault`]; [`CardFault::Full`] where other applications leave no room.
pub fn format_blank(
    transport: &mut dyn Transport,
    keys: &MasterKeys,
) -> Result<CardIdentity, FormatFault> {
    let mut chip = Desfire::new(transport);
    // Whatever an earlier conversation left open on the card ends here.
    chip.select(CARD_LEVEL)?;
    let uid = chip.uid()?;
    let memory_bytes = chip.version()?.memory_bytes;
    let layout = Layout::for_memory(memory_bytes).ok_or(CardFault::NotOurs)?;
    clear_interrupted(&mut chip, uid, keys)?;
    chip.create_application(AID, KEY_SETTINGS, KEYS, ISO_APPLICATION, &DF_NAME)?;
    chip.select(AID)?;
    chip.authenticate_with(Role::Master.key_number(), &Key::ZERO)?;
    create_files(&mut chip, layout)?;
    let transaction_key = keys.transaction_mac_for_card(uid);
    let rights = FileRights::of(file::TRANSACTION_MAC);
    chip.create_transaction_mac_file(file::TRANSACTION_MAC, rights, &transaction_key, KEY_VERSION)?;
    chip.write(
        file::CAPABILITIES,
        0,
        &summary::capabilities(layout.summary_len),
        Comm::Plain,
    )?;
    for role in [Role::Write, Role::Gate] {
        chip.change_key(
            role.key_number(),
            &Key::ZERO,
            &keys.for_card(uid, role),
            KEY_VERSION,
        )?;
    }
    chip.authenticate_with(Role::Write.key_number(), &keys.for_card(uid, Role::Write))?;
    chip.write(file::DIRECTORY, 0, &directory::empty(layout), Comm::Mac)?;
    chip.write(file::SUMMARY, 0, &summary::no_tickets(), Comm::Mac)?;
    chip.commit()?;
    chip.authenticate_with(Role::Master.key_number(), &Key::ZERO)?;
    chip.change_own_key(
        Role::Master.key_number(),
        &keys.for_card(uid, Role::Master),
        KEY_VERSION,
    )?;
    Ok(CardIdentity { uid, memory_bytes })
}

fn create_files<T: Transport>(chip: &mut Desfire<T>, layout: Layout) -> Result<(), DesfireFault> {
    // Files nobody selects by ISO id still need one in an application that has them.
    let hidden = |number: u8| 0xEF00 | u16::from(number);
    let files = [
        (
            file::DIRECTORY,
            hidden(file::DIRECTORY),
            true,
            layout.directory_len(),
        ),
        (
            file::ENTRIES,
            hidden(file::ENTRIES),
            true,
            layout.entries_len(),
        ),
        (file::SLOTS, hidden(file::SLOTS), false, layout.slots_len()),
        (
            file::EVENTS,
            hidden(file::EVENTS),
            false,
            layout.events_len(),
        ),
        (file::GUEST, hidden(file::GUEST), false, layout.guest_len),
        (
            file::CAPABILITIES,
            summary::ISO_CAPABILITIES,
            false,
            summary::CAPABILITIES_LEN,
        ),
        (
            file::SUMMARY,
            summary::ISO_SUMMARY,
            false,
            layout.summary_len,
        ),
    ];
    files
        .into_iter()
        .try_for_each(|(number, iso_id, backup, len)| {
            chip.create_file(NewFile {
                number,
                iso_id,
                backup,
                rights: FileRights::of(number),
                len,
            })
        })
}

/// Removes an application whose formatting never came to its end: its master key is still the factory's.
fn clear_interrupted<T: Transport>(
    chip: &mut Desfire<T>,
    uid: CardUid,
    keys: &MasterKeys,
) -> Result<(), FormatFault> {
    match chip.select(AID) {
        Err(DesfireFault::Refused(Status::ApplicationNotFound)) => Ok(chip.select(CARD_LEVEL)?),
        Err(fault) => Err(fault.into()),
        Ok(()) => match chip.authenticate_with(Role::Master.key_number(), &Key::ZERO) {
            Ok(()) => {
                chip.delete_application(AID)?;
                Ok(chip.select(CARD_LEVEL)?)
            }
            Err(DesfireFault::Refused(Status::Authentication) | DesfireFault::Keys(_)) => {
                chip.select(AID)?;
                chip.authenticate_with(
                    Role::Master.key_number(),
                    &keys.for_card(uid, Role::Master),
                )?;
                Err(FormatFault::AlreadyOurs)
            }
            Err(fault) => Err(fault.into()),
        },
    }
}

/// Replaces a card's keys by those of other master keys. A card torn in between is finished by doing it again. The transaction MAC key
/// stays: a chip cannot change it without forgetting its counter.
///
/// # Errors
/// [`CardFault::WrongKey`] where the card has neither the old keys nor the new ones.
pub fn change_keys(
    transport: &mut dyn Transport,
    old: &MasterKeys,
    new: &MasterKeys,
) -> Result<(), CardFault> {
    let mut chip = Desfire::new(transport);
    let uid = chip.uid()?;
    for role in [Role::Write, Role::Gate] {
        if !opens(&mut chip, role, &new.for_card(uid, role))? {
            chip.select(AID)?;
            chip.authenticate_with(Role::Master.key_number(), &old.for_card(uid, Role::Master))?;
            chip.change_key(
                role.key_number(),
                &old.for_card(uid, role),
                &new.for_card(uid, role),
                KEY_VERSION,
            )?;
        }
    }
    if !opens(&mut chip, Role::Master, &new.for_card(uid, Role::Master))? {
        chip.select(AID)?;
        chip.authenticate_with(Role::Master.key_number(), &old.for_card(uid, Role::Master))?;
        chip.change_own_key(
            Role::Master.key_number(),
            &new.for_card(uid, Role::Master),
            KEY_VERSION,
        )?;
    }
    Ok(())
}

/// Whether the card accepts this key.
fn opens<T: Transport>(chip: &mut Desfire<T>, role: Role, key: &Key) -> Result<bool, DesfireFault> {
    chip.select(AID)?;
    match chip.authenticate_with(role.key_number(), key) {
        Ok(()) => Ok(true),
        Err(DesfireFault::Refused(Status::Authentication) | DesfireFault::Keys(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}
