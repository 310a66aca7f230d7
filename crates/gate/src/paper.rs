//! Papers at a gate: the decision, pure like that for cards, and one whole scan: read the code → decide → log → say so.
//!
//! Order: something that admits → event of this gate → signature → printed under this serial by its terminal → recalled → void → entrance → time →
//! inside. Nothing can be written on a paper, so its copies are bounded by the gates' shared log alone: the first one comes in, and gates that
//! cannot talk to each other each let one in.

use kippu_ticket::{binding::EventBindingKey, paper::PaperTicket, record::TicketFlags};

use crate::{
    bundle::{Bundle, GateEvent, Micros, Passage, Reentry},
    decision::{admission, elsewhere, entrance, time},
    inside::Inside,
    log::{EntranceLog, LogFault},
    outcome::Outcome,
    tap::Tapped,
};

/// Handles what a scanner read.
///
/// # Errors
/// The log cannot be used: nobody may pass.
pub fn scan(
    code: &str,
    bundle: &Bundle,
    log: &mut EntranceLog,
    now: Micros,
) -> Result<Tapped, LogFault> {
    let paper = PaperTicket::from_code(code).ok();
    let outcome = match &paper {
        Some(paper) => {
            let inside = log.passages(&[paper.signed.body.ticket])?;
            decide_paper(bundle, paper, &inside, now)
        }
        None => Outcome::Unreadable,
    };
    log.record_paper(bundle.serving_id(now), paper.as_ref(), &outcome, now)?;
    Ok(Tapped {
        outcome,
        card: None,
    })
}

/// Decides what a gate says to a paper. A passage counts only after it is logged.
pub fn decide_paper(bundle: &Bundle, paper: &PaperTicket, inside: &Inside, now: Micros) -> Outcome {
    judge(bundle, paper, inside, now).unwrap_or_else(|refusal| refusal)
}

fn judge(
    bundle: &Bundle,
    paper: &PaperTicket,
    inside: &Inside,
    now: Micros,
) -> Result<Outcome, Outcome> {
    let body = &paper.signed.body;
    if !body.kind.admits() {
        return Err(Outcome::NoTicket);
    }
    let event = bundle
        .event(body.event)
        .ok_or_else(|| elsewhere(bundle, body.event))?;
    let key = bundle.issuer_key(body.issuer, body.issuer_key);
    if key.is_none_or(|key| paper.signed.verify(key).is_err()) {
        return Err(Outcome::Forged);
    }
    let binding = EventBindingKey::from_bytes(event.binding_key.bytes());
    if binding.verify_paper(paper).is_err() {
        return Err(Outcome::Forged);
    }
    if bundle.is_recalled(body.ticket, body.epoch)
        || bundle.recalled_terminals.contains(&paper.terminal)
    {
        return Err(Outcome::Recalled);
    }
    if bundle.is_void(body.ticket, paper.serial) {
        return Err(Outcome::VoidPaper);
    }
    entrance(event, body)?;
    time(bundle, event, now)?;
    let again = presence(bundle, event, paper, inside)?;
    let admitted = vec![admission(event, None, body)];
    Ok(match bundle.gate.passage {
        Passage::Out => Outcome::Leave(admitted),
        Passage::In if again => Outcome::Readmit(admitted),
        Passage::In => Outcome::Admit(admitted),
    })
}

/// Whether its holder is on the right side of the gate, as far as the log knows, and has been inside before.
fn presence(
    bundle: &Bundle,
    event: &GateEvent,
    paper: &PaperTicket,
    inside: &Inside,
) -> Result<bool, Outcome> {
    let body = &paper.signed.body;
    let passed = inside.passages.get(&body.ticket);
    let is_inside = passed.is_some_and(|passed| passed.inside);
    if bundle.gate.passage == Passage::Out {
        return if is_inside {
            Ok(true)
        } else {
            Err(Outcome::NotInside)
        };
    }
    // The holder before this one came in with the ticket and was allowed to pass it on.
    let given_on = body.flags.contains(TicketFlags::TRANSFERABLE_AFTER_ENTRY)
        && passed.is_some_and(|passed| paper.generation() > passed.generation);
    match passed {
        Some(_) if is_inside && !given_on => Err(Outcome::AlreadyInside),
        Some(_) if !is_inside && event.reentry == Reentry::Never => Err(Outcome::NoReentry),
        Some(_) => Ok(!given_on),
        None => Ok(false),
    }
}
