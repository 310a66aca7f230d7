//! The exchanges of one tap, one by one, beside the floor: what any tap needs that trusts neither the card nor the air.

use std::sync::{Arc, Mutex, PoisonError};

use kippu_card::{
    transport::{Transport, TransportFault},
    virtual_card::{VirtualCard, air::bytes_on_air},
};

/// Lengths of one command and its answer, and what the command is.
#[derive(Debug, Clone, Copy)]
pub struct Exchange {
    ins: u8,
    command: usize,
    answer: usize,
}

impl Exchange {
    fn bytes(self) -> u64 {
        bytes_on_air(self.command) + bytes_on_air(self.answer)
    }

    fn name(self) -> &'static str {
        match self.ins {
            0x5A => "SelectApplication",
            0x71 => "AuthenticateEV2First, challenge",
            0xAF => "AuthenticateEV2First, answer",
            0xAD => "ReadData",
            0x8D => "WriteData",
            0xC7 => "CommitTransaction",
            _ => "other",
        }
    }
}

/// A card whose exchanges are noted down. What the reader answers by itself (class FF) never goes over the air and is left out.
pub struct Noted<'a> {
    card: &'a mut VirtualCard,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl<'a> Noted<'a> {
    pub fn new(card: &'a mut VirtualCard) -> (Self, Arc<Mutex<Vec<Exchange>>>) {
        let exchanges = Arc::default();
        let noted = Self {
            card,
            exchanges: Arc::clone(&exchanges),
        };
        (noted, exchanges)
    }
}

impl Transport for Noted<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let answer = Transport::transmit(self.card, apdu)?;
        if apdu[0] != 0xFF {
            let exchange = Exchange {
                ins: apdu[1],
                command: apdu.len(),
                answer: answer.len(),
            };
            self.exchanges
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(exchange);
        }
        Ok(answer)
    }
}

/// Bytes of a ticket record, of a MAC, of a random number, of the status, and around a wrapped command with data.
const RECORD: usize = 126;
const MAC: usize = 8;
const BLOCK: usize = 16;
const STATUS: usize = 2;
const WRAPPING: usize = 6;
/// File number, offset and length of ReadData and WriteData.
const PLACE: usize = 7;

/// The floor for one ticket: select, authenticate both sides, read the record with a MAC, write one byte with a MAC, commit.
pub const FLOOR: [Exchange; 6] = [
    Exchange {
        ins: 0x5A,
        command: WRAPPING + 3,
        answer: STATUS,
    },
    Exchange {
        ins: 0x71,
        command: WRAPPING + 2,
        answer: BLOCK + STATUS,
    },
    Exchange {
        ins: 0xAF,
        command: WRAPPING + 2 * BLOCK,
        answer: 2 * BLOCK + STATUS,
    },
    Exchange {
        ins: 0xAD,
        command: WRAPPING + PLACE + MAC,
        answer: RECORD + MAC + STATUS,
    },
    Exchange {
        ins: 0x8D,
        command: WRAPPING + PLACE + 1 + MAC,
        answer: MAC + STATUS,
    },
    Exchange {
        ins: 0xC7,
        command: WRAPPING + MAC,
        answer: MAC + STATUS,
    },
];

/// Exchanges and bytes on air of a whole tap.
pub fn total(exchanges: &[Exchange]) -> (usize, u64) {
    (
        exchanges.len(),
        exchanges.iter().map(|exchange| exchange.bytes()).sum(),
    )
}

/// Prints them as rows of a table.
pub fn print(title: &str, exchanges: &[Exchange]) {
    println!("| {title} | command | answer | on air |\n|---|--:|--:|--:|");
    for exchange in exchanges {
        println!(
            "| {} | {} | {} | {} |",
            exchange.name(),
            exchange.command,
            exchange.answer,
            exchange.bytes()
        );
    }
    let (count, bytes) = total(exchanges);
    println!("| **{count} exchanges** | | | **{bytes}** |\n");
}
