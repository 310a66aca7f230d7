//! Readers of the system by PC/SC. They may be plugged in and pulled out, and the service itself may come and go.

use std::{
    ffi::{CStr, CString},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use pcsc::{Context, Disposition, Error, Protocols, Scope, ShareMode, State};

use crate::{
    capability::CardFault,
    reader::{CardToken, Reader, ReaderInfo, ReaderState},
    transport::{Transport, TransportFault},
};

/// A card that gives no answer for this long is mute. The slowest command of the chip, formatting, takes well under a second.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long another program may keep the card before it counts as not answering.
const SHARING_PATIENCE: Duration = Duration::from_secs(2);
/// Pause between two tries to get at a card, and to a service that is not there.
const PAUSE: Duration = Duration::from_millis(50);
/// Longest answer: 256 bytes and two of status.
const ANSWER_MAX: usize = 258;
/// Readers of vsmartcard's driver, by its own name and by the one the lab gives them: the cards on them are virtual.
const SIMULATED: [&str; 2] = ["Virtual PCD", "Kippu Reader"];

/// Names of the readers there are; none where the service is not running.
pub fn readers() -> Vec<String> {
    let names = Context::establish(Scope::User).and_then(|context| context.list_readers_owned());
    names
        .unwrap_or_default()
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// One reader of the system.
pub struct PcscReader {
    wanted: Option<String>,
    watch: Option<Watch>,
    /// Raised whenever the reader was lost, so that tokens of different times are never equal.
    generation: u64,
    last: Option<ReaderState>,
}

/// A reader that is there, and its state as last told.
struct Watch {
    context: Context,
    reader: pcsc::ReaderState,
}

impl PcscReader {
    /// The first reader whose name contains this, or the first one there is. It need not be there yet.
    ///
    /// Where there are several, name one: which is the first may change whenever one is plugged in.
    pub fn new(wanted: Option<String>) -> Self {
        Self {
            wanted,
            watch: None,
            generation: 0,
            last: None,
        }
    }

    /// The state after it changed, or after the time is over.
    fn look(&mut self, timeout: Duration) -> ReaderState {
        let result = match self.watch.take() {
            Some(watch) => Ok(watch),
            None => self.find(timeout),
        };
        match result.and_then(|watch| wait(watch, timeout)) {
            Ok(watch) => {
                let state = state_of(
                    watch.reader.current_state(),
                    watch.reader.event_count(),
                    self.generation,
                );
                if state == ReaderState::Gone {
                    self.generation += 1;
                } else {
                    self.watch = Some(watch);
                }
                state
            }
            Err(error) => {
                tracing::trace!(%error, "no card reader");
                self.generation += 1;
                thread::sleep(PAUSE.min(timeout));
                ReaderState::Gone
            }
        }
    }

    /// Looks for the reader; waits for one to be plugged in where there is none.
    fn find(&self, timeout: Duration) -> Result<Watch, Error> {
        let context = Context::establish(Scope::User)?;
        if let Some(name) = self.choose(&context)? {
            return Ok(Watch {
                context,
                reader: pcsc::ReaderState::new(name, State::UNAWARE),
            });
        }
        let mut plugged = [pcsc::ReaderState::new(
            pcsc::PNP_NOTIFICATION(),
            State::UNAWARE,
        )];
        context.get_status_change(timeout, &mut plugged)?;
        let name = self.choose(&context)?.ok_or(Error::NoReadersAvailable)?;
        Ok(Watch {
            context,
            reader: pcsc::ReaderState::new(name, State::UNAWARE),
        })
    }

    fn choose(&self, context: &Context) -> Result<Option<CString>, Error> {
        let names = match context.list_readers_owned() {
            Err(Error::NoReadersAvailable) => return Ok(None),
            names => names?,
        };
        let (chosen, others) = first_fitting(names, self.wanted.as_deref());
        if others > 0
            && let Some(chosen) = &chosen
        {
            tracing::warn!(reader = ?chosen, others, "several readers fit; name one with --reader pcsc:NAME");
        }
        Ok(chosen)
    }
}

impl Reader for PcscReader {
    fn poll(&mut self, timeout: Duration) -> ReaderState {
        let deadline = Instant::now() + timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let state = self.look(left);
            if self.last != Some(state) || Instant::now() >= deadline {
                self.last = Some(state);
                return state;
            }
        }
    }

    fn connect(&mut self) -> Result<Box<dyn Transport>, CardFault> {
        let name = self
            .watch
            .as_ref()
            .map(|watch| watch.reader.name().to_owned())
            .ok_or(CardFault::Torn)?;
        // A context serves one call at a time, and the one above may be waiting for a card.
        let context = Context::establish(Scope::User).map_err(fault_of_connecting)?;
        let card = connect(&context, &name)?;
        Ok(Box::new(PcscTransport::new(card)))
    }

    fn describe(&self) -> ReaderInfo {
        let name = match (&self.watch, &self.wanted) {
            (Some(watch), _) => watch.reader.name().to_string_lossy().into_owned(),
            (None, Some(wanted)) => wanted.clone(),
            (None, None) => String::from("PC/SC"),
        };
        let simulated = SIMULATED
            .iter()
            .any(|virtual_name| name.starts_with(virtual_name));
        ReaderInfo { name, simulated }
    }
}

/// The first reader whose name contains what is wanted, and how many others fit as well.
fn first_fitting(names: Vec<CString>, wanted: Option<&str>) -> (Option<CString>, usize) {
    let mut fitting = names
        .into_iter()
        .filter(|name| wanted.is_none_or(|wanted| name.to_string_lossy().contains(wanted)));
    (fitting.next(), fitting.count())
}

fn wait(mut watch: Watch, timeout: Duration) -> Result<Watch, Error> {
    match watch
        .context
        .get_status_change(timeout, std::slice::from_mut(&mut watch.reader))
    {
        Ok(()) => watch.reader.sync_current_state(),
        Err(Error::Timeout) => {}
        Err(error) => return Err(error),
    }
    Ok(watch)
}

/// `changes` counts insertions and removals.
fn state_of(state: State, changes: u32, generation: u64) -> ReaderState {
    if state.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
        ReaderState::Gone
    } else if state.contains(State::PRESENT) {
        ReaderState::Present(CardToken(generation << 32 | u64::from(changes)))
    } else {
        ReaderState::Absent
    }
}

