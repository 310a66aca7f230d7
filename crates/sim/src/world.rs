//! The world of one run: platform, kiosks, cards, gates and papers; and the one way people use a kiosk.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    rc::Rc,
};

use kippu_card::{
    keys::{LocalKeys, Role},
    open::open,
    virtual_card::{Chip, VirtualCard},
};
use kippu_handover::{
    machine::{Hands, Machine},
    outcome::MachineFault,
    platform::Binder,
    row::Handover,
    store::{Store as _, StoreFault},
};
use kippu_ticket::{
    binding::TerminalBindingKey,
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId},
    record::BoundTicket,
};

use crate::{
    audit::{Auditor, Finding, Holding, Secrets, doubled, live_count},
    cards::{Laid, Reachable, aim_at_commit, formatted, lay, take_away, uid},
    chance,
    faults::{Faults, draw_rates},
    flaws::Flaw,
    furnish::{self, EVENTS, KIOSKS},
    gates::GateStation,
    items,
    network::{Line, Net},
    paper::{Paper, Printer},
    platform::{Message, Platform, Template},
    roads::Roads,
    store::{Copy, Disk, Faulty, Memory},
};

/// What all runs of a process share.
pub struct Stage {
    /// Furnished platform.
    pub template: Template,
    chips: Vec<Chip>,
    keys: Rc<LocalKeys>,
    binders: Vec<Rc<LocalBinder>>,
    secrets: Secrets,
    /// Key gates check bundles with.
    pub issuer: kippu_ticket::sign::PublicKey,
}

impl Stage {
    /// Furnishes it in a folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn set(folder: &Path) -> anyhow::Result<Self> {
        let template = Template::furnish(&folder.join("template"))?;
        let keys = template.keys()?;
        let binders = KIOSKS
            .iter()
            .map(|(_, terminal, _)| {
                let of = |event: &EventId| (*event, keys.binding(*event).for_terminal(*terminal));
                Rc::new(LocalBinder(EVENTS.iter().map(of).collect()))
            })
            .collect();
        let mut chips = formatted(&keys.cards)?;
        items::hand_out(&mut chips, &keys, &template.events)?;
        Ok(Self {
            chips,
            secrets: Secrets::read(template.folder())?,
            issuer: keys.issuer.public(),
            keys: Rc::new(LocalKeys::new(&keys.cards)),
            binders,
            template,
        })
    }
}

/// The binding keys of one kiosk (R17).
pub struct LocalBinder(BTreeMap<EventId, TerminalBindingKey>);

impl Binder for LocalBinder {
    fn covers(&self, event: EventId) -> bool {
        self.0.contains_key(&event)
    }

    fn bind(&self, record: &[u8], card: CardUid, hop: u16) -> Option<Vec<u8>> {
        let signed = BoundTicket::from_bytes(record).ok()?.signed;
        let key = self.0.get(&signed.body.event)?;
        Some(key.bind(signed, card, hop).to_bytes().to_vec())
    }

    fn bind_paper(&self, record: &[u8], serial: u64, hop: u16) -> Option<Vec<u8>> {
        let signed = BoundTicket::from_bytes(record).ok()?.signed;
        let key = self.0.get(&signed.body.event)?;
        Some(key.bind_paper(signed, serial, hop).to_bytes().to_vec())
    }
}

/// A kiosk.
pub struct Kiosk {
    /// Its name.
    pub name: &'static str,
    /// Its journal.
    pub disk: Disk,
    /// Its network.
    pub line: Line,
    /// How wrong its clock is, microseconds.
    pub skew: i64,
    /// Its own keys, where the operator allows them.
    pub binder: Option<Rc<LocalBinder>>,
    /// It is gone for good.
    pub destroyed: bool,
    /// An older copy of its journal.
    pub copy: Option<Copy>,
    late_intent: Option<Handover>,
}

/// The machine as a run has it.
pub type SimMachine<'m, 'd, 'n> = Machine<'m, Faulty<'d>, Net<'n>, Flaw>;

