//! The protocol, walked: the real decision and the real machine over every order of visits, departures and faults within stated bounds.
//!
//! P1: no two presentations of a ticket are both admitted. P2: from every state some continuation without faults makes every ticket live with
//! exactly one holder, and the books name it. P3: every handover can end if the cards come back or the operator acts (P2's goal has nothing
//! open). P4: nothing is taken without its giver's consent.

mod act;
mod books;
mod broken;
mod broken_more;
mod card;
mod chance;
mod explore;
mod platform;
mod record;
mod reports;
mod requests;
mod setup;
mod sound;
mod store;
mod wire;
mod world;

use explore::Found;

fn show(name: &str, found: &Found) {
    println!(
        "{name}: {} states, {} runs, {} settled, {:.1} s",
        found.states, found.runs, found.settled, found.seconds
    );
    if let Some((wrong, trace)) = &found.wrong {
        println!("  {wrong} in {} steps", trace.len());
        trace.iter().for_each(|step| println!("    {step:?}"));
    }
    if let Some(trace) = &found.stuck {
        println!("  LOST or stuck after {} steps", trace.len());
        trace.iter().for_each(|step| println!("    {step:?}"));
    }
}
