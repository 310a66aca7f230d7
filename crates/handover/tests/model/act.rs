//! What can happen next in a world, and what happens then: people with cards at terminals, messages that arrive, gates, operators.

use std::cell::Cell;

use kippu_api::orders::Claim;
use kippu_card::capability::TicketCard;
use kippu_handover::{
    machine::{Ambient, Hands, Machine},
    outcome::MachineFault,
    platform::{Binder, NoLocalKeys, Reply},
    row::{Destination, Incarnation, Place},
    rules::Rules,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{Generation, HandoverId, TicketId},
};

use crate::{
    books::{Holder, Phase, Standing},
    card::{ModelCard, ModelPrinter, enter, stranger},
    chance::Shared,
    platform::{LocalKeys, ModelPlatform, arrive},
    setup::Setup,
    store::ModelStore,
    world::{LIVE, World, uid},
};

/// Epochs an operator raises a ticket to at most, where re-issuing is how a loss is mended.
const EPOCHS_MAX: u16 = 3;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A giver lays a card and agrees; `only`: to one ticket of it.
    Agree {
        terminal: usize,
        card: usize,
        only: Option<TicketId>,
        to: Destination,
    },
    /// Somebody lays a card and fetches what waits for one of these tickets' claims.
    Fetch {
        terminal: usize,
        card: usize,
        ticket: TicketId,
    },
    /// A card is laid for an open handover.
    Lay {
        terminal: usize,
        card: usize,
        row: usize,
    },
    /// The printer is there for an open handover.
    Print {
        terminal: usize,
        row: usize,
    },
    /// Somebody looked for the paper, and says it came out or not.
    Settle {
        terminal: usize,
        row: usize,
        came_out: bool,
    },
    /// The people want something else.
    Want {
        terminal: usize,
        row: usize,
        to: Destination,
    },
    /// The terminal starts, or has time: asks about what is open and sends what waits.
    Tend {
        terminal: usize,
    },
    /// A terminal goes on with what another let go of.
    TakeOver {
        terminal: usize,
        handover: HandoverId,
    },
    /// A late message arrives.
    Arrive {
        message: usize,
    },
    /// A terminal loses the network for a while, or has it again.
    Cut {
        terminal: usize,
        off: bool,
    },
    /// A gate lets somebody in.
    Enter {
        card: usize,
        slot: usize,
    },
    /// Another terminal changes a card.
    Stranger {
        card: usize,
        commits: u8,
        reported: bool,
    },
    /// The operator issues a ticket anew.
    Reissue {
        ticket: TicketId,
    },
    CopyJournal {
        terminal: usize,
    },
    RestoreJournal {
        terminal: usize,
    },
    Backup,
    RestorePlatform,
}

thread_local! {
    static NUMBERS: Cell<(u8, u8, u8)> = const { Cell::new((0, 0, 0)) };
}

/// Numbers that depend on the terminal and on nothing else that happens elsewhere.
fn new_id() -> HandoverId {
    let (terminal, begun, serials) = NUMBERS.get();
    NUMBERS.set((terminal, begun + 1, serials));
    HandoverId([16 * (terminal + 1) + begun + 1; 16])
}

fn new_serial() -> u64 {
    let (terminal, begun, serials) = NUMBERS.get();
    NUMBERS.set((terminal, begun, serials + 1));
    u64::from(100 * (terminal + 1) + serials + 1)
}

const AMBIENT: Ambient = Ambient {
    now: || 0,
    new_id,
    new_code: || ResumeCode::of(1),
    new_serial,
};

/// Whether an operator is asked to look at what is left: something was put back from a copy, or a question nobody can answer is open.
fn operator_looks(world: &World) -> bool {
    (world.restored || world.ring_passed()) && !world.platform.owing.contains(&true)
}