/// The world of one run.
pub struct World<'s> {
    /// What all runs share.
    pub stage: &'s Stage,
    /// The platform.
    pub platform: &'s mut Platform,
    /// What goes wrong.
    pub faults: Faults,
    /// Kiosks.
    pub kiosks: Vec<Kiosk>,
    /// Cards.
    pub cards: Vec<VirtualCard>,
    /// Cards that are lost for good.
    pub lost_cards: BTreeSet<usize>,
    /// Messages that arrive later.
    pub late: RefCell<Vec<Message>>,
    /// Prints that were tried.
    pub papers: RefCell<Vec<Paper>>,
    /// Gates.
    pub gates: Vec<GateStation>,
    /// Tickets that were paid for.
    pub sold: BTreeSet<u64>,
    /// Tickets a clerk said something wrong about.
    pub wronged: BTreeSet<u64>,
    /// Tickets only an operator can help with, because something that knew of them is gone.
    pub troubled: BTreeSet<u64>,
    /// Tickets a restored platform has forgotten something of: the terminal whose journal knows it, and where the restored books put them.
    pub forgotten: BTreeMap<u64, (u32, Option<Holding>)>,
    /// Codes people got on slips.
    pub codes: Vec<ResumeCode>,
    /// Whether a kiosk was ever told to let go of a handover.
    pub let_go: bool,
    /// Handovers begun.
    pub handovers: u64,
    /// Where tickets went.
    pub roads: Roads,
    /// The rule that is broken.
    pub flaw: Flaw,
    /// The auditor.
    pub auditor: Auditor,
    /// What the auditor found.
    pub findings: Vec<Finding>,
}