/// Exclusive: nobody else resets the card or slips a command in between.
fn connect(context: &Context, name: &CStr) -> Result<pcsc::Card, CardFault> {
    let deadline = Instant::now() + SHARING_PATIENCE;
    loop {
        match context.connect(name, ShareMode::Exclusive, Protocols::ANY) {
            Err(Error::SharingViolation) if Instant::now() < deadline => thread::sleep(PAUSE),
            Err(error) => return Err(fault_of_connecting(error)),
            Ok(card) => return Ok(card),
        }
    }
}

fn fault_of_connecting(error: Error) -> CardFault {
    tracing::debug!(%error, "the card could not be opened");
    match error {
        Error::SharingViolation
        | Error::UnresponsiveCard
        | Error::UnpoweredCard
        | Error::Timeout => CardFault::Mute,
        Error::ProtoMismatch | Error::UnsupportedCard | Error::CardUnsupported => {
            CardFault::NotOurs
        }
        _ => CardFault::Torn,
    }
}

/// A card on a system reader. A thread of its own does the exchanges, because the driver may wait for a mute card without end.
struct PcscTransport {
    commands: Option<Sender<Vec<u8>>>,
    answers: Receiver<Result<Vec<u8>, TransportFault>>,
    worker: Option<JoinHandle<()>>,
    mute: bool,
}

impl PcscTransport {
    fn new(card: pcsc::Card) -> Self {
        let (commands, orders) = mpsc::channel::<Vec<u8>>();
        let (results, answers) = mpsc::channel();
        let worker = thread::spawn(move || {
            let mut card = card;
            // The next one to open the card finds no session of ours. A card that is gone is not reset: pcscd takes the failure for a
            // removal, and if the card is back by the time it looks itself, it calls the reader empty until the card is lifted again.
            let mut disposition = Disposition::ResetCard;
            for command in orders {
                let answer = exchange(&mut card, &command);
                disposition = match answer {
                    Ok(_) => Disposition::ResetCard,
                    Err(_) => Disposition::LeaveCard,
                };
                if results.send(answer).is_err() {
                    break;
                }
            }
            if let Err((_, error)) = card.disconnect(disposition) {
                tracing::debug!(%error, "the card was gone before it was let go");
            }
        });
        Self {
            commands: Some(commands),
            answers,
            worker: Some(worker),
            mute: false,
        }
    }
}

