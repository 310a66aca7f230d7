//! Walks every move from every state, with every combination of faults the budget allows, and looks at what can still be reached.

use std::{
    cell::Cell,
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

use kippu_api::{handovers::Report, orders::GrantRequest};
use kippu_handover::{
    machine::{Ambient, Machine},
    outcome::{MachineFault, OtherCard, Outcome},
    platform::{PlatformPort, Reply},
    row::Incarnation,
    rules::Rules,
    store::Store,
};
use kippu_ticket::ids::HandoverId;

use crate::{
    card::{ModelCard, stranger},
    choice::{Chooser, Flaws, Run, Shared, next_id},
    platform::{ModelPlatform, act_grant, act_report},
    store::ModelStore,
    world::{Books, Late, ORDER, World},
};

/// Handovers begun in one history at most.
const BEGUN_MAX: u8 = 3;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A customer lays a card on a terminal; where another was expected, `insist` asks for this one.
    Visit {
        terminal: usize,
        card: usize,
        insist: bool,
    },
    /// The customer has gone: what is not given goes back.
    Leave { terminal: usize },
    /// The terminal starts, or has time: asks about what is open and sends what waits.
    Tend { terminal: usize },
    /// A late message arrives.
    Arrive { message: usize },
    /// Another terminal changes a card.
    Stranger {
        card: usize,
        commits: u8,
        fills: bool,
        reported: bool,
    },
    /// The operator issues anew what is not known to be on a card.
    Reissue,
    /// Somebody copies a terminal's disk.
    Copy { terminal: usize },
    /// The copy is put back.
    Restore { terminal: usize },
}

#[derive(Debug, Default)]
pub struct Found {
    pub states: usize,
    pub runs: u64,
    pub settled: usize,
    pub honest_unknown: usize,
    pub doubled: Option<String>,
    pub lost: Option<String>,
}

impl Found {
    pub fn is_sound(&self) -> bool {
        self.doubled.is_none() && self.lost.is_none()
    }
}

thread_local! {
    static BEGUN: Cell<u8> = const { Cell::new(0) };
}

fn new_id() -> HandoverId {
    BEGUN.set(BEGUN.get() + 1);
    next_id(BEGUN.get())
}

fn moves(world: &World) -> Vec<Move> {
    let mut moves = Vec::new();
    for terminal in 0..world.disks.len() {
        moves.push(Move::Tend { terminal });
        moves.push(Move::Leave { terminal });
        for card in 0..world.cards.len() {
            for insist in [false, true] {
                moves.push(Move::Visit {
                    terminal,
                    card,
                    insist,
                });
            }
        }
        if world.faults.restores > 0 {
            moves.push(match &world.copies[terminal] {
                None => Move::Copy { terminal },
                Some(_) => Move::Restore { terminal },
            });
        }
    }
    moves.extend((0..world.late.len()).map(|message| Move::Arrive { message }));
    if world.faults.strangers > 0 {
        for card in 0..world.cards.len() {
            for (commits, fills, reported) in [
                (1, true, false),
                (1, false, false),
                (4, false, true),
                (5, false, false),
            ] {
                moves.push(Move::Stranger {
                    card,
                    commits,
                    fills,
                    reported,
                });
            }
        }
    }
    if world.faults.reissues > 0 {
        moves.push(Move::Reissue);
    }
    moves
}

fn act<R: Rules + Copy>(run: &Shared, rules: R, step: Move) {
    let platform = ModelPlatform {
        run: Rc::clone(run),
    };
    BEGUN.set(run.borrow().world.begun);
    match step {
        Move::Visit {
            terminal,
            card,
            insist,
        } => {
            // A killed process ends the visit; what it left is on the disk.
            let _killed = visit(run, &platform, rules, terminal, card, insist);
        }
        Move::Leave { terminal } => {
            let _killed = each_open(run, &platform, rules, terminal, |machine, id| {
                machine.leave(id).map(drop)
            });
        }
        Move::Tend { terminal } => {
            let _killed = each_open(run, &platform, rules, terminal, |machine, id| {
                machine.advance(id, None, &mut |_| ()).map(drop)
            });
        }
        Move::Arrive { message } => {
            let mut run = run.borrow_mut();
            let flaws = run.flaws;
            match run.world.late.remove(message) {
                Late::Grant(json) => {
                    let request: GrantRequest = serde_json::from_str(&json).expect("json");
                    act_grant(&mut run.world, &request);
                }
                Late::Report(id, json) => {
                    let report: Report = serde_json::from_str(&json).expect("json");
                    act_report(&mut run.world, flaws, id, &report);
                }
            }
        }
        Move::Stranger {
            card,
            commits,
            fills,
            reported,
        } => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.faults.strangers -= 1;
            stranger(&mut run.world, card, commits, fills, reported);
        }
        Move::Reissue => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.faults.reissues -= 1;
            for booked in &mut run.world.platform.tickets {
                if matches!(booked.holder, Books::Granted(_)) {
                    booked.generation.epoch += 1;
                    booked.generation.hop = 0;
                    booked.holder = Books::Platform;
                }
            }
        }
        Move::Copy { terminal } => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.copies[terminal] = Some(run.world.disks[terminal].clone());
        }
        Move::Restore { terminal } => {
            let mut run = run.borrow_mut();
            run.clean = false;
            run.world.faults.restores -= 1;
            let mut copy = run.world.copies[terminal].take().expect("a copy");
            copy.incarnation = Incarnation([100 + terminal as u8; 16]);
            run.world.disks[terminal] = copy;
        }
    }
    run.borrow_mut().world.begun = BEGUN.get();
}