/// Everything that can happen next.
pub fn moves(world: &World, setup: &Setup) -> Vec<Move> {
    let mut moves = Vec::new();
    for terminal in 0..world.disks.len() {
        at_terminal(world, setup, terminal, &mut moves);
    }
    moves.extend((0..world.late.len()).map(|message| Move::Arrive { message }));
    for (card, on) in world.cards.iter().enumerate() {
        if world.budget.entries > 0 {
            for (slot, content) in on.slots.iter().enumerate() {
                let current = content.record.is_some_and(|record| {
                    record.generation >= world.recalled_below[world.platform.place(record.ticket)]
                });
                if content.state == LIVE && content.entered == 0 && current {
                    moves.push(Move::Enter { card, slot });
                }
            }
        }
        if world.budget.strangers > 0 {
            for (commits, reported) in [(1, false), (4, true), (5, false)] {
                moves.push(Move::Stranger {
                    card,
                    commits,
                    reported,
                });
            }
        }
    }
    let helps = operator_looks(world);
    for (place, booked) in world.platform.tickets.iter().enumerate() {
        let out = booked.standing.holder != Holder::Platform;
        let ordered = world.budget.reissues > 0 && out && !world.platform.owing.contains(&true);
        if ordered || helps && world.recalled_below[place].epoch < EPOCHS_MAX {
            let ticket = booked.ticket;
            moves.push(Move::Reissue { ticket });
        }
    }
    if world.budget.platform_restores > 0 {
        moves.push(match world.backup {
            None => Move::Backup,
            Some(_) => Move::RestorePlatform,
        });
    }
    moves
}

fn at_terminal(world: &World, setup: &Setup, terminal: usize, moves: &mut Vec<Move>) {
    let disk = &world.disks[terminal];
    let open = || {
        let rows = disk.rows.iter().enumerate();
        rows.filter(|(_, row)| row.get().is_open())
    };
    let told = disk.known.told.as_deref() == Some(&*world.platform.life.to_string());
    if open().next().is_some() || disk.outbox.iter().any(|(_, waits)| *waits) || !told {
        moves.push(Move::Tend { terminal });
    }
    for (row, content) in open() {
        let content = content.get();
        for card in 0..world.cards.len() {
            moves.push(Move::Lay {
                terminal,
                card,
                row,
            });
        }
        if let Some(intent) = &content.pending
            && let Place::Paper { serial, .. } = intent.place
        {
            let came_out = world.papers.iter().any(|paper| paper.serial == serial);
            let mut settle = |came_out| {
                moves.push(Move::Settle {
                    terminal,
                    row,
                    came_out,
                });
            };
            settle(came_out);
            if setup.wrong_clerk {
                settle(!came_out);
            }
        } else if content.destination == Destination::Paper {
            moves.push(Move::Print { terminal, row });
        }
        for to in setup.want {
            if content.destination != *to {
                moves.push(Move::Want {
                    terminal,
                    row,
                    to: *to,
                });
            }
        }
        if world.budget.releases > 0 && content.destination != Destination::Elsewhere {
            moves.push(Move::Want {
                terminal,
                row,
                to: Destination::Elsewhere,
            });
        }
    }
    for release in &world.platform.releases {
        let handover = release.ask.handover;
        moves.push(Move::TakeOver { terminal, handover });
    }
    if terminal < setup.beginners && disk.begun < setup.begun_max {
        begin(world, setup, terminal, moves);
    }
    if world.cut[terminal] || world.budget.cuts > 0 {
        let off = !world.cut[terminal];
        moves.push(Move::Cut { terminal, off });
    }
    if world.budget.journal_restores > 0 {
        moves.push(match world.copies[terminal] {
            None => Move::CopyJournal { terminal },
            Some(_) => Move::RestoreJournal { terminal },
        });
    }
}

fn begin(world: &World, setup: &Setup, terminal: usize, moves: &mut Vec<Move>) {
    for (card, on) in world.cards.iter().enumerate() {
        let live: Vec<TicketId> = on.live().collect();
        for to in setup.agree {
            let mut agree = |only| {
                moves.push(Move::Agree {
                    terminal,
                    card,
                    only,
                    to: *to,
                });
            };
            if !live.is_empty() {
                agree(None);
            }
            if live.len() > 1 {
                live.iter().for_each(|ticket| agree(Some(*ticket)));
            }
        }
        if setup.fetch && on.room() > 0 {
            let mut claims = Vec::new();
            for booked in &world.platform.tickets {
                if booked.standing.holder == Holder::Platform && !claims.contains(&&booked.claim) {
                    claims.push(&booked.claim);
                    moves.push(Move::Fetch {
                        terminal,
                        card,
                        ticket: booked.ticket,
                    });
                }
            }
        }
    }
}

