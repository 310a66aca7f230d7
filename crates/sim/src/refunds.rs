//! Whoever has the code of tickets that wait wants money instead.

use kippu_api::refunds::{NewRefund, Quote, QuoteRequest, Refund};
use kippu_ticket::{code::ResumeCode, ids::TicketId};

use crate::{customers::done, roads::Road, world::World};

impl World<'_> {
    /// Gives up what brings money of these tickets, which wait under the code, at a kiosk.
    pub fn money_back(
        &mut self,
        kiosk: usize,
        code: ResumeCode,
        tickets: &[TicketId],
    ) -> Option<()> {
        self.faults
            .say(|| format!("gives up {tickets:?} at kiosk {kiosk}"));
        let asked = QuoteRequest {
            tickets: tickets.to_vec(),
        };
        let quotes = self.visit(kiosk, None, false, |_, _, net| {
            done::<Vec<Quote>>(net.post("/refunds/quote", &asked))
        })?;
        let brings: Vec<&Quote> = quotes
            .iter()
            .filter(|quote| quote.refused.is_none())
            .collect();
        let wish = NewRefund {
            code,
            tickets: brings.iter().map(|quote| quote.ticket).collect(),
            amount: brings.iter().map(|quote| quote.amount()).sum(),
            currency: brings.first()?.currency.clone(),
        };
        let refund = self.visit(kiosk, None, false, |_, _, net| {
            done::<Refund>(net.post_once("/refunds", &wish))
        })?;
        self.roads.walked(Road::GivenUp, refund.items.len());
        Some(())
    }
}