/// A customer at a kiosk that keeps to its part: name the card to the platform, begin, advance, send what waits.
fn visit<R: Rules + Copy>(
    run: &Shared,
    platform: &ModelPlatform,
    rules: R,
    terminal: usize,
    card: usize,
    insist: bool,
) -> Result<(), MachineFault> {
    let mut store = ModelStore {
        run: Rc::clone(run),
        terminal,
    };
    let mut model_card = ModelCard {
        run: Rc::clone(run),
        card,
        torn: false,
    };
    let uid = run.borrow().world.cards[card].uid;
    let room = run.borrow().world.cards[card].room();
    let open = store.open_rows()?.first().map(|row| row.id);
    let mut machine =
        Machine::with_rules(&mut store, platform, Ambient { now: || 0, new_id }, rules);
    let id = match open {
        Some(id) => id,
        None if BEGUN.get() >= BEGUN_MAX => return Ok(()),
        None => {
            let named = run.borrow().world.platform.card;
            if named != uid {
                let change = kippu_api::orders::ChangeCard { card: uid, room };
                if !matches!(platform.change_card(ORDER, &change), Reply::Done(_)) {
                    return Ok(());
                }
            }
            machine.begin(ORDER, uid, room)?
        }
    };
    let outcome = machine.advance(id, Some(&mut model_card), &mut |_| ())?;
    if insist
        && BEGUN.get() < BEGUN_MAX
        && matches!(outcome, Outcome::LayCard { found: Some(_), .. })
        && let OtherCard::Goes(new) = machine.other_card(id, uid, room)?
    {
        machine.advance(new, Some(&mut model_card), &mut |_| ())?;
    }
    machine.send_reports()?;
    Ok(())
}

fn each_open<R: Rules + Copy>(
    run: &Shared,
    platform: &ModelPlatform,
    rules: R,
    terminal: usize,
    mut each: impl FnMut(
        &mut Machine<'_, ModelStore, ModelPlatform, R>,
        HandoverId,
    ) -> Result<(), MachineFault>,
) -> Result<(), MachineFault> {
    let mut store = ModelStore {
        run: Rc::clone(run),
        terminal,
    };
    let mut machine =
        Machine::with_rules(&mut store, platform, Ambient { now: || 0, new_id }, rules);
    for row in machine.open_handovers()? {
        each(&mut machine, row.id)?;
    }
    machine.send_reports()?;
    Ok(())
}

fn fingerprint(world: &World) -> u128 {
    let mut halves = [0u64; 2];
    for (salt, half) in halves.iter_mut().enumerate() {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        world.hash(&mut hasher);
        *half = hasher.finish();
    }
    (u128::from(halves[0]) << 64) | u128::from(halves[1])
}

/// All states reachable from `start`. Stops at the first doubled ticket. `recoverable`: also demand that from every state a way without
/// further faults leads to where each ticket has one holder, or to an unknown nobody can answer.
pub fn explore<R: Rules + Copy>(start: World, rules: R, flaws: Flaws, recoverable: bool) -> Found {
    let mut found = Found::default();
    let mut known: HashMap<u128, u32> = HashMap::new();
    let mut came_from: Vec<(u32, Option<Move>)> = vec![(0, None)];
    let mut good: Vec<bool> = vec![false];
    let mut clean_ways: Vec<(u32, u32)> = Vec::new();
    let mut frontier = vec![(0u32, start.clone())];
    known.insert(fingerprint(&start), 0);
    while !frontier.is_empty() {
        let mut next = Vec::new();
        for (number, world) in frontier {
            let settled = world.settled();
            let unknown = !settled && world.honest_unknown();
            found.settled += usize::from(settled);
            found.honest_unknown += usize::from(unknown);
            good[number as usize] = settled || unknown;
            for step in moves(&world) {
                let mut chooser = Chooser::default();
                loop {
                    let run = Run::new(world.clone(), chooser, flaws);
                    act(&run, rules, step);
                    let ended = Run::take(run);
                    found.runs += 1;
                    let clean = ended.clean;
                    let world = ended.world;
                    chooser = ended.chooser;
                    let doubled = world.doubled();
                    let size = known.len() as u32;
                    let to = *known.entry(fingerprint(&world)).or_insert(size);
                    if to == size {
                        came_from.push((number, Some(step)));
                        good.push(false);
                        if let Some(what) = doubled {
                            found.states = known.len();
                            found.doubled = Some(format!("{what}: {:?}", trace(&came_from, to)));
                            return found;
                        }
                        next.push((to, world));
                    }
                    if clean && to != number {
                        clean_ways.push((number, to));
                    }
                    if !chooser.next() {
                        break;
                    }
                }
            }
        }
        frontier = next;
    }
    found.states = known.len();
    if recoverable {
        found.lost = unreachable_good(&good, &clean_ways)
            .map(|state| format!("{:?}", trace(&came_from, state)));
    }
    found
}

fn trace(came_from: &[(u32, Option<Move>)], mut state: u32) -> Vec<Move> {
    let mut steps = Vec::new();
    while let (from, Some(step)) = came_from[state as usize] {
        steps.push(step);
        state = from;
    }
    steps.reverse();
    steps
}

/// The first state from which no clean way leads to a good one.
fn unreachable_good(good: &[bool], ways: &[(u32, u32)]) -> Option<u32> {
    let mut into: Vec<Vec<u32>> = vec![Vec::new(); good.len()];
    for (from, to) in ways {
        into[*to as usize].push(*from);
    }
    let mut reached = good.to_vec();
    let mut stack: Vec<u32> = (0..good.len() as u32)
        .filter(|state| good[*state as usize])
        .collect();
    while let Some(state) = stack.pop() {
        for from in &into[state as usize] {
            if !std::mem::replace(&mut reached[*from as usize], true) {
                stack.push(*from);
            }
        }
    }
    reached
        .iter()
        .position(|reached| !reached)
        .map(|state| state as u32)
}