/// Does it. Faults of the people's devices happen inside; whoever is killed leaves what is on the disk.
pub fn act<R: Rules + Copy>(run: &Shared, rules: R, step: Move) {
    match step {
        Move::Agree { terminal, .. }
        | Move::Fetch { terminal, .. }
        | Move::Lay { terminal, .. }
        | Move::Print { terminal, .. }
        | Move::Settle { terminal, .. }
        | Move::Want { terminal, .. }
        | Move::Tend { terminal }
        | Move::TakeOver { terminal, .. } => process(run, rules, terminal, step),
        Move::Arrive { message } => {
            let mut run = run.borrow_mut();
            let (late, setup) = (run.world.late.remove(message), run.setup);
            arrive(&mut run.world, &setup, &late);
        }
        Move::Cut { terminal, off } => {
            let mut run = run.borrow_mut();
            run.world.cut[terminal] = off;
            if off {
                run.clean = false;
                run.world.budget.cuts -= 1;
            }
        }
        Move::Enter { card, slot } => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.budget.entries -= 1;
            enter(&mut run.world, card, slot);
        }
        Move::Stranger {
            card,
            commits,
            reported,
        } => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.budget.strangers -= 1;
            stranger(&mut run.world, card, commits, reported);
        }
        Move::Reissue { ticket } => {
            let mut run = run.borrow_mut();
            if !operator_looks(&run.world) {
                run.clean = false;
                run.world.budget.reissues -= 1;
            }
            let single = run.setup.flaws.single_generation;
            reissue(&mut run.world, ticket, single);
        }
        Move::CopyJournal { .. }
        | Move::RestoreJournal { .. }
        | Move::Backup
        | Move::RestorePlatform => {
            let mut run = run.borrow_mut();
            run.clean = false;
            let setup = run.setup;
            put_back(&mut run.world, &setup, step);
        }
    }
}

/// A terminal's process: lives as long as one move.
fn process<R: Rules + Copy>(run: &Shared, rules: R, terminal: usize, step: Move) {
    {
        let disk = &run.borrow().world.disks[terminal];
        NUMBERS.set((terminal as u8, disk.begun, disk.serials));
    }
    let platform = ModelPlatform {
        run: Shared::clone(run),
        terminal,
        heard: Cell::new(false),
    };
    let mut store = ModelStore {
        run: Shared::clone(run),
        terminal,
    };
    let local = run.borrow().setup.local_keys;
    let keys: &dyn Binder = if local { &LocalKeys } else { &NoLocalKeys };
    let mut machine = Machine::with_rules(&mut store, &platform, AMBIENT, rules).with_keys(keys);
    let ended = do_step(run, &mut machine, &platform, terminal, step);
    if ended.is_ok() && !run.borrow().killed {
        let _killed = machine.send_reports();
    }
    let (_, begun, serials) = NUMBERS.get();
    let disk = &mut run.borrow_mut().world.disks[terminal];
    (disk.begun, disk.serials) = (begun, serials);
}

fn do_step<R: Rules + Copy>(
    run: &Shared,
    machine: &mut Machine<'_, ModelStore, ModelPlatform, R>,
    platform: &ModelPlatform,
    terminal: usize,
    step: Move,
) -> Result<(), MachineFault> {
    let id_of = |row: usize| run.borrow().world.disks[terminal].rows[row].get().id;
    let quiet = &mut |_| ();
    match step {
        Move::Agree { card, only, to, .. } => {
            let mut card = ModelCard::new(run, card);
            let Ok(contents) = card.read() else {
                return Ok(());
            };
            let live: Vec<TicketId> = match only {
                Some(ticket) => vec![ticket],
                None => run.borrow().world.cards[card.card].live().collect(),
            };
            let id = match machine.consent(&contents, &live, to) {
                // A ticket that stays was not agreed to; nothing was begun.
                Err(MachineFault::Stays(_)) => {
                    let (terminal, begun, serials) = NUMBERS.get();
                    NUMBERS.set((terminal, begun - 1, serials));
                    return Ok(());
                }
                other => other?,
            };
            machine.advance(id, Hands::card(&mut card), quiet)?;
        }
        Move::Fetch { card, ticket, .. } => {
            let claim: Claim = run.borrow().world.platform.ticket(ticket).claim.clone();
            let room = run.borrow().world.cards[card].room();
            let mut laid = ModelCard::new(run, card);
            let id = machine.begin(&claim, Some(ResumeCode::of(1)), uid(card), room)?;
            machine.advance(id, Hands::card(&mut laid), quiet)?;
        }
        Move::Lay { card, row, .. } => {
            let mut laid = ModelCard::new(run, card);
            machine.advance(id_of(row), Hands::card(&mut laid), quiet)?;
        }
        Move::Print { row, .. } => {
            let mut printer = ModelPrinter {
                run: Shared::clone(run),
            };
            machine.advance(id_of(row), Hands::printer(&mut printer), quiet)?;
        }
        Move::Settle { row, came_out, .. } => {
            let id = id_of(row);
            let serial = {
                let run = run.borrow();
                let row = run.world.disks[terminal].rows[row].get();
                row.pending.as_ref().map(|intent| intent.place.clone())
            };
            if let Some(Place::Paper { serial, .. }) = serial {
                machine.settle_print(id, serial, came_out)?;
            }
        }
        Move::Want { row, to, .. } => {
            let id = id_of(row);
            if to == Destination::Elsewhere {
                // Letting go is no fault, but there is an end to it.
                let mut run = run.borrow_mut();
                run.world.budget.releases -= 1;
                run.clean = false;
            }
            match machine.redirect(id, to) {
                Err(MachineFault::NotPossible | MachineFault::Stays(_)) => {}
                other => drop(other?),
            }
        }
        Move::Tend { .. } => {
            // A terminal with a network asks the platform this and that all day.
            platform.heard.set(!run.borrow().world.cut[terminal]);
            for row in machine.open_handovers()? {
                machine.advance(row.id, Hands::empty(), quiet)?;
            }
        }
        Move::TakeOver { handover, .. } => {
            let journal = run.borrow().world.disks[terminal].incarnation.to_string();
            if let Reply::Done(answer) = platform.take_over(&journal, handover) {
                machine.take_over(&answer)?;
            }
        }
        _ => unreachable!("no process does {step:?}"),
    }
    Ok(())
}

