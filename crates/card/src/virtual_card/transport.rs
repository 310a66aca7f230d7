//! A virtual card in process, as a terminal's card code sees it.

use super::{Exchange, VirtualCard};
use crate::transport::{Transport, TransportFault};

impl Transport for VirtualCard {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        match VirtualCard::transmit(self, apdu) {
            Exchange::Answer(answer) => Ok(answer),
            // What came through of the answer is of no use to anyone.
            Exchange::Torn(_) | Exchange::Gone => Err(TransportFault::Torn),
            Exchange::Mute => Err(TransportFault::Mute),
        }
    }
}
