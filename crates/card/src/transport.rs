//! The way to one card in the field: bytes out, bytes in.

use crate::capability::CardFault;

/// Why an exchange with a card came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The card left the field, or what came back was cut short.
    #[error("the card left the field")]
    Torn,
    /// The card lies in the field and gave no answer in time.
    #[error("the card gives no answer")]
    Mute,
    /// The reader itself is gone.
    #[error("the card reader is gone")]
    ReaderGone,
}

/// One card on one reader. Nothing is repeated by itself: whether a command was carried out before a fault is for the caller to find out.
pub trait Transport: Send {
    /// Sends one command APDU; gives the whole answer with its two status bytes at the end.
    ///
    /// # Errors
    /// The exchange did not come to its end. The card may or may not have carried the command out.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault>;
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        (**self).transmit(apdu)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        (**self).transmit(apdu)
    }
}

impl From<TransportFault> for CardFault {
    fn from(fault: TransportFault) -> Self {
        match fault {
            // A reader that vanished took its field with it.
            TransportFault::Torn | TransportFault::ReaderGone => Self::Torn,
            TransportFault::Mute => Self::Mute,
        }
    }
}