/// Raises a ticket's epoch and takes it back to the platform, wherever it is; gates turn away what is older (R13).
fn reissue(world: &mut World, ticket: TicketId, single: bool) {
    let place = world.platform.place(ticket);
    let life = u16::from(world.platform.life);
    let below = world.recalled_below[place];
    let booked = &mut world.platform.tickets[place];
    let (now, _) = booked.standing.rank;
    let raised = if single {
        Generation {
            hop: now.hop + 1,
            ..now
        }
    } else {
        // Above every epoch an earlier life of the platform may have given.
        Generation {
            epoch: now.epoch.max(life.min(1)).max(below.epoch) + 1,
            hop: now.hop,
        }
    };
    let handover = booked.standing.handover;
    booked.standing = Standing {
        rank: (raised, Phase::OnItsWay),
        holder: Holder::Platform,
        handover: None,
    };
    booked.claim = Claim::Parcel(format!("r{ticket}-{}", raised.epoch));
    world.recalled_below[place] = below.max(if single {
        raised
    } else {
        Generation {
            epoch: raised.epoch,
            hop: 0,
        }
    });
    world.inside[place] = None;
    if let Some(handover) = handover {
        world.platform.settle(handover);
    }
}

fn put_back(world: &mut World, setup: &Setup, step: Move) {
    match step {
        Move::CopyJournal { terminal } => {
            world.copies[terminal] = Some(world.disks[terminal].clone());
        }
        Move::RestoreJournal { terminal } => {
            world.budget.journal_restores -= 1;
            let Some(mut copy) = world.copies[terminal].take() else {
                return;
            };
            // Chance does not repeat itself: numbers drawn since are not drawn again.
            let now = &world.disks[terminal];
            (copy.begun, copy.serials) = (now.begun, now.serials);
            if !setup.flaws.restored_journal_goes_on {
                copy.incarnation = Incarnation([100 + terminal as u8; 16]);
            }
            world.disks[terminal] = copy;
            world.restored = true;
        }
        Move::Backup => world.backup = Some(std::rc::Rc::new(world.platform.clone())),
        Move::RestorePlatform => {
            world.budget.platform_restores -= 1;
            let Some(backup) = world.backup.take() else {
                return;
            };
            let life = world.platform.life + 1;
            world.platform = (*backup).clone();
            world.platform.life = life;
            // Above every fence an earlier life may have given.
            world.platform.fence += 100 * u64::from(life);
            if !setup.flaws.restored_platform_goes_on {
                world.platform.owing.fill(true);
            }
            // What was said to the earlier life is refused by its name, but for reports.
            world
                .late
                .retain(|late| matches!(late, crate::wire::Late::Report(..)));
            world.restored = true;
        }
        _ => {}
    }
}
