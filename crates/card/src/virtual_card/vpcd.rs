//! The card's end of a vpcd reader: it dials the reader's port, is asked for its ATR and sent commands.
//!
//! A frame is a length of two bytes, most significant first, and that many bytes. One byte alone is a control code if it is one of four, anything
//! else a command to answer (vsmartcard, `vpcd`): in native framing many commands of the chip are a single byte, and none of them is a control code.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use socket2::SockRef;

use super::{Exchange, VirtualCard};

/// A contactless card with one historical byte, as PC/SC readers make it up for ISO 14443-4 cards.
const ATR: [u8; 6] = [0x3B, 0x81, 0x80, 0x01, 0x80, 0x80];

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const GET_ATR: u8 = 4;

/// Why the card no longer lies on the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The reader hung up.
    ReaderGone,
    /// The card was torn away by its fault.
    Torn,
}

/// Lays the card on the reader at the other end, until one of them goes.
///
/// # Errors
/// The connection broke in the middle of a frame, or could not be set up.
pub fn serve(mut stream: TcpStream, card: &mut VirtualCard) -> io::Result<End> {
    stream.set_nodelay(true)?;
    loop {
        // Without prompt acknowledgements both ends wait for each other's delayed ones: 19 commands a second instead of thousands.
        // The kernel forgets the option, so it is set before every receive.
        SockRef::from(&stream).set_tcp_quickack(true)?;
        let Some(frame) = receive(&mut stream)? else {
            return Ok(End::ReaderGone);
        };
        let answer = match frame[..] {
            [POWER_OFF | POWER_ON | RESET] => {
                card.reset();
                continue;
            }
            [GET_ATR] => ATR.to_vec(),
            _ => match card.transmit(&frame) {
                Exchange::Answer(answer) => answer,
                Exchange::Mute => continue,
                Exchange::Gone => return Ok(End::Torn),
                Exchange::Torn(rest) => {
                    if !rest.is_empty() {
                        send(&mut stream, &rest)?;
                    }
                    return Ok(End::Torn);
                }
            },
        };
        send(&mut stream, &answer)?;
    }
}

fn receive(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match stream.read_exact(&mut length) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
            ) =>
        {
            return Ok(None);
        }
        other => other?,
    }
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// Sends a frame in one piece.
fn send(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    stream.write_all(&[&length.to_be_bytes(), body].concat())
}