impl<'s> World<'s> {
    /// A world that begins.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(
        stage: &'s Stage,
        platform: &'s mut Platform,
        flaw: Flaw,
        real_journal: bool,
        keep_trace: bool,
    ) -> anyhow::Result<Self> {
        platform.begin(&stage.template)?;
        let mut kiosks = Vec::with_capacity(KIOSKS.len());
        for ((name, _, local), binder) in KIOSKS.into_iter().zip(&stage.binders) {
            let disk = match real_journal {
                true => Disk::on_file(&platform.folder().join(name))?,
                false => Disk::Memory(Memory::new()),
            };
            kiosks.push(Kiosk {
                name,
                disk,
                line: Line::new(furnish::token(name)),
                skew: 0,
                binder: local.then(|| Rc::clone(binder)),
                destroyed: false,
                copy: None,
                late_intent: None,
            });
        }
        Ok(Self {
            platform,
            faults: Faults::new(draw_rates(), keep_trace),
            kiosks,
            cards: stage.chips.iter().map(crate::cards::card).collect(),
            lost_cards: BTreeSet::new(),
            late: RefCell::default(),
            papers: RefCell::default(),
            gates: furnish::GATES
                .iter()
                .map(|(name, id)| GateStation::new(name, *id))
                .collect(),
            sold: BTreeSet::new(),
            wronged: BTreeSet::new(),
            troubled: BTreeSet::new(),
            forgotten: BTreeMap::new(),
            codes: Vec::new(),
            let_go: false,
            handovers: 0,
            roads: Roads::default(),
            flaw,
            auditor: Auditor::new(stage.secrets.clone()),
            findings: Vec::new(),
            stage,
        })
    }

    /// Somebody uses a kiosk: perhaps with a card on the reader, perhaps with the printer. `None`: nothing came of it, and the trace says why.
    pub fn visit<T>(
        &mut self,
        kiosk: usize,
        card: Option<usize>,
        printer: bool,
        work: impl FnOnce(&mut SimMachine<'_, '_, '_>, Hands<'_>, &Net<'_>) -> Option<T>,
    ) -> Option<T> {
        let faults = &self.faults;
        let late_intent = self.flaw == Flaw::RecordAfterAct;
        let number = kiosk;
        let kiosk = self
            .kiosks
            .get_mut(number)
            .filter(|kiosk| !kiosk.destroyed)?;
        if card.is_some_and(|card| self.lost_cards.contains(&card)) {
            return None;
        }
        chance::pass(chance::SECOND + chance::below(20) as i64 * chance::SECOND);
        chance::set_skew(kiosk.skew);
        faults.begin_visit();
        let net = Net {
            platform: &*self.platform,
            faults,
            line: &kiosk.line,
            late: &self.late,
        };
        let mut store = Faulty {
            disk: &mut kiosk.disk,
            faults,
            late: late_intent.then_some(&mut kiosk.late_intent),
        };
        let mut machine = Machine::with_rules(&mut store, &net, chance::ambient(), self.flaw);
        if let Some(binder) = &kiosk.binder {
            machine = machine.with_keys(&**binder);
        }
        let mut paper = Printer {
            faults,
            papers: &self.papers,
            believes: self.flaw == Flaw::UnconfirmedIsPrinted,
        };
        let mut hands = Hands::empty();
        if printer {
            hands.printer = Some(&mut paper);
        }
        let keys = Reachable {
            keys: &self.stage.keys,
            reachable: kiosk.binder.is_some() || kiosk.line.online.get(),
        };
        let done = match card.and_then(|card| self.cards.get_mut(card)) {
            None => work(&mut machine, hands, &net),
            Some(card) => {
                lay(card, faults);
                let laid_with = card.fault();
                let laid = Laid {
                    card: &mut *card,
                    faults,
                    at_commit: aim_at_commit(faults),
                };
                let done = match open(Box::new(laid), &keys, Role::Write) {
                    Ok(mut session) => {
                        hands.card = Some(&mut session);
                        work(&mut machine, hands, &net)
                    }
                    Err(fault) => {
                        faults.say(|| format!("  the card cannot be opened: {fault}"));
                        None
                    }
                };
                take_away(card, laid_with, faults);
                done
            }
        };
        if faults.end_visit() {
            self.start_again(number);
            return None;
        }
        done
    }

    /// A kiosk starts again with what is on its disk.
    pub fn start_again(&mut self, kiosk: usize) {
        let kiosk = &mut self.kiosks[kiosk];
        kiosk.late_intent = None;
        if let Err(error) = kiosk.disk.restart() {
            self.findings.push(Finding::Stuck {
                why: format!("{} does not start: {error:#}", kiosk.name),
            });
        }
        let faults = &self.faults;
        let store = Faulty {
            disk: &mut kiosk.disk,
            faults,
            late: None,
        };
        let told = store.known_platform().ok().and_then(|known| known.told);
        kiosk.line.restart(told);
    }

    /// Open rows of a kiosk.
    pub fn open_rows(&mut self, kiosk: usize) -> Vec<Handover> {
        self.on_disk(kiosk, |store| store.open_rows())
            .unwrap_or_default()
    }

    /// A row of a kiosk.
    pub fn row(&mut self, kiosk: usize, id: HandoverId) -> Option<Handover> {
        self.on_disk(kiosk, |store| store.get(id)).flatten()
    }

    /// Asks a kiosk's disk, however broken the rest is.
    pub fn on_disk<T>(
        &mut self,
        kiosk: usize,
        ask: impl FnOnce(&Faulty<'_>) -> Result<T, StoreFault>,
    ) -> Option<T> {
        let kiosk = &mut self.kiosks[kiosk];
        if kiosk.destroyed {
            return None;
        }
        let store = Faulty {
            disk: &mut kiosk.disk,
            faults: &self.faults,
            late: None,
        };
        ask(&store).ok()
    }

    /// The card with a number.
    pub fn card_of(&self, number: CardUid) -> Option<usize> {
        self.cards.iter().position(|card| uid(card) == number)
    }

    /// A card that has tickets, mostly.
    pub fn likely_card(&self) -> usize {
        let full: Vec<usize> = (0..self.cards.len())
            .filter(|card| live_count(self.cards[*card].chip()) > 0)
            .collect();
        match chance::one_in(8) {
            true => chance::below(self.cards.len()),
            false => chance::pick(&full).unwrap_or(0),
        }
    }

    /// The card with the most tickets.
    pub fn fullest_card(&self) -> usize {
        let live = |card: &usize| live_count(self.cards[*card].chip());
        (0..self.cards.len()).max_by_key(live).unwrap_or(0)
    }

    /// Whether nothing is admissible twice right now.
    ///
    /// # Errors
    /// The platform's books cannot be read.
    pub fn check_copies(&mut self) -> anyhow::Result<()> {
        let books = self.platform.books()?;
        let papers = self.papers.borrow();
        let copies = self.auditor.copies(self.cards.iter(), &papers, &books);
        for finding in doubled(&copies) {
            // A wrong clerk's paper is void only once its report has arrived; until then the gates' shared log bounds it (R16).
            let bounded = matches!(&finding, Finding::Doubled { ticket, .. } if self.wronged.contains(ticket));
            if !bounded && !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        Ok(())
    }
}

/// What a fault of the machine becomes in the trace.
pub fn ok<T>(faults: &Faults, result: Result<T, MachineFault>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.say(|| format!("  the machine stopped: {fault}"));
            None
        }
    }
}