impl Transport for PcscTransport {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if self.mute {
            return Err(TransportFault::Mute);
        }
        let commands = self.commands.as_ref().ok_or(TransportFault::ReaderGone)?;
        commands
            .send(apdu.to_vec())
            .map_err(|_| TransportFault::ReaderGone)?;
        match self.answers.recv_timeout(ANSWER_TIMEOUT) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                // A late answer must never pass for that of another command.
                self.mute = true;
                Err(TransportFault::Mute)
            }
            Err(RecvTimeoutError::Disconnected) => Err(TransportFault::ReaderGone),
        }
    }
}

impl Drop for PcscTransport {
    fn drop(&mut self) {
        self.commands = None;
        // A worker that waits for a mute card is left behind; it ends when the card answers or goes.
        if let Some(worker) = self.worker.take_if(|_| !self.mute)
            && worker.join().is_err()
        {
            tracing::error!("the thread of a card reader panicked");
        }
    }
}

fn exchange(card: &mut pcsc::Card, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
    let mut buffer = [0; ANSWER_MAX];
    match card.transmit(command, &mut buffer) {
        Ok(answer) if answer.len() >= 2 => Ok(answer.to_vec()),
        // vpcd and some readers report a card torn away as success with nothing, or with half an answer.
        Ok(_) => Err(TransportFault::Torn),
        Err(error) => {
            tracing::debug!(%error, "the exchange failed");
            if error == Error::ResetCard
                && let Err(error) =
                    card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::LeaveCard)
            {
                tracing::debug!(%error, "the card is gone after its reset");
            }
            Err(match error {
                Error::UnresponsiveCard | Error::UnpoweredCard | Error::Timeout => {
                    TransportFault::Mute
                }
                Error::ReaderUnavailable
                | Error::ServiceStopped
                | Error::NoService
                | Error::InvalidHandle => TransportFault::ReaderGone,
                // A reset ended the card's session: for whoever is in one the card has been away.
                _ => TransportFault::Torn,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_card_laid_down_twice_has_two_tokens() {
        let first = state_of(State::PRESENT, 1, 0);
        assert_eq!(
            first,
            state_of(State::PRESENT | State::INUSE | State::EXCLUSIVE, 1, 0)
        );
        assert_ne!(first, state_of(State::PRESENT, 3, 0));
        assert_ne!(
            first,
            state_of(State::PRESENT, 1, 1),
            "the reader was unplugged in between"
        );
        assert_eq!(state_of(State::EMPTY, 2, 0), ReaderState::Absent);
        assert_eq!(state_of(State::UNAVAILABLE, 2, 0), ReaderState::Gone);
    }

    #[test]
    fn a_mute_card_is_present_so_that_opening_it_can_say_so() {
        assert_eq!(
            state_of(State::PRESENT | State::MUTE, 1, 0),
            ReaderState::Present(CardToken(1))
        );
        assert_eq!(fault_of_connecting(Error::UnpoweredCard), CardFault::Mute);
    }

    #[test]
    fn a_reader_is_chosen_by_any_part_of_its_name() {
        let names = || -> Vec<CString> {
            [
                "Dual Reader [SAM] 00 00",
                "Dual Reader [PICC] 01 00",
                "Other 02 00",
            ]
            .into_iter()
            .map(|name| CString::new(name).unwrap())
            .collect()
        };
        let chosen = |wanted| {
            let (name, others) = first_fitting(names(), wanted);
            (name.map(|name| name.into_string().unwrap()), others)
        };
        assert_eq!(
            chosen(Some("PICC")),
            (Some("Dual Reader [PICC] 01 00".into()), 0)
        );
        assert_eq!(
            chosen(Some("Dual")),
            (Some("Dual Reader [SAM] 00 00".into()), 1)
        );
        assert_eq!(chosen(None).1, 2);
        assert_eq!(chosen(Some("Absent")), (None, 0));
    }

    #[test]
    fn readers_of_the_lab_are_simulated() {
        assert!(
            PcscReader::new(Some("Kippu Reader 1".into()))
                .describe()
                .simulated
        );
        assert!(
            !PcscReader::new(Some("ACS ACR1252".into()))
                .describe()
                .simulated
        );
    }
}
